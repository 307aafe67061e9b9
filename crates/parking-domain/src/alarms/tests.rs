//! What is judged wrong, when, and for how long.

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
    let found =
        |since: Option<i64>, is_open, now| stuck(&rules, since.map(at), is_open, at(now)).verdict;
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
