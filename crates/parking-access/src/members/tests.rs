//! Members over a real database, through their routes.

use axum::http::{Method, StatusCode};
use parking_domain::access::Role;
use parking_domain::ids::{TenantId, fresh};
use serde_json::{Value, json};
use sqlx::Row as _;

use super::{AddError, Members, add};
use crate::tests::{Person, Served, Stage, bearer};

/// A stage with a tenant, its owner, and the routes of members.
async fn stage() -> (Stage, TenantId, Person, Served) {
    let stage = Stage::set().await;
    let tenant = stage.tenant("Quay").await;
    let owner = stage.member(tenant, Role::Owner).await;
    let state = Members {
        db: stage.db.clone(),
        clock: stage.clock.clone(),
    };
    let served = stage.serve(super::routes(state));
    (stage, tenant, owner, served)
}

fn path(person: &Person) -> String {
    format!("/api/v6/memberships/{}", person.membership)
}

async fn rename(stage: &Stage, person: &Person, name: &str) {
    sqlx::query("update users set name = $2 where id = $1")
        .bind(person.id)
        .bind(name)
        .execute(&mut stage.test.superuser().await)
        .await
        .unwrap();
}

#[tokio::test]
async fn roles_are_given_and_taken_only_up_to_ones_own() {
    let (stage, tenant, owner, api) = stage().await;
    let admin = stage.member(tenant, Role::Admin).await;
    let viewer = stage.member(tenant, Role::Viewer).await;
    let cases = [
        (&admin, &viewer, "operator", StatusCode::OK),
        (&admin, &viewer, "admin", StatusCode::OK),
        (&admin, &viewer, "viewer", StatusCode::OK),
        (&admin, &viewer, "owner", StatusCode::FORBIDDEN),
        (&admin, &admin, "owner", StatusCode::FORBIDDEN),
        (&admin, &owner, "viewer", StatusCode::FORBIDDEN),
        (&viewer, &viewer, "viewer", StatusCode::FORBIDDEN),
        (&owner, &viewer, "owner", StatusCode::OK),
        (&owner, &owner, "platform_admin", StatusCode::FORBIDDEN),
    ];
    for (who, whom, role, status) in cases {
        let answered = api.patch(who, &path(whom), json!({ "role": role })).await;
        assert_eq!(answered.status, status, "{role}: {}", answered.text);
        if status == StatusCode::FORBIDDEN && who.id != viewer.id {
            assert_eq!(answered.code(), "role_too_high");
        }
    }
    assert_eq!(
        api.delete(&admin, &path(&owner)).await.code(),
        "role_too_high"
    );
    let body = json!({"is_active": false});
    assert_eq!(
        api.patch(&admin, &path(&owner), body).await.code(),
        "role_too_high"
    );
}

#[tokio::test]
async fn the_last_owner_stays_however_it_is_tried() {
    let (stage, tenant, owner, api) = stage().await;
    stage.member(tenant, Role::Admin).await;
    for body in [json!({"role": "viewer"}), json!({"is_active": false})] {
        let refused = api.patch(&owner, &path(&owner), body).await;
        assert_eq!(
            (refused.status, refused.code().as_str()),
            (StatusCode::CONFLICT, "last_owner")
        );
    }
    assert_eq!(api.delete(&owner, &path(&owner)).await.code(), "last_owner");
    let second = stage.member(tenant, Role::Owner).await;
    let suspended = json!({"is_active": false});
    assert_eq!(
        api.patch(&owner, &path(&second), suspended).await.status,
        StatusCode::OK
    );
    assert_eq!(api.delete(&owner, &path(&owner)).await.code(), "last_owner");
}

#[tokio::test]
async fn two_owners_who_demote_each_other_at_once_do_not_both_succeed() {
    for _ in 0..5 {
        let (stage, tenant, first, api) = stage().await;
        let second = stage.member(tenant, Role::Owner).await;
        let demote = |who: Person, whom: Person| {
            let api = api.clone();
            async move {
                api.patch(&who, &path(&whom), json!({"role": "viewer"}))
                    .await
                    .status
            }
        };
        let both = tokio::join!(demote(first.clone(), second.clone()), demote(second, first));
        let mut statuses = [both.0.as_u16(), both.1.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409]);
    }
}

