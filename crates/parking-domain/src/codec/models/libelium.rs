//! What both layouts of Libelium's Smart Parking share: 11 bytes, of which byte 0 has the state in bit
//! 7, a low battery in bit 6 and the type of the frame in four bits, and byte 1 counts.
//!
//! Four bits, not three as one published decoder has it, which takes a frame of type 8 for a change
//! to free. The bytes do not say which layout they are in, and the port is not part of either.

use crate::codec::bytes::Bytes;
use crate::codec::reading::taken;
use crate::codec::{Battery, DecodeError, Event, Extra, Reading};

const FRAME_LENGTH: usize = 11;

/// What a frame begins with.
pub(super) struct Head<'a> {
    /// Byte 0.
    pub(super) flags: u8,
    /// The type of the frame.
    pub(super) kind: u8,
    /// What it says whatever its type.
    pub(super) reading: Reading,
    /// What follows.
    pub(super) bytes: Bytes<'a>,
}

pub(super) fn head(frame: &[u8], event: fn(u8) -> Event) -> Result<Head<'_>, DecodeError> {
    if frame.len() != FRAME_LENGTH {
        return Err(DecodeError::BadLength);
    }
    let mut bytes = Bytes::of(frame);
    let flags = bytes.u8()?;
    let kind = flags & 0x0f;
    let reading = Reading {
        sensor: taken(flags & 0x80 != 0),
        battery: Battery {
            is_low: Some(flags & 0x40 != 0),
            ..Battery::default()
        },
        extras: vec![Extra::Sequence(bytes.u8()?.into()), Extra::FrameType(kind)],
        ..Reading::of(event(kind))
    };
    Ok(Head {
        flags,
        kind,
        reading,
        bytes,
    })
}
