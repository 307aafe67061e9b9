//! The SQL of offering: where something became free, who may want it, and which holds are offers.

use chrono::{DateTime, Utc};
use parking_db::{PlatformTx, Result, TenantTx};
use parking_domain::ids::TenantId;
use parking_domain::reservations::{Slot, Standing};
use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

use super::SELECT;
use crate::waitlist::{Waiting, Wanted};

/// Marks where somebody who begins to wait may find something. Who frees a bay at this moment does not see
/// them, and marks nothing: so this mark is looked at twice.
pub(in crate::waitlist) async fn mark(tx: &mut TenantTx, wanted: &Wanted) -> Result<()> {
    let tenant = tx.tenant().0;
    let space = wanted.target.spaces.as_deref().and_then(<[_]>::first);
    sqlx::query!(
        "insert into waitlist_marks (tenant_id, site_id, space_id, free_from, free_until, is_of_entry)
         values ($1, $2, $3, $4, $5, true)",
        tenant,
        wanted.target.site,
        space,
        wanted.slot.start,
        wanted.slot.end
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Writes which hold somebody is offered, and until when.
pub(in crate::waitlist) async fn offer(
    tx: &mut TenantTx,
    id: Uuid,
    (reservation, until): (Uuid, DateTime<Utc>),
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update waitlist_entries set status = 'offered', reservation_id = $2, claim_until = $3, updated_at = $4,
           version = version + 1
         where id = $1",
        id,
        reservation,
        until,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The entry to which a hold was offered.
pub(in crate::waitlist) async fn of_hold(tx: &mut TenantTx, hold: Uuid) -> Result<Option<Uuid>> {
    let entry = sqlx::query_scalar!(
        "select id from waitlist_entries where reservation_id = $1",
        hold
    );
    Ok(entry.fetch_optional(tx.conn()).await?)
}

/// Which of some reservations are, or were, holds that somebody who waited was offered.
pub(in crate::waitlist) async fn offers_among(
    conn: &mut PgConnection,
    reservations: &[Uuid],
) -> Result<Vec<Uuid>> {
    let offers = sqlx::query_scalar!(
        r#"select reservation_id as "reservation_id!" from waitlist_entries where reservation_id = any($1)"#,
        reservations
    );
    Ok(offers.fetch_all(conn).await?)
}

/// Ends entries that wait for a time that has begun, and answers what they were.
pub(in crate::waitlist) async fn over(
    tx: &mut PlatformTx,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<Waiting>> {
    let ended = sqlx::query!(
        "with due as (select tenant_id, id from waitlist_entries
           where status = 'waiting' and start_time <= $1 order by start_time limit $2 for update skip locked)
         update waitlist_entries e set status = 'expired', updated_at = $1, version = version + 1
         from due where e.tenant_id = due.tenant_id and e.id = due.id
         returning e.tenant_id, e.id",
        now,
        limit
    )
    .fetch_all(tx.conn())
    .await?;
    let (tenants, ids): (Vec<Uuid>, Vec<Uuid>) =
        ended.iter().map(|row| (row.tenant_id, row.id)).unzip();
    let query = format!(
        "{SELECT} join unnest($1::uuid[], $2::uuid[]) as w (tenant_id, id)
         on w.tenant_id = e.tenant_id and w.id = e.id order by e.tenant_id, e.created_at, e.id"
    );
    let entries = sqlx::query_as(AssertSqlSafe(query)).bind(tenants).bind(ids);
    let mut entries: Vec<Waiting> = entries.fetch_all(tx.conn()).await?;
    for entry in &mut entries {
        entry.standing = Standing::Waiting;
    }
    Ok(entries)
}

/// A place where somebody who waits may find something.
pub(in crate::waitlist) type Mark = i64;

/// Tenants with marks, the one with the oldest first.
pub(in crate::waitlist) async fn marked(tx: &mut PlatformTx, limit: i64) -> Result<Vec<TenantId>> {
    let tenants = sqlx::query_scalar!(
        "select tenant_id from waitlist_marks
         where again_after is null or again_after <= pg_snapshot_xmin(pg_current_snapshot())
           or again_after > pg_snapshot_xmax(pg_current_snapshot())
         group by tenant_id order by min(id) limit $1",
        limit
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(tenants.into_iter().map(TenantId).collect())
}

/// Holds a tenant's list until the end of the transaction, unless somebody does, and says whether.
pub(in crate::waitlist) async fn hold_list(tx: &mut PlatformTx, tenant: TenantId) -> Result<bool> {
    let key = tenant.0.to_string();
    let is_held = sqlx::query_scalar!(
        r#"select pg_try_advisory_xact_lock(hashtextextended($1, 7275746)) as "is_held!""#,
        key
    );
    Ok(is_held.fetch_one(tx.conn()).await?)
}

/// The marks of a tenant, but for those that are to be looked at again and not yet. A number that lies ahead
/// is of another database, whose copy this is. All of them: a bay whose mark is left out would be offered to
/// nobody.
pub(in crate::waitlist) async fn marks(tx: &mut PlatformTx, tenant: TenantId) -> Result<Vec<Mark>> {
    let marks = sqlx::query_scalar!(
        "select id from waitlist_marks
         where tenant_id = $1 and (again_after is null or again_after <= pg_snapshot_xmin(pg_current_snapshot())
           or again_after > pg_snapshot_xmax(pg_current_snapshot()))",
        tenant.0
    );
    Ok(marks.fetch_all(tx.conn()).await?)
}

/// Whether a bay was freed after the marks were read, for somebody who wants a slot of it: the same marks
/// will let them hope in the next look.
pub(in crate::waitlist) async fn is_freed_since(
    tx: &mut PlatformTx,
    (tenant, marks): (TenantId, &[Mark]),
    (space, slot): (Uuid, Slot),
) -> Result<bool> {
    let is_freed = sqlx::query_scalar!(
        r#"select exists (select from waitlist_marks
           where tenant_id = $1 and id <> all($2) and space_id = $3 and not is_of_entry
             and free_from < $5::timestamptz + interval '12 hours' and free_until > $4::timestamptz - interval '12 hours')
           as "is_freed!""#,
        tenant.0,
        marks,
        space,
        slot.start,
        slot.end
    );
    Ok(is_freed.fetch_one(tx.conn()).await?)
}

/// Takes marks away, but for those that were looked at for the first time and are to be looked at again.
pub(in crate::waitlist) async fn unmark(
    tx: &mut PlatformTx,
    tenant: TenantId,
    marks: &[Mark],
) -> Result<()> {
    sqlx::query!(
        "delete from waitlist_marks
         where tenant_id = $1 and id = any($2) and (not is_of_entry or again_after is not null)",
        tenant.0,
        marks
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!(
        "update waitlist_marks set again_after = pg_snapshot_xmax(pg_current_snapshot())
         where tenant_id = $1 and id = any($2)",
        tenant.0,
        marks
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Marks every site where somebody waits or is offered a bay.
pub(in crate::waitlist) async fn mark_all(tx: &mut PlatformTx) -> Result<()> {
    sqlx::query!(
        "insert into waitlist_marks (tenant_id, site_id, free_from, free_until)
         select distinct tenant_id, site_id, '-infinity'::timestamptz, 'infinity'::timestamptz from waitlist_entries
         where status in ('waiting', 'offered')"
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Entries of a tenant whose hold is none any more.
pub(in crate::waitlist) async fn answered(
    tx: &mut PlatformTx,
    tenant: TenantId,
    limit: i64,
) -> Result<Vec<Uuid>> {
    let ids = sqlx::query_scalar!(
        "select e.id from waitlist_entries e
         join reservations r on r.tenant_id = e.tenant_id and r.id = e.reservation_id
         where e.tenant_id = $1 and e.status = 'offered' and r.status <> 'pending' order by e.created_at, e.id limit $2",
        tenant.0,
        limit
    );
    Ok(ids.fetch_all(tx.conn()).await?)
}

/// Those of a tenant who wait and may find something where the marks are, after one, in the order in which
/// they asked. The widest buffer there can be counts as theirs.
pub(in crate::waitlist) async fn hopeful(
    tx: &mut PlatformTx,
    (tenant, marks): (TenantId, &[Mark]),
    (after, limit): (Option<(DateTime<Utc>, Uuid)>, i64),
    now: DateTime<Utc>,
) -> Result<Vec<(DateTime<Utc>, Uuid)>> {
    let (after_at, after_id) = after.unzip();
    let rows = sqlx::query!(
        "select e.created_at, e.id from waitlist_entries e
         where e.tenant_id = $1 and e.status = 'waiting' and e.start_time > $2
           and ($3::timestamptz is null or (e.created_at, e.id) > ($3, $4::uuid))
           and exists (select from waitlist_marks m
             where m.tenant_id = e.tenant_id and m.id = any($5) and m.site_id = e.site_id
               and (m.space_id is null or e.space_id is null or m.space_id = e.space_id)
               and m.free_from < e.end_time + interval '12 hours' and m.free_until > e.start_time - interval '12 hours')
         order by e.created_at, e.id limit $6",
        tenant.0,
        now,
        after_at,
        after_id,
        marks,
        limit
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.created_at, row.id))
        .collect())
}
