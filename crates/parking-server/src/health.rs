//! How the server is, for load balancers and people.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use chrono::{DateTime, TimeDelta, Utc};
use parking_db::{Db, Reason, queue};
use parking_domain::clock::Clock;
use parking_flow::ingest::{self, Intake};
use parking_http::{Access, Routes};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::metrics::Metrics;
use crate::readiness::{Readiness, Stage};

/// How long a look at the database may take.
const LOOK_MAX: Duration = Duration::from_secs(1);

/// How long a probe may answer with what the one before it found.
const PROBE_AGE_MAX: Duration = Duration::from_secs(1);

/// Free space below which the disk is a worry.
const DISK_FREE_MIN: u64 = 512 * 1024 * 1024;

/// How long a job may be overdue before somebody should look.
const OVERDUE_MAX: TimeDelta = TimeDelta::minutes(5);

/// How long a message may be stored and not acted on before somebody should look.
const UNACTED_MAX: TimeDelta = TimeDelta::seconds(30);

/// What health is found out from.
#[derive(Clone)]
pub(crate) struct Health {
    pub(crate) db: Db,
    pub(crate) clock: Clock,
    pub(crate) readiness: Readiness,
    pub(crate) data_dir: Option<PathBuf>,
    pub(crate) version: &'static str,
    pub(crate) metrics: Metrics,
    pub(crate) intake: Intake,
    pub(crate) last: Arc<Mutex<Option<Checks>>>,
    pub(crate) answered: Answered,
}

/// Whether the database answered, and when it was asked. Probes that come at the same time share
/// one look, so that no number of them takes connections from those who work.
pub(crate) type Answered = Arc<tokio::sync::Mutex<Option<(Instant, Result<(), String>)>>>;

/// What the last look found.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Checks {
    database: Check,
    jobs: Check,
    disk: Check,
    /// Messages that wait on disk for the database.
    spool: Check,
    /// Messages that are stored and wait to be acted on.
    messages: Check,
}

/// One thing that was looked at.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct Check {
    /// `ok`, `warning` or `failed`.
    status: CheckStatus,
    /// What was found, for people.
    detail: String,
    /// When it was looked at.
    checked_at: DateTime<Utc>,
    /// How long ago that is.
    age_seconds: f64,
}

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum CheckStatus {
    Ok,
    Warning,
    Failed,
}

/// How the server is.
#[derive(Debug, Serialize, ToSchema)]
struct HealthReport {
    /// `healthy` or `degraded`.
    status: &'static str,
    /// `starting`, `migrating`, `ready` or `draining`.
    stage: &'static str,
    version: &'static str,
    timestamp: DateTime<Utc>,
    /// Absent until the first look is done.
    checks: Option<Checks>,
    stats: HealthStats,
}

/// Figures of the moment.
#[derive(Debug, Serialize, ToSchema)]
struct HealthStats {
    database: PoolStats,
}

/// The connections to the database.
#[derive(Debug, Serialize, ToSchema)]
struct PoolStats {
    active: u32,
    idle: u32,
    total: u32,
}

/// Whether the server is alive or ready.
#[derive(Debug, Serialize, ToSchema)]
struct Probe {
    /// `live`, `ready` or `not_ready`.
    status: &'static str,
    /// Why not, if not.
    reason: Option<String>,
}

/// How the server and what it depends on were when they were looked at last.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct SystemHealth {
    /// `healthy` or `degraded`.
    pub(crate) status: &'static str,
    /// Absent until the first look is done.
    checks: Option<Checks>,
}

pub(crate) fn routes(health: Health) -> Routes {
    Routes::new("Health")
        .add(Access::Public, routes!(report))
        .add(Access::Public, routes!(live))
        .add(Access::Public, routes!(ready))
        .with_state(health)
}

/// How the server and what it depends on are. Always 200; `status` tells.
#[utoipa::path(get, path = "/health", responses((status = 200, body = HealthReport)))]
async fn report(State(health): State<Health>) -> axum::Json<HealthReport> {
    let SystemHealth { status, checks } = health.system();
    let pool = health.db.pool_state();
    axum::Json(HealthReport {
        status,
        stage: health.readiness.stage().name(),
        version: health.version,
        timestamp: health.clock.now(),
        checks,
        stats: HealthStats {
            database: PoolStats {
                active: pool.active,
                idle: pool.idle,
                total: pool.total,
            },
        },
    })
}

/// Whether the process is alive. It says nothing about the database: restarting us would not
/// bring that back.
#[utoipa::path(get, path = "/health/live", responses((status = 200, body = Probe)))]
async fn live() -> axum::Json<Probe> {
    axum::Json(Probe {
        status: "live",
        reason: None,
    })
}

/// Whether requests should be sent here: 503 while migrating, draining or without a database.
#[utoipa::path(get, path = "/health/ready", responses((status = 200, body = Probe), (status = 503, body = Probe)))]
async fn ready(State(health): State<Health>) -> Response {
    let reason = match health.readiness.stage() {
        Stage::Ready => health.probe().await.err(),
        stage => Some(format!("the server is {}", stage.name())),
    };
    match reason {
        None => axum::Json(Probe {
            status: "ready",
            reason: None,
        })
        .into_response(),
        Some(reason) => {
            let probe = axum::Json(Probe {
                status: "not_ready",
                reason: Some(reason),
            });
            let mut response = (StatusCode::SERVICE_UNAVAILABLE, probe).into_response();
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
            response
        }
    }
}

