//! Changing series: all that lies ahead of one, or that and not what comes before an occurrence.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use parking_access::audit;
use parking_db::{OnConstraint as _, TenantTx};
use parking_domain::recurrence::Rule;
use parking_domain::reservations::{Slot, Status, Terms};
use parking_estate::{Maker, spaces};
use parking_http::IfMatch;
use uuid::Uuid;

use super::course::{Course, Fate, Outcome};
use super::cut::cut_off;
use super::judge::{Judged, Verdict};
use super::shift::{Shift, shift_all};
use super::{Series, detail, log, told};
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
    /// By which rule they are to come.
    pub rule: Option<Rule>,
    /// Why those are called off that this does not have.
    pub reason: Option<String>,
    /// Whether occurrences that cannot be moved stay where they are, and those that cannot be had are left
    /// out; otherwise there may be none.
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
    /// What became of each by another rule; empty, if the rule is the same.
    pub outcomes: Vec<Outcome>,
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
    let course = Course::of(tx, reach, wanted, now).await?;
    let theirs = course.as_ref().map(Course::holder);
    if let Some(holder) = wanted.holder.as_ref().or(theirs) {
        store::hold_person(tx, holder).await?;
    }
    let mut held = hold(tx, reach, wanted.space, now).await?;
    let before = held.series.record();
    let shift = Shift::of(tx, &held, wanted).await?;
    let mut done = Done::default();
    if shift.is_none() && course.is_none() {
        say_of_all(tx, &mut held.ahead, (wanted, &mut done), now).await?;
    } else {
        let how = (shift.as_ref(), course, wanted, reach.may_be_late);
        turn(tx, maker, (&mut held, &mut done), how, now).await?;
    }
    if !done.is_news {
        let (series, reservations) = detail(tx.conn(), held.series.id, now).await?;
        return Ok(Changed {
            series,
            reservations,
            changed: 0,
            kept: Vec::new(),
            outcomes: Vec::new(),
        });
    }
    must_not_have_too_many(tx, &held, wanted).await?;
    store::series::update(tx, &held.series, now).await?;
    let said = ("updated", wanted.reason.as_deref());
    ended(tx, maker, (held, done, before), said, now).await
}

/// Gives what lies ahead of a series another bay or time, or another rule, or both. What came before stays
/// with the series, and what is changed is one of its own then.
async fn turn(
    tx: &mut TenantTx,
    maker: &Maker,
    (held, done): (&mut Held, &mut Done),
    (shift, course, wanted, may_be_late): (Option<&Shift>, Option<Course>, &SeriesChange, bool),
    now: DateTime<Utc>,
) -> Result<(), ReservationError> {
    done.is_news = true;
    let stand = match &course {
        Some(course) => Some(course.meet(tx, (&*held, shift), now).await?),
        None => None,
    };
    let mut strays = held.take_strays(now);
    say_of_all(tx, &mut strays, (wanted, &mut *done), now).await?;
    // Before any of the later ones is elsewhere, or it is one of the earlier.
    let from = course.as_ref().and_then(Course::begins);
    if course.as_ref().is_none_or(|course| !course.is_whole) {
        held.series = cut_off(tx, (&*held, maker), from, now).await?;
    }
    if let Some(course) = &course {
        let how = (wanted, may_be_late);
        course.leave(tx, (&mut *held, &mut *done), how, now).await?;
    }
    if let Some(shift) = shift {
        let how = (shift, wanted, may_be_late);
        shift_all(tx, (&mut *held, &mut *done), how, now).await?;
    } else {
        say_of_all(tx, &mut held.ahead, (wanted, &mut *done), now).await?;
    }
    if let Some((course, stand)) = course.zip(stand) {
        course
            .take(tx, maker, (held, done), (wanted, stand), now)
            .await?;
    }
    Ok(())
}

impl SeriesChange {
    /// Whether it is about where they are or when.
    pub(super) fn moves(&self) -> bool {
        self.space.is_some() || self.start.is_some() || self.length.is_some()
    }

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
    /// Whether there is anything to tell of the series.
    is_news: bool,
    /// Those that became something else.
    pub(super) changed: Vec<Uuid>,
    /// Those that were called off.
    pub(super) cancelled: Vec<Uuid>,
    /// Why.
    pub(super) reason: Option<String>,
    /// Those that were not there before.
    pub(super) booked: Vec<Uuid>,
    /// Those that stay as they were.
    pub(super) kept: Vec<Judged>,
    /// What became of each by another rule.
    pub(super) outcomes: Vec<Outcome>,
}

impl Done {
    /// How many reservations something became of.
    pub(super) fn count(&self) -> usize {
        self.changed.len() + self.cancelled.len() + self.booked.len()
    }

    /// Notes what becomes of an occurrence by another rule.
    pub(super) fn becomes(&mut self, fate: Fate, of: Judged) {
        self.outcomes.push(Outcome { fate, of });
    }

    /// Calls an occurrence off.
    pub(super) async fn cancel(
        &mut self,
        tx: &mut TenantTx,
        one: &mut Reservation,
        now: DateTime<Utc>,
    ) -> Result<(), ReservationError> {
        one.booking.status = Status::Cancelled;
        one.cancel_reason.clone_from(&self.reason);
        store::turn(tx.conn(), one, now).await?;
        self.cancelled.push(one.booking.id);
        Ok(())
    }

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
        self.is_news = true;
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

impl Held {
    /// The terms by which it is too late to call an occurrence off, for whom they bind.
    pub(super) fn late(&self, one: &Reservation, now: DateTime<Utc>) -> Option<&Terms> {
        let terms = self.bays.get(&one.space.0).map(|bay| &bay.terms);
        let is_agreed = one.booking.status == Status::Confirmed;
        terms.filter(|terms| is_agreed && terms.is_late_to_cancel(one.booking.slot, now))
    }
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
    let became = [
        (
            "cancelled",
            done.cancelled.as_slice(),
            done.reason.as_deref(),
        ),
        ("updated", done.changed.as_slice(), None),
        ("created", done.booked.as_slice(), None),
    ];
    let said = (held.series.id, verb, reason);
    let (series, reservations) = told(tx, maker, said, &became, now).await?;
    let mut new = series.record();
    new["changed"] = serde_json::json!(done.count());
    let values = audit::difference(&before, &new);
    log(tx, maker, (&series, verb), values, reason, now).await?;
    Ok(Changed {
        series,
        reservations,
        changed: done.count(),
        kept: done.kept,
        outcomes: done.outcomes,
    })
}
