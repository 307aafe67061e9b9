//! What is done about reservations when their time comes.

use chrono::TimeDelta;
use parking_access::audit::Witness;
use parking_db::queue::{Job, Schedule, Worker};
use serde::{Deserialize, Serialize};

use super::keep;
use crate::Flow;

/// Takes every reservation whose time has come a step further.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(super) struct KeepReservations {}

impl Job for KeepReservations {
    const KIND: &'static str = "keep_reservations";
    const IS_SWEEP: bool = true;

    // When the workers are behind, one waiting sweep finds all that is due.
    fn unique_key(&self) -> Option<String> {
        Some(String::new())
    }
}

/// Teaches a worker the jobs of reservations.
pub fn jobs(worker: Worker, flow: &Flow, witness: &Witness) -> Worker {
    let (flow, witness) = (flow.clone(), witness.clone());
    worker.on(move |_, _: KeepReservations| {
        let (flow, witness) = (flow.clone(), witness.clone());
        async move { Ok(keep(&flow, &witness).await?) }
    })
}

/// The recurring jobs of reservations. Nobody is to hear of a boundary more than five seconds late.
pub fn schedules() -> Vec<Schedule> {
    vec![Schedule::every::<KeepReservations>(TimeDelta::seconds(2))]
}
