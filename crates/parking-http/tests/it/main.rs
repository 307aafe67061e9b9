//! The edge from the outside: what every request gets, whatever the handler does.

#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use std::collections::BTreeSet;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, Response, StatusCode, header};
use axum::routing::get;
use axum::{Extension, Router};
use chrono::{DateTime, TimeDelta};
use http_body_util::BodyExt as _;
use parking_domain::access::{Permission, Role, Scope};
use parking_domain::clock::Clock;
use parking_domain::ids::TenantId;
use parking_http::edge::{Edge, EdgeOptions};
use parking_http::limits::{Buckets, RateLimits, Weight};
use parking_http::metrics::EdgeMetrics;
use parking_http::{
    Access, Actor, ApiError, Authenticate, Caller, Code, Credentials, Identity, Json, Problem,
    Routes, caller,
};
use prometheus_client::registry::Registry;
use serde::{Deserialize, Serialize};
use tower::ServiceExt as _;
use utoipa::ToSchema;
use utoipa_axum::routes;
use uuid::Uuid;

/// Knows `viewer`, `owner`, `hasty`, whose tenant may ask three times a minute, and the key `pk_a_b`, which may read sites.
struct Doorman;

impl Authenticate for Doorman {
    fn authenticate<'a>(
        &'a self,
        credentials: Credentials<'a>,
        _: &'a caller::Request,
    ) -> Pin<Box<dyn Future<Output = Result<Arc<Identity>, ApiError>> + Send + 'a>> {
        let id = Uuid::from_u128(7);
        let user = Actor::User {
            id,
            session: id,
            name: "Ada".into(),
        };
        let (actor, role, scopes) = match credentials {
            Credentials::Bearer("viewer" | "hasty") => (user, Role::Viewer, None),
            Credentials::Bearer("owner") => (user, Role::Owner, None),
            Credentials::ApiKey("pk_a_b") => (
                Actor::ApiKey {
                    id,
                    public_id: "a".into(),
                    name: "Key".into(),
                },
                Role::Owner,
                Some(BTreeSet::from([Scope::SitesRead])),
            ),
            _ => return Box::pin(async { Err(ApiError::new(Code::Unauthenticated)) }),
        };
        let identity = Identity {
            tenant: TenantId(id),
            actor,
            role,
            scopes,
            acting: None,
            requests_per_minute: None,
            tenant_requests_per_minute: if credentials == Credentials::Bearer("hasty") {
                3
            } else {
                1_000
            },
        };
        Box::pin(async move { Ok(Arc::new(identity)) })
    }
}

#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Thing {
    name: String,
}

#[utoipa::path(get, path = "/api/open", responses((status = 200, body = String)))]
async fn open() -> &'static str {
    "open"
}

#[utoipa::path(get, path = "/api/mine", responses((status = 200, body = String)))]
async fn mine(caller: Caller) -> String {
    caller.credential()
}

#[utoipa::path(post, path = "/api/keys", request_body = Thing, responses((status = 200, body = String)))]
async fn keys(Json(thing): Json<Thing>) -> String {
    thing.name
}

#[utoipa::path(get, path = "/api/secrets", responses((status = 200, body = String)))]
async fn secrets() -> &'static str {
    "secrets"
}

#[utoipa::path(post, path = "/api/letters", request_body = Thing, responses((status = 200, body = String)))]
async fn letters(Json(thing): Json<Thing>) -> String {
    thing.name
}

#[utoipa::path(post, path = "/api/batches", responses((status = 200, body = String)))]
async fn batches() -> (Extension<Weight>, &'static str) {
    (Extension(Weight(59)), "batches")
}

#[utoipa::path(get, path = "/api/panic", responses((status = 200, body = String)))]
async fn panics() -> String {
    panic!("a bug")
}

#[utoipa::path(get, path = "/api/slow", responses((status = 200, body = String)))]
async fn slow() -> String {
    std::future::pending().await
}

#[utoipa::path(get, path = "/api/person", responses((status = 200, body = String)))]
async fn person() -> &'static str {
    "person"
}

fn routes() -> Routes {
    Routes::new("Test")
        .add(Access::Public, routes!(open))
        .add(Access::Public, routes!(letters))
        .add(Access::Public, routes!(panics))
        .add(Access::Public, routes!(slow))
        .add(Access::Authenticated, routes!(mine))
        .add(Access::Authenticated, routes!(batches))
        .add(Access::Person, routes!(person))
        .add(Access::Needs(Permission::ApiKeysManage), routes!(keys))
        .add(
            Access::PersonWith(Permission::ApiKeysManage),
            routes!(secrets),
        )
}

