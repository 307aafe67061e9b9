//! Slow, endless and malicious receivers, servers that die, tenants that go, and far too much.

use super::receiver::Manner;
use super::*;

/// What came of the last attempt to send one event to such a receiver.
async fn came_of(scene: &Scene, receiver: &Receiver) -> Value {
    let hook = scene.webhook(receiver, &["*"]).await;
    scene.happen(&["1"]).await;
    scene.work().await;
    scene.deliveries(&hook, "").await[0].clone()
}

#[tokio::test]
async fn a_receiver_that_never_answers_is_not_waited_for() {
    let scene = Scene::set().await;
    let receiver = Receiver::open(Manner::Hangs).await;
    let sent = came_of(&scene, &receiver).await;
    assert_eq!(
        (&sent["status"], &sent["error"]),
        (&json!("pending"), &json!("timeout"))
    );
    assert!(sent["duration_ms"].as_i64().unwrap() >= 500);
}

#[tokio::test]
async fn an_endless_answer_is_not_read_to_its_end() {
    let scene = Scene::set().await;
    let receiver = Receiver::open(Manner::Babbles).await;
    let sent = came_of(&scene, &receiver).await;
    assert_eq!(sent["status"], "delivered");
    let path = format!("{ALL}/deliveries/{}", sent["id"].as_str().unwrap());
    let whole = scene.api.get(&scene.owner, &path).await.json();
    assert_eq!(
        whole["attempts"][0]["response"].as_str().unwrap().len(),
        1_024
    );
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let scene = Scene::set().await;
    let inside = Receiver::open(Manner::Answers(200, "secret")).await;
    let receiver = Receiver::open(Manner::Says(307, "location", inside.url())).await;
    let sent = came_of(&scene, &receiver).await;
    assert_eq!(
        (&sent["error"], &sent["response_status"]),
        (&json!("redirected"), &json!(307))
    );
    assert!(inside.got().is_empty());
}

#[tokio::test]
async fn what_is_no_http_is_a_broken_answer_and_who_is_not_there_is_not_connected() {
    let scene = Scene::set().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let talking = async {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            tokio::io::AsyncWriteExt::write_all(&mut stream, b"220 mail.example ESMTP\r\n")
                .await
                .unwrap();
        }
    };
    let message = super::super::courier::Message {
        id: "msg_1",
        timestamp: 1,
        signatures: "",
        body: "{}",
    };
    let url = format!("http://127.0.0.1:{port}/");
    let answer = tokio::select! {
        answer = scene.state.courier.carry(&url, &message) => answer,
        () = talking => unreachable!(),
    };
    assert_eq!(answer.trouble.unwrap().name(), "broken_answer");
    drop(listener);
    let answer = scene.state.courier.carry(&url, &message).await;
    assert_eq!(answer.trouble.unwrap().name(), "not_connected");
    let unknown = scene
        .state
        .courier
        .carry("http://nobody.invalid/", &message)
        .await;
    assert_eq!(unknown.trouble.unwrap().name(), "name_unknown");
    // There is a server, and it speaks no TLS.
    let receiver = Receiver::open(Manner::Answers(200, "")).await;
    let url = receiver.url().replace("http:", "https:");
    let answer = scene.state.courier.carry(&url, &message).await;
    assert_eq!(answer.trouble.unwrap().name(), "tls_failed");
}

#[tokio::test]
async fn an_installation_that_allows_nothing_private_connects_to_nothing_private() {
    let scene = Scene::set().await;
    let receiver = Receiver::open(Manner::Answers(200, "")).await;
    let hook = scene.webhook(&receiver, &["*"]).await;
    let strict = Webhooks {
        courier: Courier::new(false).unwrap(),
        ..scene.replica()
    };
    scene.happen(&["1"]).await;
    scene.read().await;
    send_all(&strict).await;
    assert_eq!(
        scene.deliveries(&hook, "").await[0]["error"],
        "address_refused"
    );
    assert!(receiver.got().is_empty());
    // A name is as good as what it leads to.
    let message = super::super::courier::Message {
        id: "msg_1",
        timestamp: 1,
        signatures: "",
        body: "{}",
    };
    for url in [
        "https://ip6-localhost/",
        "https://localhost/",
        "http://example.org/",
        "https://[::1]/",
    ] {
        let answer = strict.courier.carry(url, &message).await;
        let trouble = answer.trouble.unwrap().name();
        assert!(
            ["address_refused", "name_unknown"].contains(&trouble),
            "{url}: {trouble}"
        );
    }
    let api = scene.stage.serve(routes(strict));
    for url in [
        receiver.url(),
        "https://10.0.0.1/".into(),
        "https://a:b@example.org/".into(),
    ] {
        let body = json!({"name": "Hook", "url": url, "event_types": ["*"]});
        let refused = api.post(&scene.owner, ALL, body).await;
        assert_eq!(refused.json()["errors"][0]["field"], "url", "{url}");
    }
}

