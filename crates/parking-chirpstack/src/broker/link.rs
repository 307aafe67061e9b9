//! One client's connection.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use rumqttc::v5::mqttbytes::v5::{
    Codec, ConnAck, ConnAckProperties, Connect, ConnectReturnCode, Filter, Login, Packet, PingResp,
    PubAck, PubAckReason, Publish, SubAck, Subscribe, SubscribeReasonCode, UnsubAck,
    UnsubAckReason, Unsubscribe,
};
use rumqttc::v5::mqttbytes::{Error as PacketError, QoS};
use secrecy::ExposeSecret as _;
use subtle::ConstantTimeEq as _;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_util::codec::Framed;
use tokio_util::sync::CancellationToken;

use super::House;
use super::sessions::{Hello, Link};

type Frames = Framed<TcpStream, Codec>;

/// How long a client may take to say who it is, and to take what it is sent.
const PATIENCE: Duration = Duration::from_secs(5);

/// The largest packet that is taken.
const PACKET_BYTES_MAX: u32 = 1024 * 1024;

/// The connection ends: the client went, broke the rules or was too slow.
struct Over;

/// Serves one client until either side has enough.
pub(super) async fn serve(stream: TcpStream, house: Arc<House>, stopping: CancellationToken) {
    let codec = Codec {
        max_incoming_size: Some(PACKET_BYTES_MAX),
        max_outgoing_size: None,
    };
    let mut frames = Framed::new(stream, codec);
    let Ok(Some(Ok(Packet::Connect(connect, _, login)))) = timeout(PATIENCE, frames.next()).await
    else {
        return;
    };
    if !admits(&house, login.as_ref()) || connect.client_id.is_empty() {
        drop(
            send(
                &mut frames,
                welcome(ConnectReturnCode::BadUserNamePassword, false),
            )
            .await,
        );
        return;
    }
    let silence_max = Duration::from_secs(u64::from(connect.keep_alive)) * 3 / 2;
    let mut link = house.sessions().enter(hello(connect));
    let greeting = welcome(ConnectReturnCode::Success, link.is_resumed);
    if send(&mut frames, greeting).await.is_ok() {
        house.sessions().resume(&link.client_id);
        tokio::select! {
            () = stopping.cancelled() => {}
            _ = attend(&mut frames, &house, &mut link, silence_max) => {}
        }
    }
    house.sessions().leave(&link);
}

async fn attend(
    frames: &mut Frames,
    house: &House,
    link: &mut Link,
    silence_max: Duration,
) -> Result<(), Over> {
    let silence_max = if silence_max.is_zero() {
        Duration::MAX
    } else {
        silence_max
    };
    loop {
        tokio::select! {
            packet = timeout(silence_max, frames.next()) => {
                let Ok(Some(Ok(packet))) = packet else {
                    return Err(Over);
                };
                if let Some(answer) = answer(packet, house, &link.client_id)? {
                    send(frames, answer).await?;
                }
            }
            packet = link.packets.recv() => {
                let mut next = Some(packet.ok_or(Over)?);
                while let Some(packet) = next {
                    in_time(frames.feed(packet)).await?;
                    next = link.packets.try_recv().ok();
                }
                in_time(frames.flush()).await?;
            }
        }
    }
}

fn answer(packet: Packet, house: &House, client_id: &str) -> Result<Option<Packet>, Over> {
    Ok(match packet {
        Packet::Publish(publish) => published(&publish, house)?,
        Packet::PubAck(ack) => {
            house.sessions().acknowledge(client_id, ack.pkid);
            None
        }
        Packet::Subscribe(subscribe) => Some(subscribed(&subscribe, house, client_id)),
        Packet::Unsubscribe(unsubscribe) => Some(unsubscribed(&unsubscribe, house, client_id)),
        Packet::PingReq(_) => Some(Packet::PingResp(PingResp)),
        _ => return Err(Over),
    })
}

