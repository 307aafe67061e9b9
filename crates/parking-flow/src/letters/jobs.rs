//! What letters do later: be written, and remind.

use chrono::TimeDelta;
use parking_access::audit::Witness;
use parking_access::mail::{self, Mailer};
use parking_db::queue::{Job, Schedule, Worker};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::draft::Subject;
use super::{look, write};
use crate::Flow;
use crate::reservations::{WriteOfSeries, WriteToHolder};

/// Has those reminded whose time has come, and those told whose reservation became somebody else's.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct RemindHolders {}

impl Job for RemindHolders {
    const KIND: &'static str = "remind_holders";
    const IS_SWEEP: bool = true;

    // When the workers are behind, one waiting look finds all that is due.
    fn unique_key(&self) -> Option<String> {
        Some(String::new())
    }
}

/// Reminds one of them. Not the job that changes leave: who reminds many would wait for who changes many,
/// and be waited for.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct RemindHolder {
    /// Of which reservation.
    pub(super) reservation_id: Uuid,
}

impl Job for RemindHolder {
    const KIND: &'static str = "remind_holder";
    const ATTEMPTS_MAX: i32 = mail::ATTEMPTS_MAX;

    fn unique_key(&self) -> Option<String> {
        Some(self.reservation_id.to_string())
    }
}

/// Teaches a worker the jobs of letters.
pub fn jobs(worker: Worker, flow: &Flow, (mailer, witness): (&Mailer, &Witness)) -> Worker {
    let worker = writes(worker, (flow, mailer), |job: WriteToHolder| {
        Subject::One(job.reservation_id)
    });
    let worker = writes(worker, (flow, mailer), |job: WriteOfSeries| {
        Subject::Series(job.series_id)
    });
    let worker = writes(worker, (flow, mailer), |job: RemindHolder| {
        Subject::One(job.reservation_id)
    });
    let (flow, witness) = (flow.clone(), witness.clone());
    worker.on(move |_, _: RemindHolders| {
        let (flow, witness) = (flow.clone(), witness.clone());
        async move { Ok(look(&flow, &witness).await?) }
    })
}

/// Teaches a worker one of the jobs that write a letter.
fn writes<J: Job>(
    worker: Worker,
    (flow, mailer): (&Flow, &Mailer),
    subject: fn(J) -> Subject,
) -> Worker {
    let (flow, mailer) = (flow.clone(), mailer.clone());
    worker.on(move |tenant, job: J| {
        let (flow, mailer) = (flow.clone(), mailer.clone());
        let subject = subject(job);
        async move { write(&flow, &mailer, tenant, subject).await }
    })
}

/// The recurring jobs of letters.
pub fn schedules() -> Vec<Schedule> {
    vec![Schedule::every::<RemindHolders>(TimeDelta::seconds(20))]
}
