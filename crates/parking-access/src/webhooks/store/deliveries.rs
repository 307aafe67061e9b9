//! The SQL of what is, was and will be sent, for people and for cleaning up.

use chrono::{DateTime, Utc};
use parking_db::{PlatformTx, Result, TenantTx};
use parking_domain::event_types;
use serde_json::Value;
use sqlx::{AssertSqlSafe, Postgres, QueryBuilder};
use uuid::Uuid;

use super::sending::Attempt;

/// A delivery in a list.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(in crate::webhooks) struct Delivery {
    pub(in crate::webhooks) id: Uuid,
    pub(in crate::webhooks) webhook_id: Uuid,
    pub(in crate::webhooks) event_type: String,
    pub(in crate::webhooks) status: String,
    pub(in crate::webhooks) attempt_count: i32,
    pub(in crate::webhooks) next_attempt_at: Option<DateTime<Utc>>,
    pub(in crate::webhooks) response_status: Option<i32>,
    pub(in crate::webhooks) error: Option<String>,
    pub(in crate::webhooks) duration_ms: Option<i32>,
    pub(in crate::webhooks) created_at: DateTime<Utc>,
    pub(in crate::webhooks) finished_at: Option<DateTime<Utc>>,
}

/// A delivery with all there is to know of it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(in crate::webhooks) struct WholeDelivery {
    #[sqlx(flatten)]
    pub(in crate::webhooks) delivery: Delivery,
    pub(in crate::webhooks) body: String,
    pub(in crate::webhooks) attempts: Value,
}

const COLUMNS: &str =
    "d.id, d.webhook_id, d.event_type, d.status, d.attempt_count, d.next_attempt_at,
     d.response_status, d.error, d.duration_ms, d.created_at, d.finished_at";

/// Which deliveries of a webhook are wanted.
#[derive(Clone, Debug)]
pub(in crate::webhooks) struct Filter {
    pub(in crate::webhooks) webhook: Uuid,
    pub(in crate::webhooks) status: Option<&'static str>,
    pub(in crate::webhooks) event_type: Option<String>,
    pub(in crate::webhooks) from: Option<DateTime<Utc>>,
    pub(in crate::webhooks) to: Option<DateTime<Utc>>,
    /// Text that must occur in what is sent.
    pub(in crate::webhooks) pattern: Option<String>,
}

fn wanted(query: &mut QueryBuilder<Postgres>, filter: &Filter) {
    query
        .push(" from webhook_deliveries d where d.webhook_id = ")
        .push_bind(filter.webhook);
    if let Some(status) = filter.status {
        query.push(" and d.status = ").push_bind(status);
    }
    if let Some(event_type) = &filter.event_type {
        query
            .push(" and d.event_type = ")
            .push_bind(event_type.clone());
    }
    if let Some(from) = filter.from {
        query.push(" and d.created_at >= ").push_bind(from);
    }
    if let Some(to) = filter.to {
        query.push(" and d.created_at < ").push_bind(to);
    }
    if let Some(pattern) = &filter.pattern {
        query.push(" and d.body ilike ").push_bind(pattern.clone());
    }
}

/// One page, and how many a filter leaves.
pub(in crate::webhooks) async fn list(
    tx: &mut TenantTx,
    filter: &Filter,
    order: &str,
    (offset, limit): (i64, i64),
) -> Result<(Vec<Delivery>, i64)> {
    // `order` is made of literals by `Page::order_by`; everything else is bound.
    let mut query = QueryBuilder::new(format!("select {COLUMNS}"));
    wanted(&mut query, filter);
    query
        .push(format!(" order by {order} offset "))
        .push_bind(offset);
    query.push(" limit ").push_bind(limit);
    let deliveries = query.build_query_as().fetch_all(tx.conn()).await?;
    let mut query = QueryBuilder::new("select count(*)");
    wanted(&mut query, filter);
    let total = query.build_query_scalar().fetch_one(tx.conn()).await?;
    Ok((deliveries, total))
}

/// One delivery of a webhook that is not deleted.
pub(in crate::webhooks) async fn find(
    tx: &mut TenantTx,
    id: Uuid,
) -> Result<Option<WholeDelivery>> {
    let query = format!(
        "select {COLUMNS}, d.body, d.attempts from webhook_deliveries d
         join webhooks w on w.tenant_id = d.tenant_id and w.id = d.webhook_id and w.deleted_at is null
         where d.id = $1"
    );
    let delivery = sqlx::query_as(AssertSqlSafe(query)).bind(id);
    Ok(delivery.fetch_optional(tx.conn()).await?)
}

