//! Devices as people make and keep them, through the routes.

mod agreement;
mod assignments;
mod looking;
mod platform;

use axum::http::{Method, StatusCode};
use parking_domain::access::Role;
use parking_domain::tenancy::LimitOverrides;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::tests::{Person, Stage, id_of, refused};

const KEY: &str = "000102030405060708090a0b0c0d0e0f";

/// The DevEUI of this number.
fn eui(number: u64) -> String {
    format!("70B3D5{number:010X}")
}

impl Person<'_> {
    /// Makes a bay sensor and answers its id.
    pub(crate) async fn makes_sensor(&self, number: u64) -> Uuid {
        let body = json!({ "dev_eui": eui(number), "model": "bosch-tps110" });
        id_of(&self.makes("/api/v6/devices", body).await)
    }

    /// Makes a bay and answers its id.
    pub(crate) async fn makes_space(&self, site: Uuid, code: &str) -> Uuid {
        let body = json!({ "site_id": site, "code": code });
        id_of(&self.makes("/api/v6/spaces", body).await)
    }

    pub(crate) async fn device(&self, id: Uuid) -> Value {
        self.get(&format!("/api/v6/devices/{id}")).await.json()
    }
}

#[tokio::test]
async fn a_device_is_made_read_changed_archived_and_brought_back() {
    let stage = Stage::set().await;
    let admin = stage.admin("North").await;
    let body = json!({
        "dev_eui": "00-04-a3-0b-00-1f-ed-4f", "name": "By the door", "model": "bosch-tps110", "app_key": KEY,
        "join_eui": "1122334455667788", "serial_number": "S-7", "metadata": { "shelf": 3 },
    });
    let made = admin.post("/api/v6/devices", body).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    let device = made.json();
    assert_eq!(
        [
            &device["dev_eui"],
            &device["device_type"],
            &device["status"],
            &device["lifecycle_state"]
        ],
        ["0004A30B001FED4F", "sensor", "unassigned", "provisioned"]
    );
    assert_eq!(
        (
            &device["has_app_key"],
            &device["expected_heartbeat_seconds"],
            &device["model"]["vendor"]
        ),
        (&json!(true), &json!(86_400), &json!("Bosch"))
    );
    let path = format!("/api/v6/devices/{}", id_of(&device));

    let change =
        json!({ "name": null, "heartbeat_seconds": 600, "model": "plenom-busylight-omega" });
    let changed = admin.patch(&path, change).await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.text);
    let changed = changed.json();
    assert_eq!(
        (
            &changed["name"],
            &changed["device_type"],
            &changed["serial_number"]
        ),
        (&json!(null), &json!("display"), &json!("S-7"))
    );
    let stale = [("if-match", "\"v1\"".to_owned())];
    let late = admin
        .sends(Method::PUT, &path, &stale, Some(json!({ "name": "X" })))
        .await;
    refused(&late, 412, "precondition_failed");

    assert_eq!(admin.delete(&path).await.status, StatusCode::NO_CONTENT);
    refused(&admin.delete(&path).await, 404, "not_found");
    assert!(admin.get(&path).await.json()["archived_at"].is_string());
    let list = admin.get("/api/v6/devices").await.json();
    let archived = admin.get("/api/v6/devices?archived=true").await.json();
    assert_eq!((&list["total"], &archived["total"]), (&json!(0), &json!(1)));
    let restored = admin.post(&format!("{path}/restore"), json!({})).await;
    assert_eq!(restored.status, StatusCode::OK, "{}", restored.text);
    assert_eq!(admin.get("/api/v6/devices").await.json()["total"], 1);
}

