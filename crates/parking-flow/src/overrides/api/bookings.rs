//! What becomes of reservations in the way of a closure, as requests and answers say it.

use chrono::{DateTime, Utc};
use parking_domain::access::Permission;
use parking_http::{ApiError, Caller, Code};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::bodies::ClosureBody;
use crate::reservations::{Cleared, Clearing, Reservation};

/// What is to become of reservations in the way: nothing is done while there are any (`refuse`); each
/// gets a free bay of its site and kind, rather on its level, or nothing is done (`move`); each is called
/// off (`cancel`); they stay what they are (`keep`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum BookingsWish {
    #[default]
    Refuse,
    Move,
    Cancel,
    Keep,
}

impl BookingsWish {
    /// What is wanted, if the caller may do so much to reservations.
    pub(super) fn read(self, caller: &Caller) -> Result<Clearing, ApiError> {
        let how = match self {
            Self::Refuse => Clearing::Refuse,
            Self::Move => Clearing::Move,
            Self::Cancel => Clearing::Cancel,
            Self::Keep => Clearing::Keep,
        };
        let changes = matches!(how, Clearing::Move | Clearing::Cancel);
        if changes && !caller.may(Permission::ReservationsBook) {
            return Err(ApiError::new(Code::Forbidden));
        }
        Ok(how)
    }
}

/// What resuming a closure means for reservations.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ClosureResumption {
    /// What is to become of those in the way; `refuse` if absent.
    bookings: Option<BookingsWish>,
}

impl ClosureResumption {
    /// What is wanted, if the caller may do so much to reservations.
    pub(super) fn read(&self, caller: &Caller) -> Result<Clearing, ApiError> {
        self.bookings.unwrap_or_default().read(caller)
    }
}

/// An error without the reservations that its reader may not see.
pub(super) fn seen_by(error: ApiError, caller: &Caller) -> ApiError {
    if caller.may(Permission::ReservationsRead) {
        return error;
    }
    error.bookings(Vec::new())
}

/// A closure, and what became of the reservations in its way.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ClearedClosure {
    #[serde(flatten)]
    closure: ClosureBody,
    /// Reservations that went to another bay.
    moved: Vec<MovedBooking>,
    /// Reservations that were called off.
    cancelled: Vec<CancelledBooking>,
}

/// A reservation that went to another bay.
#[derive(Debug, Serialize, ToSchema)]
struct MovedBooking {
    id: Uuid,
    /// Where it was.
    from_space_id: Uuid,
    from_space_code: String,
    /// Where it is.
    space_id: Uuid,
    space_code: String,
    start_time: DateTime<Utc>,
    end_time: DateTime<Utc>,
}

/// A reservation that was called off.
#[derive(Debug, Serialize, ToSchema)]
struct CancelledBooking {
    id: Uuid,
    space_id: Uuid,
    space_code: String,
    start_time: DateTime<Utc>,
    end_time: DateTime<Utc>,
}

impl ClearedClosure {
    pub(super) fn of(closure: ClosureBody, cleared: Cleared) -> Self {
        let moved = cleared.moved.into_iter();
        let cancelled = cleared.cancelled.into_iter();
        Self {
            closure,
            moved: moved.map(MovedBooking::of).collect(),
            cancelled: cancelled.map(CancelledBooking::of).collect(),
        }
    }
}

impl MovedBooking {
    fn of((old, new): (Reservation, Reservation)) -> Self {
        Self {
            id: new.booking.id,
            from_space_id: old.space.0,
            from_space_code: old.space.1,
            space_id: new.space.0,
            space_code: new.space.1,
            start_time: new.booking.slot.start,
            end_time: new.booking.slot.end,
        }
    }
}

impl CancelledBooking {
    fn of(one: Reservation) -> Self {
        Self {
            id: one.booking.id,
            space_id: one.space.0,
            space_code: one.space.1,
            start_time: one.booking.slot.start,
            end_time: one.booking.slot.end,
        }
    }
}
