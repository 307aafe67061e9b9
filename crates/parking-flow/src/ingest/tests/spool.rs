//! Messages that wait on disk, over a real database.

use std::path::PathBuf;

use axum::http::StatusCode;
use chrono::TimeDelta;
use parking_domain::ids::fresh;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::{EUI, Lot};
use crate::ingest::{Parcel, Spool, drain};

/// A folder that goes with the test.
pub(in crate::ingest) struct Folder(pub(in crate::ingest) PathBuf);

impl Folder {
    pub(in crate::ingest) fn new() -> Self {
        Self(std::env::temp_dir().join(format!("parking-spool-{}", fresh().simple())))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

fn observation(id: &str, state: &str) -> Value {
    json!([{ "dev_eui": EUI, "state": state, "id": id }])
}

/// Drains until nothing waits.
async fn drain_all(lot: &Lot, spool: &Spool) {
    let stop = CancellationToken::new();
    let draining = tokio::spawn(drain(lot.flow.clone(), spool.clone(), stop.clone()));
    while spool.depth() > 0 {
        tokio::task::yield_now().await;
    }
    stop.cancel();
    draining.await.expect("an end");
}

/// Has something wait, as if the database had been away when it came.
async fn waits(lot: &Lot, spool: &Spool, states: &[&str]) {
    for (number, state) in states.iter().enumerate() {
        let seen = crate::ingest::Observation {
            about: crate::ingest::About::Device(EUI.parse().expect("an EUI")),
            state: serde_json::from_value(json!(state)).expect("a state"),
            seen_at: lot.now() + TimeDelta::milliseconds(i64::try_from(number).expect("few")),
            name: None,
            sent_as: None,
        };
        let parcel = Parcel::of_observations(lot.tenant, lot.now(), &[seen]);
        assert_eq!(spool.keep_if(true, &parcel).await, Ok(true));
    }
}

#[tokio::test]
async fn what_waits_is_stored_in_its_order_once_and_nothing_passes_it() {
    let folder = Folder::new();
    let spool = Spool::open(&folder.0, 1 << 20).expect("a spool");
    let lot = Lot::open_with(Some(spool.clone())).await;
    let direct = lot.observe(observation("1", "free")).await;
    assert_eq!(direct.status, StatusCode::OK);
    waits(&lot, &spool, &["occupied", "free", "occupied"]).await;
    // Others wait already: what comes now waits behind them.
    lot.test.clock().advance(TimeDelta::seconds(1));
    let behind = lot.observe(observation("2", "free")).await;
    assert_eq!(
        (behind.status, behind.json()),
        (StatusCode::ACCEPTED, json!({ "spooled": 1 }))
    );
    assert_eq!((spool.depth(), lot.outcomes().await.len()), (4, 1));
    drain_all(&lot, &spool).await;
    lot.act().await;
    let history = lot
        .one(
            "select string_agg(to_state, ' ' order by id) from state_changes where space_id = $1",
            lot.bays[0],
        )
        .await;
    assert_eq!(history, "free occupied free occupied free");
    assert_eq!((spool.bytes(), lot.state(0).await.as_str()), (0, "free"));
    // Told again, it is known.
    let again = lot.observe(observation("2", "free")).await;
    assert_eq!(again.json(), json!({ "stored": 0, "duplicates": 1 }));
}

#[tokio::test]
async fn a_bay_named_by_its_code_is_looked_up_when_the_database_is_back() {
    let folder = Folder::new();
    let spool = Spool::open(&folder.0, 1 << 20).expect("a spool");
    let lot = Lot::open_with(Some(spool.clone())).await;
    for (code, state) in [("A-2", "occupied"), ("Z-9", "free")] {
        let seen = crate::ingest::Observation {
            about: crate::ingest::About::Code(crate::ingest::Coded {
                site: None,
                code: code.into(),
                space: None,
            }),
            state: serde_json::from_value(json!(state)).expect("a state"),
            seen_at: lot.now(),
            name: None,
            sent_as: None,
        };
        let parcel = Parcel::of_observations(lot.tenant, lot.now(), &[seen]);
        assert_eq!(spool.keep_if(true, &parcel).await, Ok(true));
    }
    drain_all(&lot, &spool).await;
    lot.act().await;
    assert_eq!(lot.state(1).await, "occupied");
    assert_eq!(lot.outcomes().await, ["read", "orphan"]);
}

#[tokio::test]
async fn what_was_stored_and_is_read_again_after_a_crash_counts_once() {
    let folder = Folder::new();
    let spool = Spool::open(&folder.0, 1 << 20).expect("a spool");
    let lot = Lot::open_with(Some(spool.clone())).await;
    waits(&lot, &spool, &["occupied", "free"]).await;
    let file = folder.0.join("messages");
    let before = std::fs::read(&file).expect("a file");
    drain_all(&lot, &spool).await;
    assert_eq!(lot.outcomes().await.len(), 2);
    let other = Folder::new();
    std::fs::create_dir(&other.0).expect("a folder");
    std::fs::write(other.0.join("messages"), before).expect("a copy");
    let again = Spool::open(&other.0, 1 << 20).expect("a spool");
    assert_eq!(again.depth(), 2);
    drain_all(&lot, &again).await;
    assert_eq!(lot.outcomes().await.len(), 2);
}

#[tokio::test]
async fn what_the_database_will_never_have_is_set_aside_and_holds_up_nothing() {
    let folder = Folder::new();
    let spool = Spool::open(&folder.0, 1 << 20).expect("a spool");
    let lot = Lot::open_with(Some(spool.clone())).await;
    let mut admin = lot.test.superuser().await;
    let refuses = "alter table uplinks add constraint poison check (content ->> 'state' is distinct from 'unknown')";
    sqlx::raw_sql(refuses)
        .execute(&mut admin)
        .await
        .expect("a constraint");
    waits(&lot, &spool, &["occupied", "unknown", "free"]).await;
    drain_all(&lot, &spool).await;
    assert_eq!(lot.outcomes().await.len(), 2);
    let refused = std::fs::read(folder.0.join("refused")).expect("what was refused");
    let shown = String::from_utf8_lossy(&refused).into_owned();
    assert!(
        shown.contains("unknown") && !shown.contains("free"),
        "{shown}"
    );
    assert_eq!(spool.refused_bytes(), refused.len() as u64);
    // The next server of the same folder tries again what is mended by then.
    sqlx::raw_sql("alter table uplinks drop constraint poison")
        .execute(&mut admin)
        .await
        .expect("mended");
    let messages = std::fs::read(folder.0.join("messages")).expect("the file");
    let next = Folder::new();
    std::fs::create_dir(&next.0).expect("a folder");
    std::fs::write(next.0.join("messages"), messages).expect("a copy");
    std::fs::write(next.0.join("refused"), refused).expect("a copy");
    let again = Spool::open(&next.0, 1 << 20).expect("a spool");
    assert_eq!((again.depth(), again.refused_bytes()), (1, 0));
    drain_all(&lot, &again).await;
    assert_eq!(lot.outcomes().await.len(), 3);
}

/// A database that begins transactions and stores nothing, as one without room on its disk or one
/// that may only be read, for so many tries.
async fn fails_everything(lot: &Lot, spool: &Spool, (breaks, mends): (&'static str, &'static str)) {
    let mut admin = lot.test.superuser().await;
    sqlx::raw_sql(breaks)
        .execute(&mut admin)
        .await
        .expect("broken");
    let before = spool.depth();
    let failures = || lot.flow.intake.metrics().failures();
    let until = failures() + 25 * before;
    let stop = CancellationToken::new();
    let draining = tokio::spawn(drain(lot.flow.clone(), spool.clone(), stop.clone()));
    while failures() < until {
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
    assert_eq!((spool.depth(), spool.refused_bytes()), (before, 0));
    sqlx::raw_sql(mends)
        .execute(&mut admin)
        .await
        .expect("mended");
    while spool.depth() > 0 {
        tokio::task::yield_now().await;
    }
    stop.cancel();
    draining.await.expect("an end");
    assert_eq!(lot.outcomes().await.len() as u64, before);
    assert_eq!(spool.refused_bytes(), 0);
}

#[tokio::test]
async fn a_database_that_stores_nothing_for_a_while_costs_nothing_that_waits() {
    let folder = Folder::new();
    let spool = Spool::open(&folder.0, 1 << 20).expect("a spool");
    let lot = Lot::open_with(Some(spool.clone())).await;
    waits(&lot, &spool, &["occupied", "free", "occupied"]).await;
    let read_only = (
        "revoke insert on uplinks from parking_worker",
        "grant insert on uplinks to parking_worker",
    );
    fails_everything(&lot, &spool, read_only).await;
}

#[tokio::test]
async fn a_database_whose_disk_is_full_costs_nothing_that_waits() {
    let folder = Folder::new();
    let spool = Spool::open(&folder.0, 1 << 20).expect("a spool");
    let lot = Lot::open_with(Some(spool.clone())).await;
    waits(&lot, &spool, &["occupied", "free", "occupied"]).await;
    let full = (
        "create function no_room() returns trigger language plpgsql as
           $$ begin raise exception 'No space left on device' using errcode = '53100'; end $$;
         create trigger no_room before insert on uplinks for each row execute function no_room()",
        "drop trigger no_room on uplinks",
    );
    fails_everything(&lot, &spool, full).await;
}

#[tokio::test]
async fn one_that_fails_for_an_hour_beside_others_is_set_aside_alone() {
    let folder = Folder::new();
    let spool = Spool::open(&folder.0, 1 << 20).expect("a spool");
    let lot = Lot::open_with(Some(spool.clone())).await;
    let mut admin = lot.test.superuser().await;
    let stubborn = "create function stubborn() returns trigger language plpgsql as
           $$ begin raise exception 'nobody knows why'; end $$;
         create trigger stubborn before insert on uplinks for each row
           when (new.content ->> 'state' = 'unknown') execute function stubborn()";
    sqlx::raw_sql(stubborn)
        .execute(&mut admin)
        .await
        .expect("a trigger");
    waits(&lot, &spool, &["occupied", "unknown", "free"]).await;
    let stop = CancellationToken::new();
    let draining = tokio::spawn(drain(lot.flow.clone(), spool.clone(), stop.clone()));
    while lot.flow.intake.metrics().failures() < 25 {
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
    assert_eq!((spool.depth(), spool.refused_bytes()), (3, 0));
    lot.test.clock().advance(TimeDelta::hours(1));
    while spool.depth() > 0 {
        tokio::task::yield_now().await;
    }
    stop.cancel();
    draining.await.expect("an end");
    assert_eq!(lot.outcomes().await.len(), 2);
    assert!(spool.refused_bytes() > 0);
}

#[tokio::test]
async fn a_full_spool_says_so_and_keeps_nothing_of_what_it_refuses() {
    let folder = Folder::new();
    let spool = Spool::open(&folder.0, 2_000).expect("a spool");
    let lot = Lot::open_with(Some(spool.clone())).await;
    waits(&lot, &spool, &["free"]).await;
    let mut kept = 1;
    let refused = loop {
        let answer = lot.observe(observation(&kept.to_string(), "free")).await;
        if answer.status != StatusCode::ACCEPTED {
            break answer;
        }
        kept += 1;
    };
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(refused.headers["retry-after"], "1");
    assert_eq!(spool.depth(), kept);
    drain_all(&lot, &spool).await;
    assert_eq!(lot.outcomes().await.len() as u64, kept);
    let open = lot.observe(observation("later", "free")).await;
    assert_eq!(open.status, StatusCode::OK);
}
