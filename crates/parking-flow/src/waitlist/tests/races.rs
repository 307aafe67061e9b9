//! Who is offered what, when much happens at once.

use parking_access::audit::By;
use parking_domain::reservations::Slot;
use parking_estate::Maker;
use parking_http::IfMatch;

use super::super::claim;
use super::*;
use crate::reservations::{Target, availability};

/// Looks after the list, as several servers do at once.
async fn keep_together(queue: &Queue, servers: usize) {
    let looks: Vec<_> = (0..servers)
        .map(|_| {
            let flow = queue.lot.flow.clone();
            let witness = Witness::new(flow.db.clone());
            tokio::spawn(async move { keep(&flow, &witness).await })
        })
        .collect();
    for look in looks {
        look.await.expect("no panic").expect("no error");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_servers_that_offer_at_once_one_offers_and_the_order_is_kept() {
    let queue = Queue::open().await;
    for round in 0..10 {
        let slot = (100 + round * 60, 150 + round * 60);
        let taken = [queue.reserves(0, slot).await, queue.reserves(1, slot).await];
        let mut waiting = Vec::new();
        for _ in 0..4 {
            waiting.push(queue.joins(None, slot).await);
        }
        for one in &taken {
            queue.cancels(one).await;
        }
        keep_together(&queue, 4).await;
        let mut standings = Vec::new();
        for entry in &waiting {
            standings.push(queue.standing(entry).await);
        }
        assert_eq!(
            standings,
            ["offered", "offered", "waiting", "waiting"],
            "{round}"
        );
    }
    assert_eq!(queue.overlaps().await, 0);
}

/// Waits until the look waits for an entry that somebody else holds.
async fn somebody_waits(queue: &Queue) {
    let mut all = queue.lot.test.superuser().await;
    for _ in 0..400 {
        let waits: bool = sqlx::query_scalar(
            "select exists (select from pg_stat_activity
             where datname = current_database() and wait_event_type = 'Lock' and query like '%waitlist_entries%')",
        )
        .fetch_one(&mut all)
        .await
        .expect("an answer");
        if waits {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    panic!("nobody waits");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_freed_during_a_look_is_offered_to_who_stands_first_and_not_to_who_is_asked_just_then()
 {
    let queue = Queue::open().await;
    let slot = (60, 120);
    let taken = queue.reserves(0, slot).await;
    queue.reserves(1, slot).await;
    let first = queue.joins(None, slot).await;
    let second = queue.joins(None, slot).await;
    // The look has asked the first, and comes to the second.
    let mut other = queue.lot.test.superuser().await;
    let mut other = sqlx::Connection::begin(&mut other).await.expect("begun");
    sqlx::query("select from waitlist_entries where id = $1::uuid for update")
        .bind(id(&second))
        .execute(&mut *other)
        .await
        .expect("held");
    let flow = queue.lot.flow.clone();
    let witness = Witness::new(flow.db.clone());
    let look = tokio::spawn(async move { keep(&flow, &witness).await });
    somebody_waits(&queue).await;
    queue.cancels(&taken).await;
    other.commit().await.expect("released");
    look.await.expect("no panic").expect("no error");
    assert_eq!(queue.standing(&second).await, "waiting");
    queue.keeps().await;
    let standings = [queue.standing(&first).await, queue.standing(&second).await];
    assert_eq!(standings, ["offered", "waiting"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_claim_in_the_last_moment_and_the_end_of_the_hold_never_both_win() {
    let queue = Queue::open().await;
    let mut claimed = 0;
    for round in 0..12 {
        let start = 200 + round * 60;
        let taken = queue.reserves(0, (start, start + 30)).await;
        let entry = queue.joins(Some(0), (start, start + 30)).await;
        queue.cancels(&taken).await;
        queue.keeps().await;
        let in_time = queue.lot.now() + TimeDelta::minutes(30) - TimeDelta::seconds(1);
        queue.lot.test.clock().advance(TimeDelta::minutes(30));
        let (flow, tenant) = (queue.lot.flow.clone(), queue.lot.tenant);
        let which = serde_json::from_value(entry["id"].clone()).expect("an id");
        let claims = tokio::spawn(async move {
            let maker = Maker {
                by: By::system("test"),
                name: "test".to_owned(),
            };
            let mut tx = flow.db.tenant(tenant).await.expect("a door");
            let answer = claim(&mut tx, &maker, (which, &IfMatch::default()), in_time).await;
            match answer {
                Ok(_) => tx.commit().await.is_ok(),
                Err(_) => false,
            }
        });
        let witness = Witness::new(queue.lot.flow.db.clone());
        let kept = reservations::keep(&queue.lot.flow, &witness).await;
        kept.expect("reservations are looked after");
        let is_theirs = claims.await.expect("no panic");
        claimed += usize::from(is_theirs);
        queue.keeps().await;
        let hold = queue.reservation_of(&entry).await["status"].clone();
        let expected = if is_theirs {
            ("claimed", "confirmed")
        } else {
            ("lapsed", "expired")
        };
        assert_eq!(
            (queue.standing(&entry).await.as_str(), hold.as_str()),
            (expected.0, Some(expected.1))
        );
    }
    assert!(claimed <= 12);
    assert_eq!(queue.overlaps().await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_a_storm_of_cancellations_each_freed_bay_is_offered_once_in_the_order_of_asking() {
    let mut queue = Queue::open().await;
    for n in 3..=8 {
        let bay = json!({ "site_id": queue.site, "code": format!("A-{n}") });
        let bay = made(&queue.lot.post("/api/v6/spaces", bay).await);
        queue
            .lot
            .bays
            .push(serde_json::from_value(bay["id"].clone()).expect("an id"));
    }
    let mut taken = Vec::new();
    for bay in 0..8 {
        taken.push(queue.reserves(bay, (60, 120)).await);
    }
    let mut waiting = Vec::new();
    for n in 0..16 {
        waiting.push(queue.joins(None, (60 + n % 3, 115 + n % 5)).await);
    }
    let cancels: Vec<_> = taken
        .iter()
        .map(|one| {
            let (served, token) = (queue.lot.served.clone(), queue.lot.token.clone());
            let path = format!("{RESERVATIONS}/{}", id(one));
            tokio::spawn(async move { served.delete(&token, &path).await.status })
        })
        .collect();
    for _ in 0..5 {
        keep_together(&queue, 3).await;
    }
    for cancel in cancels {
        assert_eq!(cancel.await.expect("no panic"), StatusCode::NO_CONTENT);
    }
    queue.keeps().await;
    let mut standings = Vec::new();
    let mut bays = Vec::new();
    for entry in &waiting {
        let seen = queue.sees(entry).await;
        standings.push(seen["status"].as_str().expect("a status").to_owned());
        bays.extend(seen["offered_space_code"].as_str().map(str::to_owned));
    }
    assert_eq!(standings[..8], ["offered"; 8]);
    assert_eq!(standings[8..], ["waiting"; 8]);
    bays.sort();
    assert_eq!(
        bays,
        ["A-1", "A-2", "A-3", "A-4", "A-5", "A-6", "A-7", "A-8"]
    );
    let offers = queue.events().await;
    let offers = offers.iter().filter(|kind| *kind == "waitlist.offered");
    assert_eq!(offers.count(), 8);
    assert_eq!(queue.overlaps().await, 0);
}

#[tokio::test]
async fn what_is_freed_where_nobody_waits_leaves_no_mark() {
    let queue = Queue::open().await;
    let taken = queue.reserves(0, (60, 120)).await;
    let near = queue.reserves(1, (60, 120)).await;
    queue.cancels(&taken).await;
    let held = json!({ "space_id": queue.lot.bays[0], "start_time": queue.at(60), "end_time": queue.at(120), "status": "pending" });
    let held = made(&queue.does(Method::POST, RESERVATIONS, Some(held)).await);
    let confirm = format!("{RESERVATIONS}/{}/confirm", id(&held));
    queue.does(Method::POST, &confirm, None).await;
    assert_eq!(queue.marks().await, 0);
    // Somebody waits for the bay beside it; their own mark goes when it was looked at twice.
    let entry = queue.joins(Some(1), (60, 120)).await;
    queue.keeps_until(async || queue.marks().await == 0).await;
    queue.cancels(&held).await;
    assert_eq!(queue.marks().await, 0);
    queue.cancels(&near).await;
    assert_eq!(queue.marks().await, 1);
    queue.keeps().await;
    assert_eq!(queue.standing(&entry).await, "offered");
    assert_eq!(queue.marks().await, 0);
}

#[tokio::test]
async fn whoever_begins_to_wait_while_the_bay_is_being_freed_is_offered_it() {
    let queue = Queue::open().await;
    let taken = queue.reserves(0, (60, 120)).await;
    let mut freeing = queue.lot.test.superuser().await;
    let mut freeing = sqlx::Connection::begin(&mut freeing).await.expect("begun");
    sqlx::query(
        "update reservations set status = 'cancelled', updated_at = $2 where id = $1::uuid",
    )
    .bind(id(&taken))
    .bind(queue.lot.now())
    .execute(&mut *freeing)
    .await
    .expect("freed");
    // Neither sees the other.
    let entry = queue.joins(Some(0), (60, 120)).await;
    for _ in 0..3 {
        queue.keeps().await;
    }
    assert_eq!(queue.standing(&entry).await, "waiting");
    freeing.commit().await.expect("a commit");
    queue
        .keeps_until(async || queue.standing(&entry).await == "offered")
        .await;
    queue.keeps_until(async || queue.marks().await == 0).await;
}

/// Numbers that look like chance and are the same each time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> i64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005);
        self.0 = self.0.wrapping_add(1_442_695_040_888_963_407);
        i64::try_from((self.0 >> 33) % bound).expect("a small number")
    }
}

#[tokio::test]
async fn whatever_happens_nobody_waits_for_what_is_free() {
    let queue = Queue::open().await;
    for seed in 1..=2 {
        play(&queue, Chance(seed)).await;
    }
    assert_eq!(queue.overlaps().await, 0);
    let kinds = queue.events().await;
    for verb in ["joined", "offered", "claimed", "declined", "lapsed", "left"] {
        let kind = format!("waitlist.{verb}");
        assert!(kinds.contains(&kind), "{verb} never happened");
    }
}

async fn play(queue: &Queue, mut chance: Chance) {
    let (mut entries, mut reserved) = (Vec::new(), Vec::new());
    for _ in 0..80 {
        let minute = (queue.lot.now() - queue.noon).num_minutes();
        let start = minute + 1 + 5 * chance.below(24);
        let slot = (start, start + 10 + 5 * chance.below(8));
        let bay = usize::try_from(chance.below(2)).expect("small");
        let which = usize::try_from(chance.below(12)).expect("small");
        match (chance.below(8), which) {
            (0 | 1, _) => {
                let wish = json!({
                    "space_id": queue.lot.bays[bay], "start_time": queue.at(slot.0), "end_time": queue.at(slot.1),
                });
                let answer = queue.does(Method::POST, RESERVATIONS, Some(wish)).await;
                reserved.extend((answer.status == StatusCode::CREATED).then(|| answer.json()));
            }
            (2..=4, n) => {
                let bay = (n % 2 == 0).then_some(bay);
                let answer = queue.tries_to_join(bay, slot).await;
                entries.extend((answer.status == StatusCode::CREATED).then(|| answer.json()));
            }
            (5, n) if n < reserved.len() => {
                let path = format!("{RESERVATIONS}/{}", id(&reserved.swap_remove(n)));
                queue.does(Method::DELETE, &path, None).await;
            }
            (6, _) => {
                for (n, entry) in entries.iter().enumerate() {
                    match (n + which) % 4 {
                        0 => queue.answers(entry, "claim").await,
                        1 => queue.answers(entry, "decline").await,
                        2 if which == 0 => queue.leaves(entry).await,
                        _ => continue,
                    };
                }
            }
            _ => queue.waits_until(minute + chance.below(20)).await,
        }
        queue.keeps().await;
        for entry in &entries {
            must_wait_rightly(queue, entry).await;
        }
    }
}

/// Whoever waits does so because no bay that they want is free.
async fn must_wait_rightly(queue: &Queue, entry: &Value) {
    let seen = queue.sees(entry).await;
    if seen["status"] != "waiting" {
        return;
    }
    let instant = |field: &str| serde_json::from_value(seen[field].clone()).expect("an instant");
    let slot = Slot {
        start: instant("start_time"),
        end: instant("end_time"),
    };
    let space = serde_json::from_value::<Option<_>>(seen["space_id"].clone()).expect("an id");
    let target = Target {
        site: serde_json::from_value(queue.site.clone()).expect("an id"),
        spaces: space.map(|space| vec![space]),
        ..Target::default()
    };
    let mut tx = queue
        .lot
        .flow
        .db
        .tenant(queue.lot.tenant)
        .await
        .expect("a door");
    let asked = (slot, slot.length());
    let bays = availability(tx.conn(), &target, asked, queue.lot.now()).await;
    let bays = bays.expect("an answer");
    assert!(bays.iter().all(|bay| bay.windows.is_empty()), "{seen}");
}
