//! The devices that serve bays, as far as bays are concerned: what a sensor said of a bay is forgotten
//! when it is taken off, and the devices of a bay that is deleted are free for others.

use chrono::{DateTime, Utc};
use parking_db::events::{self, EventDraft};
use parking_db::{DbError, TenantTx};
use serde_json::json;
use uuid::Uuid;

use super::settle;
use super::store::serving as store;

/// Forgets what sensors said of bays, which the caller holds: nobody watches them any more.
pub async fn forget_sensor(
    tx: &mut TenantTx,
    ids: &[Uuid],
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    store::forget_sensor(tx, ids, now).await?;
    settle(tx.conn(), ids, now).await?;
    Ok(())
}

/// Ends the assignments of bays that go, which the caller holds.
pub(super) async fn release_devices(
    tx: &mut TenantTx,
    ids: &[Uuid],
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let released = store::release(tx, ids, now).await?;
    if released.is_empty() {
        return Ok(());
    }
    store::forget_sensor(tx, ids, now).await?;
    let tenant = tx.tenant();
    for device in released {
        let event = EventDraft {
            kind: "device.unassigned",
            subject_type: "device",
            subject_id: &device.id.to_string(),
            payload: &json!({ "name": device.dev_eui, "space_id": device.space_id }),
        };
        events::append(tx.conn(), tenant, now, event).await?;
    }
    Ok(())
}
