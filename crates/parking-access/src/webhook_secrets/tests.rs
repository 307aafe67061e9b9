//! Webhook credentials over a real database.

use parking_testkit::TestDb;
use secrecy::ExposeSecret as _;

use super::*;

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

async fn good(test: &TestDb, tenant: TenantId) -> Vec<String> {
    let secrets = good_secrets(&test.db(), &vault(), tenant, test.clock().now())
        .await
        .unwrap();
    secrets
        .iter()
        .map(|secret| secret.expose_secret().to_owned())
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
    assert_eq!(good(&test, tenant).await, [first.clone()]);
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
    assert!(
        all.iter()
            .all(|one| matches!(one, Ok(_) | Err(SecretError::NoneActive)))
    );
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
