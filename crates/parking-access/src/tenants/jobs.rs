//! What tenants need later: people told that a limit is near, data deleted for good.

use chrono::TimeDelta;
use parking_db::queue::{Job, Schedule, Worker};
use serde::{Deserialize, Serialize};

use super::{Tenants, limits, purge};
use crate::audit::Witness;

/// Tells the world of limits that came near since the last time.
///
/// It looks at what the database counted, so nobody who adds something has to think of it.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct AnnounceLimits {}

impl Job for AnnounceLimits {
    const KIND: &'static str = "announce_limits";
}

/// Deletes tenants whose grace period is over.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct PurgeTenants {}

impl Job for PurgeTenants {
    const KIND: &'static str = "purge_tenants";
}

/// Teaches a worker the jobs of tenants.
#[must_use]
pub fn jobs(worker: Worker, state: &Tenants, witness: &Witness) -> Worker {
    let (announcing, mailing, purging) = (state.clone(), state.clone(), state.clone());
    let witness = witness.clone();
    worker
        .on(move |_, AnnounceLimits {}| {
            let state = announcing.clone();
            async move { Ok(limits::announce(&state.db, state.clock.now()).await?) }
        })
        .on(move |tenant, job: limits::MailLimitNear| {
            let state = mailing.clone();
            async move { limits::mail(&state, tenant, job).await }
        })
        .on(move |_, PurgeTenants {}| {
            let (state, witness) = (purging.clone(), witness.clone());
            async move {
                let now = state.clock.now();
                if witness.confirms(now).await? {
                    purge::purge_due(&state.db, now).await?;
                }
                Ok(())
            }
        })
}

/// When the recurring ones are due.
pub fn schedules() -> Vec<Schedule> {
    vec![
        Schedule::every::<AnnounceLimits>(TimeDelta::minutes(1)),
        Schedule::every::<PurgeTenants>(TimeDelta::hours(1)),
    ]
}
