//! What `/metrics` shows.

use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use parking_chirpstack::mqtt;
use parking_db::Db;
use parking_flow::ingest::Intake;
use parking_http::{ApiError, Code};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct StateLabel {
    state: &'static str,
}

/// The registry, and the gauges that are read when somebody looks.
#[derive(Clone)]
pub(crate) struct Metrics {
    registry: Arc<Registry>,
    db: Db,
    pool: Family<StateLabel, Gauge>,
    jobs: Family<StateLabel, Gauge>,
    messages: Messages,
}

/// What is shown of the roads that messages come by.
#[derive(Clone)]
struct Messages {
    intake: Intake,
    broker: Arc<Mutex<Option<mqtt::Gauge>>>,
    spooled: Gauge,
    spooled_bytes: Gauge,
    refused_bytes: Gauge,
    unacted: Gauge,
    unacted_age: Gauge,
    is_connected: Gauge,
    connections: Gauge,
    failures: Gauge,
    sessions_lost: Gauge,
    repeated: Gauge,
    foreign: Gauge,
    let_go: Gauge,
    received: Family<QosLabel, Gauge>,
    unacknowledged: Gauge,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct QosLabel {
    qos: u8,
}

impl Messages {
    fn new(registry: &mut Registry, intake: Intake) -> Self {
        intake.metrics().register(registry);
        let mut gauge = |name: &str, help: &str| {
            let gauge = Gauge::<i64>::default();
            registry.register(name, help, gauge.clone());
            gauge
        };
        let received = Family::default();
        let messages = Self {
            intake,
            broker: Arc::default(),
            spooled: gauge(
                "webhook_spool_depth",
                "Requests that wait on disk for the database",
            ),
            spooled_bytes: gauge(
                "webhook_spool_bytes",
                "Bytes of the requests that wait on disk",
            ),
            refused_bytes: gauge(
                "webhook_spool_refused_bytes",
                "Bytes of the requests that the database would not have, set aside on disk",
            ),
            unacted: gauge(
                "uplink_unacted",
                "Messages that are stored and not acted on, ten thousand at most",
            ),
            unacted_age: gauge(
                "uplink_unacted_oldest_seconds",
                "How long the oldest of them waits",
            ),
            is_connected: gauge("mqtt_connected", "Whether the broker sends us its messages"),
            connections: gauge(
                "mqtt_connections",
                "Connections made to the broker since the start",
            ),
            failures: gauge(
                "mqtt_connection_failures",
                "Connections to the broker that failed or broke",
            ),
            sessions_lost: gauge(
                "mqtt_sessions_lost",
                "Connections that found their session gone",
            ),
            repeated: gauge(
                "mqtt_messages_repeated",
                "Messages that the broker had sent before",
            ),
            foreign: gauge(
                "mqtt_messages_foreign",
                "Messages on topics that are no events of devices",
            ),
            let_go: gauge(
                "mqtt_messages_let_go",
                "Messages that were given up here and asked for again",
            ),
            received: Family::clone(&received),
            unacknowledged: gauge(
                "mqtt_unacknowledged",
                "Messages from the broker that are not acknowledged yet",
            ),
        };
        registry.register(
            "mqtt_messages_received",
            "Messages from the broker, by how safely they were published",
            received,
        );
        messages
    }

    fn look(&self) {
        let whole = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        if let Some(spool) = self.intake.spool() {
            self.spooled.set(whole(spool.depth()));
            self.spooled_bytes.set(whole(spool.bytes()));
            self.refused_bytes.set(whole(spool.refused_bytes()));
        }
        let broker = self.broker.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(counts) = broker.as_ref().map(mqtt::Gauge::counts) else {
            return;
        };
        self.is_connected.set(i64::from(counts.is_connected));
        self.connections.set(whole(counts.connections));
        self.failures.set(whole(counts.failures));
        self.sessions_lost.set(whole(counts.sessions_lost));
        self.unacknowledged.set(whole(counts.unacknowledged as u64));
        self.repeated.set(whole(counts.repeated));
        self.foreign.set(whole(counts.foreign));
        self.let_go.set(whole(counts.let_go));
        for (qos, count) in [(0, counts.at_most_once), (1, counts.at_least_once)] {
            self.received
                .get_or_create(&QosLabel { qos })
                .set(whole(count));
        }
    }
}

impl Metrics {
    pub(crate) fn new(mut registry: Registry, db: Db, intake: Intake) -> Self {
        let (pool, jobs) = (Family::default(), Family::default());
        registry.register(
            "db_connection_pool_size",
            "Database connections",
            pool.clone(),
        );
        registry.register("jobs", "Jobs in the queue", jobs.clone());
        db.register(&mut registry);
        let messages = Messages::new(&mut registry, intake);
        Self {
            registry: Arc::new(registry),
            db,
            pool,
            jobs,
            messages,
        }
    }

    /// Shows the broker from now on.
    pub(crate) fn show_broker(&self, broker: mqtt::Gauge) {
        let mut shown = self
            .messages
            .broker
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *shown = Some(broker);
    }

    /// How the queue stands, as the last look at it found.
    pub(crate) fn set_jobs(&self, queued: i64, failed: i64) {
        for (state, value) in [("queued", queued), ("failed", failed)] {
            self.jobs.get_or_create(&StateLabel { state }).set(value);
        }
    }

    /// How many messages are not acted on, and for how many seconds the oldest of them waits, as the
    /// last look found.
    pub(crate) fn set_unacted(&self, count: i64, oldest_seconds: i64) {
        self.messages.unacted.set(count);
        self.messages.unacted_age.set(oldest_seconds);
    }

    pub(crate) fn router(&self) -> Router {
        Router::new()
            .route("/metrics", get(show))
            .with_state(self.clone())
    }
}

async fn show(State(metrics): State<Metrics>) -> Response {
    let pool = metrics.db.pool_state();
    for (state, value) in [
        ("active", pool.active),
        ("idle", pool.idle),
        ("total", pool.total),
    ] {
        metrics
            .pool
            .get_or_create(&StateLabel { state })
            .set(i64::from(value));
    }
    metrics.messages.look();
    let mut text = String::new();
    match encode(&mut text, &metrics.registry) {
        Ok(()) => {
            let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
            ([(header::CONTENT_TYPE, kind)], text).into_response()
        }
        Err(error) => ApiError::new(Code::InternalError)
            .because(error)
            .into_response(),
    }
}
