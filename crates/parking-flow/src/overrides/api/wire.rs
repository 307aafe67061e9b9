//! What requests about overrides and closures look like.

use chrono::{DateTime, Utc};
use parking_domain::bay_state::OverrideKind;
use parking_estate::spaces::{BULK_MAX, OverrideDraft};
use parking_estate::wire::{self, REASON_MAX, a_line, a_note};
use parking_http::wire::{Change, Name, instant};
use parking_http::{ApiError, Wrong};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::{ClosureDraft, Stage, Target};
use super::bookings::BookingsWish;

/// The longest name of a closure.
const NAME_MAX: usize = 100;

/// Where something stands in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum StageName {
    Planned,
    InForce,
    Over,
}

impl From<StageName> for Stage {
    fn from(name: StageName) -> Self {
        match name {
            StageName::Planned => Self::Planned,
            StageName::InForce => Self::InForce,
            StageName::Over => Self::Over,
        }
    }
}

/// A bay that is to be out of use.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OverrideWish {
    pub(super) space_id: Uuid,
    #[schema(value_type = wire::OverrideKind)]
    kind: OverrideKind,
    /// From when on; now, if absent.
    #[serde(default, deserialize_with = "instant")]
    starts_at: Option<DateTime<Utc>>,
    /// Until when; until somebody ends it, if absent.
    #[serde(default, deserialize_with = "instant")]
    ends_at: Option<DateTime<Utc>>,
    #[schema(value_type = Name)]
    reason: String,
    #[schema(max_length = 2000)]
    notes: Option<String>,
}

/// Bays that are to be out of use.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OverridesWish {
    target: OverrideTarget,
    #[schema(value_type = wire::OverrideKind)]
    kind: OverrideKind,
    /// From when on; now, if absent.
    #[serde(default, deserialize_with = "instant")]
    starts_at: Option<DateTime<Utc>>,
    /// Until when; until somebody ends it, if absent.
    #[serde(default, deserialize_with = "instant")]
    ends_at: Option<DateTime<Utc>>,
    #[schema(value_type = Name)]
    reason: String,
    #[schema(max_length = 2000)]
    notes: Option<String>,
}

/// Which bays: a list, or the living ones of a site, level or zone; at most 2000.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OverrideTarget {
    /// These, instead of a place.
    #[schema(min_items = 1, max_items = 2_000)]
    space_ids: Option<Vec<Uuid>>,
    site_id: Option<Uuid>,
    level_id: Option<Uuid>,
    zone_id: Option<Uuid>,
}

/// What is to change about an override. What is absent stays as it is; `null` clears.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OverrideChange {
    #[schema(value_type = Option<wire::OverrideKind>)]
    kind: Option<OverrideKind>,
    #[serde(default, deserialize_with = "instant")]
    starts_at: Option<DateTime<Utc>>,
    #[serde(default, deserialize_with = "instant")]
    #[schema(value_type = Option<DateTime<Utc>>)]
    ends_at: Change<DateTime<Utc>>,
    #[schema(value_type = Option<Name>)]
    reason: Option<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 2000)]
    notes: Change<String>,
}

/// Which overrides.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OverrideIds {
    #[schema(min_items = 1, max_items = 2_000)]
    pub(super) ids: Vec<Uuid>,
}

/// Bays of a site that are to be closed together.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ClosureWish {
    #[schema(value_type = wire::Line)]
    name: String,
    site_id: Uuid,
    /// These bays of the site; all of them, or those of the level or zone, if absent.
    #[schema(min_items = 1, max_items = 2_000)]
    space_ids: Option<Vec<Uuid>>,
    level_id: Option<Uuid>,
    zone_id: Option<Uuid>,
    /// In which way; `blocked` if absent.
    #[schema(value_type = Option<wire::OverrideKind>)]
    kind: Option<OverrideKind>,
    /// From when on; now, if absent.
    #[serde(default, deserialize_with = "instant")]
    starts_at: Option<DateTime<Utc>>,
    /// Until when.
    #[serde(deserialize_with = "instant")]
    ends_at: DateTime<Utc>,
    #[schema(value_type = Name)]
    reason: String,
    #[schema(max_length = 2000)]
    notes: Option<String>,
    /// What is to become of reservations in the way; `refuse` if absent.
    pub(super) bookings: Option<BookingsWish>,
}

/// What is to change about a closure and all its bays. What is absent stays as it is; `null` clears.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ClosureChange {
    #[schema(value_type = Option<wire::Line>)]
    name: Option<String>,
    #[schema(value_type = Option<wire::OverrideKind>)]
    kind: Option<OverrideKind>,
    #[serde(default, deserialize_with = "instant")]
    starts_at: Option<DateTime<Utc>>,
    #[serde(default, deserialize_with = "instant")]
    ends_at: Option<DateTime<Utc>>,
    #[schema(value_type = Option<Name>)]
    reason: Option<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 2000)]
    notes: Change<String>,
    /// What is to become of reservations that come into the way; `refuse` if absent.
    pub(super) bookings: Option<BookingsWish>,
}

/// The window and the words of an override, as they are kept.
struct Raw {
    kind: OverrideKind,
    starts_at: DateTime<Utc>,
    ends_at: Option<DateTime<Utc>>,
    reason: String,
    notes: Option<String>,
}

