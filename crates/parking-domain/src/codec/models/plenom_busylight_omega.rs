//! Plenom kuando Busylight IoT Omega, a lamp. Class C, port 15 both ways.
//!
//! The bytes of a colour are red, **blue**, green, then the times on and off; on the way down those are
//! in hundredths of a second. What it says has one of these lengths:
//!
//! | bytes | what it says |
//! |---|---|
//! | 24, 25 | signal and counters, least byte first; the colour it was sent; revisions, ADR, brightness |
//! | 10 | messages sent, the colour it was sent, brightness |
//! | 3, 6 | 09, what it was asked, the answer |
//! | 2 | ff, 10 or 11: another join server or key was taken |
//!
//! Other lengths belong to other lamps of the maker.

use crate::codec::bytes::Bytes;
use crate::codec::command::byte;
use crate::codec::{
    Ack, Codec, Color, Command, DecodeError, Downlinks, EncodeError, Event, Extra, Frame, Reading,
    Shown,
};

const PORT: u8 = 15;
/// What both a question and its answer begin with.
const ASK: u8 = 0x09;
const UPLINK_AFTERWARDS: u8 = 0x01;

pub(super) const CODEC: Codec = Codec {
    id: "plenom_busylight_omega",
    also_called: &["Busylight IoT Omega", "kuando Busylight", "Busylight"],
    fields: &[
        "color",
        "on",
        "off",
        "rssi",
        "snr",
        "downlinks_received",
        "uplinks_sent",
        "sw_rev",
        "hw_rev",
        "adr",
        "high_brightness",
        "cpu_temperature_c",
        "throttle",
        "reset_cause_bits",
        "ack",
    ],
    downlinks: Some(Downlinks {
        commands: &[
            "set_color",
            "set_default_color",
            "adr",
            "missed_reply_limit",
            "uplink_interval_min",
            "request_uplink",
            "auto_uplink",
            "high_brightness",
            "ask_cpu_temperature",
            "ask_throttle",
            "ask_reset_cause",
            "ask_adr",
            "ask_rssi",
            "ask_snr",
            "factory_reset",
            "firmware_upgrade",
        ],
        encode,
        interpret,
    }),
    decode,
};

fn decode(port: Option<u8>, frame: &[u8]) -> Result<Reading, DecodeError> {
    if port != Some(PORT) {
        return Err(DecodeError::WrongPort);
    }
    let bytes = Bytes::of(frame);
    match frame {
        [0xff, 0x10] => Ok(acknowledgement(Ack::JoinEui)),
        [0xff, 0x11] => Ok(acknowledgement(Ack::AppKey)),
        [] | [ASK | 0xff] | [ASK, _] => Err(DecodeError::ShortPayload),
        [ASK, _, ..] if frame.len() <= 6 => answer(bytes),
        _ => match frame.len() {
            24 | 25 => status(bytes),
            10 => short_status(bytes),
            _ => Err(DecodeError::UnknownType),
        },
    }
}

fn status(mut bytes: Bytes<'_>) -> Result<Reading, DecodeError> {
    let mut extras = Vec::with_capacity(8);
    extras.extend([
        Extra::Rssi(bytes.i32_le()?),
        Extra::Snr(bytes.i32_le()?),
        Extra::DownlinksReceived(bytes.u32_le()?),
        Extra::UplinksSent(bytes.u32_le()?),
    ]);
    let shown = light(&mut bytes)?;
    extras.extend([
        Extra::SwRev(bytes.u8()?),
        Extra::HwRev(bytes.u8()?),
        Extra::Adr(bytes.u8()? != 0),
    ]);
    let brightness = bytes.u8().ok();
    extras.extend(brightness.map(|byte| Extra::HighBrightness(byte != 0)));
    Ok(Reading {
        shown: Some(shown),
        extras,
        ..Reading::of(Event::DisplayStatus)
    })
}

fn short_status(mut bytes: Bytes<'_>) -> Result<Reading, DecodeError> {
    let sent = Extra::UplinksSent(bytes.u32_le()?);
    Ok(Reading {
        shown: Some(light(&mut bytes)?),
        extras: vec![sent, Extra::HighBrightness(bytes.u8()? != 0)],
        ..Reading::of(Event::DisplayStatus)
    })
}

fn light(bytes: &mut Bytes<'_>) -> Result<Shown, DecodeError> {
    let [red, blue, green, on, off] = bytes.take()?;
    Ok(Shown::Light {
        red,
        green,
        blue,
        on,
        off,
    })
}

fn answer(mut bytes: Bytes<'_>) -> Result<Reading, DecodeError> {
    let [_ask, question] = bytes.take()?;
    let extra = match question {
        1 => Extra::CpuTemperatureC(bytes.i8()?),
        2 => Extra::Throttle(bytes.u8()?),
        3 => Extra::ResetCauseBits(bytes.u8()?),
        4 => Extra::Adr(bytes.u8()? != 0),
        5 => Extra::Rssi(bytes.i32_le()?),
        6 => Extra::Snr(bytes.i32_le()?),
        _ => return Err(DecodeError::UnknownType),
    };
    if !bytes.is_empty() {
        return Err(DecodeError::UnknownType);
    }
    Ok(Reading {
        extras: vec![extra],
        ..Reading::of(Event::ConfigResponse)
    })
}

