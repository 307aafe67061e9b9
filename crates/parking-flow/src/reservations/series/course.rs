//! Giving series another rule: which of its days go, and which come.
//!
//! What lies on a day of both rules keeps its reservation. What somebody gave another time or bay by itself
//! stays where it is, and what somebody has checked in to stays as well, whatever the rule; a day on which
//! the reservation was called off by itself, or that was left out on purpose, stays without one as long as
//! the rule has it. Days that nobody could have before are asked for again. What is over is never touched.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use parking_db::TenantTx;
use parking_domain::recurrence::{Hours, Occurrence, Rule, RuleError, day_of};
use parking_domain::reservations::Slot;
use parking_estate::Maker;
use uuid::Uuid;

use super::change::{Done, Held, Reach, SeriesChange, judged};
use super::judge::{Judged, Verdict, clocked, judge};
use super::shift::Shift;
use super::stand::{Stand, usual};
use super::{Exception, Series, SeriesDraft, reserve_all};
use crate::reservations::store::{self, HeldBay};
use crate::reservations::{Holder, Reservation, ReservationError};

/// Why those are called off that a rule does not have, unless somebody says why.
const NOT_IN_RULE: &str = "not in the rule of the series any more";

/// What another rule makes of an occurrence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Its reservation is what it was.
    Kept,
    /// Its reservation has another bay, time or holder.
    Changed,
    /// It is reserved, and was not before.
    New,
    /// Its reservation is called off.
    Removed,
    /// Nobody reserves it.
    LeftOut,
}

/// An occurrence of the old rule or the other one, and what becomes of it.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// What.
    pub fate: Fate,
    /// Which it is; and why, where it is not as it was to be.
    pub of: Judged,
}

/// The way that a series is to take by another rule.
pub(super) struct Course {
    /// The version of the series that it was worked out for.
    version: i64,
    /// Whose reservations it adds to.
    holder: Holder,
    place: Shift,
    rule: Rule,
    /// The first day on which it may decide.
    since: NaiveDate,
    /// All that lies ahead by it.
    occurrences: Vec<Occurrence>,
    /// The days of the rule before.
    known: BTreeSet<NaiveDate>,
    /// Whether it tells what came before as well, so that the series stays one.
    pub(super) is_whole: bool,
}

impl Course {
    /// What is wanted, unless the rule has the same days. Before anything is held: a rule may be slow to
    /// work out.
    pub(super) async fn of(
        tx: &mut TenantTx,
        reach: Reach<'_>,
        wanted: &SeriesChange,
        now: DateTime<Utc>,
    ) -> Result<Option<Self>, ReservationError> {
        let Some(rule) = &wanted.rule else {
            return Ok(None);
        };
        let series = store::series::find(tx.conn(), reach.series, now).await?;
        let series = series.ok_or(ReservationError::Absent)?;
        let ahead = store::series::ahead(tx.conn(), (series.id, reach.from), now).await?;
        let usual = usual(&ahead).ok_or(ReservationError::SeriesOver)?;
        let place = Shift::wanted(tx, &series, wanted).await?;
        let terms = store::terms_of_bay(tx, place.bay).await?;
        let (zone, since) = (place.zone(), since(&series, reach.from));
        let begins_so = since == day_of(series.slot.start, series.zone());
        let first = if begins_so && place.is_there(&series) {
            series.slot
        } else {
            place.hours.on(since, zone)
        };
        let all = rule.occurrences(first, zone, (now, terms.lead_max_days))?;
        let ahead = all.into_iter().filter(|one| one.slot.start > now);
        let occurrences: Vec<Occurrence> = ahead.collect();
        let last = occurrences.last().ok_or(RuleError::Never)?.slot.start;
        let days: BTreeSet<NaiveDate> = occurrences.iter().map(|one| one.date).collect();
        // What was written down was a rule. Of one that ended before it began there are no days.
        let known = Rule::parse(&series.rule);
        let known = known.and_then(|known| known.days_of(series.slot, series.zone()));
        let known = known.unwrap_or_default();
        let decides = |day: &NaiveDate| *day >= since && place.hours.on(*day, zone).start > now;
        let (later, earlier): (BTreeSet<_>, BTreeSet<_>) = known.iter().copied().partition(decides);
        if later == days {
            return Ok(None);
        }
        let rule = if begins_so {
            rule.clone()
        } else {
            rule.ending_at(last)
        };
        let whole: BTreeSet<NaiveDate> = earlier.union(&days).copied().collect();
        let told = rule.days_of(series.slot, series.zone());
        let is_whole = place.is_there(&series) && told == Ok(whole);
        Ok(Some(Self {
            version: series.version,
            holder: usual.holder.clone(),
            rule: if is_whole { rule } else { rule.ending_at(last) },
            place,
            since,
            occurrences,
            known,
            is_whole,
        }))
    }

