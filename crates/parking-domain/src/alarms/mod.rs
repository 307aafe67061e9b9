//! What is wrong with a device, a gateway or a bay, when it begins to be, and when it has ceased.
//!
//! Every judgement is a function of facts and of the moment. It says too when time alone may change
//! it, so that nobody has to look before. What has been raised is not cleared at the threshold that
//! raised it but at an easier one: what trembles around a threshold raises one alarm.

mod clock;
mod kinds;
#[cfg(test)]
mod tests;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

pub use clock::AlarmClock;
pub use kinds::{AlarmKind, ClearReason, Severity};

/// From when on something is wrong, as a tenant sees it. A threshold that is `None` is never reached.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Rules {
    /// How many of its heartbeats a device may stay silent.
    pub silent_factor: Option<f64>,
    /// How long a device may take, after it was put to work, to be heard for the first time.
    pub never_seen_hours: i32,
    /// The charge at which a battery is low.
    pub battery_low_percent: Option<i32>,
    /// The charge at which it is low no longer.
    pub battery_clear_percent: i32,
    /// How long a gateway may stay silent.
    pub gateway_down_minutes: Option<i32>,
    /// From how many changes within an hour on a bay flaps; it has ceased at half as many.
    pub flapping_changes_per_hour: Option<i32>,
    /// How long a bay may be free, or occupied, without a change.
    pub stuck_hours: Option<i32>,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            silent_factor: Some(2.5),
            never_seen_hours: 24,
            battery_low_percent: Some(20),
            battery_clear_percent: 30,
            gateway_down_minutes: Some(5),
            flapping_changes_per_hour: Some(20),
            stuck_hours: Some(168),
        }
    }
}

impl Rules {
    /// How long a device of this heartbeat may stay silent; without one, for ever.
    pub fn device_patience(&self, heartbeat_seconds: Option<i32>) -> Option<TimeDelta> {
        let seconds = f64::from(heartbeat_seconds?) * self.silent_factor?;
        // A heartbeat of a month and a factor of a hundred are still less than ten years.
        #[expect(
            clippy::cast_possible_truncation,
            reason = "both factors are bounded by the database"
        )]
        TimeDelta::try_milliseconds((seconds * 1_000.0) as i64)
    }

    /// How long a gateway of this heartbeat may stay silent.
    pub fn gateway_patience(&self, heartbeat_seconds: i32) -> Option<TimeDelta> {
        let minutes = TimeDelta::minutes(i64::from(self.gateway_down_minutes?));
        let heartbeats = TimeDelta::milliseconds(i64::from(heartbeat_seconds) * 2_500);
        Some(minutes.max(heartbeats))
    }

    /// How long a device may take to be heard for the first time.
    pub fn first_patience(&self) -> TimeDelta {
        TimeDelta::hours(i64::from(self.never_seen_hours))
    }
}

/// What was found when something was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What is to be done.
    pub verdict: Verdict,
    /// When time alone may change it; never, if `None`.
    pub look_again_at: Option<DateTime<Utc>>,
}

/// What is to be done about an alarm that may be open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing is wrong, and nothing was.
    Fine,
    /// Something has become wrong.
    Raise,
    /// It stays open; if it is getting better, since when.
    Hold(Option<DateTime<Utc>>),
    /// It is over.
    Clear(ClearReason),
}

impl Finding {
    /// What only a change of facts can change.
    pub fn settled(verdict: Verdict) -> Self {
        Self {
            verdict,
            look_again_at: None,
        }
    }

    fn until(verdict: Verdict, look_again_at: DateTime<Utc>) -> Self {
        Self {
            verdict,
            look_again_at: Some(look_again_at),
        }
    }
}

/// An alarm that is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Open {
    /// When it was raised.
    pub raised_at: DateTime<Utc>,
    /// Since when it has been getting better.
    pub recovering_since: Option<DateTime<Utc>>,
}

/// Something that should be heard from time to time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quiet {
    /// When it was heard last.
    pub heard_at: Option<DateTime<Utc>>,
    /// From when on its silence counts: it was put to work then.
    pub counted_from: DateTime<Utc>,
    /// How long it may stay silent.
    pub patience: TimeDelta,
    /// How long, if it never was heard.
    pub first_patience: TimeDelta,
}

impl Quiet {
    /// When its silence becomes an alarm.
    pub fn deadline(&self) -> DateTime<Utc> {
        match self.heard_at {
            Some(heard) => heard.max(self.counted_from) + self.patience,
            None => self.counted_from + self.patience.max(self.first_patience),
        }
    }
}

/// An open silence is looked at this often, though nothing happens.
const LOOK_EVERY: TimeDelta = TimeDelta::hours(1);

