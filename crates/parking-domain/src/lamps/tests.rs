//! The ladder against a plain statement of it, for every combination of facts; the bytes against the
//! published vectors.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::Value;

use super::*;
use crate::bay_state::{BayFacts, Held, Override, OverrideKind, SensorFact, SensorState, Span};
use crate::codec::{self, Command, Frame, Hex};
use crate::models::{self, CATALOGUE};

const VECTORS: &str = include_str!("../../testdata/codecs/vectors.json");

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000 + second, 0).unwrap()
}

fn span(from: i64, until: i64) -> Span {
    Span {
        from: at(from),
        until: Some(at(until)),
    }
}

/// The moment that every row of the truth table is about.
const NOW: i64 = 10_000;

/// What there is to say of a sensor, as far as lamps are concerned.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Sensor {
    Never,
    Free,
    Occupied,
    SaysItDoesNotKnow,
    FreeThenSilentAShortWhile,
    FreeThenSilentForLong,
    OccupiedThenSilentAShortWhile,
    OccupiedThenSilentForLong,
}

/// What there is to say of the reservations of a bay.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Booked {
    Never,
    Now,
    NowAndCheckedIn,
    Soon,
    Later,
    SoonAfterOneThatEnded,
}

/// One row of the truth table.
#[expect(
    clippy::struct_excessive_bools,
    reason = "they are the columns of the table"
)]
#[derive(Clone, Copy, Debug)]
struct Row {
    emergency: Option<Emergency>,
    is_out_of_service: bool,
    is_blocked: bool,
    sensor: Sensor,
    booked: Booked,
    allow_sensor_override: bool,
    offline: Offline,
    default_state: DefaultState,
    is_followed_late: bool,
}

const SENSORS: [Sensor; 8] = [
    Sensor::Never,
    Sensor::Free,
    Sensor::Occupied,
    Sensor::SaysItDoesNotKnow,
    Sensor::FreeThenSilentAShortWhile,
    Sensor::FreeThenSilentForLong,
    Sensor::OccupiedThenSilentAShortWhile,
    Sensor::OccupiedThenSilentForLong,
];

const BOOKINGS: [Booked; 6] = [
    Booked::Never,
    Booked::Now,
    Booked::NowAndCheckedIn,
    Booked::Soon,
    Booked::Later,
    Booked::SoonAfterOneThatEnded,
];

fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for emergency in [None, Some(Emergency::AllRed), Some(Emergency::AllOff)] {
        for (sensor, booked) in SENSORS
            .into_iter()
            .flat_map(|sensor| BOOKINGS.map(|booked| (sensor, booked)))
        {
            // Each bit of the number is one of the facts that hold or do not.
            for bits in 0..64_u8 {
                let bit = |at: u8| bits >> at & 1 == 1;
                rows.push(Row {
                    emergency,
                    is_out_of_service: bit(0),
                    is_blocked: bit(1),
                    sensor,
                    booked,
                    allow_sensor_override: bit(2),
                    offline: Offline::ALL[usize::from(bit(3))],
                    default_state: DefaultState::ALL[usize::from(bit(4))],
                    is_followed_late: bit(5),
                });
            }
        }
    }
    rows
}

impl Row {
    fn facts(&self) -> LampFacts {
        let overrides = [
            (OverrideKind::OutOfService, self.is_out_of_service),
            (OverrideKind::Blocked, self.is_blocked),
        ];
        let overrides = overrides.into_iter().map(|(kind, holds)| Override {
            kind,
            span: if holds {
                span(NOW - 5, NOW + 5_000)
            } else {
                span(NOW - 50, NOW - 5)
            },
        });
        let (reservations, checked_in) = match self.booked {
            Booked::Never => (vec![], vec![]),
            Booked::Now => (vec![span(NOW - 60, NOW + 60)], vec![]),
            Booked::NowAndCheckedIn => {
                let held = span(NOW - 60, NOW + 60);
                (vec![held], vec![held])
            }
            Booked::Soon => (vec![span(NOW + 900, NOW + 3_600)], vec![]),
            Booked::Later => (vec![span(NOW + 901, NOW + 3_600)], vec![]),
            Booked::SoonAfterOneThatEnded => {
                let ended = span(NOW - 3_600, NOW);
                (vec![ended, span(NOW + 1, NOW + 3_600)], vec![ended])
            }
        };
        LampFacts {
            bay: BayFacts {
                sensor: self.sensor.fact(),
                overrides: overrides.collect(),
                reservations,
            },
            checked_in,
            // As long ago as the change of the policy below is followed late, and a second less.
            last_change: self.is_followed_late.then(|| LastChange {
                from: BayState::Reserved,
                to: self.bay_state(),
                at: at(NOW - 29),
            }),
            emergency: self.emergency,
        }
    }

