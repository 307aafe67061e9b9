//! Text that people type: names, e-mail addresses, slugs, languages.
//!
//! Each is parsed once, at the edge, into a type that cannot hold anything else.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Why a text was refused; the message is shown to the person who typed it.
#[derive(Debug, Error, PartialEq, Eq, Clone, Copy)]
pub enum TextError {
    /// Nothing visible was typed.
    #[error("must not be empty")]
    Empty,
    /// Longer than the field holds.
    #[error("must have at most {0} characters")]
    TooLong(usize),
    /// Shorter than the field allows.
    #[error("must have at least {0} characters")]
    TooShort(usize),
    /// Control or invisible characters, which make two names look alike.
    #[error("must not contain control or invisible characters")]
    Invisible,
    /// Not an address mail could be sent to.
    #[error("must be an e-mail address")]
    NotAnEmail,
    /// An e-mail address where a number plate was asked for.
    #[error("must be a number plate, not an e-mail address")]
    NotAPlate,
    /// Not of the form `a-z0-9` with single dashes between.
    #[error("must be lower-case letters and digits, with single dashes between them")]
    NotASlug,
    /// A language the product does not speak.
    #[error("must be one of: en, fr")]
    UnknownLanguage,
}

/// A line of text as a person's or thing's name, trimmed, 1 to 255 characters, nothing invisible.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name(String);

impl Name {
    /// The longest name, in characters.
    pub const LENGTH_MAX: usize = 255;

    /// Accepts what somebody typed, without the spaces around it.
    pub fn parse(typed: &str) -> Result<Self, TextError> {
        let name = typed.trim();
        if name.chars().any(is_invisible) {
            return Err(TextError::Invisible);
        }
        if name.is_empty() {
            return Err(TextError::Empty);
        }
        if name.chars().count() > Self::LENGTH_MAX {
            return Err(TextError::TooLong(Self::LENGTH_MAX));
        }
        Ok(Self(name.to_owned()))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Control characters, and those that print nothing or turn the direction of what follows.
pub(crate) fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{00ad}' | '\u{034f}' | '\u{061c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
                | '\u{180b}'..='\u{180f}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
                | '\u{fff0}'..='\u{fffc}'
                | '\u{1d173}'..='\u{1d17a}'
                | '\u{e0000}'..='\u{e0fff}'
        )
}

/// An address mail can be sent to; two spellings that differ in case are the same address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Email(String);

impl Email {
    /// The longest address, in bytes, as SMTP has it.
    pub const LENGTH_MAX: usize = 254;

    /// Accepts an address of plain form: `local@domain.tld`, no comments, no quoting.
    pub fn parse(typed: &str) -> Result<Self, TextError> {
        let address = typed.trim();
        if address.len() > Self::LENGTH_MAX {
            return Err(TextError::TooLong(Self::LENGTH_MAX));
        }
        let (local, domain) = address.rsplit_once('@').ok_or(TextError::NotAnEmail)?;
        let is_local = !local.is_empty()
            && local.len() <= 64
            && !local.starts_with('.')
            && !local.ends_with('.')
            && !local.contains("..")
            && local
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "!#$%&'*+/=?^_`{|}~.-".contains(c));
        let is_label = |label: &str| {
            !label.is_empty()
                && label.len() <= 63
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        };
        if is_local && domain.split('.').all(is_label) {
            Ok(Self(address.to_owned()))
        } else {
            Err(TextError::NotAnEmail)
        }
    }

