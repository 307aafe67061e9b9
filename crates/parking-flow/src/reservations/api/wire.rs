//! What requests about reservations look like.

use chrono::{DateTime, Utc};
use parking_domain::bays::BayKind;
use parking_domain::csv_reservations::REQUEST_ID_LENGTH_MAX;
use parking_domain::reservations::{Slot, Status};
use parking_domain::text::{Email, Plate};
use parking_estate::wire::{self, a_line, a_note};
use parking_http::wire::{Change, Name, instant};
use parking_http::{ApiError, Wrong};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::change::Wish;
use super::super::store::Target;
use super::super::{Draft, Footing, Holder, Requested};

/// The longest name of a person, and reason.
pub(super) const NAME_MAX: usize = 255;

/// Where a reservation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ReservationStatus)]
pub(super) enum StatusName {
    Pending,
    Confirmed,
    Completed,
    Cancelled,
    Expired,
    NoShow,
}

impl StatusName {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Pending => Status::Pending,
            Self::Confirmed => Status::Confirmed,
            Self::Completed => Status::Completed,
            Self::Cancelled => Status::Cancelled,
            Self::Expired => Status::Expired,
            Self::NoShow => Status::NoShow,
        }
        .name()
    }
}

/// How a reservation begins: agreed, or only held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ReservationBeginning)]
pub(super) enum Beginning {
    Pending,
    Confirmed,
}

/// For whom a bay is reserved; only what is needed.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReservationHolderWish)]
pub(crate) struct HolderWish {
    #[schema(value_type = Option<Name>)]
    name: Option<String>,
    #[schema(max_length = 254)]
    email: Option<String>,
    #[schema(max_length = 20)]
    plate: Option<String>,
}

impl HolderWish {
    pub(crate) fn read(self, wrong: &mut Wrong) -> Holder {
        let email = self.email.filter(|typed| !typed.trim().is_empty());
        let email = email.and_then(|typed| wrong.read("holder.email", Email::parse(&typed)));
        let plate = self.plate.filter(|typed| !typed.trim().is_empty());
        let plate = plate.and_then(|typed| wrong.read("holder.plate", Plate::parse(&typed)));
        Holder {
            name: a_line(wrong, "holder.name", self.name, NAME_MAX),
            email: email.map(|email| email.as_str().to_owned()),
            plate: plate.map(|plate| plate.as_str().to_owned()),
        }
    }
}

/// The kind of bay that is wanted.
pub(super) fn kind(wrong: &mut Wrong, typed: Option<String>) -> Option<&'static str> {
    let kind = typed.and_then(|name| wrong.read("kind", name.parse::<BayKind>()));
    kind.map(BayKind::name)
}

/// What tells a person from others, as typed: an address, or a plate.
pub fn person_key(typed: &str) -> String {
    let typed = typed.trim();
    if typed.contains('@') {
        typed.to_lowercase()
    } else {
        typed.to_uppercase()
    }
}

/// A bay that is to be reserved.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReservationWish {
    space_id: Uuid,
    #[serde(deserialize_with = "instant")]
    start_time: DateTime<Utc>,
    #[serde(deserialize_with = "instant")]
    end_time: DateTime<Utc>,
    /// `confirmed` unless said otherwise; `pending` only holds the bay.
    status: Option<Beginning>,
    /// Until when it is held, then it expires; only of one that is `pending`, and that is what it is if
    /// this is given.
    #[serde(default, deserialize_with = "instant")]
    hold_until: Option<DateTime<Utc>>,
    holder: Option<HolderWish>,
    #[schema(max_length = 2000)]
    notes: Option<String>,
    /// What you call it, unique in your tenant: whoever asks for the same again under this name is answered
    /// the reservation that was made, as it stands now.
    #[schema(max_length = 100)]
    request_id: Option<String>,
}

/// Any bay of a site that is to be reserved.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AnySpaceWish {
    site_id: Uuid,
    /// One on this level.
    level_id: Option<Uuid>,
    /// One in this zone.
    zone_id: Option<Uuid>,
    /// One of this kind.
    #[schema(value_type = Option<wire::BayKind>)]
    kind: Option<String>,
    #[serde(deserialize_with = "instant")]
    start_time: DateTime<Utc>,
    #[serde(deserialize_with = "instant")]
    end_time: DateTime<Utc>,
    /// `confirmed` unless said otherwise; `pending` only holds the bay.
    status: Option<Beginning>,
    /// Until when it is held, then it expires; only of one that is `pending`, and that is what it is if
    /// this is given.
    #[serde(default, deserialize_with = "instant")]
    hold_until: Option<DateTime<Utc>>,
    holder: Option<HolderWish>,
    #[schema(max_length = 2000)]
    notes: Option<String>,
    /// What you call it, unique in your tenant: whoever asks for the same again under this name is answered
    /// the reservation that was made, as it stands now.
    #[schema(max_length = 100)]
    request_id: Option<String>,
}

