//! What each method answers, and in which words it refuses: those of ChirpStack 4.19.

#![expect(
    clippy::needless_pass_by_value,
    clippy::unnecessary_wraps,
    reason = "each method is called alike, with what was asked, and may refuse"
)]

use std::fmt::Display;

use chrono::{DateTime, Utc};
use parking_chirpstack_api::Timestamp;
use parking_chirpstack_api::{api, common};
use parking_domain::eui::Eui64;
use tokio::time::Instant;
use tonic::Status;
use uuid::Uuid;

use super::estate::{Application, Device, Estate, Gateway, Item, Tenant};

/// A call in progress.
pub(super) struct Change<'a> {
    pub(super) estate: &'a mut Estate,
    pub(super) now: DateTime<Utc>,
}

type Answer<T> = Result<T, Status>;

fn told(at: DateTime<Utc>) -> Option<Timestamp> {
    Some(Timestamp {
        seconds: at.timestamp(),
        nanos: i32::try_from(at.timestamp_subsec_nanos()).unwrap_or_default(),
    })
}

fn absent(id: impl Display) -> Status {
    Status::not_found(format!("Object does not exist (id: {id})"))
}

fn taken(constraint: &str) -> Status {
    let said = format!("duplicate key value violates unique constraint \"{constraint}\"");
    Status::internal(said)
}

fn dangling(table: &str, constraint: &str) -> Status {
    Status::internal(format!(
        "insert or update on table \"{table}\" violates foreign key constraint \"{constraint}\""
    ))
}

fn uuid(said: &str) -> Answer<Uuid> {
    said.parse()
        .map_err(|_| Status::invalid_argument(format!("invalid length: found {}", said.len())))
}

fn eui(said: &str) -> Answer<Eui64> {
    if said.len() != 16 {
        return Err(Status::internal("Invalid string length"));
    }
    said.parse()
        .map_err(|_| Status::internal("Odd number of digits"))
}

/// The name of a thing that whoever calls may see; of another it says no word.
fn seen(estate: &Estate, said: &str) -> Answer<Eui64> {
    let id = eui(said)?;
    if estate.forbidden.contains(&id) {
        return Err(Status::unauthenticated(""));
    }
    Ok(id)
}

/// A page of a list: nothing but the count where no limit is asked for.
fn page<T>(all: impl Iterator<Item = T>, limit: u32, offset: u32) -> (u32, Vec<T>) {
    let (mut total, mut result) = (0, Vec::new());
    for item in all {
        let is_on_page = total >= offset && total < offset.saturating_add(limit);
        total += 1;
        if is_on_page {
            result.push(item);
        }
    }
    (total, result)
}

pub(super) fn list_tenants(
    of: &mut Change<'_>,
    asked: api::ListTenantsRequest,
) -> Answer<api::ListTenantsResponse> {
    let all = of
        .estate
        .tenants
        .iter()
        .map(|(id, tenant)| api::TenantListItem {
            id: id.to_string(),
            created_at: told(tenant.at),
            updated_at: told(tenant.at),
            name: tenant.name.clone(),
            can_have_gateways: true,
            ..api::TenantListItem::default()
        });
    let (total_count, result) = page(all, asked.limit, asked.offset);
    Ok(api::ListTenantsResponse {
        total_count,
        result,
    })
}

pub(super) fn get_tenant(
    of: &mut Change<'_>,
    asked: api::GetTenantRequest,
) -> Answer<api::GetTenantResponse> {
    let id = uuid(&asked.id)?;
    let tenant = of.estate.tenants.get(&id).ok_or_else(|| absent(id))?;
    Ok(api::GetTenantResponse {
        tenant: Some(api::Tenant {
            id: asked.id,
            name: tenant.name.clone(),
            can_have_gateways: true,
            ..api::Tenant::default()
        }),
        created_at: told(tenant.at),
        updated_at: told(tenant.at),
    })
}

