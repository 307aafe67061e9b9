//! Messages from the broker of the network server: acknowledged when they are stored.
//!
//! Those of one device are stored in the order they came in, each after the one before it; those of
//! different devices at once.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use parking_chirpstack::mqtt::Arrived;
use parking_domain::eui::Eui64;
use tokio::sync::oneshot::error::TryRecvError;
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::warn;

use super::{Arrival, Garbled, IntakeError, Source, Told};
use crate::Flow;

/// How long a message waits that cannot be stored now. The broker holds back the next ones as long
/// as too many wait.
const PAUSE: Duration = Duration::from_millis(250);

/// Messages on their way to the database at once. The broker keeps the others; of those it does not
/// keep, published at most once, none are read as long as so many wait.
const UNDER_WAY_MAX: usize = 1_000;

/// Takes in what comes from the broker until it ends or the server stops. What is not stored by then
/// the broker sends again.
pub async fn receive(flow: Flow, mut events: mpsc::Receiver<Arrived>, stop: CancellationToken) {
    let keeping = TaskTracker::new();
    let places = Arc::new(Semaphore::new(UNDER_WAY_MAX));
    let mut next = async || {
        let place = Arc::clone(&places).acquire_owned().await.ok()?;
        Some((events.recv().await?, place))
    };
    let mut lines = Lines::default();
    loop {
        let arrived = tokio::select! {
            () = stop.cancelled() => break,
            arrived = next() => arrived,
        };
        let Some((event, place)) = arrived else { break };
        let (before, mine) = lines.queue(event.dev_eui);
        let (flow, stop) = (flow.clone(), stop.clone());
        keeping.spawn(async move {
            if let Some(before) = before {
                let _gone = before.await;
            }
            // One that was stopped comes again, and so must those behind it.
            if !stop.is_cancelled() {
                keep(flow, event, stop).await;
            }
            drop((mine, place));
        });
    }
    keeping.close();
    keeping.wait().await;
}

/// The last message under way of each device, by the end of what is dropped when it is done with.
#[derive(Default)]
struct Lines(HashMap<Eui64, oneshot::Receiver<Infallible>>);

impl Lines {
    /// Puts a message behind the one before it, if there is one; the next waits until the second is
    /// dropped.
    fn queue(
        &mut self,
        device: Eui64,
    ) -> (
        Option<oneshot::Receiver<Infallible>>,
        oneshot::Sender<Infallible>,
    ) {
        if self.0.len() > 2 * UNDER_WAY_MAX {
            self.0
                .retain(|_, last| last.try_recv() == Err(TryRecvError::Empty));
        }
        let (mine, behind) = oneshot::channel();
        (self.0.insert(device, behind), mine)
    }
}

/// Stores one message, however long that takes, and acknowledges it then.
async fn keep(flow: Flow, event: Arrived, stop: CancellationToken) {
    loop {
        match store(&flow, &event).await {
            Ok(()) => return event.token.done(),
            // The database will never have this one, and it must not hold up those behind it.
            Err(IntakeError::Refused) => {
                warn!(dev_eui = %event.dev_eui, event = event.kind.name(), "a message from the broker cannot be stored and is let go");
                return event.token.done();
            }
            Err(IntakeError::Full | IntakeError::Unavailable | IntakeError::Failed) => {}
        }
        tokio::select! {
            // Dropped undone: it comes again.
            () = stop.cancelled() => return,
            () = tokio::time::sleep(PAUSE) => {}
        }
    }
}

async fn store(flow: &Flow, event: &Arrived) -> Result<(), IntakeError> {
    let tenant = flow.applications.owner(Some(&event.application)).await;
    let tenant = tenant?;
    let told = match event.read() {
        Ok(message) => Told::Message(Box::new(message)),
        Err(error) => {
            warn!(dev_eui = %event.dev_eui, %error, "an event from the broker cannot be read");
            let source = Source::ChirpStackMqtt;
            if !flow.intake.keeps_garbled(tenant, source).await {
                return Err(IntakeError::Refused);
            }
            let problem = error.to_string();
            Told::Garbled(Garbled::new(event.kind.name(), &event.body, problem))
        }
    };
    let arrival = Arrival {
        tenant,
        source: Source::ChirpStackMqtt,
        at: event.arrived_at,
        told,
    };
    flow.intake.store_kept(&arrival).await.map(drop)
}
