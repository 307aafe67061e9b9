//! Gateways through the routes.

use axum::http::{Method, StatusCode};
use chrono::TimeDelta;
use parking_domain::access::Role;
use parking_domain::tenancy::LimitOverrides;
use serde_json::json;
use uuid::Uuid;

use crate::tests::{Stage, id_of, refused};

const PATH: &str = "/api/v6/gateways";

#[tokio::test]
async fn a_gateway_is_made_read_changed_and_deleted() {
    let stage = Stage::set().await;
    let admin = stage.admin("North").await;
    let site = admin.makes_site("Quay").await;
    let body = json!({
        "eui": "70:b3:d5:ff:fe:00:00:01", "name": "Roof", "site_id": site, "latitude": 50.6, "longitude": 3.1, "altitude": 40,
    });
    let made = admin.makes(PATH, body).await;
    assert_eq!(
        [&made["eui"], &made["status"], &made["site_name"]],
        ["70B3D5FFFE000001", "never_seen", "Quay"]
    );
    let path = format!("{PATH}/{}", id_of(&made));
    let changed = admin
        .put(&path, json!({ "site_id": null, "name": "Mast" }))
        .await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.text);
    let read = admin.get(&path).await.json();
    assert_eq!(
        (&read["name"], &read["site_id"], &read["altitude"]),
        (&json!("Mast"), &json!(null), &json!(40.0))
    );
    let stale = [("if-match", "\"v1\"".to_owned())];
    let late = admin.sends(Method::DELETE, &path, &stale, None).await;
    refused(&late, 412, "precondition_failed");
    assert_eq!(admin.delete(&path).await.status, StatusCode::NO_CONTENT);
    refused(&admin.get(&path).await, 404, "not_found");
    for body in [
        json!({ "eui": "70B3", "name": "X" }),
        json!({ "eui": "70B3D5FFFE000001", "name": " " }),
        json!({ "eui": "70B3D5FFFE000001", "name": "X", "latitude": 1 }),
        json!({ "eui": "70B3D5FFFE000001", "name": "X", "altitude": 1e9 }),
        json!({ "eui": "70B3D5FFFE000001", "name": "X", "heartbeat_seconds": 1 }),
    ] {
        refused(&admin.post(PATH, body).await, 422, "validation_failed");
    }
}

#[tokio::test]
async fn whether_a_gateway_is_online_follows_from_when_it_was_heard() {
    let stage = Stage::set().await;
    let admin = stage.admin("North").await;
    let ages = [None, Some(0), Some(75), Some(76)];
    for (number, age) in ages.into_iter().enumerate() {
        let body =
            json!({ "eui": format!("70B3D5FFFE00000{number}"), "name": format!("g{number}") });
        let id = id_of(&admin.makes(PATH, body).await);
        let seen = age.map(|age| stage.clock().now() - TimeDelta::seconds(age));
        let mut tx = stage.estate.db.tenant(admin.tenant).await.expect("a door");
        sqlx::query("update gateways set last_seen_at = $2 where id = $1")
            .bind(id)
            .bind(seen)
            .execute(tx.conn())
            .await
            .expect("an update");
        tx.commit().await.expect("a commit");
    }
    for (query, wanted) in [
        ("", "g0 never_seen g1 online g2 online g3 offline"),
        ("?status=online", "g1 online g2 online"),
        ("?status=offline", "g3 offline"),
        ("?status=never_seen", "g0 never_seen"),
        ("?include_offline=false", "g1 online g2 online"),
        ("?q=fe-00-00-03", "g3 offline"),
        ("?q=G2", "g2 online"),
        ("?sort=-eui&page_size=1", "g3 offline"),
    ] {
        let list = admin.get(&format!("{PATH}{query}")).await.json();
        let words: Vec<_> = list["gateways"]
            .as_array()
            .expect("gateways")
            .iter()
            .flat_map(|gateway| [gateway["name"].as_str(), gateway["status"].as_str()])
            .flatten()
            .collect();
        assert_eq!(words.join(" "), wanted, "{query}");
    }
    let contradiction = admin
        .get(&format!("{PATH}?status=offline&include_offline=false"))
        .await;
    refused(&contradiction, 422, "validation_failed");
}

#[tokio::test]
async fn a_gateway_is_one_tenants_and_nobody_learns_whose() {
    let stage = Stage::set().await;
    let mine = stage.admin("Mine").await;
    let limits = LimitOverrides {
        gateways: Some(1),
        ..LimitOverrides::default()
    };
    let small = stage.tenant_with("Small", limits).await;
    let theirs = stage.person(small, Role::Admin);
    let body = json!({ "eui": "70B3D5FFFE000001", "name": "Roof" });
    let id = id_of(&mine.makes(PATH, body.clone()).await);
    let own = mine.post(PATH, body.clone()).await;
    let foreign = theirs.post(PATH, body).await;
    refused(&own, 409, "gateway_taken");
    assert_eq!(own.without_request(), foreign.without_request());

    let path = format!("{PATH}/{id}");
    let site = mine.makes_site("Quay").await;
    let there = json!({ "eui": "70B3D5FFFE000002", "name": "X", "site_id": site });
    let nowhere = json!({ "eui": "70B3D5FFFE000002", "name": "X", "site_id": Uuid::nil() });
    for answer in [
        theirs.get(&path).await,
        theirs.patch(&path, json!({ "name": "Stolen" })).await,
        theirs.delete(&path).await,
        theirs.post(PATH, there).await,
        theirs.post(PATH, nowhere).await,
    ] {
        refused(&answer, 404, "not_found");
    }
    theirs
        .makes(PATH, json!({ "eui": "70B3D5FFFE000003", "name": "One" }))
        .await;
    let more = theirs
        .post(PATH, json!({ "eui": "70B3D5FFFE000004", "name": "Two" }))
        .await;
    refused(&more, 409, "limit_reached");

    let platform = stage.platform();
    let all = platform.get(PATH).await.json();
    assert_eq!(
        (&all["total"], &all["is_cross_tenant"]),
        (&json!(2), &json!(true))
    );
    refused(&platform.delete(&path).await, 403, "select_tenant");
    let viewer = stage.person(mine.tenant, Role::Viewer);
    refused(&viewer.delete(&path).await, 403, "forbidden");
}
