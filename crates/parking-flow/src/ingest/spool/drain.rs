//! Storing what waits in the spool, once the database is back.

use std::time::Duration;

use parking_db::Reason;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::Spool;
use super::file::Batch;
use crate::Flow;
use crate::ingest::{Arrival, IntakeError, Parcel};

/// How often is looked whether something waits, and whether the database is back.
const PERIOD: Duration = Duration::from_millis(250);

/// How long the last of those that wait may hold up what comes new.
const LAST_MAX: Duration = Duration::from_secs(1);

/// How often a message that the database will not have is tried while it has others.
const TRIES_MAX: u32 = 20;

/// Messages stored together: fewer than one tenant may have waiting.
const TOGETHER_MAX: usize = 1_000;

/// Stores what waits in the spool as long as the server runs. What is left waits for the next.
pub async fn drain(flow: Flow, spool: Spool, stop: CancellationToken) {
    let mut tries = 0;
    while !stop.is_cancelled() {
        if spool.depth() > 0 && is_back(&flow).await {
            match store_next(&flow, &spool, tries).await {
                Stored::All => {
                    tries = 0;
                    continue;
                }
                Stored::NotAll => tries += 1,
                Stored::Nothing => {}
            }
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(PERIOD) => {}
        }
    }
}

/// What became of a batch.
enum Stored {
    /// It is in the database, or set aside.
    All,
    /// The database is there and would not have some.
    NotAll,
    /// The database went away again, or has no room now.
    Nothing,
}

async fn is_back(flow: &Flow) -> bool {
    let begun = flow
        .db
        .platform(Reason::Worker("look whether the database is back"));
    begun.await.is_ok()
}

async fn store_next(flow: &Flow, spool: &Spool, tries: u32) -> Stored {
    let batch = match spool.next().await {
        Ok(batch) if batch.is_last => return store_last(flow, spool, tries).await,
        Ok(batch) => batch,
        Err(error) => {
            warn!(%error, "the spool cannot be read");
            return Stored::Nothing;
        }
    };
    store(flow, spool, batch, tries).await
}

/// Stores the end of the spool while nothing new gets in, so that there is an end.
async fn store_last(flow: &Flow, spool: &Spool, tries: u32) -> Stored {
    let _alone = spool.state.gate.write().await;
    let Ok(batch) = spool.next().await else {
        return Stored::Nothing;
    };
    let is_last = batch.is_last;
    let stored = tokio::time::timeout(LAST_MAX, store(flow, spool, batch, tries)).await;
    let stored = stored.unwrap_or(Stored::Nothing);
    if is_last && matches!(stored, Stored::All) {
        info!("all messages that waited for the database are stored");
    }
    stored
}

async fn store(flow: &Flow, spool: &Spool, batch: Batch, tries: u32) -> Stored {
    let mut arrivals: Vec<(usize, Arrival)> = Vec::new();
    for (index, parcel) in batch.parcels.iter().enumerate() {
        let told = parcel.open().told;
        match parcel.arrivals(&flow.applications, told).await {
            Ok(of_parcel) => arrivals.extend(of_parcel.into_iter().map(|one| (index, one))),
            Err(_) => return Stored::Nothing,
        }
    }
    let mut refused: Vec<(usize, IntakeError)> = Vec::new();
    for together in arrivals.chunks(TOGETHER_MAX) {
        let only: Vec<&Arrival> = together.iter().map(|(_, arrival)| arrival).collect();
        let stored = flow.intake.store_each(&only).await;
        let failed = together.iter().zip(stored);
        refused.extend(failed.filter_map(|((index, _), one)| Some((*index, one.err()?))));
        if flow.db.is_away() || refused.iter().any(|(_, error)| *error == IntakeError::Full) {
            return Stored::Nothing;
        }
    }
    let is_hopeless = tries >= TRIES_MAX;
    if !is_hopeless
        && refused
            .iter()
            .any(|(_, error)| *error != IntakeError::Refused)
    {
        return Stored::NotAll;
    }
    let aside = set_aside(&batch, &refused);
    spool.drained(batch, aside).await;
    Stored::All
}

/// The parcels with something in them that the database will not have.
fn set_aside(batch: &Batch, refused: &[(usize, IntakeError)]) -> Vec<Parcel> {
    let mut indexes: Vec<usize> = refused.iter().map(|(index, _)| *index).collect();
    indexes.dedup();
    if !indexes.is_empty() {
        warn!(
            messages = indexes.len(),
            "messages of the spool cannot be stored and are set aside"
        );
    }
    let parcel = |index: usize| batch.parcels.get(index).cloned();
    indexes.into_iter().filter_map(parcel).collect()
}
