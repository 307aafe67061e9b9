//! What recurs: a rule of RFC 5545, told by the clocks of one place.
//!
//! The rule is worked out on the clock on the wall, which knows no switch to summer time, and each
//! reading becomes an instant afterwards. A reading that the clocks jump over is taken as if they had
//! not jumped yet, one that comes twice is its first (RFC 5545, 3.3.5). An end is a reading of the
//! clock as well: from 22:00 until 06:00 stays that in every night, and a day is a day of 23, 24 or 25
//! hours. Only what ends recurs here, a bounded number of times, and not more than once a day.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone as _, Utc};
use rrule::{Frequency, RRule, RRuleSet, Tz, Unvalidated};
use thiserror::Error;

use crate::places::TimeZone;
use crate::reservations::{SHORTEST, Slot};

/// The most times that something recurs: once a day for a year, and on the day it began.
pub const OCCURRENCES_MAX: usize = 367;

/// The longest text of a rule.
pub const RULE_MAX: usize = 500;

/// The longest that each occurrence lasts.
pub const LONGEST: TimeDelta = TimeDelta::days(7);

/// Why something cannot recur so.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RuleError {
    /// It is no rule.
    #[error("must be a rule as RFC 5545 has it, such as FREQ=WEEKLY;BYDAY=MO,TU;COUNT=10: {0}")]
    Syntax(String),
    /// It is longer than any that is meant.
    #[error("must have at most {RULE_MAX} characters")]
    TooLong,
    /// It recurs within a day.
    #[error("must recur daily, weekly, monthly or yearly, once a day at most")]
    WithinDays,
    /// It never ends.
    #[error("must end: give COUNT or UNTIL")]
    Endless,
    /// It recurs more often than is kept.
    #[error("must not recur more than {OCCURRENCES_MAX} times")]
    TooMany,
    /// It never happens.
    #[error("must happen at least once")]
    Never,
    /// What recurs ends before it starts, or lasts too long.
    #[error(
        "must lie at least 5 minutes and at most 7 days after the start, by the clocks of the site"
    )]
    Length,
}

impl RuleError {
    /// Which field of a request is not right.
    pub fn field(&self) -> &'static str {
        match self {
            Self::Length => "end_time",
            _ => "rule",
        }
    }
}

/// One time that something recurs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Occurrence {
    /// The day on which it starts, where it happens.
    pub date: NaiveDate,
    /// From when until when.
    pub slot: Slot,
}

/// At which time of the day something recurs and how long it lasts, by the clock on the wall.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hours {
    /// When it starts.
    pub start: NaiveTime,
    /// How much later the clock shows at its end.
    pub length: TimeDelta,
}

impl Hours {
    /// Those of a slot.
    pub fn of(slot: Slot, zone: TimeZone) -> Self {
        let (start, end) = (reading(slot.start, zone), reading(slot.end, zone));
        Self {
            start: start.time(),
            length: end - start,
        }
    }

    /// From when until when it is on a day.
    pub fn on(self, date: NaiveDate, zone: TimeZone) -> Slot {
        let from = date.and_time(self.start);
        let (start, is_jumped_over) = instant(from, zone);
        let (end, _) = instant(from + self.length, zone);
        // Where the clocks jump over the start, they would swallow the time until the end as well; and
        // where they go back between the two, the end would lie before the start.
        let end = if is_jumped_over || end <= start {
            start + self.length
        } else {
            end
        };
        Slot { start, end }
    }

    fn check(self) -> Result<Self, RuleError> {
        if (SHORTEST..=LONGEST).contains(&self.length) {
            Ok(self)
        } else {
            Err(RuleError::Length)
        }
    }
}

/// A rule that can be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule(Vec<(String, String)>);

impl Rule {
    /// Reads a rule.
    pub fn parse(typed: &str) -> Result<Self, RuleError> {
        if typed.chars().count() > RULE_MAX {
            return Err(RuleError::TooLong);
        }
        let typed = typed.trim().to_ascii_uppercase();
        let typed = typed.strip_prefix("RRULE:").unwrap_or(&typed);
        let mut parts: Vec<(String, String)> = Vec::new();
        for part in typed.split(';').filter(|part| !part.is_empty()) {
            let known = part.split_once('=').filter(|(name, value)| {
                let is_plain = |c: char| c.is_ascii_alphanumeric() || "+-,".contains(c);
                !name.is_empty() && !value.is_empty() && value.chars().all(is_plain)
            });
            let Some((name, value)) = known else {
                return Err(RuleError::Syntax(format!("{part:?} is no part of one")));
            };
            if parts.iter().any(|(other, _)| other == name) {
                return Err(RuleError::Syntax(format!("{name} is given twice")));
            }
            parts.push((name.to_owned(), value.to_owned()));
        }
        let rule = Self(parts);
        if ["BYHOUR", "BYMINUTE", "BYSECOND"]
            .iter()
            .any(|part| rule.part(part).is_some())
        {
            return Err(RuleError::WithinDays);
        }
        if rule.part("COUNT").is_none() && rule.part("UNTIL").is_none() {
            return Err(RuleError::Endless);
        }
        Ok(rule)
    }

