//! Looking at devices.

use axum::extract::State;
use chrono::{DateTime, Utc};
use parking_domain::eui::digits_of_search;
use parking_domain::lifecycle::Lifecycle;
use parking_domain::models;
use parking_http::page::{List, NoFilter, PageParams};
use parking_http::{ApiError, Caller, Id, Page, Tagged};
use serde::Deserialize;
use sqlx::PgConnection;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::super::attention::AttentionKind;
use super::super::store::counts;
use super::super::store::list::{self as store, Filter};
use super::bodies::{DeviceBody, DevicePage, DeviceStats, HappeningBody, HappeningPage};
use super::no_such_model;
use crate::view::View;
use crate::wire::DeviceType;
use crate::{Estate, wire};

/// What the list can be sorted by.
pub(super) const COLUMNS: &[(&str, &str)] = &[
    ("-created_at", "p.created_at"),
    // The order of the index that begins with the tenant, and not of the one that spans them.
    ("dev_eui", "p.dev_eui collate \"POSIX\""),
    ("name", "lower(p.name)"),
    ("last_seen_at", "p.last_seen_at nulls last"),
    ("lifecycle", "p.lifecycle"),
    ("model", "p.model"),
];

/// Whether a device serves a bay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Status {
    Assigned,
    Unassigned,
}

/// Which devices are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a parameter of its own"
)]
pub(super) struct DeviceFilter {
    /// Those that serve a bay, or those that do not.
    #[param(inline)]
    status: Option<Status>,
    /// The same as `status=assigned`.
    #[serde(default)]
    #[param(required = false)]
    assigned_only: bool,
    /// The same as `status=unassigned`.
    #[serde(default)]
    #[param(required = false)]
    unassigned_only: bool,
    #[param(value_type = Option<wire::DeviceTypeName>, inline)]
    device_type: Option<DeviceType>,
    /// Those that serve a bay of this site.
    site_id: Option<Uuid>,
    /// The slug of a model of the catalogue, or the id of one of the tenant's own.
    #[param(max_length = 63)]
    model: Option<String>,
    #[param(value_type = Option<wire::LifecycleName>, inline)]
    lifecycle: Option<Lifecycle>,
    /// Those that somebody should look at for this reason, as the dashboard counts them: decommissioned
    /// ones are left out.
    #[param(inline)]
    attention: Option<AttentionKind>,
    /// Archived devices instead of those in use.
    #[serde(default)]
    #[param(required = false)]
    archived: bool,
    /// Whether the counts of all devices in use come with the page.
    #[serde(default)]
    #[param(required = false)]
    pub(super) include_stats: bool,
}

impl DeviceFilter {
    pub(super) fn read(self, page: &Page, now: DateTime<Utc>) -> Result<Filter, ApiError> {
        let mut wanted = [
            self.status.map(|status| status == Status::Assigned),
            self.assigned_only.then_some(true),
            self.unassigned_only.then_some(false),
        ]
        .into_iter()
        .flatten();
        let is_assigned = wanted.next();
        if wanted.any(|other| Some(other) != is_assigned) {
            return Err(ApiError::field(
                "status",
                "contradicts assigned_only or unassigned_only",
            ));
        }
        let own_model = self.model.as_deref().map(str::parse::<Uuid>);
        let (model, own_model) = match (self.model, own_model) {
            (None, _) => (None, None),
            (Some(_), Some(Ok(id))) => (None, Some(id)),
            (Some(slug), _) if models::find(&slug).is_some() => (Some(slug), None),
            (Some(_), _) => return Err(no_such_model()),
        };
        Ok(Filter {
            is_assigned,
            is_sensor: self.device_type == Some(DeviceType::Sensor),
            is_display: self.device_type == Some(DeviceType::Display),
            site: self.site_id,
            model,
            own_model,
            lifecycle: self.lifecycle.map(Lifecycle::name),
            attention: self.attention.map(|kind| (kind, now)),
            is_archived: self.archived,
            pattern: page.pattern(),
            digits: page.q.as_deref().and_then(digits_of_search),
        })
    }
}

/// The tenant's devices, newest first; with the platform tenant selected, all tenants'. `q` looks in
/// name, serial number and `DevEUI`, of which four digits in any notation are enough.
#[utoipa::path(get, path = "/api/v6/devices", params(PageParams, DeviceFilter), responses((status = 200, body = DevicePage)))]
pub(super) async fn list_devices(
    State(estate): State<Estate>,
    caller: Caller,
    List { page, filter }: List<DeviceFilter>,
) -> Result<axum::Json<DevicePage>, ApiError> {
    let order = page.order_by(COLUMNS, "p.id")?;
    let include_stats = filter.include_stats;
    let filter = filter.read(&page, estate.clock.now())?;
    let mut view = View::of(&estate.db, &caller).await?;
    let devices = store::page(view.conn(), &filter, &order, (page.offset, page.size)).await?;
    let total = store::count(view.conn(), &filter).await?;
    let stats = if include_stats {
        Some(DeviceStats::from(counts::all(view.conn()).await?))
    } else {
        None
    };
    Ok(axum::Json(DevicePage {
        devices: devices.into_iter().map(DeviceBody::of).collect(),
        stats,
        page: view.extent(&page, total),
    }))
}

/// One device, archived or not.
#[utoipa::path(get, path = "/api/v6/devices/{id}", params(("id" = Uuid, Path)), responses((status = 200, body = DeviceBody)))]
pub(super) async fn get_device(
    State(estate): State<Estate>,
    caller: Caller,
    Id(id): Id,
) -> Result<Tagged<DeviceBody>, ApiError> {
    let mut view = View::of(&estate.db, &caller).await?;
    read_one(view.conn(), id).await
}

/// One device as it is answered, with its version.
pub(crate) async fn read_one(
    conn: &mut PgConnection,
    id: Uuid,
) -> Result<Tagged<DeviceBody>, ApiError> {
    let view = store::by_ids(conn, &[id])
        .await?
        .pop()
        .ok_or_else(ApiError::not_found)?;
    Ok(Tagged(view.version, DeviceBody::of(view)))
}

/// Where a device has served and how its life went, newest first.
#[utoipa::path(get, path = "/api/v6/devices/{id}/history", params(("id" = Uuid, Path), PageParams), responses((status = 200, body = HappeningPage)))]
pub(super) async fn device_history(
    State(estate): State<Estate>,
    caller: Caller,
    Id(id): Id,
    List { page, .. }: List<NoFilter>,
) -> Result<axum::Json<HappeningPage>, ApiError> {
    let mut view = View::of(&estate.db, &caller).await?;
    read_one(view.conn(), id).await?;
    let (happenings, total) = counts::history(view.conn(), id, (page.offset, page.size)).await?;
    Ok(axum::Json(HappeningPage {
        history: happenings.into_iter().map(HappeningBody::from).collect(),
        page: view.extent(&page, total),
    }))
}
