//! The SQL of devices.

pub(super) mod assignments;
pub(super) mod attention;
pub(super) mod counts;
pub(super) mod heard;
pub(super) mod list;
pub(super) mod many;
pub(super) mod transfer;

use chrono::{DateTime, Utc};
use parking_db::{DbError, Result, TenantTx};
use parking_domain::ids::fresh;
use parking_domain::lifecycle::Lifecycle;
use parking_domain::models::Model;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{Device, DeviceDraft, DeviceError, DeviceFields, Rework};
use crate::models::AnyModel;

/// A model as a row names it: of the catalogue, or a tenant's own.
pub(super) fn columns(model: Option<&AnyModel>) -> (Option<&'static str>, Option<Uuid>) {
    match model {
        None => (None, None),
        Some(AnyModel::Catalogue(model)) => (Some(model.slug), None),
        Some(AnyModel::Own(model)) => (None, Some(model.id)),
    }
}

/// What was heard of a device before somebody claimed it is no longer news.
pub(super) async fn forget_orphan(tx: &mut TenantTx, dev_eui: &str) -> Result<()> {
    sqlx::query!("delete from orphan_devices where dev_eui = $1", dev_eui)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Makes a device, unless its DevEUI is taken.
pub(super) async fn insert(
    tx: &mut TenantTx,
    id: Uuid,
    draft: &DeviceDraft,
    now: DateTime<Utc>,
) -> Result<bool, DeviceError> {
    let tenant = tx.tenant().0;
    let (model, own_model) = columns(draft.model.as_ref());
    let base = draft.model.as_ref().map(AnyModel::base);
    let fields = &draft.fields;
    let done = sqlx::query!(
        "insert into devices (tenant_id, id, dev_eui, name, model, own_model_id, is_sensor, is_display, heartbeat_seconds,
           join_eui, sealed_app_key, serial_number, notes, metadata, lifecycle_changed_at, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15, $15)
         on conflict (dev_eui) where archived_at is null do nothing",
        tenant,
        id,
        draft.dev_eui.to_string(),
        fields.name,
        model,
        own_model,
        base.is_some_and(Model::can_sense),
        base.is_some_and(Model::can_display),
        fields.heartbeat_seconds,
        fields.join_eui.map(|eui| eui.to_string()),
        draft.sealed_app_key,
        fields.serial_number,
        fields.notes,
        Value::Object(fields.metadata.clone()),
        now,
    )
    .execute(tx.conn())
    .await
    .map_err(refused)?;
    Ok(done.rows_affected() == 1)
}

/// Writes what a device has become.
pub(super) async fn update(
    tx: &mut TenantTx,
    (id, fields): (Uuid, &DeviceFields),
    rework: &Rework,
    now: DateTime<Utc>,
) -> Result<(), DeviceError> {
    let model = rework.model.as_ref().map(Option::as_ref);
    let base = model.flatten().map(AnyModel::base);
    let (slug, own) = columns(model.flatten());
    sqlx::query!(
        "update devices set name = $2, heartbeat_seconds = $3, join_eui = $4, serial_number = $5, notes = $6, metadata = $7,
           model = case when $8 then $9 else model end, own_model_id = case when $8 then $10 else own_model_id end,
           is_sensor = case when $8 then $11 else is_sensor end, is_display = case when $8 then $12 else is_display end,
           sealed_app_key = case when $13 then $14 else sealed_app_key end,
           updated_at = $15, version = version + 1
         where id = $1",
        id,
        fields.name,
        fields.heartbeat_seconds,
        fields.join_eui.map(|eui| eui.to_string()),
        fields.serial_number,
        fields.notes,
        Value::Object(fields.metadata.clone()),
        model.is_some(),
        slug,
        own,
        base.is_some_and(Model::can_sense),
        base.is_some_and(Model::can_display),
        rework.sealed_app_key.is_some(),
        rework.sealed_app_key.clone().flatten(),
        now,
    )
    .execute(tx.conn())
    .await
    .map_err(refused)?;
    Ok(())
}

