//! Whether the server can take requests, and if not, why.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use parking_http::{ApiError, Code};

/// Where the server stands in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// It listens, and is not yet sure of its database.
    Starting,
    /// It brings the schema up to date.
    Migrating,
    /// It serves.
    Ready,
    /// It finishes what it began and takes nothing new.
    Draining,
}

impl Stage {
    /// The name in the health answers.
    pub fn name(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Migrating => "migrating",
            Self::Ready => "ready",
            Self::Draining => "draining",
        }
    }
}

/// The server's stage, shared by whoever moves it and whoever asks.
#[derive(Clone, Debug)]
pub struct Readiness(Arc<AtomicU8>);

impl Default for Readiness {
    fn default() -> Self {
        Self(Arc::new(AtomicU8::new(Stage::Starting as u8)))
    }
}

impl Readiness {
    /// Moves on to a stage.
    pub fn enter(&self, stage: Stage) {
        self.0.store(stage as u8, Ordering::Release);
    }

    /// The stage now.
    pub fn stage(&self) -> Stage {
        match self.0.load(Ordering::Acquire) {
            0 => Stage::Starting,
            1 => Stage::Migrating,
            2 => Stage::Ready,
            _ => Stage::Draining,
        }
    }
}

/// Answers the API's requests with 503 until the schema is there. While draining, requests that
/// still arrive on open connections are served: refusing them would lose work for nothing.
pub(crate) async fn gate(
    State(readiness): State<Readiness>,
    request: Request,
    next: Next,
) -> Response {
    match readiness.stage() {
        Stage::Ready | Stage::Draining => next.run(request).await,
        stage => ApiError::new(Code::Unavailable)
            .detail(format!("the server is {}", stage.name()))
            .retry_after(Duration::from_secs(2))
            .into_response(),
    }
}
