//! Making many devices at once, all of them or none: a statement for all, and an entry for all.

use chrono::{DateTime, Utc};
use parking_access::audit;
use parking_db::events;
use parking_db::{DbError, TenantTx};
use parking_domain::ids::fresh;
use parking_domain::lifecycle::Lifecycle;
use parking_http::IfMatch;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::assignments::role_of;
use super::store::many as store;
use super::store::{lock, move_on};
use super::{AssignmentDraft, Device, DeviceDraft, DeviceError, create};
use crate::record::Maker;
use crate::spaces::{self, Space};
use crate::wire::DeviceType;

/// A device that is put to work.
struct Placement<'a> {
    device: &'a Device,
    bay: &'a Space,
    role: DeviceType,
    stage: Lifecycle,
}

/// Makes devices, and puts to work those for which a bay is named. Answers them as they are then, in
/// their order. The reason for an assignment is that of the first.
pub(crate) async fn create_all(
    tx: &mut TenantTx,
    maker: &Maker,
    drafts: &[(DeviceDraft, Option<AssignmentDraft>)],
    now: DateTime<Utc>,
) -> Result<Vec<Device>, DeviceError> {
    if let [(draft, assignment)] = drafts {
        let device = create(tx, maker, (draft, assignment.as_ref()), now).await?;
        return Ok(lock(tx, &[device.id]).await?);
    }
    let euis: Vec<String> = drafts.iter().map(|(d, _)| d.dev_eui.to_string()).collect();
    store::forget_orphans(tx, &euis).await?;
    let bays = held_bays(tx, drafts).await?;
    let ids: Vec<Uuid> = drafts.iter().map(|_| fresh()).collect();
    if store::insert(tx, &ids, drafts, now).await? < drafts.len() {
        return Err(DeviceError::Taken);
    }
    let devices = in_order(lock(tx, &ids).await?, &ids)?;
    let places = placements(&devices, drafts, &bays)?;
    assign_all(tx, maker, drafts, &places, now).await?;
    remember(tx, maker, (&devices, &places), now).await?;
    in_order(lock(tx, &ids).await?, &ids)
}

/// The bays that are named, locked, each once and in the order of their ids.
async fn held_bays(
    tx: &mut TenantTx,
    drafts: &[(DeviceDraft, Option<AssignmentDraft>)],
) -> Result<Vec<Space>, DeviceError> {
    let named = drafts
        .iter()
        .filter_map(|(_, assignment)| assignment.as_ref());
    let mut ids: Vec<Uuid> = named.map(|assignment| assignment.space).collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    Ok(spaces::held(tx, &ids, &IfMatch::default(), true).await?)
}

fn in_order(mut devices: Vec<Device>, ids: &[Uuid]) -> Result<Vec<Device>, DeviceError> {
    let place = |id: Uuid| ids.iter().position(|other| *other == id);
    devices.sort_by_key(|device| place(device.id));
    if devices.len() < ids.len() {
        return Err(DeviceError::Absent);
    }
    Ok(devices)
}

fn placements<'a>(
    devices: &'a [Device],
    drafts: &[(DeviceDraft, Option<AssignmentDraft>)],
    bays: &'a [Space],
) -> Result<Vec<Placement<'a>>, DeviceError> {
    let mut places = Vec::new();
    for (device, (_, assignment)) in devices.iter().zip(drafts) {
        let Some(assignment) = assignment else {
            continue;
        };
        let mut found = bays.iter().filter(|bay| bay.id == assignment.space);
        places.push(Placement {
            device,
            bay: found.next().ok_or(DeviceError::Absent)?,
            role: role_of(device, assignment.role)?,
            stage: device.lifecycle.assigned()?,
        });
    }
    Ok(places)
}

async fn assign_all(
    tx: &mut TenantTx,
    maker: &Maker,
    drafts: &[(DeviceDraft, Option<AssignmentDraft>)],
    places: &[Placement<'_>],
    now: DateTime<Utc>,
) -> Result<(), DeviceError> {
    if places.is_empty() {
        return Ok(());
    }
    let mut reasons = drafts.iter().filter_map(|(_, a)| a.as_ref());
    let reason = reasons.next().and_then(|first| first.reason.as_deref());
    let made_by = (maker.name.as_str(), reason);
    let rows: Vec<(Uuid, Uuid, Uuid, &str)> = places
        .iter()
        .map(|place| (fresh(), place.device.id, place.bay.id, place.role.name()))
        .collect();
    if store::assign(tx, &rows, made_by, now).await? < rows.len() {
        // Whose way it was is told when they are tried one by one.
        return Err(DeviceError::Moved);
    }
    let moves: Vec<(&Device, Lifecycle)> = places
        .iter()
        .map(|place| (place.device, place.stage))
        .collect();
    Ok(move_on(tx, &moves, made_by, now).await?)
}

/// An event for each device and each assignment, an entry for all devices and one for all assignments.
async fn remember(
    tx: &mut TenantTx,
    maker: &Maker,
    (devices, places): (&[Device], &[Placement<'_>]),
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let made: Vec<_> = devices
        .iter()
        .map(|device| (device, None, device.record()))
        .collect();
    let placed: Vec<_> = places
        .iter()
        .map(|place| {
            let (bay, code) = (place.bay, place.bay.fields.code.as_str());
            let record = json!({ "space_id": bay.id, "space_code": code, "role": place.role });
            (place.device, Some(bay.site_id), record)
        })
        .collect();
    let tenant = tx.tenant();
    for (verb, changes) in [("created", &made), ("assigned", &placed)] {
        if changes.is_empty() {
            continue;
        }
        let facts = changes.iter().map(|(device, site, _)| {
            let payload = json!({ "site_id": site, "name": device.title() });
            (device.id.to_string(), payload)
        });
        let (kind, subjects) = (format!("device.{verb}"), facts.collect::<Vec<_>>());
        events::append_many(tx.conn(), tenant, now, (&kind, "device"), &subjects).await?;
    }
    for (verb, changes) in [("created", made), ("assigned", placed)] {
        if changes.is_empty() {
            continue;
        }
        let name = format!("{} devices", changes.len());
        let new: Map<String, Value> = changes
            .into_iter()
            .map(|(device, _, record)| (device.dev_eui.clone(), record))
            .collect();
        let entry = audit::Entry {
            action: &format!("devices.{verb}"),
            entity_type: "device",
            entity_name: Some(&name),
            new: Some(Value::Object(new)),
            ..audit::Entry::default()
        };
        audit::append(tx.conn(), tenant, &maker.by, now, entry).await?;
    }
    Ok(())
}
