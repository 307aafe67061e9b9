//! How the words of the estate look in requests and answers, for the description of the API.

use std::ops::RangeInclusive;

use parking_domain::alarms::{AlarmKind, Severity};
use parking_domain::csv_import::Refusal;
use parking_domain::lamps::Emergency;
use parking_domain::lifecycle::Lifecycle;
use parking_domain::{bays, text};
use parking_http::wire::{line, one_of};
use parking_http::{Wrong, words};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{
    AdditionalProperties, ArrayBuilder, ObjectBuilder, Schema, SchemaType, Type,
};

pub(crate) use parking_http::wire::{Change, Name};

words! {
    /// [`text::Slug`].
    SiteSlug = line("A name in addresses: lower-case letters and digits, with single dashes between them.",
        text::Slug::LENGTH_MAX, "^[a-z0-9]+(-[a-z0-9]+)*$").build().into();
    /// [`Emergency`].
    EmergencyName = one_of("What all lamps of a site show in an emergency.", Emergency::ALL.iter().map(|kind| kind.name()));
    /// What can be wrong.
    AlarmKindName = one_of("What is wrong.", AlarmKind::ALL.iter().map(|kind| kind.name()));
    /// [`Refusal`].
    RowRefusal = one_of("Why a row is refused.", Refusal::ALL.iter().map(|refusal| refusal.name()));
    /// How bad it is.
    SeverityName = one_of("How bad it is.", Severity::ALL.iter().map(|severity| severity.name()));
    /// Why an alarm was cleared.
    ClearReasonName = one_of("Why it was cleared.",
        ["recovered", "archived", "deleted", "out_of_service", "unassigned", "reassigned", "rules_changed"]);
    /// What an alarm is about.
    AlarmSubjectType = one_of("What it is about.", ["device", "gateway", "space"]);
    /// What somebody says of an alarm.
    CommentText = line("What there is to say, in some lines.", 2_000, r"^[^\u0000]*[^\s\u0000][^\u0000]*$").build().into();
    /// A line of an address.
    AddressLine = line("A line of an address.", 255, r"^[^\u0000-\u001f\u007f]*$").build().into();
    /// A country.
    Country = line("A country, by its ISO 3166-1 alpha-2 code.", 2, "^[A-Z]{2}$").build().into();
    /// What is painted on the ground.
    BayCode = line("What is painted on the ground.", bays::BayCode::LENGTH_MAX, r"^[^\u0000-\u001f\u007f]*[^\u0000-\u0020\u007f][^\u0000-\u001f\u007f]*$").build().into();
    /// [`bays::BayKind`].
    BayKind = one_of("Whom a bay is for.", bays::BayKind::ALL.iter().map(|kind| kind.name()));
    /// Whatever a tenant keeps with a thing.
    Metadata = ObjectBuilder::new().schema_type(SchemaType::new(Type::Object))
        .additional_properties(Some(AdditionalProperties::<Schema>::FreeForm(true)))
        .description(Some("Whatever is worth keeping with it; at most 16 KiB.")).build().into();
    /// The outline of a bay on a plan.
    Outline = outline();
    /// How a bay is out of use.
    OverrideKind = one_of("How a bay is out of use.", ["blocked", "out_of_service"]);
    /// A line of text of up to a hundred characters.
    Line = line("A line of text with something visible in it.", 100, r"^[^\u0000-\u001f\u007f]*[^\u0000-\u0020\u007f][^\u0000-\u001f\u007f]*$").build().into();
    /// An EUI-64 in whatever notation.
    Eui = line("An EUI-64: 16 hexadecimal digits, with or without separators.", 40, "^[ 0-9A-Fa-fxX:._-]*$").build().into();
    /// [`DeviceType`].
    DeviceTypeName = one_of("What a device can be to a bay.", ["sensor", "display"]);
    /// Whether a gateway is heard.
    GatewayStatusName = one_of("Whether a gateway is heard.", ["never_seen", "online", "offline"]);
    /// [`Lifecycle`].
    LifecycleName = one_of("Where a device stands in its life.", Lifecycle::ALL.iter().map(|stage| stage.name()));
    /// What a bay's state is.
    SpaceState = one_of("What state a bay is in.", ["free", "occupied", "reserved", "maintenance", "unknown"]);
}

/// Corners, each of them two parts of the plan's sides.
fn outline() -> RefOr<Schema> {
    let part = ObjectBuilder::new()
        .schema_type(SchemaType::new(Type::Number))
        .minimum(Some(0.0))
        .maximum(Some(1.0));
    let corner = ArrayBuilder::new()
        .items(part)
        .min_items(Some(2))
        .max_items(Some(2));
    ArrayBuilder::new()
        .items(corner)
        .min_items(Some(3))
        .max_items(Some(12))
        .description(Some("Corners as `[x, y]`, in parts of the plan's width and height; no edge crosses another."))
        .build()
        .into()
}

/// What a device can be to a bay, or is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceType {
    /// It watches.
    Sensor,
    /// It shows.
    Display,
}

impl DeviceType {
    /// The name in the API and the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sensor => "sensor",
            Self::Display => "display",
        }
    }
}

/// How many seconds may lie between two signs of life.
pub(crate) const HEARTBEAT: RangeInclusive<i32> = 10..=2_592_000;

/// The longest reason, in characters.
pub const REASON_MAX: usize = 255;

/// The longest note, in characters.
const NOTE_MAX: usize = 2_000;

/// The longest metadata, in bytes as JSON.
const METADATA_MAX: usize = 16 * 1024;

/// Notes metadata that is longer than what is kept.
pub(crate) fn bound_metadata(wrong: &mut Wrong, metadata: &Map<String, Value>) {
    let size = serde_json::to_vec(metadata).map_or(usize::MAX, |json| json.len());
    if size > METADATA_MAX {
        let message = format!("must have at most {METADATA_MAX} bytes as JSON");
        wrong.note("metadata", message);
    }
}

/// A line that may be given, as it is kept; nothing but spaces is as good as nothing.
pub fn a_line(
    wrong: &mut Wrong,
    field: &str,
    typed: Option<String>,
    length_max: usize,
) -> Option<String> {
    let typed = typed.filter(|typed| !typed.trim().is_empty())?;
    let line = wrong.read(field, text::Name::parse(&typed))?;
    if line.as_str().chars().count() > length_max {
        wrong.note(field, text::TextError::TooLong(length_max));
    }
    Some(line.as_str().to_owned())
}

/// A text of some lines that may be given, as it is kept.
pub fn a_note(wrong: &mut Wrong, field: &str, typed: Option<String>) -> Option<String> {
    let note = typed.filter(|typed| !typed.trim().is_empty())?;
    if note.chars().count() > NOTE_MAX {
        wrong.note(field, text::TextError::TooLong(NOTE_MAX));
    }
    Some(note)
}
