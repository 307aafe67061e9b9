//! What state a bay is in, and when time alone may change that.
//!
//! The facts are kept apart: what the sensor last said, what people have laid over it, who has
//! booked. The state is a function of them and of the moment; whatever stores it stores a cache.

#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::access::UnknownName;

/// The state of a bay, as everybody sees it.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum BayState {
    /// Somebody may drive in.
    Free,
    /// A vehicle stands there.
    Occupied,
    /// Held for somebody.
    Reserved,
    /// Blocked or out of service.
    Maintenance,
    /// Nobody can say.
    #[default]
    Unknown,
}

/// What a sensor says of its bay.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum SensorState {
    /// No vehicle.
    Free,
    /// A vehicle.
    Occupied,
    /// It said nothing usable, or there is none.
    #[default]
    Unknown,
}

/// How people take a bay out of use, whatever its sensor says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OverrideKind {
    /// Closed for now: a market, a delivery, snow.
    Blocked,
    /// Cannot be used: broken, dug up.
    OutOfService,
}

/// From one instant until just before another, or for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The first instant inside.
    pub from: DateTime<Utc>,
    /// The first instant after it; `None` while nobody has said.
    pub until: Option<DateTime<Utc>>,
}

/// An override, and when it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Override {
    /// What kind.
    pub kind: OverrideKind,
    /// When.
    pub span: Span,
}

/// What is known of a bay's sensor, and how long it is believed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SensorFact {
    /// What it said.
    pub state: SensorState,
    /// When the last message that said anything was received; `None` if none ever was.
    pub observed_at: Option<DateTime<Utc>>,
    /// From when on it is no longer believed; `None` if silence means nothing.
    pub stale_at: Option<DateTime<Utc>>,
    /// What it said since to the contrary, which has to stand for a while first.
    #[serde(default)]
    pub held: Option<Held>,
    /// The last message that said anything.
    #[serde(default)]
    pub uplink_id: Option<Uuid>,
}

/// A change that is held back: it is believed once nothing contradicted it for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// What the sensor says now.
    pub state: SensorState,
    /// From when on it is believed.
    pub until: DateTime<Utc>,
}

/// What a message says of a bay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Said {
    /// What the sensor says; `None` if the message only proves that it lives.
    pub state: Option<SensorState>,
    /// When the message was received.
    pub at: DateTime<Utc>,
    /// From when on it is no longer believed; `None` if silence means nothing.
    pub stale_at: Option<DateTime<Utc>>,
    /// The message.
    pub uplink_id: Uuid,
}

/// All that is known of a bay.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BayFacts {
    /// What its sensor said.
    pub sensor: SensorFact,
    /// What people laid over that.
    pub overrides: Vec<Override>,
    /// The reservations that block it: pending and confirmed ones.
    pub reservations: Vec<Span>,
}

impl SensorFact {
    /// What the sensor is taken to say at a moment: a change that was held back long enough counts,
    /// and after too long a silence nothing does.
    pub fn believed(&self, now: DateTime<Utc>) -> SensorState {
        if self.is_stale(now) {
            SensorState::Unknown
        } else {
            self.told(now)
        }
    }

    /// Whether it has been silent for too long.
    pub fn is_stale(&self, now: DateTime<Utc>) -> bool {
        self.stale_at.is_some_and(|at| at <= now)
    }

    /// What it said last, believed or not.
    pub fn told(&self, now: DateTime<Utc>) -> SensorState {
        match self.held {
            Some(held) if held.until <= now => held.state,
            _ => self.state,
        }
    }

    /// What is known after a message; `None` if it changes nothing of it.
    ///
    /// What is older than what is known changes nothing. A sign of life keeps alive what is believed,
    /// and does not revive what is not. A sensor that takes back what it said, free for occupied or
    /// the other way round, is held to it for `window`: said again it stands, contradicted it is
    /// dropped. What nobody knew before is believed at once.
    pub fn after(&self, said: &Said, window: TimeDelta) -> Option<Self> {
        let Some(state) = said.state else {
            let stale_at = self.stale_at.filter(|at| *at > said.at)?;
            let stale_at = said.stale_at.max(Some(stale_at));
            return Some(Self { stale_at, ..*self });
        };
        if self.observed_at.is_some_and(|at| at > said.at) {
            return None;
        }
        let before = self.believed(said.at);
        let is_taken_back = state != before
            && before != SensorState::Unknown
            && state != SensorState::Unknown
            && window > TimeDelta::zero();
        let held = is_taken_back.then(|| {
            let earlier = self.held.filter(|held| held.until > said.at);
            earlier.unwrap_or(Held {
                state,
                until: said.at + window,
            })
        });
        Some(Self {
            state: if held.is_some() { before } else { state },
            observed_at: Some(said.at),
            stale_at: said.stale_at,
            held,
            uplink_id: Some(said.uplink_id),
        })
    }
}

/// Which fact decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// Somebody took it out of service.
    OutOfService,
    /// Somebody blocked it.
    Blocked,
    /// Its sensor says so.
    Sensor,
    /// It is booked for now.
    Reservation,
    /// Its sensor has been silent for too long.
    SensorSilent,
    /// No sensor has ever said anything usable.
    NoReading,
}

