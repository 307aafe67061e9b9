//! What those who run the installation do with a customer.

use serde_json::{Value, json};

use super::items;
use crate::harness::actors::{Member, Owner, fresh_address, log_in, text};
use crate::harness::server::PASSWORD;
use crate::harness::{Stage, eventually};

#[tokio::test]
async fn a_platform_admin_acts_in_a_tenant_with_a_reason_and_leaves_a_trace() {
    let stage = Stage::set().await;
    let owner = stage.customer("Visited").await;
    let (api, tenant) = (&stage.platform.api, owner.tenant_id());
    let switch = "/api/auth/switch-tenant";
    for body in [
        json!({ "tenant_id": tenant }),
        json!({ "tenant_id": tenant, "reason": "   " }),
        json!({ "tenant_id": tenant, "reason": "a ticket", "minutes": 61 }),
    ] {
        let refused = api.post(switch, &body).await;
        refused.refused(422, "validation_failed");
    }
    let answer = stage
        .platform
        .steps_into(tenant, "ticket 4711: cannot invite")
        .await;
    let visitor = Owner(Member::with_session(
        &stage.platform.api,
        &answer.expect(200),
    ));
    let me = visitor.looks_at_me().await.expect(200);
    assert_eq!(me["role"], "admin");
    assert_eq!(me["acting"]["reason"], "ticket 4711: cannot invite");
    assert_eq!(me["tenant"]["id"], tenant);

    visitor
        .invites("helped@visited.test", "viewer")
        .await
        .expect(201);
    visitor
        .api
        .get("/api/v6/api-keys")
        .await
        .refused(403, "forbidden");
    visitor
        .api
        .get("/api/v6/tenants")
        .await
        .refused(403, "forbidden");
    // The token from before is no way in: what it may do is bound to the tenant it was made for.
    let before = stage.platform.looks_at_me().await.expect(200);
    assert_eq!(before["tenant"]["kind"], "platform");
    expect_a_trace(&owner, stage.platform.id()).await;

    let back = visitor
        .api
        .post("/api/auth/switch-back", &json!({}))
        .await
        .expect(200);
    let home = Member::with_session(&stage.platform.api, &back);
    assert_eq!(home.looks_at_me().await.expect(200)["acting"], json!(null));
    home.api.get("/api/v6/tenants").await.expect(200);
}

/// The tenant's own log says who was there, what they did, and why.
async fn expect_a_trace(owner: &Owner, visitor_id: &str) {
    let log = owner
        .api
        .get("/api/v6/audit-log?page_size=500")
        .await
        .expect(200);
    let by_visitor: Vec<&Value> = items(&log, "entries")
        .iter()
        .filter(|entry| entry["actor"]["type"] == "platform_admin")
        .collect();
    let has = |action: &str| {
        by_visitor
            .iter()
            .find(|entry| entry["action"] == action)
            .copied()
    };
    let invited = has("invitation.created").unwrap_or_else(|| panic!("no trace in {log}"));
    assert_eq!(invited["actor"]["id"], visitor_id);
    let entered = by_visitor
        .iter()
        .any(|entry| entry["reason"] == "ticket 4711: cannot invite");
    assert!(entered, "the reason is not in the tenant's log: {log}");
}

#[tokio::test]
async fn a_suspended_tenant_is_locked_and_comes_back_unharmed() {
    let stage = Stage::set().await;
    let owner = stage.customer("Late Payer").await;
    let key = owner.makes_key("viewer", &["tenants:read"]).await;
    let path = format!("/api/v6/tenants/{}", owner.tenant_id());
    let suspend = format!("{path}/suspend");
    stage
        .platform
        .api
        .post(&suspend, &json!({}))
        .await
        .refused(422, "validation_failed");
    let reason = json!({ "reason": "unpaid since March" });
    let tenant = stage.platform.api.post(&suspend, &reason).await.expect(200);
    assert_eq!(tenant["status"], "suspended");
    assert_eq!(tenant["suspended_reason"], "unpaid since March");

    for api in [&owner.api, &key.api] {
        eventually("the tenant is locked", async || {
            (api.get("/api/v6/tenants/current").await.code() == "tenant_suspended").then_some(())
        })
        .await;
    }
    let anonymous = stage.server.anonymous().coming_from(&fresh_address());
    log_in(&anonymous, &owner.email, PASSWORD)
        .await
        .refused(403, "tenant_suspended");

    stage
        .platform
        .api
        .post(&format!("{path}/activate"), &json!({}))
        .await
        .expect(200);
    for api in [&owner.api, &key.api] {
        eventually("the tenant is open again", async || {
            (api.get("/api/v6/tenants/current").await.status == 200).then_some(())
        })
        .await;
    }
}

