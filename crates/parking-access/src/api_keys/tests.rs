//! API keys over a real database.

use std::net::IpAddr;

use chrono::TimeDelta;
use parking_domain::ids::TenantId;
use parking_testkit::TestDb;

use super::*;
use crate::tests::{Person, Served, Stage, bearer};

async fn tenant(test: &TestDb, slug: &str) -> TenantId {
    let tenant = TenantId(fresh());
    sqlx::query(
        "insert into tenants (id, name, slug, tier, requests_per_minute, created_at, updated_at)
         values ($1, $2, $2, 'basic', 100, now(), now())",
    )
    .bind(tenant.0)
    .bind(slug)
    .execute(&mut test.superuser().await)
    .await
    .unwrap();
    tenant
}

fn maker(role: Role) -> Maker {
    Maker {
        by: By::system("test"),
        user: None,
        role,
    }
}

fn wanted(role: Role) -> KeyDraft {
    KeyDraft {
        name: Name::parse("Gate").unwrap(),
        role,
        scopes: vec![Scope::SitesRead],
        expires_at: None,
        allowed_ips: vec![],
        requests_per_minute: None,
    }
}

async fn made(test: &TestDb, tenant: TenantId, new: KeyDraft) -> (Key, String) {
    let mut tx = test.db().tenant(tenant).await.unwrap();
    let (key, shown) = create(&mut tx, &maker(Role::Owner), new, test.clock().now())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    (key, shown.expose_secret().to_owned())
}

async fn look_up(test: &TestDb, shown: &str) -> KnownKey {
    known(&test.db(), ShownKey::parse(shown).unwrap().public_id)
        .await
        .unwrap()
        .unwrap()
}

#[tokio::test]
async fn a_key_opens_with_its_secret_and_with_no_other() {
    let test = TestDb::new().await;
    let tenant = tenant(&test, "a").await;
    let (_, shown) = made(&test, tenant, wanted(Role::Operator)).await;
    let found = look_up(&test, &shown).await;
    assert_eq!((found.tenant, found.role), (tenant, Role::Operator));
    assert!(ShownKey::parse(&shown).unwrap().opens(&found));
    let public = ShownKey::parse(&shown).unwrap().public_id;
    let forged = format!("pk_{public}_{}", "A".repeat(43));
    assert!(!ShownKey::parse(&forged).unwrap().opens(&found));
    assert!(known(&test.db(), "nobody").await.unwrap().is_none());
    for odd in [
        "", "pk_", "pk_a", "pk_a_", "pk__b", "ak_a_b", "pk_a b_c", "pk_é_c",
    ] {
        assert!(ShownKey::parse(odd).is_none(), "{odd}");
    }
}

#[tokio::test]
async fn the_secret_is_kept_nowhere() {
    let test = TestDb::new().await;
    let tenant = tenant(&test, "a").await;
    let (_, shown) = made(&test, tenant, wanted(Role::Viewer)).await;
    let secret = shown.splitn(3, '_').last().unwrap().to_owned();
    for table in ["api_keys", "audit_log", "events", "jobs"] {
        let rows: Vec<String> = sqlx::query_scalar(sqlx::AssertSqlSafe(format!(
            "select t::text from {table} t"
        )))
        .fetch_all(&mut test.superuser().await)
        .await
        .unwrap();
        assert!(rows.iter().all(|row| !row.contains(&secret)), "{table}");
    }
}

#[tokio::test]
async fn nobody_makes_or_raises_a_key_above_themselves() {
    let test = TestDb::new().await;
    let tenant = tenant(&test, "a").await;
    let now = test.clock().now();
    let (key, _) = made(&test, tenant, wanted(Role::Owner)).await;
    let mut tx = test.db().tenant(tenant).await.unwrap();
    let admin = maker(Role::Admin);
    assert!(matches!(
        create(&mut tx, &admin, wanted(Role::Owner), now).await,
        Err(KeyError::RoleTooHigh)
    ));
    let lower = KeyChange {
        role: Some(Role::Viewer),
        ..KeyChange::default()
    };
    let refused = change(&mut tx, &admin, (key.id, &IfMatch::default()), lower, now).await;
    assert!(
        matches!(refused, Err(KeyError::RoleTooHigh)),
        "an owner's key is not an admin's to change"
    );
    let platform = maker(Role::PlatformAdmin);
    assert!(matches!(
        create(&mut tx, &platform, wanted(Role::PlatformAdmin), now).await,
        Err(KeyError::RoleTooHigh)
    ));
}

