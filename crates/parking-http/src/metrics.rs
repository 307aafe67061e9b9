//! What the edge counts. Labels are bounded: a route's template, never a path; no tenants.

use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

/// The edge's metrics.
#[derive(Clone, Debug)]
pub struct EdgeMetrics {
    requests: Family<RequestLabels, Counter>,
    durations: Family<RouteLabels, Histogram>,
    rejections: Family<EndpointLabel, Counter>,
    panics: Counter,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct RequestLabels {
    method: &'static str,
    endpoint: String,
    status_code: u16,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct RouteLabels {
    method: &'static str,
    endpoint: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct EndpointLabel {
    endpoint: String,
}

impl EdgeMetrics {
    /// Metrics that appear in `registry`.
    pub fn new(registry: &mut Registry) -> Self {
        let durations = Family::<RouteLabels, Histogram>::new_with_constructor(|| {
            Histogram::new([0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0])
        });
        let metrics = Self {
            requests: Family::default(),
            durations,
            rejections: Family::default(),
            panics: Counter::default(),
        };
        registry.register(
            "api_requests",
            "Requests answered",
            metrics.requests.clone(),
        );
        registry.register(
            "api_request_duration_seconds",
            "Time to answer",
            metrics.durations.clone(),
        );
        registry.register(
            "rate_limit_rejections",
            "Requests refused by a rate limit",
            metrics.rejections.clone(),
        );
        registry.register(
            "panics",
            "Requests that broke the program and were caught",
            metrics.panics.clone(),
        );
        metrics
    }

    pub(crate) fn answered(
        &self,
        method: &'static str,
        endpoint: &str,
        status_code: u16,
        took: Duration,
    ) {
        let endpoint = endpoint.to_owned();
        self.durations
            .get_or_create(&RouteLabels {
                method,
                endpoint: endpoint.clone(),
            })
            .observe(took.as_secs_f64());
        self.requests
            .get_or_create(&RequestLabels {
                method,
                endpoint,
                status_code,
            })
            .inc();
    }

    pub(crate) fn rejected(&self, endpoint: &str) {
        self.rejections
            .get_or_create(&EndpointLabel {
                endpoint: endpoint.to_owned(),
            })
            .inc();
    }

    pub(crate) fn panicked(&self) {
        self.panics.inc();
    }
}
