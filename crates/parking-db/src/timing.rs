//! How long transactions last, by the role they take.

use std::time::Instant;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

/// What is known of the transactions of a database.
#[derive(Clone, Debug)]
pub(crate) struct Times(Family<Operation, Histogram>);

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Operation {
    operation: &'static str,
}

/// A transaction that goes on; it is over when this is dropped.
#[derive(Debug)]
pub(crate) struct Timed {
    begun: Instant,
    histogram: Histogram,
}

impl Default for Times {
    fn default() -> Self {
        Self(Family::new_with_constructor(|| {
            Histogram::new([0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5])
        }))
    }
}

impl Times {
    pub(crate) fn register(&self, registry: &mut Registry) {
        registry.register(
            "db_query_duration_seconds",
            "Time from the beginning of a transaction to its end",
            self.0.clone(),
        );
    }

    /// Begins to measure a transaction in a role.
    pub(crate) fn begin(&self, role: &'static str) -> Timed {
        let operation = role.trim_start_matches("parking_");
        Timed {
            begun: Instant::now(),
            histogram: self.0.get_or_create(&Operation { operation }).clone(),
        }
    }
}

impl Drop for Timed {
    fn drop(&mut self) {
        self.histogram.observe(self.begun.elapsed().as_secs_f64());
    }
}
