//! What is done about the waiting list when bays become free, and in time.

use chrono::TimeDelta;
use parking_access::audit::Witness;
use parking_db::queue::{Job, Schedule, Worker};
use serde::{Deserialize, Serialize};

use super::{keep, look_again};
use crate::Flow;

/// Offers what became free, and ends the waiting of those whose time has begun.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct OfferFreedBays {}

impl Job for OfferFreedBays {
    const KIND: &'static str = "offer_freed_bays";
    const IS_SWEEP: bool = true;

    // When the workers are behind, one waiting look finds all that became free.
    fn unique_key(&self) -> Option<String> {
        Some(String::new())
    }
}

/// Has every list looked at, whether something is known to have become free or not.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct LookAgainAtWaitlist {}

impl Job for LookAgainAtWaitlist {
    const KIND: &'static str = "look_again_at_waitlist";
    const IS_SWEEP: bool = true;

    fn unique_key(&self) -> Option<String> {
        Some(String::new())
    }
}

/// Teaches a worker the jobs of the waiting list.
pub fn jobs(worker: Worker, flow: &Flow, witness: &Witness) -> Worker {
    let [offering, again] = std::array::from_fn(|_| flow.clone());
    let witness = witness.clone();
    worker
        .on(move |_, _: OfferFreedBays| {
            let (flow, witness) = (offering.clone(), witness.clone());
            async move { Ok(keep(&flow, &witness).await?) }
        })
        .on(move |_, _: LookAgainAtWaitlist| {
            let flow = again.clone();
            async move { Ok(look_again(&flow).await?) }
        })
}

/// The recurring jobs of the waiting list. A hold that ran out is found two seconds late at most, and who
/// is next two seconds later.
pub fn schedules() -> Vec<Schedule> {
    vec![
        Schedule::every::<OfferFreedBays>(TimeDelta::seconds(2)),
        Schedule::every::<LookAgainAtWaitlist>(TimeDelta::minutes(5)),
    ]
}
