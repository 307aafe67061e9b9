//! A private PostgreSQL that belongs to this process, for installations without a database of
//! their own.
//!
//! What it promises:
//!
//! - **Nobody else gets in.** No TCP; a unix socket in a directory only the cluster's account may
//!   enter; `scram-sha-256` with generated passwords kept in files of mode 0600.
//! - **It never outlives us.** `postgres` is a direct child that receives `SIGINT`, its fast
//!   shutdown, when this process dies in whatever way, `kill -9` included.
//! - **One data directory, one server.** A lock is held for life; a second server is refused and
//!   told the process id of the first.
//! - **Nothing half-made.** A cluster is prepared beside its place and renamed into it, so an
//!   interrupted first start leaves nothing that the next one would trip over.
//! - **Foreign things are left alone.** A directory with content we did not put there, or a
//!   cluster of another major version, is refused with a sentence that says what to do.
//!
//! What a data directory holds:
//!
//! ```text
//! data/parking.lock        the lock, its owner's process id, and the mark that the place is ours
//! data/postgres/           the cluster
//! data/postgres.log        its log, one older piece beside it
//! data/run/                the unix socket (elsewhere when the path would be too long)
//! data/secrets/            one password file per role
//! ```
//!
//! Not here: roles, schema and migrations. They come later, through [`Address::superuser`].
//! Not `pg_ctl`: it would hide the process id, the exit status and the log from us.

mod account;
mod address;
mod binaries;
mod command;
mod data_dir;
mod error;
mod initdb;
mod log;
mod pid_file;
mod postmaster;
mod secrets;
mod settings;
mod socket;
#[cfg(test)]
mod tests;

use std::{
    path::{Path, PathBuf},
    process::ExitStatus,
    time::{Duration, Instant},
};

pub use self::{address::Address, data_dir::DataDir, error::ClusterError};

use self::{
    account::Account, binaries::Binaries, initdb::Workshop, log::Log, postmaster::Postmaster,
    secrets::Secrets, socket::SocketDir,
};

/// The role that owns the cluster.
pub const SUPERUSER: &str = "postgres";

/// The database that is created with the cluster.
pub const DATABASE: &str = "parking";

/// The oldest PostgreSQL the platform runs on.
pub const OLDEST_MAJOR: u32 = 15;

/// The newest PostgreSQL the platform has been tried with.
pub const NEWEST_MAJOR: u32 = 18;

/// Names the socket file; nothing listens on a TCP port of this number.
const PORT: u16 = 5432;

/// How a private cluster is found, run and stopped.
#[derive(Debug, Clone)]
pub struct ClusterOptions {
    /// The server's data directory; created when absent.
    pub data_dir: PathBuf,
    /// The folder of `initdb` and `postgres`, when they are not to be looked for.
    pub bin_dir: Option<PathBuf>,
    /// Folders to look in after the distribution's own, usually those of `PATH`.
    pub path_dirs: Vec<PathBuf>,
    /// The account PostgreSQL runs under when this process is root; it refuses to run as root.
    pub run_as: Option<String>,
    /// PostgreSQL settings that override the defaults, such as `("shared_buffers", "1GB")`.
    pub settings: Vec<(String, String)>,
    /// How long a start may take, recovery after a crash included.
    pub start_timeout: Duration,
    /// How long a fast shutdown may take before it is made an immediate one.
    pub stop_timeout: Duration,
}

impl ClusterOptions {
    /// The options for a cluster in `data_dir` with everything else at its default.
    pub fn new(data_dir: impl Into<PathBuf>) -> Self {
        Self {
            data_dir: data_dir.into(),
            bin_dir: None,
            path_dirs: Vec::new(),
            run_as: None,
            settings: Vec::new(),
            start_timeout: Duration::from_mins(2),
            stop_timeout: Duration::from_secs(30),
        }
    }
}

