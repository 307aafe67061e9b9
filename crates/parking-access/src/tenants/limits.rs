//! Telling people that a limit is near.
//!
//! The database counts; this looks at what it counted. So whatever brings a tenant near a limit,
//! more things or a smaller tier, nobody who does it has to think of the announcement.

use chrono::{DateTime, Utc};
use parking_db::events::{self, EventDraft};
use parking_db::queue::{Job, JobError, enqueue};
use parking_db::{Db, DbError, Reason};
use parking_domain::ids::TenantId;
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::{Tenants, store};
use crate::mail::{self, Letter};

/// Writes to one owner that a limit is near.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct MailLimitNear {
    resource: String,
    user_id: Uuid,
}

impl Job for MailLimitNear {
    const KIND: &'static str = "mail_limit_near";
    const ATTEMPTS_MAX: i32 = mail::ATTEMPTS_MAX;

    fn unique_key(&self) -> Option<String> {
        Some(format!("{}:{}", self.resource, self.user_id))
    }
}

/// Appends an event and enqueues letters for each limit that came near, once until it is far again.
pub(super) async fn announce(db: &Db, now: DateTime<Utc>) -> Result<(), DbError> {
    let mut tx = db.platform(Reason::Worker("announce limits")).await?;
    store::forget_far_limits(&mut tx).await?;
    for near in store::take_near_limits(&mut tx, now).await? {
        let event = EventDraft {
            kind: "tenant.limit_near",
            subject_type: "tenant",
            subject_id: &near.tenant.to_string(),
            payload: &json!({ "resource": near.resource, "used": near.used, "max": near.max }),
        };
        events::append(tx.conn(), near.tenant, now, event).await?;
        for user_id in store::owners(&mut tx, near.tenant).await? {
            let job = MailLimitNear {
                resource: near.resource.clone(),
                user_id,
            };
            enqueue(tx.conn(), near.tenant, &job, now).await?;
        }
    }
    tx.commit().await
}

pub(super) async fn mail(
    state: &Tenants,
    tenant: TenantId,
    job: MailLimitNear,
) -> Result<(), JobError> {
    let mut tx = state.db.tenant(tenant).await?;
    let found = store::near_limit(&mut tx, &job.resource, job.user_id).await?;
    drop(tx);
    // Whoever left meanwhile need not know.
    let Some(found) = found else { return Ok(()) };
    let letter = Letter::LimitNear {
        tenant: &found.tenant,
        resource: &job.resource,
        used: found.used,
        max: found.max,
    };
    state
        .mailer
        .send(&found.email, found.language, &letter)
        .await?;
    Ok(())
}
