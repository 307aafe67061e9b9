//! The running `postgres`: started, watched, stopped.

use std::{
    convert::Infallible,
    ffi::OsString,
    io,
    process::{Child, Command, ExitStatus},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};

use super::{
    ClusterError, ClusterOptions,
    account::Account,
    binaries::Binaries,
    command::POLL_INTERVAL,
    data_dir::DataDir,
    log::Log,
    pid_file::{PidFile, serves},
};

/// How long each way of stopping after the first may take.
const HARD_STOP_TIMEOUT: Duration = Duration::from_secs(5);

/// How long the processes of a killed cluster may take to leave, and how often to try meanwhile.
const LEAVING_TIMEOUT: Duration = Duration::from_secs(20);
const RETRY_INTERVAL: Duration = Duration::from_millis(100);

/// PostgreSQL's words when the process in `postmaster.pid` exists.
const PID_FILE_IN_THE_WAY: &str = "lock file \"postmaster.pid\" already exists";

/// A `postgres` that is our child; dropping it stops it.
#[derive(Debug)]
pub(super) struct Postmaster {
    child: Child,
    stop_timeout: Duration,
    // The thread that is the child's parent in the kernel's eyes ends when this is dropped.
    _life: mpsc::Sender<Infallible>,
}

impl Postmaster {
    /// Starts `postgres` and waits until it accepts connections.
    pub(super) fn start(
        data_dir: &DataDir,
        account: &Account,
        binaries: &Binaries,
        log: &Log,
        arguments: &[OsString],
        options: &ClusterOptions,
    ) -> Result<Self, ClusterError> {
        let leaving_deadline = Instant::now() + LEAVING_TIMEOUT.min(options.start_timeout);
        loop {
            let deadline = Instant::now() + options.start_timeout;
            let start = log.len();
            let mut command = account.command(&binaries.postgres());
            command.arg("-D").arg(data_dir.cluster()).args(arguments);
            command.stdout(log.open()?).stderr(log.open()?);
            let (child, life) =
                spawn_for_life(command).map_err(ClusterError::io("run", &binaries.postgres()))?;
            let mut postmaster = Self {
                child,
                stop_timeout: options.stop_timeout,
                _life: life,
            };
            let Some(outcome) = postmaster.wait_until_ready(data_dir, deadline)? else {
                return Ok(postmaster);
            };
            let tail = log.tail_since(start);
            if is_leftover(&tail) && Instant::now() < leaving_deadline {
                thread::sleep(RETRY_INTERVAL);
                continue;
            }
            return Err(explain(outcome, tail, data_dir, log, options.start_timeout));
        }
    }

    pub(super) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(super) fn try_wait(&mut self) -> Result<Option<ExitStatus>, ClusterError> {
        let pid = self.pid();
        self.child
            .try_wait()
            .map_err(|error| not_stopped(pid, &error))
    }

    /// `None` when it is ready, otherwise how that came to nothing.
    fn wait_until_ready(
        &mut self,
        data_dir: &DataDir,
        deadline: Instant,
    ) -> Result<Option<Outcome>, ClusterError> {
        let cluster = data_dir.cluster();
        loop {
            if let Some(status) = self.try_wait()? {
                return Ok(Some(Outcome::Ended(status)));
            }
            // A file left by an earlier postmaster names another process.
            let file = PidFile::read(&cluster)?;
            if file.is_some_and(|file| file.pid == self.pid() && file.is_ready) {
                return Ok(None);
            }
            if Instant::now() >= deadline {
                return Ok(Some(Outcome::TookTooLong));
            }
            thread::sleep(POLL_INTERVAL);
        }
    }

