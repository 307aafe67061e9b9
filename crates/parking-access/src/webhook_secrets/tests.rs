//! Webhook credentials over a real database.

use parking_testkit::TestDb;
use secrecy::ExposeSecret as _;

use super::*;
use crate::tests::{Stage, bearer};

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

fn vault() -> Vault {
    Vault::new(&SecretString::from("the data key of a test installation"))
}

fn keeper() -> Keeper {
    Keeper {
        by: By::system("test"),
        user: None,
    }
}

async fn make(test: &TestDb, tenant: TenantId) -> Result<(Secret, SecretString), SecretError> {
    let mut tx = test.db().tenant(tenant).await.unwrap();
    let made = create(
        &mut tx,
        &vault(),
        &keeper(),
        &Name::parse("W").unwrap(),
        test.clock().now(),
    )
    .await?;
    tx.commit().await.unwrap();
    Ok(made)
}

async fn turn(
    test: &TestDb,
    tenant: TenantId,
    hours: i64,
) -> Result<(Secret, SecretString), SecretError> {
    let mut tx = test.db().tenant(tenant).await.unwrap();
    let made = rotate(
        &mut tx,
        &vault(),
        &keeper(),
        TimeDelta::hours(hours),
        test.clock().now(),
    )
    .await?;
    tx.commit().await.unwrap();
    Ok(made)
}

/// The secrets that are good now, as any credential of the tenant finds them.
async fn good(test: &TestDb, tenant: TenantId) -> Vec<String> {
    let named: Uuid =
        sqlx::query_scalar("select id from webhook_secrets where tenant_id = $1 limit 1")
            .bind(tenant.0)
            .fetch_one(&mut test.superuser().await)
            .await
            .unwrap();
    let signer = signer(&test.db(), &vault(), named).await.unwrap().unwrap();
    assert_eq!(signer.tenant, tenant);
    let now = test.clock().now();
    let good = |one: &&SigningSecret| one.expires_at.is_none_or(|end| now < end);
    let good = signer.secrets.iter().filter(good);
    good.map(|one| one.secret.expose_secret().to_owned())
        .collect()
}

fn text(made: &(Secret, SecretString)) -> String {
    made.1.expose_secret().to_owned()
}

#[tokio::test]
async fn rotating_leaves_no_moment_without_a_good_secret_and_none_with_three() {
    let test = TestDb::new().await;
    let tenant = tenant(&test, "a").await;
    let first = text(&make(&test, tenant).await.unwrap());
    assert_eq!(good(&test, tenant).await, std::slice::from_ref(&first));
    test.clock().advance(TimeDelta::hours(1));
    let second = text(&turn(&test, tenant, 24).await.unwrap());
    assert_eq!(good(&test, tenant).await, [second.clone(), first.clone()]);
    test.clock().advance(TimeDelta::hours(1));
    let third = text(&turn(&test, tenant, 24).await.unwrap());
    assert_eq!(
        good(&test, tenant).await,
        [third.clone(), second],
        "the first ends with the next rotation"
    );
    test.clock().advance(TimeDelta::hours(24));
    assert_eq!(good(&test, tenant).await, [third]);
}

#[tokio::test]
async fn rotating_without_overlap_ends_the_old_one_at_once() {
    let test = TestDb::new().await;
    let tenant = tenant(&test, "a").await;
    make(&test, tenant).await.unwrap();
    test.clock().advance(TimeDelta::seconds(1));
    let second = text(&turn(&test, tenant, 0).await.unwrap());
    assert_eq!(good(&test, tenant).await, [second]);
}

