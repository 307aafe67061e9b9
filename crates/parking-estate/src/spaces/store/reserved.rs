//! The SQL of the reservations of bays that are to go. Everything else about them is for the slice whose
//! they are.

use chrono::{DateTime, Utc};
use parking_db::{Result, TenantTx};
use uuid::Uuid;

/// A reservation that was called off.
pub(in crate::spaces) struct CalledOff {
    pub(in crate::spaces) id: Uuid,
    pub(in crate::spaces) site_id: Uuid,
    pub(in crate::spaces) space_id: Uuid,
    pub(in crate::spaces) space_code: String,
    pub(in crate::spaces) status: String,
    pub(in crate::spaces) start_time: DateTime<Utc>,
    pub(in crate::spaces) end_time: DateTime<Utc>,
}

/// How many reservations of bays are not over.
pub(in crate::spaces) async fn count(tx: &mut TenantTx, bays: &[Uuid]) -> Result<i64> {
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from reservations where space_id = any($1) and status in ('pending', 'confirmed')"#,
        bays
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(count)
}

/// Calls off what is not over of bays that are held, remembers it, and answers what it was.
pub(in crate::spaces) async fn call_off(
    tx: &mut TenantTx,
    bays: &[Uuid],
    (reason, maker): (&str, Option<&str>),
    now: DateTime<Utc>,
) -> Result<Vec<CalledOff>> {
    let called_off = sqlx::query_as!(
        CalledOff,
        r#"with gone as (
             select r.tenant_id, r.id, r.status, s.site_id, s.code from reservations r
             join spaces s on s.tenant_id = r.tenant_id and s.id = r.space_id
             where r.space_id = any($1) and r.status in ('pending', 'confirmed')),
           written as (
             update reservations r set status = 'cancelled', cancel_reason = $2, due_at = null, updated_at = $4,
               version = version + 1
             from gone where r.tenant_id = gone.tenant_id and r.id = gone.id
             returning r.tenant_id, r.id, r.space_id, r.start_time, r.end_time, gone.status as before, gone.site_id, gone.code),
           remembered as (
             insert into reservation_changes (tenant_id, id, reservation_id, at, kind, space_id, status, start_time, end_time,
               made_by, reason)
             select tenant_id, gen_random_uuid(), id, $4, 'cancelled', space_id, 'cancelled', start_time, end_time, $3, $2
             from written)
           select id as "id!", site_id as "site_id!", space_id as "space_id!", code as "space_code!", before as "status!",
             start_time as "start_time!", end_time as "end_time!"
           from written order by start_time, id"#,
        bays,
        reason,
        maker,
        now
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(called_off)
}
