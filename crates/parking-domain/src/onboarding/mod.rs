//! What the code on a device's label says: the QR codes of TR005, its two drafts, and the plain
//! texts makers print instead.
//!
//! ```text
//! LW:D0:<JoinEUI>:<DevEUI>:<ProfileID>[:O<token>][:S<serial>][:P<proprietary>][:C<checksum>]
//! URN:LW:DP:<JoinEUI>:<DevEUI>:<ProfileID>[:%V<token>%S<serial>%P<proprietary>]
//! URN:DEV:LW:<JoinEUI>_<DevEUI>_<ProfileID>[_V<token>][_S<serial>][_P<proprietary>]
//! ```
//!
//! The checksum is CRC-16/MODBUS over everything before `:C`, which the alliance's own example
//! confirms. It is reported, not enforced: a label that cannot be scanned is typed off by hand, and
//! the person who does it is told. Keys found beside an identifier are never handed on.

mod bare;
#[cfg(test)]
mod tests;

use std::fmt;

use serde::Serialize;
use thiserror::Error;

use crate::eui::{Eui64, EuiError};
use crate::text::is_invisible;
use bare::{bare, read_bare};

/// The longest text looked at, in bytes; a QR code of this kind has less than half of it.
pub const CODE_LENGTH_MAX: usize = 1_024;

/// What a code says of a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceCode {
    /// How it was written.
    pub form: CodeForm,
    /// Which join server holds the device's keys.
    pub join_eui: Option<Eui64>,
    /// Which device.
    pub dev_eui: Eui64,
    /// Who made it, by the alliance's numbers.
    pub vendor_id: Option<u16>,
    /// What it is, by the maker's numbers.
    pub profile_id: Option<u16>,
    /// What proves that one owns it; a secret.
    pub owner_token: Option<String>,
    /// The maker's serial number.
    pub serial: Option<String>,
    /// Whatever else the maker wrote.
    pub proprietary: Option<String>,
    /// Extensions nobody has defined, as they stand.
    pub unread: Vec<String>,
    /// Whether the text is as it was printed.
    pub checksum: Checksum,
}

/// How a code is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CodeForm {
    /// TR005 as published.
    Tr005,
    /// The second draft of TR005: `URN:LW:DP:`.
    Tr005Draft2,
    /// The third draft of TR005: `URN:DEV:LW:`.
    Tr005Draft3,
    /// An identifier, alone or in a text of the maker's own making.
    Bare,
}

/// What the checksum of a code says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Checksum {
    /// There is none.
    Absent,
    /// It fits.
    Right,
    /// It does not: something was misread or mistyped.
    Wrong,
}

/// A part of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CodeField {
    /// Which join server.
    JoinEui,
    /// Which device.
    DevEui,
    /// Which maker and which of its profiles.
    ProfileId,
    /// What proves that one owns it.
    OwnerToken,
    /// The serial number.
    Serial,
    /// Whatever else.
    Proprietary,
    /// The checksum.
    Checksum,
}

/// Why a text is no device's code; the message is shown to the person who scanned it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CodeError {
    /// Nothing was scanned.
    #[error("must not be empty")]
    Empty,
    /// Longer than any code.
    #[error("must have at most {CODE_LENGTH_MAX} characters")]
    TooLong,
    /// Control or invisible characters, where the form allows none.
    #[error("must not contain control or invisible characters")]
    Invisible,
    /// Neither a form of TR005 nor a text with one DevEUI in it.
    #[error("is neither a LoRaWAN device code (LW:D0:…) nor does it hold a DevEUI")]
    NotACode,
    /// TR005, but of an edition nobody has told us of.
    #[error("begins with LW: but the edition is {found:?}, and only D0 is known")]
    Edition {
        /// What stands in its place.
        found: String,
    },
    /// A part every code must have.
    #[error("the {field} is missing")]
    Missing {
        /// Which.
        field: CodeField,
    },
    /// An identifier that is none.
    #[error("the {field} {found:?} {fault}")]
    Eui {
        /// Which.
        field: CodeField,
        /// What stands in its place.
        found: String,
        /// What is wrong with it.
        fault: EuiError,
    },
    /// A profile that is none.
    #[error("the profile {found:?} must have 8 hexadecimal digits")]
    Profile {
        /// What stands in its place.
        found: String,
    },
    /// A part that may be there once is there twice.
    #[error("the {field} appears twice")]
    Twice {
        /// Which.
        field: CodeField,
    },
    /// More than one identifier and nothing to tell them apart by.
    #[error("holds both {first} and {second}, and does not say which is the DevEUI")]
    Ambiguous {
        /// One of them.
        first: Eui64,
        /// Another.
        second: Eui64,
    },
}

