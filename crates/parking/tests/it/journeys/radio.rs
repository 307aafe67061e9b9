//! From what a sensor says to the state of its bay, over the wires a sensor's word really takes.

use std::net::SocketAddr;

use hmac::{Hmac, KeyInit as _, Mac as _};
use parking_access::secrets::hex;
use parking_chirpstack::broker::{Broker, Door, Sessions};
use parking_domain::clock::Clock;
use serde_json::{Value, json};
use sha2::Sha256;

use super::items;
use crate::harness::actors::{Key, Owner, text};
use crate::harness::{Stage, eventually};

/// A lot of one bay, and the key its messages come by.
struct Lot {
    stage: Stage,
    owner: Owner,
    key: Key,
    bay: String,
}

impl Lot {
    async fn open(settings: &[(&str, &str)]) -> Self {
        let stage = Stage::set_with(settings).await;
        let owner = stage.customer("Quay").await;
        let site = json!({ "name": "Quay", "timezone": "Europe/Paris" });
        let site = owner.api.post("/api/v6/sites", &site).await.expect(201);
        let bay = json!({ "site_id": site["id"], "code": "A-1" });
        let bay = owner.api.post("/api/v6/spaces", &bay).await.expect(201);
        let key = owner.makes_key("operator", &["webhook:ingest"]).await;
        Self {
            stage,
            key,
            bay: text(&bay, "id").to_owned(),
            owner,
        }
    }

    /// Waits until the bay is in a state; the change that brought it there.
    async fn becomes(&self, state: &str) -> Value {
        let path = format!("/api/v6/spaces/{}", self.bay);
        eventually(state, async || {
            let bay = self.owner.api.get(&path).await.expect(200);
            (bay["state"] == state).then_some(())
        })
        .await;
        let history = self.owner.api.get(&format!("{path}/history")).await;
        items(&history.expect(200), "state_changes")[0].clone()
    }

    /// A sensor watches the bay: on port 1 one byte says whether a vehicle is there.
    async fn gets_sensor(&self, dev_eui: &str) {
        let device = json!({ "dev_eui": dev_eui, "model": "bosch-tps110" });
        let device = self.owner.api.post("/api/v6/devices", &device).await;
        let device = device.expect(201);
        let path = format!("/api/v6/devices/{}/assign", text(&device, "id"));
        let watches = json!({ "space_id": self.bay, "reason": "installed" });
        self.owner.api.post(&path, &watches).await.expect(200);
    }

    /// The message that a change names as its reason: its kind, source and outcome.
    async fn message_behind(&self, change: &Value) -> (String, String, String) {
        let id = text(&change["evidence"]["sensor"], "uplink_id");
        let query = "select kind, source, outcome from uplinks where id = $1::uuid";
        let mut admin = self.stage.server.superuser().await;
        let message = sqlx::query_as(query).bind(id).fetch_one(&mut admin).await;
        message.expect("the message")
    }
}

#[tokio::test]
async fn what_a_camera_saw_becomes_the_state_of_the_bay_and_its_history_names_the_message() {
    let lot = Lot::open(&[]).await;
    let path = "/api/v6/ingest/observations";
    let seen = |state: &str| json!({ "observations": [{ "space_id": lot.bay, "state": state }] });
    let stored = lot.key.api.post(path, &seen("occupied")).await;
    assert_eq!(stored.expect(200), json!({ "stored": 1, "duplicates": 0 }));
    let change = lot.becomes("occupied").await;
    assert_eq!(
        (change["from"].as_str(), change["to"].as_str()),
        (Some("unknown"), Some("occupied"))
    );
    let (kind, source, outcome) = lot.message_behind(&change).await;
    assert_eq!(
        (kind.as_str(), source.as_str(), outcome.as_str()),
        ("observation", "observation", "read")
    );
    // A key that may only look hands nothing in.
    let looker = lot.owner.makes_key("operator", &["spaces:read"]).await;
    let refused = looker.api.post(path, &seen("free")).await;
    refused.refused(403, "forbidden");
}

