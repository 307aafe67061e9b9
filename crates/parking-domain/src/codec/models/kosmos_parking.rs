//! KOSMOS parking sensor, known from one source only. Its port is not part of the format.
//!
//! Seven bytes: 03, 07, 01; errors in the high half and battery in the low half of byte 3; what
//! happened; firmware; the low byte of the sum of what precedes.

use crate::bay_state::SensorState;
use crate::codec::bytes::Bytes;
use crate::codec::{Battery, Codec, DecodeError, Event, Extra, Firmware, Millivolts, Reading};

const FRAME_LENGTH: usize = 7;
const HEAD: [u8; 3] = [0x03, 0x07, 0x01];

pub(super) const CODEC: Codec = Codec {
    id: "kosmos_parking",
    also_called: &["parking", "KOSMOS"],
    fields: &["battery_v", "battery_low", "fault", "fw_version"],
    downlinks: None,
    decode,
};

fn decode(_port: Option<u8>, frame: &[u8]) -> Result<Reading, DecodeError> {
    let Some((sum, summed)) = frame.split_last().filter(|_| frame.len() == FRAME_LENGTH) else {
        return Err(DecodeError::BadLength);
    };
    let mut bytes = Bytes::of(summed);
    if bytes.take()? != HEAD {
        return Err(DecodeError::BadHeader);
    }
    let wanted = summed
        .iter()
        .fold(0_u8, |sum, byte| sum.wrapping_add(*byte));
    if *sum != wanted {
        return Err(DecodeError::BadChecksum);
    }
    let condition = bytes.u8()?;
    let status = bytes.u8()?;
    let version = Firmware::One(bytes.u8()?);
    let is_faulty = condition >> 4 != 0 || matches!(status, 2 | 3);
    Ok(Reading {
        // An entry or an exit with an obstacle is an entry or an exit.
        sensor: match status {
            0 | 2 => SensorState::Free,
            1 | 3 => SensorState::Occupied,
            _ => SensorState::Unknown,
        },
        battery: battery(condition & 0x0f),
        extras: vec![Extra::Fault(is_faulty), Extra::FwVersion(version)],
        ..Reading::of(Event::Telemetry)
    })
}

fn battery(level: u8) -> Battery {
    match level {
        0 => Battery {
            is_low: Some(true),
            ..Battery::default()
        },
        15.. => Battery::default(),
        level => Battery {
            is_low: Some(false),
            ..Battery::of(Millivolts(3_000 + 100 * i32::from(level)))
        },
    }
}
