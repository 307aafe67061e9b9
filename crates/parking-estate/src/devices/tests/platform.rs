//! Devices that change hands, and devices made of their labels.

use axum::http::{Method, StatusCode};
use parking_domain::access::Role;
use parking_domain::ids::TenantId;
use parking_domain::tenancy::LimitOverrides;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{KEY, eui};
use crate::tests::{Person, Stage, id_of, refused};

fn codes(body: &Value) -> Vec<&str> {
    let blockers = body["blockers"].as_array().expect("blockers");
    blockers
        .iter()
        .filter_map(|blocker| blocker["code"].as_str())
        .collect()
}

#[tokio::test]
async fn a_device_changes_hands_with_its_key_and_leaves_its_past_behind() {
    let stage = Stage::set().await;
    let (old, new) = (stage.admin("Old").await, stage.admin("New").await);
    let model = json!({ "based_on": "bosch-tps110", "vendor": "House", "name": "Puck" });
    let model = id_of(&old.makes("/api/v6/device-models", model).await);
    let body = json!({ "dev_eui": eui(1), "model": model, "name": "Secret plan", "app_key": KEY });
    let device = id_of(&old.makes("/api/v6/devices", body).await);
    let site = old.makes_site("Quay").await;
    let bay = old.makes_space(site, "A-1").await;
    old.post(
        &format!("/api/v6/devices/{device}/assign"),
        json!({ "space_id": bay }),
    )
    .await;

    let platform = stage.platform();
    let path = format!("/api/v6/devices/{device}/transfer");
    let dry = platform
        .post(&path, json!({ "tenant_id": new.tenant, "dry_run": true }))
        .await;
    assert_eq!(
        (dry.status, codes(&dry.json())),
        (StatusCode::OK, vec!["assigned"]),
        "{}",
        dry.text
    );
    let wanted = json!({ "tenant_id": new.tenant, "reason": "sold" });
    refused(&platform.post(&path, wanted.clone()).await, 409, "conflict");
    old.post(&format!("/api/v6/devices/{device}/unassign"), json!({}))
        .await;
    let dry = platform
        .post(&path, json!({ "tenant_id": new.tenant, "dry_run": true }))
        .await
        .json();
    assert_eq!((codes(&dry), &dry["success"]), (vec![], &json!(false)));
    assert_eq!(old.device(device).await["archived_at"], json!(null));

    let key = [("idempotency-key", "k".to_owned())];
    let done = platform
        .sends(Method::POST, &path, &key, Some(wanted.clone()))
        .await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text);
    let again = platform
        .sends(Method::POST, &path, &key, Some(wanted))
        .await;
    assert_eq!(again.json(), done.json());
    let moved = id_of(&done.json()["device"]);
    let theirs = new.device(moved).await;
    assert_eq!(
        (
            &theirs["dev_eui"],
            &theirs["has_app_key"],
            &theirs["model"]["id"],
            &theirs["name"]
        ),
        (
            &json!(eui(1)),
            &json!(true),
            &json!("bosch-tps110"),
            &json!(null)
        )
    );
    assert!(
        !new.get(&format!("/api/v6/devices/{moved}/history"))
            .await
            .text
            .contains("A-1")
    );
    is_recorded_in_both(&stage, [old.tenant, new.tenant]).await;
    has_left(&old, &new, device).await;
}

async fn has_left(old: &Person<'_>, new: &Person<'_>, device: Uuid) {
    let left = old.device(device).await;
    assert!(
        left["archived_at"].is_string() && left["has_app_key"] == false,
        "{left}"
    );
    refused(
        &new.get(&format!("/api/v6/devices/{device}")).await,
        404,
        "not_found",
    );
    assert_eq!(old.get("/api/v6/devices").await.json()["total"], 0);
    assert_eq!(new.get("/api/v6/devices").await.json()["total"], 1);
}

async fn is_recorded_in_both(stage: &Stage, tenants: [TenantId; 2]) {
    let kinds = ["device.transferred", "device.received"];
    for (tenant, kind) in tenants.into_iter().zip(kinds) {
        let mut tx = stage.estate.db.tenant(tenant).await.expect("a door");
        let found: (i64, i64) = sqlx::query_as(
            "select (select count(*) from audit_log where action = $1 and reason = 'sold'),
               (select count(*) from events where kind = $1)",
        )
        .bind(kind)
        .fetch_one(tx.conn())
        .await
        .expect("counts");
        assert_eq!(found, (1, 1), "{kind}");
    }
}

