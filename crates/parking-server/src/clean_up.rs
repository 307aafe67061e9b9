//! Forgetting what no slice owns: answers that nobody repeats, jobs that were given up.

use chrono::{DateTime, TimeDelta, Utc};
use parking_access::audit::Witness;
use parking_db::queue::{Job, Schedule, Worker, forget_failed};
use parking_db::{Db, Reason, Result};
use parking_domain::clock::Clock;
use parking_estate::orphans;
use parking_flow::ingest;
use parking_http::idempotency::forget_before;
use serde::{Deserialize, Serialize};

use crate::live;

/// How long a client may repeat a request and get the same answer.
const ANSWERS_KEPT_FOR: TimeDelta = TimeDelta::hours(24);

/// Rows that one portion of cleaning takes.
const PORTION: i64 = 1_000;

/// Forgets what is over.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct CleanUp {}

impl Job for CleanUp {
    const KIND: &'static str = "clean_up";
}

/// Teaches a worker the job.
pub(crate) fn jobs(worker: Worker, db: &Db, clock: &Clock, witness: &Witness) -> Worker {
    let (db, clock, witness) = (db.clone(), clock.clone(), witness.clone());
    worker.on(move |_, CleanUp {}| {
        let (db, clock, witness) = (db.clone(), clock.clone(), witness.clone());
        async move {
            let now = clock.now();
            if witness.confirms(now).await? {
                forget_answers(&db, now - ANSWERS_KEPT_FOR).await?;
                forget_failed(&db, now).await?;
                ingest::forget_keys(&db, now).await?;
                orphans::forget(&db, now).await?;
                live::forget_tickets(&db, now).await?;
            }
            Ok(())
        }
    })
}

/// When it is due.
pub(crate) fn schedules() -> Vec<Schedule> {
    vec![Schedule::every::<CleanUp>(TimeDelta::hours(1))]
}

/// In portions, so that no transaction holds many locks for long.
async fn forget_answers(db: &Db, before: DateTime<Utc>) -> Result<()> {
    loop {
        let mut tx = db.platform(Reason::Worker("forget old answers")).await?;
        let forgotten = forget_before(&mut tx, before, PORTION).await?;
        tx.commit().await?;
        if forgotten < PORTION.unsigned_abs() {
            return Ok(());
        }
    }
}
