//! Who had a reservation before it became somebody else's, and what they are to be told.
//!
//! What they were told is what they know: of a reservation that went to another time and another person at
//! once, they are told that the one of that time is not theirs any more. They are told nothing of what they
//! never heard of, and nothing if it is theirs again before a letter leaves.

use chrono::{DateTime, Utc};
use parking_db::{DbError, TenantTx};
use parking_domain::reservations::{Letter as Kind, Status, Told};

use super::draft::whom;
use super::store::{self, Standing};
use crate::reservations::Reservation;

/// Somebody who is to be told that a reservation is not theirs any more.
pub(super) struct Parting {
    pub(super) kind: Kind,
    pub(super) to: String,
    /// What they know.
    pub(super) told: Told,
}

/// Who is to be told that of a reservation, among those who had it before.
pub(super) fn parting(
    (standing, before): (Option<&Standing>, Option<&Vec<String>>),
    reservation: &Reservation,
    now: DateTime<Utc>,
) -> Option<Parting> {
    let (to, told) = standing?.last.as_ref()?;
    let holder = reservation.holder.email.as_deref();
    if holder.is_some_and(|email| whom(email) == **to) {
        return None;
    }
    let is_told = |email: &&String| whom(email) == **to;
    Some(Parting {
        kind: told.parting(now)?,
        to: before?.iter().find(is_told)?.clone(),
        told: *told,
    })
}

impl Parting {
    /// The reservation as they know it, and as it is for them.
    pub(super) async fn of(
        &self,
        tx: &mut TenantTx,
        reservation: Reservation,
    ) -> Result<Reservation, DbError> {
        let mut known = reservation;
        if known.space.0 != self.told.space
            && let Some(bay) = store::bay(tx, self.told.space).await?
        {
            known.space = (self.told.space, bay.code);
            known.site = (bay.site_id, bay.site_name);
            known.timezone = bay.timezone;
        }
        known.booking.slot = self.told.slot;
        known.booking.status = Status::Cancelled;
        known.booking.hold_until = None;
        Ok(known)
    }
}
