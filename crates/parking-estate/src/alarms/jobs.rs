//! What alarms do later: look, tell people, and be forgotten.

use chrono::{DateTime, TimeDelta, Utc};
use parking_access::audit::Witness;
use parking_access::mail::Mailer;
use parking_db::queue::{Job, JobError, Schedule, Worker, enqueue};
use parking_db::{Db, Reason};
use parking_domain::ids::TenantId;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::news::{self, GatherNews, MailNews, MailTest};
use super::store::write as store;
use super::watch;
use crate::Estate;

/// How long alarms are kept after they were cleared.
const KEPT_FOR: TimeDelta = TimeDelta::days(365);

/// Rows that one portion of forgetting, or of looking again, takes.
const PORTION: i64 = 1_000;

/// Looks at what is due.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct LookForAlarms {}

impl Job for LookForAlarms {
    const KIND: &'static str = "look_for_alarms";
    const IS_SWEEP: bool = true;

    // When the workers are behind, one waiting look finds all that is due.
    fn unique_key(&self) -> Option<String> {
        Some("all".to_owned())
    }
}

/// Looks at everything a tenant has, because its rules changed.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct LookAtAll {}

impl Job for LookAtAll {
    const KIND: &'static str = "look_at_all_for_alarms";

    fn unique_key(&self) -> Option<String> {
        Some("all".to_owned())
    }
}

/// Forgets alarms that were cleared a year ago.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct ForgetAlarms {}

impl Job for ForgetAlarms {
    const KIND: &'static str = "forget_alarms";
}

/// Teaches a worker the jobs of alarms.
pub fn jobs(worker: Worker, estate: &Estate, (mailer, witness): (&Mailer, &Witness)) -> Worker {
    let [looking, all, gathering, mailing, testing, forgetting] =
        std::array::from_fn(|_| estate.clone());
    let (mailer, testing_mailer, witness) = (mailer.clone(), mailer.clone(), witness.clone());
    worker
        .on(move |_, _: LookForAlarms| {
            let estate = looking.clone();
            async move {
                watch::look(&estate.db, estate.clock.now()).await?;
                Ok(())
            }
        })
        .on(move |tenant, _: LookAtAll| {
            let estate = all.clone();
            async move { look_at_all(&estate.db, tenant).await }
        })
        .on(move |tenant, job: GatherNews| {
            let estate = gathering.clone();
            async move { news::gather(&estate, tenant, job).await }
        })
        .on(move |tenant, job: MailNews| {
            let (estate, mailer) = (mailing.clone(), mailer.clone());
            async move { news::mail(&estate, &mailer, tenant, job).await }
        })
        .on(move |tenant, job: MailTest| {
            let (estate, mailer) = (testing.clone(), testing_mailer.clone());
            async move { news::mail_test(&estate, &mailer, tenant, job).await }
        })
        .on(move |_, _: ForgetAlarms| {
            let (estate, witness) = (forgetting.clone(), witness.clone());
            async move {
                let now = estate.clock.now();
                if witness.confirms(now).await? {
                    forget(&estate.db, now - KEPT_FOR).await?;
                }
                Ok(())
            }
        })
}

/// The recurring jobs of alarms.
pub fn schedules() -> Vec<Schedule> {
    vec![
        Schedule::every::<LookForAlarms>(TimeDelta::seconds(5)),
        Schedule::every::<ForgetAlarms>(TimeDelta::hours(1)),
    ]
}

/// Enqueues a look at everything a tenant has, in the transaction that changes its rules.
pub(super) async fn look_later(
    tx: &mut parking_db::TenantTx,
    now: DateTime<Utc>,
) -> Result<(), parking_db::DbError> {
    let tenant = tx.tenant();
    enqueue(tx.conn(), tenant, &LookAtAll {}, now).await
}

async fn look_at_all(db: &Db, tenant: TenantId) -> Result<(), JobError> {
    let mut after = Uuid::nil();
    loop {
        let mut tx = db
            .platform(Reason::Worker("look at all a tenant has for alarms"))
            .await?;
        let last = store::look_at_all(&mut tx, (tenant.0, after), PORTION).await?;
        tx.commit().await?;
        match last {
            Some(last) => after = last,
            None => return Ok(()),
        }
    }
}

/// In portions, so that no transaction holds many locks for long.
async fn forget(db: &Db, before: DateTime<Utc>) -> Result<(), JobError> {
    loop {
        let mut tx = db.platform(Reason::Worker("forget old alarms")).await?;
        let forgotten = store::forget_cleared(&mut tx, before, PORTION).await?;
        tx.commit().await?;
        if forgotten < PORTION.unsigned_abs() {
            return Ok(());
        }
    }
}
