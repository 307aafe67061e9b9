//! Answers about devices.

use parking_chirpstack_api::{api, common};
use tonic::Status;

use super::{Answer, Change, absent, dangling, eui, page, seen, taken, told, uuid};
use crate::server::estate::{Device, Estate};

pub(in crate::server) fn list(
    of: &mut Change<'_>,
    asked: api::ListDevicesRequest,
) -> Answer<api::ListDevicesResponse> {
    let application = uuid(&asked.application_id)?.to_string();
    let estate = &*of.estate;
    let theirs = estate.devices.values();
    let all = theirs.filter(|device| device.told.application_id == application);
    let (total_count, result) = page(all, asked.limit, asked.offset);
    let result = result.into_iter().map(|device| api::DeviceListItem {
        dev_eui: device.told.dev_eui.clone(),
        created_at: told(device.created_at),
        updated_at: told(device.updated_at),
        last_seen_at: device.last_seen_at.and_then(told),
        name: device.told.name.clone(),
        device_profile_id: device.told.device_profile_id.clone(),
        tags: device.told.tags.clone(),
        ..api::DeviceListItem::default()
    });
    Ok(api::ListDevicesResponse {
        total_count,
        result: result.collect(),
    })
}

pub(in crate::server) fn create(
    of: &mut Change<'_>,
    asked: api::CreateDeviceRequest,
) -> Answer<()> {
    let device = asked
        .device
        .ok_or_else(|| Status::invalid_argument("device is missing"))?;
    let device = checked(of.estate, device)?;
    let id = eui(&device.dev_eui)?;
    if of.estate.devices.contains_key(&id) {
        return Err(taken("device_pkey"));
    }
    of.estate.devices.insert(id, Device::of(device, of.now));
    Ok(())
}

pub(in crate::server) fn get(
    of: &mut Change<'_>,
    asked: api::GetDeviceRequest,
) -> Answer<api::GetDeviceResponse> {
    let device = found(of.estate, &asked.dev_eui)?;
    let class = if of.estate.listens(device) && device.session.is_some() {
        common::DeviceClass::ClassC
    } else {
        common::DeviceClass::ClassA
    };
    Ok(api::GetDeviceResponse {
        device: Some(device.told.clone()),
        created_at: told(device.created_at),
        updated_at: told(device.updated_at),
        last_seen_at: device.last_seen_at.and_then(told),
        device_status: None,
        class_enabled: class.into(),
    })
}

pub(in crate::server) fn update(
    of: &mut Change<'_>,
    asked: api::UpdateDeviceRequest,
) -> Answer<()> {
    let device = asked
        .device
        .ok_or_else(|| Status::invalid_argument("device is missing"))?;
    let device = checked(of.estate, device)?;
    let now = of.now;
    let kept = found_to_change(of.estate, &device.dev_eui)?;
    kept.told = device;
    kept.updated_at = now;
    Ok(())
}

pub(in crate::server) fn delete(
    of: &mut Change<'_>,
    asked: api::DeleteDeviceRequest,
) -> Answer<()> {
    found(of.estate, &asked.dev_eui)?;
    let id = eui(&asked.dev_eui)?;
    of.estate.devices.remove(&id);
    of.estate.waiting.remove(&id);
    Ok(())
}

/// As it is kept: in lower case, and of an application and a profile that are there.
fn checked(estate: &Estate, device: api::Device) -> Answer<api::Device> {
    let id = seen(estate, &device.dev_eui)?;
    let (application, profile) = (
        uuid(&device.application_id)?,
        uuid(&device.device_profile_id)?,
    );
    if !estate.applications.contains_key(&application) {
        return Err(Status::internal("Record not found"));
    }
    if !estate.profiles.contains_key(&profile) {
        return Err(dangling("device", "device_device_profile_id_fkey"));
    }
    let join_eui = match device.join_eui.as_str() {
        "" => "0000000000000000".to_owned(),
        said => said.to_lowercase(),
    };
    Ok(api::Device {
        dev_eui: id.to_string().to_lowercase(),
        join_eui,
        ..device
    })
}

pub(super) fn found<'a>(estate: &'a Estate, said: &str) -> Answer<&'a Device> {
    let id = seen(estate, said)?;
    estate.devices.get(&id).ok_or_else(|| absent(said))
}

pub(super) fn found_to_change<'a>(estate: &'a mut Estate, said: &str) -> Answer<&'a mut Device> {
    let id = seen(estate, said)?;
    estate.devices.get_mut(&id).ok_or_else(|| absent(said))
}