#[tokio::test]
async fn a_tenant_is_exported_deleted_and_brought_back() {
    let stage = Stage::set().await;
    let owner = stage.customer("Leaver").await;
    let key = owner.makes_key("viewer", &["tenants:read"]).await;
    owner
        .api
        .post("/api/v6/webhook-secrets", &json!({}))
        .await
        .expect(201);
    let path = format!("/api/v6/tenants/{}", owner.tenant_id());
    let admin = &stage.platform.api;
    admin.delete(&path).await.refused(409, "export_required");

    let export = admin.get(&format!("{path}/export")).await;
    export.expect(200);
    assert!(
        export
            .header("content-disposition")
            .starts_with("attachment"),
        "{:?}",
        export.headers
    );
    let text = export.text();
    assert!(
        text.contains(&owner.email) && text.contains(&key.id),
        "{text}"
    );
    for secret in [
        "password_hash",
        "secret_hash",
        "sealed_secret",
        "token_hash",
        "$argon2",
    ] {
        assert!(!text.contains(secret), "the export holds {secret}");
    }
    assert!(!admin.get(&path).await.expect(200)["exported_at"].is_null());

    let deleted = admin.delete(&path).await.expect(202);
    assert_eq!(deleted["status"], "deleting");
    assert!(deleted["delete_after"].is_string(), "{deleted}");
    eventually("its people are out", async || {
        let refused = owner.looks_at_me().await;
        matches!(refused.status, 401 | 403).then_some(())
    })
    .await;
    let restored = admin
        .post(&format!("{path}/activate"), &json!({}))
        .await
        .expect(200);
    assert_eq!(
        (restored["status"].as_str(), &restored["delete_after"]),
        (Some("active"), &Value::Null)
    );
    eventually("its people are back", async || {
        let again = Member::signs_in(&stage.server, &owner.email).await;
        (again.looks_at_me().await.status == 200).then_some(())
    })
    .await;

    let platform = format!("/api/v6/tenants/{}", stage.platform.tenant_id());
    admin
        .delete(&platform)
        .await
        .refused(409, "platform_tenant_protected");
    let suspend = json!({ "reason": "by mistake" });
    admin
        .post(&format!("{platform}/suspend"), &suspend)
        .await
        .refused(409, "platform_tenant_protected");
}

#[tokio::test]
async fn the_platform_finds_and_changes_its_tenants() {
    let stage = Stage::set().await;
    let admin = &stage.platform.api;
    for (name, tier) in [
        ("Alpha", "basic"),
        ("Beta", "enterprise"),
        ("Alphabet", "basic"),
    ] {
        stage
            .platform
            .creates_tenant(&json!({ "name": name, "tier": tier }))
            .await;
    }
    let taken = json!({ "name": "Other", "slug": "alpha", "tier": "basic" });
    admin
        .post("/api/v6/tenants", &taken)
        .await
        .refused(409, "slug_taken");
    let found = admin
        .get("/api/v6/tenants?tier=basic&q=alpha&sort=name")
        .await
        .expect(200);
    let names: Vec<_> = items(&found, "tenants")
        .iter()
        .map(|t| text(t, "name"))
        .collect();
    assert_eq!(names, ["Alpha", "Alphabet"]);
    assert_eq!(
        (&found["tenant_scope"], &found["is_cross_tenant"]),
        (&json!("all"), &json!(true))
    );

    let path = format!(
        "/api/v6/tenants/{}",
        text(&items(&found, "tenants")[0], "id")
    );
    let change = json!({ "tier": "professional", "limits": { "users": 7 }, "features": { "displays": true } });
    let changed = admin.patch(&path, &change).await.expect(200);
    assert_eq!(changed["limits"]["users"], 7);
    assert_eq!(
        changed["limits"]["sites"], 10,
        "the tier's where nothing else was agreed"
    );
    let cleared = admin
        .patch(&path, &json!({ "limits": { "users": null } }))
        .await
        .expect(200);
    assert_eq!(cleared["limits"]["users"], 25);
    let stats = admin.get("/api/v6/tenants/stats").await.expect(200);
    assert!(stats["total"].as_i64() >= Some(3), "{stats}");
}
