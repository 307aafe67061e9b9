//! The dashboard over HTTP.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use chrono::{DateTime, Utc};
use parking_domain::access::Permission;
use parking_domain::ids::TenantId;
use parking_estate::devices::attention::AttentionKind;
use parking_http::page::TenantScope;
use parking_http::{Access, ApiError, Caller, Routes};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::routes;
use uuid::Uuid;

use super::figures::{DeviceFigures, Figures, GatewayFigures, Occupancy};
use super::{Dashboard, Kept};
use crate::health::SystemHealth;

/// The routes of the dashboard.
pub(crate) fn routes(state: Arc<Dashboard>) -> Routes {
    let reads = Access::Needs(Permission::DashboardRead);
    Routes::new("Dashboard")
        .add(reads, routes!(stats))
        .add(reads, routes!(data))
        .with_state(state)
}

/// Whose figures these are, and from when.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DashboardExtent)]
struct Extent {
    /// The moment all figures are of.
    as_of: DateTime<Utc>,
    tenant_id: Uuid,
    tenant_scope: TenantScope,
    is_cross_tenant: bool,
}

/// The small figures.
#[derive(Debug, Serialize, ToSchema)]
struct DashboardStats {
    #[serde(flatten)]
    extent: Extent,
    /// How many there are of each limited thing: users, sites, spaces, devices, gateways.
    counts: BTreeMap<String, i64>,
    occupancy: Occupancy,
    devices: DeviceFigures,
    attention: AttentionCounts,
    alarms: AlarmCounts,
    gateways: GatewayFigures,
    /// `healthy` or `degraded`.
    system_status: &'static str,
}

/// How many devices somebody should look at, and why; one may be counted more than once.
#[derive(Debug, Serialize, ToSchema)]
struct AttentionCounts {
    silent: i64,
    low_battery: i64,
    never_seen: i64,
    unassigned: i64,
}

/// How many alarms are open.
#[derive(Debug, Serialize, ToSchema)]
struct AlarmCounts {
    open: i64,
    /// That nobody has taken on or put aside, and no open outage explains.
    waiting: i64,
}

/// The whole of it.
#[derive(Debug, Serialize, ToSchema)]
struct DashboardData {
    #[serde(flatten)]
    extent: Extent,
    #[serde(flatten)]
    figures: Figures,
    system: SystemHealth,
}

impl Extent {
    fn of(kept: &Kept, tenant: TenantId) -> Self {
        let is_cross_tenant = tenant.is_platform();
        Self {
            as_of: kept.as_of,
            tenant_id: tenant.0,
            tenant_scope: if is_cross_tenant {
                TenantScope::All
            } else {
                TenantScope::Tenant
            },
            is_cross_tenant,
        }
    }
}

/// The figures of the tenant; with the platform tenant selected, of all tenants.
#[utoipa::path(get, path = "/api/v6/dashboard/stats", responses((status = 200, body = DashboardStats)))]
async fn stats(
    State(dashboard): State<Arc<Dashboard>>,
    caller: Caller,
) -> Result<axum::Json<DashboardStats>, ApiError> {
    caller.spans_tenants()?;
    let kept = dashboard.figures(caller.tenant()).await?;
    let figures = &kept.figures;
    let count = |kind: AttentionKind| {
        let mut found = figures.attention.iter().filter(|one| one.kind == kind);
        found.next().map_or(0, |one| one.count)
    };
    Ok(axum::Json(DashboardStats {
        extent: Extent::of(&kept, caller.tenant()),
        counts: figures.counts.clone(),
        occupancy: figures.occupancy,
        devices: figures.devices,
        attention: AttentionCounts {
            silent: count(AttentionKind::Silent),
            low_battery: count(AttentionKind::LowBattery),
            never_seen: count(AttentionKind::NeverSeen),
            unassigned: count(AttentionKind::Unassigned),
        },
        alarms: AlarmCounts {
            open: figures.alarms.open,
            waiting: figures.alarms.waiting,
        },
        gateways: figures.gateways,
        system_status: dashboard.health.system().status,
    }))
}

/// The figures with what they are made of: sites, devices and gateways somebody should look at, alarms,
/// what happened last, and how the parts of the server are.
#[utoipa::path(get, path = "/api/v6/dashboard/data", responses((status = 200, body = DashboardData)))]
async fn data(
    State(dashboard): State<Arc<Dashboard>>,
    caller: Caller,
) -> Result<axum::Json<DashboardData>, ApiError> {
    caller.spans_tenants()?;
    let kept = dashboard.figures(caller.tenant()).await?;
    Ok(axum::Json(DashboardData {
        extent: Extent::of(&kept, caller.tenant()),
        figures: kept.figures.clone(),
        system: dashboard.health.system(),
    }))
}
