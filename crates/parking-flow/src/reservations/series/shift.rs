//! Giving the occurrences of a series another bay or time.

use chrono::{DateTime, TimeDelta, Utc};
use parking_db::TenantTx;
use parking_domain::places::TimeZone;
use parking_domain::recurrence::{Hours, LONGEST, RuleError, day_of};
use parking_domain::reservations::{SHORTEST, Slot, SlotError};
use uuid::Uuid;

use super::super::change::{gives_time_back, lay};
use super::change::{Done, Held, SeriesChange, judged};
use super::cut::ending_at;
use super::judge::{Verdict, clocked};
use super::{Series, zone};
use crate::reservations::store::{self, HeldBay};
use crate::reservations::{Reservation, ReservationError};

/// Where and when occurrences are to be, elsewhere or where they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shift {
    pub(super) bay: Uuid,
    pub(super) hours: Hours,
    timezone: String,
}

impl Shift {
    /// Where and when a series is to have them. Nothing is held.
    pub(super) async fn wanted(
        tx: &mut TenantTx,
        series: &Series,
        wanted: &SeriesChange,
    ) -> Result<Self, ReservationError> {
        let bay = wanted.space.unwrap_or(series.space.0);
        let hours = hours(Hours::of(series.slot, series.zone()), wanted)?;
        // A bay elsewhere has the clocks of its own site. What nobody moves keeps those that it has.
        let timezone = if wanted.moves() {
            store::series::zone_of(tx.conn(), bay).await?
        } else {
            None
        };
        Ok(Self {
            bay,
            hours,
            timezone: timezone.unwrap_or_else(|| series.timezone.clone()),
        })
    }

    /// What is wanted of a series that is held, unless all that goes with it is there. With another rule,
    /// others may come that go with it.
    pub(super) async fn of(
        tx: &mut TenantTx,
        held: &Held,
        wanted: &SeriesChange,
    ) -> Result<Option<Self>, ReservationError> {
        let series = &held.series;
        let goes_along = |one: &Reservation| one.recurs.is_some_and(|at| !at.is_detached);
        let is_meant = wanted.rule.is_some() || held.ahead.iter().any(goes_along);
        if !wanted.moves() || !is_meant {
            return Ok(None);
        }
        let space = wanted.space.unwrap_or(series.space.0);
        let bay = held.bays.get(&space).filter(|bay| bay.is_living);
        let bay = bay.ok_or(ReservationError::Absent)?;
        if space != series.space.0 && !bay.is_reservable {
            return Err(ReservationError::NotReservable);
        }
        let shift = Self::wanted(tx, series, wanted).await?;
        Ok((!shift.is_there(series)).then_some(shift))
    }

    /// Whether the series has its occurrences there and then.
    pub(super) fn is_there(&self, series: &Series) -> bool {
        let hours = Hours::of(series.slot, series.zone());
        (self.bay, self.hours, &self.timezone) == (series.space.0, hours, &series.timezone)
    }

    /// By whose clocks.
    pub(super) fn zone(&self) -> TimeZone {
        zone(&self.timezone)
    }

    /// Whether the occurrences are to start later than they do. What the clocks show says so only as long
    /// as they are the same.
    fn is_later(&self, series: &Series) -> bool {
        let old = Hours::of(series.slot, series.zone());
        let zone = self.zone();
        if zone == series.zone() {
            return self.hours.start > old.start;
        }
        let day = day_of(series.slot.start, series.zone());
        self.hours.on(day, zone).start > series.slot.start
    }
}

