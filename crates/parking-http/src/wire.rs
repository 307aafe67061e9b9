//! How fields look in requests and answers, for the description of the API, and changes of them.

use std::ops::RangeInclusive;

use chrono::{DateTime, Datelike as _, Timelike as _, Utc};
use parking_domain::text;
use serde::{Deserialize, Deserializer, de};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};

/// A field of a change: absent, null or a value. Wants `#[serde(default)]`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Change<T> {
    /// Stays what it is.
    #[default]
    Keep,
    /// Becomes nothing.
    Clear,
    /// Becomes this.
    Set(T),
}

impl<T> Change<T> {
    /// What is there after the change.
    pub fn onto(self, present: Option<T>) -> Option<T> {
        match self {
            Self::Keep => present,
            Self::Clear => None,
            Self::Set(value) => Some(value),
        }
    }
}

impl<T: Copy> Change<T> {
    /// What it is set to, if to anything.
    pub fn value(self) -> Option<T> {
        self.onto(None)
    }

    /// Whether it is a change at all.
    pub fn is_any(self) -> bool {
        !matches!(self, Self::Keep)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Change<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Option::deserialize(deserializer)?;
        Ok(value.map_or(Self::Clear, Self::Set))
    }
}

/// The years an instant may lie in. chrono reads some 262000 of them and panics beyond its last one;
/// RFC 3339 and browsers know four digits. What is added to an instant within stays within all three.
const YEARS: RangeInclusive<i32> = 1..=9_998;

/// A field that is an instant, or may be one.
pub trait Instants {
    /// The instant, if there is one.
    fn instant(&self) -> Option<DateTime<Utc>>;
}

impl Instants for DateTime<Utc> {
    fn instant(&self) -> Option<DateTime<Utc>> {
        Some(*self)
    }
}

impl Instants for Option<DateTime<Utc>> {
    fn instant(&self) -> Option<DateTime<Utc>> {
        *self
    }
}

impl Instants for Change<DateTime<Utc>> {
    fn instant(&self) -> Option<DateTime<Utc>> {
        self.value()
    }
}

/// Reads an instant of a request, and refuses those with which nobody can reckon. Each field of a
/// request that holds one wants `#[serde(deserialize_with = "instant")]`; a test asks every operation.
pub fn instant<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: Deserialize<'de> + Instants,
    D: Deserializer<'de>,
{
    let value = T::deserialize(deserializer)?;
    match value.instant() {
        Some(at) if !YEARS.contains(&at.year()) => Err(de::Error::custom(format_args!(
            "must lie in the years {} to {}",
            YEARS.start(),
            YEARS.end()
        ))),
        // chrono reads a sixty-first second, and counts from it otherwise than the database.
        Some(at) if at.nanosecond() >= 1_000_000_000 => Err(de::Error::custom(
            "must not be a leap second, which clocks do not show",
        )),
        _ => Ok(value),
    }
}

/// Names one can choose from.
pub fn one_of(about: &str, names: impl IntoIterator<Item = &'static str>) -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(SchemaType::new(Type::String))
        .description(Some(about))
        .enum_values(Some(names))
        .build()
        .into()
}

/// A line of text of a certain form.
pub fn line(about: &str, length_max: usize, pattern: &str) -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(SchemaType::new(Type::String))
        .description(Some(about))
        .min_length(Some(1))
        .max_length(Some(length_max))
        .pattern(Some(pattern))
}

/// Types that stand for the product's words in the description of the API, and hold nothing.
#[macro_export]
macro_rules! words {
    ($($(#[$doc:meta])* $name:ident = $schema:expr;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name;

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                $schema
            }
        }

        impl utoipa::ToSchema for $name {}
    )+};
}

words! {
    /// [`text::Name`].
    Name = line("A line of text with something visible in it, and nothing invisible.", text::Name::LENGTH_MAX, NAME).build().into();
}

/// White space around, a visible character at both ends, nothing invisible between: the form of
/// `text::Name`, as far as the planes of characters in use go.
const NAME: &str = concat!(
    r"^[\u0009-\u000d \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]*",
    r"[^ \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffc]",
    r"([^\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffc]*",
    r"[^ \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffc])?",
    r"[\u0009-\u000d \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]*$",
);

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    struct Window {
        #[serde(deserialize_with = "instant")]
        from: DateTime<Utc>,
        #[serde(default, deserialize_with = "instant")]
        to: Option<DateTime<Utc>>,
        #[serde(default, deserialize_with = "instant")]
        end: Change<DateTime<Utc>>,
    }

    #[test]
    fn an_instant_that_nobody_can_reckon_with_is_refused_wherever_it_stands() {
        let read = |window: &str| serde_json::from_str::<Window>(window);
        let first = r#"{"from":"0001-01-01T00:00:00Z","to":null,"end":null}"#;
        let first = read(first).unwrap();
        assert_eq!(
            (first.from.year(), first.to, first.end),
            (1, None, Change::Clear)
        );
        let last = r#"{"from":"9998-12-31T23:59:59Z","to":"9998-12-31T23:59:59Z"}"#;
        assert_eq!(read(last).unwrap().end, Change::Keep);
        for far in [
            "+262142-12-31T23:59:59Z",
            "+10000-01-01T00:00:00Z",
            "9998-12-31T23:59:59-01:00",
            "0001-01-01T00:00:00+01:00",
            "-0001-01-01T00:00:00Z",
        ] {
            for window in [
                format!(r#"{{"from":"{far}"}}"#),
                format!(r#"{{"from":"2026-01-01T00:00:00Z","to":"{far}"}}"#),
                format!(r#"{{"from":"2026-01-01T00:00:00Z","end":"{far}"}}"#),
            ] {
                let refused = read(&window).unwrap_err().to_string();
                assert!(refused.contains("years 1 to 9998"), "{window}: {refused}");
            }
        }
        for leap in ["2026-12-31T23:59:60Z", "2026-06-01T12:00:60.5+02:00"] {
            let refused = read(&format!(r#"{{"from":"{leap}"}}"#)).unwrap_err();
            assert!(refused.to_string().contains("leap second"), "{leap}");
        }
    }
}
