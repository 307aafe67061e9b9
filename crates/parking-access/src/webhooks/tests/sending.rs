//! What arrives, at whom, in which order and how it is signed.

use super::receiver::Manner;
use super::*;

#[tokio::test]
async fn an_event_arrives_once_signed_and_in_its_envelope() {
    let scene = Scene::set().await;
    let receiver = Receiver::open(Manner::Answers(200, "thanks")).await;
    let hook = scene.webhook(&receiver, &["site.*"]).await;
    scene.happen(&["North"]).await;
    scene.work().await;
    scene.work().await;

    let got = receiver.got();
    assert_eq!(got.len(), 1);
    let got = &got[0];
    assert!(got.is_signed_with(&hook.secret));
    assert!(!got.is_signed_with("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));
    assert_eq!(got.timestamp, scene.stage.now().timestamp().to_string());
    assert_eq!(got.headers["content-type"], "application/json");
    assert_eq!(
        got.json(),
        json!({
            "type": "site.created", "timestamp": scene.stage.now(), "tenant_id": scene.tenant,
            "data": { "subject_type": "site", "subject_id": "North", "name": "North" },
        })
    );
    let sent = scene.deliveries(&hook, "").await;
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0]["status"], "delivered");
    assert_eq!(sent[0]["message_id"], got.id.as_str());
    let path = format!("{ALL}/deliveries/{}", sent[0]["id"].as_str().unwrap());
    let whole = scene.api.get(&scene.owner, &path).await.json();
    assert_eq!(whole["body"], got.body.as_str());
    assert_eq!(whole["attempts"][0]["response"], "thanks");
    assert_eq!(whole["attempts"][0]["response_status"], 200);
    assert_eq!(scene.seen(&hook).await["status"], "healthy");
}

#[tokio::test]
async fn a_webhook_gets_what_it_wants_of_its_own_tenant_since_it_exists() {
    let scene = Scene::set().await;
    let other = scene.stage.tenant("Other").await;
    let receiver = Receiver::open(Manner::Answers(204, "")).await;
    scene.happen(&["before"]).await;
    scene.later(TimeDelta::seconds(1));
    let hook = scene.webhook(&receiver, &["site.created"]).await;
    let bored = scene
        .webhook(&receiver, &["device.*", "site.deleted"])
        .await;
    scene.happen_in(other, &["theirs"]).await;
    scene.happen(&["ours"]).await;
    scene.work().await;
    assert_eq!(receiver.subjects(), ["ours"]);
    assert!(scene.deliveries(&bored, "").await.is_empty());

    let disable = format!("{}/disable", hook.path);
    scene.api.post(&scene.owner, &disable, json!({})).await;
    scene.happen(&["unheard"]).await;
    scene.work().await;
    let enable = format!("{}/enable", hook.path);
    scene.api.post(&scene.owner, &enable, json!({})).await;
    scene.work().await;
    assert_eq!(receiver.subjects(), ["ours"]);
}

