//! Somebody without an account comes to a bay that was reserved for them.

use chrono::TimeDelta;
use parking_domain::clock::Clock;
use reqwest::Method;
use serde_json::json;

use crate::harness::Stage;
use crate::harness::actors::{fresh_address, text};
use crate::harness::http::send;

#[tokio::test]
async fn a_guest_comes_by_the_link_alone_and_asks_no_faster_than_strangers_may() {
    let limits = [
        ("RATE_LIMIT_ENABLED", "true"),
        ("RATE_LIMIT_ANONYMOUS_PER_MINUTE", "10"),
    ];
    let stage = Stage::set_with(&limits).await;
    let owner = stage.customer("Harbour").await;
    let site = json!({ "name": "Quay", "timezone": "Europe/Paris" });
    let site = owner.api.post("/api/v6/sites", &site).await.expect(201);
    let bay = json!({ "site_id": site["id"], "code": "A-1" });
    let bay = owner.api.post("/api/v6/spaces", &bay).await.expect(201);
    let start = Clock::system().now() - TimeDelta::minutes(1);
    let wish = json!({
        "space_id": bay["id"], "start_time": start, "end_time": start + TimeDelta::hours(1),
        "holder": { "name": "Ada Lovelace" },
    });
    let made = owner.api.post("/api/v6/reservations", &wish).await;
    let id = text(&made.expect(201), "id").to_owned();
    let path = format!("/api/v6/reservations/{id}/ticket");
    let link = owner.api.get(&path).await.expect(200);
    let (_, token) = text(&link, "url").split_once("/ticket#").expect("a link");

    let stranger = stage.server.anonymous().coming_from(&fresh_address());
    let guest = stranger.with("x-ticket", token);
    let seen = guest.get("/api/v6/ticket").await;
    assert_eq!(seen.header("cache-control"), "no-store");
    assert_eq!(seen.expect(200)["space_code"], "A-1");
    let come = guest.request(Method::PUT, "/api/v6/ticket/check-in");
    let come = send(come).await.expect(200);
    assert!(come["checked_in_at"].is_string(), "{come}");
    let kept = format!("/api/v6/reservations/{id}");
    let kept = owner.api.get(&kept).await.expect(200);
    assert_eq!(kept["checked_in_by"], "person");
    stranger
        .get("/api/v6/ticket")
        .await
        .refused(404, "not_found");

    let mut last = guest.get("/api/v6/ticket").await;
    for _ in 0..20 {
        last = guest.get("/api/v6/ticket").await;
    }
    last.refused(429, "rate_limited");
    let elsewhere = guest.coming_from(&fresh_address());
    elsewhere.get("/api/v6/ticket").await.expect(200);
}
