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

use std::fmt;

use serde::Serialize;
use thiserror::Error;

use crate::eui::{Eui64, EuiError};
use crate::text::is_invisible;

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

/// A text of the maker's own making: an identifier alone, behind a label, or beside a key.
fn read_bare(text: &str) -> Result<DeviceCode, CodeError> {
    if let Ok(dev_eui) = text.parse() {
        return Ok(bare(dev_eui));
    }
    if let Some(dev_eui) = labelled(text, &["DEVEUI", "DEV EUI", "DEV_EUI", "DEV-EUI"]) {
        let join_eui = labelled(
            text,
            &[
                "JOINEUI", "JOIN EUI", "JOIN_EUI", "APPEUI", "APP EUI", "APP_EUI",
            ],
        );
        return Ok(DeviceCode {
            join_eui: join_eui.filter(|join_eui| *join_eui != dev_eui),
            ..bare(dev_eui)
        });
    }
    let words = text.split(|c: char| c.is_whitespace() || ",;|/=?&\"'".contains(c));
    let mut euis = words.filter_map(|word| word.parse::<Eui64>().ok());
    let first = euis.next().ok_or(CodeError::NotACode)?;
    match euis.find(|other| *other != first) {
        Some(second) => Err(CodeError::Ambiguous { first, second }),
        None => Ok(bare(first)),
    }
}

/// The identifier behind the first of the labels that has one.
fn labelled(text: &str, labels: &[&str]) -> Option<Eui64> {
    let upper = text.to_ascii_uppercase();
    labels.iter().find_map(|label| {
        let (_, behind) = upper.split_once(label)?;
        let behind =
            behind.trim_start_matches(|c: char| c.is_whitespace() || ":=\"'#>".contains(c));
        // What follows the sixteenth digit may begin with a letter that could be one more.
        let mut digits = behind.match_indices(|c: char| c.is_ascii_hexdigit());
        let (last, _) = digits.nth(15)?;
        let (eui, behind) = behind.split_at(last + 1);
        let is_longer = behind.starts_with(|c: char| c.is_ascii_hexdigit());
        eui.parse().ok().filter(|_| !is_longer)
    })
}

