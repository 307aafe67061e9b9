//! Orphans through the routes.

use axum::http::{Method, StatusCode};
use chrono::TimeDelta;
use parking_domain::access::Role;
use parking_domain::ids::{TenantId, fresh};
use serde_json::json;
use uuid::Uuid;

use crate::tests::{Stage, id_of, refused};

impl Stage {
    /// Somebody's network hears a device that nobody knows.
    async fn hears(&self, tenant: TenantId, dev_eui: &str, guess: Option<&str>) -> Uuid {
        let id = fresh();
        let mut tx = self.estate.db.tenant(tenant).await.expect("a door");
        sqlx::query(
            "insert into orphan_devices (tenant_id, id, dev_eui, first_seen_at, last_seen_at, source, guessed_model, last_payload)
             values ($1, $2, $3, $4, $4, 'mqtt', $5, '\\x0102')",
        )
        .bind(tenant.0)
        .bind(id)
        .bind(dev_eui)
        .bind(self.clock().now())
        .bind(guess)
        .execute(tx.conn())
        .await
        .expect("an orphan");
        tx.commit().await.expect("a commit");
        id
    }
}

#[tokio::test]
async fn an_orphan_that_is_claimed_becomes_a_device_and_goes_to_work_at_once() {
    let stage = Stage::set().await;
    let admin = stage.admin("North").await;
    let site = admin.makes_site("Quay").await;
    let bay = admin.makes_space(site, "A-1").await;
    let orphan = stage
        .hears(admin.tenant, "70B3D50000000001", Some("bosch-tps110"))
        .await;
    let operator = stage.person(admin.tenant, Role::Operator);
    let path = format!("/api/v6/orphans/{orphan}");
    assert_eq!(operator.get(&path).await.json()["last_payload"], "0102");

    let body = json!({ "name": "Found", "space_id": bay, "reason": "it was there" });
    let key = [("idempotency-key", "k".to_owned())];
    let claim = format!("{path}/claim");
    let made = operator
        .sends(Method::POST, &claim, &key, Some(body.clone()))
        .await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    let device = made.json();
    assert_eq!(
        [
            &device["dev_eui"],
            &device["model"]["id"],
            &device["status"],
            &device["space_code"]
        ],
        ["70B3D50000000001", "bosch-tps110", "assigned", "A-1"]
    );
    let again = operator.sends(Method::POST, &claim, &key, Some(body)).await;
    assert_eq!(again.json(), device);
    refused(&operator.get(&path).await, 404, "not_found");
    refused(&operator.post(&claim, json!({})).await, 404, "not_found");
}

#[tokio::test]
async fn a_claim_that_cannot_be_leaves_the_orphan_where_it_was() {
    let stage = Stage::set().await;
    let (admin, other) = (stage.admin("North").await, stage.admin("South").await);
    let site = admin.makes_site("Quay").await;
    let bay = admin.makes_space(site, "A-1").await;
    let holder = admin.makes_sensor(9).await;
    admin
        .post(
            &format!("/api/v6/devices/{holder}/assign"),
            json!({ "space_id": bay }),
        )
        .await;
    let orphan = stage.hears(admin.tenant, "70B3D50000000001", None).await;
    let path = format!("/api/v6/orphans/{orphan}");
    let claim = format!("{path}/claim");
    let sensor = |space: Uuid| json!({ "model": "bosch-tps110", "space_id": space });
    refused(
        &admin.post(&claim, sensor(bay)).await,
        409,
        "already_assigned",
    );
    refused(
        &admin.post(&claim, sensor(Uuid::nil())).await,
        404,
        "not_found",
    );
    refused(
        &admin.post(&claim, json!({ "space_id": bay })).await,
        422,
        "validation_failed",
    );
    refused(
        &admin.post(&claim, json!({ "model": "nothing" })).await,
        422,
        "validation_failed",
    );
    refused(&other.post(&claim, json!({})).await, 404, "not_found");
    refused(&other.get(&path).await, 404, "not_found");
    refused(
        &other.post(&format!("{path}/dismiss"), json!({})).await,
        404,
        "not_found",
    );
    refused(
        &stage.platform().post(&claim, json!({})).await,
        403,
        "select_tenant",
    );
    assert_eq!(admin.get("/api/v6/devices").await.json()["total"], 1);
    assert_eq!(admin.get("/api/v6/orphans").await.json()["total"], 1);

    // Somebody else has it: the claim is refused in the words of any taken DevEUI.
    let body = json!({ "dev_eui": "70B3D50000000001" });
    let elsewhere = id_of(&other.makes("/api/v6/devices", body.clone()).await);
    refused(&admin.post(&claim, json!({})).await, 409, "device_taken");
    other.delete(&format!("/api/v6/devices/{elsewhere}")).await;
    // Made by hand, it is an orphan no longer.
    admin.makes("/api/v6/devices", body).await;
    assert_eq!(admin.get("/api/v6/orphans").await.json()["total"], 0);
}

