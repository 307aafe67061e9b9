//! Sessions under pressure: fifty refreshes at once, a stolen token, a burst of logins.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::harness::actors::{Member, fresh_address, log_in, text};
use crate::harness::server::PASSWORD;
use crate::harness::{Stage, eventually, side_by_side};

#[tokio::test]
async fn fifty_parallel_refreshes_are_one_family_and_log_nobody_out() {
    let stage = Stage::set().await;
    let owner = stage.customer("Many Tabs").await;
    let answers = side_by_side((0..50).map(|_| owner.refreshes())).await;
    let mut tabs = Vec::new();
    for answer in &answers {
        tabs.push(Member::with_session(&owner.api, &answer.expect(200)));
    }
    let looks = side_by_side(tabs.iter().map(Member::looks_at_me)).await;
    assert!(
        looks.iter().all(|look| look.status == 200),
        "a tab was logged out"
    );
    // Each tab goes on with what it was given, and none of them is a thief.
    let next = side_by_side(tabs.iter().map(Member::refreshes)).await;
    assert!(
        next.iter().all(|answer| answer.status == 200),
        "{:?}",
        next.iter().find(|a| a.status != 200)
    );
    let families: i64 = sqlx::query_scalar(
        "select count(*) from sessions where user_id::text = $1 and ended_at is null",
    )
    .bind(owner.id())
    .fetch_one(&mut stage.server.superuser().await)
    .await
    .unwrap();
    assert_eq!(families, 1);
}

#[tokio::test]
async fn a_used_token_that_comes_back_after_the_grace_ends_the_whole_family() {
    let stage = Stage::set().await;
    let owner = stage.customer("Robbed").await;
    let other_device = Member::signs_in(&stage.server, &owner.email).await;
    let honest = Member::with_session(&owner.api, &owner.refreshes().await.expect(200));
    let honest = Member::with_session(&owner.api, &honest.refreshes().await.expect(200));
    // An hour passes for the tokens that were used.
    sqlx::raw_sql(
        "update refresh_tokens set used_at = used_at - interval '1 hour' where used_at is not null",
    )
    .execute(&mut stage.server.superuser().await)
    .await
    .unwrap();
    owner.refreshes().await.refused(401, "session_ended");
    eventually("the family has ended", async || {
        (honest.looks_at_me().await.status == 401).then_some(())
    })
    .await;
    honest.refreshes().await.refused(401, "session_ended");
    other_device.looks_at_me().await.expect(200);
    other_device.refreshes().await.expect(200);
    stage.server.mailbox.wait_for(&owner.email, "session").await;
}

#[tokio::test]
async fn a_burst_of_logins_delays_nobody_else() {
    const LOGINS: usize = 64;
    let stage = Stage::set().await;
    let owner = stage.customer("Busy Morning").await;
    let mut emails = Vec::new();
    for n in 0..LOGINS {
        let email = format!("early{n}@busy.test");
        stage.enrols(owner.tenant_id(), "viewer", &email).await;
        emails.push(email);
    }
    let burst = side_by_side(emails.iter().map(async |email| {
        let anonymous = stage.server.anonymous().coming_from(&fresh_address());
        log_in(&anonymous, email, PASSWORD).await
    }));
    let polls = async {
        let mut took = Vec::new();
        for _ in 0..150 {
            let begun = Instant::now();
            owner.looks_at_me().await.expect(200);
            took.push(begun.elapsed());
        }
        took.sort();
        took
    };
    let (answers, took) = tokio::join!(burst, polls);
    for answer in &answers {
        if answer.status == 200 {
            assert!(!text(&answer.json(), "access_token").is_empty());
        } else {
            answer.refused(503, "unavailable");
            assert!(!answer.header("retry-after").is_empty());
        }
    }
    let let_in = answers.iter().filter(|answer| answer.status == 200).count();
    assert!(let_in > LOGINS * 3 / 4, "only {let_in} of {LOGINS} got in");
    let slow = took[took.len() * 99 / 100];
    assert!(slow < Duration::from_millis(500), "others waited {slow:?}");
}

#[tokio::test]
async fn guessing_is_slowed_down_whether_the_account_exists_or_not() {
    let stage = Stage::set_with(&[
        ("RATE_LIMIT_ENABLED", "true"),
        ("RATE_LIMIT_ATTEMPTS", "true"),
        ("RATE_LIMIT_ANONYMOUS_PER_MINUTE", "100000"),
    ])
    .await;
    let owner = stage.customer("Guessed").await;
    let mut traces = Vec::new();
    for email in [owner.email.as_str(), "nobody@guessed.test"] {
        let mut codes = Vec::new();
        let anonymous = stage.server.anonymous().coming_from(&fresh_address());
        for _ in 0..14 {
            let answer = log_in(&anonymous, email, "a wrong password 1").await;
            codes.push((answer.status, answer.code()));
        }
        traces.push(codes);
    }
    assert_eq!(traces[0].last(), traces[1].last());
    assert_eq!(traces[0][0], (401, "invalid_credentials".to_owned()));
    assert_eq!(
        traces[0].last().map(|(_, code)| code.as_str()),
        Some("rate_limited")
    );
    owner
        .api
        .post("/api/auth/logout", &json!({}))
        .await
        .expect(204);
}
