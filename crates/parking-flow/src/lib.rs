//! What happens: messages come in from the radio, and states of bays follow from them.
//!
//! Slices, lowest first: `applications`, `chirpstack`, `reservations`, `calendar_feeds`, `waitlist`, `tickets`, `people`,
//! `letters`, `overrides`, `display_policies`, `displays`, `ingest`, `uplinks`, `evidence`.

pub mod applications;
pub mod calendar_feeds;
pub mod chirpstack;
pub mod display_policies;
pub mod displays;
pub mod evidence;
pub mod ingest;
pub mod letters;
pub mod overrides;
pub mod people;
pub mod reservations;
#[cfg(test)]
mod tests;
pub mod tickets;
pub mod uplinks;
pub mod waitlist;

use parking_access::exports::Exports;
use parking_db::Db;
use parking_domain::clock::Clock;
use parking_http::Routes;

use self::applications::Applications;
use self::displays::Displays;
use self::ingest::Intake;
use self::tickets::Links;

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
    /// What sends commands to displays.
    pub displays: Displays,
    /// What writes and reads the links of guests.
    pub links: Links,
    /// Lists that are being sent as files.
    pub exports: Exports,
}

/// The routes of all slices but `ingest`, whose callers are not limited in the same way.
pub fn routes(flow: Flow) -> Routes {
    reservations::routes(flow.clone())
        .merge(calendar_feeds::routes(flow.clone()))
        .merge(waitlist::routes(flow.clone()))
        .merge(tickets::routes(flow.clone()))
        .merge(people::routes(flow.clone()))
        .merge(overrides::routes(flow.clone()))
        .merge(display_policies::routes(flow.clone()))
        .merge(displays::routes(flow.clone()))
        .merge(uplinks::routes(flow.clone()))
        .merge(evidence::routes(flow))
}
