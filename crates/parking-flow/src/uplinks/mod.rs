//! Messages as people look at them: what came in, what was made of it, and who heard it.
//!
//! Reads what `ingest` writes. Messages are listed in the order in which they came, the newest
//! first, and paged by cursor: whoever follows them asks again for what came after the newest. What
//! came with no tenant's credential and belongs to no tenant's application is the platform's.
//! How a device fares is counted from its messages.
//! Table: `uplinks`.

mod api;
mod health;
mod store;
#[cfg(test)]
mod tests;
mod wire;

use chrono::{DateTime, Utc};
use parking_db::DbError;
use sqlx::PgConnection;
use uuid::Uuid;

pub use api::routes;
pub use wire::UplinkBody;

/// Whose messages are wanted: those about a bay, and whatever else the devices say that serve it.
#[derive(Clone, Debug)]
pub struct About {
    /// Whose.
    pub tenant: Uuid,
    /// Which bay.
    pub space: Uuid,
    /// The devices, by their names in the radio.
    pub dev_euis: Vec<String>,
}

/// The last messages that had come up to a moment, the newest first, and with them one that is
/// asked for by name.
pub async fn up_to(
    conn: &mut PgConnection,
    about: &About,
    at: DateTime<Utc>,
    (named, limit): (Option<Uuid>, i64),
) -> Result<Vec<UplinkBody>, DbError> {
    let uplinks = store::up_to(conn, about, at, (named, limit)).await?;
    wire::bodies(conn, uplinks).await
}
