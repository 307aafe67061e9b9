//! Events by HTTP, as ChirpStack's integration posts them, but with more patience.
//!
//! A few connections; the events of one device all go by the same one, so that their order is the
//! lot's and not the network's. What is answered 503, 429 or not at all is offered again, when the
//! answer says so or after a while; ChirpStack itself would not, and would lose it.

use std::sync::Arc;
use std::time::Duration;

use hyper::Method;
use hyper::body::Bytes;
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use url::Url;

use super::{Handed, Tally};
use crate::chirpstack::Event;
use crate::wire::{AddressError, Answer, Ask, Wire, tls};

/// Where events go unless the address names another place.
const PATH: &str = "/api/v6/ingest/chirpstack";

const CONNECTIONS: usize = 8;
const QUEUE_MAX: usize = 64;
const ATTEMPTS_MAX: u32 = 10;
const WAIT_MIN: Duration = Duration::from_millis(200);
const WAIT_MAX: Duration = Duration::from_secs(30);

/// A few connections to a server.
pub struct Http {
    queues: Vec<mpsc::Sender<Event>>,
    tally: Arc<Tally>,
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl Http {
    /// Opens the connections when they are needed.
    pub(super) fn open(url: &Url, key: Option<&str>) -> Result<Self, AddressError> {
        let tls = tls()?;
        let (tally, tasks) = (Arc::<Tally>::default(), TaskTracker::new());
        let stop = CancellationToken::new();
        let mut queues = Vec::with_capacity(CONNECTIONS);
        for _ in 0..CONNECTIONS {
            let (sender, events) = mpsc::channel(QUEUE_MAX);
            let carrier = Carrier {
                wire: Wire::to(url.clone(), key.map(str::to_owned), Arc::clone(&tls)),
                path: path(url),
                tally: Arc::clone(&tally),
                stop: stop.clone(),
            };
            tasks.spawn(carrier.work(events));
            queues.push(sender);
        }
        tasks.close();
        Ok(Self {
            queues,
            tally,
            tasks,
            stop,
        })
    }

    pub(super) async fn send(&self, event: Event) {
        Tally::add(&self.tally.offered);
        let sum: usize = event.dev_eui.bytes().map(usize::from).sum();
        let queue = &self.queues[sum % self.queues.len()];
        if queue.send(event).await.is_err() {
            Tally::add(&self.tally.given_up);
        }
    }

    pub(super) fn handed(&self) -> Handed {
        self.tally.handed()
    }

    pub(super) async fn close(self, patience: Duration) -> Handed {
        drop(self.queues);
        if timeout(patience, self.tasks.wait()).await.is_err() {
            self.stop.cancel();
            self.tasks.wait().await;
        }
        self.tally.settled()
    }
}

/// The path and the query of the place, without the event: what is there is kept.
fn path(url: &Url) -> String {
    let path = match url.path() {
        "" | "/" => PATH,
        path => path,
    };
    match url.query() {
        Some(query) => format!("{path}?{query}&event="),
        None => format!("{path}?event="),
    }
}

/// One connection and what goes over it.
struct Carrier {
    wire: Wire,
    path: String,
    tally: Arc<Tally>,
    stop: CancellationToken,
}

impl Carrier {
    async fn work(mut self, mut events: mpsc::Receiver<Event>) {
        let stop = self.stop.clone();
        while let Some(event) = events.recv().await {
            tokio::select! {
                () = self.carry(event) => {}
                () = stop.cancelled() => return,
            }
        }
    }

    async fn carry(&mut self, event: Event) {
        let path = format!("{}{}", self.path, event.kind);
        let ask = Ask {
            method: Method::POST,
            path: &path,
            content_type: "application/json",
            body: Bytes::from(event.body),
        };
        for attempt in 0..ATTEMPTS_MAX {
            let answer = self.wire.ask(&ask).await;
            let wait = match &answer {
                Ok(answer) if (200..300).contains(&answer.status) => {
                    return Tally::add(&self.tally.accepted);
                }
                Ok(answer) if !is_passing(answer.status) => {
                    let said = || format!("{}: {}", answer.status, answer.excerpt());
                    self.tally.note(said);
                    return Tally::add(&self.tally.refused);
                }
                Ok(answer) => answer.retry_after,
                Err(error) => {
                    self.tally.note(|| error.to_string());
                    None
                }
            };
            if attempt + 1 < ATTEMPTS_MAX {
                Tally::add(&self.tally.retried);
                sleep(wait_before(attempt, wait)).await;
            } else if let Ok(Answer { status, .. }) = &answer {
                self.tally.note(|| format!("{status}, again and again"));
            }
        }
        Tally::add(&self.tally.given_up);
    }
}

/// Whether it may go better later.
fn is_passing(status: u16) -> bool {
    matches!(status, 408 | 425 | 429 | 500..)
}

fn wait_before(attempt: u32, asked: Option<Duration>) -> Duration {
    let own = WAIT_MIN * 2_u32.saturating_pow(attempt.min(10));
    asked.unwrap_or(own).min(WAIT_MAX)
}
