//! Sites, levels and zones, over their routes.

use axum::http::{Method, StatusCode};
use chrono::TimeDelta;
use parking_domain::access::Role;
use parking_domain::tenancy::LimitOverrides;
use serde_json::{Value, json};

use crate::tests::{Stage, id_of, refused};

#[tokio::test]
async fn a_site_is_made_read_changed_deleted_and_brought_back() {
    let stage = Stage::set().await;
    let admin = stage.admin("North Quay").await;
    let body = json!({
        "name": "Parkhaus Süd", "timezone": "Europe/Paris", "city": "Lille", "country": "FR",
        "latitude": 50.63, "longitude": 3.06, "opening_hours": "Mo-Fr 07:00-20:00", "metadata": { "owner": "city" },
    });
    let made = admin.makes("/api/v6/sites", body).await;
    assert_eq!(made["slug"], "parkhaus-sud");
    let path = format!("/api/v6/sites/{}", id_of(&made));

    let change = json!({ "city": null, "name": "Parkhaus Nord" });
    let changed = admin.patch(&path, change).await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.text);
    let site = admin.get(&path).await;
    let read = site.json();
    assert_eq!(
        (&read["name"], &read["city"]),
        (&json!("Parkhaus Nord"), &json!(null))
    );
    assert_eq!(
        (&read["country"], &read["latitude"]),
        (&json!("FR"), &json!(50.63))
    );
    assert_eq!(read["stats"]["spaces"], 0);
    // A Friday noon in UTC.
    let opening = json!({ "state": "open", "changes_at": "2027-01-15T19:00:00Z" });
    assert_eq!(read["opening"], opening);
    assert_eq!(read["debounce_seconds"], 0);
    let held_back = admin.patch(&path, json!({ "debounce_seconds": 12 })).await;
    assert_eq!(held_back.json()["debounce_seconds"], 12);
    for seconds in [-1, 31] {
        let answer = admin
            .patch(&path, json!({ "debounce_seconds": seconds }))
            .await;
        assert_eq!(answer.json()["errors"][0]["field"], "debounce_seconds");
    }
    admin.patch(&path, json!({ "opening_hours": null })).await;
    assert!(admin.get(&path).await.json().get("opening").is_none());

    let stale = [("if-match", "\"v1\"".to_owned())];
    let late = admin
        .sends(Method::PATCH, &path, &stale, Some(json!({ "name": "X" })))
        .await;
    refused(&late, 412, "precondition_failed");

    assert_eq!(admin.delete(&path).await.status, StatusCode::NO_CONTENT);
    assert_eq!(admin.get("/api/v6/sites").await.json()["total"], 0);
    let gone = admin.get("/api/v6/sites?deleted=true").await.json();
    assert_eq!(gone["sites"][0]["id"], made["id"]);
    let restored = admin.post(&format!("{path}/restore"), json!({})).await;
    assert_eq!(restored.status, StatusCode::OK);
    assert_eq!(admin.get("/api/v6/sites").await.json()["total"], 1);
}

#[tokio::test]
async fn sites_of_one_name_get_slugs_of_their_own() {
    let stage = Stage::set().await;
    let admin = stage.admin("Twins").await;
    let mut slugs = Vec::new();
    for _ in 0..3 {
        let body = json!({ "name": "Main Street", "timezone": "UTC" });
        slugs.push(admin.makes("/api/v6/sites", body).await["slug"].clone());
    }
    assert_eq!(slugs, ["main-street", "main-street-2", "main-street-3"]);
    let body = json!({ "name": "Other", "slug": "main-street", "timezone": "UTC" });
    refused(&admin.post("/api/v6/sites", body).await, 409, "slug_taken");
    let other = stage.admin("Somebody Else").await;
    let body = json!({ "name": "Main Street", "timezone": "UTC" });
    assert_eq!(
        other.makes("/api/v6/sites", body).await["slug"],
        "main-street"
    );
}

