//! A broker to test against: ours, and a Mosquitto where there is one.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::{Codec, Connect, Packet, Publish};
use tokio::net::TcpStream;
use tokio_util::codec::Framed;

use crate::broker::{Broker, Door, Sessions};
use crate::mqtt::{BrokerAddress, Settings};

/// The places of Mosquitto in Debian, Fedora, Alpine and Homebrew.
const MOSQUITTO: [&str; 4] = [
    "/usr/sbin/mosquitto",
    "/usr/bin/mosquitto",
    "/usr/local/sbin/mosquitto",
    "/opt/homebrew/sbin/mosquitto",
];

pub(super) enum Stand {
    Ours(Option<Broker>, SocketAddr),
    Mosquitto(Mosquitto),
}

pub(super) struct Mosquitto {
    program: PathBuf,
    folder: PathBuf,
    address: SocketAddr,
    child: Option<Child>,
}

impl Stand {
    pub(super) async fn ours() -> Self {
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let broker = Broker::start(any, Door::default(), Sessions::default())
            .await
            .unwrap();
        let address = broker.address();
        Self::Ours(Some(broker), address)
    }

    /// Ours, and Mosquitto if this machine has it.
    pub(super) async fn all(test: &str) -> Vec<Self> {
        let mut stands = vec![Self::ours().await];
        let program = MOSQUITTO.iter().map(Path::new).find(|path| path.exists());
        if let Some(program) = program {
            stands.push(Self::Mosquitto(Mosquitto::start(program, test).await));
        } else {
            println!("no Mosquitto on this machine: tried with our own broker only");
        }
        stands
    }

    /// How many it sends, asked for so many at once.
    pub(super) const fn under_way_max(&self, asked: usize) -> usize {
        match self {
            Self::Ours(..) => asked,
            // Of acknowledgements that come together Mosquitto 2.0 makes room for as many again; those wait in hand.
            Self::Mosquitto(_) => 2 * asked + 1,
        }
    }

    pub(super) const fn address(&self) -> SocketAddr {
        match self {
            Self::Ours(_, address) => *address,
            Self::Mosquitto(mosquitto) => mosquitto.address,
        }
    }

    pub(super) fn settings(&self, client_id: &str) -> Settings {
        let address = BrokerAddress::parse(&format!("mqtt://{}", self.address())).unwrap();
        Settings::of(address, client_id)
    }

    /// Ends it; its sessions are kept.
    pub(super) async fn stop(&mut self) -> Sessions {
        match self {
            Self::Ours(broker, _) => broker.take().unwrap().stop().await,
            Self::Mosquitto(mosquitto) => {
                mosquitto.stop();
                Sessions::default()
            }
        }
    }

    /// Begins again where it ended.
    pub(super) async fn start_again(&mut self, sessions: Sessions) {
        match self {
            Self::Ours(broker, address) => {
                let again = Broker::start(*address, Door::default(), sessions).await;
                *broker = Some(again.unwrap());
            }
            Self::Mosquitto(mosquitto) => mosquitto.run().await,
        }
    }

    pub(super) async fn publish(&self, messages: &[(String, Vec<u8>)], qos: QoS) {
        let mut frames = connected(self.address(), "publisher").await;
        for (index, (topic, body)) in messages.iter().enumerate() {
            let mut publish = Publish::new(topic.clone(), qos, body.clone(), None);
            if qos == QoS::AtLeastOnce {
                publish.pkid = u16::try_from(index + 1).unwrap();
            }
            frames.send(Packet::Publish(publish)).await.unwrap();
            if qos == QoS::AtLeastOnce {
                let answer = frames.next().await.unwrap().unwrap();
                assert!(matches!(answer, Packet::PubAck(_)), "{answer:?}");
            }
        }
        // An answer to this comes after all that was published is in the broker's hands.
        frames
            .send(Packet::PingReq(rumqttc::v5::mqttbytes::v5::PingReq))
            .await
            .unwrap();
        frames.next().await.unwrap().unwrap();
    }
}

impl Mosquitto {
    async fn start(program: &Path, test: &str) -> Self {
        // A port that was free a moment ago.
        let port = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = port.local_addr().unwrap();
        drop(port);
        let name = format!("parking-mosquitto-{}-{test}", address.port());
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        let config = format!(
            "listener {} 127.0.0.1\nallow_anonymous true\npersistence true\n\
             persistence_location {}/\nuser root\n",
            address.port(),
            folder.display()
        );
        std::fs::write(folder.join("mosquitto.conf"), config).unwrap();
        let mut mosquitto = Self {
            program: program.to_owned(),
            folder,
            address,
            child: None,
        };
        mosquitto.run().await;
        mosquitto
    }

    async fn run(&mut self) {
        let child = Command::new(&self.program)
            .arg("-c")
            .arg(self.folder.join("mosquitto.conf"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        self.child = Some(child.unwrap());
        while TcpStream::connect(self.address).await.is_err() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Asked to end, it writes its sessions down.
    fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let process = rustix::process::Pid::from_child(&child);
            rustix::process::kill_process(process, rustix::process::Signal::TERM).unwrap();
            child.wait().unwrap();
        }
    }
}

impl Drop for Mosquitto {
    fn drop(&mut self) {
        self.stop();
        drop(std::fs::remove_dir_all(&self.folder));
    }
}

/// A client that does as it is told.
pub(super) async fn connected(address: SocketAddr, client_id: &str) -> Framed<TcpStream, Codec> {
    let codec = Codec {
        max_incoming_size: None,
        max_outgoing_size: None,
    };
    let mut frames = Framed::new(TcpStream::connect(address).await.unwrap(), codec);
    let connect = Connect {
        keep_alive: 60,
        client_id: client_id.to_owned(),
        clean_start: true,
        properties: None,
    };
    frames
        .send(Packet::Connect(connect, None, None))
        .await
        .unwrap();
    let welcome = frames.next().await.unwrap().unwrap();
    assert!(matches!(welcome, Packet::ConnAck(_)), "{welcome:?}");
    frames
}