    /// Fast, then immediate, then by force; each step has its bound.
    ///
    /// Not `SIGTERM`: it waits for clients to leave, and `postgres` ignores it after `SIGINT`.
    pub(super) fn stop(&mut self) -> Result<(), ClusterError> {
        let steps = [
            (Signal::INT, self.stop_timeout),
            (Signal::QUIT, HARD_STOP_TIMEOUT),
            (Signal::KILL, HARD_STOP_TIMEOUT),
        ];
        let pid = self.pid();
        for (signal, timeout) in steps {
            if self.try_wait()?.is_some() {
                return Ok(());
            }
            // A child that was not waited for keeps its process id, so this hits no stranger.
            kill_process(Pid::from_child(&self.child), signal)
                .map_err(|error| not_stopped(pid, &error.into()))?;
            if self.has_ended_within(timeout)? {
                return Ok(());
            }
            tracing::warn!(
                postgres.pid = pid,
                ?signal,
                ?timeout,
                "PostgreSQL did not stop"
            );
        }
        Err(not_stopped(pid, &io::Error::from(io::ErrorKind::TimedOut)))
    }

    fn has_ended_within(&mut self, timeout: Duration) -> Result<bool, ClusterError> {
        let deadline = Instant::now() + timeout;
        while self.try_wait()?.is_none() {
            if Instant::now() >= deadline {
                return Ok(false);
            }
            thread::sleep(POLL_INTERVAL);
        }
        Ok(true)
    }
}

impl Drop for Postmaster {
    fn drop(&mut self) {
        if let Err(error) = self.stop() {
            tracing::error!(error = %error, "the private PostgreSQL could not be stopped");
        }
    }
}

/// How a start came to nothing.
#[derive(Clone, Copy)]
enum Outcome {
    Ended(ExitStatus),
    TookTooLong,
}

/// Spawns from a thread that lives until the returned sender is dropped.
///
/// The parent-death signal is sent when the spawning *thread* ends, and the caller may be a
/// thread of some pool that ends whenever it likes.
fn spawn_for_life(mut command: Command) -> io::Result<(Child, mpsc::Sender<Infallible>)> {
    let (life, end_of_life) = mpsc::channel::<Infallible>();
    let (birth, born) = mpsc::sync_channel(1);
    thread::Builder::new()
        .name("postgres-parent".to_owned())
        .spawn(move || {
            if birth.send(command.spawn()).is_ok() {
                // Nothing can be sent; this returns when the other end goes.
                end_of_life.recv().ok();
            }
        })?;
    let child = born.recv().map_err(io::Error::other)??;
    Ok((child, life))
}

/// Whether a start failed only because processes of a killed cluster are still there: sessions
/// that have not noticed yet, or a postmaster that is dead but not buried by its new parent.
fn is_leftover(tail: &str) -> bool {
    tail.contains(PID_FILE_IN_THE_WAY)
        || (tail.contains("shared memory block") && tail.contains("still in use"))
}

fn explain(
    outcome: Outcome,
    tail: String,
    data_dir: &DataDir,
    log: &Log,
    after: Duration,
) -> ClusterError {
    let dir = data_dir.path().to_path_buf();
    if tail.contains("No space left on device") || data_dir.is_full() {
        return ClusterError::DiskFull { dir };
    }
    if tail.contains(PID_FILE_IN_THE_WAY)
        && let Ok(Some(file)) = PidFile::read(&data_dir.cluster())
    {
        let (pid, cluster) = (file.pid, data_dir.cluster());
        return if serves(pid, &cluster) {
            ClusterError::InUse {
                dir,
                pid: Some(pid),
            }
        } else {
            ClusterError::StalePidFile { dir: cluster, pid }
        };
    }
    let log = log.path().to_path_buf();
    match outcome {
        Outcome::Ended(status) => ClusterError::StartFailed {
            outcome: status.to_string(),
            tail,
            log,
        },
        Outcome::TookTooLong => ClusterError::NotReady { after, tail, log },
    }
}

fn not_stopped(pid: u32, error: &io::Error) -> ClusterError {
    ClusterError::NotStopped {
        pid,
        reason: error.to_string(),
    }
}