/// What both kinds of wish have in common.
struct Raw {
    slot: Slot,
    status: Option<Beginning>,
    hold_until: Option<DateTime<Utc>>,
    holder: Option<HolderWish>,
    notes: Option<String>,
    request_id: Option<String>,
}

impl Raw {
    /// The draft, and the sender's name for it.
    fn read(self) -> Result<(Draft, Option<String>), ApiError> {
        let mut wrong = Wrong::default();
        let request_id = a_line(
            &mut wrong,
            "request_id",
            self.request_id,
            REQUEST_ID_LENGTH_MAX,
        );
        let is_held = match self.status {
            Some(Beginning::Pending) => true,
            Some(Beginning::Confirmed) => {
                if self.hold_until.is_some() {
                    wrong.note("hold_until", "must not be given unless it is pending");
                }
                false
            }
            None => self.hold_until.is_some(),
        };
        let draft = Draft {
            slot: self.slot,
            footing: if is_held {
                Footing::Held(self.hold_until)
            } else {
                Footing::Agreed
            },
            holder: self.holder.unwrap_or_default().read(&mut wrong),
            notes: a_note(&mut wrong, "notes", self.notes),
            request: None,
        };
        wrong.settle(Some((draft, request_id)))
    }
}

impl ReservationWish {
    /// What is wanted, once it is certain that it can be read.
    pub(super) fn read(self) -> Result<(Uuid, Draft), ApiError> {
        let raw = Raw {
            slot: Slot {
                start: self.start_time,
                end: self.end_time,
            },
            status: self.status,
            hold_until: self.hold_until,
            holder: self.holder,
            notes: self.notes,
            request_id: self.request_id,
        };
        let (mut draft, request_id) = raw.read()?;
        draft.request = request_id.map(|id| Requested::of(id, self.space_id, &draft));
        Ok((self.space_id, draft))
    }
}

impl AnySpaceWish {
    /// What is wanted, once it is certain that it can be read.
    pub(super) fn read(self) -> Result<(Target, Draft), ApiError> {
        let mut wrong = Wrong::default();
        let kind = kind(&mut wrong, self.kind);
        wrong.settle(Some(()))?;
        let target = Target {
            site: Some(self.site_id),
            spaces: None,
            level: self.level_id,
            zone: self.zone_id,
            kind,
        };
        let raw = Raw {
            slot: Slot {
                start: self.start_time,
                end: self.end_time,
            },
            status: self.status,
            hold_until: self.hold_until,
            holder: self.holder,
            notes: self.notes,
            request_id: self.request_id,
        };
        let (mut draft, request_id) = raw.read()?;
        draft.request = request_id.map(|id| Requested::of_any(id, &target, &draft));
        Ok((target, draft))
    }
}

/// What is to change about a reservation. What is absent stays as it is; `null` clears.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReservationChange {
    space_id: Option<Uuid>,
    #[serde(default, deserialize_with = "instant")]
    start_time: Option<DateTime<Utc>>,
    #[serde(default, deserialize_with = "instant")]
    end_time: Option<DateTime<Utc>>,
    #[serde(default)]
    #[schema(value_type = Option<HolderWish>)]
    holder: Change<HolderWish>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 2000)]
    notes: Change<String>,
}

/// The same, read.
pub(super) struct ReadChange {
    space: Option<Uuid>,
    start: Option<DateTime<Utc>>,
    end: Option<DateTime<Utc>>,
    holder: Option<Holder>,
    notes: Change<String>,
}

impl ReservationChange {
    pub(super) fn read(self) -> Result<ReadChange, ApiError> {
        let mut wrong = Wrong::default();
        let holder = match self.holder {
            Change::Keep => None,
            Change::Clear => Some(Holder::default()),
            Change::Set(holder) => Some(holder.read(&mut wrong)),
        };
        let notes = match self.notes {
            Change::Set(notes) => {
                a_note(&mut wrong, "notes", Some(notes)).map_or(Change::Clear, Change::Set)
            }
            other => other,
        };
        wrong.settle(Some(ReadChange {
            space: self.space_id,
            start: self.start_time,
            end: self.end_time,
            holder,
            notes,
        }))
    }
}

impl ReadChange {
    pub(super) fn onto(&self, wish: &mut Wish) {
        wish.space = self.space.unwrap_or(wish.space);
        wish.slot.start = self.start.unwrap_or(wish.slot.start);
        wish.slot.end = self.end.unwrap_or(wish.slot.end);
        if let Some(holder) = &self.holder {
            wish.holder = holder.clone();
        }
        let notes = wish.notes.take();
        wish.notes = self.notes.clone().onto(notes);
    }
}

/// Why a reservation is called off.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReservationCancelWish)]
pub(super) struct CancelWish {
    #[schema(value_type = Option<Name>)]
    reason: Option<String>,
}

impl CancelWish {
    pub(super) fn read(self) -> Result<Option<String>, ApiError> {
        let mut wrong = Wrong::default();
        let reason = a_line(&mut wrong, "reason", self.reason, NAME_MAX);
        wrong.settle(Some(reason))
    }
}
