//! What network servers say over HTTP, as they really say it.

use axum::http::{Method, StatusCode};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use parking_access::audit::By;
use parking_domain::access::Role;
use parking_domain::ids::TenantId;
use parking_testkit::{Answered, bearer};
use serde_json::{Value, json};

use super::Lot;
use crate::applications;
use crate::ingest::replay;
use crate::tests::{seat, tenant};

/// A parking sensor of Bosch: on port 1 one byte says whether a vehicle is there.
const TPS: &str = "70B3D57ED0000003";
const APPLICATION: &str = "deb86e58-f3b2-43fc-b5cb-3e10d825b9f5";
const GATEWAY: &str = "0016C001F1500001";

/// Captured from a real server, all of this device or of `70b3d57ed00e0001`.
const UP: &str =
    include_str!("../../../../parking-chirpstack/testdata/json/up_unconfirmed_class_c_abp.json");
const UP_PROTOBUF: &[u8] = include_bytes!(
    "../../../../parking-chirpstack/testdata/protobuf/up_unconfirmed_class_c_abp.bin"
);
const STATUS: &str =
    include_str!("../../../../parking-chirpstack/testdata/json/status_battery.json");
const JOIN: &str =
    include_str!("../../../../parking-chirpstack/testdata/json/join_rejoin_new_session.json");
const OTHERS: [(&str, &str); 4] = [
    (
        "ack",
        include_str!("../../../../parking-chirpstack/testdata/json/ack_true_class_c.json"),
    ),
    (
        "txack",
        include_str!("../../../../parking-chirpstack/testdata/json/txack_class_c_grpc.json"),
    ),
    (
        "log",
        include_str!("../../../../parking-chirpstack/testdata/json/log_uplink_codec.json"),
    ),
    (
        "location",
        include_str!("../../../../parking-chirpstack/testdata/json/location_written_by_hand.json"),
    ),
];
const TTS: &str = include_str!("../../../../parking-chirpstack/testdata/tts/uplink_message.json");

/// An uplink of the sensor, as ChirpStack tells it.
fn up(number: u32, payload: &str, at: DateTime<Utc>) -> Value {
    let mut up: Value = serde_json::from_str(UP).expect("JSON");
    let at = at.to_rfc3339_opts(SecondsFormat::Micros, false);
    up["fCnt"] = json!(number);
    up["fPort"] = json!(1);
    up["data"] = json!(payload);
    up["time"] = json!(at);
    up["rxInfo"][0]["nsTime"] = json!(at);
    up
}

/// One byte, 1 or 0, in base 64.
const OCCUPIED: &str = "AQ==";
const FREE: &str = "AA==";

impl Lot {
    /// The second bay got the sensor an hour ago.
    async fn with_sensor() -> Self {
        let lot = Self::open().await;
        lot.claims(TPS).await;
        lot.test.clock().advance(TimeDelta::hours(1));
        lot
    }

    async fn claims(&self, dev_eui: &str) {
        let device = json!({ "dev_eui": dev_eui, "model": "bosch-tps110" });
        let device = self.post("/api/v6/devices", device).await;
        let device = device.json()["id"].as_str().expect("an id").to_owned();
        let assigned = self
            .post(
                &format!("/api/v6/devices/{device}/assign"),
                json!({ "space_id": self.bays[1], "reason": "installed" }),
            )
            .await;
        assert_eq!(assigned.status, StatusCode::OK, "{:?}", assigned.json());
    }

    async fn says(&self, event: &str, body: Value) -> Answered {
        let path = format!("/api/v6/ingest/chirpstack?event={event}");
        self.post(&path, body).await
    }

    async fn says_up(&self, body: Value) -> Answered {
        let answer = self.says("up", body).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        answer
    }

    async fn device(&self, dev_eui: &str) -> Value {
        let path = format!("/api/v6/devices?q={dev_eui}");
        let list = self.served.get(&self.token, &path).await.json();
        let id = list["devices"][0]["id"].as_str().expect("a device");
        let path = format!("/api/v6/devices/{id}");
        self.served.get(&self.token, &path).await.json()
    }
}

