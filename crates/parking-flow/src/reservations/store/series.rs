//! The SQL of series.

use chrono::{DateTime, Utc};
use parking_db::{Result, TenantTx};
use parking_domain::ids::fresh;
use parking_domain::reservations::{Booking, Slot};
use serde_json::Value;
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, FromRow, PgConnection, Postgres, QueryBuilder, Row as _};
use uuid::Uuid;

use super::{FROM, SELECT};
use crate::reservations::series::{Exception, Series};
use crate::reservations::{Draft, Recurs, Reservation};

/// Which series a row of a reservation says it is of.
pub(super) fn recurs(row: &PgRow) -> sqlx::Result<Option<Recurs>> {
    let series: Option<Uuid> = row.try_get("series_id")?;
    let at: Option<DateTime<Utc>> = row.try_get("recurs_at")?;
    let is_detached = row.try_get("is_detached")?;
    let recurs = series.zip(at).map(|(series, at)| Recurs {
        series,
        at,
        is_detached,
    });
    Ok(recurs)
}

const SERIES: &str = "select m.tenant_id, t.name as tenant_name, m.id, m.space_id, s.code, s.site_id, i.name as site_name,
  m.timezone, m.rule, m.start_time, m.end_time, m.exceptions, m.continues_id, m.cancelled_at, m.cancel_reason, m.created_by,
  m.created_at, m.updated_at, m.version,
  c.total, c.ahead, c.next
  from reservation_series m join spaces s on s.tenant_id = m.tenant_id and s.id = m.space_id
  join sites i on i.tenant_id = s.tenant_id and i.id = s.site_id
  join tenants t on t.id = m.tenant_id
  cross join lateral (
    select count(*) as total, count(*) filter (where r.status in ('pending', 'confirmed') and r.start_time > $1) as ahead,
      min(r.start_time) filter (where r.status in ('pending', 'confirmed') and r.start_time > $1) as next
    from reservations r where r.tenant_id = m.tenant_id and r.series_id = m.id) c";

impl FromRow<'_, PgRow> for Series {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        let exceptions: Value = row.try_get("exceptions")?;
        Ok(Self {
            tenant_id: row.try_get("tenant_id")?,
            tenant_name: row.try_get("tenant_name")?,
            id: row.try_get("id")?,
            space: (row.try_get("space_id")?, row.try_get("code")?),
            site: (row.try_get("site_id")?, row.try_get("site_name")?),
            timezone: row.try_get("timezone")?,
            rule: row.try_get("rule")?,
            slot: Slot {
                start: row.try_get("start_time")?,
                end: row.try_get("end_time")?,
            },
            exceptions: serde_json::from_value(exceptions).unwrap_or_default(),
            continues: row.try_get("continues_id")?,
            cancelled_at: row.try_get("cancelled_at")?,
            cancel_reason: row.try_get("cancel_reason")?,
            created_by: row.try_get("created_by")?,
            created_at: row.try_get("created_at")?,
            updated_at: row.try_get("updated_at")?,
            version: row.try_get("version")?,
            total: row.try_get("total")?,
            ahead: row.try_get("ahead")?,
            next: row.try_get("next")?,
        })
    }
}

pub(in crate::reservations) async fn find(
    conn: &mut PgConnection,
    id: Uuid,
    now: DateTime<Utc>,
) -> Result<Option<Series>> {
    let found = sqlx::query_as(AssertSqlSafe(format!("{SERIES} where m.id = $2")));
    Ok(found.bind(now).bind(id).fetch_optional(conn).await?)
}

/// Holds a series until the end of the transaction. After any bay is held.
pub(in crate::reservations) async fn hold(tx: &mut TenantTx, id: Uuid) -> Result<bool> {
    let held = sqlx::query_scalar!(
        "select version from reservation_series where id = $1 for no key update",
        id
    );
    Ok(held.fetch_optional(tx.conn()).await?.is_some())
}

/// One page of series, and how many there are on all pages.
pub(in crate::reservations) async fn page(
    conn: &mut PgConnection,
    (site, space): (Option<Uuid>, Option<Uuid>),
    (order, offset, limit): (&str, i64, i64),
    now: DateTime<Utc>,
) -> Result<(Vec<Series>, i64)> {
    // `order` is made of literals by `Page::order_by`; everything else is bound.
    let push = |query: &mut QueryBuilder<Postgres>| {
        query.push(" where true");
        for (column, id) in [("s.site_id", site), ("m.space_id", space)] {
            if let Some(id) = id {
                query.push(format!(" and {column} = ")).push_bind(id);
            }
        }
    };
    let mut query = QueryBuilder::new("with moment as (select ");
    query.push_bind(now).push("::timestamptz as at) ");
    query.push(SERIES.replace("$1", "(select at from moment)"));
    push(&mut query);
    query.push(format!(" order by {order} offset "));
    query.push_bind(offset).push(" limit ").push_bind(limit);
    let series = query.build_query_as().fetch_all(&mut *conn).await?;
    let mut query = QueryBuilder::new(
        "select count(*) from reservation_series m
         join spaces s on s.tenant_id = m.tenant_id and s.id = m.space_id",
    );
    push(&mut query);
    let total = query.build_query_scalar().fetch_one(conn).await?;
    Ok((series, total))
}

