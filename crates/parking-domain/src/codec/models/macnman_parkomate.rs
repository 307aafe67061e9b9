//! Macnman ParkOMate, known from one source only. Its port is not part of the format.
//!
//! 19 bytes: its number, what made it speak (1 = a change), the state (1 = occupied), the field of the
//! empty bay, the field now, the time.

use crate::codec::bytes::Bytes;
use crate::codec::reading::taken;
use crate::codec::{Codec, DecodeError, Event, Extra, Reading};

pub(super) const CODEC: Codec = Codec {
    id: "macnman_parkomate",
    also_called: &[],
    fields: &["device_time_unix", "mag_x", "mag_y", "mag_z", "mag_offsets"],
    downlinks: None,
    decode,
};

fn decode(_port: Option<u8>, frame: &[u8]) -> Result<Reading, DecodeError> {
    let mut bytes = Bytes::of(frame);
    let [_number, message, state] = bytes.take()?;
    let event = match message {
        1 => Event::OccupancyChange,
        _ => Event::Heartbeat,
    };
    Ok(Reading {
        sensor: taken(state == 1),
        extras: vec![
            Extra::MagOffsets([bytes.i16()?, bytes.i16()?, bytes.i16()?]),
            Extra::MagX(bytes.i16()?),
            Extra::MagY(bytes.i16()?),
            Extra::MagZ(bytes.i16()?),
            Extra::DeviceTimeUnix(bytes.u32()?),
        ],
        ..Reading::of(event)
    })
}