#[tokio::test]
async fn there_is_one_active_credential_and_only_an_active_one_is_rotated() {
    let test = TestDb::new().await;
    let tenant = tenant(&test, "a").await;
    assert!(matches!(
        turn(&test, tenant, 1).await,
        Err(SecretError::NoneActive)
    ));
    let (made, _) = make(&test, tenant).await.unwrap();
    assert!(matches!(
        make(&test, tenant).await,
        Err(SecretError::Exists)
    ));
    let mut tx = test.db().tenant(tenant).await.unwrap();
    revoke(
        &mut tx,
        &keeper(),
        (made.id, &IfMatch::default()),
        test.clock().now(),
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();
    assert_eq!(good(&test, tenant).await, Vec::<String>::new());
    make(&test, tenant).await.unwrap();
}

#[tokio::test]
async fn ten_rotations_at_once_leave_one_active_credential() {
    let test = TestDb::new().await;
    let tenant = tenant(&test, "a").await;
    make(&test, tenant).await.unwrap();
    test.clock().advance(TimeDelta::seconds(1));
    let all = futures_util::future::join_all((0..10).map(|_| turn(&test, tenant, 1))).await;
    assert!(all.iter().all(Result::is_ok));
    assert!(good(&test, tenant).await.len() <= 2);
    let active: i64 = sqlx::query_scalar(
        "select count(*) from webhook_secrets where expires_at is null and revoked_at is null",
    )
    .fetch_one(&mut test.superuser().await)
    .await
    .unwrap();
    assert_eq!(active, 1);
}

#[tokio::test]
async fn a_secret_moved_to_another_tenants_row_does_not_open() {
    let test = TestDb::new().await;
    let (ours, theirs) = (tenant(&test, "a").await, tenant(&test, "b").await);
    make(&test, ours).await.unwrap();
    make(&test, theirs).await.unwrap();
    sqlx::query("update webhook_secrets set sealed_secret = (select sealed_secret from webhook_secrets where tenant_id = $1) where tenant_id = $2")
        .bind(ours.0)
        .bind(theirs.0)
        .execute(&mut test.superuser().await)
        .await
        .unwrap();
    assert_eq!(good(&test, theirs).await, Vec::<String>::new());
    assert_eq!(good(&test, ours).await.len(), 1);
}

#[tokio::test]
async fn over_http_the_secret_is_shown_once_and_signs_until_its_overlap_ends() {
    let stage = Stage::set().await;
    let (ours, theirs) = (stage.tenant("Ours").await, stage.tenant("Theirs").await);
    let owner = stage
        .member(ours, parking_domain::access::Role::Owner)
        .await;
    let stranger = stage
        .member(theirs, parking_domain::access::Role::Owner)
        .await;
    let api = stage.serve(routes(WebhookSecrets {
        db: stage.db.clone(),
        clock: stage.clock.clone(),
        vault: vault(),
    }));
    let all = "/api/v6/webhook-secrets";
    let rotate = "/api/v6/webhook-secrets/rotate";
    assert_eq!(
        api.post(&owner, rotate, json!({})).await.code(),
        "no_active_secret"
    );
    let first = api.post(&owner, all, json!({"name": "Gateway"})).await;
    assert_eq!(first.status.as_u16(), 201);
    let first = first.json();
    assert_eq!(first["header_name"], "X-Webhook-Signature");
    assert_eq!(
        api.post(&owner, all, json!({})).await.code(),
        "secret_exists"
    );
    stage.clock.advance(TimeDelta::seconds(1));
    let too_long = api
        .post(&owner, rotate, json!({"overlap_hours": 169}))
        .await;
    assert_eq!(too_long.json()["errors"][0]["field"], "overlap_hours");
    let second = api.post(&owner, rotate, json!({})).await.json();
    let statuses = async || {
        let page = api.get(&owner, all).await;
        assert!(!page.text.contains(first["secret"].as_str().unwrap()));
        let page = page.json();
        let found = page["webhook_secrets"].as_array().unwrap().iter();
        found
            .map(|one| one["status"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(statuses().await, ["active", "retiring"]);
    stage.clock.advance(TimeDelta::hours(24));
    assert_eq!(statuses().await, ["active", "expired"]);

    let path = format!("{all}/{}", second["id"].as_str().unwrap());
    let absent = format!("{all}/{}", fresh());
    for method in [axum::http::Method::GET, axum::http::Method::DELETE] {
        let ask = async |path: &str| {
            api.call(method.clone(), path, &[bearer(&stranger)], None)
                .await
        };
        let (foreign, absent) = (ask(&path).await, ask(&absent).await);
        assert_eq!(foreign.status.as_u16(), 404);
        assert_eq!(foreign.without_request(), absent.without_request());
    }
    let stale = [bearer(&owner), ("if-match", "\"v9\"".to_owned())];
    let refused = api
        .call(axum::http::Method::DELETE, &path, &stale, None)
        .await;
    assert_eq!(refused.code(), "precondition_failed");
    assert_eq!(api.delete(&owner, &path).await.status.as_u16(), 204);
    assert_eq!(statuses().await, ["revoked", "expired"]);
}
