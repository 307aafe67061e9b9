//! Devices: what they are, where they serve, how they fare.
//!
//! A DevEUI belongs to one living device of the whole installation, and the refusal of a taken one
//! does not say whose it is. Which bay a device serves follows from its open assignments; whether it
//! is assigned is kept nowhere else. Whoever locks several things locks them in this order: an
//! orphan, bays, devices, each by id, the count of devices, the log; so no two operations wait for
//! each other. A device's `AppKey` is
//! sealed and never shown. An archived device keeps its rows and can be restored.
//! Tables: `devices`, `device_assignments`, `lifecycle_changes`.

pub mod attention;

mod api;
mod assignments;
mod heard;
mod life;
mod many;
mod store;
#[cfg(test)]
mod tests;
mod transfer;

use chrono::{DateTime, Utc};
use parking_access::audit;
use parking_access::secrets::{CannotOpen, Vault};
use parking_db::{DbError, TenantTx};
use parking_domain::eui::Eui64;
use parking_domain::ids::fresh;
use parking_domain::lifecycle::{Lifecycle, LifecycleError};
use parking_http::IfMatch;
use secrecy::SecretString;
use serde_json::{Map, Value, json};
use thiserror::Error;
use uuid::Uuid;

use crate::models::AnyModel;
use crate::record::{Change, Maker, record};
use crate::spaces::{self, SpaceError};
use crate::wire::DeviceType;

pub use api::routes;
pub(crate) use api::{DeviceBody, named_model, read_one};
pub use assignments::{AssignmentDraft, Holder, assign, unassign};
pub use heard::{DisplayFault, Heard, Listened, heard, listened, note_faults};
pub use life::{archive, become_stage, restore};
pub(crate) use many::create_all;
pub use transfer::{Blocker, Transfer, TransferDraft, transfer};

/// The most devices one request archives or restores.
pub const BULK_MAX: usize = 500;

/// What people say of a device.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeviceFields {
    /// What they call it.
    pub name: Option<String>,
    /// How often it speaks though nothing happened, if not as often as its model.
    pub heartbeat_seconds: Option<i32>,
    /// Which join server holds its keys.
    pub join_eui: Option<Eui64>,
    /// The maker's number.
    pub serial_number: Option<String>,
    /// What else there is to say.
    pub notes: Option<String>,
    /// What else the tenant keeps with it.
    pub metadata: Map<String, Value>,
}

/// A device that is to be.
#[derive(Clone, Debug)]
pub struct DeviceDraft {
    /// Which one.
    pub dev_eui: Eui64,
    /// What it is, if that is known.
    pub model: Option<AnyModel>,
    /// Its key, sealed by [`seal`].
    pub sealed_app_key: Option<Vec<u8>>,
    /// What people say of it.
    pub fields: DeviceFields,
}

/// A device as it is kept.
#[derive(Clone, Debug)]
pub struct Device {
    /// Its identity.
    pub id: Uuid,
    /// Its name on the radio.
    pub dev_eui: String,
    /// What the API calls its model.
    pub model: Option<String>,
    /// Whether it can be a bay's sensor.
    pub is_sensor: bool,
    /// Whether it can be a bay's display.
    pub is_display: bool,
    /// What people say of it.
    pub fields: DeviceFields,
    /// Where it stands in its life.
    pub lifecycle: Lifecycle,
    /// Whether its key is known.
    pub has_app_key: bool,
    /// When it was archived.
    pub archived_at: Option<DateTime<Utc>>,
    /// How often it was changed.
    pub version: i64,
}

impl Device {
    /// Whether it can be this to a bay.
    fn can_be(&self, role: DeviceType) -> bool {
        match role {
            DeviceType::Sensor => self.is_sensor,
            DeviceType::Display => self.is_display,
        }
    }

    /// What people know it by.
    fn title(&self) -> &str {
        self.fields.name.as_deref().unwrap_or(&self.dev_eui)
    }

    /// The device for the audit log.
    fn record(&self) -> Value {
        let fields = &self.fields;
        json!({
            "dev_eui": self.dev_eui, "model": self.model, "name": fields.name, "lifecycle_state": self.lifecycle,
            "heartbeat_seconds": fields.heartbeat_seconds, "join_eui": fields.join_eui, "has_app_key": self.has_app_key,
            "serial_number": fields.serial_number, "notes": fields.notes, "metadata": fields.metadata,
        })
    }
}

