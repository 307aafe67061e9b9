//! Who is first, when many want the same.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::*;

/// Numbers that look like chance and are the same each time.
pub(super) struct Chance(pub(super) u64);

impl Chance {
    pub(super) fn below(&mut self, bound: u64) -> u64 {
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_one_persons_many_wishes_at_once_as_many_are_granted_as_they_may_have() {
    const MAX: usize = 3;
    let lot = Lot::open().await;
    let of = |mut wish: Value, email: &str| {
        wish["holder"] = json!({ "email": email });
        wish
    };
    let mut others = Vec::new();
    for n in 0..8 {
        let wish = of(
            lot.wish(0, 60 + 30 * n, 80 + 30 * n),
            &format!("guest{n}@example.org"),
        );
        let made = lot.does(Method::POST, RESERVATIONS, Some(wish)).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
        others.push(path_of(&made.json()));
    }
    lot.sets_terms(json!({ "per_person_max": MAX })).await;
    // Some make reservations for Ada, others give her theirs.
    let racers: Vec<_> = (0..16_i64)
        .map(|n| {
            let (served, token) = (lot.served.clone(), lot.token.clone());
            let wish = of(lot.wish(1, 60 + 30 * n, 80 + 30 * n), "ada@example.org");
            let given = others.get(usize::try_from(n).expect("small")).cloned();
            tokio::spawn(async move {
                let holder = json!({ "holder": { "email": "Ada@Example.org" } });
                match given {
                    Some(path) => served.patch(&token, &path, holder).await,
                    None => served.post(&token, RESERVATIONS, wish).await,
                }
            })
        })
        .collect();
    let mut granted = 0;
    for racer in racers {
        let answer = racer.await.expect("no panic");
        if answer.status.is_success() {
            granted += 1;
        } else {
            refused(&answer, 409, "person_limit_reached");
        }
    }
    let path = format!("{RESERVATIONS}?person=ada@example.org");
    let hers = lot.does(Method::GET, &path, None).await.json();
    assert_eq!((granted, &hers["total"]), (MAX, &json!(MAX)));
}
