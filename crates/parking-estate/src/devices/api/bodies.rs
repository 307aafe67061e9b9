//! What answers about devices look like.

use chrono::{DateTime, Utc};
use parking_domain::bay_state::stale_at;
use parking_domain::lifecycle::Lifecycle;
use parking_http::PageExtent;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::store::counts::{Counts, Happening};
use super::super::store::list::DeviceView;
use crate::wire;

/// What a device is.
#[derive(Debug, Serialize, ToSchema)]
struct DeviceModelBody {
    /// The slug of a model of the catalogue, the id of one of the tenant's own.
    id: String,
    vendor: String,
    name: String,
    is_own: bool,
}

/// One device. Its key is never part of it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeviceBody {
    id: Uuid,
    tenant_id: Uuid,
    /// Whose it is, for lists that span tenants.
    tenant_name: String,
    dev_eui: String,
    name: Option<String>,
    /// What it can be to a bay; null if it has no model, or one that is neither.
    #[schema(value_type = Option<wire::DeviceTypeName>)]
    device_type: Option<&'static str>,
    /// All it can be to a bay; a device that can be both is told which when it is assigned.
    #[schema(value_type = Vec<wire::DeviceTypeName>)]
    roles: Vec<&'static str>,
    model: Option<DeviceModelBody>,
    /// `assigned` while it serves a bay, else `unassigned`.
    status: &'static str,
    #[schema(value_type = wire::LifecycleName)]
    lifecycle_state: String,
    lifecycle_changed_at: DateTime<Utc>,
    /// Where its life may go from there.
    #[schema(value_type = Vec<wire::LifecycleName>)]
    lifecycle_next: Vec<&'static str>,
    /// What it is to the bay it serves.
    #[schema(value_type = Option<wire::DeviceTypeName>)]
    role: Option<String>,
    space_id: Option<Uuid>,
    space_code: Option<String>,
    site_id: Option<Uuid>,
    site_name: Option<String>,
    assigned_at: Option<DateTime<Utc>>,
    assigned_by: Option<String>,
    /// What is expected of this one device instead of its model's.
    heartbeat_seconds: Option<i32>,
    /// How often it is expected to speak; null if nobody knows.
    expected_heartbeat_seconds: Option<i32>,
    last_seen_at: Option<DateTime<Utc>>,
    /// From when on it is silent for too long; null if it was never heard, or nobody knows how often
    /// it speaks.
    silent_at: Option<DateTime<Utc>>,
    battery_percent: Option<f32>,
    battery_volts: Option<f32>,
    /// Whether it is at or below what the tenant's alarms say, 20 percent where they say nothing.
    is_battery_low: bool,
    rssi: Option<i32>,
    snr: Option<f32>,
    /// How many of its messages nobody heard, by the gaps in their numbers.
    frames_lost: i64,
    join_eui: Option<String>,
    /// Whether its key is known.
    has_app_key: bool,
    serial_number: Option<String>,
    notes: Option<String>,
    metadata: Value,
    archived_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl DeviceBody {
    pub(in crate::devices) fn id(&self) -> Uuid {
        self.id
    }

    pub(in crate::devices) fn of(view: DeviceView) -> Self {
        let of_model = view
            .model
            .as_ref()
            .and_then(|model| model.heartbeat_seconds);
        let serves = view.serves.as_ref();
        let expected = view.heartbeat_seconds.or(of_model);
        let can_be = [("sensor", view.is_sensor), ("display", view.is_display)];
        let roles: Vec<_> = can_be.into_iter().filter(|(_, can)| *can).collect();
        Self {
            id: view.id,
            tenant_id: view.tenant_id,
            tenant_name: view.tenant_name,
            dev_eui: view.dev_eui,
            name: view.name,
            device_type: roles.first().map(|(role, _)| *role),
            roles: roles.into_iter().map(|(role, _)| role).collect(),
            model: view.model.map(|model| DeviceModelBody {
                id: model.id,
                vendor: model.vendor,
                name: model.name,
                is_own: model.is_own,
            }),
            status: if serves.is_some() {
                "assigned"
            } else {
                "unassigned"
            },
            lifecycle_next: next_stages(&view.lifecycle),
            lifecycle_state: view.lifecycle,
            lifecycle_changed_at: view.lifecycle_changed_at,
            role: serves.map(|serves| serves.role.clone()),
            space_id: serves.map(|serves| serves.space_id),
            space_code: serves.map(|serves| serves.space_code.clone()),
            site_id: serves.map(|serves| serves.site_id),
            site_name: serves.map(|serves| serves.site_name.clone()),
            assigned_at: serves.map(|serves| serves.assigned_at),
            assigned_by: serves.and_then(|serves| serves.assigned_by.clone()),
            heartbeat_seconds: view.heartbeat_seconds,
            expected_heartbeat_seconds: expected,
            last_seen_at: view.last_seen_at,
            silent_at: silent_at(view.last_seen_at, expected),
            battery_percent: view.battery_percent,
            battery_volts: view.battery_volts,
            is_battery_low: view.is_battery_low,
            rssi: view.rssi,
            snr: view.snr,
            frames_lost: view.frames_lost,
            join_eui: view.join_eui,
            has_app_key: view.has_app_key,
            serial_number: view.serial_number,
            notes: view.notes,
            metadata: view.metadata,
            archived_at: view.archived_at,
            created_at: view.created_at,
            updated_at: view.updated_at,
        }
    }
}

