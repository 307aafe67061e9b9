//! Moving from tenant to tenant.

use super::*;

async fn switch(house: &House, session: &Value, body: Value) -> Answered {
    house
        .call(session, Method::POST, "/api/auth/switch-tenant", Some(body))
        .await
}

async fn back(house: &House, session: &Value) -> Answered {
    house
        .call(
            session,
            Method::POST,
            "/api/auth/switch-back",
            Some(json!({})),
        )
        .await
}

#[tokio::test]
async fn members_move_freely_and_the_refresh_token_stays_good() {
    let house = House::built().await;
    let (user, first) = house.member("ada@example.org", Role::Viewer).await;
    let second = house.stage.tenant("South Quay").await;
    house.join(user, second, Role::Owner).await;
    let session = house.session("ada@example.org").await;
    let moved = switch(&house, &session, json!({ "tenant_id": second })).await;
    assert_eq!(moved.status, 200, "{}", moved.text);
    let moved = moved.json();
    assert_eq!(
        (&moved["tenant"]["role"], &moved["refresh_token"]),
        (&json!("owner"), &Value::Null)
    );
    assert_eq!(house.actions(second).await, ["session.tenant_switched"]);
    // The session stays where it went.
    let refreshed = house.refresh(&session["refresh_token"]).await.json();
    assert_eq!(refreshed["tenant"]["id"], json!(second));
    let home = switch(&house, &refreshed, json!({ "tenant_id": first })).await;
    assert_eq!(home.json()["tenant"]["role"], "viewer");
}

#[tokio::test]
async fn a_foreign_tenant_is_as_absent_as_one_that_is_not_there() {
    let house = House::built().await;
    let (_, tenant) = house.member("ada@example.org", Role::Owner).await;
    let foreign = house.stage.tenant("South Quay").await;
    let session = house.session("ada@example.org").await;
    let reason = "let me in";
    let refused = switch(
        &house,
        &session,
        json!({ "tenant_id": foreign, "reason": reason }),
    )
    .await;
    let absent = switch(
        &house,
        &session,
        json!({ "tenant_id": fresh(), "reason": reason }),
    )
    .await;
    assert_eq!(refused.status, 404);
    assert_eq!(refused.without_request(), absent.without_request());
    assert_eq!(
        house.actions(tenant).await[1..],
        ["session.tenant_refused", "session.tenant_refused"]
    );
    assert!(house.actions(foreign).await.is_empty());
}

#[tokio::test]
async fn a_platform_admin_enters_with_a_reason_and_both_logs_tell_it() {
    let house = House::built().await;
    let admin = house.platform_admin("root@example.org").await;
    let (_, tenant) = house.member("ada@example.org", Role::Owner).await;
    let session = house.session("root@example.org").await;
    let bad = [
        json!({ "tenant_id": tenant }),
        json!({ "tenant_id": tenant, "reason": "x " }),
        json!({ "tenant_id": tenant, "reason": "x".repeat(501) }),
        json!({ "tenant_id": tenant, "reason": "support\u{200b}" }),
        json!({ "tenant_id": tenant, "reason": "support", "minutes": 61 }),
        json!({ "tenant_id": tenant, "reason": "support", "minutes": 0 }),
        json!({ "tenant_id": tenant, "reason": "support", "minutes": -1 }),
    ];
    for body in bad {
        assert_eq!(
            switch(&house, &session, body.clone()).await.code(),
            "validation_failed",
            "{body}"
        );
    }
    assert!(house.actions(tenant).await.is_empty());

    let body = json!({ "tenant_id": tenant, "reason": "call 4711", "minutes": 30 });
    let inside = switch(&house, &session, body).await.json();
    assert_eq!(inside["tenant"]["role"], "admin");
    let me = house.get(&inside, "/api/v6/me").await.json();
    assert_eq!(me["role"], "admin");
    assert_eq!(
        me["acting"],
        json!({ "reason": "call 4711", "expires_at": "2027-01-15T12:30:00Z" })
    );
    assert_eq!(me["is_platform_admin"], true);
    let may = |what: &str| me["permissions"].as_array().unwrap().contains(&json!(what));
    assert!(may("users:manage") && !may("tenants:manage") && !may("api_keys:manage"));
    let told = (
        "tenant.entered".to_owned(),
        Some("call 4711".to_owned()),
        "platform_admin".to_owned(),
    );
    assert_eq!(house.log(tenant).await, std::slice::from_ref(&told));
    assert_eq!(house.log(TenantId::PLATFORM).await.last(), Some(&told));

    // What concerns only the admin is not told in the customer's log.
    let renamed = json!({ "name": "Root" });
    assert_eq!(
        house
            .call(&inside, Method::PATCH, "/api/v6/me", Some(renamed))
            .await
            .status,
        200
    );
    assert_eq!(house.log(tenant).await.len(), 1);

    let home = back(&house, &inside).await.json();
    assert_eq!(home["tenant"]["kind"], "platform");
    assert_eq!(home["user"]["id"], json!(admin));
    assert_eq!(
        house.actions(tenant).await,
        ["tenant.entered", "tenant.left"]
    );
    // The token that was made for the tenant opens it no longer.
    assert_eq!(
        house.get(&inside, "/api/v6/me").await.code(),
        "session_ended"
    );
}

