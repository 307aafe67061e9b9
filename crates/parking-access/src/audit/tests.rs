//! The audit log over a real database: what was tampered with is found.

use parking_db::Reason;
use parking_domain::ids::{TenantId, fresh};
use parking_testkit::TestDb;
use sqlx::PgConnection;

use super::*;

async fn write(test: &TestDb, tenant: TenantId, name: &str) {
    let mut tx = test.db().tenant(tenant).await.unwrap();
    let entry = Entry {
        action: "thing.changed",
        entity_type: "thing",
        entity_name: Some(name),
        new: Some(
            serde_json::json!({ "name": name, "size": 1.50, "nested": { "b": [1, null], "a": "é" } }),
        ),
        ..Entry::default()
    };
    append(
        tx.conn(),
        tenant,
        &By::system("test"),
        test.clock().now(),
        entry,
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();
}

async fn chain_of_five(test: &TestDb) -> TenantId {
    let tenant = TenantId(fresh());
    for name in ["one", "two", "three", "four", "five"] {
        write(test, tenant, name).await;
        test.clock().advance(chrono::TimeDelta::microseconds(1));
    }
    tenant
}

async fn fault(test: &TestDb, tenant: TenantId) -> Option<(i64, FaultKind)> {
    let found = verify(&test.db()).await.unwrap();
    let chain = found
        .into_iter()
        .find(|chain| chain.tenant == tenant)
        .unwrap();
    chain.fault.map(|fault| (fault.seq, fault.kind))
}

/// Does something that only a superuser can, past the trigger and the revoked privileges.
async fn tamper(test: &TestDb, statement: &'static str, tenant: TenantId) {
    let mut admin: PgConnection = test.superuser().await;
    let done = sqlx::query(statement)
        .bind(tenant.0)
        .execute(&mut admin)
        .await
        .unwrap();
    assert!(done.rows_affected() > 0, "nothing was tampered with");
}

#[tokio::test]
async fn an_honest_chain_is_whole_and_other_tenants_do_not_matter() {
    let test = TestDb::new().await;
    let (ours, theirs) = (chain_of_five(&test).await, chain_of_five(&test).await);
    assert_eq!(fault(&test, ours).await, None);
    tamper(
        &test,
        "update audit_log set action = 'x' where tenant_id = $1",
        theirs,
    )
    .await;
    assert_eq!(fault(&test, ours).await, None);
    assert_eq!(fault(&test, theirs).await, Some((1, FaultKind::Changed)));
}

#[tokio::test]
async fn a_changed_entry_is_found() {
    let test = TestDb::new().await;
    let tenant = chain_of_five(&test).await;
    tamper(
        &test,
        r#"update audit_log set new = '{"name": "3"}' where tenant_id = $1 and seq = 3"#,
        tenant,
    )
    .await;
    assert_eq!(fault(&test, tenant).await, Some((3, FaultKind::Changed)));
}

#[tokio::test]
async fn a_removed_entry_is_found() {
    let test = TestDb::new().await;
    let tenant = chain_of_five(&test).await;
    tamper(
        &test,
        "delete from audit_log where tenant_id = $1 and seq = 3",
        tenant,
    )
    .await;
    assert_eq!(fault(&test, tenant).await, Some((4, FaultKind::Removed)));
}

#[tokio::test]
async fn entries_that_changed_places_are_found() {
    let test = TestDb::new().await;
    let tenant = chain_of_five(&test).await;
    tamper(
        &test,
        "update audit_log set seq = 5 - seq + 1 where tenant_id = $1 and seq in (2, 4)",
        tenant,
    )
    .await;
    assert!(matches!(fault(&test, tenant).await, Some((2, _))));
}

#[tokio::test]
async fn entries_swapped_with_their_hashes_recomputed_in_place_are_still_found() {
    let test = TestDb::new().await;
    let tenant = chain_of_five(&test).await;
    // The forger gives entry 3 the place of entry 2 and computes its hash anew, but cannot make
    // entry 4 follow it.
    tamper(
        &test,
        "delete from audit_log where tenant_id = $1 and seq = 2",
        tenant,
    )
    .await;
    tamper(
        &test,
        "with forged as (select *, (select prev_hash from audit_log o where o.tenant_id = $1 and o.seq = 3) as p from audit_log where tenant_id = $1 and seq = 3)
         update audit_log a set seq = 2 from forged where a.id = forged.id",
        tenant,
    )
    .await;
    assert!(fault(&test, tenant).await.is_some());
}

#[tokio::test]
async fn a_chain_that_lost_its_end_is_found() {
    let test = TestDb::new().await;
    let tenant = chain_of_five(&test).await;
    tamper(
        &test,
        "delete from audit_log where tenant_id = $1 and seq > 3",
        tenant,
    )
    .await;
    assert_eq!(fault(&test, tenant).await, Some((3, FaultKind::CutOff)));
}

#[tokio::test]
async fn a_chain_whose_oldest_months_were_dropped_is_whole() {
    let test = TestDb::new().await;
    let tenant = chain_of_five(&test).await;
    tamper(
        &test,
        "delete from audit_log where tenant_id = $1 and seq < 3",
        tenant,
    )
    .await;
    assert_eq!(fault(&test, tenant).await, None);
}

#[tokio::test]
async fn parallel_writers_make_one_chain() {
    let test = TestDb::new().await;
    let tenant = TenantId(fresh());
    let names: Vec<String> = (0..20).map(|number| number.to_string()).collect();
    futures_util::future::join_all(names.iter().map(|name| write(&test, tenant, name))).await;
    assert_eq!(fault(&test, tenant).await, None);
    let mut tx = test.db().platform(Reason::Worker("test")).await.unwrap();
    let (last, _) = store::head(tx.conn(), tenant).await.unwrap().unwrap();
    assert_eq!(last, 20);
}

#[tokio::test]
async fn an_undone_change_leaves_no_entry_and_no_gap() {
    let test = TestDb::new().await;
    let tenant = chain_of_five(&test).await;
    let mut tx = test.db().tenant(tenant).await.unwrap();
    append(
        tx.conn(),
        tenant,
        &By::system("test"),
        test.clock().now(),
        Entry::default(),
    )
    .await
    .unwrap();
    drop(tx);
    write(&test, tenant, "six").await;
    assert_eq!(fault(&test, tenant).await, None);
}

#[test]
fn the_difference_holds_only_what_changed() {
    let old = serde_json::json!({ "a": 1, "b": 2, "c": 3 });
    let new = serde_json::json!({ "a": 1, "b": 5, "d": 4 });
    let (before, after) = difference(&old, &new);
    assert_eq!(before, Some(serde_json::json!({ "b": 2, "c": 3 })));
    assert_eq!(after, Some(serde_json::json!({ "b": 5, "d": 4 })));
    assert_eq!(difference(&old, &old), (None, None));
}
