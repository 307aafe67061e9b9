//! Which device serves which bay, from when until when.

use std::fmt;

use chrono::{DateTime, SecondsFormat, Utc};
use parking_db::TenantTx;
use parking_domain::ids::fresh;
use parking_http::IfMatch;
use serde_json::json;
use uuid::Uuid;

use super::store::assignments::{self as store, Open};
use super::store::{lock, move_on};
use super::{Device, DeviceError, held};
use crate::record::{Change, Maker, record};
use crate::spaces;
use crate::wire::DeviceType;

/// A bay for a device.
#[derive(Clone, Debug)]
pub struct AssignmentDraft {
    /// Which bay.
    pub space: Uuid,
    /// As what; as the only thing it can be, if nobody says.
    pub role: Option<DeviceType>,
    /// Why.
    pub reason: Option<String>,
}

/// Who serves a bay already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Which device.
    pub dev_eui: String,
    /// Which bay.
    pub space_code: String,
    /// As what.
    pub role: String,
    /// Since when.
    pub assigned_at: DateTime<Utc>,
    /// Who assigned it.
    pub assigned_by: Option<String>,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let since = self.assigned_at.to_rfc3339_opts(SecondsFormat::Secs, true);
        let (eui, code, role) = (&self.dev_eui, &self.space_code, &self.role);
        write!(f, "{eui} has served bay {code} as its {role} since {since}")?;
        match &self.assigned_by {
            Some(name) => write!(f, ", assigned by {name}"),
            None => Ok(()),
        }
    }
}

/// Puts a device to work at a living bay.
pub async fn assign(
    tx: &mut TenantTx,
    maker: &Maker,
    (device, seen): (Uuid, &IfMatch),
    draft: &AssignmentDraft,
    now: DateTime<Utc>,
) -> Result<(), DeviceError> {
    let bays = spaces::held(tx, &[draft.space], &IfMatch::default(), true).await?;
    let device = held(tx, device, seen).await?;
    let role = role_of(&device, draft.role)?;
    let stage = device.lifecycle.assigned()?;
    let (id, which) = (fresh(), (device.id, draft.space, role.name()));
    let made_by = (maker.name.as_str(), draft.reason.as_deref());
    if !store::insert(tx, id, which, made_by, now).await? {
        let holder = store::holder(tx, which).await?;
        return Err(DeviceError::AlreadyAssigned(Box::new(
            holder.ok_or(DeviceError::Moved)?,
        )));
    }
    move_on(tx, &[(&device, stage)], made_by, now).await?;
    let bay = &bays[0];
    let change = Change {
        kind: "device.assigned",
        entity: "device",
        id: device.id,
        name: device.title(),
        site: Some(bay.site_id),
        values: (
            None,
            Some(
                json!({ "space_id": bay.id, "space_code": bay.fields.code.as_str(), "role": role }),
            ),
        ),
        reason: draft.reason.as_deref(),
    };
    Ok(record(tx, &maker.by, now, change).await?)
}

/// What a device shall be to a bay.
pub(super) fn role_of(
    device: &Device,
    wanted: Option<DeviceType>,
) -> Result<DeviceType, DeviceError> {
    match (wanted, device.is_sensor, device.is_display) {
        (_, false, false) => Err(DeviceError::WrongRole(
            "the device can be neither sensor nor display; give it a model that can",
        )),
        (Some(role), ..) if device.can_be(role) => Ok(role),
        (Some(DeviceType::Sensor), ..) => Err(DeviceError::WrongRole("the device is no sensor")),
        (Some(DeviceType::Display), ..) => Err(DeviceError::WrongRole("the device is no display")),
        (None, true, true) => Err(DeviceError::WrongRole(
            "the device can be sensor and display; say which",
        )),
        (None, true, false) => Ok(DeviceType::Sensor),
        (None, false, true) => Ok(DeviceType::Display),
    }
}

/// Takes a device from its bays, or from the one it serves in a role. False if there was none.
pub async fn unassign(
    tx: &mut TenantTx,
    maker: &Maker,
    (device, seen): (Uuid, &IfMatch),
    (role, reason): (Option<DeviceType>, Option<&str>),
    now: DateTime<Utc>,
) -> Result<bool, DeviceError> {
    let (devices, open) = held_with_bays(tx, &[device]).await?;
    let device = devices
        .first()
        .filter(|device| device.archived_at.is_none())
        .ok_or(DeviceError::Absent)?;
    seen.check(device.version).map_err(|_| DeviceError::Stale)?;
    let is_wanted = |open: &Open| role.is_none_or(|role| role.name() == open.role);
    let (ending, staying): (Vec<_>, Vec<_>) = open.into_iter().partition(is_wanted);
    if ending.is_empty() {
        return Ok(false);
    }
    release(
        tx,
        maker,
        (device, &ending, !staying.is_empty()),
        reason,
        now,
    )
    .await?;
    Ok(true)
}

/// Devices by their ids with their open assignments; the bays they serve are locked, then they.
pub(super) async fn held_with_bays(
    tx: &mut TenantTx,
    ids: &[Uuid],
) -> Result<(Vec<Device>, Vec<Open>), DeviceError> {
    let mut bays: Vec<Uuid> = store::open_of(tx, ids)
        .await?
        .into_iter()
        .map(|open| open.space_id)
        .collect();
    bays.sort_unstable();
    bays.dedup();
    if !bays.is_empty() {
        spaces::held(tx, &bays, &IfMatch::default(), false).await?;
    }
    let devices = lock(tx, ids).await?;
    if devices.len() < ids.len() {
        return Err(DeviceError::Absent);
    }
    let open = store::open_of(tx, ids).await?;
    // To lock the bay it has moved to now would be to lock in the wrong order.
    if open.iter().any(|open| !bays.contains(&open.space_id)) {
        return Err(DeviceError::Moved);
    }
    Ok((devices, open))
}

/// Ends assignments of a device; bays and device are locked.
pub(super) async fn release(
    tx: &mut TenantTx,
    maker: &Maker,
    (device, ending, still_serves): (&Device, &[Open], bool),
    reason: Option<&str>,
    now: DateTime<Utc>,
) -> Result<(), DeviceError> {
    let ids: Vec<Uuid> = ending.iter().map(|open| open.id).collect();
    let ended_by = (maker.name.as_str(), reason);
    store::end(tx, &ids, ended_by, now).await?;
    let unwatched: Vec<Uuid> = ending
        .iter()
        .filter(|open| open.role == DeviceType::Sensor.name())
        .map(|open| open.space_id)
        .collect();
    spaces::forget_sensor(tx, &unwatched, now).await?;
    let stage = if still_serves {
        device.lifecycle
    } else {
        device.lifecycle.unassigned()
    };
    move_on(tx, &[(device, stage)], ended_by, now).await?;
    for open in ending {
        let was =
            json!({ "space_id": open.space_id, "space_code": open.space_code, "role": open.role });
        let change = Change {
            kind: "device.unassigned",
            entity: "device",
            id: device.id,
            name: device.title(),
            site: Some(open.site_id),
            values: (Some(was), None),
            reason,
        };
        record(tx, &maker.by, now, change).await?;
    }
    Ok(())
}
