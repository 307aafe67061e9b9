//! The lamp of a bay as it is answered and told: its three truths, each with when.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use parking_access::secrets::hex;
use parking_db::DbError;
use parking_domain::downlinks::Said;
use parking_domain::lamps::Rgb;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::PgConnection;
use utoipa::ToSchema;
use uuid::Uuid;

use super::store::lamps as store;

/// How a display stands to what it should show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DisplayStatus {
    /// There is nothing it should show.
    #[default]
    Idle,
    /// It shows what it should, as far as anybody can know.
    InStep,
    /// It is not certain yet that it does.
    Behind,
    /// It says that it shows something else.
    Mismatch,
    /// Nothing reaches it.
    Unreachable,
}

/// How a display looks.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct LookBody {
    /// What it says, whatever it looks like: `free`, `occupied`, `reserved` and so on; null for a test.
    state: Option<String>,
    /// Six hexadecimal digits.
    color: Option<String>,
    /// For how long it is on, and then off; null when it is steady.
    blink_ms: Option<i64>,
}

/// What a display should show, or was told last.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TruthBody {
    look: Option<LookBody>,
    f_port: i16,
    /// The bytes, in hexadecimal.
    payload: String,
    /// Since when; of what it was told, when a gateway sent it.
    at: Option<DateTime<Utc>>,
    /// Which rule decided, as a word.
    why: Option<String>,
}

/// What a display says that it shows.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ShownBody {
    /// The colour, of a light.
    color: Option<String>,
    /// Whether the light blinks.
    is_blinking: Option<bool>,
    /// The last byte it acted upon, of a display without colours.
    byte: Option<u8>,
    /// When it said so.
    at: DateTime<Utc>,
    /// Whether that is what it was told.
    agrees: Option<bool>,
}

/// The lamp of a bay: what it should show, was told, and says it shows.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct LampBody {
    /// The device.
    pub id: Uuid,
    /// How it stands to what it should show.
    pub status: DisplayStatus,
    /// What it should show.
    pub wanted: Option<TruthBody>,
    /// What it was told last.
    pub transmitted: Option<TruthBody>,
    /// What it says that it shows.
    pub shown: Option<ShownBody>,
    /// Since when it is not certain to show what it should.
    pub behind_since: Option<DateTime<Utc>>,
    /// Since when it says that it shows something else.
    pub mismatched_since: Option<DateTime<Utc>>,
}

impl DisplayStatus {
    /// How a display stands by what is wrong with it, whether it should show anything, and since when it
    /// differs or is late.
    pub fn of(
        fault: Option<&str>,
        is_wanted: bool,
        (mismatched, behind): (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
    ) -> Self {
        match fault {
            Some("unreachable") => Self::Unreachable,
            _ if !is_wanted => Self::Idle,
            _ if mismatched.is_some() => Self::Mismatch,
            _ if behind.is_some() => Self::Behind,
            _ => Self::InStep,
        }
    }
}

impl LookBody {
    /// A look as it is kept.
    pub fn of(kept: Value) -> Self {
        serde_json::from_value(kept).unwrap_or_default()
    }
}

impl TruthBody {
    /// What a display should show or was told, if that is anything: the bytes, the look, since when, why.
    pub fn of(
        (f_port, payload): (Option<i16>, Option<Vec<u8>>),
        look: Option<Value>,
        at: Option<DateTime<Utc>>,
        why: Option<String>,
    ) -> Option<Self> {
        Some(Self {
            f_port: f_port?,
            payload: hex(&payload?),
            look: look.map(LookBody::of),
            at,
            why,
        })
    }
}

impl ShownBody {
    /// What a display said, if it did: as it is kept, when, and whether it agrees.
    pub fn of(
        said: Option<Value>,
        at: Option<DateTime<Utc>>,
        agrees: Option<bool>,
    ) -> Option<Self> {
        let said: Said = serde_json::from_value(said?).ok()?;
        let (color, is_blinking, byte) = match said {
            Said::Light {
                red,
                green,
                blue,
                off,
                ..
            } => {
                let color = Rgb::new(red, green, blue).to_string();
                (Some(color), Some(off > 0), None)
            }
            Said::Byte { byte } => (None, None, Some(byte)),
        };
        Some(Self {
            color,
            is_blinking,
            byte,
            at: at?,
            agrees,
        })
    }
}

impl From<store::LampRow> for LampBody {
    fn from(row: store::LampRow) -> Self {
        let since = (row.mismatched_since, row.behind_since);
        let fault = row.display_fault.as_deref();
        Self {
            id: row.id,
            status: DisplayStatus::of(fault, row.wanted_payload.is_some(), since),
            wanted: TruthBody::of(
                (row.wanted_f_port, row.wanted_payload),
                row.wanted_look,
                row.wanted_at,
                row.wanted_why,
            ),
            transmitted: TruthBody::of(
                (row.transmitted_f_port, row.transmitted_payload),
                row.transmitted_look,
                row.transmitted_at,
                None,
            ),
            shown: ShownBody::of(row.shown, row.shown_at, row.shown_agrees),
            behind_since: row.behind_since,
            mismatched_since: row.mismatched_since,
        }
    }
}

/// The lamps that some devices are, each named with its tenant, by their ids; those that nobody has
/// looked at yet are not among them.
pub async fn lamps(
    conn: &mut PgConnection,
    devices: &[(Uuid, Uuid)],
) -> Result<HashMap<Uuid, LampBody>, DbError> {
    if devices.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = store::lamps(conn, devices).await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.id, LampBody::from(row)))
        .collect())
}
