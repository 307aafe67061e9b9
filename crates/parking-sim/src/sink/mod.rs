//! Where events go: to a server by HTTP, to a broker by MQTT, or to whoever reads lines.

mod http;
mod mqtt;
#[cfg(test)]
mod tests;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use url::Url;

pub use http::Http;
pub use mqtt::Mqtt;

use crate::chirpstack::Event;
use crate::wire::AddressError;

/// How it went so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Handed {
    /// Events that were handed over and taken.
    pub accepted: u64,
    /// Attempts that were made again.
    pub retried: u64,
    /// Events the receiver did not want.
    pub refused: u64,
    /// Events nobody took however often they were offered, or for which no time was left.
    pub given_up: u64,
    /// Events on their way.
    pub waiting: u64,
    /// What was said to the first that was not taken.
    pub trouble: Option<String>,
}

/// Where events go.
pub enum Sink {
    /// To a server, each by a request of its own.
    Http(Http),
    /// To a broker.
    Mqtt(Mqtt),
    /// To a reader of lines.
    Lines(Box<dyn Fn(&Event) + Send + Sync>),
}

impl Sink {
    /// Opens the way an address names.
    pub fn open(url: &Url, key: Option<&str>) -> Result<Self, AddressError> {
        match url.scheme() {
            "http" | "https" => Http::open(url, key).map(Self::Http),
            "mqtt" => Mqtt::open(url).map(Self::Mqtt),
            other => Err(AddressError::Scheme(other.to_owned())),
        }
    }

    /// Hands an event over; waits while too many are on their way.
    pub async fn send(&self, event: Event) {
        match self {
            Self::Http(http) => http.send(event).await,
            Self::Mqtt(mqtt) => mqtt.send(event).await,
            Self::Lines(print) => print(&event),
        }
    }

    /// How it went so far.
    pub fn handed(&self) -> Handed {
        match self {
            Self::Http(http) => http.handed(),
            Self::Mqtt(mqtt) => mqtt.handed(),
            Self::Lines(_) => Handed::default(),
        }
    }

    /// Waits this long for what is on its way, and ends.
    pub async fn close(self, patience: Duration) -> Handed {
        match self {
            Self::Http(http) => http.close(patience).await,
            Self::Mqtt(mqtt) => mqtt.close(patience).await,
            Self::Lines(_) => Handed::default(),
        }
    }
}

/// Counts that several tasks keep.
#[derive(Debug, Default)]
struct Tally {
    offered: AtomicU64,
    accepted: AtomicU64,
    retried: AtomicU64,
    refused: AtomicU64,
    given_up: AtomicU64,
    trouble: Mutex<Option<String>>,
}

impl Tally {
    fn add(counter: &AtomicU64) {
        counter.fetch_add(1, Ordering::Relaxed);
    }

    /// Keeps the first; the others are mostly the same.
    fn note(&self, trouble: impl FnOnce() -> String) {
        let mut kept = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.is_none() {
            *kept = Some(trouble());
        }
    }

    fn handed(&self) -> Handed {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        let (accepted, refused, given_up) = (
            read(&self.accepted),
            read(&self.refused),
            read(&self.given_up),
        );
        let settled = accepted + refused + given_up;
        Handed {
            accepted,
            retried: read(&self.retried),
            refused,
            given_up,
            waiting: read(&self.offered).saturating_sub(settled),
            trouble: trouble.clone(),
        }
    }

    /// Whatever is still on its way is not waited for any longer.
    fn settled(&self) -> Handed {
        let handed = self.handed();
        Handed {
            given_up: handed.given_up + handed.waiting,
            waiting: 0,
            ..handed
        }
    }
}
