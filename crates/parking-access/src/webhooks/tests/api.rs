//! Webhooks as their owners manage them.

use axum::http::Method;
use parking_domain::ids::fresh;

use super::receiver::Manner;
use super::*;

#[tokio::test]
async fn a_webhook_is_made_changed_and_deleted_and_its_secret_is_shown_once() {
    let scene = Scene::set().await;
    let draft = json!({"name": " Gate ", "url": "https://example.org/hook", "event_types": ["space.*", "site.created", "space.*"]});
    let made = scene.api.post(&scene.owner, ALL, draft).await;
    assert_eq!(made.status.as_u16(), 201);
    let path = made.headers["location"].to_str().unwrap().to_owned();
    let made = made.json();
    let secret = made["secret"].as_str().unwrap();
    assert!(secret.starts_with("whsec_") && secret.len() == 50);
    assert_eq!(made["name"], "Gate");
    assert_eq!(made["event_types"], json!(["site.created", "space.*"]));
    assert_eq!(made["status"], "untried");

    let read = scene.api.get(&scene.owner, &path).await;
    assert_eq!(read.etag(), "\"v1\"");
    let change = json!({"name": "Barrier", "event_types": ["*"]});
    let changed = scene.api.patch(&scene.owner, &path, change).await;
    assert_eq!(changed.etag(), "\"v2\"");
    assert_eq!(changed.json()["url"], "https://example.org/hook");
    let stale = [bearer(&scene.owner), ("if-match", "\"v1\"".to_owned())];
    let refused = scene
        .api
        .call(Method::PATCH, &path, &stale, Some(json!({"name": "Late"})))
        .await;
    assert_eq!(refused.code(), "precondition_failed");
    let listed = scene.api.get(&scene.owner, &format!("{ALL}?q=barr")).await;
    assert_eq!(listed.json()["total"], 1);
    for answer in [&read, &changed, &listed] {
        assert!(!answer.text.contains("whsec_"));
    }
    let audited: Vec<String> = sqlx::query_scalar(
        "select coalesce(old::text, '') || coalesce(new::text, '') from audit_log where tenant_id = $1 and entity_type = 'webhook'",
    )
    .bind(scene.tenant.0)
    .fetch_all(&mut scene.stage.test.superuser().await)
    .await
    .unwrap();
    assert_eq!(audited.len(), 2);
    assert!(
        audited
            .iter()
            .all(|text| !text.contains("whsec_") && !text.contains("/hook"))
    );
    assert_eq!(
        scene.api.delete(&scene.owner, &path).await.status.as_u16(),
        204
    );
    assert_eq!(
        scene.api.delete(&scene.owner, &path).await.status.as_u16(),
        404
    );
}

