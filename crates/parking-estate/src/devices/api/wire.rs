//! What requests and answers about devices look like.

use std::fmt;

use chrono::{DateTime, Utc};
use parking_access::secrets::Vault;
use parking_domain::bay_state::stale_at;
use parking_domain::eui::Eui64;
use parking_domain::lifecycle::Lifecycle;
use parking_http::{ApiError, PageExtent, Wrong};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sqlx::PgConnection;
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::store::counts::{Counts, Happening};
use super::super::store::list::DeviceView;
use super::super::{Device, DeviceDraft as Draft, DeviceFields, Rework, seal};
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
    pub(super) fn onto(self, _: &Device, fields: &mut DeviceFields) -> Result<(), ApiError> {
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

/// What a device is.
#[derive(Debug, Serialize, ToSchema)]
struct DeviceModelBody {
    /// The slug of a model of the catalogue, the id of one of the tenant's own.
    id: String,
    vendor: String,
    name: String,
    is_own: bool,
}

/// One device. Its key is never part of it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeviceBody {
    id: Uuid,
    tenant_id: Uuid,
    /// Whose it is, for lists that span tenants.
    tenant_name: String,
    dev_eui: String,
    name: Option<String>,
    /// What it can be to a bay; null if it has no model, or one that is neither.
    #[schema(value_type = Option<wire::DeviceTypeName>)]
    device_type: Option<&'static str>,
    /// All it can be to a bay; a device that can be both is told which when it is assigned.
    #[schema(value_type = Vec<wire::DeviceTypeName>)]
    roles: Vec<&'static str>,
    model: Option<DeviceModelBody>,
    /// `assigned` while it serves a bay, else `unassigned`.
    status: &'static str,
    #[schema(value_type = wire::LifecycleName)]
    lifecycle_state: String,
    lifecycle_changed_at: DateTime<Utc>,
    /// Where its life may go from there.
    #[schema(value_type = Vec<wire::LifecycleName>)]
    lifecycle_next: Vec<&'static str>,
    /// What it is to the bay it serves.
    #[schema(value_type = Option<wire::DeviceTypeName>)]
    role: Option<String>,
    space_id: Option<Uuid>,
    space_code: Option<String>,
    site_id: Option<Uuid>,
    site_name: Option<String>,
    assigned_at: Option<DateTime<Utc>>,
    assigned_by: Option<String>,
    /// What is expected of this one device instead of its model's.
    heartbeat_seconds: Option<i32>,
    /// How often it is expected to speak; null if nobody knows.
    expected_heartbeat_seconds: Option<i32>,
    last_seen_at: Option<DateTime<Utc>>,
    /// From when on it is silent for too long; null if it was never heard, or nobody knows how often
    /// it speaks.
    silent_at: Option<DateTime<Utc>>,
    battery_percent: Option<f32>,
    battery_volts: Option<f32>,
    /// Whether it is at or below what the tenant's alarms say, 20 percent where they say nothing.
    is_battery_low: bool,
    rssi: Option<i32>,
    snr: Option<f32>,
    /// How many of its messages nobody heard, by the gaps in their numbers.
    frames_lost: i64,
    join_eui: Option<String>,
    /// Whether its key is known.
    has_app_key: bool,
    serial_number: Option<String>,
    notes: Option<String>,
    metadata: Value,
    archived_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl DeviceBody {
    pub(in crate::devices) fn id(&self) -> Uuid {
        self.id
    }

    pub(in crate::devices) fn of(view: DeviceView) -> Self {
        let of_model = view
            .model
            .as_ref()
            .and_then(|model| model.heartbeat_seconds);
        let serves = view.serves.as_ref();
        let expected = view.heartbeat_seconds.or(of_model);
        let can_be = [("sensor", view.is_sensor), ("display", view.is_display)];
        let roles: Vec<_> = can_be.into_iter().filter(|(_, can)| *can).collect();
        Self {
            id: view.id,
            tenant_id: view.tenant_id,
            tenant_name: view.tenant_name,
            dev_eui: view.dev_eui,
            name: view.name,
            device_type: roles.first().map(|(role, _)| *role),
            roles: roles.into_iter().map(|(role, _)| role).collect(),
            model: view.model.map(|model| DeviceModelBody {
                id: model.id,
                vendor: model.vendor,
                name: model.name,
                is_own: model.is_own,
            }),
            status: if serves.is_some() {
                "assigned"
            } else {
                "unassigned"
            },
            lifecycle_next: next_stages(&view.lifecycle),
            lifecycle_state: view.lifecycle,
            lifecycle_changed_at: view.lifecycle_changed_at,
            role: serves.map(|serves| serves.role.clone()),
            space_id: serves.map(|serves| serves.space_id),
            space_code: serves.map(|serves| serves.space_code.clone()),
            site_id: serves.map(|serves| serves.site_id),
            site_name: serves.map(|serves| serves.site_name.clone()),
            assigned_at: serves.map(|serves| serves.assigned_at),
            assigned_by: serves.and_then(|serves| serves.assigned_by.clone()),
            heartbeat_seconds: view.heartbeat_seconds,
            expected_heartbeat_seconds: expected,
            last_seen_at: view.last_seen_at,
            silent_at: silent_at(view.last_seen_at, expected),
            battery_percent: view.battery_percent,
            battery_volts: view.battery_volts,
            is_battery_low: view.is_battery_low,
            rssi: view.rssi,
            snr: view.snr,
            frames_lost: view.frames_lost,
            join_eui: view.join_eui,
            has_app_key: view.has_app_key,
            serial_number: view.serial_number,
            notes: view.notes,
            metadata: view.metadata,
            archived_at: view.archived_at,
            created_at: view.created_at,
            updated_at: view.updated_at,
        }
    }
}

/// Where a life may go from a stage.
fn next_stages(stage: &str) -> Vec<&'static str> {
    let stage = stage.parse::<Lifecycle>().ok();
    let next = stage.map(Lifecycle::next).unwrap_or_default();
    next.iter().map(|stage| stage.name()).collect()
}

