//! Reading a frame from front to back, and hexadecimal digits.
//!
//! What a frame does not hold is refused and never read as nought: a vehicle that is not mentioned is
//! not a vehicle that is not there.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use thiserror::Error;

use super::DecodeError;

/// What is left of a frame.
#[derive(Clone, Copy)]
pub(super) struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    pub(super) fn of(frame: &'a [u8]) -> Self {
        Self(frame)
    }

    /// The next `N` bytes.
    pub(super) fn take<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        let (next, rest) = self
            .0
            .split_first_chunk::<N>()
            .ok_or(DecodeError::ShortPayload)?;
        self.0 = rest;
        Ok(*next)
    }

    /// The next bytes, as many as the frame itself says.
    pub(super) fn take_slice(&mut self, length: usize) -> Result<&'a [u8], DecodeError> {
        let (next, rest) = self
            .0
            .split_at_checked(length)
            .ok_or(DecodeError::ShortPayload)?;
        self.0 = rest;
        Ok(next)
    }

    /// Passes over bytes that say nothing we use.
    pub(super) fn skip(&mut self, count: usize) -> Result<(), DecodeError> {
        self.take_slice(count).map(drop)
    }

    pub(super) fn rest(self) -> &'a [u8] {
        self.0
    }

    pub(super) fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn u8(&mut self) -> Result<u8, DecodeError> {
        self.take().map(u8::from_be_bytes)
    }

    pub(super) fn i8(&mut self) -> Result<i8, DecodeError> {
        self.take().map(i8::from_be_bytes)
    }

    pub(super) fn u16(&mut self) -> Result<u16, DecodeError> {
        self.take().map(u16::from_be_bytes)
    }

    pub(super) fn u16_le(&mut self) -> Result<u16, DecodeError> {
        self.take().map(u16::from_le_bytes)
    }

    pub(super) fn i16(&mut self) -> Result<i16, DecodeError> {
        self.take().map(i16::from_be_bytes)
    }

    pub(super) fn u24(&mut self) -> Result<u32, DecodeError> {
        let [a, b, c] = self.take()?;
        Ok(u32::from_be_bytes([0, a, b, c]))
    }

    pub(super) fn u24_le(&mut self) -> Result<u32, DecodeError> {
        let [a, b, c] = self.take()?;
        Ok(u32::from_le_bytes([a, b, c, 0]))
    }

    pub(super) fn u32(&mut self) -> Result<u32, DecodeError> {
        self.take().map(u32::from_be_bytes)
    }

    pub(super) fn u32_le(&mut self) -> Result<u32, DecodeError> {
        self.take().map(u32::from_le_bytes)
    }

    pub(super) fn i32_le(&mut self) -> Result<i32, DecodeError> {
        self.take().map(i32::from_le_bytes)
    }
}

/// Bytes that are shown as lower-case hexadecimal digits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hex(pub Vec<u8>);

/// Why a text is no bytes; the message is shown to the person who typed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum HexError {
    /// Half a byte is left over.
    #[error("must be pairs of hexadecimal digits; one digit is left over")]
    OddLength,
    /// A character that is no digit.
    #[error("must be hexadecimal digits; there is {0:?}")]
    Character(char),
}

impl FromStr for Hex {
    type Err = HexError;

    /// Reads digits of either case; spaces between them do not matter.
    fn from_str(typed: &str) -> Result<Self, HexError> {
        let mut bytes = Vec::with_capacity(typed.len() / 2);
        let mut high = None;
        for c in typed.chars().filter(|c| !c.is_ascii_whitespace()) {
            let digit = c.to_digit(16).and_then(|digit| u8::try_from(digit).ok());
            let digit = digit.ok_or(HexError::Character(c))?;
            match high.take() {
                None => high = Some(digit),
                Some(high) => bytes.push(high << 4 | digit),
            }
        }
        match high {
            None => Ok(Self(bytes)),
            Some(_) => Err(HexError::OddLength),
        }
    }
}

impl fmt::Display for Hex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl Serialize for Hex {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hex {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let typed = String::deserialize(deserializer)?;
        typed.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_read_as_they_are_pasted_and_refused_with_a_reason() {
        assert_eq!("00fF a0".parse::<Hex>().unwrap().0, [0, 0xff, 0xa0]);
        assert_eq!("00ffa0".parse::<Hex>().unwrap().to_string(), "00ffa0");
        assert_eq!("".parse::<Hex>().unwrap(), Hex::default());
        assert_eq!("012".parse::<Hex>(), Err(HexError::OddLength));
        assert_eq!("0x12".parse::<Hex>(), Err(HexError::Character('x')));
        assert_eq!("é0".parse::<Hex>(), Err(HexError::Character('é')));
    }

    #[test]
    fn what_is_not_there_is_not_nought() {
        let mut bytes = Bytes::of(&[1, 2, 3]);
        assert_eq!(bytes.u16(), Ok(0x0102));
        assert_eq!(bytes.u16(), Err(DecodeError::ShortPayload));
        assert_eq!(bytes.rest(), [3], "a refusal takes nothing");
    }
}