    /// Whose reservations it adds to.
    pub(super) fn holder(&self) -> &Holder {
        &self.holder
    }

    /// The first day that it has.
    pub(super) fn begins(&self) -> Option<NaiveDate> {
        self.occurrences.first().map(|one| one.date)
    }

    /// How the series stands that is held; refused where it is not the one that this was worked out for.
    pub(super) async fn meet(
        &self,
        tx: &mut TenantTx,
        (held, shift): (&Held, Option<&Shift>),
        now: DateTime<Utc>,
    ) -> Result<Stand, ReservationError> {
        let usual = usual(&held.ahead);
        let is_theirs = usual.is_some_and(|one| one.holder.key() == self.holder.key());
        let is_there = shift.is_none_or(|shift| *shift == self.place);
        if self.version != held.series.version || !is_theirs || !is_there {
            return Err(ReservationError::Moved);
        }
        Stand::of(tx, held, (&self.known, self.since), now).await
    }

    /// Calls off what lies ahead on no day of the rule. What is too near for that stays, where the series
    /// does not have it any more.
    pub(super) async fn leave(
        &self,
        tx: &mut TenantTx,
        (held, done): (&mut Held, &mut Done),
        (wanted, may_be_late): (&SeriesChange, bool),
        now: DateTime<Utc>,
    ) -> Result<(), ReservationError> {
        let zone = held.series.zone();
        let days: BTreeSet<NaiveDate> = self.occurrences.iter().map(|one| one.date).collect();
        let stays = |one: &Reservation| {
            one.recurs
                .is_none_or(|at| at.is_detached || days.contains(&day_of(at.at, zone)))
        };
        let (stay, go): (Vec<_>, Vec<_>) = held.ahead.drain(..).partition(stays);
        held.ahead = stay;
        let reason = wanted.reason.as_deref().unwrap_or(NOT_IN_RULE);
        done.reason = Some(reason.to_owned());
        let mut late = Vec::new();
        for mut one in go {
            let slot = one.booking.slot;
            if !may_be_late && held.late(&one, now).is_some() {
                let of = judged(&one, slot, Verdict::TooLate);
                done.kept.push(of.clone());
                done.becomes(Fate::Kept, of);
                late.extend(one.recurs.map(|recurs| (one.booking.id, recurs.at, true)));
                continue;
            }
            done.cancel(tx, &mut one, now).await?;
            done.becomes(Fate::Removed, judged(&one, slot, Verdict::Free));
        }
        store::series::place(tx, &late).await?;
        Ok(())
    }

    /// Reserves the days that the series did not have, each that can be had, and says of the series what it
    /// is now.
    pub(super) async fn take(
        &self,
        tx: &mut TenantTx,
        maker: &Maker,
        (held, done): (&mut Held, &mut Done),
        (wanted, stand): (&SeriesChange, Stand),
        now: DateTime<Utc>,
    ) -> Result<(), ReservationError> {
        let bay = held.bays.get(&self.place.bay);
        let bay = bay.ok_or(ReservationError::Absent)?;
        let draft = self.draft(wanted, &stand);
        let open = self.occurrences.iter().copied();
        let open: Vec<Occurrence> = open.filter(|one| stand.is_open(one.date)).collect();
        let asked = open.iter().find(|one| !draft.except.contains(&one.date));
        self.must_be_sound(bay, asked, now)?;
        let all = judge(tx, (bay.id, &bay.terms), (&draft, open)).await?;
        self.must_be_had((&all, &stand), (&*held, &*done), wanted.skips)?;
        let of = (held.series.id, bay);
        let booked = reserve_all(tx, of, (&draft, maker.name.as_str()), &all, now).await?;
        self.describe(&mut held.series, &all, now);
        self.tell(held, done, (&stand, &all, &booked));
        done.booked = booked;
        Ok(())
    }

    /// What others are to be like.
    fn draft(&self, wanted: &SeriesChange, stand: &Stand) -> SeriesDraft {
        let usual = stand.usual.as_ref();
        let theirs = || usual.map_or_else(Holder::default, |one| one.holder.clone());
        let noted = || usual.and_then(|one| one.notes.clone());
        let excluded = stand.left_out.iter().filter(|(_, is_wanted)| **is_wanted);
        SeriesDraft {
            space: self.place.bay,
            first: self.slot(),
            rule: self.rule.clone(),
            except: excluded.map(|(day, _)| *day).collect(),
            skips: wanted.skips,
            holder: wanted.holder.clone().unwrap_or_else(theirs),
            notes: wanted.notes.clone().unwrap_or_else(noted),
        }
    }