#[tokio::test]
async fn events_of_one_webhook_arrive_in_their_order_with_two_servers_at_work() {
    let scene = Scene::set().await;
    let mut receivers = Vec::new();
    for _ in 0..3 {
        let receiver = Receiver::open(Manner::Answers(200, "")).await;
        scene.webhook(&receiver, &["*"]).await;
        receivers.push(receiver);
    }
    let names: Vec<String> = (0..40).map(|number| number.to_string()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let other = scene.replica();
    for some in names.chunks(10) {
        scene.happen(some).await;
        let ours = async {
            scene.work().await;
        };
        let theirs = async {
            while fan_out(&other).await.unwrap() {}
            send_all(&other).await;
        };
        tokio::join!(ours, theirs);
    }
    // One may have let go of a webhook just when the other looked for one.
    scene.work().await;
    for receiver in receivers {
        assert_eq!(receiver.subjects(), names, "each once, in order");
    }
}

#[tokio::test]
async fn a_rotated_secret_signs_beside_the_new_one_until_the_overlap_ends() {
    let scene = Scene::set().await;
    let receiver = Receiver::open(Manner::Answers(200, "")).await;
    let hook = scene.webhook(&receiver, &["*"]).await;
    let rotate = format!("{}/rotate", hook.path);
    let rotated = scene
        .api
        .post(&scene.owner, &rotate, json!({"overlap_hours": 2}))
        .await;
    assert_eq!(rotated.status.as_u16(), 200, "{}", rotated.text);
    let rotated = rotated.json();
    let second = rotated["secret"].as_str().unwrap();
    let until = scene.stage.now() + TimeDelta::hours(2);
    assert_eq!(rotated["previous_secret_until"], json!(until));
    scene.happen(&["during"]).await;
    scene.work().await;
    let during = &receiver.got()[0];
    assert!(during.is_signed_with(second) && during.is_signed_with(&hook.secret));

    scene.later(TimeDelta::hours(2));
    scene.happen(&["after"]).await;
    scene.work().await;
    let after = &receiver.got()[1];
    assert!(after.is_signed_with(second) && !after.is_signed_with(&hook.secret));

    // Twice within the overlap: the first of three is good no longer, and at once without overlap.
    let hours = |hours: u32| json!({ "overlap_hours": hours });
    let third = scene.api.post(&scene.owner, &rotate, hours(2)).await.json();
    let fourth = scene.api.post(&scene.owner, &rotate, hours(2)).await.json();
    scene.happen(&["twice"]).await;
    scene.work().await;
    let twice = &receiver.got()[2];
    assert!(twice.is_signed_with(fourth["secret"].as_str().unwrap()));
    assert!(twice.is_signed_with(third["secret"].as_str().unwrap()));
    assert!(!twice.is_signed_with(second));
    let fifth = scene.api.post(&scene.owner, &rotate, hours(0)).await.json();
    scene.happen(&["at once"]).await;
    scene.work().await;
    let at_once = &receiver.got()[3];
    assert!(at_once.is_signed_with(fifth["secret"].as_str().unwrap()));
    assert!(!at_once.is_signed_with(fourth["secret"].as_str().unwrap()));
    let too_long = scene.api.post(&scene.owner, &rotate, hours(169)).await;
    assert_eq!(too_long.json()["errors"][0]["field"], "overlap_hours");
}

#[tokio::test]
async fn a_tenant_with_many_webhooks_leaves_room_for_others() {
    let scene = Scene::set().await;
    let receiver = Receiver::open(Manner::Answers(200, "")).await;
    for _ in 0..6 {
        scene.webhook(&receiver, &["*"]).await;
    }
    let other = scene.stage.tenant("Other").await;
    let stranger = scene.stage.member(other, Role::Owner).await;
    scene.webhook_of(&stranger, &receiver, &["*"]).await;
    scene.happen(&["ours"]).await;
    scene.happen_in(other, &["theirs"]).await;
    scene.read().await;
    let first = super::super::sending::take(&scene.state, 2).await.unwrap();
    let tenants: Vec<TenantId> = first.iter().map(|hand| hand.tenant).collect();
    assert!(tenants.contains(&scene.tenant) && tenants.contains(&other));
    let more = super::super::sending::take(&scene.state, 16).await.unwrap();
    assert_eq!(more.len(), 3, "four of one tenant are in hand at most");
    assert!(
        super::super::sending::take(&scene.replica(), 16)
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn a_message_that_would_be_too_large_goes_without_its_facts() {
    let scene = Scene::set().await;
    let receiver = Receiver::open(Manner::Answers(200, "")).await;
    scene.webhook(&receiver, &["*"]).await;
    let mut tx = scene.stage.db.tenant(scene.tenant).await.unwrap();
    let event = EventDraft {
        kind: "site.created",
        subject_type: "site",
        subject_id: "1",
        payload: &json!({ "name": "x".repeat(70_000) }),
    };
    events::append(tx.conn(), scene.tenant, scene.stage.now(), event)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    scene.work().await;
    let got = receiver.got()[0].json();
    assert_eq!(
        got["data"],
        json!({ "subject_type": "site", "subject_id": "1" })
    );
}