    fn policy(&self) -> Policy {
        let to = [BayState::Free, BayState::Occupied, BayState::Unknown];
        Policy {
            allow_sensor_override: self.allow_sensor_override,
            offline: self.offline,
            default_state: self.default_state,
            transitions: to
                .map(|to| Transition {
                    from: BayState::Reserved,
                    to,
                    after_s: 30,
                })
                .to_vec(),
            ..Policy::default()
        }
    }

    /// The state of the bay, said once more without the rule that decides it elsewhere.
    fn bay_state(&self) -> BayState {
        let is_reserved = matches!(self.booked, Booked::Now | Booked::NowAndCheckedIn);
        match self.sensor {
            _ if self.is_out_of_service || self.is_blocked => BayState::Maintenance,
            Sensor::Occupied => BayState::Occupied,
            _ if is_reserved => BayState::Reserved,
            Sensor::Free => BayState::Free,
            _ => BayState::Unknown,
        }
    }

    /// The ladder as `What lamps show` puts it, one rung a line.
    fn expected(&self) -> (Rule, LampState) {
        let is_reserved = matches!(self.booked, Booked::Now | Booked::NowAndCheckedIn);
        let is_soon = matches!(self.booked, Booked::Soon | Booked::SoonAfterOneThatEnded);
        let is_intruder = self.sensor == Sensor::Occupied && self.booked == Booked::Now;
        let is_late = self.is_followed_late && self.bay_state() != BayState::Reserved;
        let holds = self.offline == Offline::Hold;
        match self.sensor {
            _ if self.emergency == Some(Emergency::AllRed) => (Rule::Emergency, LampState::AllRed),
            _ if self.emergency == Some(Emergency::AllOff) => (Rule::Emergency, LampState::AllOff),
            _ if self.is_out_of_service => (Rule::OutOfService, LampState::OutOfService),
            _ if self.is_blocked => (Rule::Blocked, LampState::Blocked),
            _ if is_late => (Rule::Transition, LampState::Reserved),
            _ if is_intruder && self.allow_sensor_override => {
                (Rule::OccupiedThoughReserved, LampState::Occupied)
            }
            _ if is_reserved => (Rule::Reserved, LampState::Reserved),
            Sensor::Free if is_soon => (Rule::ReservedSoon, LampState::ReservedSoon),
            Sensor::Free => (Rule::Sensor, LampState::Free),
            Sensor::Occupied => (Rule::Sensor, LampState::Occupied),
            Sensor::FreeThenSilentAShortWhile => (Rule::Held, LampState::Free),
            Sensor::OccupiedThenSilentAShortWhile => (Rule::Held, LampState::Occupied),
            Sensor::FreeThenSilentForLong if holds => (Rule::Held, LampState::Free),
            Sensor::OccupiedThenSilentForLong if holds => (Rule::Held, LampState::Occupied),
            Sensor::FreeThenSilentForLong
            | Sensor::OccupiedThenSilentForLong
            | Sensor::SaysItDoesNotKnow => (Rule::Offline, LampState::Unknown),
            Sensor::Never if self.default_state == DefaultState::Free => {
                (Rule::Default, LampState::Free)
            }
            Sensor::Never => (Rule::Default, LampState::Unknown),
        }
    }
}