#[tokio::test]
async fn the_platform_keeps_an_administrator_and_customers_have_none() {
    let (stage, _, owner, api) = stage().await;
    let admin = stage.member(TenantId::PLATFORM, Role::PlatformAdmin).await;
    let refused = api
        .patch(&admin, &path(&admin), json!({"role": "owner"}))
        .await;
    assert_eq!(refused.code(), "last_owner");
    // Even somebody whose role says so cannot make one where there are none.
    stage.seat(&owner, Role::PlatformAdmin);
    let refused = api
        .patch(&owner, &path(&owner), json!({"role": "platform_admin"}))
        .await;
    assert_eq!(refused.json()["errors"][0]["field"], "role");
}

#[tokio::test]
async fn another_tenants_people_are_absent_to_the_byte() {
    let (stage, _, owner, api) = stage().await;
    let elsewhere = stage.tenant("Elsewhere").await;
    let stranger = stage.member(elsewhere, Role::Viewer).await;
    let key = |headers: &axum::http::HeaderMap| {
        let mut names: Vec<String> = headers.keys().map(ToString::to_string).collect();
        names.sort();
        names
    };
    for (method, base, foreign) in [
        (Method::GET, "/api/v6/users", stranger.id),
        (Method::GET, "/api/v6/memberships", stranger.membership),
        (Method::DELETE, "/api/v6/memberships", stranger.membership),
        (Method::PATCH, "/api/v6/memberships", stranger.membership),
        (Method::PUT, "/api/v6/memberships", stranger.membership),
    ] {
        let ask = async |id: uuid::Uuid| {
            let body = (method == Method::PATCH || method == Method::PUT)
                .then(|| json!({"role": "viewer"}));
            api.call(
                method.clone(),
                &format!("{base}/{id}"),
                &[bearer(&owner)],
                body,
            )
            .await
        };
        let (foreign, absent) = (ask(foreign).await, ask(fresh()).await);
        assert_eq!(foreign.status, StatusCode::NOT_FOUND);
        assert_eq!(foreign.without_request(), absent.without_request());
        assert_eq!(key(&foreign.headers), key(&absent.headers));
    }
    let users = api.get(&owner, "/api/v6/users").await.json();
    assert_eq!(users["total"], 1);
    assert!(!users.to_string().contains(&stranger.email));
}

