//! Netvox R719A and R719B. Class A. Frames of 11 bytes: version or command, device type, content.
//!
//! | port | what it says |
//! |---|---|
//! | 6, report 0 | it started: software in tenths, hardware, date |
//! | 6, report 1 | battery in tenths of a volt with a bit for low, state; a change or a report, they look the same |
//! | 7 | 81: settings taken or not, 82: settings, 83 and 84: a threshold nobody has described |
//!
//! It is told on port 7: 01 to report so often, 02 to say how often it does.

use crate::bay_state::SensorState;
use crate::codec::bytes::{Bytes, Hex};
use crate::codec::command::within;
use crate::codec::{
    Battery, BcdDate, Codec, Command, DecodeError, Downlinks, EncodeError, Event, Extra, Firmware,
    Frame, Millivolts, NetvoxType, Reading,
};

const VERSION: u8 = 1;
const R719A: u8 = 0x59;
const R719B: u8 = 0xaf;
const PORT_CONFIG: u8 = 7;
const CONFIG: u8 = 0x01;
const READ: u8 = 0x02;
const FRAME_LENGTH: usize = 11;

pub(super) const CODEC: Codec = Codec {
    id: "netvox_r719a",
    also_called: &["R719A", "R719B"],
    fields: &[
        "battery_v",
        "battery_low",
        "fw_version",
        "hw_version",
        "date_code",
        "config_ok",
        "min_time_s",
        "max_time_s",
        "battery_change_v",
        "unparsed_hex",
    ],
    downlinks: Some(Downlinks {
        commands: &["config_report", "read_config_report"],
        encode,
        interpret,
    }),
    decode,
};

fn decode(port: Option<u8>, frame: &[u8]) -> Result<Reading, DecodeError> {
    let bytes = Bytes::of(frame);
    match port {
        Some(6) => report(bytes),
        Some(PORT_CONFIG) => answer(bytes),
        _ => Err(DecodeError::WrongPort),
    }
}

fn device_type(byte: u8) -> Result<NetvoxType, DecodeError> {
    match byte {
        R719A => Ok(NetvoxType::R719a),
        R719B => Ok(NetvoxType::R719b),
        _ => Err(DecodeError::UnknownType),
    }
}

fn report(mut bytes: Bytes<'_>) -> Result<Reading, DecodeError> {
    if bytes.u8()? != VERSION {
        return Err(DecodeError::BadHeader);
    }
    device_type(bytes.u8()?)?;
    match bytes.u8()? {
        0 => Ok(Reading {
            extras: vec![
                Extra::FwVersion(Firmware::Tenths(bytes.u8()?)),
                Extra::HwVersion(Firmware::One(bytes.u8()?)),
                Extra::DateCode(BcdDate(bytes.take()?)),
            ],
            ..Reading::of(Event::Startup)
        }),
        1 => {
            let battery = bytes.u8()?;
            Ok(Reading {
                sensor: match bytes.u8()? {
                    0 => SensorState::Free,
                    1 => SensorState::Occupied,
                    _ => SensorState::Unknown,
                },
                battery: Battery {
                    is_low: Some(battery & 0x80 != 0),
                    ..Battery::of(Millivolts::tenths(battery & 0x7f))
                },
                ..Reading::of(Event::Telemetry)
            })
        }
        _ => Err(DecodeError::UnknownType),
    }
}

fn answer(mut bytes: Bytes<'_>) -> Result<Reading, DecodeError> {
    let command = bytes.u8()?;
    device_type(bytes.u8()?)?;
    let extras = match command {
        0x81 => vec![Extra::ConfigOk(bytes.u8()? == 0)],
        0x82 => vec![
            Extra::MinTimeS(bytes.u16()?),
            Extra::MaxTimeS(bytes.u16()?),
            Extra::BatteryChangeV(Millivolts::tenths(bytes.u8()?)),
        ],
        0x83 | 0x84 => vec![Extra::UnparsedHex(Hex(bytes.rest().to_vec()))],
        _ => return Err(DecodeError::UnknownType),
    };
    Ok(Reading {
        extras,
        ..Reading::of(Event::ConfigResponse)
    })
}

fn encode(command: &Command) -> Result<Frame, EncodeError> {
    let device = |device_type: &NetvoxType| match device_type {
        NetvoxType::R719a => R719A,
        NetvoxType::R719b => R719B,
    };
    let mut bytes = Vec::with_capacity(FRAME_LENGTH);
    match command {
        Command::ConfigReport {
            min_time_s,
            max_time_s,
            battery_change_v,
            device_type,
        } => {
            let word = |field, value| within::<u16>(field, value, 0..=0xffff);
            bytes.extend([CONFIG, device(device_type)]);
            bytes.extend(word("min_time_s", *min_time_s)?.to_be_bytes());
            bytes.extend(word("max_time_s", *max_time_s)?.to_be_bytes());
            bytes.push(tenths("battery_change_v", *battery_change_v)?);
        }
        Command::ReadConfigReport { device_type } => bytes.extend([READ, device(device_type)]),
        _ => return Err(EncodeError::UnknownCommand),
    }
    bytes.resize(FRAME_LENGTH, 0);
    Ok(Frame {
        port: PORT_CONFIG,
        bytes,
    })
}

/// Tenths of a volt; the message of a refusal counts in them too.
fn tenths(field: &'static str, volts: f64) -> Result<u8, EncodeError> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a float that does not fit becomes the nearest number, which is out of range"
    )]
    let tenths = (volts * 10.0).round() as i64;
    within(field, tenths, 0..=255)
}

fn interpret(port: Option<u8>, frame: &[u8]) -> Result<Command, DecodeError> {
    if port != Some(PORT_CONFIG) {
        return Err(DecodeError::WrongPort);
    }
    let mut bytes = Bytes::of(frame);
    let command = bytes.u8()?;
    let device_type = device_type(bytes.u8()?)?;
    let command = match command {
        CONFIG => Command::ConfigReport {
            min_time_s: bytes.u16()?.into(),
            max_time_s: bytes.u16()?.into(),
            battery_change_v: Millivolts::tenths(bytes.u8()?).volts(),
            device_type,
        },
        READ => Command::ReadConfigReport { device_type },
        _ => return Err(DecodeError::UnknownType),
    };
    if frame.len() == FRAME_LENGTH {
        Ok(command)
    } else {
        Err(DecodeError::BadLength)
    }
}
