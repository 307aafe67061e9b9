//! What a series has on which day when it is given another rule.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use parking_db::TenantTx;
use parking_domain::recurrence::{day_begins, day_of};
use uuid::Uuid;

use super::change::Held;
use super::judge::{Judged, Verdict};
use crate::reservations::store;
use crate::reservations::{Reservation, ReservationError};

/// What a series has on days, over or not.
pub(super) struct Stand {
    /// Days with a reservation that was not called off.
    pub(super) has: BTreeSet<NaiveDate>,
    /// Days of the rule of which it was.
    pub(super) off: BTreeSet<NaiveDate>,
    /// Days that nobody has, and whether that was wanted.
    pub(super) left_out: BTreeMap<NaiveDate, bool>,
    /// What lies ahead and cannot be changed any more.
    pub(super) fixed: Vec<Judged>,
    /// What tells for whom others are to be.
    pub(super) usual: Option<Reservation>,
}

impl Stand {
    /// That of a series that is held, from a day on. Of what was called off on a day that its rule does not
    /// have, an earlier change of the rule was the reason.
    pub(super) async fn of(
        tx: &mut TenantTx,
        held: &Held,
        (known, since): (&BTreeSet<NaiveDate>, NaiveDate),
        now: DateTime<Utc>,
    ) -> Result<Self, ReservationError> {
        let (series, zone) = (&held.series, held.series.zone());
        let left_out = series.exceptions.iter().map(|one| {
            let is_wanted = one.why == Verdict::Excluded.name();
            (day_of(one.start_time, zone), is_wanted)
        });
        let mut stand = Self {
            has: BTreeSet::new(),
            off: BTreeSet::new(),
            left_out: left_out.collect(),
            fixed: Vec::new(),
            usual: usual(&held.ahead).cloned(),
        };
        let ahead: BTreeSet<Uuid> = held.ahead.iter().map(|one| one.booking.id).collect();
        let of = (series.id, day_begins(since, zone));
        for one in store::series::standing(tx, of).await? {
            let day = day_of(one.at, zone);
            if one.is_off {
                stand.off.extend(known.get(&day));
                continue;
            }
            stand.has.insert(day);
            if one.at > now && !ahead.contains(&one.id) {
                stand.fixed.push(Judged {
                    reservation: Some(one.id),
                    slot: one.slot,
                    verdict: Verdict::Free,
                });
            }
        }
        stand.off.retain(|day| !stand.has.contains(day));
        Ok(stand)
    }

    /// Whether nobody has a day, or had it.
    pub(super) fn is_open(&self, day: NaiveDate) -> bool {
        !self.has.contains(&day) && !self.off.contains(&day)
    }
}

/// The reservation that tells for whom a series is: the next that nobody put elsewhere.
pub(super) fn usual(ahead: &[Reservation]) -> Option<&Reservation> {
    let goes_along = |one: &&Reservation| one.recurs.is_some_and(|at| !at.is_detached);
    ahead.iter().find(goes_along).or(ahead.first())
}
