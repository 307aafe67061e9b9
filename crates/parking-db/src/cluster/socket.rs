//! The directory of the unix socket: private, and short enough.

use std::{
    fs::{self, DirBuilder, Permissions},
    hash::{DefaultHasher, Hash, Hasher},
    io,
    os::unix::{
        ffi::OsStrExt,
        fs::{DirBuilderExt, MetadataExt, PermissionsExt},
    },
    path::{Path, PathBuf},
};

use rustix::process::geteuid;

use super::{ClusterError, PORT, account::Account, data_dir::DataDir};

/// The kernel's room for a socket's path, less the closing zero.
const SOCKET_PATH_BYTES_MAX: usize = 107;

/// A directory that only the cluster's account and root may enter.
#[derive(Debug)]
pub(super) struct SocketDir {
    path: PathBuf,
    is_elsewhere: bool,
}

impl SocketDir {
    /// `run` in the data directory, or a place of the same privacy with a short path.
    pub(super) fn prepare(data_dir: &DataDir, account: &Account) -> Result<Self, ClusterError> {
        let preferred = data_dir.run();
        if fits(&preferred) {
            make_private(&preferred, account)?;
            return Ok(Self {
                path: preferred,
                is_elsewhere: false,
            });
        }
        let name = short_name(data_dir.path(), account);
        let in_run = Path::new("/run").join(&name);
        let in_tmp = Path::new("/tmp").join(&name);
        // Anybody may put a directory into /tmp, but only root into /run.
        let path = if geteuid().is_root() && make_private(&in_run, account).is_ok() {
            in_run
        } else {
            make_private(&in_tmp, account)?;
            in_tmp
        };
        Ok(Self {
            path,
            is_elsewhere: true,
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for SocketDir {
    fn drop(&mut self) {
        if self.is_elsewhere {
            // Outside the data directory nothing of ours should stay; if it does, it is reused.
            drop(fs::remove_dir(&self.path));
        }
    }
}

fn fits(dir: &Path) -> bool {
    let socket_file = dir.join(format!(".s.PGSQL.{PORT}"));
    socket_file.as_os_str().as_bytes().len() <= SOCKET_PATH_BYTES_MAX
}

/// The same for the same data directory, so that a crash does not leave one more each time.
fn short_name(data_dir: &Path, account: &Account) -> String {
    let mut hasher = DefaultHasher::new();
    data_dir.hash(&mut hasher);
    format!("parking-{}-{:016x}", account.uid(), hasher.finish())
}

/// Creates `dir` with mode 0700 for the account, or takes over one that is already its own.
fn make_private(dir: &Path, account: &Account) -> Result<(), ClusterError> {
    match DirBuilder::new().mode(0o700).create(dir) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            // Not followed when it is a link: someone else may have laid it there.
            let found = fs::symlink_metadata(dir).map_err(ClusterError::io("look at", dir))?;
            let is_ours = [account.uid(), geteuid().as_raw()].contains(&found.uid());
            if !found.is_dir() || !is_ours {
                let error = io::Error::new(
                    io::ErrorKind::AlreadyExists,
                    "something that is not ours has this name",
                );
                return Err(ClusterError::io("use for sockets", dir)(error));
            }
        }
        Err(error) => return Err(ClusterError::io("create", dir)(error)),
    }
    account.own(dir)?;
    fs::set_permissions(dir, Permissions::from_mode(0o700))
        .map_err(ClusterError::io("make private", dir))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_socket_path_fits_up_to_107_bytes() {
        let room = SOCKET_PATH_BYTES_MAX - "/.s.PGSQL.5432".len();
        assert!(fits(Path::new(&format!("/{}", "d".repeat(room - 1)))));
        assert!(!fits(Path::new(&format!("/{}", "d".repeat(room)))));
    }
}
