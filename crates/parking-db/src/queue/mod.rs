//! Work that is done later, kept in PostgreSQL.
//!
//! A job is enqueued on the connection of the change it follows from, so it exists exactly when
//! the change does. Any number of servers may work the same queue: a worker takes a job with
//! `FOR UPDATE SKIP LOCKED` and a lease, and a job whose worker died is taken again when the
//! lease runs out. A failed job must say whether to try again or give up; there is no third way.
//! Not here: priorities, result storage, workflows.

mod schedule;
mod store;
mod worker;

use std::error::Error;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use parking_domain::ids::{TenantId, fresh};
use serde::{Serialize, de::DeserializeOwned};
use sqlx::PgConnection;

pub use schedule::{Schedule, run_due_schedules};
pub use store::{FailedJob, QueueState, Which, failed, retry, state};
pub use worker::Worker;

use crate::{Db, Reason, Result};

/// Something to be done later. The payload is what is written down; it holds no secrets.
pub trait Job: Serialize + DeserializeOwned + Send + 'static {
    /// The name of the kind of work.
    const KIND: &'static str;
    /// How often it is tried before it is set aside for people to see.
    const ATTEMPTS_MAX: i32 = 8;
    /// How long one attempt may take.
    const TIME_MAX: Duration = Duration::from_mins(1);
    /// Whether it looks around every few seconds, so that its good end is no news for the log.
    const IS_SWEEP: bool = false;

    /// Two waiting jobs of a tenant with the same key are one job.
    fn unique_key(&self) -> Option<String> {
        None
    }
}

/// How an attempt failed.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// It may work later.
    #[error("{0}")]
    Retry(#[source] Box<dyn Error + Send + Sync>),
    /// It will never work.
    #[error("{0}")]
    Fail(#[source] Box<dyn Error + Send + Sync>),
}

impl JobError {
    /// It may work later.
    pub fn retry(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Retry(cause.into())
    }

    /// It will never work.
    pub fn fail(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Fail(cause.into())
    }
}

impl From<crate::DbError> for JobError {
    fn from(error: crate::DbError) -> Self {
        Self::retry(error)
    }
}

/// Writes a job down, to run at `run_at`, within the transaction on `conn`.
pub async fn enqueue<J: Job>(
    conn: &mut PgConnection,
    tenant: TenantId,
    job: &J,
    run_at: DateTime<Utc>,
) -> Result<()> {
    let payload =
        serde_json::to_value(job).map_err(|error| sqlx::Error::Encode(Box::new(error)))?;
    store::insert(
        conn,
        tenant,
        fresh(),
        J::KIND,
        &payload,
        job.unique_key(),
        J::ATTEMPTS_MAX,
        run_at,
    )
    .await
}

/// How long jobs that were given up are kept for people to see.
const FAILED_KEPT_FOR: TimeDelta = TimeDelta::days(30);

/// Rows that one portion of cleaning takes.
const PORTION: i64 = 1_000;

/// Forgets jobs that were given up a month ago.
pub async fn forget_failed(db: &Db, now: DateTime<Utc>) -> Result<()> {
    loop {
        let mut tx = db.platform(Reason::Worker("clean the queue")).await?;
        let deleted = store::delete_failed(&mut tx, now - FAILED_KEPT_FOR, PORTION).await?;
        tx.commit().await?;
        if deleted < PORTION.unsigned_abs() {
            return Ok(());
        }
    }
}

/// When to try again after the `attempt`-th failure: 2 s doubling to an hour.
fn backoff(attempt: i32) -> TimeDelta {
    let doublings = u32::try_from(attempt.clamp(1, 12) - 1).unwrap_or(0);
    TimeDelta::seconds((2_i64 << doublings).min(3_600))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pause_doubles_and_stops_at_an_hour() {
        assert_eq!(backoff(1), TimeDelta::seconds(2));
        assert_eq!(backoff(2), TimeDelta::seconds(4));
        assert_eq!(backoff(12), TimeDelta::seconds(3_600));
        assert_eq!(backoff(i32::MAX), TimeDelta::seconds(3_600));
    }
}
