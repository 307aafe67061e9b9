//! What recurs: a rule of RFC 5545, told by the clocks of one place.
//!
//! The rule is worked out on the clock on the wall, which knows no switch to summer time, and each
//! reading becomes an instant afterwards. A reading that the clocks jump over is taken as if they had
//! not jumped yet, one that comes twice is its first (RFC 5545, 3.3.5). An end is a reading of the
//! clock as well: from 22:00 until 06:00 stays that in every night, and a day is a day of 23, 24 or 25
//! hours. Only what ends recurs here, a bounded number of times, not more than once a day, and no later
//! than anybody plans: nobody looks for it beyond.

mod clocks;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use chrono::{
    DateTime, Datelike as _, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone as _,
    Timelike as _, Utc,
};
use rrule::{Frequency, RRule, RRuleSet, Tz, Unvalidated};
use thiserror::Error;

use crate::places::TimeZone;
use crate::reservations::{SHORTEST, Slot};
pub use clocks::{day_begins, day_of};
use clocks::{instant, reading};

/// The most times that something recurs: once a day for a year, and on the day it began.
pub const OCCURRENCES_MAX: usize = 367;

/// The longest text of a rule.
pub const RULE_MAX: usize = 500;

/// The longest that each occurrence lasts.
pub const LONGEST: TimeDelta = TimeDelta::days(7);

/// The parts of a rule, as RFC 5545 names them, and no others.
const PARTS: [&str; 14] = [
    "FREQ",
    "UNTIL",
    "COUNT",
    "INTERVAL",
    "BYSECOND",
    "BYMINUTE",
    "BYHOUR",
    "BYDAY",
    "BYMONTHDAY",
    "BYYEARDAY",
    "BYWEEKNO",
    "BYMONTH",
    "BYSETPOS",
    "WKST",
];

const WEEKDAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

/// Rules that were kept are not worked out further than this after they begin: whoever extends one each year
/// ends it some day.
const KEPT: TimeDelta = TimeDelta::days(20 * 366);

/// After so many years the calendar is the same again, to the day of the week.
const CYCLE: i32 = 400;

