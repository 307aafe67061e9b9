//! What is wrong with a device, a gateway or a bay, when it begins to be, and when it has ceased.
//!
//! Every judgement is a function of facts and of the moment. It says too when time alone may change
//! it, so that nobody has to look before. What has been raised is not cleared at the threshold that
//! raised it but at an easier one: what trembles around a threshold raises one alarm.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::access::UnknownName;

/// What can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlarmKind {
    /// A device that serves a bay has not been heard for too long.
    DeviceSilent,
    /// A device's battery is nearly empty.
    BatteryLow,
    /// A gateway has not been heard for too long.
    GatewayDown,
    /// A bay changes its state more often than vehicles do.
    Flapping,
    /// A bay has not changed its state for longer than vehicles stay.
    Stuck,
    /// Commands to a display come to nothing, or it does not answer them.
    LampUnreachable,
    /// A display says that it shows something else than it was told.
    LampMismatch,
    /// Somebody else stands in a bay that is reserved.
    Contested,
    /// A vehicle stands where it was reserved for, though that is over.
    Overstayed,
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth a look some day.
    Info,
    /// Somebody has to go there.
    Warning,
    /// Many bays are affected.
    Critical,
}

/// Why an alarm was cleared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClearReason {
    /// What was wrong no longer is.
    Recovered,
    /// The device was archived, or handed to another tenant.
    Archived,
    /// There is no such thing any more.
    Deleted,
    /// The device is in maintenance, or was decommissioned.
    OutOfService,
    /// The device serves no bay any more.
    Unassigned,
    /// The device serves another bay.
    Reassigned,
    /// By the rules of today nothing is wrong.
    RulesChanged,
}

impl AlarmKind {
    /// Every kind.
    pub const ALL: [Self; 9] = [
        Self::DeviceSilent,
        Self::BatteryLow,
        Self::GatewayDown,
        Self::Flapping,
        Self::Stuck,
        Self::LampUnreachable,
        Self::LampMismatch,
        Self::Contested,
        Self::Overstayed,
    ];

    /// The name in the API and the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::DeviceSilent => "device_silent",
            Self::BatteryLow => "battery_low",
            Self::GatewayDown => "gateway_down",
            Self::Flapping => "flapping",
            Self::Stuck => "stuck",
            Self::LampUnreachable => "lamp_unreachable",
            Self::LampMismatch => "lamp_mismatch",
            Self::Contested => "contested",
            Self::Overstayed => "overstayed",
        }
    }

    /// How bad it is: a gateway takes all its devices with it.
    pub fn severity(self) -> Severity {
        match self {
            Self::GatewayDown => Severity::Critical,
            Self::DeviceSilent
            | Self::BatteryLow
            | Self::Flapping
            | Self::LampUnreachable
            | Self::LampMismatch
            | Self::Contested => Severity::Warning,
            Self::Overstayed | Self::Stuck => Severity::Info,
        }
    }
}

impl Severity {
    /// Every severity, the least first.
    pub const ALL: [Self; 3] = [Self::Info, Self::Warning, Self::Critical];

    /// The name in the API and the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }
}

impl ClearReason {
    /// The name in the API and the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Recovered => "recovered",
            Self::Archived => "archived",
            Self::Deleted => "deleted",
            Self::OutOfService => "out_of_service",
            Self::Unassigned => "unassigned",
            Self::Reassigned => "reassigned",
            Self::RulesChanged => "rules_changed",
        }
    }
}

impl fmt::Display for AlarmKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for AlarmKind {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        let mut all = Self::ALL.into_iter();
        all.find(|kind| kind.name() == name).ok_or(UnknownName)
    }
}

impl FromStr for Severity {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        let mut all = Self::ALL.into_iter();
        all.find(|severity| severity.name() == name)
            .ok_or(UnknownName)
    }
}

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

/// The time by which alarms are judged.
///
/// It follows the server's clock and does not jump with it: time during which nobody looked, or by
/// which the clock leapt, counts for little until something is heard. A message heard says what
/// time it is; so a server that was away for an hour and one whose clock is an hour ahead do not
/// find ten thousand devices silent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AlarmClock {
    /// What time it is.
    pub at: DateTime<Utc>,
    /// When anything was heard last.
    pub newest_heard_at: Option<DateTime<Utc>>,
}

impl AlarmClock {
    /// How far it goes from one look to the next, though nothing is heard. Looks are five seconds apart.
    pub const STEP_MAX: TimeDelta = TimeDelta::seconds(15);

    /// How far it may be beyond what has just been heard.
    pub const LEAD_MAX: TimeDelta = TimeDelta::minutes(5);

