//! What requests and answers about models look like.

use parking_domain::models::{self, Class, Display, LampCodes, Model, Sense};
use parking_domain::text::Slug;
use parking_http::{ApiError, PageExtent, Wrong};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::{AnyModel, ModelFields, OwnModel};
use crate::wire::{self, Change, HEARTBEAT, a_line, a_note};

/// The longest vendor or name.
const LINE_MAX: usize = 100;

/// The longest payload of a lamp code, in bytes.
const CODE_BYTES_MAX: usize = 64;

/// A model that is to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ModelDraft {
    /// The model of the catalogue whose codec, ports and abilities it shares.
    based_on: String,
    #[schema(value_type = wire::Line)]
    vendor: String,
    #[schema(value_type = wire::Line)]
    name: String,
    /// Its name in addresses; made from vendor and name if none is given.
    #[schema(value_type = Option<wire::SiteSlug>)]
    slug: Option<String>,
    /// How often it speaks though nothing happened, if not as often as what it is based on.
    #[schema(minimum = 10, maximum = 2_592_000)]
    heartbeat_seconds: Option<i32>,
    /// What to send for each state, where it differs from what it is based on.
    lamp_codes: Option<LampCodesDraft>,
    #[schema(max_length = 2000)]
    notes: Option<String>,
}

/// What is to change about a model. What is absent stays as it is; `null` clears.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ModelChange {
    #[schema(value_type = Option<wire::Line>)]
    vendor: Option<String>,
    #[schema(value_type = Option<wire::Line>)]
    name: Option<String>,
    #[serde(default)]
    #[schema(value_type = Option<i32>, minimum = 10, maximum = 2_592_000)]
    heartbeat_seconds: Change<i32>,
    #[serde(default)]
    #[schema(value_type = Option<LampCodesDraft>)]
    lamp_codes: Change<LampCodesDraft>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 2000)]
    notes: Change<String>,
}

/// What to send so that a display shows a state: payloads in hexadecimal.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LampCodesDraft {
    #[schema(max_length = 128)]
    free: Option<String>,
    #[schema(max_length = 128)]
    occupied: Option<String>,
    #[schema(max_length = 128)]
    reserved: Option<String>,
    #[schema(max_length = 128)]
    maintenance: Option<String>,
    #[schema(max_length = 128)]
    unknown: Option<String>,
}

impl ModelDraft {
    /// What is wanted, once it is certain that all of it can be.
    pub(super) fn read(self) -> Result<(Option<Slug>, &'static Model, ModelFields), ApiError> {
        let mut wrong = Wrong::default();
        let base = models::find(&self.based_on).ok_or("must be a model of the catalogue");
        let base = wrong.read("based_on", base);
        let slug = self
            .slug
            .and_then(|slug| wrong.read("slug", Slug::parse(&slug)));
        let raw = Raw {
            vendor: self.vendor,
            name: self.name,
            heartbeat_seconds: self.heartbeat_seconds,
            notes: self.notes,
        };
        let codes = self.lamp_codes.unwrap_or_default();
        let fields = raw.checked(codes.checked(&mut wrong), &mut wrong);
        wrong.settle(base.map(|base| (slug, base, fields)))
    }
}

impl ModelChange {
    /// Makes the changes, if the outcome can be.
    pub(super) fn onto(self, fields: &mut ModelFields) -> Result<(), ApiError> {
        let mut wrong = Wrong::default();
        let old = fields.clone();
        let lamp_codes = match self.lamp_codes {
            Change::Keep => old.lamp_codes,
            Change::Clear => Map::new(),
            Change::Set(codes) => codes.checked(&mut wrong),
        };
        let raw = Raw {
            vendor: self.vendor.unwrap_or(old.vendor),
            name: self.name.unwrap_or(old.name),
            heartbeat_seconds: self.heartbeat_seconds.onto(old.heartbeat_seconds),
            notes: self.notes.onto(old.notes),
        };
        *fields = raw.checked(lamp_codes, &mut wrong);
        wrong.settle(Some(()))
    }
}

/// The fields that are checked alike when a model is made and when it is changed.
struct Raw {
    vendor: String,
    name: String,
    heartbeat_seconds: Option<i32>,
    notes: Option<String>,
}

impl Raw {
    fn checked(self, lamp_codes: Map<String, Value>, wrong: &mut Wrong) -> ModelFields {
        let mut required = |field: &str, typed: String| {
            let line = a_line(wrong, field, Some(typed.clone()), LINE_MAX);
            if typed.trim().is_empty() {
                wrong.note(field, "must not be empty");
            }
            line.unwrap_or_default()
        };
        let (vendor, name) = (required("vendor", self.vendor), required("name", self.name));
        if self
            .heartbeat_seconds
            .is_some_and(|seconds| !HEARTBEAT.contains(&seconds))
        {
            wrong.note("heartbeat_seconds", "must be from 10 to 2592000");
        }
        ModelFields {
            vendor,
            name,
            heartbeat_seconds: self.heartbeat_seconds,
            lamp_codes,
            notes: a_note(wrong, "notes", self.notes),
        }
    }
}

