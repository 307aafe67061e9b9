//! What a device can be told, before it is bytes.
//!
//! Numbers are as wide as somebody may type them: whether a device takes one is for its codec to say,
//! which refuses and never cuts. Where makers and decoders have several names for a command it is read
//! by each and written by one.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::Block;

/// What a device is told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// Ask for a receipt for each message, or do not.
    SetConfirmable {
        /// Which of the two.
        value: Confirmable,
    },
    /// Speak at this data rate.
    SetDataRate {
        /// 0 is the slowest.
        value: i64,
    },
    /// Report this often.
    ConfigReport {
        /// In seconds, at most.
        min_time_s: i64,
        /// In seconds, at least.
        max_time_s: i64,
        /// Report when the battery has changed by this.
        battery_change_v: f64,
        /// Which of the models of the layout it is.
        #[serde(default)]
        device_type: NetvoxType,
    },
    /// Say how often it reports.
    #[serde(alias = "read_config")]
    ReadConfigReport {
        /// Which of the models of the layout it is.
        #[serde(default)]
        device_type: NetvoxType,
    },
    /// Take all these settings.
    Configure(Box<TekziparkConfig>),
    /// Report every so many hours.
    SetUploadIntervalH {
        /// How many.
        value: i64,
    },
    /// Look every so many minutes.
    SetDetectIntervalMin {
        /// How many.
        value: i64,
    },
    /// Look at the field every so many seconds.
    #[serde(alias = "set_magnet_interval_s")]
    SetMagIntervalS {
        /// How many.
        value: i64,
    },
    /// See something when it is nearer than this.
    SetLevelThresholdCm {
        /// How near.
        value: i64,
    },
    /// See something when the field has changed by this.
    SetMagThreshold {
        /// How much, in its own unit.
        value: i64,
    },
    /// Call the battery low below this.
    SetBatteryThresholdPct {
        /// In percent.
        value: i64,
    },
    /// Shine like this.
    SetColor(Color),
    /// Shine like this after the next start.
    SetDefaultColor(Color),
    /// Let the network choose the data rate, or do not.
    Adr {
        /// Which of the two.
        value: bool,
    },
    /// Start again after so many messages without an answer.
    MissedReplyLimit {
        /// How many.
        value: i64,
    },
    /// Report every so many minutes.
    #[serde(alias = "uplink_period_min")]
    UplinkIntervalMin {
        /// How many.
        value: i64,
    },
    /// Say once what it shows.
    RequestUplink {},
    /// Say what it shows after each message, or do not.
    AutoUplink {
        /// Which of the two.
        value: bool,
    },
    /// Shine as brightly as it can, or do not.
    HighBrightness {
        /// Which of the two.
        value: bool,
    },
    /// Say how warm its processor is.
    AskCpuTemperature {},
    /// Say how much it holds back because it is too warm.
    #[serde(alias = "ask_cpu_throttle")]
    AskThrottle {},
    /// Say why it started.
    AskResetCause {},
    /// Say whether the network chooses the data rate.
    AskAdr {},
    /// Say how loud it hears the network.
    AskRssi {},
    /// Say how clearly it hears the network.
    AskSnr {},
    /// Forget all settings and start again.
    FactoryReset {},
    /// Wait for other firmware.
    #[serde(alias = "firmware_upgrade_mode")]
    FirmwareUpgrade {},
    /// Show the state of a bay.
    SetState {
        /// Which.
        state: SignState,
    },
    /// Show a number.
    SetCount {
        /// Which.
        value: i64,
    },
    /// Show a text.
    SetText {
        /// On which page, counted from 1, where a display has pages.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        template: Option<i64>,
        /// Where on the page.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        block: Option<Block>,
        /// What it says.
        text: String,
    },
    /// Report every so many seconds.
    ReportIntervalS {
        /// How many.
        value: i64,
    },
    /// Start again.
    Reboot {},
    /// Beep.
    Beep {},
    /// Beep when a button is pressed, or do not.
    BuzzerEnable {
        /// Which of the two.
        value: bool,
    },
    /// Say how full its battery is.
    ReportBattery {},
    /// Paint again; a text that was written is not seen before.
    Refresh {},
    /// Show another page.
    ShowTemplate {
        /// Which, counted from 1.
        value: i64,
    },
    /// Several things at once, in this order.
    Multi {
        /// Write a text.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        set_text: Option<TextAt>,
        /// Paint again.
        #[serde(default, skip_serializing_if = "is_false")]
        refresh: bool,
        /// Show another page.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        show_template: Option<i64>,
        /// Beep.
        #[serde(default, skip_serializing_if = "is_false")]
        beep: bool,
    },
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes it so")]
fn is_false(value: &bool) -> bool {
    !value
}

