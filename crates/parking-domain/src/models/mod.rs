//! The models of device the product knows from the day it is installed, and how one is told by its
//! messages.

mod catalogue;
#[cfg(test)]
mod tests;

use serde::Serialize;

use crate::eui::Eui64;

pub use catalogue::CATALOGUE;

/// What a device is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Model {
    /// Its name in the API and the database.
    pub slug: &'static str,
    /// Who makes it.
    pub vendor: &'static str,
    /// What its maker calls it.
    pub name: &'static str,
    /// When it listens.
    pub class: Class,
    /// Who reads its messages and writes those to it.
    pub codec: &'static str,
    /// What it notices, if anything.
    pub senses: Option<Sense>,
    /// What it shows, if anything.
    pub displays: Option<Display>,
    /// Whether it says what it shows in words that can be compared with what it was told
    /// (`downlinks::Said`), so that a lamp that says nothing, or something else, is told again.
    pub is_light_reported: bool,
    /// How often it speaks though nothing happened.
    pub heartbeat_s: Option<u32>,
    /// The ports it speaks on; none where its port is not part of the format.
    pub ports_up: &'static [u8],
    /// The ports it is spoken to on.
    pub ports_down: &'static [u8],
    /// What to send for each state unless a policy says otherwise.
    pub lamp_codes: Option<LampCodes>,
    /// Whether it runs on a battery.
    pub has_battery: bool,
    /// What whoever installs or reads it should know.
    pub notes: &'static str,
}

/// When a device can be spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum Class {
    /// After it has spoken.
    A,
    /// At any time.
    C,
}

/// What a device notices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Sense {
    /// Whether a bay is taken.
    Occupancy,
    /// Whether something moves; stands in for occupancy where people put up with it.
    Motion,
    /// How many passed.
    Count,
    /// Whether a door is open.
    Contact,
}

/// What a device shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Display {
    /// A colour.
    Lamp,
    /// The state of one bay, in its own words.
    State,
    /// A number.
    Count,
    /// Any text.
    Text,
}

/// What to send so that a display shows a state: the payload in hexadecimal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct LampCodes {
    /// The bay is free.
    pub free: &'static str,
    /// The bay is occupied.
    pub occupied: &'static str,
    /// The bay is reserved.
    pub reserved: &'static str,
    /// The bay is blocked or out of service.
    pub maintenance: &'static str,
    /// Nobody can say.
    pub unknown: &'static str,
}

impl Class {
    /// The name in the API and the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::C => "C",
        }
    }
}

impl Sense {
    /// The name in the API and the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Occupancy => "occupancy",
            Self::Motion => "motion",
            Self::Count => "count",
            Self::Contact => "contact",
        }
    }
}

impl Display {
    /// The name in the API and the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Lamp => "lamp",
            Self::State => "state",
            Self::Count => "count",
            Self::Text => "text",
        }
    }
}

impl Model {
    /// Whether it can say if a bay is taken, and so be a bay's sensor.
    pub fn can_sense(&self) -> bool {
        matches!(self.senses, Some(Sense::Occupancy | Sense::Motion))
    }

    /// Whether it can be a bay's display.
    pub fn can_display(&self) -> bool {
        self.displays.is_some()
    }
}

/// The model of this name.
pub fn find(slug: &str) -> Option<&'static Model> {
    CATALOGUE.iter().find(|model| model.slug == slug)
}

/// What a device nobody has claimed may be, by one message of its.
///
/// Only where the bytes carry a mark of their own, or a port nobody else uses: sensors that report
/// one bit on port 1 are all alike, and a wrong guess makes a bay green that is not.
pub fn guess(dev_eui: Option<Eui64>, port: Option<u8>, payload: &[u8]) -> Option<&'static Model> {
    let is_plenom = dev_eui.is_some_and(|eui| eui.begins_with(&[0x20, 0x20, 0x20]));
    let slug = match (port, payload) {
        (Some(3), [0x80, 0x00, kind, .., 0x81]) => match kind {
            0x02 => "dingtek-do200",
            0x31 => "dingtek-do201",
            0x32 => "dingtek-do202",
            _ => return None,
        },
        (Some(6), [0x01, 0x59 | 0xaf, ..]) if payload.len() == 11 => "netvox-r719a",
        (Some(1), [0x7e, 0x11, .., 0x7e]) => match moko_type(payload)? {
            0x85 => "moko-lw009-sm",
            0x82 => "moko-lw009-ig",
            _ => return None,
        },
        (Some(3), _) if payload.len() == 17 => "bosch-tps110",
        (Some(10), [_, _, 0x01, ..]) if payload.len() == 10 => "dragino-lds02",
        (Some(10), _) if matches!(payload.len(), 5 | 6) => "nwave-nps405",
        (Some(102), _) if payload.len() == 8 => "browan-tbms100",
        (Some(15), _) if is_plenom || matches!(payload.len(), 24 | 25) => "plenom-busylight-omega",
        (Some(85), [0xfb, 0x01, ..] | [0xff, 0x73, ..]) => "milesight-ds3604",
        (_, [body @ .., sum]) if body.len() == 6 && body.starts_with(&[0x03, 0x07, 0x01]) => {
            let wanted = body.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte));
            return find("kosmos-parking").filter(|_| *sum == wanted);
        }
        (_, [0x15 | 0x37, 0x66, 0x00 | 0x01, ..]) => "pni-placepod",
        _ => return None,
    };
    find(slug)
}

/// The type of device in a MOKO frame: tag 3 behind an envelope of twelve bytes.
fn moko_type(frame: &[u8]) -> Option<u8> {
    let mut rest = frame.get(12..frame.len().checked_sub(3)?)?;
    while let [tag, length, behind @ ..] = rest {
        let value = behind.get(..usize::from(*length))?;
        if let (0x03, [kind]) = (tag, value) {
            return Some(*kind);
        }
        rest = &behind[value.len()..];
    }
    None
}