/// Where a life may go from a stage.
fn next_stages(stage: &str) -> Vec<&'static str> {
    let stage = stage.parse::<Lifecycle>().ok();
    let next = stage.map(Lifecycle::next).unwrap_or_default();
    next.iter().map(|stage| stage.name()).collect()
}

/// When the silence of a device that was heard becomes too long.
fn silent_at(seen: Option<DateTime<Utc>>, heartbeat: Option<i32>) -> Option<DateTime<Utc>> {
    stale_at(
        seen?,
        heartbeat.and_then(|seconds| u32::try_from(seconds).ok()),
    )
}

/// A page of devices.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DevicePage {
    pub(super) devices: Vec<DeviceBody>,
    /// All devices in use, whatever the filter, where `include_stats` asks for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) stats: Option<DeviceStats>,
    #[serde(flatten)]
    pub(super) page: PageExtent,
}

/// Devices in use, by number.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DeviceStats {
    total: i64,
    assigned: i64,
    unassigned: i64,
    sensors: i64,
    displays: i64,
    /// Those that were never heard, but for decommissioned ones.
    never_seen: i64,
}

impl From<Counts> for DeviceStats {
    fn from(counts: Counts) -> Self {
        Self {
            total: counts.total,
            assigned: counts.assigned,
            unassigned: counts.total - counts.assigned,
            sensors: counts.sensors,
            displays: counts.displays,
            never_seen: counts.never_seen,
        }
    }
}

/// Something that happened to a device.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct HappeningBody {
    at: DateTime<Utc>,
    /// `assigned`, `unassigned` or `lifecycle`.
    kind: String,
    /// What it was to the bay.
    role: Option<String>,
    space_id: Option<Uuid>,
    space_code: Option<String>,
    /// The stage of its life it left.
    from: Option<String>,
    /// The stage of its life it entered.
    to: Option<String>,
    /// Who did it.
    by: Option<String>,
    reason: Option<String>,
}

impl From<Happening> for HappeningBody {
    fn from(happening: Happening) -> Self {
        Self {
            at: happening.at,
            kind: happening.kind,
            role: happening.role,
            space_id: happening.space_id,
            space_code: happening.space_code,
            from: happening.from_state,
            to: happening.to_state,
            by: happening.by_name,
            reason: happening.reason,
        }
    }
}

/// A page of what happened to a device.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct HappeningPage {
    pub(super) history: Vec<HappeningBody>,
    #[serde(flatten)]
    pub(super) page: PageExtent,
}
