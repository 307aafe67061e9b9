//! What `postmaster.pid` says, and whether it is still true.
//!
//! The file is PostgreSQL's own: read here, never written or removed. A stale one is recognised
//! by `postgres` itself at its next start.

use std::{
    ffi::OsStr,
    fs, io,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
};

use super::ClusterError;

// Line numbers, from zero, of PostgreSQL's `miscadmin.h`; the same in all versions we accept.
const LINE_PID: usize = 0;
const LINE_SOCKET_DIR: usize = 4;
const LINE_STATUS: usize = 7;

/// The lines of `postmaster.pid` that matter here.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct PidFile {
    pub(super) pid: u32,
    pub(super) socket_dir: Option<PathBuf>,
    pub(super) is_ready: bool,
}

impl PidFile {
    /// Reads the file of the cluster in `dir`; `None` when there is none, or none that has a
    /// process id yet.
    pub(super) fn read(dir: &Path) -> Result<Option<Self>, ClusterError> {
        let path = dir.join("postmaster.pid");
        match fs::read(&path) {
            Ok(bytes) => Ok(Self::parse(&bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(ClusterError::io("read", &path)(error)),
        }
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let lines: Vec<&[u8]> = bytes
            .split(|byte| *byte == b'\n')
            .map(<[u8]>::trim_ascii)
            .collect();
        let text = str::from_utf8(lines.get(LINE_PID)?).ok()?;
        // In single-user mode PostgreSQL writes the negative of its process id.
        let pid = text.trim_start_matches('-').parse().ok()?;
        let socket_dir = lines
            .get(LINE_SOCKET_DIR)
            .filter(|line| !line.is_empty())
            .map(|line| PathBuf::from(OsStr::from_bytes(line)));
        let is_ready = lines.get(LINE_STATUS).is_some_and(|line| *line == b"ready");
        Some(Self {
            pid,
            socket_dir,
            is_ready,
        })
    }
}

/// Whether the process `pid` is a postmaster of the cluster in `dir`, as far as we may see.
///
/// A process id alone proves nothing after a reboot. A postmaster lives in its data directory
/// and has it among its arguments; one of the two is visible even where the other is not.
pub(super) fn serves(pid: u32, dir: &Path) -> bool {
    let process = PathBuf::from(format!("/proc/{pid}"));
    let Ok(dir) = dir.canonicalize() else {
        return false;
    };
    if fs::read_link(process.join("cwd")).is_ok_and(|cwd| cwd == dir) {
        return true;
    }
    fs::read(process.join("cmdline")).is_ok_and(|line| {
        line.split(|byte| *byte == 0)
            .any(|argument| argument == dir.as_os_str().as_bytes())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pid_file_is_ready_only_with_its_eighth_line() {
        let text = b"4711\n/data/postgres\n1700000000\n5432\n/data/run\n\n   1  2\nready   \n";
        let file = PidFile::parse(text).expect("parses");
        let socket_dir = Some(PathBuf::from("/data/run"));
        assert_eq!(
            file,
            PidFile {
                pid: 4711,
                socket_dir,
                is_ready: true
            }
        );

        let starting = PidFile::parse(b"4711\n/d\n1\n5432\n/r\n\n1 2\nstarting\n").expect("parses");
        assert!(!starting.is_ready);
        let fresh = PidFile::parse(b"4711\n/d\n1\n5432\n\n").expect("parses");
        assert_eq!((fresh.is_ready, fresh.socket_dir), (false, None));
        assert_eq!(PidFile::parse(b""), None);
        assert_eq!(PidFile::parse(b"what\n"), None);
    }

    #[test]
    fn a_living_process_that_is_no_postmaster_of_the_directory_does_not_serve_it() {
        assert!(!serves(std::process::id(), Path::new("/tmp")));
        assert!(!serves(u32::MAX, Path::new("/tmp")));
    }
}
