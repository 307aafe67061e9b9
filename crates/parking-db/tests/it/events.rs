//! The event log can be read in order and without gaps, whatever commits when.

use std::time::Duration;

use parking_db::events::{self, Cursor, EventDraft};
use parking_db::{Db, Reason, TenantTx};
use parking_domain::ids::{TenantId, fresh};
use parking_testkit::TestDb;
use serde_json::json;

async fn say(tx: &mut TenantTx, what: &str, at: chrono::DateTime<chrono::Utc>) {
    let tenant = tx.tenant();
    let event = EventDraft {
        kind: what,
        subject_type: "test",
        subject_id: "1",
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
    slow.commit().await.unwrap();
    let kinds: Vec<_> = read(&db, Cursor::default())
        .await
        .into_iter()
        .map(|event| event.kind)
        .collect();
    assert_eq!(kinds, ["slow", "quick"]);
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
            seen.push(event.kind);
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
