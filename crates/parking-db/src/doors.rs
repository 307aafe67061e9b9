//! The two doors to the database.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use parking_domain::ids::TenantId;
use prometheus_client::registry::Registry;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, PgPool, Postgres, Transaction};
use tracing::{debug, warn};

use crate::timing::{Timed, Times};
use crate::{DbError, Result};

/// How long a connection may take to prove that its peer is there when it goes back to the pool.
const PING_MAX: Duration = Duration::from_secs(2);

/// How long connections get to say farewell.
const CLOSE_MAX: Duration = Duration::from_secs(2);

/// How long work beside requests may wait for the database; a request has a bound of its own.
const WORK_MAX: Duration = Duration::from_secs(30);

/// How to reach the database, and how hard to lean on it.
#[derive(Clone, Debug)]
pub struct DbOptions {
    /// Where it is and who logs in.
    pub connect: PgConnectOptions,
    /// Connections held at most.
    pub pool_size: u32,
    /// How long a request waits for a connection before it is told that there is none.
    pub acquire_timeout: Duration,
    /// How long one statement may take.
    pub statement_timeout: Duration,
}

impl DbOptions {
    /// The usual bounds: 12 connections, 1.5 s to get one, 10 s a statement.
    pub fn new(connect: PgConnectOptions) -> Self {
        Self {
            connect,
            pool_size: 12,
            acquire_timeout: Duration::from_millis(1_500),
            statement_timeout: Duration::from_secs(10),
        }
    }
}

/// The database, as far as anybody outside this crate can see it: two doors.
#[derive(Clone, Debug)]
pub struct Db {
    pool: PgPool,
    acquire_timeout: Duration,
    times: Times,
    is_away: Arc<AtomicBool>,
}

/// Why a transaction crosses tenants. It is logged, and the list of places that say so is
/// kept by a test.
#[derive(Clone, Copy, Debug)]
pub enum Reason {
    /// A platform admin reads across tenants or writes platform tables.
    Platform(&'static str),
    /// The product itself works before or beside any one tenant: login, ingest, jobs.
    Worker(&'static str),
}

impl Reason {
    fn role(self) -> &'static str {
        match self {
            Self::Platform(_) => "parking_platform",
            Self::Worker(_) => "parking_worker",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Platform(why) | Self::Worker(why)) = self;
        f.write_str(why)
    }
}

impl Db {
    /// A pool that connects when it is first used, so that a database which is away at start
    /// is an error of the first request and not of the whole process.
    pub fn lazy(options: &DbOptions) -> Self {
        let timeout_ms = options.statement_timeout.as_millis().to_string();
        let connect = options
            .connect
            .clone()
            .application_name("parking")
            .options([
                ("statement_timeout", timeout_ms.as_str()),
                ("lock_timeout", "5000"),
                ("idle_in_transaction_session_timeout", "60000"),
                ("TimeZone", "UTC"),
                ("jit", "off"),
            ]);
        let pool = PgPoolOptions::new()
            .max_connections(options.pool_size)
            .acquire_timeout(options.acquire_timeout)
            // A dead connection shows at BEGIN; asking each time costs a round trip a request.
            .test_before_acquire(false)
            // sqlx asks when a connection comes back, and waits for as long as TCP does: a quarter
            // of an hour for a peer that vanished, with the connection's place taken meanwhile.
            .after_release(|conn, _| Box::pin(is_alive(conn)))
            .idle_timeout(Duration::from_mins(10))
            .max_lifetime(Duration::from_hours(1))
            .connect_lazy_with(connect);
        Self {
            pool,
            acquire_timeout: options.acquire_timeout,
            times: Times::default(),
            is_away: Arc::default(),
        }
    }

    /// Opens a transaction that sees and changes one tenant and nothing else.
    pub async fn tenant(&self, tenant: TenantId) -> Result<TenantTx> {
        let role = "parking_tenant";
        let tx = self.begin(role, &tenant.0.to_string()).await?;
        Ok(TenantTx {
            tx,
            tenant,
            _timed: self.times.begin(role),
        })
    }

    /// Opens a transaction that is not bound to one tenant.
    pub async fn platform(&self, reason: Reason) -> Result<PlatformTx> {
        debug!(db.role = reason.role(), db.reason = %reason, "platform transaction");
        Ok(PlatformTx {
            tx: self.begin(reason.role(), "").await?,
            _timed: self.times.begin(reason.role()),
        })
    }

    /// Whether the last transaction that somebody wanted to begin found no database. Something beside
    /// requests always wants one within seconds, so it is known soon when the database is back.
    pub fn is_away(&self) -> bool {
        self.is_away.load(Ordering::Relaxed)
    }

    /// Shows how long transactions last among the metrics.
    pub fn register(&self, registry: &mut Registry) {
        self.times.register(registry);
    }

