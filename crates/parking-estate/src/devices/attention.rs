//! Which devices somebody should look at, and why: one rule for the list and for whoever counts them.
//! Archived devices are left out, and those that nobody wants to work: the decommissioned.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use super::store::attention::{
    LOW_BATTERY, NEVER_SEEN, SILENT_AT, UNASSIGNED, WANTED, measured,
};

/// Why somebody should look at a device.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum AttentionKind {
    /// It spoke, and has been silent for more than two and a half of its heartbeats.
    Silent,
    /// Its battery is low: at or below what the tenant's alarms say, 20 percent where they say nothing.
    LowBattery,
    /// It was never heard.
    NeverSeen,
    /// It serves no bay.
    Unassigned,
}
