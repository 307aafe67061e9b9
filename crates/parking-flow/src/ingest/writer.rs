//! Group commit: one writer inserts whatever queued up while its last batch committed.
//!
//! It never waits for a batch to fill. One message alone is committed at once; under load the
//! batches grow by themselves.

use std::time::{Duration, Instant};

use parking_db::reconcile::Nudge;
use parking_db::{Db, DbError, Reason};
use parking_http::error::causes;
use thiserror::Error;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::intake::{IntakeError, Waiting};
use super::metrics::Metrics;
use super::{Row, store};

/// Messages in one statement.
const BATCH_MAX: usize = 512;

/// How long storing a batch may take before the database counts as away: a connection whose peer
/// vanished never answers, and senders wait five seconds.
const STORING_MAX: Duration = Duration::from_secs(3);

/// How often is said again why messages cannot be stored, as long as that lasts.
const COMPLAINT_PERIOD: Duration = Duration::from_mins(1);

/// One end of a queue: stores what comes in by it.
#[derive(Debug)]
pub struct Writer {
    queue: mpsc::Receiver<Waiting>,
    metrics: Metrics,
    complaint: Complaint,
}

/// Says why messages cannot be stored: at once, and every minute as long as that lasts.
#[derive(Debug, Default)]
struct Complaint {
    said_at: Option<Instant>,
}

impl Complaint {
    fn say(&mut self, messages: usize, error: &InsertError) {
        let is_said = |at: Instant| at.elapsed() < COMPLAINT_PERIOD;
        if !self.said_at.is_some_and(is_said) {
            self.said_at = Some(Instant::now());
            warn!(messages, error = causes(error), "messages cannot be stored");
        }
    }

    fn is_over(&mut self) {
        if self.said_at.take().is_some() {
            info!("messages can be stored again");
        }
    }
}

impl Writer {
    /// Stores what comes in by a queue.
    pub(super) fn of(queue: mpsc::Receiver<Waiting>, metrics: Metrics) -> Self {
        Self {
            queue,
            metrics,
            complaint: Complaint::default(),
        }
    }

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
            self.gather(&mut batch).await;
            self.metrics.batch(batch.len());
            self.store(&db, std::mem::take(&mut batch)).await;
            acting.now();
        }
    }

    /// Lets whoever is ready to hand something in do so. Senders answered together send together; the
    /// first of them would be committed alone, and all others wait for it.
    async fn gather(&mut self, batch: &mut Vec<Waiting>) {
        tokio::task::yield_now().await;
        while batch.len() < BATCH_MAX
            && let Ok(waiting) = self.queue.try_recv()
        {
            batch.push(waiting);
        }
    }

    /// Stores a batch in one statement; if the database will not have it, one by one, so that a
    /// message it cannot hold does not take the others with it.
    async fn store(&mut self, db: &Db, batch: Vec<Waiting>) {
        let rows: Vec<&Row> = batch.iter().map(|one| &one.row).collect();
        match insert(db, &rows).await {
            Ok(new) => {
                self.complaint.is_over();
                for (waiting, is_new) in batch.into_iter().zip(new) {
                    waiting.answer.send(Ok(is_new));
                }
            }
            Err(error) if error.is_away() => {
                self.complaint.say(batch.len(), &error);
                self.give_up(batch);
            }
            Err(_) => self.store_one_by_one(db, batch).await,
        }
    }

    async fn store_one_by_one(&mut self, db: &Db, batch: Vec<Waiting>) {
        let mut batch = batch.into_iter();
        while let Some(waiting) = batch.next() {
            let answer = match insert(db, &[&waiting.row]).await {
                Ok(new) => Ok(new.first().copied().unwrap_or_default()),
                Err(error) if error.is_of_the_message() => {
                    warn!(error = causes(&error), "a message cannot be stored");
                    Err(IntakeError::Refused)
                }
                Err(error) => {
                    self.complaint.say(1, &error);
                    if error.is_away() {
                        return self.give_up(std::iter::once(waiting).chain(batch));
                    }
                    Err(IntakeError::Failed)
                }
            };
            waiting.answer.send(answer);
        }
    }

    /// Nothing can be stored now. Whoever queued meanwhile is told at once: each batch that was tried
    /// in turn would take as long as this one did.
    fn give_up(&mut self, batch: impl IntoIterator<Item = Waiting>) {
        for waiting in batch {
            waiting.answer.send(Err(IntakeError::Unavailable));
        }
        while let Ok(waiting) = self.queue.try_recv() {
            waiting.answer.send(Err(IntakeError::Unavailable));
        }
    }
}

/// Why messages were not stored.
#[derive(Debug, Error)]
enum InsertError {
    #[error(transparent)]
    Db(#[from] DbError),
    #[error("the database has not answered for {} seconds", STORING_MAX.as_secs())]
    Late,
}

impl InsertError {
    const fn is_away(&self) -> bool {
        matches!(self, Self::Late | Self::Db(DbError::Unavailable(_)))
    }

    /// Whether the database will never have the message, however often it is tried.
    fn is_of_the_message(&self) -> bool {
        match self {
            Self::Db(error) => matches!(error, DbError::Value(_)) || error.constraint().is_some(),
            Self::Late => false,
        }
    }
}

async fn insert(db: &Db, rows: &[&Row]) -> Result<Vec<bool>, InsertError> {
    let inserted = tokio::time::timeout(STORING_MAX, async {
        let mut tx = db.platform(Reason::Worker("store messages")).await?;
        let new = store::insert(&mut tx, rows).await?;
        tx.commit().await?;
        Ok::<_, DbError>(new)
    });
    let new = inserted.await.map_err(|_| InsertError::Late)??;
    Ok(rows.iter().map(|row| new.contains(&row.id)).collect())
}
