//! Bays and their states, over their routes.

use axum::http::StatusCode;
use chrono::TimeDelta;
use parking_db::Reason;
use parking_domain::access::Role;
use parking_domain::ids::fresh;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{settle, state};
use crate::tests::{Person, Stage, id_of, refused};

async fn makes_bay(person: &Person<'_>, site: Uuid, code: &str) -> Value {
    let body = json!({ "site_id": site, "code": code });
    person.makes("/api/v6/spaces", body).await
}

fn codes(answer: &Value) -> Vec<&str> {
    let spaces = answer["spaces"].as_array().expect("spaces");
    spaces
        .iter()
        .filter_map(|space| space["code"].as_str())
        .collect()
}

/// Writes what a sensor would have said, as whoever reads sensors will.
async fn sensor_says(stage: &Stage, space: Uuid, word: &str) {
    let now = stage.clock().now();
    let worker = Reason::Worker("test");
    let mut tx = stage.estate.db.platform(worker).await.expect("a door");
    sqlx::query("update spaces set sensor_state = $2, sensor_observed_at = $3 where id = $1")
        .bind(space)
        .bind(word)
        .bind(now)
        .execute(tx.conn())
        .await
        .expect("a fact");
    settle(tx.conn(), &[space], now).await.expect("settled");
    tx.commit().await.expect("a commit");
}

/// A bay's history as states and causes, newest first.
async fn told_by(person: &Person<'_>, bay: Uuid) -> Vec<(Value, Value)> {
    let path = format!("/api/v6/spaces/{bay}/history");
    let history = person.get(&path).await.json();
    let changes = history["state_changes"].as_array().expect("changes");
    changes
        .iter()
        .map(|change| (change["to"].clone(), change["cause"].clone()))
        .collect()
}

#[tokio::test]
async fn a_bay_is_made_read_changed_deleted_and_brought_back() {
    let stage = Stage::set().await;
    let admin = stage.admin("Quay").await;
    let site = admin.makes_site("Quay").await;
    let level = admin
        .makes("/api/v6/levels", json!({ "site_id": site, "name": "P1" }))
        .await;
    let body = json!({
        "site_id": site, "code": " A-7 ", "kind": "ev_charging", "level_id": level["id"],
        "shape": [[0.1, 0.1], [0.2, 0.1], [0.2, 0.3], [0.1, 0.3]], "latitude": 50.1, "longitude": 3.2,
    });
    let made = admin.makes("/api/v6/spaces", body).await;
    assert_eq!(
        (&made["code"], &made["state"], &made["level"]),
        (&json!("A-7"), &json!("unknown"), &json!("P1"))
    );
    let levels = admin.get("/api/v6/levels").await.json();
    assert_eq!(levels["levels"][0]["spaces"], Value::Null);
    let counted = admin.get("/api/v6/levels?include_stats=true").await.json();
    assert_eq!(counted["levels"][0]["spaces"], 1);
    let path = format!("/api/v6/spaces/{}", id_of(&made));
    let changed = admin
        .patch(
            &path,
            json!({ "kind": "family", "level_id": null, "auto_release_minutes": 15 }),
        )
        .await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.text);
    let read = admin.get(&path).await.json();
    assert_eq!(
        (&read["kind"], &read["shape"]),
        (&json!("family"), &json!(null)),
        "off the level, off the plan"
    );
    assert_eq!(admin.delete(&path).await.status, StatusCode::NO_CONTENT);
    assert_eq!(admin.get("/api/v6/spaces").await.json()["total"], 0);
    assert_eq!(
        admin.get("/api/v6/spaces?deleted=true").await.json()["total"],
        1
    );
    refused(
        &admin.patch(&path, json!({ "kind": "general" })).await,
        404,
        "not_found",
    );
    assert_eq!(
        admin
            .post(&format!("{path}/restore"), json!({}))
            .await
            .status,
        StatusCode::OK
    );
    assert_eq!(admin.get("/api/v6/spaces").await.json()["total"], 1);
}

#[tokio::test]
async fn a_code_is_taken_once_among_the_living_of_a_site() {
    let stage = Stage::set().await;
    let admin = stage.admin("Codes").await;
    let (one, two) = (admin.makes_site("One").await, admin.makes_site("Two").await);
    let first = makes_bay(&admin, one, "a-1").await;
    let again = json!({ "site_id": one, "code": "A-1" });
    refused(
        &admin.post("/api/v6/spaces", again.clone()).await,
        409,
        "code_taken",
    );
    makes_bay(&admin, two, "A-1").await;
    let path = format!("/api/v6/spaces/{}", id_of(&first));
    admin.delete(&path).await;
    admin.makes("/api/v6/spaces", again).await;
    refused(
        &admin.post(&format!("{path}/restore"), json!({})).await,
        409,
        "code_taken",
    );
}

