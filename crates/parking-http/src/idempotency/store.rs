//! The SQL of idempotency keys.

use chrono::{DateTime, Utc};
use parking_db::{PlatformTx, Result};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{Answer, Claim};

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
    conn: &mut PgConnection,
    claim: &Claim,
    now: DateTime<Utc>,
) -> Result<bool> {
    let claimed = sqlx::query!(
        "insert into idempotency_keys (tenant_id, caller, key, fingerprint, created_at)
         values ($1, $2, $3, $4, $5) on conflict do nothing",
        claim.tenant.0,
        claim.credential,
        claim.key,
        claim.fingerprint.as_slice(),
        now,
    )
    .execute(conn)
    .await?;
    Ok(claimed.rows_affected() == 1)
}

/// The answer kept under a key.
pub(super) async fn answer(conn: &mut PgConnection, claim: &Claim) -> Result<Option<Stored>> {
    let stored = sqlx::query_as!(
        Stored,
        r#"select fingerprint, status as "status!", location, version, body as "body!"
           from idempotency_keys where tenant_id = $1 and caller = $2 and key = $3 and status is not null"#,
        claim.tenant.0,
        claim.credential,
        claim.key,
    )
    .fetch_optional(conn)
    .await?;
    Ok(stored)
}

/// Keeps the answer.
pub(super) async fn keep(conn: &mut PgConnection, claim: &Claim, answer: &Answer) -> Result<()> {
    sqlx::query!(
        "update idempotency_keys set status = $4, location = $5, version = $6, body = $7
         where tenant_id = $1 and caller = $2 and key = $3",
        claim.tenant.0,
        claim.credential,
        claim.key,
        i16::try_from(answer.status.as_u16()).unwrap_or(200),
        answer.location,
        answer.version,
        answer.body,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Empties the answers that are kept in a tenant and hold one of these fragments, written as PostgreSQL writes
/// JSON, in whichever case, and says how many. Whoever repeats such a request learns that it was done, and no more.
pub async fn empty_answers(
    conn: &mut PgConnection,
    tenant: Uuid,
    fragments: &[String],
) -> Result<u64> {
    let emptied = sqlx::query!(
        "update idempotency_keys k set body = jsonb_build_object('id', k.body -> 'id')
         where k.tenant_id = $1 and k.body is not null
           and exists (select from unnest($2::text[]) f where strpos(lower(k.body::text), lower(f)) > 0)",
        tenant,
        fragments,
    )
    .execute(conn)
    .await?;
    Ok(emptied.rows_affected())
}

/// Forgets some of the keys that are older than anybody still repeats, and says how many.
pub async fn forget_before(tx: &mut PlatformTx, before: DateTime<Utc>, limit: i64) -> Result<u64> {
    let forgotten = sqlx::query!(
        "delete from idempotency_keys where (tenant_id, caller, key) in (
           select tenant_id, caller, key from idempotency_keys where created_at < $1 limit $2)",
        before,
        limit,
    )
    .execute(tx.conn())
    .await?;
    Ok(forgotten.rows_affected())
}
