//! What requests and answers about bays look like.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use parking_domain::bays::{BayCode, BayKind};
use parking_domain::places::Coordinates;
use parking_domain::plans::{BayShape, Point};
use parking_domain::text::Name;
use parking_http::{ApiError, PageExtent, Wrong};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::store::list::{OverrideView, Serving, SpaceView};
use super::super::{LampBody, Space, SpaceFields};
use crate::wire::{self, Change, bound_metadata};

/// A bay that is to be.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SpaceDraft {
    pub(super) site_id: Uuid,
    /// What is painted on the ground; unique in its site.
    #[schema(value_type = wire::BayCode)]
    code: String,
    #[schema(value_type = Option<wire::Name>)]
    name: Option<String>,
    /// The floor it lies on, one of its site's.
    level_id: Option<Uuid>,
    /// The part of the site it lies in.
    zone_id: Option<Uuid>,
    /// Whom it is for; `general` unless said otherwise.
    #[schema(value_type = Option<wire::BayKind>)]
    kind: Option<String>,
    /// Degrees north; with `longitude` or not at all.
    #[schema(minimum = -90, maximum = 90)]
    latitude: Option<f64>,
    /// Degrees east; with `latitude` or not at all.
    #[schema(minimum = -180, maximum = 180)]
    longitude: Option<f64>,
    /// Its corners on the level's plan as `[x, y]`, in parts of its width and height.
    #[schema(value_type = Option<wire::Outline>)]
    shape: Option<Vec<Vec<f64>>>,
    /// Whether it can be booked; true unless said otherwise.
    is_reservable: Option<bool>,
    /// After how many minutes without a car a booking is released.
    #[schema(minimum = 1, maximum = 1440)]
    auto_release_minutes: Option<i32>,
    /// Anything else worth keeping with it; at most 16 KiB.
    #[schema(value_type = Option<wire::Metadata>)]
    metadata: Option<Map<String, Value>>,
}

/// What is to change about a bay. What is absent stays as it is; `null` clears.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SpaceChange {
    /// Another site; level, zone and shape are then cleared unless given.
    site_id: Option<Uuid>,
    #[schema(value_type = Option<wire::BayCode>)]
    pub(super) code: Option<String>,
    #[serde(default)]
    #[schema(value_type = Option<wire::Name>)]
    name: Change<String>,
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    level_id: Change<Uuid>,
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    zone_id: Change<Uuid>,
    #[schema(value_type = Option<wire::BayKind>)]
    kind: Option<String>,
    #[serde(default)]
    #[schema(value_type = Option<f64>, minimum = -90, maximum = 90)]
    latitude: Change<f64>,
    #[serde(default)]
    #[schema(value_type = Option<f64>, minimum = -180, maximum = 180)]
    longitude: Change<f64>,
    #[serde(default)]
    #[schema(value_type = Option<wire::Outline>)]
    shape: Change<Vec<Vec<f64>>>,
    is_reservable: Option<bool>,
    #[serde(default)]
    #[schema(value_type = Option<i32>, minimum = 1, maximum = 1440)]
    auto_release_minutes: Change<i32>,
    #[schema(value_type = Option<wire::Metadata>)]
    metadata: Option<Map<String, Value>>,
}

impl SpaceDraft {
    /// The bay that is wanted, if it can be.
    pub(super) fn read(self) -> Result<SpaceFields, ApiError> {
        fn set<T>(value: Option<T>) -> Change<T> {
            value.map_or(Change::Keep, Change::Set)
        }
        let change = SpaceChange {
            site_id: None,
            code: Some(self.code),
            name: set(self.name),
            level_id: set(self.level_id),
            zone_id: set(self.zone_id),
            kind: self.kind,
            latitude: set(self.latitude),
            longitude: set(self.longitude),
            shape: set(self.shape),
            is_reservable: self.is_reservable,
            auto_release_minutes: set(self.auto_release_minutes),
            metadata: self.metadata,
        };
        change.made(None)
    }
}

impl SpaceChange {
    /// A bay made of nothing but this, with the code if it is given here.
    pub(super) fn made(mut self, code: Option<BayCode>) -> Result<SpaceFields, ApiError> {
        let code = match (code, self.code.take()) {
            (Some(code), _) => code,
            (None, Some(typed)) => {
                BayCode::parse(&typed).map_err(|error| ApiError::field("code", error))?
            }
            (None, None) => return Err(ApiError::field("code", "must be given")),
        };
        if matches!((&self.shape, &self.level_id), (Change::Set(_), level) if !matches!(level, Change::Set(_)))
        {
            return Err(ApiError::field(
                "shape",
                "needs a level on whose plan it lies",
            ));
        }
        let mut space = Space::blank(code);
        self.onto(&mut space)?;
        Ok(space.fields)
    }

