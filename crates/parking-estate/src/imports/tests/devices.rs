//! Importing devices.

use std::fmt::Write as _;

use serde_json::json;

use super::row;
use crate::tests::{Stage, id_of};

const KEY: &str = "000102030405060708090a0b0c0d0e0f";

#[tokio::test]
async fn devices_are_made_and_put_to_work_at_once() {
    let stage = Stage::set().await;
    let admin = stage.admin("North").await;
    let site = admin.makes_site("North").await;
    let bays = [
        admin.makes_space(site, "A-1").await,
        admin.makes_space(site, "A-2").await,
    ];
    let file = "Device EUI\tModel\tName\tS/N\tPlace\tRole\n\
        00-04-a3-0b-00-1f-ed-01\tbosch-tps110\tBy the door\tS-1\tA-1\t\n\
        0004A30B001FED02\tbosch tps110 parking lot sensor\t\t\ta-2\tcapteur\n\
        0004A30B001FED03\tplenom-busylight-omega\t\t\tA-1\tafficheur\n\
        0004A30B001FED04\t\t\t\t\t\n";
    let id = admin.has_checked("kind=devices", file).await;
    assert_eq!(
        admin.import(id).await["rows"]["ready"],
        4,
        "{:?}",
        admin.verdicts(id).await
    );
    admin.moves(id, "start", json!({})).await;
    stage.works().await;
    assert_eq!(admin.import(id).await["status"], "done");
    let devices = admin.get("/api/v6/devices?sort=dev_eui").await.json();
    let first = &devices["devices"][0];
    assert_eq!(
        [
            &first["name"],
            &first["serial_number"],
            &first["status"],
            &first["lifecycle_state"]
        ],
        ["By the door", "S-1", "assigned", "operational"]
    );
    for bay in bays {
        let space = admin.get(&format!("/api/v6/spaces/{bay}")).await.json();
        assert!(space["sensor"].is_object(), "{space}");
    }
    let history = admin
        .get(&format!("/api/v6/devices/{}/history", id_of(first)))
        .await;
    assert!(history.text.contains("import.csv"), "{}", history.text);

    // The same file again finds everything as it says.
    let again = admin.has_checked("kind=devices", file).await;
    assert_eq!(
        admin.import(again).await["rows"]["same"],
        4,
        "{:?}",
        admin.verdicts(again).await
    );
    let devices = admin.get("/api/v6/devices?sort=dev_eui").await.json();
    admin.moves(id, "undo", json!(null)).await;
    stage.works().await;
    assert_eq!(admin.total("/api/v6/devices").await, 0, "{devices}");
    assert_eq!(admin.import(id).await["rows"]["removed"], 4);
}

#[tokio::test]
async fn every_row_of_devices_gets_its_verdict() {
    let stage = Stage::set().await;
    let (admin, other) = (stage.admin("North").await, stage.admin("Other").await);
    let (north, south) = (
        admin.makes_site("North").await,
        admin.makes_site("South").await,
    );
    let bay = admin.makes_space(north, "A-1").await;
    admin.makes_space(north, "A-2").await;
    for site in [north, south] {
        admin.makes_space(site, "B-1").await;
    }
    let serving = json!({ "dev_eui": "70B3D50000000001", "model": "bosch-tps110" });
    let device = id_of(&admin.makes("/api/v6/devices", serving).await);
    let assign = format!("/api/v6/devices/{device}/assign");
    assert_eq!(
        admin.post(&assign, json!({ "space_id": bay })).await.status,
        200
    );
    other
        .makes("/api/v6/devices", json!({ "dev_eui": "70B3D50000000099" }))
        .await;
    let file = "dev_eui,model,site,space_code,role,name\n\
        70B3D50000000001,bosch-tps110,,A-1,sensor,\n\
        70b3d50000000001,,,,,Changed\n\
        70B3D5,,,,,\n\
        70B3D50000000099,,,,,\n\
        70B3D50000000002,bosch-tps110,,A-1,,\n\
        70B3D50000000003,bosch-tps110,,B-1,,\n\
        70B3D50000000004,bosch-tps110,South,B-1,,\n\
        70B3D50000000005,bosch-tps110,South,B-1,,\n\
        70B3D50000000006,bosch-tps110,,Z-9,,\n\
        70B3D50000000007,bosch-tps999,,,,\n\
        70B3D50000000008,,,A-2,,\n\
        70B3D50000000009,bosch-tps110,,A-2,display,\n\
        70B3D50000000010,bosch-tps110,North,A-2,lamppost,\n";
    let id = admin.has_checked("kind=devices", file).await;
    assert_eq!(
        admin.verdicts(id).await,
        [
            row(2, "same", ""),
            row(3, "refused", "repeated"),
            row(4, "refused", "unreadable"),
            row(5, "refused", "device_taken"),
            row(6, "refused", "space_taken"),
            row(7, "refused", "several_spaces"),
            row(8, "ready", ""),
            row(9, "refused", "repeated"),
            row(10, "refused", "no_such_space"),
            row(11, "refused", "no_such_model"),
            row(12, "refused", "wrong_role"),
            row(13, "refused", "wrong_role"),
            row(14, "refused", "unreadable"),
        ]
    );
    let differing = admin
        .has_checked("kind=devices", "dev_eui,name\n70B3D50000000001,Changed\n")
        .await;
    let rows = admin
        .get(&format!("/api/v6/imports/{differing}/rows"))
        .await
        .json();
    assert_eq!(
        rows["rows"][0]["messages"][0]["message"],
        "is there already and differs in: name; an import changes nothing"
    );
}

