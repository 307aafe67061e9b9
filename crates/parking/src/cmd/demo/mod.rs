//! `parking demo`: the whole product in one process, with two customers whose sites live though they
//! are not there.
//!
//! The server is the one of `parking serve`. Beside it run a broker, which nobody else can log in to, and
//! a simulator that publishes to it as ChirpStack would; the server takes its messages from there. Its
//! commands go to a ChirpStack that is simulated too, and the lamps follow them. What
//! the sites consist of is made through the public API, once: the next start goes on with what is there.
//!
//! Time passes fast at first, so that whoever looks sees something happen, and later slowly, so that a
//! demonstration that is forgotten fills no disk. Whoever wants something to happen at once says so on
//! standard input (`hands`).

mod customers;
mod hands;
mod site;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use anyhow::{Context as _, bail};
use parking_access::accounts::Hasher;
use parking_chirpstack::broker::{Broker, Door, Sessions};
use parking_chirpstack::grpc;
use parking_chirpstack::mqtt::{BrokerAddress, Settings};
use parking_db::Db;
use parking_domain::clock::Clock;
use parking_flow::chirpstack::ChirpStacks;
use parking_sim::chirpstack::{Event, Network};
use parking_sim::server::{NetworkServer, Options};
use parking_sim::sink::Sink;
use secrecy::ExposeSecret as _;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};
use url::Url;

use super::Asked;
use super::serve::{self, Beside};
use crate::config::{ChirpStack, Config, random_password};
use crate::exit::{Exit, Stop};
use crate::lifecycle::Lifecycle;
use customers::CUSTOMERS;

/// Who publishes and who listens at the broker, in the same words.
const USER: &str = "demo";

/// How often devices are compared with the network server's.
const SYNC_EVERY: Duration = Duration::from_mins(1);

/// How often lamps say what they show, though nobody told them anything: after an outage that is how
/// the server learns what they missed.
const LAMPS_SPEAK_EVERY: Duration = Duration::from_mins(1);

/// How long messages on their way may take when it ends, and the server's goodbye to the broker.
const PATIENCE: Duration = Duration::from_secs(2);

/// How often the broker looks whether everybody has gone.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Runs the command.
pub(super) fn run(asked: &Asked<'_>) -> anyhow::Result<()> {
    serve::run(asked, Beside::Demo)
}

/// Refuses a configuration that wants something else.
pub(super) fn check(config: &Config) -> anyhow::Result<()> {
    if config.broker.is_some() {
        let reason = "MQTT_URL is set: parking demo brings a broker of its own";
        bail!(Stop::new(Exit::Configuration, reason));
    }
    if config.chirpstack.is_some() {
        let reason = "CHIRPSTACK_HOST is set: parking demo brings a ChirpStack of its own";
        bail!(Stop::new(Exit::Configuration, reason));
    }
    Ok(())
}

/// A demonstration whose broker runs.
pub(super) struct Demo {
    broker: Broker,
    /// The broker, with user and password.
    url: Url,
    network: NetworkServer,
    /// What the network server tells of commands and lamps.
    told: mpsc::Receiver<Event>,
}

impl Demo {
    /// Starts the broker, and has the server take its messages from it.
    pub(super) async fn open(config: &mut Config) -> anyhow::Result<Self> {
        let password = random_password()?;
        let door = Door {
            login: Some((USER.to_owned(), password.clone())),
        };
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let broker = Broker::start(any, door, Sessions::default())
            .await
            .context("the broker cannot listen")?;
        let password = password.expose_secret();
        let url = format!("mqtt://{USER}:{password}@{}", broker.address());
        let address = BrokerAddress::parse(&url).context("the address of the broker")?;
        config.broker = Some(Settings::of(address, "parking".to_owned()));
        let url = url.parse().context("the address of the broker")?;
        let (network, told) = start_network(config).await?;
        Ok(Self {
            broker,
            url,
            network,
            told,
        })
    }

