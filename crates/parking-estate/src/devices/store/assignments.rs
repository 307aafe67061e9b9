//! The SQL of assignments.

use chrono::{DateTime, Utc};
use parking_db::{Result, TenantTx};
use uuid::Uuid;

use crate::devices::Holder;

/// A device that serves a bay now.
#[derive(Clone, Debug)]
pub(in crate::devices) struct Open {
    pub(in crate::devices) id: Uuid,
    pub(in crate::devices) device_id: Uuid,
    pub(in crate::devices) space_id: Uuid,
    pub(in crate::devices) space_code: String,
    pub(in crate::devices) site_id: Uuid,
    pub(in crate::devices) role: String,
}

/// Which bays some devices serve now.
pub(in crate::devices) async fn open_of(tx: &mut TenantTx, devices: &[Uuid]) -> Result<Vec<Open>> {
    let open = sqlx::query_as!(
        Open,
        "select a.id, a.device_id, a.space_id, s.code as space_code, s.site_id, a.role
         from device_assignments a join spaces s on s.tenant_id = a.tenant_id and s.id = a.space_id
         where a.device_id = any($1) and a.unassigned_at is null
         order by a.device_id, a.role",
        devices
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(open)
}

/// Makes an assignment, unless the device or the bay has one of this role.
pub(in crate::devices) async fn insert(
    tx: &mut TenantTx,
    id: Uuid,
    (device, space, role): (Uuid, Uuid, &str),
    (maker, reason): (&str, Option<&str>),
    now: DateTime<Utc>,
) -> Result<bool> {
    let tenant = tx.tenant().0;
    let done = sqlx::query!(
        "insert into device_assignments (tenant_id, id, device_id, space_id, role, assigned_at, assigned_by, assign_reason)
         values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing",
        tenant,
        id,
        device,
        space,
        role,
        now,
        maker,
        reason,
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Who stands in the way of an assignment: what the device serves, else what serves the bay.
pub(in crate::devices) async fn holder(
    tx: &mut TenantTx,
    (device, space, role): (Uuid, Uuid, &str),
) -> Result<Option<Holder>> {
    let holder = sqlx::query_as!(
        Holder,
        "select d.dev_eui, s.code as space_code, a.role, a.assigned_at, a.assigned_by
         from device_assignments a
         join devices d on d.tenant_id = a.tenant_id and d.id = a.device_id
         join spaces s on s.tenant_id = a.tenant_id and s.id = a.space_id
         where a.unassigned_at is null and a.role = $3 and (a.device_id = $1 or a.space_id = $2)
         order by a.device_id = $1 desc
         limit 1",
        device,
        space,
        role
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(holder)
}

pub(in crate::devices) async fn end(
    tx: &mut TenantTx,
    ids: &[Uuid],
    (maker, reason): (&str, Option<&str>),
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update device_assignments set unassigned_at = greatest($2, assigned_at), unassigned_by = $3, unassign_reason = $4
         where id = any($1)",
        ids,
        now,
        maker,
        reason,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
