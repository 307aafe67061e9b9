//! The installation's database: the private cluster or the one that `DATABASE_URL` names, with the
//! roles and the schema this program needs.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use anyhow::{Context, bail};
use parking_db::catalogue::{self, Breach};
use parking_db::cluster::{Address, Cluster, ClusterError, ClusterOptions, DataDir};
use parking_db::migrate::{self, SchemaError};
use parking_db::roles::{self, RolesError};
use parking_db::{Db, DbError, DbOptions};
use secrecy::{ExposeSecret, SecretString};
use sqlx::migrate::Migrator;
use sqlx::postgres::PgConnectOptions;
use tracing::info;

use crate::config::Config;
use crate::exit::{Exit, Stop};

/// The role the server logs in as.
const LOGIN: &str = "parking";

/// The schema this program was built with.
static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations");

/// After this long without an end, a migration is worth a line: it works, or waits for another.
const PATIENCE: Duration = Duration::from_secs(2);

/// Who breaks a rule is worth a line, not a page.
const OFFENDERS_SHOWN: usize = 4;

/// Where the database is and who may do what there.
#[derive(Debug)]
pub(crate) struct Database {
    /// The private cluster, while it is ours to stop.
    cluster: Option<Cluster>,
    app: PgConnectOptions,
    /// Who creates roles and migrates; absent when the login role of somebody else's database is
    /// all we were given.
    migrator: Option<PgConnectOptions>,
    /// The password of the login role, to be set when the role is made.
    password: Option<SecretString>,
}

impl Database {
    /// The server's own: a private cluster is started, and refused if somebody else runs it.
    pub(crate) fn own(config: &Config) -> anyhow::Result<Self> {
        if config.database.url.is_some() {
            return Self::named(config);
        }
        let data_dir = DataDir::claim(&config.paths.data_dir).map_err(explain)?;
        let cluster = Cluster::start_in(data_dir, &options(config)).map_err(explain)?;
        let address = cluster.address().clone();
        Self::private(&address, Some(cluster))
    }

    /// A command's: a private cluster that a server runs is visited, otherwise it is started for
    /// as long as the command takes.
    pub(crate) fn visit(config: &Config) -> anyhow::Result<Self> {
        if config.database.url.is_none()
            && let Some(address) = Address::of_running(&config.paths.data_dir).map_err(explain)?
        {
            return Self::private(&address, None);
        }
        Self::own(config)
    }

    fn private(address: &Address, cluster: Option<Cluster>) -> anyhow::Result<Self> {
        Ok(Self {
            cluster,
            app: address.login(LOGIN).map_err(explain)?,
            migrator: Some(address.superuser().map_err(explain)?),
            password: Some(address.password(LOGIN).map_err(explain)?.into()),
        })
    }

    fn named(config: &Config) -> anyhow::Result<Self> {
        let connect = |url: &Option<SecretString>, name: &str| {
            url.as_ref()
                .map(|url| PgConnectOptions::from_str(url.expose_secret()))
                .transpose()
                // sqlx's error would repeat the URL, password included.
                .map_err(|_| Stop::new(Exit::Configuration, format!("{name} cannot be understood")))
        };
        let app = connect(&config.database.url, "DATABASE_URL")?.context("DATABASE_URL")?;
        let migrator = connect(&config.database.migration_url, "DATABASE_MIGRATION_URL")?;
        let url = config
            .database
            .url
            .as_ref()
            .map(ExposeSecret::expose_secret);
        let password = url
            .and_then(|url| url::Url::parse(url).ok())
            .and_then(|url| {
                // The password as the driver sees it: percent-decoded.
                let spelled = format!("v={}", url.password()?.replace('+', "%2B"));
                let decoded = url::form_urlencoded::parse(spelled.as_bytes())
                    .next()?
                    .1
                    .into_owned();
                Some(SecretString::from(decoded))
            });
        Ok(Self {
            cluster: None,
            app,
            migrator,
            password,
        })
    }

    /// The private cluster, if that is where we are and it is ours.
    pub(crate) fn cluster(&self) -> Option<&Cluster> {
        self.cluster.as_ref()
    }

