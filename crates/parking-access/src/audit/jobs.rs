//! Keeping the months of the logs: made ahead, dropped when they are too old.

use chrono::{DateTime, TimeDelta, Utc};
use parking_db::queue::{Job, Schedule, Worker};
use parking_db::{Db, Reason, Result};
use parking_domain::clock::Clock;
use serde::{Deserialize, Serialize};

use super::store;

/// How long audit entries are kept.
const AUDIT_KEPT_FOR: TimeDelta = TimeDelta::days(3 * 366);

/// How long events are kept.
const EVENTS_KEPT_FOR: TimeDelta = TimeDelta::days(400);

/// Makes the coming months of the logs and drops those that are too old.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct KeepPartitions {}

impl Job for KeepPartitions {
    const KIND: &'static str = "keep_partitions";
}

/// Does the job; also called at start, so that a fresh database has its months.
pub async fn keep_partitions(db: &Db, now: DateTime<Utc>) -> Result<()> {
    let mut tx = db.platform(Reason::Worker("keep partitions")).await?;
    store::ensure_partitions(&mut tx, now).await?;
    store::drop_partitions(&mut tx, "audit_log", now - AUDIT_KEPT_FOR).await?;
    store::drop_partitions(&mut tx, "events", now - EVENTS_KEPT_FOR).await?;
    tx.commit().await
}

/// Teaches a worker the slice's job.
pub fn jobs(worker: Worker, db: &Db, clock: &Clock) -> Worker {
    let (db, clock) = (db.clone(), clock.clone());
    worker.on(move |_, KeepPartitions {}| {
        let (db, clock) = (db.clone(), clock.clone());
        async move { Ok(keep_partitions(&db, clock.now()).await?) }
    })
}

/// The slice's recurring job.
pub fn schedules() -> Vec<Schedule> {
    vec![Schedule::every::<KeepPartitions>(TimeDelta::hours(12))]
}