/// When the silence of a device that was heard becomes too long.
fn silent_at(seen: Option<DateTime<Utc>>, heartbeat: Option<i32>) -> Option<DateTime<Utc>> {
    stale_at(
        seen?,
        heartbeat.and_then(|seconds| u32::try_from(seconds).ok()),
    )
}

/// A page of devices.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DevicePage {
    pub(super) devices: Vec<DeviceBody>,
    /// All devices in use, whatever the filter, where `include_stats` asks for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) stats: Option<DeviceStats>,
    #[serde(flatten)]
    pub(super) page: PageExtent,
}

/// Devices in use, by number.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DeviceStats {
    total: i64,
    assigned: i64,
    unassigned: i64,
    sensors: i64,
    displays: i64,
    /// Those that were never heard, but for decommissioned ones.
    never_seen: i64,
}

impl From<Counts> for DeviceStats {
    fn from(counts: Counts) -> Self {
        Self {
            total: counts.total,
            assigned: counts.assigned,
            unassigned: counts.total - counts.assigned,
            sensors: counts.sensors,
            displays: counts.displays,
            never_seen: counts.never_seen,
        }
    }
}

/// Something that happened to a device.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct HappeningBody {
    at: DateTime<Utc>,
    /// `assigned`, `unassigned` or `lifecycle`.
    kind: String,
    /// What it was to the bay.
    role: Option<String>,
    space_id: Option<Uuid>,
    space_code: Option<String>,
    /// The stage of its life it left.
    from: Option<String>,
    /// The stage of its life it entered.
    to: Option<String>,
    /// Who did it.
    by: Option<String>,
    reason: Option<String>,
}

impl From<Happening> for HappeningBody {
    fn from(happening: Happening) -> Self {
        Self {
            at: happening.at,
            kind: happening.kind,
            role: happening.role,
            space_id: happening.space_id,
            space_code: happening.space_code,
            from: happening.from_state,
            to: happening.to_state,
            by: happening.by_name,
            reason: happening.reason,
        }
    }
}

/// A page of what happened to a device.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct HappeningPage {
    pub(super) history: Vec<HappeningBody>,
    #[serde(flatten)]
    pub(super) page: PageExtent,
}
