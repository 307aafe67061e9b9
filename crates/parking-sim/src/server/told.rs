//! What it tells of commands and lamps, in the order ChirpStack writes it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;
use uuid::Uuid;

use super::estate::About;
use crate::chirpstack::Event;

#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct DeviceInfo<'a> {
    tenant_id: Uuid,
    tenant_name: &'a str,
    application_id: Uuid,
    application_name: &'a str,
    device_profile_id: Uuid,
    device_profile_name: &'a str,
    device_name: &'a str,
    dev_eui: String,
    device_class_enabled: &'static str,
    tags: Tags,
}

#[derive(Clone, Serialize)]
struct Tags {}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TxAck<'a> {
    downlink_id: u32,
    time: String,
    device_info: DeviceInfo<'a>,
    queue_item_id: Uuid,
    f_cnt_down: u32,
    gateway_id: &'a str,
    tx_info: serde_json::Value,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Ack<'a> {
    deduplication_id: String,
    time: String,
    device_info: DeviceInfo<'a>,
    queue_item_id: Uuid,
    acknowledged: bool,
    f_cnt_down: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Log<'a> {
    time: String,
    device_info: DeviceInfo<'a>,
    level: &'static str,
    code: &'static str,
    description: &'static str,
    context: serde_json::Value,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Join<'a> {
    deduplication_id: Uuid,
    time: String,
    device_info: DeviceInfo<'a>,
    dev_addr: String,
    region_config_id: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Up<'a> {
    deduplication_id: Uuid,
    time: String,
    device_info: DeviceInfo<'a>,
    dev_addr: String,
    adr: bool,
    dr: u8,
    f_cnt: u32,
    f_port: u8,
    confirmed: bool,
    data: String,
    rx_info: serde_json::Value,
    tx_info: serde_json::Value,
    region_config_id: &'static str,
}

/// Something that happened to a device.
pub(super) enum Told {
    TxAck {
        item: Uuid,
        f_cnt_down: u32,
    },
    Ack {
        item: Uuid,
        is_heard: bool,
        f_cnt_down: u32,
    },
    Expired {
        item: Uuid,
    },
    TooLong {
        item: Uuid,
        bytes: usize,
        bytes_max: usize,
    },
    TooLate,
    Join {
        dev_addr: u32,
    },
    Up {
        dev_addr: u32,
        f_cnt: u32,
        f_port: u8,
        bytes: Vec<u8>,
    },
}

/// The event by which it is told; `id` is fresh.
pub(super) fn event(about: &About, told: &Told, id: Uuid, at: DateTime<Utc>) -> Option<Event> {
    let class = match told {
        // It is told before the class is switched on.
        Told::Join { .. } => "CLASS_A",
        _ => about.class,
    };
    let info = DeviceInfo {
        tenant_id: about.tenant,
        tenant_name: &about.tenant_name,
        application_id: about.application,
        application_name: &about.application_name,
        device_profile_id: about.profile,
        device_profile_name: &about.profile_name,
        device_name: &about.name,
        dev_eui: about.dev_eui.clone(),
        device_class_enabled: class,
        tags: Tags {},
    };
    let (kind, body) = match told {
        Told::Up { .. } => ("up", up(about, info, told, (id, at))),
        Told::Join { dev_addr } => ("join", {
            serde_json::to_string(&Join {
                deduplication_id: id,
                time: micros(at),
                device_info: info,
                dev_addr: format!("{dev_addr:08x}"),
                region_config_id: "eu868",
            })
        }),
        Told::TxAck { item, f_cnt_down } => ("txack", {
            serde_json::to_string(&TxAck {
                downlink_id: u32::from_be_bytes([id.as_bytes()[12], 7, 9, id.as_bytes()[15]]),
                time: nanos(at),
                device_info: info,
                queue_item_id: *item,
                f_cnt_down: *f_cnt_down,
                gateway_id: &about.gateway,
                tx_info: transmitted(),
            })
        }),
        Told::Ack {
            item,
            is_heard,
            f_cnt_down,
        } => ("ack", {
            serde_json::to_string(&Ack {
                // One that nobody sent has none.
                deduplication_id: if *is_heard {
                    id.to_string()
                } else {
                    String::new()
                },
                time: micros(at),
                device_info: info,
                queue_item_id: *item,
                acknowledged: *is_heard,
                f_cnt_down: *f_cnt_down,
            })
        }),
        Told::Expired { .. } | Told::TooLong { .. } | Told::TooLate => ("log", log(info, told, at)),
    };
    Some(Event {
        kind,
        application: about.application,
        dev_eui: about.dev_eui.clone(),
        body: body.ok()?,
    })
}

fn transmitted() -> serde_json::Value {
    serde_json::json!({
        "frequency": 869_525_000, "power": 29,
        "modulation": { "lora": {
            "bandwidth": 125_000, "spreadingFactor": 12, "codeRate": "CR_4_5",
            "polarizationInversion": true,
        } },
        "timing": { "immediately": {} }, "context": "tybcdw==",
    })
}

fn log(info: DeviceInfo<'_>, told: &Told, at: DateTime<Utc>) -> serde_json::Result<String> {
    let (code, description, context) = match told {
        Told::Expired { item } => (
            "EXPIRED",
            "Device queue-item discarded because it has expired",
            serde_json::json!({ "queue_item_id": item }),
        ),
        Told::TooLong {
            item,
            bytes,
            bytes_max,
        } => (
            "DOWNLINK_PAYLOAD_SIZE",
            "Device queue-item discarded because it exceeds the max. payload size",
            serde_json::json!({
                "queue_item_id": item, "max_payload_size": bytes_max.to_string(),
                "item_size": bytes.to_string(),
            }),
        ),
        // Which item it was is not told.
        _ => ("DOWNLINK_GATEWAY", "TOO_LATE", serde_json::json!({})),
    };
    serde_json::to_string(&Log {
        time: nanos(at),
        device_info: info,
        level: "ERROR",
        code,
        description,
        context,
    })
}

fn up(
    about: &About,
    info: DeviceInfo<'_>,
    told: &Told,
    (id, at): (Uuid, DateTime<Utc>),
) -> serde_json::Result<String> {
    let Told::Up {
        dev_addr,
        f_cnt,
        f_port,
        bytes,
    } = told
    else {
        return Ok(String::new());
    };
    serde_json::to_string(&Up {
        deduplication_id: id,
        time: micros(at),
        device_info: info,
        dev_addr: format!("{dev_addr:08x}"),
        adr: true,
        dr: 5,
        f_cnt: *f_cnt,
        f_port: *f_port,
        confirmed: false,
        data: STANDARD.encode(bytes),
        rx_info: serde_json::json!([{
            "gatewayId": about.gateway, "uplinkId": 1_842 + f_cnt, "gwTime": micros(at),
            "nsTime": nanos(at), "rssi": -71, "snr": 9.25, "channel": 2, "rfChain": 1,
            "context": "AAAAAA==", "crcStatus": "CRC_OK",
        }]),
        tx_info: serde_json::json!({
            "frequency": 868_500_000,
            "modulation": { "lora": {
                "bandwidth": 125_000, "spreadingFactor": 7, "codeRate": "CR_4_5",
            } },
        }),
        region_config_id: "eu868",
    })
}

fn micros(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, false)
}

fn nanos(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Nanos, false)
}
