//! The first day of a customer: from the platform's first sign-in to the owner's logout everywhere.

use serde_json::json;

use super::{accept, accept_by_mail, each, items};
use crate::harness::actors::{Key, Member, Owner, text};
use crate::harness::server::PASSWORD;
use crate::harness::{Api, Stage, eventually};

const TENANT: &str = "Harbour Car Parks";
const OLGA: &str = "olga@harbour.test";
const VERA: &str = "vera@harbour.test";

#[tokio::test]
async fn a_customer_is_set_up_works_and_leaves_everywhere() {
    let stage = Stage::set().await;
    let owner = the_owner_accepts_her_invitation(&stage).await;
    let viewer = a_viewer_joins_and_sees_only_what_viewers_see(&stage, &owner).await;
    a_role_counts_at_once(&owner, &viewer).await;
    let key = a_key_is_shown_once_and_does_what_it_is_for(&owner).await;
    a_webhook_secret_is_rotated_with_an_overlap(&owner).await;
    everything_is_in_the_audit_log(&owner).await;
    a_session_is_ended_from_afar(&stage, &owner).await;
    a_revoked_key_is_dead(&owner, &key).await;
    after_logout_everywhere_nothing_works(&stage, &owner).await;
}

async fn the_owner_accepts_her_invitation(stage: &Stage) -> Owner {
    let request = json!({ "name": TENANT, "tier": "professional", "owner_email": OLGA });
    let tenant = stage.platform.creates_tenant(&request).await;
    assert_eq!(
        (text(&tenant, "slug"), text(&tenant, "status")),
        ("harbour-car-parks", "active")
    );

    let letter = stage.server.mailbox.wait_for(OLGA, TENANT).await;
    let token = letter.token().expect("the letter holds a link");
    let anonymous = stage.server.anonymous();
    let preview = anonymous
        .post("/api/auth/invitations/preview", &json!({ "token": token }))
        .await;
    let preview = preview.expect(200);
    assert_eq!(preview["email"], OLGA);
    assert_eq!(preview["tenant_name"], TENANT);
    assert_eq!(preview["role"], "owner");
    assert_eq!(preview["account_exists"], false);

    let weak = accept(&stage.server, &token, "Olga", "short")
        .await
        .refused(422, "validation_failed");
    assert_eq!(weak["errors"][0]["field"], "password");
    let session = accept(&stage.server, &token, "Olga", PASSWORD)
        .await
        .expect(200);
    let owner = Owner(Member::with_session(&anonymous, &session));
    assert_eq!(owner.tenant_id(), text(&tenant, "id"));
    accept(&stage.server, &token, "Olga", PASSWORD)
        .await
        .refused(422, "token_invalid");

    let me = owner.looks_at_me().await.expect(200);
    assert_eq!(
        (me["role"].as_str(), me["is_platform_admin"].as_bool()),
        (Some("owner"), Some(false))
    );
    assert_eq!(
        me["user"]["email_verified"], true,
        "the letter reached her: {me}"
    );
    owner
}

async fn a_viewer_joins_and_sees_only_what_viewers_see(stage: &Stage, owner: &Owner) -> Member {
    owner.invites(VERA, "viewer").await.expect(201);
    owner
        .invites("Vera@Harbour.test", "viewer")
        .await
        .refused(409, "already_invited");
    let viewer = accept_by_mail(&stage.server, VERA, TENANT).await;
    owner
        .invites(VERA, "viewer")
        .await
        .refused(409, "already_member");
    let invitations = owner
        .api
        .get("/api/v6/invitations?status=accepted")
        .await
        .expect(200);
    assert_eq!(
        each(items(&invitations, "invitations"), "email"),
        [VERA, OLGA]
    );

    viewer.api.get("/api/v6/tenants/current").await.expect(200);
    viewer
        .api
        .get("/api/v6/users")
        .await
        .refused(403, "forbidden");
    viewer
        .api
        .post("/api/v6/api-keys", &json!({}))
        .await
        .refused(403, "forbidden");
    viewer
}

async fn a_role_counts_at_once(owner: &Owner, viewer: &Member) {
    owner.gives_role(VERA, "admin").await.expect(200);
    // The token in her hand is the old one; what it may do is not written in it.
    eventually("the new role counts", async || {
        (viewer.api.get("/api/v6/users").await.status == 200).then_some(())
    })
    .await;
    let users = viewer.api.get("/api/v6/users?sort=email").await.expect(200);
    assert_eq!(each(items(&users, "users"), "email"), [OLGA, VERA]);
    let promoted = Owner(viewer.clone());
    promoted
        .gives_role(OLGA, "viewer")
        .await
        .refused(403, "role_too_high");
    promoted
        .invites("boss@harbour.test", "owner")
        .await
        .refused(403, "role_too_high");
    owner
        .gives_role(OLGA, "viewer")
        .await
        .refused(409, "last_owner");
    owner.gives_role(VERA, "viewer").await.expect(200);
    eventually("the old role counts again", async || {
        (viewer.api.get("/api/v6/users").await.status == 403).then_some(())
    })
    .await;
}

