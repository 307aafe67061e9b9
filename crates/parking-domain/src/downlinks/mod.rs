//! Commands to displays: when one is made, when its turn comes, how often it is tried, and how much of
//! the air a gateway and a tenant may use.
//!
//! A command says the whole of what a display should show, so of several only the newest counts, and
//! to say it twice does no harm. What is not known for certain is therefore said again.

#[cfg(test)]
mod tests;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::codec::{self, Codec, Shown};
use crate::models::Class;

/// What a display is told: the port and the bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// The port.
    pub f_port: u8,
    /// The bytes.
    pub payload: Vec<u8>,
}

/// How much may be sent by one gateway, or for one tenant, within any minute.
///
/// It remembers what was taken within the last minute, so that no minute, wherever it begins, holds
/// more than its limit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Budget {
    /// When something was taken, and how much, the oldest first.
    taken: Vec<(DateTime<Utc>, u32)>,
}

/// What a budget is a budget of.
const WINDOW: TimeDelta = TimeDelta::minutes(1);

impl Budget {
    /// What is remembered of one.
    pub fn of(taken: impl IntoIterator<Item = (DateTime<Utc>, u32)>) -> Self {
        let mut taken: Vec<_> = taken.into_iter().collect();
        taken.sort_unstable();
        Self { taken }
    }

    /// What there is to remember at a moment. What was taken more than a minute from now was written
    /// down by a clock that is wrong, and would stop everybody until then.
    pub fn taken(&self, now: DateTime<Utc>) -> &[(DateTime<Utc>, u32)] {
        let since = self.taken.partition_point(|(at, _)| *at <= now - WINDOW);
        let until = self.taken.partition_point(|(at, _)| *at <= now + WINDOW);
        &self.taken[since..until]
    }

    /// How much was taken within the last minute.
    pub fn used(&self, now: DateTime<Utc>) -> u32 {
        let taken = self.taken(now).iter().map(|(_, count)| *count);
        taken.fold(0, u32::saturating_add)
    }

    /// Takes as much as there is of what is wanted, and says how much that was.
    pub fn take(&mut self, wanted: u32, limit: u32, now: DateTime<Utc>) -> u32 {
        self.taken = self.taken(now).to_vec();
        let granted = wanted.min(limit.saturating_sub(self.used(now)));
        if granted > 0 {
            // A clock that was ahead of this one wrote what is later: it counts as taken now.
            let at = self.taken.last().map_or(now, |(at, _)| now.max(*at));
            self.taken.push((at, granted));
        }
        granted
    }

    /// When there will be enough for so many more, and whoever waits before them.
    pub fn free_at(&self, nth: u32, limit: u32, now: DateTime<Utc>) -> DateTime<Utc> {
        let limit = limit.max(1);
        let nth = nth.max(1);
        let taken = self.taken(now);
        let free = limit.saturating_sub(self.used(now));
        if nth <= free {
            return now;
        }
        // Whoever takes what is free now, or frees itself later, holds it for a whole minute.
        let (rounds, place) = ((nth - 1) / limit, (nth - 1) % limit + 1);
        let mut left = place.saturating_sub(free);
        let mut at = now;
        for (when, count) in taken {
            if left == 0 {
                break;
            }
            at = *when + WINDOW;
            left = left.saturating_sub(*count);
        }
        at.max(now) + WINDOW * i32::try_from(rounds).unwrap_or(i32::MAX)
    }
}

/// How long to wait after so many attempts: the base doubling to a minute, and up to a quarter less, so
/// that not all come at once.
pub fn backoff(base_seconds: u32, attempts: u32, jitter: u8) -> TimeDelta {
    let doublings = attempts.clamp(1, 6) - 1;
    let whole = TimeDelta::seconds((i64::from(base_seconds) << doublings).min(60));
    whole - whole * i32::from(jitter) / (4 * 255)
}

/// How long nothing is made for a display that was given up so many times in a row, unless there is
/// news of it: five minutes doubling to an hour.
pub fn rest(failures: u32) -> TimeDelta {
    let doublings = failures.clamp(1, 5) - 1;
    TimeDelta::minutes((5_i64 << doublings).min(60))
}

