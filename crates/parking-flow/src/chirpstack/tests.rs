//! Whose turn it is and what is written down of it, over a real database; what ChirpStack does is tried
//! against the simulator's, in the journeys.

use std::time::Duration;

use chrono::TimeDelta;
use parking_access::audit::Witness;
use parking_access::secrets::Vault;
use parking_chirpstack::grpc::{Client, Settings};
use parking_db::queue::Worker;
use parking_domain::ids::{TenantId, fresh};
use parking_testkit::TestDb;
use secrecy::SecretString;
use uuid::Uuid;

use super::compare::Found;
use super::store::{self, Row};
use super::{Asking, ChirpStack, ChirpStackError, ChirpStacks, giving, jobs, looking};
use crate::tests::tenant;

const EUI: &str = "70B3D57ED0000001";

/// A ChirpStack that nobody asks anything.
fn state(test: &TestDb) -> ChirpStacks {
    let settings = Settings::of("127.0.0.1", 9, SecretString::from("a-token"));
    ChirpStacks {
        db: test.db(),
        clock: test.clock(),
        vault: Vault::new(&SecretString::from("a".repeat(32))),
        remote: Some(ChirpStack {
            client: Client::open(&settings).expect("a client"),
            every: Duration::from_mins(5),
        }),
        asking: Asking::default(),
    }
}

/// A tenant with a part of it, whose turn it is.
async fn linked(test: &TestDb, called: &str) -> TenantId {
    let tenant = tenant(&test.db(), &test.clock(), called).await;
    sqlx::query(
        "insert into chirpstack_links (tenant_id, id, remote_tenant_id, remote_tenant_name, application_id, application_name,
           due_at, created_at, updated_at)
         values ($1, gen_random_uuid(), gen_random_uuid(), 'There', gen_random_uuid(), 'Bays', $2, $2, $2)",
    )
    .bind(tenant.0)
    .bind(test.clock().now())
    .execute(&mut test.superuser().await)
    .await
    .expect("a link");
    tenant
}

async fn count(test: &TestDb, condition: &'static str) -> i64 {
    let query = format!("select count(*) from chirpstack_runs where {condition}");
    let count = sqlx::query_scalar(sqlx::AssertSqlSafe(query));
    let count = count.fetch_one(&mut test.superuser().await).await;
    count.expect("a count")
}

async fn changes(test: &TestDb, query: &'static str) {
    let mut all = test.superuser().await;
    let done = sqlx::query(query).execute(&mut all).await;
    done.expect("a change");
}

#[tokio::test]
async fn a_run_that_its_server_left_ends_and_until_then_there_is_no_other() {
    let test = TestDb::new().await;
    let (state, witness) = (state(&test), Witness::new(test.db()));
    linked(&test, "Harbour").await;
    for _ in 0..3 {
        jobs::turn(&state, &witness).await.expect("a turn");
        test.clock().advance(TimeDelta::minutes(6));
    }
    assert_eq!(count(&test, "ended_at is null").await, 1);
    changes(&test, "update chirpstack_runs set began_at = asked_at").await;
    test.clock().advance(TimeDelta::minutes(20));
    jobs::turn(&state, &witness).await.expect("a turn");
    assert_eq!(
        count(&test, "ended_at is not null and error is not null").await,
        1
    );
    assert_eq!(
        count(&test, "ended_at is null and began_at is null").await,
        1
    );
}

#[tokio::test]
async fn a_clock_that_leaps_forgets_no_run_and_keeps_nobody_waiting_afterwards() {
    let test = TestDb::new().await;
    let (state, witness) = (state(&test), Witness::new(test.db()));
    let is_plausible = witness.confirms(test.clock().now()).await;
    assert!(is_plausible.expect("an answer"));
    linked(&test, "Harbour").await;
    jobs::turn(&state, &witness).await.expect("a turn");
    changes(&test, "update chirpstack_runs set ended_at = asked_at").await;
    test.clock().advance(TimeDelta::days(3_653));
    jobs::turn(&state, &witness).await.expect("a turn");
    assert_eq!(count(&test, "true").await, 2);
    test.clock().advance(-TimeDelta::days(3_653));
    jobs::turn(&state, &witness).await.expect("a turn");
    assert_eq!(count(&test, "asked_at < '2030-01-01'").await, 2);
    test.clock().advance(TimeDelta::days(29));
    let is_plausible = witness.confirms(test.clock().now()).await;
    assert!(is_plausible.expect("an answer"));
    test.clock().advance(TimeDelta::days(2));
    jobs::turn(&state, &witness).await.expect("a turn");
    assert_eq!(count(&test, "asked_at < '2027-01-20'").await, 0);
}

#[tokio::test]
async fn what_takes_long_is_for_workers_of_its_own() {
    let test = TestDb::new().await;
    let (state, witness) = (state(&test), Witness::new(test.db()));
    let worker = || Worker::new(test.db(), test.clock());
    let kinds = [
        jobs::jobs(worker(), &state, &witness),
        jobs::comparing(worker(), &state),
        jobs::mending(worker(), &state),
    ]
    .map(|worker| format!("{worker:?}"));
    for (kinds, kind) in kinds.iter().zip([
        "look_at_chirpstack",
        "compare_with_chirpstack",
        "mend_chirpstack",
    ]) {
        assert!(kinds.contains(&format!("[\"{kind}\"]")), "{kinds}");
    }
}

