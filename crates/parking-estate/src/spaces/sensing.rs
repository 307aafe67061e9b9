//! What sensors say of bays.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use parking_db::{DbError, PlatformTx, TenantTx};
use parking_domain::bay_state::{Said, SensorFact, SensorState, stale_at};
use uuid::Uuid;

use super::settle;
use super::store::sensing::{self as store, Known};

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
    /// When the next message that says something of the bay was received, if it is already here.
    pub followed_at: Option<DateTime<Utc>>,
}

impl Sensed {
    fn said(&self) -> Said {
        Said {
            state: self.state,
            at: self.at,
            stale_at: stale_at(self.at, self.heartbeat_s),
            uplink_id: self.uplink_id,
        }
    }

    /// Whether it says something that the next message, which is here, may take back before anybody
    /// believes it.
    fn may_be_dropped(&self, fact: &SensorFact) -> bool {
        let ends = fact.held.map(|held| held.until).zip(self.followed_at);
        ends.is_some_and(|(until, followed_at)| followed_at < until)
    }
}

/// Writes down what sensors say of bays, at most one message a bay, and computes the states that
/// follow. What is older than what is known changes nothing; answers the messages that counted,
/// each with what is known of its bay's sensor after it.
pub async fn sensed(
    tx: &mut PlatformTx,
    messages: &[Sensed],
    now: DateTime<Utc>,
) -> Result<HashMap<Uuid, SensorFact>, DbError> {
    let known = store::lock(tx, messages).await?;
    let known: HashMap<Uuid, Known> = known.into_iter().map(|bay| (bay.id, bay)).collect();
    let mut counted = Vec::new();
    for message in messages {
        let Some(bay) = known.get(&message.space_id) else {
            continue;
        };
        if let Some(fact) = bay.fact.after(&message.said(), bay.window) {
            counted.push((message, fact));
        }
    }
    store::write(tx, &counted).await?;
    let certain = counted
        .iter()
        .filter(|(message, fact)| !message.may_be_dropped(fact));
    let bays: Vec<Uuid> = certain.map(|(message, _)| message.space_id).collect();
    settle(tx.conn(), &bays, now).await?;
    let facts = counted.into_iter();
    Ok(facts
        .map(|(message, fact)| (message.uplink_id, fact))
        .collect())
}

/// How many of these bays there are in the tenant.
pub async fn living(tx: &mut TenantTx, ids: &[Uuid]) -> Result<usize, DbError> {
    store::living(tx, ids).await
}
