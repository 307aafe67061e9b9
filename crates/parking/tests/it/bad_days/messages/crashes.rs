//! The server dies under load, again and again; PostgreSQL is stopped for a while.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use parking_chirpstack::broker::Broker;
use parking_db::cluster::{Cluster, ClusterOptions};
use parking_domain::ids::fresh;
use parking_testkit::{Mailbox, TestDb};
use rustix::process::{Signal, kill_process};
use sqlx::postgres::PgConnectOptions;
use tokio::task::JoinSet;

use super::broker::{broker, gives_application};
use super::{Chance, Numbered, Senders, Street};
use crate::harness::actors::PlatformAdmin;
use crate::harness::{Api, Stage, TestServer, eventually};

/// How often the server is killed in the ordinary run.
const KILLS: usize = 12;

/// How often, as `PARKING_TEST_KILLS` says.
fn kills() -> usize {
    #[expect(
        clippy::disallowed_methods,
        reason = "tests have no configuration of their own"
    )]
    let wanted = std::env::var("PARKING_TEST_KILLS");
    wanted.map_or(KILLS, |wanted| wanted.parse().expect("a number of kills"))
}

#[tokio::test]
async fn killed_at_any_instant_it_keeps_every_acknowledged_message_once() {
    let broker = broker().await;
    let url = format!("mqtt://{}", broker.address());
    let own = [("MQTT_URL", url.as_str()), ("MQTT_CLIENT_ID", "server")];
    let mut stage = Stage::set_with(&own).await;
    let owner = stage.customer("Quay").await;
    let street = Arc::new(Street::of(&owner, 8).await);
    gives_application(&stage.server, "quay").await;
    eventually("connected", async || {
        (broker.connected() == 1).then_some(())
    })
    .await;
    let senders = Senders::start(&street, stage.server.anonymous(), 0..6);
    let (mut chance, mut published, mut number) = (Chance(4), Vec::new(), 0);
    for _ in 0..kills() {
        for _ in 0..chance.below(40) {
            number += 1;
            // The last two sensors are heard by the broker.
            let message = (6 + published.len() % 2, number);
            let body = street.up(message).to_string();
            broker.publish(&Street::topic(message.0), body, true);
            published.push(message);
        }
        senders.get_on_by(1 + chance.below(120)).await;
        kill_process(stage.server.process().pid(), Signal::KILL).unwrap();
        stage.server.kill();
        stage.server.start_again().await;
        senders.turn_to(stage.server.anonymous());
    }
    senders.get_on_by(20).await;
    let mut acknowledged = senders.end().await;
    eventually("the broker is rid of all", async || {
        (broker.waiting("server") == 0).then_some(())
    })
    .await;
    acknowledged.extend(published);
    let mut admin = stage.server.superuser().await;
    street.check(&mut admin, &acknowledged).await;
}

/// How many requests are answered while PostgreSQL is away in the ordinary run.
const OUTAGE: u32 = 400;

/// How many, as `PARKING_TEST_OUTAGE` says.
fn outage() -> u32 {
    #[expect(
        clippy::disallowed_methods,
        reason = "tests have no configuration of their own"
    )]
    let wanted = std::env::var("PARKING_TEST_OUTAGE");
    wanted.map_or(OUTAGE, |wanted| {
        wanted.parse().expect("a number of requests")
    })
}

/// A PostgreSQL of the test's own, which can be stopped.
struct Postgres {
    folder: PathBuf,
    cluster: Option<Cluster>,
}

impl Postgres {
    fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("parking-it-{}", fresh().simple()));
        let mut postgres = Self {
            folder,
            cluster: None,
        };
        postgres.start();
        postgres
    }

    fn start(&mut self) {
        let options = ClusterOptions::new(&self.folder);
        self.cluster = Some(Cluster::start(&options).expect("PostgreSQL starts"));
    }

    fn stop(&mut self) {
        let cluster = self.cluster.take().expect("PostgreSQL runs");
        cluster.stop().expect("PostgreSQL stops");
    }

    /// How its superuser logs in.
    fn superuser(&self) -> PgConnectOptions {
        let address = self.cluster.as_ref().expect("PostgreSQL runs").address();
        let superuser = address.superuser().expect("a superuser");
        superuser.database("postgres")
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        drop(self.cluster.take());
        drop(std::fs::remove_dir_all(&self.folder));
    }
}

