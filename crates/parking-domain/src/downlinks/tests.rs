//! Budgets, patience and breakers, by a clock that is turned by hand.

use proptest::prelude::*;

use super::*;

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
}

fn command(byte: u8) -> Command {
    Command {
        f_port: 15,
        payload: vec![byte],
    }
}

fn sent(byte: u8, seconds: i64) -> Sent {
    Sent {
        command: command(byte),
        at: at(seconds),
    }
}

#[test]
fn the_pause_doubles_to_a_minute_and_jitter_only_shortens_it() {
    assert_eq!(backoff(2, 1, 0), TimeDelta::seconds(2));
    assert_eq!(backoff(2, 5, 0), TimeDelta::seconds(32));
    assert_eq!(backoff(2, 6, 0), TimeDelta::seconds(60));
    assert_eq!(backoff(2, u32::MAX, 255), TimeDelta::seconds(45));
    assert_eq!(rest(1), TimeDelta::minutes(5));
    assert_eq!(rest(9), TimeDelta::minutes(60));
}

#[test]
fn what_a_clock_that_was_ahead_took_is_counted_only_if_it_was_ahead_by_little() {
    let mut a_little = Budget::of([(at(30), 4)]);
    assert_eq!((a_little.used(at(0)), a_little.take(3, 5, at(0))), (4, 1));
    let mut by_days = Budget::of([(at(86_400), 1_000)]);
    assert_eq!(
        (by_days.used(at(0)), by_days.free_at(1, 5, at(0))),
        (0, at(0))
    );
    assert_eq!(by_days.take(3, 5, at(0)), 3);
    assert_eq!(by_days.taken(at(0)), [(at(0), 3)]);
}

#[test]
fn a_display_that_listens_only_after_it_spoke_is_given_hours() {
    let of_listeners = TimeDelta::seconds(30);
    assert_eq!(patience(Some(Class::A), of_listeners), TimeDelta::hours(6));
    assert_eq!(patience(Some(Class::C), of_listeners), of_listeners);
    assert_eq!(patience(None, of_listeners), of_listeners);
}

proptest! {
    #[test]
    fn no_minute_holds_more_than_its_budget(
        limit in 1_u32..40,
        asked in proptest::collection::vec((0_i64..30, 0_u32..20), 1..80),
    ) {
        let (mut budget, mut now, mut given) = (Budget::default(), 0, Vec::new());
        for (pause, wanted) in asked {
            now += pause;
            let forecast = budget.free_at(1, limit, at(now));
            let granted = budget.take(wanted, limit, at(now));
            prop_assert_eq!(wanted > 0 && granted == 0, wanted > 0 && forecast > at(now));
            given.push((now, granted));
            for (start, _) in &given {
                let within = given.iter().filter(|(when, _)| (*start..start + 60).contains(when));
                prop_assert!(within.map(|(_, count)| count).sum::<u32>() <= limit);
            }
        }
    }

    #[test]
    fn what_waits_is_let_through_when_it_was_forecast(
        limit in 1_u32..10,
        taken in proptest::collection::vec((0_i64..60, 1_u32..4), 0..8),
        waiting in 1_u32..40,
    ) {
        let mut budget = Budget::default();
        let mut sorted = taken;
        sorted.sort_unstable();
        for (when, count) in sorted {
            budget.take(count, limit, at(when));
        }
        let start = at(60);
        let forecasts: Vec<_> = (1..=waiting).map(|nth| budget.free_at(nth, limit, start)).collect();
        prop_assert!(forecasts.is_sorted());
        for forecast in forecasts {
            prop_assert_eq!(budget.take(1, limit, forecast), 1);
        }
    }
}

