//! What a tier allows, and how it is announced before it is refused.

use serde_json::json;

use super::{accept, items};
use crate::harness::actors::text;
use crate::harness::server::PASSWORD;
use crate::harness::{Stage, side_by_side};

#[tokio::test]
async fn the_sixth_person_of_a_basic_tenant_is_refused_and_the_owner_was_warned() {
    let stage = Stage::set().await;
    let owner = stage.customer_of_tier("Small Lot", "basic").await;
    let mut tokens = Vec::new();
    for n in 2..=6 {
        let email = format!("person{n}@small.test");
        owner.invites(&email, "viewer").await.expect(201);
        let letter = stage.server.mailbox.wait_for(&email, "Small Lot").await;
        tokens.push(letter.token().expect("the letter holds a link"));
    }
    // Five want in at the same moment and there is room for four.
    let answers = side_by_side(
        tokens
            .iter()
            .map(|token| accept(&stage.server, token, "Somebody", PASSWORD)),
    )
    .await;
    let refused: Vec<_> = answers
        .iter()
        .filter(|answer| answer.status != 200)
        .collect();
    assert_eq!(refused.len(), 1, "{answers:?}");
    refused[0].refused(409, "limit_reached");

    let limits = owner.api.get("/api/v6/me/limits").await.expect(200);
    let users = items(&limits, "resources")
        .iter()
        .find(|one| one["resource"] == "users")
        .expect("users are limited");
    assert_eq!((&users["used"], &users["max"]), (&json!(5), &json!(5)));
    assert_eq!(users["near_limit"], true);
    stage.server.mailbox.wait_for(&owner.email, "limit").await;

    let bigger = json!({ "tier": "professional" });
    let path = format!("/api/v6/tenants/{}", owner.tenant_id());
    stage.platform.api.patch(&path, &bigger).await.expect(200);
    let left_out = tokens
        .iter()
        .zip(&answers)
        .find(|(_, answer)| answer.status != 200)
        .map(|(token, _)| token)
        .expect("one was refused");
    let joined = accept(&stage.server, left_out, "Somebody", PASSWORD)
        .await
        .expect(200);
    assert_eq!(text(&joined["tenant"], "id"), owner.tenant_id());
}

#[tokio::test]
async fn whoever_asks_too_fast_is_told_when_to_come_back_and_nobody_else_pays() {
    let stage = Stage::set_with(&[
        ("RATE_LIMIT_ENABLED", "true"),
        ("RATE_LIMIT_PER_MINUTE", "10"),
        ("RATE_LIMIT_WRITES_PER_MINUTE", "5"),
        ("RATE_LIMIT_ANONYMOUS_PER_MINUTE", "1000"),
    ])
    .await;
    let owner = stage.customer("Hasty").await;
    let mut answers = Vec::new();
    for _ in 0..25 {
        answers.push(owner.looks_at_me().await);
    }
    let first = &answers[0];
    assert_eq!(
        (first.status, first.header("x-ratelimit-limit")),
        (200, "10")
    );
    let last = answers.last().expect("some answers");
    last.refused(429, "rate_limited");
    let wait: u32 = last.header("retry-after").parse().expect("seconds");
    assert!((1..=60).contains(&wait), "{wait}");
    assert_eq!(last.header("x-ratelimit-remaining"), "0");

    stage.platform.looks_at_me().await.expect(200);
    for path in ["/health/live", "/health/ready", "/metrics"] {
        owner.api.get(path).await.expect(200);
    }
}
