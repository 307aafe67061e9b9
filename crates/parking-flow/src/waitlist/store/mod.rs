//! The SQL of the waiting list.

pub(super) mod persons;

use chrono::{DateTime, Utc};
use parking_db::{COUNTED_MAX, PlatformTx, Result, TenantTx};
use parking_domain::bays::BayKind;
use parking_domain::ids::TenantId;
use parking_domain::reservations::{Slot, Standing};
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, FromRow, PgConnection, Postgres, QueryBuilder, Row as _};
use uuid::Uuid;

use super::{Offer, Waiting, Wanted};
use crate::reservations::Holder;

const SELECT: &str = "select e.tenant_id, t.name as tenant_name, e.id, e.site_id, i.name as site_name, i.timezone,
  e.space_id, s.code, e.level_id, l.name as level_name, e.zone_id, z.name as zone_name, e.kind, e.start_time, e.end_time,
  e.holder_name, e.holder_email, e.holder_plate, e.notes, e.status, e.reservation_id, r.space_id as offered_id,
  o.code as offered_code, e.claim_until, e.created_by, e.created_at, e.updated_at, e.version,
  case when e.status = 'waiting' then 1 + (
    select count(*) from waitlist_entries w
    where w.tenant_id = e.tenant_id and w.status = 'waiting' and w.site_id = e.site_id
      and (w.created_at, w.id) < (e.created_at, e.id) and w.start_time < e.end_time and w.end_time > e.start_time
      and (w.space_id is null or e.space_id is null or w.space_id = e.space_id)) end as position
  from waitlist_entries e join sites i on i.tenant_id = e.tenant_id and i.id = e.site_id
  join tenants t on t.id = e.tenant_id
  left join spaces s on s.tenant_id = e.tenant_id and s.id = e.space_id
  left join levels l on l.tenant_id = e.tenant_id and l.id = e.level_id
  left join zones z on z.tenant_id = e.tenant_id and z.id = e.zone_id
  left join reservations r on r.tenant_id = e.tenant_id and r.id = e.reservation_id
  left join spaces o on o.tenant_id = r.tenant_id and o.id = r.space_id";

impl FromRow<'_, PgRow> for Waiting {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        let named = |id: &str, name: &str| -> sqlx::Result<Option<(Uuid, String)>> {
            let id: Option<Uuid> = row.try_get(id)?;
            Ok(id.zip(row.try_get::<Option<String>, _>(name)?))
        };
        let (status, kind): (String, Option<String>) =
            (row.try_get("status")?, row.try_get("kind")?);
        let reservation: Option<Uuid> = row.try_get("reservation_id")?;
        let claim_until: Option<DateTime<Utc>> = row.try_get("claim_until")?;
        let offered = named("offered_id", "offered_code")?;
        let offer = reservation.zip(claim_until).zip(offered);
        Ok(Self {
            tenant_id: row.try_get("tenant_id")?,
            tenant_name: row.try_get("tenant_name")?,
            id: row.try_get("id")?,
            site: (row.try_get("site_id")?, row.try_get("site_name")?),
            timezone: row.try_get("timezone")?,
            space: named("space_id", "code")?,
            level: named("level_id", "level_name")?,
            zone: named("zone_id", "zone_name")?,
            kind: kind.and_then(|kind| kind.parse().ok()).map(BayKind::name),
            slot: Slot {
                start: row.try_get("start_time")?,
                end: row.try_get("end_time")?,
            },
            holder: Holder {
                name: row.try_get("holder_name")?,
                email: row.try_get("holder_email")?,
                plate: row.try_get("holder_plate")?,
            },
            notes: row.try_get("notes")?,
            standing: status.parse().unwrap_or(Standing::Cancelled),
            offer: offer.map(|((reservation, claim_until), space)| Offer {
                reservation,
                space,
                claim_until,
            }),
            position: row.try_get("position")?,
            created_by: row.try_get("created_by")?,
            created_at: row.try_get("created_at")?,
            updated_at: row.try_get("updated_at")?,
            version: row.try_get("version")?,
        })
    }
}