async fn a_key_is_shown_once_and_does_what_it_is_for(owner: &Owner) -> Key {
    let key = owner.makes_key("viewer", &["tenants:read"]).await;
    let me = key.api.get("/api/v6/me").await.expect(200);
    assert_eq!(me["api_key"]["id"], key.id.as_str());
    assert_eq!(me["user"], json!(null));
    key.api.get("/api/v6/tenants/current").await.expect(200);
    key.api.get("/api/v6/users").await.refused(403, "forbidden");
    let as_bearer = Api::at(key.api.base()).bearing(&key.secret);
    as_bearer.get("/api/v6/tenants/current").await.expect(200);

    let path = format!("/api/v6/api-keys/{}", key.id);
    let shown = owner.api.get(&path).await;
    shown.expect(200);
    // `pk_<public id>_<secret>`; the secret may hold underscores of its own.
    let secret_part = key.secret.splitn(3, '_').nth(2).expect("three parts");
    assert!(secret_part.len() > 30);
    assert!(
        !shown.text().contains(secret_part),
        "the secret is shown again"
    );
    assert!(!shown.json()["last_used_ip"].is_null() || shown.json()["last_used_at"].is_null());

    let here_only = json!({ "allowed_ips": ["192.0.2.0/24"] });
    owner.api.patch(&path, &here_only).await.expect(200);
    eventually("the list of addresses counts", async || {
        let refused = key.api.get("/api/v6/me").await;
        (refused.code() == "address_not_allowed").then_some(())
    })
    .await;
    key.api
        .coming_from("192.0.2.7")
        .get("/api/v6/me")
        .await
        .expect(200);
    key
}

async fn a_webhook_secret_is_rotated_with_an_overlap(owner: &Owner) {
    let path = "/api/v6/webhook-secrets";
    let rotate = format!("{path}/rotate");
    owner
        .api
        .post(&rotate, &json!({}))
        .await
        .refused(409, "no_active_secret");
    let first = owner
        .api
        .post(path, &json!({ "name": "sensors" }))
        .await
        .expect(201);
    assert_eq!(first["header_name"], "X-Webhook-Signature");
    owner
        .api
        .post(path, &json!({}))
        .await
        .refused(409, "secret_exists");
    let second = owner
        .api
        .post(&rotate, &json!({ "overlap_hours": 2 }))
        .await
        .expect(201);
    assert_ne!(first["secret"], second["secret"]);
    owner
        .api
        .post(&rotate, &json!({ "overlap_hours": 169 }))
        .await
        .refused(422, "validation_failed");

    let list = owner.api.get(path).await;
    let all = list.expect(200);
    let mut states = each(items(&all, "webhook_secrets"), "status");
    states.sort_unstable();
    assert_eq!(states, ["active", "retiring"]);
    for made in [&first, &second] {
        assert!(
            !list.text().contains(text(made, "secret")),
            "a secret is shown again"
        );
    }
}

async fn everything_is_in_the_audit_log(owner: &Owner) {
    let actions = owner.reads_actions().await;
    for action in [
        "invitation.created",
        "invitation.accepted",
        "membership.updated",
        "api_key.created",
        "api_key.updated",
        "webhook_secret.created",
        "webhook_secret.rotated",
    ] {
        assert!(
            actions.iter().any(|known| known == action),
            "no {action} in {actions:?}"
        );
    }
    let made = owner
        .api
        .get("/api/v6/audit-log?action=api_key.created")
        .await
        .expect(200);
    let entry = &items(&made, "entries")[0];
    assert_eq!(entry["actor"]["id"], owner.id());
    assert_eq!(entry["entity"]["type"], "api_key");
    owner
        .api
        .get(&format!("/api/v6/audit-log/{}", text(entry, "id")))
        .await
        .expect(200);

    let csv = owner.api.get("/api/v6/audit-log/export").await;
    csv.expect(200);
    assert!(
        csv.header("content-type").starts_with("text/csv"),
        "{:?}",
        csv.headers
    );
    let text = csv.text();
    assert!(text.starts_with("seq,at,actor_type,"), "{text}");
    assert_eq!(
        text.lines().count(),
        actions.len() + 1,
        "a line an entry and one for the names"
    );
    let chain = owner.api.get("/api/v6/audit-log/verify").await.expect(200);
    assert_eq!(chain["is_intact"], true, "{chain}");
    assert_eq!(owner.reads_actions().await[0], "audit_log.exported");
}

async fn a_session_is_ended_from_afar(stage: &Stage, owner: &Owner) {
    let phone = Member::signs_in(&stage.server, OLGA).await;
    let sessions = owner.api.get("/api/auth/sessions").await.expect(200);
    let all = items(&sessions, "sessions");
    assert_eq!(all.len(), 2, "{sessions}");
    let other = all
        .iter()
        .find(|session| session["is_current"] == false)
        .expect("the phone");
    let path = format!("/api/auth/sessions/{}", text(other, "id"));
    owner.api.delete(&path).await.expect(204);
    eventually("the phone is out", async || {
        (phone.looks_at_me().await.status == 401).then_some(())
    })
    .await;
    phone.refreshes().await.refused(401, "session_ended");
    owner.api.delete(&path).await.refused(404, "not_found");
    owner.looks_at_me().await.expect(200);
}

async fn a_revoked_key_is_dead(owner: &Owner, key: &Key) {
    let path = format!("/api/v6/api-keys/{}", key.id);
    owner.api.delete(&path).await.expect(204);
    let key = key.api.coming_from("192.0.2.7");
    eventually("the key is dead", async || {
        (key.get("/api/v6/me").await.status == 401).then_some(())
    })
    .await;
    key.get("/api/v6/me").await.refused(401, "unauthenticated");
}

async fn after_logout_everywhere_nothing_works(stage: &Stage, owner: &Owner) {
    let laptop = Member::signs_in(&stage.server, OLGA).await;
    owner
        .api
        .post("/api/auth/logout-everywhere", &json!({}))
        .await
        .expect(204);
    for session in [&owner.0, &laptop] {
        eventually("the token is refused", async || {
            (session.looks_at_me().await.status == 401).then_some(())
        })
        .await;
        session.refreshes().await.refused(401, "session_ended");
    }
    Member::signs_in(&stage.server, OLGA)
        .await
        .looks_at_me()
        .await
        .expect(200);
}
