//! Devices at work, and the stages of their lives.

use axum::http::StatusCode;
use parking_domain::access::Role;
use serde_json::json;
use uuid::Uuid;

use super::eui;
use crate::tests::{Stage, id_of, refused};

#[tokio::test]
async fn a_device_goes_to_work_and_back_on_the_shelf_and_its_history_says_so() {
    let stage = Stage::set().await;
    let admin = stage.admin("North").await;
    let site = admin.makes_site("Quay").await;
    let (bay, device) = (
        admin.makes_space(site, "A-1").await,
        admin.makes_sensor(1).await,
    );
    let operator = stage.person(admin.tenant, Role::Operator);
    let path = format!("/api/v6/devices/{device}");

    let idle = operator.post(&format!("{path}/unassign"), json!({})).await;
    assert_eq!(
        (idle.status, &idle.json()["success"]),
        (StatusCode::OK, &json!(false))
    );
    let body = json!({ "space_id": bay, "reason": "first day" });
    let done = operator.post(&format!("{path}/assign"), body).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text);
    let device = &done.json()["device"];
    assert_eq!(
        [
            &device["status"],
            &device["lifecycle_state"],
            &device["space_code"],
            &device["site_name"],
            &device["role"]
        ],
        ["assigned", "operational", "A-1", "Quay", "sensor"]
    );
    let of_bay = operator.get(&format!("/api/v6/spaces/{bay}")).await.json();
    assert_eq!(of_bay["sensor"]["dev_eui"], eui(1));
    let stopped = admin
        .post(
            &format!("{path}/lifecycle"),
            json!({ "to": "commissioned" }),
        )
        .await;
    refused(&stopped, 409, "in_use");

    let done = operator
        .post(&format!("{path}/unassign"), json!({ "reason": "broken" }))
        .await;
    assert_eq!(done.json()["success"], true, "{}", done.text);
    assert_eq!(done.json()["device"]["lifecycle_state"], "commissioned");
    let history = operator.get(&format!("{path}/history")).await.json();
    assert_eq!(history["total"], 4, "{history}");
    let kinds: Vec<_> = history["history"]
        .as_array()
        .expect("history")
        .iter()
        .map(|one| (one["kind"].as_str(), one["reason"].as_str()))
        .collect();
    for wanted in [
        (Some("assigned"), Some("first day")),
        (Some("unassigned"), Some("broken")),
        (Some("lifecycle"), Some("first day")),
        (Some("lifecycle"), Some("broken")),
    ] {
        assert!(kinds.contains(&wanted), "{wanted:?} of {kinds:?}");
    }
}