#[tokio::test]
async fn a_pattern_makes_many_bays_or_none() {
    let stage = Stage::set().await;
    let admin = stage.admin("Rows").await;
    let site = admin.makes_site("Rows").await;
    makes_bay(&admin, site, "A-3").await;
    let bulk = json!({ "site_id": site, "pattern": "A-1…A-12", "template": { "kind": "staff" } });
    let clash = admin.post("/api/v6/spaces/bulk", bulk).await;
    refused(&clash, 409, "code_taken");
    assert!(clash.text.contains("A-3"), "{}", clash.text);
    assert_eq!(admin.get("/api/v6/spaces").await.json()["total"], 1);

    let bulk = json!({ "site_id": site, "pattern": "B-1…B-12", "template": { "kind": "staff" } });
    let made = admin.post("/api/v6/spaces/bulk", bulk).await.json();
    assert_eq!(made["total"], 12, "{made}");
    let read = admin.get("/api/v6/spaces?q=b-").await.json();
    assert_eq!(codes(&read)[..3], ["B-1", "B-2", "B-3"]);
    assert_eq!(codes(&read)[11], "B-12", "as people count");

    let ids: Vec<Value> = made["spaces"]
        .as_array()
        .expect("spaces")
        .iter()
        .map(|space| space["id"].clone())
        .collect();
    let change = json!({ "ids": ids, "change": { "is_reservable": false } });
    let changed = admin.patch("/api/v6/spaces/bulk", change).await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.text);
    assert_eq!(
        admin.get("/api/v6/spaces?is_reservable=false").await.json()["total"],
        12
    );
    let gone = admin
        .post("/api/v6/spaces/bulk/delete", json!({ "ids": ids }))
        .await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    assert_eq!(admin.get("/api/v6/spaces").await.json()["total"], 1);
    let back = admin
        .post("/api/v6/spaces/bulk/restore", json!({ "ids": ids }))
        .await;
    assert_eq!(back.json()["total"], 12);

    let mut with_stranger = ids.clone();
    with_stranger.push(json!(fresh()));
    let none = admin
        .post(
            "/api/v6/spaces/bulk/delete",
            json!({ "ids": with_stranger }),
        )
        .await;
    refused(&none, 404, "not_found");
    assert_eq!(
        admin.get("/api/v6/spaces").await.json()["total"],
        13,
        "all or none"
    );
}

#[tokio::test]
async fn nothing_of_another_tenant_can_be_named() {
    let stage = Stage::set().await;
    let (mine, theirs) = (stage.admin("Mine").await, stage.admin("Theirs").await);
    let (site, foreign) = (
        mine.makes_site("Mine").await,
        theirs.makes_site("Theirs").await,
    );
    let level = theirs
        .makes(
            "/api/v6/levels",
            json!({ "site_id": foreign, "name": "P1" }),
        )
        .await;
    let bay = id_of(&makes_bay(&theirs, foreign, "X-1").await);
    let stolen = json!({ "site_id": foreign, "code": "S-1" });
    let absent = json!({ "site_id": fresh(), "code": "S-1" });
    let (stolen, absent) = (
        mine.post("/api/v6/spaces", stolen).await,
        mine.post("/api/v6/spaces", absent).await,
    );
    refused(&stolen, 404, "not_found");
    assert_eq!(stolen.without_request(), absent.without_request());
    let odd = json!({ "site_id": site, "code": "S-1", "level_id": level["id"] });
    refused(
        &mine.post("/api/v6/spaces", odd).await,
        422,
        "validation_failed",
    );
    for path in [
        format!("/api/v6/spaces/{bay}"),
        format!("/api/v6/spaces/{bay}/history"),
    ] {
        refused(&mine.get(&path).await, 404, "not_found");
    }
    let state = json!({ "state": "maintenance", "reason": "mine now" });
    refused(
        &mine
            .put(&format!("/api/v6/spaces/{bay}/state"), state)
            .await,
        404,
        "not_found",
    );
    let moved = json!({ "ids": [bay], "change": { "site_id": site } });
    refused(
        &mine.patch("/api/v6/spaces/bulk", moved).await,
        404,
        "not_found",
    );
    let all = stage.platform().get("/api/v6/spaces").await.json();
    assert_eq!(
        (&all["total"], &all["is_cross_tenant"]),
        (&json!(1), &json!(true))
    );
    assert_eq!(all["spaces"][0]["tenant_name"], "Theirs");
}

