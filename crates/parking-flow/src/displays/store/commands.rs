//! The SQL of commands that a look makes, hurries, confirms and takes back.

use chrono::{DateTime, Utc};
use parking_db::{PlatformTx, Result};
use serde_json::Value;
use uuid::Uuid;

use super::plan::Keys;

/// A command that is to be made.
#[derive(Clone, Debug)]
pub(in crate::displays) struct Draft {
    pub(in crate::displays) tenant_id: Uuid,
    pub(in crate::displays) id: Uuid,
    pub(in crate::displays) device_id: Uuid,
    pub(in crate::displays) dev_eui: String,
    pub(in crate::displays) space_id: Option<Uuid>,
    pub(in crate::displays) site_id: Option<Uuid>,
    pub(in crate::displays) kind: &'static str,
    pub(in crate::displays) f_port: i16,
    pub(in crate::displays) payload: Vec<u8>,
    pub(in crate::displays) look: Option<Value>,
    pub(in crate::displays) why: Option<String>,
    pub(in crate::displays) urgency: i16,
    pub(in crate::displays) patience_seconds: i32,
}

/// Supersedes what waits for these displays: it is kept, and never sent.
pub(in crate::displays) async fn supersede(
    tx: &mut PlatformTx,
    keys: &Keys,
    now: DateTime<Utc>,
) -> Result<u64> {
    let done = sqlx::query!(
        "update downlinks d set status = 'superseded', due_at = null, finished_at = $3, version = d.version + 1,
           story = d.story || jsonb_build_array(jsonb_build_object('at', $3::timestamptz, 'what', 'superseded'))
         from unnest($1::uuid[], $2::uuid[]) as w (tenant_id, device_id)
         where d.tenant_id = w.tenant_id and d.device_id = w.device_id and d.status = 'waiting' and d.kind <> 'raw'",
        &keys.0,
        &keys.1,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected())
}

/// Hurries the deadlines of commands that the network server keeps until a display listens: a newer
/// one is to take their place. What cannot be taken back is left to its turn.
pub(in crate::displays) async fn hurry(
    tx: &mut PlatformTx,
    keys: &Keys,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update downlinks d set deadline_at = $3
         from unnest($1::uuid[], $2::uuid[]) as w (tenant_id, device_id)
         where d.tenant_id = w.tenant_id and d.device_id = w.device_id and d.status = 'queued' and d.patience_seconds > 120
           and d.deadline_at > $3 and d.path is distinct from 'broker'",
        &keys.0,
        &keys.1,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Notes of the commands that displays were told last that they say to show them.
pub(in crate::displays) async fn confirm(
    tx: &mut PlatformTx,
    keys: &Keys,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update downlinks d set status = 'confirmed', confirmed_at = $3, version = d.version + 1,
           story = d.story || jsonb_build_array(jsonb_build_object('at', $3::timestamptz, 'what', 'confirmed'))
         from unnest($1::uuid[], $2::uuid[]) as w (tenant_id, device_id)
         join lamps l on l.tenant_id = w.tenant_id and l.id = w.device_id
         where d.tenant_id = l.tenant_id and d.device_id = l.id and d.status = 'transmitted' and d.transmitted_at = l.transmitted_at",
        &keys.0,
        &keys.1,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Calls off what waits for displays that are not the tenant's any more.
pub(in crate::displays) async fn cancel(
    tx: &mut PlatformTx,
    keys: &Keys,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update downlinks d set status = 'cancelled', due_at = null, finished_at = $3, version = d.version + 1,
           story = d.story || jsonb_build_array(jsonb_build_object('at', $3::timestamptz, 'what', 'cancelled'))
         from unnest($1::uuid[], $2::uuid[]) as w (tenant_id, device_id)
         where d.tenant_id = w.tenant_id and d.device_id = w.device_id and d.status = 'waiting'",
        &keys.0,
        &keys.1,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Makes commands, in one statement.
pub(in crate::displays) async fn insert(
    tx: &mut PlatformTx,
    drafts: &[Draft],
    now: DateTime<Utc>,
) -> Result<()> {
    let of = |part: fn(&Draft) -> Uuid| drafts.iter().map(part).collect::<Vec<_>>();
    let euis: Vec<_> = drafts.iter().map(|one| one.dev_eui.clone()).collect();
    let spaces: Vec<_> = drafts.iter().map(|one| one.space_id).collect();
    let sites: Vec<_> = drafts.iter().map(|one| one.site_id).collect();
    let kinds: Vec<_> = drafts.iter().map(|one| one.kind.to_owned()).collect();
    let ports: Vec<_> = drafts.iter().map(|one| one.f_port).collect();
    let payloads: Vec<_> = drafts.iter().map(|one| one.payload.clone()).collect();
    let looks: Vec<_> = drafts.iter().map(|one| one.look.clone()).collect();
    let whys: Vec<_> = drafts.iter().map(|one| one.why.clone()).collect();
    let urgencies: Vec<_> = drafts.iter().map(|one| one.urgency).collect();
    let patience: Vec<_> = drafts.iter().map(|one| one.patience_seconds).collect();
    sqlx::query!(
        "insert into downlinks (tenant_id, id, device_id, dev_eui, space_id, site_id, kind, f_port, payload, look, why, urgency,
           patience_seconds, status, due_at, created_at)
         select tenant_id, id, device_id, dev_eui, space_id, site_id, kind, f_port, payload, look, why, urgency, patience,
           'waiting', $14, $14
         from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::uuid[], $6::uuid[], $7::text[], $8::smallint[],
           $9::bytea[], $10::jsonb[], $11::text[], $12::smallint[], $13::int[])
           as w (tenant_id, id, device_id, dev_eui, space_id, site_id, kind, f_port, payload, look, why, urgency, patience)",
        &of(|one| one.tenant_id),
        &of(|one| one.id),
        &of(|one| one.device_id),
        &euis,
        &spaces as &[Option<Uuid>],
        &sites as &[Option<Uuid>],
        &kinds,
        &ports,
        &payloads,
        &looks as &[Option<Value>],
        &whys as &[Option<String>],
        &urgencies,
        &patience,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
