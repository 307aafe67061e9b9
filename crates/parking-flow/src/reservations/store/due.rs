//! The SQL of what time has come for, across tenants.

use chrono::{DateTime, Utc};
use parking_db::{PlatformTx, Result};
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use super::{FROM, SELECT};
use crate::reservations::Reservation;

/// A bay that something of is due.
pub(in crate::reservations) type Overdue = (Uuid, Uuid);

/// Bays, each with its tenant, of which a reservation is due, or at which somebody is awaited and stands;
/// nothing is locked.
pub(in crate::reservations) async fn overdue(
    tx: &mut PlatformTx,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<Overdue>> {
    let rows = sqlx::query!(
        r#"select distinct tenant_id as "tenant_id!", space_id as "space_id!" from (
             (select tenant_id, space_id from reservations where due_at <= $1 order by due_at limit $2)
             union all
             (select r.tenant_id, r.space_id from reservations r
              join spaces s on s.tenant_id = r.tenant_id and s.id = r.space_id
              where r.status = 'confirmed' and r.checked_in_at is null and r.opens_at <= $1 and r.end_time > $1
                and s.state = 'occupied' and s.state_changed_at >= r.opens_at
              order by r.opens_at limit $2)) d
           order by 1, 2 limit $2"#,
        now,
        limit
    )
    .fetch_all(tx.conn())
    .await?;
    let bays = rows.into_iter().map(|row| (row.tenant_id, row.space_id));
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