#[tokio::test]
async fn acting_ends_by_the_clock_and_a_refresh_leads_home() {
    let house = House::built().await;
    house.platform_admin("root@example.org").await;
    let tenant = house.stage.tenant("North Quay").await;
    let session = house.session("root@example.org").await;
    let body = json!({ "tenant_id": tenant, "reason": "call 4711", "minutes": 20 });
    let inside = switch(&house, &session, body).await.json();
    assert_eq!(inside["expires_in"], 900);

    house.later(TimeDelta::minutes(10));
    let inside = house.refresh(&session["refresh_token"]).await.json();
    assert_eq!(inside["tenant"]["id"], json!(tenant), "there is time left");
    assert_eq!(
        inside["expires_in"], 600,
        "no token outlives the time to act"
    );
    house.later(TimeDelta::seconds(599));
    assert_eq!(house.get(&inside, "/api/v6/me").await.status, 200);
    house.later(TimeDelta::seconds(1));
    assert_eq!(house.get(&inside, "/api/v6/me").await.status, 401);
    let now = house.stage.now();
    let claims = Claims {
        expires_at: now + TimeDelta::minutes(5),
        ..house
            .accounts
            .tokens
            .read(
                inside["access_token"].as_str().unwrap(),
                now - TimeDelta::minutes(1),
            )
            .unwrap()
    };
    let refused = identity(&house.accounts.db, &claims, now)
        .await
        .unwrap_err();
    assert!(refused.detail.unwrap().contains("time to act"));

    let home = house.refresh(&inside["refresh_token"]).await.json();
    assert_eq!(home["tenant"]["kind"], "platform");
    assert_eq!(
        house.get(&home, "/api/v6/me").await.json()["acting"],
        Value::Null
    );
}

#[tokio::test]
async fn who_stops_being_a_platform_admin_stops_acting() {
    let house = House::built().await;
    house.platform_admin("chief@example.org").await;
    let admin = house.platform_admin("root@example.org").await;
    let tenant = house.stage.tenant("North Quay").await;
    let session = house.session("root@example.org").await;
    let body = json!({ "tenant_id": tenant, "reason": "call 4711" });
    let inside = switch(&house, &session, body).await.json();
    assert_eq!(house.get(&inside, "/api/v6/me").await.status, 200);
    house
        .execute(
            "update memberships set role = 'viewer' where user_id = $1",
            admin,
        )
        .await;
    assert_eq!(
        house.get(&inside, "/api/v6/me").await.code(),
        "session_ended"
    );
    let home = house.refresh(&session["refresh_token"]).await.json();
    assert_eq!(
        (&home["tenant"]["kind"], &home["tenant"]["role"]),
        (&json!("platform"), &json!("viewer"))
    );
}

#[tokio::test]
async fn nobody_enters_a_suspended_tenant() {
    let house = House::built().await;
    let root = house.platform_admin("root@example.org").await;
    let tenant = house.stage.tenant("North Quay").await;
    house
        .execute(
            "update tenants set status = 'suspended' where id = $1",
            tenant.0,
        )
        .await;
    let session = house.session("root@example.org").await;
    let body = json!({ "tenant_id": tenant, "reason": "call 4711" });
    assert_eq!(
        switch(&house, &session, body.clone()).await.code(),
        "tenant_not_active"
    );
    house.join(root, tenant, Role::Owner).await;
    assert_eq!(
        switch(&house, &session, body).await.code(),
        "tenant_not_active"
    );
}