pub(super) fn create_tenant(
    of: &mut Change<'_>,
    asked: api::CreateTenantRequest,
) -> Answer<api::CreateTenantResponse> {
    let tenant = asked
        .tenant
        .ok_or_else(|| Status::invalid_argument("tenant is missing"))?;
    let id = of.estate.chance.uuid();
    let kept = Tenant {
        name: tenant.name,
        at: of.now,
    };
    of.estate.tenants.insert(id, kept);
    Ok(api::CreateTenantResponse { id: id.to_string() })
}

pub(super) fn list_applications(
    of: &mut Change<'_>,
    asked: api::ListApplicationsRequest,
) -> Answer<api::ListApplicationsResponse> {
    let tenant = uuid(&asked.tenant_id)?;
    let theirs = of.estate.applications.iter();
    let all = theirs
        .filter(|(_, application)| application.tenant == tenant)
        .map(|(id, application)| api::ApplicationListItem {
            id: id.to_string(),
            created_at: told(application.at),
            updated_at: told(application.at),
            name: application.name.clone(),
            description: String::new(),
        });
    let (total_count, result) = page(all, asked.limit, asked.offset);
    Ok(api::ListApplicationsResponse {
        total_count,
        result,
    })
}

pub(super) fn create_application(
    of: &mut Change<'_>,
    asked: api::CreateApplicationRequest,
) -> Answer<api::CreateApplicationResponse> {
    let application = asked.application;
    let application =
        application.ok_or_else(|| Status::invalid_argument("application is missing"))?;
    let tenant = uuid(&application.tenant_id)?;
    if application.name.is_empty() {
        return Err(Status::invalid_argument(
            "Validation error: name is not set",
        ));
    }
    if !of.estate.tenants.contains_key(&tenant) {
        return Err(dangling("application", "application_tenant_id_fkey"));
    }
    let id = of.estate.chance.uuid();
    let kept = Application {
        tenant,
        name: application.name,
        at: of.now,
    };
    of.estate.applications.insert(id, kept);
    Ok(api::CreateApplicationResponse { id: id.to_string() })
}

pub(super) fn list_profiles(
    of: &mut Change<'_>,
    asked: api::ListDeviceProfilesRequest,
) -> Answer<api::ListDeviceProfilesResponse> {
    let tenant = uuid(&asked.tenant_id)?;
    let theirs = of.estate.profiles.iter();
    let all = theirs
        .filter(|(_, profile)| profile.tenant == tenant)
        .map(|(id, profile)| api::DeviceProfileListItem {
            id: id.to_string(),
            created_at: told(profile.at),
            updated_at: told(profile.at),
            name: profile.name.clone(),
            supports_otaa: true,
            supports_class_c: profile.is_class_c,
            ..api::DeviceProfileListItem::default()
        });
    let (total_count, result) = page(all, asked.limit, asked.offset);
    Ok(api::ListDeviceProfilesResponse {
        total_count,
        result,
    })
}

pub(super) fn list_devices(
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

pub(super) fn create_device(of: &mut Change<'_>, asked: api::CreateDeviceRequest) -> Answer<()> {
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

pub(super) fn get_device(
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

fn found<'a>(estate: &'a Estate, said: &str) -> Answer<&'a Device> {
    let id = seen(estate, said)?;
    estate.devices.get(&id).ok_or_else(|| absent(said))
}

fn found_to_change<'a>(estate: &'a mut Estate, said: &str) -> Answer<&'a mut Device> {
    let id = seen(estate, said)?;
    estate.devices.get_mut(&id).ok_or_else(|| absent(said))
}

