//! The SQL of idempotency keys.

use chrono::{DateTime, Utc};
use parking_db::{PlatformTx, Result, TenantTx};
use serde_json::Value;

use super::Answer;

/// An answer that was given before.
pub(super) struct Stored {
    pub(super) fingerprint: Vec<u8>,
    pub(super) status: i16,
    pub(super) location: Option<String>,
    pub(super) version: Option<i64>,
    pub(super) body: Value,
}

/// Takes the key for this request; false when it is taken already.
pub(super) async fn claim(
    tx: &mut TenantTx,
    caller: &str,
    key: &str,
    fingerprint: &[u8],
    now: DateTime<Utc>,
) -> Result<bool> {
    let tenant = tx.tenant().0;
    let claimed = sqlx::query!(
        "insert into idempotency_keys (tenant_id, caller, key, fingerprint, created_at)
         values ($1, $2, $3, $4, $5) on conflict do nothing",
        tenant,
        caller,
        key,
        fingerprint,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(claimed.rows_affected() == 1)
}

/// The answer kept under a key.
pub(super) async fn answer(tx: &mut TenantTx, caller: &str, key: &str) -> Result<Option<Stored>> {
    let stored = sqlx::query_as!(
        Stored,
        r#"select fingerprint, status as "status!", location, version, body as "body!"
           from idempotency_keys where caller = $1 and key = $2 and status is not null"#,
        caller,
        key,
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(stored)
}

/// Keeps the answer.
pub(super) async fn keep(
    tx: &mut TenantTx,
    caller: &str,
    key: &str,
    answer: &Answer,
) -> Result<()> {
    sqlx::query!(
        "update idempotency_keys set status = $3, location = $4, version = $5, body = $6
         where caller = $1 and key = $2",
        caller,
        key,
        i16::try_from(answer.status.as_u16()).unwrap_or(200),
        answer.location,
        answer.version,
        answer.body,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Forgets keys that are older than anybody still repeats.
pub async fn forget_before(tx: &mut PlatformTx, before: DateTime<Utc>) -> Result<u64> {
    let forgotten = sqlx::query!("delete from idempotency_keys where created_at < $1", before)
        .execute(tx.conn())
        .await?;
    Ok(forgotten.rows_affected())
}
