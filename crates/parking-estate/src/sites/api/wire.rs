//! What requests about sites look like.

use parking_domain::lamps::Emergency;
use parking_domain::places::{Coordinates, Country, OpeningHours, TimeZone};
use parking_domain::text::{Name, Slug};
use parking_http::{ApiError, Wrong};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::super::SiteFields;
use crate::wire::{self, Change, bound_metadata};

/// For how many seconds a change may be held back.
const DEBOUNCE: std::ops::RangeInclusive<i32> = 0..=30;

/// A site that is to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SiteDraft {
    #[schema(value_type = wire::Name)]
    pub(super) name: String,
    /// Its name in addresses; made from the name, and numbered when taken, if none is given.
    #[schema(value_type = Option<wire::SiteSlug>)]
    pub(super) slug: Option<String>,
    #[schema(value_type = Option<wire::AddressLine>)]
    address: Option<String>,
    #[schema(value_type = Option<wire::AddressLine>)]
    city: Option<String>,
    /// State, province or department.
    #[schema(value_type = Option<wire::AddressLine>)]
    state: Option<String>,
    #[schema(value_type = Option<wire::AddressLine>)]
    postal_code: Option<String>,
    #[schema(value_type = Option<wire::Country>)]
    country: Option<String>,
    /// Degrees north; with `longitude` or not at all.
    #[schema(minimum = -90, maximum = 90)]
    latitude: Option<f64>,
    /// Degrees east; with `latitude` or not at all.
    #[schema(minimum = -180, maximum = 180)]
    longitude: Option<f64>,
    /// The IANA name of its time zone, such as `Europe/Paris`.
    timezone: String,
    /// When it is open, in the syntax of OpenStreetMap, such as `Mo-Fr 07:00-20:00`.
    #[schema(max_length = 1000)]
    opening_hours: Option<String>,
    /// For how many seconds a change from free to occupied or back must stand before it is believed;
    /// one that is taken back sooner never was. 0, if absent: it is believed at once.
    #[schema(minimum = 0, maximum = 30)]
    debounce_seconds: Option<i32>,
    /// Anything else worth keeping with it; at most 16 KiB.
    #[schema(value_type = Option<wire::Metadata>)]
    metadata: Option<Map<String, Value>>,
    /// Whether it is in use; true unless said otherwise.
    is_active: Option<bool>,
}

/// What is to change about a site. What is absent stays as it is; `null` clears.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SiteChange {
    #[schema(value_type = Option<wire::Name>)]
    name: Option<String>,
    #[schema(value_type = Option<wire::SiteSlug>)]
    slug: Option<String>,
    #[serde(default)]
    #[schema(value_type = Option<wire::AddressLine>)]
    address: Change<String>,
    #[serde(default)]
    #[schema(value_type = Option<wire::AddressLine>)]
    city: Change<String>,
    #[serde(default)]
    #[schema(value_type = Option<wire::AddressLine>)]
    state: Change<String>,
    #[serde(default)]
    #[schema(value_type = Option<wire::AddressLine>)]
    postal_code: Change<String>,
    #[serde(default)]
    #[schema(value_type = Option<wire::Country>)]
    country: Change<String>,
    #[serde(default)]
    #[schema(value_type = Option<f64>, minimum = -90, maximum = 90)]
    latitude: Change<f64>,
    #[serde(default)]
    #[schema(value_type = Option<f64>, minimum = -180, maximum = 180)]
    longitude: Change<f64>,
    timezone: Option<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 1000)]
    opening_hours: Change<String>,
    #[schema(minimum = 0, maximum = 30)]
    debounce_seconds: Option<i32>,
    #[schema(value_type = Option<wire::Metadata>)]
    metadata: Option<Map<String, Value>>,
    is_active: Option<bool>,
}

