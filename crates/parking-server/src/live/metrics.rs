//! What is counted of those who watch.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct ReasonLabel {
    reason: &'static str,
}

/// The metrics of those who watch.
#[derive(Clone, Debug)]
pub(super) struct LiveMetrics {
    /// How many watch.
    pub(super) connections: Gauge,
    /// Events that were told to somebody.
    pub(super) events: Counter,
    ended: Family<ReasonLabel, Counter>,
}

impl LiveMetrics {
    /// Metrics that appear in `registry`.
    pub(super) fn new(registry: &mut Registry) -> Self {
        let metrics = Self {
            connections: Gauge::default(),
            events: Counter::default(),
            ended: Family::default(),
        };
        registry.register(
            "live_connections",
            "Connections that are told what happens",
            metrics.connections.clone(),
        );
        registry.register(
            "live_events",
            "Events that were told to whoever watched",
            metrics.events.clone(),
        );
        registry.register(
            "live_connections_ended",
            "Connections that the server ended, and why",
            metrics.ended.clone(),
        );
        metrics
    }

    /// A connection is ended by the server.
    pub(super) fn ended(&self, reason: &'static str) {
        self.ended.get_or_create(&ReasonLabel { reason }).inc();
    }
}
