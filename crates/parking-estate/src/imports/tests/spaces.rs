//! Importing bays.

use axum::http::{Method, StatusCode};
use parking_domain::access::Role;
use parking_domain::tenancy::LimitOverrides;
use serde_json::{Value, json};

use super::{many_bays, row};
use crate::tests::{Stage, refused};

#[tokio::test]
#[expect(
    clippy::too_many_lines,
    reason = "one file from the first row to the last"
)]
async fn a_french_spreadsheet_becomes_bays() {
    let stage = Stage::set().await;
    let admin = stage.admin("Gare").await;
    let site = admin.makes_site("Gare du Nord").await;
    let level = json!({ "site_id": site, "name": "-1" });
    admin.makes("/api/v6/levels", level).await;
    let file = "\u{feff}Parking;Numéro;Libellé;Étage;Type;Latitude;Longitude;Réservable;Couleur\r\n\
        Gare du Nord;A-001;\"Près de\nl'entrée, à gauche\";-1;PMR;46,2044;6,1432;oui;bleu\r\n\
        gare-du-nord;A-002;'=1+1;;;;;non;\r\n";
    let path = "/api/v6/imports?kind=spaces&file_name=plan.csv";
    let uploaded = admin.posts_file(path, file.as_bytes()).await;
    assert_eq!(uploaded.status, StatusCode::CREATED, "{}", uploaded.text);
    let import = uploaded.json();
    assert_eq!(
        uploaded.headers["location"],
        format!("/api/v6/imports/{}", import["id"].as_str().unwrap())
    );
    assert_eq!(
        (&import["status"], &import["rows"]["total"]),
        (&json!("uploaded"), &json!(2))
    );
    let columns = import["columns"].as_array().unwrap().iter();
    let found: Vec<_> = columns
        .filter(|column| column["index"].is_number())
        .map(|column| column["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        found,
        [
            "site",
            "code",
            "name",
            "level",
            "kind",
            "latitude",
            "longitude",
            "is_reservable"
        ]
    );

    let id = crate::tests::id_of(&import);
    let checked = admin.moves(id, "check", json!(null)).await;
    assert_eq!(
        (&checked["status"], &checked["rows"]["ready"]),
        (&json!("checked"), &json!(2))
    );
    assert_eq!(
        admin.total("/api/v6/spaces").await,
        0,
        "a dry run makes nothing"
    );
    let started = admin.moves(id, "start", json!({})).await;
    assert_eq!(started["status"], "running");
    stage.works().await;

    let done = admin.import(id).await;
    assert_eq!(
        (&done["status"], &done["rows"]["created"]),
        (&json!("done"), &json!(2))
    );
    let spaces = admin.get("/api/v6/spaces").await.json();
    let (first, second) = (&spaces["spaces"][0], &spaces["spaces"][1]);
    assert_eq!(
        [
            &first["code"],
            &first["level"],
            &first["kind"],
            &first["latitude"],
            &first["is_reservable"]
        ],
        [
            &json!("A-001"),
            &json!("-1"),
            &json!("disabled"),
            &json!(46.2044),
            &json!(true)
        ]
    );
    assert_eq!(first["name"], "Près de l'entrée, à gauche");
    assert_eq!(
        (&second["name"], &second["is_reservable"]),
        (&json!("=1+1"), &json!(false))
    );
    let rows = admin
        .get(&format!("/api/v6/imports/{id}/rows"))
        .await
        .json();
    assert_eq!(rows["rows"][0]["target_id"], first["id"]);
    assert_eq!(rows["rows"][1]["cells"][2], "=1+1");

    // What was done is written down in the name of who wanted it.
    let actions: Vec<(String, String)> = sqlx::query_as(
        "select action, coalesce(actor_name, '') from audit_log where tenant_id = $1
           and (action like 'import.%' or action like 'spaces.%') order by seq",
    )
    .bind(admin.tenant.0)
    .fetch_all(&mut stage.superuser().await)
    .await
    .unwrap();
    let expected = [
        "import.created",
        "import.checked",
        "import.started",
        "spaces.created",
        "import.finished",
    ];
    assert_eq!(
        actions,
        expected.map(|action| (action.to_owned(), "Ada Lovelace".to_owned()))
    );
}

#[tokio::test]
#[expect(
    clippy::too_many_lines,
    reason = "one file from the first row to the last"
)]
async fn every_row_gets_its_verdict() {
    let stage = Stage::set().await;
    let admin = stage.admin("Quay").await;
    let site = admin.makes_site("Quay").await;
    for name in ["Twin", "Twin"] {
        admin.makes_site(name).await;
    }
    admin
        .makes("/api/v6/zones", json!({ "site_id": site, "name": "North" }))
        .await;
    let there = json!({ "site_id": site, "code": "A-1", "kind": "family", "is_reservable": false });
    admin.makes("/api/v6/spaces", there).await;
    let file = "site,code,zone,level,kind\n\
        Quay,A-1,,,family\n\
        quay,a-1,,,general\n\
        Quay,A-2,north,,\n\
        Quay,A-3,South,P1,\n\
        Quay,A-2,,,\n\
        Nowhere,A-5,,,\n\
        Twin,A-6,,,\n\
        Quay,,,,spaceship\n\
        ,A-8,,,\n\
        Quay,A-9,,,,,,x\n";
    let id = admin.has_checked("kind=spaces", file).await;
    assert_eq!(
        admin.verdicts(id).await,
        [
            row(2, "same", ""),
            row(3, "refused", "repeated"),
            row(4, "ready", ""),
            row(5, "refused", "no_such_level no_such_zone"),
            row(6, "refused", "repeated"),
            row(7, "refused", "no_such_site"),
            row(8, "refused", "several_sites"),
            row(9, "refused", "required unreadable"),
            row(10, "refused", "required"),
            row(11, "refused", "cells_moved"),
        ]
    );
    let only = format!("/api/v6/imports/{id}/rows?verdict=refused");
    assert_eq!(admin.total(&only).await, 8);
    refused(
        &admin.get(&format!("{only}x")).await,
        422,
        "validation_failed",
    );
    let export = admin
        .get(&format!("/api/v6/imports/{id}/rows/export?verdict=refused"))
        .await;
    assert_eq!(export.text.lines().count(), 9);
    assert!(
        export
            .text
            .contains("Nowhere,A-5,,,,7,refused,site: there is no site of this name or slug")
    );

    // With a site for the rows that name none, and without the column of zones.
    let mapping = json!({ "columns": { "site": 0, "code": 1, "level": 3 }, "site_id": site });
    let path = format!("/api/v6/imports/{id}/mapping");
    let mapped = admin.put(&path, mapping).await;
    assert_eq!(mapped.json()["status"], "uploaded", "{}", mapped.text);
    let checked = admin.moves(id, "check", json!(null)).await;
    assert_eq!(
        (&checked["rows"]["ready"], &checked["site_name"]),
        (&json!(2), &json!("Quay"))
    );

    // Bad rows are in the way, unless they are to be skipped.
    let start = format!("/api/v6/imports/{id}/start");
    refused(&admin.post(&start, json!({})).await, 409, "rows_refused");
    admin
        .moves(id, "start", json!({ "skip_refused": true }))
        .await;
    refused(
        &admin.put(&path, json!({ "columns": { "code": 1 } })).await,
        409,
        "conflict",
    );
    stage.works().await;
    let done = admin.import(id).await;
    assert_eq!(
        (&done["status"], &done["rows"]["created"]),
        (&json!("done"), &json!(2))
    );
    assert_eq!(admin.total("/api/v6/spaces").await, 3);
    refused(&admin.post(&start, json!({})).await, 409, "conflict");
}

