//! Passwords that change or are lost, and addresses that are confirmed.

use futures_util::future::join_all;

use super::*;

const NEXT: &str = "staple battery horse";

async fn reset(house: &House, token: &str, password: &str) -> Answered {
    let body = json!({ "token": token, "new_password": password });
    house.post("/api/auth/reset-password", body).await
}

/// The token of a fresh reset letter.
async fn forgotten(house: &House, email: &str) -> String {
    let asked = house
        .post("/api/auth/forgot-password", json!({ "email": email }))
        .await;
    assert_eq!((asked.status.as_u16(), asked.text.as_str()), (202, ""));
    house.work().await;
    house
        .mailbox
        .wait_for(email, "reset-password")
        .await
        .token()
        .unwrap()
}

#[tokio::test]
async fn changing_the_password_ends_the_other_sessions_and_says_so_by_mail() {
    let house = House::built().await;
    let (_, tenant) = house.member("ada@example.org", Role::Viewer).await;
    let here = house.session("ada@example.org").await;
    let there = house.session("ada@example.org").await;
    let change = async |current: &str, next: &str| {
        let body = json!({ "current_password": current, "new_password": next });
        house
            .call(&here, Method::POST, "/api/auth/change-password", Some(body))
            .await
    };
    for (current, next, field) in [
        ("wrong horse battery", NEXT, "current_password"),
        (PASSWORD, "short", "new_password"),
        (PASSWORD, "Password123!", "new_password"),
        ("", NEXT, "current_password"),
    ] {
        let refused = change(current, next).await;
        assert_eq!(
            refused.json()["errors"][0]["field"],
            field,
            "{}",
            refused.text
        );
    }
    assert_eq!(house.get(&there, "/api/v6/me").await.status, 200);

    assert_eq!(change(PASSWORD, NEXT).await.status, 204);
    assert_eq!(house.get(&here, "/api/v6/me").await.status, 200);
    assert_eq!(
        house.get(&there, "/api/v6/me").await.code(),
        "session_ended"
    );
    assert_eq!(house.log_in("ada@example.org", PASSWORD).await.status, 401);
    assert_eq!(house.log_in("ada@example.org", NEXT).await.status, 200);
    assert!(
        house
            .actions(tenant)
            .await
            .contains(&"user.password_changed".to_owned())
    );
    house.work().await;
    house
        .mailbox
        .wait_for("ada@example.org", "password was changed")
        .await;
}

#[tokio::test]
async fn a_lost_password_is_replaced_by_mail_and_only_for_who_has_an_account() {
    let house = House::built().await;
    house.member("ada@example.org", Role::Viewer).await;
    let session = house.session("ada@example.org").await;
    let unknown = json!({ "email": "nobody@example.org" });
    assert_eq!(
        house
            .post("/api/auth/forgot-password", unknown)
            .await
            .status,
        202
    );
    let token = forgotten(&house, "ADA@example.org").await;
    assert_eq!(
        house.mailbox.letters().len(),
        1,
        "nobody else gets a letter"
    );
    assert_eq!(
        house
            .count("select count(*) from jobs where payload::text like '%token%'")
            .await,
        0
    );

    assert_eq!(
        reset(&house, &token, "short").await.json()["errors"][0]["field"],
        "new_password"
    );
    assert_eq!(reset(&house, &token, NEXT).await.status, 204);
    assert_eq!(reset(&house, &token, NEXT).await.code(), "token_invalid");
    assert_eq!(
        house.get(&session, "/api/v6/me").await.code(),
        "session_ended"
    );
    assert_eq!(house.refresh(&session["refresh_token"]).await.status, 401);
    assert_eq!(house.log_in("ada@example.org", PASSWORD).await.status, 401);
    assert_eq!(house.log_in("ada@example.org", NEXT).await.status, 200);
}

#[tokio::test]
async fn of_many_who_show_the_same_link_at_once_one_sets_the_password() {
    let house = House::built().await;
    house.member("ada@example.org", Role::Viewer).await;
    let token = forgotten(&house, "ada@example.org").await;
    let passwords: Vec<String> = (0..8)
        .map(|n| format!("battery staple number {n}"))
        .collect();
    let answers = join_all(passwords.iter().map(|next| reset(&house, &token, next))).await;
    let winners: Vec<&String> = passwords
        .iter()
        .zip(&answers)
        .filter(|(_, answered)| answered.status == 204)
        .map(|(password, _)| password)
        .collect();
    assert_eq!(winners.len(), 1);
    let lost = answers
        .iter()
        .filter(|answered| answered.code() == "token_invalid")
        .count();
    assert_eq!(lost, 7);
    assert_eq!(
        house.log_in("ada@example.org", winners[0]).await.status,
        200
    );
}

#[tokio::test]
async fn of_several_reset_letters_the_last_is_good() {
    let house = House::built().await;
    house.member("ada@example.org", Role::Viewer).await;
    let first = forgotten(&house, "ada@example.org").await;
    let last = forgotten(&house, "ada@example.org").await;
    assert_ne!(first, last);
    assert_eq!(reset(&house, &first, NEXT).await.code(), "token_invalid");
    assert_eq!(reset(&house, &last, NEXT).await.status, 204);
}