/// What was silent must be heard for this long to be well again, or as long as it may be silent.
const RECOVERY_MAX: TimeDelta = TimeDelta::minutes(10);

/// Judges a silence. It begins after the whole patience; it is over once the last sign of life has
/// been younger than three fifths of that for a while.
pub fn silence(quiet: &Quiet, open: Option<Open>, at: DateTime<Utc>) -> Finding {
    let deadline = quiet.deadline();
    let Some(open) = open else {
        return if at < deadline {
            Finding::until(Verdict::Fine, deadline)
        } else {
            Finding::until(Verdict::Raise, at + LOOK_EVERY)
        };
    };
    let is_fresh = (quiet.heard_at).is_some_and(|heard| at - heard <= quiet.patience * 3 / 5);
    if !is_fresh {
        return Finding::until(Verdict::Hold(None), at + LOOK_EVERY);
    }
    let since = open.recovering_since.unwrap_or(at);
    let certain_at = since + quiet.patience.min(RECOVERY_MAX);
    if at < certain_at {
        return Finding::until(Verdict::Hold(Some(since)), certain_at);
    }
    let is_heard = quiet.heard_at.is_some_and(|heard| heard > open.raised_at);
    let reason = if is_heard {
        ClearReason::Recovered
    } else {
        ClearReason::RulesChanged
    };
    Finding::until(Verdict::Clear(reason), deadline)
}

/// Judges a battery by its charge in percent, if it says one.
pub fn battery(rules: &Rules, percent: Option<f32>, is_open: bool) -> Finding {
    let percent = percent.map(f64::from);
    let is_low = |low: i32| percent.is_some_and(|percent| percent <= f64::from(low));
    let is_well = percent.is_some_and(|percent| percent >= f64::from(rules.battery_clear_percent));
    Finding::settled(match (rules.battery_low_percent, is_open) {
        (None, true) => Verdict::Clear(ClearReason::RulesChanged),
        (Some(low), false) if is_low(low) => Verdict::Raise,
        (_, false) => Verdict::Fine,
        (Some(_), true) if is_well => Verdict::Clear(ClearReason::Recovered),
        (Some(_), true) => Verdict::Hold(None),
    })
}

/// How often a bay that flaps is looked at, because only time makes it change less.
const CALM_EVERY: TimeDelta = TimeDelta::minutes(5);

/// Judges how often a bay changed its state within the last hour.
pub fn flapping(rules: &Rules, changes: i64, is_open: bool, at: DateTime<Utc>) -> Finding {
    let Some(many) = rules.flapping_changes_per_hour.map(i64::from) else {
        let over = Verdict::Clear(ClearReason::RulesChanged);
        return Finding::settled(if is_open { over } else { Verdict::Fine });
    };
    match is_open {
        false if changes >= many => Finding::until(Verdict::Raise, at + CALM_EVERY),
        false => Finding::settled(Verdict::Fine),
        true if changes <= many / 2 => Finding::settled(Verdict::Clear(ClearReason::Recovered)),
        true => Finding::until(Verdict::Hold(None), at + CALM_EVERY),
    }
}

/// Judges how long a watched bay has been free, or occupied; `None` if it is neither.
pub fn stuck(
    rules: &Rules,
    steady_since: Option<DateTime<Utc>>,
    is_open: bool,
    at: DateTime<Utc>,
) -> Finding {
    let hours = rules
        .stuck_hours
        .map(|hours| TimeDelta::hours(hours.into()));
    let Some(hours) = hours else {
        let over = Verdict::Clear(ClearReason::RulesChanged);
        return Finding::settled(if is_open { over } else { Verdict::Fine });
    };
    let deadline = steady_since.map(|since| since + hours);
    match (deadline, is_open) {
        (Some(deadline), false) if at >= deadline => Finding::settled(Verdict::Raise),
        (Some(deadline), true) if at >= deadline => Finding::settled(Verdict::Hold(None)),
        (deadline, is_open) => Finding {
            verdict: if is_open {
                Verdict::Clear(ClearReason::Recovered)
            } else {
                Verdict::Fine
            },
            look_again_at: deadline,
        },
    }
}

/// Judges what a reservation says of a bay: a vehicle that stands there against it is wrong until it
/// leaves, or until the time is over that it stands in the way of, if there is such a time.
pub fn trespass(stands: bool, over_at: Option<DateTime<Utc>>, is_open: bool) -> Finding {
    let verdict = match (stands, is_open) {
        (true, false) => Verdict::Raise,
        (true, true) => Verdict::Hold(None),
        (false, true) => Verdict::Clear(ClearReason::Recovered),
        (false, false) => Verdict::Fine,
    };
    Finding {
        verdict,
        look_again_at: over_at.filter(|_| stands),
    }
}
