//! The SQL of imports.

pub(super) mod facts;
pub(super) mod list;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use parking_db::{DbError, PlatformTx, Result, TenantTx};
use serde_json::{Value, json};
use uuid::Uuid;

use super::judging::Verdict;
use super::rows::SealedRow;
use super::{ImportError, Kind, Status};
use crate::record::Maker;

pub(super) use list::find;

/// Lets those who upload files to a tenant wait for each other.
pub(super) async fn hold(tx: &mut TenantTx) -> Result<()> {
    let tenant = tx.tenant().to_string();
    sqlx::query!(
        "select pg_advisory_xact_lock(hashtextextended('imports of ' || $1, 0))",
        tenant
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// How many imports of the tenant are neither finished nor given up.
pub(super) async fn count_open(tx: &mut TenantTx) -> Result<i64> {
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from imports where status in ('uploaded', 'checked', 'running', 'undoing')"#
    );
    Ok(count.fetch_one(tx.conn()).await?)
}

pub(super) async fn insert(
    tx: &mut TenantTx,
    id: Uuid,
    (kind, file_name, site): (Kind, &str, Option<Uuid>),
    (header, mapping, rows): (&[String], &BTreeMap<String, usize>, usize),
    (maker, now): (&str, DateTime<Utc>),
) -> Result<(), ImportError> {
    let tenant = tx.tenant().0;
    sqlx::query!(
        "insert into imports (tenant_id, id, kind, file_name, site_id, header, mapping, rows_total, created_by, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)",
        tenant,
        id,
        kind.name(),
        file_name,
        site,
        header,
        json!(mapping),
        i32::try_from(rows).unwrap_or(i32::MAX),
        maker,
        now,
    )
    .execute(tx.conn())
    .await
    .map_err(refused)?;
    Ok(())
}

pub(super) async fn insert_rows(tx: &mut TenantTx, id: Uuid, rows: &[SealedRow]) -> Result<()> {
    let tenant = tx.tenant().0;
    let lines: Vec<i32> = rows.iter().map(|row| row.line).collect();
    let cells: Vec<Vec<u8>> = rows.iter().map(|row| row.sealed_cells.clone()).collect();
    sqlx::query!(
        "insert into import_rows (tenant_id, import_id, line, sealed_cells)
         select $1, $2, w.line, w.cells from unnest($3::int[], $4::bytea[]) as w (line, cells)",
        tenant,
        id,
        &lines,
        &cells,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Holds an import until the end of the transaction.
pub(super) async fn lock(tx: &mut TenantTx, id: Uuid) -> Result<()> {
    sqlx::query!("select id from imports where id = $1 for update", id)
        .fetch_optional(tx.conn())
        .await?;
    Ok(())
}

pub(super) async fn remap(
    tx: &mut TenantTx,
    id: Uuid,
    (mapping, site): (&BTreeMap<String, usize>, Option<Uuid>),
    now: DateTime<Utc>,
) -> Result<(), ImportError> {
    sqlx::query!(
        "update imports set mapping = $2, site_id = $3, updated_at = $4 where id = $1",
        id,
        json!(mapping),
        site,
        now
    )
    .execute(tx.conn())
    .await
    .map_err(refused)?;
    Ok(())
}

pub(super) async fn forget_verdicts(tx: &mut TenantTx, id: Uuid) -> Result<()> {
    sqlx::query!(
        "update import_rows set verdict = 'unchecked', messages = '[]', target_id = null
         where import_id = $1 and verdict <> 'unchecked'",
        id
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(super) async fn all_rows(tx: &mut TenantTx, id: Uuid) -> Result<Vec<SealedRow>> {
    let rows = sqlx::query_as!(
        SealedRow,
        "select line, sealed_cells from import_rows where import_id = $1 order by line",
        id
    );
    Ok(rows.fetch_all(tx.conn()).await?)
}

/// The next rows that are to be made.
pub(super) async fn ready_rows(tx: &mut TenantTx, id: Uuid, limit: i64) -> Result<Vec<SealedRow>> {
    let rows = sqlx::query_as!(
        SealedRow,
        "select line, sealed_cells from import_rows where import_id = $1 and verdict = 'ready' order by line limit $2",
        id,
        limit
    );
    Ok(rows.fetch_all(tx.conn()).await?)
}

/// What a row made.
#[derive(Clone, Copy, Debug)]
pub(super) struct Made {
    pub(super) line: i32,
    pub(super) id: Uuid,
    pub(super) version: i64,
}

/// The next rows whose making is to be taken back, the last first.
pub(super) async fn made_rows(tx: &mut TenantTx, id: Uuid, limit: i64) -> Result<Vec<Made>> {
    let rows = sqlx::query_as!(
        Made,
        r#"select line, target_id as "id!", coalesce(target_version, 0) as "version!" from import_rows
           where import_id = $1 and verdict = 'created' and messages = '[]' and target_id is not null
           order by line desc limit $2"#,
        id,
        limit
    );
    Ok(rows.fetch_all(tx.conn()).await?)
}

pub(super) async fn write_verdicts(
    tx: &mut TenantTx,
    id: Uuid,
    verdicts: &[Verdict],
) -> Result<()> {
    let lines: Vec<i32> = verdicts.iter().map(|one| one.line).collect();
    let words: Vec<String> = verdicts.iter().map(|one| one.word.to_owned()).collect();
    let messages: Vec<Value> = verdicts.iter().map(|one| one.messages.clone()).collect();
    let targets: Vec<Option<Uuid>> = verdicts.iter().map(|one| one.target).collect();
    let versions: Vec<Option<i64>> = verdicts.iter().map(|one| one.target_version).collect();
    sqlx::query!(
        "update import_rows r set verdict = w.verdict, messages = w.messages, target_id = w.target_id,
           target_version = w.target_version
         from unnest($2::int[], $3::text[], $4::jsonb[], $5::uuid[], $6::bigint[])
           as w (line, verdict, messages, target_id, target_version)
         where r.import_id = $1 and r.line = w.line",
        id,
        &lines,
        &words,
        &messages,
        &targets as &[Option<Uuid>],
        &versions as &[Option<i64>],
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Writes down why a row was not made, or why what it made was not taken back.
pub(super) async fn refuse(
    tx: &mut TenantTx,
    (id, line): (Uuid, i32),
    messages: &Value,
) -> Result<()> {
    sqlx::query!(
        "update import_rows set messages = $3, verdict = case verdict when 'ready' then 'refused' else verdict end
         where import_id = $1 and line = $2 and verdict in ('ready', 'created')",
        id,
        line,
        messages
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Counts the rows of an import by their verdicts.
pub(super) async fn recount(tx: &mut TenantTx, id: Uuid, now: DateTime<Utc>) -> Result<()> {
    sqlx::query!(
        "update imports set rows_ready = c.ready, rows_same = c.same, rows_refused = c.refused, rows_created = c.created,
           rows_removed = c.removed, updated_at = $2, version = version + 1
         from (
           select count(*) filter (where verdict = 'ready') as ready, count(*) filter (where verdict = 'same') as same,
             count(*) filter (where verdict = 'refused') as refused, count(*) filter (where verdict = 'created') as created,
             count(*) filter (where verdict = 'removed') as removed
           from import_rows where import_id = $1) c
         where id = $1 and rows_forgotten_at is null",
        id,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Writes down whom a job works for.
pub(super) async fn hand_over(
    tx: &mut TenantTx,
    id: Uuid,
    maker: &Maker,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update imports set maker = $2, started_at = $3, finished_at = null, trouble = null where id = $1",
        id,
        json!(maker),
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Brings an import to a status; one that is over works for nobody any more.
pub(super) async fn become_status(
    tx: &mut TenantTx,
    id: Uuid,
    status: Status,
    now: DateTime<Utc>,
) -> Result<()> {
    let is_over = matches!(status, Status::Done | Status::Cancelled | Status::Undone);
    sqlx::query!(
        "update imports set status = $2, updated_at = $3, version = version + 1,
           finished_at = case when $4 then $3 else finished_at end, maker = case when $4 then null else maker end
         where id = $1",
        id,
        status.name(),
        now,
        is_over
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Forgets the rows of an import; their counts stay.
pub(super) async fn forget_rows(tx: &mut TenantTx, id: Uuid, now: DateTime<Utc>) -> Result<()> {
    sqlx::query!("delete from import_rows where import_id = $1", id)
        .execute(tx.conn())
        .await?;
    sqlx::query!(
        "update imports set rows_forgotten_at = $2 where id = $1",
        id,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Forgets the rows of the tenant's imports that are over, but for the newest; a few at a time, as nobody
/// makes more than one at once.
pub(super) async fn forget_beyond(
    tx: &mut TenantTx,
    kept_max: i64,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "with old as materialized (
           select id from imports where rows_forgotten_at is null and status in ('done', 'cancelled', 'undone')
           order by created_at desc, id desc offset $1 limit 5 for update skip locked),
         emptied as (delete from import_rows r using old where r.import_id = old.id)
         update imports i set rows_forgotten_at = $2, version = version + 1 from old where i.id = old.id",
        kept_max,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Whether the tenant is neither suspended nor on its way out.
pub(super) async fn is_of_an_active_tenant(tx: &mut TenantTx) -> Result<bool> {
    let status = sqlx::query_scalar!("select status from tenants where id = current_tenant_id()")
        .fetch_optional(tx.conn())
        .await?;
    Ok(status.as_deref() == Some("active"))
}

/// Stops an import with the reason; it can be started again.
pub(super) async fn fail(
    tx: &mut TenantTx,
    (id, trouble): (Uuid, &str),
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update imports set status = 'failed', trouble = $2, updated_at = $3, version = version + 1 where id = $1",
        id,
        trouble,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// An import on which nothing went on for too long.
pub(super) struct Stalled {
    pub(super) tenant_id: Uuid,
    pub(super) id: Uuid,
    pub(super) file_name: String,
}

/// Gives up imports on which nothing went on since an instant.
pub(super) async fn give_up(
    tx: &mut PlatformTx,
    (since, trouble): (DateTime<Utc>, &str),
    now: DateTime<Utc>,
) -> Result<Vec<Stalled>> {
    let stalled = sqlx::query_as!(
        Stalled,
        "update imports set status = 'failed', trouble = $2, updated_at = $3, version = version + 1
         where (tenant_id, id) in (
           select tenant_id, id from imports where status in ('running', 'undoing') and updated_at < $1
           order by tenant_id, id limit 50 for update skip locked)
         returning tenant_id, id, file_name",
        since,
        trouble,
        now
    );
    Ok(stalled.fetch_all(tx.conn()).await?)
}

/// Forgets the rows of some imports that were not touched since an instant; those that never began
/// are gone altogether. Says how many imports that were.
pub(super) async fn forget_old(
    tx: &mut PlatformTx,
    before: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<u64> {
    let done = sqlx::query!(
        "with old as materialized (
           select tenant_id, id, status from imports where rows_forgotten_at is null and updated_at < $1
             and status not in ('running', 'undoing')
           order by updated_at limit 20 for update skip locked),
         gone as (
           delete from imports i using old
           where i.tenant_id = old.tenant_id and i.id = old.id and old.status in ('uploaded', 'checked')),
         emptied as (
           delete from import_rows r using old
           where r.tenant_id = old.tenant_id and r.import_id = old.id and old.status not in ('uploaded', 'checked')),
         noted as (
           update imports i set rows_forgotten_at = $2, maker = null, version = version + 1 from old
           where i.tenant_id = old.tenant_id and i.id = old.id and old.status not in ('uploaded', 'checked'))
         select count(*) as \"count!\" from old",
        before,
        now
    );
    let count = done.fetch_one(tx.conn()).await?.count;
    Ok(u64::try_from(count).unwrap_or_default())
}

fn refused(error: sqlx::Error) -> ImportError {
    let error = DbError::from(error);
    match error.constraint() {
        Some("imports_site_fkey") => ImportError::NoSuchSite,
        _ => ImportError::Db(error),
    }
}
