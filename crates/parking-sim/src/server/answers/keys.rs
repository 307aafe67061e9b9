//! Answers about the keys of devices, and about what they make of them when they join.

use parking_chirpstack_api::api;
use tonic::Status;

use super::devices::{found, found_to_change};
use super::{Answer, Change, absent, dangling, taken};

pub(in crate::server) fn create(
    of: &mut Change<'_>,
    asked: api::CreateDeviceKeysRequest,
) -> Answer<()> {
    let keys = given(asked.device_keys)?;
    let device = found_to_change(of.estate, &keys.dev_eui)
        .map_err(|_| dangling("device_keys", "device_keys_dev_eui_fkey"))?;
    if device.keys.is_some() {
        return Err(taken("device_keys_pkey"));
    }
    device.keys = Some(keys);
    Ok(())
}

pub(in crate::server) fn update(
    of: &mut Change<'_>,
    asked: api::UpdateDeviceKeysRequest,
) -> Answer<()> {
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

pub(in crate::server) fn get(
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

pub(in crate::server) fn get_activation(
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