#[tokio::test]
async fn an_uplink_of_chirpstack_is_read_by_the_models_codec_and_becomes_the_state_of_the_bay() {
    let lot = Lot::with_sensor().await;
    let gateway = json!({ "eui": GATEWAY, "name": "Mast" });
    let gateway = lot.post("/api/v6/gateways", gateway).await.json();
    let at = lot.now() - TimeDelta::seconds(2);
    let stored = lot.says_up(up(1, OCCUPIED, at)).await;
    assert_eq!(stored.json(), json!({ "stored": 1, "duplicates": 0 }));
    lot.act().await;
    assert_eq!(lot.state(1).await, "occupied");
    let device = lot.device(TPS).await;
    assert_eq!(
        (device["rssi"].as_i64(), device["snr"].as_f64()),
        (Some(-57), Some(9.5))
    );
    let seen: DateTime<Utc> = serde_json::from_value(device["last_seen_at"].clone()).expect("seen");
    assert_eq!(seen, at);
    let path = format!(
        "/api/v6/gateways/{}",
        gateway["id"].as_str().expect("an id")
    );
    let gateway = lot.served.get(&lot.token, &path).await.json();
    assert_eq!(gateway["last_seen_at"], device["last_seen_at"]);
}

#[tokio::test]
async fn doubled_reordered_and_late_uplinks_end_in_the_same_state() {
    let lot = Lot::with_sensor().await;
    let at = |seconds| lot.now() - TimeDelta::seconds(seconds);
    let (first, second, third) = (at(30), at(20), at(10));
    lot.says_up(up(3, FREE, third)).await;
    lot.says_up(up(1, FREE, first)).await;
    // The same message by a gateway that was late: another name, the same number.
    let mut again = up(3, FREE, third);
    again["deduplicationId"] = json!("5fd1b9c6-6f4b-4ac6-ae0c-a7d7e6b4f4f0");
    let doubled = lot.says_up(again).await;
    assert_eq!(doubled.json(), json!({ "stored": 0, "duplicates": 1 }));
    lot.act().await;
    lot.says_up(up(2, OCCUPIED, second)).await;
    lot.act().await;
    assert_eq!(lot.state(1).await, "free");
    assert_eq!(lot.outcomes().await, ["read", "read", "superseded"]);
}

#[tokio::test]
async fn a_clock_that_is_years_off_is_not_believed() {
    let lot = Lot::with_sensor().await;
    lot.says_up(up(1, FREE, lot.now())).await;
    lot.act().await;
    lot.test.clock().advance(TimeDelta::minutes(1));
    let mut wrong = up(2, OCCUPIED, lot.now());
    wrong["time"] = json!("2011-09-14T01:46:25+00:00");
    wrong["rxInfo"][0]["nsTime"] = json!("2011-09-14T01:46:25+00:00");
    lot.says_up(wrong).await;
    lot.act().await;
    assert_eq!(lot.state(1).await, "occupied");
}

#[tokio::test]
async fn numbers_nobody_heard_are_counted_and_a_rejoin_silences_nobody() {
    let lot = Lot::with_sensor().await;
    for (number, ago) in [(10, 60), (11, 50), (15, 40)] {
        lot.says_up(up(number, FREE, lot.now() - TimeDelta::seconds(ago)))
            .await;
    }
    lot.act().await;
    assert_eq!(lot.device(TPS).await["frames_lost"], 3);
    let join = JOIN.replace("70b3d57ed00e0001", &TPS.to_lowercase());
    let mut join: Value = serde_json::from_str(&join).expect("JSON");
    join["time"] = json!(lot.now() - TimeDelta::seconds(30));
    assert_eq!(lot.says("join", join).await.status, StatusCode::OK);
    let mut anew = up(10, OCCUPIED, lot.now() - TimeDelta::seconds(20));
    anew["devAddr"] = json!("00ac503b");
    anew["fCnt"] = json!(0);
    lot.says_up(anew).await;
    lot.act().await;
    assert_eq!(lot.state(1).await, "occupied");
    assert_eq!(lot.device(TPS).await["frames_lost"], 3);
    // Late ones of the session before, in a batch of their own: the gap in this session is one all the same.
    for number in [14, 16] {
        let late = up(number, FREE, lot.now() - TimeDelta::seconds(35));
        lot.says_up(late).await;
    }
    lot.act().await;
    let mut behind = up(0, FREE, lot.now() - TimeDelta::seconds(10));
    behind["devAddr"] = json!("00ac503b");
    behind["fCnt"] = json!(3);
    lot.says_up(behind).await;
    lot.act().await;
    let device = lot.device(TPS).await;
    assert_eq!(device["frames_lost"], 5);
    // The chart beside it is of the same count.
    let path = format!(
        "/api/v6/devices/{}/health",
        device["id"].as_str().expect("an id")
    );
    lot.test.clock().advance(TimeDelta::seconds(1));
    let health = lot.served.get(&lot.token, &path).await.json();
    assert_eq!(health["lost"], 5);
}

