//! Reservations: which of them can stand beside each other, and what becomes of each in time.
//!
//! A reservation holds a bay from its start until just before its end. What it *blocks* is wider by
//! the buffers of its site, and no two that block may overlap in what they block: that rule is
//! [`Slot::overlaps`], for those who book, for those who ask what is free ([`free_windows`]), and,
//! in its own words, for the database. Times that follow from the terms are fixed when it is booked,
//! so that a change of the terms changes no booking. Nothing here reads a clock.

mod free;
mod letters;
mod life;
mod steps;
#[cfg(test)]
mod tests;
mod waitlist;

use std::ops::RangeInclusive;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use free::free_windows;
pub use letters::{Letter, Told};
pub use life::{Booking, CheckInError, Status, Step, arrival};
pub use steps::{Hindrance, Steps};
pub use waitlist::Standing;

/// The shortest reservation.
pub const SHORTEST: TimeDelta = TimeDelta::minutes(5);

/// How long ago a reservation may begin that is made now: people's clocks differ.
pub const LATE_START: TimeDelta = TimeDelta::minutes(5);

/// From one instant until just before another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Slot {
    /// The first instant inside.
    pub start: DateTime<Utc>,
    /// The first instant after it.
    pub end: DateTime<Utc>,
}

impl Slot {
    /// Whether the instant lies inside. The end does not.
    pub fn contains(&self, at: DateTime<Utc>) -> bool {
        self.start <= at && at < self.end
    }

    /// Whether some instant lies in both; slots that only touch do not overlap.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// Whether the other lies within it; the whole does.
    pub fn encloses(&self, other: &Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// How long it is.
    pub fn length(&self) -> TimeDelta {
        self.end - self.start
    }
}

macro_rules! terms {
    ($($(#[$doc:meta])* $field:ident: $range:expr, $usual:literal;)+) => {
        /// On which terms a tenant's bays, or those of one site, can be reserved.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        pub struct Terms {
            $($(#[$doc])* pub $field: i32,)+
            /// How many reservations one person may have that are not over; any number, if `None`.
            pub per_person_max: Option<i32>,
            /// In which language whoever a bay is reserved for is written to, if at all.
            pub letters: Letters,
            /// For how many days after its end a reservation says for whom it was; for good, if `None`.
            /// The tenant's: those of a site do not differ.
            pub retention_days: Option<i32>,
        }

        impl Terms {
            /// What holds where nobody said anything.
            pub const STANDARD: Self = Self {
                $($field: $usual,)+
                per_person_max: None,
                letters: Letters::En,
                retention_days: RETENTION_USUAL,
            };

            /// What each number may be.
            pub const RANGES: &[(&str, RangeInclusive<i32>)] = &[$((stringify!($field), $range)),+];

            /// The numbers by their names, in the order of [`Self::RANGES`].
            pub fn numbers(&self) -> Vec<(&'static str, i32)> {
                vec![$((stringify!($field), self.$field)),+]
            }
        }
    };
}

/// Whether whoever a bay is reserved for is written to, and in which language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Letters {
    /// They are not.
    Off,
    /// In English.
    En,
    /// In French.
    Fr,
}

impl Letters {
    /// The name in the API and the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::En => "en",
            Self::Fr => "fr",
        }
    }
}

/// What [`Terms::per_person_max`] may be.
pub const PER_PERSON: RangeInclusive<i32> = 1..=1_000;

/// What [`Terms::retention_days`] may be.
pub const RETENTION: RangeInclusive<i32> = 1..=3_650;

/// What it is where nobody said anything.
pub const RETENTION_USUAL: Option<i32> = Some(365);

terms! {
    /// The longest reservation.
    duration_max_minutes: 5..=44_640, 1_440;
    /// How far ahead one can reserve.
    lead_max_days: 1..=730, 365;
    /// For how long before a reservation its bay must be free.
    buffer_before_minutes: 0..=720, 0;
    /// For how long after it.
    buffer_after_minutes: 0..=720, 0;
    /// How long before the start one can check in.
    early_minutes: 0..=240, 15;
    /// How long after the start a bay that stayed free is released.
    grace_minutes: 1..=1_440, 15;
    /// How long a hold lasts at most.
    hold_max_minutes: 1..=1_440, 15;
    /// How long whoever waited and is offered a bay has to claim it.
    claim_minutes: 5..=1_440, 30;
    /// How long before the start one can cancel at the latest; 0: until the end.
    cancel_notice_minutes: 0..=43_200, 0;
    /// How long before the start whoever it is for is reminded; never, if 0.
    reminder_minutes: 0..=10_080, 60;
}

/// Why a slot cannot be reserved, whatever else is booked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SlotError {
    /// It ends before it starts, or at once.
    #[error("must lie after the start")]
    EndsBeforeStart,
    /// It is hardly anything.
    #[error("must lie at least 5 minutes after the start")]
    TooShort,
    /// It is longer than the terms allow.
    #[error("must lie at most {0} minutes after the start")]
    TooLong(i32),
    /// It is over.
    #[error("must lie in the future")]
    Over,
    /// It began a while ago.
    #[error("must not lie more than 5 minutes in the past")]
    StartsInThePast,
    /// It begins later than anybody plans.
    #[error("must lie within the next {0} days")]
    TooFarAhead(i32),
}