fn edge(clock: &Clock, rate_limits: Option<RateLimits>) -> Router {
    measured_edge(clock, rate_limits, &mut Registry::default())
}

fn measured_edge(
    clock: &Clock,
    rate_limits: Option<RateLimits>,
    registry: &mut Registry,
) -> Router {
    let options = EdgeOptions {
        request_timeout: Duration::from_millis(200),
        body_size_max: 100_000,
        rate_limits,
        ..EdgeOptions::default()
    };
    let metrics = EdgeMetrics::new(registry);
    let edge = Edge::new(
        options,
        clock.clone(),
        Arc::new(Doorman),
        Arc::new(Buckets::default()),
        metrics,
    );
    let free = Router::new().route("/health", get(async || "ok"));
    edge.around(routes().into_parts().0, Router::new(), free)
}

fn clock() -> Clock {
    Clock::manual(DateTime::from_timestamp(1_800_000_000, 0).unwrap())
}

async fn ask(request: Request<Body>) -> Response<Body> {
    edge(&clock(), None).oneshot(request).await.unwrap()
}

fn get_as(path: &str, token: &str) -> Request<Body> {
    Request::get(path)
        .header("authorization", format!("Bearer {token}"))
        .body(Body::empty())
        .unwrap()
}

async fn problem(response: Response<Body>) -> Problem {
    assert_eq!(
        response.headers()[header::CONTENT_TYPE],
        "application/problem+json"
    );
    let id = response.headers()["x-request-id"]
        .to_str()
        .unwrap()
        .to_owned();
    let status = response.status().as_u16();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    let problem: Problem = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(
        (problem.request_id.as_str(), problem.status),
        (id.as_str(), status)
    );
    problem
}

