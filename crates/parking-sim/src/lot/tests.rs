//! A lot lives as promised: repeatably, plausibly, and with everything that goes wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::time::Instant;

use parking_domain::bay_state::SensorState;
use parking_domain::codec;
use parking_domain::models::{self, CATALOGUE};
use sha2::{Digest as _, Sha256};

use super::*;

/// A Tuesday in January 2027, at midnight in Paris.
fn tuesday() -> DateTime<Utc> {
    "2027-01-11T23:00:00Z".parse().unwrap()
}

fn sensing() -> Vec<&'static Model> {
    CATALOGUE.iter().filter(|model| model.can_sense()).collect()
}

fn draft(spaces: usize, profile: &str, faults: Faults) -> LotDraft {
    LotDraft {
        site: "A lot".to_owned(),
        spaces,
        seed: 42,
        run: 0,
        models: sensing(),
        profile: *Profile::find(profile).unwrap(),
        timezone: chrono_tz::Europe::Paris,
        start: tuesday(),
        faults,
        outages: Vec::new(),
    }
}

/// Everything that happens within so many hours.
fn hours(lot: &mut Lot, hours: i64) -> Vec<Happening> {
    let end = lot.draft().start + TimeDelta::hours(hours);
    let mut happened = Vec::new();
    while lot.next_at().is_some_and(|at| at < end) {
        happened.extend(lot.step());
    }
    happened
}

fn told(happened: &[Happening]) -> impl Iterator<Item = (&Happening, &Message)> {
    happened
        .iter()
        .filter_map(|happening| match &happening.what {
            What::Told(message) => Some((happening, message)),
            _ => None,
        })
}

fn ups(happened: &[Happening]) -> impl Iterator<Item = (&Happening, &Message, &Up)> {
    told(happened).filter_map(|(happening, message)| match &message.content {
        Content::Up(up) => Some((happening, message, up)),
        _ => None,
    })
}

/// What a frame says of its bay, read by the codec of its device.
fn state(lot: &Lot, message: &Message, up: &Up) -> SensorState {
    let codec = codec::find(lot.devices()[message.device].model.codec).unwrap();
    let read = codec.decode(Some(up.frame.port), &up.frame.bytes);
    read.map_or(SensorState::Unknown, |reading| reading.sensor)
}

fn print(happened: &[Happening]) -> String {
    let mut hash = Sha256::new();
    for happening in happened {
        hash.update(format!("{happening:?}\n"));
    }
    hash.finalize()[..8]
        .iter()
        .fold(String::new(), |mut text, byte| {
            write!(text, "{byte:02x}").unwrap();
            text
        })
}

#[test]
fn the_same_seed_is_the_same_lot_and_a_run_changes_names_only() {
    let day = |draft: LotDraft| hours(&mut Lot::of(draft), 12);
    let first = day(draft(80, "mixed", Faults::ROUGH));
    assert_eq!(first, day(draft(80, "mixed", Faults::ROUGH)));
    insta::assert_snapshot!(print(&first));

    let other_seed = LotDraft {
        seed: 43,
        ..draft(80, "mixed", Faults::ROUGH)
    };
    assert_ne!(print(&first), print(&day(other_seed)));

    let again = day(LotDraft {
        run: 1,
        ..draft(80, "mixed", Faults::ROUGH)
    });
    let frames = |happened: &[Happening]| {
        let frames = ups(happened).map(|(at, _, up)| (at.at, up.f_cnt, up.frame.bytes.clone()));
        frames.collect::<Vec<_>>()
    };
    assert_eq!(frames(&first), frames(&again));
    let names = |happened: &[Happening]| -> BTreeSet<_> {
        told(happened).map(|(_, message)| message.id).collect()
    };
    assert!(names(&first).is_disjoint(&names(&again)));
}

#[test]
fn what_happens_comes_in_order() {
    let mut lot = Lot::of(draft(100, "shops", Faults::ROUGH));
    let happened = hours(&mut lot, 24);
    assert!(happened.is_sorted_by_key(|happening| happening.at));
    assert!(happened[0].at >= tuesday());
    let mut taken: BTreeSet<usize> = BTreeSet::new();
    let fresh = Lot::of(draft(100, "shops", Faults::ROUGH));
    taken.extend((0..100).filter(|bay| fresh.is_taken(*bay)));
    for happening in &happened {
        match happening.what {
            What::Parked { bay } => assert!(taken.insert(bay), "two vehicles in one bay"),
            What::Left { bay } => assert!(taken.remove(&bay), "nobody was there"),
            What::Told(_) => {}
        }
    }
    assert_eq!(taken.len(), lot.taken());
}

