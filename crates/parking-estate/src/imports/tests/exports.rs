//! What was exported can be imported, and exports are whole.

use serde_json::json;

use crate::tests::{Stage, id_of, refused};

#[tokio::test]
async fn an_export_of_bays_can_be_imported_again() {
    let stage = Stage::set().await;
    let (one, other) = (stage.admin("One").await, stage.admin("Other").await);
    for admin in [&one, &other] {
        let site = admin.makes_site("Quay, north \"A\"").await;
        admin
            .makes("/api/v6/levels", json!({ "site_id": site, "name": "-1" }))
            .await;
        admin
            .makes("/api/v6/zones", json!({ "site_id": site, "name": "@home" }))
            .await;
    }
    let list = one.get("/api/v6/sites").await.json();
    let site = &list["sites"][0]["id"];
    let level = one.get("/api/v6/levels").await.json()["levels"][0]["id"].clone();
    let zone = one.get("/api/v6/zones").await.json()["zones"][0]["id"].clone();
    for (code, name) in [
        ("A-1", json!("=HYPERLINK(\"x\")")),
        ("-2", json!("'quoted")),
        ("É;3", json!(null)),
    ] {
        let body = json!({
            "site_id": site, "code": code, "name": name, "level_id": level, "zone_id": zone, "kind": "ev_charging",
            "latitude": -46.204_391, "longitude": 6.143_158, "is_reservable": false, "auto_release_minutes": 15,
        });
        one.makes("/api/v6/spaces", body).await;
    }
    let export = one.get("/api/v6/spaces/export").await.text;
    let back = one.has_checked("kind=spaces", &export).await;
    assert_eq!(
        one.import(back).await["rows"]["same"],
        3,
        "{:?}",
        one.verdicts(back).await
    );
    let id = other.has_checked("kind=spaces", &export).await;
    assert_eq!(
        other.import(id).await["rows"]["ready"],
        3,
        "{:?}",
        other.verdicts(id).await
    );
    other.moves(id, "start", json!({})).await;
    stage.works().await;
    let told = |text: &str| -> Vec<Vec<String>> {
        let table = parking_domain::csv_table::read_table(text.as_bytes(), 1 << 20).unwrap();
        table
            .rows
            .into_iter()
            .map(|row| row.cells[..10].to_vec())
            .collect()
    };
    assert_eq!(
        told(&other.get("/api/v6/spaces/export").await.text),
        told(&export)
    );
}

#[tokio::test]
async fn an_export_of_devices_can_be_imported_again() {
    let stage = Stage::set().await;
    let (one, other) = (stage.admin("One").await, stage.admin("Other").await);
    let mut bays = Vec::new();
    for admin in [&one, &other] {
        let site = admin.makes_site("Quay").await;
        bays.push(admin.makes_space(site, "A-1").await);
    }
    let body = json!({
        "dev_eui": "70B3D50000000001", "model": "bosch-tps110", "name": "+1", "serial_number": "S-1",
        "join_eui": "1122334455667788",
    });
    let made = one.makes("/api/v6/devices", body).await;
    let assign = format!("/api/v6/devices/{}/assign", id_of(&made));
    assert_eq!(
        one.post(&assign, json!({ "space_id": bays[0] }))
            .await
            .status,
        200
    );
    one.makes("/api/v6/devices", json!({ "dev_eui": "70B3D50000000002" }))
        .await;
    let export = one.get("/api/v6/devices/export").await.text;
    let back = one.has_checked("kind=devices", &export).await;
    assert_eq!(
        one.import(back).await["rows"]["same"],
        2,
        "{:?}",
        one.verdicts(back).await
    );
    // The other tenant learns that they are in use, and imports them once they are not.
    let id = other.has_checked("kind=devices", &export).await;
    assert_eq!(other.import(id).await["rows"]["refused"], 2);
    let ids = one.get("/api/v6/devices").await.json();
    let ids: Vec<_> = ids["devices"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["id"].clone())
        .collect();
    let archived = one
        .post(
            "/api/v6/devices/bulk/archive",
            json!({ "ids": ids, "force": true }),
        )
        .await;
    assert_eq!(archived.status, 204, "{}", archived.text);
    let checked = other.moves(id, "check", json!(null)).await;
    assert_eq!(
        checked["rows"]["ready"],
        2,
        "{:?}",
        other.verdicts(id).await
    );
    other.moves(id, "start", json!({})).await;
    stage.works().await;
    let devices = other.get("/api/v6/devices?sort=dev_eui").await.json();
    let first = &devices["devices"][0];
    assert_eq!(
        [
            &first["name"],
            &first["serial_number"],
            &first["join_eui"],
            &first["status"]
        ],
        [
            &made["name"],
            &made["serial_number"],
            &made["join_eui"],
            &json!("assigned")
        ]
    );
}

#[tokio::test]
async fn an_export_is_whole_however_long_and_one_at_a_time() {
    let stage = Stage::set().await;
    let admin = stage.admin("Long").await;
    let site = admin.makes_site("Long").await;
    let body = json!({ "site_id": site, "pattern": "A-0001…A-2000" });
    assert_eq!(admin.post("/api/v6/spaces/bulk", body).await.status, 200);
    let body = json!({ "site_id": site, "pattern": "B-001…B-500" });
    assert_eq!(admin.post("/api/v6/spaces/bulk", body).await.status, 200);
    let whole = admin.get("/api/v6/spaces/export").await.text;
    assert_eq!(whole.lines().count(), 2_501);
    assert!(whole.lines().last().unwrap().contains("B-500"));
    let some = admin
        .get("/api/v6/spaces/export?q=A-00&sort=-code")
        .await
        .text;
    assert_eq!(some.lines().count(), 100);
    assert!(some.lines().nth(1).unwrap().contains("A-0099"));
    let place = stage.estate.exports.begin(admin.tenant).unwrap();
    refused(
        &admin.get("/api/v6/spaces/export").await,
        503,
        "unavailable",
    );
    refused(
        &admin.get("/api/v6/devices/export").await,
        503,
        "unavailable",
    );
    drop(place);
    assert_eq!(
        admin
            .get("/api/v6/devices/export")
            .await
            .text
            .lines()
            .count(),
        1
    );
    let platform = stage.platform().get("/api/v6/spaces/export").await.text;
    assert_eq!(platform.lines().count(), 2_501);
}
