//! What the tests of the slices stand on: tenants and people in a database of their own, and the
//! slice's routes behind the real edge.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use chrono::{DateTime, Utc};
use http_body_util::BodyExt as _;
use parking_db::{Db, Reason};
use parking_domain::access::Role;
use parking_domain::clock::Clock;
use parking_domain::ids::{TenantId, fresh};
use parking_domain::tenancy::{LimitOverrides, Tier};
use parking_domain::text::{Language, Name, Slug};
use parking_http::edge::{Edge, EdgeOptions};
use parking_http::limits::Buckets;
use parking_http::metrics::EdgeMetrics;
use parking_http::{Actor, ApiError, Authenticate, Code, Credentials, Identity, Routes, caller};
use parking_testkit::TestDb;
use prometheus_client::registry::Registry;
use serde_json::Value;
use tower::ServiceExt as _;
use uuid::Uuid;

use crate::{members, tenants};

/// A database with the platform's tenant in it.
pub(crate) struct Stage {
    pub(crate) test: TestDb,
    pub(crate) db: Db,
    pub(crate) clock: Clock,
    people: Arc<People>,
}

/// Somebody who can call routes: a bearer token that stands for an identity.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) id: Uuid,
    pub(crate) email: String,
    pub(crate) tenant: TenantId,
    pub(crate) membership: Uuid,
    token: String,
}

/// What a route answered.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answered {
    /// The body as JSON; null when there is none.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }

    /// The code of a problem document.
    pub(crate) fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }

    /// The version of the resource.
    pub(crate) fn etag(&self) -> String {
        let tag = self.headers.get(header::ETAG).expect("an ETag");
        tag.to_str().expect("a plain ETag").to_owned()
    }

    /// The body without the request's name, which always differs.
    pub(crate) fn without_request(&self) -> Value {
        let mut body = self.json();
        body.as_object_mut().map(|body| body.remove("request_id"));
        body
    }
}

/// Knows people by their tokens, as `Callers` does by better means.
#[derive(Debug, Default)]
struct People(Mutex<HashMap<String, Arc<Identity>>>);

impl Authenticate for People {
    fn authenticate<'a>(
        &'a self,
        credentials: Credentials<'a>,
        _: &'a caller::Request,
    ) -> Pin<Box<dyn Future<Output = Result<Arc<Identity>, ApiError>> + Send + 'a>> {
        let (Credentials::Bearer(token) | Credentials::ApiKey(token)) = credentials;
        let found = self.0.lock().expect("not poisoned").get(token).cloned();
        Box::pin(async move { found.ok_or_else(|| ApiError::new(Code::Unauthenticated)) })
    }
}

