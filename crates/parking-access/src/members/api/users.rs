//! The people of a tenant.

use axum::extract::State;
use chrono::{DateTime, Utc};
use parking_domain::access;
use parking_http::page::{List, PageParams};
use parking_http::{ApiError, Caller, Id, PageExtent, Tagged};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::super::store::{self, Filter, Row};
use super::Members;
use crate::wire;

/// Which members are wanted.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct MemberFilter {
    /// With this role.
    #[param(value_type = Option<wire::Role>)]
    role: Option<access::Role>,
    /// Whose membership is active, or is not.
    is_active: Option<bool>,
}

impl MemberFilter {
    pub(super) fn with(self, pattern: Option<String>) -> Filter {
        Filter {
            role: self.role,
            is_active: self.is_active,
            pattern,
        }
    }
}

/// What lists of members can be sorted by; the first is the usual order.
pub(super) const COLUMNS: &[(&str, &str)] = &[
    ("name", "lower(u.name)"),
    ("email", "u.email_key"),
    (
        "role",
        "array_position(array['viewer', 'operator', 'admin', 'owner', 'platform_admin'], m.role)",
    ),
    ("is_active", "m.is_active"),
    ("created_at", "m.created_at"),
];

/// A person of the tenant. What they do in other tenants, and with their account, is theirs.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Member {
    id: Uuid,
    email: String,
    name: String,
    /// The same as `name`.
    username: String,
    /// Whether the account works at all, in whichever tenant.
    is_active: bool,
    email_verified: bool,
    /// Since when they are a member.
    created_at: DateTime<Utc>,
    /// When the membership was last changed.
    updated_at: DateTime<Utc>,
    membership: MembershipOfUser,
}

/// The person's place in the tenant.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MembershipOfUser {
    id: Uuid,
    #[schema(value_type = wire::Role)]
    role: String,
    is_active: bool,
    created_at: DateTime<Utc>,
}

impl From<Row> for Member {
    fn from(row: Row) -> Self {
        Self {
            id: row.user_id,
            email: row.email,
            username: row.name.clone(),
            name: row.name,
            is_active: row.is_account_active,
            email_verified: row.is_email_verified,
            created_at: row.created_at,
            updated_at: row.updated_at,
            membership: MembershipOfUser {
                id: row.id,
                role: row.role,
                is_active: row.is_active,
                created_at: row.created_at,
            },
        }
    }
}

/// A page of people.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct UsersPage {
    users: Vec<Member>,
    #[serde(flatten)]
    page: PageExtent,
}

/// The people of the tenant. Sorts by `name` (default), `email`, `role`, `is_active` or
/// `created_at`; `q` looks in name and address.
#[utoipa::path(get, path = "/api/v6/users", params(PageParams, MemberFilter),
    responses((status = 200, description = "A page of people", body = UsersPage)))]
pub(super) async fn list_users(
    State(state): State<Members>,
    caller: Caller,
    List { page, filter }: List<MemberFilter>,
) -> Result<axum::Json<UsersPage>, ApiError> {
    let order = page.order_by(COLUMNS, "m.id")?;
    let filter = filter.with(page.pattern());
    let mut tx = state.db.tenant(caller.tenant()).await?;
    let total = store::count(&mut tx, &filter).await?;
    let rows = store::page(&mut tx, &filter, &order, page.offset, page.size).await?;
    Ok(axum::Json(UsersPage {
        users: rows.into_iter().map(Member::from).collect(),
        page: PageExtent::of_tenant(&page, total, caller.tenant()),
    }))
}

/// One person of the tenant.
#[utoipa::path(get, path = "/api/v6/users/{id}", params(("id" = Uuid, Path)),
    responses((status = 200, description = "The person", body = Member)))]
pub(super) async fn get_user(
    State(state): State<Members>,
    caller: Caller,
    Id(id): Id,
) -> Result<Tagged<Member>, ApiError> {
    let mut tx = state.db.tenant(caller.tenant()).await?;
    let row = store::find_user(&mut tx, id)
        .await?
        .ok_or_else(ApiError::not_found)?;
    // Not the account's version, which counts what happens in other tenants too.
    Ok(Tagged(row.version, row.into()))
}
