//! What registrations do later: the letter, and forgetting those that nobody completed.

use chrono::TimeDelta;
use parking_db::Reason;
use parking_db::queue::{Job, JobError, Schedule, Worker};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{forget_some, send};
use crate::accounts::Accounts;
use crate::mail;

/// How long registrations are kept after their letter is good for nothing.
const KEPT_FOR: TimeDelta = TimeDelta::days(7);

/// Mails what follows a registration.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct SendRegistration {
    pub(super) registration_id: Uuid,
}

impl Job for SendRegistration {
    const KIND: &'static str = "send_registration_letter";
    const ATTEMPTS_MAX: i32 = mail::ATTEMPTS_MAX;
}

/// Forgets registrations that ran out a week ago.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct CleanRegistrations {}

impl Job for CleanRegistrations {
    const KIND: &'static str = "clean_registrations";
}

/// Teaches a worker the jobs of the registrations.
pub fn jobs(worker: Worker, accounts: &Accounts) -> Worker {
    let [letters, clean] = std::array::from_fn(|_| accounts.clone());
    worker
        .on(move |_, job: SendRegistration| {
            let accounts = letters.clone();
            async move { send(&accounts, job.registration_id).await }
        })
        .on(move |_, _: CleanRegistrations| {
            let accounts = clean.clone();
            async move { clean_registrations(&accounts).await }
        })
}

/// The recurring jobs of the registrations.
pub fn schedules() -> Vec<Schedule> {
    vec![Schedule::every::<CleanRegistrations>(TimeDelta::hours(6))]
}

async fn clean_registrations(accounts: &Accounts) -> Result<(), JobError> {
    let before = accounts.clock.now() - KEPT_FOR;
    loop {
        let mut tx = accounts
            .db
            .platform(Reason::Worker("clean the registrations"))
            .await?;
        let is_done = forget_some(&mut tx, before).await?;
        tx.commit().await?;
        if is_done {
            return Ok(());
        }
    }
}
