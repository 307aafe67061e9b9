//! The waiting list through its routes, and what the jobs make of it, over a real database.

#![expect(
    clippy::disallowed_methods,
    reason = "clients and jobs really work at once"
)]

mod races;

use axum::http::{Method, StatusCode};
use chrono::{DateTime, TimeDelta, Utc};
use parking_access::audit::Witness;
use parking_domain::access::Role;
use parking_testkit::{Answered, bearer};
use serde_json::{Value, json};

use super::{keep, look_again};
use crate::ingest::Lot;
use crate::reservations;
use crate::tests::{seat, tenant};

const RESERVATIONS: &str = "/api/v6/reservations";
const WAITLIST: &str = "/api/v6/reservations/waitlist";

/// A lot whose two bays people wait for.
struct Queue {
    lot: Lot,
    site: Value,
    noon: DateTime<Utc>,
}

impl Queue {
    async fn open() -> Self {
        let lot = Lot::open().await;
        let bay = format!("/api/v6/spaces/{}", lot.bays[0]);
        let site = lot.served.get(&lot.token, &bay).await.json()["site_id"].clone();
        let noon = lot.now();
        Self { lot, site, noon }
    }

    /// Minutes from the beginning.
    fn at(&self, minute: i64) -> DateTime<Utc> {
        self.noon + TimeDelta::minutes(minute)
    }

    async fn does(&self, method: Method, path: &str, body: Option<Value>) -> Answered {
        let who = [bearer(&self.lot.token)];
        self.lot.served.call(method, path, &who, body).await
    }

    async fn reserves(&self, bay: usize, (start, end): (i64, i64)) -> Value {
        let wish = json!({ "space_id": self.lot.bays[bay], "start_time": self.at(start), "end_time": self.at(end) });
        made(&self.does(Method::POST, RESERVATIONS, Some(wish)).await)
    }

