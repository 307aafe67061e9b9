//! What goes wrong: files that are none, workers that die or meet, strangers, and time.

use std::time::{Duration, Instant};

use axum::http::{Method, StatusCode};
use chrono::TimeDelta;
use futures_util::future::join_all;
use parking_domain::access::Role;
use parking_domain::ids::fresh;
use serde_json::json;
use tokio::task::JoinSet;

use super::super::work_on;
use super::{many_bays, row};
use crate::tests::{Stage, refused};

#[tokio::test]
async fn what_is_no_table_is_refused_as_a_whole() {
    let stage = Stage::set().await;
    let admin = stage.admin("Quay").await;
    let path = "/api/v6/imports?kind=spaces";
    let large = vec![b'x'; 50 * 1024 * 1024];
    refused(
        &admin.posts_file(path, &large).await,
        413,
        "payload_too_large",
    );
    for file in [
        &b""[..],
        b"code\n",
        b"code\nA-1\0\n",
        b"PK\x03\x04\0\0",
        b"code,name\nA-1,\"never closed\nA-2,x\n",
    ] {
        refused(
            &admin.posts_file(path, file).await,
            422,
            "validation_failed",
        );
    }
    let too_many = "x\n".repeat(10_002);
    refused(
        &admin.posts_file(path, too_many.as_bytes()).await,
        422,
        "validation_failed",
    );
    let form = [("content-type", "multipart/form-data; boundary=x".to_owned())];
    let sent = admin.sends(Method::POST, path, &form, None).await;
    refused(&sent, 415, "unsupported_media_type");
    for query in ["kind=cars", "", "kind=spaces&file_name=%00"] {
        let path = format!("/api/v6/imports?{query}");
        let answer = admin.posts_file(&path, b"code\nA-1\n").await;
        assert!(answer.status.is_client_error(), "{query}: {}", answer.text);
    }
    assert_eq!(admin.total("/api/v6/imports").await, 0);
}

#[tokio::test]
async fn a_template_is_there_for_each_kind_and_fits() {
    let stage = Stage::set().await;
    let admin = stage.admin("Quay").await;
    for (kind, required) in [("spaces", "code"), ("devices", "dev_eui")] {
        let template = admin
            .get(&format!("/api/v6/imports/template?kind={kind}"))
            .await;
        assert_eq!(template.headers["content-type"], "text/csv; charset=utf-8");
        assert!(template.text.contains(required), "{}", template.text);
        let filled = format!("{}{}", template.text, ",x".repeat(3));
        let id = admin.uploads_import(&format!("kind={kind}"), &filled).await;
        let columns = admin.import(id).await["columns"].clone();
        let mut columns = columns.as_array().unwrap().iter().enumerate();
        assert!(columns.all(|(at, column)| column["index"] == json!(at)));
    }
}

#[tokio::test]
async fn a_worker_that_dies_between_portions_makes_nothing_twice() {
    let stage = Stage::set().await;
    let admin = stage.admin("Quay").await;
    admin.makes_site("Quay").await;
    let id = admin
        .has_checked("kind=spaces", &many_bays("Quay", 1_500))
        .await;
    admin.moves(id, "start", json!({})).await;
    let dying = stage.import_worker();
    let mut death = JoinSet::new();
    death.spawn(async move { dying.work_one().await });
    let began = Instant::now();
    loop {
        let created = admin.import(id).await["rows"]["created"].as_i64().unwrap();
        assert!(began.elapsed() < Duration::from_mins(1), "nothing went on");
        if created > 0 {
            assert!(created < 1_500, "it was done before it died");
            break;
        }
    }
    death.abort_all();
    let end = death.join_next().await.unwrap();
    assert!(end.is_err(), "it finished before it died");
    // Nobody takes the job before its lease is over.
    stage.works().await;
    assert_eq!(admin.import(id).await["status"], "running");
    stage.clock().advance(TimeDelta::minutes(3));
    stage.works().await;
    let done = admin.import(id).await;
    assert_eq!(
        (&done["status"], &done["rows"]["created"]),
        (&json!("done"), &json!(1_500))
    );
    assert_eq!(admin.total("/api/v6/spaces").await, 1_500);
}

