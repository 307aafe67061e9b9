//! What the bearer of an access token may do at this moment.

use std::str::FromStr as _;

use chrono::{DateTime, Utc};
use parking_db::{Db, Reason};
use parking_domain::access::Role;
use parking_domain::tenancy::TenantStatus;
use parking_http::caller::Acting;
use parking_http::{Actor, ApiError, Code, Identity};

use super::store::identities::{Row, find};
use super::tokens::Claims;

/// Reads what a token is worth now, in one query; `None` for a session that is not going on.
///
/// The token is good in every tenant its bearer is an active member of, and, for a platform admin,
/// in the one tenant the session acts in, until the time for that is over.
pub async fn identity(
    db: &Db,
    claims: &Claims,
    now: DateTime<Utc>,
) -> Result<Option<Identity>, ApiError> {
    let mut tx = db.platform(Reason::Worker("identity of a token")).await?;
    let row = find(tx.conn(), claims.user, claims.session, claims.tenant).await?;
    match row {
        Some(row) if row.ended_at.is_none() && now < row.expires_at => {
            judge(row, claims, now).map(Some)
        }
        _ => Ok(None),
    }
}

fn judge(row: Row, claims: &Claims, now: DateTime<Utc>) -> Result<Identity, ApiError> {
    if !row.is_active {
        return Err(ApiError::new(Code::AccountDisabled));
    }
    let (role, acting) = rights(&row, now)?;
    if row.tenant_status.as_deref() != Some(TenantStatus::Active.name()) {
        return Err(ApiError::new(Code::TenantSuspended));
    }
    let per_minute = row.requests_per_minute.unwrap_or_default();
    Ok(Identity {
        tenant: claims.tenant,
        actor: Actor::User {
            id: claims.user,
            session: claims.session,
            name: row.name,
        },
        role,
        scopes: None,
        acting,
        requests_per_minute: None,
        tenant_requests_per_minute: u32::try_from(per_minute).unwrap_or_default(),
    })
}

/// The role in the token's tenant, and the reason to be there if it is not one's own.
fn rights(row: &Row, now: DateTime<Utc>) -> Result<(Role, Option<Acting>), ApiError> {
    if let Some(role) = &row.role {
        let role = Role::from_str(role)
            .map_err(|unknown| ApiError::new(Code::InternalError).because(unknown))?;
        return Ok((role, None));
    }
    let over = |why: &str| {
        // 401 and not 403: the way on is to refresh, which leads to a tenant that is open.
        Err(ApiError::new(Code::SessionEnded).detail(format!("{why}; refresh the session")))
    };
    match (&row.acting_reason, row.acting_until) {
        (Some(_), Some(until)) if row.is_selected && row.is_platform_admin && now >= until => {
            over("the time to act in this tenant is over")
        }
        (Some(reason), Some(until)) if row.is_selected && row.is_platform_admin => {
            let acting = Acting {
                reason: reason.clone(),
                until,
            };
            Ok((Role::Admin, Some(acting)))
        }
        _ => over("you are not a member of this tenant"),
    }
}

impl From<super::tokens::TokenError> for ApiError {
    fn from(error: super::tokens::TokenError) -> Self {
        Self::new(Code::Unauthenticated).detail(error)
    }
}