/// The last year in which a rule begins to be worked out. The search for a day that never comes ends with
/// the year 10000, so that it is soon given up from there, and takes a hundred times as long from today.
const LAST_YEAR: i32 = 9_990;

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
    /// It goes on later than anybody plans.
    #[error("must end within the next {0} days")]
    TooFarAhead(i32),
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
                PARTS.contains(name) && !value.is_empty() && value.chars().all(is_plain)
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
        match (rule.part("COUNT"), rule.part("UNTIL")) {
            (None, None) => return Err(RuleError::Endless),
            (Some(_), Some(_)) => {
                let why = "COUNT and UNTIL exclude each other";
                return Err(RuleError::Syntax(why.to_owned()));
            }
            _ => rule.check_days()?,
        }
        Ok(rule)
    }

    /// Whether each day of the week is one, and is counted only where there is something to count it in.
    fn check_days(&self) -> Result<(), RuleError> {
        let Some(days) = self.part("BYDAY") else {
            return Ok(());
        };
        let most = match self.part("FREQ") {
            Some("MONTHLY") => 5,
            Some("YEARLY") if self.part("BYWEEKNO").is_none() => 53,
            _ => 0,
        };
        let mut has_counted = BTreeSet::new();
        for day in days.split(',') {
            let (number, name) = day.split_at(day.len().saturating_sub(2));
            let digits = number.strip_prefix(['+', '-']).unwrap_or(number);
            let is_counted = digits.bytes().all(|byte| byte.is_ascii_digit())
                && digits.len() <= 2
                && digits
                    .parse()
                    .is_ok_and(|nth: u8| (1..=most).contains(&nth));
            let is_day = WEEKDAYS.contains(&name) && (number.is_empty() || is_counted);
            if !is_day {
                return Err(RuleError::Syntax(format!("{day:?} is no day for BYDAY")));
            }
            has_counted.insert(is_counted);
        }
        if has_counted.len() > 1 {
            let why = "BYDAY has days with and without a number";
            return Err(RuleError::Syntax(why.to_owned()));
        }
        Ok(())
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

    /// Every time that what starts and ends like `first` recurs, which is all within the next `days`;
    /// `first` itself is one if it fits the rule.
    pub fn occurrences(
        &self,
        first: Slot,
        zone: TimeZone,
        (now, days): (DateTime<Utc>, i32),
    ) -> Result<Vec<Occurrence>, RuleError> {
        let hours = Hours::of(first, zone).check()?;
        // Rules know no fractions of a second.
        let from = reading(first.start, zone);
        let from = from.with_nanosecond(0).unwrap_or(from);
        let (latest, late) = (
            now + TimeDelta::days(days.into()),
            RuleError::TooFarAhead(days),
        );
        // An end that is a day lasts until it is over.
        let limit = reading(latest, zone) + TimeDelta::days(1);
        let until = self.part("UNTIL").map(|typed| until(typed, zone));
        let until = until.transpose()?;
        if limit < from || until.is_some_and(|until| limit < until) {
            return Err(late);
        }
        let (found, is_whole) = self.days(from, until.unwrap_or(limit))?;
        let occurrences = found.into_iter().map(|date| Occurrence {
            date,
            // The clocks may show its start twice, and then it is the one that was given.
            slot: if date == from.date() {
                first
            } else {
                hours.on(date, zone)
            },
        });
        let occurrences: Vec<Occurrence> = occurrences.collect();
        match occurrences.last() {
            None => Err(RuleError::Never),
            Some(last) if !is_whole || last.slot.start > latest => Err(late),
            Some(_) => Ok(occurrences),
        }
    }

    /// The days on which what starts like `first` recurs, whenever that is: of a rule that is kept, not of one
    /// that somebody asks for.
    pub fn days_of(&self, first: Slot, zone: TimeZone) -> Result<BTreeSet<NaiveDate>, RuleError> {
        let from = reading(first.start, zone);
        let from = from.with_nanosecond(0).unwrap_or(from);
        let until = self.part("UNTIL").map(|typed| until(typed, zone));
        let limit = from + KEPT;
        let until = until.transpose()?.map_or(limit, |until| until.min(limit));
        Ok(self.days(from, until)?.0)
    }

    /// The days of the rule from one reading of the clock until another, and whether they are all that it
    /// counts.
    fn days(
        &self,
        from: NaiveDateTime,
        until: NaiveDateTime,
    ) -> Result<(BTreeSet<NaiveDate>, bool), RuleError> {
        let later = (LAST_YEAR - from.year()).div_euclid(CYCLE) * CYCLE;
        let shifted = |at: NaiveDateTime, years: i32| at.with_year(at.year() + years);
        let (Some(from), Some(until)) = (shifted(from, later), shifted(until, later)) else {
            return Err(RuleError::Never);
        };
        if until < from {
            return Err(RuleError::Never);
        }
        let rule = self.floating(until)?;
        if !matches!(
            rule.get_freq(),
            Frequency::Daily | Frequency::Weekly | Frequency::Monthly | Frequency::Yearly
        ) {
            return Err(RuleError::WithinDays);
        }
        let count = rule.get_count().map(|count| count as usize);
        if count.is_some_and(|count| count > OCCURRENCES_MAX) {
            return Err(RuleError::TooMany);
        }
        let from = Tz::UTC.from_utc_datetime(&from);
        let rule = rule.validate(from);
        let rule = rule.map_err(|error| RuleError::Syntax(error.to_string()))?;
        let limit = u16::try_from(OCCURRENCES_MAX + 1).unwrap_or(u16::MAX);
        let found = RRuleSet::new(from).rrule(rule).all(limit).dates;
        if found.len() > OCCURRENCES_MAX {
            return Err(RuleError::TooMany);
        }
        let is_whole = count.is_none_or(|count| found.len() >= count);
        let days = found.iter().map(chrono::DateTime::naive_utc);
        let days = days.filter_map(|at| shifted(at, -later));
        Ok((days.map(|at| at.date()).collect(), is_whole))
    }

    /// The rule on the clock on the wall, as far as it is looked for.
    fn floating(&self, until: NaiveDateTime) -> Result<RRule<Unvalidated>, RuleError> {
        let parts = self.0.iter().filter(|(name, _)| name != "UNTIL");
        let mut parts: Vec<String> = parts
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        parts.push(format!("UNTIL={}Z", until.format("%Y%m%dT%H%M%S")));
        let rule = parts.join(";").parse::<RRule<Unvalidated>>();
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
fn until(typed: &str, zone: TimeZone) -> Result<NaiveDateTime, RuleError> {
    let wrong = || RuleError::Syntax("UNTIL must be a day or an instant".to_owned());
    // With a sign a year may have more digits than anybody can reckon with.
    if !typed.starts_with(|c: char| c.is_ascii_digit()) {
        return Err(wrong());
    }
    let at = |text: &str| NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%M%S").ok();
    let local = if let Some(utc) = typed.strip_suffix('Z') {
        at(utc).map(|at| reading(at.and_utc(), zone))
    } else {
        let day = NaiveDate::parse_from_str(typed, "%Y%m%d").ok();
        let day = day.and_then(|day| day.and_hms_opt(23, 59, 59));
        at(typed).or(day)
    };
    local.ok_or_else(wrong)
}