impl Sensor {
    fn fact(self) -> SensorFact {
        let (state, stale_at) = match self {
            Self::Never => return SensorFact::default(),
            Self::Free => (SensorState::Free, NOW + 600),
            Self::Occupied => (SensorState::Occupied, NOW + 600),
            Self::SaysItDoesNotKnow => (SensorState::Unknown, NOW + 600),
            Self::FreeThenSilentAShortWhile => (SensorState::Free, NOW - 59),
            Self::FreeThenSilentForLong => (SensorState::Free, NOW - 60),
            Self::OccupiedThenSilentAShortWhile => (SensorState::Occupied, NOW - 59),
            Self::OccupiedThenSilentForLong => (SensorState::Occupied, NOW - 60),
        };
        SensorFact {
            state,
            observed_at: Some(at(NOW - 500)),
            stale_at: Some(at(stale_at)),
            ..SensorFact::default()
        }
    }
}

#[test]
fn the_ladder_holds_for_every_combination_of_facts() {
    let rows = rows();
    assert_eq!(rows.len(), 3 * 8 * 6 * 64);
    let mut seen = BTreeMap::new();
    for row in rows {
        let (facts, policy) = (row.facts(), row.policy());
        let answer = shown(&facts, &policy, at(NOW));
        assert_eq!((answer.rule, answer.look.state), row.expected(), "{row:?}");
        assert_eq!(answer.look, policy.look(answer.look.state), "{row:?}");
        *seen.entry(answer.rule).or_insert(0) += 1;
    }
    assert_eq!(
        seen.len(),
        Rule::ALL.len(),
        "every rung decides somewhere: {seen:?}"
    );
    assert!(Rule::ALL.is_sorted() && Rule::ALL.iter().eq(seen.keys()));
}

#[test]
fn a_lamp_is_woken_when_its_answer_changes_and_at_no_other_time() {
    let until = |row: &Row| shown(&row.facts(), &row.policy(), at(NOW)).until;
    let row = Row {
        emergency: None,
        is_out_of_service: false,
        is_blocked: false,
        sensor: Sensor::Free,
        booked: Booked::Later,
        allow_sensor_override: true,
        offline: Offline::Unknown,
        default_state: DefaultState::Unknown,
        is_followed_late: false,
    };
    assert_eq!(until(&row), Some(at(NOW + 1)), "reserved soon");
    let late = Row {
        booked: Booked::Never,
        is_followed_late: true,
        ..row
    };
    assert_eq!(until(&late), Some(at(NOW + 1)), "followed late");
    let silent = Row {
        sensor: Sensor::FreeThenSilentAShortWhile,
        booked: Booked::Never,
        ..row
    };
    assert_eq!(until(&silent), Some(at(NOW + 1)), "no longer held");
    let held = Row {
        offline: Offline::Hold,
        ..silent
    };
    assert_eq!(until(&held), None, "held for good");
    let blocked = Row {
        is_blocked: true,
        ..row
    };
    assert_eq!(
        until(&blocked),
        Some(at(NOW + 5_000)),
        "the end of the override"
    );
    let emergency = Row {
        emergency: Some(Emergency::AllOff),
        ..blocked
    };
    assert_eq!(until(&emergency), None, "taken back by hand alone");
}

#[test]
fn a_lamp_follows_late_what_time_alone_changed_before_anybody_wrote_it_down() {
    let policy = Policy {
        transitions: vec![Transition {
            from: BayState::Free,
            to: BayState::Reserved,
            after_s: 20,
        }],
        ..Policy::default()
    };
    let facts = LampFacts {
        bay: BayFacts {
            sensor: Sensor::Free.fact(),
            reservations: vec![span(NOW, NOW + 100)],
            ..BayFacts::default()
        },
        last_change: Some(LastChange {
            from: BayState::Occupied,
            to: BayState::Free,
            at: at(0),
        }),
        ..LampFacts::default()
    };
    let before = shown(&facts, &policy, at(NOW + 19));
    assert_eq!(
        (before.rule, before.look.state, before.until),
        (Rule::Transition, LampState::Free, Some(at(NOW + 20)))
    );
    assert_eq!(
        shown(&facts, &policy, at(NOW + 20)).look.state,
        LampState::Reserved
    );
    // Written down a little late, it is followed a little later, and never skipped.
    let settled = LampFacts {
        last_change: Some(LastChange {
            from: BayState::Free,
            to: BayState::Reserved,
            at: at(NOW + 3),
        }),
        ..facts
    };
    assert_eq!(
        shown(&settled, &policy, at(NOW + 19)).until,
        Some(at(NOW + 23))
    );
}

