//! The SQL of handing a device from one tenant to another.

use chrono::{DateTime, Utc};
use parking_db::{PlatformTx, Result};
use parking_domain::ids::TenantId;
use parking_domain::models::{self, Model};
use uuid::Uuid;

/// A device that may change hands.
#[derive(Clone, Debug)]
pub(in crate::devices) struct Movable {
    pub(in crate::devices) tenant_id: Uuid,
    pub(in crate::devices) id: Uuid,
    pub(in crate::devices) dev_eui: String,
    /// Its model, or the one its tenant's own is based on.
    pub(in crate::devices) base_model: Option<String>,
    /// The bay it serves.
    pub(in crate::devices) serves: Option<String>,
}

/// How many devices a tenant has and may have.
#[derive(Clone, Copy, Debug)]
pub(in crate::devices) struct Usage {
    pub(in crate::devices) tenant_id: Uuid,
    pub(in crate::devices) used: i32,
    pub(in crate::devices) max: i32,
}

/// A tenant's status, which stays what it is until the end of the transaction.
pub(in crate::devices) async fn hold_tenant(
    tx: &mut PlatformTx,
    tenant: TenantId,
) -> Result<Option<String>> {
    let status = sqlx::query_scalar!(
        "select status from tenants where id = $1 for share",
        tenant.0
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(status)
}

/// What a tenant heard of a device that becomes theirs is no longer news.
pub(in crate::devices) async fn forget_orphan(
    tx: &mut PlatformTx,
    (device, tenant): (Uuid, TenantId),
) -> Result<()> {
    sqlx::query!(
        "delete from orphan_devices o using devices d where d.id = $1 and o.tenant_id = $2 and o.dev_eui = d.dev_eui",
        device,
        tenant.0
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// A device in use, locked until the end of the transaction.
pub(in crate::devices) async fn lock(tx: &mut PlatformTx, device: Uuid) -> Result<Option<Movable>> {
    let locked = sqlx::query_scalar!(
        "select id from devices where id = $1 and archived_at is null for no key update",
        device
    );
    if locked.fetch_optional(tx.conn()).await?.is_none() {
        return Ok(None);
    }
    let movable = sqlx::query_as!(
        Movable,
        r#"select d.tenant_id, d.id, d.dev_eui, coalesce(d.model, m.based_on) as base_model,
             (select s.code from device_assignments a join spaces s on s.tenant_id = a.tenant_id and s.id = a.space_id
              where a.tenant_id = d.tenant_id and a.device_id = d.id and a.unassigned_at is null limit 1) as serves
           from devices d left join device_models m on m.tenant_id = d.tenant_id and m.id = d.own_model_id
           where d.id = $1"#,
        device
    );
    Ok(movable.fetch_optional(tx.conn()).await?)
}

/// What the devices of two tenants are counted in, locked in the order in which triggers lock it.
pub(in crate::devices) async fn hold_usage(
    tx: &mut PlatformTx,
    tenants: [Uuid; 2],
) -> Result<Vec<Usage>> {
    let usage = sqlx::query_as!(
        Usage,
        "select tenant_id, used, max from tenant_usage where tenant_id = any($1) and resource = 'devices'
         order by tenant_id for update",
        &tenants
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(usage)
}

/// Archives a device without its key, and makes one of another tenant with it.
pub(in crate::devices) async fn hand_over(
    tx: &mut PlatformTx,
    device: &Movable,
    (to, made): (TenantId, Uuid),
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let model = device.base_model.as_deref().and_then(models::find);
    let kept = sqlx::query!(
        "select join_eui, sealed_app_key, serial_number, heartbeat_seconds, last_seen_at, battery_percent, battery_volts, rssi, snr
         from devices where tenant_id = $1 and id = $2",
        device.tenant_id,
        device.id
    )
    .fetch_one(tx.conn())
    .await?;
    sqlx::query!(
        "update devices set archived_at = $3, sealed_app_key = null, updated_at = $3, version = version + 1
         where tenant_id = $1 and id = $2",
        device.tenant_id,
        device.id,
        now
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!(
        "insert into devices (tenant_id, id, dev_eui, model, is_sensor, is_display, join_eui, sealed_app_key, serial_number,
           heartbeat_seconds, last_seen_at, battery_percent, battery_volts, rssi, snr, lifecycle_changed_at, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $16, $16)",
        to.0,
        made,
        device.dev_eui,
        model.map(|model| model.slug),
        model.is_some_and(Model::can_sense),
        model.is_some_and(Model::can_display),
        kept.join_eui,
        kept.sealed_app_key,
        kept.serial_number,
        kept.heartbeat_seconds,
        kept.last_seen_at,
        kept.battery_percent,
        kept.battery_volts,
        kept.rssi,
        kept.snr,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