/// One entry, over or not.
pub(super) async fn find(conn: &mut PgConnection, id: Uuid) -> Result<Option<Waiting>> {
    let query = format!("{SELECT} where e.id = $1");
    let found = sqlx::query_as(AssertSqlSafe(query)).bind(id);
    Ok(found.fetch_optional(conn).await?)
}

/// Holds an entry until the end of the transaction, before its person and its bay.
pub(super) async fn hold(tx: &mut TenantTx, id: Uuid) -> Result<()> {
    sqlx::query!(
        "select version from waitlist_entries where id = $1 for no key update",
        id
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(())
}

/// Which entries are wanted.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Filter {
    pub(super) site: Option<Uuid>,
    pub(super) space: Option<Uuid>,
    pub(super) status: Option<&'static str>,
    pub(super) is_open: Option<bool>,
    pub(super) from: Option<DateTime<Utc>>,
    pub(super) to: Option<DateTime<Utc>>,
}

impl Filter {
    fn push_onto(&self, query: &mut QueryBuilder<Postgres>) {
        query.push(" where true");
        if let Some(site) = self.site {
            query.push(" and e.site_id = ").push_bind(site);
        }
        if let Some(space) = self.space {
            query.push(" and e.space_id = ").push_bind(space);
        }
        if let Some(status) = self.status {
            query.push(" and e.status = ").push_bind(status);
        }
        match self.is_open {
            Some(true) => query.push(" and e.status in ('waiting', 'offered')"),
            Some(false) => query.push(" and e.status not in ('waiting', 'offered')"),
            None => query,
        };
        if let Some(from) = self.from {
            query.push(" and e.end_time > ").push_bind(from);
        }
        if let Some(to) = self.to {
            query.push(" and e.start_time < ").push_bind(to);
        }
    }
}

/// One page of entries, and how many there are on all pages, up to [`COUNTED_MAX`].
pub(super) async fn page(
    conn: &mut PgConnection,
    filter: &Filter,
    order: &str,
    (offset, limit): (i64, i64),
) -> Result<(Vec<Waiting>, i64)> {
    // `order` is made of literals by `Page::order_by`; everything else is bound.
    let mut query = QueryBuilder::new(SELECT);
    filter.push_onto(&mut query);
    query
        .push(format!(" order by {order} offset "))
        .push_bind(offset);
    query.push(" limit ").push_bind(limit);
    let entries = query.build_query_as().fetch_all(&mut *conn).await?;
    let mut query = QueryBuilder::new("select count(*) from (select from waitlist_entries e");
    filter.push_onto(&mut query);
    query.push(" limit ").push_bind(COUNTED_MAX);
    query.push(") counted");
    let total = query.build_query_scalar().fetch_one(conn).await?;
    Ok((entries, total))
}

/// The site of a living bay.
pub(super) async fn site_of(tx: &mut TenantTx, space: Uuid) -> Result<Option<Uuid>> {
    let site = sqlx::query_scalar!(
        "select site_id from spaces where id = $1 and deleted_at is null",
        space
    );
    Ok(site.fetch_optional(tx.conn()).await?)
}

