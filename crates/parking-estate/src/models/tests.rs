//! Models through the routes.

use axum::http::{Method, StatusCode};
use parking_domain::access::Role;
use serde_json::json;

use crate::tests::{Stage, id_of, refused};

#[tokio::test]
async fn the_catalogue_is_there_from_the_start_and_says_what_each_model_can_do() {
    let stage = Stage::set().await;
    let tenant = stage.tenant("North").await;
    let viewer = stage.person(tenant, Role::Viewer);
    let all = viewer
        .get("/api/v6/device-models?page_size=100")
        .await
        .json();
    assert_eq!(all["total"], 22, "{all}");
    let lamps = viewer
        .get("/api/v6/device-models?device_type=display&q=plenom")
        .await
        .json();
    assert_eq!(lamps["total"], 1);
    let lamp = &lamps["models"][0];
    assert_eq!(
        (&lamp["id"], &lamp["is_own"], &lamp["is_display"]),
        (
            &json!("plenom-busylight-omega"),
            &json!(false),
            &json!(true)
        )
    );
    let one = viewer.get("/api/v6/device-models/bosch-tps110").await;
    assert_eq!(one.json()["heartbeat_seconds"], 86_400);
    refused(
        &viewer.get("/api/v6/device-models/nothing").await,
        404,
        "not_found",
    );
    refused(
        &viewer.get("/api/v6/device-models/%00").await,
        404,
        "not_found",
    );
    refused(
        &viewer.post("/api/v6/device-models", json!({})).await,
        403,
        "forbidden",
    );
}

#[tokio::test]
async fn a_model_of_ones_own_shares_the_abilities_of_the_one_it_is_based_on() {
    let stage = Stage::set().await;
    let admin = stage.admin("North").await;
    let body = json!({
        "based_on": "plenom-busylight-omega", "vendor": "House", "name": "Big lamp", "heartbeat_seconds": 60,
        "lamp_codes": { "free": "00ff00" },
    });
    let made = admin.makes("/api/v6/device-models", body.clone()).await;
    assert_eq!(
        (&made["slug"], &made["is_own"], &made["is_display"]),
        (&json!("house-big-lamp"), &json!(true), &json!(true))
    );
    assert_eq!(made["lamp_codes"]["free"], "00FF00");
    assert!(made["lamp_codes"]["occupied"].is_string(), "{made}");
    refused(
        &admin.post("/api/v6/device-models", body).await,
        409,
        "slug_taken",
    );
    let path = format!("/api/v6/device-models/{}", id_of(&made));
    let changed = admin
        .patch(
            &path,
            json!({ "name": "Bigger lamp", "heartbeat_seconds": null }),
        )
        .await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.text);
    assert_eq!(changed.json()["heartbeat_seconds"], 1_800);
    let stale = [("if-match", "\"v1\"".to_owned())];
    let late = admin.sends(Method::DELETE, &path, &stale, None).await;
    refused(&late, 412, "precondition_failed");

    let other = stage.admin("South").await;
    refused(&other.get(&path).await, 404, "not_found");
    refused(&other.delete(&path).await, 404, "not_found");
    assert_eq!(
        stage
            .platform()
            .get("/api/v6/device-models?is_own=true")
            .await
            .json()["models"][0]["tenant_name"],
        "North"
    );

    assert_eq!(admin.delete(&path).await.status, StatusCode::NO_CONTENT);
    refused(&admin.get(&path).await, 404, "not_found");
}

#[tokio::test]
async fn what_a_model_cannot_be_is_said_field_by_field() {
    let stage = Stage::set().await;
    let admin = stage.admin("North").await;
    let body = json!({
        "based_on": "nothing", "vendor": " ", "name": "x".repeat(101), "heartbeat_seconds": 1,
        "lamp_codes": { "free": "0" }, "slug": "Not one",
    });
    let answer = admin.post("/api/v6/device-models", body).await;
    refused(&answer, 422, "validation_failed");
    for field in [
        "based_on",
        "vendor",
        "name",
        "heartbeat_seconds",
        "lamp_codes.free",
        "slug",
    ] {
        assert!(
            answer.text.contains(&format!("\"{field}\"")),
            "{field}: {}",
            answer.text
        );
    }
}
