//! Bosch TPS110. Class A.
//!
//! | port | what it says |
//! |---|---|
//! | 1 | the state changed: bit 0 of byte 0 |
//! | 2 | it lives: as port 1, and from firmware 0.29 on the temperature |
//! | 3 | it started: 12 bytes for the maker, firmware, cause, bit 0 of the last byte the state |
//! | 4 | what it is: its firmware in three bytes, or an identifier |
//! | 5, 6 | use and debugging; the published decoders contradict each other, so they are kept as they are |
//!
//! It never reports its battery.

use crate::codec::bytes::{Bytes, Hex};
use crate::codec::command::within;
use crate::codec::reading::taken;
use crate::codec::{
    Codec, Command, Confirmable, DecodeError, Downlinks, EncodeError, Event, Extra, Firmware,
    Frame, Reading, ResetCause, Temperature,
};

const PORT_CONFIRMABLE: u8 = 51;
const PORT_DATA_RATE: u8 = 52;
const DATA_RATE_MAX: u8 = 5;

pub(super) const CODEC: Codec = Codec {
    id: "bosch_tps110",
    also_called: &["TPS110", "TPS110 PLS", "Parking Lot Sensor"],
    fields: &[
        "temperature_c",
        "fw_version",
        "reset_code",
        "reset_cause",
        "debug_codes",
        "unparsed_hex",
    ],
    downlinks: Some(Downlinks {
        commands: &["set_confirmable", "set_data_rate"],
        encode,
        interpret,
    }),
    decode,
};

fn decode(port: Option<u8>, frame: &[u8]) -> Result<Reading, DecodeError> {
    let bytes = Bytes::of(frame);
    match port {
        Some(1) => status(bytes),
        Some(2) => heartbeat(bytes),
        Some(3) => startup(bytes),
        Some(4) => device_info(bytes),
        Some(5) => Ok(unread(Event::Usage, bytes)),
        Some(6) => Ok(unread(Event::Debug, bytes)),
        _ => Err(DecodeError::WrongPort),
    }
}

fn status(mut bytes: Bytes<'_>) -> Result<Reading, DecodeError> {
    Ok(Reading {
        sensor: taken(bytes.u8()? & 1 == 1),
        ..Reading::of(Event::OccupancyChange)
    })
}

fn heartbeat(mut bytes: Bytes<'_>) -> Result<Reading, DecodeError> {
    Ok(Reading {
        sensor: taken(bytes.u8()? & 1 == 1),
        temperature: bytes.i8().ok().map(Temperature::degrees),
        ..Reading::of(Event::Heartbeat)
    })
}

fn startup(mut bytes: Bytes<'_>) -> Result<Reading, DecodeError> {
    let mut debug_codes = [0; 3];
    for code in &mut debug_codes {
        *code = bytes.u16_le()? & 0x0fff;
        bytes.skip(2)?;
    }
    let version = bytes.take()?;
    let code = bytes.u8()?;
    Ok(Reading {
        sensor: taken(bytes.u8()? & 1 == 1),
        extras: vec![
            Extra::FwVersion(Firmware::Three(version)),
            Extra::ResetCode(code),
            Extra::ResetCause(reset_cause(version, code)),
            Extra::DebugCodes(debug_codes),
        ],
        ..Reading::of(Event::Startup)
    })
}

/// The higher codes changed their meaning between two firmwares; in between, and beyond what anybody
/// has seen, they have none.
fn reset_cause(version: [u8; 3], code: u8) -> Option<ResetCause> {
    let is_early = matches!(version, [0, 0..=29, _]);
    let is_late = matches!(version, [0, 39..=255, _]);
    match code {
        1 => Some(ResetCause::Watchdog),
        2 => Some(ResetCause::PowerOn),
        3 => Some(ResetCause::SystemRequest),
        4 if is_early => Some(ResetCause::Other),
        4 if is_late => Some(ResetCause::ExternalPin),
        5 if is_late => Some(ResetCause::Lockup),
        6 if is_late => Some(ResetCause::Brownout),
        7 if is_late => Some(ResetCause::Other),
        _ => None,
    }
}

fn device_info(mut bytes: Bytes<'_>) -> Result<Reading, DecodeError> {
    const IDENTIFIER_LENGTH: usize = 11;
    if bytes.rest().len() == IDENTIFIER_LENGTH {
        return Ok(unread(Event::DeviceInfo, bytes));
    }
    let version = Firmware::Three(bytes.take()?);
    Ok(Reading {
        extras: vec![Extra::FwVersion(version)],
        ..Reading::of(Event::DeviceInfo)
    })
}

fn unread(event: Event, bytes: Bytes<'_>) -> Reading {
    Reading {
        extras: vec![Extra::UnparsedHex(Hex(bytes.rest().to_vec()))],
        ..Reading::of(event)
    }
}

fn encode(command: &Command) -> Result<Frame, EncodeError> {
    let (port, byte) = match command {
        Command::SetConfirmable { value } => (
            PORT_CONFIRMABLE,
            u8::from(*value == Confirmable::NotConfirmable),
        ),
        Command::SetDataRate { value } => {
            let range = 0..=i64::from(DATA_RATE_MAX);
            (PORT_DATA_RATE, within("value", *value, range)?)
        }
        _ => return Err(EncodeError::UnknownCommand),
    };
    Ok(Frame {
        port,
        bytes: vec![byte],
    })
}

fn interpret(port: Option<u8>, frame: &[u8]) -> Result<Command, DecodeError> {
    let byte = || match frame {
        [] => Err(DecodeError::ShortPayload),
        [byte] => Ok(*byte),
        _ => Err(DecodeError::BadLength),
    };
    match port {
        Some(PORT_CONFIRMABLE) => match byte()? {
            0 => Ok(Command::SetConfirmable {
                value: Confirmable::Confirmable,
            }),
            1 => Ok(Command::SetConfirmable {
                value: Confirmable::NotConfirmable,
            }),
            _ => Err(DecodeError::OutOfRange),
        },
        Some(PORT_DATA_RATE) => match byte()? {
            rate if rate <= DATA_RATE_MAX => Ok(Command::SetDataRate { value: rate.into() }),
            _ => Err(DecodeError::OutOfRange),
        },
        // Later firmware listens there, to bytes nobody has published.
        Some(53..=60) => Err(DecodeError::UnknownType),
        _ => Err(DecodeError::WrongPort),
    }
}
