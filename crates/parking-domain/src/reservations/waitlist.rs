//! The waiting list: where somebody stands who waits for a bay, and how long they have to claim one.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};

use super::{Booking, Slot, Status, Terms, minutes};
use crate::access::UnknownName;

/// Where somebody stands who asked for a bay that was not free.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// None is free yet.
    Waiting,
    /// One is held for them, until they claim it or the time for that is over.
    Offered,
    /// They have it.
    Claimed,
    /// They let it go.
    Lapsed,
    /// None was free before the start.
    Expired,
    /// They wait no more.
    Cancelled,
}

impl Standing {
    /// Every standing.
    pub const ALL: [Self; 6] = [
        Self::Waiting,
        Self::Offered,
        Self::Claimed,
        Self::Lapsed,
        Self::Expired,
        Self::Cancelled,
    ];

    /// The name in the API and the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Offered => "offered",
            Self::Claimed => "claimed",
            Self::Lapsed => "lapsed",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether something may still become of it.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Waiting | Self::Offered)
    }
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Standing {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        Self::ALL
            .into_iter()
            .find(|standing| standing.name() == name)
            .ok_or(UnknownName)
    }
}

impl Terms {
    /// Until when a bay can be claimed that is offered now: never beyond the start.
    pub fn claim_until(&self, slot: Slot, now: DateTime<Utc>) -> DateTime<Utc> {
        slot.start.min(now + minutes(self.claim_minutes))
    }
}

impl Booking {
    /// Whether the hold can still be claimed by whoever is offered it.
    pub fn is_claimable(&self, now: DateTime<Utc>) -> bool {
        self.status == Status::Pending && self.hold_until.is_some_and(|until| now < until)
    }

    /// What became of an offer, whose hold this is; nothing yet, if `None`.
    pub fn answer(&self) -> Option<Standing> {
        match (self.status, self.hold_until) {
            (Status::Pending, _) => None,
            // Whoever confirms a hold takes its end away: what ended with it was never theirs.
            (_, Some(_)) => Some(Standing::Lapsed),
            (_, None) => Some(Standing::Claimed),
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use uuid::Uuid;

    use super::*;

    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000, 0).unwrap() + TimeDelta::minutes(minute)
    }

    #[test]
    fn a_claim_has_its_time_and_never_more_than_there_is_before_the_start() {
        let terms = Terms {
            claim_minutes: 45,
            ..Terms::STANDARD
        };
        let slot = |start| Slot {
            start: at(start),
            end: at(start + 60),
        };
        assert_eq!(terms.claim_until(slot(600), at(0)), at(45));
        assert_eq!(terms.claim_until(slot(45), at(0)), at(45));
        assert_eq!(terms.claim_until(slot(20), at(0)), at(20));
    }

    #[test]
    fn an_offer_is_claimed_by_whoever_confirmed_it_and_has_lapsed_otherwise() {
        let hold = |status, hold_until: Option<i64>| Booking {
            id: Uuid::nil(),
            status,
            slot: Slot {
                start: at(60),
                end: at(120),
            },
            hold_until: hold_until.map(at),
            opens_at: at(45),
            no_show_at: at(75),
            checked_in_at: None,
            is_contested: false,
        };
        assert_eq!(hold(Status::Pending, Some(30)).answer(), None);
        for status in [Status::Expired, Status::Cancelled] {
            let let_go = hold(status, Some(30)).answer();
            assert_eq!(let_go, Some(Standing::Lapsed));
        }
        // Whatever became of it once it was theirs, they had claimed it.
        for status in Status::ALL
            .into_iter()
            .filter(|one| *one != Status::Pending)
        {
            assert_eq!(hold(status, None).answer(), Some(Standing::Claimed));
        }
    }

    #[test]
    fn standings_have_their_names() {
        for standing in Standing::ALL {
            assert_eq!(standing.name().parse(), Ok(standing));
        }
        assert_eq!("gone".parse::<Standing>(), Err(UnknownName));
    }
}
