//! The SQL of how many devices there are, and of what happened to one.

use chrono::{DateTime, Utc};
use parking_db::{PlatformTx, Result};
use sqlx::PgConnection;
use uuid::Uuid;

/// Devices in use, by number. Who serves a bay is counted by the index of open assignments alone: the
/// archived serve none.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::devices) struct Counts {
    pub(in crate::devices) total: i64,
    pub(in crate::devices) assigned: i64,
    pub(in crate::devices) sensors: i64,
    pub(in crate::devices) displays: i64,
    pub(in crate::devices) never_seen: i64,
}

/// How many devices the transaction sees.
pub(in crate::devices) async fn all(conn: &mut PgConnection) -> Result<Counts> {
    let counts = sqlx::query_as!(
        Counts,
        r#"select count(*) as "total!",
             (select count(*) from (select distinct tenant_id, device_id from device_assignments
               where unassigned_at is null) a) as "assigned!",
             count(*) filter (where d.is_sensor) as "sensors!", count(*) filter (where d.is_display) as "displays!",
             count(*) filter (where d.last_seen_at is null and d.lifecycle <> 'decommissioned') as "never_seen!"
           from devices d
           where d.archived_at is null"#
    );
    Ok(counts.fetch_one(conn).await?)
}

/// A tenant's devices in use, by number.
#[derive(Clone, Debug)]
pub(in crate::devices) struct TenantCounts {
    pub(in crate::devices) tenant_id: Uuid,
    pub(in crate::devices) name: String,
    pub(in crate::devices) total: i64,
    pub(in crate::devices) assigned: i64,
    pub(in crate::devices) sensors: i64,
    pub(in crate::devices) displays: i64,
    pub(in crate::devices) untyped: i64,
}

/// How many devices each customer has, by the customer's name.
pub(in crate::devices) async fn by_tenant(tx: &mut PlatformTx) -> Result<Vec<TenantCounts>> {
    let counts = sqlx::query_as!(
        TenantCounts,
        r#"select t.id as tenant_id, t.name, coalesce(c.total, 0) as "total!", coalesce(a.assigned, 0) as "assigned!",
             coalesce(c.sensors, 0) as "sensors!", coalesce(c.displays, 0) as "displays!",
             coalesce(c.untyped, 0) as "untyped!"
           from tenants t
           left join (
             select d.tenant_id, count(*) as total,
               count(*) filter (where d.is_sensor) as sensors, count(*) filter (where d.is_display) as displays,
               count(*) filter (where not d.is_sensor and not d.is_display) as untyped
             from devices d
             where d.archived_at is null
             group by d.tenant_id) c on c.tenant_id = t.id
           left join (
             select tenant_id, count(*) as assigned
             from (select distinct tenant_id, device_id from device_assignments where unassigned_at is null) one
             group by tenant_id) a on a.tenant_id = t.id
           where t.id <> '00000000-0000-0000-0000-000000000000' or c.total > 0
           order by lower(t.name), t.id"#
    );
    Ok(counts.fetch_all(tx.conn()).await?)
}

/// Something that happened to a device.
#[derive(Clone, Debug)]
pub(in crate::devices) struct Happening {
    pub(in crate::devices) at: DateTime<Utc>,
    pub(in crate::devices) kind: String,
    pub(in crate::devices) role: Option<String>,
    pub(in crate::devices) space_id: Option<Uuid>,
    pub(in crate::devices) space_code: Option<String>,
    pub(in crate::devices) from_state: Option<String>,
    pub(in crate::devices) to_state: Option<String>,
    pub(in crate::devices) by_name: Option<String>,
    pub(in crate::devices) reason: Option<String>,
}

/// One page of what happened to a device, newest first, and how much there is.
pub(in crate::devices) async fn history(
    conn: &mut PgConnection,
    device: Uuid,
    (offset, limit): (i64, i64),
) -> Result<(Vec<Happening>, i64)> {
    let happenings = sqlx::query_as!(
        Happening,
        r#"select h.at as "at!", h.kind as "kind!", h.role, h.space_id, s.code as "space_code?", h.from_state, h.to_state,
             h.by_name, h.reason
           from (
             select tenant_id, id, assigned_at as at, 'assigned' as kind, role, space_id, null as from_state, null as to_state,
               assigned_by as by_name, assign_reason as reason
             from device_assignments where device_id = $1
             union all
             select tenant_id, id, unassigned_at, 'unassigned', role, space_id, null, null, unassigned_by, unassign_reason
             from device_assignments where device_id = $1 and unassigned_at is not null
             union all
             select tenant_id, id, at, 'lifecycle', null, null, from_state, to_state, by_name, reason
             from lifecycle_changes where device_id = $1) h
           left join spaces s on s.tenant_id = h.tenant_id and s.id = h.space_id
           order by h.at desc, h.id desc, h.kind desc
           offset $2 limit $3"#,
        device,
        offset,
        limit
    )
    .fetch_all(&mut *conn)
    .await?;
    let total = sqlx::query_scalar!(
        r#"select (select count(*) + count(unassigned_at) from device_assignments where device_id = $1)
             + (select count(*) from lifecycle_changes where device_id = $1) as "count!""#,
        device
    )
    .fetch_one(conn)
    .await?;
    Ok((happenings, total))
}
