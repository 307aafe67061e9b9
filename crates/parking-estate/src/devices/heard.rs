//! What the radio heard of devices.

use chrono::{DateTime, Utc};
use parking_db::{DbError, PlatformTx};
use parking_domain::eui::Eui64;
use parking_domain::models;
use parking_domain::radio::Numbering;
use uuid::Uuid;

use super::store::heard as store;

/// A message from a device, as far as its health is concerned.
#[derive(Clone, Debug, Default)]
pub struct Heard {
    /// Whose device.
    pub tenant_id: Uuid,
    /// Which.
    pub device_id: Uuid,
    /// When it was received.
    pub at: DateTime<Utc>,
    /// The charge of its battery in percent, if it says.
    pub battery_percent: Option<f32>,
    /// The voltage of its battery, if it says.
    pub battery_volts: Option<f32>,
    /// How strong it was received, in dBm.
    pub rssi: Option<i32>,
    /// How far above the noise, in dB.
    pub snr: Option<f32>,
    /// The gateway that received it, if it was one alone.
    pub only_gateway: Option<Eui64>,
    /// How its messages are numbered after this one, and those beside it; `None` if they are not.
    pub numbering: Option<Numbering>,
}

/// A device that a message may be from, as far as its messages are concerned.
#[derive(Clone, Debug)]
pub struct Listened {
    /// Whose device.
    pub tenant_id: Uuid,
    /// Its name on the radio.
    pub dev_eui: String,
    /// Which.
    pub id: Uuid,
    /// Who reads its messages; `None` while nobody has said what it is.
    pub codec: Option<&'static str>,
    /// How often it speaks though nothing happened.
    pub heartbeat_s: Option<u32>,
    /// Whether it shows something.
    pub is_display: bool,
    /// The bay it watches, and since when.
    pub watches: Option<(Uuid, DateTime<Utc>)>,
    /// How its messages were numbered so far.
    pub numbering: Numbering,
}

/// The devices of these names in these tenants; names that nobody has claimed are not among them.
pub async fn listened(
    tx: &mut PlatformTx,
    names: &[(Uuid, &str)],
) -> Result<Vec<Listened>, DbError> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let known = store::known(tx, names).await?;
    let listened = known.into_iter().map(|device| {
        let model = device.model.as_deref().and_then(models::find);
        let own = device
            .heartbeat
            .and_then(|seconds| u32::try_from(seconds).ok());
        Listened {
            tenant_id: device.tenant_id,
            dev_eui: device.dev_eui,
            id: device.id,
            codec: model.map(|model| model.codec),
            heartbeat_s: own.or_else(|| model.and_then(|model| model.heartbeat_s)),
            is_display: device.is_display,
            watches: device.space_id.zip(device.assigned_at),
            numbering: Numbering {
                session: device.session,
                session_before: device.session_before,
                highest: device.f_cnt.and_then(|number| u32::try_from(number).ok()),
                lost: u64::try_from(device.frames_lost).unwrap_or_default(),
            },
        }
    });
    Ok(listened.collect())
}

/// Writes down how devices were heard, in one statement. What is older than what is known changes
/// nothing but the count of lost messages, and what a message does not say of the battery stays. Nobody has to think of alarms:
/// the database has devices looked at again whose alarms it may raise or clear.
pub async fn heard(tx: &mut PlatformTx, messages: &[Heard]) -> Result<(), DbError> {
    if messages.is_empty() {
        return Ok(());
    }
    store::write(tx, messages).await
}

/// What is wrong with a display.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DisplayFault {
    /// Commands to it come to nothing, or it does not answer.
    Unreachable,
    /// It says that it shows something else than it was told.
    Mismatch,
}

impl DisplayFault {
    /// Its word in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::Mismatch => "mismatch",
        }
    }
}

/// Notes what is wrong with displays, or that nothing is any more; the database has them looked at
/// for alarms.
pub async fn note_faults(
    tx: &mut PlatformTx,
    faults: &[(Uuid, Uuid, Option<DisplayFault>)],
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    if faults.is_empty() {
        return Ok(());
    }
    store::note_faults(tx, faults, now).await
}
