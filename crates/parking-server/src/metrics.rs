//! What `/metrics` shows.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use parking_db::Db;
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
}

impl Metrics {
    pub(crate) fn new(mut registry: Registry, db: Db) -> Self {
        let (pool, jobs) = (Family::default(), Family::default());
        registry.register(
            "db_connection_pool_size",
            "Database connections",
            pool.clone(),
        );
        registry.register("jobs", "Jobs in the queue", jobs.clone());
        db.register(&mut registry);
        Self {
            registry: Arc::new(registry),
            db,
            pool,
            jobs,
        }
    }

    /// How the queue stands, as the last look at it found.
    pub(crate) fn set_jobs(&self, queued: i64, failed: i64) {
        for (state, value) in [("queued", queued), ("failed", failed)] {
            self.jobs.get_or_create(&StateLabel { state }).set(value);
        }
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
