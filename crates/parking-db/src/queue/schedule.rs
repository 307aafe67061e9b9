//! Recurring jobs, without a leader: the row that says when one is due is moved forward by
//! exactly one server, which enqueues the job in the same transaction.

use chrono::{DateTime, TimeDelta, Utc};
use parking_domain::ids::TenantId;

use super::{Job, enqueue, store};
use crate::doors::in_time;
use crate::{Db, PlatformTx, Reason, Result};

/// A job that recurs.
#[derive(Clone, Copy, Debug)]
pub struct Schedule {
    name: &'static str,
    every: TimeDelta,
    enqueue: Enqueue,
}

type Enqueue = for<'a> fn(
    &'a mut PlatformTx,
    DateTime<Utc>,
) -> std::pin::Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>>;

impl Schedule {
    /// Runs a job again and again, with its default payload.
    pub fn every<J: Job + Default + Sync>(every: TimeDelta) -> Self {
        Self {
            name: J::KIND,
            every,
            enqueue: |tx, now| {
                Box::pin(
                    async move { enqueue(tx.conn(), TenantId::PLATFORM, &J::default(), now).await },
                )
            },
        }
    }
}

/// Enqueues what is due by `now`, once among all servers.
pub async fn run_due_schedules(db: &Db, schedules: &[Schedule], now: DateTime<Utc>) -> Result<()> {
    let waiting = in_time(waiting(db, now)).await?;
    for schedule in schedules {
        // One that waits for longer than it ever does was written by a clock that was ahead.
        let waits = |(name, next): &(String, DateTime<Utc>)| {
            name == schedule.name && *next <= now + schedule.every
        };
        if !waiting.iter().any(waits) {
            in_time(run_if_due(db, schedule, now)).await?;
        }
    }
    Ok(())
}

/// Those whose time has not come, and when it does: nearly always all, so that one look suffices.
async fn waiting(db: &Db, now: DateTime<Utc>) -> Result<Vec<(String, DateTime<Utc>)>> {
    let mut tx = db.platform(Reason::Worker("schedules that wait")).await?;
    let waiting = store::waiting_schedules(&mut tx, now).await?;
    tx.commit().await?;
    Ok(waiting)
}

async fn run_if_due(db: &Db, schedule: &Schedule, now: DateTime<Utc>) -> Result<()> {
    let mut tx = db.platform(Reason::Worker("schedules")).await?;
    if store::take_schedule(&mut tx, schedule.name, now, now + schedule.every).await? {
        (schedule.enqueue)(&mut tx, now).await?;
        tx.commit().await?;
    }
    Ok(())
}
