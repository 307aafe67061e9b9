//! Where messages are handed in: each gets a place in the queue of a writer, if there is room, and
//! whoever handed it in is told when it is stored.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use moka::future::Cache;
use parking_db::DbError;
use parking_domain::ids::TenantId;
use thiserror::Error;
use tokio::sync::{mpsc, oneshot};
use tokio_util::task::TaskTracker;

use super::metrics::{Metrics, Outcome};
use super::spool::Spool;
use super::writer::Writer;
use super::{Arrival, Row, Source};

/// Messages one writer has waiting at most.
const WAITING_MAX: usize = 4_096;

/// The most of them that may be of one tenant over HTTP: one that floods leaves room for the others,
/// and for its own messages from the broker.
const WAITING_OF_TENANT_MAX: usize = WAITING_MAX / 2;

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
pub(super) struct Waiting {
    pub(super) row: Row,
    pub(super) answer: Answer,
    _place: Option<Place>,
}

/// Whoever waits for what becomes of a message, and since when.
#[derive(Debug)]
pub(super) struct Answer {
    to: oneshot::Sender<Result<bool, IntakeError>>,
    source: Source,
    since: Instant,
    metrics: Metrics,
}

impl Answer {
    pub(super) fn send(self, stored: Result<bool, IntakeError>) {
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

/// A place to hand messages in, and the writers that store them.
pub fn writers() -> (Intake, Vec<Writer>) {
    let metrics = Metrics::default();
    let (queues, writers) = (0..WRITERS)
        .map(|_| mpsc::channel(WAITING_MAX))
        .map(|(sender, queue)| (sender, Writer::of(queue, metrics.clone())))
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

impl From<DbError> for IntakeError {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Unavailable(_) => Self::Unavailable,
            _ => Self::Failed,
        }
    }
}
