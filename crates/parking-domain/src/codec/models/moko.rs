//! What both models of MOKOSmart share. Class A, port 1.
//!
//! An envelope (7e, version 11, time, number of the frame, length, instruction, encryption) around
//! fields of tag, length and value; then two bytes of a sum nobody has described, and 7e. The state is
//! field 32 and the event field 02. The fields come in any order, which differs between firmwares:
//! decoders that count on an order read the length of field 32 and find every bay taken.

use crate::bay_state::SensorState;
use crate::codec::bytes::Bytes;
use crate::codec::{DecodeError, Event, Extra, Firmware, Millivolts, Reading, Temperature};

const MARK: u8 = 0x7e;
const VERSION: u8 = 0x11;

/// What readings of either model may carry.
pub(super) const FIELDS: &[&str] = &[
    "battery_v",
    "battery_pct",
    "temperature_c",
    "humidity_pct",
    "device_time_unix",
    "sequence",
    "event_code",
    "device_type_code",
    "fw_version",
    "heartbeat_s",
    "sensitivity",
    "mag_x",
    "mag_y",
    "mag_z",
];

pub(super) fn decode(port: Option<u8>, frame: &[u8]) -> Result<Reading, DecodeError> {
    if port != Some(1) {
        return Err(DecodeError::WrongPort);
    }
    let mut bytes = Bytes::of(frame);
    if bytes.u8()? != MARK || bytes.u8()? != VERSION {
        return Err(DecodeError::BadHeader);
    }
    let mut reading = Reading::of(Event::Unknown);
    reading.extras.extend([
        Extra::DeviceTimeUnix(bytes.u32()?),
        Extra::Sequence(bytes.u16()?),
    ]);
    let length = bytes.u16()?;
    let [_instruction, encryption] = bytes.take()?;
    let fields = bytes.take_slice(length.into())?;
    let [_, _, end] = bytes.take()?;
    if end != MARK {
        return Err(DecodeError::BadHeader);
    }
    if !bytes.is_empty() {
        return Err(DecodeError::BadLength);
    }
    if encryption != 0 {
        return Err(DecodeError::UnknownType);
    }
    read_fields(Bytes::of(fields), &mut reading)?;
    Ok(reading)
}

fn read_fields(mut fields: Bytes<'_>, reading: &mut Reading) -> Result<(), DecodeError> {
    let (mut event, mut describes_itself) = (None, false);
    while !fields.is_empty() {
        let [tag, length] = fields.take()?;
        let value = fields.take_slice(length.into())?;
        match (tag, value) {
            (0x02, [code]) => event = Some(*code),
            (0x03 | 0x05 | 0x06, _) => {
                describes_itself = true;
                reading.extras.extend(self_description(tag, value));
            }
            _ => measurement(tag, value, reading),
        }
    }
    reading.event = match event {
        Some(code) => event_of(code),
        None if describes_itself => Event::DeviceInfo,
        None if reading.sensor != SensorState::Unknown => Event::Telemetry,
        None => Event::Unknown,
    };
    reading.extras.extend(event.map(Extra::EventCode));
    Ok(())
}

fn event_of(code: u8) -> Event {
    match code {
        0x00 => Event::Heartbeat,
        0x0b | 0x0c => Event::OccupancyChange,
        0x0d | 0x0e => Event::Alarm,
        0x0f..=0x12 => Event::Fault,
        _ => Event::Unknown,
    }
}

fn self_description(tag: u8, value: &[u8]) -> Option<Extra> {
    match (tag, value) {
        (0x03, [kind]) => Some(Extra::DeviceTypeCode(*kind)),
        (0x05, [digits]) => Some(Extra::FwVersion(Firmware::Digits(*digits))),
        // In units of 30 seconds. Not one more, as one of the published scripts has it.
        (0x06, value) => Some(Extra::HeartbeatS(number(value)?.checked_mul(30)?)),
        _ => None,
    }
}

/// A field whose value has another length than it should says nothing.
fn measurement(tag: u8, value: &[u8], reading: &mut Reading) {
    match (tag, value) {
        (0x0b, [degrees]) => {
            reading.temperature = Some(Temperature::degrees(degrees.cast_signed()));
        }
        (0x22, [level]) => reading.extras.push(Extra::Sensitivity(*level)),
        (0x24, [percent]) => reading.battery.percent = Some(*percent),
        (0x25, value) if value.len() == 6 => reading.extras.extend(field(value)),
        (0x29, [high, low]) => {
            let voltage = u16::from_be_bytes([*high, *low]);
            reading.battery.voltage = Some(Millivolts(voltage.into()));
        }
        (0x32, [state]) => {
            reading.sensor = match state {
                0 => SensorState::Free,
                1 => SensorState::Occupied,
                _ => SensorState::Unknown,
            }
        }
        (0x35, [percent]) => reading.extras.push(Extra::HumidityPct(*percent)),
        _ => {}
    }
}

/// The three directions of the field.
fn field(value: &[u8]) -> impl Iterator<Item = Extra> {
    let words = value.as_chunks().0.iter();
    let kinds = [Extra::MagX, Extra::MagY, Extra::MagZ];
    kinds
        .into_iter()
        .zip(words)
        .map(|(kind, word)| kind(i16::from_be_bytes(*word)))
}

/// A number of one to four bytes.
fn number(value: &[u8]) -> Option<u32> {
    if value.is_empty() || value.len() > 4 {
        return None;
    }
    let shifted = |sum: u32, byte: &u8| sum << 8 | u32::from(*byte);
    Some(value.iter().fold(0, shifted))
}
