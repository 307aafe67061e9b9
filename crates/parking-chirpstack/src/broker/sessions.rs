//! What the broker knows of its clients: their subscriptions and what they have not acknowledged.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use bytes::Bytes;
use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::{Disconnect, DisconnectReasonCode, Packet, Publish};
use tokio::sync::mpsc;
use tokio::time::Instant;

/// The most messages kept for one client; the oldest stay.
const QUEUE_MAX: usize = 100_000;

/// Packets on their way to one client. What is kept for it is bounded by its receive maximum; the
/// rest is QoS 0 and lost if it does not read.
const OUTBOX_MAX: usize = 70_000;

/// The sessions of all clients.
#[derive(Debug, Default)]
pub struct Sessions {
    by_client: BTreeMap<String, Session>,
    /// Whose turn it is in each shared subscription.
    turns: BTreeMap<(String, String), usize>,
    /// Names the connections, so that one that is taken over cannot end the other.
    links: u64,
}

#[derive(Debug)]
struct Session {
    subscriptions: Vec<Subscription>,
    queue: VecDeque<Message>,
    in_flight: VecDeque<(u16, Message)>,
    last_packet_id: u16,
    receive_maximum: usize,
    kept_for: Duration,
    left_at: Option<Instant>,
    outbox: Option<(u64, mpsc::Sender<Packet>)>,
}

#[derive(Clone, Debug)]
struct Subscription {
    group: Option<String>,
    filter: String,
    is_at_least_once: bool,
}

#[derive(Clone, Debug)]
struct Message {
    topic: Bytes,
    payload: Bytes,
}

/// How a client asked to be connected.
pub(super) struct Hello {
    pub(super) client_id: String,
    pub(super) is_clean: bool,
    pub(super) receive_maximum: u16,
    pub(super) kept_for: Duration,
}

/// One connection of a client.
pub(super) struct Link {
    pub(super) client_id: String,
    number: u64,
    pub(super) packets: mpsc::Receiver<Packet>,
    pub(super) is_resumed: bool,
}

impl Sessions {
    /// Lets a client in, ending its earlier connection; what it has not acknowledged is sent again
    /// by [`Sessions::resume`].
    pub(super) fn enter(&mut self, hello: Hello) -> Link {
        let now = Instant::now();
        self.by_client.retain(|_, session| !session.is_over(now));
        if let Some(session) = self.by_client.get_mut(&hello.client_id) {
            session.dismiss(DisconnectReasonCode::SessionTakenOver);
        }
        if hello.is_clean {
            self.by_client.remove(&hello.client_id);
        }
        let is_resumed = self.by_client.contains_key(&hello.client_id);
        let session = self
            .by_client
            .entry(hello.client_id.clone())
            .or_insert_with(Session::empty);
        self.links += 1;
        let (sender, packets) = mpsc::channel(OUTBOX_MAX);
        session.receive_maximum = usize::from(hello.receive_maximum);
        session.kept_for = hello.kept_for;
        session.left_at = None;
        session.outbox = Some((self.links, sender));
        Link {
            client_id: hello.client_id,
            number: self.links,
            packets,
            is_resumed,
        }
    }

    /// Sends again what was under way, then what waited.
    pub(super) fn resume(&mut self, client_id: &str) {
        if let Some(session) = self.by_client.get_mut(client_id) {
            for (packet_id, message) in &session.in_flight {
                session.send(message.packet(*packet_id, true));
            }
            session.pump();
        }
    }

    /// A connection ended.
    pub(super) fn leave(&mut self, link: &Link) {
        let Some(session) = self.by_client.get_mut(&link.client_id) else {
            return;
        };
        if session
            .outbox
            .as_ref()
            .is_some_and(|(number, _)| *number == link.number)
        {
            session.outbox = None;
            session.left_at = Some(Instant::now());
            if session.kept_for.is_zero() {
                self.by_client.remove(&link.client_id);
            }
        }
    }

    pub(super) fn subscribe(&mut self, client_id: &str, path: &str, qos: QoS) {
        let Some(session) = self.by_client.get_mut(client_id) else {
            return;
        };
        let (group, filter) = shared(path);
        session
            .subscriptions
            .retain(|one| one.group != group || one.filter != filter);
        session.subscriptions.push(Subscription {
            group,
            filter,
            is_at_least_once: qos != QoS::AtMostOnce,
        });
    }

    pub(super) fn unsubscribe(&mut self, client_id: &str, path: &str) {
        if let Some(session) = self.by_client.get_mut(client_id) {
            let (group, filter) = shared(path);
            session
                .subscriptions
                .retain(|one| one.group != group || one.filter != filter);
        }
    }

    pub(super) fn acknowledge(&mut self, client_id: &str, packet_id: u16) {
        if let Some(session) = self.by_client.get_mut(client_id) {
            session.in_flight.retain(|(id, _)| *id != packet_id);
            session.pump();
        }
    }

