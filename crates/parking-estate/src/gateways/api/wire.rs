//! What requests and answers about gateways look like.

use std::ops::RangeInclusive;

use chrono::{DateTime, Utc};
use parking_domain::eui::Eui64;
use parking_domain::places::Coordinates;
use parking_domain::text::Name;
use parking_http::{ApiError, PageExtent, Wrong};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::{Gateway, GatewayFields};
use crate::wire::{self, Change, a_note, bound_metadata};

/// How often gateways say that they live, unless somebody knows better.
const HEARTBEAT_SECONDS: i32 = 30;

/// How many seconds may lie between two signs of life.
const HEARTBEAT: RangeInclusive<i32> = 5..=86_400;

/// Metres above the sea, from the shore of the Dead Sea to above the highest town.
const ALTITUDE: RangeInclusive<f64> = -500.0..=9_000.0;

/// A gateway that is to be.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct GatewayDraft {
    /// In any notation; one gateway of the installation has it.
    #[schema(value_type = wire::Eui)]
    eui: String,
    #[schema(value_type = wire::Name)]
    name: String,
    /// The site it stands in.
    site_id: Option<Uuid>,
    /// Degrees north; with `longitude` or not at all.
    #[schema(minimum = -90, maximum = 90)]
    latitude: Option<f64>,
    /// Degrees east; with `latitude` or not at all.
    #[schema(minimum = -180, maximum = 180)]
    longitude: Option<f64>,
    /// Metres above the sea.
    #[schema(minimum = -500, maximum = 9000)]
    altitude: Option<f64>,
    #[schema(max_length = 2000)]
    notes: Option<String>,
    /// Anything else worth keeping with it; at most 16 KiB.
    #[schema(value_type = Option<Value>)]
    metadata: Option<Map<String, Value>>,
    /// How often it says that it lives; 30 unless said otherwise.
    #[schema(minimum = 5, maximum = 86400)]
    heartbeat_seconds: Option<i32>,
}

/// What is to change about a gateway. What is absent stays as it is; `null` clears.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct GatewayChange {
    #[schema(value_type = Option<wire::Name>)]
    name: Option<String>,
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    site_id: Change<Uuid>,
    #[serde(default)]
    #[schema(value_type = Option<f64>, minimum = -90, maximum = 90)]
    latitude: Change<f64>,
    #[serde(default)]
    #[schema(value_type = Option<f64>, minimum = -180, maximum = 180)]
    longitude: Change<f64>,
    #[serde(default)]
    #[schema(value_type = Option<f64>, minimum = -500, maximum = 9000)]
    altitude: Change<f64>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 2000)]
    notes: Change<String>,
    #[schema(value_type = Option<Value>)]
    metadata: Option<Map<String, Value>>,
    #[schema(minimum = 5, maximum = 86400)]
    heartbeat_seconds: Option<i32>,
}

impl GatewayDraft {
    /// What is wanted, once it is certain that all of it can be.
    pub(super) fn read(self) -> Result<(Eui64, GatewayFields), ApiError> {
        let mut wrong = Wrong::default();
        let eui = wrong.read("eui", self.eui.parse::<Eui64>());
        let fields = GatewayFields {
            name: self.name,
            site_id: self.site_id,
            latitude: self.latitude,
            longitude: self.longitude,
            altitude: self.altitude,
            notes: self.notes,
            metadata: self.metadata.unwrap_or_default(),
            heartbeat_seconds: self.heartbeat_seconds.unwrap_or(HEARTBEAT_SECONDS),
        };
        let fields = checked(fields, &mut wrong);
        wrong.settle(eui.map(|eui| (eui, fields)))
    }
}

impl GatewayChange {
    /// Makes the changes, if the outcome can be.
    pub(super) fn onto(self, fields: &mut GatewayFields) -> Result<(), ApiError> {
        let mut wrong = Wrong::default();
        let old = fields.clone();
        let new = GatewayFields {
            name: self.name.unwrap_or(old.name),
            site_id: self.site_id.onto(old.site_id),
            latitude: self.latitude.onto(old.latitude),
            longitude: self.longitude.onto(old.longitude),
            altitude: self.altitude.onto(old.altitude),
            notes: self.notes.onto(old.notes),
            metadata: self.metadata.unwrap_or(old.metadata),
            heartbeat_seconds: self.heartbeat_seconds.unwrap_or(old.heartbeat_seconds),
        };
        *fields = checked(new, &mut wrong);
        wrong.settle(Some(()))
    }
}

/// Brings what was typed into the form in which it is kept, and notes what cannot be.
fn checked(mut fields: GatewayFields, wrong: &mut Wrong) -> GatewayFields {
    if let Some(name) = wrong.read("name", Name::parse(&fields.name)) {
        name.as_str().clone_into(&mut fields.name);
    }
    if let Err(error) = Coordinates::parse(fields.latitude, fields.longitude) {
        wrong.note("latitude", error);
    }
    if fields
        .altitude
        .is_some_and(|metres| !ALTITUDE.contains(&metres))
    {
        wrong.note("altitude", "must be from -500 to 9000");
    }
    if !HEARTBEAT.contains(&fields.heartbeat_seconds) {
        wrong.note("heartbeat_seconds", "must be from 5 to 86400");
    }
    fields.notes = a_note(wrong, "notes", fields.notes);
    bound_metadata(wrong, &fields.metadata);
    fields
}

/// A radio receiver of the network.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct GatewayBody {
    id: Uuid,
    tenant_id: Uuid,
    /// Whose it is, for lists that span tenants.
    tenant_name: String,
    eui: String,
    name: String,
    site_id: Option<Uuid>,
    site_name: Option<String>,
    latitude: Option<f64>,
    longitude: Option<f64>,
    altitude: Option<f64>,
    notes: Option<String>,
    metadata: Value,
    heartbeat_seconds: i32,
    #[schema(value_type = wire::GatewayStatusName)]
    status: &'static str,
    last_seen_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

/// A page of gateways.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct GatewayPage {
    pub(super) gateways: Vec<GatewayBody>,
    #[serde(flatten)]
    pub(super) page: PageExtent,
}

impl GatewayBody {
    pub(super) fn of(gateway: Gateway, now: DateTime<Utc>) -> Self {
        let status = gateway.status(now).name();
        let fields = gateway.fields;
        Self {
            id: gateway.id,
            tenant_id: gateway.tenant_id,
            tenant_name: gateway.tenant_name,
            eui: gateway.eui,
            name: fields.name,
            site_id: fields.site_id,
            site_name: gateway.site_name,
            latitude: fields.latitude,
            longitude: fields.longitude,
            altitude: fields.altitude,
            notes: fields.notes,
            metadata: Value::Object(fields.metadata),
            heartbeat_seconds: fields.heartbeat_seconds,
            status,
            last_seen_at: gateway.last_seen_at,
            created_at: gateway.created_at,
            updated_at: gateway.updated_at,
        }
    }
}
