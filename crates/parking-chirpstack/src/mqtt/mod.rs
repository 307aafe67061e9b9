//! The road from ChirpStack's broker: MQTT 5, at least once.
//!
//! The broker keeps a session for us and every message in it until we acknowledge it, and we do so
//! when the consumer says that the message is kept ([`Token::done`]). What breaks in between, here
//! or there, is sent again. How much may be under way at once is told to the broker
//! (*receive maximum*), so a consumer that stops leaves the messages with the broker and costs
//! neither memory nor the connection.
//!
//! Acknowledgements go out in the order the messages came in, as MQTT demands; one that is
//! [`Token::done`] early waits for those before it. A token that is dropped undone means *send it
//! again*, and MQTT has one way to ask for that: the connection is closed and the session resumed.
//!
//! What cannot be mended here is that ChirpStack publishes at QoS 0 unless its own `qos` is 1: then
//! nobody keeps a message that is lost between it and its broker, or while no server of ours is
//! connected. [`Counts::is_published_unsafely`] says that it does.
//!
//! Replicas of one installation share the messages by a common [`Settings::group`] and have each a
//! client id of its own that survives a restart. The share of a replica that is away waits for it
//! until its session expires.
//!
//! What leaves by this road are [`Commands`] to devices.
//!
//! The client is ours and small, on the packets of `rumqttc`: it subscribes once. That crate's
//! own event loop sends each acknowledgement with a write of its own, in the order it is given
//! them, and its TLS brings a version of `webpki` with known faults into the tree.

mod address;
mod carrier;
mod commands;
mod counts;
mod greeting;
mod packets;
mod session;
#[cfg(test)]
mod tests;
mod topic;
mod window;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use parking_domain::clock::Clock;
use parking_domain::eui::Eui64;
use parking_domain::radio::Message;
use thiserror::Error;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::wire::{self, EventKind, WireError};
use counts::Tally;
use session::{Ended, Session, SessionError};

pub use address::{AddressError, BrokerAddress};
pub use commands::Commands;
pub use counts::{Counts, Gauge};
pub use window::Token;

/// The first pause before the broker is tried again; each further one is twice as long.
const PAUSE_MIN: Duration = Duration::from_millis(250);

/// The longest pause before the broker is tried again.
const PAUSE_MAX: Duration = Duration::from_secs(30);

/// A connection that lasted this long was a good one, and the pauses begin anew.
const GOOD_AFTER: Duration = Duration::from_secs(5);

/// Where the messages come from, and how.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The broker.
    pub broker: BrokerAddress,
    /// Certificates to trust besides the public ones, in PEM: a broker often has its own authority.
    pub authority_pem: Option<Vec<u8>>,
    /// By which the broker knows our session; one for each replica, and the same after a restart.
    pub client_id: String,
    /// The shared subscription of replicas; none if every message is for this server.
    pub group: Option<String>,
    /// How many messages may be under way, unacknowledged, at once; at least 1.
    pub in_flight_max: u16,
    /// How long the broker keeps the session of a server that is away.
    pub session_kept_for: Duration,
    /// How often the connection is tried when nothing comes.
    pub keep_alive: Duration,
    /// Where commands are handed in that go by this connection.
    pub commands: Commands,
}

impl Settings {
    /// For one server alone, with the bounds that suit most.
    pub fn of(broker: BrokerAddress, client_id: impl Into<String>) -> Self {
        Self {
            broker,
            authority_pem: None,
            client_id: client_id.into(),
            group: None,
            in_flight_max: 1_000,
            session_kept_for: Duration::from_hours(24 * 7),
            keep_alive: Duration::from_secs(30),
            commands: Commands::default(),
        }
    }

    /// Whether there can be a connection by them, without trying.
    pub fn check(&self) -> Result<(), SettingsError> {
        check(self)?;
        carrier::tls(self).map(drop)
    }
}

