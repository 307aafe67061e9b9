//! The stages of a device's life, and its end: archived, and perhaps brought back.

use chrono::{DateTime, Utc};
use parking_db::TenantTx;
use parking_domain::lifecycle::Lifecycle;
use parking_http::IfMatch;
use serde_json::json;
use uuid::Uuid;

use super::assignments::{held_with_bays, release};
use super::store::assignments::{Open, open_of};
use super::{DeviceError, changed, held, store};
use crate::record::{Change, Maker, record};

/// Moves a device on in its life. One that serves a bay is not put out of use.
pub async fn become_stage(
    tx: &mut TenantTx,
    maker: &Maker,
    (id, seen): (Uuid, &IfMatch),
    (to, reason): (Lifecycle, Option<&str>),
    now: DateTime<Utc>,
) -> Result<(), DeviceError> {
    let device = held(tx, id, seen).await?;
    let to = device.lifecycle.become_stage(to)?;
    if matches!(to, Lifecycle::Commissioned | Lifecycle::Decommissioned)
        && let Some(open) = open_of(tx, &[id]).await?.first()
    {
        return Err(DeviceError::Serving(open.space_code.clone()));
    }
    store::move_on(tx, &[(&device, to)], (maker.name.as_str(), reason), now).await?;
    let change = Change {
        kind: "device.lifecycle_changed",
        entity: "device",
        id,
        name: device.title(),
        site: None,
        values: (
            Some(json!({ "lifecycle_state": device.lifecycle })),
            Some(json!({ "lifecycle_state": to })),
        ),
        reason,
    };
    Ok(record(tx, &maker.by, now, change).await?)
}

/// Archives devices, all of them or none. Those that serve bays only if `force` takes them off.
pub async fn archive(
    tx: &mut TenantTx,
    maker: &Maker,
    (ids, seen): (&[Uuid], &IfMatch),
    (force, reason): (bool, Option<&str>),
    now: DateTime<Utc>,
) -> Result<(), DeviceError> {
    let (devices, open) = held_with_bays(tx, ids).await?;
    for device in &devices {
        if device.archived_at.is_some() {
            return Err(DeviceError::Absent);
        }
        seen.check(device.version).map_err(|_| DeviceError::Stale)?;
    }
    if let Some(open) = open.first()
        && !force
    {
        return Err(DeviceError::Serving(open.space_code.clone()));
    }
    // Before anything is recorded: the count of devices is locked before the log, as when one is made.
    store::set_archived(tx, ids, Some(now), now).await?;
    for device in &devices {
        let of_it = |open: &&Open| open.device_id == device.id;
        let ending: Vec<Open> = open.iter().filter(of_it).cloned().collect();
        if !ending.is_empty() {
            release(tx, maker, (device, &ending, false), reason, now).await?;
        }
    }
    for device in &devices {
        let values = (Some(device.record()), None);
        changed(tx, maker, now, ("archived", device), values).await?;
    }
    Ok(())
}

/// Brings archived devices back; those in use stay.
pub async fn restore(
    tx: &mut TenantTx,
    maker: &Maker,
    ids: &[Uuid],
    now: DateTime<Utc>,
) -> Result<(), DeviceError> {
    let devices = store::lock(tx, ids).await?;
    if devices.len() < ids.len() {
        return Err(DeviceError::Absent);
    }
    let is_gone = |device: &super::Device| device.archived_at.is_some();
    let gone: Vec<_> = devices.into_iter().filter(is_gone).collect();
    let ids: Vec<Uuid> = gone.iter().map(|device| device.id).collect();
    store::set_archived(tx, &ids, None, now).await?;
    for device in &gone {
        let values = (None, Some(device.record()));
        changed(tx, maker, now, ("restored", device), values).await?;
    }
    Ok(())
}