#[tokio::test]
async fn two_workers_at_one_import_take_turns() {
    let stage = Stage::set().await;
    let admin = stage.admin("Quay").await;
    admin.makes_site("Quay").await;
    let id = admin
        .has_checked("kind=spaces", &many_bays("Quay", 1_000))
        .await;
    admin.moves(id, "start", json!({})).await;
    let mut workers = JoinSet::new();
    for _ in 0..2 {
        let (estate, tenant) = (stage.estate.clone(), admin.tenant);
        workers.spawn(async move { work_on(&estate, tenant, id).await });
    }
    while let Some(ended) = workers.join_next().await {
        ended.unwrap().unwrap();
    }
    let done = admin.import(id).await;
    assert_eq!(
        (&done["status"], &done["rows"]["created"]),
        (&json!("done"), &json!(1_000))
    );
    assert_eq!(admin.total("/api/v6/spaces").await, 1_000);
    // The job that is still in the queue finds nothing to do.
    stage.works().await;
    assert_eq!(admin.total("/api/v6/spaces").await, 1_000);
}

#[tokio::test]
async fn a_cancelled_import_stops_and_tells_what_it_made() {
    let stage = Stage::set().await;
    let admin = stage.admin("Quay").await;
    admin.makes_site("Quay").await;
    let id = admin
        .has_checked("kind=spaces", &many_bays("Quay", 10))
        .await;
    admin.moves(id, "start", json!({})).await;
    let cancelled = admin.moves(id, "cancel", json!(null)).await;
    assert_eq!(
        (&cancelled["status"], &cancelled["has_rows"]),
        (&json!("cancelled"), &json!(false))
    );
    stage.works().await;
    assert_eq!(admin.total("/api/v6/spaces").await, 0);
    let path = format!("/api/v6/imports/{id}/start");
    refused(&admin.post(&path, json!({})).await, 409, "conflict");
}

#[tokio::test]
async fn ten_thousand_rows_are_imported_whole() {
    let stage = Stage::set().await;
    let admin = stage.admin("Quay").await;
    admin.makes_site("Quay").await;
    let clock = Instant::now();
    let id = admin
        .uploads_import("kind=spaces", &many_bays("Quay", 10_000))
        .await;
    let uploaded = clock.elapsed();
    admin.moves(id, "check", json!(null)).await;
    let checked = clock.elapsed();
    admin.moves(id, "start", json!({})).await;
    stage.works().await;
    let done = admin.import(id).await;
    assert_eq!(
        (&done["status"], &done["rows"]["created"]),
        (&json!("done"), &json!(10_000))
    );
    assert_eq!(admin.total("/api/v6/spaces").await, 10_000);
    eprintln!(
        "uploaded {uploaded:?}, checked by {checked:?}, imported by {:?}",
        clock.elapsed()
    );
}

#[tokio::test]
async fn imports_are_the_admins_and_another_tenants_are_not_there() {
    let stage = Stage::set().await;
    let (admin, other) = (stage.admin("Quay").await, stage.admin("Other").await);
    admin.makes_site("Quay").await;
    let id = admin
        .has_checked("kind=spaces", &many_bays("Quay", 2))
        .await;
    let path = format!("/api/v6/imports/{id}");
    for (method, path, body) in [
        (Method::GET, path.clone(), None),
        (Method::GET, format!("{path}/rows"), None),
        (Method::GET, format!("{path}/rows/export"), None),
        (
            Method::PUT,
            format!("{path}/mapping"),
            Some(json!({ "columns": { "code": 0 } })),
        ),
        (Method::POST, format!("{path}/check"), None),
        (Method::POST, format!("{path}/start"), Some(json!({}))),
        (Method::POST, format!("{path}/cancel"), None),
        (Method::POST, format!("{path}/undo"), None),
    ] {
        let foreign = other.sends(method.clone(), &path, &[], body.clone()).await;
        refused(&foreign, 404, "not_found");
        let nobodys = path.replace(&id.to_string(), &fresh().to_string());
        let absent = other
            .sends(method.clone(), &nobodys, &[], body.clone())
            .await;
        assert_eq!(foreign.without_request(), absent.without_request());
        for role in [Role::Viewer, Role::Operator] {
            let person = stage.person(admin.tenant, role);
            refused(
                &person.sends(method.clone(), &path, &[], body.clone()).await,
                403,
                "forbidden",
            );
        }
    }
    assert_eq!(other.total("/api/v6/imports").await, 0);
    let foreign_site = other.makes_site("Theirs").await;
    let with_theirs = format!("/api/v6/imports?kind=spaces&site_id={foreign_site}");
    refused(
        &admin.posts_file(&with_theirs, b"code\nA\n").await,
        422,
        "validation_failed",
    );
    // Who runs the installation looks, and does not touch.
    let platform = stage.platform();
    assert_eq!(platform.total("/api/v6/imports").await, 1);
    assert_eq!(platform.total(&format!("{path}/rows")).await, 2);
    refused(
        &platform.post(&format!("{path}/check"), json!(null)).await,
        403,
        "select_tenant",
    );
}

