//! The SQL of sending deliveries.

use chrono::{DateTime, TimeDelta, Utc};
use parking_db::{PlatformTx, Result};
use parking_domain::ids::TenantId;
use parking_domain::webhooks::Health;
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

/// A webhook that this server has in hand for a while.
#[derive(Clone, Copy, Debug)]
pub(in crate::webhooks) struct InHand {
    pub(in crate::webhooks) tenant: TenantId,
    pub(in crate::webhooks) id: Uuid,
    /// When it may be taken by others; also tells this taking from earlier ones.
    pub(in crate::webhooks) until: DateTime<Utc>,
}

/// Further ahead lies no deadline that is written here: a later one is from a clock that was wrong, and
/// has passed.
const AHEAD_MAX: TimeDelta = TimeDelta::days(2);

/// Takes webhooks that have something due. A tenant has at most so many in the hands of all servers
/// together, and the first of each tenant come before the second of any.
pub(in crate::webhooks) async fn take(
    tx: &mut PlatformTx,
    (limit, per_tenant_max): (i64, i64),
    until: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<Vec<InHand>> {
    let rows = sqlx::query!(
        "with busy as (
           select tenant_id, count(*) as webhooks from webhooks where leased_until > $1 and leased_until <= $5 group by tenant_id),
         due as (
           select w.tenant_id, w.id,
             coalesce(b.webhooks, 0) + row_number() over (partition by w.tenant_id order by w.due_at, w.id) as place
           from webhooks w
           join tenants t on t.id = w.tenant_id and t.status = 'active'
           left join busy b on b.tenant_id = w.tenant_id
           where (w.due_at <= $1 or w.due_at > $5) and (w.leased_until is null or w.leased_until <= $1 or w.leased_until > $5)),
         picked as (
           select w.tenant_id, w.id from webhooks w join due d on d.tenant_id = w.tenant_id and d.id = w.id
           where d.place <= $3 and (w.due_at <= $1 or w.due_at > $5) and (w.leased_until is null or w.leased_until <= $1 or w.leased_until > $5)
           order by d.place, w.due_at limit $4
           for no key update of w skip locked)
         update webhooks w set leased_until = $2 from picked p
         where w.tenant_id = p.tenant_id and w.id = p.id
         returning w.tenant_id, w.id",
        now,
        until,
        per_tenant_max,
        limit,
        now + AHEAD_MAX,
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| InHand {
            tenant: TenantId(row.tenant_id),
            id: row.id,
            until,
        })
        .collect())
}

/// What is to be sent next, and with what.
pub(in crate::webhooks) struct Next {
    pub(in crate::webhooks) id: Uuid,
    pub(in crate::webhooks) body: String,
    pub(in crate::webhooks) url: String,
    pub(in crate::webhooks) sealed_secret: Vec<u8>,
    /// The secret before, as long as it signs.
    pub(in crate::webhooks) sealed_previous: Option<Vec<u8>>,
}