    /// Whether the private cluster, if there is one of ours, still runs.
    pub(crate) fn is_running(&mut self) -> bool {
        self.cluster.as_mut().is_none_or(Cluster::is_running)
    }

    /// Starts the private cluster again after it ended; the pool finds it under the same address.
    pub(crate) async fn revive(&mut self, config: &Config) -> anyhow::Result<()> {
        let (ended, config) = (self.cluster.take(), config.clone());
        // On a thread of its own: a recovery may take long, and a wish to stop must be heard.
        let revived = tokio::task::spawn_blocking(move || {
            // Given back before it is claimed again.
            drop(ended);
            Self::own(&config)
        });
        self.cluster = revived.await??.cluster;
        Ok(())
    }

    /// Where the database is, in words for people.
    pub(crate) fn place(&self) -> String {
        let database = self.app.get_database().unwrap_or("parking");
        match self.app.get_socket() {
            Some(socket) => format!("{database} in {}", socket.display()),
            None => format!(
                "{database} at {}:{}",
                self.app.get_host(),
                self.app.get_port()
            ),
        }
    }

    /// The pool the server and the commands work with.
    pub(crate) fn pool(&self, config: &Config) -> Db {
        let options = DbOptions {
            pool_size: config.database.pool_size,
            ..DbOptions::new(self.app.clone())
        };
        Db::lazy(&options)
    }

    /// Makes the roles where they are missing and this account may, then brings the schema up to
    /// date; answers how many migrations it lacked.
    pub(crate) async fn migrate(&self) -> anyhow::Result<usize> {
        if self.migrator.is_none() && matches!(self.pending().await, Ok(0)) {
            return Ok(0);
        }
        // A database that was given with one account is migrated by that account, if it may.
        let migrator = self.migrator.as_ref().unwrap_or(&self.app);
        let is_separate = self.migrator.is_some();
        let login = if is_separate {
            self.app.get_username()
        } else {
            LOGIN
        };
        let password = if self.knows_login().await {
            None
        } else {
            self.password.as_ref()
        };
        roles::ensure(migrator, login, password.filter(|_| is_separate))
            .await
            .map_err(explain_roles)?;
        let pending = migrate::pending(migrator, &MIGRATIONS)
            .await
            .map_err(explain_schema)?;
        let run = migrate::run(migrator, &MIGRATIONS);
        tokio::pin!(run);
        let done = if let Ok(done) = tokio::time::timeout(PATIENCE, &mut run).await {
            done
        } else {
            info!("still migrating, or waiting for another migration of this database");
            run.await
        };
        done.map_err(explain_schema)?;
        Ok(pending)
    }

    /// Brings the schema up to date if this account may, or makes sure that it is.
    pub(crate) async fn prepare(&self) -> anyhow::Result<usize> {
        if self.migrator.is_some() {
            return self.migrate().await;
        }
        match self.pending().await? {
            0 => Ok(0),
            missing => bail!(Stop::new(
                Exit::Refused,
                format!(
                    "the database lacks {missing} migrations: run parking migrate with \
                     DATABASE_MIGRATION_URL set to an account that may change the schema"
                ),
            )),
        }
    }

    /// What a superuser runs besides [`roles::SQL`] where our account may not.
    pub(crate) fn statements_for_superuser(&self) -> String {
        let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
        let login = self.app.get_username();
        let mut statements = match &self.migrator {
            Some(migrator) => vec![format!("grant parking_owner to {};", quoted(migrator.get_username()))],
            // Not to the login role: it must not be able to become the owner.
            None => vec![
                "-- An account to migrate with; choose a password and name it in DATABASE_MIGRATION_URL."
                    .to_owned(),
                "create role parking_migrator login noinherit password '...';".to_owned(),
                "grant parking_owner to parking_migrator;".to_owned(),
            ],
        };
        if login != LOGIN {
            let roles = "parking_tenant, parking_platform, parking_worker";
            statements.push(format!("grant {roles} to {};", quoted(login)));
        }
        statements.join("\n")
    }

