//! What time and sensors make of reservations.

use axum::http::StatusCode;
use parking_access::audit::Witness;
use parking_domain::lamps::{Rule, shown};
use serde_json::{Value, json};

use super::*;
use crate::display_policies::effective;

impl Lot {
    /// The sensor of a bay says something, and it is acted on.
    async fn observes(&self, bay: usize, state: &str) {
        let told = json!([{ "space_id": self.bays[bay], "state": state }]);
        assert_eq!(self.observe(told).await.status, StatusCode::OK);
        self.act().await;
    }

    async fn status(&self, reservation: &Value) -> String {
        let seen = self.sees(reservation).await;
        seen["status"].as_str().expect("a status").to_owned()
    }

    async fn evidence_at(&self, bay: usize, minute: i64) -> Value {
        let at = at(minute).format("%Y-%m-%dT%H:%M:%SZ");
        let path = format!("/api/v6/spaces/{}/evidence?at={at}", self.bays[bay]);
        let answer = self.does(Method::GET, &path, None).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        answer.json()
    }
}

#[tokio::test]
async fn a_reserved_bay_is_reserved_from_its_start_and_free_after_it_and_it_can_be_told_why() {
    let lot = Lot::open().await;
    lot.observes(1, "free").await;
    let first = lot.reserves(1, 60, 120).await;
    lot.reserves(1, 120, 180).await;
    assert_eq!(lot.state(1).await, "free");
    lot.waits_until(60).await;
    assert_eq!(lot.state(1).await, "reserved");
    let checked_in = lot.takes(&first, "check-in").await;
    assert_eq!(checked_in.status, StatusCode::OK, "{}", checked_in.text);
    lot.waits_until(90).await;
    // The rest of the time is given back, and is there to be had.
    assert_eq!(lot.takes(&first, "check-out").await.status, StatusCode::OK);
    assert_eq!(lot.state(1).await, "free");
    lot.reserves(1, 95, 120).await;
    lot.waits_until(95).await;
    assert_eq!(lot.state(1).await, "reserved");
    let then = lot.evidence_at(1, 61).await;
    assert_eq!(
        (&then["state"], &then["cause"]),
        (&json!("reserved"), &json!("reservation"))
    );
    assert_eq!(then["reservations"][0]["id"], first["id"]);
    assert_eq!(then["reservations"][0]["is_in_force"], true);
    assert_eq!(lot.evidence_at(1, 91).await["state"], "free");
    assert_eq!(lot.evidence_at(1, 59).await["state"], "free");
}

#[tokio::test]
async fn an_occupied_bay_is_never_marked_free_by_a_reservation_that_ends() {
    let lot = Lot::open().await;
    lot.observes(1, "free").await;
    let first = lot.reserves(1, 60, 120).await;
    lot.waits_until(58).await;
    lot.observes(1, "occupied").await;
    lot.waits_until(60).await;
    let seen = lot.sees(&first).await;
    assert_eq!(
        (&seen["checked_in_by"], &seen["checked_in_at"]),
        (&json!("sensor"), &json!(at(58)))
    );
    lot.waits_until(120).await;
    assert_eq!(lot.state(1).await, "occupied");
    let over = lot.sees(&first).await;
    assert_eq!(
        (&over["status"], &over["overstayed_at"]),
        (&json!("completed"), &json!(at(120)))
    );
    let kinds = ["created", "checked_in", "completed", "overstayed"];
    assert_eq!(
        lot.events().await,
        kinds.map(|kind| format!("reservation.{kind}"))
    );
}

#[tokio::test]
async fn nobody_who_stays_free_keeps_a_bay_past_the_grace() {
    let lot = Lot::open().await;
    lot.observes(1, "free").await;
    let first = lot.reserves(1, 60, 120).await;
    lot.waits_until(74).await;
    assert_eq!(lot.status(&first).await, "confirmed");
    assert_eq!(lot.state(1).await, "reserved");
    lot.waits_until(75).await;
    assert_eq!(lot.status(&first).await, "no_show");
    assert_eq!(lot.state(1).await, "free");
    lot.reserves(1, 80, 120).await;
    let mut all = lot.test.superuser().await;
    let evidence: Value = sqlx::query_scalar(
        "select payload -> 'evidence' from events where kind = 'reservation.no_show'",
    )
    .fetch_one(&mut all)
    .await
    .expect("an event");
    assert_eq!(evidence["sensor"], "free");
    assert!(evidence["uplink_id"].is_string(), "{evidence}");
}

#[tokio::test]
async fn a_bay_of_which_nothing_is_known_is_kept_until_the_end() {
    let lot = Lot::open().await;
    let first = lot.reserves(1, 60, 120).await;
    lot.waits_until(75).await;
    assert_eq!(lot.status(&first).await, "confirmed");
    lot.waits_until(120).await;
    assert_eq!(lot.status(&first).await, "expired");
    assert_eq!(lot.state(1).await, "unknown");
}

