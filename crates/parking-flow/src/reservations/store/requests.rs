//! The SQL of what senders call reservations.

use parking_db::{Result, TenantTx};
use uuid::Uuid;

/// What was reserved under a sender's name, and the hash of what was asked for; none once it was erased.
pub(in crate::reservations) async fn requested(
    tx: &mut TenantTx,
    request_id: &str,
) -> Result<Option<(Uuid, Option<Vec<u8>>)>> {
    let row = sqlx::query!(
        "select id, request_hash from reservations where request_id = $1",
        request_id
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(|row| (row.id, row.request_hash)))
}