#[tokio::test]
async fn what_is_set_aside_is_out_of_view_until_it_is_taken_back() {
    let stage = Stage::set().await;
    let admin = stage.admin("North").await;
    let old = stage
        .hears(admin.tenant, "70B3D50000000001", Some("bosch-tps110"))
        .await;
    let since = stage.clock().now() + TimeDelta::seconds(1);
    let path = format!("/api/v6/orphans/{old}");
    let dismissed = admin
        .post(&format!("{path}/dismiss"), json!({}))
        .await
        .json();
    assert_eq!(dismissed["dismissed_by"], "Ada Lovelace", "{dismissed}");
    admin.post(&format!("{path}/dismiss"), json!({})).await;
    let total = |query: &str| {
        let (admin, path) = (admin.clone(), format!("/api/v6/orphans?{query}"));
        async move { admin.get(&path).await.json()["total"].clone() }
    };
    assert_eq!(
        (total("").await, total("dismissed=true").await),
        (json!(0), json!(1))
    );
    let restored = admin.post(&format!("{path}/restore"), json!({})).await;
    assert_eq!(
        restored.json()["dismissed_at"],
        json!(null),
        "{}",
        restored.text
    );
    assert_eq!(
        (total("q=d5-00").await, total("q=bosch").await),
        (json!(1), json!(1))
    );
    let since = since.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    assert_eq!(
        total(&format!("since={since}&sort=uplink_count")).await,
        json!(0)
    );
    let everybody = stage.platform().get("/api/v6/orphans").await.json();
    assert_eq!(
        (&everybody["total"], &everybody["is_cross_tenant"]),
        (&json!(1), &json!(true))
    );
    let viewer = stage.person(admin.tenant, Role::Viewer);
    refused(
        &viewer.post(&format!("{path}/dismiss"), json!({})).await,
        403,
        "forbidden",
    );
}

#[tokio::test]
async fn many_are_set_aside_and_taken_back_at_once_all_or_none() {
    let stage = Stage::set().await;
    let admin = stage.admin("North").await;
    let mut ids = Vec::new();
    for number in 0..60 {
        let eui = format!("70B3D500000010{number:02X}");
        ids.push(stage.hears(admin.tenant, &eui, None).await);
    }
    let path = "/api/v6/orphans/bulk/dismiss";
    let already = json!({ "ids": [ids[0]] });
    assert_eq!(
        admin.post(path, already).await.json()["changed"],
        json!([ids[0]])
    );
    let done = admin.post(path, json!({ "ids": ids })).await.json();
    let changed = done["changed"].as_array().expect("ids").clone();
    assert_eq!(
        (changed.len(), changed.contains(&json!(ids[0]))),
        (59, false)
    );
    assert_eq!(done["orphans"][7]["dismissed_by"], "Ada Lovelace");
    assert_eq!(admin.get("/api/v6/orphans").await.json()["total"], 0);
    // What has changed is taken back, and with one that is not there nothing is.
    let back = "/api/v6/orphans/bulk/restore";
    let other = stage.admin("South").await;
    let foreign = stage.hears(other.tenant, "70B3D50000002000", None).await;
    let mixed = json!({ "ids": [ids[1], foreign] });
    refused(&admin.post(back, mixed).await, 404, "not_found");
    assert_eq!(admin.get("/api/v6/orphans").await.json()["total"], 0);
    let taken = admin.post(back, json!({ "ids": changed })).await;
    assert_eq!(taken.status.as_u16(), 200, "{}", taken.text);
    assert_eq!(admin.get("/api/v6/orphans").await.json()["total"], 59);
    let none = json!({ "ids": [] });
    refused(&admin.post(back, none).await, 422, "validation_failed");
    let written: Vec<(String, i64)> = sqlx::query_as(
        "select action, count(*) from audit_log where tenant_id = $1 and entity_type = 'orphan' group by 1 order by 1",
    )
    .bind(admin.tenant.0)
    .fetch_all(&mut stage.superuser().await)
    .await
    .expect("a log");
    let one = |action: &str| (action.to_owned(), 1);
    assert_eq!(
        written,
        [
            one("orphan.dismissed"),
            one("orphans.dismissed"),
            one("orphans.restored")
        ]
    );
}