#[tokio::test]
async fn the_key_of_a_device_is_sealed_and_never_shown() {
    let stage = Stage::set().await;
    let admin = stage.admin("North").await;
    let body = json!({ "dev_eui": eui(1), "app_key": KEY });
    let made = admin.post("/api/v6/devices", body.clone()).await;
    let id = id_of(&made.json());
    let other = json!({ "app_key": "ff0102030405060708090a0b0c0d0e0f" });
    let changed = admin.patch(&format!("/api/v6/devices/{id}"), other).await;
    assert_eq!(changed.json()["has_app_key"], true);
    let csv = admin.get("/api/v6/devices/export").await;
    for text in [&made.text, &changed.text, &csv.text] {
        assert!(!text.to_lowercase().contains("0102030405060708"), "{text}");
    }
    let mut tx = stage.estate.db.tenant(admin.tenant).await.expect("a door");
    let sealed: Vec<u8> = sqlx::query_scalar("select sealed_app_key from devices where id = $1")
        .bind(id)
        .fetch_one(tx.conn())
        .await
        .expect("a key");
    let logged: String = sqlx::query_scalar(
        "select string_agg(coalesce(new::text, '') || coalesce(old::text, ''), '') from audit_log",
    )
    .fetch_one(tx.conn())
    .await
    .expect("entries");
    assert!(
        logged.contains("replaced") && !logged.contains("0102030405"),
        "{logged}"
    );
    let place = format!("device {} AppKey", eui(1));
    let opened = stage.estate.vault.open(&sealed, &place).expect("a secret");
    assert_eq!(opened.expose_secret(), "FF0102030405060708090A0B0C0D0E0F");
    let cleared = admin
        .patch(&format!("/api/v6/devices/{id}"), json!({ "app_key": null }))
        .await;
    assert_eq!(cleared.json()["has_app_key"], false);
    let bad = json!({ "dev_eui": eui(2), "app_key": "beef" });
    refused(
        &admin.post("/api/v6/devices", bad).await,
        422,
        "validation_failed",
    );
}

#[tokio::test]
async fn a_taken_deveui_is_refused_in_the_same_words_whoever_has_it() {
    let stage = Stage::set().await;
    let (mine, theirs) = (stage.admin("Mine").await, stage.admin("Theirs").await);
    let id = mine.makes_sensor(7).await;
    let body = json!({ "dev_eui": eui(7).to_lowercase() });
    let own = mine.post("/api/v6/devices", body.clone()).await;
    let foreign = theirs.post("/api/v6/devices", body.clone()).await;
    refused(&own, 409, "device_taken");
    assert_eq!(own.without_request(), foreign.without_request());

    mine.delete(&format!("/api/v6/devices/{id}")).await;
    theirs.makes("/api/v6/devices", body).await;
    let back = mine
        .post(&format!("/api/v6/devices/{id}/restore"), json!({}))
        .await;
    refused(&back, 409, "device_taken");
    let many = mine
        .post("/api/v6/devices/bulk/restore", json!({ "ids": [id] }))
        .await;
    refused(&many, 409, "device_taken");
}

#[tokio::test]
async fn the_limit_of_devices_holds_and_says_what_it_is() {
    let stage = Stage::set().await;
    let limits = LimitOverrides {
        devices: Some(1),
        ..LimitOverrides::default()
    };
    let tenant = stage.tenant_with("Small", limits).await;
    let admin = stage.person(tenant, Role::Admin);
    let first = admin.makes_sensor(1).await;
    let answer = admin
        .post("/api/v6/devices", json!({ "dev_eui": eui(2) }))
        .await;
    refused(&answer, 409, "limit_reached");
    assert!(
        answer.text.contains("limit of 1 devices"),
        "{}",
        answer.text
    );
    admin.delete(&format!("/api/v6/devices/{first}")).await;
    admin.makes_sensor(2).await;
    let back = admin
        .post(&format!("/api/v6/devices/{first}/restore"), json!({}))
        .await;
    refused(&back, 409, "limit_reached");
}

#[tokio::test]
async fn what_a_device_cannot_be_is_said_field_by_field() {
    let stage = Stage::set().await;
    let admin = stage.admin("Picky").await;
    let body = json!({
        "dev_eui": "0004A30B", "name": "\u{202e}x", "heartbeat_seconds": 1, "join_eui": "zz", "serial_number": "x".repeat(101),
        "notes": "x".repeat(2001),
    });
    let answer = admin.post("/api/v6/devices", body).await;
    refused(&answer, 422, "validation_failed");
    for field in [
        "dev_eui",
        "name",
        "heartbeat_seconds",
        "join_eui",
        "serial_number",
        "notes",
    ] {
        assert!(
            answer.text.contains(&format!("\"{field}\"")),
            "{field}: {}",
            answer.text
        );
    }
    for body in [
        json!({ "dev_eui": eui(1), "model": "nothing" }),
        json!({ "dev_eui": eui(1), "model": Uuid::nil() }),
        json!({ "dev_eui": eui(1), "lifecycle_state": "operational" }),
        json!({}),
    ] {
        let answer = admin.post("/api/v6/devices", body).await;
        refused(&answer, 422, "validation_failed");
    }
}

