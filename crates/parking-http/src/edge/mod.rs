//! What happens to every request before a handler sees it, and to every answer after.
//!
//! From the outside in: a name for the request, one log line, panics and timeouts turned into
//! answers, security headers; compression and CORS; who is asking; how fast.

mod headers;
mod origin;
mod request_log;
mod signed;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use chrono::{DateTime, Utc};
use ipnet::IpNet;
use parking_domain::clock::Clock;
use tower_http::compression::CompressionLayer;
use tower_http::cors::{AllowOrigin, CorsLayer};

use crate::caller::{self, Miss, Seen};
use crate::extract::BodyLimit;
use crate::limits::{
    Buckets, RateLimits, Weight, allow_stranger, count_address, count_caller, count_miss,
    count_stranger, count_weight,
};
use crate::metrics::EdgeMetrics;
use crate::{ApiError, Authenticate, Caller, Code, Credentials};

/// What is written down of what cannot be the name of anything.
const NO_ID: &str = "no id";

/// How the edge behaves.
#[derive(Clone, Debug)]
pub struct EdgeOptions {
    /// How long a request may take in all.
    pub request_timeout: Duration,
    /// The largest body.
    pub body_size_max: usize,
    /// Web origins besides our own that may call the API.
    pub cors_origins: Vec<HeaderValue>,
    /// Proxies whose word about the client's address is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Where the web UI may load map tiles from besides us.
    pub tiles_origin: Option<HeaderValue>,
    /// Whether browsers reach us by HTTPS and must keep doing so.
    pub is_https: bool,
    /// How fast callers may ask; `None` for no limits.
    pub rate_limits: Option<RateLimits>,
}

impl Default for EdgeOptions {
    fn default() -> Self {
        Self {
            request_timeout: Duration::from_secs(30),
            body_size_max: 1024 * 1024,
            cors_origins: Vec::new(),
            trusted_proxies: Vec::new(),
            tiles_origin: None,
            is_https: false,
            rate_limits: Some(RateLimits::default()),
        }
    }
}

/// The edge of one server.
pub struct Edge {
    options: EdgeOptions,
    clock: Clock,
    authenticate: Arc<dyn Authenticate>,
    buckets: Arc<Buckets>,
    metrics: EdgeMetrics,
    content_security_policy: HeaderValue,
}

impl Edge {
    /// An edge that asks `authenticate` who is calling.
    pub fn new(
        options: EdgeOptions,
        clock: Clock,
        authenticate: Arc<dyn Authenticate>,
        buckets: Arc<Buckets>,
        metrics: EdgeMetrics,
    ) -> Arc<Self> {
        Arc::new(Self {
            content_security_policy: headers::content_security_policy(
                options.tiles_origin.as_ref(),
            ),
            options,
            clock,
            authenticate,
            buckets,
            metrics,
        })
    }

    /// Puts the edge around the API, which has callers and limits; around streams, whose callers are
    /// not limited because what takes them in pushes back itself; and around what is open to everybody:
    /// health, the description of the API, the web UI.
    pub fn around(self: &Arc<Self>, api: Router, streams: Router, open: Router) -> Router {
        let known = |routes: Router, limits| {
            routes
                .method_not_allowed_fallback(async || ApiError::new(Code::MethodNotAllowed))
                .layer(from_fn_with_state((Arc::clone(self), limits), identify))
        };
        open.merge(known(api, Limits::All))
            .merge(known(streams, Limits::StrangersAlone))
            .layer(self.cors())
            .layer(CompressionLayer::new())
            .layer(from_fn_with_state(Arc::clone(self), request_log::answer))
    }

    fn cors(&self) -> CorsLayer {
        CorsLayer::new()
            .allow_origin(AllowOrigin::list(self.options.cors_origins.iter().cloned()))
            .allow_credentials(!self.options.cors_origins.is_empty())
            .allow_methods([
                Method::GET,
                Method::POST,
                Method::PUT,
                Method::PATCH,
                Method::DELETE,
            ])
            .allow_headers([
                header::AUTHORIZATION,
                header::CONTENT_TYPE,
                header::IF_MATCH,
                HeaderName::from_static("x-api-key"),
                HeaderName::from_static("x-ticket"),
                HeaderName::from_static("x-request-id"),
                HeaderName::from_static("idempotency-key"),
            ])
            .expose_headers([
                header::ETAG,
                header::LOCATION,
                header::RETRY_AFTER,
                HeaderName::from_static("x-request-id"),
                HeaderName::from_static("x-ratelimit-limit"),
                HeaderName::from_static("x-ratelimit-remaining"),
                HeaderName::from_static("x-ratelimit-reset"),
            ])
            .max_age(Duration::from_mins(10))
    }

    fn client_ip(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        origin::client_ip(peer, headers, &self.options.trusted_proxies)
    }
}

/// Whose requests are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Limits {
    /// Everybody's.
    All,
    /// Those of callers who show nothing good.
    StrangersAlone,
}

/// Marks the answer to one of a stream of requests: that it went well is no news.
#[derive(Clone, Copy, Debug)]
struct OfAStream;

