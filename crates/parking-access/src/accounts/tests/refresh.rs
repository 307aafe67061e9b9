//! Sessions that go on, and end.

use futures_util::future::join_all;

use super::*;

#[tokio::test]
async fn fifty_tabs_that_refresh_at_once_stay_one_family_and_nobody_is_logged_out() {
    let house = Arc::new(House::built().await);
    house.member("ada@example.org", Role::Viewer).await;
    let session = house.session("ada@example.org").await;
    let tabs = (0..50).map(|_| {
        let (house, token) = (Arc::clone(&house), session["refresh_token"].clone());
        #[expect(clippy::disallowed_methods, reason = "tabs are really parallel")]
        tokio::spawn(async move { house.refresh(&token).await })
    });
    let answers: Vec<Answered> = join_all(tabs)
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect();
    for answered in &answers {
        assert_eq!(answered.status, 200, "{}", answered.text);
    }
    assert_eq!(
        house
            .count("select count(*) from sessions where ended_at is null")
            .await,
        1
    );
    assert_eq!(house.count("select count(*) from refresh_tokens").await, 51);
    assert_eq!(
        house
            .count("select count(*) from refresh_tokens where used_at is not null")
            .await,
        1
    );
    // Every one of them can go on from here.
    house.later(TimeDelta::minutes(15));
    for answered in answers.iter().step_by(7) {
        let token = &answered.json()["refresh_token"];
        assert_eq!(house.refresh(token).await.status, 200);
    }
}

#[tokio::test]
async fn a_token_shown_again_after_the_grace_ends_the_session_and_tells_its_owner() {
    let house = House::built().await;
    let (_, tenant) = house.member("ada@example.org", Role::Viewer).await;
    let stolen = house.session("ada@example.org").await;
    let other = house.session("ada@example.org").await;
    let next = house.refresh(&stolen["refresh_token"]).await.json();

    house.later(TimeDelta::seconds(20));
    let sibling = house.refresh(&stolen["refresh_token"]).await;
    assert_eq!(sibling.status, 200, "the grace lasts 20 seconds");
    house.later(TimeDelta::seconds(1));
    let replayed = house.refresh(&stolen["refresh_token"]).await;
    assert_eq!(
        (replayed.status.as_u16(), replayed.code()),
        (401, "session_ended".into())
    );

    // Whoever holds any token of the family is out, by access token too; other sessions go on.
    for token in [&next["refresh_token"], &sibling.json()["refresh_token"]] {
        assert_eq!(house.refresh(token).await.code(), "session_ended");
    }
    assert_eq!(house.get(&next, "/api/v6/me").await.code(), "session_ended");
    assert_eq!(house.get(&other, "/api/v6/me").await.status, 200);

    let ended: Vec<_> = house
        .log(tenant)
        .await
        .into_iter()
        .filter(|entry| entry.0 == "session.ended")
        .collect();
    assert_eq!(ended.len(), 1);
    assert!(ended[0].1.as_ref().unwrap().contains("used again"));
    house.work().await;
    house
        .mailbox
        .wait_for("ada@example.org", "two places")
        .await;
    assert_eq!(house.mailbox.letters().len(), 1);
}

#[tokio::test]
async fn a_refresh_sees_what_the_one_before_it_did_to_the_token() {
    let house = Arc::new(House::built().await);
    house.member("ada@example.org", Role::Viewer).await;
    let session = house.session("ada@example.org").await;
    // Somebody used the token a minute ago, in a transaction that has not ended yet.
    let mut earlier = house.stage.test.superuser().await;
    let long_ago = house.stage.now() - TimeDelta::minutes(1);
    sqlx::raw_sql("begin").execute(&mut earlier).await.unwrap();
    sqlx::query("update refresh_tokens set used_at = $1")
        .bind(long_ago)
        .execute(&mut earlier)
        .await
        .unwrap();
    let later = {
        let (house, token) = (Arc::clone(&house), session["refresh_token"].clone());
        #[expect(clippy::disallowed_methods, reason = "the two are really parallel")]
        tokio::spawn(async move { house.refresh(&token).await })
    };
    let waiting = "select count(*) from pg_stat_activity
                   where datname = current_database() and wait_event_type = 'Lock'";
    while house.count(waiting).await == 0 {
        tokio::task::yield_now().await;
    }
    sqlx::raw_sql("commit").execute(&mut earlier).await.unwrap();
    assert_eq!(later.await.unwrap().code(), "session_ended");
}