#[tokio::test]
async fn what_stands_still_is_given_up_and_can_be_started_again() {
    let stage = Stage::set().await;
    let admin = stage.admin("Quay").await;
    admin.makes_site("Quay").await;
    let id = admin
        .has_checked("kind=spaces", &many_bays("Quay", 3))
        .await;
    admin.moves(id, "start", json!({})).await;
    sqlx::query("delete from jobs where kind = 'run_import'")
        .execute(&mut stage.superuser().await)
        .await
        .unwrap();
    stage.clock().advance(TimeDelta::minutes(16));
    let due = parking_db::queue::run_due_schedules;
    due(
        &stage.estate.db,
        &super::super::schedules(),
        stage.clock().now(),
    )
    .await
    .unwrap();
    stage.works().await;
    let failed = admin.import(id).await;
    assert_eq!(
        (&failed["status"], &failed["trouble"]),
        (&json!("failed"), &json!("nothing went on for 15 minutes"))
    );
    admin.moves(id, "start", json!({})).await;
    stage.works().await;
    let done = admin.import(id).await;
    assert_eq!(
        [&done["status"], &done["rows"]["created"], &done["trouble"]],
        [&json!("done"), &json!(3), &json!(null)]
    );
}

#[tokio::test]
async fn nobody_works_for_a_tenant_that_was_suspended_and_the_rest_can_be_started_afterwards() {
    let stage = Stage::set().await;
    let admin = stage.admin("Quay").await;
    admin.makes_site("Quay").await;
    let id = admin
        .has_checked("kind=spaces", &many_bays("Quay", 3))
        .await;
    admin.moves(id, "start", json!({})).await;
    let status = async |status: &str| {
        sqlx::query("update tenants set status = $2 where id = $1")
            .bind(admin.tenant.0)
            .bind(status)
            .execute(&mut stage.superuser().await)
            .await
            .unwrap();
    };
    status("suspended").await;
    stage.works().await;
    let stopped = admin.import(id).await;
    assert_eq!(
        [
            &stopped["status"],
            &stopped["trouble"],
            &stopped["rows"]["created"]
        ],
        [
            &json!("failed"),
            &json!("the organisation was suspended"),
            &json!(0)
        ]
    );
    assert_eq!(admin.total("/api/v6/spaces").await, 0);
    status("active").await;
    admin.moves(id, "start", json!({})).await;
    stage.works().await;
    assert_eq!(admin.import(id).await["status"], "done");
    // So it is with what is being taken back.
    admin.moves(id, "undo", json!(null)).await;
    status("suspended").await;
    stage.works().await;
    assert_eq!(admin.total("/api/v6/spaces").await, 3);
    status("active").await;
    admin.moves(id, "undo", json!(null)).await;
    stage.works().await;
    assert_eq!(admin.import(id).await["status"], "undone");
}

#[tokio::test]
async fn rows_are_forgotten_after_a_month_and_their_counts_stay() {
    let stage = Stage::set().await;
    let admin = stage.admin("Quay").await;
    admin.makes_site("Quay").await;
    let done = admin
        .has_checked("kind=spaces", &many_bays("Quay", 3))
        .await;
    admin.moves(done, "start", json!({})).await;
    stage.works().await;
    let begun = admin
        .uploads_import("kind=spaces", &many_bays("Quay", 3))
        .await;
    stage.clock().advance(TimeDelta::days(20));
    // Somebody does something now and then, or the clock is not believed.
    admin.makes_site("Another").await;
    let recent = admin
        .uploads_import("kind=spaces", &many_bays("Quay", 3))
        .await;
    stage.clock().advance(TimeDelta::days(11));
    let due = parking_db::queue::run_due_schedules;
    due(
        &stage.estate.db,
        &super::super::schedules(),
        stage.clock().now(),
    )
    .await
    .unwrap();
    stage.works().await;
    let kept = admin.import(done).await;
    assert_eq!(
        (&kept["has_rows"], &kept["rows"]["created"]),
        (&json!(false), &json!(3))
    );
    assert_eq!(
        admin.total(&format!("/api/v6/imports/{done}/rows")).await,
        0
    );
    let undo = format!("/api/v6/imports/{done}/undo");
    refused(&admin.post(&undo, json!(null)).await, 409, "conflict");
    let gone = admin.get(&format!("/api/v6/imports/{begun}")).await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
    assert_eq!(admin.import(recent).await["has_rows"], true);
}