#[tokio::test]
async fn a_bay_out_of_use_says_so_until_it_is_put_back_and_its_history_tells() {
    let stage = Stage::set().await;
    let tenant = stage.tenant("Works").await;
    let admin = stage.person(tenant, Role::Admin);
    let operator = stage.person(tenant, Role::Operator);
    let site = admin.makes_site("Works").await;
    let bay = id_of(&makes_bay(&admin, site, "W-1").await);
    let path = format!("/api/v6/spaces/{bay}/state");
    sensor_says(&stage, bay, "occupied").await;
    refused(
        &operator.put(&path, json!({ "state": "maintenance" })).await,
        422,
        "validation_failed",
    );
    refused(
        &operator.put(&path, json!({ "state": "free" })).await,
        422,
        "validation_failed",
    );

    let end = stage.clock().now() + TimeDelta::minutes(30);
    let wanted = json!({ "state": "maintenance", "kind": "blocked", "reason": "Tree cutting", "ends_at": end });
    let body = operator.put(&path, wanted).await;
    assert_eq!(body.status, StatusCode::OK, "{}", body.text);
    assert_eq!(
        (
            &body.json()["state"],
            &body.json()["overrides"][0]["reason"]
        ),
        (&json!("maintenance"), &json!("Tree cutting"))
    );

    // Its time comes by itself.
    stage.clock().advance(TimeDelta::minutes(31));
    let mut tx = stage
        .estate
        .db
        .platform(Reason::Worker("test"))
        .await
        .expect("a door");
    let now = stage.clock().now();
    let due = state::due(&mut tx, now, 10).await.expect("due bays");
    let ids: Vec<Uuid> = due.iter().map(|(_, id)| *id).collect();
    assert_eq!(ids, [bay]);
    state::settle_across(tx.conn(), &due, now)
        .await
        .expect("settled");
    tx.commit().await.expect("a commit");
    let read = operator.get(&format!("/api/v6/spaces/{bay}")).await.json();
    assert_eq!(
        (&read["state"], &read["overrides"]),
        (&json!("occupied"), &json!([]))
    );

    let open = json!({ "state": "maintenance", "reason": "Paint" });
    assert_eq!(
        operator.put(&path, open).await.json()["state"],
        "maintenance"
    );
    let lifted = operator.put(&path, json!({ "state": "automatic" })).await;
    assert_eq!(lifted.json()["state"], "occupied");
    let told = told_by(&operator, bay).await;
    let expected = [
        ("occupied", "sensor"),
        ("maintenance", "out_of_service"),
        ("occupied", "sensor"),
        ("maintenance", "blocked"),
        ("occupied", "sensor"),
    ];
    assert_eq!(told, expected.map(|(to, cause)| (json!(to), json!(cause))));
}