    /// The slot that the rule repeats, if it does not tell what came before. Of a day on which the clocks
    /// jump the hours cannot be read back.
    fn slot(&self) -> Slot {
        let (zone, hours) = (self.place.zone(), self.place.hours);
        let mut slots = self.occurrences.iter().map(|one| one.slot);
        let is_shown = |slot: &Slot| Hours::of(*slot, zone) == hours;
        let first = slots.clone().find(is_shown).or_else(|| slots.next());
        // There is at least one.
        first.unwrap_or_else(|| hours.on(self.since, zone))
    }

    /// Refuses what cannot be reserved at all, where something is to be.
    fn must_be_sound(
        &self,
        bay: &HeldBay,
        asked: Option<&Occurrence>,
        now: DateTime<Utc>,
    ) -> Result<(), ReservationError> {
        let Some(asked) = asked else {
            return Ok(());
        };
        if !bay.is_living {
            return Err(ReservationError::Absent);
        }
        if !bay.is_reservable {
            return Err(ReservationError::NotReservable);
        }
        let slot = clocked(asked.slot.start, self.place.hours.length);
        Ok(bay.terms.check(slot, None, now)?)
    }

    /// Refuses what cannot be had or called off: anything at all unless that may be left, and then a change
    /// that changes nothing. What nobody could have before is no reason.
    fn must_be_had(
        &self,
        (all, stand): (&[Judged], &Stand),
        (held, done): (&Held, &Done),
        skips: bool,
    ) -> Result<(), ReservationError> {
        let zone = self.place.zone();
        let is_known = |slot: Slot| stand.left_out.contains_key(&day_of(slot.start, zone));
        let clashes = all.iter().filter(|one| one.verdict.is_clash());
        let clashes = clashes.map(|one| one.slot).filter(|slot| !is_known(*slot));
        let clashes: Vec<Slot> = done
            .kept
            .iter()
            .map(|one| one.slot)
            .chain(clashes)
            .collect();
        let free = all.iter().filter(|one| one.verdict == Verdict::Free);
        let (free, of) = (free.count(), self.occurrences.len());
        let is_vain = done.count() + free == 0;
        if !clashes.is_empty() && (is_vain || !skips) {
            return Err(ReservationError::Clashes { clashes, of });
        }
        let has_some = free > 0 || !held.ahead.is_empty();
        if has_some || !stand.fixed.is_empty() || !done.kept.is_empty() {
            return Ok(());
        }
        Err(RuleError::Never.into())
    }

    /// Says of a series by which rule it is now, and what of that nobody has.
    fn describe(&self, series: &mut Series, all: &[Judged], now: DateTime<Utc>) {
        let zone = self.place.zone();
        series.rule = self.rule.to_string();
        if !self.is_whole {
            series.slot = self.slot();
        }
        let decides =
            |one: &Exception| one.start_time > now && day_of(one.start_time, zone) >= self.since;
        series.exceptions.retain(|one| !decides(one));
        let left_out = all.iter().filter(|one| one.verdict != Verdict::Free);
        series.exceptions.extend(left_out.map(Exception::of));
        series.exceptions.sort_by_key(|one| one.start_time);
    }

    /// Tells what became of each that was not called off.
    fn tell(
        &self,
        held: &Held,
        done: &mut Done,
        (stand, all, booked): (&Stand, &[Judged], &[Uuid]),
    ) {
        for one in &held.ahead {
            let id = one.booking.id;
            let kept = done.kept.iter().find(|kept| kept.reservation == Some(id));
            let of = kept.cloned();
            let of = of.unwrap_or_else(|| judged(one, one.booking.slot, Verdict::Free));
            let is_changed = done.changed.contains(&id);
            done.becomes(
                if is_changed {
                    Fate::Changed
                } else {
                    Fate::Kept
                },
                of,
            );
        }
        for one in &stand.fixed {
            done.becomes(Fate::Kept, one.clone());
        }
        let all_days = self.occurrences.iter();
        for one in all_days.filter(|one| stand.off.contains(&one.date)) {
            done.becomes(
                Fate::LeftOut,
                Judged {
                    reservation: None,
                    slot: one.slot,
                    verdict: Verdict::Excluded,
                },
            );
        }
        let mut booked = booked.iter();
        for one in all {
            let mut of = one.clone();
            let fate = if of.verdict == Verdict::Free {
                of.reservation = booked.next().copied();
                Fate::New
            } else {
                Fate::LeftOut
            };
            done.becomes(fate, of);
        }
        done.outcomes.sort_by_key(|one| one.of.slot.start);
    }
}

/// The first day of a series on which an occurrence would start at an instant or later.
fn since(series: &Series, from: Option<DateTime<Utc>>) -> NaiveDate {
    let zone = series.zone();
    let begun = day_of(series.slot.start, zone);
    let Some(from) = from else {
        return begun;
    };
    let day = day_of(from, zone);
    let start = if day == begun {
        series.slot.start
    } else {
        Hours::of(series.slot, zone).on(day, zone).start
    };
    let next = day.succ_opt().filter(|_| start < from);
    next.unwrap_or(day).max(begun)
}
