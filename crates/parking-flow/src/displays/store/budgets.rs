//! The SQL of the budgets that commands draw on.

use chrono::{DateTime, Utc};
use parking_db::{PlatformTx, Result};

/// A budget as it is kept.
pub(in crate::displays) struct Kept {
    pub(in crate::displays) key: String,
    pub(in crate::displays) taken_at: Vec<DateTime<Utc>>,
    pub(in crate::displays) taken: Vec<i32>,
}

/// Budgets by their keys, made if need be and locked in one order.
pub(in crate::displays) async fn budgets(
    tx: &mut PlatformTx,
    keys: &[String],
    now: DateTime<Utc>,
) -> Result<Vec<Kept>> {
    sqlx::query!(
        "insert into downlink_budgets (key, updated_at) select key, $2 from unnest($1::text[]) as w (key) order by key
         on conflict do nothing",
        keys,
        now,
    )
    .execute(tx.conn())
    .await?;
    let kept = sqlx::query_as!(
        Kept,
        "select key, taken_at, taken from downlink_budgets where key = any($1) order by key for update",
        keys
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(kept)
}

/// Budgets by their keys, only to look at.
pub(in crate::displays) async fn read_budgets(
    tx: &mut PlatformTx,
    keys: &[String],
) -> Result<Vec<Kept>> {
    let kept = sqlx::query_as!(
        Kept,
        "select key, taken_at, taken from downlink_budgets where key = any($1) order by key",
        keys
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(kept)
}

pub(in crate::displays) async fn write_budget(
    tx: &mut PlatformTx,
    kept: &Kept,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update downlink_budgets set taken_at = $2, taken = $3, updated_at = $4 where key = $1",
        kept.key,
        &kept.taken_at,
        &kept.taken,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
