//! What The Things Stack (version 3) says to a webhook, in JSON.
//!
//! Its messages name their kind by the one field they have beside the device's names, and leave out
//! whatever is empty, zero or false. There is no name for a command but the correlation identifiers
//! it was queued with.

mod commands;
#[cfg(test)]
mod tests;

pub use commands::{NOTHING, queue_of};

use chrono::{DateTime, Utc};
use parking_domain::radio::{Content, Message, Reception};
use serde::Deserialize;

use crate::wire::{
    Told, WireError, bounded, bytes_of, location, name, notice, parsed, queue_item, reception,
    session, uplink,
};

/// Reads one message; none if it is of a kind nothing here follows from, like a command that was
/// queued.
///
/// A simulated uplink is an uplink: whoever simulates one wants to see what it does. A failed
/// downlink whose device is only named by its identifier there is an error, as it has no `DevEUI`.
pub fn read(body: &[u8], arrived_at: DateTime<Utc>) -> Result<Option<Message>, WireError> {
    bounded(body)?;
    parsed::<ApplicationUp>(body)?
        .told()?
        .map(|told| told.into_message(arrived_at))
        .transpose()
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct ApplicationUp {
    end_device_ids: DeviceIds,
    correlation_ids: Vec<String>,
    received_at: Option<Instant>,
    uplink_message: Option<UplinkMessage>,
    join_accept: Option<JoinAccept>,
    downlink_sent: Option<Downlink>,
    downlink_ack: Option<Downlink>,
    downlink_nack: Option<Downlink>,
    downlink_failed: Option<DownlinkFailed>,
    location_solved: Option<LocationSolved>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct DeviceIds {
    device_id: String,
    application_ids: ApplicationIds,
    dev_eui: String,
    dev_addr: String,
}

impl DeviceIds {
    /// Whether no device is named, as it is in every message of The Things Stack.
    fn is_nobody(&self) -> bool {
        self.device_id.is_empty() && self.dev_eui.is_empty()
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct ApplicationIds {
    application_id: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct UplinkMessage {
    f_cnt: u32,
    f_port: u32,
    frm_payload: String,
    rx_metadata: Vec<RxMetadata>,
    received_at: Option<Instant>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct RxMetadata {
    gateway_ids: GatewayIds,
    rssi: f32,
    snr: Option<f32>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct GatewayIds {
    eui: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct JoinAccept {
    received_at: Option<Instant>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Downlink {
    f_cnt: u32,
    correlation_ids: Vec<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct DownlinkFailed {
    downlink: Downlink,
    error: Failure,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Failure {
    name: String,
    message_format: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct LocationSolved {
    location: Place,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Place {
    latitude: f64,
    longitude: f64,
}

/// An instant, or none if it is not one: a message is not lost over its clock.
#[derive(Deserialize, Clone, Copy)]
#[serde(from = "String")]
struct Instant(Option<DateTime<Utc>>);

impl From<String> for Instant {
    fn from(said: String) -> Self {
        let at = DateTime::parse_from_rfc3339(&said);
        Self(at.ok().map(|at| at.to_utc()))
    }
}

impl ApplicationUp {
    fn told(self) -> Result<Option<Told>, WireError> {
        let given = self.received_at.and_then(|at| at.0);
        let mut server_clock = None;
        let mut receptions = Vec::new();
        let content = if let Some(said) = self.uplink_message {
            server_clock = said.received_at;
            receptions = said.rx_metadata.iter().filter_map(heard).collect();
            said.content(&self.end_device_ids.dev_addr, &self.correlation_ids)?
        } else if let Some(said) = self.join_accept {
            server_clock = said.received_at;
            let dev_addr = session(&self.end_device_ids.dev_addr);
            Content::Join { dev_addr }
        } else if let Some(said) = self.downlink_sent {
            Content::Transmitted {
                queue_item: said.item()?,
                f_cnt_down: Some(said.f_cnt),
                gateway: None,
            }
        } else if let Some(said) = self.downlink_ack {
            said.answered(true)?
        } else if let Some(said) = self.downlink_nack {
            said.answered(false)?
        } else if let Some(said) = self.downlink_failed {
            said.content()
        } else if let Some(said) = self.location_solved {
            location(said.location.latitude, said.location.longitude)?
        } else if self.end_device_ids.is_nobody() {
            return Err(WireError::Missing {
                field: "end_device_ids",
            });
        } else {
            return Ok(None);
        };
        Ok(Some(Told {
            dev_eui: self.end_device_ids.dev_eui,
            application: self.end_device_ids.application_ids.application_id,
            device_name: self.end_device_ids.device_id,
            server_clock: server_clock.and_then(|at| at.0),
            given,
            receptions,
            content,
        }))
    }
}

impl UplinkMessage {
    fn content(&self, dev_addr: &str, correlation_ids: &[String]) -> Result<Content, WireError> {
        let payload = bytes_of("frm_payload", &self.frm_payload)?;
        // The one of its identifiers that is of this uplink and comes again when it is sent again.
        let telling = correlation_ids.iter().find(|id| id.starts_with("as:up:"));
        uplink(
            dev_addr,
            self.f_cnt,
            self.f_port,
            payload,
            telling.map_or("", String::as_str),
        )
    }
}

impl Downlink {
    fn item(&self) -> Result<String, WireError> {
        queue_item(command(&self.correlation_ids).unwrap_or_default())
    }

    fn answered(&self, is_acknowledged: bool) -> Result<Content, WireError> {
        Ok(Content::Acknowledged {
            queue_item: self.item()?,
            is_acknowledged,
            f_cnt_down: Some(self.f_cnt),
        })
    }
}

impl DownlinkFailed {
    fn content(&self) -> Content {
        let item = command(&self.downlink.correlation_ids).unwrap_or_default();
        let code = name(&self.error.name).unwrap_or_else(|| "UNKNOWN".to_owned());
        notice("ERROR", &code, &self.error.message_format, item)
    }
}

fn heard(metadata: &RxMetadata) -> Option<Reception> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a float becomes the nearest integer there is, and nobody is heard at 2 billion dBm"
    )]
    let rssi = metadata.rssi.round() as i32;
    reception(&metadata.gateway_ids.eui, rssi, metadata.snr.or(Some(0.0)))
}

/// The name of a command: what its sender called it, else what the application server did.
fn command(correlation_ids: &[String]) -> Option<&str> {
    let mut given = correlation_ids.iter().filter(|id| !is_of_the_stack(id));
    let own = || {
        correlation_ids
            .iter()
            .find(|id| id.starts_with("as:downlink:"))
    };
    given.next().or_else(own).map(String::as_str)
}

/// Its components begin their identifiers with two letters or `rpc`.
fn is_of_the_stack(id: &str) -> bool {
    id.split_once(':')
        .is_some_and(|(component, _)| matches!(component, "as" | "gs" | "js" | "ns" | "rpc"))
}
