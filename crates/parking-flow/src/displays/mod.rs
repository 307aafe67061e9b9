//! Displays: what each should show, what it was told, and what it says it shows.
//!
//! * Planning reads the whole of what should be and takes no hint but *whom* to look at; it can be
//!   done again, and by many servers at once.
//! * Of what a display should show the newest waits, and one command at most is on its way to it: the
//!   database sees to both.
//! * A minute never holds more commands than the budgets of a gateway and a tenant. To wait for a
//!   budget is no attempt; attempts are bounded.
//! * What became of a command comes back as messages of the radio. A network server that never says is
//!   given a deadline, after which the device's queue there is emptied: what nobody answers for is said
//!   again, and never twice at once. Where a queue cannot be emptied (`paths`), what is in it expires first.
//! * A server that dies between handing a command over and writing that down leaves a lease that runs
//!   out; before anything else is handed over for that device its queue is emptied.
//!
//! * A command goes to a living device only, and to one in an application of its own tenant (`homes`).
//! * One thing that cannot be planned, sent or written down holds up no other: it is set aside.
//!
//! There is no special path for failure: a display that is out of step is planned again.
//! Tables: `lamps`, `lamp_marks`, `downlinks`, `downlink_budgets`.

mod api;
mod aside;
mod attempts;
mod change;
mod claim;
mod deadlines;
mod homes;
mod jobs;
mod metrics;
mod news;
mod paths;
mod plan;
mod purse;
mod send;
mod stack;
mod store;
#[cfg(test)]
mod tests;
mod then;
mod wanted;

use std::sync::{Arc, Mutex};

use chrono::TimeDelta;
use parking_db::reconcile::Nudge;
use parking_domain::downlinks::Breaker;

pub use api::routes;
pub use deadlines::watch;
pub use jobs::{jobs, schedules};
pub use metrics::Metrics;
pub use news::{Fate, Heard, News, hear};
pub use paths::{CommandPath, Paths};
pub use plan::{Planned, plan};
pub use send::{Taker, send};
pub use stack::{Stack, StackAddress};
pub use then::{LampEvidence, lamp_then};

/// How commands are sent.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Commands that one gateway sends within a minute at most.
    pub gateway_per_minute: u32,
    /// Commands that are sent for one tenant within a minute at most.
    pub tenant_per_minute: u32,
    /// How often a command is tried before it is given up.
    pub attempts_max: u32,
    /// The first pause between two attempts, in seconds.
    pub backoff_base_s: u32,
    /// For how long the network server may keep a command of a display that always listens.
    pub patience: TimeDelta,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            gateway_per_minute: 30,
            tenant_per_minute: 100,
            attempts_max: 5,
            backoff_base_s: 2,
            patience: TimeDelta::seconds(30),
        }
    }
}

/// What sends commands to displays; clones are the same one.
#[derive(Clone, Debug)]
pub struct Displays {
    /// How.
    pub settings: Settings,
    /// By which ways commands reach network servers, if by any.
    pub paths: Paths,
    /// What is counted.
    pub metrics: Metrics,
    /// Wakes whoever plans.
    pub to_plan: Nudge,
    /// Wakes whoever sends by ChirpStack.
    pub to_send: Nudge,
    /// Wakes whoever sends by Things Stacks.
    pub to_send_by_stacks: Nudge,
    breaker: Arc<Mutex<Breaker>>,
    homes: homes::Homes,
    figures: api::FiguresAtHand,
}

impl Displays {
    /// What sends commands by these paths, or keeps them where there is none.
    pub fn new(settings: Settings, paths: Paths) -> Self {
        Self {
            settings,
            paths,
            metrics: Metrics::default(),
            to_plan: Nudge::default(),
            to_send: Nudge::default(),
            to_send_by_stacks: Nudge::default(),
            breaker: Arc::default(),
            homes: homes::Homes::default(),
            figures: api::FiguresAtHand::default(),
        }
    }

    /// There is something to send, by whichever path.
    fn wake_senders(&self) {
        self.to_send.now();
        self.to_send_by_stacks.now();
    }
}
