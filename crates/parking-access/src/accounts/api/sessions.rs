//! The caller's sessions.

use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use parking_db::Reason;
use parking_http::page::{List, NoFilter, PageParams};
use parking_http::{ApiError, Caller, Id, PageExtent};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::accounts::Accounts;
use crate::accounts::sessions::{self, ListedSession};

/// One sign-in.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListedSession)]
struct SessionEntry {
    id: Uuid,
    created_at: DateTime<Utc>,
    last_used_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    /// Where it was used from last.
    ip: Option<String>,
    /// The program that signed in, as it calls itself.
    user_agent: Option<String>,
    /// Whether it is the one that asks.
    is_current: bool,
}

/// The caller's sessions.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SessionPage {
    sessions: Vec<SessionEntry>,
    #[serde(flatten)]
    page: PageExtent,
}

/// What the list can be sorted by.
pub(super) const COLUMNS: &[(&str, &str)] = &[
    ("-last_used_at", "last_used_at"),
    ("created_at", "created_at"),
    ("expires_at", "expires_at"),
];

/// The caller's sessions that are going on, the one used last first.
#[utoipa::path(get, path = "/api/auth/sessions", params(PageParams), responses((status = 200, body = SessionPage)))]
pub(super) async fn list_sessions(
    State(accounts): State<Accounts>,
    caller: Caller,
    List { page, .. }: List<NoFilter>,
) -> Result<axum::Json<SessionPage>, ApiError> {
    let person = caller.person()?;
    let order = page.order_by(COLUMNS, "id")?;
    let now = accounts.clock.now();
    let mut tx = accounts
        .db
        .platform(Reason::Worker("list sessions"))
        .await?;
    let (found, total) = sessions::list(&mut tx, person, &page, &order, now).await?;
    let entry = |session: ListedSession| SessionEntry {
        is_current: session.id == person.session,
        id: session.id,
        created_at: session.created_at,
        last_used_at: session.last_used_at,
        expires_at: session.expires_at,
        ip: session.ip,
        user_agent: session.user_agent,
    };
    Ok(axum::Json(SessionPage {
        sessions: found.into_iter().map(entry).collect(),
        page: PageExtent::of_tenant(&page, total, caller.tenant()),
    }))
}

/// Ends one of the caller's sessions.
#[utoipa::path(delete, path = "/api/auth/sessions/{id}", params(("id" = Uuid, Path)), responses((status = 204, description = "The session has ended")))]
pub(super) async fn end_session(
    State(accounts): State<Accounts>,
    caller: Caller,
    Id(id): Id,
) -> Result<StatusCode, ApiError> {
    let person = caller.person()?;
    let now = accounts.clock.now();
    let mut tx = accounts
        .db
        .platform(Reason::Worker("end a session"))
        .await?;
    if !sessions::end(&mut tx, &caller, person, id, now).await? {
        return Err(ApiError::not_found());
    }
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
