//! The SQL of API keys.

use std::collections::HashMap;
use std::net::IpAddr;

use chrono::{DateTime, Utc};
use ipnet::IpNet;
use parking_db::{PlatformTx, Result, TenantTx};
use parking_domain::access::{Role, Scope};
use parking_domain::ids::TenantId;
use parking_domain::text::Name;
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Row as _};
use uuid::Uuid;

use super::{Key, KeyChange, KeyDraft, KnownKey};

/// What a new row holds besides what was asked for.
pub(super) struct RowDraft<'a> {
    pub(super) id: Uuid,
    pub(super) public_id: &'a str,
    pub(super) secret_hash: &'a [u8],
    pub(super) created_by: Option<Uuid>,
    pub(super) now: DateTime<Utc>,
}

/// Which keys are wanted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Filter<'a> {
    pub(super) status: Option<&'a str>,
    pub(super) pattern: Option<&'a str>,
    pub(super) now: DateTime<Utc>,
}

fn names(scopes: &[Scope]) -> Vec<String> {
    scopes.iter().map(|scope| scope.name().to_owned()).collect()
}

fn nets(ips: &[IpNet]) -> Vec<String> {
    ips.iter().map(|net| net.trunc().to_string()).collect()
}

pub(super) async fn insert(tx: &mut TenantTx, row: RowDraft<'_>, new: &KeyDraft) -> Result<()> {
    let tenant = tx.tenant().0;
    sqlx::query!(
        "insert into api_keys (tenant_id, id, public_id, secret_hash, name, role, scopes, allowed_ips,
           requests_per_minute, expires_at, created_by, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12)",
        tenant,
        row.id,
        row.public_id,
        row.secret_hash,
        new.name.as_str(),
        new.role.name(),
        &names(&new.scopes),
        &nets(&new.allowed_ips),
        new.requests_per_minute,
        new.expires_at,
        row.created_by,
        row.now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(super) async fn find(tx: &mut TenantTx, id: Uuid) -> Result<Option<Key>> {
    let key = sqlx::query_as!(
        Key,
        r#"select k.id, k.public_id, k.name, k.role, k.scopes, k.allowed_ips, k.requests_per_minute, k.expires_at,
             k.revoked_at, k.last_used_at, k.last_used_ip, k.created_by, u.name as "created_by_name?", k.created_at,
             k.updated_at, k.version
           from api_keys k left join users u on u.id = k.created_by
           where k.id = $1"#,
        id
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(key)
}

/// The key, locked until the end of the transaction.
pub(super) async fn find_for_update(tx: &mut TenantTx, id: Uuid) -> Result<Option<Key>> {
    sqlx::query!("select id from api_keys where id = $1 for update", id)
        .fetch_optional(tx.conn())
        .await?;
    find(tx, id).await
}

pub(super) async fn list(
    tx: &mut TenantTx,
    filter: Filter<'_>,
    order: &str,
    offset: i64,
    limit: i64,
) -> Result<(Vec<Key>, i64)> {
    // `order` is made of literals by `Page::order_by`; everything else is bound.
    let query = format!(
        "select k.id, k.public_id, k.name, k.role, k.scopes, k.allowed_ips, k.requests_per_minute, k.expires_at,
           k.revoked_at, k.last_used_at, k.last_used_ip, k.created_by, u.name as created_by_name, k.created_at,
           k.updated_at, k.version
         from api_keys k left join users u on u.id = k.created_by
         where {WANTED} order by {order} offset $4 limit $5"
    );
    let rows = sqlx::query(AssertSqlSafe(query))
        .bind(filter.status)
        .bind(filter.pattern)
        .bind(filter.now)
        .bind(offset)
        .bind(limit)
        .fetch_all(tx.conn())
        .await?;
    let keys = rows.iter().map(from_row).collect::<Result<_, _>>()?;
    let total = sqlx::query_scalar(AssertSqlSafe(format!(
        "select count(*) from api_keys k where {WANTED}"
    )))
    .bind(filter.status)
    .bind(filter.pattern)
    .bind(filter.now)
    .fetch_one(tx.conn())
    .await?;
    Ok((keys, total))
}

const WANTED: &str = "($1::text is null or $1 = case when k.revoked_at is not null then 'revoked'
      when k.expires_at <= $3 then 'expired' else 'active' end)
    and ($2::text is null or k.name ilike $2 or k.public_id ilike $2)";

fn from_row(row: &PgRow) -> Result<Key, sqlx::Error> {
    Ok(Key {
        id: row.try_get("id")?,
        public_id: row.try_get("public_id")?,
        name: row.try_get("name")?,
        role: row.try_get("role")?,
        scopes: row.try_get("scopes")?,
        allowed_ips: row.try_get("allowed_ips")?,
        requests_per_minute: row.try_get("requests_per_minute")?,
        expires_at: row.try_get("expires_at")?,
        revoked_at: row.try_get("revoked_at")?,
        last_used_at: row.try_get("last_used_at")?,
        last_used_ip: row.try_get("last_used_ip")?,
        created_by: row.try_get("created_by")?,
        created_by_name: row.try_get("created_by_name")?,
        created_at: row.try_get("created_at")?,
        updated_at: row.try_get("updated_at")?,
        version: row.try_get("version")?,
    })
}

pub(super) async fn update(
    tx: &mut TenantTx,
    id: Uuid,
    change: &KeyChange,
    now: DateTime<Utc>,
) -> Result<()> {
    let scopes = change.scopes.as_deref().map(names).unwrap_or_default();
    let allowed_ips = change.allowed_ips.as_deref().map(nets).unwrap_or_default();
    sqlx::query!(
        "update api_keys set
           name = coalesce($2, name),
           role = coalesce($3, role),
           scopes = case when $4 then $5 else scopes end,
           allowed_ips = case when $6 then $7 else allowed_ips end,
           expires_at = case when $8 then $9 else expires_at end,
           requests_per_minute = case when $10 then $11 else requests_per_minute end,
           updated_at = $12,
           version = version + 1
         where id = $1",
        id,
        change.name.as_ref().map(Name::as_str),
        change.role.map(Role::name),
        change.scopes.is_some(),
        &scopes,
        change.allowed_ips.is_some(),
        &allowed_ips,
        change.expires_at.is_any(),
        change.expires_at.value(),
        change.requests_per_minute.is_any(),
        change.requests_per_minute.value(),
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(super) async fn revoke(tx: &mut TenantTx, id: Uuid, now: DateTime<Utc>) -> Result<()> {
    sqlx::query!(
        "update api_keys set revoked_at = $2, updated_at = $2, version = version + 1 where id = $1",
        id,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// How fast all callers of the tenant together may ask.
pub(super) async fn tenant_rate(tx: &mut TenantTx) -> Result<i32> {
    let rate = sqlx::query_scalar!("select requests_per_minute from tenants")
        .fetch_one(tx.conn())
        .await?;
    Ok(rate)
}

/// A key by its public part, in whichever tenant it is.
pub(super) async fn known(tx: &mut PlatformTx, public_id: &str) -> Result<Option<KnownKey>> {
    let row = sqlx::query!(
        r#"select k.tenant_id, k.id, k.name, k.secret_hash, k.role, k.scopes, k.allowed_ips, k.expires_at,
             k.revoked_at is not null as "is_revoked!", k.requests_per_minute,
             t.status = 'active' as "is_tenant_active!", t.requests_per_minute as tenant_requests_per_minute
           from api_keys k join tenants t on t.id = k.tenant_id
           where k.public_id = $1"#,
        public_id
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.and_then(|row| {
        Some(KnownKey {
            tenant: TenantId(row.tenant_id),
            id: row.id,
            name: row.name,
            secret_hash: row.secret_hash,
            // A role, scope or address that this program does not know gives no right.
            role: row.role.parse().ok()?,
            scopes: row
                .scopes
                .iter()
                .filter_map(|scope| scope.parse().ok())
                .collect(),
            allowed_ips: row
                .allowed_ips
                .iter()
                .map(|net| net.parse().ok())
                .collect::<Option<_>>()?,
            expires_at: row.expires_at,
            is_revoked: row.is_revoked,
            requests_per_minute: row
                .requests_per_minute
                .and_then(|rate| u32::try_from(rate).ok()),
            is_tenant_active: row.is_tenant_active,
            tenant_requests_per_minute: u32::try_from(row.tenant_requests_per_minute).unwrap_or(0),
        })
    }))
}

/// Writes the last uses down, each unless a later one is known.
pub(super) async fn used(
    tx: &mut PlatformTx,
    uses: &HashMap<Uuid, (DateTime<Utc>, IpAddr)>,
) -> Result<()> {
    // In the order of ids, so that two servers never wait for each other in a circle.
    let mut uses: Vec<_> = uses.iter().collect();
    uses.sort_by_key(|(id, _)| **id);
    let ids: Vec<Uuid> = uses.iter().map(|(id, _)| **id).collect();
    let times: Vec<DateTime<Utc>> = uses.iter().map(|(_, (at, _))| *at).collect();
    let ips: Vec<String> = uses.iter().map(|(_, (_, ip))| ip.to_string()).collect();
    sqlx::query!(
        "update api_keys k set last_used_at = used.at, last_used_ip = used.ip
         from unnest($1::uuid[], $2::timestamptz[], $3::text[]) as used (id, at, ip)
         where k.id = used.id and (k.last_used_at is null or k.last_used_at < used.at)",
        &ids,
        &times,
        &ips,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
