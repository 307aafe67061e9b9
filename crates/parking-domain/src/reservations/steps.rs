//! What whoever holds a reservation may do to it now, and what hinders them.

use chrono::{DateTime, Utc};

use super::{Booking, CheckInError, Standing, Status, Terms};

/// Why a step cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hindrance {
    /// The bay is only held, nothing is agreed.
    Unconfirmed,
    /// It is too early.
    Early,
    /// It is too late.
    Late,
    /// It was done.
    Done,
    /// Nobody has come yet.
    NotCheckedIn,
    /// Nobody was offered it.
    NotOffered,
    /// The reservation is history.
    Over,
}

/// Each step, and what hinders it; nothing, if it can be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Steps {
    /// Claiming what one waited for.
    pub claim: Option<Hindrance>,
    /// Saying that one has come.
    pub check_in: Option<Hindrance>,
    /// Saying that one has left.
    pub check_out: Option<Hindrance>,
    /// Calling it off.
    pub cancel: Option<Hindrance>,
}

impl Booking {
    /// What somebody may do now whom the terms bind. `is_offer` says whether it is, or was, the hold of
    /// whoever waited for it.
    pub fn steps(&self, terms: &Terms, is_offer: bool, now: DateTime<Utc>) -> Steps {
        Steps {
            claim: self.hinders_claim(is_offer, now),
            check_in: self.hinders_check_in(now),
            check_out: self.hinders_check_out(),
            cancel: self.hinders_cancel(terms, now),
        }
    }

    fn hinders_claim(&self, is_offer: bool, now: DateTime<Utc>) -> Option<Hindrance> {
        match self.answer() {
            _ if !is_offer => Some(Hindrance::NotOffered),
            None if self.is_claimable(now) => None,
            None => Some(Hindrance::Late),
            Some(Standing::Claimed) => Some(Hindrance::Done),
            Some(_) => Some(Hindrance::Over),
        }
    }

    fn hinders_check_in(&self, now: DateTime<Utc>) -> Option<Hindrance> {
        match self.may_check_in(now) {
            Ok(()) => self.checked_in_at.map(|_| Hindrance::Done),
            Err(CheckInError::Status(Status::Pending)) => Some(Hindrance::Unconfirmed),
            Err(CheckInError::Early(_)) => Some(Hindrance::Early),
            Err(CheckInError::Status(_) | CheckInError::Over) => Some(Hindrance::Over),
        }
    }

    fn hinders_check_out(&self) -> Option<Hindrance> {
        match self.status {
            Status::Confirmed if self.checked_in_at.is_some() => None,
            Status::Pending | Status::Confirmed => Some(Hindrance::NotCheckedIn),
            Status::Completed => Some(Hindrance::Done),
            Status::Cancelled | Status::Expired | Status::NoShow => Some(Hindrance::Over),
        }
    }

    fn hinders_cancel(&self, terms: &Terms, now: DateTime<Utc>) -> Option<Hindrance> {
        let is_agreed = self.status == Status::Confirmed;
        match self.status {
            Status::Cancelled => Some(Hindrance::Done),
            _ if self.over_as(now).is_some() => Some(Hindrance::Over),
            _ if is_agreed && terms.is_late_to_cancel(self.slot, now) => Some(Hindrance::Late),
            _ => None,
        }
    }
}
