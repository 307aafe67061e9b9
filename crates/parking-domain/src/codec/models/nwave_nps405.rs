//! Nwave NPS405SM and NPS405FM (G4). Class A.
//!
//! | port | what it says |
//! |---|---|
//! | 1 | the state changed: bit 0; bits 7 to 1 say how long the state before lasted |
//! | 2 | it lives: state and health, battery, temperature in half degrees from 10 on |
//! | 3 | it started: firmware, cause, state |
//! | 6 | for the maker |
//! | 10 | somebody registered: as port 1, in one form the battery of the tag, the tag |

use super::nwave;
use crate::bay_state::SensorState;
use crate::codec::bytes::Bytes;
use crate::codec::reading::taken;
use crate::codec::{
    Battery, BatteryHealth, Codec, DecodeError, Event, Extra, Millivolts, Reading, TagId,
    Temperature,
};

/// What a registration has when it mentions the battery of the tag; without it has one byte less.
const REGISTRATION_WITH_BATTERY: usize = 6;

pub(super) const CODEC: Codec = Codec {
    id: "nwave_nps405",
    also_called: &[
        "NPS405",
        "NPS405SM",
        "NPS405FM",
        "NPS405SM/FM",
        "NPS405SM/FM (G4)",
    ],
    fields: &[
        "battery_v",
        "battery_low",
        "battery_health",
        "temperature_c",
        "hw_health",
        "fw_version",
        "reset_code",
        "reset_cause",
        "previous_state_min",
        "previous_state_err_min",
        "previous_state_overflow",
        "tag_id",
        "tag_battery_v",
        "unparsed_hex",
    ],
    downlinks: None,
    decode,
};

fn decode(port: Option<u8>, frame: &[u8]) -> Result<Reading, DecodeError> {
    let mut bytes = Bytes::of(frame);
    match port {
        Some(1) => {
            let status = bytes.u8()?;
            Ok(Reading {
                sensor: taken(status & 1 == 1),
                extras: previous_state(status).to_vec(),
                ..Reading::of(Event::OccupancyChange)
            })
        }
        Some(2) => heartbeat(bytes),
        Some(3) => {
            let started = nwave::startup(&mut bytes, nwave::cause_of_405)?;
            Ok(Reading {
                sensor: taken(bytes.u8()? & 1 == 1),
                ..started
            })
        }
        Some(6) => Ok(nwave::debug(bytes)),
        Some(10) => registration(bytes),
        _ => Err(DecodeError::WrongPort),
    }
}

/// How long the state before lasted: minutes, then steps of five, then hours, then no end.
fn previous_state(status: u8) -> [Extra; 3] {
    let (minutes, error) = match u16::from(status >> 1) {
        code @ ..90 => (code, Some(0)),
        code @ 90..120 => (90 + 5 * (code - 90), Some(4)),
        code @ 120..127 => (240 + 60 * (code - 120), Some(59)),
        _ => (660, None),
    };
    [
        Extra::PreviousStateMin(minutes),
        Extra::PreviousStateErrMin(error),
        Extra::PreviousStateOverflow(error.is_none()),
    ]
}

fn heartbeat(mut bytes: Bytes<'_>) -> Result<Reading, DecodeError> {
    let status = bytes.u8()?;
    let voltage = nwave::battery(bytes.u8()?);
    let temperature = Temperature::tenths(i16::from(bytes.i8()?) * 5 + 100);
    let health = health(voltage, temperature);
    Ok(Reading {
        sensor: taken(status & 1 == 1),
        battery: Battery {
            health: Some(health),
            is_low: Some(health != BatteryHealth::Normal),
            ..Battery::of(voltage)
        },
        temperature: Some(temperature),
        // Not with bit 0, which the maker's script leaves in: it is the state of the bay.
        extras: vec![Extra::HwHealth(status & !1)],
        ..Reading::of(Event::Heartbeat)
    })
}

/// In the cold a good battery has less.
fn health(voltage: Millivolts, temperature: Temperature) -> BatteryHealth {
    let is_cold = temperature < Temperature::degrees(-5);
    let (low, critical) = if is_cold {
        (2_900, 2_800)
    } else {
        (3_000, 2_900)
    };
    match voltage {
        voltage if voltage < Millivolts(critical) => BatteryHealth::Critical,
        voltage if voltage < Millivolts(low) => BatteryHealth::Low,
        _ => BatteryHealth::Normal,
    }
}

fn registration(mut bytes: Bytes<'_>) -> Result<Reading, DecodeError> {
    let has_battery = bytes.rest().len() >= REGISTRATION_WITH_BATTERY;
    let status = bytes.u8()?;
    let is_occupied = status & 1 == 1;
    let battery = if has_battery { Some(bytes.u8()?) } else { None };
    let tag = TagId(bytes.u32()?);

    let mut extras = Vec::with_capacity(5);
    if is_occupied {
        extras.extend(previous_state(status));
    }
    extras.extend(battery.map(|tenths| Extra::TagBatteryV(Millivolts::tenths(tenths))));
    extras.push(Extra::TagId(tag));
    Ok(Reading {
        // Not free without the bit: then a registration says nothing of the bay.
        sensor: if is_occupied {
            SensorState::Occupied
        } else {
            SensorState::Unknown
        },
        extras,
        ..Reading::of(Event::Registration)
    })
}
