//! One LISTEN connection for the whole process, and a fan-out to whoever cares.

use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::PgListener;
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::Db;

/// The channels the schema's triggers speak on.
const CHANNELS: [&str; 3] = ["parking_access", "parking_events", "parking_jobs"];

/// How many notices a slow subscriber may lag behind before it is told to look again.
const BACKLOG: usize = 1_024;

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
pub struct Notices(broadcast::Sender<Notice>);

impl Default for Notices {
    fn default() -> Self {
        Self(broadcast::Sender::new(BACKLOG))
    }
}

/// One subscriber's end of the fan-out.
#[derive(Debug)]
pub struct Subscription(broadcast::Receiver<Notice>);

impl Notices {
    /// Subscribes to everything from now on.
    pub fn subscribe(&self) -> Subscription {
        Subscription(self.0.subscribe())
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
        while let Some(notification) = listener.try_recv().await? {
            let payload = || Arc::from(notification.payload());
            self.tell(match notification.channel() {
                "parking_access" => Notice::Access(payload()),
                "parking_events" => Notice::Events(payload()),
                _ => Notice::Jobs,
            });
        }
        Ok(())
    }

    fn tell(&self, notice: Notice) {
        // Nobody subscribed is not an error: the notice is only a hint to look.
        drop(self.0.send(notice));
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
