//! The SQL of commands nobody answers for, of what is left of them elsewhere, and of forgetting.

use chrono::{DateTime, TimeDelta, Utc};
use parking_db::{PlatformTx, Result};
use sqlx::postgres::PgQueryResult;
use sqlx::postgres::types::PgInterval;
use uuid::Uuid;

use super::plan::Keys;
use crate::displays::paths::CLOCKS_APART;

/// Further ahead nothing is put off, but for as long as a network server may keep a command.
const AHEAD_MAX: TimeDelta = TimeDelta::days(1);

/// A command that nobody answers for any more.
#[derive(Clone, Debug)]
pub(in crate::displays) struct Overdue {
    pub(in crate::displays) tenant_id: Uuid,
    pub(in crate::displays) id: Uuid,
    pub(in crate::displays) device_id: Uuid,
    pub(in crate::displays) dev_eui: String,
    pub(in crate::displays) attempts: i32,
    pub(in crate::displays) status: String,
    /// By which path it was handed over, and from when on it is dropped there.
    pub(in crate::displays) path: Option<String>,
    pub(in crate::displays) expires_at: Option<DateTime<Utc>>,
    pub(in crate::displays) stack_address: Option<Vec<u8>>,
    /// Whether its display is still the tenant's.
    pub(in crate::displays) is_living: bool,
    /// The applications of its tenant at the network server.
    pub(in crate::displays) applications: Vec<String>,
}

/// Commands in the hands of a server that has died, put into this server's hands.
pub(in crate::displays) async fn interrupted(
    tx: &mut PlatformTx,
    limit: i64,
    (now, lease): (DateTime<Utc>, TimeDelta),
) -> Result<Vec<Overdue>> {
    let found = sqlx::query_as!(
        Overdue,
        r#"with due as (
           select tenant_id, id from downlinks
           where leased_until <= $1 and status = 'sending' order by leased_until limit $2
           for no key update skip locked)
         update downlinks d set leased_until = $1 + $3::interval
         from due where d.tenant_id = due.tenant_id and d.id = due.id
         returning d.tenant_id, d.id, d.device_id, d.dev_eui, d.attempts, d.status, d.path, d.expires_at,
           null::bytea as stack_address, true as "is_living!", '{}'::text[] as "applications!""#,
        now,
        limit,
        PgInterval::try_from(lease).unwrap_or_default(),
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(found)
}

/// Commands that no gateway has sent in time, and not acknowledged ones, put into this server's hands.
pub(in crate::displays) async fn overdue(
    tx: &mut PlatformTx,
    limit: i64,
    (now, lease): (DateTime<Utc>, TimeDelta),
) -> Result<Vec<Overdue>> {
    let found = sqlx::query_as!(
        Overdue,
        r#"with due as (
           select tenant_id, id from downlinks
           where deadline_at <= $1 and status in ('queued', 'awaiting_ack') order by deadline_at limit $2
           for no key update skip locked)
         update downlinks d set deadline_at = $1 + $3::interval
         from due where d.tenant_id = due.tenant_id and d.id = due.id
         returning d.tenant_id, d.id, d.device_id, d.dev_eui, d.attempts, d.status, d.path, d.expires_at,
           (select l.stack_address from lamps l where l.tenant_id = d.tenant_id and l.id = d.device_id) as stack_address,
           exists (select from devices v where v.tenant_id = d.tenant_id and v.id = d.device_id and v.archived_at is null)
             as "is_living!",
           array(select a.application from applications a where a.tenant_id = d.tenant_id order by a.application limit 1000)
             as "applications!""#,
        now,
        limit,
        PgInterval::try_from(lease).unwrap_or_default(),
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(found)
}

/// Deletes commands that came to their end before then, and budgets nobody uses; says how many.
pub(in crate::displays) async fn forget(
    tx: &mut PlatformTx,
    before: DateTime<Utc>,
    limit: i64,
) -> Result<u64> {
    let done = sqlx::query!(
        "delete from downlinks where (tenant_id, id) in (
           select tenant_id, id from downlinks where finished_at < $1 order by finished_at limit $2)",
        before,
        limit
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!("delete from downlink_budgets where updated_at < $1", before)
        .execute(tx.conn())
        .await?;
    Ok(done.rows_affected())
}

/// Nothing is left of a device's queue at the network server.
pub(in crate::displays) async fn flushed(tx: &mut PlatformTx, keys: &Keys) -> Result<()> {
    sqlx::query!(
        "update downlinks d set is_left_behind = false
         from unnest($1::uuid[], $2::uuid[]) as w (tenant_id, device_id)
         where d.tenant_id = w.tenant_id and d.device_id = w.device_id and d.is_left_behind",
        &keys.0,
        &keys.1
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Of what may have been left behind for these devices, what has dropped out of their queues by itself is
/// there no more.
pub(in crate::displays) async fn ran_out(
    tx: &mut PlatformTx,
    keys: &Keys,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update downlinks d set is_left_behind = false
         from unnest($1::uuid[], $2::uuid[]) as w (tenant_id, device_id)
         where d.tenant_id = w.tenant_id and d.device_id = w.device_id and d.is_left_behind and d.expires_at + $4::interval <= $3",
        &keys.0,
        &keys.1,
        now,
        PgInterval::try_from(CLOCKS_APART).unwrap_or_default(),
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Leaves a command alone until then that could not be given back.
pub(in crate::displays) async fn put_off(
    tx: &mut PlatformTx,
    (tenant, id): (Uuid, Uuid),
    until: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update downlinks set
           leased_until = case when status = 'sending' then $3 else leased_until end,
           deadline_at = case when status in ('queued', 'awaiting_ack') then $3 else deadline_at end
         where tenant_id = $1 and id = $2",
        tenant,
        id,
        until
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// What a clock that was ahead wrote down is due now: until then nobody would look at it again.
pub(in crate::displays) async fn bring_back(
    tx: &mut PlatformTx,
    now: DateTime<Utc>,
) -> Result<u64> {
    let later = now + AHEAD_MAX;
    let looks = sqlx::query!("update lamps set due_at = $1 where due_at > $2", now, later)
        .execute(tx.conn())
        .await?;
    let due = sqlx::query!(
        "update downlinks set due_at = $1 where due_at > $2",
        now,
        later
    )
    .execute(tx.conn())
    .await?;
    let leased = sqlx::query!(
        "update downlinks set leased_until = $1 where leased_until > $2 and status = 'sending'",
        now,
        later
    )
    .execute(tx.conn())
    .await?;
    let deadlines = sqlx::query!(
        "update downlinks d set deadline_at = $1
         where d.deadline_at > $2 and d.status in ('queued', 'awaiting_ack')
           and d.deadline_at > $2 + d.patience_seconds * interval '1 second'",
        now,
        later
    )
    .execute(tx.conn())
    .await?;
    let expiries = sqlx::query!(
        "update downlinks d set expires_at = $1
         where d.is_left_behind and d.expires_at > $2::timestamptz + d.patience_seconds * interval '1 second'",
        now,
        later
    )
    .execute(tx.conn())
    .await?;
    let all = [looks, due, leased, deadlines, expiries];
    Ok(all.iter().map(PgQueryResult::rows_affected).sum())
}
