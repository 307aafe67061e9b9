//! What imports do later: carry out rows, give up what stalled, forget what is old.

use chrono::TimeDelta;
use parking_access::audit::{By, Witness};
use parking_db::Reason;
use parking_db::queue::{Job, JobError, Schedule, Worker};
use parking_domain::ids::TenantId;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::store;
use super::work::work_on;
use crate::Estate;
use crate::record::{Change, record_in};

/// How long nothing may go on before an import is given up: longer than the pauses between the
/// attempts of its job.
const SILENCE_MAX: TimeDelta = TimeDelta::minutes(15);

/// How long the rows of an import are kept.
const KEPT_FOR: TimeDelta = TimeDelta::days(30);

/// Works on an import: carries out its rows, or takes back what they made.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct RunImport {
    pub(super) import_id: Uuid,
}

impl Job for RunImport {
    const KIND: &'static str = "run_import";

    fn unique_key(&self) -> Option<String> {
        Some(self.import_id.to_string())
    }
}

/// Gives up imports whose job did.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(super) struct GiveUpImports {}

impl Job for GiveUpImports {
    const KIND: &'static str = "give_up_imports";
}

/// Forgets the rows of old imports.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(super) struct CleanImports {}

impl Job for CleanImports {
    const KIND: &'static str = "clean_imports";
}

/// Teaches a worker the jobs of imports.
pub fn jobs(worker: Worker, estate: &Estate, witness: &Witness) -> Worker {
    let [running, giving_up, cleaning] = std::array::from_fn(|_| estate.clone());
    let witness = witness.clone();
    worker
        .on(move |tenant, job: RunImport| {
            let estate = running.clone();
            async move { work_on(&estate, tenant, job.import_id).await }
        })
        .on(move |_, GiveUpImports {}| {
            let estate = giving_up.clone();
            async move { give_up(&estate).await }
        })
        .on(move |_, CleanImports {}| {
            let (estate, witness) = (cleaning.clone(), witness.clone());
            async move { clean(&estate, &witness).await }
        })
}

/// The recurring jobs of imports.
pub fn schedules() -> Vec<Schedule> {
    vec![
        Schedule::every::<GiveUpImports>(TimeDelta::minutes(5)),
        Schedule::every::<CleanImports>(TimeDelta::hours(1)),
    ]
}

async fn give_up(estate: &Estate) -> Result<(), JobError> {
    let now = estate.clock.now();
    let mut tx = estate
        .db
        .platform(Reason::Worker("give up imports that stand still"))
        .await?;
    let minutes = SILENCE_MAX.num_minutes();
    let trouble = format!("nothing went on for {minutes} minutes");
    let mut stalled = store::give_up(&mut tx, (now - SILENCE_MAX, &trouble), now).await?;
    // Each entry holds the log of its tenant: in one order, whoever writes to several.
    stalled.sort_by_key(|import| import.tenant_id);
    for import in stalled {
        let change = Change {
            kind: "import.failed",
            entity: "import",
            id: import.id,
            name: &import.file_name,
            site: None,
            values: (None, None),
            reason: Some(&trouble),
        };
        let (by, tenant) = (By::system("imports"), TenantId(import.tenant_id));
        record_in(tx.conn(), tenant, &by, now, change).await?;
    }
    Ok(tx.commit().await?)
}

/// In portions, so that no transaction holds many locks for long.
async fn clean(estate: &Estate, witness: &Witness) -> Result<(), JobError> {
    let now = estate.clock.now();
    if !witness.confirms(now).await? {
        return Ok(());
    }
    loop {
        let mut tx = estate
            .db
            .platform(Reason::Worker("forget the rows of old imports"))
            .await?;
        let forgotten = store::forget_old(&mut tx, now - KEPT_FOR, now).await?;
        tx.commit().await?;
        if forgotten == 0 {
            return Ok(());
        }
    }
}
