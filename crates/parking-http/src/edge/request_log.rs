//! The outermost layer: every request gets a name, an answer and one line in the log.

use std::collections::HashSet;
use std::error::Error;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use futures_util::FutureExt as _;
use parking_db::DbError;
use parking_domain::ids::fresh;
use tracing::{Instrument as _, debug, error, info, info_span};

use super::{Edge, OfAStream, endpoint, headers};
use crate::error::causes;
use crate::{ApiError, Caller, Code, caller};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Answers a request, whatever happens inside.
pub(super) async fn answer(
    State(edge): State<Arc<Edge>>,
    mut request: Request,
    next: Next,
) -> Response {
    let started = Instant::now();
    let method = verb(request.method());
    let route = endpoint(&request).to_owned();
    let id = request_id(request.headers());
    let peer = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map(|ConnectInfo(peer)| peer.ip());
    let ip = edge.client_ip(
        peer.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        request.headers(),
    );
    request.extensions_mut().insert(caller::Request {
        id: Arc::clone(&id),
        ip,
        nonce: None,
    });

    let span = info_span!("request", request.id = %id, http.method = %method, http.route = %route);
    let mut response = run(&edge, request, next).instrument(span).await;

    let failure = response
        .extensions_mut()
        .remove::<Arc<ApiError>>()
        .or_else(|| plain_failure(&response));
    if let Some(failure) = &failure {
        response = with_problem(&response, failure, &id);
    }
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    headers::secure(
        response.headers_mut(),
        &edge.content_security_policy,
        edge.options.is_https,
    );
    let took = started.elapsed();
    edge.metrics
        .answered(method, &route, response.status().as_u16(), took);
    let line = Line {
        method,
        route: &route,
        id: &id,
        ip,
        took,
    };
    log(&line, &response, failure.as_deref());
    response
}

async fn run(edge: &Edge, request: Request, next: Next) -> Response {
    let inner = AssertUnwindSafe(next.run(request)).catch_unwind();
    match tokio::time::timeout(edge.options.request_timeout, inner).await {
        Ok(Ok(response)) => response,
        Ok(Err(_panic)) => {
            edge.metrics.panicked();
            ApiError::new(Code::InternalError).into_response()
        }
        Err(_elapsed) => ApiError::new(Code::Unavailable)
            .detail("the request took too long")
            .retry_after(Duration::from_secs(1))
            .into_response(),
    }
}

/// The method, of which clients may invent any number: labels and log fields take those there are.
fn verb(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "OTHER",
    }
}

/// The client's name for the request if it is a sensible one, else a new one.
fn request_id(headers: &HeaderMap) -> Arc<str> {
    let is_sensible = |id: &&str| {
        (1..=128).contains(&id.len())
            && id
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-_.:/".contains(&b))
    };
    match headers
        .get(REQUEST_ID)
        .and_then(|value| value.to_str().ok())
        .filter(is_sensible)
    {
        Some(id) => Arc::from(id),
        None => Arc::from(format!("req_{}", fresh().simple())),
    }
}

/// An error that came from the framework rather than from us: it has a status and no code.
fn plain_failure(response: &Response) -> Option<Arc<ApiError>> {
    let is_plain = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_none_or(|kind| kind.as_bytes().starts_with(b"text/plain"));
    let code = match response.status() {
        _ if !is_plain => return None,
        StatusCode::NOT_FOUND => Code::NotFound,
        StatusCode::METHOD_NOT_ALLOWED => Code::MethodNotAllowed,
        StatusCode::PAYLOAD_TOO_LARGE => Code::PayloadTooLarge,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Code::UnsupportedMediaType,
        status if status.is_client_error() => Code::MalformedRequest,
        status if status.is_server_error() => Code::InternalError,
        _ => return None,
    };
    Some(Arc::new(ApiError::new(code)))
}

