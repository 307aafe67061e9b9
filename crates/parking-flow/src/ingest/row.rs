//! A message as it goes into the database: what it is known by, which device it belongs to, and what it
//! says, column by column.

use chrono::{DateTime, Utc};
use parking_domain::ids::fresh;
use parking_domain::radio::{Content, Message};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::{About, Arrival, Coded, Observation, SHARDS, Told};

/// A message on its way into the database.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) tenant: Uuid,
    pub(super) id: Uuid,
    pub(super) key: Uuid,
    pub(super) at: DateTime<Utc>,
    pub(super) received_at: DateTime<Utc>,
    pub(super) source: &'static str,
    pub(super) kind: &'static str,
    pub(super) dev_eui: Option<String>,
    pub(super) f_port: Option<i16>,
    pub(super) f_cnt: Option<i64>,
    pub(super) payload: Option<Vec<u8>>,
    pub(super) receptions: Value,
    pub(super) content: Value,
    pub(super) space: Option<Uuid>,
    pub(super) shard: i16,
}

impl Row {
    pub(super) fn of(arrival: &Arrival) -> Self {
        let (key, spread) = match &arrival.told {
            Told::Message(message) => (message.key(), message.dev_eui.bytes().to_vec()),
            Told::Observation(seen) => match &seen.about {
                About::Device(eui) => (seen.key(&eui.to_string()), eui.bytes().to_vec()),
                About::Space(id) => (seen.key(&id.to_string()), id.as_bytes().to_vec()),
                About::Code(bay) => {
                    let spread = bay.space.unwrap_or_default().as_bytes().to_vec();
                    (seen.key(&bay.key()), spread)
                }
            },
            Told::Garbled(garbled) => {
                let digest = garbled.digest;
                let key = format!("garbled:{}:{digest}", garbled.event);
                (key, digest.as_bytes().to_vec())
            }
        };
        let mut row = Self {
            tenant: arrival.tenant.0,
            id: fresh(),
            key: digest(key.as_bytes()),
            at: arrival.at,
            received_at: arrival.at,
            source: arrival.source.name(),
            kind: "observation",
            dev_eui: None,
            f_port: None,
            f_cnt: None,
            payload: None,
            receptions: json!([]),
            content: json!({}),
            space: None,
            shard: shard(&spread),
        };
        match &arrival.told {
            Told::Message(message) => row.tell(message),
            Told::Observation(seen) => row.see(seen),
            Told::Garbled(garbled) => {
                row.kind = "garbled";
                row.payload = Some(garbled.beginning.clone());
                row.content = json!({
                    "event": garbled.event, "problem": garbled.problem, "bytes": garbled.bytes,
                });
            }
        }
        row.content = storable(row.content);
        row
    }

    fn tell(&mut self, message: &Message) {
        self.received_at = message.received_at;
        self.kind = message.content.name();
        self.dev_eui = Some(message.dev_eui.to_string());
        self.receptions = json!(message.receptions);
        self.content = remainder(&message.content);
        self.content["application"] = json!(message.application);
        self.content["device_name"] = json!(message.device_name);
        if let Content::Uplink(uplink) = &message.content {
            self.f_port = uplink.f_port.map(i16::from);
            self.f_cnt = uplink.f_cnt.map(i64::from);
            self.payload = Some(uplink.payload.clone());
        }
    }

    fn see(&mut self, seen: &Observation) {
        self.received_at = seen.seen_at;
        self.content = json!({ "state": seen.state, "name": seen.name });
        match &seen.about {
            About::Device(eui) => self.dev_eui = Some(eui.to_string()),
            About::Space(id) => self.space = Some(*id),
            About::Code(bay) => {
                self.space = bay.space;
                self.content["space_code"] = json!(bay.code);
                self.content["site"] = json!(bay.site);
            }
        }
    }
}

impl Coded {
    fn key(&self) -> String {
        let site = self.site.as_deref().unwrap_or_default();
        format!("code:{site}:{}", self.code.to_lowercase())
    }
}

impl Observation {
    fn key(&self, about: &str) -> String {
        match (&self.name, &self.sent_as) {
            (Some(name), _) => format!("{about}:seen:{name}"),
            (None, Some(sent_as)) => format!("{about}:sent:{sent_as}"),
            (None, None) => format!(
                "{about}:seen:{}:{}",
                self.seen_at.timestamp_micros(),
                self.state.name()
            ),
        }
    }
}

/// What a message says that has no column of its own.
fn remainder(content: &Content) -> Value {
    match content {
        Content::Uplink(uplink) => json!({ "dev_addr": uplink.dev_addr }),
        Content::Join { dev_addr } => json!({ "dev_addr": dev_addr }),
        Content::Status {
            margin,
            battery_percent,
            is_mains,
        } => {
            json!({ "margin": margin, "battery_percent": battery_percent, "is_mains": is_mains })
        }
        Content::Transmitted {
            queue_item,
            f_cnt_down,
            gateway,
        } => {
            json!({ "queue_item": queue_item, "f_cnt_down": f_cnt_down, "gateway": gateway })
        }
        Content::Acknowledged {
            queue_item,
            is_acknowledged,
            f_cnt_down,
        } => {
            json!({ "queue_item": queue_item, "is_acknowledged": is_acknowledged, "f_cnt_down": f_cnt_down })
        }
        Content::Notice {
            level,
            code,
            description,
            queue_item,
        } => {
            json!({ "level": level, "code": code, "description": description, "queue_item": queue_item })
        }
        Content::Location {
            latitude,
            longitude,
        } => {
            json!({ "latitude": latitude, "longitude": longitude })
        }
    }
}

/// The same without the character U+0000, which names and payloads may hold and the database cannot.
pub(super) fn storable(value: Value) -> Value {
    let text = |text: String| text.replace('\0', "\u{fffd}");
    match value {
        Value::String(held) => Value::String(text(held)),
        Value::Array(held) => held.into_iter().map(storable).collect(),
        Value::Object(held) => {
            let held = held.into_iter();
            held.map(|(key, value)| (text(key), storable(value)))
                .collect()
        }
        plain => plain,
    }
}

/// The beginning of a digest: long enough that no two messages share it, short enough for an index.
pub(super) fn digest(key: &[u8]) -> Uuid {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&Sha256::digest(key)[..16]);
    Uuid::from_bytes(bytes)
}

fn shard(spread: &[u8]) -> i16 {
    i16::from(Sha256::digest(spread)[0]) % SHARDS
}
