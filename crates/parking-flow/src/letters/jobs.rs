//! What letters do later: be written, and remind.

use chrono::TimeDelta;
use parking_access::audit::Witness;
use parking_access::mail::Mailer;
use parking_db::queue::{Job, Schedule, Worker};
use serde::{Deserialize, Serialize};

use super::{remind, write};
use crate::Flow;
use crate::reservations::WriteToHolder;

/// Has those reminded whose time has come.
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

/// Teaches a worker the jobs of letters.
pub fn jobs(worker: Worker, flow: &Flow, (mailer, witness): (&Mailer, &Witness)) -> Worker {
    let [writing, reminding] = std::array::from_fn(|_| flow.clone());
    let (mailer, witness) = (mailer.clone(), witness.clone());
    worker
        .on(move |tenant, job: WriteToHolder| {
            let (flow, mailer) = (writing.clone(), mailer.clone());
            async move { write(&flow, &mailer, tenant, job.reservation_id).await }
        })
        .on(move |_, _: RemindHolders| {
            let (flow, witness) = (reminding.clone(), witness.clone());
            async move { Ok(remind(&flow, &witness).await?) }
        })
}

/// The recurring jobs of letters.
pub fn schedules() -> Vec<Schedule> {
    vec![Schedule::every::<RemindHolders>(TimeDelta::seconds(20))]
}
