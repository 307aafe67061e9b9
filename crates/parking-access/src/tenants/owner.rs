//! The first owner of a new tenant.
//!
//! Invitations belong to a slice above this one, so the wish goes there as a job: written down
//! with the tenant, done by `invitations`.

use chrono::{DateTime, Utc};
use parking_db::queue::{Job, enqueue};
use parking_db::{DbError, PlatformTx};
use parking_domain::ids::TenantId;
use parking_domain::text::{Email, Language};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Invites somebody to own a tenant that has just been created.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct InviteOwner {
    /// Their address, which is one.
    pub email: String,
    /// The language of the letter.
    pub language: Language,
    /// The platform admin who created the tenant.
    pub invited_by: Option<Uuid>,
}

impl Job for InviteOwner {
    const KIND: &'static str = "invite_owner";
}

/// Writes the wish down.
pub(super) async fn invite(
    tx: &mut PlatformTx,
    tenant: TenantId,
    email: &Email,
    language: Language,
    invited_by: Option<Uuid>,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let job = InviteOwner {
        email: email.as_str().to_owned(),
        language,
        invited_by,
    };
    enqueue(tx.conn(), tenant, &job, now).await
}
