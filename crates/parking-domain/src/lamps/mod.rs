//! What the lamp of a bay should show, and how to tell it.
//!
//! The facts of a bay and the policy that governs it decide ([`shown()`]): a ladder, of which the first
//! rung that holds counts, and the moment at which time alone may change the answer. [`frame()`] makes
//! of a look what the bay's display is sent. Nothing here knows what a lamp showed before: whoever
//! keeps lamps truthful compares.

mod frame;
mod policy;
mod shown;
#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use thiserror::Error;

use crate::access::UnknownName;
use crate::bay_state::BayState;

pub use frame::{CODE_BYTES_MAX, LampModel, Unshowable, check_code, frame, light};
pub use policy::{
    BLINK_MS, CODES_MAX, Colors, DefaultState, Offline, Policy, RESERVED_SOON_S, RawCode,
    SENSOR_UNKNOWN_S, TRANSITION_S, Transition,
};
pub use shown::{Emergency, LampFacts, LastChange, Rule, Shown, shown};

/// What a lamp says, whatever it looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LampState {
    /// Drive in.
    Free,
    /// A vehicle stands there.
    Occupied,
    /// Held for somebody now.
    Reserved,
    /// Free, and held for somebody shortly.
    ReservedSoon,
    /// Closed for now.
    Blocked,
    /// Cannot be used.
    OutOfService,
    /// Nobody can say.
    Unknown,
    /// An emergency: nobody drives in anywhere.
    AllRed,
    /// An emergency: no lamp of the site shines.
    AllOff,
}

/// How much red, green and blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rgb {
    /// Red, of 255.
    pub red: u8,
    /// Green, of 255.
    pub green: u8,
    /// Blue, of 255.
    pub blue: u8,
}

/// Why a text is no colour; the message is shown to the person who typed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("must be six hexadecimal digits, such as FF0000")]
pub struct NotAColor;

/// What a lamp shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Look {
    /// What it says; displays without colours show this.
    pub state: LampState,
    /// In which colour.
    pub color: Rgb,
    /// For how long it is on, and then off, in milliseconds; steady if `None`.
    pub blink_ms: Option<u16>,
}

impl LampState {
    /// Every state.
    pub const ALL: [Self; 9] = [
        Self::Free,
        Self::Occupied,
        Self::Reserved,
        Self::ReservedSoon,
        Self::Blocked,
        Self::OutOfService,
        Self::Unknown,
        Self::AllRed,
        Self::AllOff,
    ];

    /// The name in the API and the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Occupied => "occupied",
            Self::Reserved => "reserved",
            Self::ReservedSoon => "reserved_soon",
            Self::Blocked => "blocked",
            Self::OutOfService => "out_of_service",
            Self::Unknown => "unknown",
            Self::AllRed => "all_red",
            Self::AllOff => "all_off",
        }
    }

    /// Whether it is one of the two of an emergency, which are nobody's to choose.
    pub fn is_of_emergency(self) -> bool {
        matches!(self, Self::AllRed | Self::AllOff)
    }

    /// The state of a bay that comes nearest, for displays that know no others.
    pub fn nearest(self) -> BayState {
        match self {
            Self::Free => BayState::Free,
            Self::Occupied => BayState::Occupied,
            Self::Reserved | Self::ReservedSoon => BayState::Reserved,
            Self::Blocked | Self::OutOfService | Self::AllRed => BayState::Maintenance,
            Self::Unknown | Self::AllOff => BayState::Unknown,
        }
    }
}

impl fmt::Display for LampState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for LampState {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        Self::ALL
            .into_iter()
            .find(|one| one.name() == name)
            .ok_or(UnknownName)
    }
}

impl Rgb {
    /// A colour of these parts.
    pub const fn new(red: u8, green: u8, blue: u8) -> Self {
        Self { red, green, blue }
    }
}

impl fmt::Display for Rgb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02X}{:02X}{:02X}", self.red, self.green, self.blue)
    }
}

impl FromStr for Rgb {
    type Err = NotAColor;

    fn from_str(typed: &str) -> Result<Self, NotAColor> {
        let is_six_digits = typed.len() == 6 && typed.bytes().all(|b| b.is_ascii_hexdigit());
        if !is_six_digits {
            return Err(NotAColor);
        }
        let number = u32::from_str_radix(typed, 16).map_err(|_| NotAColor)?;
        let [_, red, green, blue] = number.to_be_bytes();
        Ok(Self::new(red, green, blue))
    }
}

impl Serialize for Rgb {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Rgb {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let typed = String::deserialize(deserializer)?;
        typed.parse().map_err(de::Error::custom)
    }
}
