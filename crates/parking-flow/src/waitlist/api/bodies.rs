//! What requests and answers about the waiting list look like.

use chrono::{DateTime, Utc};
use parking_domain::bays::BayKind;
use parking_domain::reservations::{Slot, Standing};
use parking_estate::wire::{self, a_note};
use parking_http::wire::instant;
use parking_http::{ApiError, PageExtent, Wrong};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::{Waiting, Wanted};
use crate::reservations::{HolderWish, ReservationHolder, Target};

/// Where somebody stands who waits for a bay, or did.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = WaitlistStatus)]
pub(super) enum StandingName {
    Waiting,
    Offered,
    Claimed,
    Lapsed,
    Expired,
    Cancelled,
}

impl StandingName {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Waiting => Standing::Waiting,
            Self::Offered => Standing::Offered,
            Self::Claimed => Standing::Claimed,
            Self::Lapsed => Standing::Lapsed,
            Self::Expired => Standing::Expired,
            Self::Cancelled => Standing::Cancelled,
        }
        .name()
    }
}

/// A bay that is waited for: a certain one, or any of a site.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WaitlistWish {
    /// This bay and no other; else `site_id`.
    space_id: Option<Uuid>,
    /// Any bay of this site.
    site_id: Option<Uuid>,
    /// Of the site, one on this level.
    level_id: Option<Uuid>,
    /// Of the site, one in this zone.
    zone_id: Option<Uuid>,
    /// Of the site, one of this kind.
    #[schema(value_type = Option<wire::BayKind>)]
    kind: Option<String>,
    #[serde(deserialize_with = "instant")]
    start_time: DateTime<Utc>,
    #[serde(deserialize_with = "instant")]
    end_time: DateTime<Utc>,
    holder: Option<HolderWish>,
    #[schema(max_length = 2000)]
    notes: Option<String>,
}

impl WaitlistWish {
    /// What is wanted, once it is certain that it can be read.
    pub(super) fn read(self) -> Result<Wanted, ApiError> {
        let mut wrong = Wrong::default();
        if self.space_id.is_some() == self.site_id.is_some() {
            wrong.note("site_id", "give a bay or a site");
        }
        let is_narrowed = self.level_id.is_some() || self.zone_id.is_some() || self.kind.is_some();
        if self.space_id.is_some() && is_narrowed {
            wrong.note("space_id", "must not be given with a level, zone or kind");
        }
        let kind = self.kind;
        let kind = kind.and_then(|name| wrong.read("kind", name.parse::<BayKind>()));
        let wanted = Wanted {
            target: Target {
                site: self.site_id,
                spaces: self.space_id.map(|space| vec![space]),
                level: self.level_id,
                zone: self.zone_id,
                kind: kind.map(BayKind::name),
            },
            slot: Slot {
                start: self.start_time,
                end: self.end_time,
            },
            holder: self.holder.unwrap_or_default().read(&mut wrong),
            notes: a_note(&mut wrong, "notes", self.notes),
        };
        wrong.settle(Some(wanted))
    }
}

/// Somebody who waits for a bay, or did.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WaitlistEntry)]
pub(super) struct WaitlistBody {
    id: Uuid,
    tenant_id: Uuid,
    /// Whose it is, for lists that span tenants.
    tenant_name: String,
    site_id: Uuid,
    site_name: String,
    /// The time zone of the site, for showing its times.
    timezone: String,
    /// The bay that is wanted; any of the site, if null.
    space_id: Option<Uuid>,
    space_code: Option<String>,
    level_id: Option<Uuid>,
    level_name: Option<String>,
    zone_id: Option<Uuid>,
    zone_name: Option<String>,
    #[schema(value_type = Option<wire::BayKind>)]
    kind: Option<&'static str>,
    start_time: DateTime<Utc>,
    end_time: DateTime<Utc>,
    #[schema(value_type = StandingName)]
    status: &'static str,
    /// Which one it is, among those who wait for some of the same; null for those who do not wait.
    position: Option<i64>,
    /// The hold that was offered, and what became of it.
    reservation_id: Option<Uuid>,
    offered_space_id: Option<Uuid>,
    offered_space_code: Option<String>,
    /// Until when it can be claimed.
    claim_until: Option<DateTime<Utc>>,
    /// For whom it is; null without `reservations:people`.
    holder: Option<ReservationHolder>,
    /// Null without `reservations:people`.
    notes: Option<String>,
    created_by: Option<String>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl WaitlistBody {
    pub(super) fn of(one: Waiting, sees_people: bool) -> Self {
        let (space_id, space_code) = one.space.unzip();
        let (level_id, level_name) = one.level.unzip();
        let (zone_id, zone_name) = one.zone.unzip();
        let offer = one.offer.map(|offer| {
            let offered = (offer.space.0, offer.space.1);
            ((offer.reservation, offer.claim_until), offered)
        });
        let (held, offered) = offer.unzip();
        let (reservation_id, claim_until) = held.unzip();
        let (offered_space_id, offered_space_code) = offered.unzip();
        Self {
            id: one.id,
            tenant_id: one.tenant_id,
            tenant_name: one.tenant_name,
            site_id: one.site.0,
            site_name: one.site.1,
            timezone: one.timezone,
            space_id,
            space_code,
            level_id,
            level_name,
            zone_id,
            zone_name,
            kind: one.kind,
            start_time: one.slot.start,
            end_time: one.slot.end,
            status: one.standing.name(),
            position: one.position,
            reservation_id,
            offered_space_id,
            offered_space_code,
            claim_until,
            holder: sees_people.then(|| one.holder.into()),
            notes: one.notes.filter(|_| sees_people),
            created_by: one.created_by,
            created_at: one.created_at,
            updated_at: one.updated_at,
        }
    }
}

/// A page of those who wait, or did.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WaitlistPage {
    pub(super) waitlist: Vec<WaitlistBody>,
    #[serde(flatten)]
    pub(super) page: PageExtent,
}