#[tokio::test]
async fn a_server_that_dies_between_sending_and_writing_it_down_sends_under_the_same_name_again() {
    let scene = Scene::set().await;
    let receiver = Receiver::open(Manner::Hangs).await;
    let hook = scene.webhook(&receiver, &["*"]).await;
    scene.happen(&["1", "2"]).await;
    scene.read().await;
    let hands = super::super::sending::take(&scene.state, 16).await.unwrap();
    let stop = CancellationToken::new();
    tokio::select! {
        _ = super::super::sending::turn(&scene.state, &hands[0], &stop) => unreachable!(),
        () = receiver.arrival() => {}
    }
    receiver.behave(Manner::Answers(200, ""));
    send_all(&scene.replica()).await;
    assert_eq!(
        receiver.got().len(),
        1,
        "it is still in the dead one's hand"
    );
    scene.later(TimeDelta::minutes(2));
    send_all(&scene.replica()).await;
    assert_eq!(receiver.subjects(), ["1", "1", "2"]);
    let got = receiver.got();
    assert_eq!(got[0].id, got[1].id);
    assert!(got[1].timestamp > got[0].timestamp && got[1].is_signed_with(&hook.secret));
    let sent = scene.deliveries(&hook, "status=delivered").await;
    assert_eq!(sent.len(), 2);
}

#[tokio::test]
async fn a_hundred_thousand_events_for_a_dead_receiver_leave_ten_thousand_waiting() {
    let scene = Scene::set().await;
    let receiver = Receiver::open(Manner::Answers(500, "")).await;
    let hook = scene.webhook(&receiver, &["*"]).await;
    sqlx::query(
        "insert into events (tenant_id, at, kind, subject_type, subject_id, payload)
         select $1, $2, 'site.created', 'site', n::text, '{}' from generate_series(1, 100000) as n",
    )
    .bind(scene.tenant.0)
    .bind(scene.stage.now())
    .execute(&mut scene.stage.test.superuser().await)
    .await
    .unwrap();
    scene.work().await;
    let seen = scene.seen(&hook).await;
    assert_eq!(
        (&seen["waiting"], &seen["status"]),
        (&json!(10_000), &json!("paused"))
    );
    assert_eq!(receiver.got().len(), 5);
    assert_eq!(receiver.subjects()[0], "90001", "the oldest expired");
    let path = format!("{}/deliveries?status=expired&page_size=1", hook.path);
    let expired = scene.api.get(&scene.owner, &path).await.json();
    assert_eq!(expired["total"], 90_000);
    // All of them again is as much as there is room for.
    let all = format!("{}/replay", hook.path);
    let since = json!({ "since": scene.stage.now() });
    let replayed = scene.api.post(&scene.owner, &all, since).await.json();
    assert_eq!(replayed["deliveries"], 0);
}

