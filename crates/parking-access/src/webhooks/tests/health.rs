//! Receivers that fail, and what is done about it.

use super::receiver::Manner;
use super::*;

async fn next_attempt(scene: &Scene, hook: &Hook) -> DateTime<Utc> {
    let waiting = scene.deliveries(hook, "status=pending").await;
    let at = waiting[0]["next_attempt_at"].as_str().unwrap();
    at.parse().unwrap()
}

#[tokio::test]
async fn a_delivery_is_tried_ten_times_over_three_days_and_then_has_failed() {
    let scene = Scene::set().await;
    let receiver = Receiver::open(Manner::Answers(500, "broken")).await;
    let hook = scene.webhook(&receiver, &["*"]).await;
    scene.happen(&["North"]).await;
    scene.work().await;
    let minutes = |minutes: i64| TimeDelta::minutes(minutes);
    let schedule = [
        TimeDelta::seconds(5),
        minutes(5),
        minutes(30),
        minutes(120),
        minutes(300),
        minutes(600),
        minutes(840),
        minutes(1_200),
        minutes(1_440),
    ];
    for (number, after) in schedule.into_iter().enumerate() {
        assert_eq!(receiver.got().len(), number + 1);
        let pause = next_attempt(&scene, &hook).await - scene.stage.now();
        assert!(
            after <= pause && pause <= after + after / 5,
            "{number}: {pause}"
        );
        scene.later(pause - TimeDelta::milliseconds(1));
        scene.work().await;
        assert_eq!(receiver.got().len(), number + 1, "not a moment too soon");
        scene.later(TimeDelta::milliseconds(1));
        scene.work().await;
    }
    let got = receiver.got();
    assert_eq!(got.len(), 10);
    assert!(
        got.iter()
            .all(|one| one.id == got[0].id && one.body == got[0].body)
    );
    let failed = scene.deliveries(&hook, "status=failed").await;
    assert_eq!(failed[0]["attempt_count"], 10);
    assert_eq!(failed[0]["error"], "refused");
    assert_eq!(failed[0]["response_status"], 500);
    scene.later(TimeDelta::days(1));
    scene.work().await;
    assert_eq!(receiver.got().len(), 10);
}

#[tokio::test]
async fn a_receiver_that_was_down_gets_everything_in_order_once_it_is_up() {
    let scene = Scene::set().await;
    let receiver = Receiver::open(Manner::Answers(503, "down")).await;
    let hook = scene.webhook(&receiver, &["*"]).await;
    let names = ["1", "2", "3", "4", "5", "6", "7", "8"];
    scene.happen(&names).await;
    scene.work().await;
    assert_eq!(receiver.got().len(), 5, "the fifth failure pauses");
    let seen = scene.seen(&hook).await;
    assert_eq!(
        (&seen["status"], &seen["waiting"]),
        (&json!("paused"), &json!(8))
    );

    scene.later(TimeDelta::seconds(30));
    scene.work().await;
    assert_eq!(receiver.got().len(), 6, "one probe");
    scene.later(TimeDelta::seconds(59));
    scene.work().await;
    assert_eq!(receiver.got().len(), 6, "the second pause is twice as long");

    receiver.forget();
    receiver.behave(Manner::Answers(200, ""));
    scene.later(TimeDelta::seconds(1));
    scene.happen(&["9"]).await;
    scene.work().await;
    let mut subjects = receiver.subjects();
    let probe = subjects.remove(0);
    let rest: Vec<&str> = names
        .iter()
        .copied()
        .chain(["9"])
        .filter(|name| *name != probe)
        .collect();
    assert_eq!(
        subjects, rest,
        "after the probe, in the order of the events"
    );
    let seen = scene.seen(&hook).await;
    assert_eq!(
        (&seen["status"], &seen["waiting"]),
        (&json!("healthy"), &json!(0))
    );
}

#[tokio::test]
async fn one_message_that_is_not_liked_holds_up_no_other() {
    let scene = Scene::set().await;
    let receiver = Receiver::open(Manner::Dislikes("bad")).await;
    let hook = scene.webhook(&receiver, &["*"]).await;
    scene.happen(&["1", "bad", "2", "3"]).await;
    scene.work().await;
    assert_eq!(receiver.subjects(), ["1", "bad", "2", "3"]);
    assert_eq!(scene.seen(&hook).await["status"], "healthy");
    assert_eq!(scene.deliveries(&hook, "status=pending").await.len(), 1);
}

#[tokio::test]
async fn a_receiver_that_asks_for_time_gets_it() {
    let scene = Scene::set().await;
    let hour = ("retry-after", "3600".to_owned());
    let receiver = Receiver::open(Manner::Says(429, hour.0, hour.1)).await;
    let hook = scene.webhook(&receiver, &["*"]).await;
    scene.happen(&["1"]).await;
    scene.work().await;
    let pause = next_attempt(&scene, &hook).await - scene.stage.now();
    assert_eq!(pause, TimeDelta::hours(1));
}

#[tokio::test]
async fn a_receiver_that_is_gone_is_written_to_no_more_and_the_owners_are_told() {
    let scene = Scene::set().await;
    let receiver = Receiver::open(Manner::Answers(410, "")).await;
    let hook = scene.webhook(&receiver, &["*"]).await;
    scene.happen(&["1", "2"]).await;
    scene.work().await;
    assert_eq!(receiver.got().len(), 1);
    let seen = scene.seen(&hook).await;
    assert_eq!(
        (&seen["status"], &seen["disabled_reason"]),
        (&json!("disabled"), &json!("gone"))
    );
    scene.clean().await;
    let letter = scene.mailbox.wait_for(&scene.owner.email, "disabled").await;
    assert!(
        letter.text().contains("answered that it is gone"),
        "{}",
        letter.text()
    );
    assert!(letter.text().contains("https://parking.example/webhooks"));
    let audited: Vec<String> = sqlx::query_scalar(
        "select action from audit_log where tenant_id = $1 and actor_type = 'system' order by seq",
    )
    .bind(scene.tenant.0)
    .fetch_all(&mut scene.stage.test.superuser().await)
    .await
    .unwrap();
    assert_eq!(audited, ["webhook.disabled"]);

    // Enabled again, it gets what waited.
    receiver.behave(Manner::Answers(200, ""));
    let enable = format!("{}/enable", hook.path);
    scene.api.post(&scene.owner, &enable, json!({})).await;
    scene.work().await;
    assert_eq!(receiver.subjects(), ["1", "1", "2"]);
}