#[tokio::test]
async fn a_character_that_the_database_cannot_hold_costs_no_message() {
    const LAMP: &str = "24E124600C123456";
    let lot = Lot::with_sensor().await;
    let lamp = json!({ "dev_eui": LAMP, "model": "milesight-ds3604" });
    assert_eq!(
        lot.post("/api/v6/devices", lamp).await.status,
        StatusCode::CREATED
    );
    let mut named = up(1, OCCUPIED, lot.now());
    named["deviceInfo"]["deviceName"] = json!("Bay\u{0}7");
    lot.says_up(named).await;
    // The text of a block, of which the second character is none.
    let mut written = up(1, "+wEAA0EAQg==", lot.now());
    written["deviceInfo"]["devEui"] = json!(LAMP.to_lowercase());
    written["devAddr"] = json!("00ac5fff");
    written["fPort"] = json!(85);
    lot.says_up(written).await;
    lot.act().await;
    assert_eq!(lot.outcomes().await, ["read", "read"]);
    assert_eq!(lot.state(1).await, "occupied");
    let text = "select reading::text from uplinks where tenant_id = $1 and f_port = 85";
    let reading = lot.one(text, lot.tenant.0).await;
    assert!(reading.contains("A\u{fffd}B"), "{reading}");
}

#[tokio::test]
async fn a_status_says_how_the_battery_is_and_other_events_are_kept() {
    let lot = Lot::with_sensor().await;
    let of_sensor = |body: &str| -> Value {
        let body = body.replace("70b3d57ed00e0001", &TPS.to_lowercase());
        serde_json::from_str(&body).expect("JSON")
    };
    let mut status = of_sensor(STATUS);
    status["time"] = json!(lot.now());
    assert_eq!(lot.says("status", status).await.status, StatusCode::OK);
    for (event, body) in OTHERS {
        let answer = lot.says(event, of_sensor(body)).await;
        assert_eq!(answer.json()["stored"], 1, "{event}: {}", answer.text);
    }
    let of_itself = lot.says("integration", json!({})).await;
    assert_eq!(of_itself.json(), json!({ "stored": 0, "duplicates": 0 }));
    lot.act().await;
    let device = lot.device(TPS).await;
    let percent = device["battery_percent"].as_f64().expect("a percentage");
    assert!((percent - 78.74).abs() < 0.01, "{percent}");
    assert_eq!(lot.outcomes().await.len(), 5);
}

#[tokio::test]
async fn protobuf_says_the_same_as_json() {
    let lot = Lot::with_sensor().await;
    let headers = [
        bearer(&lot.token),
        ("content-type", "application/octet-stream".to_owned()),
    ];
    let path = "/api/v6/ingest/chirpstack?event=up";
    let answer = lot
        .served
        .send(Method::POST, path, &headers, UP_PROTOBUF)
        .await;
    assert_eq!(answer.json(), json!({ "stored": 1, "duplicates": 0 }));
    // The same message in the other form is the same message.
    let told = lot.says_up(serde_json::from_str(UP).expect("JSON")).await;
    assert_eq!(told.json(), json!({ "stored": 0, "duplicates": 1 }));
    lot.act().await;
    assert_eq!(lot.outcomes().await, ["unreadable"]);
    assert_eq!(lot.device(TPS).await["rssi"], -57);
}

#[tokio::test]
async fn what_is_no_event_is_kept_as_it_came_and_refused() {
    let lot = Lot::with_sensor().await;
    let answer = lot
        .says("up", json!({ "deviceInfo": { "devEui": "12" } }))
        .await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let unknown = lot.says("down", json!({})).await;
    assert_eq!(unknown.status, StatusCode::UNPROCESSABLE_ENTITY);
    lot.act().await;
    let mut admin = lot.test.superuser().await;
    let kept: (String, Vec<u8>, String, String) =
        sqlx::query_as("select kind, payload, outcome, content ->> 'problem' from uplinks")
            .fetch_one(&mut admin)
            .await
            .expect("one message");
    assert_eq!(
        (kept.0.as_str(), kept.2.as_str()),
        ("garbled", "unreadable")
    );
    assert!(kept.1.starts_with(b"{"));
    assert_eq!(kept.3, "devEui is invalid");
}

