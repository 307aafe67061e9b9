//! What is counted of messages. Labels are words of ours: no tenants, no devices.

use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

use super::{IntakeError, Source};

/// What became of a message that was handed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Stored,
    Duplicate,
    Refused,
    Full,
    Unavailable,
    Spooled,
}

/// The metrics of messages; clones are the same ones.
#[derive(Clone, Debug)]
pub struct Metrics {
    requests: Family<RequestLabels, Counter>,
    duplicates: Counter,
    durations: Histogram,
    batches: Histogram,
    waiting: Gauge,
    acted: Family<ActedLabel, Counter>,
    orphans: Counter,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct RequestLabels {
    source: &'static str,
    status: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct ActedLabel {
    outcome: &'static str,
}

impl Outcome {
    pub(super) const fn of(stored: Result<bool, IntakeError>) -> Self {
        match stored {
            Ok(true) => Self::Stored,
            Ok(false) => Self::Duplicate,
            Err(IntakeError::Refused) => Self::Refused,
            Err(IntakeError::Full) => Self::Full,
            Err(IntakeError::Unavailable | IntakeError::Failed) => Self::Unavailable,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Stored => "stored",
            Self::Duplicate => "duplicate",
            Self::Refused => "refused",
            Self::Full => "full",
            Self::Unavailable => "unavailable",
            Self::Spooled => "spooled",
        }
    }
}

impl Default for Metrics {
    fn default() -> Self {
        let durations = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0];
        Self {
            requests: Family::default(),
            duplicates: Counter::default(),
            durations: Histogram::new(durations),
            batches: Histogram::new(exponential_buckets(1.0, 2.0, 10)),
            waiting: Gauge::default(),
            acted: Family::default(),
            orphans: Counter::default(),
        }
    }
}

impl Metrics {
    /// Shows them.
    pub fn register(&self, registry: &mut Registry) {
        registry.register(
            "uplink_requests",
            "Messages handed in, by how they came and what became of them",
            self.requests.clone(),
        );
        registry.register(
            "uplink_duplicates",
            "Messages that had been told before",
            self.duplicates.clone(),
        );
        registry.register(
            "uplink_processing_duration_seconds",
            "Time from handing a message in to its commit",
            self.durations.clone(),
        );
        registry.register(
            "uplink_batch_size",
            "Messages stored by one statement",
            self.batches.clone(),
        );
        registry.register(
            "uplink_waiting",
            "Messages that wait to be stored now",
            self.waiting.clone(),
        );
        registry.register(
            "uplink_acted",
            "Messages acted on, by what came of them",
            self.acted.clone(),
        );
        registry.register(
            "uplink_orphans",
            "Messages of devices that nobody has claimed",
            self.orphans.clone(),
        );
    }

    pub(super) fn settled(&self, source: Source, outcome: Outcome, took: Duration) {
        self.count(source, outcome, 1);
        match outcome {
            Outcome::Duplicate => {
                self.duplicates.inc();
                self.durations.observe(took.as_secs_f64());
            }
            Outcome::Stored => self.durations.observe(took.as_secs_f64()),
            _ => {}
        }
    }

    /// Counts one that did not get in, and for which nobody waited.
    pub(super) fn turned_away(&self, source: Source, outcome: Outcome) {
        self.count(source, outcome, 1);
    }

    /// How many observations could not be stored so far.
    #[cfg(test)]
    pub(super) fn failures(&self) -> u64 {
        let labels = RequestLabels {
            source: Source::Observation.name(),
            status: Outcome::Unavailable.name(),
        };
        self.requests.get_or_create(&labels).get()
    }

    pub(super) fn spooled(&self, source: Source, messages: usize) {
        self.count(source, Outcome::Spooled, messages as u64);
    }

    pub(super) fn batch(&self, messages: usize) {
        self.batches
            .observe(f64::from(u32::try_from(messages).unwrap_or(u32::MAX)));
    }

    pub(super) fn waiting(&self, more: i64) {
        self.waiting.inc_by(more);
    }

    pub(super) fn acted(&self, outcome: &'static str) {
        self.acted.get_or_create(&ActedLabel { outcome }).inc();
        if outcome == "orphan" {
            self.orphans.inc();
        }
    }

    fn count(&self, source: Source, outcome: Outcome, messages: u64) {
        let labels = RequestLabels {
            source: source.name(),
            status: outcome.name(),
        };
        self.requests.get_or_create(&labels).inc_by(messages);
    }
}