/// When a reading stops being believed: after two and a half of the expected pauses.
///
/// `None` for a sensor that sends no heartbeat, whose silence says nothing.
pub fn stale_at(observed_at: DateTime<Utc>, heartbeat_s: Option<u32>) -> Option<DateTime<Utc>> {
    let heartbeat = TimeDelta::seconds(i64::from(heartbeat_s.filter(|s| *s > 0)?));
    observed_at.checked_add_signed(heartbeat * 5 / 2)
}

/// The state of a bay at a moment.
pub fn state(facts: &BayFacts, now: DateTime<Utc>) -> BayState {
    explained(facts, now).0
}

/// The state of a bay at a moment, and which fact decided it.
pub fn explained(facts: &BayFacts, now: DateTime<Utc>) -> (BayState, Cause) {
    let is_overridden = |kind| {
        let mut overrides = facts.overrides.iter();
        overrides.any(|one| one.kind == kind && one.span.contains(now))
    };
    let is_reserved = || facts.reservations.iter().any(|span| span.contains(now));
    let sensed = facts.sensor.believed(now);
    if is_overridden(OverrideKind::OutOfService) {
        (BayState::Maintenance, Cause::OutOfService)
    } else if is_overridden(OverrideKind::Blocked) {
        (BayState::Maintenance, Cause::Blocked)
    } else if sensed == SensorState::Occupied {
        (BayState::Occupied, Cause::Sensor)
    } else if is_reserved() {
        (BayState::Reserved, Cause::Reservation)
    } else if sensed == SensorState::Free {
        (BayState::Free, Cause::Sensor)
    } else if facts.sensor.is_stale(now) && facts.sensor.told(now) != SensorState::Unknown {
        (BayState::Unknown, Cause::SensorSilent)
    } else {
        (BayState::Unknown, Cause::NoReading)
    }
}

/// The next moment at which time alone changes the state or its cause; `None` if it never does.
///
/// Every fact's edges are looked at in order of time, and those that make no difference are passed
/// over, so that nobody is woken for nothing.
pub fn next_boundary(facts: &BayFacts, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let spans = facts.overrides.iter().map(|one| &one.span);
    let mut edges: Vec<_> = spans
        .chain(&facts.reservations)
        .filter(|span| !span.is_empty())
        .flat_map(|span| [Some(span.from), span.until])
        .chain([
            facts.sensor.stale_at,
            facts.sensor.held.map(|held| held.until),
        ])
        .flatten()
        .filter(|edge| *edge > now)
        .collect();
    edges.sort_unstable();
    edges.dedup();
    let present = explained(facts, now);
    edges
        .into_iter()
        .find(|edge| explained(facts, *edge) != present)
}

impl Span {
    /// Whether the instant lies inside. The end does not.
    pub fn contains(&self, at: DateTime<Utc>) -> bool {
        self.from <= at && self.until.is_none_or(|until| at < until)
    }

    /// Whether no instant lies inside.
    pub fn is_empty(&self) -> bool {
        self.until.is_some_and(|until| until <= self.from)
    }

    /// Whether some instant lies in both; spans that only touch do not overlap.
    pub fn overlaps(&self, other: &Self) -> bool {
        let begins_before_the_end =
            |span: &Self, end: Option<DateTime<Utc>>| end.is_none_or(|end| span.from < end);
        !self.is_empty()
            && !other.is_empty()
            && begins_before_the_end(self, other.until)
            && begins_before_the_end(other, self.until)
    }
}

impl BayState {
    /// Every state.
    pub const ALL: [Self; 5] = [
        Self::Free,
        Self::Occupied,
        Self::Reserved,
        Self::Maintenance,
        Self::Unknown,
    ];

    /// The name in the API and the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Occupied => "occupied",
            Self::Reserved => "reserved",
            Self::Maintenance => "maintenance",
            Self::Unknown => "unknown",
        }
    }
}

impl SensorState {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Free, Self::Occupied, Self::Unknown];

    /// The name in the API and the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Occupied => "occupied",
            Self::Unknown => "unknown",
        }
    }
}

impl OverrideKind {
    /// Every kind.
    pub const ALL: [Self; 2] = [Self::Blocked, Self::OutOfService];

    /// The name in the API and the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Blocked => "blocked",
            Self::OutOfService => "out_of_service",
        }
    }
}

impl Cause {
    /// Every cause, in the order in which they are asked for.
    pub const ALL: [Self; 6] = [
        Self::OutOfService,
        Self::Blocked,
        Self::Sensor,
        Self::Reservation,
        Self::SensorSilent,
        Self::NoReading,
    ];

    /// The name in the API and in events.
    pub fn name(self) -> &'static str {
        match self {
            Self::OutOfService => "out_of_service",
            Self::Blocked => "blocked",
            Self::Sensor => "sensor",
            Self::Reservation => "reservation",
            Self::SensorSilent => "sensor_silent",
            Self::NoReading => "no_reading",
        }
    }
}

macro_rules! named {
    ($($type:ty),+) => {$(
        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.name())
            }
        }

        impl FromStr for $type {
            type Err = UnknownName;

            fn from_str(name: &str) -> Result<Self, UnknownName> {
                Self::ALL
                    .into_iter()
                    .find(|one| one.name() == name)
                    .ok_or(UnknownName)
            }
        }
    )+};
}

named!(BayState, SensorState, OverrideKind);
