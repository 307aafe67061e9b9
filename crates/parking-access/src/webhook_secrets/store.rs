//! The SQL of webhook credentials.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use parking_db::{PlatformTx, Result, TenantTx};
use parking_domain::ids::TenantId;
use parking_http::Page;
use uuid::Uuid;

use super::{Secret, Signer};

/// At most two are good at a time, and those are the newest.
const SECRETS_MAX: i64 = 4;

/// A credential to be written.
pub(super) struct RowDraft<'a> {
    pub(super) id: Uuid,
    pub(super) name: &'a str,
    pub(super) sealed: &'a [u8],
    pub(super) rotated_from: Option<Uuid>,
    pub(super) created_by: Option<Uuid>,
    pub(super) now: DateTime<Utc>,
}

pub(super) async fn insert(tx: &mut TenantTx, row: RowDraft<'_>) -> Result<()> {
    let tenant = tx.tenant().0;
    sqlx::query!(
        "insert into webhook_secrets (tenant_id, id, name, sealed_secret, rotated_from, created_by, created_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
        tenant,
        row.id,
        row.name,
        row.sealed,
        row.rotated_from,
        row.created_by,
        row.now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(super) async fn find(tx: &mut TenantTx, id: Uuid) -> Result<Option<Secret>> {
    let secret = sqlx::query_as!(
        Secret,
        r#"select s.id, s.name, s.expires_at, s.revoked_at, s.last_used_at, s.created_by,
             u.name as "created_by_name?", s.created_at, s.version
           from webhook_secrets s left join users u on u.id = s.created_by
           where s.id = $1"#,
        id
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(secret)
}

/// The credential, locked until the end of the transaction.
pub(super) async fn find_for_update(tx: &mut TenantTx, id: Uuid) -> Result<Option<Secret>> {
    sqlx::query!(
        "select id from webhook_secrets where id = $1 for update",
        id
    )
    .fetch_optional(tx.conn())
    .await?;
    find(tx, id).await
}

/// Waits for other rotations in this tenant, and keeps later ones waiting until the end of the
/// transaction.
pub(super) async fn take_turn(tx: &mut TenantTx) -> Result<()> {
    sqlx::query_scalar!(
        "select pg_advisory_xact_lock(hashtextextended('webhook secrets of ' || current_tenant_id(), 0))",
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(())
}

/// The active credential, locked until the end of the transaction.
pub(super) async fn active_for_update(tx: &mut TenantTx) -> Result<Option<Secret>> {
    let id = sqlx::query_scalar!(
        "select id from webhook_secrets where expires_at is null and revoked_at is null for update"
    )
    .fetch_optional(tx.conn())
    .await?;
    match id {
        Some(id) => find(tx, id).await,
        None => Ok(None),
    }
}

/// One page, newest first, and how many there are.
pub(super) async fn list(
    tx: &mut TenantTx,
    pattern: Option<&str>,
    page: &Page,
    oldest_first: bool,
) -> Result<(Vec<Secret>, i64)> {
    let secrets = sqlx::query_as!(
        Secret,
        r#"select s.id, s.name, s.expires_at, s.revoked_at, s.last_used_at, s.created_by,
             u.name as "created_by_name?", s.created_at, s.version
           from webhook_secrets s left join users u on u.id = s.created_by
           where $1::text is null or s.name ilike $1
           order by case when $4 then s.created_at end, s.created_at desc, s.id desc offset $2 limit $3"#,
        pattern,
        page.offset,
        page.size,
        oldest_first,
    )
    .fetch_all(tx.conn())
    .await?;
    let total = sqlx::query_scalar!(
        r#"select count(*) as "total!" from webhook_secrets s where $1::text is null or s.name ilike $1"#,
        pattern
    )
    .fetch_one(tx.conn())
    .await?;
    Ok((secrets, total))
}

pub(super) async fn retire(tx: &mut TenantTx, id: Uuid, expires_at: DateTime<Utc>) -> Result<()> {
    sqlx::query!(
        "update webhook_secrets set expires_at = $2, version = version + 1 where id = $1",
        id,
        expires_at
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Ends every credential that was still retiring.
pub(super) async fn end_retiring(tx: &mut TenantTx, now: DateTime<Utc>) -> Result<()> {
    sqlx::query!(
        "update webhook_secrets set expires_at = $1, version = version + 1
         where expires_at > $1 and revoked_at is null",
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(super) async fn revoke(tx: &mut TenantTx, id: Uuid, now: DateTime<Utc>) -> Result<()> {
    sqlx::query!(
        "update webhook_secrets set revoked_at = $2, version = version + 1 where id = $1",
        id,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// A secret as it lies in the database.
pub(super) struct Sealed {
    pub(super) id: Uuid,
    pub(super) bytes: Vec<u8>,
    pub(super) expires_at: Option<DateTime<Utc>>,
}

/// The tenant that a credential names, and the sealed secrets its messages may be signed with.
pub(super) async fn signer(
    tx: &mut PlatformTx,
    credential: Uuid,
) -> Result<Option<(Signer, Vec<Sealed>)>> {
    let named = sqlx::query!(
        r#"select s.tenant_id, s.name, t.status = 'active' as "is_tenant_active!", t.requests_per_minute
           from webhook_secrets s join tenants t on t.id = s.tenant_id
           where s.id = $1"#,
        credential
    )
    .fetch_optional(tx.conn())
    .await?;
    let Some(named) = named else {
        return Ok(None);
    };
    let sealed = sqlx::query_as!(
        Sealed,
        "select id, sealed_secret as bytes, expires_at from webhook_secrets
         where tenant_id = $1 and revoked_at is null
         order by created_at desc, id desc
         limit $2",
        named.tenant_id,
        SECRETS_MAX,
    )
    .fetch_all(tx.conn())
    .await?;
    let signer = Signer {
        tenant: TenantId(named.tenant_id),
        name: named.name,
        is_tenant_active: named.is_tenant_active,
        tenant_requests_per_minute: u32::try_from(named.requests_per_minute).unwrap_or(0),
        secrets: Vec::new(),
    };
    Ok(Some((signer, sealed)))
}

/// Writes the last uses down, each unless a later one is known.
pub(super) async fn used(tx: &mut PlatformTx, uses: &BTreeMap<Uuid, DateTime<Utc>>) -> Result<()> {
    // In the order of ids, so that two servers never wait for each other in a circle.
    let (ids, times): (Vec<Uuid>, Vec<DateTime<Utc>>) = uses.iter().unzip();
    sqlx::query!(
        "update webhook_secrets s set last_used_at = used.at
         from unnest($1::uuid[], $2::timestamptz[]) as used (id, at)
         where s.id = used.id and (s.last_used_at is null or s.last_used_at < used.at)",
        &ids,
        &times,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
