//! Asking why, over a real database, of the present and of the past.

use std::collections::BTreeSet;

use axum::http::{Method, StatusCode};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use parking_domain::access::{Role, Scope};
use parking_domain::ids::fresh;
use parking_http::{Actor, Identity};
use parking_testkit::{Answered, bearer};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::ingest::{EUI, Lot, replay};
use crate::tests::{seat, tenant};
use parking_estate::spaces;

/// What the sensor of the lot sends: free, occupied, and that it lives.
const FREE: &[u8] = &[0x03, 0x07, 0x01, 0x06, 0x00, 0x12, 0x23];
const OCCUPIED: &[u8] = &[0x03, 0x07, 0x01, 0x06, 0x01, 0x12, 0x24];
const ALIVE: &[u8] = &[0x03, 0x07, 0x01, 0x01, 0x09, 0x01, 0x16];

impl Lot {
    async fn hears(&self, number: u32, payload: &[u8]) -> DateTime<Utc> {
        self.hears_of(number, payload, self.now()).await
    }

    /// A message that was received at some time, and comes now.
    async fn hears_of(&self, number: u32, payload: &[u8], at: DateTime<Utc>) -> DateTime<Utc> {
        let stored = self
            .flow
            .intake
            .store(&self.told(number, payload, at))
            .await;
        assert_eq!(stored, Ok(true));
        self.act().await;
        self.now()
    }

    fn wait(&self, minutes: i64) -> DateTime<Utc> {
        self.test.clock().advance(TimeDelta::minutes(minutes));
        self.now()
    }

    async fn asked(&self, token: &str, bay: Uuid, query: &str) -> Answered {
        let path = format!("/api/v6/spaces/{bay}/evidence{query}");
        self.served.get(&token, &path).await
    }

    async fn evidence(&self, at: DateTime<Utc>) -> Value {
        let at = at.to_rfc3339_opts(SecondsFormat::Micros, true);
        let answer = self
            .asked(&self.token, self.bays[0], &format!("?at={at}"))
            .await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        answer.json()
    }

    async fn verdict(&self, at: DateTime<Utc>) -> (String, String) {
        let evidence = self.evidence(at).await;
        let text = |name: &str| evidence[name].as_str().unwrap_or_default().to_owned();
        (text("state"), text("cause"))
    }

    async fn put_state(&self, body: Value) {
        let path = format!("/api/v6/spaces/{}/state", self.bays[0]);
        let token = bearer(&self.token);
        let answer = self
            .served
            .call(Method::PUT, &path, &[token], Some(body))
            .await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    }
}

fn verdict(state: &str, cause: &str) -> (String, String) {
    (state.to_owned(), cause.to_owned())
}

#[tokio::test]
async fn every_moment_of_a_day_can_be_asked_about_and_keeps_its_answer() {
    let lot = Lot::open().await;
    let unknown = lot.now();
    lot.wait(1);
    let free = lot.hears(1, FREE).await;
    lot.wait(5);
    let occupied = lot.hears(2, OCCUPIED).await;
    lot.wait(10);
    lot.put_state(json!({ "state": "maintenance", "kind": "blocked", "reason": "market" }))
        .await;
    let blocked = lot.now();
    lot.wait(10);
    lot.hears(3, FREE).await;
    lot.wait(1);
    let still_blocked = lot.now();
    lot.wait(1);
    lot.put_state(json!({ "state": "automatic" })).await;
    let lifted = lot.now();
    // Two and a half heartbeats after the last message.
    let silent = lot.wait(150);
    lot.wait(1);
    lot.hears(4, OCCUPIED).await;
    let back = lot.now();
    lot.wait(1);
    for (at, answer) in [
        (unknown, verdict("unknown", "no_reading")),
        (free, verdict("free", "sensor")),
        (occupied - TimeDelta::seconds(1), verdict("free", "sensor")),
        (occupied, verdict("occupied", "sensor")),
        (blocked, verdict("maintenance", "blocked")),
        (still_blocked, verdict("maintenance", "blocked")),
        (lifted, verdict("free", "sensor")),
        (silent, verdict("unknown", "sensor_silent")),
        (back, verdict("occupied", "sensor")),
    ] {
        assert_eq!(lot.verdict(at).await, answer, "{at}");
    }
    let while_blocked = lot.evidence(still_blocked).await;
    assert_eq!(while_blocked["sensor"]["state"], "free");
    assert_eq!(while_blocked["overrides"][0]["reason"], "market");
    assert_eq!(while_blocked["overrides"][0]["is_in_force"], true);
    assert_eq!(while_blocked["overrides"][0]["lifted_at"], json!(lifted));
    assert_eq!(while_blocked["shown"]["since"], json!(blocked));
    assert_eq!(while_blocked["reservations"], json!([]));
    assert_eq!(lot.evidence(back).await["overrides"], json!([]));
    let present = lot.asked(&lot.token, lot.bays[0], "").await.json();
    assert_eq!(present["state"], lot.state(0).await);
}

