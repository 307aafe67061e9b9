//! Milesight DS3604, a page of electronic paper with texts and a QR code. Port 85 both ways.
//!
//! Pieces one after another, each a channel, a type and a value:
//!
//! | piece | up | down |
//! |---|---|---|
//! | 01 75 | battery in percent | |
//! | ff 2e | a button | |
//! | ff 73 | the page it shows, from 0 | show that page |
//! | fb 01 | a text: place, length in bytes, UTF-8 | write it |
//! | ff 03 | | seconds between reports, least byte first |
//! | ff 10 ff | | start again |
//! | ff 28 00 | | say how full the battery is |
//! | ff 3e | | 01 beep at a button, 00 do not |
//! | ff 3d | | 01 beep, 02 paint again, without which a text is not seen |
//!
//! A place is the page in its two high bits and the block in the others.

use crate::codec::bytes::{Bytes, Hex};
use crate::codec::command::within;
use crate::codec::{
    Block, BlockText, Codec, Command, DecodeError, Downlinks, EncodeError, Event, Extra, Frame,
    Reading, Shown, TextAt,
};

const PORT: u8 = 85;
const TEXT: [u8; 2] = [0xfb, 0x01];
const PAGE: [u8; 2] = [0xff, 0x73];
const INTERVAL: [u8; 2] = [0xff, 0x03];
const REBOOT: [u8; 3] = [0xff, 0x10, 0xff];
const REPORT_BATTERY: [u8; 3] = [0xff, 0x28, 0x00];
const BUZZER: [u8; 2] = [0xff, 0x3e];
const BEEP: [u8; 3] = [0xff, 0x3d, 0x01];
const REFRESH: [u8; 3] = [0xff, 0x3d, 0x02];
/// A text with all the pieces that may go with it fits into one message.
const TEXT_LENGTH_MAX: i64 = 229;

