//! The platform view over HTTP.

use axum::extract::State;
use parking_db::{Db, Reason};
use parking_domain::access::Permission;
use parking_domain::tenancy;
use parking_http::page::{List, PageParams};
use parking_http::{Access, ApiError, Caller, PageExtent, Routes, sorted_by};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;
use uuid::Uuid;

use super::store::{self, Filter, TenantRow};

/// What the list can be sorted by.
const COLUMNS: &[(&str, &str)] = &[
    ("-fullness", "fullness"),
    ("name", "lower(name)"),
    ("tier", "tier"),
    ("users", "users"),
    ("sites", "sites"),
    ("spaces", "spaces"),
    ("devices", "devices"),
    ("gateways", "gateways"),
];

/// The routes of the platform view.
pub(crate) fn routes(state: Db) -> Routes {
    let reads = Access::Needs(Permission::TenantsRead);
    Routes::new("Platform")
        .add(reads, sorted_by(COLUMNS, routes!(usage)))
        .with_state(state)
}

/// Which tenants are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct UsageFilter {
    /// Only those who are near one of their limits.
    #[serde(default)]
    #[param(required = false)]
    near_limit: bool,
}

/// A page of tenants with what they use.
#[derive(Debug, Serialize, ToSchema)]
struct TenantUsagePage {
    tenants: Vec<TenantUsage>,
    #[serde(flatten)]
    page: PageExtent,
}

/// What a tenant uses of what it may use.
#[derive(Debug, Serialize, ToSchema)]
struct TenantUsage {
    tenant_id: Uuid,
    tenant_name: String,
    tier: String,
    status: String,
    /// The limit it is nearest to, in percent of that limit.
    fullness: f64,
    resources: Vec<ResourceUsage>,
}

/// How much of one thing a tenant uses.
#[derive(Debug, Serialize, ToSchema)]
struct ResourceUsage {
    /// `users`, `sites`, `spaces`, `devices` or `gateways`.
    resource: String,
    used: u32,
    max: u32,
    /// Whether four fifths are used.
    near_limit: bool,
}

impl From<TenantRow> for TenantUsage {
    fn from(row: TenantRow) -> Self {
        let resources = row.resources.into_iter().map(|one| ResourceUsage {
            near_limit: tenancy::is_near_limit(one.used, one.max),
            resource: one.resource,
            used: one.used,
            max: one.max,
        });
        Self {
            resources: resources.collect(),
            tenant_id: row.id,
            tenant_name: row.name,
            tier: row.tier,
            status: row.status,
            fullness: row.fullness,
        }
    }
}

/// How much each customer uses of what it may use, those nearest to a limit first. `q` looks in name and slug.
#[utoipa::path(get, path = "/api/v6/platform/usage", params(PageParams, UsageFilter),
    responses((status = 200, body = TenantUsagePage)))]
async fn usage(
    State(db): State<Db>,
    caller: Caller,
    List { page, filter }: List<UsageFilter>,
) -> Result<axum::Json<TenantUsagePage>, ApiError> {
    let order = page.order_by(COLUMNS, "id")?;
    let wanted = Filter {
        is_near_limit: filter.near_limit,
        pattern: page.pattern(),
    };
    let mut tx = db
        .platform(Reason::Platform("see what all tenants use"))
        .await?;
    let part = (page.offset, page.size);
    let (tenants, total) = store::usage(&mut tx, &wanted, &order, part).await?;
    Ok(axum::Json(TenantUsagePage {
        tenants: tenants.into_iter().map(TenantUsage::from).collect(),
        page: PageExtent::of_all(&page, total, caller.tenant()),
    }))
}
