//! What has happened on the road, for metrics, `doctor` and the UI.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::session::SessionError;

/// What has happened since the start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Whether the broker is there now and sends us the events.
    pub is_connected: bool,
    /// Connections made.
    pub connections: u64,
    /// Connections that failed or broke.
    pub failures: u64,
    /// Connections after the first that found no session: what came in between may be lost.
    pub sessions_lost: u64,
    /// Events published at QoS 1 or 2: the broker keeps them for us.
    pub at_least_once: u64,
    /// Events published at QoS 0: nobody keeps them.
    pub at_most_once: u64,
    /// Whether the newest event was published at QoS 0.
    pub is_published_unsafely: bool,
    /// Events the broker had sent before.
    pub repeated: u64,
    /// Messages on topics that are none of ours.
    pub foreign: u64,
    /// Events acknowledged.
    pub acknowledged: u64,
    /// Events that were given up and asked for again.
    pub let_go: u64,
    /// Events under way, not acknowledged.
    pub unacknowledged: usize,
    /// Why the last connection failed or broke.
    pub last_error: Option<String>,
}

/// Reads the counts of a connection; without one they stand at nothing.
#[derive(Clone, Debug, Default)]
pub struct Gauge(Arc<Tally>);

impl Gauge {
    pub(super) const fn of(tally: Arc<Tally>) -> Self {
        Self(tally)
    }

    /// What has happened so far.
    pub fn counts(&self) -> Counts {
        self.0.counts()
    }
}

/// Counts while it happens.
#[derive(Debug, Default)]
pub(super) struct Tally {
    is_connected: AtomicBool,
    connections: AtomicU64,
    failures: AtomicU64,
    sessions_lost: AtomicU64,
    at_least_once: AtomicU64,
    at_most_once: AtomicU64,
    is_published_unsafely: AtomicBool,
    repeated: AtomicU64,
    foreign: AtomicU64,
    acknowledged: AtomicU64,
    let_go: AtomicU64,
    unacknowledged: AtomicUsize,
    last_error: Mutex<Option<String>>,
}

impl Tally {
    pub(super) fn counts(&self) -> Counts {
        let last_error = self.last_error.lock();
        Counts {
            is_connected: self.is_connected.load(Ordering::Relaxed),
            connections: read(&self.connections),
            failures: read(&self.failures),
            sessions_lost: read(&self.sessions_lost),
            at_least_once: read(&self.at_least_once),
            at_most_once: read(&self.at_most_once),
            is_published_unsafely: self.is_published_unsafely.load(Ordering::Relaxed),
            repeated: read(&self.repeated),
            foreign: read(&self.foreign),
            acknowledged: read(&self.acknowledged),
            let_go: read(&self.let_go),
            unacknowledged: self.unacknowledged.load(Ordering::Relaxed),
            last_error: last_error.unwrap_or_else(PoisonError::into_inner).clone(),
        }
    }

    pub(super) fn connected(&self, is_resumed: bool) {
        if !is_resumed && read(&self.connections) > 0 {
            add(&self.sessions_lost);
        }
        add(&self.connections);
    }

    pub(super) fn subscribed(&self) {
        self.is_connected.store(true, Ordering::Relaxed);
    }

    pub(super) fn disconnected(&self) {
        self.is_connected.store(false, Ordering::Relaxed);
        self.under_way(0);
    }

    pub(super) fn failed(&self, error: &SessionError) {
        add(&self.failures);
        if matches!(error, SessionError::LetGo) {
            add(&self.let_go);
        }
        let mut last = self
            .last_error
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *last = Some(error.to_string());
    }

    pub(super) fn arrived(&self, is_safe: bool, is_repeated: bool) {
        add(if is_safe {
            &self.at_least_once
        } else {
            &self.at_most_once
        });
        self.is_published_unsafely
            .store(!is_safe, Ordering::Relaxed);
        if is_repeated {
            add(&self.repeated);
        }
    }

    pub(super) fn foreign(&self) {
        add(&self.foreign);
    }

    pub(super) fn acknowledged(&self) {
        add(&self.acknowledged);
    }

    pub(super) fn under_way(&self, unacknowledged: usize) {
        self.unacknowledged.store(unacknowledged, Ordering::Relaxed);
    }
}

fn read(count: &AtomicU64) -> u64 {
    count.load(Ordering::Relaxed)
}

fn add(count: &AtomicU64) {
    count.fetch_add(1, Ordering::Relaxed);
}
