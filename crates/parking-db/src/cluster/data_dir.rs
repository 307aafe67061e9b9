//! The server's data directory: claimed by one process at a time, and known to be ours.

use std::{
    fs::{self, DirBuilder, File, OpenOptions, Permissions},
    io::{self, Read, Write},
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use rustix::{
    fs::{FlockOperation, flock, statvfs},
    process::geteuid,
};

use super::{
    ClusterError,
    command::POLL_INTERVAL,
    pid_file::{PidFile, serves},
};

const LOCK: &str = "parking.lock";

/// Below this the file system counts as full: a WAL segment could not be added.
const FREE_BYTES_MIN: u64 = 16 * 1024 * 1024;

/// A data directory that this process has claimed; dropping it gives it back.
///
/// Whoever keeps other things there (keys, exports) claims it first, so that the directory is
/// known to be ours before something is in it.
#[derive(Debug)]
pub struct DataDir {
    root: PathBuf,
    // Held, not read: the lock goes with the file.
    _lock: File,
}

/// What is in the place of the cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    /// Nothing yet.
    Nothing,
    /// A cluster of this major version, belonging to this account.
    Cluster {
        /// From `PG_VERSION`.
        major: u32,
        /// The owner of the directory.
        uid: u32,
        /// The group of the directory.
        gid: u32,
    },
}

impl Content {
    pub(super) fn major(self) -> Option<u32> {
        match self {
            Self::Nothing => None,
            Self::Cluster { major, .. } => Some(major),
        }
    }
}

impl DataDir {
    /// Makes `path` this process's data directory, creating it when absent; refused when it
    /// holds foreign things or another process has claimed it.
    pub fn claim(path: &Path) -> Result<Self, ClusterError> {
        create(path)?;
        let root = path
            .canonicalize()
            .map_err(ClusterError::io("find", path))?;
        refuse_foreign(&root)?;
        let lock = lock(&root)?;
        Ok(Self { root, _lock: lock })
    }

    /// The directory, as an absolute path without links.
    pub fn path(&self) -> &Path {
        &self.root
    }

    pub(super) fn cluster(&self) -> PathBuf {
        cluster_in(&self.root)
    }

    pub(super) fn log_file(&self) -> PathBuf {
        self.root.join("postgres.log")
    }

    pub(super) fn run(&self) -> PathBuf {
        self.root.join("run")
    }

    pub(super) fn secrets(&self) -> PathBuf {
        secrets_in(&self.root)
    }

    /// What is in the place of the cluster now.
    pub(super) fn content(&self) -> Result<Content, ClusterError> {
        let dir = self.cluster();
        let version_file = dir.join("PG_VERSION");
        let text = match fs::read_to_string(&version_file) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return match first_entry(&dir)? {
                    None => Ok(Content::Nothing),
                    Some(found) => Err(ClusterError::ForeignDirectory { dir, found }),
                };
            }
            Err(error) => return Err(ClusterError::io("read", &version_file)(error)),
        };
        let Ok(major) = text.trim().parse() else {
            let found = format!("PG_VERSION {:?}", text.trim());
            return Err(ClusterError::ForeignDirectory { dir, found });
        };
        let metadata = fs::metadata(&dir).map_err(ClusterError::io("look at", &dir))?;
        Ok(Content::Cluster {
            major,
            uid: metadata.uid(),
            gid: metadata.gid(),
        })
    }

    /// Waits until no postmaster serves the cluster.
    ///
    /// After a `kill -9` of the server its PostgreSQL still takes a moment to shut down, and a
    /// supervisor may be quicker. One that stays is somebody's own doing and refused by its
    /// process id.
    pub(super) fn wait_until_unserved(&self, timeout: Duration) -> Result<(), ClusterError> {
        let dir = self.cluster();
        let deadline = Instant::now() + timeout;
        while let Some(pid) = postmaster_of(&dir)? {
            if Instant::now() >= deadline {
                return Err(ClusterError::InUse {
                    dir: self.root.clone(),
                    pid: Some(pid),
                });
            }
            thread::sleep(POLL_INTERVAL);
        }
        Ok(())
    }

    /// Whether the file system has no room left to speak of.
    pub(super) fn is_full(&self) -> bool {
        statvfs(&self.root).is_ok_and(|fs| fs.f_bavail.saturating_mul(fs.f_frsize) < FREE_BYTES_MIN)
    }
}

pub(super) fn cluster_in(data_dir: &Path) -> PathBuf {
    data_dir.join("postgres")
}

pub(super) fn secrets_in(data_dir: &Path) -> PathBuf {
    data_dir.join("secrets")
}

fn postmaster_of(cluster: &Path) -> Result<Option<u32>, ClusterError> {
    let file = PidFile::read(cluster)?;
    Ok(file
        .map(|file| file.pid)
        .filter(|pid| serves(*pid, cluster)))
}

/// Creates the directory for us alone, but lets others pass through it when we are root, since
/// PostgreSQL will run as somebody else. What is inside has modes of its own.
fn create(path: &Path) -> Result<(), ClusterError> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(ClusterError::io("create", parent))?;
    }
    let mode = if geteuid().is_root() { 0o711 } else { 0o700 };
    match DirBuilder::new().mode(mode).create(path) {
        // Said again, because the umask may have taken some of it away.
        Ok(()) => fs::set_permissions(path, Permissions::from_mode(mode)),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
    .map_err(ClusterError::io("create", path))
}

/// The lock file is also the mark: whatever has it was claimed by a server before.
fn refuse_foreign(root: &Path) -> Result<(), ClusterError> {
    match first_entry(root)? {
        Some(found) if !root.join(LOCK).exists() => Err(ClusterError::ForeignDirectory {
            dir: root.to_path_buf(),
            found,
        }),
        _ => Ok(()),
    }
}

/// The name of something in `dir`; `None` when it is empty or absent.
fn first_entry(dir: &Path) -> Result<Option<String>, ClusterError> {
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(ClusterError::io("list", dir)(error)),
    };
    for entry in entries {
        let name = entry.map_err(ClusterError::io("list", dir))?.file_name();
        // A fresh ext4 volume is not empty, and that is nobody's content.
        if name != "lost+found" {
            return Ok(Some(name.to_string_lossy().into_owned()));
        }
    }
    Ok(None)
}

fn lock(root: &Path) -> Result<File, ClusterError> {
    let path = root.join(LOCK);
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(&path)
        .map_err(ClusterError::io("open the lock", &path))?;
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => {}
        Err(rustix::io::Errno::WOULDBLOCK) => {
            let mut text = String::new();
            let pid = file
                .read_to_string(&mut text)
                .ok()
                .and_then(|_length| text.trim().parse().ok());
            return Err(ClusterError::InUse {
                dir: root.to_path_buf(),
                pid,
            });
        }
        Err(error) => return Err(ClusterError::io("lock", &path)(error.into())),
    }
    file.set_len(0)
        .and_then(|()| writeln!(file, "{}", std::process::id()))
        .map_err(ClusterError::io("write", &path))?;
    Ok(file)
}
