//! Commands over the connection that brings the events.

use chrono::{DateTime, Utc};
use futures_util::{SinkExt as _, StreamExt as _};
use prost::Message as _;
use rumqttc::v5::mqttbytes::v5::{
    Codec, ConnAck, ConnectReturnCode, Filter, Packet, PubAck, PubAckReason, Subscribe,
};
use serde_json::{Value, json};
use tokio_util::codec::Framed;
use uuid::Uuid;

use super::stand::connected as client;
use super::*;
use crate::downlinks::{DoorError, Downlink};
use crate::wire::DownlinkCommand;

const APPLICATION: &str = "deb86e58-f3b2-43fc-b5cb-3e10d825b9f5";
const TOPIC: &str =
    "application/deb86e58-f3b2-43fc-b5cb-3e10d825b9f5/device/70b3d57ed0000003/command/down";

fn downlink() -> Downlink {
    Downlink {
        dev_eui: "70B3D57ED0000003".parse().unwrap(),
        f_port: 15,
        payload: vec![255, 0, 0, 100, 0, 1],
        is_confirmed: true,
    }
}

fn id() -> Uuid {
    "1a94b2c2-29e7-4051-afaa-e1aaf328697b".parse().unwrap()
}

fn expires_at() -> DateTime<Utc> {
    "2026-11-22T03:00:30.250Z".parse().unwrap()
}

async fn publish(commands: &Commands) -> Result<(), DoorError> {
    commands
        .publish((APPLICATION, &downlink()), id(), expires_at())
        .await
}

/// A network server that listens to commands, as ChirpStack does.
async fn listener(stand: &Stand) -> Framed<tokio::net::TcpStream, Codec> {
    let mut frames = client(stand.address(), "chirpstack").await;
    let filter = "$share/chirpstack/application/+/device/+/command/+";
    let mut subscribe = Subscribe::new(Filter::new(filter.to_owned(), QoS::AtMostOnce), None);
    subscribe.pkid = 7;
    frames.send(Packet::Subscribe(subscribe)).await.unwrap();
    let granted = frames.next().await.unwrap().unwrap();
    assert!(matches!(granted, Packet::SubAck(_)), "{granted:?}");
    frames
}

async fn heard(frames: &mut Framed<tokio::net::TcpStream, Codec>) -> (String, Bytes) {
    let packet = tokio::time::timeout(PATIENCE, frames.next()).await;
    let Packet::Publish(publish) = packet.expect("in time").unwrap().unwrap() else {
        panic!("no message");
    };
    let topic = String::from_utf8(publish.topic.to_vec()).unwrap();
    (topic, publish.payload)
}

#[tokio::test]
async fn a_command_is_published_for_its_device_with_its_name_and_its_end() {
    for stand in Stand::all("commands").await {
        let mut chirpstack = listener(&stand).await;
        let settings = stand.settings("one");
        let commands = settings.commands.clone();
        let (source, _events) = connected(settings).await;
        assert_eq!(publish(&commands).await, Ok(()));
        let (topic, body) = heard(&mut chirpstack).await;
        assert_eq!(topic, TOPIC);
        assert_eq!(
            serde_json::from_slice::<Value>(&body).unwrap(),
            json!({
                "id": id(), "devEui": "70b3d57ed0000003", "confirmed": true, "fPort": 15,
                "data": "/wAAZAAB", "expiresAt": "2026-11-22T03:00:30.250Z",
            })
        );
        source.stop().await;
        assert!(
            matches!(publish(&commands).await, Err(DoorError::Away(_))),
            "the connection is gone"
        );
    }
}

