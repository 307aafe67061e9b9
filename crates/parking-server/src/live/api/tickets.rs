//! A ticket for a WebSocket.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use parking_http::{ApiError, Caller};
use secrecy::ExposeSecret as _;
use serde::Serialize;
use utoipa::ToSchema;

use crate::live::{Live, tickets};

/// A ticket, which is shown once.
#[derive(Serialize, ToSchema)]
pub(super) struct LiveTicket {
    /// What goes into the address: `/ws?ticket=…`.
    ticket: String,
    /// Until when it is good.
    expires_at: DateTime<Utc>,
}

/// Makes a ticket with which `/ws` is opened as whoever asks for it: once, and within half a minute.
#[utoipa::path(post, path = "/api/v6/live/tickets", responses((status = 201, body = LiveTicket)))]
pub(super) async fn create_live_ticket(
    State(live): State<Arc<Live>>,
    caller: Caller,
) -> Result<(StatusCode, axum::Json<LiveTicket>), ApiError> {
    let mut tx = live.db.tenant(caller.tenant()).await?;
    let ticket = tickets::issue(&mut tx, &caller, live.clock.now()).await?;
    tx.commit().await?;
    let body = LiveTicket {
        ticket: ticket.secret.expose_secret().to_owned(),
        expires_at: ticket.expires_at,
    };
    Ok((StatusCode::CREATED, axum::Json(body)))
}
