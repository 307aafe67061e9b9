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
mod row;
mod spool;
mod store;
#[cfg(test)]
mod tests;
mod writer;

use chrono::{DateTime, TimeDelta, Utc};
use parking_db::{Db, DbError, Reason};
use parking_domain::bay_state::SensorState;
use parking_domain::eui::Eui64;
use parking_domain::ids::TenantId;
use parking_domain::radio::{Message, Reception};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use act::act;
pub use api::routes;
pub use intake::{Intake, IntakeError, writers};
pub use metrics::Metrics;
use parcel::{Parcel, Road, TakenIn, take_in};
pub use receive::receive;
pub use replay::replay;
use row::{Row, digest, storable};
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

/// The strongest of those who heard a message.
fn strongest(receptions: &[Reception]) -> Option<&Reception> {
    receptions.iter().max_by_key(|one| one.rssi)
}
