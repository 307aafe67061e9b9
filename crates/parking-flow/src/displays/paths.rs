//! By which path a command reaches the network server of its display.
//!
//! * ChirpStack's API takes commands and empties queues.
//! * ChirpStack's broker takes commands and nothing else: what it was given cannot be taken back, so each
//!   command says from when on it is to be dropped, and until then the display is given no other.
//! * The Things Stack has the queue of a device replaced, which empties it besides.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use parking_chirpstack::downlinks::{DoorError, Downlink, Queues};
use parking_chirpstack::mqtt::Commands;
use parking_domain::downlinks::{Allowed, Breaker};
use parking_domain::eui::Eui64;
use parking_domain::ids::fresh;
use parking_http::error::causes;
use tracing::{info, warn};
use uuid::Uuid;

use super::Displays;
use super::attempts::jitter;
use super::stack::Stack;

/// How far the network server's clock may be behind ours: what is dropped there by its clock is gone a
/// little later by ours.
pub(super) const CLOCKS_APART: TimeDelta = TimeDelta::seconds(5);

/// A path to a network server.
#[derive(Clone, Debug)]
pub enum CommandPath {
    /// ChirpStack's API, or what stands for it.
    Api(Arc<dyn Queues>),
    /// The broker that ChirpStack listens at, by the connection that brings its messages.
    Broker(Commands),
    /// The Things Stack of each tenant, where its webhook says.
    Stack(Arc<Stack>),
}

/// Whom a command is for, and what must be known to get there.
#[derive(Clone, Debug)]
pub(super) struct Recipient {
    pub(super) tenant_id: Uuid,
    pub(super) dev_eui: String,
    /// Its application, as the broker's topics name it.
    pub(super) application: Option<String>,
    /// Where The Things Stack takes commands to it, sealed.
    pub(super) stack_address: Option<Vec<u8>>,
}

impl Recipient {
    pub(super) fn eui(&self) -> Result<Eui64, DoorError> {
        let none = |_| DoorError::Refused("the DevEUI is none".to_owned());
        self.dev_eui.parse().map_err(none)
    }
}

/// What a network server is to have a device told.
#[derive(Clone, Copy, Debug)]
pub(super) struct Letter<'a> {
    pub(super) f_port: i16,
    pub(super) payload: &'a [u8],
    pub(super) is_confirmed: bool,
    /// From when on it is to be dropped, where it cannot be taken back.
    pub(super) expires_at: DateTime<Utc>,
}

impl CommandPath {
    /// Its name in the database.
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Api(_) => "api",
            Self::Broker(_) => "broker",
            Self::Stack(_) => "stack",
        }
    }

    /// Whether what was handed over by it stays until it is sent or dropped.
    pub(super) const fn is_one_way(&self) -> bool {
        matches!(self, Self::Broker(_))
    }

    /// Hands a command over; the name by which news of it will come.
    pub(super) async fn hand_over(
        &self,
        to: &Recipient,
        letter: Letter<'_>,
    ) -> Result<String, DoorError> {
        let downlink = Downlink {
            dev_eui: to.eui()?,
            f_port: u8::try_from(letter.f_port).unwrap_or_default(),
            payload: letter.payload.to_vec(),
            is_confirmed: letter.is_confirmed,
        };
        match self {
            Self::Api(queues) => queues.enqueue(&downlink).await,
            Self::Broker(commands) => {
                let unknown =
                    "it was not heard by the broker yet, so that its application is not known";
                let application = to.application.as_deref();
                let application =
                    application.ok_or_else(|| DoorError::Refused(unknown.to_owned()))?;
                let id = fresh();
                let told = (application, &downlink);
                commands.publish(told, id, letter.expires_at).await?;
                Ok(id.to_string())
            }
            Self::Stack(stack) => stack.replace(to, &downlink).await,
        }
    }

    /// Empties the queue of a device; says whether that can be done by this path.
    pub(super) async fn empty(&self, to: &Recipient) -> Result<bool, DoorError> {
        match self {
            Self::Api(queues) => queues.flush(to.eui()?).await.map(|()| true),
            Self::Broker(_) => Ok(false),
            Self::Stack(stack) => stack.clear(to).await.map(|()| true),
        }
    }
}

/// The paths there are.
#[derive(Clone, Debug, Default)]
pub struct Paths {
    /// To ChirpStack, if there is one.
    pub chirpstack: Option<CommandPath>,
    /// To displays that were heard by The Things Stack.
    pub stack: Option<CommandPath>,
}

/// How a message from The Things Stack came, as it is kept with the display.
const STACK: &str = "tts";

impl Paths {
    /// The path to a display that was heard by this road last.
    pub(super) fn to(&self, heard_by: Option<&str>) -> Option<&CommandPath> {
        if heard_by == Some(STACK) {
            self.stack.as_ref()
        } else {
            self.chirpstack.as_ref()
        }
    }

    /// The path by which a command was handed over, or what is there now instead of it.
    pub(super) fn of(&self, path: Option<&str>) -> Option<&CommandPath> {
        let is_stack = path == Some("stack");
        self.to(is_stack.then_some(STACK))
    }
}

impl Displays {
    /// How much ChirpStack may be asked.
    pub(super) fn allowed(&self, now: DateTime<Utc>) -> Allowed {
        allowed(&self.breaker, now)
    }

    /// Whether ChirpStack is left alone, or was a moment ago.
    pub(super) fn is_open(&self) -> bool {
        let breaker = self.breaker.lock().unwrap_or_else(PoisonError::into_inner);
        breaker.is_open()
    }

    /// Whose answers are looked at: ChirpStack is one, The Things Stack is another to each tenant.
    pub(super) async fn breaker(&self, path: &CommandPath, to: &Recipient) -> Arc<Mutex<Breaker>> {
        match path {
            CommandPath::Api(_) | CommandPath::Broker(_) => Arc::clone(&self.breaker),
            CommandPath::Stack(stack) => stack.breaker(to.tenant_id).await,
        }
    }

    /// Notes whether a network server answered.
    pub(super) fn note<T>(
        &self,
        breaker: &Arc<Mutex<Breaker>>,
        answer: &Result<T, DoorError>,
        now: DateTime<Utc>,
    ) {
        let is_chirpstack = Arc::ptr_eq(breaker, &self.breaker);
        let mut breaker = breaker.lock().unwrap_or_else(PoisonError::into_inner);
        let was_open = breaker.is_open();
        match answer {
            Ok(_) | Err(DoorError::Refused(_) | DoorError::Forbidden) => breaker.answered(),
            // That says nothing of the network server: it was not asked.
            Err(DoorError::Busy) => {}
            Err(error @ (DoorError::Away(_) | DoorError::Unanswered(_))) => {
                let jitter = jitter();
                breaker.failed(now, jitter);
                if breaker.is_open() && !was_open {
                    warn!(
                        error = causes(error),
                        "the network server does not answer: commands wait"
                    );
                }
            }
        }
        if was_open && !breaker.is_open() {
            info!("the network server answers again");
        }
        if is_chirpstack {
            self.metrics.is_open(breaker.is_open());
        }
    }
}

/// How much may be asked of whoever is behind a breaker.
pub(super) fn allowed(breaker: &Mutex<Breaker>, now: DateTime<Utc>) -> Allowed {
    let breaker = breaker.lock().unwrap_or_else(PoisonError::into_inner);
    breaker.allows(now)
}