#[tokio::test]
async fn a_mapping_must_make_sense() {
    let stage = Stage::set().await;
    let admin = stage.admin("Quay").await;
    let site = admin.makes_site("Quay").await;
    // One column only, and nobody knows its name.
    let query = format!("kind=spaces&site_id={site}");
    let id = admin.uploads_import(&query, "Was\nA-1\nA-2\n").await;
    let path = format!("/api/v6/imports/{id}");
    let check = format!("{path}/check");
    refused(
        &admin.post(&check, json!(null)).await,
        422,
        "validation_failed",
    );
    let mapping = format!("{path}/mapping");
    for columns in [
        json!({ "code": 1 }),
        json!({ "colour": 0 }),
        json!({ "code": -1 }),
    ] {
        let answer = admin.put(&mapping, json!({ "columns": columns })).await;
        refused(&answer, 422, "validation_failed");
    }
    let elsewhere = json!({ "columns": { "code": 0 }, "site_id": parking_domain::ids::fresh() });
    refused(
        &admin.put(&mapping, elsewhere).await,
        422,
        "validation_failed",
    );
    let body = json!({ "columns": { "code": 0 }, "site_id": site });
    let stale = [("if-match", "\"v99\"".to_owned())];
    let late = admin
        .sends(Method::PUT, &mapping, &stale, Some(body.clone()))
        .await;
    refused(&late, 412, "precondition_failed");
    assert_eq!(admin.put(&mapping, body).await.status, StatusCode::OK);
    let checked = admin.moves(id, "check", json!(null)).await;
    assert_eq!(checked["rows"]["ready"], 2);
}