pub(super) fn update_device(of: &mut Change<'_>, asked: api::UpdateDeviceRequest) -> Answer<()> {
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

pub(super) fn delete_device(of: &mut Change<'_>, asked: api::DeleteDeviceRequest) -> Answer<()> {
    found(of.estate, &asked.dev_eui)?;
    let id = eui(&asked.dev_eui)?;
    of.estate.devices.remove(&id);
    of.estate.waiting.remove(&id);
    Ok(())
}

pub(super) fn create_keys(of: &mut Change<'_>, asked: api::CreateDeviceKeysRequest) -> Answer<()> {
    let keys = given(asked.device_keys)?;
    let device = found_to_change(of.estate, &keys.dev_eui)
        .map_err(|_| dangling("device_keys", "device_keys_dev_eui_fkey"))?;
    if device.keys.is_some() {
        return Err(taken("device_keys_pkey"));
    }
    device.keys = Some(keys);
    Ok(())
}

pub(super) fn update_keys(of: &mut Change<'_>, asked: api::UpdateDeviceKeysRequest) -> Answer<()> {
    let keys = given(asked.device_keys)?;
    let device = found_to_change(of.estate, &keys.dev_eui)?;
    if device.keys.is_none() {
        return Err(absent(&keys.dev_eui));
    }
    device.keys = Some(keys);
    Ok(())
}

fn given(keys: Option<api::DeviceKeys>) -> Answer<api::DeviceKeys> {
    let keys = keys.ok_or_else(|| Status::invalid_argument("device_keys is missing"))?;
    let is_key = keys.nwk_key.len() == 32 && keys.nwk_key.bytes().all(|c| c.is_ascii_hexdigit());
    if is_key {
        Ok(keys)
    } else {
        Err(Status::internal("Invalid string length"))
    }
}

pub(super) fn get_keys(
    of: &mut Change<'_>,
    asked: api::GetDeviceKeysRequest,
) -> Answer<api::GetDeviceKeysResponse> {
    let device = found(of.estate, &asked.dev_eui)?;
    let keys = device.keys.clone().ok_or_else(|| absent(&asked.dev_eui))?;
    Ok(api::GetDeviceKeysResponse {
        device_keys: Some(keys),
        ..api::GetDeviceKeysResponse::default()
    })
}

pub(super) fn get_activation(
    of: &mut Change<'_>,
    asked: api::GetDeviceActivationRequest,
) -> Answer<api::GetDeviceActivationResponse> {
    let device = found(of.estate, &asked.dev_eui)?;
    let activation = device
        .session
        .as_ref()
        .map(|session| api::DeviceActivation {
            dev_eui: device.told.dev_eui.clone(),
            dev_addr: format!("{:08x}", session.dev_addr),
            f_cnt_up: session.f_cnt_up,
            n_f_cnt_down: session.f_cnt_down,
            ..api::DeviceActivation::default()
        });
    Ok(api::GetDeviceActivationResponse {
        device_activation: activation,
        join_server_context: None,
    })
}

pub(super) fn enqueue(
    of: &mut Change<'_>,
    asked: api::EnqueueDeviceQueueItemRequest,
) -> Answer<api::EnqueueDeviceQueueItemResponse> {
    let item = asked.queue_item;
    let item = item.ok_or_else(|| Status::invalid_argument("queue_item is missing"))?;
    if item.f_port == 0 || item.f_port == 256 {
        let said = "Validation error: FPort must be between 1 - 255";
        return Err(Status::invalid_argument(said));
    }
    let id = of.estate.chance.uuid();
    let dev_eui = seen(of.estate, &item.dev_eui)?;
    let device = of.estate.devices.get_mut(&dev_eui);
    let device =
        device.ok_or_else(|| dangling("device_queue_item", "device_queue_item_dev_eui_fkey"))?;
    if asked.flush_queue {
        device.queue.clear();
    }
    device.queue.push_back(Item {
        id,
        told: api::DeviceQueueItem {
            id: id.to_string(),
            f_port: item.f_port & 0xff,
            ..item
        },
        f_cnt_down: None,
        queued_at: Instant::now(),
    });
    let depth = device.queue.len();
    of.estate.deepest = of.estate.deepest.max(depth);
    of.estate.waiting.insert(dev_eui);
    Ok(api::EnqueueDeviceQueueItemResponse { id: id.to_string() })
}

pub(super) fn flush_queue(of: &mut Change<'_>, asked: api::FlushDeviceQueueRequest) -> Answer<()> {
    let dev_eui = seen(of.estate, &asked.dev_eui)?;
    if let Some(device) = of.estate.devices.get_mut(&dev_eui) {
        device.queue.clear();
    }
    of.estate.waiting.remove(&dev_eui);
    Ok(())
}

pub(super) fn get_queue(
    of: &mut Change<'_>,
    asked: api::GetDeviceQueueItemsRequest,
) -> Answer<api::GetDeviceQueueItemsResponse> {
    let dev_eui = eui(&asked.dev_eui)?;
    let device = of.estate.devices.get(&dev_eui);
    let queued = device.into_iter().flat_map(|device| &device.queue);
    let result: Vec<_> = queued.map(|item| item.told.clone()).collect();
    Ok(api::GetDeviceQueueItemsResponse {
        total_count: u32::try_from(result.len()).unwrap_or(u32::MAX),
        result,
    })
}

pub(super) fn list_gateways(
    of: &mut Change<'_>,
    asked: api::ListGatewaysRequest,
) -> Answer<api::ListGatewaysResponse> {
    let tenant = match asked.tenant_id.as_str() {
        "" => None,
        said => Some(uuid(said)?.to_string()),
    };
    let theirs = of.estate.gateways.values();
    let all = theirs
        .filter(|gateway| {
            tenant
                .as_ref()
                .is_none_or(|id| gateway.told.tenant_id == *id)
        })
        .map(|gateway| api::GatewayListItem {
            tenant_id: gateway.told.tenant_id.clone(),
            gateway_id: gateway.told.gateway_id.clone(),
            name: gateway.told.name.clone(),
            location: gateway.told.location,
            created_at: told(gateway.created_at),
            updated_at: told(gateway.updated_at),
            ..api::GatewayListItem::default()
        });
    let (total_count, result) = page(all, asked.limit, asked.offset);
    Ok(api::ListGatewaysResponse {
        total_count,
        result,
    })
}

pub(super) fn get_gateway(
    of: &mut Change<'_>,
    asked: api::GetGatewayRequest,
) -> Answer<api::GetGatewayResponse> {
    let id = seen(of.estate, &asked.gateway_id)?;
    let gateway = of.estate.gateways.get(&id);
    let gateway = gateway.ok_or_else(|| absent(&asked.gateway_id))?;
    Ok(api::GetGatewayResponse {
        gateway: Some(gateway.told.clone()),
        created_at: told(gateway.created_at),
        updated_at: told(gateway.updated_at),
        last_seen_at: None,
    })
}

fn offered(gateway: Option<api::Gateway>) -> Answer<(Eui64, api::Gateway)> {
    let gateway = gateway.ok_or_else(|| Status::invalid_argument("gateway is missing"))?;
    if gateway.downlink_priority == 0 {
        let said = "Validation error: downlink_priority must be > 0";
        return Err(Status::invalid_argument(said));
    }
    Ok((eui(&gateway.gateway_id)?, gateway))
}

pub(super) fn create_gateway(of: &mut Change<'_>, asked: api::CreateGatewayRequest) -> Answer<()> {
    let (id, gateway) = offered(asked.gateway)?;
    let tenant = uuid(&gateway.tenant_id)?;
    if !of.estate.tenants.contains_key(&tenant) {
        return Err(dangling("gateway", "gateway_tenant_id_fkey"));
    }
    if of.estate.gateways.contains_key(&id) {
        return Err(taken("gateway_pkey"));
    }
    let kept = Gateway {
        told: gateway,
        created_at: of.now,
        updated_at: of.now,
    };
    of.estate.gateways.insert(id, kept);
    Ok(())
}

pub(super) fn update_gateway(of: &mut Change<'_>, asked: api::UpdateGatewayRequest) -> Answer<()> {
    let (id, gateway) = offered(asked.gateway)?;
    let now = of.now;
    let kept = of.estate.gateways.get_mut(&id).ok_or_else(|| absent(id))?;
    kept.told = gateway;
    kept.updated_at = now;
    Ok(())
}

pub(super) fn delete_gateway(of: &mut Change<'_>, asked: api::DeleteGatewayRequest) -> Answer<()> {
    let id = eui(&asked.gateway_id)?;
    let gone = of.estate.gateways.remove(&id);
    gone.map(drop).ok_or_else(|| absent(&asked.gateway_id))
}
