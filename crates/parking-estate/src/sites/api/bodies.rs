//! What answers about sites look like.

use chrono::{DateTime, Utc};
use parking_domain::places::OpeningHours;
use parking_http::PageExtent;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::Site;
use super::super::store::Counts;
use crate::wire;

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