#[tokio::test]
async fn an_uplink_of_the_things_stack_becomes_the_state_of_the_bay() {
    let lot = Lot::open().await;
    lot.claims("0004A30B001C0530").await;
    let mut said: Value = serde_json::from_str(TTS).expect("JSON");
    said["uplink_message"]["frm_payload"] = json!(OCCUPIED);
    said["uplink_message"]["received_at"] = json!(lot.now());
    let stored = lot.post("/api/v6/ingest/tts", said.clone()).await;
    assert_eq!(stored.json(), json!({ "stored": 1, "duplicates": 0 }));
    let again = lot.post("/api/v6/ingest/tts", said).await;
    assert_eq!(again.json(), json!({ "stored": 0, "duplicates": 1 }));
    let queued = json!({ "end_device_ids": { "device_id": "lamp-7" }, "downlink_queued": {} });
    let queued = lot.post("/api/v6/ingest/tts", queued).await;
    assert_eq!(queued.json(), json!({ "stored": 0, "duplicates": 0 }));
    lot.act().await;
    assert_eq!(lot.state(1).await, "occupied");
    assert_eq!(lot.device("0004A30B001C0530").await["rssi"], -35);
}

#[tokio::test]
async fn a_key_of_the_platform_brings_messages_to_whom_the_application_was_given() {
    let lot = Lot::with_sensor().await;
    let slug = lot
        .one("select slug from tenants where id = $1", lot.tenant.0)
        .await;
    let by = By::system("test");
    applications::give(&lot.flow.db, (APPLICATION, &slug), &by, lot.now())
        .await
        .expect("given");
    let platform = seat(&lot.people, TenantId::PLATFORM, Role::PlatformAdmin);
    let path = "/api/v6/ingest/chirpstack";
    let says = async |body: Value| lot.served.post(&platform, path, body).await;
    // Nobody has said whose this one is.
    let mut stray = up(1, OCCUPIED, lot.now());
    stray["deviceInfo"]["applicationId"] = json!("another");
    assert_eq!(says(stray).await.json()["stored"], 1);
    lot.act().await;
    assert_eq!(lot.state(1).await, "unknown");
    assert_eq!(lot.outcomes().await, ["orphan"]);
    let told = says(up(1, OCCUPIED, lot.now())).await;
    assert_eq!(told.json()["stored"], 1);
    lot.act().await;
    assert_eq!(lot.state(1).await, "occupied");
}

#[tokio::test]
async fn a_tenants_word_brings_no_other_tenants_gateway_or_device_to_life() {
    let lot = Lot::with_sensor().await;
    let gateway = json!({ "eui": GATEWAY, "name": "Mast" });
    lot.post("/api/v6/gateways", gateway).await;
    let other = tenant(&lot.flow.db, &lot.flow.clock, "Station").await;
    let token = seat(&lot.people, other, Role::Admin);
    let path = "/api/v6/ingest/chirpstack";
    let told = lot
        .served
        .post(&token, path, up(1, OCCUPIED, lot.now()))
        .await;
    assert_eq!(told.status, StatusCode::OK);
    lot.act().await;
    assert_eq!(lot.state(1).await, "unknown");
    assert_eq!(lot.device(TPS).await["last_seen_at"], Value::Null);
    let gateways = lot.served.get(&lot.token, "/api/v6/gateways").await.json();
    assert_eq!(gateways["gateways"][0]["last_seen_at"], Value::Null);
}

#[tokio::test]
async fn what_came_to_nothing_is_acted_on_again_once_its_device_is_claimed() {
    let lot = Lot::open().await;
    let since = lot.now();
    lot.says_up(up(1, OCCUPIED, lot.now())).await;
    lot.act().await;
    assert_eq!(lot.outcomes().await, ["orphan"]);
    lot.claims(TPS).await;
    // It was heard before the bay had the sensor: that is no word about the bay.
    lot.test.clock().advance(TimeDelta::seconds(5));
    lot.says_up(up(2, FREE, lot.now())).await;
    lot.act().await;
    let again = async || {
        let replayed = replay(&lot.flow.db, None, since).await.expect("a replay");
        lot.act().await;
        replayed
    };
    assert_eq!(again().await, 1);
    assert_eq!(lot.state(1).await, "free");
    assert_eq!(again().await, again().await);
    assert_eq!(lot.state(1).await, "free");
    let mut admin = lot.test.superuser().await;
    let heard: Option<i64> = sqlx::query_scalar("select max(uplink_count) from orphan_devices")
        .fetch_one(&mut admin)
        .await
        .expect("a count");
    assert!(heard.is_none_or(|heard| heard == 1));
    assert_eq!(lot.device(TPS).await["frames_lost"], 0);
}
