//! The whole engine beside a naive one, which looks through all reservations each time.

use parking_domain::reservations::{Slot, Status};

use super::oracle_rules::{Repeats, rule_one};
use super::races::Chance;
use super::series::SERIES;
use super::*;

/// The buffers of the site, in minutes.
const BUFFERS: (i64, i64) = (5, 10);

/// How long before the start one can check in, in minutes, by the standard.
const EARLY: i64 = 15;

/// A reservation as it is by the rules, one by one.
#[derive(Clone, Debug)]
pub(super) struct Naive {
    bay: usize,
    pub(super) slot: Slot,
    pub(super) status: Status,
    hold_until: Option<DateTime<Utc>>,
    pub(super) has_come: bool,
    /// Whether it was put elsewhere by itself.
    pub(super) is_detached: bool,
}

impl Naive {
    pub(super) fn blocks(&self) -> bool {
        matches!(self.status, Status::Pending | Status::Confirmed)
    }

    /// What the clock makes of it.
    fn grows_older(&mut self, now: DateTime<Utc>) {
        let has_run_out =
            self.status == Status::Pending && self.hold_until.is_some_and(|until| until <= now);
        if self.blocks() && (self.slot.end <= now || has_run_out) {
            self.status = if self.has_come {
                Status::Completed
            } else {
                Status::Expired
            };
        }
    }
}

type Known = [(Value, Naive)];

/// Whether somebody can have a bay for a time, but for what stands there already.
pub(super) fn is_free(all: &Known, but: Option<usize>, bay: usize, slot: Slot) -> bool {
    let wide = |slot: Slot| {
        let (before, after) = (TimeDelta::minutes(BUFFERS.0), TimeDelta::minutes(BUFFERS.1));
        (slot.start - before, slot.end + after)
    };
    let (from, until) = wide(slot);
    let mut others = all.iter().enumerate().filter(|(n, _)| Some(*n) != but);
    !others.any(|(_, (_, one))| {
        let (start, end) = wide(one.slot);
        one.blocks() && one.bay == bay && start < until && from < end
    })
}

#[tokio::test]
async fn the_engine_answers_as_a_naive_one_over_many_days_of_chance() {
    let lot = Lot::open().await;
    lot.sets_terms(
        json!({ "buffer_before_minutes": BUFFERS.0, "buffer_after_minutes": BUFFERS.1 }),
    )
    .await;
    let mut reached = [0; ACTIONS];
    for seed in 1..=4 {
        play(&lot, Chance(seed), &mut reached).await;
    }
    assert_eq!(lot.overlaps().await, 0);
    // Nothing of it was tried in vain only.
    assert!(reached.iter().all(|count| *count > 0), "{reached:?}");
}

/// How many things somebody does.
const ACTIONS: usize = 12;

/// What somebody does next.
struct Turn {
    which: Option<usize>,
    bay: usize,
    slot: Slot,
    action: usize,
    pause: i64,
}

fn turn(lot: &Lot, chance: &mut Chance, known: usize) -> Turn {
    let minute = (lot.now() - at(0)).num_minutes();
    let start = minute + 5 * chance.minute(14);
    let end = start + 5 + 5 * chance.minute(6);
    // Rather one of the last: what happened long ago is history.
    let which = (known > 0).then(|| chance.below(known.min(12) as u64));
    let which = which.and_then(|n| usize::try_from(n).ok());
    Turn {
        which: which.map(|n| known - 1 - n),
        bay: usize::try_from(chance.below(2)).expect("small"),
        slot: Slot {
            start: at(start),
            end: at(end),
        },
        action: usize::try_from(chance.below(ACTIONS as u64)).expect("small"),
        pause: minute + 1 + chance.minute(12),
    }
}

