//! The loop behind everything that keeps the world in step with the database.
//!
//! An activation takes no input: it reads what should be, compares with what is, and acts on the
//! difference. A nudge only says "look now"; a nudge that gets lost costs one period, never
//! correctness.

use std::fmt::Display;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tracing::{error, warn};

/// Wakes a reconciler before its period is over.
#[derive(Clone, Debug, Default)]
pub struct Nudge(Arc<Notify>);

impl Nudge {
    /// Asks for an activation; many askings before it starts are one.
    pub fn now(&self) {
        self.0.notify_one();
    }
}

/// Runs `activate` when nudged and at least once a period, one at a time, until told to stop.
///
/// `activate` answers whether it left work behind, in which case it is called again at once. One that
/// panics has failed like any other: what it stumbled over must not take the server with it.
pub async fn run<E: Display, F: Future<Output = Result<bool, E>> + Send>(
    name: &'static str,
    period: Duration,
    nudge: Nudge,
    stop: CancellationToken,
    mut activate: impl FnMut() -> F,
) {
    loop {
        // Called inside, because it may panic before it returns its future.
        let activation = AssertUnwindSafe(async { activate().await });
        let is_done = match activation.catch_unwind().await {
            Ok(Ok(has_more)) => !has_more,
            Ok(Err(error)) => {
                warn!(reconciler = name, error = %error, "activation failed, the next one will try again");
                true
            }
            Err(_panic) => {
                error!(
                    reconciler = name,
                    "activation panicked, the next one will try again"
                );
                true
            }
        };
        if stop.is_cancelled() {
            return;
        }
        if is_done {
            tokio::select! {
                () = stop.cancelled() => return,
                () = nudge.0.notified() => {}
                () = tokio::time::sleep(period) => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    #[tokio::test]
    async fn an_activation_that_panics_is_followed_by_the_next() {
        let (stop, nudge) = (CancellationToken::new(), Nudge::default());
        let mut activations = 0;
        let running = run(
            "stumbling",
            Duration::from_millis(1),
            nudge,
            stop.clone(),
            || {
                activations += 1;
                let nth = activations;
                // Before its future and within it.
                assert!(nth != 1, "the first stumbles");
                let stop = stop.clone();
                async move {
                    assert!(nth != 2, "the second stumbles");
                    stop.cancel();
                    Ok::<_, Infallible>(false)
                }
            },
        );
        running.await;
        assert_eq!(activations, 3);
    }
}