#[tokio::test]
async fn a_bay_that_turns_out_to_be_free_after_the_grace_is_released_then() {
    let lot = Lot::open().await;
    let first = lot.reserves(1, 60, 120).await;
    lot.waits_until(80).await;
    assert_eq!(lot.status(&first).await, "confirmed");
    lot.observes(1, "free").await;
    lot.waits_until(81).await;
    assert_eq!(lot.status(&first).await, "no_show");
    lot.reserves(1, 85, 120).await;
}

#[tokio::test]
async fn a_clock_that_leaps_ahead_ends_no_reservation() {
    let lot = Lot::open().await;
    let first = lot.reserves(1, 60, 120).await;
    lot.waits_until(40 * 1_440).await;
    assert_eq!(lot.status(&first).await, "confirmed");
    // Set right again, it is as if nothing had been.
    lot.waits_until(60).await;
    assert_eq!(lot.state(1).await, "reserved");
    lot.waits_until(120).await;
    assert_eq!(lot.status(&first).await, "expired");
}

impl Lot {
    /// So many bays more that are occupied and reserved for somebody who is awaited, at which nobody saw
    /// a vehicle come; they come before all others.
    async fn crowds(&self, count: i32) {
        let mut all = self.test.superuser().await;
        let unwatched = sqlx::query("set session_replication_role = replica");
        unwatched.execute(&mut all).await.expect("a setting");
        sqlx::query(
            "insert into spaces
             select (jsonb_populate_record(s, jsonb_build_object('id', '00000000-0000-7000-8000-' || lpad(n::text, 12, '0'),
               'code', 'B-' || n, 'state', 'occupied', 'sensor_state', 'occupied', 'state_changed_at', $2::timestamptz))).*
             from spaces s, generate_series(1, $3) n where s.id = $1",
        )
        .bind(self.bays[1])
        .bind(at(46))
        .bind(count)
        .execute(&mut all)
        .await
        .expect("bays");
        sqlx::query(
            "insert into reservations
             select (jsonb_populate_record(r, jsonb_build_object('id', s.id, 'space_id', s.id))).*
             from reservations r, spaces s where r.space_id = $1 and s.code like 'B-%'",
        )
        .bind(self.bays[1])
        .execute(&mut all)
        .await
        .expect("reservations");
    }
}

#[tokio::test]
async fn what_is_due_does_not_wait_for_bays_of_which_nothing_becomes() {
    let lot = Lot::open().await;
    let mut held = lot.wish(0, 60, 120);
    held["hold_until"] = json!(at(10));
    let held = lot.does(Method::POST, RESERVATIONS, Some(held)).await;
    let first = lot.reserves(1, 60, 120).await;
    lot.crowds(450).await;
    lot.test.clock().advance(at(50) - lot.now());
    lot.observes(1, "occupied").await;
    lot.keeps().await;
    assert_eq!(lot.status(&held.json()).await, "expired");
    assert_eq!(lot.sees(&first).await["checked_in_at"], json!(at(50)));
}

#[tokio::test]
async fn who_stood_there_before_is_somebody_else_and_the_release_waits() {
    let lot = Lot::open().await;
    lot.observes(1, "free").await;
    let first = lot.reserves(1, 60, 120).await;
    lot.waits_until(30).await;
    lot.observes(1, "occupied").await;
    lot.waits_until(60).await;
    let seen = lot.sees(&first).await;
    assert_eq!(
        (&seen["status"], &seen["contested_at"]),
        (&json!("confirmed"), &json!(at(60)))
    );
    lot.waits_until(70).await;
    lot.observes(1, "free").await;
    lot.waits_until(75).await;
    assert_eq!(lot.status(&first).await, "confirmed");
    // Whoever comes after all, comes for it.
    lot.waits_until(80).await;
    lot.observes(1, "occupied").await;
    lot.waits_until(81).await;
    assert_eq!(lot.sees(&first).await["checked_in_at"], json!(at(80)));
    let told = lot.events().await;
    let contested = told.iter().filter(|kind| kind.ends_with("contested"));
    assert_eq!(contested.count(), 1);
}

