//! Libelium Smart Parking v2 (SP2), the layout of 2019. Frames begin as in `libelium.rs`; bit 5 of byte
//! 0 is a configuration it refused, bit 4 a bay it took for empty.
//!
//! A change (type 0) and a sign of life (type 1) go on with an error of the sensor and the temperature.
//! What the others carry is for the device and its maker.

use super::libelium::{Head, head};
use crate::codec::{Codec, DecodeError, Event, Extra, Reading, Temperature};

pub(super) const CODEC: Codec = Codec {
    id: "libelium_parking_2019",
    also_called: &[
        "Smart Parking v2 (SP2, layout of 2019)",
        "Smart Parking v2",
        "Smart Parking 2019",
        "SP2",
    ],
    fields: &[
        "battery_low",
        "temperature_c",
        "sequence",
        "frame_type",
        "sensor_error",
        "configuration_refused",
        "recalibrated",
    ],
    downlinks: None,
    decode,
};

fn event(kind: u8) -> Event {
    match kind {
        0 => Event::OccupancyChange,
        1 => Event::Heartbeat,
        4 | 5 => Event::Startup,
        2 | 3 | 6..=8 => Event::Service,
        _ => Event::Unknown,
    }
}

fn decode(_port: Option<u8>, frame: &[u8]) -> Result<Reading, DecodeError> {
    let Head {
        flags,
        kind,
        mut reading,
        mut bytes,
    } = head(frame, event)?;
    reading.extras.extend([
        Extra::ConfigurationRefused(flags & 0x20 != 0),
        Extra::Recalibrated(flags & 0x10 != 0),
    ]);
    if matches!(kind, 0 | 1) {
        reading.extras.push(Extra::SensorError(bytes.u8()?));
        reading.temperature = Some(Temperature::degrees(bytes.i8()?));
    }
    Ok(reading)
}