#[tokio::test]
async fn people_are_found_by_name_role_and_activity() {
    let (stage, tenant, owner, api) = stage().await;
    rename(&stage, &owner, "Zoe Owner").await;
    let odd = stage.member(tenant, Role::Viewer).await;
    rename(&stage, &odd, "100%_Odd").await;
    let plain = stage.member(tenant, Role::Operator).await;
    rename(&stage, &plain, "Bea Plain").await;
    api.patch(&owner, &path(&plain), json!({"is_active": false}))
        .await;
    let names = async |query: &str| {
        let page = api
            .get(&owner, &format!("/api/v6/users{query}"))
            .await
            .json();
        let users = page["users"].as_array().unwrap().clone();
        users
            .iter()
            .map(|user| user["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(names("").await, ["100%_Odd", "Bea Plain", "Zoe Owner"]);
    assert_eq!(names("?q=%25_o").await, ["100%_Odd"]);
    assert_eq!(names("?q=_").await, ["100%_Odd"]);
    assert_eq!(names("?role=operator").await, ["Bea Plain"]);
    assert_eq!(
        names("?is_active=true&sort=-name").await,
        ["Zoe Owner", "100%_Odd"]
    );
    assert_eq!(
        names("?sort=-role").await,
        ["Zoe Owner", "Bea Plain", "100%_Odd"]
    );
    assert_eq!(names("?page_size=1&page=3").await, ["Zoe Owner"]);
    let one = api
        .get(&owner, &format!("/api/v6/users/{}", odd.id))
        .await
        .json();
    assert_eq!(one["membership"]["id"], odd.membership.to_string());
    assert_eq!(one["username"], one["name"]);
    assert_eq!(one.get("password_hash"), None);
    let refused = api.get(&owner, "/api/v6/users?role=king").await;
    assert_eq!(refused.json()["errors"][0]["field"], "role");
    let memberships = api.get(&owner, "/api/v6/memberships?q=bea").await.json();
    assert_eq!(memberships["memberships"][0]["user"]["email"], plain.email);
}

#[tokio::test]
async fn what_a_member_does_elsewhere_does_not_show() {
    let (stage, tenant, owner, api) = stage().await;
    let member = stage.member(tenant, Role::Viewer).await;
    let one = format!("/api/v6/users/{}", member.id);
    let seen = async || {
        let user = api.get(&owner, &one).await;
        let list = api.get(&owner, "/api/v6/users").await;
        (user.etag(), user.text, list.text)
    };
    let before = seen().await;
    sqlx::query(
        "update users set last_login_at = now(), theme = 'dark', language = 'fr', updated_at = now(), version = version + 1
         where id = $1",
    )
    .bind(member.id)
    .execute(&mut stage.test.superuser().await)
    .await
    .unwrap();
    assert_eq!(seen().await, before);
    let sorted = api.get(&owner, "/api/v6/users?sort=last_login_at").await;
    assert_eq!(sorted.code(), "validation_failed");
    api.patch(&owner, &path(&member), json!({"role": "operator"}))
        .await;
    assert_ne!(seen().await.0, before.0, "the membership's version shows");
}

#[tokio::test]
async fn a_change_is_versioned_announced_and_recorded() {
    let (stage, tenant, owner, api) = stage().await;
    let viewer = stage.member(tenant, Role::Viewer).await;
    let seen = api.get(&owner, &path(&viewer)).await.etag();
    let mut news = sqlx::postgres::PgListener::connect_with(&sqlx::PgPool::connect_lazy_with(
        stage.test.superuser_options(),
    ))
    .await
    .unwrap();
    news.listen("parking_access").await.unwrap();
    let put = async |tag: &str, role: &str| {
        let headers = [bearer(&owner), ("if-match", tag.to_owned())];
        api.call(
            Method::PUT,
            &path(&viewer),
            &headers,
            Some(json!({ "role": role })),
        )
        .await
    };
    assert_eq!(put(&seen, "operator").await.json()["role"], "operator");
    assert_eq!(
        put(&seen, "admin").await.status,
        StatusCode::PRECONDITION_FAILED
    );
    assert_eq!(
        news.recv().await.unwrap().payload(),
        format!("user:{}", viewer.id)
    );
    let entry = sqlx::query(
        "select actor_id, entity_id, old, new from audit_log where action = 'membership.updated'",
    )
    .fetch_one(&mut stage.test.superuser().await)
    .await
    .unwrap();
    assert_eq!(entry.get::<String, _>("actor_id"), owner.id.to_string());
    assert_eq!(
        entry.get::<String, _>("entity_id"),
        viewer.membership.to_string()
    );
    assert_eq!(entry.get::<Value, _>("old"), json!({"role": "viewer"}));
    assert_eq!(entry.get::<Value, _>("new"), json!({"role": "operator"}));
}

#[tokio::test]
async fn a_removed_member_can_be_added_again_but_never_twice() {
    let (stage, tenant, owner, api) = stage().await;
    let viewer = stage.member(tenant, Role::Viewer).await;
    let add_again = async || {
        let mut tx = stage.worker().await;
        let added = add(tx.conn(), tenant, viewer.id, Role::Viewer, stage.now()).await;
        if added.is_ok() {
            tx.commit().await.unwrap();
        }
        added
    };
    assert!(matches!(add_again().await, Err(AddError::AlreadyMember)));
    assert_eq!(
        api.delete(&owner, &path(&viewer)).await.status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(api.get(&owner, &path(&viewer)).await.code(), "not_found");
    assert!(add_again().await.is_ok());
    let mut tx = stage.worker().await;
    let tenant = crate::tenants::find(tx.conn(), tenant)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(tenant.usage["users"].used, 2);
}
