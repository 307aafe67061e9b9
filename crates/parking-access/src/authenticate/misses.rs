//! The record of callers who asked by id for what is not there, or not theirs.
//!
//! Whoever tries ids out leaves a trace in their own tenant's log, the same for another tenant's
//! thing and for one that never was. It is written beside the requests: an answer that took longer
//! for being recorded would tell the two apart from other refusals, and must not wait for the chain.

use parking_db::Db;
use parking_domain::clock::Clock;
use parking_http::Caller;
use parking_http::caller::Miss;
use tokio::sync::{Mutex, mpsc};
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::audit::{self, By, Entry};

/// Misses that wait to be written down; what comes while they are this many is not.
const WAITING_MAX: usize = 256;

/// Misses on their way to the log.
#[derive(Debug)]
pub(super) struct Misses {
    sender: mpsc::Sender<(Caller, Miss)>,
    /// Taken by whoever writes them down.
    receiver: Mutex<mpsc::Receiver<(Caller, Miss)>>,
}

impl Default for Misses {
    fn default() -> Self {
        let (sender, receiver) = mpsc::channel(WAITING_MAX);
        Self {
            sender,
            receiver: Mutex::new(receiver),
        }
    }
}

impl Misses {
    /// Takes note of one.
    pub(super) fn note(&self, caller: &Caller, miss: Miss) {
        if self.sender.try_send((caller.clone(), miss)).is_err() {
            warn!("refusals come faster than they are written down");
        }
    }

    /// Writes them down until told to stop, and then those that wait.
    pub(super) async fn record(&self, db: &Db, clock: &Clock, stop: &CancellationToken) {
        let mut receiver = self.receiver.lock().await;
        loop {
            let next = tokio::select! {
                biased;
                next = receiver.recv() => next,
                () = stop.cancelled() => None,
            };
            let Some((caller, miss)) = next else {
                return;
            };
            if let Err(error) = append(db, clock, &caller, miss).await {
                warn!(error = %error, "a refusal was not written down");
            }
        }
    }
}

async fn append(db: &Db, clock: &Clock, caller: &Caller, miss: Miss) -> parking_db::Result<()> {
    let mut tx = db.tenant(caller.tenant()).await?;
    let operation = format!("{} {}", miss.method, miss.route);
    let entry = Entry {
        action: "access.refused",
        entity_type: "operation",
        entity_id: Some(miss.id),
        entity_name: Some(&operation),
        ..Entry::default()
    };
    let by = By::caller(caller);
    audit::append(tx.conn(), caller.tenant(), &by, clock.now(), entry).await?;
    tx.commit().await
}