/// The time zone of a living bay's site.
pub(in crate::reservations) async fn zone_of(
    conn: &mut PgConnection,
    space: Uuid,
) -> Result<Option<String>> {
    let zone = sqlx::query_scalar!(
        "select i.timezone from spaces s join sites i on i.tenant_id = s.tenant_id and i.id = s.site_id
         where s.id = $1 and s.deleted_at is null and i.deleted_at is null and i.is_active",
        space
    );
    Ok(zone.fetch_optional(conn).await?)
}

/// The reservations of a series, in the order of its occurrences: those that block, and of the others those
/// that something became of last.
pub(in crate::reservations) async fn occurrences(
    conn: &mut PgConnection,
    series: Uuid,
    limit: i64,
) -> Result<Vec<Reservation>> {
    let query = format!(
        "{SELECT}{FROM} where r.series_id = $1 and r.id in (
           select o.id from reservations o where o.series_id = $1
           order by o.status in ('pending', 'confirmed') desc, o.updated_at desc, o.id limit $2)
         order by r.recurs_at, r.id"
    );
    let found = sqlx::query_as(AssertSqlSafe(query))
        .bind(series)
        .bind(limit);
    Ok(found.fetch_all(conn).await?)
}

/// Those that block and have not begun, from an instant on.
pub(in crate::reservations) async fn ahead(
    conn: &mut PgConnection,
    (series, from): (Uuid, Option<DateTime<Utc>>),
    now: DateTime<Utc>,
) -> Result<Vec<Reservation>> {
    let query = format!(
        "{SELECT}{FROM} where r.series_id = $1 and r.status in ('pending', 'confirmed') and r.start_time > $2
           and r.checked_in_at is null and ($3::timestamptz is null or r.recurs_at >= $3)
         order by r.recurs_at, r.id"
    );
    let found = sqlx::query_as(AssertSqlSafe(query)).bind(series).bind(now);
    Ok(found.bind(from).fetch_all(conn).await?)
}

/// A reservation of a series, over or not.
pub(in crate::reservations) struct Standing {
    pub(in crate::reservations) id: Uuid,
    /// When the series has it start.
    pub(in crate::reservations) at: DateTime<Utc>,
    pub(in crate::reservations) slot: Slot,
    /// Whether it was called off.
    pub(in crate::reservations) is_off: bool,
}

/// All that a series has from an instant on.
pub(in crate::reservations) async fn standing(
    tx: &mut TenantTx,
    (series, since): (Uuid, DateTime<Utc>),
) -> Result<Vec<Standing>> {
    let rows = sqlx::query!(
        r#"select id, recurs_at as "at!", start_time, end_time, status = 'cancelled' as "is_off!"
         from reservations where series_id = $1 and recurs_at >= $2"#,
        series,
        since
    )
    .fetch_all(tx.conn())
    .await?;
    let all = rows.into_iter().map(|row| Standing {
        id: row.id,
        at: row.at,
        slot: Slot {
            start: row.start_time,
            end: row.end_time,
        },
        is_off: row.is_off,
    });
    Ok(all.collect())
}

/// When the series has its last occurrence before an instant, and of those the last that was not called
/// off.
pub(in crate::reservations) async fn last_before(
    conn: &mut PgConnection,
    (series, cut): (Uuid, Option<DateTime<Utc>>),
) -> Result<(Option<DateTime<Utc>>, Option<DateTime<Utc>>)> {
    let row = sqlx::query!(
        "select max(recurs_at) as last, max(recurs_at) filter (where status <> 'cancelled') as kept
         from reservations where series_id = $1 and ($2::timestamptz is null or recurs_at < $2)",
        series,
        cut
    )
    .fetch_one(conn)
    .await?;
    Ok((row.last, row.kept))
}