    async fn cancels(&self, reservation: &Value) {
        let path = format!("{RESERVATIONS}/{}", id(reservation));
        let answer = self.does(Method::DELETE, &path, None).await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT, "{}", answer.text);
    }

    /// Waits for one bay, or for any.
    fn wish(&self, bay: Option<usize>, (start, end): (i64, i64)) -> Value {
        let mut wish = json!({ "start_time": self.at(start), "end_time": self.at(end) });
        match bay {
            Some(bay) => wish["space_id"] = json!(self.lot.bays[bay]),
            None => wish["site_id"] = self.site.clone(),
        }
        wish
    }

    async fn tries_to_join(&self, bay: Option<usize>, slot: (i64, i64)) -> Answered {
        let wish = self.wish(bay, slot);
        self.does(Method::POST, WAITLIST, Some(wish)).await
    }

    async fn joins(&self, bay: Option<usize>, slot: (i64, i64)) -> Value {
        made(&self.tries_to_join(bay, slot).await)
    }

    async fn answers(&self, entry: &Value, deed: &str) -> Answered {
        let path = format!("{WAITLIST}/{}/{deed}", id(entry));
        self.does(Method::POST, &path, None).await
    }

    async fn leaves(&self, entry: &Value) -> Answered {
        let path = format!("{WAITLIST}/{}", id(entry));
        self.does(Method::DELETE, &path, None).await
    }

    async fn sees(&self, entry: &Value) -> Value {
        let path = format!("{WAITLIST}/{}", id(entry));
        let answer = self.does(Method::GET, &path, None).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        answer.json()
    }

    async fn standing(&self, entry: &Value) -> String {
        let seen = self.sees(entry).await;
        seen["status"].as_str().expect("a status").to_owned()
    }

    async fn reservation_of(&self, entry: &Value) -> Value {
        let hold = self.sees(entry).await["reservation_id"].clone();
        let path = format!("{RESERVATIONS}/{}", hold.as_str().expect("a hold"));
        self.does(Method::GET, &path, None).await.json()
    }

    async fn sets_terms(&self, terms: Value) {
        let path = format!("{RESERVATIONS}/terms");
        let answer = self.does(Method::PUT, &path, Some(terms)).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    }

    /// Everything that is due is done, by a server that was just started.
    async fn keeps(&self) {
        let witness = Witness::new(self.lot.flow.db.clone());
        let reserved = reservations::keep(&self.lot.flow, &witness).await;
        reserved.expect("reservations are looked after");
        let offered = keep(&self.lot.flow, &witness).await;
        offered.expect("the waiting list is looked after");
    }

    /// The clock goes on, and everything that is due is done.
    async fn waits_until(&self, minute: i64) {
        self.lot
            .test
            .clock()
            .advance(self.at(minute) - self.lot.now());
        self.lot.test.rests().await;
        self.keeps().await;
    }

    async fn marks(&self) -> i64 {
        let mut all = self.lot.test.superuser().await;
        sqlx::query_scalar("select count(*) from waitlist_marks")
            .fetch_one(&mut all)
            .await
            .expect("a count")
    }

    /// Looks after the list until all has ended that is under way now: other tests' as well, as they share the
    /// server.
    async fn keeps_until(&self, is_so: impl AsyncFn() -> bool) {
        for _ in 0..200 {
            self.keeps().await;
            if is_so().await {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("nobody looked again");
    }

    async fn events(&self) -> Vec<String> {
        let mut all = self.lot.test.superuser().await;
        sqlx::query_scalar("select kind from events where kind like 'waitlist.%' order by id")
            .fetch_all(&mut all)
            .await
            .expect("rows")
    }

    /// How many pairs of reservations block the same moment of a bay, which none may.
    async fn overlaps(&self) -> i64 {
        let mut all = self.lot.test.superuser().await;
        sqlx::query_scalar(
            "select count(*) from reservations a join reservations b
               on a.tenant_id = b.tenant_id and a.space_id = b.space_id and a.id < b.id
             where a.status in ('pending', 'confirmed') and b.status in ('pending', 'confirmed')
               and a.blocks_from < b.blocks_until and b.blocks_from < a.blocks_until",
        )
        .fetch_one(&mut all)
        .await
        .expect("a count")
    }
}

#[track_caller]
fn made(answer: &Answered) -> Value {
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
    answer.json()
}

fn id(thing: &Value) -> &str {
    thing["id"].as_str().expect("an id")
}

#[track_caller]
fn refused(answer: &Answered, status: u16, code: &str) {
    assert_eq!(
        (answer.status.as_u16(), answer.code().as_str()),
        (status, code),
        "{}",
        answer.text
    );
}

#[tokio::test]
async fn whoever_waits_is_offered_the_bay_that_becomes_free_and_claims_it() {
    let queue = Queue::open().await;
    let taken = queue.reserves(0, (60, 120)).await;
    let mut wish = queue.wish(Some(0), (60, 120));
    wish["holder"] = json!({ "email": "ada@example.org", "name": "Ada" });
    wish["notes"] = json!("near the lift");
    let entry = made(&queue.does(Method::POST, WAITLIST, Some(wish)).await);
    assert_eq!(
        (&entry["status"], &entry["position"]),
        (&json!("waiting"), &json!(1))
    );
    refused(&queue.answers(&entry, "claim").await, 409, "not_offered");
    refused(&queue.answers(&entry, "decline").await, 409, "not_offered");
    queue.keeps().await;
    assert_eq!(queue.standing(&entry).await, "waiting");
    queue.cancels(&taken).await;
    queue.keeps().await;
    let offered = queue.sees(&entry).await;
    assert_eq!(offered["status"], "offered");
    assert_eq!(offered["offered_space_code"], "A-1");
    assert_eq!(offered["claim_until"], json!(queue.at(30)));
    assert_eq!(offered["position"], json!(null));
    let hold = queue.reservation_of(&entry).await;
    assert_eq!(
        (&hold["status"], &hold["hold_until"]),
        (&json!("pending"), &json!(queue.at(30)))
    );
    assert_eq!(
        (&hold["holder"]["name"], &hold["notes"]),
        (&json!("Ada"), &json!("near the lift"))
    );
    // Meanwhile it is nobody else's.
    let other = json!({ "space_id": queue.lot.bays[0], "start_time": queue.at(60), "end_time": queue.at(120) });
    refused(
        &queue.does(Method::POST, RESERVATIONS, Some(other)).await,
        409,
        "slot_taken",
    );
    let claimed = queue.answers(&entry, "claim").await;
    assert_eq!(claimed.status, StatusCode::OK, "{}", claimed.text);
    assert_eq!(
        queue.answers(&entry, "claim").await.json()["status"],
        "claimed"
    );
    assert_eq!(queue.reservation_of(&entry).await["status"], "confirmed");
    refused(&queue.leaves(&entry).await, 409, "waitlist_entry_over");
    queue.waits_until(45).await;
    assert_eq!(queue.standing(&entry).await, "claimed");
    assert_eq!(
        queue.events().await,
        ["waitlist.joined", "waitlist.offered", "waitlist.claimed"]
    );
}

#[tokio::test]
async fn what_is_free_is_not_waited_for_nor_what_nobody_can_have() {
    let queue = Queue::open().await;
    refused(
        &queue.tries_to_join(Some(0), (60, 120)).await,
        409,
        "space_free",
    );
    queue.reserves(0, (60, 120)).await;
    refused(
        &queue.tries_to_join(None, (60, 120)).await,
        409,
        "space_free",
    );
    for slot in [(60, 60), (60, 64), (60, 61 + 1_440), (0, 60), (-3, 60)] {
        let answer = queue.tries_to_join(Some(0), slot).await;
        refused(&answer, 422, "validation_failed");
    }
    let both = {
        let mut wish = queue.wish(Some(0), (60, 120));
        wish["site_id"] = queue.site.clone();
        wish
    };
    refused(
        &queue.does(Method::POST, WAITLIST, Some(both)).await,
        422,
        "validation_failed",
    );
    let nowhere = json!({ "site_id": queue.lot.bays[0], "start_time": queue.at(60), "end_time": queue.at(120) });
    refused(
        &queue.does(Method::POST, WAITLIST, Some(nowhere)).await,
        404,
        "not_found",
    );
    let mut buses = queue.wish(None, (60, 120));
    buses["kind"] = json!("bus");
    refused(
        &queue.does(Method::POST, WAITLIST, Some(buses)).await,
        409,
        "not_reservable",
    );
    assert_eq!(queue.events().await, [""; 0]);
}

#[tokio::test]
async fn the_first_whom_the_freed_time_fits_is_offered_it_whatever_others_want() {
    let queue = Queue::open().await;
    let [near, _far] = [
        queue.reserves(0, (60, 120)).await,
        queue.reserves(0, (120, 180)).await,
    ];
    queue.reserves(1, (60, 180)).await;
    let too_long = queue.joins(None, (60, 180)).await;
    let elsewhere = queue.joins(Some(1), (60, 120)).await;
    let first = queue.joins(None, (60, 90)).await;
    let second = queue.joins(Some(0), (80, 120)).await;
    let beside = queue.joins(Some(0), (90, 120)).await;
    for (entry, position) in [
        (&too_long, 1),
        (&elsewhere, 2),
        (&first, 3),
        (&second, 3),
        (&beside, 3),
    ] {
        assert_eq!(queue.sees(entry).await["position"], position, "{entry}");
    }
    queue.cancels(&near).await;
    queue.keeps().await;
    let all = [&too_long, &elsewhere, &first, &second, &beside];
    let mut standings = Vec::new();
    for entry in all {
        standings.push(queue.standing(entry).await);
    }
    assert_eq!(
        standings,
        ["waiting", "waiting", "offered", "waiting", "offered"]
    );
}

#[tokio::test]
async fn an_offer_that_nobody_claims_in_time_lapses_and_the_next_is_offered_the_bay() {
    let queue = Queue::open().await;
    queue.sets_terms(json!({ "claim_minutes": 20 })).await;
    let taken = queue.reserves(0, (60, 120)).await;
    queue.reserves(1, (60, 120)).await;
    let first = queue.joins(None, (60, 120)).await;
    let second = queue.joins(None, (60, 120)).await;
    let third = queue.joins(None, (60, 120)).await;
    queue.cancels(&taken).await;
    queue.keeps().await;
    queue.waits_until(19).await;
    assert_eq!(queue.standing(&first).await, "offered");
    // When its time is over nobody can claim it, whether somebody has looked since or not.
    queue.lot.test.clock().advance(TimeDelta::minutes(1));
    refused(
        &queue.answers(&first, "claim").await,
        409,
        "waitlist_entry_over",
    );
    // Whoever was refused may still be at the bay for a moment.
    queue
        .keeps_until(async || queue.standing(&second).await == "offered")
        .await;
    assert_eq!(queue.standing(&first).await, "lapsed");
    refused(
        &queue.answers(&first, "claim").await,
        409,
        "waitlist_entry_over",
    );
    // Nearer to the start there is no more time than until then.
    queue.waits_until(40).await;
    let offered = queue.sees(&third).await;
    assert_eq!(
        (&offered["status"], &offered["claim_until"]),
        (&json!("offered"), &json!(queue.at(60)))
    );
    queue.waits_until(60).await;
    assert_eq!(queue.standing(&third).await, "lapsed");
    let fourth = queue.joins(Some(1), (61, 120)).await;
    queue.waits_until(61).await;
    assert_eq!(queue.standing(&fourth).await, "expired");
    assert_eq!(queue.overlaps().await, 0);
}

#[tokio::test]
async fn who_declines_or_leaves_makes_room_for_the_next_at_once() {
    let queue = Queue::open().await;
    let taken = queue.reserves(0, (60, 120)).await;
    let first = queue.joins(Some(0), (60, 120)).await;
    let second = queue.joins(Some(0), (60, 120)).await;
    let gone = queue.joins(Some(0), (60, 120)).await;
    let third = queue.joins(Some(0), (60, 120)).await;
    assert_eq!(queue.sees(&third).await["position"], 4);
    assert_eq!(queue.leaves(&gone).await.status, StatusCode::NO_CONTENT);
    assert_eq!(queue.leaves(&gone).await.status, StatusCode::NO_CONTENT);
    assert_eq!(queue.sees(&third).await["position"], 3);
    queue.cancels(&taken).await;
    queue.keeps().await;
    let declined = queue.answers(&first, "decline").await;
    assert_eq!(declined.json()["status"], "lapsed", "{}", declined.text);
    queue.keeps().await;
    assert_eq!(queue.standing(&second).await, "offered");
    assert_eq!(queue.leaves(&second).await.status, StatusCode::NO_CONTENT);
    queue.keeps().await;
    assert_eq!(queue.standing(&second).await, "cancelled");
    assert_eq!(queue.standing(&third).await, "offered");
    assert_eq!(queue.standing(&gone).await, "cancelled");
}

#[tokio::test]
async fn whatever_frees_a_bay_is_offered_to_who_waits() {
    let queue = Queue::open().await;
    queue.reserves(1, (0, 700)).await;
    let path = |reservation: &Value| format!("{RESERVATIONS}/{}", id(reservation));
    // Moved to another bay.
    let moved = queue.reserves(0, (710, 720)).await;
    let entry = queue.joins(Some(0), (700, 720)).await;
    let there = json!({ "space_id": queue.lot.bays[1] });
    queue.does(Method::PATCH, &path(&moved), Some(there)).await;
    queue.keeps().await;
    assert_eq!(queue.standing(&entry).await, "offered", "moved");
    // Shortened.
    let long = queue.reserves(0, (600, 690)).await;
    let entry = queue.joins(Some(0), (650, 690)).await;
    let shorter = json!({ "end_time": queue.at(650) });
    queue.does(Method::PATCH, &path(&long), Some(shorter)).await;
    queue.keeps().await;
    assert_eq!(queue.standing(&entry).await, "offered", "shortened");
    // Held, and never confirmed.
    let held = json!({ "space_id": queue.lot.bays[0], "start_time": queue.at(500), "end_time": queue.at(560), "hold_until": queue.at(10) });
    made(&queue.does(Method::POST, RESERVATIONS, Some(held)).await);
    let entry = queue.joins(Some(0), (500, 560)).await;
    queue.waits_until(10).await;
    assert_eq!(queue.standing(&entry).await, "offered", "expired");
    // Left early.
    let stay = queue.reserves(0, (10, 200)).await;
    let entry = queue.joins(Some(0), (100, 200)).await;
    for step in ["check-in", "check-out"] {
        let answer = queue
            .does(Method::POST, &format!("{}/{step}", path(&stay)), None)
            .await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    }
    queue.keeps().await;
    assert_eq!(queue.standing(&entry).await, "offered", "checked out");
    assert_eq!(queue.overlaps().await, 0);
}

#[tokio::test]
async fn a_bay_that_is_open_again_is_offered() {
    let queue = Queue::open().await;
    let block = json!({ "state": "maintenance", "kind": "blocked", "reason": "market" });
    let state = format!("/api/v6/spaces/{}/state", queue.lot.bays[0]);
    let blocked = queue.does(Method::PUT, &state, Some(block)).await;
    assert_eq!(blocked.status, StatusCode::OK, "{}", blocked.text);
    let entry = queue.joins(Some(0), (300, 400)).await;
    queue.keeps().await;
    assert_eq!(queue.standing(&entry).await, "waiting");
    let open = json!({ "state": "automatic" });
    let opened = queue.does(Method::PUT, &state, Some(open)).await;
    assert_eq!(opened.status, StatusCode::OK, "{}", opened.text);
    queue.keeps().await;
    assert_eq!(queue.standing(&entry).await, "offered", "open again");
}

#[tokio::test]
async fn a_bay_that_is_released_because_nobody_came_is_offered_and_new_bays_are_found() {
    let queue = Queue::open().await;
    queue.reserves(0, (10, 200)).await;
    queue.reserves(1, (10, 200)).await;
    let entry = queue.joins(None, (100, 200)).await;
    let [second, third] = [
        queue.joins(None, (100, 200)).await,
        queue.joins(None, (100, 200)).await,
    ];
    let free = json!([{ "space_id": queue.lot.bays[0], "state": "free" }]);
    queue.lot.observe(free).await;
    queue.lot.act().await;
    queue.waits_until(25).await;
    assert_eq!(queue.standing(&entry).await, "offered");
    assert_eq!(queue.standing(&second).await, "waiting");
    // Nothing tells of a bay that was not there, until every list is looked at again.
    queue.keeps_until(async || queue.marks().await == 0).await;
    let bay = json!({ "site_id": queue.site, "code": "A-3" });
    made(&queue.lot.post("/api/v6/spaces", bay).await);
    queue.keeps().await;
    assert_eq!(queue.standing(&second).await, "waiting");
    look_again(&queue.lot.flow).await.expect("a look");
    queue.keeps().await;
    assert_eq!(queue.standing(&second).await, "offered");
    assert_eq!(queue.standing(&third).await, "waiting");
}

#[tokio::test]
async fn a_hold_that_is_answered_without_the_list_is_known_to_it() {
    let queue = Queue::open().await;
    let taken = queue.reserves(0, (60, 120)).await;
    let [first, second] = [
        queue.joins(Some(0), (60, 120)).await,
        queue.joins(Some(0), (60, 120)).await,
    ];
    queue.cancels(&taken).await;
    queue.keeps().await;
    let hold = queue.reservation_of(&first).await;
    queue.cancels(&hold).await;
    refused(
        &queue.answers(&first, "claim").await,
        409,
        "waitlist_entry_over",
    );
    queue.keeps().await;
    assert_eq!(queue.standing(&first).await, "lapsed");
    let hold = queue.reservation_of(&second).await;
    let path = format!("{RESERVATIONS}/{}/confirm", id(&hold));
    assert_eq!(
        queue.does(Method::POST, &path, None).await.status,
        StatusCode::OK
    );
    // It is theirs by now: nothing can be declined.
    refused(
        &queue.answers(&second, "decline").await,
        409,
        "waitlist_entry_over",
    );
    queue.keeps().await;
    assert_eq!(queue.standing(&second).await, "claimed");
    let told = [
        "joined", "joined", "offered", "lapsed", "offered", "claimed",
    ];
    assert_eq!(
        queue.events().await,
        told.map(|verb| format!("waitlist.{verb}"))
    );
}

#[tokio::test]
async fn one_person_waits_as_often_as_they_may_reserve_and_the_list_ends_somewhere() {
    let queue = Queue::open().await;
    queue.sets_terms(json!({ "per_person_max": 1 })).await;
    let taken = queue.reserves(0, (60, 120)).await;
    let wish = |email: &str| {
        let mut wish = queue.wish(Some(0), (60, 120));
        wish["holder"] = json!({ "email": email });
        wish
    };
    let joins = |wish| queue.does(Method::POST, WAITLIST, Some(wish));
    let ada = made(&joins(wish("Ada@example.org")).await);
    refused(
        &joins(wish("ada@example.org")).await,
        409,
        "person_limit_reached",
    );
    let bob = made(&joins(wish("bob@example.org")).await);
    // Who has as many reservations as one may have is passed over, and waits on.
    let mut other = json!({ "space_id": queue.lot.bays[1], "start_time": queue.at(600), "end_time": queue.at(660) });
    other["holder"] = json!({ "email": "ada@example.org" });
    made(&queue.does(Method::POST, RESERVATIONS, Some(other)).await);
    queue.cancels(&taken).await;
    queue.keeps().await;
    assert_eq!(queue.standing(&ada).await, "waiting");
    assert_eq!(queue.standing(&bob).await, "offered");
    let mut all = queue.lot.test.superuser().await;
    sqlx::query(
        "insert into waitlist_entries (tenant_id, id, site_id, start_time, end_time, status, created_at, updated_at)
         select e.tenant_id, gen_random_uuid(), e.site_id, e.start_time, e.end_time, 'waiting', e.created_at, e.created_at
         from waitlist_entries e, generate_series(1, 498) n where e.status = 'waiting'",
    )
    .execute(&mut all)
    .await
    .expect("a crowd");
    refused(&joins(wish("eve@example.org")).await, 409, "waitlist_full");
}

#[tokio::test]
async fn who_was_passed_over_for_having_enough_is_offered_a_bay_as_soon_as_they_have_less() {
    let queue = Queue::open().await;
    queue.sets_terms(json!({ "per_person_max": 1 })).await;
    let path = |reservation: &Value| format!("{RESERVATIONS}/{}", id(reservation));
    let adas = async |slot: (i64, i64)| {
        let mut wish = json!({ "space_id": queue.lot.bays[1], "start_time": queue.at(slot.0), "end_time": queue.at(slot.1) });
        wish["holder"] = json!({ "email": "Ada@example.org" });
        made(&queue.does(Method::POST, RESERVATIONS, Some(wish)).await)
    };
    for (round, ends) in ["cancelled", "given", "left", "over"].iter().enumerate() {
        let start = 1_000 * i64::try_from(round).expect("few");
        queue.waits_until(start).await;
        let wanted = (start + 600, start + 660);
        let taken = queue.reserves(0, wanted).await;
        let mut wish = queue.wish(Some(0), wanted);
        wish["holder"] = json!({ "email": "ada@example.org" });
        let entry = made(&queue.does(Method::POST, WAITLIST, Some(wish)).await);
        let other = adas((start + 1, start + 31)).await;
        queue.cancels(&taken).await;
        queue.keeps_until(async || queue.marks().await == 0).await;
        assert_eq!(queue.standing(&entry).await, "waiting", "{ends}");
        match *ends {
            "cancelled" => queue.cancels(&other).await,
            "given" => {
                let change = json!({ "holder": { "email": "bo@example.org" } });
                let given = queue.does(Method::PATCH, &path(&other), Some(change)).await;
                assert_eq!(given.status, StatusCode::OK, "{}", given.text);
            }
            "left" => {
                queue.waits_until(start + 2).await;
                for step in ["check-in", "check-out"] {
                    let step = format!("{}/{step}", path(&other));
                    let answer = queue.does(Method::POST, &step, None).await;
                    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
                }
            }
            _ => queue.waits_until(start + 31).await,
        }
        queue.keeps().await;
        assert_eq!(queue.standing(&entry).await, "offered", "{ends}");
        assert_eq!(queue.leaves(&entry).await.status, StatusCode::NO_CONTENT);
    }
}

#[tokio::test]
async fn who_loses_against_others_again_and_again_waits_and_reserves_all_the_same() {
    let queue = Queue::open().await;
    queue.reserves(0, (60, 120)).await;
    // The first three of each kind are a deadlock's victims; a sequence forgets nothing.
    sqlx::raw_sql(
        "create sequence waits; create sequence bookings;
         create function lose_thrice() returns trigger language plpgsql security definer as $$
         begin
           if nextval(tg_argv[0]) <= 3 then raise exception 'lost' using errcode = '40P01'; end if;
           return new;
         end $$;
         create trigger lose_thrice before insert on waitlist_entries for each row execute function lose_thrice('waits');
         create trigger lose_thrice before insert on reservations for each row execute function lose_thrice('bookings')",
    )
    .execute(&mut queue.lot.test.superuser().await)
    .await
    .expect("triggers");
    let entry = queue.joins(Some(0), (60, 120)).await;
    queue.reserves(1, (60, 120)).await;
    assert_eq!(queue.events().await, ["waitlist.joined"], "{entry}");
}

#[tokio::test]
async fn the_list_is_filtered_sorted_and_nobody_elses() {
    let queue = Queue::open().await;
    queue.reserves(0, (60, 120)).await;
    queue.reserves(1, (60, 120)).await;
    let mut wish = queue.wish(Some(0), (70, 120));
    wish["holder"] = json!({ "plate": "ab 12" });
    let first = made(&queue.does(Method::POST, WAITLIST, Some(wish)).await);
    let second = queue.joins(None, (60, 120)).await;
    let gone = queue.joins(Some(1), (60, 110)).await;
    queue.leaves(&gone).await;
    let listed = async |query: &str| {
        let answer = queue
            .does(Method::GET, &format!("{WAITLIST}?{query}"), None)
            .await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        let list = answer.json();
        let ids = list["waitlist"].as_array().expect("entries").iter();
        ids.map(|one| one["id"].clone()).collect::<Vec<_>>()
    };
    let ids = [&first, &second, &gone].map(|one| one["id"].clone());
    assert_eq!(listed("").await, ids);
    assert_eq!(listed("is_open=true").await, ids[..2]);
    assert_eq!(listed("is_open=false").await, ids[2..]);
    assert_eq!(listed("status=cancelled").await, ids[2..]);
    assert_eq!(
        listed(&format!("space_id={}", queue.lot.bays[0])).await,
        ids[..1]
    );
    assert_eq!(listed("sort=-start_time&is_open=true").await, ids[..2]);
    let late = queue.at(115).to_rfc3339().replace("+00:00", "Z");
    assert_eq!(listed(&format!("from={late}")).await, ids[..2]);
    let early = queue.at(65).to_rfc3339().replace("+00:00", "Z");
    assert_eq!(listed(&format!("to={early}")).await, ids[1..]);
    // A viewer sees that somebody waits, and not who.
    let path = format!("{WAITLIST}/{}", id(&first));
    assert_eq!(queue.sees(&first).await["holder"]["plate"], "AB 12");
    let viewer = seat(&queue.lot.people, queue.lot.tenant, Role::Viewer);
    assert_eq!(
        queue.lot.served.get(&viewer, &path).await.json()["holder"],
        json!(null)
    );
    refused(
        &queue.lot.served.delete(&viewer, &path).await,
        403,
        "forbidden",
    );
    // Another tenant sees nothing.
    let other = tenant(&queue.lot.flow.db, &queue.lot.flow.clock, "Station").await;
    let stranger = seat(&queue.lot.people, other, Role::Admin);
    let served = &queue.lot.served;
    assert_eq!(served.get(&stranger, WAITLIST).await.json()["total"], 0);
    refused(&served.get(&stranger, &path).await, 404, "not_found");
    refused(&served.delete(&stranger, &path).await, 404, "not_found");
    for deed in ["claim", "decline"] {
        let answer = served
            .post(&stranger, &format!("{path}/{deed}"), json!({}))
            .await;
        refused(&answer, 404, "not_found");
    }
    let theirs = queue.wish(Some(0), (60, 120));
    refused(
        &served.post(&stranger, WAITLIST, theirs).await,
        404,
        "not_found",
    );
    let stale = [bearer(&queue.lot.token), ("if-match", "\"v9\"".to_owned())];
    let answer = served.call(Method::DELETE, &path, &stale, None).await;
    refused(&answer, 412, "precondition_failed");
}

#[tokio::test]
async fn a_level_that_is_gone_while_somebody_begins_to_wait_there_is_as_one_that_was_gone_before() {
    let queue = Queue::open().await;
    let level = json!({ "site_id": queue.site, "name": "P1" });
    let level = made(&queue.lot.post("/api/v6/levels", level).await);
    let on_it = json!({ "level_id": level["id"] });
    let bay = format!("/api/v6/spaces/{}", queue.lot.bays[0]);
    let put = queue.does(Method::PATCH, &bay, Some(on_it)).await;
    assert_eq!(put.status, StatusCode::OK, "{}", put.text);
    queue.reserves(0, (60, 120)).await;
    let mut wish = queue.wish(None, (60, 120));
    wish["level_id"] = level["id"].clone();
    // What is free there was looked at, and the entry is not written yet.
    let mut other = queue.lot.test.superuser().await;
    sqlx::raw_sql("begin; update spaces set level_id = null; delete from levels")
        .execute(&mut other)
        .await
        .expect("no level");
    let ends = async {
        queue.lot.until_somebody_waits().await;
        let ended = sqlx::raw_sql("commit").execute(&mut other).await;
        ended.expect("a commit");
    };
    let joins = queue.does(Method::POST, WAITLIST, Some(wish.clone()));
    let (joined, ()) = tokio::join!(joins, ends);
    refused(&joined, 409, "not_reservable");
    let again = queue.does(Method::POST, WAITLIST, Some(wish)).await;
    refused(&again, 409, "not_reservable");
}
