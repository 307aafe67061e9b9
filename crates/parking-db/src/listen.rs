//! One LISTEN connection for the whole process, and a fan-out to whoever cares.

use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::PgListener;
use tokio::sync::broadcast;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::Db;

/// The channels the schema's triggers speak on.
const CHANNELS: [&str; 3] = ["parking_access", "parking_events", "parking_jobs"];

/// How many notices a slow subscriber may lag behind before it is told to look again.
const BACKLOG: usize = 1_024;

/// How long silence is taken for peace; after that the database is asked whether it is there.
const SILENCE_MAX: Duration = Duration::from_secs(30);

/// How long it may take to say so.
const ANSWER_MAX: Duration = Duration::from_secs(2);

/// News from the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// Somebody's rights changed: `user:<id>`, `session:<id>`, `key:<public id>`, `tenant:<id>`.
    Access(Arc<str>),
    /// A tenant has new events.
    Events(Arc<str>),
    /// There are new jobs.
    Jobs,
    /// The connection was away: anything may have happened meanwhile.
    Missed,
}

/// The hub everybody subscribes to.
#[derive(Clone, Debug)]
pub struct Notices {
    sender: broadcast::Sender<Notice>,
    silence_max: Duration,
}

impl Default for Notices {
    fn default() -> Self {
        Self::believing_silence(SILENCE_MAX)
    }
}

/// One subscriber's end of the fan-out.
#[derive(Debug)]
pub struct Subscription(broadcast::Receiver<Notice>);

impl Notices {
    /// A hub that asks whether the database is there when it was silent for so long.
    pub fn believing_silence(silence_max: Duration) -> Self {
        Self {
            sender: broadcast::Sender::new(BACKLOG),
            silence_max,
        }
    }

    /// Subscribes to everything from now on.
    pub fn subscribe(&self) -> Subscription {
        Subscription(self.sender.subscribe())
    }

    /// Listens until told to stop, reconnecting for as long as it takes.
    pub async fn listen(&self, db: Db, stop: CancellationToken) {
        let mut pause = Duration::from_millis(100);
        while !stop.is_cancelled() {
            tokio::select! {
                () = stop.cancelled() => return,
                ended = self.listen_once(&db, &mut pause) => {
                    if let Err(error) = ended {
                        warn!(error = %error, "notices from the database are interrupted");
                    }
                }
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(pause) => pause = (pause * 2).min(Duration::from_secs(5)),
            }
        }
    }

    async fn listen_once(&self, db: &Db, pause: &mut Duration) -> Result<(), sqlx::Error> {
        let mut listener = PgListener::connect_with(db.pool()).await?;
        listener.listen_all(CHANNELS).await?;
        info!("listening for notices from the database");
        *pause = Duration::from_millis(100);
        self.tell(Notice::Missed);
        loop {
            let Ok(received) = timeout(self.silence_max, listener.try_recv()).await else {
                // Who only listens never learns that the peer vanished.
                let asked = sqlx::query("select 1").execute(&mut listener);
                timeout(ANSWER_MAX, asked)
                    .await
                    .map_err(|_| sqlx::Error::PoolTimedOut)??;
                continue;
            };
            let Some(notification) = received? else {
                return Ok(());
            };
            let payload = || Arc::from(notification.payload());
            self.tell(match notification.channel() {
                "parking_access" => Notice::Access(payload()),
                "parking_events" => Notice::Events(payload()),
                _ => Notice::Jobs,
            });
        }
    }

    fn tell(&self, notice: Notice) {
        // Nobody subscribed is not an error: the notice is only a hint to look.
        drop(self.sender.send(notice));
    }
}

impl Subscription {
    /// The next notice; one that was lost in the rush shows up as [`Notice::Missed`].
    pub async fn next(&mut self) -> Notice {
        match self.0.recv().await {
            Ok(notice) => notice,
            Err(broadcast::error::RecvError::Lagged(_)) => Notice::Missed,
            Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
        }
    }
}