/// What ChirpStack says of an uplink with one byte on port 1.
fn up(number: u32, payload: &str) -> Value {
    json!({
        "deviceInfo": { "applicationId": APPLICATION, "devEui": "70b3d57ed0000003" },
        "devAddr": "01000003", "fCnt": number, "fPort": 1, "data": payload,
        "rxInfo": [{ "gatewayId": "0016c001f1500001", "rssi": -57, "snr": 9.5 }],
    })
}

const APPLICATION: &str = "deb86e58-f3b2-43fc-b5cb-3e10d825b9f5";
const OCCUPIED: &str = "AQ==";
const FREE: &str = "AA==";

#[tokio::test]
async fn an_uplink_that_chirpstack_posts_turns_the_bay_red() {
    let lot = Lot::open(&[]).await;
    lot.gets_sensor("70B3D57ED0000003").await;
    let path = "/api/v6/ingest/chirpstack?event=up";
    let stored = lot.key.api.post(path, &up(1, OCCUPIED)).await;
    assert_eq!(stored.expect(200), json!({ "stored": 1, "duplicates": 0 }));
    let again = lot.key.api.post(path, &up(1, OCCUPIED)).await;
    assert_eq!(again.expect(200), json!({ "stored": 0, "duplicates": 1 }));
    let change = lot.becomes("occupied").await;
    let (kind, source, outcome) = lot.message_behind(&change).await;
    assert_eq!(
        (kind.as_str(), source.as_str(), outcome.as_str()),
        ("up", "chirpstack_http", "read")
    );
    let nobody = lot.stage.server.anonymous();
    let refused = nobody.post(path, &up(2, FREE)).await;
    refused.refused(401, "unauthenticated");
}

#[tokio::test]
async fn messages_wait_at_the_broker_while_the_server_is_away_and_count_when_it_is_back() {
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    let broker = Broker::start(any, Door::default(), Sessions::default())
        .await
        .expect("a broker");
    let url = format!("mqtt://{}", broker.address());
    let mut lot = Lot::open(&[("MQTT_URL", &url), ("MQTT_CLIENT_ID", "server")]).await;
    lot.gets_sensor("70B3D57ED0000003").await;
    let doctor = lot.stage.server.command(&["doctor"]).await;
    let said = doctor.text();
    assert!(said.contains("answers and lets us subscribe"), "{said}");
    let arguments = ["applications", "give", APPLICATION, "--tenant", "quay"];
    let given = lot.stage.server.command(&arguments).await;
    assert_eq!(given.code(), Some(0), "{}", given.text());

    let topic = format!("application/{APPLICATION}/device/70b3d57ed0000003/event/up");
    eventually("connected", async || {
        (broker.connected() == 1).then_some(())
    })
    .await;
    broker.publish(&topic, up(1, OCCUPIED).to_string(), true);
    let change = lot.becomes("occupied").await;
    let (_, source, _) = lot.message_behind(&change).await;
    assert_eq!(source, "chirpstack_mqtt");

    lot.stage.server.kill();
    broker.publish(&topic, up(2, FREE).to_string(), true);
    // Told twice, and counted once.
    broker.publish(&topic, up(2, FREE).to_string(), true);
    lot.stage.server.start_again().await;
    let token = lot.owner.access_token().to_owned();
    lot.owner.0.api = lot.stage.server.anonymous().bearing(&token);
    lot.becomes("free").await;
    eventually("all acknowledged", async || {
        (broker.waiting("server") == 0).then_some(())
    })
    .await;
    let mut admin = lot.stage.server.superuser().await;
    let stored: i64 = sqlx::query_scalar("select count(*) from uplinks")
        .fetch_one(&mut admin)
        .await
        .expect("a count");
    assert_eq!(stored, 2);
    let since = ["uplinks", "replay", "--since", "2026-01-01T00:00:00Z"];
    let nobodys = [&since[..], &["--tenant", "nobody"]].concat();
    let refused = lot.stage.server.command(&nobodys).await;
    assert!(
        refused.text().contains("there is no tenant nobody"),
        "{}",
        refused.text()
    );
    let replayed = lot.stage.server.command(&since).await;
    assert!(
        replayed.text().contains("0 messages wait"),
        "{}",
        replayed.text()
    );
}