/// Whether a device asks for receipts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confirmable {
    /// It does.
    Confirmable,
    /// It does not.
    #[serde(alias = "unconfirmable", alias = "unconfirmed")]
    NotConfirmable,
}

/// The models of one layout of Netvox.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NetvoxType {
    /// R719A.
    #[default]
    R719a,
    /// R719B.
    R719b,
}

/// A light and its rhythm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Color {
    /// How much red, of 255.
    pub r: i64,
    /// How much green, of 255.
    pub g: i64,
    /// How much blue, of 255.
    pub b: i64,
    /// How long it is on, in hundredths of a second.
    pub on: i64,
    /// How long it is off, in hundredths of a second; steady when nought.
    pub off: i64,
    /// Whether to answer with what it shows.
    #[serde(default, skip_serializing_if = "is_false")]
    pub request_uplink: bool,
}

/// What a sign at a bay shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignState {
    /// Somebody may drive in.
    Free,
    /// A vehicle stands there.
    Occupied,
    /// Held for somebody.
    Reserved,
    /// Nobody can say.
    Unknown,
}

/// A text and its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextAt {
    /// On which page, counted from 1.
    pub template: i64,
    /// Where on the page.
    pub block: Block,
    /// What it says.
    pub text: String,
}

/// The settings of a TEKZIPARK, in the maker's words and order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the maker's words, which it does not explain")]
pub struct TekziparkConfig {
    pub suppress_baseline_offset: i64,
    pub radar_start_range: i64,
    pub fluctuations_count: i64,
    pub downlink_frequency: i64,
    pub axis_deflection: i64,
    pub debug_mode: i64,
    pub deflection_threshold_mag: i64,
    pub zero_neg_drop: i64,
    pub oversampling: i64,
    pub hw_acc_samples_no: i64,
    #[serde(rename = "fluctuation_threshold_XY")]
    pub fluctuation_threshold_xy: i64,
    pub sleep_time: i64,
    pub reset_control: i64,
    pub mag_reboot: i64,
    pub fluctuation_delay_time: i64,
    pub axis_fluctuations: i64,
    #[serde(rename = "fluctuation_threshold_Z")]
    pub fluctuation_threshold_z: i64,
    pub self_heal: i64,
    pub keepalive_period: i64,
    pub radar_scan_count: i64,
    pub obstruction_check: i64,
    pub reflection_threshold_radar: i64,
    #[serde(rename = "OI")]
    pub oi: i64,
    pub send_rssi: i64,
    pub beacons_scan_no: i64,
    pub ble_scan_window: i64,
    pub ble_scan_rssi: i64,
}

/// Why a command is not sent.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum EncodeError {
    /// A number the device does not take.
    #[error("{field} must be {low} to {high}; this is {value}")]
    OutOfRange {
        /// Which.
        field: &'static str,
        /// What it is.
        value: i64,
        /// The least it may be.
        low: i64,
        /// The most it may be.
        high: i64,
    },
    /// A text the device cannot show.
    #[error("{field} holds characters the device cannot show")]
    WrongEncoding {
        /// Which.
        field: &'static str,
    },
    /// The device has no such command, or it lacks a part.
    #[error("this model has no such command")]
    UnknownCommand,
}

impl EncodeError {
    /// The name in the API and in the files of vectors.
    pub fn code(&self) -> &'static str {
        match self {
            Self::OutOfRange { .. } => "out_of_range",
            Self::WrongEncoding { .. } => "wrong_encoding",
            Self::UnknownCommand => "unknown_command",
        }
    }
}

impl Command {
    /// Whether it may cost somebody a walk to the device: nothing sends these on its own.
    pub fn is_drastic(&self) -> bool {
        matches!(self, Self::FactoryReset {} | Self::FirmwareUpgrade {})
    }
}

/// The number as the device takes it.
pub(super) fn within<T: TryFrom<i64>>(
    field: &'static str,
    value: i64,
    range: RangeInclusive<i64>,
) -> Result<T, EncodeError> {
    let refusal = || EncodeError::OutOfRange {
        field,
        value,
        low: *range.start(),
        high: *range.end(),
    };
    if !range.contains(&value) {
        return Err(refusal());
    }
    T::try_from(value).map_err(|_| refusal())
}

/// A byte of any value.
pub(super) fn byte(field: &'static str, value: i64) -> Result<u8, EncodeError> {
    within(field, value, 0..=255)
}
