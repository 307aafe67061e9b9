//! The life of the process: what runs, who is told to stop, and how long that may take.
//!
//! The first SIGINT, SIGTERM or SIGHUP is a wish: `soft` is cancelled, listeners stop taking work and
//! what was begun is finished. The second, or the end of the time a drain may take, is an order:
//! `hard` is cancelled and everything is dropped where it stands. A task that fails or panics
//! while nobody asked it to stop begins a shutdown too: a server that lost a part of itself and
//! runs on is worse than one that is restarted.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tokio_util::task::{AbortOnDropHandle, TaskTracker};
use tracing::{error, info, warn};

/// How long tasks get between the order to stop and the end of the process.
const HARD_STOP_FOR: Duration = Duration::from_secs(2);

/// How the process came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Everything that was begun was finished.
    Drained,
    /// Something was cut short.
    CutShort,
    /// A part of the server failed.
    Failed,
}

/// The tasks of the process and the two ways to end them; clones are the same one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lifecycle {
    soft: CancellationToken,
    hard: CancellationToken,
    tasks: TaskTracker,
    has_failed: Arc<AtomicBool>,
}

impl Lifecycle {
    /// Cancelled when no more work should be taken.
    pub(crate) fn soft(&self) -> CancellationToken {
        self.soft.clone()
    }

    /// Cancelled when work should be dropped.
    pub(crate) fn hard(&self) -> CancellationToken {
        self.hard.clone()
    }

    /// Waits until the shutdown begins.
    pub(crate) async fn until_stopping(&self) {
        self.soft.cancelled().await;
    }

    /// Begins the shutdown because something the server cannot do without is gone.
    pub(crate) fn fail(&self) {
        self.has_failed.store(true, Ordering::Relaxed);
        self.soft.cancel();
    }

    /// Runs a part of the server until it ends; it should end soon after `soft` is cancelled.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that spawns, and tracks what it spawns"
    )]
    pub(crate) fn spawn(
        &self,
        name: &'static str,
        task: impl Future<Output = anyhow::Result<()>> + Send + 'static,
    ) {
        let (hard, lifecycle) = (self.hard(), self.clone());
        self.tasks.spawn(async move {
            let ended = tokio::select! {
                // Dropped with this task, or the part would outlive the order to stop.
                ended = AbortOnDropHandle::new(tokio::spawn(task)) => ended,
                () = hard.cancelled() => return,
            };
            match ended {
                Ok(Ok(())) if lifecycle.soft.is_cancelled() => return,
                Ok(Ok(())) => error!(task = name, "a part of the server ended on its own"),
                Ok(Err(error)) => error!(task = name, error = format!("{error:#}"), "failed"),
                Err(_) => error!(task = name, "a part of the server panicked"),
            }
            lifecycle.fail();
        });
    }

    /// Waits for the wish to stop, drains for as long as that may take, and says how it ended.
    pub(crate) async fn run(self, mut wishes: Wishes, drain_for: Duration) -> Ending {
        tokio::select! {
            name = wishes.next() => {
                info!(signal = name, "stopping: finishing what was begun");
                self.soft.cancel();
            }
            () = self.soft.cancelled() => {}
        }
        self.tasks.close();
        tokio::select! {
            () = self.tasks.wait() => {
                let has_failed = self.has_failed.load(Ordering::Relaxed);
                return if has_failed { Ending::Failed } else { Ending::Drained };
            }
            name = wishes.next() => warn!(signal = name, "stopping now: dropping what was begun"),
            () = tokio::time::sleep(drain_for) => {
                warn!(seconds = drain_for.as_secs(), "stopping now: draining took too long");
            }
        }
        self.hard.cancel();
        if tokio::time::timeout(HARD_STOP_FOR, self.tasks.wait())
            .await
            .is_err()
        {
            warn!(tasks = self.tasks.len(), "some tasks did not stop");
        }
        if self.has_failed.load(Ordering::Relaxed) {
            Ending::Failed
        } else {
            Ending::CutShort
        }
    }
}

/// Signals that wish for an end.
pub(crate) struct Wishes([(&'static str, Signal); 3]);

impl Wishes {
    /// Listens from now on; until then the signals end the process at once.
    pub(crate) fn listen() -> std::io::Result<Self> {
        Ok(Self([
            ("SIGINT", signal(SignalKind::interrupt())?),
            ("SIGTERM", signal(SignalKind::terminate())?),
            ("SIGHUP", signal(SignalKind::hangup())?),
        ]))
    }

    /// The name of the next signal.
    pub(crate) async fn next(&mut self) -> &'static str {
        let [interrupt, terminate, hangup] = &mut self.0;
        tokio::select! {
            _ = interrupt.1.recv() => interrupt.0,
            _ = terminate.1.recv() => terminate.0,
            _ = hangup.1.recv() => hangup.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_mins(1);

    #[tokio::test]
    async fn what_was_begun_is_finished() {
        let lifecycle = Lifecycle::default();
        let (soft, finished) = (lifecycle.soft(), Arc::new(AtomicBool::new(false)));
        let flag = Arc::clone(&finished);
        lifecycle.spawn("polite", async move {
            soft.cancelled().await;
            tokio::task::yield_now().await;
            flag.store(true, Ordering::Relaxed);
            Ok(())
        });
        lifecycle.soft().cancel();
        let ending = lifecycle.run(Wishes::listen().unwrap(), MINUTE).await;
        assert_eq!(ending, Ending::Drained);
        assert!(finished.load(Ordering::Relaxed));
    }

    #[tokio::test]
    async fn what_does_not_stop_is_cut_short() {
        let lifecycle = Lifecycle::default();
        lifecycle.spawn("stubborn", std::future::pending());
        lifecycle.soft().cancel();
        let ending = lifecycle
            .run(Wishes::listen().unwrap(), Duration::from_millis(10))
            .await;
        assert_eq!(ending, Ending::CutShort);
    }

    #[tokio::test]
    async fn a_part_that_fails_ends_the_whole() {
        for name in ["fails", "panics", "ends"] {
            let lifecycle = Lifecycle::default();
            lifecycle.spawn(name, async move {
                match name {
                    "fails" => anyhow::bail!("on purpose"),
                    "panics" => panic!("on purpose"),
                    _ => Ok(()),
                }
            });
            let ending = lifecycle.run(Wishes::listen().unwrap(), MINUTE).await;
            assert_eq!(ending, Ending::Failed, "{name}");
        }
    }
}
