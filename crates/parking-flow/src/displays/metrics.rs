//! What is counted of commands. Labels are words of ours: no tenants, no devices.

use chrono::TimeDelta;
use parking_domain::downlinks::Trouble;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use super::Planned;

/// The metrics of commands; clones are the same ones.
#[derive(Clone, Debug)]
pub struct Metrics {
    looked: Counter,
    made: Counter,
    superseded: Counter,
    sent: Counter,
    deferred: Counter,
    troubles: Family<TroubleLabel, Counter>,
    ended: Family<EndLabel, Counter>,
    to_network_server: Histogram,
    to_air: Histogram,
    is_open: Gauge,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct TroubleLabel {
    trouble: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct EndLabel {
    status: &'static str,
}

impl Default for Metrics {
    fn default() -> Self {
        let seconds = [0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 300.0];
        Self {
            looked: Counter::default(),
            made: Counter::default(),
            superseded: Counter::default(),
            sent: Counter::default(),
            deferred: Counter::default(),
            troubles: Family::default(),
            ended: Family::default(),
            to_network_server: Histogram::new(seconds),
            to_air: Histogram::new(seconds),
            is_open: Gauge::default(),
        }
    }
}

impl Metrics {
    /// Shows them.
    pub fn register(&self, registry: &mut Registry) {
        let counters = [
            (
                "display_looks",
                "Displays that were compared with what they should show",
                &self.looked,
            ),
            ("downlink_made", "Commands made for displays", &self.made),
            (
                "downlink_superseded",
                "Commands that a newer one took the place of before they were sent",
                &self.superseded,
            ),
            (
                "downlink_sent",
                "Commands that the network server took",
                &self.sent,
            ),
            (
                "downlink_deferred",
                "Times that a command had to wait for a budget",
                &self.deferred,
            ),
        ];
        for (name, help, counter) in counters {
            registry.register(name, help, counter.clone());
        }
        registry.register(
            "downlink_troubles",
            "Attempts that came to nothing, by why",
            self.troubles.clone(),
        );
        registry.register(
            "downlink_given_back",
            "Commands that came to nothing, by what became of them",
            self.ended.clone(),
        );
        registry.register(
            "downlink_to_network_server_seconds",
            "Time from making a command until the network server took it",
            self.to_network_server.clone(),
        );
        registry.register(
            "downlink_to_air_seconds",
            "Time from making a command until a gateway sent it",
            self.to_air.clone(),
        );
        registry.register(
            "downlink_breaker_open",
            "Whether the network server is left alone because it does not answer",
            self.is_open.clone(),
        );
    }

    pub(super) fn planned(&self, planned: Planned) {
        self.looked.inc_by(planned.looked as u64);
        self.made.inc_by(planned.made as u64);
        self.superseded.inc_by(planned.superseded);
    }

    pub(super) fn sent(&self, took: TimeDelta) {
        self.sent.inc();
        self.to_network_server.observe(seconds(took));
    }

    pub(super) fn transmitted(&self, took: TimeDelta) {
        self.to_air.observe(seconds(took));
    }

    pub(super) fn deferred(&self, commands: usize) {
        self.deferred.inc_by(commands as u64);
    }

    pub(super) fn troubled(&self, trouble: Trouble) {
        let label = TroubleLabel {
            trouble: trouble.name(),
        };
        self.troubles.get_or_create(&label).inc();
    }

    pub(super) fn ended<'a>(&self, statuses: impl Iterator<Item = &'a str>) {
        for status in statuses {
            let status = match status {
                "failed" => "failed",
                "superseded" => "superseded",
                "cancelled" => "cancelled",
                _ => "waiting",
            };
            self.ended.get_or_create(&EndLabel { status }).inc();
        }
    }

    pub(super) fn is_open(&self, is_open: bool) {
        self.is_open.set(i64::from(is_open));
    }
}

fn seconds(took: TimeDelta) -> f64 {
    took.to_std().unwrap_or_default().as_secs_f64()
}
