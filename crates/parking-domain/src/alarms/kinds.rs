//! The words of alarms: what can be wrong, how bad it is, and why it was cleared.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::access::UnknownName;

/// What can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlarmKind {
    /// A device that serves a bay has not been heard for too long.
    DeviceSilent,
    /// A device's battery is nearly empty.
    BatteryLow,
    /// A gateway has not been heard for too long.
    GatewayDown,
    /// A bay changes its state more often than vehicles do.
    Flapping,
    /// A bay has not changed its state for longer than vehicles stay.
    Stuck,
    /// Commands to a display come to nothing, or it does not answer them.
    LampUnreachable,
    /// A display says that it shows something else than it was told.
    LampMismatch,
    /// Somebody else stands in a bay that is reserved.
    Contested,
    /// A vehicle stands where it was reserved for, though that is over.
    Overstayed,
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth a look some day.
    Info,
    /// Somebody has to go there.
    Warning,
    /// Many bays are affected.
    Critical,
}

/// Why an alarm was cleared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClearReason {
    /// What was wrong no longer is.
    Recovered,
    /// The device was archived, or handed to another tenant.
    Archived,
    /// There is no such thing any more.
    Deleted,
    /// The device is in maintenance, or was decommissioned.
    OutOfService,
    /// The device serves no bay any more.
    Unassigned,
    /// The device serves another bay.
    Reassigned,
    /// By the rules of today nothing is wrong.
    RulesChanged,
}

impl AlarmKind {
    /// Every kind.
    pub const ALL: [Self; 9] = [
        Self::DeviceSilent,
        Self::BatteryLow,
        Self::GatewayDown,
        Self::Flapping,
        Self::Stuck,
        Self::LampUnreachable,
        Self::LampMismatch,
        Self::Contested,
        Self::Overstayed,
    ];

    /// The name in the API and the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::DeviceSilent => "device_silent",
            Self::BatteryLow => "battery_low",
            Self::GatewayDown => "gateway_down",
            Self::Flapping => "flapping",
            Self::Stuck => "stuck",
            Self::LampUnreachable => "lamp_unreachable",
            Self::LampMismatch => "lamp_mismatch",
            Self::Contested => "contested",
            Self::Overstayed => "overstayed",
        }
    }

    /// How bad it is: a gateway takes all its devices with it.
    pub fn severity(self) -> Severity {
        match self {
            Self::GatewayDown => Severity::Critical,
            Self::DeviceSilent
            | Self::BatteryLow
            | Self::Flapping
            | Self::LampUnreachable
            | Self::LampMismatch
            | Self::Contested => Severity::Warning,
            Self::Overstayed | Self::Stuck => Severity::Info,
        }
    }
}

impl Severity {
    /// Every severity, the least first.
    pub const ALL: [Self; 3] = [Self::Info, Self::Warning, Self::Critical];

    /// The name in the API and the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }
}

impl ClearReason {
    /// The name in the API and the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Recovered => "recovered",
            Self::Archived => "archived",
            Self::Deleted => "deleted",
            Self::OutOfService => "out_of_service",
            Self::Unassigned => "unassigned",
            Self::Reassigned => "reassigned",
            Self::RulesChanged => "rules_changed",
        }
    }
}

impl fmt::Display for AlarmKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for AlarmKind {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        let mut all = Self::ALL.into_iter();
        all.find(|kind| kind.name() == name).ok_or(UnknownName)
    }
}

impl FromStr for Severity {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        let mut all = Self::ALL.into_iter();
        all.find(|severity| severity.name() == name)
            .ok_or(UnknownName)
    }
}