#[tokio::test]
async fn where_events_are_protobuf_commands_are() {
    let stand = Stand::ours().await;
    let mut chirpstack = listener(&stand).await;
    let settings = stand.settings("one");
    let commands = settings.commands.clone();
    let (source, mut events) = connected(settings).await;
    let event = include_bytes!("../../../testdata/protobuf/up_unconfirmed_class_c_abp.bin");
    let event = [(topic_of(APPLICATION), event.to_vec())];
    stand.publish(&event, QoS::AtLeastOnce).await;
    next(&mut events).await.token.done();
    assert_eq!(publish(&commands).await, Ok(()));
    let (_, body) = heard(&mut chirpstack).await;
    let told = DownlinkCommand::decode(body).unwrap();
    let wanted = DownlinkCommand::new("70b3d57ed0000003", &downlink(), id(), expires_at());
    assert_eq!(told, wanted);
    // Told again in JSON, it is spoken to in JSON.
    stand.publish(&numbered_json(), QoS::AtLeastOnce).await;
    next(&mut events).await.token.done();
    assert_eq!(publish(&commands).await, Ok(()));
    let (_, body) = heard(&mut chirpstack).await;
    assert_eq!(body.first(), Some(&b'{'));
    source.stop().await;
}

fn numbered_json() -> [(String, Vec<u8>); 1] {
    [(topic_of("a"), b"{}".to_vec())]
}

#[tokio::test]
async fn a_broker_at_which_nobody_listens_for_commands_is_no_network_server() {
    for stand in Stand::all("nobody").await {
        let settings = stand.settings("one");
        let commands = settings.commands.clone();
        assert!(matches!(publish(&commands).await, Err(DoorError::Away(_))));
        let (source, _events) = connected(settings).await;
        let told = publish(&commands).await;
        assert!(
            matches!(&told, Err(DoorError::Away(why)) if why.contains("listens")),
            "{told:?}"
        );
        source.stop().await;
    }
}

/// A broker that lets everybody in and does to their first message what it is told to.
async fn broker(
    answers: Option<PubAckReason>,
) -> (SocketAddr, tokio::task::JoinHandle<Option<u16>>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let serving = async move {
        let codec = Codec {
            max_incoming_size: None,
            max_outgoing_size: None,
        };
        let mut frames = Framed::new(listener.accept().await.unwrap().0, codec);
        while let Some(Ok(packet)) = frames.next().await {
            match packet {
                Packet::Connect(..) => {
                    let welcome = ConnAck {
                        session_present: false,
                        code: ConnectReturnCode::Success,
                        properties: None,
                    };
                    frames.send(Packet::ConnAck(welcome)).await.unwrap();
                }
                Packet::Subscribe(subscribe) => {
                    let granted = rumqttc::v5::mqttbytes::v5::SubAck {
                        pkid: subscribe.pkid,
                        return_codes: vec![
                            rumqttc::v5::mqttbytes::v5::SubscribeReasonCode::Success(
                                QoS::AtLeastOnce,
                            ),
                        ],
                        properties: None,
                    };
                    frames.send(Packet::SubAck(granted)).await.unwrap();
                }
                Packet::Publish(publish) => {
                    let reason = answers?;
                    let answer = PubAck {
                        pkid: publish.pkid,
                        reason,
                        properties: None,
                    };
                    frames.send(Packet::PubAck(answer)).await.unwrap();
                    return Some(publish.pkid);
                }
                _ => {}
            }
        }
        None
    };
    #[expect(clippy::disallowed_methods, reason = "the other side, for one test")]
    let serving = tokio::spawn(serving);
    (address, serving)
}

#[tokio::test]
async fn what_the_broker_says_of_a_command_is_told_to_whoever_sent_it() {
    for (answers, is_away) in [(Some(PubAckReason::NotAuthorized), true), (None, false)] {
        let (address, serving) = broker(answers).await;
        let address = BrokerAddress::parse(&format!("mqtt://{address}")).unwrap();
        let settings = Settings::of(address, "one");
        let commands = settings.commands.clone();
        let (source, _events) = connected(settings).await;
        let told = publish(&commands).await;
        // A line that broke says nothing of what went over it.
        let is_as_it_should = match &told {
            Err(DoorError::Away(_)) => is_away,
            Err(DoorError::Unanswered(_)) => !is_away,
            _ => false,
        };
        assert!(is_as_it_should, "{told:?}");
        // The subscription has the first number for itself.
        assert_ne!(serving.await.unwrap(), Some(1));
        source.stop().await;
    }
}
