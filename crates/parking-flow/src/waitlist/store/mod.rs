//! The SQL of the waiting list.

mod offers;
pub(super) mod persons;

use chrono::{DateTime, Utc};
use parking_db::{COUNTED_MAX, Result, TenantTx};
use parking_domain::bays::BayKind;
use parking_domain::reservations::{Slot, Standing};
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, FromRow, PgConnection, Postgres, QueryBuilder, Row as _};
use uuid::Uuid;

use super::{Offer, Waiting, Wanted};
use crate::reservations::Holder;

pub(super) use offers::{
    Mark, answered, hold_list, hopeful, is_freed_since, mark, mark_all, marked, marks, of_hold,
    offer, offers_among, over, unmark,
};

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