#[test]
fn no_instant_is_so_far_off_that_the_ladder_breaks() {
    let (first, last) = (DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC);
    let policy = Policy {
        transitions: vec![Transition {
            from: BayState::Free,
            to: BayState::Occupied,
            after_s: 300,
        }],
        ..Policy::default()
    };
    for (from, until) in [(first, last), (last, last), (first, first)] {
        let always = Span {
            from,
            until: Some(until),
        };
        let facts = LampFacts {
            bay: BayFacts {
                sensor: SensorFact {
                    stale_at: Some(last),
                    ..Sensor::Occupied.fact()
                },
                overrides: vec![Override {
                    kind: OverrideKind::Blocked,
                    span: always,
                }],
                reservations: vec![always],
            },
            checked_in: vec![always],
            last_change: Some(LastChange {
                from: BayState::Free,
                to: BayState::Occupied,
                at: from,
            }),
            emergency: None,
        };
        for now in [first, at(NOW), last] {
            let answer = shown(&facts, &policy, now);
            assert!(answer.until.is_none_or(|until| until > now));
        }
    }
}

#[test]
fn only_reserved_soon_blinks_and_only_where_the_policy_says_so() {
    let policy = Policy {
        blink_reserved_soon: true,
        blink_pattern_ms: 700,
        ..Policy::default()
    };
    for state in LampState::ALL {
        assert_eq!(Policy::default().look(state).blink_ms, None);
        let wanted = (state == LampState::ReservedSoon).then_some(700);
        assert_eq!(policy.look(state).blink_ms, wanted);
        assert_eq!(state.name().parse(), Ok(state));
    }
}

#[test]
fn colors_are_six_digits() {
    assert_eq!("ffA500".parse(), Ok(Rgb::new(255, 165, 0)));
    assert_eq!(Rgb::new(255, 165, 0).to_string(), "FFA500");
    for wrong in ["", "FFF", "#FFA500", "GG0000", "+FA500", "FFA5000", "ÿA500"] {
        assert_eq!(wrong.parse::<Rgb>(), Err(NotAColor), "{wrong}");
    }
}

prop_compose! {
    fn spans()(from in 0_i64..60, seconds in proptest::option::of(-2_i64..30)) -> Span {
        Span { from: at(from), until: seconds.map(|seconds| at(from + seconds)) }
    }
}

fn sensor_states() -> impl Strategy<Value = SensorState> {
    select(&SensorState::ALL[..])
}

prop_compose! {
    fn lamp_facts()(
        state in sensor_states(),
        is_heard in proptest::bool::ANY,
        stale in proptest::option::of(0_i64..60),
        held in proptest::option::of((sensor_states(), 0_i64..60)),
        overrides in proptest::collection::vec((select(&OverrideKind::ALL[..]), spans()), 0..2),
        reservations in proptest::collection::vec((spans(), proptest::bool::ANY), 0..4),
        last in proptest::option::of((select(&BayState::ALL[..]), select(&BayState::ALL[..]), 0_i64..20)),
    ) -> LampFacts {
        let sensor = SensorFact {
            state,
            observed_at: is_heard.then(|| at(0)),
            stale_at: stale.map(at),
            held: held.map(|(state, second)| Held { state, until: at(second) }),
            uplink_id: None,
        };
        let checked_in = reservations.iter().filter(|(_, is_in)| *is_in);
        LampFacts {
            checked_in: checked_in.map(|(span, _)| *span).collect(),
            bay: BayFacts {
                sensor,
                overrides: overrides.into_iter().map(|(kind, span)| Override { kind, span }).collect(),
                reservations: reservations.into_iter().map(|(span, _)| span).collect(),
            },
            last_change: last.map(|(from, to, second)| LastChange { from, to, at: at(second) }),
            emergency: None,
        }
    }
}

