//! Cutting series in two, and ending them, so that each rule tells what is.

use chrono::{DateTime, NaiveDate, Utc};
use parking_db::TenantTx;
use parking_domain::ids::fresh;
use parking_domain::recurrence::{Rule, day_begins, day_of};
use parking_estate::Maker;

use super::change::Held;
use super::{Exception, Series};
use crate::reservations::ReservationError;
use crate::reservations::store;

/// The series of what lies ahead, and of what begins on a day: a new one, if there were earlier
/// occurrences, which stay in the old.
pub(super) async fn cut_off(
    tx: &mut TenantTx,
    (held, maker): (&Held, &Maker),
    begins: Option<NaiveDate>,
    now: DateTime<Utc>,
) -> Result<Series, ReservationError> {
    let old = held.series.clone();
    let first = held.ahead.first().and_then(|one| one.recurs);
    let first = first.map(|recurs| day_of(recurs.at, old.zone()));
    let first = first.into_iter().chain(begins).min();
    // The series has one occurrence a day at most.
    let first = first.unwrap_or_else(|| day_of(now, old.zone()));
    let until = day_begins(first, old.zone());
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
