//! A display for the number of free bays on a Heltec WiFi LoRa 32 V3. What it says is in `heltec.rs`: of
//! the number it shows, the first digit only.
//!
//! It shows up to four characters as they are. So 24 is `3234`; `18`, the number itself, is not even a
//! character.

use super::heltec;
use crate::codec::command::within;
use crate::codec::{Codec, Command, DecodeError, Downlinks, EncodeError, Frame};

/// How many characters fit.
const TEXT_LENGTH_MAX: u8 = 4;
const COUNT_MAX: i64 = 9_999;

pub(super) const CODEC: Codec = Codec {
    id: "heltec_v3_zone",
    also_called: &["WiFi LoRa 32 V3 (zone-counter display firmware)"],
    fields: heltec::FIELDS,
    downlinks: Some(Downlinks {
        commands: &["set_count", "set_text"],
        encode,
        interpret,
    }),
    decode: heltec::decode,
};

fn encode(command: &Command) -> Result<Frame, EncodeError> {
    let text = match command {
        Command::SetCount { value } => {
            let count: u16 = within("value", *value, 0..=COUNT_MAX)?;
            count.to_string()
        }
        Command::SetText {
            template: None,
            block: None,
            text,
        } => {
            if !text.bytes().all(is_character) {
                return Err(EncodeError::WrongEncoding { field: "text" });
            }
            let length = i64::try_from(text.len()).unwrap_or(i64::MAX);
            within::<u8>("length of text", length, 1..=TEXT_LENGTH_MAX.into())?;
            text.clone()
        }
        _ => return Err(EncodeError::UnknownCommand),
    };
    Ok(Frame {
        port: heltec::PORT,
        bytes: text.into_bytes(),
    })
}

fn is_character(byte: u8) -> bool {
    byte.is_ascii_graphic() || byte == b' '
}

/// A number and its digits as a text are the same bytes, so a text it is.
fn interpret(port: Option<u8>, frame: &[u8]) -> Result<Command, DecodeError> {
    if port != Some(heltec::PORT) {
        return Err(DecodeError::WrongPort);
    }
    if frame.is_empty() {
        return Err(DecodeError::ShortPayload);
    }
    if !frame.iter().all(|byte| is_character(*byte)) {
        return Err(DecodeError::WrongEncoding);
    }
    if frame.len() > usize::from(TEXT_LENGTH_MAX) {
        return Err(DecodeError::OutOfRange);
    }
    Ok(Command::SetText {
        template: None,
        block: None,
        text: String::from_utf8_lossy(frame).into_owned(),
    })
}
