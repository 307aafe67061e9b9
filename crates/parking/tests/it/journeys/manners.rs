//! The manners of HTTP that every slice shares: doing a thing once, versions, pages.

use reqwest::Method;
use serde_json::{Value, json};

use super::{each, items};
use crate::harness::actors::{Owner, text};
use crate::harness::http::send;
use crate::harness::{Answer, Stage, eventually, side_by_side};

async fn invite_once(owner: &Owner, key: &str, email: &str) -> Answer {
    let body = json!({ "email": email, "role": "viewer" });
    let request = owner.api.request(Method::POST, "/api/v6/invitations");
    send(request.header("idempotency-key", key).json(&body)).await
}

#[tokio::test]
async fn a_request_that_is_sent_again_is_done_once_and_answered_the_same() {
    let stage = Stage::set().await;
    let (owner, other) = (stage.customer("Once").await, stage.customer("Twice").await);
    let first = invite_once(&owner, "k1", "a@once.test").await;
    let again = invite_once(&owner, "k1", "a@once.test").await;
    first.expect(201);
    assert_eq!((again.status, again.json()), (201, first.json()));
    assert_eq!(again.header("location"), first.header("location"));
    assert_eq!(
        (
            first.header("idempotency-replayed"),
            again.header("idempotency-replayed")
        ),
        ("", "true")
    );
    invite_once(&owner, "k1", "b@once.test")
        .await
        .refused(409, "idempotency_key_reused");
    // The same key in another tenant is another key.
    invite_once(&other, "k1", "c@once.test").await.expect(201);
    let long = "k".repeat(256);
    invite_once(&owner, &long, "d@once.test")
        .await
        .refused(422, "validation_failed");

    let storm = side_by_side((0..12).map(|_| invite_once(&owner, "k2", "e@once.test"))).await;
    for answer in &storm {
        assert_eq!((answer.status, answer.json()), (201, storm[0].json()));
    }
    let all = owner
        .api
        .get("/api/v6/invitations?q=e@once.test")
        .await
        .expect(200);
    assert_eq!(all["total"], 1, "{all}");
}

#[tokio::test]
async fn a_change_on_top_of_an_old_version_is_refused() {
    let stage = Stage::set().await;
    let owner = stage.customer("Versions").await;
    let key = owner.makes_key("viewer", &["tenants:read"]).await;
    let path = format!("/api/v6/api-keys/{}", key.id);
    let seen = owner.api.get(&path).await;
    seen.expect(200);
    let tag = seen.header("etag").to_owned();
    assert!(tag.starts_with('"'), "{:?}", seen.headers);
    let rename = |name: &'static str, tag: String| {
        let request = owner
            .api
            .request(Method::PATCH, &path)
            .header("if-match", tag);
        send(request.json(&json!({ "name": name })))
    };
    let race = side_by_side((0..8).map(|_| rename("mine", tag.clone()))).await;
    let won: Vec<_> = race.iter().filter(|answer| answer.status == 200).collect();
    assert_eq!(won.len(), 1, "{race:?}");
    for lost in race.iter().filter(|answer| answer.status != 200) {
        lost.refused(412, "precondition_failed");
    }
    let next = won[0].header("etag").to_owned();
    assert_ne!(next, tag);
    rename("weak", format!("W/{next}")).await.expect(200);
    rename("any", "*".to_owned()).await.expect(200);
    let stale = owner
        .api
        .request(Method::DELETE, &path)
        .header("if-match", &tag);
    send(stale).await.refused(412, "precondition_failed");
    owner
        .api
        .patch(&path, &json!({ "name": "does not care" }))
        .await
        .expect(200);
}