/// For how long the network server keeps a command of a display that listens only after it spoke.
const PATIENCE_OF_CLASS_A: TimeDelta = TimeDelta::hours(6);

/// For how long the network server may keep a command before a gateway must have sent it: so long for a
/// display that always listens.
pub fn patience(class: Option<Class>, of_listeners: TimeDelta) -> TimeDelta {
    match class {
        Some(Class::A) => PATIENCE_OF_CLASS_A,
        _ => of_listeners,
    }
}

/// How far the clocks of those who sent a command and heard the answer may be apart.
const SKEW: TimeDelta = TimeDelta::seconds(5);

/// What a display says that it shows, as far as it can be compared with what it was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Said {
    /// A light.
    Light {
        /// How much red, of 255.
        red: u8,
        /// How much green, of 255.
        green: u8,
        /// How much blue, of 255.
        blue: u8,
        /// How long it is on, in hundredths of a second.
        on: u8,
        /// How long it is off; steady when nought.
        off: u8,
    },
    /// The last byte that it acted upon.
    Byte {
        /// Which.
        byte: u8,
    },
}

impl Said {
    /// What a reading says, if it can be compared.
    pub fn of(shown: &Shown) -> Option<Self> {
        match *shown {
            Shown::Light {
                red,
                green,
                blue,
                on,
                off,
            } => Some(Self::Light {
                red,
                green,
                blue,
                on,
                off,
            }),
            Shown::Status(byte) => Some(Self::Byte { byte }),
            Shown::Page { .. } => None,
        }
    }

    /// Whether that is what it was told.
    pub fn agrees_with(self, codec: &Codec, told: &Command) -> bool {
        match self {
            Self::Byte { byte } => told.payload.last() == Some(&byte),
            Self::Light {
                red,
                green,
                blue,
                on,
                off,
            } => match codec.interpret(Some(told.f_port), &told.payload) {
                Ok(codec::Command::SetColor(color)) => {
                    let light = [color.r, color.g, color.b, color.off].map(u8::try_from);
                    // For a steady light it does not matter how long it is on.
                    let is_same_rhythm = off == 0 || i64::from(on) == color.on;
                    light == [Ok(red), Ok(green), Ok(blue), Ok(off)] && is_same_rhythm
                }
                _ => false,
            },
        }
    }
}

/// A command, and when it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// The command.
    pub command: Command,
    /// When a gateway sent it.
    pub at: DateTime<Utc>,
}

/// What is known of a display and of the commands to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// What it should show, if anybody can say.
    pub wanted: Option<Command>,
    /// The command that waits for its turn.
    pub waiting: Option<Command>,
    /// The command that is on its way.
    pub in_flight: Option<Command>,
    /// The last command that a gateway sent.
    pub transmitted: Option<Sent>,
    /// When it last joined: whatever it was told before it has forgotten.
    pub joined_at: Option<DateTime<Utc>>,
    /// When it said what it shows, and whether that was what it was told last.
    pub shown: Option<(DateTime<Utc>, bool)>,
    /// For how long it is believed without a word to show what it was told; for ever, if it never says.
    pub answers_within: Option<TimeDelta>,
    /// Before when no command is made; whoever has news of it clears this.
    pub drive_at: Option<DateTime<Utc>>,
}

/// What is to be done about a display.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing: it shows what it should, or will.
    Keep,
    /// A command has to be made; one that waits is superseded by it.
    Tell,
    /// The command that waits is not needed any more.
    Withdraw,
}