    fn part(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(other, _)| other == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The same rule, that ends with the occurrence that starts at this instant.
    #[must_use]
    pub fn ending_at(&self, last: DateTime<Utc>) -> Self {
        let mut parts = self.0.clone();
        parts.retain(|(name, _)| name != "COUNT" && name != "UNTIL");
        parts.push((
            "UNTIL".to_owned(),
            last.format("%Y%m%dT%H%M%SZ").to_string(),
        ));
        Self(parts)
    }

    /// Every time that what starts and ends like `first` recurs; `first` itself is one if it fits the rule.
    pub fn occurrences(&self, first: Slot, zone: TimeZone) -> Result<Vec<Occurrence>, RuleError> {
        let hours = Hours::of(first, zone).check()?;
        let from = reading(first.start, zone);
        let floating = Tz::UTC.from_utc_datetime(&from);
        let rule = self.floating(zone)?;
        if !matches!(
            rule.get_freq(),
            Frequency::Daily | Frequency::Weekly | Frequency::Monthly | Frequency::Yearly
        ) {
            return Err(RuleError::WithinDays);
        }
        if rule
            .get_count()
            .is_some_and(|count| count as usize > OCCURRENCES_MAX)
        {
            return Err(RuleError::TooMany);
        }
        let rule = rule.validate(floating);
        let rule = rule.map_err(|error| RuleError::Syntax(error.to_string()))?;
        let limit = u16::try_from(OCCURRENCES_MAX + 1).unwrap_or(u16::MAX);
        let found = RRuleSet::new(floating).rrule(rule).all(limit).dates;
        if found.len() > OCCURRENCES_MAX {
            return Err(RuleError::TooMany);
        }
        let days: BTreeSet<NaiveDate> = found.iter().map(|at| at.naive_utc().date()).collect();
        if days.is_empty() {
            return Err(RuleError::Never);
        }
        let occurrences = days.into_iter().map(|date| Occurrence {
            date,
            // The clocks may show its start twice, and then it is the one that was given.
            slot: if date == from.date() {
                first
            } else {
                hours.on(date, zone)
            },
        });
        Ok(occurrences.collect())
    }

    /// The rule on the clock on the wall, whose end is told by that clock as well.
    fn floating(&self, zone: TimeZone) -> Result<RRule<Unvalidated>, RuleError> {
        let parts = self.0.iter().map(|(name, value)| {
            if name == "UNTIL" {
                return Ok(format!("UNTIL={}", until(value, zone)?));
            }
            Ok(format!("{name}={value}"))
        });
        let text = parts.collect::<Result<Vec<_>, RuleError>>()?.join(";");
        let rule = text.parse::<RRule<Unvalidated>>();
        rule.map_err(|error| RuleError::Syntax(error.to_string()))
    }
}

impl std::fmt::Display for Rule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let parts: Vec<String> = self
            .0
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        f.write_str(&parts.join(";"))
    }
}

/// The last reading of the clock that is meant: a day is meant until its end.
fn until(typed: &str, zone: TimeZone) -> Result<String, RuleError> {
    let local = if let Some(utc) = typed.strip_suffix('Z') {
        let at = NaiveDateTime::parse_from_str(utc, "%Y%m%dT%H%M%S").ok();
        at.map(|at| reading(at.and_utc(), zone))
    } else {
        let at = NaiveDateTime::parse_from_str(typed, "%Y%m%dT%H%M%S").ok();
        let day = || {
            NaiveDate::parse_from_str(typed, "%Y%m%d")
                .ok()?
                .and_hms_opt(23, 59, 59)
        };
        at.or_else(day)
    };
    let wrong = || RuleError::Syntax("UNTIL must be a day or an instant".to_owned());
    let local = local.ok_or_else(wrong)?;
    Ok(format!("{}Z", local.format("%Y%m%dT%H%M%S")))
}

/// What the clocks of a zone show at an instant.
fn reading(at: DateTime<Utc>, zone: TimeZone) -> NaiveDateTime {
    at.with_timezone(&zone.tz()).naive_local()
}

/// When the clocks of a zone show this first, and whether they jump over it: then it is when they would
/// have shown it.
fn instant(local: NaiveDateTime, zone: TimeZone) -> (DateTime<Utc>, bool) {
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
