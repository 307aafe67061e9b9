//! The SQL of what the radio heard of devices.

use chrono::{DateTime, Utc};
use parking_db::{PlatformTx, Result};
use uuid::Uuid;

use crate::devices::Heard;

/// A device by its name, with what its messages are read by.
pub(in crate::devices) struct Known {
    pub(in crate::devices) tenant_id: Uuid,
    pub(in crate::devices) dev_eui: String,
    pub(in crate::devices) id: Uuid,
    /// The model of the catalogue it is, or is based on.
    pub(in crate::devices) model: Option<String>,
    /// Its own heartbeat, or that of a model of the tenant's own.
    pub(in crate::devices) heartbeat: Option<i32>,
    pub(in crate::devices) space_id: Option<Uuid>,
    pub(in crate::devices) assigned_at: Option<DateTime<Utc>>,
}

pub(in crate::devices) async fn known(
    tx: &mut PlatformTx,
    names: &[(Uuid, &str)],
) -> Result<Vec<Known>> {
    let tenants: Vec<Uuid> = names.iter().map(|(tenant, _)| *tenant).collect();
    let euis: Vec<String> = names.iter().map(|(_, eui)| (*eui).to_owned()).collect();
    let known = sqlx::query_as!(
        Known,
        r#"select d.tenant_id, d.dev_eui, d.id, coalesce(d.model, m.based_on) as model,
             coalesce(d.heartbeat_seconds, m.heartbeat_seconds) as heartbeat,
             a.space_id as "space_id?", a.assigned_at as "assigned_at?"
           from (select distinct * from unnest($1::uuid[], $2::text[]) as w (tenant_id, dev_eui)) w
           join devices d on d.dev_eui = w.dev_eui and d.archived_at is null and d.tenant_id = w.tenant_id
           left join device_models m on m.tenant_id = d.tenant_id and m.id = d.own_model_id
           left join device_assignments a
             on a.tenant_id = d.tenant_id and a.device_id = d.id and a.role = 'sensor' and a.unassigned_at is null"#,
        &tenants,
        &euis
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(known)
}

pub(in crate::devices) async fn write(tx: &mut PlatformTx, messages: &[Heard]) -> Result<()> {
    let tenants: Vec<Uuid> = messages.iter().map(|one| one.tenant_id).collect();
    let ids: Vec<Uuid> = messages.iter().map(|one| one.device_id).collect();
    let ats: Vec<_> = messages.iter().map(|one| one.at).collect();
    let percents: Vec<_> = messages.iter().map(|one| one.battery_percent).collect();
    let volts: Vec<_> = messages.iter().map(|one| one.battery_volts).collect();
    let rssis: Vec<_> = messages.iter().map(|one| one.rssi).collect();
    let snrs: Vec<_> = messages.iter().map(|one| one.snr).collect();
    let gateway = |one: &Heard| one.only_gateway.map(|eui| eui.to_string());
    let gateways: Vec<_> = messages.iter().map(gateway).collect();
    // Locked in one order, because two batches may hold messages of the same devices.
    sqlx::query!(
        "with w as materialized (
           select distinct on (tenant_id, id) *
           from unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::real[], $5::real[], $6::int[], $7::real[], $8::text[])
             as w (tenant_id, id, at, battery_percent, battery_volts, rssi, snr, gateway)
           order by tenant_id, id, at desc),
         held as materialized (
           select d.tenant_id, d.id from devices d join w on w.tenant_id = d.tenant_id and w.id = d.id
           where d.archived_at is null order by d.tenant_id, d.id for no key update of d)
         update devices d set last_seen_at = w.at, rssi = w.rssi, snr = w.snr, only_gateway_eui = w.gateway,
           battery_percent = coalesce(w.battery_percent, d.battery_percent),
           battery_volts = coalesce(w.battery_volts, d.battery_volts)
         from w join held on held.tenant_id = w.tenant_id and held.id = w.id
         where d.tenant_id = w.tenant_id and d.id = w.id and (d.last_seen_at is null or d.last_seen_at <= w.at)",
        &tenants,
        &ids,
        &ats,
        &percents as &[Option<f32>],
        &volts as &[Option<f32>],
        &rssis as &[Option<i32>],
        &snrs as &[Option<f32>],
        &gateways as &[Option<String>],
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
