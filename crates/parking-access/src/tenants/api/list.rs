//! Looking at tenants.

use std::collections::BTreeMap;

use axum::extract::State;
use parking_domain::ids::TenantId;
use parking_domain::tenancy;
use parking_http::page::{List, PageParams};
use parking_http::{ApiError, Caller, Id, PageExtent, Tagged};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::super::{Filter, find, list, stats};
use super::Tenants;
use super::wire::{LimitsBody, TenantBody, tagged};
use crate::wire;

/// Which tenants are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct TenantFilter {
    /// Where they stand.
    #[param(value_type = Option<wire::TenantStatus>)]
    status: Option<tenancy::TenantStatus>,
    /// What they subscribed to.
    #[param(value_type = Option<wire::Tier>)]
    tier: Option<tenancy::Tier>,
}

/// A page of tenants.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TenantsPage {
    tenants: Vec<TenantBody>,
    #[serde(flatten)]
    page: PageExtent,
}

/// What the list can be sorted by.
pub(super) const COLUMNS: &[(&str, &str)] = &[
    ("-created_at", "created_at"),
    ("updated_at", "updated_at"),
    ("name", "lower(name)"),
    ("slug", "slug"),
    ("tier", "tier"),
    ("status", "status"),
];

/// All tenants of the installation. Sorts by `created_at` (default, newest first), `updated_at`,
/// `name`, `slug`, `tier` or `status`; `q` looks in name and slug.
#[utoipa::path(get, path = "/api/v6/tenants", params(PageParams, TenantFilter),
    responses((status = 200, description = "A page of tenants", body = TenantsPage)))]
pub(super) async fn list_tenants(
    State(state): State<Tenants>,
    caller: Caller,
    List { page, filter }: List<TenantFilter>,
) -> Result<axum::Json<TenantsPage>, ApiError> {
    let order = page.order_by(COLUMNS, "id")?;
    let filter = Filter {
        status: filter.status,
        tier: filter.tier,
        pattern: page.pattern(),
    };
    let mut tx = state.read().await?;
    let (tenants, total) = list(&mut tx, &filter, &order, &page).await?;
    Ok(axum::Json(TenantsPage {
        tenants: tenants.into_iter().map(TenantBody::from).collect(),
        page: PageExtent::of_all(&page, total, caller.tenant()),
    }))
}

/// One tenant.
#[utoipa::path(get, path = "/api/v6/tenants/{id}", params(("id" = uuid::Uuid, Path)),
    responses((status = 200, description = "The tenant", body = TenantBody)))]
pub(super) async fn get_tenant(
    State(state): State<Tenants>,
    Id(id): Id,
) -> Result<Tagged<TenantBody>, ApiError> {
    let mut tx = state.read().await?;
    let found = find(tx.conn(), TenantId(id)).await?;
    Ok(tagged(found.ok_or_else(ApiError::not_found)?))
}

/// How many tenants there are, by where they stand, and how many people.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TenantStats {
    total: i64,
    active: i64,
    suspended: i64,
    deleting: i64,
    users: i64,
}

/// Counts the tenants of the installation.
#[utoipa::path(get, path = "/api/v6/tenants/stats",
    responses((status = 200, description = "The counts", body = TenantStats)))]
pub(super) async fn tenant_stats(
    State(state): State<Tenants>,
) -> Result<axum::Json<TenantStats>, ApiError> {
    let mut tx = state.read().await?;
    let found = stats(&mut tx).await?;
    Ok(axum::Json(TenantStats {
        total: found.total,
        active: found.active,
        suspended: found.suspended,
        deleting: found.deleting,
        users: found.users,
    }))
}

/// What can be subscribed to.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Tiers {
    tiers: Vec<TierTerms>,
}

/// What a tier allows when nothing else was agreed.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TierTerms {
    #[schema(value_type = wire::Tier)]
    tier: tenancy::Tier,
    #[schema(value_type = LimitsBody)]
    limits: tenancy::Limits,
    features: BTreeMap<String, bool>,
}

/// The tiers, with what each allows.
#[utoipa::path(get, path = "/api/v6/tenants/tiers",
    responses((status = 200, description = "The tiers", body = Tiers)))]
pub(super) async fn tiers() -> axum::Json<Tiers> {
    let tiers = tenancy::Tier::ALL
        .map(|tier| TierTerms {
            tier,
            limits: tier.limits(),
            features: tier.features(),
        })
        .into();
    axum::Json(Tiers { tiers })
}
