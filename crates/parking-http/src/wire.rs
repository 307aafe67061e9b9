//! How fields look in requests and answers, for the description of the API, and changes of them.

use parking_domain::text;
use serde::{Deserialize, Deserializer};
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
