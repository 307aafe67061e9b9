//! Storing what waits in the spool, once the database is back.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use parking_db::Reason;
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use super::Spool;
use super::file::Batch;
use crate::Flow;
use crate::ingest::{Arrival, IntakeError, Parcel};

/// How often is looked whether something waits, and whether the database is back.
const PERIOD: Duration = Duration::from_millis(if cfg!(test) { 2 } else { 250 });

/// How often the pause between two tries doubles while the database has none of what it is given.
const DOUBLINGS_MAX: u32 = 4;

/// How long the last of those that wait may hold up what comes new.
const LAST_MAX: Duration = Duration::from_secs(1);

/// How long a message is tried that cannot be stored, nobody knows why, while the others of its
/// batch can.
const STUBBORN_MAX: TimeDelta = TimeDelta::hours(1);

/// Messages stored together: fewer than one tenant may have waiting.
const TOGETHER_MAX: usize = 1_000;

/// How the tries of the batch in front went so far.
#[derive(Default)]
struct Tries {
    failed: u32,
    /// Since when some of it, and not all, cannot be stored.
    stubborn_since: Option<DateTime<Utc>>,
}

/// Stores what waits in the spool as long as the server runs. What is left waits for the next.
///
/// Only what the database refuses for what it holds is set aside, and what has been failing for an
/// hour beside others that do not. A database without room, or one that may only be read, fails
/// everything: then everything waits.
pub async fn drain(flow: Flow, spool: Spool, stop: CancellationToken) {
    let mut tries = Tries::default();
    while !stop.is_cancelled() {
        if spool.depth() > 0 && is_back(&flow).await {
            if store_next(&flow, &spool, &mut tries).await {
                tries = Tries::default();
                continue;
            }
            tries.failed += 1;
        }
        let pause = PERIOD * 2_u32.pow(tries.failed.min(DOUBLINGS_MAX));
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(pause) => {}
        }
    }
}

async fn is_back(flow: &Flow) -> bool {
    let begun = flow
        .db
        .platform(Reason::Worker("look whether the database is back"));
    begun.await.is_ok()
}

/// Whether the batch in front is in the database, or set aside.
async fn store_next(flow: &Flow, spool: &Spool, tries: &mut Tries) -> bool {
    let batch = match spool.next().await {
        Ok(batch) if batch.is_last => return store_last(flow, spool, tries).await,
        Ok(batch) => batch,
        Err(error) => {
            warn!(%error, "the spool cannot be read");
            return false;
        }
    };
    store(flow, spool, batch, tries).await
}

/// Stores the end of the spool while nothing new gets in, so that there is an end.
async fn store_last(flow: &Flow, spool: &Spool, tries: &mut Tries) -> bool {
    let _alone = spool.state.gate.write().await;
    let Ok(batch) = spool.next().await else {
        return false;
    };
    let is_last = batch.is_last;
    let stored = tokio::time::timeout(LAST_MAX, store(flow, spool, batch, tries)).await;
    let is_stored = stored.unwrap_or(false);
    if is_last && is_stored {
        info!("all messages that waited for the database are stored");
    }
    is_stored
}

async fn store(flow: &Flow, spool: &Spool, batch: Batch, tries: &mut Tries) -> bool {
    let mut arrivals: Vec<(usize, Arrival)> = Vec::new();
    for (index, parcel) in batch.parcels.iter().enumerate() {
        let told = parcel.open().told;
        match parcel.arrivals(flow, told).await {
            Ok(of_parcel) => arrivals.extend(of_parcel.into_iter().map(|one| (index, one))),
            Err(_) => return false,
        }
    }
    let mut failed: Vec<(usize, IntakeError)> = Vec::new();
    for together in arrivals.chunks(TOGETHER_MAX) {
        let only: Vec<&Arrival> = together.iter().map(|(_, arrival)| arrival).collect();
        let stored = flow.intake.store_each(&only).await;
        let stored = together.iter().zip(stored);
        failed.extend(stored.filter_map(|((index, _), one)| Some((*index, one.err()?))));
        let is_of_the_moment =
            |error: &IntakeError| matches!(error, IntakeError::Unavailable | IntakeError::Full);
        if failed.iter().any(|(_, error)| is_of_the_moment(error)) {
            return false;
        }
    }
    let stays_out = |(_, error): &(usize, IntakeError)| *error == IntakeError::Failed;
    let is_partly = failed.len() < arrivals.len();
    if failed.iter().any(stays_out) && !tries.is_hopeless(is_partly, flow.clock.now()) {
        return false;
    }
    let aside = refused(&batch, &failed);
    match spool.drained(batch, aside).await {
        Ok(()) => true,
        Err(error) => {
            error!(%error, "messages that cannot be stored cannot be set aside either; the spool waits");
            false
        }
    }
}

impl Tries {
    /// Whether what fails has been failing for so long, beside others that do not, that it must be
    /// the fault of what fails.
    fn is_hopeless(&mut self, is_partly: bool, now: DateTime<Utc>) -> bool {
        if !is_partly {
            self.stubborn_since = None;
            return false;
        }
        now - *self.stubborn_since.get_or_insert(now) >= STUBBORN_MAX
    }
}

/// The parcels with something in them that the database will not have.
fn refused(batch: &Batch, failed: &[(usize, IntakeError)]) -> Vec<Parcel> {
    let mut indexes: Vec<usize> = failed.iter().map(|(index, _)| *index).collect();
    indexes.dedup();
    if !indexes.is_empty() {
        error!(
            requests = indexes.len(),
            "messages of the spool cannot be stored and are set aside; they are tried again when the server starts"
        );
    }
    let parcel = |index: usize| batch.parcels.get(index).cloned();
    indexes.into_iter().filter_map(parcel).collect()
}
