//! What accounts do later: letters, and forgetting what is over.

use chrono::TimeDelta;
use parking_db::queue::{Job, JobError, Schedule, Worker};
use parking_db::{PlatformTx, Reason};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Accounts, forget_some, recovery};
use crate::audit::Witness;
use crate::mail::{self, Letter};

/// How long sessions and links are kept after they are over.
const KEPT_FOR: TimeDelta = TimeDelta::days(7);

/// Mails a reset link to an address, if it has an account.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct SendReset {
    pub(super) email_key: String,
}

impl Job for SendReset {
    const KIND: &'static str = "send_reset_letter";
    const ATTEMPTS_MAX: i32 = mail::ATTEMPTS_MAX;

    fn unique_key(&self) -> Option<String> {
        Some(self.email_key.clone())
    }
}

/// Mails the link that confirms an address.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct SendVerification {
    pub(super) user_id: Uuid,
}

impl Job for SendVerification {
    const KIND: &'static str = "send_verification_letter";
    const ATTEMPTS_MAX: i32 = mail::ATTEMPTS_MAX;

    fn unique_key(&self) -> Option<String> {
        Some(self.user_id.to_string())
    }
}

/// Tells somebody what happened to their account.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct SendNotice {
    pub(super) user_id: Uuid,
    pub(super) notice: Notice,
}

/// What happened to an account.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Notice {
    PasswordChanged,
    SessionStolen,
}

impl Job for SendNotice {
    const KIND: &'static str = "send_account_notice";
    const ATTEMPTS_MAX: i32 = mail::ATTEMPTS_MAX;
}

/// Forgets sessions and links that have been over for a week.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct CleanAccounts {}

impl Job for CleanAccounts {
    const KIND: &'static str = "clean_accounts";
}

/// Teaches a worker the jobs of the accounts.
pub fn jobs(worker: Worker, accounts: &Accounts, witness: &Witness) -> Worker {
    let witness = witness.clone();
    let [reset, verification, notice, clean] = std::array::from_fn(|_| accounts.clone());
    worker
        .on(move |_, job: SendReset| {
            let accounts = reset.clone();
            async move { recovery::send_reset(&accounts, &job.email_key).await }
        })
        .on(move |_, job: SendVerification| {
            let accounts = verification.clone();
            async move { recovery::send_verification(&accounts, job.user_id).await }
        })
        .on(move |_, job: SendNotice| {
            let accounts = notice.clone();
            async move {
                let letter = match job.notice {
                    Notice::PasswordChanged => Letter::PasswordChanged,
                    Notice::SessionStolen => Letter::SessionStolen,
                };
                recovery::send_notice(&accounts, job.user_id, &letter).await
            }
        })
        .on(move |_, _: CleanAccounts| {
            let (accounts, witness) = (clean.clone(), witness.clone());
            async move { clean_accounts(&accounts, &witness).await }
        })
}

/// The recurring jobs of the accounts.
pub fn schedules() -> Vec<Schedule> {
    vec![Schedule::every::<CleanAccounts>(TimeDelta::hours(1))]
}

/// In portions, so that no transaction holds many locks for long.
async fn clean_accounts(accounts: &Accounts, witness: &Witness) -> Result<(), JobError> {
    let now = accounts.clock.now();
    if !witness.confirms(now).await? {
        return Ok(());
    }
    let before = now - KEPT_FOR;
    loop {
        let mut tx: PlatformTx = accounts
            .db
            .platform(Reason::Worker("clean the accounts"))
            .await?;
        let is_done = forget_some(&mut tx, before).await?;
        tx.commit().await?;
        if is_done {
            return Ok(());
        }
    }
}