#[test]
fn a_site_fills_and_empties_as_its_audience_does() {
    let at = |profile: &str, hour: i64| {
        let mut lot = Lot::of(draft(400, profile, Faults::NONE));
        hours(&mut lot, hour);
        lot.taken() * 100 / 400
    };
    let office = [4, 11, 22].map(|hour| at("office", hour));
    assert!(
        office[0] < 10 && office[1] > 65 && office[2] < 20,
        "{office:?}"
    );
    let shops = [4, 17, 23].map(|hour| at("shops", hour));
    assert!(
        shops[0] < 10 && (25..80).contains(&shops[1]) && shops[2] < 20,
        "{shops:?}"
    );
    let residents = [3, 12, 22].map(|hour| at("residents", hour));
    assert!(
        residents[0] > 45 && residents[1] < 45 && residents[2] > 55,
        "{residents:?}"
    );
    let station = [3, 12].map(|hour| at("station", hour));
    assert!(station[0] < 30 && station[1] > 50, "{station:?}");
    let mixed = [4, 13].map(|hour| at("mixed", hour));
    assert!(mixed[1] > mixed[0] && mixed[1] < 98, "{mixed:?}");

    // A Sunday is not a Tuesday.
    let sunday = LotDraft {
        start: tuesday() + TimeDelta::days(5),
        ..draft(400, "office", Faults::NONE)
    };
    let mut sunday = Lot::of(sunday);
    hours(&mut sunday, 11);
    assert!(sunday.taken() < 40, "{}", sunday.taken());
}

#[test]
fn without_faults_the_last_word_of_each_sensor_is_the_truth() {
    let mut lot = Lot::of(draft(160, "mixed", Faults::NONE));
    let happened = hours(&mut lot, 30);
    let end = tuesday() + TimeDelta::hours(30);
    let mut said: BTreeMap<usize, SensorState> = BTreeMap::new();
    let mut changed: BTreeMap<usize, DateTime<Utc>> = BTreeMap::new();
    for happening in &happened {
        if let What::Parked { bay } | What::Left { bay } = happening.what {
            changed.insert(bay, happening.at);
        }
    }
    for (_, message, up) in ups(&happened) {
        let Role::Sensor(bay) = lot.devices()[message.device].role else {
            panic!("only sensors were asked for");
        };
        match state(&lot, message, up) {
            SensorState::Unknown => {}
            state => drop(said.insert(bay, state)),
        }
    }
    let mut compared = 0;
    for bay in 0..160 {
        let is_fresh = changed
            .get(&bay)
            .is_some_and(|at| end - *at < TimeDelta::minutes(1));
        if !is_fresh {
            compared += 1;
            let expected = if lot.is_taken(bay) {
                SensorState::Occupied
            } else {
                SensorState::Free
            };
            assert_eq!(
                said.get(&bay),
                Some(&expected),
                "bay {bay}, {}",
                lot.devices()[bay].model.slug
            );
        }
    }
    assert!(compared > 150);
    let counts = lot.counts();
    let nothing_wrong = (
        counts.lost,
        counts.repeated,
        counts.late,
        counts.garbled,
        counts.rejoins,
    );
    assert_eq!(nothing_wrong, (0, 0, 0, 0, 0));
    assert_eq!(
        counts.silenced + counts.reordered + counts.wrong_clock + counts.retransmitted,
        0
    );

    // Counters have no gaps, and no message comes twice.
    let mut next: BTreeMap<usize, u32> = BTreeMap::new();
    for (_, message, up) in ups(&happened) {
        let counter = next.entry(message.device).or_default();
        assert_eq!(up.f_cnt, *counter);
        *counter += 1;
    }
}

/// Everything, often enough to be counted.
const FAULTS: Faults = Faults {
    lost: 0.05,
    repeated: 0.04,
    retransmitted: 0.03,
    reordered: 0.02,
    late: 0.03,
    garbled: 0.02,
    wrong_clock: 0.06,
    rejoins_a_day: 0.4,
    weak_batteries: 0.2,
};

