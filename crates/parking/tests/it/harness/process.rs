//! The `parking` binary as a process of its own.

use std::io::{BufRead as _, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use super::eventually;

/// The binary under test.
const BINARY: &str = env!("CARGO_BIN_EXE_parking");

/// Settings of the process: names of environment variables and their values.
pub(crate) type Settings = Vec<(String, String)>;

/// Settings from pairs of literals.
pub(crate) fn settings(pairs: &[(&str, &str)]) -> Settings {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

/// A process that runs until it is told otherwise; dropping it kills it.
pub(crate) struct Running {
    child: Child,
    lines: Arc<Mutex<Vec<String>>>,
    readers: Vec<JoinHandle<()>>,
}

/// A process that has ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    /// Standard output and standard error, in the order they came.
    pub(crate) lines: Vec<String>,
}

impl Ended {
    /// The exit code, which a process that was killed does not have.
    pub(crate) fn code(&self) -> Option<i32> {
        self.status.code()
    }

    /// Everything it said.
    pub(crate) fn text(&self) -> String {
        self.lines.join("\n")
    }
}

/// A server that is told of no folder keeps nothing in the one the tests run in.
fn no_spool(arguments: &[&str], settings: &Settings) -> Option<(&'static str, &'static str)> {
    let has_place = settings
        .iter()
        .any(|(name, _)| ["PARKING_DATA_DIR", "WEBHOOK_SPOOL_DIR"].contains(&name.as_str()));
    (arguments == ["serve"] && !has_place).then_some(("WEBHOOK_SPOOL_KB", "0"))
}

/// Runs a command to its end. Not by blocking: the mailbox it may ask lives on our thread.
pub(crate) async fn run(arguments: &[&str], settings: &Settings) -> Ended {
    Running::start(arguments, settings).until_ended().await
}

impl Running {
    /// Starts the binary with these settings and nothing else from our environment.
    pub(crate) fn start(arguments: &[&str], settings: &Settings) -> Self {
        Self::start_by(Command::new(BINARY), arguments, settings)
    }

    /// The same, with no file of it growing beyond so many blocks of the shell's `ulimit -f`: to the
    /// process that is a disk without room.
    pub(crate) fn start_with_files_of(
        blocks: u32,
        arguments: &[&str],
        settings: &Settings,
    ) -> Self {
        let mut shell = Command::new("/bin/sh");
        let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
        shell.args(["-c", &script, BINARY]);
        Self::start_by(shell, arguments, settings)
    }

    fn start_by(mut command: Command, arguments: &[&str], settings: &Settings) -> Self {
        command
            .args(arguments)
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .envs(settings.iter().map(|(name, value)| (name, value)))
            .envs(no_spool(arguments, settings))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().expect("the binary starts");
        let lines = Arc::<Mutex<Vec<String>>>::default();
        let readers = vec![
            keep_lines(child.stdout.take().unwrap(), Arc::clone(&lines)),
            keep_lines(child.stderr.take().unwrap(), Arc::clone(&lines)),
        ];
        Self {
            child,
            lines,
            readers,
        }
    }

    /// The process id.
    pub(crate) fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    /// Everything said so far.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.lines
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The log lines said so far, as objects.
    pub(crate) fn log(&self) -> Vec<Value> {
        self.lines()
            .iter()
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect()
    }

    /// Waits for a log line with this message.
    pub(crate) async fn until_logged(&mut self, message: &str) -> Value {
        let what = format!("the log says {message:?}");
        eventually(&what, async || {
            let found = self
                .log()
                .into_iter()
                .find(|line| line["message"] == message);
            if found.is_none()
                && let Some(status) = self.child.try_wait().unwrap()
            {
                panic!("the server ended ({status}):\n{}", self.lines().join("\n"));
            }
            found
        })
        .await
    }

    /// Sends a signal.
    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).expect("the process is there to be signalled");
    }

    /// Waits for the process to end by itself.
    pub(crate) async fn until_ended(mut self) -> Ended {
        let status = eventually("the process ends", async || self.child.try_wait().unwrap()).await;
        self.ended(status)
    }

    /// Kills the process as `kill -9` does and waits until it is gone.
    pub(crate) fn kill(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }

    fn ended(mut self, status: ExitStatus) -> Ended {
        for reader in self.readers.drain(..) {
            drop(reader.join());
        }
        Ended {
            status,
            lines: self.lines(),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Reads a pipe to its end, so that the process never waits for somebody to listen.
fn keep_lines(pipe: impl Read + Send + 'static, lines: Arc<Mutex<Vec<String>>>) -> JoinHandle<()> {
    std::thread::spawn(move || {
        for line in BufReader::new(pipe).split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line).into_owned();
            lines
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(line);
        }
    })
}
