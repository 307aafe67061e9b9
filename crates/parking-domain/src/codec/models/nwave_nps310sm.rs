//! Nwave NPS310SM. Class A. Knows neither its battery nor its temperature.
//!
//! | port | what it says |
//! |---|---|
//! | 1 | the state changed: bit 0 |
//! | 2 | it lives: bit 0 the state |
//! | 3 | it started: firmware, cause, state |
//! | 6 | for the maker |

use super::nwave;
use crate::codec::bytes::Bytes;
use crate::codec::reading::taken;
use crate::codec::{Codec, DecodeError, Event, Reading, ResetCause};

pub(super) const CODEC: Codec = Codec {
    id: "nwave_nps310sm",
    also_called: &["NPS310"],
    fields: &["fw_version", "reset_code", "reset_cause", "unparsed_hex"],
    downlinks: None,
    decode,
};

fn decode(port: Option<u8>, frame: &[u8]) -> Result<Reading, DecodeError> {
    let mut bytes = Bytes::of(frame);
    let said = match port {
        Some(1) => Reading::of(Event::OccupancyChange),
        Some(2) => Reading::of(Event::Heartbeat),
        Some(3) => nwave::startup(&mut bytes, cause)?,
        Some(6) => return Ok(nwave::debug(bytes)),
        _ => return Err(DecodeError::WrongPort),
    };
    Ok(Reading {
        sensor: taken(bytes.u8()? & 1 == 1),
        ..said
    })
}

/// Other numbers than the 405 family has.
fn cause(code: u8) -> Option<ResetCause> {
    match code {
        1 => Some(ResetCause::Watchdog),
        2 => Some(ResetCause::PowerOn),
        3 => Some(ResetCause::UserRequest),
        4 => Some(ResetCause::Brownout),
        5 => Some(ResetCause::Other),
        _ => None,
    }
}
