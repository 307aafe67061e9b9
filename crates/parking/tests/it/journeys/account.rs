//! What people do with their own account.

use serde_json::json;

use super::items;
use crate::harness::actors::{Member, fresh_address, log_in, text};
use crate::harness::server::PASSWORD;
use crate::harness::{Stage, eventually};

const NEW_PASSWORD: &str = "a heron stands in the reeds 7";

#[tokio::test]
async fn a_forgotten_password_is_replaced_by_mail() {
    let stage = Stage::set().await;
    let owner = stage.customer("Forgetful").await;
    let anonymous = stage.server.anonymous().coming_from(&fresh_address());
    let forgot = "/api/auth/forgot-password";
    let known = anonymous
        .post(forgot, &json!({ "email": owner.email }))
        .await;
    let unknown = anonymous
        .post(forgot, &json!({ "email": "nobody@else.test" }))
        .await;
    assert_eq!(
        (known.status, &known.body),
        (202, &unknown.body),
        "an address is given away"
    );

    let letter = stage.server.mailbox.wait_for(&owner.email, "#token=").await;
    let token = letter.token().expect("the letter holds a link");
    let reset = "/api/auth/reset-password";
    let too_short = json!({ "token": token, "new_password": "short" });
    anonymous
        .post(reset, &too_short)
        .await
        .refused(422, "validation_failed");
    let body = json!({ "token": token, "new_password": NEW_PASSWORD });
    anonymous.post(reset, &body).await.expect(204);
    anonymous
        .post(reset, &body)
        .await
        .refused(422, "token_invalid");

    eventually("the old session has ended", async || {
        (owner.looks_at_me().await.status == 401).then_some(())
    })
    .await;
    log_in(&anonymous, &owner.email, PASSWORD)
        .await
        .refused(401, "invalid_credentials");
    log_in(&anonymous, &owner.email.to_uppercase(), NEW_PASSWORD)
        .await
        .expect(200);
    let strangers = stage.server.mailbox.letters();
    assert!(
        strangers
            .iter()
            .all(|letter| letter.to != "nobody@else.test")
    );
}

#[tokio::test]
async fn a_changed_password_ends_every_other_session() {
    let stage = Stage::set().await;
    let owner = stage.customer("Careful").await;
    let elsewhere = Member::signs_in(&stage.server, &owner.email).await;
    let change = "/api/auth/change-password";
    let wrong = json!({ "current_password": "not the one I have 1", "new_password": NEW_PASSWORD });
    let refused = owner.api.post(change, &wrong).await;
    assert!(
        matches!(refused.status, 401 | 403 | 422),
        "{}",
        refused.text()
    );
    refused.problem();
    let right = json!({ "current_password": PASSWORD, "new_password": NEW_PASSWORD });
    owner.api.post(change, &right).await.expect(204);

    eventually("the other session has ended", async || {
        (elsewhere.looks_at_me().await.status == 401).then_some(())
    })
    .await;
    elsewhere.refreshes().await.refused(401, "session_ended");
    owner.looks_at_me().await.expect(200);
    owner.refreshes().await.expect(200);
}

#[tokio::test]
async fn a_profile_is_changed_and_letters_follow_its_language() {
    let stage = Stage::set().await;
    let owner = stage.customer("Polyglot").await;
    let change = json!({ "name": "Élodie", "language": "fr", "theme": "dark" });
    let me = owner.api.patch("/api/v6/me", &change).await.expect(200);
    assert_eq!(me["user"]["name"], "Élodie");
    assert_eq!(
        me["user"]["username"], "Élodie",
        "the predecessors' name for it"
    );
    for (field, value) in [
        ("language", "de"),
        ("theme", "mauve"),
        ("name", "\u{200b}"),
        ("email", "x@y.test"),
    ] {
        let refused = owner
            .api
            .patch("/api/v6/me", &json!({ field: value }))
            .await;
        let problem = refused.refused(422, "validation_failed");
        assert_eq!(problem["errors"][0]["field"], field, "{problem}");
    }
    let anonymous = stage.server.anonymous().coming_from(&fresh_address());
    anonymous
        .post(
            "/api/auth/forgot-password",
            &json!({ "email": owner.email }),
        )
        .await
        .expect(202);
    stage
        .server
        .mailbox
        .wait_for(&owner.email, "mot de passe")
        .await;
}

#[tokio::test]
async fn a_browser_keeps_its_refresh_token_in_a_cookie_that_scripts_cannot_read() {
    let stage = Stage::set().await;
    let owner = stage.customer("Cookies").await;
    let anonymous = stage.server.anonymous().coming_from(&fresh_address());
    let body = json!({ "email": owner.email, "password": PASSWORD, "cookie": true });
    let answer = anonymous.post("/api/auth/login", &body).await;
    assert_eq!(answer.expect(200)["refresh_token"], json!(null));
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("parking_refresh="), "{cookie}");
    for word in ["HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(cookie.contains(word), "no {word} in {cookie}");
    }
    let kept = cookie.split(';').next().unwrap_or_default();
    let browser = anonymous.with("cookie", kept);
    let next = browser.post("/api/auth/refresh", &json!({})).await;
    next.expect(200);
    assert!(next.header("set-cookie").starts_with("parking_refresh="));
}

#[tokio::test]
async fn a_member_of_two_tenants_moves_between_them() {
    let stage = Stage::set().await;
    let (north, south) = (stage.customer("North").await, stage.customer("South").await);
    south.invites(&north.email, "viewer").await.expect(201);
    let letter = stage.server.mailbox.wait_for(&north.email, "South").await;
    let token = letter.token().expect("the letter holds a link");
    let anonymous = stage.server.anonymous().coming_from(&fresh_address());
    let accept = "/api/auth/invitations/accept";
    // The link alone is not enough to get into an account that exists.
    let wrong = json!({ "token": token, "password": "not their password 1" });
    anonymous
        .post(accept, &wrong)
        .await
        .refused(401, "invalid_credentials");
    let right = json!({ "token": token, "password": PASSWORD });
    let session = anonymous.post(accept, &right).await.expect(200);
    let member = Member::with_session(&anonymous, &session);
    assert_eq!(member.tenant_id(), south.tenant_id());

    let me = member.looks_at_me().await.expect(200);
    assert_eq!(items(&me, "tenants").len(), 2, "{me}");
    member
        .api
        .get("/api/v6/users")
        .await
        .refused(403, "forbidden");
    let at_home = member.switches_to(north.tenant_id()).await;
    let users = at_home.api.get("/api/v6/users").await.expect(200);
    assert_eq!(text(&users, "tenant_id"), north.tenant_id());
    let elsewhere = stage.customer("Elsewhere").await;
    let body = json!({ "tenant_id": elsewhere.tenant_id() });
    let refused = at_home.api.post("/api/auth/switch-tenant", &body).await;
    let absent = json!({ "tenant_id": "11111111-2222-4333-8444-555555555555" });
    let nowhere = at_home.api.post("/api/auth/switch-tenant", &absent).await;
    assert_eq!(
        (refused.status, refused.code()),
        (nowhere.status, nowhere.code())
    );
    assert!((400..500).contains(&refused.status), "{}", refused.text());
}