#[tokio::test]
async fn a_site_with_bays_is_deleted_only_when_they_move_or_go() {
    let stage = Stage::set().await;
    let admin = stage.admin("Closing").await;
    let (old, new) = (admin.makes_site("Old").await, admin.makes_site("New").await);
    let bay = id_of(&makes_bay(&admin, old, "A-1").await);
    let path = format!("/api/v6/sites/{old}");
    refused(&admin.delete(&path).await, 409, "site_has_spaces");
    let moved = admin.delete(&format!("{path}?move_to={new}")).await;
    assert_eq!(moved.status, StatusCode::NO_CONTENT, "{}", moved.text);
    let read = admin.get(&format!("/api/v6/spaces/{bay}")).await.json();
    assert_eq!(read["site_name"], "New");
    let path = format!("/api/v6/sites/{new}");
    assert_eq!(
        admin.delete(&format!("{path}?force=true")).await.status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(admin.get("/api/v6/spaces").await.json()["total"], 0);
    assert_eq!(admin.get("/api/v6/sites").await.json()["total"], 0);
    let occupancy = admin.get("/api/v6/spaces/stats/occupancy").await.json();
    assert_eq!(occupancy["total"], 0);
    assert_eq!(
        admin
            .post(&format!("{path}/restore"), json!({}))
            .await
            .status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn the_day_of_a_site_is_reckoned_back_from_now() {
    let stage = Stage::set().await;
    let admin = stage.admin("Trend").await;
    let (site, other) = (
        admin.makes_site("Here").await,
        admin.makes_site("There").await,
    );
    let first = id_of(&makes_bay(&admin, site, "A-1").await);
    let second = id_of(&makes_bay(&admin, site, "A-2").await);
    let elsewhere = id_of(&makes_bay(&admin, other, "B-1").await);
    // Longer ago than anybody asks.
    sensor_says(&stage, first, "occupied").await;
    stage.clock().advance(TimeDelta::hours(30));
    sensor_says(&stage, first, "free").await;
    sensor_says(&stage, elsewhere, "occupied").await;
    stage.clock().advance(TimeDelta::hours(2));
    sensor_says(&stage, second, "free").await;
    stage.clock().advance(TimeDelta::minutes(45));
    sensor_says(&stage, second, "occupied").await;

    let path = format!("/api/v6/sites/{site}/occupancy/trend");
    let trend = admin.get(&path).await.json();
    let points = trend["points"].as_array().expect("points");
    assert_eq!(points.len(), 49);
    assert_eq!(points[48]["at"], json!(stage.clock().now()));
    let told = |at: usize| ["free", "occupied", "unknown"].map(|state| points[at][state].clone());
    let expected = [
        // Before anything happened within this day.
        (0, [0, 1, 1]),
        (42, [0, 1, 1]),
        (43, [1, 0, 1]),
        (46, [1, 0, 1]),
        (47, [2, 0, 0]),
        (48, [1, 1, 0]),
    ];
    for (at, counts) in expected {
        assert_eq!(told(at), counts.map(|count| json!(count)), "{at}");
    }
    let stranger = stage.admin("Elsewhere").await;
    refused(&stranger.get(&path).await, 404, "not_found");
}

#[tokio::test]
async fn an_export_holds_every_bay_and_runs_in_no_spreadsheet() {
    let stage = Stage::set().await;
    let admin = stage.admin("Sheet").await;
    let site = admin.makes_site("Sheet").await;
    let body = json!({ "site_id": site, "code": "A-1", "name": "=HYPERLINK(\"x\")" });
    admin.makes("/api/v6/spaces", body).await;
    let csv = admin.get("/api/v6/spaces/export").await;
    assert_eq!(csv.status, StatusCode::OK);
    let lines: Vec<&str> = csv.text.lines().collect();
    assert!(
        lines[0].starts_with("\u{feff}site,code,name,"),
        "{}",
        lines[0]
    );
    assert!(lines[1].contains("\"'=HYPERLINK"), "{}", lines[1]);
}

#[tokio::test]
async fn occupancy_counts_what_the_bays_are() {
    let stage = Stage::set().await;
    let admin = stage.admin("Counted").await;
    let site = admin.makes_site("Counted").await;
    for (code, word) in [
        ("A", "free"),
        ("B", "occupied"),
        ("C", "occupied"),
        ("D", "unknown"),
    ] {
        let bay = id_of(&makes_bay(&admin, site, code).await);
        sensor_says(&stage, bay, word).await;
    }
    let one = admin
        .get(&format!("/api/v6/sites/{site}/occupancy"))
        .await
        .json();
    assert_eq!(
        (
            &one["free"],
            &one["occupied"],
            &one["unknown"],
            &one["total_spaces"]
        ),
        (&json!(1), &json!(2), &json!(1), &json!(4))
    );
    assert_eq!(one["occupancy_rate"], 66.7);
    let all = admin.get("/api/v6/sites/occupancy/all").await.json();
    assert_eq!(all["sites"][0]["occupied"], 2);
    let stats = admin.get("/api/v6/sites?include_stats=true").await.json();
    assert_eq!(stats["sites"][0]["stats"]["occupied"], 2);
}

#[tokio::test]
async fn bays_are_drawn_onto_a_plan_together() {
    let stage = Stage::set().await;
    let admin = stage.admin("Plan").await;
    let site = admin.makes_site("Plan").await;
    let level = admin
        .makes("/api/v6/levels", json!({ "site_id": site, "name": "P1" }))
        .await;
    let (one, two) = (
        makes_bay(&admin, site, "A-1").await["id"].clone(),
        makes_bay(&admin, site, "A-2").await["id"].clone(),
    );
    let square = json!([[0.1, 0.1], [0.2, 0.1], [0.2, 0.2], [0.1, 0.2]]);
    let crossed = json!([[0.1, 0.1], [0.2, 0.2], [0.2, 0.1], [0.1, 0.2]]);
    let outlines = |second: &Value| json!({ "level_id": level["id"], "outlines": [{ "id": one, "shape": square }, { "id": two, "shape": second }] });
    let path = "/api/v6/spaces/bulk/outlines";
    refused(
        &admin.put(path, outlines(&crossed)).await,
        422,
        "validation_failed",
    );
    let drawn = admin.put(path, outlines(&square)).await;
    assert_eq!(drawn.status, StatusCode::OK, "{}", drawn.text);
    let on_level = format!(
        "/api/v6/spaces?level_id={}",
        level["id"].as_str().expect("an id")
    );
    let read = admin.get(&on_level).await.json();
    assert_eq!(
        (&read["total"], &read["spaces"][1]["shape"]),
        (&json!(2), &square)
    );
    // Two people draw at once: who saves second sees that the bay is not where it was.
    let moved = json!([[0.3, 0.1], [0.4, 0.1], [0.4, 0.2], [0.3, 0.2]]);
    let draws = |was: &Value, shape: &Value| json!({ "level_id": level["id"], "outlines": [{ "id": one, "shape": shape, "was": was }] });
    let first = admin.put(path, draws(&square, &moved)).await;
    assert_eq!(first.status, StatusCode::OK, "{}", first.text);
    for was in [&square, &Value::Null] {
        let second = admin.put(path, draws(was, &square)).await;
        refused(&second, 412, "precondition_failed");
    }
    let erased = admin.put(path, draws(&moved, &Value::Null)).await;
    assert_eq!(erased.json()["spaces"][0]["shape"], Value::Null);
    let again = admin.put(path, draws(&Value::Null, &square)).await;
    assert_eq!(again.status, StatusCode::OK, "{}", again.text);
}

#[tokio::test]
async fn the_log_keeps_every_bay_of_several_sites_though_their_codes_are_the_same() {
    let stage = Stage::set().await;
    let admin = stage.admin("North").await;
    let mut ids = Vec::new();
    for name in ["Quay", "Roof"] {
        let site = admin.makes_site(name).await;
        ids.push(id_of(&makes_bay(&admin, site, "A-1").await));
    }
    let path = "/api/v6/spaces/bulk/delete";
    let done = admin.post(path, json!({ "ids": ids })).await;
    assert_eq!(done.status, StatusCode::NO_CONTENT, "{}", done.text);
    let kept: i64 = sqlx::query_scalar(
        "select count(*) from audit_log, jsonb_each(old) where action = 'spaces.deleted'",
    )
    .fetch_one(&mut stage.superuser().await)
    .await
    .unwrap();
    assert_eq!(kept, 2);
}

#[tokio::test]
async fn closing_a_site_while_one_of_its_gateways_is_deleted_is_no_deadlock() {
    let stage = Stage::set().await;
    let admin = stage.admin("Quay").await;
    let site = admin.makes_site("Quay").await;
    admin.makes_space(site, "A-1").await;
    let gateway = json!({ "eui": "0016C001F1500001", "name": "Roof", "site_id": site });
    let gateway = id_of(&admin.makes("/api/v6/gateways", gateway).await);
    let mut other = stage.superuser().await;
    sqlx::raw_sql("begin; select from audit_heads for update")
        .execute(&mut other)
        .await
        .expect("a lock");
    let closes = async {
        admin
            .delete(&format!("/api/v6/sites/{site}?force=true"))
            .await
    };
    let deletes = async {
        stage.until_waiting(1).await;
        admin.delete(&format!("/api/v6/gateways/{gateway}")).await
    };
    let lets_go = async {
        stage.until_waiting(2).await;
        sqlx::raw_sql("rollback")
            .execute(&mut other)
            .await
            .expect("an end");
    };
    let (closed, deleted, ()) = tokio::join!(closes, deletes, lets_go);
    assert_eq!(closed.status, StatusCode::NO_CONTENT, "{}", closed.text);
    assert_eq!(deleted.status, StatusCode::NO_CONTENT, "{}", deleted.text);
}

#[tokio::test]
async fn bringing_back_a_site_while_it_is_deleted_again_is_no_deadlock() {
    let stage = Stage::set().await;
    let admin = stage.admin("Quay").await;
    let site = admin.makes_site("Quay").await;
    let path = format!("/api/v6/sites/{site}");
    assert_eq!(admin.delete(&path).await.status, StatusCode::NO_CONTENT);
    let mut other = stage.superuser().await;
    sqlx::raw_sql("begin; select from tenant_usage where resource = 'sites' for update")
        .execute(&mut other)
        .await
        .expect("a lock");
    let deletes = async { admin.delete(&path).await };
    let restores = async {
        stage.until_waiting(1).await;
        admin.post(&format!("{path}/restore"), json!({})).await
    };
    let lets_go = async {
        stage.until_waiting(2).await;
        sqlx::raw_sql("rollback")
            .execute(&mut other)
            .await
            .expect("an end");
    };
    let (deleted, restored, ()) = tokio::join!(deletes, restores, lets_go);
    assert_eq!(deleted.status, StatusCode::NOT_FOUND, "{}", deleted.text);
    assert_eq!(restored.status, StatusCode::OK, "{}", restored.text);
}
