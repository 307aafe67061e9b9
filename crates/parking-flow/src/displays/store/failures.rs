//! The SQL of displays that were not reached.

use chrono::{DateTime, Utc};
use parking_db::{PlatformTx, Result};
use serde_json::Value;
use uuid::Uuid;

use super::plan::Keys;
use super::turn::Ended;
/// A display of which a command was given up.
#[derive(Clone, Debug)]
pub(in crate::displays) struct Unreached {
    pub(in crate::displays) tenant_id: Uuid,
    pub(in crate::displays) id: Uuid,
    /// Failures in a row.
    pub(in crate::displays) failures: i32,
}

/// Failures in a row of displays, which are locked already.
pub(in crate::displays) async fn failures(
    tx: &mut PlatformTx,
    keys: &Keys,
) -> Result<Vec<Unreached>> {
    let found = sqlx::query_as!(
        Unreached,
        "select l.tenant_id, l.id, l.failures from lamps l
         where (l.tenant_id, l.id) in (select * from unnest($1::uuid[], $2::uuid[]))",
        &keys.0,
        &keys.1
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(found)
}

/// Notes how often in a row displays were not reached, has them rest until then, and has them looked at.
pub(in crate::displays) async fn note_failures(
    tx: &mut PlatformTx,
    unreached: &[(Unreached, DateTime<Utc>)],
) -> Result<()> {
    let tenants: Vec<_> = unreached.iter().map(|(one, _)| one.tenant_id).collect();
    let ids: Vec<_> = unreached.iter().map(|(one, _)| one.id).collect();
    let failures: Vec<_> = unreached.iter().map(|(one, _)| one.failures).collect();
    let rests: Vec<_> = unreached.iter().map(|(_, until)| *until).collect();
    sqlx::query!(
        "with noted as (
           update lamps l set failures = w.failures, drive_at = w.drive_at
           from unnest($1::uuid[], $2::uuid[], $3::int[], $4::timestamptz[]) as w (tenant_id, id, failures, drive_at)
           where l.tenant_id = w.tenant_id and l.id = w.id)
         insert into lamp_marks (tenant_id, device_id) select * from unnest($1::uuid[], $2::uuid[])",
        &tenants,
        &ids,
        &failures,
        &rests,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Appends an event of each command that was given up.
pub(in crate::displays) async fn tell_failed(
    tx: &mut PlatformTx,
    ended: &[&Ended],
    now: DateTime<Utc>,
) -> Result<()> {
    let tenants: Vec<_> = ended.iter().map(|one| one.tenant_id).collect();
    let ids: Vec<_> = ended.iter().map(|one| one.id.to_string()).collect();
    let payloads: Vec<Value> = ended
        .iter()
        .map(|one| {
            serde_json::json!({ "site_id": one.site_id, "space_id": one.space_id, "device_id": one.device_id })
        })
        .collect();
    sqlx::query!(
        "insert into events (tenant_id, at, kind, subject_type, subject_id, payload)
         select w.tenant_id, $4, 'downlink.failed', 'downlink', w.id, w.payload
         from unnest($1::uuid[], $2::text[], $3::jsonb[]) as w (tenant_id, id, payload)",
        &tenants,
        &ids,
        &payloads,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
