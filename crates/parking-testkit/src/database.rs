//! A database per test, cloned from a template that is migrated once.

use std::sync::OnceLock;
use std::time::Duration;

use chrono::{DateTime, Utc};
use parking_db::cluster::{Cluster, ClusterOptions};
use parking_db::{Db, DbOptions, migrate, roles};
use parking_domain::clock::Clock;
use parking_domain::ids::fresh;
use secrecy::SecretString;
use sqlx::migrate::Migrator;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

/// The migrations of the product.
pub static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations");

/// The password of the login role in test databases, which only this machine can reach.
pub const PASSWORD: &str = "parking-test";

/// How long the end of what is under way may take.
const RESTS_WITHIN_MS: u64 = 10_000;

/// A migrated database of its own, reached as the application reaches it.
#[derive(Debug)]
pub struct TestDb {
    admin: PgConnectOptions,
    name: String,
    db: Db,
    clock: Clock,
}

impl TestDb {
    /// A fresh database and a clock that stands at noon of a Monday in 2027.
    pub async fn new() -> Self {
        Self::on(server()).await
    }

    /// The same on a server of the test's own, as its superuser reaches it.
    pub async fn on(admin: PgConnectOptions) -> Self {
        let template = template(&admin).await;
        Self::made(admin, &format!("template {template}")).await
    }

    /// A database with nothing in it, on a server that knows the roles.
    pub async fn blank() -> Self {
        let admin = server();
        template(&admin).await;
        Self::made(admin, "").await
    }

    /// A copy of this one as it is now, for tests that tamper with it. Nobody else may be
    /// connected: PostgreSQL copies what nobody uses.
    pub async fn copy(&self) -> Self {
        self.db.close().await;
        Self::made(self.admin.clone(), &format!("template {}", self.name)).await
    }

    async fn made(admin: PgConnectOptions, how: &str) -> Self {
        let name = format!("test_{}", fresh().simple());
        // The other strategy writes every page to the log as well, for three times the work.
        let statement = format!("create database {name} {how} strategy file_copy");
        execute(&admin, &statement).await;
        let db = Db::lazy(&DbOptions {
            // A parallel suite on a small machine may wait a while for its turn.
            acquire_timeout: Duration::from_secs(20),
            ..DbOptions::new(login(&admin).database(&name))
        });
        Self {
            admin,
            name,
            db,
            clock: Clock::manual(noon()),
        }
    }

    /// The database, as the application sees it.
    pub fn db(&self) -> Db {
        self.db.clone()
    }

    /// The clock; advance it at will.
    pub fn clock(&self) -> Clock {
        self.clock.clone()
    }

    /// How the application logs in.
    pub fn login_options(&self) -> PgConnectOptions {
        login(&self.admin).database(&self.name)
    }

    /// How the superuser logs in, for tests that tamper with what the application cannot.
    pub fn superuser_options(&self) -> PgConnectOptions {
        self.admin.clone().database(&self.name)
    }

    /// Waits until nothing of the application is under way: of a request that was refused the database hears a
    /// moment after whoever asked, and what it had locked stays so until then.
    pub async fn rests(&self) {
        let mut conn = self.superuser().await;
        for _ in 0..RESTS_WITHIN_MS / 10 {
            let is_at_rest: bool = sqlx::query_scalar(
                "select not exists (select from pg_stat_activity where datname = current_database()
                   and usename = 'parking' and state <> 'idle')",
            )
            .fetch_one(&mut conn)
            .await
            .expect("the test server answers");
            if is_at_rest {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("something is still under way after {RESTS_WITHIN_MS} ms");
    }

    /// A connection as superuser, whom row-level security does not bind.
    pub async fn superuser(&self) -> PgConnection {
        PgConnection::connect_with(&self.superuser_options())
            .await
            .expect("the test database answers")
    }
}

impl Drop for TestDb {
    fn drop(&mut self) {
        let (admin, name) = (self.admin.clone(), std::mem::take(&mut self.name));
        // Drop is not async and may run inside a runtime, so the farewell has a thread of its own.
        let farewell = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?;
            runtime.block_on(async {
                let mut conn = PgConnection::connect_with(&admin).await?;
                let drop = format!("drop database if exists {name} with (force)");
                sqlx::raw_sql(AssertSqlSafe(drop))
                    .execute(&mut conn)
                    .await?;
                Ok::<_, sqlx::Error>(())
            })
        });
        drop(farewell.join());
    }
}