/// The delivery whose turn it is, if the webhook is still in hand and anything may be sent.
pub(in crate::webhooks) async fn next(
    tx: &mut PlatformTx,
    hand: &InHand,
    now: DateTime<Utc>,
) -> Result<Option<Next>> {
    let next = sqlx::query_as!(
        Next,
        r#"select d.id, d.body, w.url, w.sealed_secret,
             case when w.previous_until > $4 then w.sealed_previous end as sealed_previous
           from webhooks w
           join tenants t on t.id = w.tenant_id and t.status = 'active'
           join webhook_deliveries d on d.tenant_id = w.tenant_id and d.webhook_id = w.id
           where w.tenant_id = $1 and w.id = $2 and w.leased_until = $3
             and w.disabled_at is null and w.deleted_at is null and (w.paused_until is null or w.paused_until <= $4 or w.paused_until > $5)
             and d.status = 'pending' and (d.next_attempt_at <= $4 or d.next_attempt_at > $5)
           order by d.next_attempt_at, d.seq
           limit 1"#,
        hand.tenant.0,
        hand.id,
        hand.until,
        now,
        now + AHEAD_MAX,
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(next)
}

/// How a webhook stood when the outcome of an attempt is written down; held.
pub(in crate::webhooks) struct Standing {
    pub(in crate::webhooks) name: String,
    pub(in crate::webhooks) health: Health,
    pub(in crate::webhooks) is_disabled: bool,
}

/// Holds a webhook that is not deleted until the end of the transaction.
pub(in crate::webhooks) async fn standing(
    conn: &mut PgConnection,
    (tenant, id): (TenantId, Uuid),
) -> Result<Option<Standing>> {
    let found = sqlx::query!(
        r#"select name, consecutive_failures, failing_since, pauses, paused_until, disabled_at is not null as "is_disabled!"
           from webhooks where tenant_id = $1 and id = $2 and deleted_at is null for no key update"#,
        tenant.0,
        id,
    )
    .fetch_optional(conn)
    .await?;
    Ok(found.map(|row| Standing {
        name: row.name,
        health: Health {
            consecutive_failures: row.consecutive_failures,
            failing_since: row.failing_since,
            pauses: row.pauses,
            paused_until: row.paused_until,
        },
        is_disabled: row.is_disabled,
    }))
}

/// One attempt, as it is kept.
#[derive(Clone, Debug)]
pub(in crate::webhooks) struct Attempt {
    pub(in crate::webhooks) response_status: Option<i32>,
    pub(in crate::webhooks) error: Option<&'static str>,
    pub(in crate::webhooks) duration_ms: i32,
    /// All of it, for the list of attempts.
    pub(in crate::webhooks) whole: Value,
}

/// Attempts of a delivery since it was last put into the queue; nothing if it is not there any more.
pub(in crate::webhooks) async fn attempts_of(
    conn: &mut PgConnection,
    (tenant, id): (TenantId, Uuid),
) -> Result<Option<i32>> {
    let attempts = sqlx::query_scalar!(
        "select attempt_count from webhook_deliveries where tenant_id = $1 and id = $2 and status = 'pending' for no key update",
        tenant.0,
        id,
    );
    Ok(attempts.fetch_optional(conn).await?)
}

/// Attempts that are kept of a delivery.
const ATTEMPTS_KEPT: i32 = 20;

/// Writes an attempt down: the delivery is done, or waits for the next one.
pub(in crate::webhooks) async fn attempted(
    conn: &mut PgConnection,
    (tenant, id): (TenantId, Uuid),
    attempt: &Attempt,
    next_attempt_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<()> {
    let status = match (attempt.error, next_attempt_at) {
        (None, _) => "delivered",
        (Some(_), Some(_)) => "pending",
        (Some(_), None) => "failed",
    };
    sqlx::query!(
        "update webhook_deliveries set status = $3, attempt_count = attempt_count + 1, next_attempt_at = $4,
           response_status = $5, error = $6, duration_ms = $7, finished_at = $8,
           attempts = (case when jsonb_array_length(attempts) >= $10 then attempts - 0 else attempts end) || jsonb_build_array($9::jsonb)
         where tenant_id = $1 and id = $2",
        tenant.0,
        id,
        status,
        next_attempt_at,
        attempt.response_status,
        attempt.error,
        attempt.duration_ms,
        (status != "pending").then_some(now),
        attempt.whole,
        ATTEMPTS_KEPT,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Writes down that a receiver took something.
pub(in crate::webhooks) async fn succeeded(
    conn: &mut PgConnection,
    (tenant, id): (TenantId, Uuid),
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update webhooks set consecutive_failures = 0, failing_since = null, pauses = 0, paused_until = null,
           last_success_at = $3
         where tenant_id = $1 and id = $2",
        tenant.0,
        id,
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Writes down that a receiver took nothing.
pub(in crate::webhooks) async fn failed(
    conn: &mut PgConnection,
    (tenant, id): (TenantId, Uuid),
    health: &Health,
    error: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update webhooks set consecutive_failures = $3, failing_since = $4, pauses = $5, paused_until = $6,
           last_failure_at = $7, last_error = $8
         where tenant_id = $1 and id = $2",
        tenant.0,
        id,
        health.consecutive_failures,
        health.failing_since,
        health.pauses,
        health.paused_until,
        now,
        error,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Makes everything that waits for a webhook due now, in the order of the events.
pub(in crate::webhooks) async fn hurry(
    conn: &mut PgConnection,
    (tenant, id): (TenantId, Uuid),
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update webhook_deliveries set next_attempt_at = $3
         where tenant_id = $1 and webhook_id = $2 and status = 'pending'",
        tenant.0,
        id,
        now,
    )
    .execute(&mut *conn)
    .await?;
    reckon(conn, (tenant, id)).await
}

/// Works out when a webhook that the transaction holds has something to send next.
///
/// The deliveries are read by a statement that begins after the webhook was held: whoever adds one
/// holds it too, so none is overlooked.
pub(in crate::webhooks) async fn reckon(
    conn: &mut PgConnection,
    (tenant, id): (TenantId, Uuid),
) -> Result<()> {
    sqlx::query!(
        "update webhooks w set due_at = case when w.disabled_at is null and w.deleted_at is null then (
           select greatest(d.next_attempt_at, w.paused_until) from webhook_deliveries d
           where d.tenant_id = w.tenant_id and d.webhook_id = w.id and d.status = 'pending'
           order by d.next_attempt_at, d.seq limit 1) end
         where w.tenant_id = $1 and w.id = $2",
        tenant.0,
        id,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Gives a webhook out of hand.
pub(in crate::webhooks) async fn let_go(tx: &mut PlatformTx, hand: &InHand) -> Result<()> {
    let held = sqlx::query!(
        "update webhooks set leased_until = null where tenant_id = $1 and id = $2 and leased_until = $3",
        hand.tenant.0,
        hand.id,
        hand.until,
    )
    .execute(tx.conn())
    .await?;
    if held.rows_affected() == 1 {
        reckon(tx.conn(), (hand.tenant, hand.id)).await?;
    }
    Ok(())
}