fn published(publish: &Publish, house: &House) -> Result<Option<Packet>, Over> {
    let topic = std::str::from_utf8(&publish.topic).map_err(|_| Over)?;
    if topic.is_empty() || topic.contains(['+', '#']) || publish.qos == QoS::ExactlyOnce {
        return Err(Over);
    }
    let is_kept = publish.qos == QoS::AtLeastOnce;
    let is_wanted = house.sessions().publish(topic, &publish.payload, is_kept);
    let reason = if is_wanted {
        PubAckReason::Success
    } else {
        PubAckReason::NoMatchingSubscribers
    };
    Ok(is_kept.then(|| {
        Packet::PubAck(PubAck {
            pkid: publish.pkid,
            reason,
            properties: None,
        })
    }))
}

fn subscribed(subscribe: &Subscribe, house: &House, client_id: &str) -> Packet {
    let mut sessions = house.sessions();
    let grant = |filter: &Filter| {
        let qos = if filter.qos == QoS::AtMostOnce {
            QoS::AtMostOnce
        } else {
            QoS::AtLeastOnce
        };
        sessions.subscribe(client_id, &filter.path, qos);
        SubscribeReasonCode::Success(qos)
    };
    Packet::SubAck(SubAck {
        pkid: subscribe.pkid,
        return_codes: subscribe.filters.iter().map(grant).collect(),
        properties: None,
    })
}

fn unsubscribed(unsubscribe: &Unsubscribe, house: &House, client_id: &str) -> Packet {
    let mut sessions = house.sessions();
    for path in &unsubscribe.filters {
        sessions.unsubscribe(client_id, path);
    }
    Packet::UnsubAck(UnsubAck {
        pkid: unsubscribe.pkid,
        reasons: vec![UnsubAckReason::Success; unsubscribe.filters.len()],
        properties: None,
    })
}

fn admits(house: &House, login: Option<&Login>) -> bool {
    let Some((user, password)) = &house.door.login else {
        return true;
    };
    login.is_some_and(|given| {
        let is_user = given.username.as_bytes().ct_eq(user.as_bytes());
        let is_password = given
            .password
            .as_bytes()
            .ct_eq(password.expose_secret().as_bytes());
        bool::from(is_user & is_password)
    })
}

fn hello(connect: Connect) -> Hello {
    let properties = connect.properties.as_ref();
    let seconds = properties.and_then(|given| given.session_expiry_interval);
    let receive_maximum = properties.and_then(|given| given.receive_maximum);
    Hello {
        client_id: connect.client_id,
        is_clean: connect.clean_start,
        receive_maximum: receive_maximum.unwrap_or(u16::MAX).max(1),
        kept_for: Duration::from_secs(u64::from(seconds.unwrap_or(0))),
    }
}

/// What it offers: no retained messages and nothing exactly once.
fn welcome(code: ConnectReturnCode, is_resumed: bool) -> Packet {
    Packet::ConnAck(ConnAck {
        session_present: is_resumed,
        code,
        properties: Some(ConnAckProperties {
            session_expiry_interval: None,
            receive_max: None,
            max_qos: Some(1),
            retain_available: Some(0),
            max_packet_size: Some(PACKET_BYTES_MAX),
            assigned_client_identifier: None,
            topic_alias_max: None,
            reason_string: None,
            user_properties: Vec::new(),
            wildcard_subscription_available: None,
            subscription_identifiers_available: Some(0),
            shared_subscription_available: None,
            server_keep_alive: None,
            response_information: None,
            server_reference: None,
            authentication_method: None,
            authentication_data: None,
        }),
    })
}

async fn send(frames: &mut Frames, packet: Packet) -> Result<(), Over> {
    in_time(frames.send(packet)).await
}

async fn in_time(write: impl Future<Output = Result<(), PacketError>>) -> Result<(), Over> {
    match timeout(PATIENCE, write).await {
        Ok(Ok(())) => Ok(()),
        _ => Err(Over),
    }
}
