//! What becomes of a reservation: which step may follow which, and what time and the bay's sensor
//! make of it.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use thiserror::Error;
use uuid::Uuid;

use super::Slot;
use crate::access::UnknownName;
use crate::bay_state::SensorState;

/// Where a reservation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// Held, and not yet confirmed.
    Pending,
    /// Agreed.
    Confirmed,
    /// Somebody came, and it is over.
    Completed,
    /// Called off.
    Cancelled,
    /// Over, and nobody had come, or a hold that nobody confirmed.
    Expired,
    /// Released because nobody came.
    NoShow,
}

impl Status {
    /// Every status.
    pub const ALL: [Self; 6] = [
        Self::Pending,
        Self::Confirmed,
        Self::Completed,
        Self::Cancelled,
        Self::Expired,
        Self::NoShow,
    ];

    /// The name in the API and the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Confirmed => "confirmed",
            Self::Completed => "completed",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
            Self::NoShow => "no_show",
        }
    }

    /// Whether nobody else can have the bay meanwhile.
    pub fn blocks(self) -> bool {
        matches!(self, Self::Pending | Self::Confirmed)
    }

    /// The transition table: what may come next. What blocks no more is history.
    pub fn next(self) -> &'static [Self] {
        match self {
            Self::Pending => &[Self::Confirmed, Self::Cancelled, Self::Expired],
            Self::Confirmed => &[
                Self::Completed,
                Self::Cancelled,
                Self::Expired,
                Self::NoShow,
            ],
            Self::Completed | Self::Cancelled | Self::Expired | Self::NoShow => &[],
        }
    }

    /// Whether the table has the step. To stay is no step.
    pub fn may_become(self, to: Self) -> bool {
        self.next().contains(&to)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Status {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        Self::ALL
            .into_iter()
            .find(|status| status.name() == name)
            .ok_or(UnknownName)
    }
}

/// What decides over the next step of a reservation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Booking {
    /// Which.
    pub id: Uuid,
    /// Where it stands.
    pub status: Status,
    /// From when until when.
    pub slot: Slot,
    /// Until when it is held; for good, if `None`.
    pub hold_until: Option<DateTime<Utc>>,
    /// From when on one can check in.
    pub opens_at: DateTime<Utc>,
    /// When it is released if nobody came.
    pub no_show_at: DateTime<Utc>,
    /// When somebody came.
    pub checked_in_at: Option<DateTime<Utc>>,
    /// Whether it was said that somebody else stands there.
    pub is_contested: bool,
}

/// What time makes of a reservation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Its hold ran out, or it is over and nobody had come.
    Expire,
    /// Nobody came in time, and the bay stayed free.
    Release,
    /// It is over; `overstays` says that a vehicle stands there still.
    Complete {
        /// Whether the vehicle has not left.
        overstays: bool,
    },
    /// It has begun, and somebody else stands there.
    Contest,
}

/// Why nobody can check in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CheckInError {
    /// It is history, or was never confirmed.
    #[error("a reservation that is {0} cannot be checked in")]
    Status(Status),
    /// It is too early.
    #[error("one can check in from {0} on")]
    Early(DateTime<Utc>),
    /// It is over.
    #[error("the reservation is over")]
    Over,
}

impl Booking {
    /// The next step that is due, given what the bay's sensor is believed to say now; `None` if none
    /// is. Ask first whose vehicle it is that came ([`arrival`]): of whoever has come, nobody says
    /// that somebody else stands there.
    pub fn step(&self, sensed: SensorState, now: DateTime<Utc>) -> Option<Step> {
        if !self.status.blocks() {
            return None;
        }
        match self.over_as(now) {
            Some(Status::Completed) => Some(Step::Complete {
                overstays: sensed == SensorState::Occupied,
            }),
            Some(_) => Some(Step::Expire),
            None if self.is_awaited(now) => match sensed {
                SensorState::Occupied => (!self.is_contested).then_some(Step::Contest),
                // Who found the bay taken is not to blame for not having come.
                SensorState::Free => {
                    (self.no_show_at <= now && !self.is_contested).then_some(Step::Release)
                }
                SensorState::Unknown => None,
            },
            None => None,
        }
    }

    /// Whether it has begun, and nobody has come.
    fn is_awaited(&self, now: DateTime<Utc>) -> bool {
        self.status == Status::Confirmed && self.checked_in_at.is_none() && self.slot.start <= now
    }

    /// The next moment at which a step may become due; `None` once it is history.
    pub fn due_after(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let edges = match self.status {
            Status::Pending => [self.hold_until, None, Some(self.slot.end)],
            Status::Confirmed if self.checked_in_at.is_some() => [None, None, Some(self.slot.end)],
            Status::Confirmed => [
                Some(self.slot.start),
                Some(self.no_show_at),
                Some(self.slot.end),
            ],
            Status::Completed | Status::Cancelled | Status::Expired | Status::NoShow => {
                return None;
            }
        };
        let ahead = edges.into_iter().flatten().filter(|edge| *edge > now);
        ahead.min()
    }

    /// When to look first at what was booked or changed just now: at once, if it has begun already, or if
    /// its time is over and nobody has looked since.
    pub fn due_first(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let is_over = self.status.blocks() && self.over_as(now).is_some();
        if is_over || self.is_awaited(now) {
            return Some(now);
        }
        self.due_after(now)
    }

    /// What it is by the clock once its time is over, also before anybody has looked; `None` as long as it
    /// is not over.
    pub fn over_as(&self, now: DateTime<Utc>) -> Option<Status> {
        let is_over = self.slot.end <= now;
        match self.status {
            Status::Pending => {
                let has_run_out = self.hold_until.is_some_and(|until| until <= now);
                (has_run_out || is_over).then_some(Status::Expired)
            }
            Status::Confirmed if self.checked_in_at.is_some() => {
                is_over.then_some(Status::Completed)
            }
            Status::Confirmed => is_over.then_some(Status::Expired),
            history => Some(history),
        }
    }

    /// Whether somebody can check in now. Somebody who has may do it again.
    pub fn may_check_in(&self, now: DateTime<Utc>) -> Result<(), CheckInError> {
        if self.status != Status::Confirmed {
            return Err(CheckInError::Status(self.status));
        }
        if now < self.opens_at {
            return Err(CheckInError::Early(self.opens_at));
        }
        if self.slot.end <= now {
            return Err(CheckInError::Over);
        }
        Ok(())
    }
}

/// Whose vehicle it is that came to a bay at a moment: of the reservation that held the bay then, if
/// nobody has checked in for it, else, if none did, of the next one for which one could check in.
///
/// Of one that is completed the slot ends when its vehicle left: until then, whatever moved was its.
pub fn arrival(bookings: &[Booking], at: DateTime<Utc>) -> Option<&Booking> {
    let has_held = |one: &&Booking| one.status.blocks() || one.status == Status::Completed;
    let holder = bookings.iter().filter(has_held);
    let holder = holder
        .filter(|one| one.slot.contains(at))
        .min_by_key(|one| one.slot.start);
    let next = || {
        let ahead = bookings.iter().filter(|one| one.status.blocks());
        let ahead = ahead.filter(|one| at < one.slot.start);
        ahead.min_by_key(|one| one.slot.start)
    };
    let expected = holder.or_else(next)?;
    (expected.checked_in_at.is_none() && expected.may_check_in(at).is_ok()).then_some(expected)
}
