//! The loop behind everything that keeps the world in step with the database.
//!
//! An activation takes no input: it reads what should be, compares with what is, and acts on the
//! difference. A nudge only says "look now"; a nudge that gets lost costs one period, never
//! correctness.

use std::fmt::Display;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tracing::warn;

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
/// `activate` answers whether it left work behind, in which case it is called again at once.
pub async fn run<E: Display, F: Future<Output = Result<bool, E>> + Send>(
    name: &'static str,
    period: Duration,
    nudge: Nudge,
    stop: CancellationToken,
    mut activate: impl FnMut() -> F,
) {
    loop {
        let is_done = match activate().await {
            Ok(has_more) => !has_more,
            Err(error) => {
                warn!(reconciler = name, error = %error, "activation failed, the next one will try again");
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