#[tokio::test]
async fn what_waits_for_five_days_expires_and_what_is_done_is_forgotten_after_thirty() {
    let scene = Scene::set().await;
    let receiver = Receiver::open(Manner::Answers(200, "")).await;
    let hook = scene.webhook(&receiver, &["*"]).await;
    scene.happen(&["1"]).await;
    scene.work().await;
    receiver.behave(Manner::Hangs);
    scene.happen(&["2"]).await;
    scene.read().await;
    scene.later(TimeDelta::days(5) + TimeDelta::seconds(1));
    scene.clean().await;
    let expired = scene.deliveries(&hook, "status=expired").await;
    assert_eq!(expired.len(), 1);
    scene.work().await;
    assert_eq!(receiver.got().len(), 1);
    scene.later(TimeDelta::days(24));
    // A month without an entry in the audit log is taken for a wrong clock, and nothing is deleted.
    let renamed = json!({ "name": "Still there" });
    scene.api.patch(&scene.owner, &hook.path, renamed).await;
    scene.clean().await;
    assert_eq!(scene.deliveries(&hook, "").await.len(), 2);
    scene.later(TimeDelta::days(1));
    scene.clean().await;
    assert!(scene.deliveries(&hook, "").await.is_empty());
}

#[tokio::test]
async fn a_suspended_tenant_is_sent_nothing_until_it_is_active_again() {
    let scene = Scene::set().await;
    let receiver = Receiver::open(Manner::Answers(200, "")).await;
    scene.webhook(&receiver, &["*"]).await;
    scene.happen(&["1"]).await;
    let become_status = async |status: &str| {
        sqlx::query("update tenants set status = $2 where id = $1")
            .bind(scene.tenant.0)
            .bind(status)
            .execute(&mut scene.stage.test.superuser().await)
            .await
            .unwrap();
    };
    become_status("suspended").await;
    scene.work().await;
    assert!(receiver.got().is_empty());
    become_status("active").await;
    scene.work().await;
    assert_eq!(receiver.subjects(), ["1"]);
}

#[tokio::test]
async fn a_deleted_webhook_sends_nothing_more_and_leaves_nothing() {
    let scene = Scene::set().await;
    let receiver = Receiver::open(Manner::Answers(200, "")).await;
    let hook = scene.webhook(&receiver, &["*"]).await;
    scene.happen(&["1", "2"]).await;
    scene.read().await;
    let pending = scene.deliveries(&hook, "status=pending").await;
    assert_eq!(pending.len(), 2);
    let deleted = scene.api.delete(&scene.owner, &hook.path).await;
    assert_eq!(deleted.status.as_u16(), 204);
    scene.happen(&["3"]).await;
    scene.work().await;
    assert!(receiver.got().is_empty());
    let delivery = format!("{ALL}/deliveries/{}", pending[0]["id"].as_str().unwrap());
    for path in [&hook.path, &format!("{}/deliveries", hook.path), &delivery] {
        assert_eq!(scene.api.get(&scene.owner, path).await.status.as_u16(), 404);
    }
    let secrets: i64 = sqlx::query_scalar("select sum(length(sealed_secret)) from webhooks")
        .fetch_one(&mut scene.stage.test.superuser().await)
        .await
        .unwrap();
    assert_eq!(secrets, 0);
    scene.clean().await;
    let left: i64 = sqlx::query_scalar(
        "select (select count(*) from webhooks) + (select count(*) from webhook_deliveries)",
    )
    .fetch_one(&mut scene.stage.test.superuser().await)
    .await
    .unwrap();
    assert_eq!(left, 0);
}

#[tokio::test]
async fn a_webhook_deleted_or_disabled_while_its_message_is_under_way_stays_so() {
    let scene = Scene::set().await;
    let receiver = Receiver::open(Manner::Hangs).await;
    let (gone, off) = (
        scene.webhook(&receiver, &["*"]).await,
        scene.webhook(&receiver, &["*"]).await,
    );
    scene.happen(&["1", "2"]).await;
    scene.read().await;
    let meanwhile = async {
        receiver.arrival().await;
        receiver.arrival().await;
        scene.api.delete(&scene.owner, &gone.path).await;
        let disable = format!("{}/disable", off.path);
        scene.api.post(&scene.owner, &disable, json!({})).await;
    };
    tokio::join!(send_all(&scene.state), meanwhile);
    assert_eq!(receiver.got().len(), 2, "nothing after it");
    assert_eq!(
        scene
            .api
            .get(&scene.owner, &gone.path)
            .await
            .status
            .as_u16(),
        404
    );
    assert_eq!(scene.seen(&off).await["disabled_reason"], "person");
}