#[tokio::test]
async fn who_stands_in_the_way_raises_an_alarm_and_a_bay_that_is_free_is_offered() {
    let mut lot = Lot::open().await;
    let first = lot.reserves(1, 60, 120).await;
    let third = json!({ "site_id": first["site_id"], "code": "Z-9" });
    let made = lot.post("/api/v6/spaces", third).await.json();
    lot.bays
        .push(serde_json::from_value(made["id"].clone()).expect("an id"));
    for bay in 0..3 {
        lot.observes(bay, "free").await;
    }
    // The nearest one is promised to somebody else, before the other is over.
    lot.reserves(0, 90, 180).await;
    lot.waits_until(30).await;
    lot.observes(1, "occupied").await;
    lot.waits_until(60).await;
    let path = format!("{}/history", path_of(&first));
    let history = lot.does(Method::GET, &path, None).await.json();
    let changes = history["changes"].as_array().unwrap();
    let contested = changes.iter().find(|change| change["kind"] == "contested");
    let offer = contested.unwrap()["evidence"]["instead"]["space_id"].clone();
    assert_eq!(offer, json!(lot.bays[2]));
    assert_eq!(lot.alarms().await, ["contested"]);

    // Who takes what is offered stands in nobody's way.
    let moved = lot.moves(&first, json!({ "space_id": offer })).await;
    assert_eq!(moved.status, StatusCode::OK, "{}", moved.text);
    assert_eq!(lot.alarms().await, [""; 0]);
}

#[tokio::test]
async fn who_books_for_now_where_somebody_stands_learns_it_at_the_next_look() {
    let lot = Lot::open().await;
    lot.sets_terms(json!({ "early_minutes": 0 })).await;
    lot.observes(1, "occupied").await;
    lot.waits_until(1).await;
    let first = lot.reserves(1, 1, 60).await;
    lot.keeps().await;
    assert_eq!(lot.sees(&first).await["contested_at"], json!(at(1)));
}

#[tokio::test]
async fn who_stays_beyond_the_end_raises_an_alarm_until_they_leave() {
    let lot = Lot::open().await;
    lot.observes(1, "free").await;
    let first = lot.reserves(1, 60, 120).await;
    lot.waits_until(70).await;
    lot.observes(1, "occupied").await;
    lot.waits_until(121).await;
    assert_eq!(lot.status(&first).await, "completed");
    assert_eq!(lot.alarms().await, ["overstayed"]);
    lot.waits_until(130).await;
    lot.observes(1, "free").await;
    lot.waits_until(132).await;
    // No device is heard, so alarms are judged by a time that goes on with every look.
    let mut open = lot.alarms().await;
    for _ in 0..60 {
        open = lot.alarms().await;
    }
    assert_eq!(open, [""; 0]);
}

#[tokio::test]
async fn who_came_late_and_stays_is_not_the_next_one() {
    let lot = Lot::open().await;
    lot.observes(1, "free").await;
    let first = lot.reserves(1, 60, 120).await;
    let second = lot.reserves(1, 120, 180).await;
    lot.waits_until(60).await;
    assert_eq!(lot.takes(&first, "check-in").await.status, StatusCode::OK);
    lot.waits_until(110).await;
    lot.observes(1, "occupied").await;
    lot.waits_until(111).await;
    lot.waits_until(120).await;
    assert_eq!(lot.status(&first).await, "completed");
    let seen = lot.sees(&second).await;
    assert_eq!(seen["checked_in_at"], Value::Null);
    assert_eq!(seen["contested_at"], json!(at(120)));
}

#[tokio::test]
async fn a_hold_blocks_until_it_runs_out_unless_it_is_confirmed() {
    let lot = Lot::open().await;
    let hold = |bay: usize| {
        let mut wish = lot.wish(bay, 60, 120);
        wish["hold_until"] = json!(at(10));
        wish
    };
    let holds = |wish| lot.does(Method::POST, RESERVATIONS, Some(wish));
    let first = holds(hold(0)).await.json();
    let second = holds(hold(1)).await.json();
    assert_eq!(first["status"], "pending");
    refused(&lot.tries(0, 60, 120).await, 409, "slot_taken");
    let confirmed = lot.takes(&second, "confirm").await.json();
    assert_eq!(
        (&confirmed["status"], &confirmed["hold_until"]),
        (&json!("confirmed"), &Value::Null)
    );
    lot.waits_until(10).await;
    assert_eq!(lot.status(&first).await, "expired");
    assert_eq!(lot.status(&second).await, "confirmed");
    refused(&lot.takes(&first, "confirm").await, 409, "reservation_over");
    lot.reserves(0, 60, 120).await;
}

#[tokio::test]
async fn one_checks_in_and_out_in_time_and_in_order() {
    let lot = Lot::open().await;
    let first = lot.reserves(0, 60, 120).await;
    refused(&lot.takes(&first, "check-in").await, 409, "check_in_closed");
    refused(&lot.takes(&first, "check-out").await, 409, "not_checked_in");
    lot.waits_until(45).await;
    let once = lot.takes(&first, "check-in").await.json();
    lot.waits_until(50).await;
    let twice = lot.takes(&first, "check-in").await.json();
    assert_eq!(once, twice);
    let begun = lot.moves(&first, json!({ "start_time": at(70) })).await;
    wrong(&begun, "start_time");
    lot.waits_until(90).await;
    let out = lot.takes(&first, "check-out").await.json();
    assert_eq!(out["checked_out_at"], json!(at(90)));
    lot.waits_until(95).await;
    assert_eq!(lot.takes(&first, "check-out").await.json(), out);
    refused(&lot.cancels(&first).await, 409, "reservation_over");
}

