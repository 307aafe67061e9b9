//! Dragino LDS02, a door contact. Class A, port 10. A door is not a bay: it never says whether one is
//! taken.
//!
//! Ten bytes: bit 15 of the first word an open door, its low 14 bits the battery; the mode, 1 for doors
//! (2 is another device); how often opened; how long the last time, in minutes; bit 0 an alarm.

use crate::codec::bytes::Bytes;
use crate::codec::{Battery, Codec, DecodeError, Event, Extra, Millivolts, Reading};

const PORT: u8 = 10;
const MODE_DOOR: u8 = 1;

pub(super) const CODEC: Codec = Codec {
    id: "dragino_lds02",
    also_called: &["LDS02"],
    fields: &[
        "battery_v",
        "door_open",
        "open_count",
        "last_open_min",
        "alarm",
    ],
    downlinks: None,
    decode,
};

fn decode(port: Option<u8>, frame: &[u8]) -> Result<Reading, DecodeError> {
    if port != Some(PORT) {
        return Err(DecodeError::WrongPort);
    }
    let mut bytes = Bytes::of(frame);
    let (word, mode) = (bytes.u16()?, bytes.u8()?);
    let (count, minutes, alarm) = (bytes.u24()?, bytes.u24()?, bytes.u8()?);
    if mode != MODE_DOOR {
        return Err(DecodeError::UnknownType);
    }
    Ok(Reading {
        battery: Battery::of(Millivolts((word & 0x3fff).into())),
        extras: vec![
            Extra::DoorOpen(word & 0x8000 != 0),
            Extra::OpenCount(count),
            Extra::LastOpenMin(minutes),
            Extra::Alarm(alarm & 1 == 1),
        ],
        ..Reading::of(Event::Telemetry)
    })
}
