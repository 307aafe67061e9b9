//! Keeping the months of the logs: made ahead, dropped when they are too old.

use chrono::{DateTime, TimeDelta, Utc};
use parking_db::queue::{Job, Schedule, Worker};
use parking_db::{Db, Reason, Result};
use parking_domain::clock::Clock;
use serde::{Deserialize, Serialize};
use tracing::info;

use super::Witness;
use super::store;

/// How long audit entries are kept.
const AUDIT_KEPT_FOR: TimeDelta = TimeDelta::days(3 * 366);

/// How long events are kept.
const EVENTS_KEPT_FOR: TimeDelta = TimeDelta::days(400);

/// How long messages of devices are kept.
const UPLINKS_KEPT_FOR: TimeDelta = TimeDelta::days(400);

/// Makes the coming months of the logs and drops one of each that is too old.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct KeepPartitions {}

impl Job for KeepPartitions {
    const KIND: &'static str = "keep_partitions";
}

/// Makes the coming months of the logs; also called at start, so that a fresh database has its
/// months. Not here: dropping, which waits until the time has proved plausible.
pub async fn make_months(db: &Db, now: DateTime<Utc>) -> Result<()> {
    let mut tx = db.platform(Reason::Worker("keep partitions")).await?;
    store::ensure_partitions(&mut tx, now).await?;
    tx.commit().await
}

/// Drops what is too old, a month of each log at a time: a table is locked while that happens.
async fn drop_months(db: &Db, now: DateTime<Utc>) -> Result<()> {
    let logs = [
        ("audit_log", AUDIT_KEPT_FOR),
        ("events", EVENTS_KEPT_FOR),
        ("uplinks", UPLINKS_KEPT_FOR),
    ];
    for (log, kept_for) in logs {
        let mut tx = db.platform(Reason::Worker("keep partitions")).await?;
        let dropped = store::drop_partitions(&mut tx, log, now - kept_for).await?;
        tx.commit().await?;
        if dropped > 0 {
            info!(log, "a month that was too old is dropped");
        }
    }
    Ok(())
}

/// Teaches a worker the slice's job.
pub fn jobs(worker: Worker, db: &Db, clock: &Clock, witness: &Witness) -> Worker {
    let (db, clock, witness) = (db.clone(), clock.clone(), witness.clone());
    worker.on(move |_, KeepPartitions {}| {
        let (db, clock, witness) = (db.clone(), clock.clone(), witness.clone());
        async move {
            let now = clock.now();
            make_months(&db, now).await?;
            if witness.confirms(now).await? {
                drop_months(&db, now).await?;
            }
            Ok(())
        }
    })
}

/// The slice's recurring job.
pub fn schedules() -> Vec<Schedule> {
    vec![Schedule::every::<KeepPartitions>(TimeDelta::hours(12))]
}
