//! One server with a database and a mailbox of its own.

use std::net::SocketAddr;

use parking_domain::ids::fresh;
use parking_testkit::{Mailbox, TestDb};
use rustix::process::Signal;
use sqlx::{ConnectOptions as _, PgConnection};

use super::Api;
use super::process::{Ended, Running, Settings, run, settings};

/// The first administrator, made by the server at its first start.
pub(crate) const ADMIN_EMAIL: &str = "root@platform.test";
/// Everybody's password unless the test is about passwords.
pub(crate) const PASSWORD: &str = "kestrel over the ridge 42";

/// A running server. Dropping it kills the process and fails the test if it left work undone or
/// logged an error that nobody expected.
pub(crate) struct TestServer {
    process: Option<Running>,
    settings: Settings,
    base: String,
    /// Where its letters go.
    pub(crate) mailbox: Mailbox,
    /// Its database.
    pub(crate) db: TestDb,
    /// Where messages wait for the database, unless the test has a place of its own.
    pub(crate) spool: Folder,
    /// Whether errors in its log are what the test wants to see.
    pub(crate) may_log_errors: bool,
}

impl TestServer {
    /// A server that is ready to serve.
    pub(crate) async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// The same with settings of the test's own.
    pub(crate) async fn start_with(own: &[(&str, &str)]) -> Self {
        Self::start_on(TestDb::new().await, Mailbox::open().await, own).await
    }

    /// The same on a database and with a mailbox that are there already.
    pub(crate) async fn start_on(db: TestDb, mailbox: Mailbox, own: &[(&str, &str)]) -> Self {
        let url = db.login_options().to_url_lossy();
        let spool = Folder::default();
        let mut all = usual_settings(url.as_str(), mailbox.address());
        all.extend(settings(&[("WEBHOOK_SPOOL_DIR", spool.path())]));
        all.extend(settings(own));
        let (process, base) = serve(&all).await;
        Self {
            process: Some(process),
            settings: all,
            base,
            mailbox,
            db,
            spool,
            may_log_errors: false,
        }
    }

    /// Somebody without credentials.
    pub(crate) fn anonymous(&self) -> Api {
        Api::at(&self.base)
    }

    /// The address as `host:port`, for tests that write to the socket themselves.
    pub(crate) fn address(&self) -> &str {
        self.base.trim_start_matches("http://")
    }

    /// The settings the server was started with, for other commands on the same installation.
    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The process, while it runs.
    pub(crate) fn process(&self) -> &Running {
        self.process.as_ref().expect("the server runs")
    }

    /// Runs another command on the same installation to its end.
    pub(crate) async fn command(&self, arguments: &[&str]) -> Ended {
        run(arguments, &self.settings).await
    }

    /// A connection as superuser, to see what is really there.
    pub(crate) async fn superuser(&self) -> PgConnection {
        self.db.superuser().await
    }

    /// Kills the server as `kill -9` does.
    pub(crate) fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill();
        }
    }

    /// Asks the server to stop and waits until it has.
    pub(crate) async fn stop(&mut self) -> Ended {
        self.process().signal(Signal::TERM);
        self.until_ended().await
    }

    /// Waits until the server has ended by itself.
    pub(crate) async fn until_ended(&mut self) -> Ended {
        let process = self.process.take().expect("the server runs");
        process.until_ended().await
    }

    /// Starts the server again on the same database; it gets another port.
    pub(crate) async fn start_again(&mut self) {
        let process = Running::start(&["serve"], &self.settings);
        self.start_again_as(process).await;
    }

    /// The same with a process that was started in a way of its own.
    pub(crate) async fn start_again_as(&mut self, process: Running) {
        assert!(self.process.is_none(), "the server still runs");
        let (process, base) = ready(process).await;
        self.process = Some(process);
        self.base = base;
    }

    /// What is left that should not be: jobs that were given up, errors in the log.
    fn faults(&mut self) -> Vec<String> {
        let errors = self
            .process
            .iter()
            .flat_map(Running::log)
            .filter(|line| !self.may_log_errors && line["level"] == "ERROR");
        let mut faults: Vec<String> = errors.map(|line| line.to_string()).collect();
        faults.extend(given_up_jobs(&self.db));
        faults
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let lines = self
                .process
                .as_ref()
                .map(Running::lines)
                .unwrap_or_default();
            let last = lines.len().saturating_sub(15);
            eprintln!(
                "--- the server's last lines\n{}\n---",
                lines[last..].join("\n")
            );
            return;
        }
        let faults = self.faults();
        self.kill();
        assert!(
            faults.is_empty(),
            "the server leaves behind: {}",
            faults.join("\n")
        );
    }
}

/// A folder that goes with whoever holds it.
pub(crate) struct Folder(String);

impl Default for Folder {
    fn default() -> Self {
        let name = format!("parking-it-{}", fresh().simple());
        let path = std::env::temp_dir().join(name);
        Self(path.to_str().expect("a path of letters").to_owned())
    }
}

impl Folder {
    pub(crate) fn path(&self) -> &str {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

/// Settings of a server that nobody slows down and whose letters arrive.
fn usual_settings(database_url: &str, mailbox: SocketAddr) -> Settings {
    let mail = format!("smtp://{mailbox}?tls=none");
    settings(&[
        ("DATABASE_URL", database_url),
        ("DB_POOL_SIZE", "8"),
        ("PARKING_LISTEN", "127.0.0.1:0"),
        ("LOG_FORMAT", "json"),
        ("SECRET_KEY", "a test's secret key, long enough to be one"),
        ("PARKING_ADMIN_EMAIL", ADMIN_EMAIL),
        ("PARKING_ADMIN_PASSWORD", PASSWORD),
        ("RATE_LIMIT_ENABLED", "false"),
        ("RATE_LIMIT_ATTEMPTS", "false"),
        ("REGISTRATION_ENABLED", "true"),
        ("PUBLIC_URL", "http://parking.test"),
        // So that each actor can come from an address of its own.
        ("TRUSTED_PROXIES", "127.0.0.1/32"),
        ("SMTP_URL", &mail),
        ("SMTP_FROM", "Parking <parking@platform.test>"),
    ])
}

/// Starts `parking serve` and waits until it is ready; says where it listens.
pub(crate) async fn serve(settings: &Settings) -> (Running, String) {
    ready(Running::start(&["serve"], settings)).await
}

/// Waits until a server is ready; says where it listens.
pub(crate) async fn ready(mut process: Running) -> (Running, String) {
    let listening = process.until_logged("listening").await;
    process.until_logged("ready").await;
    let address = listening["server.address"].as_str();
    let address = address.expect("the server says where it listens");
    (process, format!("http://{address}"))
}

/// Jobs that nobody will try again. Drop is not async, so the question has a thread of its own.
fn given_up_jobs(db: &TestDb) -> Vec<String> {
    let options = db.superuser_options();
    let ask = async move {
        let mut conn = options.connect().await?;
        sqlx::query_scalar::<_, String>(
            "select 'job ' || kind || ' was given up: ' || coalesce(last_error, '') from jobs where status = 'failed'",
        )
        .fetch_all(&mut conn)
        .await
    };
    let asked = std::thread::spawn(|| {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        runtime.map(|runtime| runtime.block_on(ask))
    });
    match asked.join() {
        Ok(Ok(Ok(jobs))) => jobs,
        other => vec![format!("the jobs could not be read: {other:?}")],
    }
}
