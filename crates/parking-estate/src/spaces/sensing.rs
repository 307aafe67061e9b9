//! What sensors say of bays.

use chrono::{DateTime, Utc};
use parking_db::{DbError, PlatformTx, TenantTx};
use parking_domain::bay_state::{SensorState, stale_at};
use uuid::Uuid;

use super::settle;
use super::store::sensing as store;

/// What a message says of a bay.
#[derive(Clone, Debug)]
pub struct Sensed {
    /// Whose bay.
    pub tenant_id: Uuid,
    /// Which.
    pub space_id: Uuid,
    /// What its sensor says; `None` if it only proves that it lives.
    pub state: Option<SensorState>,
    /// When the message was received.
    pub at: DateTime<Utc>,
    /// How often the sensor speaks though nothing happened.
    pub heartbeat_s: Option<u32>,
    /// The message.
    pub uplink_id: Uuid,
}

impl Sensed {
    /// From when on it is no longer believed.
    pub(super) fn stale_at(&self) -> Option<DateTime<Utc>> {
        stale_at(self.at, self.heartbeat_s)
    }
}

/// Writes down what sensors say of bays, at most one message a bay, and computes the states that
/// follow. What is older than what is known changes nothing; answers the messages that counted.
pub async fn sensed(
    tx: &mut PlatformTx,
    messages: &[Sensed],
    now: DateTime<Utc>,
) -> Result<Vec<Uuid>, DbError> {
    let counted = store::write(tx, messages).await?;
    let bays: Vec<Uuid> = counted.iter().map(|(bay, _)| *bay).collect();
    settle(tx.conn(), &bays, now).await?;
    Ok(counted.into_iter().map(|(_, message)| message).collect())
}

/// How many of these bays there are in the tenant.
pub async fn living(tx: &mut TenantTx, ids: &[Uuid]) -> Result<usize, DbError> {
    store::living(tx, ids).await
}
