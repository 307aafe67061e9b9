//! Group commit: one writer inserts whatever queued up while its last batch committed.
//!
//! It never waits for a batch to fill. One message alone is committed at once; under load the
//! batches grow by themselves.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use parking_db::reconcile::Nudge;
use parking_db::{Db, DbError, Reason};
use parking_domain::ids::TenantId;
use thiserror::Error;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use tracing::warn;

use super::{Arrival, Row, store};

/// Messages one writer has waiting at most.
const WAITING_MAX: usize = 4_096;

/// The most of them that may be of one tenant: one that floods leaves room for the others.
const WAITING_OF_TENANT_MAX: usize = WAITING_MAX / 2;

/// Messages in one statement.
const BATCH_MAX: usize = 512;

/// How many writers there are; each has devices of its own, so that no two wait for one another.
const WRITERS: usize = 2;

/// Why a message was not stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum IntakeError {
    /// Too many wait already: of everybody, or of this tenant.
    #[error("too many messages are waiting to be stored")]
    Full,
    /// The database is away.
    #[error("messages cannot be stored at the moment")]
    Unavailable,
    /// The database would not have this one.
    #[error("the message cannot be stored")]
    Refused,
}

/// Where messages are handed in.
#[derive(Clone, Debug)]
pub struct Intake {
    queues: Vec<mpsc::Sender<Waiting>>,
    waiting: Arc<Mutex<HashMap<TenantId, usize>>>,
}

/// A message and whoever waits for the answer.
#[derive(Debug)]
struct Waiting {
    row: Row,
    answer: oneshot::Sender<Result<bool, IntakeError>>,
    _place: Place,
}

/// A tenant's place in the queue, given back when the message has left it.
#[derive(Debug)]
struct Place {
    tenant: TenantId,
    waiting: Arc<Mutex<HashMap<TenantId, usize>>>,
}

/// One end of a queue: stores what comes in by it.
#[derive(Debug)]
pub struct Writer {
    queue: mpsc::Receiver<Waiting>,
}

/// A place to hand messages in, and the writers that store them.
pub fn writers() -> (Intake, Vec<Writer>) {
    let (queues, writers) = (0..WRITERS)
        .map(|_| mpsc::channel(WAITING_MAX))
        .map(|(sender, queue)| (sender, Writer { queue }))
        .unzip();
    let waiting = Arc::default();
    (Intake { queues, waiting }, writers)
}

impl Intake {
    /// Stores a message, and says whether it was told for the first time. Answers after the commit.
    pub async fn store(&self, arrival: &Arrival) -> Result<bool, IntakeError> {
        let stored = self.hand_in(arrival)?;
        stored.await.unwrap_or(Err(IntakeError::Unavailable))
    }

    /// Stores several, in their order, and says how many were told for the first time.
    pub async fn store_all(&self, arrivals: &[Arrival]) -> Result<usize, IntakeError> {
        let mut waiting = Vec::with_capacity(arrivals.len());
        let mut refused = None;
        for arrival in arrivals {
            match self.hand_in(arrival) {
                Ok(answer) => waiting.push(answer),
                Err(error) => refused = Some(error),
            }
        }
        let mut new = 0;
        for answer in waiting {
            match answer.await.unwrap_or(Err(IntakeError::Unavailable)) {
                Ok(is_new) => new += usize::from(is_new),
                Err(error) => refused = Some(error),
            }
        }
        refused.map_or(Ok(new), Err)
    }

    /// How many messages of a tenant wait now.
    #[cfg(test)]
    pub(super) fn waiting_of(&self, tenant: TenantId) -> usize {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.get(&tenant).copied().unwrap_or_default()
    }

    fn hand_in(
        &self,
        arrival: &Arrival,
    ) -> Result<oneshot::Receiver<Result<bool, IntakeError>>, IntakeError> {
        let place = self.place(arrival.tenant)?;
        let row = Row::of(arrival);
        let writer = usize::from(row.shard.unsigned_abs()) % self.queues.len();
        let (answer, answered) = oneshot::channel();
        let waiting = Waiting {
            row,
            answer,
            _place: place,
        };
        match self.queues[writer].try_send(waiting) {
            Ok(()) => Ok(answered),
            Err(mpsc::error::TrySendError::Full(_)) => Err(IntakeError::Full),
            Err(mpsc::error::TrySendError::Closed(_)) => Err(IntakeError::Unavailable),
        }
    }

    fn place(&self, tenant: TenantId) -> Result<Place, IntakeError> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let count = waiting.entry(tenant).or_default();
        if *count >= WAITING_OF_TENANT_MAX {
            return Err(IntakeError::Full);
        }
        *count += 1;
        Ok(Place {
            tenant,
            waiting: Arc::clone(&self.waiting),
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = waiting.get_mut(&self.tenant) {
            *count -= 1;
            if *count == 0 {
                waiting.remove(&self.tenant);
            }
        }
    }
}

impl Writer {
    /// Stores what comes in until told to stop, and then what has come in already. Whoever acts on
    /// messages is nudged after each batch.
    pub async fn run(mut self, db: Db, acting: Nudge, stop: CancellationToken) {
        let mut batch = Vec::with_capacity(BATCH_MAX);
        loop {
            tokio::select! {
                biased;
                count = self.queue.recv_many(&mut batch, BATCH_MAX) => if count == 0 { return },
                () = stop.cancelled() => {
                    // What has come in is still stored; then there is nothing more to receive.
                    self.queue.close();
                    continue;
                }
            }
            store_batch(&db, std::mem::take(&mut batch)).await;
            acting.now();
        }
    }
}

/// Stores a batch in one statement; if the database will not have it, one by one, so that a message
/// it cannot hold does not take the others with it.
async fn store_batch(db: &Db, batch: Vec<Waiting>) {
    let rows: Vec<&Row> = batch.iter().map(|one| &one.row).collect();
    match insert(db, &rows).await {
        Ok(new) => {
            for (waiting, is_new) in batch.into_iter().zip(new) {
                // Who has gone away is not told; the message is stored all the same.
                let _gone = waiting.answer.send(Ok(is_new));
            }
        }
        Err(error) if matches!(error, DbError::Unavailable(_)) => {
            warn!(messages = batch.len(), error = %error, "messages could not be stored");
            for waiting in batch {
                let _gone = waiting.answer.send(Err(IntakeError::Unavailable));
            }
        }
        Err(_) => {
            for waiting in batch {
                let answer = match insert(db, &[&waiting.row]).await {
                    Ok(new) => Ok(new.first().copied().unwrap_or_default()),
                    Err(error) if is_of_the_message(&error) => {
                        warn!(error = %error, "a message cannot be stored");
                        Err(IntakeError::Refused)
                    }
                    Err(_) => Err(IntakeError::Unavailable),
                };
                let _gone = waiting.answer.send(answer);
            }
        }
    }
}

/// Whether the database will never have the message, however often it is tried.
fn is_of_the_message(error: &DbError) -> bool {
    matches!(error, DbError::Value(_)) || error.constraint().is_some()
}

async fn insert(db: &Db, rows: &[&Row]) -> Result<Vec<bool>, DbError> {
    let mut tx = db.platform(Reason::Worker("store messages")).await?;
    let new = store::insert(&mut tx, rows).await?;
    tx.commit().await?;
    Ok(rows.iter().map(|row| new.contains(&row.id)).collect())
}