impl Known {
    /// Whether what it was told last is what it should show, as far as anybody knows.
    pub fn is_in_step(&self, now: DateTime<Utc>) -> bool {
        match (&self.wanted, &self.transmitted) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(wanted), Some(sent)) => {
                let has_forgotten = self.joined_at.is_some_and(|joined| joined > sent.at);
                let is_doubted = self.doubted_at().is_some_and(|at| at <= now);
                sent.command == *wanted && !has_forgotten && !is_doubted && !self.is_contradicted()
            }
        }
    }

    /// Whether it is certain, as far as it can be, that it shows what it should: it says so, or it was
    /// told and never says anything.
    pub fn is_proven(&self, now: DateTime<Utc>) -> bool {
        let is_said = self.answers_within.is_none() || self.is_confirmed();
        self.transmitted.is_some() && self.is_in_step(now) && is_said
    }

    /// Whether it says, since it was told last, that it shows that.
    pub fn is_confirmed(&self) -> bool {
        self.said_since().is_some_and(|(_, agrees)| agrees)
    }

    /// Whether it says that it shows something else than it was sent.
    pub fn is_contradicted(&self) -> bool {
        let said = self.said_since();
        said.is_some_and(|(at, agrees)| {
            !agrees && self.transmitted.as_ref().is_some_and(|sent| at > sent.at)
        })
    }

    /// From when on it should have said what it shows and has not.
    pub fn doubted_at(&self) -> Option<DateTime<Utc>> {
        let sent = self.transmitted.as_ref()?;
        let within = self.answers_within?;
        (!self.is_confirmed()).then_some(sent.at + within)
    }

    /// What it said after it was told: the clocks of those who heard it differ a little.
    fn said_since(&self) -> Option<(DateTime<Utc>, bool)> {
        let sent = self.transmitted.as_ref()?;
        self.shown.filter(|(at, _)| *at >= sent.at - SKEW)
    }

    /// What is to be done about it.
    pub fn step(&self, now: DateTime<Utc>) -> Step {
        let Some(wanted) = &self.wanted else {
            return self.withdrawn();
        };
        if self.in_flight.as_ref() == Some(wanted) {
            return self.withdrawn();
        }
        // What is on its way will be what it was told last.
        if self.in_flight.is_none() && self.is_in_step(now) {
            return self.withdrawn();
        }
        match &self.waiting {
            Some(waiting) if waiting == wanted => Step::Keep,
            None if self.rests(now) => Step::Keep,
            Some(_) | None => Step::Tell,
        }
    }

    fn withdrawn(&self) -> Step {
        if self.waiting.is_some() {
            Step::Withdraw
        } else {
            Step::Keep
        }
    }

    /// Whether it is left alone for now: the same was tried lately, and nothing has happened since.
    fn rests(&self, now: DateTime<Utc>) -> bool {
        self.drive_at.is_some_and(|at| now < at)
    }
}

/// Whether the network server may be asked: after some failures in a row it is left alone for a while,
/// and then asked once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Breaker {
    failures: u32,
    open_until: Option<DateTime<Utc>>,
}

/// Failures in a row after which the network server is left alone.
const FAILURES_MAX: u32 = 3;

impl Breaker {
    /// How many commands may be sent now: none, one to see, or as many as there are.
    pub fn allows(&self, now: DateTime<Utc>) -> Allowed {
        match self.open_until {
            None => Allowed::All,
            Some(until) if now < until => Allowed::None(until),
            Some(_) => Allowed::One,
        }
    }

    /// Whether it is left alone, or was a moment ago.
    pub fn is_open(&self) -> bool {
        self.open_until.is_some()
    }

    /// It answered.
    pub fn answered(&mut self) {
        *self = Self::default();
    }

    /// It did not. It is left alone for 2 s doubling to a minute.
    pub fn failed(&mut self, now: DateTime<Utc>, jitter: u8) {
        self.failures = self.failures.saturating_add(1);
        if self.failures >= FAILURES_MAX {
            self.open_until = Some(now + backoff(2, self.failures - FAILURES_MAX + 1, jitter));
        }
    }
}

/// How much may be asked of the network server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allowed {
    /// Nothing before then.
    None(DateTime<Utc>),
    /// One command, to see whether it is back.
    One,
    /// As much as there is.
    All,
}

/// What became of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trouble {
    /// Nobody was asked; this was no attempt.
    Away,
    /// Nobody knows.
    Unanswered,
    /// The network server will not have it.
    Refused,
    /// No gateway has said in time that it was sent.
    NotTransmitted,
    /// The display did not acknowledge it.
    NotAcknowledged,
    /// The server that had it in hand died.
    Interrupted,
}

impl Trouble {
    /// Its name in the database and the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Away => "away",
            Self::Unanswered => "unanswered",
            Self::Refused => "refused",
            Self::NotTransmitted => "not_transmitted",
            Self::NotAcknowledged => "not_acknowledged",
            Self::Interrupted => "interrupted",
        }
    }
}