#[tokio::test]
async fn a_transfer_says_everything_that_stands_in_its_way() {
    let stage = Stage::set().await;
    let old = stage.admin("Old").await;
    let device = old.makes_sensor(1).await;
    let limits = LimitOverrides {
        devices: Some(0),
        ..LimitOverrides::default()
    };
    let full = stage.tenant_with("Full", limits).await;
    let mut tx = stage
        .estate
        .db
        .platform(parking_db::Reason::Worker("test"))
        .await
        .expect("a door");
    sqlx::query("update tenants set status = 'suspended', suspended_at = now() where id = $1")
        .bind(full.0)
        .execute(tx.conn())
        .await
        .expect("a suspension");
    tx.commit().await.expect("a commit");
    let platform = stage.platform();
    let path = format!("/api/v6/devices/{device}/transfer");
    for (to, wanted) in [
        (full.0, vec!["tenant_not_active", "limit_reached"]),
        (old.tenant.0, vec!["same_tenant"]),
        (TenantId::PLATFORM.0, vec!["platform_tenant"]),
        (Uuid::from_u128(7), vec!["no_such_tenant"]),
    ] {
        let dry = platform
            .post(&path, json!({ "tenant_id": to, "dry_run": true }))
            .await;
        assert_eq!(codes(&dry.json()), wanted, "{}", dry.text);
        refused(
            &platform.post(&path, json!({ "tenant_id": to })).await,
            409,
            "conflict",
        );
    }
    let nothing = format!("/api/v6/devices/{}/transfer", Uuid::nil());
    refused(
        &platform
            .post(&nothing, json!({ "tenant_id": old.tenant }))
            .await,
        404,
        "not_found",
    );
    let owner = stage.person(old.tenant, Role::Owner);
    refused(
        &owner.post(&path, json!({ "tenant_id": full })).await,
        403,
        "forbidden",
    );
}

#[tokio::test]
async fn the_code_on_a_label_becomes_a_device_and_is_read_out_precisely() {
    let stage = Stage::set().await;
    let admin = stage.admin("North").await;
    let site = admin.makes_site("Quay").await;
    let bay = admin.makes_space(site, "A-1").await;
    let path = "/api/v6/devices/onboard";
    let code =
        "LW:D0:1122334455667788:AABBCCDDEEFF0011:AABB1122:OAABBCCDDEEFF:SYYWWNNNNNN:PFOOBAR:CAF2C"; // typos: ignore
    let body = json!({ "code": code, "model": "bosch-tps110", "space_id": bay, "app_key": KEY, "dry_run": true });
    let dry = admin.post(path, body.clone()).await;
    assert_eq!(dry.status, StatusCode::OK, "{}", dry.text);
    let reading = json!({
        "form": "tr005", "dev_eui": "AABBCCDDEEFF0011", "join_eui": "1122334455667788", "vendor_id": "AABB", "profile_id": "1122",
        "serial_number": "YYWWNNNNNN", "proprietary": "FOOBAR", "has_owner_token": true, "unread": [], "checksum": "right",
    });
    assert_eq!(dry.json()["reading"], reading);
    assert_eq!(dry.json()["device"]["space_code"], "A-1");
    assert_eq!(admin.get("/api/v6/devices").await.json()["total"], 0);

    let mut real = body.clone();
    real["dry_run"] = json!(false);
    let key = [("idempotency-key", "k".to_owned())];
    let made = admin
        .sends(Method::POST, path, &key, Some(real.clone()))
        .await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    let device = &made.json()["device"];
    assert_eq!(
        [
            &device["join_eui"],
            &device["serial_number"],
            &device["status"],
            &device["lifecycle_state"]
        ],
        ["1122334455667788", "YYWWNNNNNN", "assigned", "operational"]
    );
    assert_eq!(device["has_app_key"], true);
    assert!(
        !made.text.contains("AABBCCDDEEFF\""),
        "a token is a secret: {}",
        made.text
    );
    let again = admin
        .sends(Method::POST, path, &key, Some(real.clone()))
        .await;
    assert_eq!(again.json(), made.json());
    refused(&admin.post(path, real).await, 409, "device_taken");
    let dry = admin.post(path, body).await.json();
    assert_eq!(dry["hindrance"]["code"], "device_taken", "{dry}");
    let wrong = admin.post(path, json!({ "code": code.replace("FOOBAR", "FOOBAZ").replace("EEFF0011", "EEFF0012"), "dry_run": true }));
    assert_eq!(wrong.await.json()["reading"]["checksum"], "wrong");
    for (code, hint) in [
        ("A-017", "nor does it hold a DevEUI"),
        ("LW:D1:1122334455667788", "edition"),
        ("", "must not be empty"),
    ] {
        let answer = admin.post(path, json!({ "code": code })).await;
        refused(&answer, 422, "validation_failed");
        assert!(answer.text.contains(hint), "{}", answer.text);
    }
}
