//! Libelium Smart Parking, the layout of 2018 (firmware 2 and 3). Frames begin as in `libelium.rs`.
//!
//! | type | what follows |
//! |---|---|
//! | 0 | the state changed: temperature, field, battery in the last byte |
//! | 1, 6, 7, 8 | it lives, or minds itself: hour, minute, temperature |
//! | 2 | the sum of a day, which nobody has described |
//! | 3 | something is wrong: flags, temperature, battery in the last byte |
//! | 4 | it started: temperature, battery in the last two bytes |
//! | 5 | it started, second part: firmware, settings |

use super::libelium::{Head, head};
use crate::codec::{
    Codec, DecodeError, Event, Extra, Firmware, Millivolts, Reading, Temperature, TimeOfDay,
};

pub(super) const CODEC: Codec = Codec {
    id: "libelium_parking_2018",
    also_called: &[
        "Smart Parking (fw v2/v3, layout of 2018)",
        "Smart Parking 2018",
    ],
    fields: &[
        "battery_v",
        "battery_low",
        "temperature_c",
        "sequence",
        "frame_type",
        "device_time_hhmm",
        "error_flags",
        "fw_version",
    ],
    downlinks: None,
    decode,
};

fn event(kind: u8) -> Event {
    match kind {
        0 => Event::OccupancyChange,
        1 => Event::Heartbeat,
        2 => Event::DailyReport,
        3 => Event::Fault,
        4 | 5 => Event::Startup,
        6..=8 => Event::Service,
        _ => Event::Unknown,
    }
}

fn decode(_port: Option<u8>, frame: &[u8]) -> Result<Reading, DecodeError> {
    let Head {
        kind,
        mut reading,
        mut bytes,
        ..
    } = head(frame, event)?;
    match kind {
        0 => {
            reading.temperature = Some(Temperature::degrees(bytes.i8()?));
            bytes.skip(7)?;
            reading.battery.voltage = Some(battery(bytes.u8()?));
        }
        1 | 6..=8 => {
            let [hour, minute] = bytes.take()?;
            let time = TimeOfDay { hour, minute };
            reading.extras.push(Extra::DeviceTimeHhmm(time));
            reading.temperature = Some(Temperature::degrees(bytes.i8()?));
        }
        3 => {
            reading.extras.push(Extra::ErrorFlags(bytes.u8()?));
            reading.temperature = Some(Temperature::degrees(bytes.i8()?));
            bytes.skip(6)?;
            reading.battery.voltage = Some(battery(bytes.u8()?));
        }
        4 => {
            reading.temperature = Some(Temperature::degrees(bytes.i8()?));
            bytes.skip(6)?;
            reading.battery.voltage = Some(Millivolts(bytes.u16()?.into()));
        }
        5 => {
            let version = Firmware::One(bytes.u8()?);
            reading.extras.push(Extra::FwVersion(version));
        }
        _ => {}
    }
    Ok(reading)
}

/// One byte from 2.8 volts on.
fn battery(byte: u8) -> Millivolts {
    Millivolts(2_800 + 4 * i32::from(byte))
}