#[tokio::test]
async fn who_may_what_is_decided_before_the_handler() {
    let cases = [
        ("/api/open", None, 200),
        ("/api/mine", None, 401),
        ("/api/mine", Some("viewer"), 200),
        ("/api/mine", Some("stale"), 401),
        ("/api/mine", Some("pk_a_b"), 200),
        ("/api/person", Some("viewer"), 200),
        ("/api/person", Some("pk_a_b"), 403),
        ("/api/secrets", Some("owner"), 200),
        ("/api/secrets", Some("viewer"), 403),
        ("/api/secrets", Some("pk_a_b"), 403),
        ("/api/open", Some("stale"), 200),
    ];
    for (path, token, expected) in cases {
        let request = token.map_or_else(
            || Request::get(path).body(Body::empty()).unwrap(),
            |token| get_as(path, token),
        );
        assert_eq!(
            ask(request).await.status().as_u16(),
            expected,
            "{path} as {token:?}"
        );
    }
    for (token, expected) in [("viewer", 403), ("owner", 200), ("pk_a_b", 403)] {
        let request = Request::post("/api/keys")
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/json")
            .body(Body::from(r#"{"name":"a"}"#))
            .unwrap();
        assert_eq!(ask(request).await.status().as_u16(), expected, "{token}");
    }
}

#[tokio::test]
async fn an_answer_that_did_the_work_of_many_changes_is_counted_as_so_many() {
    let edge = edge(&clock(), Some(RateLimits::default()));
    let post = |path: &str, token: &str| {
        let request = Request::post(path).header("authorization", format!("Bearer {token}"));
        edge.clone().oneshot(request.body(Body::empty()).unwrap())
    };
    let first = post("/api/batches", "owner").await.unwrap();
    assert_eq!(first.status(), StatusCode::OK);
    let second = post("/api/batches", "owner").await.unwrap();
    assert_eq!(problem(second).await.code, "rate_limited");
    // Reading, and others, are as free as before.
    let read = edge.clone().oneshot(get_as("/api/mine", "owner"));
    assert_eq!(read.await.unwrap().status(), StatusCode::OK);
    let other = post("/api/batches", "pk_a_b").await.unwrap();
    assert_eq!(other.status(), StatusCode::OK);
}

#[tokio::test]
async fn whatever_goes_wrong_is_a_problem_with_a_code_and_the_requests_name() {
    let post = |kind: &str, body: &'static str| {
        Request::post("/api/keys")
            .header("authorization", "Bearer owner")
            .header("content-type", kind)
            .body(Body::from(body))
            .unwrap()
    };
    let long = "x".repeat(200_000).leak();
    let cases = [
        (get_as("/api/nothing", "owner"), "not_found"),
        (
            Request::delete("/api/open").body(Body::empty()).unwrap(),
            "method_not_allowed",
        ),
        (get_as("/api/panic", "owner"), "internal_error"),
        (get_as("/api/slow", "owner"), "unavailable"),
        (post("text/plain", "{}"), "unsupported_media_type"),
        (post("application/json", "{"), "malformed_request"),
        (
            post("application/json", r#"{"name":1}"#),
            "validation_failed",
        ),
        (
            post("application/json", r#"{"name":"a","more":1}"#),
            "validation_failed",
        ),
        (post("application/json", long), "payload_too_large"),
    ];
    for (request, code) in cases {
        let name = format!("{} {}", request.method(), request.uri());
        assert_eq!(problem(ask(request).await).await.code, code, "{name}");
    }
}

#[tokio::test]
async fn strangers_may_say_less_than_callers() {
    for (length, public, known) in [(10_000, 200, 200), (20_000, 413, 200)] {
        let body = format!(r#"{{"name":"{}"}}"#, "x".repeat(length));
        for (path, expected) in [("/api/letters", public), ("/api/keys", known)] {
            let request = Request::post(path)
                .header("authorization", "Bearer owner")
                .header("content-type", "application/json")
                .body(Body::from(body.clone()))
                .unwrap();
            let status = ask(request).await.status();
            assert_eq!(status.as_u16(), expected, "{length} bytes at {path}");
        }
    }
}

#[tokio::test]
async fn a_request_keeps_a_sensible_name_and_gets_one_otherwise() {
    let named = |name: &'static str| {
        Request::get("/api/open")
            .header("x-request-id", name)
            .body(Body::empty())
            .unwrap()
    };
    assert_eq!(ask(named("abc-1")).await.headers()["x-request-id"], "abc-1");
    let odd = ask(named("a b<script>")).await;
    assert!(
        odd.headers()["x-request-id"]
            .to_str()
            .unwrap()
            .starts_with("req_")
    );
}

#[tokio::test]
async fn every_answer_carries_the_headers_that_keep_browsers_safe() {
    for request in [
        get_as("/api/open", "owner"),
        get_as("/api/nothing", "owner"),
        get_as("/health", "owner"),
    ] {
        let response = ask(request).await;
        let policy = response.headers()["content-security-policy"]
            .to_str()
            .unwrap();
        assert!(policy.contains("script-src 'self';"));
        assert_eq!(response.headers()["x-content-type-options"], "nosniff");
        assert_eq!(response.headers()["cache-control"], "no-store");
    }
}

#[tokio::test]
async fn callers_pay_from_their_own_bucket_and_health_is_free() {
    let clock = clock();
    let limits = RateLimits {
        requests_per_minute: 2,
        writes_per_minute: 1,
        tenant_per_minute_max: None,
        anonymous_per_minute: 1,
    };
    let app = edge(&clock, Some(limits));
    let status = async |request: Request<Body>| app.clone().oneshot(request).await.unwrap();
    for _ in 0..4 {
        assert_eq!(
            status(get_as("/api/mine", "owner")).await.status(),
            StatusCode::OK
        );
    }
    let refused = status(get_as("/api/mine", "owner")).await;
    assert_eq!(refused.headers()["retry-after"], "30");
    assert_eq!(refused.headers()["x-ratelimit-limit"], "2");
    assert_eq!(refused.headers()["x-ratelimit-remaining"], "0");
    assert_eq!(problem(refused).await.code, "rate_limited");
    assert_eq!(
        status(get_as("/api/mine", "pk_a_b")).await.status(),
        StatusCode::OK,
        "another credential"
    );
    for _ in 0..20 {
        assert_eq!(
            status(get_as("/health", "owner")).await.status(),
            StatusCode::OK
        );
    }
    clock.advance(TimeDelta::seconds(30));
    assert_eq!(
        status(get_as("/api/mine", "owner")).await.status(),
        StatusCode::OK
    );
}

#[tokio::test]
async fn a_tenant_that_may_ask_less_than_a_session_asks_no_more() {
    let app = edge(&clock(), Some(RateLimits::default()));
    for expected in [200, 200, 200, 200, 200, 200, 429] {
        let answer = app.clone().oneshot(get_as("/api/mine", "hasty")).await;
        assert_eq!(answer.unwrap().status().as_u16(), expected);
    }
}

#[tokio::test]
async fn invented_methods_and_paths_make_no_labels() {
    let mut registry = Registry::default();
    let app = measured_edge(&clock(), None, &mut registry);
    for n in 0..50 {
        let request = Request::builder()
            .method(format!("BREW{n}").as_str())
            .uri(format!("/pots/{n}"))
            .body(Body::empty())
            .unwrap();
        app.clone().oneshot(request).await.unwrap();
    }
    let mut text = String::new();
    prometheus_client::encoding::text::encode(&mut text, &registry).unwrap();
    let counters = text
        .lines()
        .filter(|line| line.starts_with("api_requests_total"));
    assert_eq!(counters.count(), 1, "{text}");
    assert!(
        text.contains(r#"method="OTHER",endpoint="unmatched""#),
        "{text}"
    );
}

#[test]
fn the_description_states_the_access_of_every_operation() {
    let (_, description) = routes().into_parts();
    for (path, item) in &description.paths.paths {
        let operation = item.get.as_ref().or(item.post.as_ref()).unwrap();
        assert!(
            operation
                .extensions
                .as_ref()
                .unwrap()
                .contains_key("x-access"),
            "{path}"
        );
        assert!(operation.responses.responses.contains_key("429"), "{path}");
    }
}

/// Believes whoever signs, and remembers nonces until they are given back.
#[derive(Default)]
struct Notary(Mutex<BTreeSet<String>>);

impl Authenticate for Notary {
    fn give_back(&self, _: TenantId, nonce: &str) {
        self.0.lock().unwrap().remove(nonce);
    }

    fn authenticate<'a>(
        &'a self,
        credentials: Credentials<'a>,
        request: &'a caller::Request,
    ) -> Pin<Box<dyn Future<Output = Result<Arc<Identity>, ApiError>> + Send + 'a>> {
        let nonce = match credentials {
            Credentials::Signed(shown) => shown.nonce.unwrap_or_default(),
            _ => "",
        };
        if !self.0.lock().unwrap().insert(nonce.to_owned()) {
            return Box::pin(async { Err(ApiError::new(Code::NonceReused)) });
        }
        Doorman.authenticate(Credentials::Bearer("owner"), request)
    }
}

#[tokio::test]
async fn a_nonce_is_good_again_if_its_message_was_not_taken_in() {
    // What the handler answers, the last first; then nothing.
    let answers = Arc::new(Mutex::new(vec![
        Err(Code::ValidationFailed),
        Ok("taken in"),
        Err(Code::Unavailable),
    ]));
    let stream = Router::new().route(
        "/in",
        axum::routing::post(async move |_: Caller| {
            let next = answers.lock().unwrap().pop();
            match next {
                Some(answer) => answer.map_err(ApiError::new),
                None => std::future::pending().await,
            }
        }),
    );
    let options = EdgeOptions {
        request_timeout: Duration::from_millis(200),
        rate_limits: None,
        ..EdgeOptions::default()
    };
    let edge = Edge::new(
        options,
        clock(),
        Arc::new(Notary::default()),
        Arc::new(Buckets::default()),
        EdgeMetrics::new(&mut Registry::default()),
    );
    let app = edge.around(Router::new(), stream, Router::new());
    let send = async |nonce: &str| {
        let request = Request::post("/in")
            .header("x-webhook-credential", Uuid::from_u128(7).to_string())
            .header("x-webhook-signature", "00")
            .header("x-webhook-timestamp", "1800000000")
            .header("x-webhook-nonce", nonce)
            .body(Body::empty())
            .unwrap();
        let response = app.clone().oneshot(request).await.unwrap();
        response.status().as_u16()
    };
    // Turned away, the same request may come again, and no more when it was taken in.
    assert_eq!(send("a").await, 503);
    assert_eq!(send("a").await, 200);
    assert_eq!(send("a").await, 409);
    // What was refused for what it says is not better the second time.
    assert_eq!(send("b").await, 422);
    assert_eq!(send("b").await, 409);
    // Left without an answer until its time was over.
    assert_eq!(send("c").await, 503);
    assert_eq!(send("c").await, 503);
}