#[test]
fn everything_that_goes_wrong_does_so_at_its_rate() {
    let mut lot = Lot::of(draft(400, "shops", FAULTS));
    hours(&mut lot, 48);
    let counts = lot.counts();
    let near = |what: &str, count: u64, of: u64, rate: f64| {
        #[expect(clippy::cast_precision_loss, reason = "counts of a test are small")]
        let found = count as f64 / of as f64;
        assert!(
            (0.8..1.25).contains(&(found / rate)),
            "{what}: {count} of {of}"
        );
    };
    let heard = counts.frames - counts.lost;
    near("lost", counts.lost, counts.frames, FAULTS.lost);
    near("repeated", counts.repeated, heard, FAULTS.repeated);
    near(
        "retransmitted",
        counts.retransmitted,
        heard,
        FAULTS.retransmitted,
    );
    near("reordered", counts.reordered, heard, FAULTS.reordered);
    near("late", counts.late, heard, FAULTS.late);
    near("garbled", counts.garbled, counts.frames, FAULTS.garbled);
    near("wrong clock", counts.wrong_clock, heard, FAULTS.wrong_clock);
    near("rejoins", counts.rejoins, 2 * 400, FAULTS.rejoins_a_day);
}

#[test]
fn what_went_wrong_can_be_seen_from_outside() {
    let mut lot = Lot::of(draft(400, "shops", FAULTS));
    let happened = hours(&mut lot, 48);
    let mut names = BTreeSet::new();
    let twice = told(&happened)
        .filter(|(_, message)| !names.insert(message.id))
        .count();
    assert!(twice > 100, "{twice}");
    let late = told(&happened).filter(|(at, message)| at.at - message.at > TimeDelta::minutes(4));
    assert!(late.count() > 100);
    let joins =
        told(&happened).filter(|(_, message)| matches!(message.content, Content::Join { .. }));
    assert!(joins.count() > 400);
    let mut sessions: BTreeMap<usize, BTreeSet<u32>> = BTreeMap::new();
    let mut overtaken = 0;
    let mut highest: BTreeMap<(usize, u32), u32> = BTreeMap::new();
    for (_, message, up) in ups(&happened) {
        sessions
            .entry(message.device)
            .or_default()
            .insert(up.dev_addr);
        let high = highest
            .entry((message.device, up.dev_addr))
            .or_insert(up.f_cnt);
        overtaken += u32::from(up.f_cnt < *high);
        *high = up.f_cnt.max(*high);
    }
    assert!(overtaken > 100, "{overtaken}");
    assert!(
        sessions
            .values()
            .filter(|sessions| sessions.len() > 1)
            .count()
            > 100
    );
    let garbage: Vec<_> = ups(&happened)
        .filter(|(_, _, up)| up.frame.port == 223)
        .collect();
    assert!(garbage.len() > 100);
    for (_, message, up) in garbage {
        assert_eq!(
            state(&lot, message, up),
            SensorState::Unknown,
            "garbage that says something"
        );
    }
    let low = (0..400).filter(|device| lot.states[*device].percent(lot.next_at().unwrap()) < 10.0);
    assert!(low.count() > 40);
}

#[test]
fn a_gateway_that_is_out_silences_those_whom_nobody_else_hears() {
    let (from, until) = (
        tuesday() + TimeDelta::hours(10),
        tuesday() + TimeDelta::hours(14),
    );
    let outage = Outage {
        gateway: 1,
        from,
        until,
    };
    let mut lot = Lot::of(LotDraft {
        outages: vec![outage],
        ..draft(400, "shops", Faults::NONE)
    });
    let happened = hours(&mut lot, 20);
    assert!(lot.counts().silenced > 100, "{:?}", lot.counts());
    let is_out = |message: &Message| (from..until).contains(&message.at);
    let mut heard_otherwise = 0;
    for (_, message, up) in ups(&happened).filter(|(_, message, _)| is_out(message)) {
        assert!(up.receptions.iter().all(|heard| heard.gateway != 1));
        heard_otherwise += u32::from(lot.states[message.device].reach.contains(&1));
    }
    assert!(heard_otherwise > 10, "some reach another gateway");
    let after = ups(&happened).filter(|(_, message, up)| {
        message.at >= until && up.receptions.iter().any(|heard| heard.gateway == 1)
    });
    assert!(after.count() > 100, "it comes back");
}

