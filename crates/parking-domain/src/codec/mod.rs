//! What the messages of devices mean, and how to write the messages they understand.
//!
//! One [`Codec`] a model, one file a codec, all of them in [`CODECS`]. Layouts are facts from the
//! makers' public documents and from published decoders; no code of theirs is used. What is common:
//!
//! * Where the port belongs to the format, a message on another port is refused. It is never taken
//!   for a statement about a bay.
//! * A frame that is too short for what it should say is refused. A longer one is read and its tail
//!   ignored where the format is open-ended, and refused where the length is fixed.
//! * Occupancy is one bit or one of several values; reserved bits are ignored, and a value outside the
//!   range is [`SensorState::Unknown`](crate::bay_state::SensorState): neither free nor occupied.
//!
//! Nothing here panics, whatever the bytes, and nothing is kept of a frame but the [`Reading`].

mod block;
mod bytes;
mod command;
mod extra;
mod models;
mod reading;
#[cfg(test)]
mod tests;
mod values;
pub mod vectors;

use std::fmt;

use thiserror::Error;

use crate::models::{CATALOGUE, Model};

pub use block::Block;
pub use bytes::{Hex, HexError};
pub use command::{
    Color, Command, Confirmable, EncodeError, NetvoxType, SignState, TekziparkConfig, TextAt,
};
pub use extra::Extra;
pub use models::CODECS;
pub use reading::{Battery, BatteryHealth, BlockText, Event, Reading, Shown};
pub use values::{Ack, BcdDate, Firmware, Millivolts, ResetCause, TagId, Temperature, TimeOfDay};

/// The longest frame looked at, in bytes; LoRaWAN carries 242.
pub const FRAME_LENGTH_MAX: usize = 255;

/// Reads what one model sends, and writes what it understands.
pub struct Codec {
    /// Its name in the catalogue of models.
    pub id: &'static str,
    /// What people call the model besides its names in the catalogue.
    pub also_called: &'static [&'static str],
    /// What its readings may carry besides the event and the occupancy.
    pub fields: &'static [&'static str],
    /// What it can be told, if anything.
    pub downlinks: Option<Downlinks>,
    decode: fn(Option<u8>, &[u8]) -> Result<Reading, DecodeError>,
}

/// What a model can be told.
pub struct Downlinks {
    /// The names of its commands.
    pub commands: &'static [&'static str],
    encode: fn(&Command) -> Result<Frame, EncodeError>,
    interpret: fn(Option<u8>, &[u8]) -> Result<Command, DecodeError>,
}

/// A message to a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// On which port.
    pub port: u8,
    /// What to send.
    pub bytes: Vec<u8>,
}

/// Why a frame means nothing to a codec.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Error)]
pub enum DecodeError {
    /// What comes on this port is something else.
    #[error("this model says nothing on this port")]
    WrongPort,
    /// It ends before it has said what it should.
    #[error("the frame is too short")]
    ShortPayload,
    /// It has not the length the format fixes.
    #[error("the frame has not the length it should have")]
    BadLength,
    /// It does not begin, or end, as all frames of the model do.
    #[error("the frame does not begin or end as frames of this model do")]
    BadHeader,
    /// Its sum is wrong.
    #[error("the check sum is wrong")]
    BadChecksum,
    /// It is of a type nobody has described.
    #[error("the frame is of a type that is not known")]
    UnknownType,
    /// It is all noughts where a device that has something to say never is.
    #[error("the frame holds nothing")]
    EmptyPayload,
    /// A command with a value the device does not take.
    #[error("the value is not one the device takes")]
    OutOfRange,
    /// A command written in a way the device does not read.
    #[error("the device reads another notation")]
    WrongEncoding,
}

impl DecodeError {
    /// The name in the API and in the files of vectors.
    pub fn code(self) -> &'static str {
        match self {
            Self::WrongPort => "wrong_port",
            Self::ShortPayload => "short_payload",
            Self::BadLength => "bad_length",
            Self::BadHeader => "bad_header",
            Self::BadChecksum => "bad_checksum",
            Self::UnknownType => "unknown_type",
            Self::EmptyPayload => "empty_payload",
            Self::OutOfRange => "out_of_range",
            Self::WrongEncoding => "wrong_encoding",
        }
    }
}

/// The codec of this name.
pub fn find(id: &str) -> Option<&'static Codec> {
    CODECS.iter().find(|codec| codec.id == id)
}

/// The codec of a model, named as people name it: capitals, spaces and punctuation do not matter.
///
/// Where a maker gives one name to models that differ, only the longer name finds one of them.
pub fn named(vendor: &str, model: &str) -> Option<&'static Codec> {
    let (vendor, wanted) = (letters(vendor), letters(model));
    let is_meant = |codec: &&Codec| {
        codec.model().is_some_and(|model| {
            let names = [model.slug, model.name, codec.id];
            let mut names = names.iter().chain(codec.also_called);
            letters(model.vendor) == vendor && names.any(|name| letters(name) == wanted)
        })
    };
    CODECS.iter().find(is_meant)
}

fn letters(name: &str) -> String {
    let letters = name.chars().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

impl Codec {
    /// The model it serves.
    pub fn model(&self) -> Option<&'static Model> {
        CATALOGUE.iter().find(|model| model.codec == self.id)
    }

    /// Reads a message of the device. A port that nobody noted is no port the format asks for.
    pub fn decode(&self, port: Option<u8>, frame: &[u8]) -> Result<Reading, DecodeError> {
        if frame.len() > FRAME_LENGTH_MAX {
            return Err(DecodeError::BadLength);
        }
        (self.decode)(port, frame)
    }

    /// Writes a message to the device.
    pub fn encode(&self, command: &Command) -> Result<Frame, EncodeError> {
        let downlinks = self.downlinks.as_ref();
        (downlinks.ok_or(EncodeError::UnknownCommand)?.encode)(command)
    }

    /// Reads a message to the device, as the device would.
    pub fn interpret(&self, port: Option<u8>, frame: &[u8]) -> Result<Command, DecodeError> {
        if frame.len() > FRAME_LENGTH_MAX {
            return Err(DecodeError::BadLength);
        }
        let downlinks = self.downlinks.as_ref();
        (downlinks.ok_or(DecodeError::UnknownType)?.interpret)(port, frame)
    }
}

impl fmt::Debug for Codec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Codec").field(&self.id).finish()
    }
}