prop_compose! {
    fn policies()(
        soon in 0_u32..15,
        timeout in 0_u32..15,
        allow_sensor_override in proptest::bool::ANY,
        offline in select(&Offline::ALL[..]),
        transitions in proptest::collection::vec((select(&BayState::ALL[..]), select(&BayState::ALL[..]), 1_u32..12), 0..3),
    ) -> Policy {
        Policy {
            reserved_soon_threshold_s: soon,
            sensor_unknown_timeout_s: timeout,
            allow_sensor_override,
            offline,
            transitions: transitions.into_iter().map(|(from, to, after_s)| Transition { from, to, after_s }).collect(),
            ..Policy::default()
        }
    }
}

proptest! {
    #[test]
    fn the_answer_is_constant_until_the_moment_it_names(facts in lamp_facts(), policy in policies(), start in -5_i64..80) {
        // Every instant that any fact names lies on a whole second, so seconds see everything.
        let first = shown(&facts, &policy, at(start));
        for second in start..140 {
            let answer = shown(&facts, &policy, at(second));
            if first.until.is_some_and(|until| at(second) >= until) {
                prop_assert_eq!(first.until, Some(at(second)));
                prop_assert_ne!((answer.rule, answer.look), (first.rule, first.look));
                break;
            }
            prop_assert_eq!(answer, first);
        }
    }

    #[test]
    fn walking_from_answer_to_answer_comes_to_an_end(facts in lamp_facts(), policy in policies()) {
        let mut now = at(-5);
        let mut steps = 0;
        while let Some(until) = shown(&facts, &policy, now).until {
            prop_assert!(until > now);
            now = until;
            steps += 1;
            prop_assert!(steps < 100);
        }
    }
}

fn model(slug: &str) -> LampModel<'_> {
    LampModel {
        id: slug,
        base: models::find(slug).unwrap(),
        own_codes: BTreeMap::new(),
    }
}

fn sent(slug: &str, state: LampState, policy: &Policy) -> (u8, String) {
    let frame = frame(&policy.look(state), &model(slug), policy, false).unwrap();
    (frame.port, Hex(frame.bytes).to_string())
}

/// What the published vectors say that bytes mean to a model.
fn published(slug: &str, bytes: &str) -> Option<Value> {
    let vectors: Vec<Value> = serde_json::from_str(VECTORS).unwrap();
    let codec = models::find(slug).unwrap().codec;
    let vector = vectors.into_iter().find(|vector| {
        let device = &vector["device"];
        let names = (device["vendor"].as_str(), device["model"].as_str());
        let (Some(vendor), Some(model)) = names else {
            return false;
        };
        vector["direction"] == "down"
            && vector["bytes_hex"] == bytes
            && codec::named(vendor, model).is_some_and(|one| one.id == codec)
    });
    vector.map(|vector| vector["expected"]["command"].clone())
}

const BYTES: [(&str, [&str; 9]); 4] = [
    (
        // Red, blue, green, on, off.
        "plenom-busylight-omega",
        [
            "0000ff6400",
            "ff00006400",
            "ff00a56400",
            "ff00ff6400",
            "8080806400",
            "8080006400",
            "ffffff6400",
            "ff00006400",
            "0000006400",
        ],
    ),
    (
        "heltec-v3-bay",
        ["01", "02", "03", "03", "00", "00", "00", "02", "00"],
    ),
    (
        "heltec-v3-zone",
        ["31", "30", "30", "30", "30", "30", "2d2d", "30", "20"],
    ),
    (
        "milesight-ds3604",
        [
            "fb01000446524545ff3d02",
            "fb0100084f43435550494544ff3d02",
            "fb0100085245534552564544ff3d02",
            "fb0100085245534552564544ff3d02",
            "fb010006434c4f534544ff3d02",
            "fb010006434c4f534544ff3d02",
            "fb0100012dff3d02",
            "fb010006434c4f534544ff3d02",
            "fb0100012dff3d02",
        ],
    ),
];

#[test]
fn every_display_is_sent_these_bytes_on_its_port() {
    let policy = Policy::default();
    let displays = CATALOGUE.iter().filter(|model| model.can_display());
    let slugs: Vec<_> = displays.map(|model| model.slug).collect();
    assert_eq!(slugs, BYTES.map(|(slug, _)| slug));
    for (slug, row) in BYTES {
        let port = models::find(slug).unwrap().ports_down[0];
        for (state, wanted) in LampState::ALL.into_iter().zip(row) {
            let answer = sent(slug, state, &policy);
            assert_eq!(answer, (port, wanted.to_owned()), "{slug} {state}");
        }
    }
}

