//! Handing in what network servers say.
//!
//! ChirpStack tries once, waits five seconds and does not look at the answer, so whatever it says is
//! stored before it is judged: what cannot be read is kept as it came, and refused all the same, for
//! senders that do look.

use axum::Json;
use axum::extract::{Request, State};
use parking_chirpstack::tts;
use parking_chirpstack::wire::{self, BODY_BYTES_MAX, EventKind, WireError};
use parking_domain::radio::Message;
use parking_http::extract::{BodyLimit, read_body};
use parking_http::{ApiError, Caller, Query};
use serde::Deserialize;
use utoipa::IntoParams;

use super::Stored;
use crate::Flow;
use crate::ingest::{Arrival, Garbled, Source, Told};

/// Of which nothing follows here: the network server speaks of its other integrations.
const NONE_OF_OURS: &str = "integration";

/// What a request says beside its body.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct EventParams {
    /// What kind of event it is, as ChirpStack says it: `up`, `join`, `ack`, `txack`, `status`, `log`,
    /// `location`; `up` if absent.
    #[param(value_type = Option<String>, pattern = "^(up|join|ack|txack|status|log|location|integration)$")]
    event: Option<String>,
}

/// Takes an event of ChirpStack's HTTP integration, in JSON or protobuf, with an API key of the scope
/// `webhook:ingest` in a header of the integration (`X-API-Key`). It is stored when the answer comes.
/// With a key of the platform the event is of the tenant that its application was given to. One
/// told twice is stored once. What cannot be read is kept for somebody to look at, and answered 422.
#[utoipa::path(post, path = "/api/v6/ingest/chirpstack", params(EventParams),
    request_body(content((serde_json::Value = "application/json"), (Vec<u8> = "application/octet-stream"))),
    responses((status = 200, body = Stored),
        (status = 503, description = "`unavailable`: more comes in than can be stored, or the database is away", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn post_chirpstack(
    State(flow): State<Flow>,
    caller: Caller,
    Query(params): Query<EventParams>,
    request: Request,
) -> Result<Json<Stored>, ApiError> {
    let body = read(request).await?;
    let said = params.event.as_deref().unwrap_or("up");
    let Some(kind) = EventKind::by_name(said) else {
        if said == NONE_OF_OURS {
            return Ok(Json(Stored::nothing()));
        }
        return Err(ApiError::field("event", "is no event of ChirpStack"));
    };
    let heard = Heard {
        event: kind.name(),
        read: wire::read(kind, &body, flow.clock.now()).map(Some),
        body,
    };
    take(&flow, &caller, Source::ChirpStackHttp, heard).await
}

/// Takes a message of a webhook of The Things Stack, version 3, in JSON, with an API key of the scope
/// `webhook:ingest` in a header of the webhook (`X-API-Key`). Otherwise as for ChirpStack; of kinds
/// that nothing follows from, like queued commands, nothing is stored.
#[utoipa::path(post, path = "/api/v6/ingest/tts",
    request_body(content = serde_json::Value, content_type = "application/json"),
    responses((status = 200, body = Stored),
        (status = 503, description = "`unavailable`: more comes in than can be stored, or the database is away", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn post_tts(
    State(flow): State<Flow>,
    caller: Caller,
    request: Request,
) -> Result<Json<Stored>, ApiError> {
    let body = read(request).await?;
    let heard = Heard {
        event: "tts",
        read: tts::read(&body, flow.clock.now()),
        body,
    };
    take(&flow, &caller, Source::Tts, heard).await
}

/// What a network server said, and what could be made of it.
struct Heard {
    event: &'static str,
    read: Result<Option<Message>, WireError>,
    body: Vec<u8>,
}

/// The body, of whatever type it says it is: ChirpStack's is right and others' often is not.
async fn read(request: Request) -> Result<Vec<u8>, ApiError> {
    let (mut parts, body) = request.into_parts();
    parts.extensions.insert(BodyLimit(BODY_BYTES_MAX));
    Ok(read_body(&parts, body).await?.to_vec())
}

/// Stores what was told, if anything.
async fn take(
    flow: &Flow,
    caller: &Caller,
    source: Source,
    heard: Heard,
) -> Result<Json<Stored>, ApiError> {
    let (tenant, told, refusal) = match heard.read {
        Ok(None) => return Ok(Json(Stored::nothing())),
        Ok(Some(message)) => {
            let tenant = if caller.tenant().is_platform() {
                let application = message.application.as_deref();
                flow.applications.owner(application).await?
            } else {
                caller.tenant()
            };
            (tenant, Told::Message(Box::new(message)), None)
        }
        Err(error) => {
            let problem = error.to_string();
            let refusal = ApiError::field("body", &problem);
            let garbled = Garbled {
                event: heard.event,
                body: heard.body,
                problem,
            };
            (caller.tenant(), Told::Garbled(garbled), Some(refusal))
        }
    };
    let arrival = Arrival {
        tenant,
        source,
        at: flow.clock.now(),
        told,
    };
    let is_new = flow.intake.store(&arrival).await?;
    refusal.map_or_else(|| Ok(Json(Stored::one(is_new))), Err)
}

impl Stored {
    const fn nothing() -> Self {
        Self {
            stored: 0,
            duplicates: 0,
        }
    }

    fn one(is_new: bool) -> Self {
        Self {
            stored: usize::from(is_new),
            duplicates: usize::from(!is_new),
        }
    }
}