#[tokio::test]
async fn a_session_lives_as_long_as_it_is_refreshed_in_time() {
    let house = House::built().await;
    house.member("ada@example.org", Role::Viewer).await;
    let mut session = house.session("ada@example.org").await;
    for _ in 0..3 {
        house.later(TimeDelta::days(29));
        session = house.refresh(&session["refresh_token"]).await.json();
        assert_eq!(house.get(&session, "/api/v6/me").await.status, 200);
    }
    house.later(TimeDelta::minutes(15));
    assert_eq!(
        house.get(&session, "/api/v6/me").await.code(),
        "unauthenticated"
    );
    house.later(TimeDelta::days(30));
    assert_eq!(
        house.refresh(&session["refresh_token"]).await.code(),
        "session_ended"
    );
}

#[tokio::test]
async fn what_is_no_refresh_token_is_refused() {
    let house = House::built().await;
    house.member("ada@example.org", Role::Viewer).await;
    let session = house.session("ada@example.org").await;
    for odd in [json!("x"), session["access_token"].clone()] {
        let answered = house.refresh(&odd).await;
        assert!(
            [401, 422].contains(&answered.status.as_u16()),
            "{}",
            answered.text
        );
    }
    assert_eq!(
        house.post("/api/auth/refresh", json!({})).await.code(),
        "session_ended"
    );
    assert_eq!(
        house.post("/api/auth/refresh", json!(null)).await.code(),
        "session_ended"
    );
    assert_eq!(
        house
            .post("/api/auth/refresh", json!({ "token": "x" }))
            .await
            .status,
        422
    );
    let bodiless = house
        .web
        .call(Method::POST, "/api/auth/refresh", &[], None)
        .await;
    assert_eq!(bodiless.code(), "session_ended");
}

#[tokio::test]
async fn who_logs_out_is_out() {
    let house = House::built().await;
    let (_, tenant) = house.member("ada@example.org", Role::Viewer).await;
    let session = house.session("ada@example.org").await;
    let left = house
        .call(&session, Method::POST, "/api/auth/logout", Some(json!({})))
        .await;
    assert_eq!(left.status, 204);
    assert_eq!(cookie(&left).0, "");
    assert_eq!(
        house.get(&session, "/api/v6/me").await.code(),
        "session_ended"
    );
    assert_eq!(
        house.refresh(&session["refresh_token"]).await.code(),
        "session_ended"
    );
    assert_eq!(
        house.actions(tenant).await,
        ["login.succeeded", "session.ended"]
    );
    // Leaving twice, or without ever having been there, is as good.
    for bearer in [bearer(&session), "Bearer nonsense".to_owned()] {
        let again = [("authorization", bearer)];
        let left = house
            .web
            .call(Method::POST, "/api/auth/logout", &again, None)
            .await;
        assert_eq!(left.status, 204);
    }
}

#[tokio::test]
async fn who_comes_with_an_expired_token_can_leave_by_the_cookie() {
    let house = House::built().await;
    house.member("ada@example.org", Role::Viewer).await;
    let body = json!({ "email": "ada@example.org", "password": PASSWORD, "cookie": true });
    let answered = house.post("/api/auth/login", body).await;
    house.later(TimeDelta::hours(1));
    let sent = [
        ("authorization", bearer(&answered.json())),
        ("cookie", format!("parking_refresh={}", cookie(&answered).0)),
    ];
    let left = house
        .web
        .call(Method::POST, "/api/auth/logout", &sent, None)
        .await;
    assert_eq!(left.status, 204);
    assert_eq!(
        house
            .count("select count(*) from sessions where ended_reason = 'logout'")
            .await,
        1
    );
}