#[test]
fn the_published_vectors_agree_about_the_bytes() {
    let mut agreed = 0;
    for (slug, row) in BYTES {
        for (state, bytes) in LampState::ALL.into_iter().zip(row) {
            let look = Policy::default().look(state);
            let Some(command) = published(slug, bytes) else {
                continue;
            };
            agreed += 1;
            match command["name"].as_str().unwrap() {
                "set_color" => {
                    let parts = ["r", "g", "b"].map(|part| command[part].as_u64().unwrap());
                    let color = [look.color.red, look.color.green, look.color.blue];
                    assert_eq!(parts, color.map(u64::from), "{slug} {state}");
                }
                "set_state" => assert_eq!(
                    command["state"].as_str().unwrap(),
                    look_word(state),
                    "{slug} {state}"
                ),
                "set_text" => assert_eq!(
                    command["text"].as_str().unwrap(),
                    counted(state),
                    "{slug} {state}"
                ),
                other => panic!("{slug} {state}: {other}"),
            }
        }
    }
    assert_eq!(agreed, 17, "of as many bytes the vectors say something");
}

/// What a sign that knows four states calls it.
fn look_word(state: LampState) -> &'static str {
    match state {
        LampState::Free => "free",
        LampState::Occupied | LampState::AllRed => "occupied",
        LampState::Reserved | LampState::ReservedSoon => "reserved",
        _ => "unknown",
    }
}

/// What a sign that counts the free bays of one bay shows.
fn counted(state: LampState) -> &'static str {
    match state {
        LampState::Free => "1",
        LampState::Unknown => "--",
        LampState::AllOff => " ",
        _ => "0",
    }
}

#[test]
fn the_bytes_of_a_busylight_are_red_blue_green() {
    let purple = Policy {
        colors: Colors {
            reserved_soon: Rgb::new(100, 0, 180),
            ..Colors::default()
        },
        blink_reserved_soon: true,
        blink_pattern_ms: 2_000,
        ..Policy::default()
    };
    let slug = "plenom-busylight-omega";
    let (port, bytes) = sent(slug, LampState::ReservedSoon, &purple);
    assert_eq!((port, bytes.as_str()), (15, "64b400c8c8"));
    let published = published(slug, "64b400ff00").unwrap();
    assert_eq!(
        (&published["r"], &published["g"], &published["b"]),
        (&Value::from(100), &Value::from(0), &Value::from(180))
    );
    let asked = frame(&purple.look(LampState::Free), &model(slug), &purple, true);
    assert_eq!(Hex(asked.unwrap().bytes).to_string(), "0000ff640001");
}

fn code(model: &str, state: LampState, payload: &str) -> RawCode {
    RawCode {
        model: model.to_owned(),
        state,
        port: None,
        payload: payload.parse().unwrap(),
    }
}

#[test]
fn a_raw_code_of_the_policy_wins_over_the_model_and_that_over_the_colour() {
    let slug = "plenom-busylight-omega";
    let own = LampModel {
        id: "019ab1ee-4c3d-7e11-8a77-9d2f6b0c4e21",
        own_codes: [(BayState::Free, "00003C6400".parse().unwrap())].into(),
        ..model(slug)
    };
    let bytes = |policy: &Policy, model: &LampModel<'_>| {
        let look = policy.look(LampState::Free);
        Hex(frame(&look, model, policy, false).unwrap().bytes).to_string()
    };
    let mut policy = Policy::default();
    assert_eq!(bytes(&policy, &model(slug)), "0000ff6400");
    assert_eq!(bytes(&policy, &own), "00003c6400");
    policy.codes = vec![
        code(slug, LampState::Free, "0010ff6400"),
        code(own.id, LampState::Free, "0020ff6400"),
    ];
    assert_eq!(bytes(&policy, &model(slug)), "0010ff6400");
    assert_eq!(bytes(&policy, &own), "0020ff6400");
    assert_eq!(
        sent(slug, LampState::Occupied, &policy).1,
        "ff00006400",
        "other states keep their colour"
    );
}