#[tokio::test]
async fn evidence_shows_the_message_with_its_bytes_its_reading_and_who_heard_it() {
    let lot = Lot::open().await;
    let gateway = json!({ "eui": "0707070707070707", "name": "Roof" });
    assert_eq!(
        lot.post("/api/v6/gateways", gateway).await.status,
        StatusCode::CREATED
    );
    lot.wait(1);
    let at = lot.hears(7, OCCUPIED).await;
    let evidence = lot.evidence(at).await;
    let message = &evidence["messages"][0];
    assert_eq!(evidence["sensor"]["uplink_id"], message["id"]);
    assert_eq!(message["payload"], "03070106011224");
    assert_eq!(
        (&message["f_port"], &message["f_cnt"]),
        (&json!(1), &json!(7))
    );
    assert_eq!(message["outcome"], "read");
    assert_eq!(message["reading"]["occupied"], true);
    let heard = &message["receptions"][0];
    assert_eq!(heard["gateway_name"], "Roof");
    assert_eq!((&heard["rssi"], &heard["snr"]), (&json!(-70), &json!(9.0)));
    assert_eq!(evidence["devices"][0]["dev_eui"], EUI);
    let change = &evidence["changes"][0];
    assert_eq!(
        (&change["to"], &change["cause"]),
        (&json!("occupied"), &json!("sensor"))
    );
    assert_eq!(change["evidence"]["sensor"]["uplink_id"], message["id"]);
}

#[tokio::test]
async fn a_message_that_came_late_is_no_evidence_for_the_time_before_it_came() {
    let lot = Lot::open().await;
    lot.wait(1);
    let free = lot.hears(1, FREE).await;
    lot.wait(30);
    // Received ten minutes ago, and two before something newer that came first.
    let late = lot
        .hears_of(2, OCCUPIED, lot.now() - TimeDelta::minutes(10))
        .await;
    lot.wait(1);
    let later = lot
        .hears_of(3, FREE, lot.now() - TimeDelta::minutes(20))
        .await;
    lot.wait(1);
    let between = late - TimeDelta::minutes(5);
    assert_eq!(lot.verdict(between).await, verdict("free", "sensor"));
    assert_eq!(
        lot.evidence(between).await["messages"]
            .as_array()
            .map(Vec::len),
        Some(1)
    );
    assert_eq!(lot.verdict(late).await, verdict("occupied", "sensor"));
    assert_eq!(lot.verdict(later).await, verdict("occupied", "sensor"));
    let messages = lot.evidence(later).await["messages"].clone();
    assert_eq!(messages[0]["outcome"], "superseded");
    assert_eq!(lot.verdict(free).await, verdict("free", "sensor"));
}

#[tokio::test]
async fn a_replay_changes_no_answer_about_the_past() {
    let lot = Lot::open().await;
    lot.wait(1);
    let nonsense = lot.hears(1, &[0xff]).await;
    lot.wait(1);
    let occupied = lot.hears(2, OCCUPIED).await;
    lot.wait(1);
    let asked = [nonsense, occupied];
    let mut before = Vec::new();
    for at in asked {
        before.push(lot.verdict(at).await);
    }
    let count = replay(
        &lot.flow.db,
        Some(lot.tenant),
        nonsense - TimeDelta::hours(1),
    )
    .await;
    assert_eq!(count.expect("a replay"), 1);
    lot.act().await;
    for (at, before) in asked.into_iter().zip(before) {
        assert_eq!(lot.verdict(at).await, before);
    }
    let messages = lot.evidence(lot.now()).await["messages"].clone();
    assert_eq!(messages[1]["problem"], "bad_length");
    assert_eq!(messages[1]["replays"], 1);
}

