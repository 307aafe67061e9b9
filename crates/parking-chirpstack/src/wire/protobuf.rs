//! Events in protobuf: of ChirpStack's `integration.proto` only what is read.
//!
//! Written out and not generated. The official crate runs `protoc` when it is built, which a fresh
//! machine has not, and makes the types of the whole API; a decoder skips the fields it does not
//! know. The tests hold every number here against bodies that the official encoder wrote.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use parking_domain::radio::Content;
use prost::{Enumeration, Message};

use super::{
    EventKind, Told, WireError, eui, location, notice, queue_item, reception, session, status,
    uplink,
};

pub(super) fn read(kind: EventKind, body: &[u8]) -> Result<Told, WireError> {
    match kind {
        EventKind::Up => decoded::<Up>(body)?.told(),
        EventKind::Join => Ok(decoded::<Join>(body)?.told()),
        EventKind::Ack => decoded::<Ack>(body)?.told(),
        EventKind::TxAck => decoded::<TxAck>(body)?.told(),
        EventKind::Status => Ok(decoded::<Status>(body)?.told()),
        EventKind::Log => Ok(decoded::<Log>(body)?.told()),
        EventKind::Location => decoded::<Located>(body)?.told(),
    }
}

fn decoded<M: Message + Default>(body: &[u8]) -> Result<M, WireError> {
    M::decode(body).map_err(|_| WireError::Protobuf)
}

#[derive(Clone, PartialEq, Message)]
struct Up {
    #[prost(string, tag = "1")]
    deduplication_id: String,
    #[prost(message, optional, tag = "2")]
    time: Option<Timestamp>,
    #[prost(message, optional, tag = "3")]
    device_info: Option<DeviceInfo>,
    #[prost(string, tag = "4")]
    dev_addr: String,
    #[prost(uint32, tag = "7")]
    f_cnt: u32,
    #[prost(uint32, tag = "8")]
    f_port: u32,
    #[prost(bytes = "vec", tag = "10")]
    data: Vec<u8>,
    #[prost(message, repeated, tag = "12")]
    rx_info: Vec<RxInfo>,
}

#[derive(Clone, PartialEq, Message)]
struct Join {
    #[prost(message, optional, tag = "2")]
    time: Option<Timestamp>,
    #[prost(message, optional, tag = "3")]
    device_info: Option<DeviceInfo>,
    #[prost(string, tag = "4")]
    dev_addr: String,
}

#[derive(Clone, PartialEq, Message)]
struct Ack {
    #[prost(message, optional, tag = "2")]
    time: Option<Timestamp>,
    #[prost(message, optional, tag = "3")]
    device_info: Option<DeviceInfo>,
    #[prost(string, tag = "4")]
    queue_item_id: String,
    #[prost(bool, tag = "5")]
    acknowledged: bool,
    #[prost(uint32, tag = "6")]
    f_cnt_down: u32,
}

#[derive(Clone, PartialEq, Message)]
struct TxAck {
    #[prost(message, optional, tag = "2")]
    time: Option<Timestamp>,
    #[prost(message, optional, tag = "3")]
    device_info: Option<DeviceInfo>,
    #[prost(string, tag = "4")]
    queue_item_id: String,
    #[prost(uint32, tag = "5")]
    f_cnt_down: u32,
    #[prost(string, tag = "6")]
    gateway_id: String,
}

#[derive(Clone, PartialEq, Message)]
struct Status {
    #[prost(message, optional, tag = "2")]
    time: Option<Timestamp>,
    #[prost(message, optional, tag = "3")]
    device_info: Option<DeviceInfo>,
    #[prost(int32, tag = "5")]
    margin: i32,
    #[prost(bool, tag = "6")]
    external_power_source: bool,
    #[prost(bool, tag = "7")]
    battery_level_unavailable: bool,
    #[prost(float, tag = "8")]
    battery_level: f32,
}

#[derive(Clone, PartialEq, Message)]
struct Log {
    #[prost(message, optional, tag = "1")]
    time: Option<Timestamp>,
    #[prost(message, optional, tag = "2")]
    device_info: Option<DeviceInfo>,
    #[prost(enumeration = "Level", tag = "3")]
    level: i32,
    #[prost(enumeration = "Code", tag = "4")]
    code: i32,
    #[prost(string, tag = "5")]
    description: String,
    #[prost(map = "string, string", tag = "6")]
    context: HashMap<String, String>,
}

#[derive(Clone, PartialEq, Message)]
struct Located {
    #[prost(message, optional, tag = "2")]
    time: Option<Timestamp>,
    #[prost(message, optional, tag = "3")]
    device_info: Option<DeviceInfo>,
    #[prost(message, optional, tag = "4")]
    location: Option<Place>,
}

#[derive(Clone, PartialEq, Message)]
struct DeviceInfo {
    #[prost(string, tag = "3")]
    application_id: String,
    #[prost(string, tag = "7")]
    device_name: String,
    #[prost(string, tag = "8")]
    dev_eui: String,
}

#[derive(Clone, PartialEq, Message)]
struct RxInfo {
    #[prost(string, tag = "1")]
    gateway_id: String,
    #[prost(message, optional, tag = "17")]
    ns_time: Option<Timestamp>,
    #[prost(int32, tag = "6")]
    rssi: i32,
    #[prost(float, tag = "7")]
    snr: f32,
}

