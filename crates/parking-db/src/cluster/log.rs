//! The log of the cluster: appended to, bounded, and quoted when a start fails.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Seek, SeekFrom},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use super::ClusterError;

/// A log longer than this is moved aside; one older piece is kept.
const BYTES_MAX: u64 = 8 * 1024 * 1024;

/// How much of the end of the log an error quotes.
const TAIL_BYTES_MAX: u64 = 4 * 1024;
const TAIL_LINES_MAX: usize = 6;

/// The log file; written by `postgres` itself, so that nothing is lost when we die first.
#[derive(Debug)]
pub(super) struct Log {
    path: PathBuf,
}

impl Log {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Opened for appending, to be handed to a child.
    pub(super) fn open(&self) -> Result<File, ClusterError> {
        OpenOptions::new()
            .create(true)
            .append(true)
            .mode(0o600)
            .open(&self.path)
            .map_err(ClusterError::io("open the log", &self.path))
    }

    /// Copies a log that has grown too long to its `.1` and empties it.
    ///
    /// Not renamed: a running `postgres` holds the file open. It appends, so it goes on at the
    /// new end. What it writes between copy and cut is lost, which a log can bear.
    pub(super) fn rotate(&self) -> Result<(), ClusterError> {
        if self.len() <= BYTES_MAX {
            return Ok(());
        }
        let older = self.path.with_extension("log.1");
        // On a full disk the copy fails, and then the room is worth more than the old lines.
        if let Err(error) = fs::copy(&self.path, &older) {
            tracing::warn!(error = %error, "the old part of the PostgreSQL log could not be kept");
        }
        OpenOptions::new()
            .write(true)
            .open(&self.path)
            .and_then(|file| file.set_len(0))
            .map_err(ClusterError::io("shorten the log", &self.path))
    }

    /// How long the log is now; a place to quote from later.
    pub(super) fn len(&self) -> u64 {
        fs::metadata(&self.path).map_or(0, |metadata| metadata.len())
    }

    /// The last lines written since `start`, as one line.
    pub(super) fn tail_since(&self, start: u64) -> String {
        match self.read_tail(start) {
            Ok(text) if !text.trim().is_empty() => one_line(&text),
            _ => "(nothing was logged)".to_owned(),
        }
    }

    fn read_tail(&self, start: u64) -> io::Result<String> {
        let mut file = File::open(&self.path)?;
        let start = start.max(file.metadata()?.len().saturating_sub(TAIL_BYTES_MAX));
        file.seek(SeekFrom::Start(start))?;
        let mut bytes = Vec::new();
        file.take(TAIL_BYTES_MAX).read_to_end(&mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

fn one_line(text: &str) -> String {
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    lines[lines.len().saturating_sub(TAIL_LINES_MAX)..].join(" | ")
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn a_log_past_its_bound_moves_aside_under_a_writer_that_goes_on() {
        let name = format!("parking-log-{}", std::process::id());
        let dir = std::env::temp_dir().join(name);
        fs::create_dir(&dir).expect("a folder");
        let log = Log::new(dir.join("postgres.log"));
        let mut writer = log.open().expect("opens");
        writer.write_all(b"first\n").expect("writes");
        log.rotate().expect("nothing to do");
        assert_eq!(log.len(), 6);

        writer.set_len(BYTES_MAX + 1).expect("grows");
        log.rotate().expect("rotates");
        writer.write_all(b"second\n\nthird\n").expect("writes on");
        let older = fs::metadata(dir.join("postgres.log.1")).expect("is kept");
        let tail = log.tail_since(0);
        fs::remove_dir_all(&dir).expect("is removed");
        assert_eq!(older.len(), BYTES_MAX + 1);
        assert_eq!(tail, "second | third");
        assert_eq!(log.tail_since(0), "(nothing was logged)");
    }
}