fn acknowledgement(ack: Ack) -> Reading {
    Reading {
        extras: vec![Extra::Ack(ack)],
        ..Reading::of(Event::ConfigResponse)
    }
}

fn encode(command: &Command) -> Result<Frame, EncodeError> {
    let bytes = match command {
        Command::SetColor(color) => {
            let mut bytes = color_bytes(color)?.to_vec();
            bytes.extend(color.request_uplink.then_some(UPLINK_AFTERWARDS));
            bytes
        }
        Command::SetDefaultColor(color) if !color.request_uplink => {
            let mut bytes = vec![ASK, 0xff];
            bytes.extend(color_bytes(color)?);
            bytes
        }
        _ => two_bytes(command)?.to_vec(),
    };
    Ok(Frame { port: PORT, bytes })
}

fn color_bytes(color: &Color) -> Result<[u8; 5], EncodeError> {
    Ok([
        byte("r", color.r)?,
        byte("b", color.b)?,
        byte("g", color.g)?,
        byte("on", color.on)?,
        byte("off", color.off)?,
    ])
}

// Not: other join servers and keys (10 and 11). A lamp that was given a wrong one is lost to the network.
fn two_bytes(command: &Command) -> Result<[u8; 2], EncodeError> {
    Ok(match command {
        Command::FactoryReset {} => [0xaa, 0x00],
        Command::FirmwareUpgrade {} => [0xbb, 0x00],
        Command::Adr { value: true } => [0x01, 0x00],
        Command::Adr { value: false } => [0x02, 0x00],
        Command::MissedReplyLimit { value } => [0x03, byte("value", *value)?],
        Command::UplinkIntervalMin { value } => [0x04, byte("value", *value)?],
        Command::RequestUplink {} => [0x05, 0x01],
        Command::AutoUplink { value } => [0x06, u8::from(*value)],
        Command::HighBrightness { value } => [0x07, u8::from(*value)],
        Command::AskCpuTemperature {} => [ASK, 1],
        Command::AskThrottle {} => [ASK, 2],
        Command::AskResetCause {} => [ASK, 3],
        Command::AskAdr {} => [ASK, 4],
        Command::AskRssi {} => [ASK, 5],
        Command::AskSnr {} => [ASK, 6],
        _ => return Err(EncodeError::UnknownCommand),
    })
}

fn interpret(port: Option<u8>, frame: &[u8]) -> Result<Command, DecodeError> {
    if port != Some(PORT) {
        return Err(DecodeError::WrongPort);
    }
    if let [first, second] = frame {
        return interpret_two_bytes(*first, *second);
    }
    match (frame.split_first_chunk(), frame.strip_prefix(&[ASK, 0xff])) {
        (None, _) if frame.len() < 2 => Err(DecodeError::ShortPayload),
        (Some((light, [])), _) => Ok(Command::SetColor(color(*light, false))),
        (Some((light, [after])), _) => {
            let request_uplink = *after == UPLINK_AFTERWARDS;
            Ok(Command::SetColor(color(*light, request_uplink)))
        }
        (_, Some(light)) => {
            let light = light.try_into().map_err(|_| DecodeError::UnknownType)?;
            Ok(Command::SetDefaultColor(color(light, false)))
        }
        _ => Err(DecodeError::UnknownType),
    }
}

fn color([red, blue, green, on, off]: [u8; 5], request_uplink: bool) -> Color {
    Color {
        r: red.into(),
        g: green.into(),
        b: blue.into(),
        on: on.into(),
        off: off.into(),
        request_uplink,
    }
}

fn interpret_two_bytes(first: u8, second: u8) -> Result<Command, DecodeError> {
    let value = i64::from(second);
    Ok(match (first, second) {
        (0xaa, 0x00) => Command::FactoryReset {},
        (0xbb, 0x00) => Command::FirmwareUpgrade {},
        (0x01, 0x00) => Command::Adr { value: true },
        (0x02, 0x00) => Command::Adr { value: false },
        (0x03, _) => Command::MissedReplyLimit { value },
        (0x04, _) => Command::UplinkIntervalMin { value },
        (0x05, 0x01) => Command::RequestUplink {},
        (0x06, 0 | 1) => Command::AutoUplink { value: value == 1 },
        (0x07, 0 | 1) => Command::HighBrightness { value: value == 1 },
        (ASK, 1) => Command::AskCpuTemperature {},
        (ASK, 2) => Command::AskThrottle {},
        (ASK, 3) => Command::AskResetCause {},
        (ASK, 4) => Command::AskAdr {},
        (ASK, 5) => Command::AskRssi {},
        (ASK, 6) => Command::AskSnr {},
        (0x06 | 0x07, _) => return Err(DecodeError::OutOfRange),
        _ => return Err(DecodeError::UnknownType),
    })
}