/// Puts one delivery into the queue anew.
pub(in crate::webhooks) async fn requeue(
    tx: &mut TenantTx,
    id: Uuid,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update webhook_deliveries set status = 'pending', attempt_count = 0, next_attempt_at = $2, finished_at = null
         where id = $1",
        id,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Puts what failed or expired since an instant into the queue anew, oldest first, as long as there
/// is room for it; and says how much that was.
pub(in crate::webhooks) async fn requeue_since(
    tx: &mut TenantTx,
    (webhook, since): (Uuid, DateTime<Utc>),
    waiting_max: i64,
    now: DateTime<Utc>,
) -> Result<u64> {
    let done = sqlx::query!(
        "update webhook_deliveries set status = 'pending', attempt_count = 0, next_attempt_at = $3, finished_at = null
         where id in (
           select d.id from webhook_deliveries d
           where d.webhook_id = $1 and d.status in ('failed', 'expired') and d.created_at >= $2
           order by d.created_at, d.seq
           limit greatest(0, $4 - (select count(*) from webhook_deliveries p where p.webhook_id = $1 and p.status = 'pending')))",
        webhook,
        since,
        now,
        waiting_max,
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected())
}

/// Writes down a trial, which is over when it is written.
pub(in crate::webhooks) async fn insert_trial(
    tx: &mut TenantTx,
    (id, webhook): (Uuid, Uuid),
    body: &str,
    attempt: &Attempt,
    now: DateTime<Utc>,
) -> Result<()> {
    let tenant = tx.tenant().0;
    let status = if attempt.error.is_none() {
        "delivered"
    } else {
        "failed"
    };
    sqlx::query!(
        "insert into webhook_deliveries (tenant_id, id, webhook_id, event_type, body, status, attempt_count,
           response_status, error, duration_ms, attempts, created_at, finished_at)
         values ($1, $2, $3, $4, $5, $6, 1, $7, $8, $9, jsonb_build_array($10::jsonb), $11, $11)",
        tenant,
        id,
        webhook,
        event_types::TEST,
        body,
        status,
        attempt.response_status,
        attempt.error,
        attempt.duration_ms,
        attempt.whole,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Gives up what was due before an instant, and says how much that was.
pub(in crate::webhooks) async fn expire_before(
    tx: &mut PlatformTx,
    before: DateTime<Utc>,
    limit: i64,
    now: DateTime<Utc>,
) -> Result<u64> {
    let done = sqlx::query!(
        "update webhook_deliveries set status = 'expired', next_attempt_at = null, finished_at = $2
         where (tenant_id, id) in (
           select d.tenant_id, d.id from webhooks w
           cross join lateral (
             select d.tenant_id, d.id from webhook_deliveries d
             where d.tenant_id = w.tenant_id and d.webhook_id = w.id and d.status = 'pending'
               and d.next_attempt_at < $1
             limit $3) as d
           limit $3)",
        before,
        now,
        limit,
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected())
}

/// Forgets what was done before an instant, and everything of webhooks that are deleted; says how
/// much that was.
pub(in crate::webhooks) async fn forget(
    tx: &mut PlatformTx,
    before: DateTime<Utc>,
    limit: i64,
) -> Result<u64> {
    let done = sqlx::query!(
        "delete from webhook_deliveries where (tenant_id, id) in (
           select d.tenant_id, d.id from webhooks w
           cross join lateral (
             select d.tenant_id, d.id from webhook_deliveries d
             where d.tenant_id = w.tenant_id and d.webhook_id = w.id
               and d.created_at < case when w.deleted_at is null then $1::timestamptz else 'infinity' end
               and (w.deleted_at is not null or d.status <> 'pending')
             limit $2) as d
           limit $2)",
        before,
        limit,
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected())
}

/// Forgets webhooks that are deleted and have nothing left.
pub(in crate::webhooks) async fn forget_deleted(tx: &mut PlatformTx) -> Result<()> {
    sqlx::query!(
        "delete from webhooks w where w.deleted_at is not null
           and not exists (select from webhook_deliveries d where d.tenant_id = w.tenant_id and d.webhook_id = w.id)",
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
