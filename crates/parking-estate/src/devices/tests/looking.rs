//! Lists, counts and exports of devices, and whose they are.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::eui;
use crate::tests::{Stage, refused};

fn names(list: &Value) -> Vec<&str> {
    let devices = list["devices"].as_array().expect("devices");
    devices
        .iter()
        .filter_map(|device| device["name"].as_str())
        .collect()
}

/// What the list is asked for, and whom it shows.
const FOUND: [(&str, &str); 17] = [
    ("sort=name", "n0 n1 n2 n3 n4 n5 n6 n7 n8"),
    ("", "n8 n7 n6 n5 n4 n3 n2 n1 n0"),
    ("sort=-dev_eui&page_size=2&page=2", "n6 n5"),
    ("status=assigned&sort=name", "n0 n1 n3"),
    ("assigned_only=true&device_type=display&sort=name", "n1"),
    ("unassigned_only=true&device_type=sensor&sort=name", "n6"),
    ("lifecycle=operational&sort=name", "n0 n1 n3"),
    ("model=plenom-busylight-omega&sort=name", "n1 n4 n7"),
    ("q=70:b3:d5:00:00:00:ab:c4&sort=name", "n4"),
    ("q=ab-c8&sort=name", "n8"),
    ("q=sn_5&sort=name", "n5"),
    ("q=N7", "n7"),
    ("q=%25", ""),
    ("archived=true", ""),
    ("attention=unassigned&sort=name", "n2 n4 n5 n6 n7 n8"),
    ("attention=never_seen&status=assigned&sort=name", "n0 n1 n3"),
    ("attention=silent", ""),
];

#[tokio::test]
async fn the_list_is_narrowed_searched_and_sorted() {
    let stage = Stage::set().await;
    let admin = stage.admin("North").await;
    let (quay, hill) = (
        admin.makes_site("Quay").await,
        admin.makes_site("Hill").await,
    );
    let models = [Some("bosch-tps110"), Some("plenom-busylight-omega"), None];
    let mut ids = Vec::new();
    for number in 0..9_u64 {
        let model = models[usize::try_from(number % 3).expect("small")];
        let body = json!({
            "dev_eui": eui(0xabc0 + number), "name": format!("n{number}"), "model": model, "serial_number": format!("SN_{number}"),
        });
        let made = admin.makes("/api/v6/devices", body).await;
        ids.push(crate::tests::id_of(&made));
    }
    for (device, site) in [(0, quay), (1, quay), (3, hill)] {
        let bay = admin.makes_space(site, &format!("A-{device}")).await;
        let path = format!("/api/v6/devices/{}/assign", ids[device]);
        let done = admin.post(&path, json!({ "space_id": bay })).await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.text);
    }
    for (query, wanted) in FOUND {
        let list = admin.get(&format!("/api/v6/devices?{query}")).await;
        assert_eq!(
            names(&list.json()).join(" "),
            wanted,
            "{query}: {}",
            list.text
        );
    }
    let of_site = admin
        .get(&format!(
            "/api/v6/devices?site_id={quay}&sort=name&include_stats=true"
        ))
        .await
        .json();
    assert_eq!(
        (names(&of_site), &of_site["total"]),
        (vec!["n0", "n1"], &json!(2))
    );
    let stats = json!({ "total": 9, "assigned": 3, "unassigned": 6, "sensors": 3, "displays": 3, "never_seen": 9 });
    assert_eq!(of_site["stats"], stats);
    for query in [
        "status=assigned&unassigned_only=true",
        "model=nothing",
        "lifecycle=asleep",
        "sort=app_key",
        "device_type=camera",
        "attention=bored",
        "what=ever",
    ] {
        let answer = admin.get(&format!("/api/v6/devices?{query}")).await;
        refused(&answer, 422, "validation_failed");
    }
    for sort in [
        "last_seen_at",
        "-last_seen_at",
        "lifecycle",
        "-model",
        "-name",
    ] {
        let answer = admin.get(&format!("/api/v6/devices?sort={sort}")).await;
        assert_eq!(answer.json()["total"], 9, "{sort}");
    }
}

