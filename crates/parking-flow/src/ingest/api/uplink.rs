//! The road of the predecessor's clients: `POST /api/v1/uplink`.

use std::time::Instant;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use parking_http::{ApiError, Caller, Query};
use serde::Serialize;
use utoipa::ToSchema;

use super::network::{EventParams, read, take};
use crate::Flow;
use crate::ingest::{Road, TakenIn, store};

/// What the predecessor answered. The message is acted on a moment later: what it does to the bay is
/// not said here.
#[derive(Debug, Serialize, ToSchema)]
struct UplinkTaken {
    /// `success`, also for one told before; `orphan_device` if nobody has claimed the device.
    #[schema(value_type = String, pattern = "^(success|orphan_device)$")]
    status: &'static str,
    /// The device, if the message is of one.
    device_eui: Option<String>,
    /// The bay the device watches.
    space_code: Option<String>,
    /// The state of that bay before this message, in capitals.
    state: Option<String>,
    request_id: String,
    processing_time_ms: f64,
}

/// Takes an event of ChirpStack's HTTP integration as version 5 did: the same as
/// `/api/v6/ingest/chirpstack`, with the predecessor's answer. Unlike there a credential is needed,
/// and what is not stored is not answered 200.
#[utoipa::path(post, path = "/api/v1/uplink", params(EventParams),
    request_body(content((serde_json::Value = "application/json"), (Vec<u8> = "application/octet-stream"))),
    responses((status = 200, body = UplinkTaken),
        (status = 202, description = "The database is away: it is kept on disk and stored when that is back", body = UplinkTaken),
        (status = 503, description = "`unavailable`: more comes in than can be stored or kept", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn post_uplink(
    State(flow): State<Flow>,
    caller: Caller,
    Query(params): Query<EventParams>,
    request: Request,
) -> Result<Response, ApiError> {
    let began = Instant::now();
    let body = read(request).await?;
    let (status, device) = match params.kind()? {
        None => (StatusCode::OK, None),
        Some(kind) => match take(&flow, &caller, Road::ChirpStack(kind), body).await? {
            (TakenIn::Stored { .. }, device) => (StatusCode::OK, device),
            (TakenIn::Spooled(_), device) => (StatusCode::ACCEPTED, device),
        },
    };
    let mut taken = UplinkTaken {
        status: "success",
        device_eui: device.map(|device| device.eui.to_string()),
        space_code: None,
        state: None,
        request_id: caller.request.id.to_string(),
        processing_time_ms: 0.0,
    };
    if status == StatusCode::OK {
        taken.look(&flow, &caller).await;
    }
    taken.processing_time_ms = began.elapsed().as_secs_f64() * 1_000.0;
    Ok((status, Json(taken)).into_response())
}

impl UplinkTaken {
    /// Adds what is known of the device; what cannot be found out now takes nothing back.
    async fn look(&mut self, flow: &Flow, caller: &Caller) {
        let Some(eui) = &self.device_eui else {
            return;
        };
        // Whose a message is that came with a credential of the platform, its application says.
        if caller.tenant().is_platform() {
            return;
        }
        let Ok(mut tx) = flow.db.tenant(caller.tenant()).await else {
            return;
        };
        match store::watched_by(&mut tx, eui).await {
            Ok(None) => self.status = "orphan_device",
            Ok(Some((code, state))) => {
                self.space_code = code;
                self.state = state.map(|state| state.to_uppercase());
            }
            Err(_) => {}
        }
    }
}
