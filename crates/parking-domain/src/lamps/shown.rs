//! The ladder: what the facts of a bay come to at its lamp, and until when.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::policy::{DefaultState, Offline, Policy};
use super::{LampState, Look};
use crate::bay_state::{self, BayFacts, BayState, OverrideKind, SensorState, Span};

/// All that a lamp depends on besides the policy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LampFacts {
    /// What is known of the bay: its sensor, its overrides, the reservations that block it.
    pub bay: BayFacts,
    /// Those of the reservations whose holder has checked in.
    pub checked_in: Vec<Span>,
    /// How the bay came to the state that is written down.
    pub last_change: Option<LastChange>,
    /// What the whole site shows, whatever its bays are.
    pub emergency: Option<Emergency>,
}

/// The last change of a bay's state that was written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LastChange {
    /// The state before.
    pub from: BayState,
    /// The state after.
    pub to: BayState,
    /// When.
    pub at: DateTime<Utc>,
}

/// What every lamp of a site shows until somebody takes it back by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Emergency {
    /// Red everywhere.
    AllRed,
    /// No light anywhere.
    AllOff,
}

/// Which rung of the ladder decided, highest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// The site's emergency switch is thrown.
    Emergency,
    /// The bay is out of service.
    OutOfService,
    /// The bay is blocked.
    Blocked,
    /// The lamp follows the last change late, and still shows what was before.
    Transition,
    /// It is taken though reserved, by somebody who has not checked in.
    OccupiedThoughReserved,
    /// It is reserved now.
    Reserved,
    /// It is free, and reserved shortly.
    ReservedSoon,
    /// Its sensor says so.
    Sensor,
    /// Its sensor is no longer believed, and its last word is shown for the time being.
    Held,
    /// Its sensor is no longer believed, or says itself that it does not know.
    Offline,
    /// Nothing was ever said of it.
    Default,
}

/// What a lamp should show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Which rung decided.
    pub rule: Rule,
    /// What to show.
    pub look: Look,
    /// When time alone changes the answer; `None` if it never does.
    pub until: Option<DateTime<Utc>>,
}

/// What the lamp of a bay should show at a moment, and until when.
pub fn shown(facts: &LampFacts, policy: &Policy, now: DateTime<Utc>) -> Shown {
    let present = decided(facts, policy, now);
    let mut edges = edges(facts, policy, now);
    edges.retain(|edge| *edge > now);
    edges.sort_unstable();
    edges.dedup();
    let until = edges
        .into_iter()
        .find(|edge| decided(facts, policy, *edge) != present);
    let (rule, state) = present;
    Shown {
        rule,
        look: policy.look(state),
        until,
    }
}

fn decided(facts: &LampFacts, policy: &Policy, now: DateTime<Utc>) -> (Rule, LampState) {
    match facts.emergency {
        Some(Emergency::AllRed) => return (Rule::Emergency, LampState::AllRed),
        Some(Emergency::AllOff) => return (Rule::Emergency, LampState::AllOff),
        None => {}
    }
    if is_overridden(facts, OverrideKind::OutOfService, now) {
        (Rule::OutOfService, LampState::OutOfService)
    } else if is_overridden(facts, OverrideKind::Blocked, now) {
        (Rule::Blocked, LampState::Blocked)
    } else if let Some(before) = held_back(facts, policy, now) {
        (Rule::Transition, before)
    } else {
        of_bookings(facts, policy, now).unwrap_or_else(|| of_sensor(facts, policy, now))
    }
}

fn is_overridden(facts: &LampFacts, kind: OverrideKind, now: DateTime<Utc>) -> bool {
    let mut overrides = facts.bay.overrides.iter();
    overrides.any(|one| one.kind == kind && one.span.contains(now))
}

/// The rungs that reservations decide.
fn of_bookings(
    facts: &LampFacts,
    policy: &Policy,
    now: DateTime<Utc>,
) -> Option<(Rule, LampState)> {
    let sensed = facts.bay.sensor.believed(now);
    let contains_now = |spans: &[Span]| spans.iter().any(|span| span.contains(now));
    if contains_now(&facts.bay.reservations) {
        let is_intruder = sensed == SensorState::Occupied && !contains_now(&facts.checked_in);
        return Some(if is_intruder && policy.allow_sensor_override {
            (Rule::OccupiedThoughReserved, LampState::Occupied)
        } else {
            (Rule::Reserved, LampState::Reserved)
        });
    }
    let threshold = TimeDelta::seconds(policy.reserved_soon_threshold_s.into());
    let is_soon = |span: &Span| !span.is_empty() && now < span.from && span.from - now <= threshold;
    let is_soon = facts.bay.reservations.iter().any(is_soon);
    (is_soon && sensed == SensorState::Free)
        .then_some((Rule::ReservedSoon, LampState::ReservedSoon))
}

/// The rungs that the sensor decides, and the last.
fn of_sensor(facts: &LampFacts, policy: &Policy, now: DateTime<Utc>) -> (Rule, LampState) {
    let sensor = &facts.bay.sensor;
    match sensor.believed(now) {
        SensorState::Free => return (Rule::Sensor, LampState::Free),
        SensorState::Occupied => return (Rule::Sensor, LampState::Occupied),
        SensorState::Unknown => {}
    }
    if sensor.observed_at.is_none() {
        return match policy.default_state {
            DefaultState::Unknown => (Rule::Default, LampState::Unknown),
            DefaultState::Free => (Rule::Default, LampState::Free),
        };
    }
    let is_held =
        policy.offline == Offline::Hold || held_until(facts, policy).is_some_and(|end| now < end);
    match sensor.told(now) {
        SensorState::Free if is_held => (Rule::Held, LampState::Free),
        SensorState::Occupied if is_held => (Rule::Held, LampState::Occupied),
        _ => (Rule::Offline, LampState::Unknown),
    }
}

