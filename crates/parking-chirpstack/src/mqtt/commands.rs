//! Commands to devices by the broker: the one thing that is published.
//!
//! ChirpStack takes them on a topic of the device and answers nothing; the broker's word that it has one is
//! all there is at first. What became of a command comes back as events, by the name that was given to it here.
//! A queue can be neither read nor emptied by this road, so every command says itself when it is to be dropped.
//!
//! One whose line broke before the broker answered is not sent again by the next connection, as MQTT would
//! have it: whoever handed it over says it again when the first can be there no more.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use chrono::{DateTime, SecondsFormat, Utc};
use prost::Message as _;
use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::{Packet, PubAckReason, Publish};
use serde::Serialize;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;
use uuid::Uuid;

use super::session::SUBSCRIPTION_ID;
use super::topic;
use crate::downlinks::{DoorError, Downlink};
use crate::wire::DownlinkCommand;

/// How long the broker has to say that it has a command.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(5);

/// Commands that wait to be written to the line.
const WAITING_MAX: usize = 64;

/// Commands on the line that the broker has not answered for, whatever it would allow.
const UNANSWERED_MAX: usize = 256;

type Answer = oneshot::Sender<Result<(), DoorError>>;

/// Where commands are handed in; clones are the same one. Without a connection it takes none.
#[derive(Clone, Default)]
pub struct Commands(Arc<Shared>);

#[derive(Default)]
struct Shared {
    line: Mutex<Option<mpsc::Sender<Outgoing>>>,
    /// The form in which ChirpStack speaks is the one it listens to; JSON unless it was set otherwise.
    is_protobuf: AtomicBool,
}

/// A command on its way to the line.
pub(super) struct Outgoing {
    topic: String,
    body: Bytes,
    answer: Answer,
}

impl Commands {
    /// Hands a command to the broker, for a device of an application; the name is ours to choose, and
    /// after `expires_at` ChirpStack drops what it has not sent.
    pub async fn publish(
        &self,
        (application, downlink): (&str, &Downlink),
        id: Uuid,
        expires_at: DateTime<Utc>,
    ) -> Result<(), DoorError> {
        let away = || DoorError::Away("there is no connection to its broker".to_owned());
        let line = self.line().clone().ok_or_else(away)?;
        let (answer, answered) = oneshot::channel();
        let outgoing = Outgoing {
            topic: topic::command(application, downlink.dev_eui),
            body: self.body(downlink, id, expires_at),
            answer,
        };
        let asked = async {
            line.send(outgoing).await.map_err(|_| away())?;
            // Dropped without a word with the line it was, or was to be, written to.
            let broken = |_| DoorError::Unanswered("the line to its broker broke".to_owned());
            answered.await.map_err(broken)?
        };
        let late = |_| DoorError::Unanswered("its broker did not take it in time".to_owned());
        timeout(ANSWER_TIME_MAX, asked).await.map_err(late)?
    }

    fn line(&self) -> std::sync::MutexGuard<'_, Option<mpsc::Sender<Outgoing>>> {
        self.0.line.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn body(&self, downlink: &Downlink, id: Uuid, expires_at: DateTime<Utc>) -> Bytes {
        // In the body as in the topic, byte for byte, or it is not taken.
        let dev_eui = downlink.dev_eui.to_string().to_lowercase();
        if self.0.is_protobuf.load(Ordering::Relaxed) {
            let command = DownlinkCommand::new(&dev_eui, downlink, id, expires_at);
            return command.encode_to_vec().into();
        }
        let told = Told {
            id,
            dev_eui: &dev_eui,
            confirmed: downlink.is_confirmed,
            f_port: downlink.f_port,
            data: STANDARD.encode(&downlink.payload),
            expires_at: expires_at.to_rfc3339_opts(SecondsFormat::Millis, true),
        };
        serde_json::to_vec(&told).unwrap_or_default().into()
    }

    /// Takes note of the form of an event.
    pub(super) fn heard(&self, body: &[u8]) {
        let is_protobuf = body.first().is_some_and(|first| *first != b'{');
        self.0.is_protobuf.store(is_protobuf, Ordering::Relaxed);
    }

    /// From now on there is a line.
    pub(super) fn open(&self, line: &Posting) {
        *self.line() = Some(line.sender.clone());
    }

    /// From now on there is none.
    pub(super) fn close(&self) {
        *self.line() = None;
    }
}

impl fmt::Debug for Commands {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Commands")
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Told<'a> {
    id: Uuid,
    dev_eui: &'a str,
    confirmed: bool,
    f_port: u8,
    data: String,
    expires_at: String,
}

/// What is published over one connection.
pub(super) struct Posting {
    sender: mpsc::Sender<Outgoing>,
    waiting: mpsc::Receiver<Outgoing>,
    unanswered: HashMap<u16, Answer>,
    unanswered_max: usize,
    last_id: u16,
}

impl Posting {
    /// Over a connection whose broker takes so many at once.
    pub(super) fn new(under_way_max: u16) -> Self {
        let (sender, waiting) = mpsc::channel(WAITING_MAX);
        Self {
            sender,
            waiting,
            unanswered: HashMap::new(),
            unanswered_max: usize::from(under_way_max).clamp(1, UNANSWERED_MAX),
            last_id: SUBSCRIPTION_ID,
        }
    }

    /// The next command, when there is one and the broker may be given one.
    pub(super) async fn next(&mut self) -> Outgoing {
        loop {
            if self.unanswered.len() >= self.unanswered_max {
                std::future::pending::<()>().await;
            }
            match self.waiting.recv().await {
                // Whoever gave up waiting says it again: it must not go out besides.
                Some(outgoing) if outgoing.answer.is_closed() => {}
                Some(outgoing) => return outgoing,
                None => std::future::pending().await,
            }
        }
    }

    /// A command as it goes over the line.
    pub(super) fn packet(&mut self, outgoing: Outgoing) -> Packet {
        let id = self.free_id();
        self.unanswered.insert(id, outgoing.answer);
        let mut publish = Publish::new(outgoing.topic, QoS::AtLeastOnce, outgoing.body, None);
        publish.pkid = id;
        Packet::Publish(publish)
    }

    /// The broker spoke of a command.
    pub(super) fn answered(&mut self, id: u16, reason: PubAckReason) {
        let outcome = match reason {
            PubAckReason::Success => Ok(()),
            PubAckReason::NoMatchingSubscribers => Err(DoorError::Away(
                "nobody at its broker listens for commands".to_owned(),
            )),
            other => Err(DoorError::Away(format!(
                "its broker takes no commands from us: {other:?}"
            ))),
        };
        if let Some(answer) = self.unanswered.remove(&id) {
            // Whoever gave up waiting is gone.
            drop(answer.send(outcome));
        }
    }

    /// The connection is over: what was not written to it never went out.
    pub(super) fn end(&mut self) {
        self.waiting.close();
        while let Ok(outgoing) = self.waiting.try_recv() {
            let away = DoorError::Away("the line to its broker broke".to_owned());
            drop(outgoing.answer.send(Err(away)));
        }
    }

    fn free_id(&mut self) -> u16 {
        loop {
            self.last_id = self.last_id.checked_add(1).unwrap_or(SUBSCRIPTION_ID + 1);
            if !self.unanswered.contains_key(&self.last_id) {
                return self.last_id;
            }
        }
    }
}
