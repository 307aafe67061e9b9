//! The SQL of what is in the way of those who take bays out of use, and where else it can go.

use parking_db::{PlatformTx, Result, TenantTx};
use parking_domain::reservations::Slot;
use sqlx::{AssertSqlSafe, Postgres, QueryBuilder};
use uuid::Uuid;

use super::free::is_free;
use super::{BLOCKS_MAX, FROM, SELECT};
use crate::reservations::{Ground, Reservation};

/// Reservations that block a bay in a window and were not in one before, the first by their start; and
/// how many there are.
pub(in crate::reservations) async fn in_the_way(
    tx: &mut TenantTx,
    ground: Ground<'_>,
    limit: i64,
) -> Result<(Vec<Reservation>, i64)> {
    // Buffers lie between reservations only, so the slot counts, and what it blocks is for the index.
    let wanted =
        "r.space_id = any($1) and r.status in ('pending', 'confirmed') and r.blocks_from < $3 and r.blocks_from > $4
       and r.start_time < $3 and r.end_time > $2
       and ($5::timestamptz is null or r.start_time >= $6 or r.end_time <= $5)";
    let (from, until) = (ground.window.start, ground.window.end);
    let before = ground.before.map(|slot| (slot.start, slot.end)).unzip();
    let query = format!("{SELECT}{FROM} where {wanted} order by r.start_time, r.id limit $7");
    let found: Vec<Reservation> = sqlx::query_as(AssertSqlSafe(query))
        .bind(ground.bays)
        .bind(from)
        .bind(until)
        .bind(from - BLOCKS_MAX)
        .bind(before.0)
        .bind(before.1)
        .bind(limit)
        .fetch_all(tx.conn())
        .await?;
    if i64::try_from(found.len()).is_ok_and(|count| count < limit) {
        let total = i64::try_from(found.len()).unwrap_or(limit);
        return Ok((found, total));
    }
    let query = format!("select count(*) from reservations r where {wanted}");
    let total = sqlx::query_scalar(AssertSqlSafe(query))
        .bind(ground.bays)
        .bind(from)
        .bind(until)
        .bind(from - BLOCKS_MAX)
        .bind(before.0)
        .bind(before.1)
        .fetch_one(tx.conn())
        .await?;
    Ok((found, total))
}

/// A bay like another, of its site and kind, that can be had in a slot, and locked until the end of the
/// transaction: rather one that nobody stands in if the slot begins soon, then on its level, then in its
/// zone. Of those that others hold at this moment none, so that whoever holds bays waits for no other.
pub(in crate::reservations) async fn bay_like(
    tx: &mut TenantTx,
    space: Uuid,
    (slot, blocked, is_soon): (Slot, Slot, bool),
) -> Result<Option<Uuid>> {
    let mut query = like("s.id", space, (slot, blocked));
    query.push(" order by (s.state = 'occupied' and ");
    query.push_bind(is_soon);
    query.push("), ").push(NEAREST);
    query.push(" for no key update of s skip locked");
    Ok(query.build_query_scalar().fetch_optional(tx.conn()).await?)
}

/// A bay like another that can be had in a slot which begins now, in which nobody stands, and which is none
/// of those that were named to others: which, and what is painted on it. Nothing is locked.
pub(in crate::reservations) async fn instead_of(
    tx: &mut PlatformTx,
    space: Uuid,
    (slot, blocked): (Slot, Slot),
    named: &[Uuid],
) -> Result<Option<(Uuid, String)>> {
    let mut query = like("s.id, s.code", space, (slot, blocked));
    query.push(" and s.state = 'free' and s.id <> all(");
    query.push_bind(named.to_vec());
    query.push(") order by ").push(NEAREST);
    Ok(query.build_query_as().fetch_optional(tx.conn()).await?)
}

/// Bays of the site and kind of another that can be had in a slot.
fn like(columns: &str, space: Uuid, (slot, blocked): (Slot, Slot)) -> QueryBuilder<Postgres> {
    let mut query = QueryBuilder::new(format!(
        "select {columns} from spaces w
         join spaces s on s.tenant_id = w.tenant_id and s.site_id = w.site_id and s.kind = w.kind and s.id <> w.id
         join sites i on i.tenant_id = s.tenant_id and i.id = s.site_id
         where s.deleted_at is null and s.is_reservable and i.deleted_at is null and i.is_active and w.id = "
    ));
    query.push_bind(space);
    is_free(&mut query, slot, blocked);
    query
}

/// As near as the plan tells, the first by its code.
const NEAREST: &str = "s.level_id is distinct from w.level_id, s.zone_id is distinct from w.zone_id, s.code_order, s.id limit 1";
