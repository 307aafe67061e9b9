//! Changing series: all that lies ahead of one, or that and not what comes before an occurrence.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use parking_access::audit;
use parking_db::TenantTx;
use parking_domain::ids::fresh;
use parking_domain::recurrence::{Hours, LONGEST, Rule, RuleError, day_begins, day_of};
use parking_domain::reservations::{SHORTEST, Slot, SlotError};
use parking_estate::{Maker, spaces};
use parking_http::IfMatch;
use uuid::Uuid;

use super::super::change::{gives_time_back, lay};
use super::judge::{Judged, Verdict, clocked};
use super::{Exception, Series, log, told};
use crate::reservations::store::{self, HeldBay};
use crate::reservations::{Holder, Reservation, ReservationError};

/// Which occurrences are meant.
#[derive(Clone, Copy, Debug)]
pub struct Reach<'a> {
    /// Of which series.
    pub series: Uuid,
    /// Which version of it was seen.
    pub seen: &'a IfMatch,
    /// Those that it has start at this instant or later; all that lie ahead, if absent.
    pub from: Option<DateTime<Utc>>,
    /// Whether the notice that the terms ask for does not bind who asks.
    pub may_be_late: bool,
}

/// What is to change about the occurrences of a series; `None` leaves it.
#[derive(Clone, Debug, Default)]
pub struct SeriesChange {
    /// Which bay they are to have.
    pub space: Option<Uuid>,
    /// At which time of the day they are to start, by the clocks of the site.
    pub start: Option<NaiveTime>,
    /// How long they are to be, by those clocks.
    pub length: Option<TimeDelta>,
    /// For whom.
    pub holder: Option<Holder>,
    /// What else there is to say; nothing, if that is to be nothing.
    pub notes: Option<Option<String>>,
    /// Whether occurrences that cannot be moved stay where they are; otherwise there may be none.
    pub skips: bool,
}

/// What became of a series.
#[derive(Debug)]
pub struct Changed {
    /// The series as it is, which is a new one if earlier occurrences stay in the old.
    pub series: Series,
    /// Its reservations.
    pub reservations: Vec<Reservation>,
    /// How many of them became something else.
    pub changed: usize,
    /// Those that stay as they were, and why.
    pub kept: Vec<Judged>,
}

/// A series of which something lies ahead; its bays and it are held.
pub(super) struct Held {
    pub(super) series: Series,
    pub(super) ahead: Vec<Reservation>,
    pub(super) bays: BTreeMap<Uuid, HeldBay>,
}

/// Changes what lies ahead of a series.
pub async fn change(
    tx: &mut TenantTx,
    maker: &Maker,
    reach: Reach<'_>,
    wanted: &SeriesChange,
    now: DateTime<Utc>,
) -> Result<Changed, ReservationError> {
    if let Some(holder) = &wanted.holder {
        store::hold_person(tx, holder).await?;
    }
    let mut held = hold(tx, reach, wanted.space, now).await?;
    let before = held.series.record();
    let first = held.ahead.first().and_then(|one| one.recurs);
    let cut = first.map_or(now, |recurs| recurs.at);
    let moves = wanted.space.is_some() || wanted.start.is_some() || wanted.length.is_some();
    for one in &mut held.ahead {
        if let Some(holder) = &wanted.holder {
            one.holder = holder.clone();
        }
        if let Some(notes) = &wanted.notes {
            one.notes.clone_from(notes);
        }
    }
    let kept = if moves {
        shift_all(tx, &mut held, (wanted, reach.may_be_late), now).await?
    } else {
        write_all(tx, &held.ahead, now).await?;
        Vec::new()
    };
    must_not_have_too_many(tx, &held, wanted).await?;
    let id = if moves {
        cut_at(tx, (&mut held.series, maker), cut, now).await?
    } else {
        store::series::update(tx, &held.series, now).await?;
        held.series.id
    };
    let said = (id, "updated");
    ended(tx, maker, (held, kept, before), (said, None), now).await
}