impl Checks {
    fn worst(&self) -> CheckStatus {
        self.database
            .status
            .max(self.jobs.status)
            .max(self.disk.status)
            .max(self.spool.status)
            .max(self.messages.status)
    }

    /// The same checks with their ages as of now.
    fn at(mut self, now: DateTime<Utc>) -> Self {
        let all = [
            &mut self.database,
            &mut self.jobs,
            &mut self.disk,
            &mut self.spool,
            &mut self.messages,
        ];
        for check in all {
            check.age_seconds = (now - check.checked_at).as_seconds_f64().max(0.0);
        }
        self
    }
}

impl Health {
    /// What the last look found.
    pub(crate) fn system(&self) -> SystemHealth {
        let now = self.clock.now();
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let checks = last.clone().map(|checks| checks.at(now));
        let is_healthy = self.readiness.stage() == Stage::Ready
            && checks
                .as_ref()
                .is_some_and(|checks| checks.worst() == CheckStatus::Ok);
        SystemHealth {
            status: if is_healthy { "healthy" } else { "degraded" },
            checks,
        }
    }

    /// Looks at everything and keeps what it found.
    pub(crate) async fn look(&self) {
        let database = match self.look_at_database().await {
            Ok(()) => self.found(CheckStatus::Ok, "answers"),
            Err(reason) => self.found(CheckStatus::Failed, &reason),
        };
        let jobs = self.look_at_jobs().await;
        let disk = self.look_at_disk();
        let spool = self.look_at_spool();
        let messages = self.look_at_messages().await;
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(Checks {
            database,
            jobs,
            disk,
            spool,
            messages,
        });
    }

    /// Whether the database answers, by a look that is a second old at most.
    async fn probe(&self) -> Result<(), String> {
        let mut answered = self.answered.lock().await;
        match &*answered {
            Some((asked_at, found)) if asked_at.elapsed() < PROBE_AGE_MAX => found.clone(),
            _ => {
                let found = self.look_at_database().await;
                *answered = Some((Instant::now(), found.clone()));
                found
            }
        }
    }

    fn found(&self, status: CheckStatus, detail: &str) -> Check {
        Check {
            status,
            detail: detail.to_owned(),
            checked_at: self.clock.now(),
            age_seconds: 0.0,
        }
    }

    async fn look_at_database(&self) -> Result<(), String> {
        match tokio::time::timeout(LOOK_MAX, self.db.platform(Reason::Worker("health"))).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err("the database does not answer".to_owned()),
        }
    }

    async fn look_at_jobs(&self) -> Check {
        let now = self.clock.now();
        let look = async {
            let mut tx = self.db.platform(Reason::Worker("health")).await?;
            queue::state(&mut tx, now).await
        };
        let Ok(Ok(state)) = tokio::time::timeout(LOOK_MAX, look).await else {
            return self.found(CheckStatus::Failed, "the queue cannot be read");
        };
        self.metrics.set_jobs(state.queued, state.failed);
        let overdue = state
            .oldest_due_at
            .map_or(TimeDelta::zero(), |due| now - due);
        let detail = format!(
            "{} queued, {} given up, oldest due {} s ago",
            state.queued,
            state.failed,
            overdue.num_seconds().max(0)
        );
        let is_fine = overdue < OVERDUE_MAX;
        self.found(
            if is_fine {
                CheckStatus::Ok
            } else {
                CheckStatus::Warning
            },
            &detail,
        )
    }

    fn look_at_spool(&self) -> Check {
        let Some(spool) = self.intake.spool() else {
            let detail = "there is none: messages are refused while the database is away";
            return self.found(CheckStatus::Ok, detail);
        };
        match (spool.depth(), spool.refused_bytes()) {
            (0, 0) => self.found(CheckStatus::Ok, "nothing waits"),
            (0, refused) => {
                let detail = format!(
                    "{refused} bytes of requests that the database would not have are set aside"
                );
                self.found(CheckStatus::Warning, &detail)
            }
            (depth, _) => {
                let detail = format!("{depth} requests wait for the database");
                self.found(CheckStatus::Warning, &detail)
            }
        }
    }

    async fn look_at_messages(&self) -> Check {
        let look = ingest::unacted(&self.db);
        let Ok(Ok((count, oldest_at))) = tokio::time::timeout(LOOK_MAX, look).await else {
            return self.found(CheckStatus::Failed, "messages cannot be counted");
        };
        let waits = oldest_at.map_or(TimeDelta::zero(), |at| self.clock.now() - at);
        let seconds = waits.num_seconds().max(0);
        self.metrics.set_unacted(count, seconds);
        let detail = format!("{count} stored and not acted on, the oldest for {seconds} s");
        if waits < UNACTED_MAX {
            self.found(CheckStatus::Ok, &detail)
        } else {
            self.found(CheckStatus::Warning, &detail)
        }
    }

    fn look_at_disk(&self) -> Check {
        let Some(data_dir) = &self.data_dir else {
            return self.found(CheckStatus::Ok, "nothing is kept on this machine");
        };
        match rustix::fs::statvfs(data_dir) {
            Ok(disk) => {
                let free = disk.f_bavail.saturating_mul(disk.f_frsize);
                let detail = format!("{} MiB free", free / 1024 / 1024);
                self.found(
                    if free > DISK_FREE_MIN {
                        CheckStatus::Ok
                    } else {
                        CheckStatus::Warning
                    },
                    &detail,
                )
            }
            Err(error) => self.found(
                CheckStatus::Failed,
                &format!("the data directory cannot be read: {error}"),
            ),
        }
    }
}
