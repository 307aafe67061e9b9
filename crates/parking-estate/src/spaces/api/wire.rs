//! What requests about bays look like.

use parking_domain::bays::{BayCode, BayKind};
use parking_domain::places::Coordinates;
use parking_domain::plans::{BayShape, Point};
use parking_domain::text::Name;
use parking_http::{ApiError, Wrong};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::{Space, SpaceFields};
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
