//! How the product's words look in requests and answers, for the description of the API.
//!
//! Each type here stands for one of `parking-domain` in a `#[schema(value_type = …)]`; it holds
//! nothing. The lists of names come from the domain, so they cannot differ from it.

use parking_domain::access;
use parking_domain::tenancy;
use parking_domain::text;
use parking_http::wire::{line, one_of};
use parking_http::words;
use utoipa::openapi::{KnownFormat, SchemaFormat};

pub(crate) use parking_http::wire::{Change, Name};

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
    /// What a webhook wants.
    WantedEvents = line("A type of event, all of a subject as `space.*`, or everything as `*`.", 100,
        r"^(\*|[a-z_]+\.(\*|[a-z_]+))$").build().into();
    /// Where a delivery stands.
    DeliveryStatus = one_of("Where a delivery stands: it waits, was taken, was not taken for three days, or waited too long.",
        ["pending", "delivered", "failed", "expired"]);
    /// [`text::Slug`].
    Slug = line("A name in addresses: lower-case letters and digits, with single dashes between them.",
        text::Slug::LENGTH_MAX, SLUG).build().into();
    /// [`text::Email`].
    Email = line("An e-mail address.", text::Email::LENGTH_MAX, EMAIL)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Email))).build().into();
}

/// The form of `text::Slug`.
const SLUG: &str = "^[a-z0-9]+(-[a-z0-9]+)*$";

/// The form of `text::Email`.
const EMAIL: &str = concat!(
    r"^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*",
    r"@[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$",
);
