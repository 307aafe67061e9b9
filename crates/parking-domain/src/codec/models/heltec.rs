//! What both displays on a Heltec WiFi LoRa 32 V3 say. Class C once they have joined, port 1.
//!
//! `ffc3` once after the join: from now on it listens all the time. Then three bytes every hour: the
//! number of the message, and the first byte of what it was last sent.

use crate::codec::bytes::Bytes;
use crate::codec::{DecodeError, Event, Extra, Reading, Shown};

pub(super) const PORT: u8 = 1;

/// What readings of either may carry.
pub(super) const FIELDS: &[&str] = &["class_c_active", "uplink_counter", "last_status"];

pub(super) fn decode(port: Option<u8>, frame: &[u8]) -> Result<Reading, DecodeError> {
    if port != Some(PORT) {
        return Err(DecodeError::WrongPort);
    }
    let mut bytes = Bytes::of(frame);
    match frame.len() {
        2 if bytes.u16()? == 0xffc3 => Ok(Reading {
            extras: vec![Extra::ClassCActive(true)],
            ..Reading::of(Event::Startup)
        }),
        2 => Err(DecodeError::UnknownType),
        3 => {
            let counter = Extra::UplinkCounter(bytes.u16()?);
            Ok(Reading {
                shown: Some(Shown::Status(bytes.u8()?)),
                extras: vec![counter],
                ..Reading::of(Event::Heartbeat)
            })
        }
        _ => Err(DecodeError::BadLength),
    }
}
