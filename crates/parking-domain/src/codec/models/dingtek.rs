//! What the models of Dingtek share. Port 3 both ways.
//!
//! A frame begins with 80 00, the type of the model, the type of the content and the length of the
//! whole, and ends with 81. Content 1 and 2 report, 3 gives settings; which of the first two is a
//! heartbeat nobody has written down. Of a report only the high half of byte 7 says that a vehicle
//! stands there: a field or an echo alone may be a shopping trolley.
//!
//! Commands are hexadecimal digits *as text*: 8002, four digits for the model, two for the setting,
//! its value, 81.

use crate::codec::bytes::Bytes;
use crate::codec::command::within;
use crate::codec::reading::taken;
use crate::codec::{
    Battery, Command, DecodeError, EncodeError, Event, Extra, Firmware, Frame, Millivolts, Reading,
};

const PORT: u8 = 3;

/// How the frames of one model look.
pub(super) struct Layout {
    /// The type of the model.
    pub(super) kind: u8,
    /// How long a report is.
    pub(super) report_length: usize,
    /// How long a frame of settings is.
    pub(super) settings_length: usize,
}

/// What a report and settings begin with, and the bytes behind that.
pub(super) enum Content<'a> {
    Report(Reading, Bytes<'a>),
    Settings(Reading, Bytes<'a>),
}

impl Layout {
    /// Checks the frame and reads what all models have.
    pub(super) fn read<'a>(
        &self,
        port: Option<u8>,
        frame: &'a [u8],
    ) -> Result<Content<'a>, DecodeError> {
        if port != Some(PORT) {
            return Err(DecodeError::WrongPort);
        }
        let length = frame.len();
        if length != self.report_length && length != self.settings_length {
            return Err(DecodeError::BadLength);
        }
        let mut bytes = Bytes::of(frame);
        if bytes.take()? != [0x80, 0x00, self.kind] || frame.last() != Some(&0x81) {
            return Err(DecodeError::BadHeader);
        }
        let (content, declared) = (bytes.u8()?, bytes.u8()?);
        let expected = match content {
            1 | 2 => self.report_length,
            3 => self.settings_length,
            _ => return Err(DecodeError::UnknownType),
        };
        if length != expected || length != usize::from(declared) {
            return Err(DecodeError::BadLength);
        }
        if content == 3 {
            let settings = settings(&mut bytes)?;
            return Ok(Content::Settings(settings, bytes));
        }
        let report = report(&mut bytes)?;
        Ok(Content::Report(report, bytes))
    }
}

fn report(bytes: &mut Bytes<'_>) -> Result<Reading, DecodeError> {
    let distance = bytes.u16()?;
    let (park, magnet) = (bytes.u8()?, bytes.u8()?);
    let voltage = Millivolts(i32::from(bytes.u16()?) * 10);
    Ok(Reading {
        sensor: taken(park >> 4 != 0),
        battery: Battery {
            is_low: Some(magnet & 0x0f != 0),
            ..Battery::of(voltage)
        },
        extras: vec![
            Extra::DistanceMm(distance),
            Extra::AlarmLevel(park & 0x0f != 0),
            Extra::AlarmMagnet(magnet >> 4 != 0),
            Extra::MagX(bytes.i16()?),
            Extra::MagY(bytes.i16()?),
            Extra::MagZ(bytes.i16()?),
        ],
        ..Reading::of(Event::Telemetry)
    })
}

fn settings(bytes: &mut Bytes<'_>) -> Result<Reading, DecodeError> {
    Ok(Reading {
        extras: vec![
            Extra::FwVersion(Firmware::Two(bytes.take()?)),
            Extra::UploadIntervalH(bytes.u8()?),
        ],
        ..Reading::of(Event::ConfigResponse)
    })
}

/// A setting and what a model takes for it.
pub(super) struct Setting {
    /// Its number on the air.
    pub(super) number: u8,
    /// How many hexadecimal digits its value has.
    pub(super) digits: usize,
    /// The least.
    pub(super) low: i64,
    /// The most.
    pub(super) high: i64,
    /// Its value, if the command is about it.
    pub(super) value: fn(&Command) -> Option<i64>,
    /// The command for a value.
    pub(super) command: fn(i64) -> Command,
}