/// Gives what lies ahead another bay or time, each that can have it; the others stay as they were.
pub(super) async fn shift_all(
    tx: &mut TenantTx,
    (held, done): (&mut Held, &mut Done),
    (shift, wanted, may_be_late): (&Shift, &SeriesChange, bool),
    now: DateTime<Utc>,
) -> Result<(), ReservationError> {
    let Held {
        series,
        ahead,
        bays,
    } = held;
    let (there, hours, late) = (series.zone(), shift.hours, done.kept.len());
    let bay = bays.get(&shift.bay).ok_or(ReservationError::Absent)?;
    let is_later = shift.is_later(series);
    series.timezone.clone_from(&shift.timezone);
    let zone = series.zone();
    // Those in front make room first, so that none stands in the way of the next.
    if is_later {
        ahead.reverse();
    }
    let (mut places, mut slots) = (Vec::new(), Vec::new());
    for one in ahead.iter_mut() {
        let Some(recurs) = one.recurs else { continue };
        let (was, slot) = (one.clone(), hours.on(day_of(recurs.at, there), zone));
        slots.push(slot);
        let is_late = bays.get(&was.space.0).is_some_and(|bay| {
            let before = was.booking.slot;
            gives_time_back(before, slot) && bay.terms.is_late_to_cancel(before, now)
        });
        let verdict = if recurs.is_detached {
            Verdict::Excluded
        } else if is_late && !may_be_late {
            Verdict::TooLate
        } else {
            fits(tx, one, (bay, slot, hours.length), now).await?
        };
        let goes = verdict == Verdict::Free;
        places.push((one.booking.id, slot.start, !goes));
        if verdict.is_clash() {
            done.kept.push(judged(one, slot, verdict));
            continue;
        }
        wanted.say_of(one);
        let home = if goes { bay.id } else { was.space.0 };
        // What it blocks is as it was agreed, where it is what it was.
        if goes && (home, slot) != (was.space.0, was.booking.slot) {
            lay(one, (bay, slot), home != was.space.0, now);
        }
        done.write(tx, (&was, one, home), now).await?;
    }
    let is_stuck = places.iter().all(|(_, _, is_elsewhere)| *is_elsewhere);
    let is_stuck = is_stuck && done.kept.len() > late;
    if is_stuck || !done.kept.is_empty() && !wanted.skips {
        let clashes = done.kept.iter().map(|one| one.slot).collect();
        let of = ahead.len() + late;
        return Err(ReservationError::Clashes { clashes, of });
    }
    store::series::place(tx, &places).await?;
    series.space.0 = bay.id;
    describe(series, hours, (&slots, there));
    Ok(())
}

/// The hours that are wanted where others were.
fn hours(old: Hours, wanted: &SeriesChange) -> Result<Hours, RuleError> {
    let hours = Hours {
        start: wanted.start.unwrap_or(old.start),
        length: wanted.length.unwrap_or(old.length),
    };
    if (SHORTEST..=LONGEST).contains(&hours.length) {
        Ok(hours)
    } else {
        Err(RuleError::Length)
    }
}

/// Says of a series what it repeats now, and until when. What is left out stays so, on its day.
fn describe(series: &mut Series, hours: Hours, (slots, there): (&[Slot], TimeZone)) {
    let zone = series.zone();
    for one in &mut series.exceptions {
        let slot = hours.on(day_of(one.start_time, there), zone);
        (one.start_time, one.end_time) = (slot.start, slot.end);
    }
    // Of a day on which the clocks jump the hours cannot be read back.
    let shown = slots.iter().filter(|slot| Hours::of(**slot, zone) == hours);
    let first = shown.min_by_key(|slot| slot.start).or(slots.first());
    series.slot = first.copied().unwrap_or(series.slot);
    let reserved = slots.iter().map(|slot| slot.start);
    let left_out = series.exceptions.iter().map(|one| one.start_time);
    if let Some(last) = reserved.chain(left_out).max() {
        series.rule = ending_at(&series.rule, last);
    }
}

/// Whether an occurrence can have a slot of a held bay.
async fn fits(
    tx: &mut TenantTx,
    one: &Reservation,
    (bay, slot, length): (&HeldBay, Slot, TimeDelta),
    now: DateTime<Utc>,
) -> Result<Verdict, ReservationError> {
    let before = one.booking.slot;
    if bay.id == one.space.0 && slot == before {
        return Ok(Verdict::Free);
    }
    let checked = bay
        .terms
        .check(clocked(slot.start, length), Some(before), now);
    match checked {
        Err(SlotError::StartsInThePast | SlotError::Over) => return Ok(Verdict::Past),
        checked => checked?,
    }
    if slot.length() < SHORTEST {
        return Ok(Verdict::TooShort);
    }
    let blocked = bay.terms.blocked(slot);
    let taken = store::clashing(tx, bay.id, blocked, Some(one.booking.id)).await?;
    if !taken.is_empty() {
        return Ok(Verdict::Taken(taken));
    }
    if store::is_out_of_use(tx, bay.id, slot).await? {
        return Ok(Verdict::OutOfUse);
    }
    Ok(Verdict::Free)
}
