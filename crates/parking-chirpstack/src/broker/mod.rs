//! A small MQTT 5 broker in memory, for the demonstration and for tests.
//!
//! It does what ChirpStack and [`crate::mqtt`] ask of a broker: QoS 0 and 1, wildcards, shared
//! subscriptions, sessions that outlive a connection, the client's *receive maximum*, one login.
//! Not here: retained messages, wills, QoS 2, TLS, MQTT 3, and a disk: a broker that ends hands out
//! its [`Sessions`], and one that is started with them goes on where the other stopped.
//!
//! `rumqttd`, the broker one would embed, refuses acknowledgements in any order but its own, knows
//! no receive maximum, keeps no session beyond its own life either, and brings a second axum, hyper,
//! `rand` and `thiserror` into the tree.

mod link;
mod sessions;
#[cfg(test)]
mod tests;

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use secrecy::SecretString;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use sessions::Sessions;

/// The most clients at once.
const LINKS_MAX: usize = 1_000;

/// Who may connect; everybody if there is no login.
#[derive(Clone, Debug, Default)]
pub struct Door {
    /// The one user and password.
    pub login: Option<(String, SecretString)>,
}

/// A running broker.
#[derive(Debug)]
pub struct Broker {
    address: SocketAddr,
    house: Arc<House>,
    stopping: CancellationToken,
    tasks: TaskTracker,
}

/// What its connections share.
#[derive(Debug)]
struct House {
    door: Door,
    sessions: Mutex<Sessions>,
}

impl Broker {
    /// Listens, with the sessions of a broker before it or with none.
    pub async fn start(listen: SocketAddr, door: Door, sessions: Sessions) -> io::Result<Self> {
        let listener = TcpListener::bind(listen).await?;
        let broker = Self {
            address: listener.local_addr()?,
            house: Arc::new(House {
                door,
                sessions: Mutex::new(sessions),
            }),
            stopping: CancellationToken::new(),
            tasks: TaskTracker::new(),
        };
        let accepting = accept(
            listener,
            Arc::clone(&broker.house),
            broker.stopping.clone(),
            broker.tasks.clone(),
        );
        broker.tasks.spawn(accepting);
        Ok(broker)
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Publishes a message without being a client, at least once or at most once.
    pub fn publish(&self, topic: &str, payload: impl Into<Bytes>, at_least_once: bool) {
        self.house
            .sessions()
            .publish(topic, &payload.into(), at_least_once);
    }

    /// How many messages a client has yet to acknowledge or to be sent.
    pub fn waiting(&self, client_id: &str) -> usize {
        self.house.sessions().waiting(client_id)
    }

    /// How many clients are connected.
    pub fn connected(&self) -> usize {
        self.house.sessions().connected()
    }

    /// Closes every connection and hands out what the clients have not acknowledged.
    pub async fn stop(self) -> Sessions {
        self.stopping.cancel();
        self.tasks.close();
        self.tasks.wait().await;
        std::mem::take(&mut *self.house.sessions())
    }
}

impl House {
    fn sessions(&self) -> MutexGuard<'_, Sessions> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn accept(
    listener: TcpListener,
    house: Arc<House>,
    stopping: CancellationToken,
    tasks: TaskTracker,
) {
    loop {
        let accepted = tokio::select! {
            () = stopping.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            // The task that accepts is one of them.
            Ok((stream, _)) if tasks.len() <= LINKS_MAX => {
                tasks.spawn(link::serve(stream, Arc::clone(&house), stopping.clone()));
            }
            Ok(_) => {}
            // Out of descriptors: the next attempt waits for one to be free.
            Err(_) => tokio::time::sleep(std::time::Duration::from_millis(50)).await,
        }
    }
}
