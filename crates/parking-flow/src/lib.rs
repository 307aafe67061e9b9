//! What happens: messages come in from the radio, and states of bays follow from them.
//!
//! Slices, lowest first: `applications`, `ingest`, `uplinks`, `evidence`.

pub mod applications;
pub mod evidence;
pub mod ingest;
#[cfg(test)]
mod tests;
pub mod uplinks;

use parking_db::Db;
use parking_domain::clock::Clock;
use parking_http::Routes;

use self::applications::Applications;
use self::ingest::Intake;

/// What every slice of the flow works with.
#[derive(Clone, Debug)]
pub struct Flow {
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    /// Where messages are handed in.
    pub intake: Intake,
    /// Whose the applications of the network server are.
    pub applications: Applications,
}

/// The routes of all slices but `ingest`, whose callers are not limited in the same way.
pub fn routes(flow: Flow) -> Routes {
    uplinks::routes(flow.clone()).merge(evidence::routes(flow))
}