#[tokio::test]
async fn the_limit_of_the_tenant_is_met_in_the_middle_of_a_file() {
    let stage = Stage::set().await;
    let limits = LimitOverrides {
        spaces: Some(5),
        ..LimitOverrides::default()
    };
    let tenant = stage.tenant_with("Small", limits).await;
    let admin = stage.person(tenant, Role::Admin);
    let site = admin.makes_site("Small").await;
    let id = admin
        .has_checked("kind=spaces", &many_bays("small", 8))
        .await;
    let import = admin.import(id).await;
    assert_eq!(
        (&import["rows"]["ready"], &import["rows"]["refused"]),
        (&json!(5), &json!(3))
    );
    admin
        .moves(id, "start", json!({ "skip_refused": true }))
        .await;
    // Two of the five places go to somebody else before the job begins.
    for code in ["X-1", "X-2"] {
        admin.makes_space(site, code).await;
    }
    stage.works().await;
    let done = admin.import(id).await;
    assert_eq!(
        [
            &done["status"],
            &done["rows"]["created"],
            &done["rows"]["refused"]
        ],
        [&json!("done"), &json!(3), &json!(5)]
    );
    let rows = admin
        .get(&format!("/api/v6/imports/{id}/rows?verdict=refused"))
        .await
        .json();
    let told: Vec<&Value> = rows["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| &row["messages"][0])
        .collect();
    assert_eq!(
        told[0]["message"],
        "the limit of 5 bays is reached; 2 are in use"
    );
    assert_eq!(
        told[2]["message"],
        "the limit of 5 bays is reached; 0 are in use"
    );
    assert!(
        told.iter()
            .all(|message| message["code"] == "limit_reached")
    );
}

#[tokio::test]
async fn what_was_imported_is_taken_back_unless_somebody_touched_it() {
    let stage = Stage::set().await;
    let admin = stage.admin("Quay").await;
    admin.makes_site("Quay").await;
    let id = admin
        .has_checked("kind=spaces", &many_bays("Quay", 5))
        .await;
    let undo = format!("/api/v6/imports/{id}/undo");
    refused(&admin.post(&undo, json!(null)).await, 409, "conflict");
    admin.moves(id, "start", json!({})).await;
    stage.works().await;
    let spaces = admin.get("/api/v6/spaces").await.json();
    let bay = |n: usize| spaces["spaces"][n]["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v6/spaces/{}", bay(1));
    assert_eq!(
        admin.patch(&path, json!({ "name": "Mine" })).await.status,
        StatusCode::OK
    );
    let device = admin.makes_sensor(1).await;
    let assign = json!({ "space_id": bay(3) });
    let assigned = admin
        .post(&format!("/api/v6/devices/{device}/assign"), assign)
        .await;
    assert_eq!(assigned.status, StatusCode::OK, "{}", assigned.text);

    assert_eq!(
        admin.moves(id, "undo", json!(null)).await["status"],
        "undoing"
    );
    stage.works().await;
    let undone = admin.import(id).await;
    assert_eq!(
        [
            &undone["status"],
            &undone["rows"]["removed"],
            &undone["rows"]["created"]
        ],
        [&json!("undone"), &json!(3), &json!(2)]
    );
    assert_eq!(admin.total("/api/v6/spaces").await, 2);
    assert_eq!(admin.verdicts(id).await[1], row(3, "created", "touched"));
    refused(&admin.post(&undo, json!(null)).await, 409, "conflict");
}
