//! Events by MQTT 5, as ChirpStack publishes them, at `QoS` 1.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use percent_encoding::percent_decode_str;
use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::Packet;
use rumqttc::v5::{AsyncClient, Event as Heard, EventLoop, MqttOptions};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use url::Url;

use super::{Handed, Tally};
use crate::chirpstack::Event;
use crate::wire::AddressError;

const PORT: u16 = 1_883;
const KEEP_ALIVE: Duration = Duration::from_secs(30);
const QUEUE_MAX: usize = 256;
const RECONNECT_AFTER: Duration = Duration::from_secs(1);

/// A connection to a broker.
pub struct Mqtt {
    client: AsyncClient,
    tally: Arc<Tally>,
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl Mqtt {
    /// Connects when there is something to say; name and password stand in the address.
    pub(super) fn open(url: &Url) -> Result<Self, AddressError> {
        let unreadable = || AddressError::Unreadable(url.to_string());
        let host = url
            .host_str()
            .ok_or_else(unreadable)?
            .trim_matches(['[', ']']);
        let name = format!("parking-sim-{}", std::process::id());
        let mut options = MqttOptions::new(name, host, url.port().unwrap_or(PORT));
        options.set_keep_alive(KEEP_ALIVE);
        if !url.username().is_empty() {
            let [name, password] = [url.username(), url.password().unwrap_or_default()]
                .map(|text| percent_decode_str(text).decode_utf8_lossy().into_owned());
            options.set_credentials(name, password);
        }
        let (client, events) = AsyncClient::new(options, QUEUE_MAX);
        let (tally, tasks) = (Arc::<Tally>::default(), TaskTracker::new());
        let stop = CancellationToken::new();
        tasks.spawn(listen(events, Arc::clone(&tally), stop.clone()));
        tasks.close();
        Ok(Self {
            client,
            tally,
            tasks,
            stop,
        })
    }

    pub(super) async fn send(&self, event: Event) {
        Tally::add(&self.tally.offered);
        let topic = event.topic();
        let sent = self
            .client
            .publish(topic, QoS::AtLeastOnce, false, event.body)
            .await;
        if let Err(error) = sent {
            self.tally.note(|| error.to_string());
            Tally::add(&self.tally.given_up);
        }
    }

    pub(super) fn handed(&self) -> Handed {
        self.tally.handed()
    }

    pub(super) async fn close(self, patience: Duration) -> Handed {
        let settled = async {
            while self.tally.handed().waiting > 0 {
                sleep(Duration::from_millis(20)).await;
            }
            // The broker has everything; if it does not hear the farewell, it will notice.
            self.client.disconnect().await.unwrap_or_default();
            self.tasks.wait().await;
        };
        if timeout(patience, settled).await.is_err() {
            self.stop.cancel();
            self.tasks.wait().await;
        }
        self.tally.settled()
    }
}

/// Keeps the connection, and counts what the broker has taken.
async fn listen(mut events: EventLoop, tally: Arc<Tally>, stop: CancellationToken) {
    loop {
        let heard = tokio::select! {
            heard = events.poll() => heard,
            () = stop.cancelled() => return,
        };
        match heard {
            Ok(Heard::Incoming(Packet::PubAck(_))) => Tally::add(&tally.accepted),
            Ok(Heard::Outgoing(rumqttc::Outgoing::Disconnect)) => return,
            Ok(_) => {}
            Err(error) => {
                tally.note(|| error.to_string());
                tally.retried.fetch_add(1, Ordering::Relaxed);
                tokio::select! {
                    () = sleep(RECONNECT_AFTER) => {}
                    () = stop.cancelled() => return,
                }
            }
        }
    }
}
