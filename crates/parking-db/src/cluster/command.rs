//! Child processes that die with us.

use std::{
    io,
    os::unix::process::CommandExt,
    path::Path,
    process::{Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use rustix::{
    fs::Mode,
    io::Errno,
    process::{Signal, getpid, getppid, set_parent_process_death_signal, umask},
};

/// How often a condition outside this process is looked at.
pub(super) const POLL_INTERVAL: Duration = Duration::from_millis(5);

/// A command that shares nothing with us but its parent: no environment, no terminal, no folder.
///
/// Its own process group keeps a Ctrl-C in the terminal away from it: the server stops PostgreSQL
/// when it has drained, not the terminal before.
pub(super) fn detached(program: &Path) -> Command {
    let mut command = Command::new(program);
    command
        .env_clear()
        // English messages, which `postmaster` reads, and the same sorting everywhere.
        .env("LC_ALL", "C.UTF-8")
        .current_dir("/")
        .stdin(Stdio::null())
        .process_group(0);
    die_with_parent(&mut command);
    command
}

/// Asks the kernel to send `SIGINT` to the child when the thread that spawns it ends.
///
/// The closure runs after the change of user, which would clear the wish again.
#[expect(
    unsafe_code,
    reason = "the parent-death signal can only be set in the child, between fork and exec"
)]
fn die_with_parent(command: &mut Command) {
    let parent = getpid();
    let prepare = move || {
        set_parent_process_death_signal(Some(Signal::INT))?;
        // The parent may have died before the wish was registered; nobody would tell us then.
        if getppid() != Some(parent) {
            return Err(io::Error::from(Errno::SRCH));
        }
        umask(Mode::RWXG | Mode::RWXO);
        Ok(())
    };
    // SAFETY: the closure makes four system calls, all of them async-signal-safe; it takes no
    // lock and allocates nothing.
    unsafe {
        command.pre_exec(prepare);
    }
}

/// Runs `command` to its end, or kills it after `timeout` and returns `None`.
pub(super) fn run(mut command: Command, timeout: Duration) -> io::Result<Option<ExitStatus>> {
    let mut child = command.spawn()?;
    let deadline = Instant::now() + timeout;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if Instant::now() >= deadline {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        thread::sleep(POLL_INTERVAL);
    }
}
