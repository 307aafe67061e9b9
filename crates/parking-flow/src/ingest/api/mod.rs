//! Handing messages in over HTTP.

mod network;
mod observations;

use std::time::Duration;

use parking_domain::access::Permission;
use parking_http::{Access, ApiError, Code, Routes};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::IntakeError;
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

impl From<IntakeError> for ApiError {
    fn from(error: IntakeError) -> Self {
        match error {
            IntakeError::Full | IntakeError::Unavailable => Self::new(Code::Unavailable)
                .detail(error.to_string())
                .retry_after(RETRY_AFTER),
            IntakeError::Refused => Self::new(Code::ValidationFailed).detail(error.to_string()),
        }
    }
}
