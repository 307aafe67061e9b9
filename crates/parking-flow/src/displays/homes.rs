//! Where devices are at the network server. All tenants speak to it by one key, which reaches every
//! device there: whoever does not get a device's messages must not command it either.

use std::time::Duration;

use moka::future::Cache;
use parking_chirpstack::downlinks::{DoorError, Queues};
use parking_domain::eui::Eui64;

use crate::Flow;

/// How long it is believed that a device is where it was.
const KNOWN_FOR: Duration = Duration::from_mins(1);

/// Devices whose applications are kept at hand.
const KNOWN_MAX: u64 = 20_000;

/// The applications that devices were in a moment ago; clones are the same ones.
#[derive(Clone, Debug)]
pub(super) struct Homes(Cache<Eui64, String>);

impl Default for Homes {
    fn default() -> Self {
        let known = Cache::builder()
            .max_capacity(KNOWN_MAX)
            .time_to_live(KNOWN_FOR);
        Self(known.build())
    }
}

/// Refuses a device that is in none of these applications of its tenant. Of one that is somewhere else
/// nothing more is told than of one that is nowhere. The database is not asked: whoever asks is one of
/// many at once, and is not waited for while another writes down what it was answered.
pub(super) async fn must_be_theirs(
    flow: &Flow,
    queues: &dyn Queues,
    (applications, dev_eui): (&[String], Eui64),
) -> Result<(), DoorError> {
    let Homes(known) = &flow.displays.homes;
    let application = if let Some(application) = known.get(&dev_eui).await {
        application
    } else {
        let asked = queues.application(dev_eui).await;
        flow.displays.note(&asked, flow.clock.now());
        let found = asked?.ok_or_else(strange)?;
        known.insert(dev_eui, found.clone()).await;
        found
    };
    if applications.contains(&application) {
        return Ok(());
    }
    known.invalidate(&dev_eui).await;
    Err(strange())
}

fn strange() -> DoorError {
    DoorError::Refused("there is no such device in an application of this tenant".to_owned())
}
