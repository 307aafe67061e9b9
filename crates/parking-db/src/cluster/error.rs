//! What can go wrong with a private cluster, each said so that an operator knows what to do.

use std::{
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use thiserror::Error;

use super::{NEWEST_MAJOR, OLDEST_MAJOR};

/// Why the private PostgreSQL could not be started, asked or stopped.
#[derive(Debug, Error)]
pub enum ClusterError {
    /// No usable PostgreSQL is installed.
    #[error(
        "no PostgreSQL server {OLDEST_MAJOR} to {NEWEST_MAJOR} found: install one (Debian and \
         Ubuntu: apt install postgresql), name the folder of its programs, or point DATABASE_URL \
         at a running one"
    )]
    NotInstalled,

    /// The folder that was named holds no usable PostgreSQL.
    #[error(
        "{} is no folder of PostgreSQL {OLDEST_MAJOR} to {NEWEST_MAJOR} programs: {reason}",
        dir.display()
    )]
    UnusableBinaries {
        /// The folder that was named.
        dir: PathBuf,
        /// What is missing or wrong there.
        reason: String,
    },

    /// The cluster was made by a major version that is not available.
    #[error(
        "{} was made by PostgreSQL {found}, and there is only {available} here: {}",
        dir.display(),
        advice_on_major(*found)
    )]
    MajorMismatch {
        /// The cluster's directory.
        dir: PathBuf,
        /// The major version in its `PG_VERSION`.
        found: u32,
        /// The versions that are installed, as words.
        available: String,
    },

    /// The directory holds things that this server did not put there.
    #[error(
        "{} is not empty and was not made by this server (there is {found:?} in it): choose an \
         empty or new data directory",
        dir.display()
    )]
    ForeignDirectory {
        /// The directory in question.
        dir: PathBuf,
        /// One thing that is in it.
        found: String,
    },

    /// Another server uses the same data directory.
    #[error(
        "{} is in use by {}: stop that one first or choose another data directory",
        dir.display(),
        pid.map_or_else(|| "another process".to_owned(), |pid| format!("process {pid}"))
    )]
    InUse {
        /// The data directory.
        dir: PathBuf,
        /// The process that uses it, when it could be told.
        pid: Option<u32>,
    },

    /// PostgreSQL takes some other process for its own, as may happen after a power cut.
    #[error(
        "{}/postmaster.pid names process {pid}, which runs but is not its PostgreSQL as far as can \
         be seen: make sure that nothing uses the folder, then remove that file",
        dir.display()
    )]
    StalePidFile {
        /// The cluster's directory.
        dir: PathBuf,
        /// The process that has the number now.
        pid: u32,
    },

    /// This process is root, and there is no account to run PostgreSQL under.
    #[error(
        "PostgreSQL refuses to run as root and there is no account {tried}: create one, or start \
         the server as an ordinary user"
    )]
    NoAccount {
        /// The names that were looked for.
        tried: String,
    },

    /// The account PostgreSQL runs under cannot enter a directory on the way.
    #[error(
        "the account {account} that PostgreSQL runs under may not enter {}: allow it (chmod o+x) \
         or choose another data directory, such as one under /var/lib",
        dir.display()
    )]
    Untraversable {
        /// The first directory that is closed to it.
        dir: PathBuf,
        /// The account's name.
        account: String,
    },

    /// The cluster's files belong to somebody else.
    #[error(
        "{} belongs to uid {owner}: start the server as that user or as root, or hand it over \
         (chown -R {account} {})",
        dir.display(),
        dir.display()
    )]
    WrongOwner {
        /// The cluster's directory.
        dir: PathBuf,
        /// Whose it is.
        owner: u32,
        /// Whose it should be.
        account: String,
    },

    /// There is no room for the cluster.
    #[error("no space left for PostgreSQL in {}: free some, then start again", dir.display())]
    DiskFull {
        /// The directory whose file system is full.
        dir: PathBuf,
    },

    /// Creating the cluster failed.
    #[error("creating the PostgreSQL cluster failed ({outcome}); its last words: {tail}")]
    CreateFailed {
        /// Which program ended, and how.
        outcome: String,
        /// The end of the log.
        tail: String,
    },

    /// PostgreSQL ended instead of becoming ready.
    #[error("PostgreSQL did not start ({outcome}); its last words in {}: {tail}", log.display())]
    StartFailed {
        /// How it ended.
        outcome: String,
        /// The end of the log.
        tail: String,
        /// The log file.
        log: PathBuf,
    },

    /// PostgreSQL was still not ready after the time it was given.
    #[error(
        "PostgreSQL was not ready after {after:?} and was stopped; its last words in {}: {tail}",
        log.display()
    )]
    NotReady {
        /// How long was waited.
        after: Duration,
        /// The end of the log.
        tail: String,
        /// The log file.
        log: PathBuf,
    },

    /// PostgreSQL is still there after every way of stopping it.
    #[error("PostgreSQL (process {pid}) did not stop: {reason}")]
    NotStopped {
        /// The postmaster.
        pid: u32,
        /// What was tried last.
        reason: String,
    },

    /// A role's name is not one that a password file can be named after.
    #[error("{name:?} is not a role name of lower-case letters, digits and underscores")]
    RoleName {
        /// The name that was given.
        name: String,
    },

    /// The operating system refused something.
    #[error("cannot {doing} {}: {source}", path.display())]
    Io {
        /// What was being done.
        doing: &'static str,
        /// To what.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
}

impl ClusterError {
    /// For `map_err`: names what was being done to what.
    pub(super) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                Self::DiskFull { dir: path }
            }
            _ => Self::Io {
                doing,
                path,
                source,
            },
        }
    }
}

fn advice_on_major(found: u32) -> String {
    if (OLDEST_MAJOR..=NEWEST_MAJOR).contains(&found) {
        format!(
            "install that version (apt install postgresql-{found}), or dump it with its own \
             pg_dumpall, move the folder away and restore into a fresh one"
        )
    } else {
        format!(
            "this server runs on {OLDEST_MAJOR} to {NEWEST_MAJOR}; dump it with its own \
             pg_dumpall, move the folder away and restore into a fresh one"
        )
    }
}
