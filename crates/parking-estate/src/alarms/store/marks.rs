//! The SQL of what people do about alarms.

use chrono::{DateTime, Utc};
use parking_db::{Result, TenantTx};
use uuid::Uuid;

/// An alarm that was changed.
#[derive(Clone, Debug)]
pub(in crate::alarms) struct Marked {
    pub(in crate::alarms) id: Uuid,
    pub(in crate::alarms) kind: String,
    pub(in crate::alarms) severity: String,
    pub(in crate::alarms) subject_type: String,
    pub(in crate::alarms) subject_id: Uuid,
    pub(in crate::alarms) subject_name: String,
    pub(in crate::alarms) space_id: Option<Uuid>,
    pub(in crate::alarms) space_code: Option<String>,
    pub(in crate::alarms) site_id: Option<Uuid>,
    pub(in crate::alarms) raised_at: DateTime<Utc>,
}

/// The versions of alarms, which are locked in the order of their ids.
pub(in crate::alarms) async fn lock(tx: &mut TenantTx, ids: &[Uuid]) -> Result<Vec<i64>> {
    let versions = sqlx::query_scalar!(
        "select version from alarms where id = any($1) order by id for no key update",
        ids
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(versions)
}

pub(in crate::alarms) async fn acknowledge(
    tx: &mut TenantTx,
    ids: &[Uuid],
    by: &str,
    now: DateTime<Utc>,
) -> Result<Vec<Marked>> {
    let marked = sqlx::query_as!(
        Marked,
        "update alarms set acknowledged_at = $2, acknowledged_by = $3, version = version + 1
         where id = any($1) and acknowledged_at is null and cleared_at is null
         returning id, kind, severity, subject_type, subject_id, subject_name, space_id, space_code, site_id, raised_at",
        ids,
        now,
        by
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(marked)
}

pub(in crate::alarms) async fn unacknowledge(
    tx: &mut TenantTx,
    ids: &[Uuid],
) -> Result<Vec<Marked>> {
    let marked = sqlx::query_as!(
        Marked,
        "update alarms set acknowledged_at = null, acknowledged_by = null, version = version + 1
         where id = any($1) and acknowledged_at is not null and cleared_at is null
         returning id, kind, severity, subject_type, subject_id, subject_name, space_id, space_code, site_id, raised_at",
        ids
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(marked)
}

pub(in crate::alarms) async fn mute(
    tx: &mut TenantTx,
    ids: &[Uuid],
    (until, by, reason): (DateTime<Utc>, &str, Option<&str>),
) -> Result<Vec<Marked>> {
    let marked = sqlx::query_as!(
        Marked,
        "update alarms set muted_until = $2, muted_by = $3, mute_reason = $4, version = version + 1
         where id = any($1)
         returning id, kind, severity, subject_type, subject_id, subject_name, space_id, space_code, site_id, raised_at",
        ids,
        until,
        by,
        reason
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(marked)
}

pub(in crate::alarms) async fn unmute(tx: &mut TenantTx, ids: &[Uuid]) -> Result<Vec<Marked>> {
    let marked = sqlx::query_as!(
        Marked,
        "update alarms set muted_until = null, muted_by = null, mute_reason = null, version = version + 1
         where id = any($1) and muted_until is not null
         returning id, kind, severity, subject_type, subject_id, subject_name, space_id, space_code, site_id, raised_at",
        ids
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(marked)
}

/// Writes a comment, unless there are as many as may be. The alarm is locked.
pub(in crate::alarms) async fn insert_comment(
    tx: &mut TenantTx,
    (id, alarm, text): (Uuid, Uuid, &str),
    (by, now): (&str, DateTime<Utc>),
    max: i64,
) -> Result<Option<Marked>> {
    let tenant = tx.tenant().0;
    let made = sqlx::query!(
        "insert into alarm_comments (tenant_id, id, alarm_id, at, by_name, text)
         select $1, $2, $3, $4, $5, $6 where (select count(*) from alarm_comments where alarm_id = $3) < $7",
        tenant,
        id,
        alarm,
        now,
        by,
        text,
        max
    )
    .execute(tx.conn())
    .await?;
    if made.rows_affected() == 0 {
        return Ok(None);
    }
    let marked = sqlx::query_as!(
        Marked,
        "update alarms set version = version + 1 where id = $1
         returning id, kind, severity, subject_type, subject_id, subject_name, space_id, space_code, site_id, raised_at",
        alarm
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(marked)
}