#[tokio::test]
async fn postgres_stopped_at_two_hundred_a_second_costs_no_acknowledged_message() {
    let (mut postgres, broker) = (Postgres::new(), broker().await);
    let url = format!("mqtt://{}", broker.address());
    let own = [("MQTT_URL", url.as_str()), ("MQTT_CLIENT_ID", "server")];
    let (db, mailbox) = (
        TestDb::on(postgres.superuser()).await,
        Mailbox::open().await,
    );
    let server = TestServer::start_on(db, mailbox, &own).await;
    let platform = PlatformAdmin::signs_in(&server).await;
    let stage = Stage { server, platform };
    let owner = stage.customer("Quay").await;
    gives_application(&stage.server, "quay").await;
    let api = stage.server.anonymous();
    let street = Arc::new(Street::of(&owner, 20).await);
    let mut traffic = Traffic::start(&street, &api, broker);
    traffic.until(200, 100).await;
    postgres.stop();
    // The load goes on: each is answered, and kept.
    traffic.until(202, outage()).await;
    postgres.start();
    traffic.until(200, 100).await;
    let (acknowledged, refused) = traffic.end().await;
    assert!(refused.is_empty(), "turned away: {refused:?}");
    eventually("nothing waits on disk", async || {
        let metrics = api.get("/metrics").await.text();
        metrics.contains("\nwebhook_spool_depth 0\n").then_some(())
    })
    .await;
    let mut admin = stage.server.superuser().await;
    street.check(&mut admin, &acknowledged).await;
}

/// Two hundred messages a second over HTTP, and some by the broker.
struct Traffic {
    street: Arc<Street>,
    api: Api,
    broker: Broker,
    pace: tokio::time::Interval,
    sent: u32,
    answers: JoinSet<(Numbered, Option<u16>)>,
    acknowledged: BTreeSet<Numbered>,
    refused: Vec<(Numbered, Option<u16>)>,
}

impl Traffic {
    fn start(street: &Arc<Street>, api: &Api, broker: Broker) -> Self {
        Self {
            street: Arc::clone(street),
            api: api.clone(),
            broker,
            pace: tokio::time::interval(Duration::from_millis(5)),
            sent: 0,
            answers: JoinSet::new(),
            acknowledged: BTreeSet::new(),
            refused: Vec::new(),
        }
    }

    /// Goes on until so many were answered like this.
    async fn until(&mut self, status: u16, mut count: u32) {
        while count > 0 {
            tokio::select! {
                _ = self.pace.tick() => self.send(),
                Some(answered) = self.answers.join_next() => {
                    count -= u32::from(self.note(answered.unwrap()) == Some(status));
                }
            }
        }
    }

    fn send(&mut self) {
        // So are these.
        let message = ((self.sent % 20) as usize, self.sent / 20);
        self.sent += 1;
        if message.0 >= 18 {
            let body = self.street.up(message).to_string();
            self.broker.publish(&Street::topic(message.0), body, true);
            self.acknowledged.insert(message);
            return;
        }
        let (street, api) = (Arc::clone(&self.street), self.api.clone());
        self.answers
            .spawn(async move { (message, street.posts(&api, message).await) });
    }

    fn note(&mut self, (message, status): (Numbered, Option<u16>)) -> Option<u16> {
        if matches!(status, Some(200 | 202)) {
            self.acknowledged.insert(message);
        } else {
            self.refused.push((message, status));
        }
        status
    }

    async fn end(mut self) -> (BTreeSet<Numbered>, Vec<(Numbered, Option<u16>)>) {
        while let Some(answered) = self.answers.join_next().await {
            self.note(answered.unwrap());
        }
        eventually("the broker is rid of all", async || {
            (self.broker.waiting("server") == 0).then_some(())
        })
        .await;
        (self.acknowledged, self.refused)
    }
}
