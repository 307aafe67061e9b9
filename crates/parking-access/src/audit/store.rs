//! The audit log's SQL.

use chrono::{DateTime, Utc};
use parking_db::{PlatformTx, Result, TenantTx};
use parking_domain::ids::TenantId;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{By, Entry};

/// An entry as it is kept.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) tenant_id: Uuid,
    pub(super) id: Uuid,
    pub(super) seq: i64,
    pub(super) at: DateTime<Utc>,
    pub(super) actor_type: String,
    pub(super) actor_id: Option<String>,
    pub(super) actor_name: Option<String>,
    pub(super) action: String,
    pub(super) entity_type: String,
    pub(super) entity_id: Option<String>,
    pub(super) entity_name: Option<String>,
    pub(super) old: Option<String>,
    pub(super) new: Option<String>,
    pub(super) reason: Option<String>,
    pub(super) request_id: Option<String>,
    pub(super) ip: Option<String>,
    pub(super) prev_hash: Vec<u8>,
    pub(super) hash: Vec<u8>,
}

/// Which entries are wanted.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Filter {
    pub(super) actor_id: Option<String>,
    pub(super) action: Option<String>,
    pub(super) entity_type: Option<String>,
    pub(super) entity_id: Option<String>,
    pub(super) request_id: Option<String>,
    pub(super) from: Option<DateTime<Utc>>,
    pub(super) to: Option<DateTime<Utc>>,
    pub(super) pattern: Option<String>,
    /// Only entries with a higher number.
    pub(super) after: Option<i64>,
}

pub(super) async fn insert(
    conn: &mut PgConnection,
    tenant: TenantId,
    id: Uuid,
    now: DateTime<Utc>,
    by: &By,
    entry: &Entry<'_>,
) -> Result<()> {
    let reason = entry.reason.or(by.acting_reason.as_deref());
    // `seq` and the hashes are the trigger's; what is written here for them is never kept.
    sqlx::query!(
        "insert into audit_log (tenant_id, id, at, actor_type, actor_id, actor_name, action, entity_type,
           entity_id, entity_name, old, new, reason, request_id, ip, seq, prev_hash, hash)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 0, '', '')",
        tenant.0,
        id,
        now,
        by.actor_type.as_ref(),
        by.actor_id,
        by.actor_name,
        entry.action,
        entry.entity_type,
        entry.entity_id,
        entry.entity_name,
        entry.old,
        entry.new,
        reason,
        by.request_id,
        by.ip,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// One page in one direction. The direction is part of the text, because PostgreSQL walks the index
/// on `seq` only for an order it can see.
macro_rules! page_in_order {
    ($order:literal, $tx:expr, $filter:expr, $offset:expr, $limit:expr) => {
        sqlx::query_as!(
            Row,
            r#"select tenant_id, id, seq, at, actor_type, actor_id, actor_name, action, entity_type, entity_id,
                 entity_name, old::text, new::text, reason, request_id, ip, prev_hash, hash
               from audit_log
               where ($1::text is null or actor_id = $1)
                 and ($2::text is null or action = $2 or action like $2 || '.%')
                 and ($3::text is null or entity_type = $3)
                 and ($4::text is null or entity_id = $4)
                 and ($5::text is null or request_id = $5)
                 and ($6::timestamptz is null or at >= $6)
                 and ($7::timestamptz is null or at < $7)
                 and ($8::text is null or actor_name ilike $8 or entity_name ilike $8 or action ilike $8
                      or reason ilike $8 or new::text ilike $8 or old::text ilike $8)
                 and seq > $11
               order by "# + $order + " offset $9 limit $10",
            $filter.actor_id,
            $filter.action,
            $filter.entity_type,
            $filter.entity_id,
            $filter.request_id,
            $filter.from,
            $filter.to,
            $filter.pattern,
            $offset,
            $limit,
            $filter.after.unwrap_or(0),
        )
        .fetch_all($tx.conn())
        .await?
    };
}

/// One page of entries, newest first unless `oldest_first`.
pub(super) async fn page(
    tx: &mut TenantTx,
    filter: &Filter,
    offset: i64,
    limit: i64,
    oldest_first: bool,
) -> Result<Vec<Row>> {
    Ok(if oldest_first {
        page_in_order!("tenant_id, seq", tx, filter, offset, limit)
    } else {
        page_in_order!("tenant_id desc, seq desc", tx, filter, offset, limit)
    })
}