    /// How many migrations the database lacks.
    pub(crate) async fn pending(&self) -> anyhow::Result<usize> {
        let connect = self.migrator.as_ref().unwrap_or(&self.app);
        migrate::pending(connect, &MIGRATIONS)
            .await
            .map_err(explain_schema)
    }

    /// Whether the login role can log in as things stand.
    async fn knows_login(&self) -> bool {
        let db = Db::lazy(&DbOptions {
            pool_size: 1,
            ..DbOptions::new(self.app.clone())
        });
        let can = catalogue::facts(&db).await.is_ok();
        db.close().await;
        can
    }

    /// Stops the private cluster, if it is ours.
    pub(crate) fn stop(self) -> anyhow::Result<()> {
        self.cluster.map_or(Ok(()), Cluster::stop).map_err(explain)
    }
}

/// A pool that reaches no database, for what only describes the server.
pub(crate) fn nowhere() -> Db {
    Db::lazy(&DbOptions::new(PgConnectOptions::new_without_pgpass()))
}

/// How the private cluster is found and run.
fn options(config: &Config) -> ClusterOptions {
    let paths = &config.paths;
    let folders = paths.search_path.as_deref().unwrap_or_default().split(':');
    ClusterOptions {
        bin_dir: paths.postgres_bin.clone(),
        path_dirs: folders
            .filter(|dir| !dir.is_empty())
            .map(PathBuf::from)
            .collect(),
        run_as: paths.postgres_user.clone(),
        ..ClusterOptions::new(&paths.data_dir)
    }
}

/// The cluster's errors say what to do; what is added is how the process should end.
fn explain(error: ClusterError) -> anyhow::Error {
    let exit = match &error {
        ClusterError::NotInstalled
        | ClusterError::UnusableBinaries { .. }
        | ClusterError::NoAccount { .. } => Exit::Configuration,
        ClusterError::StartFailed { .. }
        | ClusterError::NotReady { .. }
        | ClusterError::NotStopped { .. } => Exit::Unavailable,
        _ => Exit::DataFolder,
    };
    Stop::new(exit, error).into()
}

fn explain_roles(error: RolesError) -> anyhow::Error {
    match error {
        RolesError::NotAllowed => {
            let advice = "let a superuser run the statements that parking migrate prints";
            anyhow::Error::new(error).context(Stop::new(Exit::Refused, advice))
        }
        RolesError::Db(error) => explain_db(error),
    }
}

fn explain_schema(error: SchemaError) -> anyhow::Error {
    match error {
        SchemaError::Db(error) => explain_db(error),
        other => Stop::new(Exit::Refused, chain(&other)).into(),
    }
}

/// How the process should end when the database said no.
#[expect(clippy::needless_pass_by_value, reason = "it is given to map_err")]
pub(crate) fn explain_db(error: DbError) -> anyhow::Error {
    let exit = match &error {
        DbError::Unavailable(_) => Exit::Unavailable,
        _ => Exit::Refused,
    };
    Stop::new(exit, chain(&error)).into()
}

/// One line per broken rule, with those who break it.
pub(crate) fn breaches_in_words(breaches: &[Breach]) -> Vec<String> {
    let mut offenders: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for breach in breaches {
        offenders
            .entry(breach.rule)
            .or_default()
            .push(&breach.offender);
    }
    let line = |(rule, offenders): (&str, Vec<&str>)| {
        let shown = offenders
            .iter()
            .take(OFFENDERS_SHOWN)
            .copied()
            .collect::<Vec<_>>()
            .join(", ");
        match offenders.len().saturating_sub(OFFENDERS_SHOWN) {
            0 => format!("{rule}: {shown}"),
            more => format!("{rule}: {shown} and {more} more"),
        }
    };
    offenders.into_iter().map(line).collect()
}

/// An error with its causes, in one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(deeper) = cause {
        let deeper_text = deeper.to_string();
        if !text.ends_with(&deeper_text) {
            text.push_str(": ");
            text.push_str(&deeper_text);
        }
        cause = deeper.source();
    }
    text.replace('\n', " ")
}