#[tokio::test]
async fn an_uplink_that_is_signed_needs_no_key_and_one_that_is_signed_wrong_is_refused() {
    let lot = Lot::open(&[]).await;
    lot.gets_sensor("70B3D57ED0000003").await;
    let made = lot
        .owner
        .api
        .post("/api/v6/webhook-secrets", &json!({}))
        .await;
    let made = made.expect(201);
    let (credential, secret) = (text(&made, "id"), text(&made, "secret"));
    let sign = |text: &str| {
        let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key");
        let bytes = mac.chain_update(text).finalize().into_bytes();
        hex(&bytes)
    };
    let relay = lot
        .stage
        .server
        .anonymous()
        .with("x-webhook-credential", credential);
    let path = "/api/v6/ingest/chirpstack?event=up";
    let message = up(1, OCCUPIED);
    let signed = relay.with(
        "x-webhook-signature",
        &format!("sha256={}", sign(&message.to_string())),
    );
    let stored = signed.post(path, &message).await;
    assert_eq!(stored.expect(200), json!({ "stored": 1, "duplicates": 0 }));
    lot.becomes("occupied").await;
    // The same signature over another body, and over nothing we know.
    signed
        .post(path, &up(2, FREE))
        .await
        .refused(401, "signature_invalid");
    let stranger = signed.with(
        "x-webhook-credential",
        "00000000-0000-7000-8000-000000000000",
    );
    stranger
        .post(path, &message)
        .await
        .refused(401, "signature_invalid");
    // A signature opens nothing but the doors of messages.
    signed
        .get("/api/v6/spaces")
        .await
        .refused(401, "unauthenticated");
    // A nonce is good once.
    let message = up(3, FREE);
    let now = Clock::system().now().timestamp().to_string();
    let stamped = relay
        .with("x-webhook-timestamp", &now)
        .with("x-webhook-nonce", "n-1")
        .with(
            "x-webhook-signature",
            &sign(&format!("{now}.n-1.{message}")),
        );
    stamped.post("/api/v1/uplink", &message).await.expect(200);
    stamped
        .post("/api/v1/uplink", &message)
        .await
        .refused(409, "nonce_reused");
    lot.becomes("free").await;
    let metrics = lot.stage.server.anonymous().get("/metrics").await.text();
    assert!(
        metrics.contains("webhook_signature_failures_total 3"),
        "{metrics}"
    );
    assert!(
        metrics.contains("uplink_requests_total{source=\"chirpstack_http\",status=\"stored\"} 2"),
        "{metrics}"
    );
}

#[tokio::test]
async fn the_predecessors_road_takes_uplinks_and_answers_in_its_words() {
    let lot = Lot::open(&[]).await;
    let path = "/api/v1/uplink?event=up";
    let unclaimed = lot.key.api.post(path, &up(1, OCCUPIED)).await.expect(200);
    assert_eq!(unclaimed["status"], "orphan_device");
    lot.gets_sensor("70B3D57ED0000003").await;
    let answer = lot.key.api.post(path, &up(2, OCCUPIED)).await.expect(200);
    assert_eq!(
        (
            &answer["status"],
            &answer["device_eui"],
            &answer["space_code"],
            &answer["state"]
        ),
        (
            &json!("success"),
            &json!("70B3D57ED0000003"),
            &json!("A-1"),
            &json!("UNKNOWN")
        )
    );
    lot.becomes("occupied").await;
    let again = lot.key.api.post(path, &up(2, OCCUPIED)).await.expect(200);
    assert_eq!(
        (&again["status"], &again["state"]),
        (&json!("success"), &json!("OCCUPIED"))
    );
    let nobody = lot.stage.server.anonymous();
    nobody
        .post(path, &up(3, FREE))
        .await
        .refused(401, "unauthenticated");
    lot.key
        .api
        .post(path, &json!([]))
        .await
        .refused(422, "validation_failed");
}
