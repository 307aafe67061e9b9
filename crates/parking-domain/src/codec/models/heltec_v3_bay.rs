//! A display for one bay on a Heltec WiFi LoRa 32 V3. What it says is in `heltec.rs`.
//!
//! It looks at the first byte alone: 01 free, 02 occupied, 03 reserved; it shows every other as unknown.

use super::heltec;
use crate::codec::{Codec, Command, DecodeError, Downlinks, EncodeError, Frame, SignState};

pub(super) const CODEC: Codec = Codec {
    id: "heltec_v3_bay",
    also_called: &["WiFi LoRa 32 V3 (single-space display firmware)"],
    fields: heltec::FIELDS,
    downlinks: Some(Downlinks {
        commands: &["set_state"],
        encode,
        interpret,
    }),
    decode: heltec::decode,
};

fn encode(command: &Command) -> Result<Frame, EncodeError> {
    let Command::SetState { state } = command else {
        return Err(EncodeError::UnknownCommand);
    };
    let code = match state {
        SignState::Free => 1,
        SignState::Occupied => 2,
        SignState::Reserved => 3,
        SignState::Unknown => 0,
    };
    Ok(Frame {
        port: heltec::PORT,
        bytes: vec![code],
    })
}

fn interpret(port: Option<u8>, frame: &[u8]) -> Result<Command, DecodeError> {
    if port != Some(heltec::PORT) {
        return Err(DecodeError::WrongPort);
    }
    let state = match frame.first().ok_or(DecodeError::ShortPayload)? {
        1 => SignState::Free,
        2 => SignState::Occupied,
        3 => SignState::Reserved,
        _ => SignState::Unknown,
    };
    Ok(Command::SetState { state })
}