    /// What time it is at the next look, when the server's clock says `now`.
    #[must_use]
    pub fn tick(self, now: DateTime<Utc>, newest_heard_at: Option<DateTime<Utc>>) -> Self {
        let newest = newest_heard_at.map(|heard| heard.min(now));
        let stepped = self.at + Self::STEP_MAX;
        let at = match newest {
            Some(heard) if newest > self.newest_heard_at => {
                stepped.clamp(heard, heard + Self::LEAD_MAX)
            }
            Some(heard) => stepped.max(heard),
            None => stepped,
        };
        Self {
            at: at.min(now),
            newest_heard_at: newest,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
    }

    fn quiet(heard: Option<i64>, patience: i64) -> Quiet {
        Quiet {
            heard_at: heard.map(at),
            counted_from: at(0),
            patience: TimeDelta::seconds(patience),
            first_patience: TimeDelta::hours(24),
        }
    }

    fn raised(seconds: i64) -> Open {
        Open {
            raised_at: at(seconds),
            recovering_since: None,
        }
    }

    #[test]
    fn names_read_back_as_what_they_name() {
        assert!(
            AlarmKind::ALL
                .iter()
                .all(|kind| kind.name().parse() == Ok(*kind))
        );
        assert!(
            Severity::ALL
                .iter()
                .all(|severity| severity.name().parse() == Ok(*severity))
        );
    }

    #[test]
    fn a_device_is_silent_after_its_patience_and_one_never_heard_after_a_day() {
        let heard = quiet(Some(100), 9_000);
        assert_eq!(silence(&heard, None, at(9_099)).verdict, Verdict::Fine);
        assert_eq!(silence(&heard, None, at(9_100)).verdict, Verdict::Raise);
        let never = quiet(None, 9_000);
        assert_eq!(silence(&never, None, at(86_399)).verdict, Verdict::Fine);
        assert_eq!(silence(&never, None, at(86_400)).verdict, Verdict::Raise);
        // Heard before it was put to work: it has its whole patience from then on.
        let early = quiet(Some(-50_000), 9_000);
        assert_eq!(silence(&early, None, at(8_999)).verdict, Verdict::Fine);
    }

    #[test]
    fn a_silence_is_over_when_the_device_stays_heard_for_a_while() {
        let found = |heard, since: Option<i64>, now| {
            let open = Open {
                recovering_since: since.map(at),
                ..raised(9_000)
            };
            silence(&quiet(Some(heard), 9_000), Some(open), at(now))
        };
        assert_eq!(found(0, None, 9_500).verdict, Verdict::Hold(None));
        let first = found(10_000, None, 10_010);
        assert_eq!(first.verdict, Verdict::Hold(Some(at(10_010))));
        assert_eq!(first.look_again_at, Some(at(10_610)));
        let later = found(10_000, Some(10_010), 10_610);
        assert_eq!(later.verdict, Verdict::Clear(ClearReason::Recovered));
        // Patient rules make it well without a word from it.
        let patient = silence(
            &quiet(Some(0), 90_000),
            Some(Open {
                recovering_since: Some(at(10_000)),
                ..raised(9_000)
            }),
            at(20_000),
        );
        assert_eq!(patient.verdict, Verdict::Clear(ClearReason::RulesChanged));
    }

    #[test]
    fn a_gateway_that_lives_a_minute_in_six_raises_one_alarm() {
        let (mut open, mut changes, mut heard) = (None, 0, 0);
        for now in 0..36_000 {
            if now % 360 < 60 {
                heard = now;
            }
            match silence(&quiet(Some(heard), 300), open, at(now)).verdict {
                Verdict::Raise => (open, changes) = (Some(raised(now)), changes + 1),
                Verdict::Hold(since) => {
                    open = open.map(|open| Open {
                        recovering_since: since,
                        ..open
                    });
                }
                Verdict::Clear(_) => (open, changes) = (None, changes + 1),
                Verdict::Fine => {}
            }
        }
        assert_eq!(changes, 1);
    }

    #[test]
    fn a_battery_around_its_threshold_raises_one_alarm() {
        let rules = Rules::default();
        let (mut is_open, mut changes) = (false, Vec::new());
        for percent in [25.0, 21.0, 20.0, 22.0, 19.0, 29.0, 20.0, 29.9, 30.0, 21.0] {
            match battery(&rules, Some(percent), is_open).verdict {
                Verdict::Raise => {
                    is_open = true;
                    changes.push(("raised", percent));
                }
                Verdict::Clear(_) => {
                    is_open = false;
                    changes.push(("cleared", percent));
                }
                _ => {}
            }
        }
        assert_eq!(changes, [("raised", 20.0), ("cleared", 30.0)]);
        assert_eq!(battery(&rules, None, true).verdict, Verdict::Hold(None));
        assert_eq!(battery(&rules, None, false).verdict, Verdict::Fine);
    }

    #[test]
    fn a_bay_flaps_at_so_many_changes_and_ceases_at_half_of_them() {
        let rules = Rules::default();
        let found = |changes, is_open| flapping(&rules, changes, is_open, at(0)).verdict;
        assert_eq!(found(19, false), Verdict::Fine);
        assert_eq!(found(20, false), Verdict::Raise);
        assert_eq!(found(11, true), Verdict::Hold(None));
        assert_eq!(found(10, true), Verdict::Clear(ClearReason::Recovered));
    }

    #[test]
    fn a_bay_is_stuck_after_a_week_until_it_changes() {
        let rules = Rules::default();
        let week = 168 * 3_600;
        let found = |since: Option<i64>, is_open, now| {
            stuck(&rules, since.map(at), is_open, at(now)).verdict
        };
        assert_eq!(found(Some(0), false, week - 1), Verdict::Fine);
        assert_eq!(found(Some(0), false, week), Verdict::Raise);
        assert_eq!(found(Some(0), true, week * 2), Verdict::Hold(None));
        let over = Verdict::Clear(ClearReason::Recovered);
        assert_eq!(found(Some(week), true, week + 1), over);
        assert_eq!(found(None, true, week), over);
        assert_eq!(found(None, false, week), Verdict::Fine);
    }

    #[test]
    fn what_is_switched_off_clears_what_is_open() {
        let off = Rules {
            battery_low_percent: None,
            flapping_changes_per_hour: None,
            stuck_hours: None,
            silent_factor: None,
            ..Rules::default()
        };
        let over = Verdict::Clear(ClearReason::RulesChanged);
        assert_eq!(battery(&off, Some(1.0), true).verdict, over);
        assert_eq!(flapping(&off, 500, true, at(0)).verdict, over);
        assert_eq!(stuck(&off, Some(at(0)), true, at(1)).verdict, over);
        assert_eq!(off.device_patience(Some(60)), None);
        assert_eq!(Rules::default().device_patience(None), None);
    }

    #[test]
    fn an_hour_nobody_looked_counts_for_little_until_something_is_heard() {
        let clock = AlarmClock {
            at: at(0),
            newest_heard_at: Some(at(-20)),
        };
        let jumped = clock.tick(at(3_600), Some(at(-20)));
        assert_eq!(jumped.at, at(15));
        // The server was away, and hears again: it is that late.
        assert_eq!(jumped.tick(at(3_605), Some(at(3_604))).at, at(3_604));
        // The clock is an hour ahead, and messages say so.
        let mut wrong = jumped;
        for step in 0..2_000 {
            wrong = wrong.tick(at(3_605 + step * 5), Some(at(step * 5)));
            assert!(wrong.at <= at(step * 5) + AlarmClock::LEAD_MAX);
        }
    }

    proptest! {
        #[test]
        fn nothing_changes_before_the_moment_that_was_named(
            heard in proptest::option::of(-100_000_i64..100_000),
            patience in 60_i64..100_000,
            first in 0_i64..200_000,
            wait in 0.0..1.0_f64,
        ) {
            let quiet = quiet(heard, patience);
            let found = silence(&quiet, None, at(first));
            if let (Verdict::Fine, Some(next)) = (found.verdict, found.look_again_at) {
                prop_assert!(next > at(first));
                #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "small numbers")]
                let between = first + ((next - at(first)).num_seconds() as f64 * wait) as i64;
                if at(between) < next {
                    prop_assert_eq!(silence(&quiet, None, at(between)).verdict, Verdict::Fine);
                }
                prop_assert_eq!(silence(&quiet, None, next).verdict, Verdict::Raise);
            }
        }

        #[test]
        fn whatever_is_found_is_looked_at_again_later_or_never(
            heard in proptest::option::of(-100_000_i64..100_000),
            since in proptest::option::of(0_i64..100_000),
            patience in 60_i64..100_000,
            now in 0_i64..200_000,
        ) {
            let open = Open { recovering_since: since.map(at), ..raised(0) };
            let found = silence(&quiet(heard, patience), Some(open), at(now));
            prop_assert!(found.look_again_at.is_none_or(|next| next > at(now)));
            prop_assert!(!matches!(found.verdict, Verdict::Fine | Verdict::Raise));
            let cleared = matches!(found.verdict, Verdict::Clear(_));
            prop_assert!(!cleared || silence(&quiet(heard, patience), None, at(now)).verdict == Verdict::Fine);
        }

        #[test]
        fn the_clock_is_never_ahead_and_never_leaps(
            start in 0_i64..10_000,
            looks in proptest::collection::vec((0_i64..100_000, proptest::option::of(-10_000_i64..100_000)), 1..50),
        ) {
            let mut clock = AlarmClock { at: at(start), newest_heard_at: None };
            for (now, heard) in looks {
                let next = clock.tick(at(now), heard.map(at));
                prop_assert!(next.at <= at(now));
                let heard = heard.map(|heard| at(heard.min(now)));
                let furthest = heard.map_or(clock.at + AlarmClock::STEP_MAX, |heard| heard.max(clock.at + AlarmClock::STEP_MAX));
                prop_assert!(next.at <= furthest);
                clock = next;
            }
        }

        #[test]
        fn looked_at_every_five_seconds_it_is_the_time(gaps in proptest::collection::vec(0_i64..4_000, 1..20)) {
            let (mut now, mut heard) = (0_i64, 0_i64);
            let mut clock = AlarmClock { at: at(0), newest_heard_at: None };
            for gap in gaps {
                for _ in 0..gap / 5 {
                    now += 5;
                    clock = clock.tick(at(now), Some(at(heard)));
                    prop_assert_eq!(clock.at, at(now));
                }
                heard = now;
            }
        }
    }
}
