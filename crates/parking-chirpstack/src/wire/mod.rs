//! What ChirpStack says: its events in JSON and in protobuf, made into messages of the domain.
//!
//! A gateway or a device may lie in every field, so nothing here panics and everything is bounded:
//! the body, the payload, the gateways, each text. What is not understood is not read; what is
//! needed and wrong is an error that says where, and never what stood there.

mod commands;
mod json;
mod protobuf;
#[cfg(test)]
mod tests;

use std::cmp::Ordering;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use chrono::{DateTime, SubsecRound as _, Utc};
use parking_domain::eui::Eui64;
use parking_domain::radio::{
    Content, Message, PAYLOAD_MAX, RECEPTIONS_MAX, Reception, Uplink, received_at,
};
use serde::de::DeserializeOwned;
use thiserror::Error;

pub(crate) use commands::DownlinkCommand;

/// The largest body that is read. An event that a hundred gateways heard has half of it.
pub const BODY_BYTES_MAX: usize = 128 * 1024;

/// The longest name, identifier or word that is kept; longer ones are cut.
const NAME_CHARS_MAX: usize = 100;

/// The longest text for people that is kept.
const DESCRIPTION_CHARS_MAX: usize = 1_000;

/// Padding is what senders disagree about.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What kind of event a body tells of; the body does not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EventKind {
    /// A device spoke.
    Up,
    /// A device joined.
    Join,
    /// A device answered a command, or did not in time.
    Ack,
    /// A gateway sent a command.
    TxAck,
    /// A device's margin and battery.
    Status,
    /// The network server noticed something.
    Log,
    /// A device was located.
    Location,
}

/// Why a body is no message. Says where it is wrong and not what stands there: whoever reads the
/// log need not see the payload.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum WireError {
    /// More than [`BODY_BYTES_MAX`].
    #[error("{bytes} bytes are more than an event has")]
    TooLong {
        /// How many.
        bytes: usize,
    },
    /// Not JSON, or not of this shape.
    #[error("{problem} at {at}")]
    Json {
        /// The path of the field.
        at: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// Not protobuf, or not of this shape.
    #[error("not a protobuf event of this kind")]
    Protobuf,
    /// There is no message without it.
    #[error("{field} is missing")]
    Missing {
        /// What is.
        field: &'static str,
    },
    /// Not what the field is for.
    #[error("{field} is invalid")]
    Invalid {
        /// Which.
        field: &'static str,
    },
    /// The topic it came by names another device or application.
    #[error("{field} is another than the topic's")]
    Elsewhere {
        /// Which of the two.
        field: &'static str,
    },
}

impl EventKind {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Up,
        Self::Join,
        Self::Ack,
        Self::TxAck,
        Self::Status,
        Self::Log,
        Self::Location,
    ];

    /// The kind by its word: the last part of a topic, or `?event=` of a request.
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Its word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Join => "join",
            Self::Ack => "ack",
            Self::TxAck => "txack",
            Self::Status => "status",
            Self::Log => "log",
            Self::Location => "location",
        }
    }
}

/// Reads an event in whichever of the two forms the server was set to.
///
/// `{` cannot begin a protobuf event: it would be a field 15 of a kind that is no longer used.
pub fn read(kind: EventKind, body: &[u8], arrived_at: DateTime<Utc>) -> Result<Message, WireError> {
    if body.trim_ascii_start().first() == Some(&b'{') {
        read_json(kind, body, arrived_at)
    } else {
        read_protobuf(kind, body, arrived_at)
    }
}

/// Reads an event in JSON.
pub fn read_json(
    kind: EventKind,
    body: &[u8],
    arrived_at: DateTime<Utc>,
) -> Result<Message, WireError> {
    bounded(body)?;
    json::read(kind, body)?.into_message(arrived_at)
}

/// Reads an event in protobuf.
pub fn read_protobuf(
    kind: EventKind,
    body: &[u8],
    arrived_at: DateTime<Utc>,
) -> Result<Message, WireError> {
    bounded(body)?;
    protobuf::read(kind, body)?.into_message(arrived_at)
}

/// What every form of every event comes down to, as it was told.
pub(crate) struct Told {
    pub(crate) dev_eui: String,
    pub(crate) application: String,
    pub(crate) device_name: String,
    pub(crate) server_clock: Option<DateTime<Utc>>,
    pub(crate) given: Option<DateTime<Utc>>,
    pub(crate) receptions: Vec<Reception>,
    pub(crate) content: Content,
}

impl Told {
    /// The message, if the device has a name.
    pub(crate) fn into_message(self, arrived_at: DateTime<Utc>) -> Result<Message, WireError> {
        if self.dev_eui.is_empty() {
            return Err(WireError::Missing { field: "devEui" });
        }
        let Some(dev_eui) = eui(&self.dev_eui) else {
            return Err(WireError::Invalid { field: "devEui" });
        };
        Ok(Message {
            dev_eui,
            application: name(&self.application),
            device_name: name(&self.device_name),
            received_at: received_at(self.server_clock, self.given, arrived_at).trunc_subsecs(6),
            receptions: strongest(self.receptions),
            content: self.content,
        })
    }
}

