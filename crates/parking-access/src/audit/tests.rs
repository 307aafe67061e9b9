//! The audit log over a real database: what was tampered with is found.

use parking_db::Reason;
use parking_db::queue::{Worker, run_due_schedules};
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
async fn a_chain_that_lost_its_front_is_found() {
    let test = TestDb::new().await;
    let tenant = chain_of_five(&test).await;
    tamper(
        &test,
        "delete from audit_log where tenant_id = $1 and seq < 3",
        tenant,
    )
    .await;
    assert_eq!(fault(&test, tenant).await, Some((3, FaultKind::Removed)));
}

#[tokio::test]
async fn a_chain_that_lost_everything_is_found() {
    let test = TestDb::new().await;
    let tenant = chain_of_five(&test).await;
    tamper(&test, "delete from audit_log where tenant_id = $1", tenant).await;
    assert_eq!(fault(&test, tenant).await, Some((0, FaultKind::CutOff)));
}

/// An entry and an event a month, in months that are made as the server makes them.
async fn months(test: &TestDb, tenant: TenantId, count: usize) {
    for month in 0..count {
        if month > 0 {
            test.clock().advance(chrono::TimeDelta::days(30));
        }
        make_months(&test.db(), test.clock().now()).await.unwrap();
        write(test, tenant, &format!("month {month}")).await;
        let mut tx = test.db().tenant(tenant).await.unwrap();
        sqlx::query("insert into events (tenant_id, at, kind, subject_type, subject_id) values ($1, $2, 'a.b', 'a', '1')")
            .bind(tenant.0)
            .bind(test.clock().now())
            .execute(tx.conn())
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }
}

async fn rows(test: &TestDb) -> (i64, i64) {
    sqlx::query_as("select (select count(*) from audit_log), (select count(*) from events)")
        .fetch_one(&mut test.superuser().await)
        .await
        .unwrap()
}

/// Runs the recurring job of the logs once, as a server that just started.
async fn keep(test: &TestDb, witness: &Witness) {
    test.clock().advance(chrono::TimeDelta::hours(12));
    let worker = jobs::jobs(
        Worker::new(test.db(), test.clock()),
        &test.db(),
        &test.clock(),
        witness,
    );
    run_due_schedules(&test.db(), &schedules(), test.clock().now())
        .await
        .unwrap();
    assert_eq!(worker.drain().await.unwrap(), 1, "the job is due");
}

async fn platform_tenant(test: &TestDb) {
    sqlx::query(
        "insert into tenants (id, name, slug, kind, tier, requests_per_minute, created_at, updated_at)
         values ($1, 'Platform', 'platform', 'platform', 'enterprise', 100, now(), now())",
    )
    .bind(TenantId::PLATFORM.0)
    .execute(&mut test.superuser().await)
    .await
    .unwrap();
}

#[tokio::test]
async fn a_chain_whose_oldest_months_were_dropped_is_whole_and_its_front_is_still_watched() {
    let test = TestDb::new().await;
    platform_tenant(&test).await;
    let tenant = TenantId(fresh());
    months(&test, tenant, 42).await;
    let before = rows(&test).await;
    let witness = Witness::new(test.db());
    keep(&test, &witness).await;
    let after = rows(&test).await;
    assert!(after.0 < before.0, "the oldest month of entries is dropped");
    assert!(after.1 < before.1, "the oldest month of events is dropped");
    assert!(after.0 > before.0 - 3, "one month at a time");
    assert_eq!(fault(&test, tenant).await, None);
    keep(&test, &witness).await;
    assert!(rows(&test).await.0 < after.0, "the next one the next time");
    assert_eq!(fault(&test, tenant).await, None);
    tamper(
        &test,
        "delete from audit_log where tenant_id = $1 and seq = (select min(seq) from audit_log)",
        tenant,
    )
    .await;
    assert!(matches!(
        fault(&test, tenant).await,
        Some((_, FaultKind::Removed))
    ));
}

#[tokio::test]
async fn a_clock_that_jumps_ten_years_ahead_deletes_nothing() {
    let test = TestDb::new().await;
    platform_tenant(&test).await;
    let tenant = TenantId(fresh());
    months(&test, tenant, 20).await;
    let before = rows(&test).await;
    let witness = Witness::new(test.db());
    witness.look().await.unwrap();
    test.clock().advance(chrono::TimeDelta::days(3_653));
    keep(&test, &witness).await;
    assert_eq!(rows(&test).await, before);
    // Somebody signs in meanwhile, and the server is started again: the records say ten years too.
    write(&test, tenant, "ten years").await;
    let restarted = Witness::new(test.db());
    assert!(restarted.confirms(test.clock().now()).await.unwrap());
    keep(&test, &restarted).await;
    assert_eq!(rows(&test).await, (before.0 + 1, before.1));
    assert_eq!(fault(&test, tenant).await, None);
}

#[tokio::test]
async fn the_database_drops_nothing_that_is_young_whatever_a_worker_asks() {
    let test = TestDb::new().await;
    let tenant = TenantId(fresh());
    months(&test, tenant, 40).await;
    let before = rows(&test).await;
    for log in ["audit_log", "events"] {
        for days in [0, 45, 36_500] {
            let asked = test.clock().now() + chrono::TimeDelta::days(days);
            let mut tx = test.db().platform(Reason::Worker("test")).await.unwrap();
            let dropped = store::drop_partitions(&mut tx, log, asked).await.unwrap();
            tx.commit().await.unwrap();
            assert_eq!(dropped, 0, "{log} until {asked}");
        }
    }
    assert_eq!(rows(&test).await, before);
}

#[tokio::test]
async fn time_that_passes_step_by_step_is_plausible_and_a_leap_is_not() {
    let test = TestDb::new().await;
    let witness = Witness::new(test.db());
    assert!(witness.confirms(test.clock().now()).await.unwrap());
    for _ in 0..4 {
        test.clock().advance(chrono::TimeDelta::days(29));
        assert!(witness.confirms(test.clock().now()).await.unwrap());
    }
    test.clock().advance(chrono::TimeDelta::days(31));
    assert!(!witness.confirms(test.clock().now()).await.unwrap());
    assert!(!witness.confirms(test.clock().now()).await.unwrap());
}

#[tokio::test]
async fn parallel_writers_make_one_chain() {
    let test = TestDb::new().await;
    let tenant = TenantId(fresh());
    let names: Vec<String> = (0..20).map(|number| number.to_string()).collect();
    futures_util::future::join_all(names.iter().map(|name| write(&test, tenant, name))).await;
    assert_eq!(fault(&test, tenant).await, None);
    let mut tx = test.db().platform(Reason::Worker("test")).await.unwrap();
    let head = store::head(tx.conn(), tenant).await.unwrap().unwrap();
    assert_eq!(head.seq, 20);
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
