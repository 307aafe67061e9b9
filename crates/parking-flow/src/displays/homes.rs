//! Where devices are at the network server. All tenants speak to it by one key, or by one user of its
//! broker, which reach every device there: whoever does not get a device's messages must not command it
//! either.

use std::time::Duration;

use moka::future::Cache;
use parking_chirpstack::downlinks::{DoorError, Queues};
use parking_domain::eui::Eui64;

use super::paths::{CommandPath, Recipient};
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
/// many at once, and is not waited for while another writes down what it was answered. The broker cannot
/// be asked, and ChirpStack takes nothing from it under another application than the device's: that is the
/// one which the device was heard in. Where The Things Stack takes commands the tenant's own key opens.
pub(super) async fn must_be_theirs(
    flow: &Flow,
    path: &CommandPath,
    (applications, to): (&[String], &Recipient),
) -> Result<(), DoorError> {
    match (path, &to.application) {
        (CommandPath::Api(queues), _) => {
            must_be_in(flow, queues.as_ref(), (applications, to.eui()?)).await
        }
        (CommandPath::Broker(_), Some(heard_in)) if !applications.contains(heard_in) => {
            Err(strange())
        }
        (CommandPath::Broker(_) | CommandPath::Stack(_), _) => Ok(()),
    }
}

/// Refuses a device that is in none of these applications, as the network server says.
async fn must_be_in(
    flow: &Flow,
    queues: &dyn Queues,
    (applications, dev_eui): (&[String], Eui64),
) -> Result<(), DoorError> {
    let Homes(known) = &flow.displays.homes;
    let application = if let Some(application) = known.get(&dev_eui).await {
        application
    } else {
        let asked = queues.application(dev_eui).await;
        let displays = &flow.displays;
        displays.note(&displays.breaker, &asked, flow.clock.now());
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
