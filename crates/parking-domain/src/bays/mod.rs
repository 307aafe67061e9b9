//! Bays: what their codes look like, how codes sort, and how a row of them is written down.

mod patterns;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

pub use self::patterns::{PATTERN_CODES_MAX, PATTERN_LENGTH_MAX, PatternError, expand};

use crate::access::UnknownName;
use crate::text::{TextError, is_invisible};

/// The code painted at a bay: trimmed, 1 to 50 printable characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct BayCode(String);

impl BayCode {
    /// The longest code, in characters.
    pub const LENGTH_MAX: usize = 50;

    /// Accepts what somebody typed, without the spaces around it.
    pub fn parse(typed: &str) -> Result<Self, TextError> {
        let code = typed.trim();
        if code.is_empty() {
            Err(TextError::Empty)
        } else if code.chars().any(is_invisible) {
            Err(TextError::Invisible)
        } else if code.chars().count() > Self::LENGTH_MAX {
            Err(TextError::TooLong(Self::LENGTH_MAX))
        } else {
            Ok(Self(code.to_owned()))
        }
    }

    /// The code as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A text whose order by bytes is the order people expect of codes: `A-2` before `A-10`.
///
/// Case makes no difference. Each number is written as the count of its digits in two places, then
/// its digits; leading zeros go. `A-2` and `A-02` have the same key, so sort by the code after it.
pub fn order_key(code: &str) -> String {
    let mut key = String::with_capacity(code.len() + 8);
    let mut rest = code;
    while let Some(first) = rest.chars().next() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        if digits == 0 {
            key.extend(first.to_lowercase());
            rest = &rest[first.len_utf8()..];
        } else {
            // Two places count to 99; a longer number is no number but a very long code.
            let (run, behind) = rest.split_at(digits.min(99));
            let number = run.trim_start_matches('0');
            let count = format!("{:02}", number.len());
            key.push_str(&count);
            key.push_str(number);
            rest = behind;
        }
    }
    key
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident = $name:literal),+ $(,)?) => {
        /// Whom or what a bay is meant for.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum BayKind { $($(#[$doc])* $variant),+ }

        impl BayKind {
            /// Every kind, the usual one first.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The name in the API and the database.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }
        }
    };
}

kinds! {
    /// Anybody's car.
    #[default]
    General = "general",
    /// Holders of a disabled person's badge.
    Disabled = "disabled",
    /// Electric vehicles, while they charge.
    EvCharging = "ev_charging",
    /// People with small children; wider, near the door.
    Family = "family",
    /// A short stop: drop off, pick up.
    ShortStay = "short_stay",
    /// Motorcycles and scooters.
    Motorcycle = "motorcycle",
    /// Bicycles.
    Bicycle = "bicycle",
    /// Lorries.
    Truck = "truck",
    /// Coaches and buses.
    Bus = "bus",
    /// Loading and unloading.
    Loading = "loading",
    /// Taxis waiting for a fare.
    Taxi = "taxi",
    /// Shared cars.
    CarSharing = "car_sharing",
    /// People who work there.
    Staff = "staff",
    /// Guests of those who live or work there.
    Visitor = "visitor",
    /// People who live there.
    Resident = "resident",
    /// Holders of a permit the tenant gives out.
    ReservedPermit = "reserved_permit",
}

impl fmt::Display for BayKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for BayKind {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        Self::ALL
            .iter()
            .copied()
            .find(|kind| kind.name() == name)
            .ok_or(UnknownName)
    }
}

impl fmt::Display for BayCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<BayCode> for String {
    fn from(code: BayCode) -> Self {
        code.0
    }
}

impl TryFrom<String> for BayCode {
    type Error = TextError;

    fn try_from(typed: String) -> Result<Self, TextError> {
        Self::parse(&typed)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_code_is_what_can_be_painted_on_the_ground() {
        assert_eq!(BayCode::parse(" A-017 ").unwrap().as_str(), "A-017");
        assert_eq!(BayCode::parse("\t"), Err(TextError::Empty));
        assert_eq!(BayCode::parse("A\u{200b}1"), Err(TextError::Invisible));
        assert_eq!(BayCode::parse("A\n1"), Err(TextError::Invisible));
        assert!(BayCode::parse(&"é".repeat(50)).is_ok());
        assert_eq!(BayCode::parse(&"A".repeat(51)), Err(TextError::TooLong(50)));
    }

    #[test]
    fn codes_sort_as_people_count() {
        let mut codes = [
            "b1", "A-10", "A-2", "a-3", "A-1b", "A-1", "10", "9", "A", "B0002",
        ];
        codes.sort_by_key(|code| (order_key(code), *code));
        let sorted = [
            "9", "10", "A", "A-1", "A-1b", "A-2", "a-3", "A-10", "b1", "B0002",
        ];
        assert_eq!(codes, sorted);
    }

    #[test]
    fn names_read_back_as_what_they_name() {
        for kind in BayKind::ALL {
            assert_eq!(kind.name().parse(), Ok(*kind));
            assert_eq!(BayKind::from_str(&format!("{kind}s")), Err(UnknownName));
        }
        assert_eq!(BayKind::default(), BayKind::General);
    }

    proptest! {
        #[test]
        fn numbers_sort_by_value_whatever_stands_around_them(
            prefix in "[A-Z -]{0,5}", a: u64, b: u64, suffix in "[A-Z-]{0,3}",
        ) {
            let key = |number: u64| order_key(&format!("{prefix}{number}{suffix}"));
            prop_assert_eq!(key(a).cmp(&key(b)), a.cmp(&b));
        }

        #[test]
        fn leading_zeros_and_case_make_no_difference(number: u32, zeros in 0_usize..9) {
            let padded = format!("a-{}{number}", "0".repeat(zeros));
            prop_assert_eq!(order_key(&padded), order_key(&format!("A-{number}")));
        }

        #[test]
        fn no_code_makes_sorting_panic(code in "\\PC*") {
            prop_assert_eq!(order_key(&code).is_empty(), code.is_empty());
        }
    }
}