pub(super) const CODEC: Codec = Codec {
    id: "milesight_ds3604",
    also_called: &["DS3604"],
    fields: &[
        "battery_pct",
        "current_template",
        "texts",
        "button",
        "unparsed_hex",
    ],
    downlinks: Some(Downlinks {
        commands: &[
            "set_text",
            "refresh",
            "beep",
            "show_template",
            "multi",
            "report_interval_s",
            "report_battery",
            "buzzer_enable",
            "reboot",
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
    let mut said = Said::default();
    let mut bytes = Bytes::of(frame);
    // A piece nobody has described has a length nobody has described: what follows is lost.
    while let Ok(Some(rest)) = said.take(bytes) {
        bytes = rest;
    }
    let mut reading = Reading::of(Event::DisplayStatus);
    reading.battery.percent = said.battery_percent;
    if said.template.is_some() || !said.texts.is_empty() {
        reading.shown = Some(Shown::Page {
            template: said.template,
            texts: said.texts,
        });
    }
    reading.extras.extend(said.button.map(Extra::Button));
    if !bytes.is_empty() {
        let unread = Hex(bytes.rest().to_vec());
        reading.extras.push(Extra::UnparsedHex(unread));
    }
    Ok(reading)
}

/// What a frame has said so far.
#[derive(Default)]
struct Said {
    battery_percent: Option<u8>,
    button: Option<u8>,
    template: Option<u8>,
    texts: Vec<BlockText>,
}

impl Said {
    /// Takes the next piece and gives what is behind it, or nothing if it is of an unknown kind.
    fn take<'a>(&mut self, mut bytes: Bytes<'a>) -> Result<Option<Bytes<'a>>, DecodeError> {
        match bytes.take()? {
            [0x01, 0x75] => self.battery_percent = Some(bytes.u8()?),
            [0xff, 0x2e] => self.button = Some(bytes.u8()?),
            PAGE => self.template = Some(bytes.u8()?.saturating_add(1)),
            TEXT => {
                let [place, length] = bytes.take()?;
                // Cut off on the way: what is there is worth more than nothing.
                let length = usize::from(length).min(bytes.rest().len());
                let text = bytes.take_slice(length)?;
                self.texts.push(BlockText {
                    template: template_of(place),
                    block: Block::of(place),
                    text: String::from_utf8_lossy(text).into_owned(),
                });
            }
            _ => return Ok(None),
        }
        Ok(Some(bytes))
    }
}

/// The page of a place, counted from 1.
fn template_of(place: u8) -> u8 {
    (place >> 6) + 1
}

fn encode(command: &Command) -> Result<Frame, EncodeError> {
    let mut bytes = Vec::with_capacity(16);
    match command {
        Command::SetText {
            template: Some(template),
            block: Some(block),
            text,
        } => write_text(*template, *block, text, &mut bytes)?,
        Command::Refresh {} => bytes.extend(REFRESH),
        Command::Beep {} => bytes.extend(BEEP),
        Command::Reboot {} => bytes.extend(REBOOT),
        Command::ReportBattery {} => bytes.extend(REPORT_BATTERY),
        Command::BuzzerEnable { value } => {
            bytes.extend(BUZZER);
            bytes.push(u8::from(*value));
        }
        Command::ShowTemplate { value } => write_page(*value, &mut bytes)?,
        Command::ReportIntervalS { value } => {
            let seconds: u16 = within("value", *value, 1..=65_535)?;
            bytes.extend(INTERVAL);
            bytes.extend(seconds.to_le_bytes());
        }
        Command::Multi {
            set_text,
            refresh,
            show_template,
            beep,
        } => {
            if let Some(TextAt {
                template,
                block,
                text,
            }) = set_text
            {
                write_text(*template, *block, text, &mut bytes)?;
            }
            bytes.extend(refresh.then_some(REFRESH).into_iter().flatten());
            if let Some(template) = show_template {
                write_page(*template, &mut bytes)?;
            }
            bytes.extend(beep.then_some(BEEP).into_iter().flatten());
        }
        _ => return Err(EncodeError::UnknownCommand),
    }
    if bytes.is_empty() {
        return Err(EncodeError::UnknownCommand);
    }
    Ok(Frame { port: PORT, bytes })
}

/// A page counted from 0, as it is written.
fn page(template: i64) -> Result<u8, EncodeError> {
    let template: u8 = within("template", template, 1..=4)?;
    Ok(template - 1)
}

fn write_page(template: i64, bytes: &mut Vec<u8>) -> Result<(), EncodeError> {
    bytes.extend(PAGE);
    bytes.push(page(template)?);
    Ok(())
}

fn write_text(
    template: i64,
    block: Block,
    text: &str,
    bytes: &mut Vec<u8>,
) -> Result<(), EncodeError> {
    let place = page(template)? << 6 | block.number();
    // Bytes, not characters: an é has two.
    let length = i64::try_from(text.len()).unwrap_or(i64::MAX);
    let length: u8 = within("length of text", length, 0..=TEXT_LENGTH_MAX)?;
    bytes.extend(TEXT);
    bytes.extend([place, length]);
    bytes.extend(text.as_bytes());
    Ok(())
}

/// A message of one piece is a command; one of several pieces is [`Command::Multi`].
fn interpret(port: Option<u8>, frame: &[u8]) -> Result<Command, DecodeError> {
    if port != Some(PORT) {
        return Err(DecodeError::WrongPort);
    }
    let mut bytes = Bytes::of(frame);
    let first = piece(&mut bytes)?;
    if bytes.is_empty() {
        return Ok(first);
    }
    let mut together = Together::default();
    together.add(first)?;
    while !bytes.is_empty() {
        together.add(piece(&mut bytes)?)?;
    }
    Ok(Command::Multi {
        set_text: together.text,
        refresh: together.refresh,
        show_template: together.template,
        beep: together.beep,
    })
}

fn piece(bytes: &mut Bytes<'_>) -> Result<Command, DecodeError> {
    match bytes.take()? {
        TEXT => {
            let [place, length] = bytes.take()?;
            let text = bytes.take_slice(length.into())?;
            if i64::from(length) > TEXT_LENGTH_MAX {
                return Err(DecodeError::OutOfRange);
            }
            let text = std::str::from_utf8(text).map_err(|_| DecodeError::WrongEncoding)?;
            Ok(Command::SetText {
                template: Some(template_of(place).into()),
                block: Some(Block::of(place)),
                text: text.to_owned(),
            })
        }
        PAGE => match bytes.u8()? {
            page @ 0..=3 => Ok(Command::ShowTemplate {
                value: i64::from(page) + 1,
            }),
            _ => Err(DecodeError::OutOfRange),
        },
        INTERVAL => match bytes.u16_le()? {
            0 => Err(DecodeError::OutOfRange),
            seconds => Ok(Command::ReportIntervalS {
                value: seconds.into(),
            }),
        },
        [0xff, 0x10] if bytes.u8()? == 0xff => Ok(Command::Reboot {}),
        [0xff, 0x28] if bytes.u8()? == 0 => Ok(Command::ReportBattery {}),
        BUZZER => match bytes.u8()? {
            value @ 0..=1 => Ok(Command::BuzzerEnable { value: value == 1 }),
            _ => Err(DecodeError::OutOfRange),
        },
        [0xff, 0x3d] => match bytes.u8()? {
            1 => Ok(Command::Beep {}),
            2 => Ok(Command::Refresh {}),
            _ => Err(DecodeError::OutOfRange),
        },
        _ => Err(DecodeError::UnknownType),
    }
}

/// What one message asks for at once.
#[derive(Default)]
struct Together {
    text: Option<TextAt>,
    refresh: bool,
    template: Option<i64>,
    beep: bool,
}

impl Together {
    /// One of each kind; what should not stand beside others is refused.
    fn add(&mut self, command: Command) -> Result<(), DecodeError> {
        match command {
            Command::SetText {
                template: Some(template),
                block: Some(block),
                text,
            } if self.text.is_none() => {
                self.text = Some(TextAt {
                    template,
                    block,
                    text,
                });
            }
            Command::Refresh {} => self.refresh = true,
            Command::ShowTemplate { value } => self.template = Some(value),
            Command::Beep {} => self.beep = true,
            _ => return Err(DecodeError::UnknownType),
        }
        Ok(())
    }
}