/// Why there can be no connection, ever, by these settings.
#[derive(Debug, Error)]
pub enum SettingsError {
    /// The bytes given as certificates hold none that can be trusted.
    #[error("the certificates to trust are not readable")]
    Authority,
    /// It is part of the subscription's name.
    #[error("the group must be a word without `/`, `+` and `#`")]
    Group,
    /// Brokers refuse long ones, and one without a name has no session.
    #[error("the client id must have 1 to 64 characters")]
    ClientId,
    /// Nothing could be under way.
    #[error("at least one message must be allowed under way")]
    InFlight,
    /// The TLS library would not start.
    #[error(transparent)]
    Tls(#[from] rustls::Error),
}

/// An event as it came by the broker.
#[derive(Debug)]
pub struct Arrived {
    /// The application, by its topic: this and not the body says whose it is.
    pub application: String,
    /// The device, by its topic.
    pub dev_eui: Eui64,
    /// What the body tells of.
    pub kind: EventKind,
    /// The body, in the form the server is set to.
    pub body: Bytes,
    /// When it came.
    pub arrived_at: DateTime<Utc>,
    /// Whether the broker says it sent it before.
    pub is_repeated: bool,
    /// To say that it is kept.
    pub token: Token,
}

impl Arrived {
    /// The message in it, if the body speaks of the device and application of its topic.
    pub fn read(&self) -> Result<Message, WireError> {
        let mut message = wire::read(self.kind, &self.body, self.arrived_at)?;
        if message.dev_eui != self.dev_eui {
            return Err(WireError::Elsewhere { field: "devEui" });
        }
        let told = message.application.get_or_insert(self.application.clone());
        if *told != self.application {
            return Err(WireError::Elsewhere {
                field: "applicationId",
            });
        }
        Ok(message)
    }
}

/// A connection to a broker that mends itself until it is stopped or nobody listens any more.
#[derive(Debug)]
pub struct Source {
    tally: Arc<Tally>,
    stopping: CancellationToken,
    tasks: TaskTracker,
}

impl Source {
    /// Begins to connect; the broker need not be there yet.
    pub fn connect(
        settings: Settings,
        clock: Clock,
    ) -> Result<(Self, mpsc::Receiver<Arrived>), SettingsError> {
        check(&settings)?;
        let tls = carrier::tls(&settings)?;
        let (sender, receiver) = mpsc::channel(usize::from(settings.in_flight_max));
        let source = Self {
            tally: Arc::default(),
            stopping: CancellationToken::new(),
            tasks: TaskTracker::new(),
        };
        let road = Road {
            settings,
            tls,
            clock,
            tally: Arc::clone(&source.tally),
            stopping: source.stopping.clone(),
        };
        source.tasks.spawn(road.run(sender));
        source.tasks.close();
        Ok((source, receiver))
    }

    /// What has happened so far.
    pub fn counts(&self) -> Counts {
        self.tally.counts()
    }

    /// The same for whoever outlives the connection.
    pub fn gauge(&self) -> Gauge {
        Gauge::of(Arc::clone(&self.tally))
    }

    /// Takes no more messages, waits a while for the consumer to keep those it has, acknowledges
    /// them and goes. What is left comes again.
    pub async fn stop(self) {
        self.stopping.cancel();
        self.tasks.wait().await;
    }
}

/// All that outlives a connection.
struct Road {
    settings: Settings,
    tls: Option<tokio_rustls::TlsConnector>,
    clock: Clock,
    tally: Arc<Tally>,
    stopping: CancellationToken,
}

impl Road {
    async fn run(self, arrived: mpsc::Sender<Arrived>) {
        let mut pause = PAUSE_MIN;
        loop {
            let began = Instant::now();
            let outcome = tokio::select! {
                () = self.stopping.cancelled() => return,
                () = arrived.closed() => return,
                opened = Session::open(&self.settings, self.tls.as_ref()) => opened,
            };
            let error = match outcome {
                Ok(session) => match self.serve(session, &arrived).await {
                    Ok(Ended) => return,
                    Err(error) => error,
                },
                Err(error) => error,
            };
            self.tally.failed(&error);
            if began.elapsed() > GOOD_AFTER {
                pause = PAUSE_MIN;
            }
            tracing::warn!(
                broker = %self.settings.broker,
                error = %error,
                "the MQTT broker is away, its messages wait there"
            );
            tokio::select! {
                () = self.stopping.cancelled() => return,
                () = tokio::time::sleep(jittered(pause)) => {}
            }
            pause = (pause * 2).min(PAUSE_MAX);
        }
    }

    async fn serve(
        &self,
        mut session: Session,
        arrived: &mpsc::Sender<Arrived>,
    ) -> Result<Ended, SessionError> {
        self.tally.connected(session.is_resumed);
        tracing::info!(
            broker = %self.settings.broker,
            is_resumed = session.is_resumed,
            "connected to the MQTT broker"
        );
        self.settings.commands.open(&session.posting);
        let outcome = session.serve(self, arrived).await;
        self.settings.commands.close();
        session.posting.end();
        self.tally.disconnected();
        outcome
    }
}

fn check(settings: &Settings) -> Result<(), SettingsError> {
    if !(1..=64).contains(&settings.client_id.chars().count()) {
        return Err(SettingsError::ClientId);
    }
    if settings.in_flight_max == 0 {
        return Err(SettingsError::InFlight);
    }
    let is_word = |group: &String| !group.is_empty() && !group.contains(['/', '+', '#', '\0']);
    if !settings.group.as_ref().is_none_or(is_word) {
        return Err(SettingsError::Group);
    }
    Ok(())
}

/// Between a half and the whole: the replicas of a broker that comes back do not come all at once.
fn jittered(pause: Duration) -> Duration {
    let random = getrandom::u32().unwrap_or(u32::MAX);
    let part = f64::from(random) / f64::from(u32::MAX);
    pause.mul_f64(0.5 + part / 2.0)
}
