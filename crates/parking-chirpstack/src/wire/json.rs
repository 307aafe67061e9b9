//! Events in JSON: protobuf's mapping, where a nested object leaves out what has its default.

use chrono::{DateTime, Utc};
use parking_domain::radio::{Content, Reception};
use serde::{Deserialize, Deserializer};

use super::{
    EventKind, Told, WireError, bytes_of, eui, location, name, notice, parsed, queue_item,
    reception, session, status, uplink,
};

pub(super) fn read(kind: EventKind, body: &[u8]) -> Result<Told, WireError> {
    match kind {
        EventKind::Up => parsed::<Up>(body)?.told(),
        EventKind::Join => Ok(parsed::<Join>(body)?.told()),
        EventKind::Ack => parsed::<Ack>(body)?.told(),
        EventKind::TxAck => parsed::<TxAck>(body)?.told(),
        EventKind::Status => Ok(parsed::<Status>(body)?.told()),
        EventKind::Log => Ok(parsed::<Log>(body)?.told()),
        EventKind::Location => parsed::<Located>(body)?.told(),
    }
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Up {
    deduplication_id: String,
    #[serde(deserialize_with = "instant")]
    time: Option<DateTime<Utc>>,
    device_info: DeviceInfo,
    dev_addr: String,
    f_cnt: u32,
    f_port: u32,
    data: String,
    rx_info: Vec<RxInfo>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Join {
    #[serde(deserialize_with = "instant")]
    time: Option<DateTime<Utc>>,
    device_info: DeviceInfo,
    dev_addr: String,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Ack {
    #[serde(deserialize_with = "instant")]
    time: Option<DateTime<Utc>>,
    device_info: DeviceInfo,
    queue_item_id: String,
    acknowledged: bool,
    f_cnt_down: u32,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct TxAck {
    #[serde(deserialize_with = "instant")]
    time: Option<DateTime<Utc>>,
    device_info: DeviceInfo,
    queue_item_id: String,
    f_cnt_down: u32,
    gateway_id: String,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Status {
    #[serde(deserialize_with = "instant")]
    time: Option<DateTime<Utc>>,
    device_info: DeviceInfo,
    margin: i32,
    external_power_source: bool,
    battery_level_unavailable: bool,
    #[serde(deserialize_with = "number")]
    battery_level: f32,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Log {
    #[serde(deserialize_with = "instant")]
    time: Option<DateTime<Utc>>,
    device_info: DeviceInfo,
    level: String,
    code: String,
    description: String,
    context: LogContext,
}

/// Its keys are the server's own and not camel case; all values are texts.
#[derive(Deserialize, Default)]
#[serde(default)]
struct LogContext {
    queue_item_id: String,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Located {
    #[serde(deserialize_with = "instant")]
    time: Option<DateTime<Utc>>,
    device_info: DeviceInfo,
    location: Option<Place>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct DeviceInfo {
    application_id: String,
    device_name: String,
    dev_eui: String,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct RxInfo {
    gateway_id: String,
    #[serde(deserialize_with = "instant")]
    ns_time: Option<DateTime<Utc>>,
    rssi: i32,
    #[serde(deserialize_with = "number")]
    snr: f32,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Place {
    latitude: f64,
    longitude: f64,
}

impl Up {
    fn told(self) -> Result<Told, WireError> {
        let payload = bytes_of("data", &self.data)?;
        let content = uplink(
            &self.dev_addr,
            self.f_cnt,
            self.f_port,
            payload,
            &self.deduplication_id,
        )?;
        Ok(Told {
            server_clock: self.rx_info.iter().filter_map(|rx| rx.ns_time).min(),
            receptions: self.rx_info.iter().filter_map(RxInfo::reception).collect(),
            ..self.device_info.told(self.time, content)
        })
    }
}

impl RxInfo {
    fn reception(&self) -> Option<Reception> {
        reception(&self.gateway_id, self.rssi, Some(self.snr))
    }
}

impl Join {
    fn told(self) -> Told {
        let dev_addr = session(&self.dev_addr);
        self.device_info.told(self.time, Content::Join { dev_addr })
    }
}

impl Ack {
    fn told(self) -> Result<Told, WireError> {
        let content = Content::Acknowledged {
            queue_item: queue_item(&self.queue_item_id)?,
            is_acknowledged: self.acknowledged,
            f_cnt_down: Some(self.f_cnt_down),
        };
        Ok(self.device_info.told(self.time, content))
    }
}

impl TxAck {
    fn told(self) -> Result<Told, WireError> {
        let content = Content::Transmitted {
            queue_item: queue_item(&self.queue_item_id)?,
            f_cnt_down: Some(self.f_cnt_down),
            gateway: eui(&self.gateway_id),
        };
        Ok(self.device_info.told(self.time, content))
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
        self.device_info.told(self.time, content)
    }
}

impl Log {
    fn told(self) -> Told {
        let content = notice(
            &name(&self.level).unwrap_or_else(|| "INFO".to_owned()),
            &name(&self.code).unwrap_or_else(|| "UNKNOWN".to_owned()),
            &self.description,
            &self.context.queue_item_id,
        );
        self.device_info.told(self.time, content)
    }
}

impl Located {
    fn told(self) -> Result<Told, WireError> {
        let place = self
            .location
            .ok_or(WireError::Missing { field: "location" })?;
        let content = location(place.latitude, place.longitude)?;
        Ok(self.device_info.told(self.time, content))
    }
}

impl DeviceInfo {
    /// What every event says; an uplink knows more.
    fn told(self, given: Option<DateTime<Utc>>, content: Content) -> Told {
        Told {
            dev_eui: self.dev_eui,
            application: self.application_id,
            device_name: self.device_name,
            server_clock: None,
            given,
            receptions: Vec::new(),
            content,
        }
    }
}

/// An instant, or none if it is not one: a message is not lost over its clock.
fn instant<'de, D: Deserializer<'de>>(reader: D) -> Result<Option<DateTime<Utc>>, D::Error> {
    let said = Option::<String>::deserialize(reader)?;
    Ok(said
        .and_then(|said| DateTime::parse_from_rfc3339(&said).ok())
        .map(|at| at.to_utc()))
}

/// A number that may be none: protobuf's mapping writes `"NaN"` and `"Infinity"` as texts.
fn number<'de, D: Deserializer<'de>>(reader: D) -> Result<f32, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Said {
        Number(f32),
        Text(String),
    }
    Ok(match Said::deserialize(reader)? {
        Said::Number(number) => number,
        Said::Text(text) => text.parse().unwrap_or(f32::NAN),
    })
}