impl SlotError {
    /// Which field of a request is not right.
    pub fn field(self) -> &'static str {
        match self {
            Self::StartsInThePast | Self::TooFarAhead(_) => "start_time",
            Self::EndsBeforeStart | Self::TooShort | Self::TooLong(_) | Self::Over => "end_time",
        }
    }
}

impl Terms {
    /// Whether a slot can be reserved at all; of one that is moved or extended, `before` is where it
    /// lay: a start that stays may lie in the past.
    pub fn check(
        &self,
        slot: Slot,
        before: Option<Slot>,
        now: DateTime<Utc>,
    ) -> Result<(), SlotError> {
        let keeps_start = before.is_some_and(|before| before.start == slot.start);
        if !keeps_start && slot.start < now - LATE_START {
            return Err(SlotError::StartsInThePast);
        }
        if slot.start > now + TimeDelta::days(self.lead_max_days.into()) {
            return Err(SlotError::TooFarAhead(self.lead_max_days));
        }
        if slot.end <= slot.start {
            return Err(SlotError::EndsBeforeStart);
        }
        if slot.length() < SHORTEST {
            return Err(SlotError::TooShort);
        }
        if slot.length() > minutes(self.duration_max_minutes) {
            return Err(SlotError::TooLong(self.duration_max_minutes));
        }
        if slot.end <= now {
            return Err(SlotError::Over);
        }
        Ok(())
    }

    /// The same, as wide as any terms could ever be in what they allow.
    #[must_use]
    pub fn without_limits(&self) -> Self {
        Self {
            duration_max_minutes: 44_640,
            lead_max_days: 730,
            ..*self
        }
    }

    /// What a reservation of the slot blocks: the slot and its buffers.
    #[must_use]
    pub fn blocked(&self, slot: Slot) -> Slot {
        Slot {
            start: slot.start - minutes(self.buffer_before_minutes),
            end: slot.end + minutes(self.buffer_after_minutes),
        }
    }

    /// From when on one can check in.
    pub fn opens_at(&self, slot: Slot) -> DateTime<Utc> {
        slot.start - minutes(self.early_minutes)
    }

    /// When a bay that stayed free is released. `grace` is the bay's own, if it has one; whoever
    /// reserves what has begun has as long from then on.
    pub fn no_show_at(
        &self,
        slot: Slot,
        grace: Option<i32>,
        booked_at: DateTime<Utc>,
    ) -> DateTime<Utc> {
        slot.start.max(booked_at) + minutes(grace.unwrap_or(self.grace_minutes))
    }

    /// Reservations that ended before it no longer say for whom they were; none, if `None`.
    pub fn forgets_before(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let days = TimeDelta::days(self.retention_days?.into());
        now.checked_sub_signed(days)
    }

    /// The last moment up to which a hold may last.
    pub fn hold_until_max(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        now + minutes(self.hold_max_minutes)
    }

    /// The last moment at which one can cancel; none before the end, if `None`.
    pub fn cancel_until(&self, slot: Slot) -> Option<DateTime<Utc>> {
        (self.cancel_notice_minutes > 0).then(|| slot.start - minutes(self.cancel_notice_minutes))
    }

    /// Whether it is too late to cancel.
    pub fn is_late_to_cancel(&self, slot: Slot, now: DateTime<Utc>) -> bool {
        self.cancel_until(slot).is_some_and(|until| now > until)
    }
}

fn minutes(count: i32) -> TimeDelta {
    TimeDelta::minutes(count.into())
}