#[tokio::test]
async fn a_replay_of_what_kept_a_bay_believed_changes_no_answer_about_the_past() {
    let lot = Lot::open().await;
    lot.wait(1);
    lot.hears(1, OCCUPIED).await;
    lot.wait(120);
    // Nothing to be read, but the sensor lives: what it said is believed for another two hours and a half.
    let nonsense = lot.hears(2, &[0xff]).await;
    let asked = lot.wait(60);
    assert_eq!(lot.verdict(asked).await, verdict("occupied", "sensor"));
    lot.wait(300);
    let count = replay(&lot.flow.db, None, nonsense - TimeDelta::hours(1)).await;
    assert_eq!(count.expect("a replay"), 1);
    lot.act().await;
    assert_eq!(lot.verdict(asked).await, verdict("occupied", "sensor"));
}

#[tokio::test]
async fn signs_of_life_keep_a_bay_believed_and_the_message_that_decided_stays_in_sight() {
    let lot = Lot::open().await;
    lot.wait(1);
    lot.hears(1, OCCUPIED).await;
    for number in 2..30 {
        lot.wait(60);
        lot.hears(number, ALIVE).await;
    }
    let evidence = lot.evidence(lot.now()).await;
    assert_eq!(evidence["state"], "occupied");
    let decided = evidence["sensor"]["uplink_id"].clone();
    let messages = evidence["messages"].as_array().expect("messages");
    assert_eq!(messages.len(), 21);
    let named = messages.last().expect("a message");
    assert_eq!((&named["id"], &named["f_cnt"]), (&decided, &json!(1)));
}

#[tokio::test]
async fn what_a_sensor_said_that_was_taken_off_is_evidence_for_its_own_time_only() {
    let lot = Lot::open().await;
    lot.wait(1);
    let occupied = lot.hears(1, OCCUPIED).await;
    lot.wait(1);
    let device = lot.evidence(occupied).await["devices"][0]["device_id"].clone();
    let path = format!(
        "/api/v6/devices/{}/unassign",
        device.as_str().expect("an id")
    );
    let taken_off = lot.post(&path, json!({ "reason": "broken" })).await;
    assert_eq!(taken_off.status, StatusCode::OK, "{}", taken_off.text);
    let alone = lot.now();
    lot.wait(1);
    assert_eq!(lot.verdict(occupied).await, verdict("occupied", "sensor"));
    assert_eq!(lot.verdict(alone).await, verdict("unknown", "no_reading"));
    assert_eq!(lot.evidence(alone).await["devices"], json!([]));
}

#[tokio::test]
async fn of_a_time_whose_messages_are_gone_the_history_remembers_what_was_known() {
    let lot = Lot::open().await;
    lot.wait(1);
    let occupied = lot.hears(1, OCCUPIED).await;
    lot.wait(1);
    let mut admin = lot.test.superuser().await;
    sqlx::raw_sql("truncate uplinks")
        .execute(&mut admin)
        .await
        .expect("gone");
    let evidence = lot.evidence(occupied).await;
    assert_eq!(
        (&evidence["state"], &evidence["cause"]),
        (&json!("occupied"), &json!("sensor"))
    );
    assert_eq!(evidence["sensor"]["observed_at"], json!(occupied));
    assert_eq!(evidence["messages"], json!([]));
}