#[tokio::test]
async fn what_cannot_be_a_webhook_is_refused_field_by_field() {
    let scene = Scene::set().await;
    let refused = async |body: Value| {
        let answer = scene.api.post(&scene.owner, ALL, body).await;
        assert_eq!(answer.status.as_u16(), 422, "{}", answer.text);
        let errors = answer.json()["errors"].as_array().unwrap().clone();
        errors
            .iter()
            .map(|error| error["field"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let bad = json!({"name": " ", "url": "ftp://x", "event_types": ["*", "site.exploded"]});
    assert_eq!(refused(bad).await, ["name", "url", "event_types[1]"]);
    let none = json!({"name": "W", "url": "https://x.org", "event_types": []});
    assert_eq!(refused(none).await, ["event_types"]);
    let many = json!({"name": "W", "url": "https://x.org", "event_types": vec!["*"; 101]});
    assert_eq!(refused(many).await, ["event_types"]);
}

#[tokio::test]
async fn a_tenant_has_twenty_webhooks_at_most_however_many_are_made_at_once() {
    let scene = Scene::set().await;
    let draft = json!({"name": "W", "url": "https://example.org/", "event_types": ["*"]});
    let making = (0..24).map(|_| scene.api.post(&scene.owner, ALL, draft.clone()));
    let made = futures_util::future::join_all(making).await;
    let count = |status: u16| {
        made.iter()
            .filter(|one| one.status.as_u16() == status)
            .count()
    };
    assert_eq!((count(201), count(409)), (20, 4));
    let refused = made.iter().find(|one| one.status.as_u16() == 409).unwrap();
    assert_eq!(refused.code(), "limit_reached");
}

#[tokio::test]
async fn webhooks_and_deliveries_of_another_are_as_absent_as_those_that_never_were() {
    let scene = Scene::set().await;
    let receiver = Receiver::open(Manner::Answers(200, "")).await;
    let hook = scene.webhook(&receiver, &["*"]).await;
    scene.happen(&["1"]).await;
    scene.work().await;
    let delivery = scene.deliveries(&hook, "").await[0]["id"].clone();
    let delivery = delivery.as_str().unwrap();
    let other = scene.stage.tenant("Other").await;
    let stranger = scene.stage.member(other, Role::Owner).await;
    let ask = async |method: Method, path: String, body: Option<Value>| {
        scene
            .api
            .call(method, &path, &[bearer(&stranger)], body)
            .await
    };
    let since = Some(json!({ "since": scene.stage.now() }));
    let asked: &[(Method, &str, Option<Value>)] = &[
        (Method::GET, "{hook}", None),
        (Method::PATCH, "{hook}", Some(json!({"name": "Mine"}))),
        (Method::DELETE, "{hook}", None),
        (Method::POST, "{hook}/rotate", Some(json!({}))),
        (Method::POST, "{hook}/enable", None),
        (Method::POST, "{hook}/disable", None),
        (Method::POST, "{hook}/test", None),
        (Method::POST, "{hook}/replay", since),
        (Method::GET, "{hook}/deliveries", None),
        (Method::GET, "deliveries/{delivery}", None),
        (Method::POST, "deliveries/{delivery}/replay", None),
    ];
    for (method, path, body) in asked {
        let path = |hook: &str, delivery: &str| {
            let filled = path.replace("{hook}", hook).replace("{delivery}", delivery);
            format!("{ALL}/{filled}")
        };
        let (id, nobody) = (hook.id.to_string(), fresh().to_string());
        let foreign = ask(method.clone(), path(&id, delivery), body.clone()).await;
        let absent = ask(method.clone(), path(&nobody, &nobody), body.clone()).await;
        assert_eq!(foreign.status.as_u16(), 404, "{method} {}", path("", ""));
        assert_eq!(foreign.without_request(), absent.without_request());
    }
    assert_eq!(receiver.got().len(), 1);
    assert_eq!(scene.api.get(&stranger, ALL).await.json()["total"], 0);
    let admin = scene.stage.member(scene.tenant, Role::Admin).await;
    assert_eq!(scene.api.get(&admin, &hook.path).await.code(), "forbidden");
}

#[tokio::test]
async fn every_type_of_event_is_described_with_an_example_that_would_be_sent() {
    let scene = Scene::set().await;
    let viewer = scene.stage.member(scene.tenant, Role::Viewer).await;
    let listed = scene.api.get(&viewer, &format!("{ALL}/event-types")).await;
    let listed = listed.json();
    let types = listed["event_types"].as_array().unwrap();
    assert!(types.len() > 40);
    for known in types {
        let example = &known["example"];
        assert_eq!(example["type"], known["name"]);
        let data = example["data"].as_object().unwrap();
        let fields = known["fields"].as_array().unwrap();
        for field in fields {
            assert!(!data[field["name"].as_str().unwrap()].is_null(), "{known}");
        }
        // The subject stands beside the facts, and in the place of none.
        assert_eq!(data.len(), fields.len() + 2, "{known}");
    }
}

#[tokio::test]
async fn deliveries_are_found_by_status_type_time_and_text() {
    let scene = Scene::set().await;
    let receiver = Receiver::open(Manner::Dislikes("bad")).await;
    let hook = scene.webhook(&receiver, &["*"]).await;
    scene.happen(&["good", "bad"]).await;
    scene.work().await;
    let found = async |query: &str| scene.deliveries(&hook, query).await.len();
    assert_eq!(found("").await, 2);
    assert_eq!(found("status=pending").await, 1);
    assert_eq!(found("event_type=site.created").await, 2);
    assert_eq!(found("event_type=site.deleted").await, 0);
    assert_eq!(found("q=good").await, 1);
    let now = scene.stage.now();
    let stamp = |at: DateTime<Utc>| at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    let later = stamp(now + TimeDelta::seconds(1));
    assert_eq!(found(&format!("from={later}")).await, 0);
    assert_eq!(found(&format!("to={later}")).await, 2);
    let path = format!("{}/deliveries?status=lost", hook.path);
    let refused = scene.api.get(&scene.owner, &path).await;
    assert_eq!(refused.json()["errors"][0]["field"], "status");
}