/// Declares a setting by the command that changes it.
macro_rules! setting {
    ($number:literal, $digits:literal, $low:literal..=$high:literal, $command:ident) => {
        $crate::codec::models::dingtek::Setting {
            number: $number,
            digits: $digits,
            low: $low,
            high: $high,
            value: |command| match command {
                $crate::codec::Command::$command { value } => Some(*value),
                _ => None,
            },
            command: |value| $crate::codec::Command::$command { value },
        }
    };
}
pub(super) use setting;

/// The settings of DO201 and DO202.
pub(super) const SETTINGS_OF_201: [Setting; 5] = [
    setting!(0x01, 2, 1..=168, SetUploadIntervalH),
    setting!(0x08, 2, 1..=60, SetDetectIntervalMin),
    setting!(0x02, 2, 15..=255, SetLevelThresholdCm),
    setting!(0x0f, 4, 1..=65_535, SetMagThreshold),
    setting!(0x05, 2, 5..=99, SetBatteryThresholdPct),
];

/// The names of the commands for them.
pub(super) const COMMANDS_OF_201: &[&str] = &[
    "set_upload_interval_h",
    "set_detect_interval_min",
    "set_level_threshold_cm",
    "set_mag_threshold",
    "set_battery_threshold_pct",
];

/// What stands in the four digits for DO201 and DO202.
pub(super) const MARK_OF_201: &str = "9999";

/// The rest of a report of DO201 and DO202.
pub(super) fn climate(mut report: Reading, mut bytes: Bytes<'_>) -> Result<Reading, DecodeError> {
    report.temperature = Some(crate::codec::Temperature::degrees(bytes.i8()?));
    report.extras.push(Extra::HumidityPct(bytes.u8()?));
    report.extras.push(Extra::Sequence(bytes.u16()?));
    Ok(report)
}

/// The rest of the settings of DO201 and DO202.
pub(super) fn thresholds(
    mut settings: Reading,
    mut bytes: Bytes<'_>,
) -> Result<Reading, DecodeError> {
    settings.extras.extend([
        Extra::DetectIntervalMin(bytes.u8()?),
        Extra::LevelThresholdCm(bytes.u8()?),
        Extra::MagThreshold(bytes.u16()?),
        Extra::BatteryThresholdPct(bytes.u8()?),
    ]);
    Ok(settings)
}

/// Writes a command as digits.
pub(super) fn encode(
    mark: &str,
    settings: &[Setting],
    command: &Command,
) -> Result<Frame, EncodeError> {
    let asked = settings
        .iter()
        .find_map(|setting| Some((setting, (setting.value)(command)?)));
    let (setting, value) = asked.ok_or(EncodeError::UnknownCommand)?;
    let value: u16 = within("value", value, setting.low..=setting.high)?;
    let (number, width) = (setting.number, setting.digits);
    Ok(Frame {
        port: PORT,
        bytes: format!("8002{mark}{number:02X}{value:0width$X}81").into_bytes(),
    })
}

/// Reads a command, as the device would.
pub(super) fn interpret(
    mark: &str,
    settings: &[Setting],
    port: Option<u8>,
    frame: &[u8],
) -> Result<Command, DecodeError> {
    if port != Some(PORT) {
        return Err(DecodeError::WrongPort);
    }
    // The bytes the digits stand for: what everybody sends first.
    if frame.starts_with(&[0x80, 0x02]) {
        return Err(DecodeError::WrongEncoding);
    }
    let text = std::str::from_utf8(frame).map_err(|_| DecodeError::BadHeader)?;
    let content = text
        .strip_prefix("8002")
        .and_then(|text| text.strip_prefix(mark))
        .and_then(|text| text.strip_suffix("81"))
        .ok_or(DecodeError::BadHeader)?;
    let (number, value) = content
        .split_at_checked(2)
        .ok_or(DecodeError::ShortPayload)?;
    let number = digits(number)?;
    let setting = settings
        .iter()
        .find(|setting| i64::from(setting.number) == number)
        .ok_or(DecodeError::UnknownType)?;
    if value.len() != setting.digits {
        return Err(DecodeError::BadLength);
    }
    let value = digits(value)?;
    if (setting.low..=setting.high).contains(&value) {
        Ok((setting.command)(value))
    } else {
        Err(DecodeError::OutOfRange)
    }
}

fn digits(text: &str) -> Result<i64, DecodeError> {
    // `from_str_radix` would take a sign.
    if !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(DecodeError::WrongEncoding);
    }
    i64::from_str_radix(text, 16).map_err(|_| DecodeError::WrongEncoding)
}
