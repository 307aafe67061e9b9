//! A place on a page of a display.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A place on a page: `text_1` to `text_10`, `qrcode`, and those nobody has described, by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Block(u8);

impl Block {
    const QR: u8 = 10;
    const MAX: u8 = 63;

    /// The place of this number, of which only the low six bits count.
    pub(super) fn of(number: u8) -> Self {
        Self(number & Self::MAX)
    }

    /// Its number.
    pub(super) fn number(self) -> u8 {
        self.0
    }
}

impl fmt::Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            number if number < Self::QR => write!(f, "text_{}", number + 1),
            Self::QR => f.write_str("qrcode"),
            number => write!(f, "block_{number}"),
        }
    }
}

impl FromStr for Block {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        (0..=Self::MAX)
            .map(Self)
            .find(|block| block.to_string() == name)
            .ok_or_else(|| format!("must be text_1 to text_10 or qrcode, not {name:?}"))
    }
}

impl Serialize for Block {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Block {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        name.parse().map_err(de::Error::custom)
    }
}
