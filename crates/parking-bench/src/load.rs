//! Closed-loop load, and what it found.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use hyper::{Method, StatusCode};
use tokio::task::JoinSet;

use crate::client::{CROWD, Client, credentials};

/// How much is asked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Load {
    /// Connections that ask at the same time.
    pub(crate) connections: usize,
    /// For how long.
    pub(crate) span: Duration,
}

/// What a load found.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sample {
    /// How long each answer took, shortest first.
    took: Vec<Duration>,
    /// How long all of it took.
    span: Duration,
    /// Answers that said to come back later.
    pub(crate) put_off: usize,
    /// What it cost the server's process.
    pub(crate) processor: Duration,
}

impl Sample {
    /// Answers a second.
    pub(crate) fn a_second(&self) -> f64 {
        count(self.took.len()) / self.span.as_secs_f64().max(f64::EPSILON)
    }

    /// The time within which this share of the answers came, in milliseconds.
    pub(crate) fn within(&self, share: f64) -> f64 {
        let last = self.took.len().saturating_sub(1);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "an index between zero and the last"
        )]
        let index = (count(last) * share).round() as usize;
        let took = self.took.get(index).copied().unwrap_or_default();
        took.as_secs_f64() * 1_000.0
    }

    /// Processor time of the server's process an answer cost, in microseconds.
    pub(crate) fn cost(&self) -> f64 {
        self.processor.as_secs_f64() * 1e6 / count(self.took.len()).max(1.0)
    }

    /// What somebody else found: how long each took, in no order, within so long a time.
    pub(crate) fn of(mut took: Vec<Duration>, span: Duration) -> Self {
        took.sort_unstable();
        Self {
            took,
            span,
            ..Self::default()
        }
    }

    /// How many answers there were.
    pub(crate) fn answers(&self) -> usize {
        self.took.len()
    }

    fn gather(parts: impl IntoIterator<Item = Self>, span: Duration) -> Self {
        let mut all = Self {
            span,
            ..Self::default()
        };
        for part in parts {
            all.took.extend(part.took);
            all.put_off += part.put_off;
        }
        all.took.sort_unstable();
        all
    }
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
fn count(number: usize) -> f64 {
    number as f64
}

/// The server learns a little later that connections have ended, and lets nobody have any number of them.
const GONE_WITHIN: Duration = Duration::from_millis(300);

impl Load {
    /// A fifth of it, to warm everything up.
    pub(crate) fn warm_up(self) -> Self {
        Self {
            span: self.span / 5,
            ..self
        }
    }

    /// Asks the same thing over and over.
    pub(crate) async fn ask(self, client: &Client, path: &str) -> Result<Sample> {
        self.ask_as(std::slice::from_ref(client), path).await
    }

    /// The same as several people, one on each connection in turn.
    pub(crate) async fn ask_as(self, clients: &[Client], path: &str) -> Result<Sample> {
        let begun = Instant::now();
        let mut tasks = JoinSet::new();
        for client in clients.iter().cycle().take(self.connections) {
            let (client, path) = (client.clone(), path.to_owned());
            tasks.spawn(async move {
                let mut connection = client.connect().await?;
                let request = client.request(Method::GET, &path, "")?;
                let mut found = Sample::default();
                while begun.elapsed() < self.span {
                    let asked = Instant::now();
                    let (status, _) = connection.send(request.clone()).await?;
                    if status != StatusCode::OK {
                        bail!("{path}: {status}");
                    }
                    found.took.push(asked.elapsed());
                }
                Ok(found)
            });
        }
        let parts: Result<Vec<Sample>> = tasks.join_all().await.into_iter().collect();
        Ok(Sample::gather(parts?, begun.elapsed()))
    }

    /// Posts what each sender has next, one sender on each connection.
    pub(crate) async fn post(
        self,
        client: &Client,
        path: &str,
        senders: Vec<impl FnMut() -> String + Send + 'static>,
    ) -> Result<Sample> {
        let begun = Instant::now();
        let mut tasks = JoinSet::new();
        for mut sender in senders {
            let (client, path) = (client.clone(), path.to_owned());
            tasks.spawn(async move {
                let mut connection = client.connect().await?;
                let mut found = Sample::default();
                while begun.elapsed() < self.span {
                    let request = client.request(Method::POST, &path, &sender())?;
                    let asked = Instant::now();
                    match connection.send(request).await? {
                        (StatusCode::OK, _) => found.took.push(asked.elapsed()),
                        (status, said) => {
                            bail!("{path}: {status}: {}", String::from_utf8_lossy(&said))
                        }
                    }
                }
                Ok(found)
            });
        }
        let parts: Result<Vec<Sample>> = tasks.join_all().await.into_iter().collect();
        let all = Sample::gather(parts?, begun.elapsed());
        tokio::time::sleep(GONE_WITHIN).await;
        Ok(all)
    }
}

/// Signs in over and over, so many at the same time.
pub(crate) async fn logins(client: &Client, at_once: usize, span: Duration) -> Result<Sample> {
    let begun = Instant::now();
    let mut tasks = JoinSet::new();
    for _ in 0..at_once {
        let client = client.clone();
        tasks.spawn(async move {
            let mut connection = client.connect().await?;
            let body = credentials(CROWD).to_string();
            let request = client.request(Method::POST, "/api/auth/login", &body)?;
            let mut found = Sample::default();
            while begun.elapsed() < span {
                let asked = Instant::now();
                match connection.send(request.clone()).await?.0 {
                    StatusCode::OK => found.took.push(asked.elapsed()),
                    // Told to come back in two seconds; a person would not be faster either.
                    StatusCode::SERVICE_UNAVAILABLE => {
                        found.put_off += 1;
                        tokio::time::sleep(Duration::from_secs(2)).await;
                    }
                    other => bail!("login: {other}"),
                }
            }
            Ok(found)
        });
    }
    let parts: Result<Vec<Sample>> = tasks.join_all().await.into_iter().collect();
    Ok(Sample::gather(parts?, begun.elapsed()))
}
