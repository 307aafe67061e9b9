//! What happens: messages come in from the radio, and states of bays follow from them.
//!
//! Slices, lowest first: `ingest`.

pub mod ingest;

use parking_db::Db;
use parking_domain::clock::Clock;
use parking_http::Routes;

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
}

/// The routes of all slices.
pub fn routes(flow: Flow) -> Routes {
    ingest::routes(flow)
}