#[derive(Clone, PartialEq, Message)]
struct Place {
    #[prost(double, tag = "1")]
    latitude: f64,
    #[prost(double, tag = "2")]
    longitude: f64,
}

#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub(super) struct Timestamp {
    #[prost(int64, tag = "1")]
    seconds: i64,
    #[prost(int32, tag = "2")]
    nanos: i32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Enumeration)]
#[repr(i32)]
enum Level {
    Info = 0,
    Warning = 1,
    Error = 2,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Enumeration)]
#[repr(i32)]
enum Code {
    Unknown = 0,
    DownlinkPayloadSize = 1,
    UplinkCodec = 2,
    DownlinkCodec = 3,
    Otaa = 4,
    UplinkFCntReset = 5,
    UplinkMic = 6,
    UplinkFCntRetransmission = 7,
    DownlinkGateway = 8,
    RelayNewEndDevice = 9,
    FCntDown = 10,
    Expired = 11,
}

impl Up {
    fn told(self) -> Result<Told, WireError> {
        let content = uplink(
            &self.dev_addr,
            self.f_cnt,
            self.f_port,
            self.data,
            &self.deduplication_id,
        )?;
        let clocks = self.rx_info.iter().filter_map(|rx| instant(rx.ns_time));
        let heard = self
            .rx_info
            .iter()
            .filter_map(|rx| reception(&rx.gateway_id, rx.rssi, Some(rx.snr)));
        Ok(Told {
            server_clock: clocks.min(),
            receptions: heard.collect(),
            ..told(self.device_info, self.time, content)
        })
    }
}

impl Join {
    fn told(self) -> Told {
        let dev_addr = session(&self.dev_addr);
        told(self.device_info, self.time, Content::Join { dev_addr })
    }
}

impl Ack {
    fn told(self) -> Result<Told, WireError> {
        let content = Content::Acknowledged {
            queue_item: queue_item(&self.queue_item_id)?,
            is_acknowledged: self.acknowledged,
            f_cnt_down: Some(self.f_cnt_down),
        };
        Ok(told(self.device_info, self.time, content))
    }
}

impl TxAck {
    fn told(self) -> Result<Told, WireError> {
        let content = Content::Transmitted {
            queue_item: queue_item(&self.queue_item_id)?,
            f_cnt_down: Some(self.f_cnt_down),
            gateway: eui(&self.gateway_id),
        };
        Ok(told(self.device_info, self.time, content))
    }
}

impl Status {
    fn told(self) -> Told {
        let content = status(
            self.margin,
            self.external_power_source,
            self.battery_level_unavailable,
            self.battery_level,
        );
        told(self.device_info, self.time, content)
    }
}

impl Log {
    fn told(mut self) -> Told {
        let item = self.context.remove("queue_item_id").unwrap_or_default();
        // A number this page does not know yet is still something.
        let level = Level::try_from(self.level)
            .map_or_else(|_| self.level.to_string(), |level| level.word().to_owned());
        let code = Code::try_from(self.code)
            .map_or_else(|_| self.code.to_string(), |code| code.word().to_owned());
        let content = notice(&level, &code, &self.description, &item);
        told(self.device_info, self.time, content)
    }
}

impl Located {
    fn told(self) -> Result<Told, WireError> {
        let place = self
            .location
            .ok_or(WireError::Missing { field: "location" })?;
        let content = location(place.latitude, place.longitude)?;
        Ok(told(self.device_info, self.time, content))
    }
}

impl Level {
    const fn word(self) -> &'static str {
        match self {
            Self::Info => "INFO",
            Self::Warning => "WARNING",
            Self::Error => "ERROR",
        }
    }
}

impl Code {
    const fn word(self) -> &'static str {
        match self {
            Self::Unknown => "UNKNOWN",
            Self::DownlinkPayloadSize => "DOWNLINK_PAYLOAD_SIZE",
            Self::UplinkCodec => "UPLINK_CODEC",
            Self::DownlinkCodec => "DOWNLINK_CODEC",
            Self::Otaa => "OTAA",
            Self::UplinkFCntReset => "UPLINK_F_CNT_RESET",
            Self::UplinkMic => "UPLINK_MIC",
            Self::UplinkFCntRetransmission => "UPLINK_F_CNT_RETRANSMISSION",
            Self::DownlinkGateway => "DOWNLINK_GATEWAY",
            Self::RelayNewEndDevice => "RELAY_NEW_END_DEVICE",
            Self::FCntDown => "F_CNT_DOWN",
            Self::Expired => "EXPIRED",
        }
    }
}

/// What every event says; an uplink knows more.
fn told(device: Option<DeviceInfo>, time: Option<Timestamp>, content: Content) -> Told {
    let device = device.unwrap_or_default();
    Told {
        dev_eui: device.dev_eui,
        application: device.application_id,
        device_name: device.device_name,
        server_clock: None,
        given: instant(time),
        receptions: Vec::new(),
        content,
    }
}

/// An instant, or none if it is not one: a message is not lost over its clock.
impl Timestamp {
    /// An instant as it is written there.
    pub(super) fn at(at: DateTime<Utc>) -> Self {
        Self {
            seconds: at.timestamp(),
            nanos: i32::try_from(at.timestamp_subsec_nanos()).unwrap_or_default(),
        }
    }
}

fn instant(said: Option<Timestamp>) -> Option<DateTime<Utc>> {
    let said = said?;
    DateTime::from_timestamp(said.seconds, u32::try_from(said.nanos).ok()?)
}
