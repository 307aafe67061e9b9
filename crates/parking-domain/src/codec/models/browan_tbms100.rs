//! Browan TBMS100, a motion sensor for rooms. Class A, port 102.
//!
//! Eight bytes: bit 0 motion; battery in tenths from 2.5 volts on; temperature from 32 below zero on;
//! minutes since the last motion and the number of motions, least byte first. A change and a periodic
//! report look the same. All noughts is nothing a sensor at work says.

use crate::codec::bytes::Bytes;
use crate::codec::reading::taken;
use crate::codec::{Battery, Codec, DecodeError, Event, Extra, Millivolts, Reading, Temperature};

const PORT: u8 = 102;

pub(super) const CODEC: Codec = Codec {
    id: "browan_tbms100",
    also_called: &["TBMS100", "TBMS100 motion"],
    fields: &[
        "battery_v",
        "temperature_c",
        "minutes_since_event",
        "event_count",
    ],
    downlinks: None,
    decode,
};

fn decode(port: Option<u8>, frame: &[u8]) -> Result<Reading, DecodeError> {
    if port != Some(PORT) {
        return Err(DecodeError::WrongPort);
    }
    let mut bytes = Bytes::of(frame);
    let (status, battery, climate) = (bytes.u8()?, bytes.u8()?, bytes.u8()?);
    let (minutes, count) = (bytes.u16_le()?, bytes.u24_le()?);
    if frame.iter().all(|byte| *byte == 0) {
        return Err(DecodeError::EmptyPayload);
    }
    Ok(Reading {
        sensor: taken(status & 1 == 1),
        battery: Battery::of(Millivolts::tenths(25 + (battery & 0x0f))),
        temperature: Some(Temperature::tenths((i16::from(climate & 0x7f) - 32) * 10)),
        extras: vec![Extra::MinutesSinceEvent(minutes), Extra::EventCount(count)],
        ..Reading::of(Event::Telemetry)
    })
}