/// Reads what was scanned or pasted.
pub fn read(scanned: &str) -> Result<DeviceCode, CodeError> {
    let text = scanned.trim();
    if text.is_empty() {
        return Err(CodeError::Empty);
    }
    if text.len() > CODE_LENGTH_MAX {
        return Err(CodeError::TooLong);
    }
    let (form, body) = if let Some(body) = after(text, "LW:") {
        let (edition, body) = body.split_once(':').unwrap_or((body, ""));
        if !edition.eq_ignore_ascii_case("D0") {
            let found = edition.to_owned();
            return Err(CodeError::Edition { found });
        }
        (CodeForm::Tr005, body)
    } else if let Some(body) = after(text, "URN:LW:DP:") {
        (CodeForm::Tr005Draft2, body)
    } else if let Some(body) = after(text, "URN:DEV:LW:") {
        (CodeForm::Tr005Draft3, body)
    } else {
        return read_bare(text);
    };
    if text.chars().any(is_invisible) {
        return Err(CodeError::Invisible);
    }
    let mut code = read_body(form, body)?;
    if form == CodeForm::Tr005 {
        code.checksum = check(text);
    }
    Ok(code)
}

/// What stands behind a prefix of ASCII in any case.
fn after<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let head = text.get(..prefix.len())?;
    head.eq_ignore_ascii_case(prefix)
        .then(|| &text[prefix.len()..])
}

/// The parts behind the prefix, which are the same in all three forms but for what separates them.
fn read_body(form: CodeForm, body: &str) -> Result<DeviceCode, CodeError> {
    // Both drafts are met with either separator; what follows the first identifier tells.
    let has_lines = form != CodeForm::Tr005 && body.chars().take(17).any(|c| c == '_');
    let separator = if has_lines { '_' } else { ':' };
    let mut parts = body.splitn(4, separator);
    let mut part = |field| {
        let found = parts.next().map(str::trim).filter(|part| !part.is_empty());
        found.ok_or(CodeError::Missing { field })
    };
    let join_eui = read_eui(CodeField::JoinEui, part(CodeField::JoinEui)?)?;
    let dev_eui = read_eui(CodeField::DevEui, part(CodeField::DevEui)?)?;
    let profile = part(CodeField::ProfileId)?;
    let (vendor_id, profile_id) = read_profile(profile)?;
    let mut code = DeviceCode {
        join_eui: Some(join_eui),
        vendor_id: Some(vendor_id),
        profile_id: Some(profile_id),
        ..bare(dev_eui)
    };
    code.form = form;
    let extensions = parts.next().unwrap_or_default();
    let is_separator = |c| c == ':' || form != CodeForm::Tr005 && (c == '%' || c == separator);
    for extension in extensions.split(is_separator).map(str::trim) {
        read_extension(&mut code, extension)?;
    }
    Ok(code)
}

fn read_eui(field: CodeField, found: &str) -> Result<Eui64, CodeError> {
    found.parse().map_err(|fault| CodeError::Eui {
        field,
        found: found.to_owned(),
        fault,
    })
}

