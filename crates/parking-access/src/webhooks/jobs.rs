//! What webhooks need later: letters to owners, and forgetting.

use chrono::TimeDelta;
use parking_db::queue::{Job, JobError, Schedule, Worker};
use parking_db::{DbError, Reason};
use parking_domain::ids::TenantId;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Webhooks;
use super::store::{self, deliveries};
use crate::audit::Witness;
use crate::mail::{self, Letter};

/// How long a delivery waits for its receiver: as long as the receiver may fail.
const WAITS_FOR: TimeDelta = TimeDelta::days(5);

/// How long it is kept what was sent.
const KEPT_FOR: TimeDelta = TimeDelta::days(30);

/// Rows that one portion of cleaning takes.
const PORTION: i64 = 1_000;

/// Tells one owner that a webhook was given up.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct MailWebhookDisabled {
    pub(super) webhook_id: Uuid,
    pub(super) user_id: Uuid,
}

impl Job for MailWebhookDisabled {
    const KIND: &'static str = "mail_webhook_disabled";
    const ATTEMPTS_MAX: i32 = mail::ATTEMPTS_MAX;

    fn unique_key(&self) -> Option<String> {
        Some(format!("{}:{}", self.webhook_id, self.user_id))
    }
}

/// Gives up what waited for too long, and forgets what was sent long ago.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct CleanWebhooks {}

impl Job for CleanWebhooks {
    const KIND: &'static str = "clean_webhooks";
}

/// Teaches a worker the jobs of webhooks.
#[must_use]
pub fn jobs(worker: Worker, state: &Webhooks, witness: &Witness) -> Worker {
    let (mailing, cleaning, witness) = (state.clone(), state.clone(), witness.clone());
    worker
        .on(move |tenant, job: MailWebhookDisabled| {
            let state = mailing.clone();
            async move { mail_disabled(&state, tenant, &job).await }
        })
        .on(move |_, CleanWebhooks {}| {
            let (state, witness) = (cleaning.clone(), witness.clone());
            async move {
                expire(&state).await?;
                if witness.confirms(state.clock.now()).await? {
                    forget(&state).await?;
                }
                Ok(())
            }
        })
}

/// When the recurring one is due.
pub fn schedules() -> Vec<Schedule> {
    vec![Schedule::every::<CleanWebhooks>(TimeDelta::hours(1))]
}

async fn mail_disabled(
    state: &Webhooks,
    tenant: TenantId,
    job: &MailWebhookDisabled,
) -> Result<(), JobError> {
    let mut tx = state.db.tenant(tenant).await?;
    let found = store::notification(&mut tx, job.webhook_id, job.user_id).await?;
    drop(tx);
    // It was enabled again, or whoever left need not know.
    let Some(found) = found else { return Ok(()) };
    let letter = Letter::WebhookDisabled {
        tenant: &found.tenant,
        webhook: &found.webhook,
        is_gone: found.is_gone,
    };
    let sent = state.mailer.send(&found.email, found.language, &letter);
    Ok(sent.await?)
}

/// In portions, so that no transaction holds many locks for long.
async fn expire(state: &Webhooks) -> Result<(), DbError> {
    let now = state.clock.now();
    loop {
        let mut tx = state
            .db
            .platform(Reason::Worker("expire deliveries of webhooks"))
            .await?;
        let expired = deliveries::expire_before(&mut tx, now - WAITS_FOR, PORTION, now).await?;
        tx.commit().await?;
        if expired < PORTION.unsigned_abs() {
            return Ok(());
        }
    }
}

async fn forget(state: &Webhooks) -> Result<(), DbError> {
    let before = state.clock.now() - KEPT_FOR;
    loop {
        let mut tx = state
            .db
            .platform(Reason::Worker("forget deliveries of webhooks"))
            .await?;
        let forgotten = deliveries::forget(&mut tx, before, PORTION).await?;
        if forgotten == 0 {
            store::deliveries::forget_deleted(&mut tx).await?;
        }
        tx.commit().await?;
        if forgotten == 0 {
            return Ok(());
        }
    }
}
