//! What state a bay is in, and when time alone may change that.
//!
//! The facts are kept apart: what the sensor last said, what people have laid over it, who has
//! booked. The state is a function of them and of the moment; whatever stores it stores a cache.

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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + minute * 60, 0).unwrap()
    }

    fn span(from: i64, until: i64) -> Span {
        Span {
            from: at(from),
            until: Some(at(until)),
        }
    }

    fn sensed(state: SensorState) -> BayFacts {
        BayFacts {
            sensor: SensorFact {
                state,
                observed_at: Some(at(0)),
                ..SensorFact::default()
            },
            ..BayFacts::default()
        }
    }

    #[test]
    fn the_ladder_holds_for_every_combination_of_facts() {
        let ladder = |overridden: Option<OverrideKind>, sensor, is_reserved| match (
            overridden,
            sensor,
            is_reserved,
        ) {
            (Some(_), _, _) => BayState::Maintenance,
            (None, SensorState::Occupied, _) => BayState::Occupied,
            (None, _, true) => BayState::Reserved,
            (None, SensorState::Free, false) => BayState::Free,
            (None, SensorState::Unknown, false) => BayState::Unknown,
        };
        let overrides = [
            None,
            Some(OverrideKind::Blocked),
            Some(OverrideKind::OutOfService),
        ];
        for overridden in overrides {
            for sensor in SensorState::ALL {
                for is_reserved in [false, true] {
                    let mut facts = sensed(sensor);
                    facts.overrides.extend(overridden.map(|kind| Override {
                        kind,
                        span: span(0, 10),
                    }));
                    facts.reservations.extend(is_reserved.then(|| span(0, 10)));
                    let wanted = ladder(overridden, sensor, is_reserved);
                    assert_eq!(state(&facts, at(5)), wanted, "{facts:?}");
                }
            }
        }
    }

    #[test]
    fn a_span_holds_its_beginning_and_not_its_end() {
        let mut facts = sensed(SensorState::Free);
        facts.reservations = vec![span(10, 20), span(20, 30)];
        assert_eq!(state(&facts, at(9)), BayState::Free);
        assert_eq!(state(&facts, at(10)), BayState::Reserved);
        assert_eq!(state(&facts, at(20)), BayState::Reserved);
        assert_eq!(state(&facts, at(30)), BayState::Free);
        assert!(!span(10, 20).overlaps(&span(20, 30)));
        assert!(span(10, 21).overlaps(&span(20, 30)));
    }

    #[test]
    fn an_occupied_bay_stays_occupied_when_its_reservation_ends() {
        let mut facts = sensed(SensorState::Occupied);
        facts.reservations = vec![span(10, 20)];
        assert_eq!(state(&facts, at(25)), BayState::Occupied);
        assert_eq!(next_boundary(&facts, at(5)), None);
    }

    #[test]
    fn a_silent_sensor_is_not_believed_after_two_and_a_half_heartbeats() {
        let mut facts = sensed(SensorState::Free);
        facts.sensor.stale_at = stale_at(at(0), Some(3_600));
        assert_eq!(facts.sensor.stale_at, Some(at(150)));
        assert_eq!(next_boundary(&facts, at(0)), Some(at(150)));
        assert_eq!(
            explained(&facts, at(150)),
            (BayState::Unknown, Cause::SensorSilent)
        );
        assert_eq!(stale_at(at(0), None), None);
        assert_eq!(stale_at(at(0), Some(0)), None);
        assert_eq!(stale_at(DateTime::<Utc>::MAX_UTC, Some(u32::MAX)), None);
    }

    #[test]
    fn nobody_is_woken_between_back_to_back_reservations() {
        let mut facts = sensed(SensorState::Free);
        facts.reservations = vec![span(20, 30), span(10, 20), span(40, 40)];
        assert_eq!(next_boundary(&facts, at(0)), Some(at(10)));
        assert_eq!(next_boundary(&facts, at(10)), Some(at(30)));
        assert_eq!(next_boundary(&facts, at(30)), None);
    }

    #[test]
    fn an_override_without_an_end_holds_for_good() {
        let mut facts = sensed(SensorState::Free);
        facts.overrides = vec![Override {
            kind: OverrideKind::Blocked,
            span: Span {
                from: at(10),
                until: None,
            },
        }];
        assert_eq!(next_boundary(&facts, at(0)), Some(at(10)));
        assert_eq!(next_boundary(&facts, at(10)), None);
        assert_eq!(
            explained(&facts, at(1_000_000)),
            (BayState::Maintenance, Cause::Blocked)
        );
    }

    #[test]
    fn names_read_back_as_what_they_name() {
        assert!(
            BayState::ALL
                .iter()
                .all(|one| one.name().parse() == Ok(*one))
        );
        assert!(
            SensorState::ALL
                .iter()
                .all(|one| one.name().parse() == Ok(*one))
        );
        assert!(
            OverrideKind::ALL
                .iter()
                .all(|one| one.name().parse() == Ok(*one))
        );
    }

    /// What is believed, found out by looking at each minute in turn: the other state is taken over
    /// when the sensor has been saying it, and nothing else, for as long as the window is.
    fn naively_believed(said: &[(SensorState, i64)], window: i64, now: i64) -> SensorState {
        let mut believed = said[0].0;
        let mut other_since = None;
        for minute in 0..=now {
            if other_since.is_some_and(|since| minute - since >= window) {
                believed = flipped(believed);
                other_since = None;
            }
            for (state, _) in said.iter().filter(|(_, at)| *at == minute) {
                other_since = match other_since {
                    _ if *state == believed => None,
                    None => Some(minute),
                    since => since,
                };
                if other_since.is_some() && window == 0 {
                    (believed, other_since) = (*state, None);
                }
            }
        }
        believed
    }

    fn flipped(state: SensorState) -> SensorState {
        match state {
            SensorState::Free => SensorState::Occupied,
            _ => SensorState::Free,
        }
    }

    fn says(state: SensorState, minute: i64) -> Said {
        Said {
            state: Some(state),
            at: at(minute),
            stale_at: None,
            uplink_id: Uuid::nil(),
        }
    }

    #[test]
    fn a_change_that_is_contradicted_within_the_window_never_was() {
        let window = TimeDelta::minutes(10);
        let free = SensorFact::default()
            .after(&says(SensorState::Free, 0), window)
            .unwrap();
        assert_eq!(free.believed(at(0)), SensorState::Free);
        let held = free.after(&says(SensorState::Occupied, 1), window).unwrap();
        let again = held.after(&says(SensorState::Occupied, 4), window).unwrap();
        assert_eq!(again.held, held.held);
        for (minute, state) in [(10, SensorState::Free), (11, SensorState::Occupied)] {
            assert_eq!(again.believed(at(minute)), state);
        }
        let facts = BayFacts {
            sensor: again,
            ..BayFacts::default()
        };
        assert_eq!(next_boundary(&facts, at(4)), Some(at(11)));
        let dropped = again.after(&says(SensorState::Free, 5), window).unwrap();
        assert_eq!(
            (dropped.held, dropped.believed(at(60))),
            (None, SensorState::Free)
        );
    }

    #[test]
    fn what_nobody_knew_and_what_nobody_knows_any_more_is_not_held_back() {
        let window = TimeDelta::minutes(10);
        let mut fact = SensorFact::default()
            .after(&says(SensorState::Free, 0), window)
            .unwrap();
        fact.stale_at = Some(at(5));
        let late = fact.after(&says(SensorState::Occupied, 6), window).unwrap();
        assert_eq!(late.believed(at(6)), SensorState::Occupied);
        let taken_back = late.after(&says(SensorState::Unknown, 7), window).unwrap();
        assert_eq!(taken_back.believed(at(7)), SensorState::Unknown);
        assert_eq!(late.after(&says(SensorState::Free, 5), window), None);
    }

    #[test]
    fn a_sign_of_life_keeps_alive_and_does_not_revive() {
        let life = |minute: i64| Said {
            state: None,
            at: at(minute),
            stale_at: Some(at(minute + 10)),
            uplink_id: Uuid::nil(),
        };
        let window = TimeDelta::zero();
        assert_eq!(SensorFact::default().after(&life(0), window), None);
        let fact = SensorFact {
            state: SensorState::Free,
            observed_at: Some(at(0)),
            stale_at: Some(at(10)),
            ..SensorFact::default()
        };
        let kept = fact.after(&life(9), window).unwrap();
        assert_eq!(
            (kept.stale_at, kept.observed_at),
            (Some(at(19)), Some(at(0)))
        );
        assert_eq!(fact.after(&life(10), window), None);
    }

    prop_compose! {
        fn spans()(from in 0_i64..60, minutes in proptest::option::of(-2_i64..30)) -> Span {
            Span { from: at(from), until: minutes.map(|minutes| at(from + minutes)) }
        }
    }

    prop_compose! {
        fn facts()(
            state in proptest::sample::select(&SensorState::ALL[..]),
            stale in proptest::option::of(0_i64..90),
            held in proptest::option::of((proptest::sample::select(&SensorState::ALL[..]), 0_i64..90)),
            overrides in proptest::collection::vec((proptest::sample::select(&OverrideKind::ALL[..]), spans()), 0..4),
            reservations in proptest::collection::vec(spans(), 0..5),
        ) -> BayFacts {
            BayFacts {
                sensor: SensorFact { state, observed_at: Some(at(0)), stale_at: stale.map(at), held: held.map(|(state, minute)| Held { state, until: at(minute) }), uplink_id: None },
                overrides: overrides.into_iter().map(|(kind, span)| Override { kind, span }).collect(),
                reservations,
            }
        }
    }

    proptest! {
        #[test]
        fn the_state_is_constant_between_boundaries(facts in facts(), start in -5_i64..95) {
            // Every instant that any fact names lies on a whole minute, so minutes see everything.
            let boundary = next_boundary(&facts, at(start));
            for minute in start..100 {
                if boundary.is_some_and(|boundary| at(minute) >= boundary) {
                    prop_assert_eq!(boundary, Some(at(minute)));
                    prop_assert_ne!(explained(&facts, at(minute)), explained(&facts, at(start)));
                    break;
                }
                prop_assert_eq!(explained(&facts, at(minute)), explained(&facts, at(start)));
            }
        }

        #[test]
        fn walking_the_boundaries_comes_to_an_end(facts in facts()) {
            let mut now = at(-5);
            let mut steps = 0;
            while let Some(boundary) = next_boundary(&facts, now) {
                prop_assert!(boundary > now);
                now = boundary;
                steps += 1;
            }
            prop_assert!(steps <= 2 * (facts.overrides.len() + facts.reservations.len()) + 2);
        }

        #[test]
        fn a_change_is_believed_when_nothing_contradicted_it_for_the_window(
            messages in proptest::collection::vec((proptest::bool::ANY, 0_i64..7), 1..20),
            window in 0_i64..8,
            later in 0_i64..12,
        ) {
            let mut fact = SensorFact::default();
            let mut said = Vec::new();
            let mut minute = 0;
            for (is_occupied, pause) in messages {
                minute += pause;
                let state = if is_occupied { SensorState::Occupied } else { SensorState::Free };
                said.push((state, minute));
                let message = Said { state: Some(state), at: at(minute), stale_at: None, uplink_id: Uuid::nil() };
                fact = fact.after(&message, TimeDelta::minutes(window)).unwrap();
            }
            prop_assert_eq!(fact.believed(at(minute + later)), naively_believed(&said, window, minute + later));
        }

        #[test]
        fn the_order_in_which_facts_are_kept_makes_no_difference(facts in facts(), minute in 0_i64..90) {
            let mut turned = facts.clone();
            turned.overrides.reverse();
            turned.reservations.reverse();
            prop_assert_eq!(explained(&turned, at(minute)), explained(&facts, at(minute)));
        }
    }
}