#[tokio::test]
async fn whatever_a_bay_was_shown_as_follows_from_the_evidence_of_that_moment() {
    let lot = Lot::open().await;
    let mut chance = 7_u32;
    for number in 1..60 {
        chance = chance.wrapping_mul(1_103_515_245).wrapping_add(12_345);
        lot.wait(i64::from(chance >> 16 & 15) + 1);
        match chance >> 24 & 7 {
            0 => {
                lot.put_state(json!({ "state": "maintenance", "reason": "works" }))
                    .await;
            }
            1 => lot.put_state(json!({ "state": "automatic" })).await,
            2 => {
                let late = lot.now() - TimeDelta::minutes(i64::from(chance >> 8 & 31));
                lot.hears_of(number, FREE, late).await;
            }
            3 => {
                lot.hears(number, ALIVE).await;
            }
            4 | 5 => {
                lot.hears(number, FREE).await;
            }
            _ => {
                lot.hears(number, OCCUPIED).await;
            }
        }
    }
    let mut admin = lot.test.superuser().await;
    let shown: Vec<(DateTime<Utc>, String, String)> = sqlx::query_as(
        "select distinct on (at) at, to_state, cause from state_changes where space_id = $1 order by at, id desc",
    )
    .bind(lot.bays[0])
    .fetch_all(&mut admin)
    .await
    .expect("a history");
    assert!(shown.len() > 10, "{shown:?}");
    for (at, state, cause) in shown {
        assert_eq!(lot.verdict(at).await, (state, cause), "{at}");
    }
}