#[tokio::test]
async fn of_two_people_who_assign_at_once_one_wins_and_the_other_learns_who_and_when() {
    let stage = Stage::set().await;
    let admin = stage.admin("Race").await;
    let site = admin.makes_site("Quay").await;
    let bays = [
        admin.makes_space(site, "A-1").await,
        admin.makes_space(site, "A-2").await,
    ];
    for round in 0..5 {
        let device = admin.makes_sensor(round).await;
        let path = format!("/api/v6/devices/{device}/assign");
        let [one, two] = bays.map(|bay| admin.post(&path, json!({ "space_id": bay })));
        let mut answers = <[_; 2]>::from(tokio::join!(one, two));
        answers.sort_by_key(|answer| answer.status);
        let [won, lost] = &answers;
        assert_eq!(won.status, StatusCode::OK, "{}", won.text);
        refused(lost, 409, "already_assigned");
        let detail = lost.json()["detail"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        assert!(
            detail.contains(&eui(round)) && detail.contains("Ada Lovelace"),
            "{detail}"
        );
        let since = stage.clock().now().format("%Y-%m-%dT").to_string();
        assert!(detail.contains(&since), "{detail}");
        admin
            .delete(&format!("/api/v6/devices/{device}?force=true"))
            .await;
    }
    // And of two devices for one bay.
    let (one, two) = (admin.makes_sensor(10).await, admin.makes_sensor(11).await);
    let body = json!({ "space_id": bays[0] });
    let [one, two] = [one, two].map(|device| {
        let (admin, body) = (admin.clone(), body.clone());
        async move {
            admin
                .post(&format!("/api/v6/devices/{device}/assign"), body)
                .await
        }
    });
    let (one, two) = tokio::join!(one, two);
    let lost = if one.status == StatusCode::OK {
        &two
    } else {
        &one
    };
    refused(lost, 409, "already_assigned");
    assert!(lost.text.contains("bay A-1 as its sensor"), "{}", lost.text);
}

#[tokio::test]
async fn a_device_is_assigned_only_as_what_its_model_can_be_and_keeps_a_model_that_can() {
    let stage = Stage::set().await;
    let admin = stage.admin("Roles").await;
    let site = admin.makes_site("Quay").await;
    let bay = admin.makes_space(site, "A-1").await;
    let plain = id_of(
        &admin
            .makes("/api/v6/devices", json!({ "dev_eui": eui(1) }))
            .await,
    );
    let lamp = json!({ "dev_eui": eui(2), "model": "plenom-busylight-omega" });
    let lamp = id_of(&admin.makes("/api/v6/devices", lamp).await);
    let sensor = admin.makes_sensor(3).await;
    let assign = |device: Uuid, body: serde_json::Value| {
        let (admin, path) = (admin.clone(), format!("/api/v6/devices/{device}/assign"));
        async move { admin.post(&path, body).await }
    };
    let body = json!({ "space_id": bay });
    refused(&assign(plain, body.clone()).await, 422, "validation_failed");
    let as_sensor = json!({ "space_id": bay, "role": "sensor" });
    refused(&assign(lamp, as_sensor).await, 422, "validation_failed");
    assert_eq!(assign(lamp, body.clone()).await.status, StatusCode::OK);
    assert_eq!(assign(sensor, body).await.status, StatusCode::OK);
    let of_bay = admin.get(&format!("/api/v6/spaces/{bay}")).await.json();
    assert_eq!(
        (
            &of_bay["sensor"]["device_id"],
            &of_bay["display"]["device_id"]
        ),
        (&json!(sensor), &json!(lamp))
    );
    let path = format!("/api/v6/devices/{sensor}");
    for model in [json!("plenom-busylight-omega"), json!(null)] {
        let lost = admin.patch(&path, json!({ "model": model })).await;
        refused(&lost, 409, "in_use");
        assert!(lost.text.contains("A-1"), "{}", lost.text);
    }
    let other = admin.patch(&path, json!({ "model": "pni-placepod" })).await;
    assert_eq!(other.status, StatusCode::OK, "{}", other.text);
    refused(&admin.delete(&path).await, 409, "in_use");
}

#[tokio::test]
async fn a_bay_that_is_deleted_sets_its_devices_free_and_what_they_said_is_forgotten() {
    let stage = Stage::set().await;
    let admin = stage.admin("Free").await;
    let site = admin.makes_site("Quay").await;
    let (bay, device) = (
        admin.makes_space(site, "A-1").await,
        admin.makes_sensor(1).await,
    );
    let path = format!("/api/v6/devices/{device}");
    let assign = json!({ "space_id": bay });
    admin.post(&format!("{path}/assign"), assign.clone()).await;
    let mut tx = stage.estate.db.tenant(admin.tenant).await.expect("a door");
    sqlx::query(
        "update spaces set sensor_state = 'occupied', sensor_observed_at = $1, state = 'occupied'",
    )
    .bind(stage.clock().now())
    .execute(tx.conn())
    .await
    .expect("an update");
    tx.commit().await.expect("a commit");
    let bay_path = format!("/api/v6/spaces/{bay}");
    refused(&admin.delete(&bay_path).await, 409, "in_use");
    let gone = admin.delete(&format!("{bay_path}?force=true")).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT, "{}", gone.text);
    let free = admin.device(device).await;
    assert_eq!(
        [&free["status"], &free["lifecycle_state"]],
        ["unassigned", "commissioned"]
    );
    let history = admin.get(&format!("{path}/history")).await;
    assert!(
        history.text.contains("the bay was deleted"),
        "{}",
        history.text
    );
    refused(
        &admin.post(&format!("{path}/assign"), assign).await,
        404,
        "not_found",
    );
    let restored = admin
        .post(&format!("{bay_path}/restore"), json!({}))
        .await
        .json();
    assert_eq!(
        [&restored["state"], &restored["sensor_state"]],
        ["unknown", "unknown"]
    );
}

#[tokio::test]
async fn a_life_goes_only_where_the_table_lets_it() {
    let stage = Stage::set().await;
    let admin = stage.admin("Life").await;
    let site = admin.makes_site("Quay").await;
    let (bay, device) = (
        admin.makes_space(site, "A-1").await,
        admin.makes_sensor(1).await,
    );
    let path = format!("/api/v6/devices/{device}");
    let step = |to: &str| {
        let (admin, path) = (admin.clone(), format!("{path}/lifecycle"));
        let body = json!({ "to": to, "reason": "because" });
        async move { admin.post(&path, body).await }
    };
    refused(&step("maintenance").await, 409, "lifecycle_refused");
    for to in [
        "commissioned",
        "operational",
        "maintenance",
        "decommissioned",
    ] {
        let done = step(to).await;
        assert_eq!(done.json()["lifecycle_state"], to, "{}", done.text);
    }
    let end = step("operational").await;
    refused(&end, 409, "lifecycle_refused");
    assert!(end.text.contains("nothing else"), "{}", end.text);
    refused(&step("asleep").await, 422, "validation_failed");
    let scrap = admin
        .post(&format!("{path}/assign"), json!({ "space_id": bay }))
        .await;
    refused(&scrap, 409, "lifecycle_refused");
    let viewer = stage.person(admin.tenant, Role::Viewer);
    let body = json!({ "space_id": bay });
    refused(
        &viewer.post(&format!("{path}/assign"), body).await,
        403,
        "forbidden",
    );
}