    /// The address as it was typed.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form under which an account is found and kept unique.
    pub fn key(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

/// What a vehicle is known by: a line of 1 to 20 characters, in capitals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plate(String);

impl Plate {
    /// The longest plate, in characters.
    pub const LENGTH_MAX: usize = 20;

    /// Accepts a plate as somebody typed it.
    pub fn parse(typed: &str) -> Result<Self, TextError> {
        let plate = Name::parse(typed)?.as_str().to_uppercase();
        // Whoever looks for an address does not look among plates: the person would never be found again.
        if plate.contains('@') {
            return Err(TextError::NotAPlate);
        }
        // Counted in capitals, of which some letters have two.
        if plate.chars().count() > Self::LENGTH_MAX {
            return Err(TextError::TooLong(Self::LENGTH_MAX));
        }
        Ok(Self(plate))
    }

    /// The plate as it is kept.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A tenant's or a site's name in addresses: `north-quay-2`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slug(String);

impl Slug {
    /// The longest slug.
    pub const LENGTH_MAX: usize = 63;

    /// Accepts a slug as it stands.
    pub fn parse(typed: &str) -> Result<Self, TextError> {
        if typed.is_empty() {
            return Err(TextError::Empty);
        }
        if typed.len() > Self::LENGTH_MAX {
            return Err(TextError::TooLong(Self::LENGTH_MAX));
        }
        let is_part = |part: &str| {
            !part.is_empty()
                && part
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
        };
        if typed.split('-').all(is_part) {
            Ok(Self(typed.to_owned()))
        } else {
            Err(TextError::NotASlug)
        }
    }

    /// Makes a tenant's slug out of its name: `Parkhaus Süd, Ebene 2` becomes `parkhaus-sud-ebene-2`.
    pub fn from_name(name: &str) -> Self {
        Self::from_name_or(name, "tenant")
    }

    /// Makes a slug out of a name; what has no letter it could be spelt with is called otherwise.
    pub fn from_name_or(name: &str, otherwise: &'static str) -> Self {
        let mut slug = String::new();
        for c in name.chars().flat_map(char::to_lowercase) {
            let plain = plain_letter(c);
            if plain.is_empty() {
                if !slug.is_empty() && !slug.ends_with('-') {
                    slug.push('-');
                }
            } else {
                slug.push_str(plain.as_str());
            }
        }
        slug.truncate(Self::LENGTH_MAX - 8);
        let slug = slug.trim_matches('-');
        Self(if slug.is_empty() {
            otherwise.to_owned()
        } else {
            slug.to_owned()
        })
    }

    /// The same slug with a number behind it, for when the plain one is taken.
    #[must_use]
    pub fn numbered(&self, number: u32) -> Self {
        Self(format!("{}-{number}", self.0))
    }

    /// This slug, or it with the lowest number behind it that is not taken.
    #[must_use]
    pub fn free(&self, is_taken: impl Fn(&str) -> bool) -> Self {
        let numbered = (2..=u32::MAX).map(|number| self.numbered(number));
        std::iter::once(self.clone())
            .chain(numbered)
            .find(|slug| !is_taken(slug.as_str()))
            .unwrap_or_else(|| self.clone())
    }

    /// The slug as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The ASCII spelling of a letter or digit, or nothing for what separates words.
fn plain_letter(c: char) -> String {
    match c {
        'a'..='z' | '0'..='9' => c.to_string(),
        'à'..='å' | 'ā' | 'ă' | 'ą' => "a".to_owned(),
        'æ' => "ae".to_owned(),
        'ç' | 'ć' | 'č' => "c".to_owned(),
        'ď' | 'đ' => "d".to_owned(),
        'è'..='ë' | 'ē' | 'ę' | 'ě' => "e".to_owned(),
        'ì'..='ï' | 'ī' | 'į' => "i".to_owned(),
        'ł' => "l".to_owned(),
        'ñ' | 'ń' | 'ň' => "n".to_owned(),
        'ò'..='ö' | 'ø' | 'ō' | 'ő' => "o".to_owned(),
        'œ' => "oe".to_owned(),
        'ř' => "r".to_owned(),
        'ś' | 'š' | 'ș' => "s".to_owned(),
        'ß' => "ss".to_owned(),
        'ť' | 'ț' => "t".to_owned(),
        'ù'..='ü' | 'ū' | 'ů' | 'ű' => "u".to_owned(),
        'ý' | 'ÿ' => "y".to_owned(),
        'ź' | 'ż' | 'ž' => "z".to_owned(),
        _ => String::new(),
    }
}

/// A language the product speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// English.
    #[default]
    En,
    /// French.
    Fr,
}

impl Language {
    /// The ISO 639-1 code.
    pub fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Fr => "fr",
        }
    }

    /// Reads an ISO 639-1 code.
    pub fn parse(code: &str) -> Result<Self, TextError> {
        match code {
            "en" => Ok(Self::En),
            "fr" => Ok(Self::Fr),
            _ => Err(TextError::UnknownLanguage),
        }
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_lose_their_margins_and_refuse_the_invisible() {
        assert_eq!(Name::parse("  Ada ").unwrap().as_str(), "Ada");
        assert_eq!(Name::parse(" \t "), Err(TextError::Empty));
        assert_eq!(Name::parse("\u{200b}"), Err(TextError::Invisible));
        assert_eq!(Name::parse("pay\u{202e}lap"), Err(TextError::Invisible));
        for blank in ["\u{2800}", "\u{fffc}", "\u{1d173}", "\u{1d17a}"] {
            assert_eq!(Name::parse(blank), Err(TextError::Invisible), "{blank:?}");
        }
        assert_eq!(Name::parse(&"x".repeat(256)), Err(TextError::TooLong(255)));
    }

    #[test]
    fn addresses_are_plain_and_compare_without_case() {
        for good in ["a@b.ch", "first.last+tag@sub.example.org", "root@localhost"] {
            assert!(Email::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "", "@", "a@", "@b", "a b@c.d", "a@b..c", "a@-b.c", ".a@b.c", "a\n@b.c", "ä@b.c",
        ] {
            assert_eq!(Email::parse(bad), Err(TextError::NotAnEmail), "{bad}");
        }
        assert_eq!(
            Email::parse("Ada@Example.ORG").unwrap().key(),
            "ada@example.org"
        );
    }

    #[test]
    fn plates_are_kept_in_capitals_that_fit_and_are_no_addresses() {
        assert_eq!(Plate::parse(" äö-1 ").unwrap().as_str(), "ÄÖ-1");
        assert_eq!(Plate::parse("ada@x.org"), Err(TextError::NotAPlate));
        assert_eq!(
            Plate::parse(&"ß".repeat(10)).unwrap().as_str(),
            "S".repeat(20)
        );
        assert_eq!(Plate::parse(&"ß".repeat(11)), Err(TextError::TooLong(20)));
    }

    #[test]
    fn slugs_are_made_from_names_in_many_languages() {
        assert_eq!(
            Slug::from_name("Parkhaus Süd, Ebene 2").as_str(),
            "parkhaus-sud-ebene-2"
        );
        assert_eq!(Slug::from_name("  Œuvre — d'été ").as_str(), "oeuvre-d-ete");
        assert_eq!(Slug::from_name("停車場").as_str(), "tenant");
    }

    proptest! {
        #[test]
        fn a_generated_slug_is_always_a_slug(name in ".{0,300}") {
            let slug = Slug::from_name(&name);
            prop_assert_eq!(Slug::parse(slug.as_str()), Ok(slug.clone()));
            prop_assert_eq!(Slug::parse(slug.numbered(4_294_967).as_str()), Ok(slug.numbered(4_294_967)));
        }

        #[test]
        fn no_input_makes_the_parsers_panic(text in "\\PC*|.*") {
            let seen = (Name::parse(&text).is_ok(), Email::parse(&text).is_ok(), Slug::parse(&text).is_ok());
            prop_assert!(!seen.1 || seen.0, "an address is also a name");
        }
    }
}
