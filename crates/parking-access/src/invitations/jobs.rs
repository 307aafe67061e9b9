//! What invitations do later: the letter, and closing those whose time is up.

use chrono::TimeDelta;
use parking_db::Reason;
use parking_db::queue::{Job, JobError, Schedule, Worker};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::accept::{close_some, send};
use super::invite_owner;
use crate::accounts::Accounts;
use crate::mail;
use crate::tenants::InviteOwner;

/// Mails an invitation.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct SendInvitation {
    pub(super) invitation_id: Uuid,
}

impl Job for SendInvitation {
    const KIND: &'static str = "send_invitation_letter";
    const ATTEMPTS_MAX: i32 = mail::ATTEMPTS_MAX;

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
    let [letters, owners, closing] = std::array::from_fn(|_| accounts.clone());
    worker
        .on(move |tenant, job: SendInvitation| {
            let accounts = letters.clone();
            async move { send(&accounts, tenant, job.invitation_id).await }
        })
        .on(move |tenant, job: InviteOwner| {
            let accounts = owners.clone();
            async move { invite_owner(&accounts, tenant, &job).await }
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