#[tokio::test]
async fn only_so_many_imports_are_open_at_a_time() {
    let stage = Stage::set().await;
    let admin = stage.admin("Quay").await;
    let path = "/api/v6/imports?kind=spaces";
    let mut last = fresh();
    for _ in 0..super::super::OPEN_MAX {
        last = admin.uploads_import("kind=spaces", "code\nA\n").await;
    }
    refused(
        &admin.posts_file(path, b"code\nA\n").await,
        409,
        "limit_reached",
    );
    admin.moves(last, "cancel", json!(null)).await;
    admin.uploads_import("kind=spaces", "code\nA\n").await;
}

#[tokio::test]
async fn a_file_whose_lines_end_as_old_macs_end_them_is_a_file_like_others() {
    let stage = Stage::set().await;
    let admin = stage.admin("Quay").await;
    admin.makes_site("Quay").await;
    let file = "site;code\rQuay;A-1\r\rQuay;A-2\r";
    let id = admin.has_checked("kind=spaces", file).await;
    let expected = [row(2, "ready", ""), row(4, "ready", "")];
    assert_eq!(admin.verdicts(id).await, expected);
}

#[tokio::test]
async fn checks_at_the_same_time_do_not_wait_for_each_others_connections() {
    let stage = Stage::set().await;
    let admin = stage.admin("Quay").await;
    let file = "dev_eui\n0004A30B001FED4F\n";
    let mut ids = Vec::new();
    for _ in 0..super::super::OPEN_MAX {
        ids.push(admin.uploads_import("kind=devices", file).await);
    }
    let check = async |id| {
        let path = format!("/api/v6/imports/{id}/check");
        admin.post(&path, json!(null)).await.status
    };
    for status in join_all(ids.into_iter().map(check)).await {
        assert_eq!(status, StatusCode::OK);
    }
}

#[tokio::test]
async fn uploads_at_the_same_time_are_no_more_than_may_be_open() {
    let stage = Stage::set().await;
    let admin = stage.admin("Quay").await;
    let upload = async |_| {
        let path = "/api/v6/imports?kind=spaces";
        admin.posts_file(path, b"code\nA-1\n").await.status
    };
    let statuses = join_all((0..30).map(upload)).await;
    let made = statuses.iter().filter(|s| **s == StatusCode::CREATED);
    assert_eq!(made.count(), 20);
    let refused = statuses.iter().filter(|s| **s == StatusCode::CONFLICT);
    assert_eq!(refused.count(), 10);
}

#[tokio::test]
async fn a_header_that_is_a_formula_is_written_as_text() {
    let stage = Stage::set().await;
    let admin = stage.admin("Quay").await;
    let file = "code,=HYPERLINK(A1),@x\nA-1,=1+1,y\n";
    let id = admin.uploads_import("kind=spaces", file).await;
    let path = format!("/api/v6/imports/{id}/rows/export");
    let text = admin.get(&path).await.text;
    let lines: Vec<_> = text.lines().collect();
    assert!(
        lines[0].starts_with("\u{feff}code,'=HYPERLINK(A1),'@x,"),
        "{}",
        lines[0]
    );
    assert!(lines[1].starts_with("A-1,'=1+1,y,"), "{}", lines[1]);
}

#[tokio::test]
async fn of_imports_that_are_over_only_the_newest_keep_their_rows() {
    let stage = Stage::set().await;
    let admin = stage.admin("Quay").await;
    admin.makes_site("Quay").await;
    let mut ids = Vec::new();
    for number in 0..=super::super::KEPT_MAX {
        let file = format!("code,site\nA-{number},Quay\n");
        let id = admin.has_checked("kind=spaces", &file).await;
        admin.moves(id, "start", json!({})).await;
        stage.works().await;
        stage.clock().advance(TimeDelta::seconds(1));
        ids.push(id);
    }
    assert_eq!(admin.import(ids[0]).await["has_rows"], true);
    admin.uploads_import("kind=spaces", "code\nB-1\n").await;
    let first = admin.import(ids[0]).await;
    assert_eq!(
        (&first["has_rows"], &first["rows"]["created"]),
        (&json!(false), &json!(1))
    );
    assert_eq!(admin.import(ids[1]).await["has_rows"], true);
}