#[tokio::test]
async fn what_cannot_be_is_refused_by_field_and_all_at_once() {
    let stage = Stage::set().await;
    let admin = stage.admin("Picky").await;
    let body = json!({
        "name": "\u{200b}", "timezone": "Mars/Olympus", "country": "XX", "latitude": 91, "longitude": 0,
        "opening_hours": "whenever", "slug": "Not A Slug",
    });
    let answer = admin.post("/api/v6/sites", body).await;
    refused(&answer, 422, "validation_failed");
    let errors = answer.json();
    let fields: Vec<&str> = errors["errors"]
        .as_array()
        .expect("errors")
        .iter()
        .filter_map(|error| error["field"].as_str())
        .collect();
    for field in [
        "name",
        "timezone",
        "country",
        "latitude",
        "opening_hours",
        "slug",
    ] {
        assert!(fields.contains(&field), "{field} of {fields:?}");
    }
    let half = json!({ "name": "Half", "timezone": "UTC", "latitude": 1 });
    refused(
        &admin.post("/api/v6/sites", half).await,
        422,
        "validation_failed",
    );
}

#[tokio::test]
async fn no_tenant_sees_or_touches_sites_of_another_and_the_platform_only_looks() {
    let stage = Stage::set().await;
    let (mine, theirs) = (stage.admin("Mine").await, stage.admin("Theirs").await);
    let site = mine.makes_site("Harbour").await;
    theirs.makes_site("Hill").await;
    let path = format!("/api/v6/sites/{site}");
    for answer in [
        theirs.get(&path).await,
        theirs.get(&format!("{path}/occupancy")).await,
        theirs.patch(&path, json!({ "name": "Stolen" })).await,
        theirs
            .post("/api/v6/levels", json!({ "site_id": site, "name": "P1" }))
            .await,
        theirs
            .post("/api/v6/zones", json!({ "site_id": site, "name": "A" }))
            .await,
    ] {
        refused(&answer, 404, "not_found");
    }
    assert_eq!(mine.get("/api/v6/sites").await.json()["total"], 1);

    let platform = stage.platform();
    let all = platform
        .get("/api/v6/sites?include_stats=true")
        .await
        .json();
    assert_eq!(
        (&all["total"], &all["is_cross_tenant"]),
        (&json!(2), &json!(true))
    );
    let names: Vec<_> = all["sites"]
        .as_array()
        .expect("sites")
        .iter()
        .map(|site| site["tenant_name"].clone())
        .collect();
    assert_eq!(names, ["Mine", "Theirs"]);
    assert_eq!(platform.get(&path).await.status, StatusCode::OK);
    refused(
        &platform.patch(&path, json!({ "name": "X" })).await,
        403,
        "select_tenant",
    );
    let body = json!({ "name": "X", "timezone": "UTC" });
    refused(
        &platform.post("/api/v6/sites", body).await,
        403,
        "select_tenant",
    );
}

#[tokio::test]
async fn the_limit_of_sites_holds_and_says_what_it_is() {
    let stage = Stage::set().await;
    let limits = LimitOverrides {
        sites: Some(1),
        ..LimitOverrides::default()
    };
    let tenant = stage.tenant_with("Small", limits).await;
    let admin = stage.person(tenant, Role::Admin);
    admin.makes_site("Only").await;
    let body = json!({ "name": "One more", "timezone": "UTC" });
    let answer = admin.post("/api/v6/sites", body).await;
    refused(&answer, 409, "limit_reached");
    assert!(answer.text.contains("limit of 1 sites"), "{}", answer.text);
}

#[tokio::test]
async fn levels_and_zones_have_names_of_their_own_in_each_site() {
    let stage = Stage::set().await;
    let admin = stage.admin("Tower").await;
    let (one, two) = (admin.makes_site("One").await, admin.makes_site("Two").await);
    for (kind, extra) in [("levels", json!({ "ordinal": -1 })), ("zones", json!({}))] {
        let path = format!("/api/v6/{kind}");
        let mut body = json!({ "site_id": one, "name": "Blue" });
        body.as_object_mut()
            .expect("an object")
            .extend(extra.as_object().cloned().unwrap_or_default());
        let made = admin.makes(&path, body.clone()).await;
        body["name"] = json!("BLUE");
        refused(&admin.post(&path, body.clone()).await, 409, "name_taken");
        body["site_id"] = json!(two);
        admin.makes(&path, body).await;
        let of_one = admin.get(&format!("{path}?site_id={one}")).await.json();
        assert_eq!(of_one["total"], 1);
        assert_eq!(admin.get(&path).await.json()["total"], 2);
        let own = format!("{path}/{}", id_of(&made));
        let renamed = admin.patch(&own, json!({ "name": "Green" })).await;
        assert_eq!(renamed.json()["name"], "Green", "{}", renamed.text);
        assert_eq!(admin.delete(&own).await.status, StatusCode::NO_CONTENT);
        refused(&admin.delete(&own).await, 404, "not_found");
        assert_eq!(admin.get(&path).await.json()["total"], 1);
        let other = stage.admin(kind).await;
        assert_eq!(other.get(&path).await.json()["total"], 0);
    }
}

