//! What state facts make of a bay, and when time alone changes it.

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