#[test]
fn what_is_done_by_hand_stays_so_and_is_told_whatever_the_air_loses() {
    let lossy = Faults {
        lost: 1.0,
        ..Faults::NONE
    };
    let mut lot = Lot::of(draft(60, "shops", lossy));
    hours(&mut lot, 12);
    let bay = lot.bay("b-03").unwrap();
    assert_eq!(lot.bay("Z-99"), None);
    let live = |lot: &mut Lot, hours: i64| {
        let end = lot.next_at().unwrap() + TimeDelta::hours(hours);
        let mut happened = Vec::new();
        while lot.next_at().is_some_and(|at| at < end) {
            happened.extend(lot.step());
        }
        happened
    };
    for is_taken in [true, false, true] {
        let now = lot.next_at().unwrap();
        let changes = lot.is_taken(bay) != is_taken;
        assert_eq!(lot.keep(now, bay, is_taken), changes);
        assert!(!lot.keep(now, bay, is_taken), "it is so already");
        let happened = live(&mut lot, 24);
        assert_eq!(lot.is_taken(bay), is_taken, "nobody else comes or goes");
        let here = |what: &What| *what == What::Parked { bay } || *what == What::Left { bay };
        assert!(!happened.iter().any(|one| here(&one.what)));
        let last = ups(&happened)
            .filter(|(_, message, _)| lot.devices()[message.device].role == Role::Sensor(bay))
            .last();
        let (_, message, up) = last.expect("its sensor is heard");
        let expected = [SensorState::Free, SensorState::Occupied][usize::from(is_taken)];
        assert_eq!(state(&lot, message, up), expected);
        let others = ups(&happened)
            .filter(|(_, message, _)| lot.devices()[message.device].role != Role::Sensor(bay));
        assert_eq!(others.count(), 0, "all the rest is lost");
    }
    lot.let_be(lot.next_at().unwrap(), bay);
    let happened = live(&mut lot, 48);
    for what in [What::Left { bay }, What::Parked { bay }] {
        assert!(happened.iter().any(|one| one.what == what), "{what:?}");
    }
}

#[test]
fn while_all_gateways_are_out_nothing_is_told() {
    let mut lot = Lot::of(draft(60, "shops", Faults::NONE));
    assert!(told(&hours(&mut lot, 6)).count() > 100);
    lot.set_deaf(true);
    let begun = lot.counts().silenced;
    let silent = hours(&mut lot, 12);
    // What a gateway heard a moment before is still on its way.
    let out_at = tuesday() + TimeDelta::hours(6);
    assert!(told(&silent).all(|(_, message)| message.at < out_at));
    assert!(lot.counts().silenced > begun + 50, "{:?}", lot.counts());
    lot.set_deaf(false);
    assert!(told(&hours(&mut lot, 18)).count() > 50);
}

#[test]
fn every_model_of_the_catalogue_can_be_part_of_a_lot() {
    let mut lot = Lot::of(LotDraft {
        models: CATALOGUE.iter().collect(),
        ..draft(160, "mixed", Faults::NONE)
    });
    let happened = hours(&mut lot, 24);
    let speaking: BTreeSet<_> = ups(&happened)
        .map(|(_, message, _)| lot.devices()[message.device].model.slug)
        .collect();
    assert_eq!(speaking.len(), CATALOGUE.len(), "{speaking:?}");
    let of = |slug: &str| {
        lot.devices()
            .iter()
            .filter(|device| device.model.slug == slug)
            .count()
    };
    assert_eq!((of("bosch-tps110"), of("plenom-busylight-omega")), (10, 8));
    let euis: BTreeSet<_> = lot.devices().iter().map(|device| device.eui).collect();
    assert_eq!(euis.len(), lot.devices().len());
    let displays = lot
        .devices()
        .iter()
        .filter(|device| matches!(device.role, Role::Display(_)));
    let shown: BTreeSet<_> = displays.filter_map(|device| device.role.bay()).collect();
    assert_eq!(shown.len(), 4 * 8, "no bay has two");
    assert_eq!(models::CATALOGUE.len(), 22);
    for (_, message, up) in ups(&happened) {
        let codec = codec::find(lot.devices()[message.device].model.codec).unwrap();
        codec.decode(Some(up.frame.port), &up.frame.bytes).unwrap();
        assert!((-128..=-30).contains(&up.receptions[0].rssi));
        assert!((7..=12).contains(&up.spreading_factor));
    }
}

#[test]
fn a_day_of_five_hundred_bays_is_made_in_no_time() {
    let begun = Instant::now();
    let mut lot = Lot::of(draft(500, "mixed", Faults::USUAL));
    let happened = hours(&mut lot, 24);
    println!(
        "{} happenings in {:?}: {:?}",
        happened.len(),
        begun.elapsed(),
        lot.counts()
    );
    assert!(happened.len() > 5_000);
    let day: u64 = u64::try_from(ups(&happened).count()).unwrap();
    assert!(day > 2_000, "{day}");
}
