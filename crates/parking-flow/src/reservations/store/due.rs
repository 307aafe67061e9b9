//! The SQL of what time has come for, across tenants.

use chrono::{DateTime, Utc};
use parking_db::{PlatformTx, Result};
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use super::{FROM, SELECT};
use crate::reservations::Reservation;

/// A bay that something of is due.
pub(in crate::reservations) type Overdue = (Uuid, Uuid);

/// Bays, each with its tenant, of which a reservation is due, as often as there are such, locked; those that
/// somebody else is at are left for the next look, so that nobody waits for what another tenant does.
pub(in crate::reservations) async fn overdue(
    tx: &mut PlatformTx,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<Overdue>> {
    let rows = sqlx::query!(
        "select r.tenant_id, r.space_id from reservations r
         join spaces s on s.tenant_id = r.tenant_id and s.id = r.space_id
         where r.due_at <= $1 and r.status in ('pending', 'confirmed')
         order by r.due_at limit $2 for no key update of s skip locked",
        now,
        limit
    )
    .fetch_all(tx.conn())
    .await?;
    let bays = rows.into_iter().map(|row| (row.tenant_id, row.space_id));
    Ok(bays.collect())
}

/// Bays after one, in their order, at which somebody is awaited and a vehicle came since, or which are free
/// though the grace is over; nothing is locked. The vehicle of somebody before them, who has checked in, or
/// for whom the bay is only held, is not theirs.
pub(in crate::reservations) async fn awaited(
    tx: &mut PlatformTx,
    after: Overdue,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<Overdue>> {
    let rows = sqlx::query!(
        "select distinct r.tenant_id, r.space_id from reservations r
         join spaces s on s.tenant_id = r.tenant_id and s.id = r.space_id
         where r.status = 'confirmed' and r.checked_in_at is null and r.opens_at <= $1 and r.end_time > $1
           and (r.tenant_id, r.space_id) > ($2::uuid, $3::uuid)
           and (
             s.state = 'occupied' and s.state_changed_at >= r.opens_at
               and not exists (
                 select from reservations h
                 where h.tenant_id = r.tenant_id and h.space_id = r.space_id and h.start_time < r.start_time
                   and h.start_time > r.start_time - interval '32 days'
                   and least(h.end_time, h.checked_out_at) > s.state_changed_at
                   and (h.status = 'pending' or h.status = 'confirmed' and h.checked_in_at is not null
                     or h.status = 'completed' and h.start_time <= s.state_changed_at))
             or r.no_show_at <= $1 and r.contested_at is null
               and case when s.sensor_held_until <= $1 then s.sensor_held_state else s.sensor_state end = 'free'
               and (s.sensor_stale_at is null or s.sensor_stale_at > $1))
         order by r.tenant_id, r.space_id limit $4",
        now,
        after.0,
        after.1,
        limit
    )
    .fetch_all(tx.conn())
    .await?;
    let bays = rows.into_iter().map(|row| (row.tenant_id, row.space_id));
    Ok(bays.collect())
}

/// Those of some bays that nobody else is at, locked.
pub(in crate::reservations) async fn idle(
    tx: &mut PlatformTx,
    bays: &[Overdue],
) -> Result<Vec<Overdue>> {
    let (tenants, spaces): (Vec<Uuid>, Vec<Uuid>) = bays.iter().copied().unzip();
    let rows = sqlx::query!(
        "select s.tenant_id, s.id from unnest($1::uuid[], $2::uuid[]) as w (tenant_id, id)
         join spaces s on s.tenant_id = w.tenant_id and s.id = w.id
         order by s.tenant_id, s.id for no key update of s skip locked",
        &tenants,
        &spaces
    )
    .fetch_all(tx.conn())
    .await?;
    let bays = rows.into_iter().map(|row| (row.tenant_id, row.id));
    Ok(bays.collect())
}

/// The reservations that decide over what is due at some bays: those of which something is, those for
/// which one can check in, and those that held the bay a little earlier.
pub(in crate::reservations) async fn of_bays(
    tx: &mut PlatformTx,
    bays: &[Overdue],
    now: DateTime<Utc>,
) -> Result<Vec<Reservation>> {
    let (tenants, spaces): (Vec<Uuid>, Vec<Uuid>) = bays.iter().copied().unzip();
    // Two parts, each by an index of its own: of a bay's history nothing is read.
    let of_these =
        "join unnest($1::uuid[], $2::uuid[]) as w (tenant_id, id) on r.tenant_id = w.tenant_id
      and r.space_id = w.id";
    let query = format!(
        "select * from (
           ({SELECT}{FROM} {of_these}
            where r.status in ('pending', 'confirmed') and (r.due_at <= $3 or r.opens_at <= $3))
           union all
           ({SELECT}{FROM} {of_these}
            where r.status = 'completed' and r.start_time <= $3 and r.start_time > $3 - interval '32 days'
              and r.end_time > $3 - interval '1 day')) either
         order by tenant_id, space_id, start_time"
    );
    let reservations = sqlx::query_as(AssertSqlSafe(query))
        .bind(tenants)
        .bind(spaces)
        .bind(now);
    Ok(reservations.fetch_all(tx.conn()).await?)
}