#[tokio::test]
async fn links_run_out_and_a_changed_password_makes_them_worthless() {
    let house = House::built().await;
    house.member("ada@example.org", Role::Viewer).await;
    let expired = forgotten(&house, "ada@example.org").await;
    house.later(TimeDelta::hours(1));
    assert_eq!(reset(&house, &expired, NEXT).await.code(), "token_invalid");

    let overtaken = forgotten(&house, "ada@example.org").await;
    let session = house.session("ada@example.org").await;
    let body = json!({ "current_password": PASSWORD, "new_password": NEXT });
    house
        .call(
            &session,
            Method::POST,
            "/api/auth/change-password",
            Some(body),
        )
        .await;
    assert_eq!(
        reset(&house, &overtaken, "yet another phrase").await.code(),
        "token_invalid"
    );
    for odd in ["x", "' or ''='"] {
        assert_eq!(reset(&house, odd, NEXT).await.code(), "token_invalid");
    }
    assert_eq!(reset(&house, "", NEXT).await.code(), "validation_failed");
}

#[tokio::test]
async fn a_disabled_account_gets_no_link_and_uses_none() {
    let house = House::built().await;
    let (user, _) = house.member("ada@example.org", Role::Viewer).await;
    let token = forgotten(&house, "ada@example.org").await;
    house
        .execute("update users set is_active = false where id = $1", user)
        .await;
    assert_eq!(reset(&house, &token, NEXT).await.code(), "token_invalid");
    house
        .post(
            "/api/auth/forgot-password",
            json!({ "email": "ada@example.org" }),
        )
        .await;
    house.work().await;
    assert_eq!(house.mailbox.letters().len(), 1);
}

#[tokio::test]
async fn an_address_is_confirmed_with_the_link_that_was_mailed_to_it() {
    let house = House::built().await;
    let (user, tenant) = house.member("ada@example.org", Role::Viewer).await;
    house
        .execute(
            "update users set email_verified_at = null where id = $1",
            user,
        )
        .await;
    let session = house.session("ada@example.org").await;
    assert_eq!(session["user"]["email_verified"], false);
    let ask = async || {
        let path = "/api/auth/resend-verification";
        house
            .call(&session, Method::POST, path, Some(json!({})))
            .await
            .status
    };
    assert_eq!(ask().await, 202);
    house.work().await;
    let letter = house
        .mailbox
        .wait_for("ada@example.org", "verify-email")
        .await;
    let verify = async |token: &str| {
        house
            .post("/api/auth/verify-email", json!({ "token": token }))
            .await
    };
    let token = letter.token().unwrap();
    assert_eq!(
        reset(&house, &token, NEXT).await.code(),
        "token_invalid",
        "it confirms, no more"
    );
    assert_eq!(verify(&token).await.status, 204);
    assert_eq!(verify(&token).await.code(), "token_invalid");
    let me = house.get(&session, "/api/v6/me").await.json();
    assert_eq!(me["user"]["email_verified"], true);
    assert!(
        house
            .actions(tenant)
            .await
            .contains(&"user.email_verified".to_owned())
    );
    // Confirmed is confirmed: no more letters.
    assert_eq!(ask().await, 202);
    house.work().await;
    assert_eq!(house.mailbox.letters().len(), 1);
}

#[tokio::test]
async fn nobody_can_be_buried_in_letters() {
    let house = House::built().await;
    house.member("ada@example.org", Role::Viewer).await;
    let mut answers = Vec::new();
    for email in ["ada@example.org", "nobody@example.org"] {
        for _ in 0..6 {
            let asked = house
                .post("/api/auth/forgot-password", json!({ "email": email }))
                .await;
            answers.push(asked.status.as_u16());
        }
    }
    let one = [202, 202, 202, 202, 202, 429];
    assert_eq!(answers, [one, one].concat());
    house.work().await;
    assert_eq!(
        house.mailbox.letters().len(),
        1,
        "what waits already is not asked for twice"
    );
}

#[tokio::test]
async fn a_letter_waits_for_a_mail_server_and_is_given_up_only_for_its_recipient() {
    let house = House::built().await;
    house.account("ada@example.org").await;
    let asked = async || {
        let body = json!({ "email": "ada@example.org" });
        house.post("/api/auth/forgot-password", body).await;
    };
    let failed = async || -> (i64, i64) {
        sqlx::query_as(
            "select count(*) filter (where status = 'failed'), count(*) filter (where status = 'queued') from jobs",
        )
        .fetch_one(&mut house.stage.test.superuser().await)
        .await
        .unwrap()
    };
    // Away over night, our password refused, a policy of today: all that passes.
    for answer in [
        "451 later",
        "530 5.7.0 authentication required",
        "535 no",
        "554 not today",
        "552 full",
    ] {
        house.mailbox.refuse(Some(answer));
        asked().await;
        for _ in 0..4 {
            house.worker.drain().await.unwrap();
            house.stage.clock.advance(TimeDelta::hours(1));
        }
        assert_eq!(failed().await, (0, 1), "{answer}");
    }
    house.mailbox.refuse(None);
    house.worker.drain().await.unwrap();
    assert_eq!(failed().await, (0, 0));
    house
        .mailbox
        .wait_for("ada@example.org", "reset-password")
        .await;
    let recorded: i64 =
        sqlx::query_scalar("select count(*) from audit_log where action = 'user.reset_link_sent'")
            .fetch_one(&mut house.stage.test.superuser().await)
            .await
            .unwrap();
    assert_eq!(recorded, 1);
    for (gone, answer) in (1..).zip(["550 no such mailbox", "551 not here", "553 no such name"]) {
        house.mailbox.refuse(Some(answer));
        house.stage.clock.advance(TimeDelta::hours(1));
        asked().await;
        house.worker.drain().await.unwrap();
        assert_eq!(failed().await, (gone, 0), "{answer}");
    }
}