async fn play(lot: &Lot, mut chance: Chance, reached: &mut [i32; ACTIONS]) {
    let (mut all, mut series): (Vec<(Value, Naive)>, Vec<Repeats>) = (Vec::new(), Vec::new());
    let site = lot.site_of_bays().await;
    for _ in 0..200 {
        let turn = turn(lot, &mut chance, all.len());
        // Rather somebody leaves who has come: of the others it is seldom one.
        let has_come = |(_, one): &(Value, Naive)| one.blocks() && one.has_come;
        let leaves = all.iter().rposition(has_come).filter(|_| turn.action == 4);
        let went_well = match (turn.action, leaves.or(turn.which)) {
            (0..=4, Some(n)) => change_one(lot, &mut all, n, &turn).await,
            (5, _) => {
                lot.waits_until(turn.pause).await;
                let now = lot.now();
                for (_, one) in &mut all {
                    one.grows_older(now);
                }
                true
            }
            (6, _) => any_one(lot, &mut all, (&site, &turn)).await,
            (7, _) => ask(lot, &all, &turn).await,
            (8, _) => {
                let skips = chance.below(2) == 0;
                let made = repeat_one(lot, &mut all, (&turn, skips)).await;
                let was = series.len();
                series.extend(made);
                series.len() > was
            }
            (11, _) if !series.is_empty() => {
                // Rather one of the last: what happened long ago is over.
                let n = usize::try_from(chance.below(series.len().min(3) as u64)).expect("small");
                let n = series.len() - 1 - n;
                let (interval, count) = (1 + chance.minute(2), 1 + chance.minute(5));
                let how = (interval, count, chance.below(2) == 0);
                rule_one(lot, &mut all, &mut series[n], how).await
            }
            (11, _) => false,
            _ => book_one(lot, &mut all, &turn).await,
        };
        reached[turn.action] += i32::from(went_well);
    }
    for (body, one) in &all {
        assert_eq!(lot.sees(body).await["status"], one.status.name(), "{one:?}");
    }
    // The next game has the bays to itself.
    for (body, _) in all.iter().filter(|(_, one)| one.blocks()) {
        assert_eq!(lot.cancels(body).await.status, StatusCode::OK);
    }
}

/// Cancels, moves, confirms one, or says that somebody came or left.
async fn change_one(lot: &Lot, all: &mut [(Value, Naive)], n: usize, turn: &Turn) -> bool {
    let now = lot.now();
    let fits = is_free(all, Some(n), turn.bay, turn.slot);
    let (body, one) = &mut all[n];
    let is_agreed = one.status == Status::Confirmed;
    let (answer, may) = match turn.action {
        0 => {
            let may = one.blocks() || one.status == Status::Cancelled;
            (lot.cancels(body).await, may)
        }
        1 => {
            let wish = json!({
                "space_id": lot.bays[turn.bay], "start_time": turn.slot.start, "end_time": turn.slot.end,
            });
            let may = one.blocks() && fits && (!one.has_come || turn.slot.start == one.slot.start);
            (lot.moves(body, wish).await, may)
        }
        2 => (lot.takes(body, "confirm").await, one.blocks()),
        3 => {
            let is_open = one.slot.start - TimeDelta::minutes(EARLY) <= now && now < one.slot.end;
            (lot.takes(body, "check-in").await, is_agreed && is_open)
        }
        _ => {
            let may = is_agreed && one.has_come || one.status == Status::Completed;
            (lot.takes(body, "check-out").await, may)
        }
    };
    assert_eq!(answer.status.is_success(), may, "{one:?} {}", answer.text);
    match turn.action {
        _ if !may => {}
        0 => one.status = Status::Cancelled,
        1 => {
            one.is_detached |= (one.bay, one.slot) != (turn.bay, turn.slot);
            (one.bay, one.slot) = (turn.bay, turn.slot);
        }
        2 => (one.status, one.hold_until) = (Status::Confirmed, None),
        3 => one.has_come = true,
        _ => one.status = Status::Completed,
    }
    may
}

impl Naive {
    pub(super) fn agreed(bay: usize, slot: Slot) -> Self {
        Self {
            bay,
            slot,
            status: Status::Confirmed,
            hold_until: None,
            has_come: false,
            is_detached: false,
        }
    }
}

/// Reserves or holds a bay.
async fn book_one(lot: &Lot, all: &mut Vec<(Value, Naive)>, turn: &Turn) -> bool {
    let mut one = Naive::agreed(turn.bay, turn.slot);
    let mut wish = json!({
        "space_id": lot.bays[turn.bay], "start_time": turn.slot.start, "end_time": turn.slot.end,
    });
    if turn.action == 9 {
        let until = lot.now() + TimeDelta::minutes(5);
        wish["hold_until"] = json!(until);
        (one.status, one.hold_until) = (Status::Pending, Some(until));
    }
    let answer = lot.does(Method::POST, RESERVATIONS, Some(wish)).await;
    let fits = is_free(all, None, turn.bay, turn.slot);
    assert_eq!(
        answer.status == StatusCode::CREATED,
        fits,
        "{}",
        answer.text
    );
    if fits {
        all.push((answer.json(), one));
    }
    fits
}

