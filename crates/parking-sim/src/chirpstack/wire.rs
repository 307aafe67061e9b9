//! The bodies of events, in the order ChirpStack writes them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Serialize, Serializer};
use uuid::Uuid;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct UpTold<'a> {
    pub(super) deduplication_id: Uuid,
    pub(super) time: String,
    pub(super) device_info: DeviceTold<'a>,
    pub(super) dev_addr: String,
    pub(super) adr: bool,
    pub(super) dr: u8,
    pub(super) f_cnt: u32,
    pub(super) f_port: u8,
    pub(super) confirmed: bool,
    #[serde(serialize_with = "in_base64")]
    pub(super) data: &'a [u8],
    pub(super) rx_info: Vec<RxTold>,
    pub(super) tx_info: TxTold,
    pub(super) region_config_id: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct JoinTold<'a> {
    pub(super) deduplication_id: Uuid,
    pub(super) time: String,
    pub(super) device_info: DeviceTold<'a>,
    pub(super) dev_addr: String,
    pub(super) region_config_id: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct StatusTold<'a> {
    pub(super) deduplication_id: Uuid,
    pub(super) time: String,
    pub(super) device_info: DeviceTold<'a>,
    pub(super) margin: i8,
    pub(super) external_power_source: bool,
    pub(super) battery_level_unavailable: bool,
    pub(super) battery_level: f32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LogTold<'a> {
    pub(super) time: String,
    pub(super) device_info: DeviceTold<'a>,
    pub(super) level: &'static str,
    pub(super) code: &'static str,
    pub(super) description: &'static str,
    pub(super) context: LogContext,
}

/// Its values are texts, whatever they say, and its names are not in camel case.
#[derive(Serialize)]
pub(super) struct LogContext {
    pub(super) f_cnt_up: String,
    pub(super) deduplication_id: Uuid,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DeviceTold<'a> {
    pub(super) tenant_id: Uuid,
    pub(super) tenant_name: &'static str,
    pub(super) application_id: Uuid,
    pub(super) application_name: &'static str,
    pub(super) device_profile_id: Uuid,
    pub(super) device_profile_name: &'static str,
    pub(super) device_name: &'a str,
    pub(super) dev_eui: String,
    pub(super) device_class_enabled: &'static str,
    pub(super) tags: Tags<'a>,
}

#[derive(Serialize)]
pub(super) struct Tags<'a> {
    pub(super) site: &'a str,
    pub(super) model: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) bay: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RxTold {
    pub(super) gateway_id: String,
    pub(super) uplink_id: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) gw_time: Option<String>,
    pub(super) ns_time: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) time_since_gps_epoch: Option<&'static str>,
    pub(super) rssi: i16,
    pub(super) snr: f32,
    #[serde(skip_serializing_if = "is_nought")]
    pub(super) channel: u8,
    #[serde(skip_serializing_if = "is_nought")]
    pub(super) rf_chain: u8,
    pub(super) location: Location,
    #[serde(serialize_with = "in_base64")]
    pub(super) context: [u8; 4],
    pub(super) crc_status: &'static str,
}

/// A place on the earth.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Location {
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
    /// Metres above the sea.
    pub altitude: f64,
}

#[derive(Serialize)]
pub(super) struct TxTold {
    pub(super) frequency: u32,
    pub(super) modulation: Modulation,
}

#[derive(Serialize)]
pub(super) struct Modulation {
    pub(super) lora: Lora,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Lora {
    pub(super) bandwidth: u32,
    pub(super) spreading_factor: u8,
    pub(super) code_rate: &'static str,
}

fn in_base64<S: Serializer>(bytes: &impl AsRef<[u8]>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&STANDARD.encode(bytes))
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_nought(value: &u8) -> bool {
    *value == 0
}