#[tokio::test]
async fn five_days_of_failures_disable_a_webhook_and_less_does_not() {
    let scene = Scene::set().await;
    let receiver = Receiver::open(Manner::Answers(500, "")).await;
    let hook = scene.webhook(&receiver, &["*"]).await;
    for day in 0..6 {
        assert_ne!(
            scene.seen(&hook).await["status"],
            "disabled",
            "on day {day}"
        );
        scene.happen(&[&day.to_string()]).await;
        scene.work().await;
        scene.later(TimeDelta::days(1));
    }
    let seen = scene.seen(&hook).await;
    assert_eq!(seen["disabled_reason"], "failing");
    scene.clean().await;
    let letter = scene.mailbox.wait_for(&scene.owner.email, "disabled").await;
    assert!(letter.text().contains("no message for five days"));
    let enable = format!("{}/enable", hook.path);
    let enabled = scene
        .api
        .post(&scene.owner, &enable, json!({}))
        .await
        .json();
    assert_eq!(
        (&enabled["consecutive_failures"], &enabled["failing_since"]),
        (&json!(0), &Value::Null)
    );
}

#[tokio::test]
async fn a_trial_answers_with_what_came_of_it_and_heals_but_never_hurts() {
    let scene = Scene::set().await;
    let receiver = Receiver::open(Manner::Answers(500, "not yet")).await;
    let hook = scene.webhook(&receiver, &["*"]).await;
    let test = format!("{}/test", hook.path);
    let tried = scene.api.post(&scene.owner, &test, json!({})).await.json();
    assert_eq!(
        (&tried["status"], &tried["error"]),
        (&json!("failed"), &json!("refused"))
    );
    assert_eq!(tried["attempts"][0]["response"], "not yet");
    let got = &receiver.got()[0];
    assert!(got.is_signed_with(&hook.secret));
    assert_eq!(got.json()["type"], "webhook.test");
    assert_eq!(scene.seen(&hook).await["consecutive_failures"], 0);

    scene.happen(&["1", "2", "3", "4", "5", "6"]).await;
    scene.work().await;
    assert_eq!(scene.seen(&hook).await["status"], "paused");
    receiver.behave(Manner::Answers(200, "now"));
    let tried = scene.api.post(&scene.owner, &test, json!({})).await.json();
    assert_eq!(tried["status"], "delivered");
    receiver.forget();
    scene.work().await;
    assert_eq!(receiver.subjects(), ["1", "2", "3", "4", "5", "6"]);
    let sent = scene.deliveries(&hook, "event_type=webhook.test").await;
    assert_eq!(sent.len(), 2);
}

#[tokio::test]
async fn what_failed_is_sent_again_one_or_all_since_a_time() {
    let scene = Scene::set().await;
    let receiver = Receiver::open(Manner::Answers(200, "")).await;
    let hook = scene.webhook(&receiver, &["*"]).await;
    scene.happen(&["1", "2", "3", "4"]).await;
    scene.work().await;
    let ids: Vec<String> = receiver.got().into_iter().map(|got| got.id).collect();
    receiver.forget();

    let replay = |delivery: &Value| {
        format!(
            "{ALL}/deliveries/{}/replay",
            delivery["id"].as_str().unwrap()
        )
    };
    let newest = &scene.deliveries(&hook, "").await[0];
    let queued = scene
        .api
        .post(&scene.owner, &replay(newest), json!({}))
        .await
        .json();
    assert_eq!(
        (&queued["status"], &queued["attempt_count"]),
        (&json!("pending"), &json!(0))
    );
    scene.work().await;
    assert_eq!(receiver.got()[0].id, ids[3], "the name it had before");
    receiver.forget();

    fail(&scene, &["2", "3"]).await;
    let all = format!("{}/replay", hook.path);
    let since = json!({ "since": scene.stage.now() });
    let none = json!({ "since": scene.stage.now() + TimeDelta::seconds(1) });
    assert_eq!(
        scene.api.post(&scene.owner, &all, none).await.json()["deliveries"],
        0
    );
    assert_eq!(
        scene
            .api
            .post(&scene.owner, &all, since.clone())
            .await
            .json()["deliveries"],
        2
    );
    scene.work().await;
    assert_eq!(receiver.subjects(), ["2", "3"]);

    let disable = format!("{}/disable", hook.path);
    scene.api.post(&scene.owner, &disable, json!({})).await;
    for (path, body) in [(all, since), (replay(newest), json!({}))] {
        let refused = scene.api.post(&scene.owner, &path, body).await;
        assert_eq!(refused.code(), "webhook_disabled");
    }
}

/// Lets what was sent about these have failed.
async fn fail(scene: &Scene, subjects: &[&str]) {
    for subject in subjects {
        sqlx::query("update webhook_deliveries set status = 'failed' where body like '%\"subject_id\":\"' || $1 || '\"%'")
            .bind(subject)
            .execute(&mut scene.stage.test.superuser().await)
            .await
            .unwrap();
    }
}
