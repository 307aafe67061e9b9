//! What requests about devices look like.

use std::fmt;

use parking_access::secrets::Vault;
use parking_domain::eui::Eui64;
use parking_http::{ApiError, Wrong};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Map, Value};
use sqlx::PgConnection;
use utoipa::ToSchema;

use super::super::{DeviceDraft as Draft, DeviceFields, Rework, seal};
use super::no_such_model;
use crate::models::{self, AnyModel};
use crate::wire::{self, Change, HEARTBEAT, a_line, a_note, bound_metadata};

/// The longest name, and the longest serial number.
const LINES_MAX: (usize, usize) = (255, 100);

/// A device's key, as somebody sends it; nobody gets it back.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub(in crate::devices) struct AppKey(String);

impl fmt::Debug for AppKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AppKey")
    }
}

impl AppKey {
    /// The key sealed for a device.
    pub(in crate::devices) fn sealed(
        self,
        vault: &Vault,
        dev_eui: Eui64,
    ) -> Result<Vec<u8>, ApiError> {
        let digits: String = self
            .0
            .chars()
            .filter(|c| !c.is_whitespace() && !"-:".contains(*c))
            .collect();
        let is_key = digits.len() == 32 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        if !is_key {
            return Err(ApiError::field("app_key", "must be 32 hexadecimal digits"));
        }
        let key = SecretString::from(digits.to_ascii_uppercase());
        Ok(seal(vault, dev_eui, &key))
    }
}

/// A device that is to be.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DeviceDraft {
    /// In any notation; one living device of the installation has it.
    #[schema(value_type = wire::Eui)]
    pub(super) dev_eui: String,
    #[schema(value_type = Option<wire::Name>)]
    name: Option<String>,
    /// The slug of a model of the catalogue, or the id of one of the tenant's own.
    #[schema(max_length = 63)]
    pub(super) model: Option<String>,
    /// How often it speaks though nothing happened, if not as often as its model.
    #[schema(minimum = 10, maximum = 2_592_000)]
    heartbeat_seconds: Option<i32>,
    #[schema(value_type = Option<wire::Eui>)]
    join_eui: Option<String>,
    /// 32 hexadecimal digits; kept sealed and never shown.
    #[schema(value_type = Option<String>, max_length = 64, write_only)]
    pub(super) app_key: Option<AppKey>,
    #[schema(value_type = Option<wire::Line>)]
    serial_number: Option<String>,
    #[schema(max_length = 2000)]
    notes: Option<String>,
    /// Anything else worth keeping with it; at most 16 KiB.
    #[schema(value_type = Option<Value>)]
    metadata: Option<Map<String, Value>>,
}

/// What is to change about a device. What is absent stays as it is; `null` clears. A `DevEUI` never
/// changes: another one is another device.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DeviceChange {
    #[serde(default)]
    #[schema(value_type = Option<wire::Name>)]
    name: Change<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 63)]
    model: Change<String>,
    #[serde(default)]
    #[schema(value_type = Option<i32>, minimum = 10, maximum = 2_592_000)]
    heartbeat_seconds: Change<i32>,
    #[serde(default)]
    #[schema(value_type = Option<wire::Eui>)]
    join_eui: Change<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 64, write_only)]
    app_key: Change<AppKey>,
    #[serde(default)]
    #[schema(value_type = Option<wire::Line>)]
    serial_number: Change<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 2000)]
    notes: Change<String>,
    #[schema(value_type = Option<Value>)]
    metadata: Option<Map<String, Value>>,
}

/// The model that somebody named.
pub(crate) async fn named_model(conn: &mut PgConnection, id: &str) -> Result<AnyModel, ApiError> {
    let model = models::find(conn, id.trim()).await?;
    model.ok_or_else(no_such_model)
}

impl DeviceDraft {
    /// The device that is wanted, if it can be.
    pub(super) async fn read(
        self,
        conn: &mut PgConnection,
        vault: &Vault,
    ) -> Result<Draft, ApiError> {
        let mut wrong = Wrong::default();
        let dev_eui = wrong.read("dev_eui", self.dev_eui.parse::<Eui64>());
        let raw = Raw {
            name: self.name,
            heartbeat_seconds: self.heartbeat_seconds,
            join_eui: self.join_eui,
            serial_number: self.serial_number,
            notes: self.notes,
            metadata: self.metadata.unwrap_or_default(),
        };
        let fields = raw.checked(&mut wrong);
        let (dev_eui, fields) = wrong.settle(dev_eui.map(|eui| (eui, fields)))?;
        let sealed = self.app_key.map(|key| key.sealed(vault, dev_eui));
        let model = match self.model {
            Some(model) => Some(named_model(conn, &model).await?),
            None => None,
        };
        Ok(Draft {
            dev_eui,
            model,
            sealed_app_key: sealed.transpose()?,
            fields,
        })
    }
}

impl DeviceChange {
    /// What becomes of the model and the key.
    pub(super) async fn rework(
        &mut self,
        conn: &mut PgConnection,
        vault: &Vault,
        dev_eui: Option<Eui64>,
    ) -> Result<Rework, ApiError> {
        let model = match std::mem::take(&mut self.model) {
            Change::Keep => None,
            Change::Clear => Some(None),
            Change::Set(model) => Some(Some(named_model(conn, &model).await?)),
        };
        let sealed_app_key = match (std::mem::take(&mut self.app_key), dev_eui) {
            (Change::Keep, _) | (Change::Set(_), None) => None,
            (Change::Clear, _) => Some(None),
            (Change::Set(key), Some(dev_eui)) => Some(Some(key.sealed(vault, dev_eui)?)),
        };
        Ok(Rework {
            model,
            sealed_app_key,
        })
    }

    /// Makes the changes, if the outcome can be.
    pub(super) fn onto(self, fields: &mut DeviceFields) -> Result<(), ApiError> {
        let mut wrong = Wrong::default();
        let old = fields.clone();
        let raw = Raw {
            name: self.name.onto(old.name),
            heartbeat_seconds: self.heartbeat_seconds.onto(old.heartbeat_seconds),
            join_eui: self.join_eui.onto(old.join_eui.map(|eui| eui.to_string())),
            serial_number: self.serial_number.onto(old.serial_number),
            notes: self.notes.onto(old.notes),
            metadata: self.metadata.unwrap_or(old.metadata),
        };
        *fields = raw.checked(&mut wrong);
        wrong.settle(Some(()))
    }
}

/// The fields that are checked alike when a device is made and when it is changed.
struct Raw {
    name: Option<String>,
    heartbeat_seconds: Option<i32>,
    join_eui: Option<String>,
    serial_number: Option<String>,
    notes: Option<String>,
    metadata: Map<String, Value>,
}

impl Raw {
    fn checked(self, wrong: &mut Wrong) -> DeviceFields {
        if self
            .heartbeat_seconds
            .is_some_and(|seconds| !HEARTBEAT.contains(&seconds))
        {
            wrong.note("heartbeat_seconds", "must be from 10 to 2592000");
        }
        bound_metadata(wrong, &self.metadata);
        let join_eui = self.join_eui.filter(|eui| !eui.trim().is_empty());
        DeviceFields {
            name: a_line(wrong, "name", self.name, LINES_MAX.0),
            heartbeat_seconds: self.heartbeat_seconds,
            join_eui: join_eui.and_then(|eui| wrong.read("join_eui", eui.parse())),
            serial_number: a_line(wrong, "serial_number", self.serial_number, LINES_MAX.1),
            notes: a_note(wrong, "notes", self.notes),
            metadata: self.metadata,
        }
    }
}
