//! The SQL of many devices at once.

use chrono::{DateTime, Utc};
use parking_db::{Result, TenantTx};
use parking_domain::models::Model;
use serde_json::Value;
use uuid::Uuid;

use super::{columns, refused};
use crate::devices::{AssignmentDraft, DeviceDraft, DeviceError};
use crate::models::AnyModel;

/// What was heard of devices before somebody claimed them is no longer news.
pub(in crate::devices) async fn forget_orphans(tx: &mut TenantTx, euis: &[String]) -> Result<()> {
    sqlx::query!(
        "with w as materialized (
           select tenant_id, id from orphan_devices where dev_eui = any($1) order by id for update)
         delete from orphan_devices o using w where o.tenant_id = w.tenant_id and o.id = w.id",
        euis
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Makes those devices whose `DevEUI`s are free, in the order of those, and says how many they are.
pub(in crate::devices) async fn insert(
    tx: &mut TenantTx,
    ids: &[Uuid],
    drafts: &[(DeviceDraft, Option<AssignmentDraft>)],
    now: DateTime<Utc>,
) -> Result<usize, DeviceError> {
    let tenant = tx.tenant().0;
    let drafts = || drafts.iter().map(|(draft, _)| draft);
    let base = |draft: &DeviceDraft| draft.model.as_ref().map(AnyModel::base);
    let euis: Vec<String> = drafts().map(|draft| draft.dev_eui.to_string()).collect();
    let names: Vec<Option<String>> = drafts().map(|draft| draft.fields.name.clone()).collect();
    let (slugs, own): (Vec<Option<String>>, Vec<Option<Uuid>>) = drafts()
        .map(|draft| {
            let (slug, own) = columns(draft.model.as_ref());
            (slug.map(str::to_owned), own)
        })
        .unzip();
    let sensors: Vec<bool> = drafts()
        .map(|d| base(d).is_some_and(Model::can_sense))
        .collect();
    let displays: Vec<bool> = drafts()
        .map(|d| base(d).is_some_and(Model::can_display))
        .collect();
    let heartbeats: Vec<Option<i32>> = drafts().map(|d| d.fields.heartbeat_seconds).collect();
    let join_euis: Vec<Option<String>> = drafts()
        .map(|draft| draft.fields.join_eui.map(|eui| eui.to_string()))
        .collect();
    let keys: Vec<Option<Vec<u8>>> = drafts().map(|draft| draft.sealed_app_key.clone()).collect();
    let serials: Vec<Option<String>> = drafts().map(|d| d.fields.serial_number.clone()).collect();
    let notes: Vec<Option<String>> = drafts().map(|draft| draft.fields.notes.clone()).collect();
    let metadata: Vec<Value> = drafts()
        .map(|draft| Value::Object(draft.fields.metadata.clone()))
        .collect();
    let done = sqlx::query!(
        "insert into devices (tenant_id, id, dev_eui, name, model, own_model_id, is_sensor, is_display, heartbeat_seconds,
           join_eui, sealed_app_key, serial_number, notes, metadata, lifecycle_changed_at, created_at, updated_at)
         select $1, w.id, w.dev_eui, w.name, w.model, w.own_model_id, w.is_sensor, w.is_display, w.heartbeat_seconds,
           w.join_eui, w.sealed_app_key, w.serial_number, w.notes, w.metadata, $15, $15, $15
         from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::uuid[], $7::boolean[], $8::boolean[], $9::int[],
             $10::text[], $11::bytea[], $12::text[], $13::text[], $14::jsonb[])
           as w (id, dev_eui, name, model, own_model_id, is_sensor, is_display, heartbeat_seconds, join_eui,
             sealed_app_key, serial_number, notes, metadata)
         order by w.dev_eui
         on conflict (dev_eui) where archived_at is null do nothing",
        tenant,
        ids,
        &euis,
        &names as &[Option<String>],
        &slugs as &[Option<String>],
        &own as &[Option<Uuid>],
        &sensors,
        &displays,
        &heartbeats as &[Option<i32>],
        &join_euis as &[Option<String>],
        &keys as &[Option<Vec<u8>>],
        &serials as &[Option<String>],
        &notes as &[Option<String>],
        &metadata,
        now,
    )
    .execute(tx.conn())
    .await
    .map_err(refused)?;
    Ok(usize::try_from(done.rows_affected()).unwrap_or(usize::MAX))
}

/// Makes those assignments, of a device to a bay in a role each, in whose way there is none, and
/// says how many they are.
pub(in crate::devices) async fn assign(
    tx: &mut TenantTx,
    rows: &[(Uuid, Uuid, Uuid, &str)],
    (maker, reason): (&str, Option<&str>),
    now: DateTime<Utc>,
) -> Result<usize> {
    let tenant = tx.tenant().0;
    let ids: Vec<Uuid> = rows.iter().map(|(id, ..)| *id).collect();
    let devices: Vec<Uuid> = rows.iter().map(|(_, device, ..)| *device).collect();
    let spaces: Vec<Uuid> = rows.iter().map(|(_, _, space, _)| *space).collect();
    let roles: Vec<String> = rows.iter().map(|(.., role)| (*role).to_owned()).collect();
    let done = sqlx::query!(
        "insert into device_assignments (tenant_id, id, device_id, space_id, role, assigned_at, assigned_by, assign_reason)
         select $1, w.id, w.device_id, w.space_id, w.role, $6, $7, $8
         from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::text[]) as w (id, device_id, space_id, role)
         on conflict do nothing",
        tenant,
        &ids,
        &devices,
        &spaces,
        &roles,
        now,
        maker,
        reason,
    )
    .execute(tx.conn())
    .await?;
    Ok(usize::try_from(done.rows_affected()).unwrap_or(usize::MAX))
}
