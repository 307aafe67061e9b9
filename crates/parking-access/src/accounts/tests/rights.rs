//! What an access token is worth as the world changes around it.

use super::*;

async fn seen(house: &House, session: &Value) -> (u16, String) {
    let answered = house.get(session, "/api/v6/me").await;
    (answered.status.as_u16(), answered.code())
}

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

#[tokio::test]
async fn a_role_that_changes_holds_from_the_next_request_on() {
    let house = House::built().await;
    let (user, _) = house.member("ada@example.org", Role::Viewer).await;
    let session = house.session("ada@example.org").await;
    let me = async || house.get(&session, "/api/v6/me").await.json();
    assert_eq!(me().await["role"], "viewer");
    house
        .execute(
            "update memberships set role = 'admin' where user_id = $1",
            user,
        )
        .await;
    let promoted = me().await;
    assert_eq!(promoted["role"], "admin");
    let may = |what: &str| {
        promoted["permissions"]
            .as_array()
            .unwrap()
            .contains(&json!(what))
    };
    assert!(may("users:manage") && !may("api_keys:manage") && !may("tenants:read"));
}

#[tokio::test]
async fn a_disabled_account_and_a_suspended_tenant_are_refused_at_once() {
    let house = House::built().await;
    let (user, tenant) = house.member("ada@example.org", Role::Viewer).await;
    let session = house.session("ada@example.org").await;
    house
        .execute(
            "update tenants set status = 'suspended' where id = $1",
            tenant.0,
        )
        .await;
    assert_eq!(
        seen(&house, &session).await,
        refused(403, "tenant_suspended")
    );
    assert_eq!(
        house.refresh(&session["refresh_token"]).await.code(),
        "tenant_suspended"
    );
    house
        .execute(
            "update tenants set status = 'active' where id = $1",
            tenant.0,
        )
        .await;
    assert_eq!(seen(&house, &session).await.0, 200);
    house
        .execute("update users set is_active = false where id = $1", user)
        .await;
    assert_eq!(
        seen(&house, &session).await,
        refused(403, "account_disabled")
    );
    assert_eq!(
        house.refresh(&session["refresh_token"]).await.code(),
        "account_disabled"
    );
    // None of the refusals used the token up.
    house
        .execute("update users set is_active = true where id = $1", user)
        .await;
    assert_eq!(house.refresh(&session["refresh_token"]).await.status, 200);
}

#[tokio::test]
async fn who_loses_a_membership_goes_on_elsewhere_and_who_loses_the_last_goes_nowhere() {
    let house = House::built().await;
    let (user, first) = house.member("ada@example.org", Role::Viewer).await;
    let second = house.stage.tenant("South Quay").await;
    house.stage.member(second, Role::Owner).await;
    house.later(TimeDelta::seconds(1));
    let membership = house.join(user, second, Role::Operator).await;
    let session = house.session("ada@example.org").await;
    assert_eq!(session["tenant"]["id"], json!(first));

    let remove = async |tenant: TenantId| {
        sqlx::query("delete from memberships where user_id = $1 and tenant_id = $2")
            .bind(user)
            .bind(tenant.0)
            .execute(&mut house.stage.test.superuser().await)
            .await
            .unwrap();
    };
    remove(first).await;
    assert_eq!(seen(&house, &session).await, refused(401, "session_ended"));
    let moved = house.refresh(&session["refresh_token"]).await.json();
    assert_eq!(moved["tenant"]["id"], json!(second));
    assert_eq!(seen(&house, &moved).await.0, 200);

    house
        .execute(
            "update memberships set is_active = false where id = $1",
            membership,
        )
        .await;
    assert_eq!(seen(&house, &moved).await, refused(401, "session_ended"));
    assert_eq!(
        house.refresh(&moved["refresh_token"]).await.code(),
        "no_membership"
    );
    assert_eq!(
        house.log_in("ada@example.org", PASSWORD).await.code(),
        "no_membership"
    );
}

#[tokio::test]
async fn tabs_may_be_in_two_tenants_of_the_same_person() {
    let house = House::built().await;
    let (user, first) = house.member("ada@example.org", Role::Viewer).await;
    let second = house.stage.tenant("South Quay").await;
    house.join(user, second, Role::Owner).await;
    let there = house.session("ada@example.org").await;
    let body = json!({ "tenant_id": second });
    let path = "/api/auth/switch-tenant";
    let here = house
        .call(&there, Method::POST, path, Some(body))
        .await
        .json();
    for (session, tenant, role) in [(&there, first, "viewer"), (&here, second, "owner")] {
        let me = house.get(session, "/api/v6/me").await.json();
        assert_eq!(
            (&me["tenant"]["id"], &me["role"]),
            (&json!(tenant), &json!(role))
        );
    }
}

#[tokio::test]
async fn a_token_does_not_open_what_it_was_not_made_for() {
    let house = House::built().await;
    let (user, tenant) = house.member("ada@example.org", Role::Viewer).await;
    let (bob, other) = house.member("bob@example.org", Role::Owner).await;
    let session = house.session("ada@example.org").await;
    let token = session["access_token"].as_str().unwrap();
    let now = house.stage.now();
    let claims = house.accounts.tokens.read(token, now).unwrap();
    let worth = async |claims: Claims| identity(&house.accounts.db, &claims, now).await;
    assert_eq!(worth(claims).await.unwrap().unwrap().tenant, tenant);
    // Even a signed token says nothing about a tenant or a session of somebody else.
    let elsewhere = Claims {
        tenant: other,
        ..claims
    };
    assert_eq!(worth(elsewhere).await.unwrap_err().code, Code::SessionEnded);
    assert!(
        worth(Claims {
            user: bob,
            ..claims
        })
        .await
        .unwrap()
        .is_none()
    );
    assert!(
        worth(Claims {
            session: user,
            ..claims
        })
        .await
        .unwrap()
        .is_none()
    );
}

#[tokio::test]
async fn an_administrator_is_made_once_and_taken_from_who_is_there() {
    let house = House::built().await;
    let (ada, _) = house.member("ada@example.org", Role::Viewer).await;
    let session = house.session("ada@example.org").await;
    let make = async |email: &str| {
        let password = SecretString::from("another horse battery");
        let administrator = Administrator {
            email: Email::parse(email).unwrap(),
            name: name("Grace Hopper"),
            password_hash: house.accounts.hasher.hash(&password).await.unwrap(),
            language: Language::Fr,
        };
        let mut tx = house.stage.worker().await;
        let id = create_administrator(&mut tx, administrator, house.stage.now())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        id
    };
    let grace = make("grace@example.org").await;
    assert_eq!(make("GRACE@example.org").await, grace);
    assert_eq!(make("Ada@example.org").await, ada);
    assert_eq!(seen(&house, &session).await, refused(401, "session_ended"));
    assert_eq!(house.log_in("ada@example.org", PASSWORD).await.status, 401);

    let answered = house
        .log_in("grace@example.org", "another horse battery")
        .await
        .json();
    assert_eq!(answered["tenant"]["role"], "platform_admin");
    assert_eq!(answered["user"]["language"], "fr");
    let me = house.get(&answered, "/api/v6/me").await.json();
    assert_eq!(me["is_platform_admin"], true);
    assert!(
        me["permissions"]
            .as_array()
            .unwrap()
            .contains(&json!("tenants:manage"))
    );
    let actions = house.actions(TenantId::PLATFORM).await;
    assert_eq!(actions[1..3], ["user.created", "user.password_changed"]);
}
