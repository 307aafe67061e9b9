//! What requests and answers about sites look like.

use chrono::{DateTime, Utc};
use parking_domain::lamps::Emergency;
use parking_domain::places::{Coordinates, Country, OpeningHours, TimeZone};
use parking_domain::text::{Name, Slug};
use parking_http::{ApiError, PageExtent, Wrong};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::store::Counts;
use super::super::{Site, SiteFields};
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

/// A place with a time zone.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SiteBody {
    id: Uuid,
    tenant_id: Uuid,
    /// Whose it is, where a list spans tenants.
    tenant_name: Option<String>,
    name: String,
    slug: String,
    address: Option<String>,
    city: Option<String>,
    state: Option<String>,
    postal_code: Option<String>,
    country: Option<String>,
    latitude: Option<f64>,
    longitude: Option<f64>,
    timezone: String,
    opening_hours: Option<String>,
    /// For how many seconds a change that a sensor reports must stand before it is believed.
    debounce_seconds: i32,
    /// Whether its hours say that it is open, where one site is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    opening: Option<SiteOpening>,
    metadata: Value,
    is_active: bool,
    /// What all its lamps show, whatever its bays are, until somebody takes it back.
    emergency: Option<EmergencyBody>,
    deleted_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    /// What it holds, where `include_stats` asks for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    stats: Option<SiteStats>,
}

/// A switch that somebody threw and nobody has taken back.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EmergencyBody {
    #[schema(value_type = wire::EmergencyName)]
    kind: &'static str,
    since: DateTime<Utc>,
    by: Option<String>,
    reason: String,
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

/// Whether a site is open now.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SiteOpening {
    /// `open`, `closed`, or `unknown` where the hours themselves leave it open.
    state: &'static str,
    /// When that changes, if it does within a fortnight.
    changes_at: Option<DateTime<Utc>>,
}

/// What a site holds, by number.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SiteStats {
    levels: i64,
    zones: i64,
    spaces: i64,
    /// Sensors and displays that serve its bays.
    devices: i64,
    sensors: i64,
    displays: i64,
    gateways: i64,
    free: i64,
    occupied: i64,
    reserved: i64,
    maintenance: i64,
    unknown: i64,
}

/// How full a site is.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OccupancyBody {
    site_id: Uuid,
    site_name: String,
    /// The site's slug.
    site_code: String,
    tenant_id: Uuid,
    total_spaces: i64,
    free: i64,
    occupied: i64,
    reserved: i64,
    maintenance: i64,
    unknown: i64,
    /// Bays one could park in now.
    available: i64,
    /// Occupied bays in percent of those whose state is known and that are in service; null if
    /// there are none.
    occupancy_rate: Option<f64>,
    /// When it was counted.
    at: DateTime<Utc>,
}

/// A page of sites.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SitePage {
    pub(super) sites: Vec<SiteBody>,
    #[serde(flatten)]
    pub(super) page: PageExtent,
}

/// How full each site is.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OccupancyPage {
    pub(super) sites: Vec<OccupancyBody>,
    #[serde(flatten)]
    pub(super) page: PageExtent,
}

impl SiteBody {
    pub(super) fn of(site: Site, counts: Option<Counts>) -> Self {
        let fields = site.fields;
        Self {
            id: site.id,
            tenant_id: site.tenant_id,
            tenant_name: site.tenant_name,
            name: fields.name,
            slug: site.slug,
            address: fields.address,
            city: fields.city,
            state: fields.state,
            postal_code: fields.postal_code,
            country: fields.country,
            latitude: fields.latitude,
            longitude: fields.longitude,
            timezone: fields.timezone,
            opening_hours: fields.opening_hours,
            debounce_seconds: fields.debounce_seconds,
            opening: None,
            metadata: Value::Object(fields.metadata),
            is_active: fields.is_active,
            emergency: site.emergency.map(|emergency| EmergencyBody {
                kind: emergency.kind.name(),
                since: emergency.since,
                by: emergency.by,
                reason: emergency.reason,
            }),
            deleted_at: site.deleted_at,
            created_at: site.created_at,
            updated_at: site.updated_at,
            stats: counts.map(|counts| SiteStats {
                levels: counts.levels,
                zones: counts.zones,
                spaces: counts.spaces,
                devices: counts.sensors + counts.displays,
                sensors: counts.sensors,
                displays: counts.displays,
                gateways: counts.gateways,
                free: counts.free,
                occupied: counts.occupied,
                reserved: counts.reserved,
                maintenance: counts.maintenance,
                unknown: counts.unknown,
            }),
        }
    }
}

impl SiteBody {
    /// Says whether it is open, too.
    pub(super) fn opened(mut self, now: DateTime<Utc>) -> Self {
        let hours = self.opening_hours.as_deref().map(OpeningHours::parse);
        if let (Some(Ok(hours)), Ok(zone)) = (hours, self.timezone.parse()) {
            let (opening, changes_at) = hours.opening(now, zone);
            self.opening = Some(SiteOpening {
                state: opening.name(),
                changes_at,
            });
        }
        self
    }
}

impl OccupancyBody {
    pub(super) fn of(site: Site, counts: Counts, at: DateTime<Utc>) -> Self {
        let in_service = counts.free + counts.occupied + counts.reserved;
        Self {
            site_id: site.id,
            site_name: site.fields.name,
            site_code: site.slug,
            tenant_id: site.tenant_id,
            total_spaces: counts.spaces,
            free: counts.free,
            occupied: counts.occupied,
            reserved: counts.reserved,
            maintenance: counts.maintenance,
            unknown: counts.unknown,
            available: counts.free,
            occupancy_rate: crate::percent(counts.occupied, in_service),
            at,
        }
    }
}