impl LampCodesDraft {
    fn checked(self, wrong: &mut Wrong) -> Map<String, Value> {
        let mut codes = Map::new();
        for (state, code) in [
            ("free", self.free),
            ("occupied", self.occupied),
            ("reserved", self.reserved),
            ("maintenance", self.maintenance),
            ("unknown", self.unknown),
        ] {
            let Some(code) = code else { continue };
            let is_hex = code.bytes().all(|digit| digit.is_ascii_hexdigit());
            if is_hex && code.len() % 2 == 0 && (2..=CODE_BYTES_MAX * 2).contains(&code.len()) {
                codes.insert(state.to_owned(), code.to_ascii_uppercase().into());
            } else {
                let message = format!("must be 1 to {CODE_BYTES_MAX} bytes in hexadecimal");
                wrong.note(&format!("lamp_codes.{state}"), message);
            }
        }
        codes
    }
}

/// What a device is.
#[derive(Debug, Serialize, ToSchema)]
#[expect(clippy::struct_excessive_bools, reason = "each is a field of its own")]
pub(super) struct ModelBody {
    /// The slug of a model of the catalogue, the id of one of the tenant's own.
    pub(super) id: String,
    pub(super) slug: String,
    /// Whether a tenant has defined it.
    pub(super) is_own: bool,
    /// Whose it is, if it is a tenant's own.
    tenant_id: Option<Uuid>,
    /// Whose it is, for lists that span tenants.
    tenant_name: Option<String>,
    /// The model of the catalogue that an own one shares its abilities with.
    based_on: Option<String>,
    pub(super) vendor: String,
    pub(super) name: String,
    /// Who reads its messages and writes those to it.
    codec: String,
    /// `A` if it listens after it has spoken, `C` if it always does.
    class: String,
    /// `occupancy`, `motion`, `count`, `contact`, or null.
    senses: Option<String>,
    /// `lamp`, `state`, `count`, `text`, or null.
    displays: Option<String>,
    /// Whether it can be a bay's sensor.
    pub(super) is_sensor: bool,
    /// Whether it can be a bay's display.
    pub(super) is_display: bool,
    /// Whether it says what it shows.
    is_light_reported: bool,
    has_battery: bool,
    /// How often it speaks though nothing happened; null if nobody knows.
    heartbeat_seconds: Option<i32>,
    /// The ports it speaks on.
    #[schema(value_type = Vec<u16>)]
    ports_up: &'static [u8],
    /// The ports it is spoken to on.
    #[schema(value_type = Vec<u16>)]
    ports_down: &'static [u8],
    /// What to send for each state, in hexadecimal.
    lamp_codes: Option<LampCodesBody>,
    notes: Option<String>,
}

/// What to send so that a display shows a state: payloads in hexadecimal.
#[derive(Debug, Serialize, ToSchema)]
struct LampCodesBody {
    free: Option<String>,
    occupied: Option<String>,
    reserved: Option<String>,
    maintenance: Option<String>,
    unknown: Option<String>,
}

impl LampCodesBody {
    fn of(base: Option<LampCodes>, own: &Map<String, Value>) -> Option<Self> {
        if base.is_none() && own.is_empty() {
            return None;
        }
        let code = |state: &str, of_base: fn(LampCodes) -> &'static str| {
            let own = own.get(state).and_then(Value::as_str);
            own.or(base.map(of_base)).map(str::to_owned)
        };
        Some(Self {
            free: code("free", |codes| codes.free),
            occupied: code("occupied", |codes| codes.occupied),
            reserved: code("reserved", |codes| codes.reserved),
            maintenance: code("maintenance", |codes| codes.maintenance),
            unknown: code("unknown", |codes| codes.unknown),
        })
    }
}

impl ModelBody {
    pub(super) fn of(model: &AnyModel) -> Self {
        match model {
            AnyModel::Catalogue(model) => Self::of_catalogue(model),
            AnyModel::Own(model) => Self::of_own(model),
        }
    }

    pub(super) fn of_catalogue(model: &'static Model) -> Self {
        Self {
            id: model.slug.to_owned(),
            slug: model.slug.to_owned(),
            is_own: false,
            tenant_id: None,
            tenant_name: None,
            based_on: None,
            vendor: model.vendor.to_owned(),
            name: model.name.to_owned(),
            codec: model.codec.to_owned(),
            class: Class::name(model.class).to_owned(),
            senses: model.senses.map(|sense| Sense::name(sense).to_owned()),
            displays: model
                .displays
                .map(|display| Display::name(display).to_owned()),
            is_sensor: model.can_sense(),
            is_display: model.can_display(),
            is_light_reported: model.is_light_reported,
            has_battery: model.has_battery,
            heartbeat_seconds: model
                .heartbeat_s
                .and_then(|seconds| i32::try_from(seconds).ok()),
            ports_up: model.ports_up,
            ports_down: model.ports_down,
            lamp_codes: LampCodesBody::of(model.lamp_codes, &Map::new()),
            notes: Some(model.notes.to_owned()).filter(|notes| !notes.is_empty()),
        }
    }

    pub(super) fn of_own(model: &OwnModel) -> Self {
        let base = Self::of_catalogue(model.base);
        let fields = &model.fields;
        Self {
            id: model.id.to_string(),
            slug: model.slug.clone(),
            is_own: true,
            tenant_id: Some(model.tenant_id),
            tenant_name: Some(model.tenant_name.clone()),
            based_on: Some(model.base.slug.to_owned()),
            vendor: fields.vendor.clone(),
            name: fields.name.clone(),
            heartbeat_seconds: fields.heartbeat_seconds.or(base.heartbeat_seconds),
            lamp_codes: LampCodesBody::of(model.base.lamp_codes, &fields.lamp_codes),
            notes: fields.notes.clone(),
            ..base
        }
    }
}

/// A page of models.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ModelPage {
    pub(super) models: Vec<ModelBody>,
    #[serde(flatten)]
    pub(super) page: PageExtent,
}