    /// Connections in use, idle and allowed, for the gauges.
    pub fn pool_state(&self) -> PoolState {
        let total = self.pool.size();
        let idle = u32::try_from(self.pool.num_idle()).unwrap_or(u32::MAX);
        PoolState {
            active: total.saturating_sub(idle),
            idle,
            total,
        }
    }

    /// Waits for running transactions and closes every connection, but not for a database that
    /// does not answer.
    pub async fn close(&self) {
        if tokio::time::timeout(CLOSE_MAX, self.pool.close())
            .await
            .is_err()
        {
            warn!("the database did not answer when its connections were closed");
        }
    }

    /// The one place that knows the pool, for LISTEN and the catalogue check of this crate.
    pub(crate) fn pool(&self) -> &PgPool {
        &self.pool
    }

    async fn begin(
        &self,
        role: &'static str,
        tenant: &str,
    ) -> Result<Transaction<'static, Postgres>> {
        let begun = self.try_begin(role, tenant).await;
        let is_away = matches!(begun, Err(DbError::Unavailable(_)));
        self.is_away.store(is_away, Ordering::Relaxed);
        begun
    }

    async fn try_begin(
        &self,
        role: &'static str,
        tenant: &str,
    ) -> Result<Transaction<'static, Postgres>> {
        // `role` is one of three literals and `tenant` a formatted UUID: nothing else enters.
        let begin = format!(
            "BEGIN; SELECT set_config('role', '{role}', true), \
             set_config('app.current_tenant_id', '{tenant}', true)"
        );
        // A connection to a frozen server never answers, so the wait needs a bound of its own. A
        // connection that died in the pool says so at once, and a fresh one is worth one try.
        let attempt = || {
            tokio::time::timeout(
                self.acquire_timeout,
                self.pool.begin_with(AssertSqlSafe(begin.clone())),
            )
        };
        for _ in 0..self.pool.num_idle() {
            match attempt().await {
                Ok(Err(
                    sqlx::Error::Io(_) | sqlx::Error::Protocol(_) | sqlx::Error::Database(_),
                )) => {}
                Ok(done) => return Ok(done?),
                Err(_) => return Err(DbError::Unavailable(sqlx::Error::PoolTimedOut)),
            }
        }
        match attempt().await {
            Ok(done) => Ok(done?),
            Err(_) => Err(DbError::Unavailable(sqlx::Error::PoolTimedOut)),
        }
    }
}

/// Whether the peer of a connection answers; an error closes the connection without a farewell.
async fn is_alive(conn: &mut PgConnection) -> Result<bool, sqlx::Error> {
    match tokio::time::timeout(PING_MAX, conn.ping()).await {
        Ok(answered) => answered.map(|()| true),
        Err(_) => Err(sqlx::Error::PoolTimedOut),
    }
}

/// Bounds work beside requests: who waits for a peer that vanished waits for nothing.
pub(crate) async fn in_time<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::time::timeout(WORK_MAX, work)
        .await
        .unwrap_or(Err(DbError::Unavailable(sqlx::Error::PoolTimedOut)))
}

/// How the pool stands.
#[derive(Clone, Copy, Debug)]
pub struct PoolState {
    /// Connections that serve a transaction.
    pub active: u32,
    /// Connections that wait for one.
    pub idle: u32,
    /// Both.
    pub total: u32,
}

/// A transaction inside one tenant. Dropping it undoes it.
#[derive(Debug)]
pub struct TenantTx {
    tx: Transaction<'static, Postgres>,
    tenant: TenantId,
    _timed: Timed,
}

impl TenantTx {
    /// The tenant this transaction is bound to.
    pub fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// The connection, for the statements of `store.rs` files.
    pub fn conn(&mut self) -> &mut PgConnection {
        &mut self.tx
    }

    /// Makes everything that was done in it true at once.
    pub async fn commit(self) -> Result<()> {
        Ok(self.tx.commit().await?)
    }
}

/// A transaction across tenants, as the platform or as a worker. Dropping it undoes it.
#[derive(Debug)]
pub struct PlatformTx {
    tx: Transaction<'static, Postgres>,
    _timed: Timed,
}

impl PlatformTx {
    /// The connection, for the statements of `store.rs` files.
    pub fn conn(&mut self) -> &mut PgConnection {
        &mut self.tx
    }

    /// Undoes everything that was done in it. Dropping it does so too, but a moment later: this has
    /// given back what it held when it answers.
    pub async fn roll_back(self) -> Result<()> {
        Ok(self.tx.rollback().await?)
    }

    /// Makes everything that was done in it true at once.
    pub async fn commit(self) -> Result<()> {
        Ok(self.tx.commit().await?)
    }
}