#[tokio::test]
async fn logging_out_everywhere_ends_all_of_ones_own_sessions_and_no_others() {
    let house = House::built().await;
    let (_, tenant) = house.member("ada@example.org", Role::Viewer).await;
    let bob = house.account("bob@example.org").await;
    house.join(bob, tenant, Role::Viewer).await;
    let sessions = [
        house.session("ada@example.org").await,
        house.session("ada@example.org").await,
    ];
    let others = house.session("bob@example.org").await;
    let path = "/api/auth/logout-everywhere";
    assert_eq!(
        house
            .call(&sessions[0], Method::POST, path, Some(json!({})))
            .await
            .status,
        204
    );
    for session in &sessions {
        assert_eq!(
            house.get(session, "/api/v6/me").await.code(),
            "session_ended"
        );
        assert_eq!(house.refresh(&session["refresh_token"]).await.status, 401);
    }
    assert_eq!(house.get(&others, "/api/v6/me").await.status, 200);
}

#[tokio::test]
async fn people_see_and_end_their_own_sessions_only() {
    let house = House::built().await;
    let (_, tenant) = house.member("ada@example.org", Role::Owner).await;
    let bob = house.account("bob@example.org").await;
    house.join(bob, tenant, Role::Viewer).await;
    let mine = house.session("ada@example.org").await;
    house.later(TimeDelta::seconds(1));
    house.session("ada@example.org").await;
    let theirs = house.session("bob@example.org").await;

    let list = async |session| house.get(session, "/api/auth/sessions").await.json();
    let seen = list(&mine).await;
    assert_eq!(seen["total"], 2);
    let is_current = |entry: &Value| entry["is_current"] == true;
    let entries = seen["sessions"].as_array().unwrap();
    assert_eq!(entries.iter().filter(|entry| is_current(entry)).count(), 1);
    assert_eq!(
        entries[0]["is_current"], false,
        "the one used last comes first"
    );
    assert_eq!(entries[0]["ip"], "127.0.0.1");

    let end = async |id: &Value| {
        let path = format!("/api/auth/sessions/{}", id.as_str().unwrap());
        house.call(&mine, Method::DELETE, &path, None).await
    };
    let foreign = end(&list(&theirs).await["sessions"][0]["id"]).await;
    let absent = end(&json!(fresh())).await;
    assert_eq!(foreign.status, 404);
    assert_eq!(foreign.without_request(), absent.without_request());
    assert_eq!(house.get(&theirs, "/api/v6/me").await.status, 200);

    assert_eq!(end(&entries[0]["id"]).await.status, 204);
    assert_eq!(
        end(&entries[0]["id"]).await.status,
        404,
        "it is over already"
    );
    assert_eq!(list(&mine).await["total"], 1);
    let sorted = house
        .get(&mine, "/api/auth/sessions?sort=-created_at&page_size=1")
        .await;
    assert_eq!(sorted.json()["total_pages"], 1);
    assert_eq!(
        house.get(&mine, "/api/auth/sessions?sort=ip").await.status,
        422
    );
}

#[tokio::test]
async fn what_is_long_over_is_forgotten_and_what_goes_on_is_not() {
    let house = House::built().await;
    house.member("ada@example.org", Role::Viewer).await;
    let ended = house.session("ada@example.org").await;
    house
        .call(&ended, Method::POST, "/api/auth/logout", None)
        .await;
    house
        .post(
            "/api/auth/forgot-password",
            json!({ "email": "ada@example.org" }),
        )
        .await;
    house.work().await;
    let kept = house.session("ada@example.org").await;
    let clean = async || {
        let mut tx = house.stage.worker().await;
        let now = house.stage.now();
        parking_db::queue::enqueue(tx.conn(), TenantId::PLATFORM, &CleanAccounts {}, now)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        house.work().await;
    };
    let sessions = "select count(*) from sessions";
    clean().await;
    assert_eq!(house.count(sessions).await, 2);
    house.later(TimeDelta::days(8));
    clean().await;
    assert_eq!(house.count(sessions).await, 1);
    assert_eq!(house.count("select count(*) from account_tokens").await, 0);
    assert_eq!(house.refresh(&kept["refresh_token"]).await.status, 200);
}
