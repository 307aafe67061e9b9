//! The devices of an application, their keys and their sessions.

use chrono::{DateTime, Utc};
use parking_chirpstack_api::api::{self, device_service};
use parking_chirpstack_api::common::DeviceClass;
use parking_domain::eui::Eui64;
use secrecy::{ExposeSecret as _, SecretString};
use uuid::Uuid;

use super::inventory::{PAGE, id, instant, shortened, whole};
use super::queues::written;
use super::{CallError, Client};

/// A device as a list tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteDevice {
    /// Which one.
    pub dev_eui: Eui64,
    /// Its name there; it may be empty.
    pub name: String,
    /// When it was last changed there.
    pub updated_at: Option<DateTime<Utc>>,
    /// When it was last heard.
    pub last_seen_at: Option<DateTime<Utc>>,
}

/// A device as it is told of alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteDeviceDetails {
    /// Its application.
    pub application: Uuid,
    /// Its name there.
    pub name: String,
    /// Its profile.
    pub profile: Uuid,
    /// Whether ChirpStack ignores it.
    pub is_disabled: bool,
    /// Whether it listens at all times now, by its session.
    pub is_class_c: bool,
    /// When it was last heard.
    pub last_seen_at: Option<DateTime<Utc>>,
}

/// What a device is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceDraft {
    /// Which one.
    pub dev_eui: Eui64,
    /// Its name.
    pub name: String,
    /// Its application.
    pub application: Uuid,
    /// Its profile.
    pub profile: Uuid,
    /// Which join server holds its keys, if not ChirpStack.
    pub join_eui: Option<Eui64>,
    /// Whether it is to be ignored.
    pub is_disabled: bool,
}

/// What a device joins with: of LoRaWAN 1.0, where there is one key.
#[derive(Clone, Debug)]
pub struct DeviceKeys {
    /// The `AppKey`.
    pub app_key: SecretString,
}

/// The session of a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activation {
    /// Its address in it.
    pub dev_addr: String,
    /// How many messages it sent in it.
    pub f_cnt_up: u32,
    /// How many it was sent.
    pub f_cnt_down: u32,
}

impl Client {
    /// The devices of an application.
    pub async fn devices(&self, application: Uuid) -> Result<Vec<RemoteDevice>, CallError> {
        let page = async |offset| {
            let request = api::ListDevicesRequest {
                limit: PAGE,
                offset,
                application_id: application.to_string(),
                // Names are not unique, and pages of what has no order overlap.
                order_by: api::list_devices_request::OrderBy::DevEui.into(),
                ..api::ListDevicesRequest::default()
            };
            let answer = self.call(device_service::LIST, request).await?;
            let devices = answer.result.into_iter().map(listed);
            Ok((answer.total_count, devices.collect()))
        };
        whole(page, |device: &RemoteDevice| device.dev_eui).await
    }

    /// A device, if there is one that we may see.
    pub async fn device(&self, dev_eui: Eui64) -> Result<Option<RemoteDeviceDetails>, CallError> {
        let Some(answer) = self.device_told(dev_eui).await? else {
            return Ok(None);
        };
        let is_class_c = answer.class_enabled() == DeviceClass::ClassC;
        let device = answer.device.unwrap_or_default();
        Ok(Some(RemoteDeviceDetails {
            application: id(&device.application_id)?,
            name: device.name,
            profile: id(&device.device_profile_id)?,
            is_disabled: device.is_disabled,
            is_class_c,
            last_seen_at: instant(answer.last_seen_at),
        }))
    }

    async fn device_told(&self, eui: Eui64) -> Result<Option<api::GetDeviceResponse>, CallError> {
        let request = api::GetDeviceRequest {
            dev_eui: written(eui),
        };
        match self.call(device_service::GET, request).await {
            Err(CallError::Absent(_)) => Ok(None),
            answer => answer.map(Some),
        }
    }

    /// Makes a device, without keys.
    pub async fn create_device(&self, draft: &DeviceDraft) -> Result<(), CallError> {
        let device = drafted(draft, api::Device::default());
        let request = api::CreateDeviceRequest {
            device: Some(device),
        };
        self.call(device_service::CREATE, request).await
    }