    /// Gives a message to every client that wants it and to one of each group; says whether anybody does.
    pub(super) fn publish(&mut self, topic: &str, payload: &Bytes, at_least_once: bool) -> bool {
        let message = Message {
            topic: Bytes::copy_from_slice(topic.as_bytes()),
            payload: payload.clone(),
        };
        let mut is_wanted = false;
        let mut groups: BTreeMap<(String, String), Vec<(String, bool)>> = BTreeMap::new();
        for (client_id, session) in &mut self.by_client {
            let mut is_kept = None;
            for one in &session.subscriptions {
                if !matches(&one.filter, topic) {
                    continue;
                }
                is_wanted = true;
                if let Some(group) = &one.group {
                    let members = groups.entry((group.clone(), one.filter.clone()));
                    members
                        .or_default()
                        .push((client_id.clone(), one.is_at_least_once));
                } else {
                    is_kept = Some(is_kept.unwrap_or(false) | one.is_at_least_once);
                }
            }
            if let Some(is_kept) = is_kept {
                session.give(message.clone(), is_kept && at_least_once);
            }
        }
        for (group, members) in groups {
            self.give_one(group, &members, &message, at_least_once);
        }
        is_wanted
    }

    pub(super) fn waiting(&self, client_id: &str) -> usize {
        self.by_client
            .get(client_id)
            .map_or(0, |session| session.queue.len() + session.in_flight.len())
    }

    pub(super) fn connected(&self) -> usize {
        let sessions = self.by_client.values();
        sessions.filter(|session| session.outbox.is_some()).count()
    }

    /// In turn, those who are here before those who are away.
    fn give_one(
        &mut self,
        group: (String, String),
        members: &[(String, bool)],
        message: &Message,
        at_least_once: bool,
    ) {
        let is_here = |client_id: &String| {
            let session = self.by_client.get(client_id);
            session.is_some_and(|session| session.outbox.is_some())
        };
        let here: Vec<_> = members.iter().filter(|(id, _)| is_here(id)).collect();
        let choice = if here.is_empty() {
            members.iter().collect()
        } else {
            here
        };
        let turn = self.turns.entry(group).or_default();
        *turn = turn.wrapping_add(1);
        if let Some((client_id, is_kept)) = choice.get(*turn % choice.len().max(1))
            && let Some(session) = self.by_client.get_mut(client_id)
        {
            session.give(message.clone(), *is_kept && at_least_once);
        }
    }
}

impl Session {
    fn empty() -> Self {
        Self {
            subscriptions: Vec::new(),
            queue: VecDeque::new(),
            in_flight: VecDeque::new(),
            last_packet_id: 0,
            receive_maximum: usize::from(u16::MAX),
            kept_for: Duration::ZERO,
            left_at: None,
            outbox: None,
        }
    }

    fn is_over(&self, now: Instant) -> bool {
        self.left_at
            .is_some_and(|left_at| now.duration_since(left_at) > self.kept_for)
    }

    fn give(&mut self, message: Message, is_kept: bool) {
        if !is_kept {
            self.send(message.packet(0, false));
        } else if self.queue.len() < QUEUE_MAX {
            self.queue.push_back(message);
            self.pump();
        }
    }

    /// Sends as many of the queue as may be under way.
    fn pump(&mut self) {
        while self.outbox.is_some() && self.in_flight.len() < self.receive_maximum {
            let Some(message) = self.queue.pop_front() else {
                return;
            };
            let packet_id = self.free_packet_id();
            self.send(message.packet(packet_id, false));
            self.in_flight.push_back((packet_id, message));
        }
    }

    fn free_packet_id(&mut self) -> u16 {
        loop {
            self.last_packet_id = self.last_packet_id.checked_add(1).unwrap_or(1);
            let is_free = |(id, _): &(u16, Message)| *id != self.last_packet_id;
            if self.in_flight.iter().all(is_free) {
                return self.last_packet_id;
            }
        }
    }

    fn dismiss(&mut self, reason: DisconnectReasonCode) {
        self.send(Packet::Disconnect(Disconnect::new(reason)));
        self.outbox = None;
    }

    /// What does not fit is QoS 0, or of a connection that is about to end.
    fn send(&self, packet: Packet) {
        if let Some((_, outbox)) = &self.outbox {
            drop(outbox.try_send(packet));
        }
    }
}

impl Message {
    fn packet(&self, packet_id: u16, is_repeated: bool) -> Packet {
        let qos = if packet_id == 0 {
            QoS::AtMostOnce
        } else {
            QoS::AtLeastOnce
        };
        Packet::Publish(Publish {
            dup: is_repeated,
            qos,
            topic: self.topic.clone(),
            pkid: packet_id,
            payload: self.payload.clone(),
            ..Publish::default()
        })
    }
}

/// The group and the filter of a subscription.
fn shared(path: &str) -> (Option<String>, String) {
    path.strip_prefix("$share/")
        .and_then(|rest| rest.split_once('/'))
        .map_or_else(
            || (None, path.to_owned()),
            |(group, filter)| (Some(group.to_owned()), filter.to_owned()),
        )
}

/// Whether a topic is one of those a filter means.
pub(super) fn matches(filter: &str, topic: &str) -> bool {
    let mut wanted = filter.split('/');
    let mut parts = topic.split('/');
    loop {
        match (wanted.next(), parts.next()) {
            (Some("#"), _) | (None, None) => return true,
            (Some("+"), Some(_)) => {}
            (Some(word), Some(part)) if word == part => {}
            _ => return false,
        }
    }
}