/// Reserves whichever bay is free: the first one, by its code.
async fn any_one(lot: &Lot, all: &mut Vec<(Value, Naive)>, (site, turn): (&Value, &Turn)) -> bool {
    let wish = json!({ "site_id": site, "start_time": turn.slot.start, "end_time": turn.slot.end });
    let path = format!("{RESERVATIONS}/any");
    let answer = lot.does(Method::POST, &path, Some(wish)).await;
    let Some(bay) = (0..2).find(|bay| is_free(all, None, *bay, turn.slot)) else {
        refused(&answer, 409, "no_space_free");
        return false;
    };
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
    let body = answer.json();
    assert_eq!(body["space_id"], json!(lot.bays[bay]));
    all.push((body, Naive::agreed(bay, turn.slot)));
    true
}

/// Asks when a bay is free, and compares the answer with every slot of whole minutes.
async fn ask(lot: &Lot, all: &Known, turn: &Turn) -> bool {
    let (from, minutes) = (turn.slot.start, 40);
    let until = from + TimeDelta::minutes(minutes);
    let question = json!({ "space_id": lot.bays[turn.bay], "from": from, "to": until });
    let path = format!("{RESERVATIONS}/check-availability");
    let answer = lot.does(Method::POST, &path, Some(question)).await.json();
    let told = &answer["spaces"][0];
    let windows = told["free"]
        .as_array()
        .expect("windows")
        .iter()
        .map(|window| {
            let instant = |field: &str| {
                serde_json::from_value::<DateTime<Utc>>(window[field].clone()).expect("an instant")
            };
            Slot {
                start: instant("start_time"),
                end: instant("end_time"),
            }
        });
    let windows: Vec<Slot> = windows.collect();
    for start in 0..minutes {
        for end in start + 5..=minutes {
            let [start, end] = [start, end].map(|minute| from + TimeDelta::minutes(minute));
            let slot = Slot { start, end };
            let is_told = windows.iter().any(|window| window.encloses(&slot));
            assert_eq!(
                is_told,
                is_free(all, None, turn.bay, slot),
                "{slot:?} {answer}"
            );
        }
    }
    let whole = Slot {
        start: from,
        end: until,
    };
    let is_whole = is_free(all, None, turn.bay, whole);
    assert_eq!(told["is_free"], is_whole);
    !is_whole
}

/// Reserves a bay on three days, all of them or those that can be had.
async fn repeat_one(
    lot: &Lot,
    all: &mut Vec<(Value, Naive)>,
    (turn, skips): (&Turn, bool),
) -> Option<Repeats> {
    let on = |day: i64| Slot {
        start: turn.slot.start + TimeDelta::days(day),
        end: turn.slot.end + TimeDelta::days(day),
    };
    let free = |day: &i64| is_free(all, None, turn.bay, on(*day));
    let had: Vec<i64> = (0..3).filter(free).collect();
    let wish = json!({
        "space_id": lot.bays[turn.bay], "start_time": turn.slot.start, "end_time": turn.slot.end,
        "rule": "FREQ=DAILY;COUNT=3", "on_clash": if skips { "skip" } else { "refuse" },
    });
    let answer = lot.does(Method::POST, SERIES, Some(wish)).await;
    if had.is_empty() || had.len() < 3 && !skips {
        refused(&answer, 409, "series_clashes");
        return None;
    }
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
    let series = answer.json();
    let path = format!(
        "{RESERVATIONS}?series_id={}&sort=start_time",
        series["id"].as_str().expect("an id")
    );
    let made = lot.does(Method::GET, &path, None).await.json();
    let made = made["reservations"].as_array().expect("a list").clone();
    let starts: Vec<&Value> = made.iter().map(|one| &one["start_time"]).collect();
    let wanted: Vec<Value> = had.iter().map(|day| json!(on(*day).start)).collect();
    assert_eq!(starts, wanted.iter().collect::<Vec<_>>());
    let has = (all.len()..).zip(had.iter().copied()).collect();
    for (body, day) in made.into_iter().zip(had) {
        all.push((body, Naive::agreed(turn.bay, on(day))));
    }
    Some(Repeats::of_three(&series, turn.bay, turn.slot, has))
}

impl Lot {
    async fn site_of_bays(&self) -> Value {
        let path = format!("/api/v6/spaces/{}", self.bays[0]);
        self.does(Method::GET, &path, None).await.json()["site_id"].clone()
    }
}
