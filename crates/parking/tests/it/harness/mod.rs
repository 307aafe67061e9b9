//! What the tests stand on: the real binary as a process, a client for it, and the people who use it.

pub(crate) mod actors;
pub(crate) mod chaos;
pub(crate) mod http;
pub(crate) mod process;
pub(crate) mod server;
pub(crate) mod stage;
pub(crate) mod wiretap;

use std::time::{Duration, Instant};

pub(crate) use http::{Answer, Api};
pub(crate) use server::TestServer;
pub(crate) use stage::Stage;

/// Waits until something holds, for as long as a slow machine may need.
pub(crate) async fn eventually<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_mins(1);
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(Instant::now() < deadline, "not within a minute: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Runs futures side by side and returns their outcomes in order.
pub(crate) async fn side_by_side<T>(
    all: impl IntoIterator<Item = impl Future<Output = T>>,
) -> Vec<T> {
    futures_util::future::join_all(all).await
}

/// A number that the environment gives to make a test longer, or to repeat it.
pub(crate) fn asked(name: &str, usual: u64) -> u64 {
    #[expect(
        clippy::disallowed_methods,
        reason = "a test is told by its environment how thorough to be"
    )]
    let said = std::env::var(name).ok();
    said.and_then(|said| said.parse().ok()).unwrap_or(usual)
}
