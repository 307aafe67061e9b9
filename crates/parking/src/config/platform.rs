//! The tenant of those who run the installation.

use parking_domain::text::{Name, Slug};
use uuid::Uuid;

use super::parse;
use super::reader::Reader;
use super::setting::{Section, Setting};

pub(super) static SECTION: Section = Section {
    name: "platform",
    doc: "The tenant of those who run the installation.",
    specs: &[
        &ID.spec,
        &NAME.spec,
        &SLUG.spec,
        &ENABLE_RLS.spec,
        &ENABLE_AUDIT_LOG.spec,
    ],
};

static ID: Setting<Uuid> = Setting::new(
    "PLATFORM_TENANT_ID",
    "tenant_id",
    "the nil UUID",
    parse::platform_tenant_id,
    "The platform tenant's id, which is fixed.",
)
.or("00000000-0000-0000-0000-000000000000");

static NAME: Setting<Name> = Setting::new(
    "PLATFORM_TENANT_NAME",
    "tenant_name",
    "text",
    parse::name,
    "The platform tenant's name when it is created.",
)
.or("Platform");

static SLUG: Setting<Slug> = Setting::new(
    "PLATFORM_TENANT_SLUG",
    "tenant_slug",
    "lower-case letters, digits, hyphens",
    parse::slug,
    "The platform tenant's slug when it is created.",
)
.or("platform");

static ENABLE_RLS: Setting<bool> = Setting::new(
    "ENABLE_RLS",
    "enable_rls",
    "true",
    parse::always_on,
    "Row-level security separates the tenants; it is always on.",
)
.or("true");

static ENABLE_AUDIT_LOG: Setting<bool> = Setting::new(
    "ENABLE_AUDIT_LOG",
    "enable_audit_log",
    "true",
    parse::always_on,
    "The audit log is always on.",
)
.or("true");

/// The tenant of those who run the installation.
#[derive(Clone, Debug)]
pub(crate) struct Platform {
    /// Its name when it is created.
    pub(crate) tenant_name: Name,
    /// Its slug when it is created.
    pub(crate) tenant_slug: Slug,
}

pub(super) fn read(reader: &mut Reader) -> Platform {
    // These three admit one value each; reading them is what refuses the others.
    reader.get(&ID);
    reader.get(&ENABLE_RLS);
    reader.get(&ENABLE_AUDIT_LOG);
    Platform {
        tenant_name: reader.get(&NAME),
        tenant_slug: reader.get(&SLUG),
    }
}
