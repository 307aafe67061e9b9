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
    let aside = std::fs::read(folder.0.join("set-aside")).expect("what was set aside");
    let aside = String::from_utf8_lossy(&aside).into_owned();
    assert!(
        aside.contains("unknown") && !aside.contains("free"),
        "{aside}"
    );
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