#[test]
fn a_display_is_told_once_and_again_only_when_there_is_a_reason() {
    let now = at(100);
    let mut lamp = Known {
        wanted: Some(command(1)),
        ..Known::default()
    };
    assert_eq!(lamp.step(now), Step::Tell);
    lamp.waiting = Some(command(1));
    assert_eq!(lamp.step(now), Step::Keep);
    (lamp.waiting, lamp.in_flight) = (None, Some(command(1)));
    assert_eq!(lamp.step(now), Step::Keep);
    (lamp.in_flight, lamp.transmitted) = (None, Some(sent(1, 90)));
    assert!(lamp.is_in_step(now));
    assert_eq!(lamp.step(now), Step::Keep);
    lamp.shown = Some((at(95), true));
    assert_eq!(lamp.step(now), Step::Keep);
    lamp.shown = Some((at(95), false));
    assert_eq!(lamp.step(now), Step::Tell);
    lamp.shown = Some((at(80), false));
    assert_eq!(lamp.step(now), Step::Keep, "it was told since");
    lamp.answers_within = Some(TimeDelta::seconds(10));
    assert_eq!(
        lamp.step(now),
        Step::Tell,
        "it should have said something by now"
    );
    lamp.answers_within = None;
    lamp.joined_at = Some(at(99));
    assert_eq!(lamp.step(now), Step::Tell, "it has forgotten");
    lamp.drive_at = Some(at(101));
    assert_eq!(lamp.step(now), Step::Keep, "it was tried a moment ago");
}

#[test]
fn the_newest_wins_and_what_became_needless_is_withdrawn() {
    let now = at(100);
    let lamp = Known {
        wanted: Some(command(2)),
        waiting: Some(command(1)),
        ..Known::default()
    };
    assert_eq!(lamp.step(now), Step::Tell);
    let back_again = Known {
        wanted: Some(command(1)),
        waiting: Some(command(2)),
        transmitted: Some(sent(1, 50)),
        ..Known::default()
    };
    assert_eq!(back_again.step(now), Step::Withdraw);
    let on_its_way = Known {
        in_flight: Some(command(2)),
        ..back_again.clone()
    };
    assert_eq!(
        on_its_way.step(now),
        Step::Tell,
        "what is on its way will be shown"
    );
    let nothing = Known {
        wanted: None,
        ..back_again
    };
    assert_eq!(nothing.step(now), Step::Withdraw);
}

#[test]
fn what_a_lamp_says_is_compared_with_what_it_was_told() {
    let codec = codec::find("plenom_busylight_omega").unwrap();
    // Red, blue, green, on, off, and the wish for an answer.
    let told = Command {
        f_port: 15,
        payload: vec![0xff, 0x00, 0x80, 0x64, 0x00, 0x01],
    };
    let said = |red, green, blue, on, off| Said::Light {
        red,
        green,
        blue,
        on,
        off,
    };
    assert!(said(0xff, 0x80, 0x00, 0x64, 0x00).agrees_with(codec, &told));
    assert!(said(0xff, 0x80, 0x00, 0xff, 0x00).agrees_with(codec, &told));
    assert!(!said(0xff, 0x00, 0x80, 0x64, 0x00).agrees_with(codec, &told));
    assert!(!said(0xff, 0x80, 0x00, 0x64, 0x10).agrees_with(codec, &told));
    let sign = Command {
        f_port: 1,
        payload: vec![2],
    };
    assert!(Said::Byte { byte: 2 }.agrees_with(codec, &sign));
    assert!(!Said::Byte { byte: 1 }.agrees_with(codec, &sign));
}

#[test]
fn who_does_not_answer_is_left_alone_and_then_asked_once() {
    let (mut breaker, now) = (Breaker::default(), at(0));
    breaker.failed(now, 0);
    breaker.failed(now, 0);
    assert_eq!(breaker.allows(now), Allowed::All);
    breaker.failed(now, 0);
    assert_eq!(breaker.allows(now), Allowed::None(at(2)));
    assert_eq!(breaker.allows(at(2)), Allowed::One);
    breaker.failed(at(2), 0);
    assert_eq!(breaker.allows(at(3)), Allowed::None(at(6)));
    breaker.answered();
    assert_eq!(breaker.allows(at(3)), Allowed::All);
}
