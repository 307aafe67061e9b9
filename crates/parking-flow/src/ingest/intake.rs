//! Group commit: one writer inserts whatever queued up while its last batch committed.
//!
//! It never waits for a batch to fill. One message alone is committed at once; under load the
//! batches grow by themselves.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use moka::future::Cache;
use parking_db::reconcile::Nudge;
use parking_db::{Db, DbError, Reason};
use parking_domain::ids::TenantId;
use parking_http::error::causes;
use thiserror::Error;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{info, warn};

use super::metrics::{Metrics, Outcome};
use super::spool::Spool;
use super::{Arrival, Row, Source, store};

/// Messages one writer has waiting at most.
const WAITING_MAX: usize = 4_096;

/// The most of them that may be of one tenant over HTTP: one that floods leaves room for the others,
/// and for its own messages from the broker.
const WAITING_OF_TENANT_MAX: usize = WAITING_MAX / 2;

/// Messages in one statement.
const BATCH_MAX: usize = 512;

/// How long storing a batch may take before the database counts as away: a connection whose peer
/// vanished never answers, and senders wait five seconds.
const STORING_MAX: Duration = Duration::from_secs(3);

/// How often is said again why messages cannot be stored, as long as that lasts.
const COMPLAINT_PERIOD: Duration = Duration::from_mins(1);

/// How many are kept of a tenant that nobody can make out, and in what time.
const GARBLED_MAX: u32 = if cfg!(test) { 20 } else { 1_000 };
const GARBLED_PER: Duration = Duration::from_hours(1);

/// Tenants of which that is counted.
const TENANTS_MAX: u64 = 10_000;

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
    /// Storing it failed, and nothing says that it always will.
    #[error("the message could not be stored")]
    Failed,
    /// The database would not have this one.
    #[error("the message cannot be stored")]
    Refused,
}

/// Where the answer comes: whether it was told for the first time.
type Answered = oneshot::Receiver<Result<bool, IntakeError>>;

/// Where messages are handed in.
#[derive(Clone, Debug)]
pub struct Intake {
    queues: Vec<mpsc::Sender<Waiting>>,
    waiting: Arc<Mutex<HashMap<TenantId, usize>>>,
    metrics: Metrics,
    spool: Option<Spool>,
    /// How many were kept of each tenant lately that nobody can make out.
    garbled: Cache<TenantId, Arc<AtomicU32>>,
    /// What is being taken in, whether or not somebody still waits for the answer.
    keeping: TaskTracker,
}

/// A message and whoever waits for the answer.
#[derive(Debug)]
struct Waiting {
    row: Row,
    answer: Answer,
    _place: Option<Place>,
}

/// Whoever waits for what becomes of a message, and since when.
#[derive(Debug)]
struct Answer {
    to: oneshot::Sender<Result<bool, IntakeError>>,
    source: Source,
    since: Instant,
    metrics: Metrics,
}

impl Answer {
    fn send(self, stored: Result<bool, IntakeError>) {
        self.metrics
            .settled(self.source, Outcome::of(stored), self.since.elapsed());
        // Who has gone away is not told; the message is stored all the same.
        let _gone = self.to.send(stored);
    }
}

/// A tenant's place in the queue for what comes over HTTP, given back when the message has left it.
#[derive(Debug)]
struct Place {
    tenant: TenantId,
    waiting: Arc<Mutex<HashMap<TenantId, usize>>>,
    metrics: Metrics,
}

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

/// A place to hand messages in, and the writers that store them.
pub fn writers() -> (Intake, Vec<Writer>) {
    let metrics = Metrics::default();
    let writer = |queue| Writer {
        queue,
        metrics: metrics.clone(),
        complaint: Complaint::default(),
    };
    let (queues, writers) = (0..WRITERS)
        .map(|_| mpsc::channel(WAITING_MAX))
        .map(|(sender, queue)| (sender, writer(queue)))
        .unzip();
    let intake = Intake {
        queues,
        waiting: Arc::default(),
        metrics: metrics.clone(),
        spool: None,
        garbled: Cache::builder()
            .max_capacity(TENANTS_MAX)
            .time_to_live(GARBLED_PER)
            .build(),
        keeping: TaskTracker::new(),
    };
    (intake, writers)
}

impl Intake {
    /// The same with a spool for what comes while the database is away.
    #[must_use]
    pub fn with_spool(self, spool: Spool) -> Self {
        Self {
            spool: Some(spool),
            ..self
        }
    }

    /// Where messages wait while the database is away, if they can.
    pub const fn spool(&self) -> Option<&Spool> {
        self.spool.as_ref()
    }