/// Replaces the body by the problem document and keeps the other headers.
fn with_problem(response: &Response, failure: &ApiError, id: &str) -> Response {
    let mut problem = failure.respond(id);
    let own: HashSet<HeaderName> = problem.headers().keys().cloned().collect();
    for (name, value) in response.headers() {
        let is_of_body = [
            header::CONTENT_TYPE,
            header::CONTENT_LENGTH,
            header::CONTENT_ENCODING,
        ]
        .contains(name);
        if !is_of_body && !own.contains(name) {
            problem.headers_mut().append(name, value.clone());
        }
    }
    if let Some(caller) = response.extensions().get::<Caller>() {
        problem.extensions_mut().insert(caller.clone());
    }
    problem
}

/// What the log line says of the request, beside the answer.
struct Line<'a> {
    method: &'a str,
    route: &'a str,
    id: &'a str,
    ip: IpAddr,
    took: Duration,
}

/// Whether somebody must look: it is not the request's fault, and does not pass by itself.
fn wants_a_person(failure: &ApiError) -> bool {
    failure.code == Code::InternalError || failure.cause.as_deref().is_some_and(is_out_of_room)
}

/// Whether PostgreSQL has no disk, memory or connections left.
fn is_out_of_room(cause: &(dyn Error + Send + Sync + 'static)) -> bool {
    let Some(DbError::Unavailable(sqlx::Error::Database(refusal))) = cause.downcast_ref() else {
        return false;
    };
    refusal.code().is_some_and(|code| code.starts_with("53"))
}

fn log(line: &Line<'_>, response: &Response, failure: Option<&ApiError>) {
    let Line {
        method,
        route,
        id,
        ip,
        took,
    } = *line;
    let status = response.status().as_u16();
    let duration_ms = took.as_secs_f64() * 1_000.0;
    let caller = response.extensions().get::<Caller>();
    let tenant = caller.map(|caller| caller.tenant().to_string());
    let actor = caller.map(Caller::credential);
    let is_routine = failure.is_none() && response.extensions().get::<OfAStream>().is_some();
    let code = failure.map(|failure| failure.code.name());
    let cause = failure
        .and_then(|failure| failure.cause.as_deref())
        .map(|cause| causes(cause));
    if failure.is_some_and(wants_a_person) {
        error!(request.id = id, http.method = method, http.route = route, http.status = status, duration_ms,
            client.ip = %ip, tenant.id = tenant, actor.id = actor, error.code = code, error.cause = cause, "request failed");
    } else if is_routine {
        debug!(request.id = id, http.method = method, http.route = route, http.status = status, duration_ms,
            client.ip = %ip, tenant.id = tenant, actor.id = actor, "request");
    } else {
        info!(request.id = id, http.method = method, http.route = route, http.status = status, duration_ms,
            client.ip = %ip, tenant.id = tenant, actor.id = actor, error.code = code, error.cause = cause, "request");
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;
    use std::fmt;

    use sqlx::error::{DatabaseError, ErrorKind};

    use super::*;

    /// What PostgreSQL says, with this code.
    #[derive(Debug)]
    struct Refusal(&'static str);

    impl fmt::Display for Refusal {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }
    }

    impl Error for Refusal {}

    impl DatabaseError for Refusal {
        fn message(&self) -> &str {
            self.0
        }

        fn code(&self) -> Option<Cow<'_, str>> {
            Some(self.0.into())
        }

        fn as_error(&self) -> &(dyn Error + Send + Sync + 'static) {
            self
        }

        fn as_error_mut(&mut self) -> &mut (dyn Error + Send + Sync + 'static) {
            self
        }

        fn into_error(self: Box<Self>) -> Box<dyn Error + Send + Sync + 'static> {
            self
        }

        fn kind(&self) -> ErrorKind {
            ErrorKind::Other
        }
    }

    #[test]
    fn a_full_disk_wants_a_person_and_a_busy_row_does_not() {
        for (code, expected) in [
            ("53100", true),
            ("53200", true),
            ("55P03", false),
            ("57014", false),
        ] {
            let error = DbError::from(sqlx::Error::Database(Box::new(Refusal(code))));
            let failure = ApiError::from(error);
            assert_eq!(failure.code, Code::Unavailable, "{code}");
            assert_eq!(wants_a_person(&failure), expected, "{code}");
        }
    }
}
