//! What invitations do later: the letter, and closing those whose time is up.

use chrono::TimeDelta;
use parking_db::Reason;
use parking_db::queue::{Job, JobError, Schedule, Worker};
use parking_domain::access::Role;
use parking_domain::ids::TenantId;
use parking_domain::text::Email;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::accept::{close_some, send};
use super::{Invite, InviteError, invite};
use crate::accounts::Accounts;
use crate::audit::By;
use crate::tenants::InviteOwner;

/// Mails an invitation.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct SendInvitation {
    pub(super) invitation_id: Uuid,
}

impl Job for SendInvitation {
    const KIND: &'static str = "send_invitation_letter";

    fn unique_key(&self) -> Option<String> {
        Some(self.invitation_id.to_string())
    }
}

/// Closes invitations whose time is up.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct CloseInvitations {}

impl Job for CloseInvitations {
    const KIND: &'static str = "close_expired_invitations";
}

/// Teaches a worker the jobs of the invitations.
pub fn jobs(worker: Worker, accounts: &Accounts) -> Worker {
    let [letters, closing, owners] = std::array::from_fn(|_| accounts.clone());
    worker
        .on(move |tenant, job: InviteOwner| {
            let accounts = owners.clone();
            async move { invite_owner(&accounts, tenant, job).await }
        })
        .on(move |tenant, job: SendInvitation| {
            let accounts = letters.clone();
            async move { send(&accounts, tenant, job.invitation_id).await }
        })
        .on(move |_, _: CloseInvitations| {
            let accounts = closing.clone();
            async move { close_expired(&accounts).await }
        })
}

/// The recurring jobs of the invitations.
pub fn schedules() -> Vec<Schedule> {
    vec![Schedule::every::<CloseInvitations>(TimeDelta::hours(1))]
}

/// Invites the first owner of a tenant that was created with one. Doing it twice invites once.
async fn invite_owner(
    accounts: &Accounts,
    tenant: TenantId,
    job: InviteOwner,
) -> Result<(), JobError> {
    let invitation = Invite {
        email: Email::parse(&job.email).map_err(JobError::fail)?,
        role: Role::Owner,
        giver: Role::Owner,
        language: job.language,
        invited_by: job.invited_by,
    };
    let mut tx = accounts
        .db
        .platform(Reason::Worker("invite the first owner"))
        .await?;
    let by = By::system("creation of the tenant");
    match invite(tx.conn(), tenant, &invitation, &by, accounts.clock.now()).await {
        Ok(_) => Ok(tx.commit().await?),
        Err(InviteError::AlreadyInvited | InviteError::AlreadyMember) => Ok(()),
        Err(InviteError::Db(error)) => Err(error.into()),
        Err(refused) => Err(JobError::fail(refused)),
    }
}

async fn close_expired(accounts: &Accounts) -> Result<(), JobError> {
    loop {
        let mut tx = accounts
            .db
            .platform(Reason::Worker("close expired invitations"))
            .await?;
        let is_done = close_some(&mut tx, accounts.clock.now()).await?;
        tx.commit().await?;
        if is_done {
            return Ok(());
        }
    }
}