/// Devices by their ids, in that order, locked until the end of the transaction.
pub(super) async fn lock(tx: &mut TenantTx, ids: &[Uuid]) -> Result<Vec<Device>> {
    let rows = sqlx::query!(
        r#"select id, dev_eui, name, coalesce(model, own_model_id::text) as model, is_sensor, is_display, heartbeat_seconds,
             join_eui, sealed_app_key is not null as "has_app_key!", serial_number, notes, metadata, lifecycle, archived_at,
             version
           from devices where id = any($1) order by id for no key update"#,
        ids
    )
    .fetch_all(tx.conn())
    .await?;
    let devices = rows.into_iter().map(|row| Device {
        id: row.id,
        dev_eui: row.dev_eui,
        model: row.model,
        is_sensor: row.is_sensor,
        is_display: row.is_display,
        fields: DeviceFields {
            name: row.name,
            heartbeat_seconds: row.heartbeat_seconds,
            join_eui: row.join_eui.and_then(|eui| eui.parse().ok()),
            serial_number: row.serial_number,
            notes: row.notes,
            metadata: match row.metadata {
                Value::Object(metadata) => metadata,
                _ => Map::new(),
            },
        },
        lifecycle: row.lifecycle.parse().unwrap_or_default(),
        has_app_key: row.has_app_key,
        archived_at: row.archived_at,
        version: row.version,
    });
    Ok(devices.collect())
}

/// Moves devices on in their lives, and remembers it of those that moved.
pub(super) async fn move_on(
    tx: &mut TenantTx,
    devices: &[(&Device, Lifecycle)],
    (maker, reason): (&str, Option<&str>),
    now: DateTime<Utc>,
) -> Result<()> {
    let tenant = tx.tenant().0;
    let ids: Vec<Uuid> = devices.iter().map(|(device, _)| device.id).collect();
    let changes: Vec<Uuid> = devices.iter().map(|_| fresh()).collect();
    let name = |stage: Lifecycle| stage.name().to_owned();
    let before: Vec<String> = devices
        .iter()
        .map(|(device, _)| name(device.lifecycle))
        .collect();
    let after: Vec<String> = devices.iter().map(|(_, to)| name(*to)).collect();
    sqlx::query!(
        "with w as (
           select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[]) as w (id, change_id, from_state, to_state)),
         remembered as (
           insert into lifecycle_changes (tenant_id, id, device_id, at, from_state, to_state, by_name, reason)
           select $5, change_id, id, $6, from_state, to_state, $7, $8 from w where from_state <> to_state)
         update devices d set lifecycle = w.to_state, updated_at = $6, version = version + 1,
           lifecycle_changed_at = case when w.from_state = w.to_state then d.lifecycle_changed_at else $6 end
         from w where d.id = w.id",
        &ids,
        &changes,
        &before,
        &after,
        tenant,
        now,
        maker,
        reason,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(super) async fn set_archived(
    tx: &mut TenantTx,
    ids: &[Uuid],
    archived_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<(), DeviceError> {
    // In the order of their DevEUIs, because each of those can belong to somebody else meanwhile.
    sqlx::query!(
        "with w as materialized (select id from devices where id = any($1) order by dev_eui)
         update devices d set archived_at = $2, updated_at = $3, version = version + 1
         from w where d.id = w.id",
        ids,
        archived_at,
        now
    )
    .execute(tx.conn())
    .await
    .map_err(refused)?;
    Ok(())
}

pub(super) fn refused(error: sqlx::Error) -> DeviceError {
    let error = DbError::from(error);
    if let Some(limit) = error.limit() {
        return DeviceError::LimitReached(limit);
    }
    match error.constraint() {
        Some("devices_dev_eui_unique") => DeviceError::Taken,
        Some("devices_own_model_fkey") => DeviceError::NoSuchModel,
        _ => DeviceError::Db(error),
    }
}