fn bare(dev_eui: Eui64) -> DeviceCode {
    DeviceCode {
        form: CodeForm::Bare,
        join_eui: None,
        dev_eui,
        vendor_id: None,
        profile_id: None,
        owner_token: None,
        serial: None,
        proprietary: None,
        unread: Vec::new(),
        checksum: Checksum::Absent,
    }
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The example of the recommendation.
    const PRINTED: &str =
        "LW:D0:1122334455667788:AABBCCDDEEFF0011:AABB1122:OAABBCCDDEEFF:SYYWWNNNNNN:PFOOBAR:CAF2C"; // typos: ignore

    /// Its checksum.
    const SUM: &str = ":CAF2C"; // typos: ignore

    fn dev_eui() -> Eui64 {
        "AABBCCDDEEFF0011".parse().unwrap()
    }

    fn refusal(text: &str) -> String {
        read(text).unwrap_err().to_string()
    }

    #[test]
    fn the_published_example_is_read_whole_and_its_checksum_fits() {
        let code = read(PRINTED).unwrap();
        let wanted = DeviceCode {
            form: CodeForm::Tr005,
            join_eui: "1122334455667788".parse().ok(),
            dev_eui: dev_eui(),
            vendor_id: Some(0xaabb),
            profile_id: Some(0x1122),
            owner_token: Some("AABBCCDDEEFF".to_owned()),
            serial: Some("YYWWNNNNNN".to_owned()),
            proprietary: Some("FOOBAR".to_owned()),
            unread: Vec::new(),
            checksum: Checksum::Right,
        };
        assert_eq!(code, wanted);
        assert_eq!(code.to_text(), PRINTED);
    }

    #[test]
    fn a_code_typed_off_in_lower_case_with_spaces_around_it_is_the_same() {
        let code = read(&format!("  {}\r\n", PRINTED.to_lowercase())).unwrap();
        assert_eq!(code.dev_eui, dev_eui());
        assert_eq!(code.checksum, Checksum::Right);
    }

    #[test]
    fn a_mistyped_code_is_read_and_said_to_be_wrong() {
        let code = read(&PRINTED.replace("FOOBAR", "F00BAR")).unwrap();
        assert_eq!(code.checksum, Checksum::Wrong);
        let code = read(&PRINTED.replace(SUM, ":C")).unwrap();
        assert_eq!(code.checksum, Checksum::Wrong);
        let code = read(&PRINTED.replace(SUM, "")).unwrap();
        assert_eq!(code.checksum, Checksum::Absent);
        let code = read("LW:D0:C122334455667788:CABBCCDDEEFF0011:CABB1122").unwrap();
        assert_eq!(code.checksum, Checksum::Absent);
    }

    #[test]
    fn an_extension_nobody_knows_is_kept_and_shown() {
        let code = read("LW:D0:1122334455667788:AABBCCDDEEFF0011:AABB1122:X1:S7:").unwrap();
        assert_eq!(code.unread, ["X1"]);
        assert_eq!(code.serial.as_deref(), Some("7"));
    }

    #[test]
    fn both_drafts_are_read_with_either_separator() {
        for (text, form) in [
            (
                "URN:DEV:LW:42FFFFFFFFFFFFFF_4242FFFFFFFFFFFF_42FFFF42_V0102_SSERIAL",
                CodeForm::Tr005Draft3,
            ),
            (
                "URN:DEV:LW:42FFFFFFFFFFFFFF:4242FFFFFFFFFFFF:42FFFF42:V0102:SSERIAL",
                CodeForm::Tr005Draft3,
            ),
            (
                "urn:lw:dp:42ffffffffffffff:4242ffffffffffff:42ffff42:%V0102%SSERIAL",
                CodeForm::Tr005Draft2,
            ),
            (
                "URN:LW:DP:42FFFFFFFFFFFFFF_4242FFFFFFFFFFFF_42FFFF42_%V0102_%SSERIAL",
                CodeForm::Tr005Draft2,
            ),
        ] {
            let code = read(text).unwrap();
            assert_eq!(code.form, form, "{text}");
            assert_eq!(code.join_eui.unwrap().to_string(), "42FFFFFFFFFFFFFF");
            assert_eq!(code.dev_eui.to_string(), "4242FFFFFFFFFFFF");
            assert_eq!(
                (code.vendor_id, code.profile_id),
                (Some(0x42ff), Some(0xff42))
            );
            assert_eq!(code.owner_token.as_deref(), Some("0102"));
            assert_eq!(code.serial.as_deref(), Some("SERIAL"), "{text}");
            assert_eq!(code.checksum, Checksum::Absent);
        }
    }

    #[test]
    fn a_makers_own_text_gives_its_identifier_if_there_is_one() {
        for text in [
            "AABBCCDDEEFF0011",
            "aa-bb-cc-dd-ee-ff-00-11",
            "AABBCCDDEEFF0011,000102030405060708090A0B0C0D0E0F",
            "DEVEUI:AABBCCDDEEFF0011",
            "DEVEUI:AABBCCDDEEFF0011:APPKEY:000102030405060708090A0B0C0D0E0F",
            "DevEUI: AA:BB:CC:DD:EE:FF:00:11 SN: 6136A3",
            "{\"deveui\":\"AABBCCDDEEFF0011\",\"appkey\":\"000102030405060708090A0B0C0D0E0F\"}",
            "SN=17\nDev EUI=aabbccddeeff0011\nAPP KEY=000102030405060708090a0b0c0d0e0f",
            "https://maker.example/d?id=AABBCCDDEEFF0011",
        ] {
            let code = read(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(code, bare(dev_eui()), "{text}");
        }
        let code = read("APPEUI:1122334455667788 DEVEUI:AABBCCDDEEFF0011").unwrap();
        assert_eq!(code.join_eui.unwrap().to_string(), "1122334455667788");
        assert_eq!(
            code.to_text(),
            "LW:D0:1122334455667788:AABBCCDDEEFF0011:00000000:CAC12"
        );
    }

    #[test]
    fn the_refusal_names_the_part_and_what_was_found() {
        assert_eq!(refusal(" \n"), "must not be empty");
        assert_eq!(
            refusal("LW:D1:1122334455667788"),
            "begins with LW: but the edition is \"D1\", and only D0 is known"
        );
        assert_eq!(refusal("LW:D0:1122334455667788"), "the DevEUI is missing");
        assert_eq!(
            refusal("LW:D0:1122334455667788:AABBCCDDEEFF00:AABB1122"),
            "the DevEUI \"AABBCCDDEEFF00\" must have 16 hexadecimal digits; this has 14"
        );
        assert_eq!(
            refusal("URN:DEV:LW:112233445566778X_AABBCCDDEEFF0011_AABB1122"),
            "the JoinEUI \"112233445566778X\" must be hexadecimal digits; character 16 is 'X'"
        );
        assert_eq!(
            refusal("LW:D0:1122334455667788:AABBCCDDEEFF0011:AABB11"),
            "the profile \"AABB11\" must have 8 hexadecimal digits"
        );
        assert_eq!(
            refusal("LW:D0:1122334455667788:AABBCCDDEEFF0011:AABB1122:S1:S2"),
            "the serial number appears twice"
        );
        assert_eq!(
            refusal("1122334455667788,AABBCCDDEEFF0011"),
            "holds both 1122334455667788 and AABBCCDDEEFF0011, and does not say which is the DevEUI"
        );
        assert_eq!(read("A-017"), Err(CodeError::NotACode));
        assert_eq!(read(&"A".repeat(2_000)), Err(CodeError::TooLong));
        assert_eq!(
            read("LW:D0:1122334455667788:AABBCCDDEEFF0011:AABB1122:S1\u{0}2"),
            Err(CodeError::Invisible)
        );
    }

    proptest! {
        #[test]
        fn a_printed_label_reads_back(
            join: [u8; 8], dev: [u8; 8], vendor_id: u16, profile_id: u16,
            owner_token in proptest::option::of("[0-9A-F]{1,12}"),
            serial in proptest::option::of("[A-Z0-9_%-]{1,12}"),
        ) {
            let code = DeviceCode {
                form: CodeForm::Tr005,
                join_eui: Some(Eui64::from_bytes(join)),
                vendor_id: Some(vendor_id),
                profile_id: Some(profile_id),
                owner_token,
                serial,
                checksum: Checksum::Right,
                ..bare(Eui64::from_bytes(dev))
            };
            prop_assert_eq!(read(&code.to_text()), Ok(code));
        }

        #[test]
        fn one_wrong_character_is_noticed(at in 6_usize..PRINTED.len() - 6, letter in "[0-9A-F]") {
            let mut text = PRINTED.to_owned();
            let kept = &PRINTED[at..=at];
            prop_assume!(kept != ":" && kept != letter);
            text.replace_range(at..=at, &letter);
            prop_assert!(!read(&text).is_ok_and(|code| code.checksum == Checksum::Right));
        }

        #[test]
        fn a_label_that_was_torn_or_smeared_is_read_or_refused_in_a_few_words(
            label in proptest::sample::select(vec![
                PRINTED,
                "URN:DEV:LW:42FFFFFFFFFFFFFF_4242FFFFFFFFFFFF_42FFFF42_V0102_SSERIAL",
                "URN:LW:DP:42FFFFFFFFFFFFFF:4242FFFFFFFFFFFF:42FFFF42:%V0102%SSERIAL",
                "DevEUI: AA:BB:CC:DD:EE:FF:00:11 JoinEUI=1122334455667788 SN: 6136A3",
            ]),
            changes in proptest::collection::vec(
                (any::<proptest::sample::Index>(), "[0-9A-Fa-f:_%CSPOV é\u{200b}€]{0,3}"),
                1..5,
            ),
        ) {
            let mut letters: Vec<char> = label.chars().collect();
            for (at, other) in changes {
                let at = at.index(letters.len().max(1)).min(letters.len());
                letters.splice(at..(at + 1).min(letters.len()), other.chars());
            }
            let text: String = letters.into_iter().collect();
            match read(&text) {
                Ok(code) => {
                    let again = read(&code.to_text()).map(|again| again.dev_eui);
                    prop_assert_eq!(again, Ok(code.dev_eui));
                }
                Err(refusal) => prop_assert!(refusal.to_string().len() <= text.len() + 200),
            }
        }

        #[test]
        fn no_text_makes_it_panic(
            text in "(LW:D0:|URN:LW:DP:|URN:DEV:LW:|DEVEUI)[0-9A-Fé:_%SVOPC]{0,80}|\\PC*|.*",
        ) {
            if let Ok(code) = read(&text) {
                let again = read(&code.to_text());
                prop_assert_eq!(again.map(|again| again.dev_eui), Ok(code.dev_eui));
            }
        }
    }
}
