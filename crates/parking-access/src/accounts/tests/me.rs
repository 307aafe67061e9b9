//! What callers see and change about themselves.

use super::*;

const ME: &str = "/api/v6/me";

#[tokio::test]
async fn a_person_sees_themselves_where_they_are() {
    let house = House::built().await;
    let (user, tenant) = house.member("ada@example.org", Role::Owner).await;
    let session = house.session("ada@example.org").await;
    let me = house.get(&session, ME).await;
    assert_eq!(me.etag(), "\"v1\"");
    let body = me.json();
    assert_eq!(body["user"]["id"], json!(user));
    assert_eq!(body["tenant"]["id"], json!(tenant));
    assert_eq!(body["features"]["analytics"], false);
    assert_eq!(
        (&body["api_key"], &body["scopes"], &body["acting"]),
        (&json!(null), &json!(null), &json!(null))
    );
    assert_eq!(body["is_platform_admin"], false);
    assert_eq!(house.get(&session, "/api/auth/me").await.json(), body);
    let nobody = house.web.call(Method::GET, ME, &[], None).await;
    assert_eq!(nobody.code(), "unauthenticated");
}

#[tokio::test]
async fn people_change_their_name_language_and_theme() {
    let house = House::built().await;
    let (_, tenant) = house.member("ada@example.org", Role::Viewer).await;
    let session = house.session("ada@example.org").await;
    let change =
        async |method: Method, body: Value| house.call(&session, method, ME, Some(body)).await;
    let changed = change(Method::PATCH, json!({ "language": "fr", "theme": "dark" })).await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    assert_eq!(changed.etag(), "\"v2\"");
    let user = &changed.json()["user"];
    assert_eq!(
        (&user["language"], &user["theme"], &user["name"]),
        (&json!("fr"), &json!("dark"), &json!("Ada Lovelace"))
    );
    // PUT leaves alone what is left out, too.
    let renamed = change(Method::PUT, json!({ "name": "  Grace " }))
        .await
        .json();
    assert_eq!(
        (&renamed["user"]["name"], &renamed["user"]["theme"]),
        (&json!("Grace"), &json!("dark"))
    );
    assert_eq!(
        house.actions(tenant).await[1..],
        ["user.updated", "user.updated"]
    );

    for (body, field) in [
        (json!({ "name": "\u{200b}" }), "name"),
        (json!({ "name": "Gra\u{200d}ce" }), "name"),
        (json!({ "name": " " }), "name"),
        (json!({ "name": "x".repeat(256) }), "name"),
        (json!({ "language": "de" }), "language"),
        (json!({ "theme": "pink" }), "theme"),
        (json!({ "email": "x@example.org" }), "email"),
        (json!({ "role": "owner" }), "role"),
    ] {
        let refused = change(Method::PATCH, body.clone()).await;
        assert_eq!(refused.json()["errors"][0]["field"], field, "{body}");
    }
}

#[tokio::test]
async fn a_stale_change_is_refused() {
    let house = House::built().await;
    house.member("ada@example.org", Role::Viewer).await;
    let session = house.session("ada@example.org").await;
    let change = async |tag: &str| {
        let headers = [
            ("authorization", bearer(&session)),
            ("if-match", tag.to_owned()),
        ];
        house
            .web
            .call(
                Method::PATCH,
                ME,
                &headers,
                Some(json!({ "theme": "light" })),
            )
            .await
    };
    assert_eq!(change("\"v1\"").await.etag(), "\"v2\"");
    assert_eq!(change("\"v1\"").await.code(), "precondition_failed");
    assert_eq!(change("*").await.status, 200);
}

#[tokio::test]
async fn limits_tell_how_much_is_used_and_how_fast_one_may_ask() {
    let house = House::built().await;
    let (_, tenant) = house.member("ada@example.org", Role::Viewer).await;
    house.stage.member(tenant, Role::Viewer).await;
    house.stage.member(tenant, Role::Viewer).await;
    let session = house.session("ada@example.org").await;
    let limits = house.get(&session, "/api/v6/me/limits").await.json();
    assert_eq!(limits["tier"], "basic");
    let users = json!({ "resource": "users", "used": 4, "max": 5, "near_limit": true });
    assert_eq!(limits["resources"][0], users);
    assert_eq!(limits["resources"].as_array().unwrap().len(), 5);
    let rate = json!({ "requests_per_minute": 100, "burst": 200, "writes_per_minute": 60 });
    assert_eq!(limits["rate"], rate);
}

#[tokio::test]
async fn an_api_key_sees_itself_and_has_no_profile() {
    use crate::api_keys;

    let house = House::built_with(AccountOptions::default(), |accounts| {
        vec![api_keys::routes(api_keys::ApiKeys {
            db: accounts.db.clone(),
            clock: accounts.clock.clone(),
        })]
    })
    .await;
    let (_, tenant) = house.member("ada@example.org", Role::Owner).await;
    let session = house.session("ada@example.org").await;
    let body =
        json!({ "name": "Gate", "role": "operator", "scopes": ["sites:read", "tenants:read"] });
    let made = house
        .call(&session, Method::POST, "/api/v6/api-keys", Some(body))
        .await
        .json();
    let key = [("x-api-key", made["key"].as_str().unwrap().to_owned())];
    let me = house.web.call(Method::GET, ME, &key, None).await.json();
    assert_eq!(me["user"], Value::Null);
    assert_eq!(me["api_key"], json!({ "id": made["id"], "name": "Gate" }));
    assert_eq!(me["tenants"][0]["id"], json!(tenant));
    assert_eq!(me["role"], "operator");
    assert_eq!(me["scopes"], json!(["sites:read", "tenants:read"]));
    assert_eq!(me["permissions"], json!(["tenant:read", "sites:read"]));
    let limits = house
        .web
        .call(Method::GET, "/api/v6/me/limits", &key, None)
        .await;
    assert_eq!(limits.status, 200);
    for (method, path) in [
        (Method::PATCH, ME),
        (Method::POST, "/api/auth/change-password"),
        (Method::POST, "/api/auth/switch-tenant"),
        (Method::GET, "/api/auth/sessions"),
    ] {
        let refused = house.web.call(method, path, &key, Some(json!({}))).await;
        assert_eq!(refused.code(), "person_required", "{path}");
    }
}

#[tokio::test]
async fn a_member_of_the_platform_who_does_not_run_it_is_offered_nothing_of_the_estate() {
    let house = House::built().await;
    house.platform_admin("root@example.org").await;
    let user = house.account("ada@example.org").await;
    house.join(user, TenantId::PLATFORM, Role::Viewer).await;
    let offered = async |email: &str| {
        let session = house.session(email).await;
        let me = house.get(&session, ME).await.json();
        let offered = me["permissions"].as_array().unwrap().clone();
        offered.contains(&json!("sites:read"))
    };
    assert!(offered("root@example.org").await);
    assert!(!offered("ada@example.org").await);
}
