//! Sensors whose frames have a head and a fixed length, or fields in an envelope: Libelium, MOKO,
//! KOSMOS, Macnman.

use parking_domain::bay_state::SensorState;
use parking_domain::codec::{Event, Firmware, Frame, Reading, TimeOfDay};

use super::{PORT_OF_ANY, bit, degrees, frame, is_of_the_bay, said, steps, version};

const LIBELIUM_LENGTH: usize = 11;

/// The two bytes a frame of Libelium begins with.
fn libelium_head(reading: &Reading, more: u8) -> Option<(u8, Vec<u8>)> {
    let kind = match reading.event {
        Event::OccupancyChange | Event::Telemetry => 0,
        Event::Heartbeat => 1,
        Event::Startup => said!(reading, FrameType).unwrap_or(4),
        _ => return None,
    };
    let is_low = reading.battery.is_low.unwrap_or_default();
    let flags = bit(reading)? << 7 | u8::from(is_low) << 6 | more | kind;
    let count = said!(reading, Sequence, 0).to_be_bytes()[1];
    Some((kind, vec![flags, count]))
}

pub(super) fn libelium_2018(reading: &Reading) -> Option<Frame> {
    let (kind, mut bytes) = libelium_head(reading, 0)?;
    let temperature = degrees(reading.temperature);
    match kind {
        0 => {
            bytes.extend([temperature, 0, 0, 0, 0, 0, 0, 0]);
            bytes.push(steps(reading, 2_800, 4));
        }
        1 => {
            let midnight = TimeOfDay { hour: 0, minute: 0 };
            let time = said!(reading, DeviceTimeHhmm, midnight);
            bytes.extend([time.hour, time.minute, temperature]);
        }
        4 => {
            bytes.extend([temperature, 0, 0, 0, 0, 0, 0]);
            let millivolts = reading.battery.voltage.map_or(3_600, |voltage| voltage.0);
            bytes.extend(u16::try_from(millivolts).ok()?.to_be_bytes());
        }
        _ => bytes.push(version(reading)[0]),
    }
    bytes.resize(LIBELIUM_LENGTH, 0);
    frame(PORT_OF_ANY, bytes)
}

pub(super) fn libelium_2019(reading: &Reading) -> Option<Frame> {
    let more = u8::from(said!(reading, ConfigurationRefused, false)) << 5
        | u8::from(said!(reading, Recalibrated, false)) << 4;
    let (kind, mut bytes) = libelium_head(reading, more)?;
    if kind < 2 {
        bytes.push(said!(reading, SensorError, 0));
        bytes.push(degrees(reading.temperature));
    }
    bytes.resize(LIBELIUM_LENGTH, 0);
    frame(PORT_OF_ANY, bytes)
}

pub(super) fn moko(reading: &Reading, kind: u8) -> Option<Frame> {
    let state = match reading.sensor {
        SensorState::Unknown => None,
        _ => bit(reading),
    };
    let event = match (reading.event, state) {
        (Event::OccupancyChange, Some(1)) => Some(0x0c),
        (Event::OccupancyChange, _) => Some(0x0b),
        (Event::Heartbeat, _) => Some(0x00),
        (Event::Telemetry | Event::DeviceInfo | Event::Startup, _) => None,
        _ => return None,
    };
    let describes_itself = matches!(reading.event, Event::DeviceInfo | Event::Startup);
    let kind = said!(reading, DeviceTypeCode).or(describes_itself.then_some(kind));

    let mut fields = Vec::new();
    let mut put = |tag: u8, value: &[u8]| {
        let length = u8::try_from(value.len()).unwrap_or_default();
        fields.extend([tag, length]);
        fields.extend(value);
    };
    if let Some(code) = said!(reading, EventCode).or(event) {
        put(0x02, &[code]);
    }
    if let Some(kind) = kind {
        put(0x03, &[kind]);
    }
    if let Some(Firmware::Digits(digits)) = said!(reading, FwVersion) {
        put(0x05, &[digits]);
    }
    if let Some(seconds) = said!(reading, HeartbeatS) {
        put(0x06, &u16::try_from(seconds / 30).ok()?.to_be_bytes());
    }
    if let Some(level) = said!(reading, Sensitivity) {
        put(0x22, &[level]);
    }
    if let Some(percent) = reading.battery.percent {
        put(0x24, &[percent]);
    }
    if let Some(field) = moko_field(reading) {
        put(0x25, &field);
    }
    if let Some(voltage) = reading.battery.voltage {
        put(0x29, &u16::try_from(voltage.0).ok()?.to_be_bytes());
    }
    if let Some(state) = state {
        put(0x32, &[state]);
    }
    if reading.temperature.is_some() {
        put(0x0b, &[degrees(reading.temperature)]);
    }
    if let Some(percent) = said!(reading, HumidityPct) {
        put(0x35, &[percent]);
    }
    frame(1, moko_envelope(reading, &fields)?)
}