    /// Lives beside a server that is ready, until it stops.
    pub(super) fn begin(
        mut self,
        config: &Config,
        (db, hasher, chirpstacks): (&Db, &Hasher, &ChirpStacks),
        port: u16,
        lifecycle: &Lifecycle,
    ) -> anyhow::Result<()> {
        let (stop, config) = (lifecycle.soft(), config.clone());
        let (db, hasher) = (db.clone(), hasher.clone());
        let server = address(config.server.listen.ip(), port)?;
        let chirpstacks = chirpstacks.clone();
        lifecycle.spawn("demo", async move {
            let lived = tokio::select! {
                made = customers::ensure(&config, &db, &hasher, &server) => match made {
                    Ok(()) => self.live(&chirpstacks, &stop).await,
                    Err(error) => Err(error),
                },
                () = stop.cancelled() => Ok(()),
            };
            self.end().await;
            lived
        });
        Ok(())
    }

    async fn live(&mut self, state: &ChirpStacks, stop: &CancellationToken) -> anyhow::Result<()> {
        let clock = Clock::system();
        let sink = Sink::open(&self.url, None).context("the broker")?;
        let lots = CUSTOMERS.map(|customer| customer.lot(clock.now()));
        for lot in &lots {
            self.network.take_on(lot, &Network::of(lot, None));
        }
        customers::link(state).await?;
        self.network.speaks_every(LAMPS_SPEAK_EVERY);
        let mut orders = hands::listen().context("standard input")?;
        let ways = (&sink, &self.network);
        let ([first, second], wishes) = site::sites(lots, ways);
        info!("the sites live");
        tokio::join!(
            first.live((&clock, stop)),
            second.live((&clock, stop)),
            pass_on(&mut self.told, &sink, stop),
            hands::pass_on(&mut orders, &wishes, stop),
        );
        let handed = sink.close(PATIENCE).await;
        if handed.given_up > 0 {
            warn!(messages = handed.given_up, "messages were not published");
        }
        Ok(())
    }

    /// Waits until the server has said goodbye to the broker, and stops it.
    async fn end(self) {
        let alone = async {
            while self.broker.connected() > 0 {
                tokio::time::sleep(LOOK_EVERY).await;
            }
        };
        if tokio::time::timeout(PATIENCE, alone).await.is_err() {
            warn!("somebody is still connected to the broker");
        }
        self.network.stop().await;
        self.broker.stop().await;
    }
}

/// Starts the network server, and has the server command lamps through it.
async fn start_network(
    config: &mut Config,
) -> anyhow::Result<(NetworkServer, mpsc::Receiver<Event>)> {
    let token = random_password()?;
    let options = Options {
        token: token.expose_secret().to_owned(),
        seed: 40,
        pace: 1.0,
    };
    let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let started = NetworkServer::start(any, options, Clock::system()).await;
    let (network, told) = started.context("the network server cannot listen")?;
    let place = network.address();
    config.chirpstack = Some(ChirpStack {
        api: grpc::Settings::of(place.ip().to_string(), place.port(), token),
        sync_every: SYNC_EVERY,
    });
    Ok((network, told))
}

/// What the network server tells goes the way of everything else.
async fn pass_on(told: &mut mpsc::Receiver<Event>, sink: &Sink, stop: &CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            event = told.recv() => match event {
                Some(event) => sink.send(event).await,
                None => return,
            },
        }
    }
}

/// Where this server can be asked from this machine.
fn address(listen: IpAddr, port: u16) -> anyhow::Result<Url> {
    let host = match listen {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::from(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::from(Ipv6Addr::LOCALHOST),
        named => named,
    };
    let address = format!("http://{}", SocketAddr::from((host, port)));
    address.parse().context("the address of the server")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_listens_everywhere_is_asked_here() {
        let asked = |ip: &str| address(ip.parse().unwrap(), 8000).unwrap().to_string();
        assert_eq!(asked("0.0.0.0"), "http://127.0.0.1:8000/");
        assert_eq!(asked("::"), "http://[::1]:8000/");
        assert_eq!(asked("192.0.2.7"), "http://192.0.2.7:8000/");
    }
}
