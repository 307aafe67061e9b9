//! What there is: sites with their levels, zones and plans, the bays in them, the devices that
//! watch and light them, the gateways that hear them, and what is wrong with those.
//!
//! Slices, lowest first: `sites`, `spaces`, `models`, `devices`, `gateways`, `orphans`, `alarms`, `imports`. Beside them
//! `view` (whose rows a caller reads), `record` (the event and the audit entry of a change) and `csv_export` (a list as a file).

pub mod alarms;
pub mod csv_body;
pub mod csv_export;
pub mod devices;
pub mod gateways;
pub mod imports;
pub mod models;
pub mod orphans;
mod record;
pub mod sites;
pub mod spaces;
#[cfg(test)]
mod tests;
pub mod view;
pub mod wire;

use parking_access::audit::Witness;
use parking_access::exports::Exports;
use parking_access::mail::Mailer;
use parking_access::secrets::Vault;
use parking_db::Db;
use parking_db::queue::{Schedule, Worker};
use parking_domain::clock::Clock;
use parking_http::Routes;

/// What every slice of the estate works with.
#[derive(Clone, Debug)]
pub struct Estate {
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    /// What the devices' keys are sealed with.
    pub vault: Vault,
    /// The lists that are being sent as files.
    pub exports: Exports,
}

pub use record::{Change, Maker, record};

/// The routes of all slices.
pub fn routes(estate: Estate) -> Routes {
    sites::routes(estate.clone())
        .merge(spaces::routes(estate.clone()))
        .merge(models::routes(estate.clone()))
        .merge(devices::routes(estate.clone()))
        .merge(gateways::routes(estate.clone()))
        .merge(orphans::routes(estate.clone()))
        .merge(alarms::routes(estate.clone()))
        .merge(imports::routes(estate))
}

/// Teaches a worker the jobs of all slices, which send letters, and ask before they delete.
pub fn jobs(worker: Worker, estate: &Estate, (mailer, witness): (&Mailer, &Witness)) -> Worker {
    let worker = spaces::jobs(worker, estate);
    let worker = alarms::jobs(worker, estate, (mailer, witness));
    imports::jobs(worker, estate, witness)
}

/// The recurring jobs of all slices.
pub fn schedules() -> Vec<Schedule> {
    [
        spaces::schedules(),
        alarms::schedules(),
        imports::schedules(),
    ]
    .concat()
}

/// A part of a whole in percent, to a tenth.
fn percent(part: i64, whole: i64) -> Option<f64> {
    let tenths = (part.checked_mul(1_000)? + whole / 2).checked_div(whole)?;
    i32::try_from(tenths)
        .ok()
        .map(|tenths| f64::from(tenths) / 10.0)
}
