//! Changing series: all that lies ahead of one, or that and not what comes before an occurrence.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use parking_access::audit;
use parking_db::{OnConstraint as _, TenantTx};
use parking_domain::ids::fresh;
use parking_domain::recurrence::{Rule, day_begins, day_of};
use parking_domain::reservations::Slot;
use parking_estate::{Maker, spaces};
use parking_http::IfMatch;
use uuid::Uuid;

use super::judge::{Judged, Verdict};
use super::shift::{Shift, shift_all};
use super::{Exception, Series, detail, log, told};
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

/// Changes what lies ahead of a series. What is as it should be is left alone.
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
    let shift = Shift::of(tx, &held, wanted).await?;
    let mut done = Done::default();
    if let Some(shift) = &shift {
        let mut strays = held.take_strays(now);
        say_of_all(tx, &mut strays, (wanted, &mut done), now).await?;
        // Before any of the later ones is elsewhere, or it is one of the earlier.
        held.series = cut_off(tx, (&held, maker), now).await?;
        let how = (shift, wanted, reach.may_be_late);
        shift_all(tx, (&mut held, &mut done), how, now).await?;
    } else {
        say_of_all(tx, &mut held.ahead, (wanted, &mut done), now).await?;
    }
    if shift.is_none() && done.changed.is_empty() {
        let (series, reservations) = detail(tx.conn(), held.series.id, now).await?;
        return Ok(Changed {
            series,
            reservations,
            changed: 0,
            kept: Vec::new(),
        });
    }
    must_not_have_too_many(tx, &held, wanted).await?;
    store::series::update(tx, &held.series, now).await?;
    ended(tx, maker, (held, done, before), ("updated", None), now).await
}

impl SeriesChange {
    /// Says of an occurrence for whom it is to be and what else there is to say.
    pub(super) fn say_of(&self, one: &mut Reservation) {
        if let Some(holder) = &self.holder {
            one.holder = holder.clone();
        }
        if let Some(notes) = &self.notes {
            one.notes.clone_from(notes);
        }
    }
}

/// Says the same of occurrences that stay where they are.
async fn say_of_all(
    tx: &mut TenantTx,
    occurrences: &mut [Reservation],
    (wanted, done): (&SeriesChange, &mut Done),
    now: DateTime<Utc>,
) -> Result<(), ReservationError> {
    for one in occurrences {
        let was = one.clone();
        wanted.say_of(one);
        done.write(tx, (&was, one, one.space.0), now).await?;
    }
    Ok(())
}

impl Held {
    /// Takes those out that were put off by themselves and would be over by now where the series has them:
    /// they stay with what is over.
    fn take_strays(&mut self, now: DateTime<Utc>) -> Vec<Reservation> {
        let is_stray = |one: &mut Reservation| {
            one.recurs
                .is_some_and(|recurs| recurs.is_detached && recurs.at <= now)
        };
        self.ahead.extract_if(.., is_stray).collect()
    }
}

/// What was done about occurrences.
#[derive(Default)]
pub(super) struct Done {
    /// Those that became something else.
    pub(super) changed: Vec<Uuid>,
    /// Those that stay as they were.
    pub(super) kept: Vec<Judged>,
}

impl Done {
    /// Writes what an occurrence is now, if that is something else than it was.
    pub(super) async fn write(
        &mut self,
        tx: &mut TenantTx,
        (was, one, bay): (&Reservation, &Reservation, Uuid),
        now: DateTime<Utc>,
    ) -> Result<(), ReservationError> {
        let is_same = (was.space.0, was.booking.slot) == (bay, one.booking.slot)
            && (&was.holder, &was.notes) == (&one.holder, &one.notes);
        if is_same {
            return Ok(());
        }
        self.changed.push(one.booking.id);
        let written = store::update(tx, (one, bay), now).await;
        written.on_constraint("reservations_no_overlap", || {
            ReservationError::Taken(vec![one.booking.slot])
        })
    }
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

/// The series of what lies ahead: a new one, if there were earlier occurrences, which stay in the old.
async fn cut_off(
    tx: &mut TenantTx,
    (held, maker): (&Held, &Maker),
    now: DateTime<Utc>,
) -> Result<Series, ReservationError> {
    let old = held.series.clone();
    let first = held.ahead.first().and_then(|one| one.recurs);
    let cut = first.map_or(now, |recurs| recurs.at);
    // The series has one occurrence a day at most.
    let until = day_begins(day_of(cut, old.zone()), old.zone());
    let (last, _) = store::series::last_before(tx.conn(), (old.id, Some(until))).await?;
    let Some(last) = last else {
        return Ok(old);
    };
    let mut earlier = old.clone();
    let later = end(&mut earlier, last, Some(until));
    let new = Series {
        id: fresh(),
        exceptions: later,
        continues: Some(old.id),
        created_by: Some(maker.name.clone()),
        created_at: now,
        updated_at: now,
        ..old
    };
    store::series::insert(tx, &new).await?;
    store::series::hand_over(tx, (earlier.id, new.id), until).await?;
    store::series::update(tx, &earlier, now).await?;
    Ok(new)
}

/// Ends a series with an occurrence, or with what was left out between that and an instant, and answers
/// what was left out later.
pub(super) fn end(
    series: &mut Series,
    last: DateTime<Utc>,
    until: Option<DateTime<Utc>>,
) -> Vec<Exception> {
    let is_of_it = |one: &Exception| {
        one.start_time <= last || until.is_some_and(|until| one.start_time < until)
    };
    let (stay, later) = series.exceptions.drain(..).partition(is_of_it);
    series.exceptions = stay;
    let left_out = series.exceptions.iter().map(|one| one.start_time);
    series.rule = ending_at(&series.rule, left_out.fold(last, DateTime::max));
    later
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
    (held, done, before): (Held, Done, serde_json::Value),
    (verb, reason): (&'static str, Option<&str>),
    now: DateTime<Utc>,
) -> Result<Changed, ReservationError> {
    let tenant = tx.tenant().0;
    let touched: Vec<(Uuid, Uuid)> = held.bays.keys().map(|bay| (tenant, *bay)).collect();
    spaces::settle_across(tx.conn(), &touched, now).await?;
    let (said, became) = ((held.series.id, verb), (done.changed.as_slice(), reason));
    let (series, reservations) = told(tx, maker, said, became, now).await?;
    let mut new = series.record();
    new["changed"] = serde_json::json!(done.changed.len());
    let values = audit::difference(&before, &new);
    log(tx, maker, (&series, verb), values, reason, now).await?;
    Ok(Changed {
        series,
        reservations,
        changed: done.changed.len(),
        kept: done.kept,
    })
}