    /// Changes a device; what the draft does not speak of stays as it is there. One that is in another
    /// application counts as somebody else's: ChirpStack would move it, with its integrations.
    pub async fn update_device(&self, draft: &DeviceDraft) -> Result<(), CallError> {
        let told = self.device_told(draft.dev_eui).await?;
        let there = told.and_then(|told| told.device);
        let there = there.ok_or_else(|| CallError::Absent(written(draft.dev_eui)))?;
        if there.application_id != draft.application.to_string() {
            let said = "it is in another application there".to_owned();
            return Err(CallError::Taken(said));
        }
        let device = drafted(draft, there);
        let request = api::UpdateDeviceRequest {
            device: Some(device),
        };
        self.call(device_service::UPDATE, request).await
    }

    /// Takes a device away, with its keys and its queue.
    pub async fn delete_device(&self, dev_eui: Eui64) -> Result<(), CallError> {
        let request = api::DeleteDeviceRequest {
            dev_eui: written(dev_eui),
        };
        match self.call(device_service::DELETE, request).await {
            Err(CallError::Absent(_)) => Ok(()),
            answer => answer,
        }
    }

    /// Whether a device has keys there, and if so whether they are these.
    pub async fn has_keys(&self, eui: Eui64, keys: &DeviceKeys) -> Result<Option<bool>, CallError> {
        let request = api::GetDeviceKeysRequest {
            dev_eui: written(eui),
        };
        let answer = match self.call(device_service::GET_KEYS, request).await {
            Err(CallError::Absent(_)) => return Ok(None),
            answer => answer?,
        };
        let there = answer.device_keys.map(|keys| keys.nwk_key);
        Ok(there.map(|key| key.eq_ignore_ascii_case(keys.app_key.expose_secret())))
    }

    /// Gives a device keys, whether or not it has some.
    pub async fn set_keys(&self, dev_eui: Eui64, keys: &DeviceKeys) -> Result<(), CallError> {
        let told = || api::DeviceKeys {
            dev_eui: written(dev_eui),
            // ChirpStack keeps the one key of LoRaWAN 1.0 in the field of this name.
            nwk_key: keys.app_key.expose_secret().to_lowercase(),
            ..api::DeviceKeys::default()
        };
        let request = api::CreateDeviceKeysRequest {
            device_keys: Some(told()),
        };
        match self.call(device_service::CREATE_KEYS, request).await {
            Err(CallError::Taken(_)) => {
                let request = api::UpdateDeviceKeysRequest {
                    device_keys: Some(told()),
                };
                self.call(device_service::UPDATE_KEYS, request).await
            }
            answer => answer,
        }
    }

    /// The session of a device, if it has joined.
    pub async fn activation(&self, dev_eui: Eui64) -> Result<Option<Activation>, CallError> {
        let request = api::GetDeviceActivationRequest {
            dev_eui: written(dev_eui),
        };
        let answer = match self.call(device_service::GET_ACTIVATION, request).await {
            Err(CallError::Absent(_)) => return Ok(None),
            answer => answer?,
        };
        let session = answer
            .device_activation
            .filter(|told| !told.dev_addr.is_empty());
        Ok(session.map(|session| Activation {
            dev_addr: session.dev_addr,
            f_cnt_up: session.f_cnt_up,
            // A device of LoRaWAN 1.0 has one counter, kept in this one.
            f_cnt_down: session.n_f_cnt_down.max(session.a_f_cnt_down),
        }))
    }
}

fn drafted(draft: &DeviceDraft, there: api::Device) -> api::Device {
    api::Device {
        dev_eui: written(draft.dev_eui),
        name: draft.name.clone(),
        application_id: draft.application.to_string(),
        device_profile_id: draft.profile.to_string(),
        is_disabled: draft.is_disabled,
        join_eui: draft.join_eui.map_or(there.join_eui, written),
        ..there
    }
}

fn listed(device: api::DeviceListItem) -> Result<RemoteDevice, CallError> {
    Ok(RemoteDevice {
        dev_eui: eui(&device.dev_eui)?,
        name: device.name,
        updated_at: instant(device.updated_at),
        last_seen_at: instant(device.last_seen_at),
    })
}

/// A name on the radio that ChirpStack gave.
pub(super) fn eui(said: &str) -> Result<Eui64, CallError> {
    said.parse()
        .map_err(|_| CallError::Strange(format!("{:?} is no EUI", shortened(said))))
}
