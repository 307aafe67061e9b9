//! The product as a process: started, looked at, stopped.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use rustix::process::{Pid, Resource, Signal, getrlimit, kill_process, setrlimit};
use serde_json::Value;

use crate::client::{EMAIL, PASSWORD};

/// Longer than this nothing may take that is waited for.
const PATIENCE: Duration = Duration::from_mins(1);

/// A data folder that is gone with the value.
pub(crate) struct Folder(PathBuf);

impl Folder {
    /// A new one.
    pub(crate) fn new() -> Result<Self> {
        let path = std::env::temp_dir().join(format!("parking-bench-{}", std::process::id()));
        if path.exists() {
            bail!("{} is in the way", path.display());
        }
        Ok(Self(path))
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

/// The program, of whose environment nothing but this decides what is measured.
pub(crate) fn command(binary: &Path, folder: &Folder) -> Command {
    let mut command = Command::new(binary);
    command
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .env("PARKING_DATA_DIR", folder.path());
    command
}

/// Each connection is a file, here and in the server: as many as may be.
pub(crate) fn raise_file_limit() -> Result<()> {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    Ok(setrlimit(Resource::Nofile, limit)?)
}

/// Makes one more account, while no server runs.
pub(crate) fn add_account(binary: &Path, folder: &Folder, email: &str) -> Result<()> {
    let mut child = command(binary, folder)
        .args(["user", "create-admin", "--email", email])
        .args(["--name", "The crowd", "--password-stdin"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .context("making an account")?;
    let mut input = child.stdin.take().context("its standard input")?;
    writeln!(input, "{PASSWORD}")?;
    drop(input);
    if !child.wait()?.success() {
        bail!("the account {email} could not be made");
    }
    Ok(())
}

/// A running server.
pub(crate) struct Product {
    child: Child,
    /// Where it listens.
    pub(crate) address: String,
    /// How long it took from the start of the process until it said that it is ready.
    pub(crate) started_after: Duration,
}

impl Product {
    /// Starts the server and waits until it is ready.
    pub(crate) async fn start(binary: &Path, folder: &Folder) -> Result<Self> {
        Self::start_with(binary, folder, &[]).await
    }

    /// The same with settings of one's own.
    pub(crate) async fn start_with(
        binary: &Path,
        folder: &Folder,
        settings: &[(&str, &str)],
    ) -> Result<Self> {
        let begun = Instant::now();
        let mut child = command(binary, folder)
            .arg("serve")
            .env("PARKING_LISTEN", "127.0.0.1:0")
            .env("PARKING_ADMIN_EMAIL", EMAIL)
            .env("PARKING_ADMIN_PASSWORD", PASSWORD)
            .env("RATE_LIMIT_ENABLED", "false")
            .env("RATE_LIMIT_ATTEMPTS", "false")
            .env("LOG_FORMAT", "json")
            .envs(settings.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .context("starting the server")?;
        let log = BufReader::new(child.stderr.take().context("the server's log")?);
        let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
        // Reads for as long as the server writes, so that it never waits for a reader.
        std::thread::spawn(move || {
            let mut is_ready = false;
            for line in log.lines().map_while(Result::ok) {
                // A line a request follows; to understand them all would be a load of its own.
                if is_ready {
                    continue;
                }
                let line: Value = serde_json::from_str(&line).unwrap_or_default();
                if ["listening", "ready"]
                    .iter()
                    .any(|message| line["message"] == *message)
                {
                    is_ready = line["message"] == "ready";
                    drop(tell.send(line));
                }
            }
        });
        let mut address = String::new();
        loop {
            let line = tokio::time::timeout(PATIENCE, told.recv()).await?;
            let line = line.context("the server ended before it was ready")?;
            if let Some(listening) = line["server.address"].as_str() {
                listening.clone_into(&mut address);
            }
            if line["message"] == "ready" {
                break;
            }
        }
        Ok(Self {
            child,
            address,
            started_after: begun.elapsed(),
        })
    }

    /// Asks it to stop and waits until it has.
    pub(crate) async fn stop(mut self) -> Result<()> {
        kill_process(Pid::from_child(&self.child), Signal::TERM)?;
        let begun = Instant::now();
        while self.child.try_wait()?.is_none() {
            if begun.elapsed() > PATIENCE {
                bail!("the server does not stop");
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Ok(())
    }

    /// Resident memory in bytes, now.
    pub(crate) fn memory(&self) -> Result<u64> {
        self.of_status("VmRSS:")
    }

    /// The most resident memory there ever was, in bytes.
    pub(crate) fn memory_peak(&self) -> Result<u64> {
        self.of_status("VmHWM:")
    }

    fn of_status(&self, field: &str) -> Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix(field));
        let kibibytes = line.and_then(|rest| rest.split_whitespace().next());
        Ok(kibibytes.context("memory in /proc")?.parse::<u64>()? * 1024)
    }

    /// Processor time used so far, user and system.
    pub(crate) fn processor_time(&self) -> Result<Duration> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        // After the name in parentheses, the twelfth and thirteenth field are ticks of 10 ms.
        let (_, rest) = stat.rsplit_once(") ").context("/proc/…/stat")?;
        let ticks: u64 = rest
            .split_whitespace()
            .skip(11)
            .take(2)
            .map(|ticks| ticks.parse::<u64>().unwrap_or(0))
            .sum();
        Ok(Duration::from_millis(ticks * 10))
    }
}

impl Drop for Product {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
