//! Handing in what network servers say.
//!
//! ChirpStack tries once, waits five seconds and does not look at the answer, so whatever it says is
//! stored before it is judged: what cannot be read is kept as it came, and refused all the same, for
//! senders that do look.

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use parking_chirpstack::wire::{BODY_BYTES_MAX, EventKind};
use parking_domain::eui::Eui64;
use parking_http::error::causes;
use parking_http::extract::{BodyLimit, read_body};
use parking_http::{ApiError, Caller, Query};
use serde::Deserialize;
use tracing::warn;
use utoipa::IntoParams;

use super::{Spooled, Stored};
use crate::Flow;
use crate::displays::{CommandPath, StackAddress};
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
/// that nothing follows from, like queued commands, nothing is stored. Where the webhook has a downlink API
/// key, its messages say by `X-Downlink-Replace` and `X-Downlink-Apikey` where commands to the device go:
/// that is kept for displays, sealed.
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
    let address = stack_address(request.headers());
    let body = read(request).await?;
    let (taken, device) = take(&flow, &caller, Road::Tts, body).await?;
    if let (TakenIn::Stored { .. }, Some(address), Some(device)) = (taken, address, device) {
        learn(&flow, &caller, (device, &address)).await;
    }
    Ok(taken.answer())
}

/// Where commands go, as a message of The Things Stack says beside its body. A signature is of the body alone:
/// of a message that is signed anybody between could have said the rest.
fn stack_address(headers: &HeaderMap) -> Option<StackAddress> {
    let said = |name| headers.get(name)?.to_str().ok();
    let (replace, key) = (said("x-downlink-replace")?, said("x-downlink-apikey")?);
    let is_signed = headers.contains_key("x-webhook-signature");
    StackAddress::of(replace, key).filter(|_| !is_signed)
}

/// Keeps where commands to a device go. The message is stored all the same, and the next one says it again.
async fn learn(flow: &Flow, caller: &Caller, (device, address): (Named, &StackAddress)) {
    let Some(CommandPath::Stack(stack)) = &flow.displays.paths.stack else {
        return;
    };
    let learned = async {
        let tenant = if caller.tenant().is_platform() {
            let application = device.application.as_deref();
            flow.applications.owner(application).await?
        } else {
            caller.tenant()
        };
        let whose = (tenant, device.eui);
        stack
            .learn(&flow.db, whose, address, flow.clock.now())
            .await
    };
    if let Err(error) = learned.await {
        warn!(dev_eui = %device.eui, error = causes(&error), "where commands to a device go was not kept");
    }
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

/// A device that was told of.
pub(super) struct Named {
    pub(super) eui: Eui64,
    application: Option<String>,
}

/// Takes in what was told, if anything, and says of which device; what cannot be read is kept, and
/// refused then.
pub(super) async fn take(
    flow: &Flow,
    caller: &Caller,
    road: Road,
    body: Vec<u8>,
) -> Result<(TakenIn, Option<Named>), ApiError> {
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
    let device = opened.told.first().and_then(|told| match told {
        Told::Message(message) => Some(Named {
            eui: message.dev_eui,
            application: message.application.clone(),
        }),
        Told::Observation(_) | Told::Garbled(_) => None,
    });
    let taken = take_in(flow, parcel, opened.told).await?;
    match opened.problem {
        None => Ok((taken, device)),
        Some(problem) => Err(ApiError::field("body", problem)),
    }
}
