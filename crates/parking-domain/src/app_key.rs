//! The root key of a device, which nobody is shown.

use std::fmt;

/// A root key of a device. Shown to nobody, not even in a log.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct AppKey([u8; 16]);

fn is_separator(c: char) -> bool {
    c.is_whitespace() || matches!(c, '-' | ':' | '.' | '_')
}

impl AppKey {
    /// Reads 32 hexadecimal digits, whatever stands between them.
    pub fn parse(cell: &str) -> Result<Self, String> {
        let mut key = [0_u8; 16];
        let mut digits = 0;
        for c in cell.chars().filter(|c| !is_separator(*c)) {
            // Not which character: an error message must not spell the key.
            let value = c.to_digit(16).and_then(|value| u8::try_from(value).ok());
            let value = value.ok_or("must be 32 hexadecimal digits")?;
            if let Some(byte) = key.get_mut(digits / 2) {
                *byte = *byte << 4 | value;
            }
            digits += 1;
        }
        match digits {
            32 => Ok(Self(key)),
            _ => Err(format!(
                "must have 32 hexadecimal digits; this has {digits}"
            )),
        }
    }

    /// The key in upper-case digits, to be sealed and nothing else.
    pub fn digits(&self) -> String {
        let nibbles = self.0.iter().flat_map(|byte| [byte >> 4, byte & 15]);
        let digits = nibbles.filter_map(|nibble| char::from_digit(u32::from(nibble), 16));
        digits.map(|digit| digit.to_ascii_uppercase()).collect()
    }

    /// Whether a cell holds what could be a key, whatever its column is called.
    pub fn is_like(cell: &str) -> bool {
        let digits = cell.chars().filter(char::is_ascii_hexdigit).count();
        let others = cell
            .chars()
            .filter(|c| !c.is_ascii_hexdigit() && !is_separator(*c));
        digits >= 32 && others.count() == 0
    }
}

impl fmt::Debug for AppKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AppKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_a_key_is_one_whatever_stands_between() {
        for key in [
            "000102030405060708090a0b0c0d0e0f",
            "00:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F",
            "0001 0203 0405 0607 0809 0a0b 0c0d 0e0f 10",
        ] {
            assert!(AppKey::is_like(key), "{key}");
        }
        for other in [
            "0004A30B001FED4F",
            "A-017",
            "",
            "x00102030405060708090a0b0c0d0e0f0",
        ] {
            assert!(!AppKey::is_like(other), "{other}");
        }
    }
}
