//! The SQL of the devices that serve bays.

use chrono::{DateTime, Utc};
use parking_db::{Result, TenantTx};
use parking_domain::ids::fresh;
use uuid::Uuid;

/// Why an assignment ended that nobody ended.
const BAY_DELETED: &str = "the bay was deleted";

/// A device that no longer serves a bay.
pub(in crate::spaces) struct Released {
    pub(in crate::spaces) id: Uuid,
    pub(in crate::spaces) dev_eui: String,
    pub(in crate::spaces) space_id: Uuid,
}

/// Devices that serve some of the bays.
pub(in crate::spaces) async fn count(tx: &mut TenantTx, ids: &[Uuid]) -> Result<i64> {
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from device_assignments where space_id = any($1) and unassigned_at is null"#,
        ids
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(count)
}

/// Locks the devices that serve bays, in the order of their ids.
pub(in crate::spaces) async fn hold(tx: &mut TenantTx, ids: &[Uuid]) -> Result<()> {
    sqlx::query!(
        "select d.id from devices d
         join device_assignments a on a.tenant_id = d.tenant_id and a.device_id = d.id
         where a.space_id = any($1) and a.unassigned_at is null
         order by d.id for no key update of d",
        ids
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(())
}

/// Ends the assignments of bays, and puts devices that serve no other back on the shelf.
pub(in crate::spaces) async fn release(
    tx: &mut TenantTx,
    ids: &[Uuid],
    now: DateTime<Utc>,
) -> Result<Vec<Released>> {
    let released = sqlx::query_as!(
        Released,
        "select d.id, d.dev_eui, a.space_id from devices d
         join device_assignments a on a.tenant_id = d.tenant_id and a.device_id = d.id
         where a.space_id = any($1) and a.unassigned_at is null
         order by d.id for no key update of d",
        ids
    )
    .fetch_all(tx.conn())
    .await?;
    if released.is_empty() {
        return Ok(released);
    }
    sqlx::query!(
        "update device_assignments set unassigned_at = greatest($2, assigned_at), unassign_reason = $3
         where space_id = any($1) and unassigned_at is null",
        ids,
        now,
        BAY_DELETED,
    )
    .execute(tx.conn())
    .await?;
    let devices: Vec<Uuid> = released.iter().map(|device| device.id).collect();
    let changes: Vec<Uuid> = devices.iter().map(|_| fresh()).collect();
    sqlx::query!(
        "with idle as (
           select d.tenant_id, d.id, d.lifecycle, w.change_id
           from unnest($1::uuid[], $2::uuid[]) as w (id, change_id) join devices d on d.id = w.id
           where d.lifecycle in ('operational', 'maintenance') and not exists (
             select from device_assignments a
             where a.tenant_id = d.tenant_id and a.device_id = d.id and a.unassigned_at is null)),
         remembered as (
           insert into lifecycle_changes (tenant_id, id, device_id, at, from_state, to_state, reason)
           select distinct on (id) tenant_id, change_id, id, $3, lifecycle, 'commissioned', $4 from idle)
         update devices d set lifecycle = 'commissioned', lifecycle_changed_at = $3, updated_at = $3, version = version + 1
         from idle where d.tenant_id = idle.tenant_id and d.id = idle.id",
        &devices,
        &changes,
        now,
        BAY_DELETED,
    )
    .execute(tx.conn())
    .await?;
    Ok(released)
}

pub(in crate::spaces) async fn forget_sensor(
    tx: &mut TenantTx,
    ids: &[Uuid],
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update spaces set sensor_state = 'unknown', sensor_observed_at = null, sensor_stale_at = null,
           sensor_held_state = null, sensor_held_until = null, sensor_uplink_id = null, updated_at = $2
         where id = any($1) and (sensor_state <> 'unknown' or sensor_observed_at is not null)",
        ids,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
