//! What only some models say.

use serde::ser::SerializeMap;

use super::bytes::Hex;
use super::values::{Ack, BcdDate, Firmware, Millivolts, ResetCause, TagId, TimeOfDay};

/// Declares what a reading may carry besides what every model may say, each with its name.
macro_rules! extras {
    ($($(#[$about:meta])+ $variant:ident($kind:ty) = $name:literal,)+) => {
        /// One more thing a device said.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Extra {
            $($(#[$about])+ $variant($kind),)+
        }

        impl Extra {
            /// The name in the API.
            pub fn name(&self) -> &'static str {
                match self {
                    $(Self::$variant(_) => $name,)+
                }
            }

            pub(super) fn write<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
                match self {
                    $(Self::$variant(value) => map.serialize_entry($name, value),)+
                }
            }
        }
    };
}

extras! {
    /// What runs in it.
    FwVersion(Firmware) = "fw_version",
    /// What it is made of.
    HwVersion(Firmware) = "hw_version",
    /// When what runs in it was made.
    DateCode(BcdDate) = "date_code",
    /// Why it started, by its own number.
    ResetCode(u8) = "reset_code",
    /// Why it started; `None` where nobody has said what the number means.
    ResetCause(Option<ResetCause>) = "reset_cause",
    /// Why it started, a bit for each cause.
    ResetCauseBits(u8) = "reset_cause_bits",
    /// What it is, by its own number.
    DeviceTypeCode(u8) = "device_type_code",
    /// Codes for its maker.
    DebugCodes([u16; 3]) = "debug_codes",
    /// A frame for its maker.
    DebugFrame(bool) = "debug_frame",
    /// What nobody has described.
    UnparsedHex(Hex) = "unparsed_hex",
    /// What it said that cannot be, by name.
    Implausible(Vec<&'static str>) = "implausible",
    /// The number of the frame, by its own count.
    Sequence(u16) = "sequence",
    /// The type of the frame, by its own number.
    FrameType(u8) = "frame_type",
    /// What happened, by its own number.
    EventCode(u8) = "event_code",
    /// When, by its own clock, in seconds since 1970.
    DeviceTimeUnix(u32) = "device_time_unix",
    /// When, by its own clock.
    DeviceTimeHhmm(TimeOfDay) = "device_time_hhmm",
    /// How long the state before lasted, in minutes.
    PreviousStateMin(u16) = "previous_state_min",
    /// How much longer it may have lasted, in minutes; `None` where there is no end to it.
    PreviousStateErrMin(Option<u8>) = "previous_state_err_min",
    /// Whether it lasted longer than the device can say.
    PreviousStateOverflow(bool) = "previous_state_overflow",
    /// States it could not send at once, the last one being the present one.
    OccupiedSequence(Vec<bool>) = "occupied_sequence",
    /// Who registered.
    TagId(TagId) = "tag_id",
    /// The battery of who registered.
    TagBatteryV(Millivolts) = "tag_battery_v",
    /// Its battery over the last day.
    BatteryMeanV(Millivolts) = "battery_mean_v",
    /// Bits for what is wrong with it.
    HwHealth(u8) = "hw_health",
    /// Whether something is wrong with it.
    Fault(bool) = "fault",
    /// What is wrong with it, by its own number.
    FaultCode(u8) = "fault_code",
    /// Where something is wrong with it.
    FaultRegister(u8) = "fault_register",
    /// What is wrong there.
    FaultState(u8) = "fault_state",
    /// What is wrong with what it senses by.
    SensorError(u8) = "sensor_error",
    /// Bits for what is wrong with it.
    ErrorFlags(u8) = "error_flags",
    /// Whether it did not take its settings.
    ConfigurationRefused(bool) = "configuration_refused",
    /// Whether it took the bay as it is for empty.
    Recalibrated(bool) = "recalibrated",
    /// Whether it could.
    RecalibrateOk(bool) = "recalibrate_ok",
    /// Whether it sleeps for good.
    DeactivateDone(bool) = "deactivate_done",
    /// Whether it started as it was told.
    RebootOk(bool) = "reboot_ok",
    /// Its count starts anew.
    RebootOrRecalibration(bool) = "reboot_or_recalibration",
    /// How many vehicles passed.
    VehicleCount(u16) = "vehicle_count",
    /// How far the next thing above it is.
    DistanceMm(u16) = "distance_mm",
    /// Something is near, by ultrasound.
    AlarmLevel(bool) = "alarm_level",
    /// Something of iron is near.
    AlarmMagnet(bool) = "alarm_magnet",
    /// The field along, in its own unit.
    MagX(i16) = "mag_x",
    /// The field across, in its own unit.
    MagY(i16) = "mag_y",
    /// The field upwards, in its own unit.
    MagZ(i16) = "mag_z",
    /// The field without a vehicle, in its own unit.
    MagOffsets([i16; 3]) = "mag_offsets",
    /// How the field differs, in its own unit.
    Deflection([i8; 3]) = "deflection",
    /// The field without a vehicle, in its own unit.
    Baseline([i8; 3]) = "baseline",
    /// Whether radar decided.
    Radar(bool) = "radar",
    /// What radar got back, in its own unit.
    Reflection(u8) = "reflection",
    /// Something lies on it.
    Obstruction(bool) = "obstruction",
    /// How much lies on it, in its own unit.
    ObstructionLevel(u8) = "obstruction_level",
    /// The bay, by its own number.
    ParkingId(u8) = "parking_id",
    /// Whether it heard no beacon.
    NoBeacon(bool) = "no_beacon",
    /// How loud the beacon was.
    BeaconRssi(i8) = "beacon_rssi",
    /// The beacons it heard.
    Beacons(Vec<u16>) = "beacons",
    /// How damp it is.
    HumidityPct(u8) = "humidity_pct",
    /// Whether the door is open.
    DoorOpen(bool) = "door_open",
    /// How often the door was opened.
    OpenCount(u32) = "open_count",
    /// How long the door was open the last time.
    LastOpenMin(u32) = "last_open_min",
    /// Whether the door was open for too long.
    Alarm(bool) = "alarm",
    /// How long ago the last thing happened.
    MinutesSinceEvent(u16) = "minutes_since_event",
    /// How many things happened.
    EventCount(u32) = "event_count",
    /// How long it may be silent.
    HeartbeatS(u32) = "heartbeat_s",
    /// How easily it notices.
    Sensitivity(u8) = "sensitivity",
    /// How often it reports.
    UploadIntervalH(u8) = "upload_interval_h",
    /// How often it looks.
    DetectIntervalMin(u8) = "detect_interval_min",
    /// From which distance on it sees something.
    LevelThresholdCm(u8) = "level_threshold_cm",
    /// From which field on it sees something.
    MagThreshold(u16) = "mag_threshold",
    /// Below how much its battery is low.
    BatteryThresholdPct(u8) = "battery_threshold_pct",
    /// How often it reports at most.
    MinTimeS(u16) = "min_time_s",
    /// How often it reports at least.
    MaxTimeS(u16) = "max_time_s",
    /// How much its battery must have changed for a report.
    BatteryChangeV(Millivolts) = "battery_change_v",
    /// Whether it took its settings.
    ConfigOk(bool) = "config_ok",
    /// What it acknowledges.
    Ack(Ack) = "ack",
    /// How loud it heard the network.
    Rssi(i32) = "rssi",
    /// How clearly it heard the network.
    Snr(i32) = "snr",
    /// How many messages it got.
    DownlinksReceived(u32) = "downlinks_received",
    /// How many messages it sent.
    UplinksSent(u32) = "uplinks_sent",
    /// The number of this message.
    UplinkCounter(u16) = "uplink_counter",
    /// What runs in it, by its own number.
    SwRev(u8) = "sw_rev",
    /// What it is made of, by its own number.
    HwRev(u8) = "hw_rev",
    /// Whether the network chooses its data rate.
    Adr(bool) = "adr",
    /// Whether it shines as brightly as it can.
    HighBrightness(bool) = "high_brightness",
    /// How warm its processor is.
    CpuTemperatureC(i8) = "cpu_temperature_c",
    /// How much it holds back because it is too warm.
    Throttle(u8) = "throttle",
    /// Whether it listens all the time from now on.
    ClassCActive(bool) = "class_c_active",
    /// Which button was pressed.
    Button(u8) = "button",
}