fn moko_field(reading: &Reading) -> Option<Vec<u8>> {
    let axes = [
        said!(reading, MagX)?,
        said!(reading, MagY)?,
        said!(reading, MagZ)?,
    ];
    Some(axes.into_iter().flat_map(i16::to_be_bytes).collect())
}

fn moko_envelope(reading: &Reading, fields: &[u8]) -> Option<Vec<u8>> {
    const INSTRUCTION: u8 = 0x01;
    const PLAIN: u8 = 0x00;
    let mut bytes = vec![0x7e, 0x11];
    bytes.extend(said!(reading, DeviceTimeUnix, 0).to_be_bytes());
    bytes.extend(said!(reading, Sequence, 0).to_be_bytes());
    bytes.extend(u16::try_from(fields.len()).ok()?.to_be_bytes());
    bytes.extend([INSTRUCTION, PLAIN]);
    bytes.extend(fields);
    // A sum nobody has described, and the end.
    bytes.extend([0, 0, 0x7e]);
    Some(bytes)
}

const LEVEL_UNKNOWN: i32 = 15;

pub(super) fn kosmos(reading: &Reading) -> Option<Frame> {
    is_of_the_bay(reading.event).then_some(())?;
    let level = match (reading.battery.is_low, reading.battery.voltage) {
        (Some(true), _) => 0,
        (_, None) => LEVEL_UNKNOWN,
        (_, Some(voltage)) => ((voltage.0 - 3_000) / 100).clamp(1, 14),
    };
    let fault = u8::from(said!(reading, Fault, false)) << 4;
    // Anything above 3 is neither an exit nor an entry.
    let status = bit(reading).unwrap_or(0xff);
    let version = match said!(reading, FwVersion) {
        Some(Firmware::One(version)) => version,
        _ => 10,
    };
    let mut bytes = vec![
        0x03,
        0x07,
        0x01,
        fault | u8::try_from(level).ok()?,
        status,
        version,
    ];
    let sum = bytes.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte));
    bytes.push(sum);
    frame(PORT_OF_ANY, bytes)
}

pub(super) fn parkomate(reading: &Reading) -> Option<Frame> {
    const NUMBER: u8 = 1;
    let message = match reading.event {
        Event::OccupancyChange | Event::Telemetry => 1,
        Event::Heartbeat => 0,
        _ => return None,
    };
    let mut bytes = vec![NUMBER, message, bit(reading)?];
    let offsets = said!(reading, MagOffsets, [0; 3]);
    let field = [
        said!(reading, MagX, 0),
        said!(reading, MagY, 0),
        said!(reading, MagZ, 0),
    ];
    for axis in offsets.into_iter().chain(field) {
        bytes.extend(axis.to_be_bytes());
    }
    bytes.extend(said!(reading, DeviceTimeUnix, 0).to_be_bytes());
    frame(PORT_OF_ANY, bytes)
}
