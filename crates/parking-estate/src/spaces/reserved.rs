//! The reservations of bays, as far as bays are concerned: those of a bay that is deleted are called off.

use chrono::{DateTime, Utc};
use parking_access::audit::{self, By};
use parking_db::events::{self, EventDraft};
use parking_db::{DbError, TenantTx};
use serde_json::json;
use uuid::Uuid;

use super::store::reserved as store;

/// Why a reservation is called off whose bay is deleted.
const BAY_DELETED: &str = "the bay was deleted";

/// Calls the reservations of bays off that are not over.
pub(super) async fn call_off(
    tx: &mut TenantTx,
    by: &By,
    ids: &[Uuid],
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let tenant = tx.tenant();
    let how = (BAY_DELETED, by.name());
    for one in store::call_off(tx, ids, how, now).await? {
        let id = one.id.to_string();
        let event = EventDraft {
            kind: "reservation.cancelled",
            subject_type: "reservation",
            subject_id: &id,
            payload: &json!({
                "site_id": one.site_id, "space_id": one.space_id, "space_code": one.space_code, "status": "cancelled",
                "start_time": one.start_time, "end_time": one.end_time, "reason": BAY_DELETED,
            }),
        };
        events::append(tx.conn(), tenant, now, event).await?;
        let entry = audit::Entry {
            action: "reservation.cancelled",
            entity_type: "reservation",
            entity_id: Some(id),
            entity_name: Some(&one.space_code),
            old: Some(json!({ "status": one.status })),
            new: Some(json!({ "status": "cancelled" })),
            reason: Some(BAY_DELETED),
        };
        audit::append(tx.conn(), tenant, by, now, entry).await?;
    }
    Ok(())
}
