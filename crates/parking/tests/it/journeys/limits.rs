//! What a tier allows, and how it is announced before it is refused.

use serde_json::json;

use super::{accept_by_mail, items};
use crate::harness::actors::log_in;
use crate::harness::server::PASSWORD;
use crate::harness::{Stage, side_by_side};

#[tokio::test]
async fn the_sixth_person_of_a_basic_tenant_is_refused_and_the_owner_was_warned() {
    let stage = Stage::set().await;
    let owner = stage.customer_of_tier("Small Lot", "basic").await;
    // Five are asked in at the same moment and there is room for four: an open invitation counts.
    let emails: Vec<_> = (2..=6).map(|n| format!("person{n}@small.test")).collect();
    let invited = side_by_side(emails.iter().map(|email| owner.invites(email, "viewer"))).await;
    let (asked, refused): (Vec<_>, Vec<_>) = emails
        .iter()
        .zip(&invited)
        .partition(|(_, answer)| answer.status == 201);
    assert_eq!(refused.len(), 1, "{invited:?}");
    let (left_out, refusal) = refused[0];
    refusal.refused(409, "limit_reached");
    for (email, _) in asked {
        accept_by_mail(&stage.server, email, "Small Lot").await;
    }
    owner
        .invites(left_out, "viewer")
        .await
        .refused(409, "limit_reached");

    let limits = owner.api.get("/api/v6/me/limits").await.expect(200);
    let users = items(&limits, "resources")
        .iter()
        .find(|one| one["resource"] == "users")
        .expect("users are limited");
    assert_eq!((&users["used"], &users["max"]), (&json!(5), &json!(5)));
    assert_eq!(users["near_limit"], true);
    // A minute passes for the schedules.
    sqlx::raw_sql("update schedules set next_run_at = next_run_at - interval '1 minute'")
        .execute(&mut stage.server.superuser().await)
        .await
        .unwrap();
    stage.server.mailbox.wait_for(&owner.email, "limit").await;

    let bigger = json!({ "tier": "professional" });
    let path = format!("/api/v6/tenants/{}", owner.tenant_id());
    stage.platform.api.patch(&path, &bigger).await.expect(200);
    owner.invites(left_out, "viewer").await.expect(201);
    accept_by_mail(&stage.server, left_out, "Small Lot").await;
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

    // What was heard is read like anything else; only those who hand it in are not counted.
    let heard = owner.api.get("/api/v6/uplinks").await;
    heard.refused(429, "rate_limited");

    stage.platform.looks_at_me().await.expect(200);
    for path in ["/health/live", "/health/ready"] {
        owner.api.get(path).await.expect(200);
    }
    let metrics = owner.api.get("/metrics").await.text();
    for series in [
        "api_requests_total{",
        "rate_limit_rejections_total{",
        "db_connection_pool_size{state=\"active\"}",
        "db_query_duration_seconds_count{operation=\"worker\"}",
    ] {
        assert!(metrics.contains(series), "{series} in {metrics}");
    }
}

#[tokio::test]
async fn what_a_tenant_may_do_in_all_can_be_capped_for_everybody() {
    let stage = Stage::set_with(&[
        ("RATE_LIMIT_ENABLED", "true"),
        ("RATE_LIMIT_PER_TENANT", "10"),
    ])
    .await;
    let owner = stage.customer("Capped").await;
    let key = owner.makes_key("viewer", &["sites:read"]).await;
    while owner.looks_at_me().await.status == 200 {}
    let colleague = stage.server.anonymous().with("x-api-key", &key.secret);
    colleague
        .get("/api/v6/me")
        .await
        .refused(429, "rate_limited");
}

#[tokio::test]
async fn made_up_keys_are_refused_before_they_cost_anything_and_known_ones_are_not() {
    let stage = Stage::set_with(&[
        ("RATE_LIMIT_ENABLED", "true"),
        ("RATE_LIMIT_ANONYMOUS_PER_MINUTE", "100000"),
    ])
    .await;
    let owner = stage.customer("Guessed Keys").await;
    let key = owner.makes_key("viewer", &["sites:read"]).await;
    let anonymous = stage.server.anonymous();
    let mut refused = 0;
    for n in 0..150 {
        let guess = anonymous.with("x-api-key", &format!("pk_{n:016}_{n:043}"));
        let answer = guess.get("/api/v6/me").await;
        assert!([401, 429].contains(&answer.status), "{}", answer.status);
        refused += u32::from(answer.status == 429);
        anonymous
            .with("x-api-key", &key.secret)
            .get("/api/v6/me")
            .await
            .expect(200);
    }
    assert!(refused > 0, "150 wrong keys in a row and nobody minds");
    owner.looks_at_me().await.expect(200);
}

#[tokio::test]
async fn whoever_guesses_at_an_account_shuts_out_their_own_address_and_not_its_owner() {
    let stage = Stage::set_with(&[("RATE_LIMIT_ATTEMPTS", "true")]).await;
    let owner = stage.customer("Guessed Passwords").await;
    let guesser = stage.server.anonymous().coming_from("192.0.2.66");
    for _ in 0..10 {
        log_in(&guesser, &owner.email, "a wrong password 12")
            .await
            .refused(401, "invalid_credentials");
    }
    for _ in 0..20 {
        log_in(&guesser, &owner.email, PASSWORD)
            .await
            .refused(429, "rate_limited");
    }
    let elsewhere = stage.server.anonymous().coming_from("192.0.2.67");
    log_in(&elsewhere, &owner.email, PASSWORD).await.expect(200);
    // Many addresses together have a bound too; all at once, because it grows back with time.
    let guesses = (0..100).map(async |n| {
        let address = format!("198.51.100.{n}");
        let other = stage.server.anonymous().coming_from(&address);
        log_in(&other, &owner.email, "a wrong password 12")
            .await
            .status
    });
    let answers = side_by_side(guesses).await;
    assert!(
        answers.contains(&429),
        "a hundred addresses guess as they like: {answers:?}"
    );
}