#[tokio::test]
async fn a_list_is_paged_sorted_and_searched_without_gaps_or_doubles() {
    let stage = Stage::set().await;
    let owner = stage.customer("Pages").await;
    for n in 0..25 {
        owner
            .invites(&format!("guest{n:02}@pages.test"), "viewer")
            .await
            .expect(201);
    }
    let path = "/api/v6/invitations";
    let mut seen = Vec::new();
    for page in 1..=4 {
        let list = owner
            .api
            .get(&format!("{path}?page={page}&page_size=10&sort=email"))
            .await
            .expect(200);
        assert_eq!(
            (&list["total"], &list["page"], &list["total_pages"]),
            (&json!(25), &json!(page), &json!(3))
        );
        seen.extend(
            each(items(&list, "invitations"), "email")
                .into_iter()
                .map(str::to_owned),
        );
    }
    let expected: Vec<_> = (0..25).map(|n| format!("guest{n:02}@pages.test")).collect();
    assert_eq!(seen, expected);
    let emails = async |query: &str| -> Vec<Value> {
        let list = owner.api.get(&format!("{path}?{query}")).await.expect(200);
        items(&list, "invitations")
            .iter()
            .map(|one| json!(text(one, "email")))
            .collect()
    };
    assert_eq!(
        emails("limit=2&offset=3&sort=-email").await,
        ["guest21@pages.test", "guest20@pages.test"]
    );
    assert_eq!(emails("q=GUEST07").await, ["guest07@pages.test"]);
    assert!(
        emails("q=guest%25").await.is_empty(),
        "a wildcard is a letter"
    );
    for query in [
        "sort=token_hash",
        "page=0",
        "page_size=501",
        "limit=1001",
        "colour=red",
        "page=1&page=2",
        "q=%00",
    ] {
        let refused = owner.api.get(&format!("{path}?{query}")).await;
        let problem = refused.refused(422, "validation_failed");
        assert!(
            problem["errors"][0]["field"].is_string(),
            "{query}: {problem}"
        );
    }
}

#[tokio::test]
async fn every_answer_has_a_name_and_the_headers_that_keep_browsers_safe() {
    let stage = Stage::set().await;
    for path in [
        "/",
        "/api",
        "/api/v6/me",
        "/api/v6/nothing-here",
        "/health/live",
        "/docs/",
        "/openapi.json",
    ] {
        let request = stage.server.anonymous().request(Method::GET, path);
        let answer = send(request.header("x-request-id", "named-by-us")).await;
        assert_eq!(answer.header("x-request-id"), "named-by-us", "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("script-src 'self';"), "{path}: {policy}");
    }
    // Without tiles for the map, pictures come from us alone.
    let index = stage.server.anonymous().get("/api").await;
    let policy = index.header("content-security-policy");
    assert!(policy.contains("img-src 'self' data: blob:;"), "{policy}");
    assert_eq!(index.json()["map_tiles"], serde_json::Value::Null);
    let odd = stage
        .server
        .anonymous()
        .request(Method::GET, "/api")
        .header("x-request-id", "a b\u{e9}");
    let named = send(odd).await;
    assert!(
        named.header("x-request-id").starts_with("req_"),
        "{:?}",
        named.headers
    );
    let wrong = stage.server.anonymous().delete("/api/v6/me").await;
    wrong.refused(405, "method_not_allowed");
    assert!(!wrong.header("allow").is_empty());
}

#[tokio::test]
async fn whoever_tries_ids_out_is_in_the_log_and_does_not_fill_it() {
    let stage = Stage::set().await;
    let (owner, other) = (stage.customer("Here").await, stage.customer("There").await);
    let foreign = other.finds_membership(&other.email).await;
    let foreign = text(&foreign, "id").to_owned();
    let absent = uuid(7);
    for id in [foreign.as_str(), absent.as_str(), "nonsense"] {
        owner
            .api
            .get(&format!("/api/v6/memberships/{id}"))
            .await
            .refused(404, "not_found");
    }
    let refusals = async || {
        let path = "/api/v6/audit-log?action=access.refused&page_size=500";
        let log = owner.api.get(path).await.expect(200);
        items(&log, "entries").to_vec()
    };
    let entries = eventually("the refusals are written down", async || {
        let entries = refusals().await;
        (entries.len() == 3).then_some(entries)
    })
    .await;
    // What can name nothing is not written down as it was typed.
    for (entry, id) in entries.iter().rev().zip([&foreign, &absent, "no id"]) {
        assert_eq!(entry["entity"]["id"], id, "{entry}");
        assert_eq!(
            entry["entity"]["name"], "GET /api/v6/memberships/{id}",
            "{entry}"
        );
    }
    for n in 0..30 {
        let path = format!("/api/v6/invitations/{}", uuid(n));
        owner.api.delete(&path).await.refused(404, "not_found");
    }
    let entries = eventually("the rest of the minute is written down", async || {
        let entries = refusals().await;
        (entries.len() >= 10).then_some(entries)
    })
    .await;
    assert!(entries.len() <= 11, "{}", entries.len());
    let seen = other.reads_actions().await;
    assert!(!seen.contains(&"access.refused".to_owned()), "{seen:?}");
}

fn uuid(number: u32) -> String {
    format!("00000000-0000-7000-8000-{number:012}")
}
