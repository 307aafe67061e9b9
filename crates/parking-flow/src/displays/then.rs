//! What a bay's lamp was meant to show, and had been told, at a moment: for whoever asks why.

use chrono::{DateTime, Utc};
use parking_db::DbError;
use serde::Serialize;
use serde_json::Value;
use sqlx::PgConnection;
use utoipa::ToSchema;
use uuid::Uuid;

use super::store::list as store;

/// What a bay's lamp was meant to show at a moment, as far as commands are kept.
#[derive(Debug, Serialize, ToSchema)]
pub struct LampEvidence {
    /// The display.
    device_id: Uuid,
    /// The command that was the newest then.
    downlink_id: Uuid,
    /// What it was meant to show, in six hexadecimal digits.
    wanted_color: Option<String>,
    /// Which rule decided, as a word.
    wanted_why: Option<String>,
    wanted_at: DateTime<Utc>,
    /// What a gateway had sent it last.
    told_color: Option<String>,
    told_at: Option<DateTime<Utc>>,
}

/// What the lamp of a bay was meant to show at a moment; nothing if no command is known from before.
pub async fn lamp_then(
    conn: &mut PgConnection,
    bay: (Uuid, Uuid),
    at: DateTime<Utc>,
) -> Result<Option<LampEvidence>, DbError> {
    let color =
        |look: Option<Value>| look.and_then(|look| Some(look["color"].as_str()?.to_owned()));
    let then = store::then(conn, bay, at).await?;
    Ok(then.map(|then| LampEvidence {
        device_id: then.device_id,
        downlink_id: then.downlink_id,
        wanted_color: color(then.look),
        wanted_why: then.why,
        wanted_at: then.wanted_at,
        told_color: color(then.told_look),
        told_at: then.told_at,
    }))
}