/// How many entries a filter leaves. All of them are not counted: they are numbered without a gap, and only the oldest
/// are ever removed.
pub(super) async fn count(tx: &mut TenantTx, filter: &Filter) -> Result<i64> {
    if *filter == Filter::default() {
        let all = sqlx::query_scalar!(
            r#"select coalesce(max(seq) - min(seq) + 1, 0) as "all!" from audit_log"#
        );
        return Ok(all.fetch_one(tx.conn()).await?);
    }
    let total = sqlx::query_scalar!(
        r#"select count(*) as "total!"
           from audit_log
           where ($1::text is null or actor_id = $1)
             and ($2::text is null or action = $2 or action like $2 || '.%')
             and ($3::text is null or entity_type = $3)
             and ($4::text is null or entity_id = $4)
             and ($5::text is null or request_id = $5)
             and ($6::timestamptz is null or at >= $6)
             and ($7::timestamptz is null or at < $7)
             and ($8::text is null or actor_name ilike $8 or entity_name ilike $8 or action ilike $8
                  or reason ilike $8 or new::text ilike $8 or old::text ilike $8)"#,
        filter.actor_id,
        filter.action,
        filter.entity_type,
        filter.entity_id,
        filter.request_id,
        filter.from,
        filter.to,
        filter.pattern,
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(total)
}

pub(super) async fn find(tx: &mut TenantTx, id: Uuid) -> Result<Option<Row>> {
    let row = sqlx::query_as!(
        Row,
        "select tenant_id, id, seq, at, actor_type, actor_id, actor_name, action, entity_type, entity_id,
           entity_name, old::text, new::text, reason, request_id, ip, prev_hash, hash
         from audit_log where id = $1",
        id,
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row)
}

/// The entries of one tenant's chain after a place in it.
pub(super) async fn chain_after(
    conn: &mut PgConnection,
    tenant: TenantId,
    seq: i64,
    limit: i64,
) -> Result<Vec<Row>> {
    let rows = sqlx::query_as!(
        Row,
        "select tenant_id, id, seq, at, actor_type, actor_id, actor_name, action, entity_type, entity_id,
           entity_name, old::text, new::text, reason, request_id, ip, prev_hash, hash
         from audit_log where tenant_id = $1 and seq > $2 order by seq, id limit $3",
        tenant.0,
        seq,
        limit,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows)
}

/// Where a tenant's chain ends, and where its front was cut when old months were dropped.
#[derive(Clone, Debug)]
pub(super) struct Head {
    pub(super) seq: i64,
    pub(super) hash: Vec<u8>,
    pub(super) dropped_seq: i64,
    pub(super) dropped_hash: Vec<u8>,
}

/// The two ends of a tenant's chain, as the database's own functions keep them.
pub(super) async fn head(conn: &mut PgConnection, tenant: TenantId) -> Result<Option<Head>> {
    let head = sqlx::query_as!(
        Head,
        "select seq, hash, dropped_seq, dropped_hash from audit_heads where tenant_id = $1",
        tenant.0
    )
    .fetch_optional(conn)
    .await?;
    Ok(head)
}

/// When the newest entry or event that there is was written down, by the clock of its writer.
pub(super) async fn newest_at(tx: &mut PlatformTx) -> Result<Option<DateTime<Utc>>> {
    let newest = sqlx::query_scalar!(
        "select greatest((select max(at) from audit_heads), (select at from events order by xid desc, id desc limit 1))"
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(newest)
}

/// Every tenant that has a chain or entries.
pub(super) async fn tenants(tx: &mut PlatformTx) -> Result<Vec<TenantId>> {
    let tenants = sqlx::query_scalar!(
        r#"select tenant_id as "tenant_id!" from audit_heads
           union select distinct tenant_id from audit_log order by 1"#
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(tenants.into_iter().map(TenantId).collect())
}

/// Makes the months ahead of `now` in every table that is cut by month.
pub(super) async fn ensure_partitions(tx: &mut PlatformTx, now: DateTime<Utc>) -> Result<()> {
    sqlx::query!("select ensure_partitions(parent, $1, 3) from unnest(array['audit_log', 'events', 'uplinks']) as parent", now)
        .fetch_all(tx.conn())
        .await?;
    Ok(())
}

/// Drops the oldest month if it ends before an instant, and says how many it dropped. Nothing
/// goes while the instant is near the newest row, or fewer months would be left than are kept.
pub(super) async fn drop_partitions(
    tx: &mut PlatformTx,
    parent: &str,
    before: DateTime<Utc>,
) -> Result<i32> {
    let dropped = sqlx::query_scalar!(
        r#"select drop_partitions($1, $2) as "dropped!""#,
        parent,
        before
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(dropped)
}
