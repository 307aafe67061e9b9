//! What people see and do, and what they may not.

use axum::http::Method;
use parking_domain::access::Role;
use serde_json::{Value, json};

use super::{hours, look};
use crate::tests::{Stage, refused};

fn path(alarm: &Value, verb: &str) -> String {
    format!(
        "/api/v6/alarms/{}{verb}",
        alarm["id"].as_str().expect("an id")
    )
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one story, told in its order")]
async fn an_alarm_is_taken_on_put_aside_and_talked_about() {
    let stage = Stage::set().await;
    let admin = stage.admin("North").await;
    admin.has_lot(1).await;
    let operator = stage.person(admin.tenant, Role::Operator);
    stage.looks().await;
    stage.passes(hours(25)).await;
    let alarm = operator
        .alarms("status=open&acknowledged=false")
        .await
        .remove(0);
    let taken = operator
        .post(&path(&alarm, "/acknowledge"), json!({}))
        .await;
    assert_eq!(
        taken.json()["acknowledged_by"],
        "Ada Lovelace",
        "{}",
        taken.text
    );
    // Twice is once.
    operator
        .post(&path(&alarm, "/acknowledge"), json!({}))
        .await;
    assert_eq!(
        operator.alarms("acknowledged=true&muted=false").await.len(),
        1
    );
    let summary = operator.get("/api/v6/alarms/summary").await.json();
    assert_eq!(
        (&summary["open"], &summary["waiting"]),
        (&json!(1), &json!(0))
    );
    let back = operator
        .post(&path(&alarm, "/unacknowledge"), json!({}))
        .await;
    assert_eq!(back.json()["acknowledged_at"], json!(null));
    let mute = json!({ "minutes": 300, "reason": "Roadworks" });
    operator.post(&path(&alarm, "/mute"), mute).await;
    assert_eq!(operator.alarms("muted=true").await.len(), 1);
    let heard = operator.post(&path(&alarm, "/unmute"), json!({})).await;
    assert_eq!(heard.json()["muted_until"], json!(null));
    let said = operator
        .post(
            &path(&alarm, "/comments"),
            json!({ "text": " Battery is on its way. \nTuesday. " }),
        )
        .await;
    assert_eq!(said.status.as_u16(), 201, "{}", said.text);
    let one = operator.get(&path(&alarm, "")).await;
    assert_eq!(
        one.json()["comments"][0]["text"],
        "Battery is on its way. \nTuesday."
    );
    assert_eq!(
        stage.told_events().await,
        [
            "alarm.raised",
            "alarm.acknowledged",
            "alarm.unacknowledged",
            "alarm.muted",
            "alarm.unmuted",
            "alarm.commented"
        ]
    );
    let stale = [("if-match", "\"v1\"".to_owned())];
    let late = operator
        .sends(Method::POST, &path(&alarm, "/acknowledge"), &stale, None)
        .await;
    refused(&late, 412, "precondition_failed");
    for body in [
        json!({ "minutes": 0 }),
        json!({ "minutes": -5 }),
        json!({ "minutes": i64::MIN }),
        json!({ "minutes": i64::MAX }),
        json!({ "minutes": "soon" }),
        json!({}),
    ] {
        let answer = operator.post(&path(&alarm, "/mute"), body).await;
        assert!(
            matches!(answer.status.as_u16(), 400 | 422),
            "{}",
            answer.text
        );
    }
    for text in ["", " \n ", &"x".repeat(2_001)] {
        let answer = operator
            .post(&path(&alarm, "/comments"), json!({ "text": text }))
            .await;
        refused(&answer, 422, "validation_failed");
    }
}

#[tokio::test]
async fn many_alarms_are_marked_at_once_all_or_none() {
    let stage = Stage::set().await;
    let admin = stage.admin("North").await;
    for number in 0..5 {
        admin.has_lot(number).await;
    }
    stage.looks().await;
    stage.passes(hours(25)).await;
    let ids: Vec<Value> = admin
        .alarms("")
        .await
        .iter()
        .map(|alarm| alarm["id"].clone())
        .collect();
    let done = admin
        .post("/api/v6/alarms/bulk/acknowledge", json!({ "ids": ids }))
        .await
        .json();
    assert_eq!(done["changed"].as_array().map(Vec::len), Some(5));
    let undone = admin
        .post(
            "/api/v6/alarms/bulk/unacknowledge",
            json!({ "ids": ids[..2] }),
        )
        .await
        .json();
    assert_eq!(undone["changed"].as_array().map(Vec::len), Some(2));
    let mute = json!({ "ids": ids, "mute": { "minutes": 60 } });
    admin.post("/api/v6/alarms/bulk/mute", mute).await;
    assert_eq!(admin.alarms("muted=true").await.len(), 5);
    admin
        .post("/api/v6/alarms/bulk/unmute", json!({ "ids": ids }))
        .await;
    assert_eq!(admin.alarms("muted=true").await.len(), 0);
    let mut with_stranger = ids.clone();
    with_stranger.push(json!(uuid::Uuid::nil()));
    let answer = admin
        .post(
            "/api/v6/alarms/bulk/acknowledge",
            json!({ "ids": with_stranger }),
        )
        .await;
    refused(&answer, 404, "not_found");
    assert_eq!(admin.alarms("acknowledged=true").await.len(), 3);
    refused(
        &admin
            .post("/api/v6/alarms/bulk/acknowledge", json!({ "ids": [] }))
            .await,
        422,
        "validation_failed",
    );
    let mut tx = stage.worker().await;
    let entries: Vec<String> =
        sqlx::query_scalar("select action from audit_log where entity_type = 'alarm' order by seq")
            .fetch_all(tx.conn())
            .await
            .expect("entries");
    assert_eq!(
        entries,
        [
            "alarms.acknowledged",
            "alarms.unacknowledged",
            "alarms.muted",
            "alarms.unmuted"
        ]
    );
}

#[tokio::test]
async fn nobody_sees_or_touches_the_alarms_of_others_and_the_platform_only_looks() {
    let stage = Stage::set().await;
    let (mine, theirs) = (stage.admin("Mine").await, stage.admin("Theirs").await);
    mine.has_lot(1).await;
    let viewer = stage.person(mine.tenant, Role::Viewer);
    stage.looks().await;
    stage.passes(hours(25)).await;
    let alarm = mine.alarms("").await.remove(0);
    assert_eq!(theirs.alarms("").await.len(), 0);
    let recipient = mine
        .makes(
            "/api/v6/alarms/recipients",
            json!({ "email": "a@mine.test" }),
        )
        .await;
    let recipient = format!(
        "/api/v6/alarms/recipients/{}",
        recipient["id"].as_str().expect("an id")
    );
    for answer in [
        theirs.get(&path(&alarm, "")).await,
        theirs.post(&path(&alarm, "/acknowledge"), json!({})).await,
        theirs
            .post(&path(&alarm, "/comments"), json!({ "text": "Hi" }))
            .await,
        theirs
            .post(
                "/api/v6/alarms/bulk/acknowledge",
                json!({ "ids": [alarm["id"]] }),
            )
            .await,
        theirs.get(&recipient).await,
        theirs.delete(&recipient).await,
        theirs.post(&format!("{recipient}/test"), json!({})).await,
    ] {
        refused(&answer, 404, "not_found");
    }
    refused(
        &viewer.post(&path(&alarm, "/acknowledge"), json!({})).await,
        403,
        "forbidden",
    );
    refused(
        &viewer.get("/api/v6/alarms/recipients").await,
        403,
        "forbidden",
    );
    assert_eq!(
        viewer.get("/api/v6/alarms/rules").await.status.as_u16(),
        200
    );
    refused(
        &viewer.put("/api/v6/alarms/rules", json!({})).await,
        403,
        "forbidden",
    );
    let platform = stage.platform();
    let all = platform.get("/api/v6/alarms").await.json();
    assert_eq!(
        (&all["is_cross_tenant"], &all["alarms"][0]["tenant_name"]),
        (&json!(true), &json!("Mine"))
    );
    refused(
        &platform
            .post(&path(&alarm, "/acknowledge"), json!({}))
            .await,
        403,
        "select_tenant",
    );
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one story, told in its order")]
async fn rules_and_recipients_are_kept_within_reason() {
    let stage = Stage::set().await;
    let admin = stage.admin("North").await;
    let rules = "/api/v6/alarms/rules";
    let usual = admin.get(rules).await.json();
    assert_eq!(
        (&usual["silent_factor"], &usual["updated_at"]),
        (&json!(2.5), &json!(null))
    );
    let changed = admin
        .put(rules, json!({ "stuck_hours": null, "silent_factor": 4 }))
        .await;
    assert_eq!(changed.etag(), "\"v1\"");
    assert_eq!(
        (
            &changed.json()["stuck_hours"],
            &changed.json()["battery_low_percent"]
        ),
        (&json!(null), &json!(20))
    );
    for (body, field) in [
        (json!({ "silent_factor": 1.0 }), "silent_factor"),
        (json!({ "battery_low_percent": 30 }), "battery_low_percent"),
        (json!({ "gateway_down_minutes": 0 }), "gateway_down_minutes"),
        (json!({ "what": 1 }), "what"),
    ] {
        let answer = admin.put(rules, body).await;
        refused(&answer, 422, "validation_failed");
        assert!(answer.text.contains(field), "{}", answer.text);
    }
    let stale = [("if-match", "\"v0\"".to_owned())];
    refused(
        &admin
            .sends(Method::PUT, rules, &stale, Some(json!({})))
            .await,
        412,
        "precondition_failed",
    );

    let recipients = "/api/v6/alarms/recipients";
    let foreign = stage.admin("South").await.makes_site("Hill").await;
    for body in [
        json!({}),
        json!({ "email": "no address" }),
        json!({ "email": "a@b.test", "user_id": uuid::Uuid::nil() }),
        json!({ "user_id": uuid::Uuid::nil() }),
        json!({ "email": "a@b.test", "site_ids": [foreign] }),
        json!({ "email": "a@b.test", "kinds": ["rain"] }),
        json!({ "email": "a@b.test", "kinds": ["stuck", "stuck", "stuck", "stuck", "stuck", "stuck"] }),
    ] {
        refused(
            &admin.post(recipients, body).await,
            422,
            "validation_failed",
        );
    }
    admin
        .makes(recipients, json!({ "email": "a@b.test" }))
        .await;
    refused(
        &admin.post(recipients, json!({ "email": "A@B.test" })).await,
        409,
        "email_taken",
    );
    for number in 0..49 {
        admin
            .makes(recipients, json!({ "email": format!("n{number}@b.test") }))
            .await;
    }
    refused(
        &admin.post(recipients, json!({ "email": "z@b.test" })).await,
        409,
        "limit_reached",
    );
    let list = admin
        .get(&format!("{recipients}?page_size=500"))
        .await
        .json();
    assert_eq!(list["total"], 50);
    let first = list["recipients"][0]["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    assert_eq!(
        admin
            .delete(&format!("{recipients}/{first}"))
            .await
            .status
            .as_u16(),
        204
    );
    refused(
        &admin.get(&format!("{recipients}/{first}")).await,
        404,
        "not_found",
    );
}

#[tokio::test]
async fn marking_many_while_they_are_looked_at_is_no_deadlock() {
    let stage = Stage::set().await;
    let admin = stage.admin("North").await;
    let lots = [
        admin.has_lot(1).await,
        admin.has_lot(2).await,
        admin.has_lot(3).await,
    ];
    stage.looks().await;
    stage.passes(hours(25)).await;
    let mut alarms = admin.alarms("status=open&kind=device_silent").await;
    assert_eq!(alarms.len(), 3);
    alarms.sort_by_key(|alarm| alarm["id"].to_string());
    let ids: Vec<&Value> = alarms.iter().map(|alarm| &alarm["id"]).collect();
    // The devices of the last and the first speak again, and are looked at in this order.
    for alarm in [&alarms[2], &alarms[0]] {
        let device = &alarm["subject_id"];
        let lot = lots.iter().find(|lot| json!(lot.sensor) == *device);
        stage
            .hears_device(&admin, lot.expect("a lot").sensor, None)
            .await;
    }
    let subject = |alarm: &Value| alarm["subject_id"].as_str().expect("an id").to_owned();
    let due = format!(
        "update alarm_watches set due_at = 'infinity';
         update alarm_watches set due_at = '2000-01-01' where subject_id = '{}';
         update alarm_watches set due_at = '2000-01-02' where subject_id = '{}'",
        subject(&alarms[2]),
        subject(&alarms[0])
    );
    stage.sql(&due).await;
    let mut other = stage.superuser().await;
    let held = format!(
        "begin; select id from alarms where id = '{}' for update",
        alarms[1]["id"].as_str().expect("an id")
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(held))
        .execute(&mut other)
        .await
        .expect("a lock");
    let mutes = async {
        let body = json!({ "ids": ids, "mute": { "minutes": 60 } });
        admin.post("/api/v6/alarms/bulk/mute", body).await
    };
    let looks = async {
        stage.until_waiting(1).await;
        look(&stage.estate.db, stage.now()).await
    };
    let lets_go = async {
        stage.until_waiting(2).await;
        sqlx::raw_sql("rollback")
            .execute(&mut other)
            .await
            .expect("an end");
    };
    let (muted, looked, ()) = tokio::join!(mutes, looks, lets_go);
    assert_eq!(muted.status.as_u16(), 200, "{}", muted.text);
    assert_eq!(looked.expect("a look"), 2);
    assert_eq!(admin.alarms("muted=true").await.len(), 3);
}