/// Until when the last word of a sensor is shown after it is no longer believed.
fn held_until(facts: &LampFacts, policy: &Policy) -> Option<DateTime<Utc>> {
    let timeout = TimeDelta::seconds(policy.sensor_unknown_timeout_s.into());
    facts.bay.sensor.stale_at?.checked_add_signed(timeout)
}

/// What the lamp shows instead, while it follows the last change late.
fn held_back(facts: &LampFacts, policy: &Policy, now: DateTime<Utc>) -> Option<LampState> {
    if policy.transitions.is_empty() {
        return None;
    }
    let to = bay_state::state(&facts.bay, now);
    let (from, at) = arrived(facts, to, now)?;
    let mut rules = policy.transitions.iter();
    let rule = rules.find(|rule| rule.from == from && rule.to == to)?;
    (now - at < TimeDelta::seconds(rule.after_s.into())).then_some(match from {
        BayState::Free => LampState::Free,
        BayState::Occupied => LampState::Occupied,
        BayState::Reserved => LampState::Reserved,
        BayState::Maintenance => LampState::Blocked,
        BayState::Unknown => LampState::Unknown,
    })
}

/// Which state a bay came from, and when. Time may have moved it on since the last change was
/// written down: then at the last edge of a fact that made a difference.
fn arrived(
    facts: &LampFacts,
    to: BayState,
    now: DateTime<Utc>,
) -> Option<(BayState, DateTime<Utc>)> {
    let last = facts.last_change?;
    if last.to == to {
        return Some((last.from, last.at));
    }
    let edges = bay_edges(facts);
    let moved = edges.filter(|edge| *edge > last.at && *edge <= now);
    let moved = moved.filter(|edge| {
        let just_before = edge.checked_sub_signed(TimeDelta::nanoseconds(1));
        just_before.is_some_and(|before| bay_state::state(&facts.bay, before) != to)
    });
    Some((last.to, moved.max()?))
}

/// Every moment at which a fact of the bay begins or ends to hold.
fn bay_edges(facts: &LampFacts) -> impl Iterator<Item = DateTime<Utc>> {
    let sensor = &facts.bay.sensor;
    let overrides = facts.bay.overrides.iter().map(|one| &one.span);
    let spans = overrides
        .chain(&facts.bay.reservations)
        .filter(|span| !span.is_empty());
    spans
        .flat_map(|span| [Some(span.from), span.until])
        .chain([sensor.stale_at, sensor.held.map(|held| held.until)])
        .flatten()
}

/// Every moment at which the answer may change by itself.
fn edges(facts: &LampFacts, policy: &Policy, now: DateTime<Utc>) -> Vec<DateTime<Utc>> {
    let threshold = TimeDelta::seconds(policy.reserved_soon_threshold_s.into());
    let reservations = facts.bay.reservations.iter();
    let soon = reservations.filter_map(|span| span.from.checked_sub_signed(threshold));
    let checked_in = facts.checked_in.iter();
    let checked_in = checked_in.flat_map(|span| [Some(span.from), span.until]);
    let mut edges: Vec<_> = bay_edges(facts)
        .chain(soon)
        .chain(checked_in.flatten())
        .chain(held_until(facts, policy))
        .collect();
    // A lamp that follows late does so some seconds after a change that was, or one to come.
    let changes: Vec<_> = facts
        .last_change
        .map(|last| last.at)
        .into_iter()
        .chain(edges.iter().copied())
        .collect();
    for rule in &policy.transitions {
        let late = TimeDelta::seconds(rule.after_s.into());
        // Beyond the end of the calendar nothing changes any more.
        let late = changes.iter().filter_map(|at| at.checked_add_signed(late));
        edges.extend(late.filter(|edge| *edge > now));
    }
    edges
}

impl Emergency {
    /// The kind of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }

    /// Both kinds.
    pub const ALL: [Self; 2] = [Self::AllRed, Self::AllOff];

    /// The name in the API and the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::AllRed => "all_red",
            Self::AllOff => "all_off",
        }
    }
}

impl Rule {
    /// Every rung, highest first.
    pub const ALL: [Self; 11] = [
        Self::Emergency,
        Self::OutOfService,
        Self::Blocked,
        Self::Transition,
        Self::OccupiedThoughReserved,
        Self::Reserved,
        Self::ReservedSoon,
        Self::Sensor,
        Self::Held,
        Self::Offline,
        Self::Default,
    ];

    /// The name in the API and the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Emergency => "emergency",
            Self::OutOfService => "out_of_service",
            Self::Blocked => "blocked",
            Self::Transition => "transition",
            Self::OccupiedThoughReserved => "occupied_though_reserved",
            Self::Reserved => "reserved",
            Self::ReservedSoon => "reserved_soon",
            Self::Sensor => "sensor",
            Self::Held => "held",
            Self::Offline => "offline",
            Self::Default => "default",
        }
    }
}
