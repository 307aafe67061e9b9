//! Everything at once: messages lost, doubled, out of order, two hours late, with wrong clocks, of
//! devices that join anew, and what is no message at all. In the end the server knows what a naive
//! model knows that was told the same.
//!
//! `PARKING_TEST_STORM_SEED` repeats a storm, `PARKING_TEST_STORM_ROUNDS` has more of them.

mod lamps;
mod model;
mod weather;

use chrono::{DateTime, Utc};
use parking_domain::clock::Clock;
use serde_json::{Value, json};

use crate::harness::actors::{Key, Owner, text};
use crate::harness::{Stage, asked, eventually, side_by_side};
use crate::journeys::items;
use model::Known;
use weather::{Body, Device, Telling};

/// Devices of one storm; each watches a bay.
const DEVICES: usize = 16;

#[tokio::test]
async fn after_a_storm_the_server_knows_what_was_told() {
    let stage = Stage::set().await;
    let owner = stage.customer("Storm").await;
    let key = owner.makes_key("operator", &["webhook:ingest"]).await;
    let first = asked("PARKING_TEST_STORM_SEED", 4);
    for seed in first..first + asked("PARKING_TEST_STORM_ROUNDS", 1) {
        storm(&stage, &owner, &key, seed).await;
    }
}

async fn storm(stage: &Stage, owner: &Owner, key: &Key, seed: u64) {
    let now = Clock::system().now();
    let devices: Vec<Device> = (0..DEVICES)
        .map(|number| Device::of(seed, number, now))
        .collect();
    let bays = prepare(stage, owner, seed, &devices).await;
    let told = devices.iter().map(|device| tell(key, device));
    let known = side_by_side(told).await;

    let mut admin = stage.server.superuser().await;
    eventually("every message is acted on", async || {
        let query = "select count(*) from uplinks where acted_at is null";
        let waiting: i64 = sqlx::query_scalar(query)
            .fetch_one(&mut admin)
            .await
            .unwrap();
        (waiting == 0).then_some(())
    })
    .await;
    for ((device, bay), known) in devices.iter().zip(&bays).zip(&known) {
        let about = format!("seed {seed}, device {}", device.dev_eui);
        let bay = owner.api.get(&format!("/api/v6/spaces/{bay}")).await;
        let state = text(&bay.expect(200), "state").to_owned();
        assert_eq!(Some(state.as_str()), known.state(), "{about}");
        let counts = "select count(*) filter (where outcome in ('read', 'superseded')),
            count(*) filter (where outcome = 'unreadable'), count(*) filter (where kind = 'join'), count(*)
            from uplinks where dev_eui = $1";
        let counts: (i64, i64, i64, i64) = sqlx::query_as(counts)
            .bind(&device.dev_eui)
            .fetch_one(&mut admin)
            .await
            .unwrap();
        assert_eq!(
            counts,
            known.counts(),
            "readings, unreadable, joins, all: {about}"
        );
        if device.is_told_in_sessions {
            let found = format!("/api/v6/devices?q={}", device.dev_eui);
            let found = owner.api.get(&found).await.expect(200);
            assert_eq!(
                items(&found, "devices")[0]["frames_lost"],
                known.lost(),
                "{about}"
            );
        }
    }
    let garbled =
        "select count(*) from uplinks where kind = 'garbled' and encode(payload, 'escape') like $1";
    let garbled: i64 = sqlx::query_scalar(garbled)
        .bind(format!("%storm {seed}:%"))
        .fetch_one(&mut admin)
        .await
        .unwrap();
    let expected: i64 = known.iter().map(Known::garbled).sum();
    assert_eq!(garbled, expected, "seed {seed}");
    let all: i64 = known.iter().map(|known| known.counts().3).sum();
    println!("seed {seed}: {all} messages kept, {garbled} meant nothing");
}

/// Bays with sensors that have been there since yesterday; the bays' ids.
async fn prepare(stage: &Stage, owner: &Owner, seed: u64, devices: &[Device]) -> Vec<String> {
    let api = &owner.api;
    let site = json!({ "name": format!("Storm {seed}"), "timezone": "Europe/Paris" });
    let site = api.post("/api/v6/sites", &site).await.expect(201);
    let mut bays = Vec::new();
    for (number, device) in devices.iter().enumerate() {
        let bay = json!({ "site_id": site["id"], "code": format!("S-{number}") });
        let bay = api.post("/api/v6/spaces", &bay).await.expect(201);
        let draft = json!({ "dev_eui": device.dev_eui, "model": "bosch-tps110" });
        let made = api.post("/api/v6/devices", &draft).await.expect(201);
        let path = format!("/api/v6/devices/{}/assign", text(&made, "id"));
        let watches = json!({ "space_id": bay["id"], "reason": "installed" });
        api.post(&path, &watches).await.expect(200);
        bays.push(text(&bay, "id").to_owned());
    }
    // What was said before a device watched its bay is not about the bay, and some of it is late.
    let earlier = "update device_assignments set assigned_at = now() - interval '1 day' where unassigned_at is null";
    let mut admin = stage.server.superuser().await;
    sqlx::query(earlier).execute(&mut admin).await.unwrap();
    bays
}

/// Tells what is told of a device, one after the other, and the model with it.
async fn tell(key: &Key, device: &Device) -> Known {
    let mut known = Known::default();
    for telling in &device.tellings {
        let Telling { kind, body, .. } = telling;
        let path = format!("/api/v6/ingest/chirpstack?event={kind}");
        match body {
            Body::Event(event) => {
                let answer = key.api.post(&path, event).await.expect(200);
                let is_new = known.hear(telling);
                assert_eq!(is_new, answer["stored"] == 1, "{event}");
            }
            Body::Garbled(text) => {
                let request = key.api.request(reqwest::Method::POST, &path);
                let answer = crate::harness::http::send(request.body(text.clone())).await;
                assert_eq!(answer.status, 422, "{text}");
                known.hear(telling);
            }
        }
    }
    known
}

/// An instant as ChirpStack writes it.
fn written(at: DateTime<Utc>) -> Value {
    json!(at.to_rfc3339_opts(chrono::SecondsFormat::Nanos, false))
}
