//! Instants, and what the clocks of a place show then.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone as _, Utc};

use crate::places::TimeZone;

/// What the clocks of a zone show at an instant.
pub(super) fn reading(at: DateTime<Utc>, zone: TimeZone) -> NaiveDateTime {
    at.with_timezone(&zone.tz()).naive_local()
}

/// When the clocks of a zone show this first, and whether they jump over it: then it is when they would
/// have shown it.
pub(super) fn instant(local: NaiveDateTime, zone: TimeZone) -> (DateTime<Utc>, bool) {
    if let Some(at) = zone.tz().from_local_datetime(&local).earliest() {
        return (at.with_timezone(&Utc), false);
    }
    // No jump is longer than a day, and no two are so close.
    let before = zone.tz().from_local_datetime(&(local - TimeDelta::days(1)));
    let before = before.earliest().map(|at| at.with_timezone(&Utc));
    let at = before.unwrap_or_else(|| (local - TimeDelta::days(1)).and_utc());
    (at + TimeDelta::days(1), true)
}

/// The day on which something starts, where it happens.
pub fn day_of(at: DateTime<Utc>, zone: TimeZone) -> NaiveDate {
    reading(at, zone).date()
}

/// When a day begins somewhere: where the clocks jump over midnight, when they have jumped.
pub fn day_begins(date: NaiveDate, zone: TimeZone) -> DateTime<Utc> {
    instant(date.and_time(NaiveTime::MIN), zone).0
}
