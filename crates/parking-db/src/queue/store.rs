//! The queue's SQL.

use chrono::{DateTime, TimeDelta, Utc};
use parking_domain::ids::TenantId;
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{PlatformTx, Result};

/// A job in somebody's hands.
#[derive(Debug)]
pub(super) struct Claimed {
    pub(super) tenant_id: Uuid,
    pub(super) id: Uuid,
    pub(super) kind: String,
    pub(super) payload: Value,
    pub(super) attempts: i32,
    pub(super) attempts_max: i32,
}

#[expect(clippy::too_many_arguments, reason = "one column each")]
pub(super) async fn insert(
    conn: &mut PgConnection,
    tenant: TenantId,
    id: Uuid,
    kind: &str,
    payload: &Value,
    unique_key: Option<String>,
    attempts_max: i32,
    run_at: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "insert into jobs (tenant_id, id, kind, payload, unique_key, attempts_max, run_at, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $7)
         on conflict do nothing",
        tenant.0,
        id,
        kind,
        payload,
        unique_key,
        attempts_max,
        run_at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Further ahead no job is put off or leased: a later time is from a clock that was wrong, and has passed.
const AHEAD_MAX: TimeDelta = TimeDelta::days(1);

/// Takes the next due job of one of the kinds, leasing it until `lease`.
pub(super) async fn claim(
    tx: &mut PlatformTx,
    kinds: &[String],
    now: DateTime<Utc>,
    lease: DateTime<Utc>,
) -> Result<Option<Claimed>> {
    let claimed = sqlx::query_as!(
        Claimed,
        "update jobs set locked_until = $3, attempts = attempts + 1
         where (tenant_id, id) = (
           select tenant_id, id from jobs
           where status = 'queued' and (run_at <= $2 or run_at > $4)
             and (locked_until is null or locked_until <= $2 or locked_until > $4)
             and kind = any($1)
           order by run_at
           limit 1
           for update skip locked)
         returning tenant_id, id, kind, payload, attempts, attempts_max",
        kinds,
        now,
        lease,
        now + AHEAD_MAX,
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(claimed)
}

pub(super) async fn complete(tx: &mut PlatformTx, job: &Claimed) -> Result<()> {
    sqlx::query!(
        "delete from jobs where tenant_id = $1 and id = $2 and attempts = $3",
        job.tenant_id,
        job.id,
        job.attempts
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Puts a job back for another attempt, unless one that waits already under the same key takes its
/// place.
pub(super) async fn put_back(
    tx: &mut PlatformTx,
    job: &Claimed,
    run_at: DateTime<Utc>,
    error: &str,
) -> Result<()> {
    let replaced = sqlx::query!(
        "delete from jobs
         where tenant_id = $1 and id = $2 and attempts = $3
           and exists (
             select from jobs twin
             where twin.tenant_id = jobs.tenant_id and twin.kind = jobs.kind and twin.unique_key = jobs.unique_key
               and twin.id <> jobs.id and twin.status = 'queued' and twin.locked_until is null)",
        job.tenant_id,
        job.id,
        job.attempts,
    )
    .execute(tx.conn())
    .await?;
    if replaced.rows_affected() > 0 {
        return Ok(());
    }
    sqlx::query!(
        "update jobs set locked_until = null, run_at = $4, last_error = $5
         where tenant_id = $1 and id = $2 and attempts = $3",
        job.tenant_id,
        job.id,
        job.attempts,
        run_at,
        error,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(super) async fn give_up(
    tx: &mut PlatformTx,
    job: &Claimed,
    now: DateTime<Utc>,
    error: &str,
) -> Result<()> {
    sqlx::query!(
        "update jobs set status = 'failed', locked_until = null, failed_at = $4, last_error = $5
         where tenant_id = $1 and id = $2 and attempts = $3",
        job.tenant_id,
        job.id,
        job.attempts,
        now,
        error,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Jobs that are counted at most: what is beyond is as bad, and not worth reading every row for.
const COUNTED_MAX: i64 = 10_000;

/// How the queue stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueueState {
    /// Jobs that are due or will be, running ones included, up to ten thousand.
    pub queued: i64,
    /// Jobs that were given up, up to ten thousand.
    pub failed: i64,
    /// When the oldest job that is due became so.
    pub oldest_due_at: Option<DateTime<Utc>>,
}

/// Counts the queue, each count by its own index.
pub async fn state(tx: &mut PlatformTx, now: DateTime<Utc>) -> Result<QueueState> {
    let state = sqlx::query_as!(
        QueueState,
        r#"select
             (select count(*) from (select from jobs where status = 'queued' limit $2) as waiting) as "queued!",
             (select count(*) from (select from jobs where status = 'failed' limit $2) as given_up) as "failed!",
             (select run_at from jobs
              where status = 'queued' and run_at <= $1 and (locked_until is null or locked_until <= $1)
              order by run_at limit 1) as oldest_due_at"#,
        now,
        COUNTED_MAX,
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(state)
}

/// A job that was given up.
#[derive(Clone, Debug)]
pub struct FailedJob {
    /// Whose it is.
    pub tenant_id: Uuid,
    /// Its identity.
    pub id: Uuid,
    /// What kind of work it was.
    pub kind: String,
    /// How often it was tried.
    pub attempts: i32,
    /// Why the last attempt failed.
    pub last_error: Option<String>,
    /// When it was given up.
    pub failed_at: Option<DateTime<Utc>>,
}

/// The jobs that were given up last.
pub async fn failed(tx: &mut PlatformTx, limit: i64) -> Result<Vec<FailedJob>> {
    let jobs = sqlx::query_as!(
        FailedJob,
        "select tenant_id, id, kind, attempts, last_error, failed_at from jobs where status = 'failed'
         order by failed_at desc limit $1",
        limit
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(jobs)
}

/// Which jobs that were given up are meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// This one.
    Id(Uuid),
    /// Every one of a kind.
    Kind(String),
}

/// Lets jobs that were given up begin anew, and says how many. Of several with one key only the
/// youngest does, and none where one waits already: they are one job.
pub async fn retry(tx: &mut PlatformTx, which: &Which, now: DateTime<Utc>) -> Result<u64> {
    let (id, kind) = match which {
        Which::Id(id) => (Some(*id), None),
        Which::Kind(kind) => (None, Some(kind.as_str())),
    };
    let retried = sqlx::query!(
        "update jobs set status = 'queued', attempts = 0, run_at = $3, locked_until = null, failed_at = null
         where (tenant_id, id) in (
             select distinct on (tenant_id, kind, coalesce(unique_key, id::text)) tenant_id, id from jobs
             where status = 'failed' and (id = $1 or kind = $2)
             order by tenant_id, kind, coalesce(unique_key, id::text), failed_at desc)
           and not exists (
             select from jobs twin
             where twin.tenant_id = jobs.tenant_id and twin.kind = jobs.kind and twin.unique_key = jobs.unique_key
               and twin.status = 'queued' and twin.locked_until is null)",
        id,
        kind,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(retried.rows_affected())
}

/// Forgets some of the jobs that were given up before an instant, and says how many.
pub(super) async fn delete_failed(
    tx: &mut PlatformTx,
    before: DateTime<Utc>,
    limit: i64,
) -> Result<u64> {
    let deleted = sqlx::query!(
        "delete from jobs where (tenant_id, id) in (
           select tenant_id, id from jobs where status = 'failed' and failed_at < $1 limit $2)",
        before,
        limit,
    )
    .execute(tx.conn())
    .await?;
    Ok(deleted.rows_affected())
}

/// The names of the schedules that are not due, and when they are.
pub(super) async fn waiting_schedules(
    tx: &mut PlatformTx,
    now: DateTime<Utc>,
) -> Result<Vec<(String, DateTime<Utc>)>> {
    let waiting = sqlx::query!(
        "select name, next_run_at from schedules where next_run_at > $1",
        now
    )
    .fetch_all(tx.conn())
    .await?;
    let waiting = waiting.into_iter().map(|row| (row.name, row.next_run_at));
    Ok(waiting.collect())
}

/// Moves a schedule on if it is due, or is to wait for longer than it ever does; whoever succeeds runs it.
pub(super) async fn take_schedule(
    tx: &mut PlatformTx,
    name: &str,
    now: DateTime<Utc>,
    next: DateTime<Utc>,
) -> Result<bool> {
    let taken = sqlx::query!(
        "insert into schedules (name, next_run_at, last_run_at) values ($1, $3, $2)
         on conflict (name) do update set next_run_at = $3, last_run_at = $2
         where schedules.next_run_at <= $2 or schedules.next_run_at > $3",
        name,
        now,
        next,
    )
    .execute(tx.conn())
    .await?;
    Ok(taken.rows_affected() == 1)
}
