//! Its MQTT integration: events go to a broker, and commands come from there.
//!
//! What is wrong with a command is told to nobody, as ChirpStack tells it to its log alone: another device
//! in the body than in the topic, another application, a port that is none, a name that waits already.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use parking_chirpstack_api::{Timestamp, api};
use parking_domain::eui::Eui64;
use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::Packet;
use rumqttc::v5::{AsyncClient, Event as Heard, EventLoop, MqttOptions};
use serde::Deserialize;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::estate::Item;
use super::{NetworkServer, Shared};
use crate::chirpstack::Event;

/// What ChirpStack listens to, one of its servers for each command.
const COMMANDS: &str = "$share/chirpstack/application/+/device/+/command/+";

const KEEP_ALIVE: Duration = Duration::from_secs(30);
const QUEUE_MAX: usize = 1_024;
const RECONNECT_AFTER: Duration = Duration::from_millis(100);

impl NetworkServer {
    /// Publishes what it tells at a broker, and takes commands from there, until it ends.
    pub fn joins(&self, broker: SocketAddr, events: mpsc::Receiver<Event>) {
        let name = format!("chirpstack-{}", self.address.port());
        let mut options = MqttOptions::new(name, broker.ip().to_string(), broker.port());
        options.set_keep_alive(KEEP_ALIVE);
        let (client, happenings) = AsyncClient::new(options, QUEUE_MAX);
        let (shared, stop) = (Arc::clone(&self.shared), self.stop.clone());
        self.tasks.spawn(tell(client.clone(), events, stop.clone()));
        self.tasks.spawn(listen(client, happenings, shared, stop));
    }

    /// Commands it was given by a broker, and those of them that were none.
    pub fn commanded(&self) -> (u64, u64) {
        let [all, wrong] = &self.shared.commands;
        (all.load(Ordering::Relaxed), wrong.load(Ordering::Relaxed))
    }
}

async fn tell(client: AsyncClient, mut events: mpsc::Receiver<Event>, stop: CancellationToken) {
    loop {
        let event = tokio::select! {
            event = events.recv() => event,
            () = stop.cancelled() => return,
        };
        let Some(event) = event else { return };
        let topic = event.topic();
        // The connection is for ever, and mends itself.
        let sent = client.publish(topic, QoS::AtLeastOnce, false, event.body);
        sent.await.unwrap_or_default();
    }
}

async fn listen(
    client: AsyncClient,
    mut happenings: EventLoop,
    shared: Arc<Shared>,
    stop: CancellationToken,
) {
    loop {
        let happened = tokio::select! {
            happened = happenings.poll() => happened,
            () = stop.cancelled() => return,
        };
        match happened {
            Ok(Heard::Incoming(Packet::ConnAck(_))) => {
                let subscribed = client.try_subscribe(COMMANDS, QoS::AtMostOnce);
                subscribed.unwrap_or_default();
            }
            Ok(Heard::Incoming(Packet::Publish(publish))) => {
                let [all, wrong] = &shared.commands;
                all.fetch_add(1, Ordering::Relaxed);
                if take(&shared, &publish.topic, &publish.payload).is_none() {
                    wrong.fetch_add(1, Ordering::Relaxed);
                }
            }
            Ok(_) => {}
            Err(_) => sleep(RECONNECT_AFTER).await,
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Command {
    id: Option<Uuid>,
    dev_eui: String,
    confirmed: bool,
    f_port: u32,
    data: String,
    expires_at: Option<DateTime<Utc>>,
}

/// Queues a command; nothing if it is none.
fn take(shared: &Shared, topic: &[u8], body: &[u8]) -> Option<()> {
    let parts: Vec<&str> = std::str::from_utf8(topic).ok()?.split('/').collect();
    let [
        "application",
        application,
        "device",
        device,
        "command",
        "down",
    ] = parts[..]
    else {
        return None;
    };
    let command: Command = serde_json::from_slice(body).ok()?;
    if command.dev_eui != device || !(1..=255).contains(&command.f_port) {
        return None;
    }
    let eui: Eui64 = device.parse().ok()?;
    let data = STANDARD.decode(&command.data).ok()?;
    let mut estate = shared.estate();
    let id = command.id.unwrap_or_else(|| estate.chance.uuid());
    let known = estate.devices.get_mut(&eui)?;
    let is_queued = known.queue.iter().any(|item| item.id == id);
    if known.told.application_id != application || is_queued {
        return None;
    }
    known.queue.push_back(Item {
        id,
        told: api::DeviceQueueItem {
            id: id.to_string(),
            dev_eui: command.dev_eui,
            confirmed: command.confirmed,
            f_port: command.f_port,
            data,
            expires_at: command.expires_at.map(|at| Timestamp {
                seconds: at.timestamp(),
                nanos: i32::try_from(at.timestamp_subsec_nanos()).unwrap_or_default(),
            }),
            ..api::DeviceQueueItem::default()
        },
        f_cnt_down: None,
        queued_at: Instant::now(),
    });
    let depth = known.queue.len();
    estate.deepest = estate.deepest.max(depth);
    estate.waiting.insert(eui);
    Some(())
}
