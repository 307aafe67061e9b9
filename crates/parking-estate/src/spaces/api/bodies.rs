//! What answers about bays look like.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use parking_http::PageExtent;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::LampBody;
use super::super::store::list::{OverrideView, Serving, SpaceView};
use crate::wire;

/// One bay.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SpaceBody {
    id: Uuid,
    tenant_id: Uuid,
    /// Whose it is, for lists that span tenants.
    tenant_name: String,
    site_id: Uuid,
    site_name: String,
    code: String,
    name: Option<String>,
    level_id: Option<Uuid>,
    /// The level's name.
    level: Option<String>,
    zone_id: Option<Uuid>,
    /// The zone's name.
    zone: Option<String>,
    #[schema(value_type = wire::BayKind)]
    kind: String,
    latitude: Option<f64>,
    longitude: Option<f64>,
    /// Its corners on the level's plan as `[x, y]`, in parts of its width and height.
    shape: Option<Vec<[f64; 2]>>,
    is_reservable: bool,
    auto_release_minutes: Option<i32>,
    metadata: Value,
    #[schema(value_type = wire::SpaceState)]
    state: String,
    /// Since when it is in this state.
    state_changed_at: DateTime<Utc>,
    /// What its sensor said last: `free`, `occupied` or `unknown`.
    sensor_state: String,
    /// When the sensor said so.
    sensor_observed_at: Option<DateTime<Utc>>,
    /// What takes it out of use, now or later.
    overrides: Vec<OverrideBody>,
    /// The device that watches it.
    sensor: Option<ServingBody>,
    /// The lamp that stands at it.
    display: Option<ServingBody>,
    /// What that lamp should show, was told, and says it shows; in lists that were asked for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    lamp: Option<LampBody>,
    deleted_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

/// A device that serves a bay.
#[derive(Debug, Serialize, ToSchema)]
struct ServingBody {
    device_id: Uuid,
    dev_eui: String,
    last_seen_at: Option<DateTime<Utc>>,
}

/// What takes a bay out of use for a while.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OverrideBody {
    id: Uuid,
    /// `blocked` or `out_of_service`.
    kind: String,
    starts_at: DateTime<Utc>,
    /// Until it is lifted, if null.
    ends_at: Option<DateTime<Utc>>,
    reason: String,
    notes: Option<String>,
    created_by: Option<String>,
    created_at: DateTime<Utc>,
}

/// A page of bays.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SpacePage {
    pub(super) spaces: Vec<SpaceBody>,
    #[serde(flatten)]
    pub(super) page: PageExtent,
}

impl From<Serving> for ServingBody {
    fn from(serving: Serving) -> Self {
        Self {
            device_id: serving.device_id,
            dev_eui: serving.dev_eui,
            last_seen_at: serving.last_seen_at,
        }
    }
}

impl From<OverrideView> for OverrideBody {
    fn from(view: OverrideView) -> Self {
        Self {
            id: view.id,
            kind: view.kind,
            starts_at: view.starts_at,
            ends_at: view.ends_at,
            reason: view.reason,
            notes: view.notes,
            created_by: view.created_by,
            created_at: view.created_at,
        }
    }
}

impl SpaceBody {
    fn of(view: SpaceView, overrides: Vec<OverrideBody>) -> Self {
        let (level_id, level) = view.level.unzip();
        let (zone_id, zone) = view.zone.unzip();
        let corner = |pair: &[f64]| [pair[0], pair[1]];
        Self {
            id: view.id,
            tenant_id: view.tenant_id,
            tenant_name: view.tenant_name,
            site_id: view.site_id,
            site_name: view.site_name,
            code: view.code,
            name: view.name,
            level_id,
            level,
            zone_id,
            zone,
            kind: view.kind,
            latitude: view.latitude,
            longitude: view.longitude,
            shape: view
                .shape
                .map(|shape| shape.chunks_exact(2).map(corner).collect()),
            is_reservable: view.is_reservable,
            auto_release_minutes: view.auto_release_minutes,
            metadata: view.metadata,
            state: view.state,
            state_changed_at: view.state_changed_at,
            sensor_state: view.sensor_state,
            sensor_observed_at: view.sensor_observed_at,
            overrides,
            sensor: view.sensor.map(ServingBody::from),
            display: view.display.map(ServingBody::from),
            lamp: None,
            deleted_at: view.deleted_at,
            created_at: view.created_at,
            updated_at: view.updated_at,
        }
    }

    /// The same with what its lamp says, if it is among these.
    pub(super) fn with_lamp(mut self, lamps: &HashMap<Uuid, LampBody>) -> Self {
        let device = self.display.as_ref().map(|display| display.device_id);
        self.lamp = device.and_then(|device| lamps.get(&device).cloned());
        self
    }

    /// Bays with what overrides each of them.
    pub(super) fn all(views: Vec<SpaceView>, overrides: Vec<OverrideView>) -> Vec<Self> {
        let mut overrides = overrides;
        let bodies = views.into_iter().map(|view| {
            let of_it = overrides.extract_if(.., |one| one.space_id == view.id);
            let of_it = of_it.map(OverrideBody::from).collect();
            Self::of(view, of_it)
        });
        bodies.collect()
    }
}
