//! What bays do when their time comes.

use chrono::TimeDelta;
use parking_db::Reason;
use parking_db::queue::{Job, JobError, Schedule, Worker};
use serde::{Deserialize, Serialize};

use super::state;
use crate::Estate;

/// Bays settled in one transaction.
const BATCH: i64 = 500;

/// Computes the states of bays whose time has come.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(super) struct SettleDueSpaces {}

impl Job for SettleDueSpaces {
    const KIND: &'static str = "settle_due_spaces";
    const IS_SWEEP: bool = true;

    // When the workers are behind, one waiting sweep finds all that is due.
    fn unique_key(&self) -> Option<String> {
        Some(String::new())
    }
}

/// Teaches a worker the jobs of bays.
pub fn jobs(worker: Worker, estate: &Estate) -> Worker {
    let estate = estate.clone();
    worker.on(move |_, _: SettleDueSpaces| {
        let estate = estate.clone();
        async move { settle_due(&estate).await }
    })
}

/// The recurring jobs of bays.
pub fn schedules() -> Vec<Schedule> {
    vec![Schedule::every::<SettleDueSpaces>(TimeDelta::seconds(5))]
}

async fn settle_due(estate: &Estate) -> Result<(), JobError> {
    loop {
        let now = estate.clock.now();
        let mut tx = estate
            .db
            .platform(Reason::Worker("settle bays whose time has come"))
            .await?;
        let due = state::due(&mut tx, now, BATCH).await?;
        state::settle_across(tx.conn(), &due, now).await?;
        tx.commit().await?;
        if i64::try_from(due.len()).unwrap_or(BATCH) < BATCH {
            return Ok(());
        }
    }
}
