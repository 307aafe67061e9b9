//! What the radio heard of devices.

use chrono::{DateTime, Utc};
use parking_db::{DbError, PlatformTx};
use parking_domain::eui::Eui64;
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
}

/// Writes down how devices were heard, in one statement. What is older than what is known changes
/// nothing, and what a message does not say of the battery stays. Nobody has to think of alarms:
/// the database has devices looked at again whose alarms it may raise or clear.
pub async fn heard(tx: &mut PlatformTx, messages: &[Heard]) -> Result<(), DbError> {
    if messages.is_empty() {
        return Ok(());
    }
    store::write(tx, messages).await
}