/// Holds the bays of what lies ahead and the one that it is to have, in the order of their ids, and then
/// the series.
pub(super) async fn hold(
    tx: &mut TenantTx,
    reach: Reach<'_>,
    space: Option<Uuid>,
    now: DateTime<Utc>,
) -> Result<Held, ReservationError> {
    let of = (reach.series, reach.from);
    let found = store::series::find(tx.conn(), reach.series, now).await?;
    let found = found.ok_or(ReservationError::Absent)?;
    let ahead = store::series::ahead(tx.conn(), of, now).await?;
    let wanted = ahead.iter().map(|one| one.space.0);
    let mut wanted: Vec<Uuid> = wanted.chain(space).chain([found.space.0]).collect();
    wanted.sort_unstable();
    wanted.dedup();
    let mut bays = BTreeMap::new();
    for id in wanted {
        if let Some(bay) = store::hold_bay(tx, id).await? {
            bays.insert(id, bay);
        }
    }
    if !store::series::hold(tx, reach.series).await? {
        return Err(ReservationError::Absent);
    }
    let series = store::series::find(tx.conn(), reach.series, now).await?;
    let series = series.ok_or(ReservationError::Absent)?;
    let fresh = reach.seen.check(series.version);
    fresh.map_err(|_| ReservationError::Stale)?;
    let ahead = store::series::ahead(tx.conn(), of, now).await?;
    if series.space.0 != found.space.0 || ahead.iter().any(|one| !bays.contains_key(&one.space.0)) {
        return Err(ReservationError::Moved);
    }
    if ahead.is_empty() {
        return Err(ReservationError::SeriesOver);
    }
    Ok(Held {
        series,
        ahead,
        bays,
    })
}

