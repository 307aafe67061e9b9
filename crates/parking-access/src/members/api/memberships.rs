//! Who may do what in a tenant, and changing it.

use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use parking_db::TenantTx;
use parking_domain::access;
use parking_http::page::{List, PageParams};
use parking_http::{ApiError, Caller, Id, IfMatch, Json, PageExtent, Problem, Tagged};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::{Membership, change, lock, remove, store};
use super::Members;
use super::users::{COLUMNS, MemberFilter};
use crate::audit::By;
use crate::wire;

/// Somebody's place in the tenant.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Membership)]
pub(super) struct MembershipBody {
    id: Uuid,
    user: MembershipUser,
    #[schema(value_type = wire::Role)]
    role: access::Role,
    /// Whether they may come in.
    is_active: bool,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

/// Whose place it is.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MembershipUser {
    id: Uuid,
    email: String,
    name: String,
}

impl From<Membership> for MembershipBody {
    fn from(membership: Membership) -> Self {
        Self {
            id: membership.id,
            user: MembershipUser {
                id: membership.user_id,
                email: membership.email,
                name: membership.name,
            },
            role: membership.role,
            is_active: membership.is_active,
            created_at: membership.created_at,
            updated_at: membership.updated_at,
        }
    }
}

fn tagged(membership: Membership) -> Tagged<MembershipBody> {
    Tagged(membership.version, membership.into())
}

/// A page of memberships.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MembershipsPage {
    memberships: Vec<MembershipBody>,
    #[serde(flatten)]
    page: PageExtent,
}

/// The tenant's memberships. Sorts by `name` (default), `email`, `role`, `is_active` or
/// `created_at`; `q` looks in name and address.
#[utoipa::path(get, path = "/api/v6/memberships", params(PageParams, MemberFilter),
    responses((status = 200, description = "A page of memberships", body = MembershipsPage)))]
pub(super) async fn list_memberships(
    State(state): State<Members>,
    caller: Caller,
    List { page, filter }: List<MemberFilter>,
) -> Result<axum::Json<MembershipsPage>, ApiError> {
    let order = page.order_by(COLUMNS, "m.id")?;
    let filter = filter.with(page.pattern());
    let mut tx = state.db.tenant(caller.tenant()).await?;
    let total = store::count(&mut tx, &filter).await?;
    let rows = store::page(&mut tx, &filter, &order, page.offset, page.size).await?;
    let memberships = rows
        .into_iter()
        .map(|row| Membership::try_from(row).map(MembershipBody::from))
        .collect::<Result<_, _>>()?;
    Ok(axum::Json(MembershipsPage {
        memberships,
        page: PageExtent::of_tenant(&page, total, caller.tenant()),
    }))
}

/// One membership.
#[utoipa::path(get, path = "/api/v6/memberships/{id}", params(("id" = Uuid, Path)),
    responses((status = 200, description = "The membership", body = MembershipBody)))]
pub(super) async fn get_membership(
    State(state): State<Members>,
    caller: Caller,
    Id(id): Id,
) -> Result<Tagged<MembershipBody>, ApiError> {
    let mut tx = state.db.tenant(caller.tenant()).await?;
    let row = store::find(&mut tx, id)
        .await?
        .ok_or_else(ApiError::not_found)?;
    Ok(tagged(row.try_into()?))
}

/// What is to change; what is absent or null stays.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct UpdateMembership {
    /// At most one's own, and so is the one it replaces.
    #[schema(value_type = Option<wire::Role>)]
    role: Option<access::Role>,
    is_active: Option<bool>,
}

/// Changes somebody's role, or whether they may come in. PATCH and PUT mean the same. Nobody gives
/// or takes a role above their own, and the last owner stays one. It holds at once, for sessions
/// that are open too.
#[utoipa::path(method(patch, put), path = "/api/v6/memberships/{id}", params(("id" = Uuid, Path)), request_body = UpdateMembership,
    responses((status = 200, description = "The membership", body = MembershipBody),
        (status = 409, description = "`last_owner`", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "`precondition_failed`", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn update_membership(
    State(state): State<Members>,
    caller: Caller,
    Id(id): Id,
    if_match: IfMatch,
    Json(request): Json<UpdateMembership>,
) -> Result<Tagged<MembershipBody>, ApiError> {
    let mut tx = state.db.tenant(caller.tenant()).await?;
    let held = hold(&mut tx, id, &if_match).await?;
    let wanted = (
        request.role.unwrap_or(held.role),
        request.is_active.unwrap_or(held.is_active),
    );
    let (by, now) = (By::caller(&caller), state.clock.now());
    let changed = change(&mut tx, &held, wanted, caller.role(), &by, now).await?;
    tx.commit().await?;
    Ok(tagged(changed))
}

/// Ends a membership. The person's account stays. Nobody takes a role above their own, and the last
/// owner stays. It holds at once, for sessions that are open too.
#[utoipa::path(delete, path = "/api/v6/memberships/{id}", params(("id" = Uuid, Path)),
    responses((status = 204, description = "It is ended"),
        (status = 409, description = "`last_owner`", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "`precondition_failed`", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn remove_membership(
    State(state): State<Members>,
    caller: Caller,
    Id(id): Id,
    if_match: IfMatch,
) -> Result<StatusCode, ApiError> {
    let mut tx = state.db.tenant(caller.tenant()).await?;
    let held = hold(&mut tx, id, &if_match).await?;
    let (by, now) = (By::caller(&caller), state.clock.now());
    remove(&mut tx, &held, caller.role(), &by, now).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The membership of a path, held for a change, if its version is the one the caller saw.
async fn hold(tx: &mut TenantTx, id: Uuid, if_match: &IfMatch) -> Result<Membership, ApiError> {
    let held = lock(tx, id).await?.ok_or_else(ApiError::not_found)?;
    if_match.check(held.version)?;
    Ok(held)
}