#[tokio::test]
async fn keys_are_sealed_and_stand_nowhere() {
    let stage = Stage::set().await;
    let admin = stage.admin("North").await;
    // One in its column, one where nobody looks for it, one in a file without a header, one too short.
    let file = format!(
        "dev_eui,app_key,remark\n70B3D50000000001,{KEY},x\n70B3D50000000002,,{KEY}\n70B3D50000000003,00112233445566778899aabbccddee,\n"
    );
    let id = admin.has_checked("kind=devices", &file).await;
    let bare = admin
        .posts_file(
            "/api/v6/imports?kind=devices",
            format!("70B3D50000000009,{KEY}\nx,y\n").as_bytes(),
        )
        .await;
    let rows = admin.get(&format!("/api/v6/imports/{id}/rows")).await;
    let export = admin
        .get(&format!("/api/v6/imports/{id}/rows/export"))
        .await;
    assert_eq!(admin.verdicts(id).await[2], row(4, "refused", "unreadable"));
    admin
        .moves(id, "start", json!({ "skip_refused": true }))
        .await;
    stage.works().await;
    let devices = admin.get("/api/v6/devices?sort=dev_eui").await.json();
    assert_eq!(devices["devices"][0]["has_app_key"], true);
    assert_eq!(devices["devices"][1]["has_app_key"], false);
    let stored: String = sqlx::query_scalar(
        "select concat((select string_agg(r::text, ' ') from import_rows r), (select string_agg(i::text, ' ') from imports i),
           (select string_agg(d::text, ' ') from devices d), (select string_agg(a::text, ' ') from audit_log a),
           (select string_agg(e::text, ' ') from events e), (select string_agg(j::text, ' ') from jobs j))",
    )
    .fetch_one(&mut stage.superuser().await)
    .await
    .unwrap();
    for place in [&bare.text, &rows.text, &export.text, &stored] {
        let place = place.to_lowercase();
        for part in ["000102030405", "00112233445566"] {
            assert!(!place.contains(part), "{part} in {place}");
        }
    }
}

#[tokio::test]
async fn what_others_took_meanwhile_is_refused_alone() {
    let stage = Stage::set().await;
    let (admin, other) = (stage.admin("North").await, stage.admin("Other").await);
    let mut file = "dev_eui,model\n".to_owned();
    for n in 1..=40 {
        writeln!(file, "70B3D500000000{n:02},bosch-tps110").unwrap();
    }
    let id = admin.has_checked("kind=devices", &file).await;
    admin.moves(id, "start", json!({})).await;
    other
        .makes("/api/v6/devices", json!({ "dev_eui": "70B3D50000000017" }))
        .await;
    stage.works().await;
    let done = admin.import(id).await;
    assert_eq!(
        [
            &done["status"],
            &done["rows"]["created"],
            &done["rows"]["refused"]
        ],
        [&json!("done"), &json!(39), &json!(1)]
    );
    assert_eq!(
        admin.verdicts(id).await[16],
        row(18, "refused", "device_taken")
    );
}