/// The server named by `PARKING_TEST_DATABASE_URL`, or a private one that ends with this process.
fn server() -> PgConnectOptions {
    static PRIVATE: OnceLock<(Cluster, PgConnectOptions)> = OnceLock::new();
    #[expect(
        clippy::disallowed_methods,
        reason = "tests have no configuration of their own"
    )]
    if let Ok(url) = std::env::var("PARKING_TEST_DATABASE_URL") {
        return url
            .parse::<PgConnectOptions>()
            .expect("PARKING_TEST_DATABASE_URL is a database URL")
            .database("postgres");
    }
    let start = || {
        let options = ClusterOptions {
            settings: [
                ("fsync", "off"),
                ("synchronous_commit", "off"),
                ("full_page_writes", "off"),
            ]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec(),
            ..ClusterOptions::new(
                std::env::temp_dir().join(format!("parking-test-{}", fresh().simple())),
            )
        };
        let cluster = Cluster::start(&options).expect("a private PostgreSQL can be started");
        let admin = cluster
            .address()
            .superuser()
            .expect("the private PostgreSQL has a superuser");
        (cluster, admin.database("postgres"))
    };
    PRIVATE.get_or_init(start).1.clone()
}

fn login(admin: &PgConnectOptions) -> PgConnectOptions {
    admin.clone().username("parking").password(PASSWORD)
}

/// The name of the migrated template; made by whoever comes first.
async fn template(admin: &PgConnectOptions) -> String {
    let sum = MIGRATIONS
        .iter()
        .flat_map(|migration| migration.checksum.iter())
        .fold(0_u64, |sum, byte| {
            sum.wrapping_mul(31).wrapping_add(u64::from(*byte))
        });
    let name = format!("template_{sum:x}");
    let mut conn = PgConnection::connect_with(admin)
        .await
        .expect("the test server answers");
    sqlx::query("select pg_advisory_lock(7275743)")
        .execute(&mut conn)
        .await
        .expect("a lock");
    let exists: bool =
        sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
            .bind(&name)
            .fetch_one(&mut conn)
            .await
            .expect("the catalogue answers");
    if !exists {
        let raw = format!("{name}_raw");
        execute(
            admin,
            &format!("drop database if exists {raw} with (force)"),
        )
        .await;
        execute(admin, &format!("create database {raw}")).await;
        let options = admin.clone().database(&raw);
        let password = SecretString::from(PASSWORD);
        roles::ensure(&options, "parking", Some(&password))
            .await
            .expect("roles can be made");
        migrate::run(&options, &MIGRATIONS)
            .await
            .expect("the migrations apply");
        prepare(&options).await;
        execute(admin, &format!("alter database {raw} rename to {name}")).await;
    }
    name
}

/// The months of the logs around the tests' noon, as the server prepares them at start.
async fn prepare(raw: &PgConnectOptions) {
    let mut conn = PgConnection::connect_with(raw)
        .await
        .expect("the template answers");
    sqlx::query(
        "select ensure_partitions(parent, $1, 2) from unnest(array['audit_log', 'events']) as parent",
    )
    .bind(noon())
    .execute(&mut conn)
    .await
    .expect("partitions can be made");
}

/// When tests begin.
fn noon() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_014_400, 0).expect("a valid instant")
}

async fn execute(admin: &PgConnectOptions, statement: &str) {
    let mut conn = PgConnection::connect_with(admin)
        .await
        .expect("the test server answers");
    sqlx::raw_sql(AssertSqlSafe(statement.to_owned()))
        .execute(&mut conn)
        .await
        .expect("the statement runs");
}
