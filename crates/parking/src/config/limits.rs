//! How often callers may call.

use super::parse;
use super::reader::Reader;
use super::setting::{Section, Setting};

pub(super) static SECTION: Section = Section {
    name: "limits",
    doc: "How often callers may call. Health, metrics and ingest are exempt.",
    specs: &[
        &ENABLED.spec,
        &ATTEMPTS.spec,
        &PER_MINUTE.spec,
        &WRITES_PER_MINUTE.spec,
        &PER_TENANT.spec,
        &ANONYMOUS_PER_MINUTE.spec,
        &PER_HOUR.spec,
    ],
};

static ENABLED: Setting<bool> = Setting::new(
    "RATE_LIMIT_ENABLED",
    "enabled",
    "true or false",
    parse::flag,
    "Whether callers are limited at all; what guards accounts has a setting of its own.",
)
.or("true");

static ATTEMPTS: Setting<bool> = Setting::new(
    "RATE_LIMIT_ATTEMPTS",
    "attempts",
    "true or false",
    parse::flag,
    "Whether sign-ins, resets and invitations are limited by account and by address; only tests do without.",
)
.or("true");

static PER_MINUTE: Setting<u32> = Setting::new(
    "RATE_LIMIT_PER_MINUTE",
    "per_minute",
    "whole number 1–1000000",
    rate,
    "Requests a minute of one session or API key; two minutes' worth may be saved up.",
)
.or("100");

static WRITES_PER_MINUTE: Setting<u32> = Setting::new(
    "RATE_LIMIT_WRITES_PER_MINUTE",
    "writes_per_minute",
    "whole number 1–1000000",
    rate,
    "Changes a minute of one session or API key.",
)
.or("60");

static PER_TENANT: Setting<u32> = Setting::new(
    "RATE_LIMIT_PER_TENANT",
    "per_tenant",
    "whole number 1–1000000",
    rate,
    "The most requests a minute of all callers of one tenant together, whatever its tier allows.",
)
.derived("what the tenant's tier says");

static ANONYMOUS_PER_MINUTE: Setting<u32> = Setting::new(
    "RATE_LIMIT_ANONYMOUS_PER_MINUTE",
    "anonymous_per_minute",
    "whole number 1–1000000",
    rate,
    "Requests a minute of one network address without credentials.",
)
.or("120");

static PER_HOUR: Setting<String> = Setting::not_used(
    "RATE_LIMIT_PER_HOUR",
    "per_hour",
    "limits count by the minute; two minutes' worth may be saved up.",
);

fn rate(value: &str) -> Result<u32, String> {
    parse::whole(value, 1..=1_000_000)
}

/// How often callers may call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Whether callers are limited.
    pub(crate) is_enabled: bool,
    /// Whether attempts on accounts are limited.
    pub(crate) attempts_are_limited: bool,
    /// Requests a minute per credential.
    pub(crate) per_minute: u32,
    /// Changes a minute per credential.
    pub(crate) writes_per_minute: u32,
    /// The most requests a minute per tenant, if the tier has not the last word.
    pub(crate) tenant_per_minute_max: Option<u32>,
    /// Requests a minute per anonymous address.
    pub(crate) anonymous_per_minute: u32,
}

pub(super) fn read(reader: &mut Reader) -> Limits {
    Limits {
        is_enabled: reader.get(&ENABLED),
        attempts_are_limited: reader.get(&ATTEMPTS),
        per_minute: reader.get(&PER_MINUTE),
        writes_per_minute: reader.get(&WRITES_PER_MINUTE),
        tenant_per_minute_max: reader.optional(&PER_TENANT),
        anonymous_per_minute: reader.get(&ANONYMOUS_PER_MINUTE),
    }
}
