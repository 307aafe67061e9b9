//! Nwave NCC405SM and NCC405FM, which count vehicles. Class A. They never say whether a bay is taken.
//!
//! | port | what it says |
//! |---|---|
//! | 1 | how many have passed; begins again after 65535 |
//! | 2 | it lives: health in seven bits, battery, battery over the last day |
//! | 3 | it started: firmware, cause |
//! | 6 | for the maker |

use super::nwave;
use crate::codec::bytes::Bytes;
use crate::codec::{Battery, Codec, DecodeError, Event, Extra, Reading};

pub(super) const CODEC: Codec = Codec {
    id: "nwave_ncc405",
    also_called: &[
        "NCC405",
        "NCC405SM",
        "NCC405FM",
        "NCC405SM/FM",
        "NCC405SM/FM (car counter)",
    ],
    fields: &[
        "vehicle_count",
        "battery_v",
        "battery_mean_v",
        "hw_health",
        "fw_version",
        "reset_code",
        "reset_cause",
        "unparsed_hex",
    ],
    downlinks: None,
    decode,
};

fn decode(port: Option<u8>, frame: &[u8]) -> Result<Reading, DecodeError> {
    let mut bytes = Bytes::of(frame);
    match port {
        Some(1) => Ok(Reading {
            extras: vec![Extra::VehicleCount(bytes.u16()?)],
            ..Reading::of(Event::Counter)
        }),
        Some(2) => {
            let health = bytes.u8()? & 0x7f;
            Ok(Reading {
                battery: Battery::of(nwave::battery(bytes.u8()?)),
                extras: vec![
                    Extra::HwHealth(health),
                    Extra::BatteryMeanV(nwave::battery(bytes.u8()?)),
                ],
                ..Reading::of(Event::Heartbeat)
            })
        }
        Some(3) => nwave::startup(&mut bytes, nwave::cause_of_405),
        Some(6) => Ok(nwave::debug(bytes)),
        _ => Err(DecodeError::WrongPort),
    }
}