impl Stage {
    pub(crate) async fn set() -> Self {
        let test = TestDb::new().await;
        let (db, clock) = (test.db(), test.clock());
        let mut tx = db.platform(Reason::Worker("test")).await.expect("a door");
        let (name, slug) = (name("Platform"), Slug::parse("platform").expect("a slug"));
        tenants::ensure_platform(&mut tx, name, slug, clock.now())
            .await
            .expect("a platform tenant");
        tx.commit().await.expect("a commit");
        Self {
            test,
            db,
            clock,
            people: Arc::default(),
        }
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// A tenant with nobody in it.
    pub(crate) async fn tenant(&self, called: &str) -> TenantId {
        self.tenant_with(called, LimitOverrides::default()).await
    }

    /// A tenant with nobody in it, and limits of its own.
    pub(crate) async fn tenant_with(&self, called: &str, limits: LimitOverrides) -> TenantId {
        let mut tx = self.worker().await;
        let new = tenants::TenantDraft {
            name: name(called),
            slug: None,
            tier: Tier::Basic,
            limit_overrides: limits,
            feature_overrides: BTreeMap::new(),
            language: Language::En,
        };
        let tenant = tenants::create(&mut tx, self.now(), new)
            .await
            .expect("a tenant");
        tx.commit().await.expect("a commit");
        tenant.id
    }

    /// An account that belongs nowhere.
    pub(crate) async fn account(&self) -> (Uuid, String) {
        let id = fresh();
        let email = format!("u{}@example.org", id.simple());
        sqlx::query(
            "insert into users (id, email, email_key, name, created_at, updated_at) values ($1, $2, $2, $3, $4, $4)",
        )
        .bind(id)
        .bind(&email)
        .bind("Ada Lovelace")
        .bind(self.now())
        .execute(&mut self.test.superuser().await)
        .await
        .expect("an account");
        (id, email)
    }

    /// A new member of a tenant, who can call routes.
    pub(crate) async fn member(&self, tenant: TenantId, role: Role) -> Person {
        let (id, email) = self.account().await;
        let mut tx = self.worker().await;
        let membership = members::add(tx.conn(), tenant, id, role, self.now())
            .await
            .expect("a membership");
        tx.commit().await.expect("a commit");
        let person = Person {
            id,
            email,
            tenant,
            membership,
            token: fresh().to_string(),
        };
        self.seat(&person, role);
        person
    }

    /// Lets a person's token stand for a role, whatever the database says.
    pub(crate) fn seat(&self, person: &Person, role: Role) {
        let identity = Identity {
            tenant: person.tenant,
            actor: Actor::User {
                id: person.id,
                session: fresh(),
                name: "Ada Lovelace".into(),
            },
            role,
            scopes: None,
            acting: None,
            requests_per_minute: None,
            tenant_requests_per_minute: 1_000,
        };
        let mut people = self.people.0.lock().expect("not poisoned");
        people.insert(person.token.clone(), Arc::new(identity));
    }

    pub(crate) async fn worker(&self) -> parking_db::PlatformTx {
        let reason = Reason::Worker("test");
        self.db.platform(reason).await.expect("a door")
    }

    /// A slice's routes behind the edge, which knows the stage's people.
    pub(crate) fn serve(&self, routes: Routes) -> Served {
        self.serve_to(routes, Arc::clone(&self.people) as Arc<dyn Authenticate>)
    }

    /// A slice's routes behind the edge, which asks somebody else who is calling.
    pub(crate) fn serve_to(&self, routes: Routes, callers: Arc<dyn Authenticate>) -> Served {
        let options = EdgeOptions {
            rate_limits: None,
            ..EdgeOptions::default()
        };
        let metrics = EdgeMetrics::new(&mut Registry::default());
        let edge = Edge::new(
            options,
            self.clock.clone(),
            callers,
            Arc::new(Buckets::default()),
            metrics,
        );
        Served(edge.around(routes.into_parts().0, Router::new()))
    }
}

/// Routes that can be called.
#[derive(Clone)]
pub(crate) struct Served(Router);

impl Served {
    pub(crate) async fn get(&self, who: &Person, path: &str) -> Answered {
        self.call(Method::GET, path, &[bearer(who)], None).await
    }

    pub(crate) async fn post(&self, who: &Person, path: &str, body: Value) -> Answered {
        self.call(Method::POST, path, &[bearer(who)], Some(body))
            .await
    }

    pub(crate) async fn patch(&self, who: &Person, path: &str, body: Value) -> Answered {
        self.call(Method::PATCH, path, &[bearer(who)], Some(body))
            .await
    }

    pub(crate) async fn delete(&self, who: &Person, path: &str) -> Answered {
        self.call(Method::DELETE, path, &[bearer(who)], None).await
    }

    /// Any request, with any headers.
    pub(crate) async fn call(
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
    pub(crate) async fn send(
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
pub(crate) fn bearer(who: &Person) -> (&'static str, String) {
    ("authorization", format!("Bearer {}", who.token))
}

pub(crate) fn name(name: &str) -> Name {
    Name::parse(name).expect("a name")
}

/// A request as `Authenticate` sees it, from an address.
pub(crate) fn request_from(ip: &str) -> caller::Request {
    caller::Request {
        id: "req_test".into(),
        ip: ip.parse::<IpAddr>().expect("an address"),
    }
}