impl Raw {
    fn checked(self, wrong: &mut Wrong, now: DateTime<Utc>) -> OverrideDraft {
        let reason = required(wrong, "reason", self.reason, REASON_MAX);
        if self
            .ends_at
            .is_some_and(|end| end <= self.starts_at.max(now))
        {
            wrong.note("ends_at", "must lie in the future and after the start");
        }
        OverrideDraft {
            kind: self.kind,
            // Not before now: what was is history, and nobody rewrites it.
            starts_at: self.starts_at.max(now),
            ends_at: self.ends_at,
            reason,
            notes: a_note(wrong, "notes", self.notes),
        }
    }
}

/// A line that must be given.
fn required(wrong: &mut Wrong, field: &str, typed: String, length_max: usize) -> String {
    if typed.trim().is_empty() {
        wrong.note(field, "must not be empty");
    }
    a_line(wrong, field, Some(typed), length_max).unwrap_or_default()
}

impl OverrideWish {
    /// What is wanted, once it is certain that all of it can be.
    pub(super) fn read(self, now: DateTime<Utc>) -> Result<OverrideDraft, ApiError> {
        let mut wrong = Wrong::default();
        let raw = Raw {
            kind: self.kind,
            starts_at: self.starts_at.unwrap_or(now),
            ends_at: self.ends_at,
            reason: self.reason,
            notes: self.notes,
        };
        let draft = raw.checked(&mut wrong, now);
        wrong.settle(Some(draft))
    }
}

impl OverridesWish {
    /// What is wanted, once it is certain that all of it can be.
    pub(super) fn read(self, now: DateTime<Utc>) -> Result<(Target, OverrideDraft), ApiError> {
        let mut wrong = Wrong::default();
        let raw = Raw {
            kind: self.kind,
            starts_at: self.starts_at.unwrap_or(now),
            ends_at: self.ends_at,
            reason: self.reason,
            notes: self.notes,
        };
        let draft = raw.checked(&mut wrong, now);
        let target = self.target.read(&mut wrong);
        wrong.settle(Some((target, draft)))
    }
}

impl OverrideTarget {
    fn read(self, wrong: &mut Wrong) -> Target {
        let has_place = [self.site_id, self.level_id, self.zone_id]
            .iter()
            .any(Option::is_some);
        if self.space_ids.is_some() == has_place {
            wrong.note("target", "give either a list of bays or a place");
        }
        if self
            .space_ids
            .as_ref()
            .is_some_and(|ids| !(1..=BULK_MAX).contains(&ids.len()))
        {
            wrong.note("target.space_ids", format!("must be from 1 to {BULK_MAX}"));
        }
        Target {
            spaces: self.space_ids,
            site: self.site_id,
            level: self.level_id,
            zone: self.zone_id,
        }
    }
}

impl OverrideChange {
    /// Makes the changes; whether the window can be is for the operation to say.
    pub(super) fn onto(self, draft: &mut OverrideDraft) -> Result<(), ApiError> {
        let mut wrong = Wrong::default();
        draft.kind = self.kind.unwrap_or(draft.kind);
        draft.starts_at = self.starts_at.unwrap_or(draft.starts_at);
        draft.ends_at = self.ends_at.onto(draft.ends_at);
        if let Some(reason) = self.reason {
            draft.reason = required(&mut wrong, "reason", reason, REASON_MAX);
        }
        let notes = self.notes.onto(draft.notes.take());
        draft.notes = a_note(&mut wrong, "notes", notes);
        wrong.settle(Some(()))
    }
}

impl ClosureWish {
    /// What is wanted, once it is certain that all of it can be.
    pub(super) fn read(self, now: DateTime<Utc>) -> Result<(Uuid, Target, ClosureDraft), ApiError> {
        let mut wrong = Wrong::default();
        let raw = Raw {
            kind: self.kind.unwrap_or(OverrideKind::Blocked),
            starts_at: self.starts_at.unwrap_or(now),
            ends_at: Some(self.ends_at),
            reason: self.reason,
            notes: self.notes,
        };
        let fields = ClosureDraft {
            name: required(&mut wrong, "name", self.name, NAME_MAX),
            draft: raw.checked(&mut wrong, now),
        };
        let has_part = self.level_id.is_some() || self.zone_id.is_some();
        if self.space_ids.is_some() && has_part {
            wrong.note("space_ids", "give either a list of bays or a place");
        }
        let place = OverrideTarget {
            site_id: self.space_ids.is_none().then_some(self.site_id),
            space_ids: self.space_ids,
            level_id: self.level_id,
            zone_id: self.zone_id,
        };
        let target = if has_part && place.space_ids.is_some() {
            Target::default()
        } else {
            place.read(&mut wrong)
        };
        wrong.settle(Some((self.site_id, target, fields)))
    }
}

impl ClosureChange {
    /// Makes the changes; whether the window can be is for the operation to say.
    pub(super) fn onto(self, fields: &mut ClosureDraft) -> Result<(), ApiError> {
        let mut wrong = Wrong::default();
        if let Some(name) = self.name {
            fields.name = required(&mut wrong, "name", name, NAME_MAX);
        }
        wrong.settle(Some(()))?;
        let change = OverrideChange {
            kind: self.kind,
            starts_at: self.starts_at,
            ends_at: self.ends_at.map_or(Change::Keep, Change::Set),
            reason: self.reason,
            notes: self.notes,
        };
        change.onto(&mut fields.draft)
    }
}