#[tokio::test]
async fn a_key_ends_by_the_clock_and_by_being_revoked() {
    let test = TestDb::new().await;
    let tenant = tenant(&test, "a").await;
    let now = test.clock().now();
    let end = now + TimeDelta::hours(1);
    let (_, shown) = made(
        &test,
        tenant,
        KeyDraft {
            expires_at: Some(end),
            ..wanted(Role::Viewer)
        },
    )
    .await;
    let found = look_up(&test, &shown).await;
    assert!(found.is_good(end - TimeDelta::microseconds(1)));
    assert!(!found.is_good(end));

    let (key, shown) = made(&test, tenant, wanted(Role::Viewer)).await;
    let mut tx = test.db().tenant(tenant).await.unwrap();
    for _ in 0..2 {
        revoke(
            &mut tx,
            &maker(Role::Owner),
            (key.id, &IfMatch::default()),
            now,
        )
        .await
        .unwrap();
    }
    let refused = change(
        &mut tx,
        &maker(Role::Owner),
        (key.id, &IfMatch::default()),
        KeyChange::default(),
        now,
    )
    .await;
    assert!(
        matches!(refused, Err(KeyError::Revoked)),
        "a revoked key does not come back"
    );
    tx.commit().await.unwrap();
    assert!(!look_up(&test, &shown).await.is_good(now));
}

#[tokio::test]
async fn a_key_comes_only_from_where_it_may() {
    let test = TestDb::new().await;
    let tenant = tenant(&test, "a").await;
    let nets = vec![
        "192.0.2.7/24".parse().unwrap(),
        "2001:db8::/32".parse().unwrap(),
    ];
    let (key, shown) = made(
        &test,
        tenant,
        KeyDraft {
            allowed_ips: nets,
            ..wanted(Role::Viewer)
        },
    )
    .await;
    assert_eq!(
        key.allowed_ips,
        ["192.0.2.0/24", "2001:db8::/32"],
        "networks are kept in their plain form"
    );
    let found = look_up(&test, &shown).await;
    let from = |ip: &str| found.allows(ip.parse::<IpAddr>().unwrap());
    assert!(from("192.0.2.250") && from("::ffff:192.0.2.250") && from("2001:db8::1"));
    assert!(!from("192.0.3.1") && !from("::1"));
}

#[tokio::test]
async fn another_tenants_key_is_not_there() {
    let test = TestDb::new().await;
    let (ours, theirs) = (tenant(&test, "a").await, tenant(&test, "b").await);
    let (key, _) = made(&test, theirs, wanted(Role::Viewer)).await;
    let mut tx = test.db().tenant(ours).await.unwrap();
    let (now, owner) = (test.clock().now(), maker(Role::Owner));
    let any = IfMatch::default();
    assert!(matches!(
        change(&mut tx, &owner, (key.id, &any), KeyChange::default(), now).await,
        Err(KeyError::Absent)
    ));
    assert!(matches!(
        revoke(&mut tx, &owner, (key.id, &any), now).await,
        Err(KeyError::Absent)
    ));
    assert!(store::find(&mut tx, key.id).await.unwrap().is_none());
}

#[tokio::test]
async fn the_last_use_is_written_late_and_never_goes_back() {
    let test = TestDb::new().await;
    let tenant = tenant(&test, "a").await;
    let (key, _) = made(&test, tenant, wanted(Role::Viewer)).await;
    let now = test.clock().now();
    let usage = Usage::default();
    let read = async || {
        let mut tx = test.db().tenant(tenant).await.unwrap();
        store::find(&mut tx, key.id).await.unwrap().unwrap()
    };
    usage.note(key.id, now, "192.0.2.1".parse().unwrap());
    assert_eq!(read().await.last_used_at, None);
    usage.flush(&test.db()).await.unwrap();
    assert_eq!(read().await.last_used_at, Some(now));
    usage.note(
        key.id,
        now - TimeDelta::hours(1),
        "192.0.2.2".parse().unwrap(),
    );
    usage.flush(&test.db()).await.unwrap();
    let key = read().await;
    assert_eq!(
        (key.last_used_at, key.last_used_ip.as_deref()),
        (Some(now), Some("192.0.2.1"))
    );
}