/// Holds the count of the list until the end of the transaction. After the person.
pub(super) async fn hold_counting(tx: &mut TenantTx) -> Result<()> {
    let key = tx.tenant().0.to_string();
    sqlx::query!(
        r#"select 'held' as "held!" from pg_advisory_xact_lock(hashtextextended($1, 7275745))"#,
        key
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(())
}

/// How many wait, or are offered a bay.
pub(super) async fn open(tx: &mut TenantTx) -> Result<i64> {
    let open = sqlx::query_scalar!(
        r#"select count(*) as "count!" from waitlist_entries where status in ('waiting', 'offered')"#
    );
    Ok(open.fetch_one(tx.conn()).await?)
}

/// How often one person does.
pub(super) async fn open_of(tx: &mut TenantTx, key: &str) -> Result<i64> {
    let open = sqlx::query_scalar!(
        r#"select count(*) as "count!" from waitlist_entries
         where holder_key = $1 and status in ('waiting', 'offered')"#,
        key
    );
    Ok(open.fetch_one(tx.conn()).await?)
}

/// Writes an entry.
pub(super) async fn insert(
    tx: &mut TenantTx,
    (id, wanted, maker): (Uuid, &Wanted, &str),
    now: DateTime<Utc>,
) -> Result<()> {
    let tenant = tx.tenant().0;
    let space = wanted.target.spaces.as_deref().and_then(<[_]>::first);
    sqlx::query!(
        "insert into waitlist_entries (tenant_id, id, site_id, space_id, level_id, zone_id, kind, start_time, end_time,
           holder_name, holder_email, holder_plate, holder_key, notes, status, created_by, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 'waiting', $15, $16, $16)",
        tenant,
        id,
        wanted.target.site,
        space,
        wanted.target.level,
        wanted.target.zone,
        wanted.target.kind,
        wanted.slot.start,
        wanted.slot.end,
        wanted.holder.name,
        wanted.holder.email,
        wanted.holder.plate,
        wanted.holder.key(),
        wanted.notes,
        maker,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Marks where somebody who begins to wait may find something.
pub(super) async fn mark(tx: &mut TenantTx, wanted: &Wanted) -> Result<()> {
    let tenant = tx.tenant().0;
    let space = wanted.target.spaces.as_deref().and_then(<[_]>::first);
    sqlx::query!(
        "insert into waitlist_marks (tenant_id, site_id, space_id, free_from, free_until) values ($1, $2, $3, $4, $5)",
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

/// Writes where an entry stands.
pub(super) async fn turn(
    tx: &mut TenantTx,
    (id, standing): (Uuid, Standing),
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update waitlist_entries set status = $2, updated_at = $3, version = version + 1 where id = $1",
        id,
        standing.name(),
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Writes which hold somebody is offered, and until when.
pub(super) async fn offer(
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

/// Ends entries that wait for a time that has begun, and answers what they were.
pub(super) async fn over(
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
pub(super) type Mark = i64;

/// Tenants with marks, the one with the oldest first.
pub(super) async fn marked(tx: &mut PlatformTx, limit: i64) -> Result<Vec<TenantId>> {
    let tenants = sqlx::query_scalar!(
        "select tenant_id from waitlist_marks group by tenant_id order by min(id) limit $1",
        limit
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(tenants.into_iter().map(TenantId).collect())
}

/// Holds a tenant's list until the end of the transaction, unless somebody does, and says whether.
pub(super) async fn hold_list(tx: &mut PlatformTx, tenant: TenantId) -> Result<bool> {
    let key = tenant.0.to_string();
    let is_held = sqlx::query_scalar!(
        r#"select pg_try_advisory_xact_lock(hashtextextended($1, 7275746)) as "is_held!""#,
        key
    );
    Ok(is_held.fetch_one(tx.conn()).await?)
}

/// The oldest marks of a tenant.
pub(super) async fn marks(tx: &mut PlatformTx, tenant: TenantId, limit: i64) -> Result<Vec<Mark>> {
    let marks = sqlx::query_scalar!(
        "select id from waitlist_marks where tenant_id = $1 order by id limit $2",
        tenant.0,
        limit
    );
    Ok(marks.fetch_all(tx.conn()).await?)
}

/// Takes marks away.
pub(super) async fn unmark(tx: &mut PlatformTx, tenant: TenantId, marks: &[Mark]) -> Result<()> {
    sqlx::query!(
        "delete from waitlist_marks where tenant_id = $1 and id = any($2)",
        tenant.0,
        marks
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Marks every site where somebody waits or is offered a bay.
pub(super) async fn mark_all(tx: &mut PlatformTx) -> Result<()> {
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
pub(super) async fn answered(
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
pub(super) async fn hopeful(
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
