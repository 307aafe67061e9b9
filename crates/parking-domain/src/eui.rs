//! EUI-64: the name of a device, a gateway or a join server, in whatever notation it was pasted.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Hexadecimal digits in a whole identifier.
const DIGITS: usize = 16;

/// Fewer digits than this match half of an estate.
const SEARCH_DIGITS_MIN: usize = 4;

/// A 64-bit extended unique identifier: that of a device, a join server or a gateway.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Eui64([u8; 8]);

/// Why a text is no EUI-64; the message is shown to the person who typed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum EuiError {
    /// Nothing but separators.
    #[error("must not be empty")]
    Empty,
    /// Half an identifier, or more than one.
    #[error("must have 16 hexadecimal digits; this has {found}")]
    Length {
        /// How many digits there are.
        found: usize,
    },
    /// A character that is neither a digit nor a separator.
    #[error("must be hexadecimal digits; character {position} is {found:?}")]
    Character {
        /// What is there.
        found: char,
        /// Where, counted from 1 in the text as it was typed.
        position: usize,
    },
}

impl Eui64 {
    /// The identifier of these bytes, most significant first.
    pub const fn from_bytes(bytes: [u8; 8]) -> Self {
        Self(bytes)
    }

    /// The bytes, most significant first.
    pub const fn bytes(self) -> [u8; 8] {
        self.0
    }

    /// Whether it begins with these bytes, as all that one maker numbered do.
    pub fn begins_with(self, prefix: &[u8]) -> bool {
        self.0.starts_with(prefix)
    }
}

impl FromStr for Eui64 {
    type Err = EuiError;

    fn from_str(typed: &str) -> Result<Self, EuiError> {
        let mut bytes = [0_u8; 8];
        let mut found = 0;
        for digit in digits(typed) {
            let value = digit?;
            if let Some(byte) = bytes.get_mut(found / 2) {
                *byte = *byte << 4 | value;
            }
            found += 1;
        }
        match found {
            DIGITS => Ok(Self(bytes)),
            0 => Err(EuiError::Empty),
            _ => Err(EuiError::Length { found }),
        }
    }
}

/// What somebody pasted into a search, as the upper-case digits a stored identifier would contain.
///
/// `None` if it cannot be part of one: too short to mean anything, too long, or other characters.
pub fn digits_of_search(typed: &str) -> Option<String> {
    let mut text = String::new();
    for digit in digits(typed) {
        if text.len() == DIGITS {
            return None;
        }
        let digit = char::from_digit(u32::from(digit.ok()?), 16)?;
        text.push(digit.to_ascii_uppercase());
    }
    (text.len() >= SEARCH_DIGITS_MIN).then_some(text)
}

/// The values of the digits of a text, without separators and a leading `0x`.
fn digits(typed: &str) -> impl Iterator<Item = Result<u8, EuiError>> {
    let body = typed.trim_start();
    let spaces = typed.chars().count() - body.chars().count();
    let is_prefixed = body.starts_with("0x") || body.starts_with("0X");
    let skipped = if is_prefixed { 2 } else { 0 };
    body.chars()
        .enumerate()
        .skip(skipped)
        .filter(|(_, c)| !is_separator(*c))
        .map(move |(index, found)| {
            let value = found
                .to_digit(16)
                .and_then(|value| u8::try_from(value).ok());
            value.ok_or(EuiError::Character {
                found,
                position: spaces + index + 1,
            })
        })
}

fn is_separator(c: char) -> bool {
    matches!(c, '-' | ':' | '.' | '_') || c.is_whitespace()
}

impl fmt::Display for Eui64 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016X}", u64::from_be_bytes(self.0))
    }
}

impl fmt::Debug for Eui64 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl From<Eui64> for String {
    fn from(eui: Eui64) -> Self {
        eui.to_string()
    }
}

impl TryFrom<String> for Eui64 {
    type Error = EuiError;

    fn try_from(typed: String) -> Result<Self, EuiError> {
        typed.parse()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SENSOR: Eui64 = Eui64([0x00, 0x04, 0xa3, 0x0b, 0x00, 0x1f, 0xed, 0x4f]);

    #[test]
    fn every_notation_people_paste_is_the_same_identifier() {
        for typed in [
            "0004A30B001FED4F",
            "0004a30b001fed4f",
            "00-04-a3-0b-00-1f-ed-4f",
            "00:04:A3:0B:00:1F:ED:4F",
            "0004.a30b.001f.ed4f",
            " 00 04 a3 0b 00 1f ed 4f\n",
            "0x0004A30B001FED4F",
            " 0X0004a30b001fed4f",
        ] {
            assert_eq!(typed.parse(), Ok(SENSOR), "{typed}");
        }
        assert_eq!(SENSOR.to_string(), "0004A30B001FED4F");
    }

    #[test]
    fn the_refusal_says_what_is_wrong() {
        let refusal = |typed: &str| typed.parse::<Eui64>().unwrap_err().to_string();
        assert_eq!(refusal(" - "), "must not be empty");
        assert_eq!(
            refusal("0004A30B"),
            "must have 16 hexadecimal digits; this has 8"
        );
        assert_eq!(
            refusal("0004A30B001FED4F00"),
            "must have 16 hexadecimal digits; this has 18"
        );
        assert_eq!(
            refusal(" 00-O4-A3"),
            "must be hexadecimal digits; character 5 is 'O'"
        );
        assert_eq!(
            refusal("00\u{202e}"),
            "must be hexadecimal digits; character 3 is '\\u{202e}'"
        );
    }

    #[test]
    fn part_of_an_identifier_is_enough_to_search_by() {
        assert_eq!(digits_of_search("ed-4f").as_deref(), Some("ED4F"));
        assert_eq!(digits_of_search("0x001f:ed4f").as_deref(), Some("001FED4F"));
        assert_eq!(
            digits_of_search("00:04:a3:0b:00:1f:ed:4f").as_deref(),
            Some("0004A30B001FED4F")
        );
        assert_eq!(digits_of_search("4f"), None);
        assert_eq!(digits_of_search("north quay"), None);
        assert_eq!(digits_of_search("0004A30B001FED4F0"), None);
    }

    proptest! {
        #[test]
        fn what_is_printed_reads_back(bytes: [u8; 8]) {
            let eui = Eui64::from_bytes(bytes);
            prop_assert_eq!(eui.to_string().parse(), Ok(eui));
            prop_assert_eq!(digits_of_search(&eui.to_string()), Some(eui.to_string()));
        }

        #[test]
        fn no_text_makes_it_panic(typed in "[0-9a-fA-FxX:. _-]{0,40}|\\PC*") {
            let is_whole = typed.parse::<Eui64>().is_ok();
            prop_assert!(!is_whole || digits_of_search(&typed).is_some());
        }
    }
}