/// Gives what lies ahead another bay or time, each that can have it, and answers those that cannot.
async fn shift_all(
    tx: &mut TenantTx,
    held: &mut Held,
    (wanted, may_be_late): (&SeriesChange, bool),
    now: DateTime<Utc>,
) -> Result<Vec<Judged>, ReservationError> {
    let Held {
        series,
        ahead,
        bays,
    } = held;
    let space = wanted.space.unwrap_or(series.space.0);
    let bay = bays.get(&space).filter(|bay| bay.is_living);
    let bay = bay.ok_or(ReservationError::Absent)?;
    if space != series.space.0 && !bay.is_reservable {
        return Err(ReservationError::NotReservable);
    }
    let (there, old) = (series.zone(), Hours::of(series.slot, series.zone()));
    // A bay elsewhere has the clocks of its own site.
    if let Some(timezone) = store::series::zone_of(tx.conn(), space).await? {
        series.timezone = timezone;
    }
    let zone = series.zone();
    let hours = hours(old, wanted)?;
    // Those in front make room first, so that none stands in the way of the next.
    if hours.start > old.start {
        ahead.reverse();
    }
    let (mut kept, mut places, mut slots) = (Vec::new(), Vec::new(), Vec::new());
    for one in ahead.iter_mut() {
        let Some(recurs) = one.recurs else { continue };
        let slot = hours.on(day_of(recurs.at, there), zone);
        slots.push(slot);
        let is_late = bays.get(&one.space.0).is_some_and(|bay| {
            let before = one.booking.slot;
            gives_time_back(before, slot) && bay.terms.is_late_to_cancel(before, now)
        });
        let verdict = if recurs.is_detached {
            Verdict::Excluded
        } else if is_late && !may_be_late {
            Verdict::TooLate
        } else {
            fits(tx, one, (bay, slot, hours.length), now).await?
        };
        if verdict == Verdict::Free {
            let is_moved = bay.id != one.space.0;
            lay(one, (bay, slot), is_moved, now);
        } else if verdict != Verdict::Excluded {
            kept.push(judged(one, slot, verdict.clone()));
        }
        let home = if verdict == Verdict::Free {
            bay.id
        } else {
            one.space.0
        };
        store::update(tx, (one, home), now).await?;
        places.push((one.booking.id, slot.start, verdict != Verdict::Free));
    }
    let is_stuck = kept.len() == ahead.len();
    if !kept.is_empty() && (is_stuck || !wanted.skips) {
        let clashes = kept.iter().map(|one: &Judged| one.slot).collect();
        let of = ahead.len();
        return Err(ReservationError::Clashes { clashes, of });
    }
    store::series::place(tx, &places).await?;
    series.space.0 = bay.id;
    describe(series, hours, &slots);
    Ok(kept)
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

/// Says of a series what it repeats now, and until when.
fn describe(series: &mut Series, hours: Hours, slots: &[Slot]) {
    let zone = series.zone();
    // Of a day on which the clocks jump the hours cannot be read back.
    let shown = slots.iter().filter(|slot| Hours::of(**slot, zone) == hours);
    let first = shown.min_by_key(|slot| slot.start).or(slots.first());
    series.slot = first.copied().unwrap_or(series.slot);
    if let Some(last) = slots.iter().map(|slot| slot.start).max() {
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

async fn write_all(
    tx: &mut TenantTx,
    all: &[Reservation],
    now: DateTime<Utc>,
) -> Result<(), ReservationError> {
    for one in all {
        store::update(tx, (one, one.space.0), now).await?;
    }
    Ok(())
}

/// Refuses more reservations than the person may have who has them now. Whoever asks holds the person.
async fn must_not_have_too_many(
    tx: &mut TenantTx,
    held: &Held,
    wanted: &SeriesChange,
) -> Result<(), ReservationError> {
    let Some(key) = wanted.holder.as_ref().and_then(Holder::key) else {
        return Ok(());
    };
    let max = held
        .bays
        .values()
        .filter_map(|bay| bay.terms.per_person_max);
    match max.min() {
        Some(max) if store::open_of(tx, &key, None).await? > i64::from(max) => {
            Err(ReservationError::PersonLimit(max))
        }
        _ => Ok(()),
    }
}

/// Writes a series whose occurrences from an instant on are elsewhere now: as a new one, if there were
/// earlier ones, which stay in the old.
async fn cut_at(
    tx: &mut TenantTx,
    (series, maker): (&mut Series, &Maker),
    cut: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<Uuid, ReservationError> {
    let old = store::series::find(tx.conn(), series.id, now).await?;
    let mut old = old.ok_or(ReservationError::Absent)?;
    // The series has one occurrence a day at most.
    let until = day_begins(day_of(cut, old.zone()), old.zone());
    let (last, _) = store::series::last_before(tx.conn(), (series.id, Some(until))).await?;
    let Some(last) = last else {
        store::series::update(tx, series, now).await?;
        return Ok(series.id);
    };
    let (earlier, later): (Vec<Exception>, Vec<Exception>) = old
        .exceptions
        .drain(..)
        .partition(|one| one.start_time < until);
    let new = Series {
        id: fresh(),
        exceptions: later,
        continues: Some(old.id),
        created_by: Some(maker.name.clone()),
        created_at: now,
        updated_at: now,
        ..series.clone()
    };
    store::series::insert(tx, &new).await?;
    store::series::hand_over(tx, (old.id, new.id), until).await?;
    old.rule = ending_at(&old.rule, last);
    old.exceptions = earlier;
    store::series::update(tx, &old, now).await?;
    Ok(new.id)
}

pub(super) fn ending_at(rule: &str, last: DateTime<Utc>) -> String {
    // What was written down was a rule.
    Rule::parse(rule).map_or_else(|_| rule.to_owned(), |rule| rule.ending_at(last).to_string())
}

pub(super) fn judged(one: &Reservation, slot: Slot, verdict: Verdict) -> Judged {
    Judged {
        reservation: Some(one.booking.id),
        slot,
        verdict,
    }
}

/// Settles the bays, and tells and writes down what became of the series.
pub(super) async fn ended(
    tx: &mut TenantTx,
    maker: &Maker,
    (held, kept, before): (Held, Vec<Judged>, serde_json::Value),
    (said, reason): ((Uuid, &'static str), Option<&str>),
    now: DateTime<Utc>,
) -> Result<Changed, ReservationError> {
    let tenant = tx.tenant().0;
    let touched: Vec<(Uuid, Uuid)> = held.bays.keys().map(|bay| (tenant, *bay)).collect();
    spaces::settle_across(tx.conn(), &touched, now).await?;
    let is_kept = |id: &Uuid| kept.iter().any(|one| one.reservation == Some(*id));
    let ids = held.ahead.iter().map(|one| one.booking.id);
    let ids: Vec<Uuid> = ids.filter(|id| !is_kept(id)).collect();
    let (series, reservations) = told(tx, maker, said, (&ids, reason), now).await?;
    let mut new = series.record();
    new["changed"] = serde_json::json!(ids.len());
    let values = audit::difference(&before, &new);
    log(tx, maker, (&series, said.1), values, reason, now).await?;
    Ok(Changed {
        series,
        reservations,
        changed: ids.len(),
        kept,
    })
}
