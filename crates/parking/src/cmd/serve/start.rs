//! From a listener that answers 503 to a server that serves.

use std::time::{Duration, Instant};

use anyhow::bail;
use parking_access::accounts::Hasher;
use parking_db::Db;
use parking_db::catalogue;
use parking_db::cluster::OLDEST_MAJOR;
use parking_domain::clock::Clock;
use parking_server::{Server, Stage};
use tracing::{info, warn};

use crate::administrator::{self, Credentials};
use crate::config::Config;
use crate::database::{Database, breaches_in_words, explain_db};
use crate::exit::{Exit, Stop, exit_of};
use crate::lifecycle::Lifecycle;
use crate::systemd;

/// A database that is away when we start may be starting too; longer than this it is a mistake.
const DATABASE_AWAY_FOR: Duration = Duration::from_mins(1);

/// Prepares the database, begins the jobs, and says that the server is ready. Answers what to sign
/// in with, if that is new.
pub(super) async fn start(
    config: &Config,
    database: &Database,
    (db, hasher): (&Db, &Hasher),
    server: &Server,
    lifecycle: &Lifecycle,
) -> anyhow::Result<Option<Credentials>> {
    server.readiness().enter(Stage::Migrating);
    let applied = prepare(database).await?;
    if applied > 0 {
        info!(migrations = applied, "the schema is up to date");
    }
    prove_isolation(db).await?;
    server.prepare().await.map_err(explain_db)?;
    let clock = Clock::system();
    administrator::ensure_platform(config, db, &clock).await?;
    let made = administrator::ensure_one(config, db, hasher, &clock).await?;
    for part in server.background(&lifecycle.soft()) {
        lifecycle.spawn(part.name, async move {
            part.run.await;
            Ok(())
        });
    }
    server.readiness().enter(Stage::Ready);
    systemd::notify(config.paths.notify_socket.as_deref(), "READY=1");
    info!("ready");
    Ok(made)
}

/// Roles and schema; waits a while for somebody else's database.
async fn prepare(database: &Database) -> anyhow::Result<usize> {
    let began = Instant::now();
    let mut pause = Duration::from_millis(500);
    loop {
        match database.prepare().await {
            Err(error)
                if exit_of(&error) == Exit::Unavailable && began.elapsed() < DATABASE_AWAY_FOR =>
            {
                warn!(error = format!("{error:#}"), "waiting for the database");
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(Duration::from_secs(5));
            }
            prepared => return prepared,
        }
    }
}

/// Refuses to serve where one tenant could see another.
async fn prove_isolation(db: &Db) -> anyhow::Result<()> {
    let facts = catalogue::facts(db).await.map_err(explain_db)?;
    let major = u32::try_from(facts.version / 10_000).unwrap_or_default();
    if major < OLDEST_MAJOR {
        let text = format!("PostgreSQL {major} is too old: {OLDEST_MAJOR} at least is needed");
        bail!(Stop::new(Exit::Refused, text));
    }
    let breaches = catalogue::check(db).await.map_err(explain_db)?;
    if breaches.is_empty() {
        return Ok(());
    }
    let mut lines = vec!["refusing to serve, tenants could see each other:".to_owned()];
    lines.extend(breaches_in_words(&breaches));
    if breaches
        .iter()
        .any(|breach| breach.rule.starts_with("the login role"))
    {
        lines.push(
            "give that account as DATABASE_MIGRATION_URL, and let DATABASE_URL log in as parking"
                .to_owned(),
        );
    }
    bail!(Stop::new(Exit::Refused, lines.join("\n")))
}