#[tokio::test]
async fn a_secret_that_cannot_be_read_is_said_and_nothing_is_sent_unsigned() {
    let scene = Scene::set().await;
    let receiver = Receiver::open(Manner::Answers(200, "")).await;
    let hook = scene.webhook(&receiver, &["*"]).await;
    let stranger = Webhooks {
        vault: Vault::new(&SecretString::from("another data key of an installation")),
        ..scene.replica()
    };
    scene.happen(&["1"]).await;
    scene.read().await;
    send_all(&stranger).await;
    assert!(receiver.got().is_empty());
    assert_eq!(scene.seen(&hook).await["last_error"], "secret_lost");
}

#[tokio::test]
async fn what_is_repeated_after_a_week_has_its_five_days_again() {
    let scene = Scene::set().await;
    let receiver = Receiver::open(Manner::Answers(410, "")).await;
    let hook = scene.webhook(&receiver, &["*"]).await;
    scene.happen(&["1"]).await;
    scene.work().await;
    scene.later(TimeDelta::days(7));
    let enable = format!("{}/enable", hook.path);
    scene.api.post(&scene.owner, &enable, json!({})).await;
    scene.clean().await;
    let id = scene.deliveries(&hook, "").await[0]["id"].clone();
    let path = format!("{ALL}/deliveries/{}/replay", id.as_str().unwrap());
    receiver.behave(Manner::Answers(500, "a moment, please"));
    let replayed = scene.api.post(&scene.owner, &path, json!({})).await;
    assert_eq!(replayed.json()["status"], "pending", "{}", replayed.text);
    scene.work().await;
    scene.later(TimeDelta::hours(1));
    scene.clean().await;
    receiver.behave(Manner::Answers(200, ""));
    scene.work().await;
    let delivered = scene.deliveries(&hook, "status=delivered").await;
    assert_eq!(delivered.len(), 1);
}

#[tokio::test]
async fn a_clock_that_was_weeks_ahead_for_a_moment_silences_no_webhook() {
    let scene = Scene::set().await;
    let receiver = Receiver::open(Manner::Answers(500, "")).await;
    let hook = scene.webhook(&receiver, &["*"]).await;
    let dying = scene.webhook(&receiver, &["site.*"]).await;
    let leap = TimeDelta::days(15);
    scene.later(leap);
    scene.happen(&["1", "2", "3", "4", "5", "6"]).await;
    scene.work().await;
    assert_eq!(scene.seen(&hook).await["status"], "paused");
    scene.later(TimeDelta::minutes(2));
    // A server that takes what is due, and dies.
    scene.happen(&["7"]).await;
    scene.read().await;
    let taken = super::super::sending::take(&scene.state, 16).await.unwrap();
    assert_eq!(taken.len(), 2);
    scene.later(-leap);
    receiver.behave(Manner::Answers(200, ""));
    scene.later(TimeDelta::minutes(3));
    scene.work().await;
    for one in [&hook, &dying] {
        let seen = scene.seen(one).await;
        assert_eq!(
            (&seen["status"], &seen["waiting"]),
            (&json!("healthy"), &json!(0))
        );
    }
}

#[tokio::test]
async fn who_tries_slow_receivers_keeps_nobody_else_from_trying_theirs() {
    let scene = Scene::set().await;
    let slow = Receiver::open(Manner::Hangs).await;
    let hook = scene.webhook(&slow, &["*"]).await;
    let other = scene.stage.tenant("Other").await;
    let other = scene.stage.member(other, Role::Owner).await;
    let quick = Receiver::open(Manner::Answers(200, "")).await;
    let theirs = scene.webhook_of(&other, &quick, &["*"]).await;
    let test = format!("{}/test", hook.path);
    let many = (0..20).map(|_| scene.api.post(&scene.owner, &test, json!({})));
    let meanwhile = async {
        slow.arrival().await;
        let test = format!("{}/test", theirs.path);
        scene.api.post(&other, &test, json!({})).await
    };
    let (many, one) = tokio::join!(futures_util::future::join_all(many), meanwhile);
    assert_eq!(one.status.as_u16(), 200, "{}", one.text);
    assert!(many.iter().any(|answer| answer.status.as_u16() == 503));
}