fn read_profile(found: &str) -> Result<(u16, u16), CodeError> {
    let is_profile = found.len() == 8 && found.bytes().all(|b| b.is_ascii_hexdigit());
    let halves = is_profile
        .then(|| found.split_at(4))
        .and_then(|(vendor, profile)| {
            let half = |digits| u16::from_str_radix(digits, 16).ok();
            Some((half(vendor)?, half(profile)?))
        });
    halves.ok_or_else(|| CodeError::Profile {
        found: found.to_owned(),
    })
}

fn read_extension(code: &mut DeviceCode, extension: &str) -> Result<(), CodeError> {
    let Some(letter) = extension.chars().next() else {
        return Ok(());
    };
    let value = extension[letter.len_utf8()..].to_owned();
    let is_draft = code.form != CodeForm::Tr005;
    let (slot, field) = match letter.to_ascii_uppercase() {
        'O' if !is_draft => (&mut code.owner_token, CodeField::OwnerToken),
        'V' if is_draft => (&mut code.owner_token, CodeField::OwnerToken),
        'S' => (&mut code.serial, CodeField::Serial),
        'P' => (&mut code.proprietary, CodeField::Proprietary),
        // The checksum is read off the whole text.
        'C' if !is_draft => return Ok(()),
        _ => {
            code.unread.push(extension.to_owned());
            return Ok(());
        }
    };
    if slot.is_some() {
        return Err(CodeError::Twice { field });
    }
    *slot = Some(value).filter(|value| !value.is_empty());
    Ok(())
}

/// Compares the first `:C` with what stands before it.
fn check(text: &str) -> Checksum {
    // The fixed parts hold five colons; a `:C` among them is a JoinEUI or DevEUI that begins with C.
    let fixed = text
        .match_indices(':')
        .nth(4)
        .map_or(text.len(), |(at, _)| at);
    let upper = text.to_ascii_uppercase();
    let Some(at) = upper[fixed..].find(":C").map(|at| fixed + at) else {
        return Checksum::Absent;
    };
    let printed = upper[at + 2..].split(':').next().unwrap_or_default().trim();
    let is = |body: &str| printed == format!("{:04X}", crc(body.as_bytes()));
    // Typed off in lower case, the text is still the one that was printed in upper case.
    if is(&text[..at]) || is(&upper[..at]) {
        Checksum::Right
    } else {
        Checksum::Wrong
    }
}

/// CRC-16/MODBUS.
fn crc(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0xffff, |crc, byte| {
        (0..8).fold(crc ^ u16::from(*byte), |crc, _| {
            (crc >> 1) ^ if crc & 1 == 1 { 0xa001 } else { 0 }
        })
    })
}

impl DeviceCode {
    /// The code for a label: TR005 as published, with a checksum; or the DevEUI if that is all.
    ///
    /// Where the maker is not known its numbers are zero, as the form has no place for "unknown".
    pub fn to_text(&self) -> String {
        let Some(join_eui) = self.join_eui else {
            return self.dev_eui.to_string();
        };
        let mut text = format!(
            "LW:D0:{join_eui}:{}:{:04X}{:04X}",
            self.dev_eui,
            self.vendor_id.unwrap_or_default(),
            self.profile_id.unwrap_or_default()
        );
        let extensions = [
            ('O', &self.owner_token),
            ('S', &self.serial),
            ('P', &self.proprietary),
        ];
        for (letter, value) in extensions {
            for value in value.iter().filter(|value| !value.contains(':')) {
                text.push(':');
                text.push(letter);
                text.push_str(value);
            }
        }
        let checksum = format!(":C{:04X}", crc(text.as_bytes()));
        text + &checksum
    }
}

impl fmt::Display for CodeField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::JoinEui => "JoinEUI",
            Self::DevEui => "DevEUI",
            Self::ProfileId => "profile",
            Self::OwnerToken => "owner token",
            Self::Serial => "serial number",
            Self::Proprietary => "proprietary part",
            Self::Checksum => "checksum",
        })
    }
}