    /// A bay drawn onto the plan of a level, or taken off it.
    pub(super) fn drawn(level: Uuid, shape: Option<Vec<Vec<f64>>>) -> Self {
        Self {
            level_id: Change::Set(level),
            shape: shape.map_or(Change::Clear, Change::Set),
            ..Self::default()
        }
    }

    /// Makes the changes to a bay, if the outcome can be.
    pub(super) fn onto(self, space: &mut Space) -> Result<(), ApiError> {
        let mut wrong = Wrong::default();
        let fields = &mut space.fields;
        if let Some(site) = self.site_id.filter(|site| *site != space.site_id) {
            space.site_id = site;
            (fields.level_id, fields.zone_id, fields.shape) = (None, None, None);
        }
        if let Some(code) = self.code
            && let Some(code) = wrong.read("code", BayCode::parse(&code))
        {
            fields.code = code;
        }
        let raw = RawFields {
            name: self.name.onto(fields.name.take()),
            kind: Some(self.kind.unwrap_or_else(|| fields.kind.name().to_owned())),
            latitude: self.latitude.onto(fields.latitude),
            longitude: self.longitude.onto(fields.longitude),
            shape: match self.shape {
                Change::Keep => fields.shape.take(),
                Change::Clear => None,
                Change::Set(shape) => corners(shape, &mut wrong),
            },
            auto_release_minutes: self.auto_release_minutes.onto(fields.auto_release_minutes),
            metadata: self.metadata.unwrap_or_else(|| fields.metadata.clone()),
        };
        let raw = raw.checked(&mut wrong);
        fields.level_id = self.level_id.onto(fields.level_id);
        fields.zone_id = self.zone_id.onto(fields.zone_id);
        fields.name = raw.name;
        fields.kind = raw
            .kind
            .and_then(|kind| kind.parse().ok())
            .unwrap_or_default();
        (fields.latitude, fields.longitude) = (raw.latitude, raw.longitude);
        // A bay that leaves its level leaves the plan too.
        fields.shape = raw.shape.filter(|_| fields.level_id.is_some());
        fields.is_reservable = self.is_reservable.unwrap_or(fields.is_reservable);
        fields.auto_release_minutes = raw.auto_release_minutes;
        fields.metadata = raw.metadata;
        wrong.settle(Some(()))
    }
}

/// The corners one after the other, if each is two numbers.
fn corners(shape: Vec<Vec<f64>>, wrong: &mut Wrong) -> Option<Vec<f64>> {
    if shape.iter().any(|corner| corner.len() != 2) {
        return wrong.read("shape", Err("must be corners of two numbers each"));
    }
    Some(shape.into_iter().flatten().collect())
}

/// The fields that are checked alike when a bay is made and when it is changed.
struct RawFields {
    name: Option<String>,
    kind: Option<String>,
    latitude: Option<f64>,
    longitude: Option<f64>,
    shape: Option<Vec<f64>>,
    auto_release_minutes: Option<i32>,
    metadata: Map<String, Value>,
}

impl RawFields {
    fn checked(mut self, wrong: &mut Wrong) -> Self {
        self.name = self
            .name
            .filter(|name| !name.trim().is_empty())
            .and_then(|name| wrong.read("name", Name::parse(&name)))
            .map(|name| name.as_str().to_owned());
        if let Some(kind) = &self.kind
            && kind.parse::<BayKind>().is_err()
        {
            let names: Vec<_> = BayKind::ALL.iter().map(|kind| kind.name()).collect();
            wrong.note("kind", format!("must be one of: {}", names.join(", ")));
        }
        if let Err(error) = Coordinates::parse(self.latitude, self.longitude) {
            wrong.note("latitude", error);
        }
        if let Some(shape) = &self.shape {
            let corner = |pair: &[f64]| Point {
                x: pair[0],
                y: pair[1],
            };
            wrong.read(
                "shape",
                BayShape::parse(shape.chunks_exact(2).map(corner).collect()),
            );
        }
        if self
            .auto_release_minutes
            .is_some_and(|minutes| !(1..=1440).contains(&minutes))
        {
            wrong.note("auto_release_minutes", "must be from 1 to 1440");
        }
        bound_metadata(wrong, &self.metadata);
        self
    }
}

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