#[tokio::test]
async fn many_servers_look_after_reservations_at_once_and_each_step_is_taken_once() {
    let lot = Lot::open().await;
    lot.observes(1, "free").await;
    for bay in [0, 1] {
        for n in 0..10 {
            lot.reserves(bay, 60 + 30 * n, 90 + 30 * n).await;
        }
    }
    lot.test.clock().advance(at(400) - lot.now());
    let keepers: Vec<_> = (0..6)
        .map(|_| {
            let flow = lot.flow.clone();
            let witness = Witness::new(flow.db.clone());
            tokio::spawn(async move { keep(&flow, &witness).await })
        })
        .collect();
    for keeper in keepers {
        // One that lost against another comes again, as a job does.
        let done = keeper.await.expect("no panic");
        assert!(done.is_ok(), "{done:?}");
    }
    lot.keeps().await;
    let told = lot.events().await;
    let ended = told.iter().filter(|kind| *kind != "reservation.created");
    assert_eq!(ended.count(), 20, "{told:?}");
    let mut all = lot.test.superuser().await;
    let open: i64 =
        sqlx::query_scalar("select count(*) from reservations where due_at is not null")
            .fetch_one(&mut all)
            .await
            .expect("a count");
    assert_eq!(open, 0);
}

impl Lot {
    /// Which rule decides what the lamp of a bay shows now.
    async fn lamp_rule(&self, bay: usize) -> Rule {
        let mut tx = self.flow.db.tenant(self.tenant).await.expect("a door");
        let of = [(self.tenant.0, self.bays[bay])];
        let facts = effective(tx.conn(), &of, self.now()).await.expect("facts");
        shown(&facts[0].facts, &facts[0].policy, self.now()).rule
    }

    /// How often lamps were marked to be looked at again.
    async fn marks(&self) -> i64 {
        let mut all = self.test.superuser().await;
        sqlx::query_scalar("select count(*) from lamp_marks")
            .fetch_one(&mut all)
            .await
            .expect("a count")
    }
}

#[tokio::test]
async fn a_lamp_follows_the_reservation_of_its_bay_and_says_who_stands_there_in_spite_of_it() {
    let lot = Lot::open().await;
    lot.observes(1, "free").await;
    let first = lot.reserves(1, 60, 120).await;
    assert_eq!(lot.lamp_rule(1).await, Rule::Sensor);
    lot.waits_until(46).await;
    assert_eq!(lot.lamp_rule(1).await, Rule::ReservedSoon);
    lot.waits_until(60).await;
    assert_eq!(lot.lamp_rule(1).await, Rule::Reserved);
    let mut all = lot.test.superuser().await;
    // Somebody stands there, and nobody has said that it is the right one.
    sqlx::query("update spaces set sensor_state = 'occupied' where id = $1")
        .bind(lot.bays[1])
        .execute(&mut all)
        .await
        .expect("a bay");
    assert_eq!(lot.lamp_rule(1).await, Rule::OccupiedThoughReserved);
    let came = lot.takes(&first, "check-in").await;
    assert_eq!(came.status, StatusCode::OK, "{}", came.text);
    assert_eq!(lot.lamp_rule(1).await, Rule::Reserved);
}

#[tokio::test]
async fn a_lamp_is_looked_at_again_when_a_reservation_of_its_bay_is_made_moved_or_called_off() {
    let lot = Lot::open().await;
    let lamp = json!({ "dev_eui": "70B3D57ED0000099", "model": "plenom-busylight-omega" });
    let lamp = lot.post("/api/v6/devices", lamp).await.json();
    let path = format!(
        "/api/v6/devices/{}/assign",
        lamp["id"].as_str().expect("an id")
    );
    let assigned = json!({ "space_id": lot.bays[1], "role": "display" });
    let assigned = lot.post(&path, assigned).await;
    assert_eq!(assigned.status, StatusCode::OK, "{}", assigned.text);
    let mut marks = lot.marks().await;
    let mut is_marked = async || {
        let before = std::mem::replace(&mut marks, lot.marks().await);
        marks > before
    };
    let first = lot.reserves(1, 60, 120).await;
    assert!(is_marked().await);
    lot.moves(&first, json!({ "end_time": at(90) })).await;
    assert!(is_marked().await);
    lot.moves(&first, json!({ "notes": "by the door" })).await;
    assert!(!is_marked().await);
    // Away from it, it is another bay's.
    lot.moves(&first, json!({ "space_id": lot.bays[0] })).await;
    assert!(is_marked().await);
    lot.cancels(&first).await;
    assert!(!is_marked().await);
}