/// An uplink, with what both forms say of it.
pub(crate) fn uplink(
    dev_addr: &str,
    f_cnt: u32,
    f_port: u32,
    payload: Vec<u8>,
    deduplication_id: &str,
) -> Result<Content, WireError> {
    if payload.len() > PAYLOAD_MAX {
        return Err(WireError::Invalid { field: "data" });
    }
    let f_port = u8::try_from(f_port).map_err(|_| WireError::Invalid { field: "fPort" })?;
    Ok(Content::Uplink(Uplink {
        dev_addr: session(dev_addr),
        f_cnt: Some(f_cnt),
        // Neither form can tell a port 0 from none.
        f_port: (f_port != 0).then_some(f_port),
        payload,
        deduplication_id: name(deduplication_id),
    }))
}

/// What a device said of its battery: the level means nothing beside either of the two flags.
pub(crate) fn status(margin: i32, is_mains: bool, is_unknown: bool, level: f32) -> Content {
    let is_level = !is_mains && !is_unknown && (0.0..=100.0).contains(&level);
    Content::Status {
        margin: Some(margin),
        battery_percent: is_level.then_some(level),
        is_mains,
    }
}

/// A place on Earth.
pub(crate) fn location(latitude: f64, longitude: f64) -> Result<Content, WireError> {
    let is_on_earth = (-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude);
    if is_on_earth {
        Ok(Content::Location {
            latitude,
            longitude,
        })
    } else {
        Err(WireError::Invalid { field: "location" })
    }
}

/// One gateway that heard it; none if that gateway has no proper name.
pub(crate) fn reception(gateway: &str, rssi: i32, snr: Option<f32>) -> Option<Reception> {
    Some(Reception {
        gateway: eui(gateway)?,
        // A default that was left out: nothing is received as strongly as it was sent.
        rssi: (rssi != 0).then_some(rssi),
        snr: snr.filter(|snr| snr.is_finite()),
    })
}

/// The name of the command an event is about; without it the event is about nothing.
pub(crate) fn queue_item(said: &str) -> Result<String, WireError> {
    name(said).ok_or(WireError::Missing {
        field: "queueItemId",
    })
}

/// A notice, in the words of the server.
pub(crate) fn notice(level: &str, code: &str, description: &str, item: &str) -> Content {
    Content::Notice {
        level: kept(level, NAME_CHARS_MAX),
        code: kept(code, NAME_CHARS_MAX),
        description: kept(description, DESCRIPTION_CHARS_MAX),
        queue_item: name(item),
    }
}

/// The address of a session, in lower case whoever writes it.
pub(crate) fn session(dev_addr: &str) -> Option<String> {
    name(&dev_addr.to_ascii_lowercase())
}

/// A name or identifier, if it says anything.
pub(crate) fn name(said: &str) -> Option<String> {
    let kept = kept(said, NAME_CHARS_MAX);
    (!kept.is_empty()).then_some(kept)
}

/// An identifier of 64 bits, written as network servers write them.
pub(crate) fn eui(said: &str) -> Option<Eui64> {
    (said.len() == 16).then(|| said.parse().ok()).flatten()
}

/// The bytes of a payload. What cannot fit is not decoded first.
pub(crate) fn bytes_of(field: &'static str, text: &str) -> Result<Vec<u8>, WireError> {
    if text.len() > PAYLOAD_MAX.div_ceil(3) * 4 {
        return Err(WireError::Invalid { field });
    }
    BASE64
        .decode(text)
        .map_err(|_| WireError::Invalid { field })
}

/// The shape in a body, or where it differs.
pub(crate) fn parsed<T: DeserializeOwned>(body: &[u8]) -> Result<T, WireError> {
    serde_json::from_slice(body).or_else(|_| {
        // Only now is it worth knowing where.
        let mut reader = serde_json::Deserializer::from_slice(body);
        serde_path_to_error::deserialize(&mut reader).map_err(|error| WireError::Json {
            at: kept(&error.path().to_string(), NAME_CHARS_MAX),
            problem: match error.inner().classify() {
                serde_json::error::Category::Data => "not what belongs there",
                serde_json::error::Category::Eof => "cut off",
                serde_json::error::Category::Syntax | serde_json::error::Category::Io => "not JSON",
            },
        })
    })
}

pub(crate) fn bounded(body: &[u8]) -> Result<(), WireError> {
    if body.len() > BODY_BYTES_MAX {
        return Err(WireError::TooLong { bytes: body.len() });
    }
    Ok(())
}

/// Without what PostgreSQL refuses to keep, and no longer than that.
fn kept(said: &str, chars_max: usize) -> String {
    said.chars()
        .filter(|c| *c != '\0')
        .take(chars_max)
        .collect()
}

/// The strongest first, each gateway once however many antennas it has, and no more than are kept.
fn strongest(mut receptions: Vec<Reception>) -> Vec<Reception> {
    receptions.sort_by(|one, other| {
        let by_strength = other.rssi.cmp(&one.rssi);
        by_strength.then_with(|| other.snr.partial_cmp(&one.snr).unwrap_or(Ordering::Equal))
    });
    let mut kept: Vec<Reception> = Vec::new();
    for reception in receptions {
        if kept.len() == RECEPTIONS_MAX {
            break;
        }
        if !kept.iter().any(|one| one.gateway == reception.gateway) {
            kept.push(reception);
        }
    }
    kept
}
