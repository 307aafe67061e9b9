//! The SQL of where The Things Stack takes commands.

use chrono::{DateTime, Utc};
use parking_db::{PlatformTx, Result};
use uuid::Uuid;

use super::plan;

/// Writes down where commands to a display go, and says whether that was news. What was refused before is
/// tried again.
pub(in crate::displays) async fn learn(
    tx: &mut PlatformTx,
    (tenant, dev_eui): (Uuid, &str),
    (sealed, digest): (&[u8], &[u8]),
    now: DateTime<Utc>,
) -> Result<bool> {
    let display = sqlx::query_scalar!(
        "select id from devices where tenant_id = $1 and dev_eui = $2 and is_display and archived_at is null",
        tenant,
        dev_eui,
    )
    .fetch_optional(tx.conn())
    .await?;
    let Some(id) = display else {
        return Ok(false);
    };
    plan::lock(tx, &(vec![tenant], vec![id]), now).await?;
    let done = sqlx::query!(
        "with news as (
           update lamps set stack_address = $3, stack_digest = $4, drive_at = null
           where tenant_id = $1 and id = $2 and stack_digest is distinct from $4
           returning tenant_id, id)
         insert into lamp_marks (tenant_id, device_id) select tenant_id, id from news",
        tenant,
        id,
        sealed,
        digest,
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}
