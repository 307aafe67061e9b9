//! Handing in what network servers say.
//!
//! ChirpStack tries once, waits five seconds and does not look at the answer, so whatever it says is
//! stored before it is judged: what cannot be read is kept as it came, and refused all the same, for
//! senders that do look.

use axum::extract::{Request, State};
use axum::response::Response;
use parking_chirpstack::wire::{BODY_BYTES_MAX, EventKind};
use parking_domain::eui::Eui64;
use parking_http::extract::{BodyLimit, read_body};
use parking_http::{ApiError, Caller, Query};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{Spooled, Stored};
use crate::Flow;
use crate::ingest::{Parcel, Road, TakenIn, Told, take_in};

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
/// `webhook:ingest` in a header of the integration (`X-API-Key`), or signed. It is stored when the answer comes.
/// With a key of the platform the event is of the tenant that its application was given to. One
/// told twice is stored once. What cannot be read is kept for somebody to look at, and answered 422.
#[utoipa::path(post, path = "/api/v6/ingest/chirpstack", params(EventParams),
    request_body(content((serde_json::Value = "application/json"), (Vec<u8> = "application/octet-stream"))),
    responses((status = 200, body = Stored),
        (status = 202, description = "The database is away: it is kept on disk and stored when that is back", body = Spooled),
        (status = 503, description = "`unavailable`: more comes in than can be stored or kept", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn post_chirpstack(
    State(flow): State<Flow>,
    caller: Caller,
    Query(params): Query<EventParams>,
    request: Request,
) -> Result<Response, ApiError> {
    let body = read(request).await?;
    let Some(kind) = params.kind()? else {
        return Ok(TakenIn::Stored { new: 0, all: 0 }.answer());
    };
    let (taken, _) = take(&flow, &caller, Road::ChirpStack(kind), body).await?;
    Ok(taken.answer())
}

/// Takes a message of a webhook of The Things Stack, version 3, in JSON, with an API key of the scope
/// `webhook:ingest` in a header of the webhook (`X-API-Key`). Otherwise as for ChirpStack; of kinds
/// that nothing follows from, like queued commands, nothing is stored.
#[utoipa::path(post, path = "/api/v6/ingest/tts",
    request_body(content = serde_json::Value, content_type = "application/json"),
    responses((status = 200, body = Stored),
        (status = 202, description = "The database is away: it is kept on disk and stored when that is back", body = Spooled),
        (status = 503, description = "`unavailable`: more comes in than can be stored or kept", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn post_tts(
    State(flow): State<Flow>,
    caller: Caller,
    request: Request,
) -> Result<Response, ApiError> {
    let body = read(request).await?;
    let (taken, _) = take(&flow, &caller, Road::Tts, body).await?;
    Ok(taken.answer())
}

impl EventParams {
    /// What the body tells of; none of what concerns another integration.
    pub(super) fn kind(&self) -> Result<Option<EventKind>, ApiError> {
        let said = self.event.as_deref().unwrap_or("up");
        match EventKind::by_name(said) {
            None if said != NONE_OF_OURS => {
                Err(ApiError::field("event", "is no event of ChirpStack"))
            }
            kind => Ok(kind),
        }
    }
}

/// The body, of whatever type it says it is: ChirpStack's is right and others' often is not.
pub(super) async fn read(request: Request) -> Result<Vec<u8>, ApiError> {
    let (mut parts, body) = request.into_parts();
    parts.extensions.insert(BodyLimit(BODY_BYTES_MAX));
    Ok(read_body(&parts, body).await?.to_vec())
}

/// Takes in what was told, if anything, and says of which device; what cannot be read is kept, and
/// refused then.
pub(super) async fn take(
    flow: &Flow,
    caller: &Caller,
    road: Road,
    body: Vec<u8>,
) -> Result<(TakenIn, Option<Eui64>), ApiError> {
    let parcel = Parcel {
        tenant: caller.tenant(),
        at: flow.clock.now(),
        road,
        body,
    };
    let opened = parcel.open();
    if let Some(problem) = &opened.problem
        && !flow
            .intake
            .keeps_garbled(parcel.tenant, road.source())
            .await
    {
        return Err(ApiError::field("body", problem.clone()));
    }
    let device = opened.told.first().and_then(Told::device);
    let taken = take_in(flow, parcel, opened.told).await?;
    match opened.problem {
        None => Ok((taken, device)),
        Some(problem) => Err(ApiError::field("body", problem)),
    }
}
