//! Erasing people from what ended longer ago than their tenant keeps them.

use chrono::{DateTime, TimeDelta, Utc};
use parking_access::audit::{self, By, Entry, Witness};
use parking_db::queue::{Job, Schedule, Worker};
use parking_db::{DbError, Reason};
use parking_domain::ids::TenantId;
use parking_domain::reservations::Terms;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{Flow, reservations, waitlist};

/// Reservations of one transaction, so that none holds many rows for long.
const BATCH: i64 = 1_000;

/// Erases people from what is old.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(super) struct ForgetPeople {}

impl Job for ForgetPeople {
    const KIND: &'static str = "forget_people";
    const IS_SWEEP: bool = true;

    // When the workers are behind, one waiting sweep finds all that is old.
    fn unique_key(&self) -> Option<String> {
        Some(String::new())
    }
}

/// Teaches a worker the jobs of people.
pub fn jobs(worker: Worker, flow: &Flow, witness: &Witness) -> Worker {
    let (flow, witness) = (flow.clone(), witness.clone());
    worker.on(move |_, _: ForgetPeople| {
        let (flow, witness) = (flow.clone(), witness.clone());
        async move { Ok(forget(&flow, &witness).await?) }
    })
}

/// The recurring jobs of people.
pub fn schedules() -> Vec<Schedule> {
    vec![Schedule::every::<ForgetPeople>(TimeDelta::hours(1))]
}

/// Erases people from what ended longer ago than each tenant keeps them. Any number of servers may do so at
/// once; a clock that nobody confirms erases nothing.
pub async fn forget(flow: &Flow, witness: &Witness) -> Result<(), DbError> {
    let mut tx = flow.db.platform(Reason::Worker("forget people")).await?;
    let kept = reservations::retentions(&mut tx).await?;
    tx.commit().await?;
    let mut ended = Ok(());
    for (tenant, retention_days) in kept {
        let terms = Terms {
            retention_days,
            ..Terms::STANDARD
        };
        match forget_of(flow, witness, (TenantId(tenant), &terms)).await {
            Ok(true) => {}
            Ok(false) => break,
            Err(error @ DbError::Unavailable(_)) => return Err(error),
            // What goes wrong in one tenant keeps nobody known in another.
            Err(error) => ended = Err(error),
        }
    }
    ended
}

/// Does so for one tenant, and says whether the clock is believed.
async fn forget_of(
    flow: &Flow,
    witness: &Witness,
    (tenant, terms): (TenantId, &Terms),
) -> Result<bool, DbError> {
    while let Some(before) = terms.forgets_before(flow.clock.now()) {
        if !witness.confirms(flow.clock.now()).await? {
            return Ok(false);
        }
        if portion(flow, tenant, before).await? < BATCH {
            break;
        }
    }
    Ok(true)
}

/// Does some, and says how many at most of one kind.
async fn portion(flow: &Flow, tenant: TenantId, before: DateTime<Utc>) -> Result<i64, DbError> {
    let now = flow.clock.now();
    let mut tx = flow.db.platform(Reason::Worker("forget people")).await?;
    let erased = reservations::forget_holders(&mut tx, tenant, (before, BATCH), now).await?;
    let waited = waitlist::forget_persons(&mut tx, tenant, (before, BATCH), now).await?;
    if erased + waited > 0 {
        let entry = Entry {
            action: "person.forgotten",
            entity_type: "person",
            new: Some(
                json!({ "reservations": erased, "waitlist": waited, "ended_before": before }),
            ),
            ..Entry::default()
        };
        audit::append(tx.conn(), tenant, &By::system("people"), now, entry).await?;
    }
    tx.commit().await?;
    Ok(erased.max(waited))
}
