//! The event log can be read in order and without gaps, whatever commits when.

use std::time::Duration;

use parking_db::events::{self, Cursor, EventDraft};
use parking_db::{Db, Reason, TenantTx};
use parking_domain::ids::{TenantId, fresh};
use parking_testkit::TestDb;
use serde_json::json;
use sqlx::{Connection as _, PgConnection};

async fn say(tx: &mut TenantTx, what: &str, at: chrono::DateTime<chrono::Utc>) {
    let tenant = tx.tenant();
    let event = EventDraft {
        kind: "site.created",
        subject_type: "site",
        subject_id: what,
        payload: &json!({}),
    };
    events::append(tx.conn(), tenant, at, event).await.unwrap();
}

async fn read(db: &Db, after: Cursor) -> Vec<events::Event> {
    let mut tx = db.platform(Reason::Worker("test")).await.unwrap();
    events::read_after(&mut tx, after, 10_000).await.unwrap()
}

#[tokio::test]
async fn an_event_that_commits_late_is_read_and_nothing_is_read_before_it() {
    let test = TestDb::new().await;
    let (db, now, tenant) = (test.db(), test.clock().now(), TenantId(fresh()));
    let mut slow = db.tenant(tenant).await.unwrap();
    say(&mut slow, "slow", now).await;
    let mut quick = db.tenant(tenant).await.unwrap();
    say(&mut quick, "quick", now).await;
    quick.commit().await.unwrap();
    assert!(
        read(&db, Cursor::default()).await.is_empty(),
        "a reader would pass the slow one"
    );
    assert_eq!(waiting_since(&db).await, Some(now));
    slow.commit().await.unwrap();
    let events = read(&db, Cursor::default()).await;
    let names: Vec<_> = events.into_iter().map(|event| event.subject_id).collect();
    assert_eq!(names, ["slow", "quick"]);
    assert_eq!(waiting_since(&db).await, None);
}

async fn waiting_since(db: &Db) -> Option<chrono::DateTime<chrono::Utc>> {
    let mut tx = db.platform(Reason::Worker("test")).await.unwrap();
    events::waiting_since(&mut tx).await.unwrap()
}

#[tokio::test]
async fn what_goes_on_in_other_databases_of_the_cluster_holds_nothing_up() {
    let test = TestDb::new().await;
    let (db, now, tenant) = (test.db(), test.clock().now(), TenantId(fresh()));
    let elsewhere = test.superuser_options().database("postgres");
    let mut stranger = PgConnection::connect_with(&elsewhere).await.unwrap();
    sqlx::raw_sql("begin; select pg_current_xact_id()")
        .execute(&mut stranger)
        .await
        .unwrap();
    for what in ["one", "two"] {
        let mut tx = db.tenant(tenant).await.unwrap();
        say(&mut tx, what, now).await;
        tx.commit().await.unwrap();
    }
    // The cluster's own cleaning of this database holds readers up, too, and ends soon; the stranger does not.
    let mut tries = 0;
    while read(&db, Cursor::default()).await.len() < 2 {
        tries += 1;
        assert!(tries < 200, "the stranger holds them up");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let mut tx = db.platform(Reason::Worker("test")).await.unwrap();
    let end = events::end(&mut tx).await.unwrap();
    assert!(
        events::read_after(&mut tx, end, 10)
            .await
            .unwrap()
            .is_empty()
    );
    sqlx::raw_sql("rollback")
        .execute(&mut stranger)
        .await
        .unwrap();
}

#[tokio::test]
async fn many_writers_and_a_reader_that_follows_miss_nothing_and_repeat_nothing() {
    let test = TestDb::new().await;
    let (db, now, tenant) = (test.db(), test.clock().now(), TenantId(fresh()));
    let writers: Vec<_> = (0..6_u64)
        .map(|writer| {
            let db = db.clone();
            #[expect(clippy::disallowed_methods, reason = "the race is the test")]
            tokio::spawn(async move {
                for number in 0..30 {
                    let mut tx = db.tenant(tenant).await.unwrap();
                    say(&mut tx, &format!("{writer}-{number}"), now).await;
                    tokio::time::sleep(Duration::from_millis((writer * 7 + number) % 5)).await;
                    if number % 7 != 6 {
                        tx.commit().await.unwrap();
                    }
                }
            })
        })
        .collect();
    let mut cursor = Cursor::default();
    let mut seen = Vec::new();
    while seen.len() < 6 * 26 {
        for event in read(&db, cursor).await {
            assert!(event.cursor > cursor);
            cursor = event.cursor;
            seen.push(event.subject_id);
        }
    }
    for writer in writers {
        writer.await.unwrap();
    }
    assert!(read(&db, cursor).await.is_empty());
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 6 * 26);
}

async fn take(db: &Db) -> (parking_db::PlatformTx, Option<Cursor>) {
    let mut tx = db.platform(Reason::Worker("test")).await.unwrap();
    let cursor = events::take_cursor(&mut tx, "webhooks").await.unwrap();
    (tx, cursor)
}

#[tokio::test]
async fn one_of_many_readers_reads_and_its_place_commits_with_what_it_made() {
    let test = TestDb::new().await;
    let db = test.db();
    let (mut first, cursor) = take(&db).await;
    let (second, nothing) = take(&db).await;
    assert_eq!(nothing, None, "another server has it in hand");
    drop(second);
    let to = Cursor { xid: 7, id: 9 };
    events::move_cursor(&mut first, "webhooks", to)
        .await
        .unwrap();
    first.roll_back().await.unwrap();
    assert_eq!(take(&db).await.1, cursor, "what is undone is not passed");
    let (mut first, _) = take(&db).await;
    events::move_cursor(&mut first, "webhooks", to)
        .await
        .unwrap();
    first.commit().await.unwrap();
    assert_eq!(take(&db).await.1, Some(to));
}

#[tokio::test]
async fn a_reader_whose_place_lies_in_another_clusters_future_begins_at_the_end() {
    let test = TestDb::new().await;
    let db = test.db();
    sqlx::query("update event_cursors set xid = 900000000000000")
        .execute(&mut test.superuser().await)
        .await
        .unwrap();
    let (mut tx, cursor) = take(&db).await;
    assert_eq!(cursor, Some(events::end(&mut tx).await.unwrap()));
}
