//! What is done about reservations when their time comes.

use chrono::TimeDelta;
use parking_access::audit::Witness;
use parking_access::mail;
use parking_db::queue::{Job, Schedule, Worker};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

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

/// Tells the holder of a reservation what they have not been told. Whoever changes it leaves this in the
/// same transaction; who writes letters does it.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct WriteToHolder {
    /// Of which.
    pub reservation_id: Uuid,
}

impl Job for WriteToHolder {
    const KIND: &'static str = "write_to_holder";
    const ATTEMPTS_MAX: i32 = mail::ATTEMPTS_MAX;

    // Of many changes while it waits the last is told.
    fn unique_key(&self) -> Option<String> {
        Some(self.reservation_id.to_string())
    }
}

/// The same of all occurrences of a series, in one letter as far as one can say it. Whoever changes any of
/// them leaves this.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct WriteOfSeries {
    /// Of which.
    pub series_id: Uuid,
    /// A bay that whoever leaves this holds.
    pub space_id: Uuid,
}

impl Job for WriteOfSeries {
    const KIND: &'static str = "write_of_series";
    const ATTEMPTS_MAX: i32 = mail::ATTEMPTS_MAX;

    // Not the series alone: who changes occurrences on other bays would wait for one another here, after
    // they have taken what others wait for.
    fn unique_key(&self) -> Option<String> {
        Some(format!("{}/{}", self.series_id, self.space_id))
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
