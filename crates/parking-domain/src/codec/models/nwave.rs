//! What the models of Nwave share: the scale of their batteries, how they start, what they debug.
//!
//! They share their ports too, and not their layouts: only the model says which is which.

use crate::codec::bytes::{Bytes, Hex};
use crate::codec::{DecodeError, Event, Extra, Firmware, Millivolts, Reading, ResetCause};

/// One byte from 2.5 volts on.
pub(super) fn battery(byte: u8) -> Millivolts {
    Millivolts(2_500 + 4 * i32::from(byte))
}

/// Firmware and cause; a state may follow.
pub(super) fn startup(
    bytes: &mut Bytes<'_>,
    cause: fn(u8) -> Option<ResetCause>,
) -> Result<Reading, DecodeError> {
    let version = Firmware::Three(bytes.take()?);
    let code = bytes.u8()?;
    Ok(Reading {
        extras: vec![
            Extra::FwVersion(version),
            Extra::ResetCode(code),
            Extra::ResetCause(cause(code)),
        ],
        ..Reading::of(Event::Startup)
    })
}

/// The causes of the 405 family.
pub(super) fn cause_of_405(code: u8) -> Option<ResetCause> {
    match code {
        0 => Some(ResetCause::Rejoin),
        1 => Some(ResetCause::Watchdog),
        2 => Some(ResetCause::PowerOn),
        3 => Some(ResetCause::UserRequest),
        6 => Some(ResetCause::Brownout),
        7 => Some(ResetCause::Other),
        _ => None,
    }
}

/// For the maker alone.
pub(super) fn debug(bytes: Bytes<'_>) -> Reading {
    Reading {
        extras: vec![Extra::UnparsedHex(Hex(bytes.rest().to_vec()))],
        ..Reading::of(Event::Debug)
    }
}
