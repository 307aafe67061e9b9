//! How the product's words look in requests and answers, for the description of the API.
//!
//! Each type here stands for one of `parking-domain` in a `#[schema(value_type = …)]`; it holds
//! nothing. The lists of names come from the domain, so they cannot differ from it.

use parking_domain::access;
use parking_domain::tenancy;
use parking_domain::text;
use serde::{Deserialize, Deserializer};
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};
use utoipa::openapi::{KnownFormat, RefOr, SchemaFormat};
use utoipa::{PartialSchema, ToSchema};

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
fn one_of(about: &str, names: impl IntoIterator<Item = &'static str>) -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(SchemaType::new(Type::String))
        .description(Some(about))
        .enum_values(Some(names))
        .build()
        .into()
}

/// Text of a certain form.
fn text(about: &str, length_max: usize, pattern: &str) -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(SchemaType::new(Type::String))
        .description(Some(about))
        .min_length(Some(1))
        .max_length(Some(length_max))
        .pattern(Some(pattern))
}

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident = $schema:expr;)+) => {$(
        $(#[$doc])*
        pub(crate) struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                $schema
            }
        }

        impl ToSchema for $name {}
    )+};
}

words! {
    /// [`access::Role`].
    Role = one_of("What somebody may do; each role may all that the ones before it may.", access::Role::ALL.map(access::Role::name));
    /// The roles an API key can have.
    KeyRole = one_of("What an API key may do at most.",
        access::Role::ALL.into_iter().filter(|role| *role <= access::Role::Owner).map(access::Role::name));
    /// [`access::Scope`].
    Scope = one_of("What an API key may be used for; writing includes reading.",
        access::Scope::ALL.iter().map(|scope| scope.name()));
    /// How the web UI looks.
    Theme = one_of("How the web UI looks.", ["light", "dark", "system"]);
    /// A thing a tenant has so many of.
    Resource = one_of("What is limited.", ["users", "sites", "spaces", "devices", "gateways"]);
    /// Who did something, in the audit log.
    ActorType = one_of("Who did it.", ["user", "api_key", "platform_admin", "system", "anonymous"]);
    /// What is wrong with an audit chain.
    FaultKind = one_of("What is wrong there.", ["changed", "removed", "reordered", "cut_off"]);
    /// [`tenancy::Tier`].
    Tier = one_of("What a tenant subscribed to.", tenancy::Tier::ALL.map(tenancy::Tier::name));
    /// [`tenancy::TenantStatus`].
    TenantStatus = one_of("Where a tenant stands in its life.", ["active", "suspended", "deleting"]);
    /// [`text::Language`].
    Language = one_of("A language, by its ISO 639-1 code.", ["en", "fr"]);
    /// [`text::Name`].
    Name = text("A line of text with something visible in it, and nothing invisible.", text::Name::LENGTH_MAX, NAME).build().into();
    /// [`text::Slug`].
    Slug = text("A name in addresses: lower-case letters and digits, with single dashes between them.",
        text::Slug::LENGTH_MAX, SLUG).build().into();
    /// [`text::Email`].
    Email = text("An e-mail address.", text::Email::LENGTH_MAX, EMAIL)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Email))).build().into();
}

/// White space around, a visible character at both ends, nothing invisible between: the form of
/// `text::Name`, as far as the planes of characters in use go.
const NAME: &str = concat!(
    r"^[\u0009-\u000d \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]*",
    r"[^ \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb]",
    r"([^\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb]*",
    r"[^ \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb])?",
    r"[\u0009-\u000d \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]*$",
);

/// The form of `text::Slug`.
const SLUG: &str = "^[a-z0-9]+(-[a-z0-9]+)*$";

/// The form of `text::Email`.
const EMAIL: &str = concat!(
    r"^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*",
    r"@[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$",
);