#[tokio::test]
async fn those_whose_turn_comes_at_once_drift_apart() {
    let test = TestDb::new().await;
    let (state, witness) = (state(&test), Witness::new(test.db()));
    for number in 0..12 {
        linked(&test, &format!("Harbour {number}")).await;
    }
    jobs::turn(&state, &witness).await.expect("a turn");
    assert_eq!(count(&test, "ended_at is null").await, 12);
    let (moments, earliest, latest): (i64, f64, f64) = sqlx::query_as(
        "select count(distinct due_at), extract(epoch from min(due_at) - $1)::float8, extract(epoch from max(due_at) - $1)::float8
         from chirpstack_links",
    )
    .bind(test.clock().now())
    .fetch_one(&mut test.superuser().await)
    .await
    .expect("a row");
    assert!(moments >= 8, "{moments}");
    assert!(earliest >= 300.0 && latest <= 330.0, "{earliest} {latest}");
}

fn row(name: &str) -> Row {
    Row {
        kind: "device".to_owned(),
        eui: EUI.to_owned(),
        here_id: Some(Uuid::nil()),
        here_name: Some("Here".to_owned()),
        here_disabled: Some(false),
        there_name: Some(name.to_owned()),
        there_disabled: Some(false),
        there_updated_at: None,
        key_given: None,
        found: Found {
            state: "differs",
            differs: vec!["name".to_owned()],
            changed: None,
        },
    }
}

#[tokio::test]
async fn what_was_done_while_a_run_was_under_way_is_not_overwritten_by_what_it_saw() {
    let test = TestDb::new().await;
    let tenant = linked(&test, "Harbour").await;
    let began = test.clock().now();
    let seen = async || {
        let query = "select state || ' ' || there_name from chirpstack_items";
        let seen: String = sqlx::query_scalar(query)
            .fetch_one(&mut test.superuser().await)
            .await
            .expect("an item");
        seen
    };
    let keep = async |name: &str, began| {
        let mut tx = test.db().tenant(tenant).await.expect("a door");
        let now = test.clock().now();
        store::keep(tx.conn(), tenant, &[row(name)], (began, now))
            .await
            .expect("it is kept");
        store::forget_others(tx.conn(), &[], (began, now))
            .await
            .expect("the others are forgotten");
        tx.commit().await.expect("a commit");
    };
    keep("Theirs", began).await;
    assert_eq!(seen().await, "differs Theirs");
    test.clock().advance(TimeDelta::seconds(10));
    let mut tx = test.db().tenant(tenant).await.expect("a door");
    let deeds = sqlx::query_scalar("select id from chirpstack_items");
    let item: Uuid = deeds.fetch_one(tx.conn()).await.expect("an item");
    store::done(tx.conn(), item, ("Here", false, None), test.clock().now())
        .await
        .expect("it is done");
    tx.commit().await.expect("a commit");
    test.clock().advance(TimeDelta::seconds(10));
    keep("Theirs", began).await;
    assert_eq!(seen().await, "same Here");
    keep("Anew", test.clock().now()).await;
    assert_eq!(seen().await, "differs Anew");
}

#[tokio::test]
async fn who_was_unlinked_meanwhile_gets_and_is_given_nothing_more() {
    let test = TestDb::new().await;
    let (state, tenant) = (state(&test), linked(&test, "Harbour").await);
    let mut tx = test.db().tenant(tenant).await.expect("a door");
    let link = store::link(tx.conn())
        .await
        .expect("a row")
        .expect("a link");
    drop(tx);
    let held = looking::held(&state, tenant, &link).await;
    drop(held.expect("it is linked"));
    changes(&test, "delete from chirpstack_links").await;
    let held = looking::held(&state, tenant, &link).await;
    assert!(matches!(held, Err(ChirpStackError::Unlinked)));
    let given = giving::device(&state, tenant, &link, fresh()).await;
    assert!(matches!(given, Err(ChirpStackError::Unlinked)), "{given:?}");
    let eui = EUI.parse().expect("an EUI");
    let given = giving::gateway(&state, tenant, &link, (fresh(), eui)).await;
    assert!(matches!(given, Err(ChirpStackError::Unlinked)), "{given:?}");
}

#[tokio::test]
async fn a_tenant_does_not_say_which_of_chirpstacks_it_is_and_unmakes_no_history() {
    let test = TestDb::new().await;
    let tenant = linked(&test, "Harbour").await;
    for statement in [
        "update chirpstack_links set remote_tenant_id = gen_random_uuid()",
        "update chirpstack_links set application_id = gen_random_uuid()",
        "update chirpstack_links set due_at = now()",
        "delete from reservations",
        "delete from reservation_changes",
        "delete from downlinks",
    ] {
        let mut tx = test.db().tenant(tenant).await.expect("a door");
        let refused = sqlx::query(statement).execute(tx.conn()).await;
        let refused = refused.expect_err(statement).to_string();
        assert!(
            refused.contains("permission denied"),
            "{statement}: {refused}"
        );
    }
    let mut tx = test.db().tenant(tenant).await.expect("a door");
    let gives = "update chirpstack_links set gives = true, version = version + 1";
    let done = sqlx::query(gives).execute(tx.conn()).await;
    assert_eq!(done.expect("it may").rows_affected(), 1);
}