/// Why a device was not made or changed.
#[derive(Debug, Error)]
pub enum DeviceError {
    /// There is no such device, or bay, in this tenant.
    #[error("there is no such device or bay")]
    Absent,
    /// Somebody has a device of that DevEUI.
    #[error("the DevEUI is taken")]
    Taken,
    /// So many devices the tenant may have.
    #[error("{0}")]
    LimitReached(String),
    /// The model was deleted meanwhile.
    #[error("there is no such model")]
    NoSuchModel,
    /// The device, or the bay in this role, is assigned already.
    #[error("{0}")]
    AlreadyAssigned(Box<Holder>),
    /// The device cannot be that to a bay.
    #[error("{0}")]
    WrongRole(&'static str),
    /// Its life does not go that way.
    #[error(transparent)]
    Lifecycle(#[from] LifecycleError),
    /// It serves a bay, and cannot be put out of use before it is taken off.
    #[error("it serves {0}; unassign it first")]
    Serving(String),
    /// It serves a bay in a role that it would lose.
    #[error("it serves {0} as what it would no longer be; unassign it first")]
    RoleInUse(String),
    /// Somebody assigned it elsewhere in the same moment.
    #[error("it was assigned elsewhere meanwhile; try again")]
    Moved,
    /// Somebody changed it meanwhile.
    #[error("it was changed meanwhile")]
    Stale,
    /// The database refused.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<SpaceError> for DeviceError {
    fn from(error: SpaceError) -> Self {
        match error {
            SpaceError::Db(error) => Self::Db(error),
            // Only bays are looked up here, and nothing else can go wrong with that.
            _ => Self::Absent,
        }
    }
}

/// Seals a device's key for the device it belongs to.
pub fn seal(vault: &Vault, dev_eui: Eui64, app_key: &SecretString) -> Vec<u8> {
    vault.seal(app_key, &format!("device {dev_eui} AppKey"))
}

/// Opens a device's key, for the network server and nobody else.
pub fn unseal(vault: &Vault, dev_eui: Eui64, sealed: &[u8]) -> Result<SecretString, CannotOpen> {
    vault.open(sealed, &format!("device {dev_eui} AppKey"))
}

/// Makes a device, and puts it to work if a bay is named. If it was heard of before, it is an orphan
/// no longer.
pub async fn create(
    tx: &mut TenantTx,
    maker: &Maker,
    (draft, assignment): (&DeviceDraft, Option<&AssignmentDraft>),
    now: DateTime<Utc>,
) -> Result<Device, DeviceError> {
    let (id, eui) = (fresh(), draft.dev_eui.to_string());
    store::forget_orphan(tx, &eui).await?;
    // Before the device is counted and recorded, because those who hold a bay wait for both.
    if let Some(assignment) = assignment {
        spaces::held(tx, &[assignment.space], &IfMatch::default(), true).await?;
    }
    if !store::insert(tx, id, draft, now).await? {
        return Err(DeviceError::Taken);
    }
    let device = held(tx, id, &IfMatch::default()).await?;
    let values = (None, Some(device.record()));
    changed(tx, maker, now, ("created", &device), values).await?;
    if let Some(assignment) = assignment {
        assign(tx, maker, (id, &IfMatch::default()), assignment, now).await?;
    }
    Ok(device)
}

/// What becomes of a device's model and key.
#[derive(Clone, Debug, Default)]
pub struct Rework {
    /// Another model, or none.
    pub model: Option<Option<AnyModel>>,
    /// Another sealed key, or none.
    pub sealed_app_key: Option<Option<Vec<u8>>>,
}

/// Changes a device: its fields become what `change` makes of them.
pub async fn change<E: From<DeviceError>>(
    tx: &mut TenantTx,
    maker: &Maker,
    (id, seen): (Uuid, &IfMatch),
    (rework, change): (Rework, impl FnOnce(&mut DeviceFields) -> Result<(), E>),
    now: DateTime<Utc>,
) -> Result<(), E> {
    let old = held(tx, id, seen).await?;
    let mut fields = old.fields.clone();
    change(&mut fields)?;
    if let Some(model) = &rework.model {
        keeps_its_roles(tx, &old, model.as_ref()).await?;
    }
    store::update(tx, (id, &fields), &rework, now).await?;
    let new = held(tx, id, &IfMatch::default()).await?;
    let mut values = audit::difference(&old.record(), &new.record());
    if rework.sealed_app_key.is_some() {
        note_key(&mut values.1);
    }
    changed(tx, maker, now, ("updated", &new), values).await?;
    Ok(())
}

/// Says in the record that the key was replaced, which the difference does not show.
fn note_key(new: &mut Option<Value>) {
    let new = new.get_or_insert_with(|| json!({}));
    new["app_key"] = json!("replaced");
}

/// A device that serves a bay must still be able to once it is of another model.
async fn keeps_its_roles(
    tx: &mut TenantTx,
    device: &Device,
    model: Option<&AnyModel>,
) -> Result<(), DeviceError> {
    let open = store::assignments::open_of(tx, &[device.id]).await?;
    let can_be = |role: &str| {
        model.is_some_and(|model| match role {
            "sensor" => model.base().can_sense(),
            _ => model.base().can_display(),
        })
    };
    match open.iter().find(|open| !can_be(&open.role)) {
        Some(lost) => Err(DeviceError::RoleInUse(lost.space_code.clone())),
        None => Ok(()),
    }
}

/// A device in use, locked until the end of the transaction, unless it has moved on.
async fn held(tx: &mut TenantTx, id: Uuid, seen: &IfMatch) -> Result<Device, DeviceError> {
    let device = store::lock(tx, &[id])
        .await?
        .pop()
        .filter(|device| device.archived_at.is_none())
        .ok_or(DeviceError::Absent)?;
    seen.check(device.version).map_err(|_| DeviceError::Stale)?;
    Ok(device)
}

async fn changed(
    tx: &mut TenantTx,
    maker: &Maker,
    now: DateTime<Utc>,
    (verb, device): (&str, &Device),
    values: (Option<Value>, Option<Value>),
) -> Result<(), DeviceError> {
    let change = Change {
        kind: &format!("device.{verb}"),
        entity: "device",
        id: device.id,
        name: device.title(),
        site: None,
        values,
        reason: None,
    };
    Ok(record(tx, &maker.by, now, change).await?)
}