const DRAWING: &str = r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 100" onload="alert(1)">
<script>alert(2)</script><rect x="10" y="10" width="20" height="40" fill="gray"/></svg>"#;

#[tokio::test]
async fn a_plan_is_known_by_its_content_and_keeps_nothing_that_acts() {
    let stage = Stage::set().await;
    let admin = stage.admin("Drawn").await;
    let other = stage.admin("Other").await;
    let site = admin.makes_site("Drawn").await;
    let body = json!({ "site_id": site, "name": "P1" });
    let level = id_of(&admin.makes("/api/v6/levels", body).await);
    let path = format!("/api/v6/levels/{level}/plan");
    refused(&admin.get(&path).await, 404, "not_found");
    refused(
        &admin.uploads(&path, b"GIF89a....").await,
        422,
        "validation_failed",
    );
    refused(
        &other.uploads(&path, DRAWING.as_bytes()).await,
        404,
        "not_found",
    );

    let drawn = admin.uploads(&path, DRAWING.as_bytes()).await;
    assert_eq!(
        drawn.json()["media_type"],
        "image/svg+xml",
        "{}",
        drawn.text
    );
    let shown = admin.get(&path).await;
    assert_eq!(shown.headers["content-type"], "image/svg+xml");
    assert!(shown.text.contains("<rect"), "{}", shown.text);
    for acting in ["script", "onload", "alert"] {
        assert!(!shown.text.contains(acting), "{}", shown.text);
    }
    let seen = [("if-none-match", shown.etag())];
    let again = admin.sends(Method::GET, &path, &seen, None).await;
    assert_eq!(again.status, StatusCode::NOT_MODIFIED);
    let levels = admin.get("/api/v6/levels").await.json();
    assert_eq!(levels["levels"][0]["has_plan"], true);
    refused(&other.get(&path).await, 404, "not_found");

    let huge = vec![b'x'; 10 * 1024 * 1024 + 1];
    refused(&admin.uploads(&path, &huge).await, 413, "payload_too_large");
    assert_eq!(admin.delete(&path).await.status, StatusCode::NO_CONTENT);
    refused(&admin.delete(&path).await, 404, "not_found");
}

#[tokio::test]
async fn an_emergency_lasts_until_somebody_takes_it_back() {
    let stage = Stage::set().await;
    let admin = stage.admin("North").await;
    let site = admin.makes_site("Quay").await;
    let operator = stage.person(admin.tenant, Role::Operator);
    let path = format!("/api/v6/sites/{site}/emergency");
    let thrown = operator
        .put(&path, json!({ "kind": "all_red", "reason": "fire" }))
        .await;
    assert_eq!(thrown.status, StatusCode::OK, "{}", thrown.text);
    let since = thrown.json()["emergency"]["since"].clone();
    stage.clock().advance(TimeDelta::hours(30));
    let turned = operator
        .put(&path, json!({ "kind": "all_off", "reason": "smoke" }))
        .await;
    assert_eq!(turned.json()["emergency"]["since"], since);
    let seen = admin.get(&format!("/api/v6/sites/{site}")).await.json();
    assert_eq!(
        (&seen["emergency"]["kind"], &seen["emergency"]["by"]),
        (&json!("all_off"), &json!("Ada Lovelace"))
    );
    let other = stage.admin("South").await;
    refused(
        &other
            .put(&path, json!({ "kind": "all_red", "reason": "x" }))
            .await,
        404,
        "not_found",
    );
    refused(&other.delete(&path).await, 404, "not_found");
    for _ in 0..2 {
        let taken_back = operator.delete(&path).await;
        assert_eq!(taken_back.json()["emergency"], Value::Null);
    }
    let mut all = stage.superuser().await;
    let written: Vec<String> = sqlx::query_scalar(
        "select action from audit_log where tenant_id = $1 and action like 'site.emergency%' order by seq",
    )
    .bind(admin.tenant.0)
    .fetch_all(&mut all)
    .await
    .expect("a log");
    let [start, end] = ["site.emergency_started", "site.emergency_ended"];
    assert_eq!(written, [start, start, end]);
}