/// Finds out who is asking and whether they may ask this fast.
async fn identify(
    State((edge, limits)): State<(Arc<Edge>, Limits)>,
    mut request: Request,
    next: Next,
) -> Response {
    let Some(facts) = request.extensions().get::<caller::Request>().cloned() else {
        return ApiError::new(Code::InternalError).into_response();
    };
    let now = edge.clock.now();
    let seen = if limits == Limits::StrangersAlone && signed::is_signed(request.headers()) {
        edge.see_signed(&mut request, facts.clone(), now).await
    } else {
        edge.see(request.headers(), facts.clone(), now).await
    };
    let rates = edge.options.rate_limits.as_ref();
    let verdict = rates.and_then(|rates| match &seen {
        Seen::Known(_) if limits == Limits::StrangersAlone => None,
        Seen::Known(caller) => Some(count_caller(
            &edge.buckets,
            rates,
            caller,
            request.method(),
            now,
        )),
        Seen::Nobody | Seen::Refused(_) => Some(count_address(&edge.buckets, rates, facts.ip, now)),
    });
    let nonce = edge.taken_nonce(&seen);
    let log = match &seen {
        Seen::Known(caller) => Some(caller.clone()),
        _ => None,
    };
    let miss = log.as_ref().and_then(|_| miss(&request));
    let refusal = verdict.and_then(|verdict| verdict.allow().err());
    let mut response = if let Some(refusal) = refusal {
        edge.metrics.rejected(endpoint(&request));
        refusal.into_response()
    } else {
        request.extensions_mut().insert(seen);
        request
            .extensions_mut()
            .insert(BodyLimit(edge.options.body_size_max));
        next.run(request).await
    };
    if limits == Limits::StrangersAlone {
        response.extensions_mut().insert(OfAStream);
    }
    if let Some(nonce) = nonce {
        nonce.answered(response.status());
    }
    if let Some(verdict) = verdict {
        verdict.write(response.headers_mut());
    }
    if let Some(caller) = log {
        if let (Some(rates), Some(weight)) = (rates, response.extensions().get::<Weight>()) {
            count_weight(&edge.buckets, rates, (&caller, *weight), now);
        }
        if response.status() == StatusCode::NOT_FOUND
            && let Some(miss) = miss
            && count_miss(&edge.buckets, &caller, now)
        {
            edge.authenticate.missed(&caller, miss);
        }
        response.extensions_mut().insert(caller);
    }
    response
}

impl Edge {
    async fn see(&self, headers: &HeaderMap, request: caller::Request, now: DateTime<Utc>) -> Seen {
        let credentials = match credentials(headers) {
            Ok(Some(credentials)) => credentials,
            Ok(None) => return Seen::Nobody,
            Err(error) => return Seen::Refused(Arc::new(error)),
        };
        match self.hear(credentials, &request, now) {
            Ok(()) => self.ask(credentials, request, now).await,
            Err(error) => Seen::Refused(Arc::new(error)),
        }
    }

    /// Whether credentials are looked at, from where they come.
    fn hear(
        &self,
        credentials: Credentials<'_>,
        request: &caller::Request,
        now: DateTime<Utc>,
    ) -> Result<(), ApiError> {
        if self.options.rate_limits.is_none() || self.authenticate.knows(credentials) {
            return Ok(());
        }
        allow_stranger(&self.buckets, request.ip, now)
    }

    async fn ask(
        &self,
        credentials: Credentials<'_>,
        request: caller::Request,
        now: DateTime<Utc>,
    ) -> Seen {
        match self.authenticate.authenticate(credentials, &request).await {
            Ok(identity) => Seen::Known(Caller { identity, request }),
            Err(error) => {
                if error.code.status() == StatusCode::UNAUTHORIZED {
                    count_stranger(&self.buckets, request.ip, now);
                }
                Seen::Refused(Arc::new(error))
            }
        }
    }
}

/// What a request shows to say who sent it.
fn credentials(headers: &HeaderMap) -> Result<Option<Credentials<'_>>, ApiError> {
    let text = |name: &HeaderName| headers.get(name).map(|value| value.to_str());
    let refused = |detail| Err(ApiError::new(Code::Unauthenticated).detail(detail));
    match (
        text(&header::AUTHORIZATION),
        text(&HeaderName::from_static("x-api-key")),
    ) {
        (None, None) => Ok(None),
        (Some(Ok(value)), _) => match value.split_once(' ') {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => {
                let token = token.trim();
                // Integrations that can only send a bearer token may send their key as one.
                Ok(Some(if token.starts_with("pk_") {
                    Credentials::ApiKey(token)
                } else {
                    Credentials::Bearer(token)
                }))
            }
            _ => refused("the Authorization header must be `Bearer …`"),
        },
        (None, Some(Ok(key))) => Ok(Some(Credentials::ApiKey(key.trim()))),
        _ => refused("the credentials hold characters that are not text"),
    }
}

/// What a request asks for by id, if it does.
fn miss(request: &Request) -> Option<Miss> {
    let route = request.extensions().get::<MatchedPath>()?.as_str();
    let at = route.split('/').position(|part| part.starts_with('{'))?;
    let id = request.uri().path().split('/').nth(at)?;
    let id = if is_id(id) { id } else { NO_ID };
    Some(Miss {
        method: request.method().to_string(),
        route: route.to_owned(),
        id: id.to_owned(),
    })
}

/// Whether something can be the name of a thing: an id, or what a radio is known by. Whatever else stands in
/// its place somebody typed, perhaps whom they looked for, and the log forgets nothing.
fn is_id(typed: &str) -> bool {
    let digits = typed.replace(['-', ':'], "");
    let is_of_digits = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    is_of_digits && matches!(digits.len(), 16 | 32)
}

/// The template of the route, so that labels and log fields stay few.
fn endpoint(request: &Request) -> &str {
    request
        .extensions()
        .get::<MatchedPath>()
        .map_or("unmatched", MatchedPath::as_str)
}