#[tokio::test]
async fn a_change_is_recorded_with_what_it_was_and_what_it_is() {
    let test = TestDb::new().await;
    let tenant = tenant(&test, "a").await;
    let (key, _) = made(&test, tenant, wanted(Role::Viewer)).await;
    let mut tx = test.db().tenant(tenant).await.unwrap();
    let renamed = KeyChange {
        name: Some(Name::parse("Barrier").unwrap()),
        ..KeyChange::default()
    };
    let changed = change(
        &mut tx,
        &maker(Role::Owner),
        (key.id, &IfMatch::default()),
        renamed,
        test.clock().now(),
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();
    assert_eq!(
        (changed.version, changed.role.as_str()),
        (key.version + 1, "viewer")
    );
    let (old, new): (Value, Value) =
        sqlx::query_as("select old, new from audit_log where action = 'api_key.updated'")
            .fetch_one(&mut test.superuser().await)
            .await
            .unwrap();
    assert_eq!(
        (old, new),
        (json!({ "name": "Gate" }), json!({ "name": "Barrier" }))
    );
}

/// The routes of keys, a tenant with its owner, and the key they made.
async fn served() -> (Stage, Person, Served, Value) {
    let stage = Stage::set().await;
    let tenant = stage.tenant("Quay").await;
    let owner = stage.member(tenant, Role::Owner).await;
    let state = ApiKeys {
        db: stage.db.clone(),
        clock: stage.clock.clone(),
    };
    let api = stage.serve(routes(state));
    let body = json!({"name": "100%_Gate", "role": "admin", "scopes": ["admin:*"], "allowed_ips": ["192.0.2.9", "10.1.2.3/8"]});
    let made = api.post(&owner, "/api/v6/api-keys", body).await;
    assert_eq!(
        made.status,
        axum::http::StatusCode::CREATED,
        "{}",
        made.text
    );
    let key = made.json();
    assert_eq!(
        made.headers["location"],
        format!("/api/v6/api-keys/{}", key["id"].as_str().unwrap())
    );
    (stage, owner, api, key)
}

#[tokio::test]
async fn the_whole_key_is_in_the_first_answer_and_in_no_other() {
    let (_stage, owner, api, key) = served().await;
    let path = format!("/api/v6/api-keys/{}", key["id"].as_str().unwrap());
    let shown = key["key"].as_str().unwrap();
    assert!(shown.starts_with(&format!("{}_", key["prefix"].as_str().unwrap())));
    assert_eq!(key["allowed_ips"], json!(["192.0.2.9/32", "10.0.0.0/8"]));
    assert_eq!(key["created_by"]["id"], owner.id.to_string());
    let secret = shown.splitn(3, '_').last().unwrap();
    for path in [path.as_str(), "/api/v6/api-keys"] {
        let seen = api.get(&owner, path).await;
        assert!(!seen.text.contains(secret) && !seen.text.contains("secret"));
    }
}

#[tokio::test]
async fn keys_are_found_by_status_and_name_and_changed_by_version() {
    let (stage, owner, api, key) = served().await;
    let path = format!("/api/v6/api-keys/{}", key["id"].as_str().unwrap());
    let total = async |query: &str| {
        let page = api.get(&owner, &format!("/api/v6/api-keys{query}")).await;
        page.json()["total"].as_i64().unwrap()
    };
    assert_eq!(total("?q=%25_g").await, 1);
    assert_eq!(total("?q=_0").await, 0);
    assert_eq!(total("?status=active").await, 1);
    let end = (stage.now() + TimeDelta::minutes(1)).to_rfc3339();
    let seen = api.get(&owner, &path).await.etag();
    let change = async |body: Value| {
        let headers = [bearer(&owner), ("if-match", seen.clone())];
        api.call(axum::http::Method::PUT, &path, &headers, Some(body))
            .await
    };
    let changed = change(json!({"expires_at": end, "scopes": ["sites:read"]}))
        .await
        .json();
    assert_eq!(changed["scopes"], json!(["sites:read"]));
    assert_eq!(
        change(json!({"name": "Late"})).await.code(),
        "precondition_failed"
    );
    stage.clock.advance(TimeDelta::minutes(1));
    assert_eq!(
        (
            total("?status=active").await,
            total("?status=expired").await
        ),
        (0, 1)
    );
    let cleared = api
        .patch(&owner, &path, json!({"expires_at": null}))
        .await
        .json();
    assert_eq!(
        (&cleared["status"], &cleared["expires_at"]),
        (&json!("active"), &Value::Null)
    );
    assert_eq!(api.delete(&owner, &path).await.status.as_u16(), 204);
    assert_eq!(total("?status=revoked").await, 1);
    assert_eq!(
        api.patch(&owner, &path, json!({"name": "x"})).await.code(),
        "conflict"
    );
}

#[tokio::test]
async fn what_cannot_be_is_refused_by_field() {
    let (stage, owner, api, key) = served().await;
    let path = format!("/api/v6/api-keys/{}", key["id"].as_str().unwrap());
    let past = stage.now().to_rfc3339();
    for (field, bad) in [
        ("role", json!({"role": "platform_admin"})),
        ("role", json!({"role": "king"})),
        ("scopes", json!({"scopes": ["sites:eat"]})),
        ("scopes", json!({"scopes": []})),
        ("allowed_ips", json!({"allowed_ips": ["300.1.1.1"]})),
        ("expires_at", json!({ "expires_at": past })),
        ("expires_at", json!({"expires_at": "2030-01-01T00:00:00"})),
        ("requests_per_minute", json!({"requests_per_minute": 101})),
        ("requests_per_minute", json!({"requests_per_minute": 0})),
        ("name", json!({"name": ""})),
        ("colour", json!({"colour": "red"})),
    ] {
        let mut whole = json!({"name": "K", "role": "viewer", "scopes": ["sites:read"]});
        whole
            .as_object_mut()
            .unwrap()
            .extend(bad.as_object().unwrap().clone());
        for refused in [
            api.patch(&owner, &path, bad).await,
            api.post(&owner, "/api/v6/api-keys", whole).await,
        ] {
            assert_eq!(refused.status.as_u16(), 422, "{}", refused.text);
            assert_eq!(refused.json()["errors"][0]["field"], field);
        }
    }
    let admin = stage.member(owner.tenant, Role::Admin).await;
    assert_eq!(api.get(&admin, &path).await.code(), "forbidden");
}
