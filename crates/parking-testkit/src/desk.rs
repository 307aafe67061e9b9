//! Calling a slice's routes without a server: the real edge, and callers who are who they say.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use parking_domain::clock::Clock;
use parking_http::edge::{Edge, EdgeOptions};
use parking_http::limits::Buckets;
use parking_http::metrics::EdgeMetrics;
use parking_http::{ApiError, Authenticate, Code, Credentials, Identity, Routes, caller};
use prometheus_client::registry::Registry;
use serde_json::Value;
use tower::ServiceExt as _;

/// What a route answered.
#[derive(Debug)]
pub struct Answered {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub text: String,
}

impl Answered {
    /// The body as JSON; null when there is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }

    /// The code of a problem document.
    pub fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }

    /// The version of the resource.
    pub fn etag(&self) -> String {
        let tag = self.headers.get(header::ETAG).expect("an ETag");
        tag.to_str().expect("a plain ETag").to_owned()
    }

    /// The body without the request's name, which always differs.
    pub fn without_request(&self) -> Value {
        let mut body = self.json();
        body.as_object_mut().map(|body| body.remove("request_id"));
        body
    }
}

/// Knows people by their tokens, as `Callers` does by better means.
#[derive(Debug, Default)]
pub struct People(Mutex<HashMap<String, Arc<Identity>>>);

impl Authenticate for People {
    fn authenticate<'a>(
        &'a self,
        credentials: Credentials<'a>,
        _: &'a caller::Request,
    ) -> Pin<Box<dyn Future<Output = Result<Arc<Identity>, ApiError>> + Send + 'a>> {
        let found = match credentials {
            Credentials::Bearer(token) | Credentials::ApiKey(token) => {
                self.0.lock().expect("not poisoned").get(token).cloned()
            }
            // Whoever signs in a name is believed; a nonce is not remembered, as on a server that has
            // not seen it.
            Credentials::Signed(shown) => {
                let people = self.0.lock().expect("not poisoned");
                people.get(&shown.credential.to_string()).cloned()
            }
        };
        Box::pin(async move { found.ok_or_else(|| ApiError::new(Code::Unauthenticated)) })
    }
}

impl People {
    /// Lets a token stand for an identity.
    pub fn seat(&self, token: &str, identity: Identity) {
        let mut people = self.0.lock().expect("not poisoned");
        people.insert(token.to_owned(), Arc::new(identity));
    }
}

/// Routes that can be called.
#[derive(Clone)]
pub struct Served(Router);

impl Served {
    /// A slice's routes behind the edge, which asks `callers` who is calling.
    pub fn new(routes: Routes, clock: &Clock, callers: Arc<dyn Authenticate>) -> Self {
        let options = EdgeOptions {
            rate_limits: None,
            ..EdgeOptions::default()
        };
        let metrics = EdgeMetrics::new(&mut Registry::default());
        let edge = Edge::new(
            options,
            clock.clone(),
            callers,
            Arc::new(Buckets::default()),
            metrics,
        );
        // As streams, because those may be signed; without limits there is no other difference.
        Self(edge.around(Router::new(), routes.into_parts().0, Router::new()))
    }

    /// Somebody reads.
    pub async fn get(&self, who: &impl AsRef<str>, path: &str) -> Answered {
        self.call(Method::GET, path, &[bearer(who)], None).await
    }

    /// Somebody posts.
    pub async fn post(&self, who: &impl AsRef<str>, path: &str, body: Value) -> Answered {
        self.call(Method::POST, path, &[bearer(who)], Some(body))
            .await
    }

    /// Somebody changes.
    pub async fn patch(&self, who: &impl AsRef<str>, path: &str, body: Value) -> Answered {
        self.call(Method::PATCH, path, &[bearer(who)], Some(body))
            .await
    }

    /// Somebody deletes.
    pub async fn delete(&self, who: &impl AsRef<str>, path: &str) -> Answered {
        self.call(Method::DELETE, path, &[bearer(who)], None).await
    }

    /// Any request, with any headers.
    pub async fn call(
        &self,
        method: Method,
        path: &str,
        headers: &[(&'static str, String)],
        body: Option<Value>,
    ) -> Answered {
        let mut headers = headers.to_vec();
        if body.is_some() {
            headers.push(("content-type", "application/json".to_owned()));
        }
        let text = body.as_ref().map(Value::to_string).unwrap_or_default();
        self.send(method, path, &headers, text).await
    }

    /// Any request, with any headers and any body.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&'static str, String)],
        body: impl Into<Body>,
    ) -> Answered {
        let mut request = Request::new(body.into());
        *request.method_mut() = method;
        *request.uri_mut() = path.parse().expect("a path");
        for (name, value) in headers {
            let value = value.parse().expect("a header value");
            request.headers_mut().insert(*name, value);
        }
        let response = self.0.clone().oneshot(request).await.expect("an answer");
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.expect("a whole body").to_bytes();
        Answered {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8(bytes.to_vec()).expect("text"),
        }
    }
}

/// The header that says who is calling.
pub fn bearer(who: &impl AsRef<str>) -> (&'static str, String) {
    ("authorization", format!("Bearer {}", who.as_ref()))
}
