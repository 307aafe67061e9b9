//! Taking bays out of use and putting them back, through the routes.

use axum::http::StatusCode;
use chrono::{SecondsFormat, TimeDelta};
use parking_db::Reason;
use parking_domain::access::Role;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::spaces;
use crate::tests::{Person, Stage, id_of, refused};

/// A site with a zone of three bays, and one bay outside it.
struct Lot<'a> {
    admin: Person<'a>,
    site: Uuid,
    zone: Uuid,
    bays: Vec<Uuid>,
}

impl<'a> Lot<'a> {
    async fn open(stage: &'a Stage, called: &str) -> Self {
        let admin = stage.admin(called).await;
        let site = admin.makes_site("Quay").await;
        let zone = json!({ "site_id": site, "name": "East" });
        let zone = id_of(&admin.makes("/api/v6/zones", zone).await);
        let mut bays = Vec::new();
        for (code, zone) in [
            ("A-1", Some(zone)),
            ("A-2", Some(zone)),
            ("A-3", Some(zone)),
            ("B-1", None),
        ] {
            let bay = json!({ "site_id": site, "code": code, "zone_id": zone });
            bays.push(id_of(&admin.makes("/api/v6/spaces", bay).await));
        }
        Self {
            admin,
            site,
            zone,
            bays,
        }
    }

    async fn state(&self, bay: usize) -> Value {
        let path = format!("/api/v6/spaces/{}", self.bays[bay]);
        self.admin.get(&path).await.json()["state"].clone()
    }

    async fn states(&self) -> Vec<Value> {
        let mut states = Vec::new();
        for bay in 0..self.bays.len() {
            states.push(self.state(bay).await);
        }
        states
    }
}