#[tokio::test]
async fn no_tenant_sees_or_touches_devices_of_another_and_the_platform_only_looks() {
    let stage = Stage::set().await;
    let (mine, theirs) = (stage.admin("Mine").await, stage.admin("Theirs").await);
    let (device, other) = (mine.makes_sensor(1).await, theirs.makes_sensor(2).await);
    let site = mine.makes_site("Quay").await;
    let bay = mine.makes_space(site, "A-1").await;
    let path = format!("/api/v6/devices/{device}");
    let assign = json!({ "space_id": bay });
    for answer in [
        theirs.get(&path).await,
        theirs.get(&format!("{path}/history")).await,
        theirs
            .patch(&path, json!({ "name": "Stolen", "app_key": super::KEY }))
            .await,
        theirs.delete(&path).await,
        theirs.post(&format!("{path}/restore"), json!({})).await,
        theirs.post(&format!("{path}/assign"), assign.clone()).await,
        theirs.post(&format!("{path}/unassign"), json!({})).await,
        theirs
            .post(&format!("{path}/lifecycle"), json!({ "to": "operational" }))
            .await,
        theirs
            .post(&format!("/api/v6/devices/{other}/assign"), assign.clone())
            .await,
        theirs
            .post("/api/v6/devices/bulk/archive", json!({ "ids": [device] }))
            .await,
    ] {
        refused(&answer, 404, "not_found");
    }
    mine.post(&format!("{path}/assign"), assign).await;
    let platform = stage.platform();
    let all = platform.get("/api/v6/devices?sort=dev_eui").await.json();
    assert_eq!(
        (&all["total"], &all["is_cross_tenant"]),
        (&json!(2), &json!(true))
    );
    assert_eq!(all["devices"][0]["tenant_name"], "Mine");
    assert_eq!(platform.get(&path).await.status, StatusCode::OK);
    refused(
        &platform.patch(&path, json!({ "name": "X" })).await,
        403,
        "select_tenant",
    );
    refused(
        &platform
            .post("/api/v6/devices", json!({ "dev_eui": eui(9) }))
            .await,
        403,
        "select_tenant",
    );

    let pool = platform.get("/api/v6/devices/pool/stats").await.json();
    assert_eq!(
        (&pool["totals"]["total"], &pool["totals"]["assigned"]),
        (&json!(2), &json!(1))
    );
    assert_eq!(pool["tenants"][0]["name"], "Mine");
    let of_mine = &pool["by_tenant"][mine.tenant.to_string()];
    assert_eq!(
        (&of_mine["unassigned"], &of_mine["by_type"]["sensor"]),
        (&json!(0), &json!(1))
    );
    refused(
        &mine.get("/api/v6/devices/pool/stats").await,
        403,
        "forbidden",
    );
}

#[tokio::test]
async fn an_export_holds_what_the_list_shows_and_runs_nothing() {
    let stage = Stage::set().await;
    let admin = stage.admin("North").await;
    let body = json!({ "dev_eui": eui(1), "name": "=1+1", "model": "bosch-tps110" });
    admin.makes("/api/v6/devices", body).await;
    admin.makes_sensor(2).await;
    let csv = admin.get("/api/v6/devices/export?q=%3D1").await;
    let lines: Vec<&str> = csv.text.lines().collect();
    assert_eq!(lines.len(), 2, "{}", csv.text);
    assert!(
        lines[1].starts_with(&format!("{},'=1+1,bosch-tps110,sensor,unassigned", eui(1))),
        "{}",
        csv.text
    );
}

#[tokio::test]
async fn a_device_says_what_it_can_be_where_its_life_may_go_and_when_its_silence_is_too_long() {
    let stage = Stage::set().await;
    let admin = stage.admin("North").await;
    let body = json!({ "dev_eui": eui(1), "model": "bosch-tps110", "heartbeat_seconds": 3600 });
    let made = admin.makes("/api/v6/devices", body).await;
    let path = format!("/api/v6/devices/{}", crate::tests::id_of(&made));
    let next = json!(["commissioned", "operational", "decommissioned"]);
    assert_eq!(
        [&made["roles"], &made["lifecycle_next"], &made["silent_at"]],
        [&json!(["sensor"]), &next, &Value::Null]
    );

    let heard = stage.clock().now();
    let mut tx = stage.estate.db.tenant(admin.tenant).await.expect("a door");
    sqlx::query("update devices set last_seen_at = $1")
        .bind(heard)
        .execute(tx.conn())
        .await
        .expect("a sign of life");
    tx.commit().await.expect("a commit");
    let device = admin.get(&path).await.json();
    let silent: chrono::DateTime<chrono::Utc> =
        serde_json::from_value(device["silent_at"].clone()).expect("an instant");
    assert_eq!(silent - heard, chrono::TimeDelta::minutes(150));

    admin
        .post(
            &format!("{path}/lifecycle"),
            json!({ "to": "decommissioned" }),
        )
        .await;
    assert_eq!(admin.get(&path).await.json()["lifecycle_next"], json!([]));
}
