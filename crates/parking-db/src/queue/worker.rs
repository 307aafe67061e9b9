//! Taking jobs from the queue and doing them.

use std::collections::HashMap;
use std::fmt;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::FutureExt as _;
use parking_domain::clock::Clock;
use parking_domain::ids::TenantId;
use serde_json::Value;
use tracing::{debug, error, info, warn};

use super::store::{self, Claimed};
use super::{Job, JobError, backoff};
use crate::doors::in_time;
use crate::{Db, Reason, Result};

type Running = Pin<Box<dyn Future<Output = Result<(), JobError>> + Send>>;
type Handler = Arc<dyn Fn(TenantId, Value) -> Running + Send + Sync>;

/// One kind of job, as the worker knows it.
#[derive(Clone)]
struct Known {
    time_max: Duration,
    is_sweep: bool,
    handler: Handler,
}

/// Knows how each kind of job is done, and does them.
#[derive(Clone)]
pub struct Worker {
    db: Db,
    clock: Clock,
    handlers: HashMap<&'static str, Known>,
}

impl fmt::Debug for Worker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Worker")
            .field("kinds", &self.handlers.keys())
            .finish_non_exhaustive()
    }
}

impl Worker {
    /// A worker that can do nothing yet.
    pub fn new(db: Db, clock: Clock) -> Self {
        Self {
            db,
            clock,
            handlers: HashMap::new(),
        }
    }

    /// Teaches the worker one kind of job.
    #[must_use]
    pub fn on<J, F, Fut>(mut self, handler: F) -> Self
    where
        J: Job,
        F: Fn(TenantId, J) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), JobError>> + Send + 'static,
    {
        let handler: Handler =
            Arc::new(
                move |tenant, payload| match serde_json::from_value::<J>(payload) {
                    Ok(job) => Box::pin(handler(tenant, job)),
                    Err(error) => Box::pin(async move { Err(JobError::fail(error)) }),
                },
            );
        let known = Known {
            time_max: J::TIME_MAX,
            is_sweep: J::IS_SWEEP,
            handler,
        };
        self.handlers.insert(J::KIND, known);
        self
    }

    /// Does one due job, if there is one, and says whether there was.
    pub async fn work_one(&self) -> Result<bool> {
        let kinds: Vec<String> = self
            .handlers
            .keys()
            .map(|kind| (*kind).to_owned())
            .collect();
        let now = self.clock.now();
        // The lease outlives the longest attempt, so a job is only taken twice if its worker died.
        let lease = now + TimeDelta::seconds(30) + self.longest();
        let Some(job) = in_time(self.claim(&kinds, now, lease)).await? else {
            return Ok(false);
        };
        let started = Instant::now();
        let outcome = if job.attempts > job.attempts_max {
            // Nobody wrote down how the last attempt ended: the job takes its workers with it.
            Err(JobError::fail("the worker died in the last attempt"))
        } else {
            self.attempt(&job).await
        };
        in_time(self.settle(&job, outcome, started)).await?;
        Ok(true)
    }

    async fn claim(
        &self,
        kinds: &[String],
        now: DateTime<Utc>,
        lease: DateTime<Utc>,
    ) -> Result<Option<Claimed>> {
        let mut tx = self.db.platform(Reason::Worker("jobs")).await?;
        let claimed = store::claim(&mut tx, kinds, now, lease).await?;
        tx.commit().await?;
        Ok(claimed)
    }

    /// Does everything that is due; for tests, and for the last moments before a shutdown.
    pub async fn drain(&self) -> Result<usize> {
        let mut done = 0;
        while self.work_one().await? {
            done += 1;
        }
        Ok(done)
    }

    fn longest(&self) -> TimeDelta {
        let longest = self
            .handlers
            .values()
            .map(|known| known.time_max)
            .max()
            .unwrap_or_default();
        TimeDelta::from_std(longest).unwrap_or(TimeDelta::hours(1))
    }

    async fn attempt(&self, job: &Claimed) -> Result<(), JobError> {
        let Some(known) = self.handlers.get(job.kind.as_str()) else {
            return Err(JobError::fail(format!("no handler for {}", job.kind)));
        };
        // The handler is called inside, because it may panic before it returns its future.
        let running = async { (known.handler)(TenantId(job.tenant_id), job.payload.clone()).await };
        let running = AssertUnwindSafe(running).catch_unwind();
        match tokio::time::timeout(known.time_max, running).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_panic)) => Err(JobError::retry("the job panicked")),
            Err(_elapsed) => Err(JobError::retry("the job took too long")),
        }
    }

    async fn settle(
        &self,
        job: &Claimed,
        outcome: Result<(), JobError>,
        started: Instant,
    ) -> Result<()> {
        let duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let mut tx = self.db.platform(Reason::Worker("jobs")).await?;
        let now = self.clock.now();
        let known = self.handlers.get(job.kind.as_str());
        let is_sweep = known.is_some_and(|known| known.is_sweep);
        match outcome {
            Ok(()) => {
                if is_sweep && job.attempts == 1 {
                    debug!(job.kind, job.id = %job.id, duration_ms, "sweep done");
                } else {
                    info!(job.kind, job.id = %job.id, job.attempt = job.attempts, duration_ms, "job done");
                }
                store::complete(&mut tx, job).await?;
            }
            Err(JobError::Retry(cause)) if job.attempts < job.attempts_max => {
                warn!(job.kind, job.id = %job.id, job.attempt = job.attempts, duration_ms, error = %cause, "job failed and will be tried again");
                // What a sweep would find does not wait the longer the more often it was missed.
                let failures = if is_sweep { 1 } else { job.attempts };
                let again = now + backoff(failures);
                store::put_back(&mut tx, job, again, &cause.to_string()).await?;
            }
            Err(JobError::Retry(cause) | JobError::Fail(cause)) => {
                error!(job.kind, job.id = %job.id, job.attempt = job.attempts, duration_ms, error = %cause, "job given up");
                store::give_up(&mut tx, job, now, &cause.to_string()).await?;
            }
        }
        tx.commit().await
    }
}