impl SiteDraft {
    /// What is wanted, once it is certain that all of it can be.
    pub(super) fn read(self) -> Result<(Option<Slug>, SiteFields), ApiError> {
        let mut wrong = Wrong::default();
        let slug = self
            .slug
            .and_then(|slug| wrong.read("slug", Slug::parse(&slug)));
        let fields = SiteFields {
            name: self.name,
            address: self.address,
            city: self.city,
            state: self.state,
            postal_code: self.postal_code,
            country: self.country,
            latitude: self.latitude,
            longitude: self.longitude,
            timezone: self.timezone,
            opening_hours: self.opening_hours,
            debounce_seconds: self.debounce_seconds.unwrap_or(0),
            metadata: self.metadata.unwrap_or_default(),
            is_active: self.is_active.unwrap_or(true),
        };
        let fields = checked(fields, &mut wrong);
        wrong.settle(Some((slug, fields)))
    }
}

impl SiteChange {
    /// Makes the changes, if the outcome can be.
    pub(super) fn onto(self, slug: &mut String, fields: &mut SiteFields) -> Result<(), ApiError> {
        let mut wrong = Wrong::default();
        if let Some(wanted) = self.slug
            && let Some(wanted) = wrong.read("slug", Slug::parse(&wanted))
        {
            wanted.as_str().clone_into(slug);
        }
        let old = fields.clone();
        let new = SiteFields {
            name: self.name.unwrap_or(old.name),
            address: self.address.onto(old.address),
            city: self.city.onto(old.city),
            state: self.state.onto(old.state),
            postal_code: self.postal_code.onto(old.postal_code),
            country: self.country.onto(old.country),
            latitude: self.latitude.onto(old.latitude),
            longitude: self.longitude.onto(old.longitude),
            timezone: self.timezone.unwrap_or(old.timezone),
            opening_hours: self.opening_hours.onto(old.opening_hours),
            debounce_seconds: self.debounce_seconds.unwrap_or(old.debounce_seconds),
            metadata: self.metadata.unwrap_or(old.metadata),
            is_active: self.is_active.unwrap_or(old.is_active),
        };
        *fields = checked(new, &mut wrong);
        wrong.settle(Some(()))
    }
}

/// Brings what was typed into the form in which it is kept, and notes what cannot be.
fn checked(mut fields: SiteFields, wrong: &mut Wrong) -> SiteFields {
    if let Some(name) = wrong.read("name", Name::parse(&fields.name)) {
        name.as_str().clone_into(&mut fields.name);
    }
    for (field, line) in [
        ("address", &mut fields.address),
        ("city", &mut fields.city),
        ("state", &mut fields.state),
        ("postal_code", &mut fields.postal_code),
    ] {
        // Nothing but spaces is as good as nothing.
        *line = line.take().filter(|line| !line.trim().is_empty());
        *line = line.take().and_then(|line| {
            let line = wrong.read(field, Name::parse(&line))?;
            Some(line.as_str().to_owned())
        });
    }
    fields.country = fields
        .country
        .and_then(|country| wrong.read("country", country.parse::<Country>()))
        .map(|country| country.code().to_owned());
    let at = Coordinates::parse(fields.latitude, fields.longitude);
    if let Err(error) = at {
        wrong.note("latitude", error);
    }
    if let Some(timezone) = wrong.read("timezone", fields.timezone.parse::<TimeZone>()) {
        timezone.name().clone_into(&mut fields.timezone);
    }
    fields.opening_hours = fields
        .opening_hours
        .filter(|hours| !hours.trim().is_empty())
        .and_then(|hours| wrong.read("opening_hours", OpeningHours::parse(&hours)))
        .map(|hours| hours.as_str().to_owned());
    if !DEBOUNCE.contains(&fields.debounce_seconds) {
        let message = format!("must be from {} to {}", DEBOUNCE.start(), DEBOUNCE.end());
        wrong.note("debounce_seconds", message);
    }
    bound_metadata(wrong, &fields.metadata);
    fields
}

/// What all lamps of a site are to show.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct EmergencyDraft {
    #[schema(value_type = wire::EmergencyName)]
    pub(super) kind: Emergency,
    /// Why.
    #[schema(value_type = wire::Name)]
    reason: String,
}

impl EmergencyDraft {
    /// Why, once it is certain that it was said.
    pub(super) fn reason(&self) -> Result<String, ApiError> {
        let mut wrong = Wrong::default();
        let reason = wrong.read("reason", Name::parse(&self.reason));
        wrong.settle(reason.map(|reason| reason.as_str().to_owned()))
    }
}
