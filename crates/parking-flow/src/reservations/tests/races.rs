//! Who is first, when many want the same; and the whole engine beside a naive one.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use parking_domain::reservations::{Slot, Status};

use super::*;

/// Numbers that look like chance and are the same each time.
pub(super) struct Chance(pub(super) u64);

impl Chance {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005);
        self.0 = self.0.wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    pub(super) fn minute(&mut self, bound: u64) -> i64 {
        i64::try_from(self.below(bound)).expect("a small number")
    }
}

/// How often the race of 64 is run; a thousand times when asked for by `cargo nextest run --run-ignored`.
const ROUNDS: i64 = 10;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_sixty_four_who_want_one_slot_exactly_one_gets_it() {
    race(ROUNDS).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes minutes: a thousand rounds"]
async fn of_sixty_four_who_want_one_slot_exactly_one_gets_it_a_thousand_times() {
    race(1_000).await;
}

async fn race(rounds: i64) {
    let lot = Lot::open().await;
    for round in 0..rounds {
        // Slots that overlap and are not the same, of a slot of the round's own.
        let start = 10 + round * 30;
        let racers: Vec<_> = (0..64_i64)
            .map(|n| {
                let wish = lot.wish(0, start + n % 5, start + 20 + n % 5);
                let (served, token) = (lot.served.clone(), lot.token.clone());
                tokio::spawn(async move { served.post(&token, RESERVATIONS, wish).await })
            })
            .collect();
        let mut answers: BTreeMap<(u16, String), usize> = BTreeMap::new();
        for racer in racers {
            let answer = racer.await.expect("no panic");
            let how = (answer.status.as_u16(), answer.code());
            *answers.entry(how).or_default() += 1;
        }
        let expected = BTreeMap::from([
            ((201, String::new()), 1),
            ((409, "slot_taken".to_owned()), 63),
        ]);
        assert_eq!(answers, expected, "round {round}");
    }
    assert_eq!(lot.overlaps().await, 0);
}

/// How long the churn lasts.
const CHURN: Duration = Duration::from_secs(5);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_sixteen_clients_do_on_four_bays_nothing_overlaps_and_nothing_breaks() {
    let mut lot = Lot::open().await;
    let site = lot.reserves(0, 1_300, 1_310).await["site_id"].clone();
    for code in ["A-3", "A-4"] {
        let bay = json!({ "site_id": site, "code": code });
        let bay = lot.post("/api/v6/spaces", bay).await.json()["id"].clone();
        lot.bays.push(serde_json::from_value(bay).expect("an id"));
    }
    let until = Instant::now() + CHURN;
    let clients: Vec<_> = (0..16_u64)
        .map(|n| {
            let (served, token) = (lot.served.clone(), lot.token.clone());
            let (bays, noon, site) = (lot.bays.clone(), at(0), site.clone());
            tokio::spawn(async move {
                let mut chance = Chance(n);
                let mut mine: Vec<String> = Vec::new();
                let mut answers: BTreeMap<(u16, String), usize> = BTreeMap::new();
                while Instant::now() < until {
                    let start = noon + TimeDelta::minutes(5 * chance.minute(40));
                    let end = start + TimeDelta::minutes(5 + 5 * chance.minute(8));
                    let bay = bays[usize::try_from(chance.below(4)).expect("small")];
                    let which = usize::try_from(chance.below(8)).expect("small");
                    let known = mine.get(which).cloned();
                    let wish = json!({ "space_id": bay, "start_time": start, "end_time": end });
                    let answer = match (chance.below(4), known) {
                        (0, Some(one)) => {
                            mine.remove(which);
                            served.delete(&token, &one).await
                        }
                        (1 | 2, Some(one)) => served.patch(&token, &one, wish).await,
                        (3, Some(_)) => {
                            let any =
                                json!({ "site_id": site, "start_time": start, "end_time": end });
                            let path = format!("{RESERVATIONS}/any");
                            served.post(&token, &path, any).await
                        }
                        _ => served.post(&token, RESERVATIONS, wish).await,
                    };
                    if answer.status == StatusCode::CREATED {
                        mine.push(path_of(&answer.json()));
                    }
                    let how = (answer.status.as_u16(), answer.code());
                    *answers.entry(how).or_default() += 1;
                }
                answers
            })
        })
        .collect();
    let mut answers: BTreeMap<(u16, String), usize> = BTreeMap::new();
    for client in clients {
        for (how, count) in client.await.expect("no panic") {
            *answers.entry(how).or_default() += count;
        }
    }
    let known = [200, 201, 204, 409];
    assert!(
        answers.keys().all(|(status, _)| known.contains(status)),
        "{answers:?}"
    );
    assert!(
        answers.keys().any(|(status, _)| *status == 200),
        "{answers:?}"
    );
    assert_eq!(lot.overlaps().await, 0);
}

/// A reservation as somebody keeps it who looks through all of them each time.
#[derive(Clone, Debug)]
struct Naive {
    bay: usize,
    slot: Slot,
    status: Status,
    hold_until: Option<DateTime<Utc>>,
}

impl Naive {
    fn blocks(&self) -> bool {
        matches!(self.status, Status::Pending | Status::Confirmed)
    }
}

fn is_free(all: &[(Value, Naive)], but: Option<usize>, (bay, slot): (usize, Slot)) -> bool {
    let others = all.iter().enumerate().filter(|(n, _)| Some(*n) != but);
    let mut others = others.map(|(_, (_, one))| one);
    !others.any(|one| {
        one.blocks() && one.bay == bay && one.slot.start < slot.end && slot.start < one.slot.end
    })
}

#[tokio::test]
async fn the_engine_answers_as_a_naive_one_over_many_days_of_chance() {
    let lot = Lot::open().await;
    for seed in 1..=3 {
        play(&lot, Chance(seed)).await;
    }
    assert_eq!(lot.overlaps().await, 0);
}

/// What somebody does next.
struct Turn {
    which: Option<usize>,
    bay: usize,
    slot: Slot,
    action: u64,
    pause: i64,
}

fn turn(lot: &Lot, chance: &mut Chance, known: usize) -> Turn {
    let minute = (lot.now() - at(0)).num_minutes();
    let start = minute + 5 * chance.minute(24);
    let end = start + 5 + 5 * chance.minute(6);
    let which = (known > 0).then(|| chance.below(known as u64));
    Turn {
        which: which.and_then(|n| usize::try_from(n).ok()),
        bay: usize::try_from(chance.below(2)).expect("small"),
        slot: Slot {
            start: at(start),
            end: at(end),
        },
        action: chance.below(6),
        pause: minute + 1 + chance.minute(20),
    }
}

async fn play(lot: &Lot, mut chance: Chance) {
    let mut all: Vec<(Value, Naive)> = Vec::new();
    for _ in 0..120 {
        let turn = turn(lot, &mut chance, all.len());
        match (turn.action, turn.which) {
            (0..3, Some(n)) => change_one(lot, &mut all, n, &turn).await,
            (3, _) => {
                lot.waits_until(turn.pause).await;
                let now = lot.now();
                for (_, one) in all.iter_mut().filter(|(_, one)| one.blocks()) {
                    let has_run_out = one.hold_until.is_some_and(|until| until <= now);
                    if one.slot.end <= now || has_run_out {
                        one.status = Status::Expired;
                    }
                }
            }
            _ => book_one(lot, &mut all, &turn).await,
        }
    }
    for (body, one) in &all {
        assert_eq!(lot.sees(body).await["status"], one.status.name(), "{one:?}");
    }
    // The next game has the bays to itself.
    for (body, _) in all.iter().filter(|(_, one)| one.blocks()) {
        lot.cancels(body).await;
    }
}

/// Cancels, moves or confirms one, here and there.
async fn change_one(lot: &Lot, all: &mut [(Value, Naive)], n: usize, turn: &Turn) {
    let fits = is_free(all, Some(n), (turn.bay, turn.slot));
    let (body, one) = &mut all[n];
    let (answer, may) = match turn.action {
        0 => {
            let may = one.blocks() || one.status == Status::Cancelled;
            (lot.cancels(body).await, may)
        }
        1 => {
            let wish = json!({
                "space_id": lot.bays[turn.bay], "start_time": turn.slot.start, "end_time": turn.slot.end,
            });
            (lot.moves(body, wish).await, one.blocks() && fits)
        }
        _ => (lot.takes(body, "confirm").await, one.blocks()),
    };
    assert_eq!(answer.status.is_success(), may, "{one:?} {}", answer.text);
    match turn.action {
        _ if !may => {}
        0 => one.status = Status::Cancelled,
        1 => (one.bay, one.slot) = (turn.bay, turn.slot),
        _ => (one.status, one.hold_until) = (Status::Confirmed, None),
    }
}

/// Reserves or holds a bay, here and there.
async fn book_one(lot: &Lot, all: &mut Vec<(Value, Naive)>, turn: &Turn) {
    let hold_until = (turn.action == 4).then(|| lot.now() + TimeDelta::minutes(5));
    let mut wish = json!({
        "space_id": lot.bays[turn.bay], "start_time": turn.slot.start, "end_time": turn.slot.end,
    });
    let mut status = Status::Confirmed;
    if let Some(until) = hold_until {
        wish["hold_until"] = json!(until);
        status = Status::Pending;
    }
    let answer = lot.does(Method::POST, RESERVATIONS, Some(wish)).await;
    let fits = is_free(all, None, (turn.bay, turn.slot));
    assert_eq!(
        answer.status == StatusCode::CREATED,
        fits,
        "{}",
        answer.text
    );
    if fits {
        let (bay, slot) = (turn.bay, turn.slot);
        let one = Naive {
            bay,
            slot,
            status,
            hold_until,
        };
        all.push((answer.json(), one));
    }
}
