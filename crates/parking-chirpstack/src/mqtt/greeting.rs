//! What is said before anything else: who we are, and on which terms the broker lets us in.

use std::time::Duration;

use rumqttc::v5::mqttbytes::v5::{
    Codec, ConnAck, Connect, ConnectProperties, ConnectReturnCode, Login, Packet,
};
use secrecy::ExposeSecret as _;

use super::Settings;
use super::packets::Packets;
use super::session::SessionError;
use crate::wire::BODY_BYTES_MAX;

/// An event that is too large to be read is not even taken off the line.
pub(super) fn codec() -> Packets {
    Packets(Codec {
        max_incoming_size: Some(packet_bytes_max()),
        max_outgoing_size: None,
    })
}

/// A body with its topic and properties.
fn packet_bytes_max() -> u32 {
    u32::try_from(BODY_BYTES_MAX * 2).unwrap_or(u32::MAX)
}

pub(super) fn connect(settings: &Settings) -> Packet {
    let seconds = |time: Duration| u32::try_from(time.as_secs()).unwrap_or(u32::MAX);
    let properties = ConnectProperties {
        session_expiry_interval: Some(seconds(settings.session_kept_for)),
        receive_maximum: Some(settings.in_flight_max),
        max_packet_size: Some(packet_bytes_max()),
        topic_alias_max: Some(0),
        ..ConnectProperties::new()
    };
    let connect = Connect {
        keep_alive: u16::try_from(seconds(settings.keep_alive)).unwrap_or(u16::MAX),
        client_id: settings.client_id.clone(),
        clean_start: false,
        properties: Some(properties),
    };
    let login = settings.broker.login.as_ref();
    let login = login.map(|(user, password)| Login::new(user, password.expose_secret()));
    Packet::Connect(connect, None, login)
}

/// On which terms the broker lets us in.
pub(super) struct Terms {
    /// How often it wants to hear of us.
    pub(super) keep_alive: Duration,
    /// How many of our messages it takes before it has answered for them.
    pub(super) under_way_max: u16,
}

/// The terms, if the broker gives us what we need.
pub(super) fn terms(settings: &Settings, welcome: &ConnAck) -> Result<Terms, SessionError> {
    if welcome.code != ConnectReturnCode::Success {
        return Err(SessionError::Refused(welcome.code));
    }
    let given = welcome.properties.as_ref();
    let shares = given.and_then(|terms| terms.shared_subscription_available);
    if settings.group.is_some() && shares == Some(0) {
        return Err(SessionError::Unshared);
    }
    let asked = given.and_then(|terms| terms.server_keep_alive);
    let asked = asked.filter(|seconds| *seconds > 0);
    let keep_alive = asked.map(|seconds| Duration::from_secs(seconds.into()));
    Ok(Terms {
        keep_alive: keep_alive.unwrap_or(settings.keep_alive),
        under_way_max: given
            .and_then(|terms| terms.receive_max)
            .unwrap_or(u16::MAX),
    })
}
