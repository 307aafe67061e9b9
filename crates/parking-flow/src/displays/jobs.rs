//! What displays need later: to forget commands that came to their end long ago.

use chrono::TimeDelta;
use parking_access::audit::Witness;
use parking_db::queue::{Job, JobError, Schedule, Worker};
use parking_db::{DbError, Reason};
use serde::{Deserialize, Serialize};

use super::store::deadlines as store;
use crate::Flow;

/// How long it is kept what became of commands.
const KEPT_FOR: TimeDelta = TimeDelta::days(30);

/// Rows that one portion of cleaning takes.
const PORTION: i64 = 5_000;

/// Forgets commands that came to their end long ago.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct CleanDownlinks {}

impl Job for CleanDownlinks {
    const KIND: &'static str = "clean_downlinks";
}

/// Teaches a worker the jobs of displays.
pub fn jobs(worker: Worker, flow: &Flow, witness: &Witness) -> Worker {
    let (flow, witness) = (flow.clone(), witness.clone());
    worker.on(move |_, CleanDownlinks {}| {
        let (flow, witness) = (flow.clone(), witness.clone());
        async move {
            if witness.confirms(flow.clock.now()).await? {
                forget(&flow).await?;
            }
            Ok::<(), JobError>(())
        }
    })
}

/// When the recurring one is due.
pub fn schedules() -> Vec<Schedule> {
    vec![Schedule::every::<CleanDownlinks>(TimeDelta::hours(1))]
}

/// In portions, so that no transaction holds many locks for long.
pub(super) async fn forget(flow: &Flow) -> Result<(), DbError> {
    let before = flow.clock.now() - KEPT_FOR;
    loop {
        let mut tx = flow
            .db
            .platform(Reason::Worker("forget old commands"))
            .await?;
        let forgotten = store::forget(&mut tx, before, PORTION).await?;
        tx.commit().await?;
        if forgotten < PORTION.unsigned_abs() {
            return Ok(());
        }
    }
}