/// A moment some minutes from now.
fn later(stage: &Stage, minutes: i64) -> String {
    let at = stage.clock().now() + TimeDelta::minutes(minutes);
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// Settles what is due, as the job does.
async fn settle(stage: &Stage, bays: &[Uuid]) {
    let worker = Reason::Worker("test");
    let mut tx = stage.estate.db.platform(worker).await.expect("a door");
    spaces::settle(tx.conn(), bays, stage.clock().now())
        .await
        .expect("settled");
    tx.commit().await.expect("a commit");
}

#[tokio::test]
async fn a_bay_has_a_bounded_number_of_overrides_that_are_not_over() {
    let stage = Stage::set().await;
    let lot = Lot::open(&stage, "North").await;
    let mut admin = stage.superuser().await;
    sqlx::query(
        "insert into overrides (tenant_id, id, space_id, kind, starts_at, ends_at, reason, created_at)
         select s.tenant_id, gen_random_uuid(), s.id, 'blocked', $2::timestamptz + n * interval '1 day',
           $2::timestamptz + (n + 1) * interval '1 day', 'market', now()
         from spaces s, generate_series(1, 99) n where s.id = $1",
    )
    .bind(lot.bays[0])
    .bind(stage.clock().now())
    .execute(&mut admin)
    .await
    .expect("overrides");
    let body = json!({ "target": { "zone_id": lot.zone }, "kind": "blocked", "reason": "market", "ends_at": later(&stage, 60) });
    let hundredth = lot.admin.post("/api/v6/overrides/bulk", body.clone()).await;
    assert_eq!(hundredth.status, StatusCode::OK, "{}", hundredth.text);
    let refused = lot.admin.post("/api/v6/overrides/bulk", body.clone()).await;
    assert_eq!(
        refused.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{}",
        refused.text
    );
    assert_eq!(refused.json()["errors"][0]["field"], "starts_at");
    let path = format!("/api/v6/spaces/{}/state", lot.bays[0]);
    let one = json!({ "state": "maintenance", "kind": "blocked", "reason": "market", "ends_at": later(&stage, 60) });
    let one = lot.admin.put(&path, one).await;
    assert_eq!(one.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", one.text);
    // What is over counts no longer.
    stage.clock().advance(TimeDelta::minutes(61));
    let again = json!({ "target": { "zone_id": lot.zone }, "kind": "blocked", "reason": "market", "ends_at": later(&stage, 60) });
    let again = lot.admin.post("/api/v6/overrides/bulk", again).await;
    assert_eq!(again.status, StatusCode::OK, "{}", again.text);
}

#[tokio::test]
async fn a_zone_is_blocked_in_one_request_and_put_back_in_one() {
    let stage = Stage::set().await;
    let lot = Lot::open(&stage, "North").await;
    let body = json!({ "target": { "zone_id": lot.zone }, "kind": "blocked", "reason": "market" });
    let answer = lot.admin.post("/api/v6/overrides/bulk", body).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    let made = answer.json();
    assert_eq!(made["total"], 3);
    let wanted = ["maintenance", "maintenance", "maintenance", "unknown"];
    assert_eq!(lot.states().await, wanted);
    let listed = format!("/api/v6/overrides?zone_id={}&stage=in_force", lot.zone);
    let listed = lot.admin.get(&listed).await.json();
    assert_eq!(
        (&listed["total"], &listed["overrides"][0]["reason"]),
        (&json!(3), &json!("market"))
    );
    let ids: Vec<Value> = made["overrides"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| one["id"].clone())
        .collect();
    let ended = lot
        .admin
        .post("/api/v6/overrides/bulk/end", json!({ "ids": ids }))
        .await;
    assert_eq!(ended.json()["spaces"], 3, "{}", ended.text);
    assert_eq!(lot.state(0).await, "unknown");
    let again = lot
        .admin
        .post("/api/v6/overrides/bulk/end", json!({ "ids": ids }))
        .await;
    assert_eq!(again.json()["spaces"], 0, "what is over stays as it was");
    let mut all = stage.superuser().await;
    let written: Vec<String> = sqlx::query_scalar(
        "select action from audit_log where tenant_id = $1 and action like 'spaces.%' order by seq",
    )
    .bind(lot.admin.tenant.0)
    .fetch_all(&mut all)
    .await
    .expect("a log");
    assert_eq!(written, ["spaces.overridden", "spaces.released"]);
}

#[tokio::test]
async fn an_override_can_be_planned_moved_and_ended_before_its_time() {
    let stage = Stage::set().await;
    let lot = Lot::open(&stage, "North").await;
    let operator = stage.person(lot.admin.tenant, Role::Operator);
    let body = json!({
        "space_id": lot.bays[0], "kind": "out_of_service", "reason": "dug up", "notes": "by the gas works",
        "starts_at": later(&stage, 10), "ends_at": later(&stage, 20),
    });
    let made = operator.makes("/api/v6/overrides", body).await;
    assert_eq!(made["stage"], "planned");
    assert_eq!(lot.state(0).await, "unknown");
    let path = format!("/api/v6/overrides/{}", id_of(&made));
    let moved = json!({ "starts_at": later(&stage, 0), "ends_at": null, "kind": "blocked" });
    let moved = operator.patch(&path, moved).await;
    assert_eq!(moved.status, StatusCode::OK, "{}", moved.text);
    let moved = moved.json();
    assert_eq!(
        (&moved["stage"], &moved["kind"], &moved["ends_at"]),
        (&json!("in_force"), &json!("blocked"), &Value::Null)
    );
    assert_eq!(lot.state(0).await, "maintenance");
    let backwards = json!({ "ends_at": later(&stage, -1) });
    let backwards = operator.patch(&path, backwards).await;
    refused(&backwards, 422, "validation_failed");
    let ended = operator.post(&format!("{path}/end"), json!({})).await;
    assert_eq!(ended.json()["stage"], "over", "{}", ended.text);
    assert_eq!(lot.state(0).await, "unknown");
    let late = operator.patch(&path, json!({ "reason": "never" })).await;
    refused(&late, 409, "conflict");
    let viewer = stage.person(lot.admin.tenant, Role::Viewer);
    refused(
        &viewer.post(&format!("{path}/end"), json!({})).await,
        403,
        "forbidden",
    );
}

#[tokio::test]
async fn a_closure_closes_for_its_window_and_gives_back_on_time() {
    let stage = Stage::set().await;
    let lot = Lot::open(&stage, "North").await;
    let body = json!({
        "name": "Regatta", "site_id": lot.site, "zone_id": lot.zone, "reason": "boats",
        "starts_at": later(&stage, 10), "ends_at": later(&stage, 70),
    });
    let made = lot.admin.makes("/api/v6/closures", body).await;
    assert_eq!(
        (&made["stage"], &made["spaces"], &made["kind"]),
        (&json!("planned"), &json!(3), &json!("blocked"))
    );
    assert_eq!(lot.state(0).await, "unknown");
    stage.clock().advance(TimeDelta::minutes(10));
    settle(&stage, &lot.bays).await;
    assert_eq!(
        lot.states().await,
        ["maintenance", "maintenance", "maintenance", "unknown"]
    );
    let path = format!("/api/v6/closures/{}", id_of(&made));
    let longer = json!({ "ends_at": later(&stage, 120) });
    let longer = lot.admin.patch(&path, longer).await;
    assert_eq!(longer.json()["stage"], "in_force", "{}", longer.text);
    stage.clock().advance(TimeDelta::minutes(119));
    settle(&stage, &lot.bays).await;
    assert_eq!(lot.state(1).await, "maintenance");
    stage.clock().advance(TimeDelta::minutes(1));
    settle(&stage, &lot.bays).await;
    assert_eq!(lot.states().await, ["unknown"; 4]);
    assert_eq!(lot.admin.get(&path).await.json()["stage"], "over");
    let over = lot.admin.post(&format!("{path}/end"), json!({})).await;
    refused(&over, 409, "conflict");
}

#[tokio::test]
async fn a_closure_that_is_ended_gives_its_bays_back_at_once() {
    let stage = Stage::set().await;
    let lot = Lot::open(&stage, "North").await;
    let body = json!({ "name": "Snow", "site_id": lot.site, "reason": "snow", "ends_at": later(&stage, 600) });
    let made = lot.admin.makes("/api/v6/closures", body).await;
    assert_eq!(made["spaces"], 4);
    assert_eq!(lot.states().await, ["maintenance"; 4]);
    let of_closure = format!("/api/v6/overrides?closure_id={}", id_of(&made));
    let overrides = lot.admin.get(&of_closure).await.json();
    assert_eq!(overrides["overrides"][0]["closure_name"], "Snow");
    let path = format!("/api/v6/closures/{}/end", id_of(&made));
    let ended = lot.admin.post(&path, json!({})).await;
    assert_eq!(ended.json()["stage"], "over", "{}", ended.text);
    assert_eq!(lot.states().await, ["unknown"; 4]);
}

#[tokio::test]
async fn what_another_tenant_has_is_not_there() {
    let stage = Stage::set().await;
    let lot = Lot::open(&stage, "North").await;
    let other = Lot::open(&stage, "South").await;
    let body = json!({ "space_id": lot.bays[0], "kind": "blocked", "reason": "market" });
    refused(
        &other.admin.post("/api/v6/overrides", body.clone()).await,
        404,
        "not_found",
    );
    let made = id_of(&lot.admin.makes("/api/v6/overrides", body).await);
    for path in [format!("/api/v6/overrides/{made}")] {
        refused(&other.admin.get(&path).await, 404, "not_found");
        let end = other.admin.post(&format!("{path}/end"), json!({})).await;
        refused(&end, 404, "not_found");
    }
    let mixed = json!({
        "target": { "space_ids": [other.bays[0], lot.bays[1]] }, "kind": "blocked", "reason": "market",
    });
    let mixed = other.admin.post("/api/v6/overrides/bulk", mixed).await;
    refused(&mixed, 404, "not_found");
    assert_eq!(other.state(0).await, "unknown", "all of them or none");
    let foreign = json!({
        "name": "Raid", "site_id": lot.site, "reason": "theirs", "ends_at": later(&stage, 10),
    });
    let foreign = other.admin.post("/api/v6/closures", foreign).await;
    refused(&foreign, 404, "not_found");
    let nowhere =
        json!({ "target": { "zone_id": lot.zone }, "kind": "blocked", "reason": "market" });
    let nowhere = other.admin.post("/api/v6/overrides/bulk", nowhere).await;
    refused(&nowhere, 422, "validation_failed");
    let all = stage.platform().get("/api/v6/overrides").await.json();
    assert_eq!(
        (&all["total"], &all["overrides"][0]["tenant_name"]),
        (&json!(1), &json!("North"))
    );
}

#[tokio::test]
async fn an_emergency_lasts_until_somebody_takes_it_back() {
    let stage = Stage::set().await;
    let lot = Lot::open(&stage, "North").await;
    let operator = stage.person(lot.admin.tenant, Role::Operator);
    let path = format!("/api/v6/sites/{}/emergency", lot.site);
    let thrown = operator
        .put(&path, json!({ "kind": "all_red", "reason": "fire" }))
        .await;
    assert_eq!(thrown.status, StatusCode::OK, "{}", thrown.text);
    let since = thrown.json()["emergency"]["since"].clone();
    stage.clock().advance(TimeDelta::hours(30));
    let turned = operator
        .put(&path, json!({ "kind": "all_off", "reason": "smoke" }))
        .await;
    assert_eq!(turned.json()["emergency"]["since"], since);
    let site = format!("/api/v6/sites/{}", lot.site);
    let seen = lot.admin.get(&site).await.json();
    assert_eq!(
        (&seen["emergency"]["kind"], &seen["emergency"]["by"]),
        (&json!("all_off"), &json!("Ada Lovelace"))
    );
    let other = stage.admin("South").await;
    refused(
        &other
            .put(&path, json!({ "kind": "all_red", "reason": "x" }))
            .await,
        404,
        "not_found",
    );
    refused(&other.delete(&path).await, 404, "not_found");
    for _ in 0..2 {
        let taken_back = operator.delete(&path).await;
        assert_eq!(taken_back.json()["emergency"], Value::Null);
    }
    let mut all = stage.superuser().await;
    let written: Vec<String> = sqlx::query_scalar(
        "select action from audit_log where tenant_id = $1 and action like 'site.emergency%' order by seq",
    )
    .bind(lot.admin.tenant.0)
    .fetch_all(&mut all)
    .await
    .expect("a log");
    let [start, end] = ["site.emergency_started", "site.emergency_ended"];
    assert_eq!(written, [start, start, end]);
}
