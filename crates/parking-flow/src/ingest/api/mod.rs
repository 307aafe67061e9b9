//! Handing messages in over HTTP.

mod network;
mod observations;
mod uplink;

use std::time::Duration;

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use parking_domain::access::Permission;
use parking_http::{Access, ApiError, Code, Routes};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::{IntakeError, TakenIn};
use crate::Flow;

/// When whoever was turned away may come again: a full queue is empty by then.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// The routes of ingestion.
pub fn routes(flow: Flow) -> Routes {
    let hands_in = Access::Needs(Permission::TelemetryIngest);
    Routes::new("Ingestion")
        .add(hands_in, routes!(observations::post_observations))
        .add(hands_in, routes!(network::post_chirpstack))
        .add(hands_in, routes!(network::post_tts))
        .add(hands_in, routes!(uplink::post_uplink))
        .with_state(flow)
}

/// What became of what was handed in.
#[derive(Debug, Serialize, ToSchema)]
struct Stored {
    /// How many were stored.
    stored: usize,
    /// How many had been stored before.
    duplicates: usize,
}

/// The database is away: what was handed in is kept on the server's disk and stored when it is back.
#[derive(Debug, Serialize, ToSchema)]
struct Spooled {
    /// How many messages wait.
    spooled: usize,
}

impl TakenIn {
    fn answer(self) -> Response {
        match self {
            Self::Stored { new, all } => Json(Stored {
                stored: new,
                duplicates: all - new,
            })
            .into_response(),
            Self::Spooled(spooled) => {
                (StatusCode::ACCEPTED, Json(Spooled { spooled })).into_response()
            }
        }
    }
}

impl From<IntakeError> for ApiError {
    fn from(error: IntakeError) -> Self {
        match error {
            IntakeError::Full | IntakeError::Unavailable | IntakeError::Failed => {
                Self::new(Code::Unavailable)
                    .detail(error.to_string())
                    .retry_after(RETRY_AFTER)
            }
            IntakeError::Refused => Self::new(Code::ValidationFailed).detail(error.to_string()),
        }
    }
}