    /// Whether one more that nobody can make out is kept of a tenant: who sends nothing else would fill
    /// the disk.
    pub(super) async fn keeps_garbled(&self, tenant: TenantId, source: Source) -> bool {
        let kept = self.garbled.entry(tenant).or_default().await.into_value();
        let is_kept = kept.fetch_add(1, Ordering::Relaxed) < GARBLED_MAX;
        if !is_kept {
            self.metrics.turned_away(source, Outcome::Refused);
        }
        is_kept
    }

    /// Does something to the end, though whoever waits for it may go away.
    pub(super) async fn see_through<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, IntakeError>> + Send + 'static,
    ) -> Result<T, IntakeError> {
        let done = self.keeping.spawn(work).await;
        done.unwrap_or(Err(IntakeError::Failed))
    }

    /// What is counted of messages.
    pub const fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// Stores a message, and says whether it was told for the first time. Answers after the commit.
    pub async fn store(&self, arrival: &Arrival) -> Result<bool, IntakeError> {
        let stored = self.hand_in(arrival)?;
        stored.await.unwrap_or(Err(IntakeError::Unavailable))
    }

    /// Stores several, in their order, and says how many were told for the first time.
    pub async fn store_all(&self, arrivals: &[Arrival]) -> Result<usize, IntakeError> {
        let arrivals: Vec<&Arrival> = arrivals.iter().collect();
        let stored = self.store_each(&arrivals).await;
        let new: Vec<bool> = stored.into_iter().collect::<Result<_, _>>()?;
        Ok(new.into_iter().filter(|is_new| *is_new).count())
    }

    /// Stores several, in their order, and says of each what became of it.
    pub(super) async fn store_each(&self, arrivals: &[&Arrival]) -> Vec<Result<bool, IntakeError>> {
        let waiting: Vec<_> = arrivals.iter().map(|one| self.hand_in(one)).collect();
        let mut stored = Vec::with_capacity(waiting.len());
        for handed_in in waiting {
            stored.push(match handed_in {
                Ok(answer) => answer.await.unwrap_or(Err(IntakeError::Unavailable)),
                Err(error) => Err(error),
            });
        }
        stored
    }

    /// How many messages of a tenant wait now.
    #[cfg(test)]
    pub(super) fn waiting_of(&self, tenant: TenantId) -> usize {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.get(&tenant).copied().unwrap_or_default()
    }

    /// Stores a message that its sender keeps until it is stored: it waits for room, however long
    /// that takes, and takes none that is left for others.
    pub(super) async fn store_kept(&self, arrival: &Arrival) -> Result<bool, IntakeError> {
        let (queue, waiting, answered) = self.ready(arrival, None);
        let sent = queue.send(waiting).await;
        sent.map_err(|_| IntakeError::Unavailable)?;
        answered.await.unwrap_or(Err(IntakeError::Unavailable))
    }

    fn hand_in(&self, arrival: &Arrival) -> Result<Answered, IntakeError> {
        let place = self
            .place(arrival.tenant)
            .inspect_err(|_| self.metrics.turned_away(arrival.source, Outcome::Full))?;
        let (queue, waiting, answered) = self.ready(arrival, Some(place));
        match queue.try_send(waiting) {
            Ok(()) => Ok(answered),
            Err(mpsc::error::TrySendError::Full(_)) => {
                self.metrics.turned_away(arrival.source, Outcome::Full);
                Err(IntakeError::Full)
            }
            Err(mpsc::error::TrySendError::Closed(_)) => Err(IntakeError::Unavailable),
        }
    }

    /// A message ready to be queued, its queue, and where the answer comes.
    fn ready(
        &self,
        arrival: &Arrival,
        place: Option<Place>,
    ) -> (&mpsc::Sender<Waiting>, Waiting, Answered) {
        let row = Row::of(arrival);
        let writer = usize::from(row.shard.unsigned_abs()) % self.queues.len();
        let (to, answered) = oneshot::channel();
        let answer = Answer {
            to,
            source: arrival.source,
            since: Instant::now(),
            metrics: self.metrics.clone(),
        };
        let waiting = Waiting {
            row,
            answer,
            _place: place,
        };
        (&self.queues[writer], waiting, answered)
    }

    fn place(&self, tenant: TenantId) -> Result<Place, IntakeError> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let count = waiting.entry(tenant).or_default();
        if *count >= WAITING_OF_TENANT_MAX {
            return Err(IntakeError::Full);
        }
        *count += 1;
        self.metrics.waiting(1);
        Ok(Place {
            tenant,
            waiting: Arc::clone(&self.waiting),
            metrics: self.metrics.clone(),
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.metrics.waiting(-1);
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

impl From<DbError> for IntakeError {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Unavailable(_) => Self::Unavailable,
            _ => Self::Failed,
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