#[tokio::test]
async fn a_device_of_ones_own_model_holds_the_model_and_no_other_tenant_can_name_it() {
    let stage = Stage::set().await;
    let (mine, theirs) = (stage.admin("Mine").await, stage.admin("Theirs").await);
    let body = json!({ "based_on": "bosch-tps110", "vendor": "House", "name": "Puck", "heartbeat_seconds": 60 });
    let model = id_of(&mine.makes("/api/v6/device-models", body).await);
    let draft = json!({ "dev_eui": eui(1), "model": model });
    refused(
        &theirs.post("/api/v6/devices", draft.clone()).await,
        422,
        "validation_failed",
    );
    let device = mine.makes("/api/v6/devices", draft).await;
    assert_eq!(
        (
            &device["model"]["name"],
            &device["expected_heartbeat_seconds"],
            &device["device_type"]
        ),
        (&json!("Puck"), &json!(60), &json!("sensor"))
    );
    let found = mine.get(&format!("/api/v6/devices?model={model}")).await;
    assert_eq!(found.json()["total"], 1);
    let kept = mine.delete(&format!("/api/v6/device-models/{model}")).await;
    refused(&kept, 409, "in_use");
}

#[tokio::test]
async fn many_devices_are_archived_and_brought_back_all_or_none() {
    let stage = Stage::set().await;
    let admin = stage.admin("Many").await;
    let mut ids = Vec::new();
    for number in 0..5 {
        ids.push(admin.makes_sensor(number).await);
    }
    let (site, with_stranger) = (admin.makes_site("One").await, [ids[0], Uuid::nil()]);
    let bay = admin.makes_space(site, "A-1").await;
    let path = |verb: &str| format!("/api/v6/devices/bulk/{verb}");
    let none = admin
        .post(&path("archive"), json!({ "ids": with_stranger }))
        .await;
    refused(&none, 404, "not_found");
    admin
        .post(
            &format!("/api/v6/devices/{}/assign", ids[2]),
            json!({ "space_id": bay }),
        )
        .await;
    let busy = admin.post(&path("archive"), json!({ "ids": ids })).await;
    refused(&busy, 409, "in_use");
    assert_eq!(admin.get("/api/v6/devices").await.json()["total"], 5);
    let done = admin
        .post(
            &path("archive"),
            json!({ "ids": ids, "force": true, "reason": "sold" }),
        )
        .await;
    assert_eq!(done.status, StatusCode::NO_CONTENT, "{}", done.text);
    assert_eq!(admin.get("/api/v6/devices").await.json()["total"], 0);
    let back = admin.post(&path("restore"), json!({ "ids": ids })).await;
    assert_eq!(back.json()["total"], 5, "{}", back.text);
    assert_eq!(admin.get("/api/v6/devices").await.json()["total"], 5);
    refused(
        &admin.post(&path("archive"), json!({ "ids": [] })).await,
        422,
        "validation_failed",
    );
}

#[tokio::test]
async fn a_request_that_is_repeated_makes_one_device() {
    let stage = Stage::set().await;
    let admin = stage.admin("Twice").await;
    let key = [("idempotency-key", "k1".to_owned())];
    let body = Some(json!({ "dev_eui": eui(1) }));
    let first = admin
        .sends(Method::POST, "/api/v6/devices", &key, body.clone())
        .await;
    let second = admin
        .sends(Method::POST, "/api/v6/devices", &key, body)
        .await;
    assert_eq!(first.json(), second.json());
    assert_eq!(admin.get("/api/v6/devices").await.json()["total"], 1);
}