/// Writes a series down.
pub(in crate::reservations) async fn insert(tx: &mut TenantTx, series: &Series) -> Result<()> {
    let tenant = tx.tenant().0;
    sqlx::query!(
        "insert into reservation_series (tenant_id, id, space_id, rule, timezone, start_time, end_time, exceptions, continues_id,
           created_by, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        tenant,
        series.id,
        series.space.0,
        series.rule,
        series.timezone,
        series.slot.start,
        series.slot.end,
        exceptions(&series.exceptions),
        series.continues,
        series.created_by,
        series.created_at,
        series.updated_at,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Writes what became of a series.
pub(in crate::reservations) async fn update(
    tx: &mut TenantTx,
    series: &Series,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update reservation_series set space_id = $2, rule = $3, start_time = $4, end_time = $5, exceptions = $6,
           cancelled_at = $7, cancel_reason = $8, updated_at = $9, timezone = $10, version = version + 1
         where id = $1",
        series.id,
        series.space.0,
        series.rule,
        series.slot.start,
        series.slot.end,
        exceptions(&series.exceptions),
        series.cancelled_at,
        series.cancel_reason,
        now,
        series.timezone,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

fn exceptions(all: &[Exception]) -> Value {
    serde_json::to_value(all).unwrap_or_default()
}

/// Makes the occurrences of a series from an instant on those of another.
pub(in crate::reservations) async fn hand_over(
    tx: &mut TenantTx,
    (old, new): (Uuid, Uuid),
    cut: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update reservations set series_id = $2 where series_id = $1 and recurs_at >= $3",
        old,
        new,
        cut
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Writes when the series has some of its reservations start, and whether they are elsewhere.
pub(in crate::reservations) async fn place(
    tx: &mut TenantTx,
    places: &[(Uuid, DateTime<Utc>, bool)],
) -> Result<()> {
    let ids: Vec<Uuid> = places.iter().map(|place| place.0).collect();
    let starts: Vec<DateTime<Utc>> = places.iter().map(|place| place.1).collect();
    let detached: Vec<bool> = places.iter().map(|place| place.2).collect();
    sqlx::query!(
        "update reservations r set recurs_at = w.at, is_detached = w.is_detached
         from unnest($1::uuid[], $2::timestamptz[], $3::boolean[]) as w (id, at, is_detached) where r.id = w.id",
        &ids,
        &starts,
        &detached
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Writes reservations of one bay, all of a series, and says how many of them others left room for.
pub(in crate::reservations) async fn insert_all(
    tx: &mut TenantTx,
    (series, space): (Uuid, Uuid),
    bookings: &[(Booking, Slot)],
    (draft, maker): (&Draft, &str),
    now: DateTime<Utc>,
) -> Result<u64> {
    let tenant = tx.tenant().0;
    let column = |of: &dyn Fn(&(Booking, Slot)) -> DateTime<Utc>| -> Vec<DateTime<Utc>> {
        bookings.iter().map(of).collect()
    };
    let ids: Vec<Uuid> = bookings.iter().map(|(booking, _)| booking.id).collect();
    let due: Vec<Option<DateTime<Utc>>> =
        bookings.iter().map(|(one, _)| one.due_first(now)).collect();
    let inserted = sqlx::query!(
        "insert into reservations (tenant_id, id, space_id, status, start_time, end_time, blocks_from, blocks_until,
           opens_at, no_show_at, due_at, recurs_at, series_id, holder_name, holder_email, holder_plate, holder_key, notes,
           created_by, created_at, updated_at)
         select $1, w.id, $2, 'confirmed', w.starts, w.ends, w.blocks_from, w.blocks_until, w.opens, w.no_show, w.due, w.starts,
           $3, $4, $5, $6, $7, $8, $9, $10, $10
         from unnest($11::uuid[], $12::timestamptz[], $13::timestamptz[], $14::timestamptz[], $15::timestamptz[],
           $16::timestamptz[], $17::timestamptz[], $18::timestamptz[])
           as w (id, starts, ends, blocks_from, blocks_until, opens, no_show, due)
         on conflict do nothing",
        tenant,
        space,
        series,
        draft.holder.name,
        draft.holder.email,
        draft.holder.plate,
        draft.holder.key(),
        draft.notes,
        maker,
        now,
        &ids,
        &column(&|(booking, _)| booking.slot.start),
        &column(&|(booking, _)| booking.slot.end),
        &column(&|(_, blocked)| blocked.start),
        &column(&|(_, blocked)| blocked.end),
        &column(&|(booking, _)| booking.opens_at),
        &column(&|(booking, _)| booking.no_show_at),
        &due as &[Option<DateTime<Utc>>],
    )
    .execute(tx.conn())
    .await?;
    Ok(inserted.rows_affected())
}

/// Writes what reservations are after a change into their history.
pub(in crate::reservations) async fn remember_all(
    tx: &mut TenantTx,
    (verb, name, reason): (&str, &str, Option<&str>),
    reservations: &[Uuid],
    now: DateTime<Utc>,
) -> Result<()> {
    let ids: Vec<Uuid> = reservations.iter().map(|_| fresh()).collect();
    sqlx::query!(
        "insert into reservation_changes (tenant_id, id, reservation_id, at, kind, space_id, status, start_time, end_time,
           made_by, reason)
         select r.tenant_id, w.id, r.id, $3, $4, r.space_id, r.status, r.start_time, r.end_time, $5, $6
         from unnest($1::uuid[], $2::uuid[]) as w (id, reservation_id) join reservations r on r.id = w.reservation_id",
        &ids,
        reservations,
        now,
        verb,
        name,
        reason
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