/// A private PostgreSQL owned by this process; dropping it stops it.
#[derive(Debug)]
pub struct Cluster {
    // Fields are dropped in this order: PostgreSQL stops before its socket directory goes and
    // before the data directory is given back.
    postmaster: Postmaster,
    _socket_dir: SocketDir,
    address: Address,
    binaries: Binaries,
    log: Log,
    data_dir: DataDir,
}

impl Cluster {
    /// Claims the data directory of `options` and starts its cluster, creating it first where
    /// there is none.
    ///
    /// Blocks until PostgreSQL accepts connections. It may be called from any thread: the parent
    /// of `postgres` is a thread of its own that lives as long as the `Cluster`, because the
    /// kernel ties the parent-death signal to the thread that spawned the child.
    pub fn start(options: &ClusterOptions) -> Result<Self, ClusterError> {
        Self::start_in(DataDir::claim(&options.data_dir)?, options)
    }

    /// Starts the cluster of a data directory that was claimed before; `options.data_dir` is not
    /// looked at.
    pub fn start_in(data_dir: DataDir, options: &ClusterOptions) -> Result<Self, ClusterError> {
        let begun = Instant::now();
        let content = data_dir.content()?;
        let account = Account::choose(&data_dir, &content, options.run_as.as_deref())?;
        let binaries = Binaries::find(options, &content, &data_dir, &account)?;
        account.check_reach(data_dir.path(), &binaries.postgres())?;
        data_dir.wait_until_unserved(options.start_timeout)?;

        let log = Log::new(data_dir.log_file());
        log.rotate()?;
        let secrets = Secrets::new(data_dir.secrets());
        Workshop {
            data_dir: &data_dir,
            account: &account,
            binaries: &binaries,
            secrets: &secrets,
            log: &log,
            options,
        }
        .prepare(&content)?;

        let socket_dir = SocketDir::prepare(&data_dir, &account)?;
        let arguments = settings::arguments(&options.settings, socket_dir.path());
        let postmaster =
            Postmaster::start(&data_dir, &account, &binaries, &log, &arguments, options)?;
        tracing::info!(
            postgres.pid = postmaster.pid(),
            postgres.major = binaries.major(),
            start.ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
            "the private PostgreSQL is ready"
        );
        Ok(Self {
            postmaster,
            address: Address::new(socket_dir.path().to_path_buf(), secrets),
            _socket_dir: socket_dir,
            binaries,
            log,
            data_dir,
        })
    }

    /// Where the cluster listens, and with which passwords.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// The claimed data directory.
    pub fn data_dir(&self) -> &DataDir {
        &self.data_dir
    }

    /// The folder of the PostgreSQL programs in use, for `pg_dump` and its kin.
    pub fn bin_dir(&self) -> &Path {
        self.binaries.dir()
    }

    /// The major version in use.
    pub fn major(&self) -> u32 {
        self.binaries.major()
    }

    /// The process id of the postmaster.
    pub fn pid(&self) -> u32 {
        self.postmaster.pid()
    }

    /// How PostgreSQL ended, or `None` while it runs; never blocks.
    pub fn try_wait(&mut self) -> Result<Option<ExitStatus>, ClusterError> {
        self.postmaster.try_wait()
    }

    /// Whether PostgreSQL still runs; never blocks.
    pub fn is_running(&mut self) -> bool {
        matches!(self.try_wait(), Ok(None))
    }

    /// Moves the log aside when it has grown past its bound; for a housekeeping tick, since
    /// otherwise that happens at the next start only.
    pub fn rotate_log(&self) -> Result<(), ClusterError> {
        self.log.rotate()
    }

    /// Stops PostgreSQL and gives the data directory back.
    ///
    /// Clients are disconnected and their transactions rolled back (a fast shutdown); if that
    /// takes longer than `stop_timeout`, an immediate shutdown follows, from which the next start
    /// recovers without losing a commit.
    pub fn stop(mut self) -> Result<(), ClusterError> {
        self.postmaster.stop()
    }
}