#[tokio::test]
async fn moments_that_are_none_and_bays_of_others_are_refused() {
    let lot = Lot::open().await;
    // A clock may be a little ahead, but not by an hour.
    let ahead = (lot.now() + TimeDelta::hours(1)).to_rfc3339_opts(SecondsFormat::Secs, true);
    let early = "2000-01-01T00:00:00Z".to_owned();
    for at in [
        ahead,
        early,
        "yesterday".into(),
        "2026-01-01T00:00:00".into(),
    ] {
        let answer = lot
            .asked(&lot.token, lot.bays[0], &format!("?at={at}"))
            .await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{at}");
        assert_eq!(answer.json()["errors"][0]["field"], "at", "{at}");
    }
    let unknown = lot.asked(&lot.token, lot.bays[0], "?when=now").await;
    assert_eq!(unknown.status, StatusCode::UNPROCESSABLE_ENTITY);
    let other = tenant(&lot.flow.db, &lot.flow.clock, "Station").await;
    let stranger = seat(&lot.people, other, Role::Owner);
    for (token, bay) in [(&stranger, lot.bays[0]), (&lot.token, fresh())] {
        let answer = lot.asked(token, bay, "").await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn a_key_that_may_not_read_messages_is_told_the_rule_without_them() {
    let lot = Lot::open().await;
    lot.wait(1);
    lot.hears(1, OCCUPIED).await;
    let key = |scopes: &[Scope]| {
        let token = fresh().to_string();
        let identity = Identity {
            tenant: lot.tenant,
            actor: Actor::ApiKey {
                id: fresh(),
                public_id: "p".into(),
                name: "Board".into(),
            },
            role: Role::Viewer,
            scopes: Some(scopes.iter().copied().collect::<BTreeSet<_>>()),
            acting: None,
            requests_per_minute: None,
            tenant_requests_per_minute: 1_000,
        };
        lot.people.seat(&token, identity);
        token
    };
    let plain = lot.asked(&key(&[Scope::SpacesRead]), lot.bays[0], "").await;
    assert_eq!(
        (&plain.json()["state"], &plain.json()["messages"]),
        (&json!("occupied"), &Value::Null)
    );
    let both = key(&[Scope::SpacesRead, Scope::TelemetryRead]);
    let told = lot.asked(&both, lot.bays[0], "").await.json();
    assert_eq!(told["messages"].as_array().map(Vec::len), Some(1));
    let none = lot
        .asked(&key(&[Scope::TelemetryRead]), lot.bays[0], "")
        .await;
    assert_eq!(none.status, StatusCode::FORBIDDEN);
}

impl Lot {
    /// Holds changes back for so long, at the site of the lot.
    async fn holds_back(&self, seconds: i32) {
        let site = self.evidence(self.now()).await["site_id"].clone();
        let path = format!("/api/v6/sites/{}", site.as_str().expect("an id"));
        let body = json!({ "debounce_seconds": seconds });
        let answer = self.served.patch(&self.token, &path, body).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    }

    fn wait_seconds(&self, seconds: i64) -> DateTime<Utc> {
        self.test.clock().advance(TimeDelta::seconds(seconds));
        self.now()
    }

    /// When the bay is to be looked at next, as a server that has just started finds it.
    async fn due(&self) -> Option<DateTime<Utc>> {
        let mut admin = self.test.superuser().await;
        sqlx::query_scalar("select state_due_at from spaces where id = $1")
            .bind(self.bays[0])
            .fetch_one(&mut admin)
            .await
            .expect("a bay")
    }

    /// What the job does whose time has come.
    async fn settles(&self) {
        let mut tx = self
            .flow
            .db
            .platform(parking_db::Reason::Worker("test"))
            .await
            .expect("a door");
        spaces::settle(tx.conn(), &[self.bays[0]], self.now())
            .await
            .expect("settled");
        tx.commit().await.expect("a commit");
    }

    async fn history(&self) -> String {
        let mut admin = self.test.superuser().await;
        sqlx::query_scalar(
            "select string_agg(to_state, ' ' order by id) from state_changes where space_id = $1",
        )
        .bind(self.bays[0])
        .fetch_one(&mut admin)
        .await
        .expect("a history")
    }
}

#[tokio::test]
async fn a_change_stands_for_the_window_of_its_site_before_anybody_is_shown_it() {
    let lot = Lot::open().await;
    lot.holds_back(10).await;
    lot.wait(1);
    lot.hears(1, FREE).await;
    assert_eq!(lot.state(0).await, "free");
    lot.wait(1);
    let said = lot.hears(2, OCCUPIED).await;
    assert_eq!(
        (lot.state(0).await.as_str(), lot.due().await),
        ("free", Some(said + TimeDelta::seconds(10)))
    );
    let evidence = lot.evidence(said).await;
    assert_eq!(
        (&evidence["state"], &evidence["sensor"]["held"]["state"]),
        (&json!("free"), &json!("occupied"))
    );
    lot.wait_seconds(9);
    lot.settles().await;
    assert_eq!(lot.state(0).await, "free");
    let believed = lot.wait_seconds(1);
    lot.settles().await;
    assert_eq!(lot.state(0).await, "occupied");
    assert_eq!(lot.verdict(believed).await, verdict("occupied", "sensor"));
    assert_eq!(
        lot.verdict(believed - TimeDelta::seconds(1)).await,
        verdict("free", "sensor")
    );
}

#[tokio::test]
async fn what_is_taken_back_within_the_window_never_was() {
    let lot = Lot::open().await;
    lot.holds_back(10).await;
    lot.wait(1);
    lot.hears(1, FREE).await;
    lot.wait(1);
    lot.hears(2, OCCUPIED).await;
    lot.wait_seconds(9);
    lot.hears(3, FREE).await;
    lot.wait(5);
    lot.settles().await;
    assert_eq!(lot.history().await, "free");
}

#[tokio::test]
async fn late_messages_that_take_each_other_back_leave_no_trace_and_what_stood_does() {
    let lot = Lot::open().await;
    lot.holds_back(10).await;
    lot.wait(1);
    lot.hears(1, FREE).await;
    let start = lot.now();
    lot.wait(60);
    // All of them come at once: a flicker, and then a vehicle that stayed for a minute.
    for (number, payload, second) in [
        (2, OCCUPIED, 100),
        (3, FREE, 105),
        (4, OCCUPIED, 200),
        (5, FREE, 260),
    ] {
        let at = start + TimeDelta::seconds(second);
        assert_eq!(
            lot.flow.intake.store(&lot.told(number, payload, at)).await,
            Ok(true)
        );
    }
    lot.act().await;
    assert_eq!(lot.history().await, "free occupied free");
    // And one that is older than all of them.
    lot.hears_of(6, OCCUPIED, start + TimeDelta::seconds(150))
        .await;
    assert_eq!(lot.state(0).await, "free");
}

#[tokio::test]
async fn an_override_hides_a_change_that_is_held_back_and_does_not_stop_it() {
    let lot = Lot::open().await;
    lot.holds_back(10).await;
    lot.wait(1);
    lot.hears(1, FREE).await;
    lot.wait(1);
    lot.hears(2, OCCUPIED).await;
    lot.put_state(json!({ "state": "maintenance", "reason": "snow" }))
        .await;
    lot.wait_seconds(20);
    lot.settles().await;
    assert_eq!(lot.state(0).await, "maintenance");
    lot.put_state(json!({ "state": "automatic" })).await;
    assert_eq!(lot.state(0).await, "occupied");
    lot.holds_back(0).await;
    lot.hears(3, FREE).await;
    assert_eq!(lot.state(0).await, "free");
}