#[test]
fn in_an_emergency_a_lamp_is_red_or_dark_whatever_codes_there_are() {
    let slug = "plenom-busylight-omega";
    let white: Hex = "FFFFFF6400".parse().unwrap();
    let own = LampModel {
        own_codes: BayState::ALL.map(|state| (state, white.clone())).into(),
        ..model(slug)
    };
    let policy = Policy {
        codes: LampState::ALL
            .map(|state| code(slug, state, "FFFFFF6400"))
            .to_vec(),
        ..Policy::default()
    };
    let bytes = |state, model: &LampModel<'_>, policy: &Policy| {
        let frame = frame(&policy.look(state), model, policy, false).unwrap();
        Hex(frame.bytes).to_string()
    };
    for (policy, model) in [
        (&policy, &own),
        (&Policy::default(), &own),
        (&policy, &model(slug)),
    ] {
        assert_eq!(bytes(LampState::AllRed, model, policy), "ff00006400");
        assert_eq!(bytes(LampState::AllOff, model, policy), "0000006400");
        assert_eq!(bytes(LampState::Unknown, model, policy), "ffffff6400");
    }
    // A sign has no red: it says what comes nearest, and not what a policy has for the emergency.
    let sign = "heltec-v3-bay";
    let policy = Policy {
        codes: vec![code(sign, LampState::AllRed, "01")],
        ..Policy::default()
    };
    assert_eq!(sent(sign, LampState::AllRed, &policy).1, "02");
}

#[test]
fn a_code_that_shows_nothing_is_not_sent() {
    let lamp = models::find("plenom-busylight-omega").unwrap();
    let check = |port, payload: &str| check_code(lamp, port, &payload.parse().unwrap());
    assert_eq!(
        check(None, "ff00006400"),
        Ok(Frame {
            port: 15,
            bytes: vec![0xff, 0, 0, 0x64, 0]
        })
    );
    for drastic in ["aa00", "bb00", "0100", "0501", "09ff0000ff6400", "10"] {
        assert_eq!(check(None, drastic), Err(Unshowable::NotALook), "{drastic}");
    }
    // Another network's keys: a lamp that takes them is lost.
    let keys = format!("11{}", "00".repeat(16));
    assert_eq!(check(None, &keys), Err(Unshowable::NotALook));
    assert_eq!(check(Some(1), "ff00006400"), Err(Unshowable::WrongPort));
    assert_eq!(check(None, ""), Err(Unshowable::Length));
    let sensor = models::find("bosch-tps110").unwrap();
    assert_eq!(
        check_code(sensor, None, &"00".parse().unwrap()),
        Err(Unshowable::NoDisplay)
    );
    for display in CATALOGUE.iter().filter(|model| model.can_display()) {
        let codes = display.lamp_codes.into_iter();
        let codes = codes.flat_map(|codes| [codes.free, codes.occupied, codes.reserved]);
        for payload in codes {
            assert!(check_code(display, None, &payload.parse().unwrap()).is_ok());
        }
    }
    assert!(matches!(
        codec::find("plenom_busylight_omega")
            .unwrap()
            .interpret(Some(15), &[0xaa, 0]),
        Ok(Command::FactoryReset {})
    ));
}

#[test]
fn a_policy_says_what_the_predecessor_said() {
    let policy = Policy::default();
    let colors = [
        LampState::Occupied,
        LampState::Free,
        LampState::Reserved,
        LampState::ReservedSoon,
        LampState::Blocked,
        LampState::OutOfService,
    ];
    let colors = colors.map(|state| policy.look(state).color.to_string());
    assert_eq!(
        colors,
        ["FF0000", "00FF00", "FFA500", "FFFF00", "808080", "800080"]
    );
    assert_eq!(
        (
            policy.reserved_soon_threshold_s,
            policy.sensor_unknown_timeout_s,
            policy.blink_pattern_ms
        ),
        (900, 60, 500)
    );
    assert!(policy.allow_sensor_override && !policy.blink_reserved_soon);
}
