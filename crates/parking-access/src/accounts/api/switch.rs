//! Moving from tenant to tenant.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use parking_db::Reason;
use parking_domain::account::ACTING_MINUTES_MAX;
use parking_domain::ids::TenantId;
use parking_http::{ApiError, Caller, Code, Json};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::bodies::{SessionAnswer, answer_session};
use crate::accounts::Accounts;
use crate::accounts::switch::{self, Destination, Grounds, SwitchError};

/// Where to go.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TenantSwitch {
    tenant_id: Uuid,
    /// Why; needed from platform admins who are no members there.
    #[schema(min_length = 3, max_length = 500)]
    reason: Option<String>,
    /// For how long a platform admin acts there; 60 if left out.
    #[schema(minimum = 1, maximum = 60)]
    minutes: Option<u32>,
}

/// Moves the session to another tenant. Members move freely. Platform admins may enter any active
/// tenant with a reason, and act there as admin for an hour at most; its audit log tells so. The
/// refresh token stays good.
#[utoipa::path(post, path = "/api/auth/switch-tenant", request_body = TenantSwitch, responses(
    (status = 200, body = SessionAnswer),
    (status = 404, description = "There is no such tenant for the caller"),
    (status = 409, description = "The tenant is suspended or about to be deleted"),
))]
pub(super) async fn switch_tenant(
    State(accounts): State<Accounts>,
    caller: Caller,
    Json(body): Json<TenantSwitch>,
) -> Result<Response, ApiError> {
    let person = caller.person()?;
    let grounds = body
        .reason
        .as_deref()
        .map(Grounds::parse)
        .transpose()
        .map_err(|error| ApiError::field("reason", error))?;
    let minutes = body.minutes.unwrap_or(ACTING_MINUTES_MAX);
    if !(1..=ACTING_MINUTES_MAX).contains(&minutes) {
        let message = format!("must be a whole number from 1 to {ACTING_MINUTES_MAX}");
        return Err(ApiError::field("minutes", message));
    }
    let destination = Destination {
        tenant: TenantId(body.tenant_id),
        grounds,
        minutes,
    };
    let mut tx = accounts
        .db
        .platform(Reason::Worker("switch to a tenant"))
        .await?;
    let switched = switch::switch_tenant(&mut tx, &accounts, &caller, person, &destination).await;
    // The record of a refusal is kept, too.
    if matches!(switched, Ok(_) | Err(SwitchError::NotFound)) {
        tx.commit().await?;
    }
    let signed_in = switched?;
    Ok(answer_session(StatusCode::OK, &accounts, &signed_in, false))
}

/// Leads the session back to a tenant of the caller's own, from wherever it is.
#[utoipa::path(post, path = "/api/auth/switch-back", responses((status = 200, body = SessionAnswer)))]
pub(super) async fn switch_back(
    State(accounts): State<Accounts>,
    caller: Caller,
) -> Result<Response, ApiError> {
    let person = caller.person()?;
    let mut tx = accounts
        .db
        .platform(Reason::Worker("switch back from a tenant"))
        .await?;
    let signed_in = switch::switch_back(&mut tx, &accounts, &caller, person).await?;
    tx.commit().await?;
    Ok(answer_session(StatusCode::OK, &accounts, &signed_in, false))
}

impl From<SwitchError> for ApiError {
    fn from(error: SwitchError) -> Self {
        match error {
            SwitchError::SessionEnded => Self::new(Code::SessionEnded),
            SwitchError::NotFound => Self::not_found(),
            SwitchError::NotActive => Self::new(Code::TenantNotActive),
            SwitchError::ReasonNeeded => Self::field(
                "reason",
                "is needed to enter a tenant you are not a member of",
            ),
            SwitchError::Refresh(error) => error.into(),
            SwitchError::Db(error) => error.into(),
        }
    }
}
