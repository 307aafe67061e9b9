//! Messages of the radio: stored first, acknowledged second, acted on third.
//!
//! * Whoever hands a message in is answered when it is committed, and not before.
//! * A message told twice is stored once: `uplink_keys` remembers for two days what tellings have
//!   in common.
//! * Messages of one device are acted on in the order they came in, by one worker at a time. What a
//!   message does to a bay depends on when it was received, not on when it came.
//! * A message that cannot be read, or acted on, is set aside with the reason and holds up no other.
//!
//! * What is no message at all is kept as it came, for somebody to look at.
//! * What comes over HTTP while the database is away is kept in the [`Spool`] and stored afterwards;
//!   a broker keeps its messages itself.
//!
//! Tables: `uplinks`, `uplink_keys`.

mod act;
mod api;
mod intake;
mod metrics;
mod parcel;
mod receive;
mod replay;
mod spool;
mod store;
#[cfg(test)]
mod tests;
mod writer;

use chrono::{DateTime, TimeDelta, Utc};
use parking_db::{Db, DbError, Reason};
use parking_domain::bay_state::SensorState;
use parking_domain::eui::Eui64;
use parking_domain::ids::{TenantId, fresh};
use parking_domain::radio::{Content, Message, Reception};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

pub use act::act;
pub use api::routes;
pub use intake::{Intake, IntakeError, writers};
pub use metrics::Metrics;
use parcel::{Parcel, Road, TakenIn, take_in};
pub use receive::receive;
pub use replay::replay;
pub use spool::{OpenError, Spool, drain};
#[cfg(test)]
pub(crate) use tests::{EUI, Lot};
pub use writer::Writer;

/// How many parts the devices are dealt into; one worker at a time acts on a part.
pub const SHARDS: i16 = 4;

/// A message as it was handed in.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// Whose: by the credential it came with or the application it belongs to, never by what it says.
    pub tenant: TenantId,
    /// How it came.
    pub source: Source,
    /// When it came.
    pub at: DateTime<Utc>,
    /// What was told.
    pub told: Told,
}

/// How a message came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// From ChirpStack's broker, by the installation's own road.
    ChirpStackMqtt,
    /// From ChirpStack over HTTP.
    ChirpStackHttp,
    /// From The Things Stack.
    Tts,
    /// From a program, in words.
    Observation,
}

impl Source {
    /// Its word in the database and the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ChirpStackMqtt => "chirpstack_mqtt",
            Self::ChirpStackHttp => "chirpstack_http",
            Self::Tts => "tts",
            Self::Observation => "observation",
        }
    }
}

/// What was told.
#[derive(Clone, Debug)]
pub enum Told {
    /// A radio message.
    Message(Box<Message>),
    /// Somebody, or something, saw a bay.
    Observation(Observation),
    /// What nobody can make out: kept as it came, so that somebody can look at it.
    Garbled(Garbled),
}

impl Told {
    /// The bay it is about, if that is known by its code and nobody has looked it up.
    fn unknown_bay(&mut self) -> Option<&mut Coded> {
        match self {
            Self::Observation(Observation {
                about: About::Code(bay),
                ..
            }) => Some(bay).filter(|bay| bay.space.is_none()),
            _ => None,
        }
    }
}

/// What should have been a message.
#[derive(Clone, Debug)]
pub struct Garbled {
    event: &'static str,
    /// The beginning of the body.
    beginning: Vec<u8>,
    bytes: usize,
    digest: Uuid,
    problem: String,
}

/// How much is kept of a body that nobody can make out: as much as anybody is shown.
const GARBLED_BYTES_MAX: usize = 16 * 1024;

impl Garbled {
    /// What kind of event it was to be, its body, and what is wrong with it: never what stands there.
    pub fn new(event: &'static str, body: &[u8], problem: String) -> Self {
        Self {
            event,
            beginning: body[..body.len().min(GARBLED_BYTES_MAX)].to_vec(),
            bytes: body.len(),
            digest: digest(body),
            problem,
        }
    }
}

/// What somebody saw.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Observation {
    /// Of which bay, or by which device.
    pub about: About,
    /// What.
    pub state: SensorState,
    /// When.
    pub seen_at: DateTime<Utc>,
    /// The teller's own name for it.
    pub name: Option<String>,
    /// Of one that has neither a name nor a time of its own: what it is known by among all that its
    /// signer ever sends. Sent again, it would otherwise be a new one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_as: Option<String>,
}

/// What an observation is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum About {
    /// The bay that this device watches.
    Device(Eui64),
    /// This bay.
    Space(Uuid),
    /// The bay of this code.
    Code(Coded),
}

/// A bay by what is painted on the ground.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coded {
    /// The site, by its id or slug; nothing if only one site has such a bay.
    pub site: Option<String>,
    /// What is painted there.
    pub code: String,
    /// Which bay that is; nothing as long as nobody could be asked, or if there is none.
    pub space: Option<Uuid>,
}

/// A message on its way into the database.
#[derive(Clone, Debug)]
struct Row {
    tenant: Uuid,
    id: Uuid,
    key: Uuid,
    at: DateTime<Utc>,
    received_at: DateTime<Utc>,
    source: &'static str,
    kind: &'static str,
    dev_eui: Option<String>,
    f_port: Option<i16>,
    f_cnt: Option<i64>,
    payload: Option<Vec<u8>>,
    receptions: Value,
    content: Value,
    space: Option<Uuid>,
    shard: i16,
}

impl Row {
    fn of(arrival: &Arrival) -> Self {
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
fn storable(value: Value) -> Value {
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

/// How many messages that are not acted on are counted at most.
pub const COUNTED_MAX: i64 = 10_000;

/// How many messages are stored and not acted on, [`COUNTED_MAX`] at most, and when the oldest of
/// them came.
pub async fn unacted(db: &Db) -> Result<(i64, Option<DateTime<Utc>>), DbError> {
    let mut tx = db.platform(Reason::Worker("count messages")).await?;
    store::unacted(&mut tx, COUNTED_MAX).await
}

/// How long it is remembered that a message was told.
const KEYS_KEPT_FOR: TimeDelta = TimeDelta::hours(48);

/// Rows that one portion of cleaning takes.
const PORTION: i64 = 5_000;

/// Forgets which messages were told two days ago, in portions.
pub async fn forget_keys(db: &Db, now: DateTime<Utc>) -> Result<(), DbError> {
    loop {
        let mut tx = db
            .platform(Reason::Worker("forget which messages were told"))
            .await?;
        let forgotten = store::delete_keys(&mut tx, now - KEYS_KEPT_FOR, PORTION).await?;
        tx.commit().await?;
        if forgotten < PORTION.unsigned_abs() {
            return Ok(());
        }
    }
}

/// The beginning of a digest: long enough that no two messages share it, short enough for an index.
fn digest(key: &[u8]) -> Uuid {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&Sha256::digest(key)[..16]);
    Uuid::from_bytes(bytes)
}

fn shard(spread: &[u8]) -> i16 {
    i16::from(Sha256::digest(spread)[0]) % SHARDS
}

/// The strongest of those who heard a message.
fn strongest(receptions: &[Reception]) -> Option<&Reception> {
    receptions.iter().max_by_key(|one| one.rssi)
}
