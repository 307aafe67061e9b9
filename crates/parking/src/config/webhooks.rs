//! Telling events to programs elsewhere.

use super::parse;
use super::reader::Reader;
use super::setting::{Section, Setting};

pub(super) static SECTION: Section = Section {
    name: "webhooks",
    doc: "Telling events to programs elsewhere; and names of the predecessors, for uplinks that arrive by HTTP.",
    specs: &[
        &ALLOW_PRIVATE.spec,
        &SECRET_KEY.spec,
        &SIGNATURE_HEADER.spec,
        &SPOOL_DIR.spec,
    ],
};

static ALLOW_PRIVATE: Setting<bool> = Setting::new(
    "WEBHOOK_ALLOW_PRIVATE",
    "allow_private",
    "true or false",
    parse::flag,
    "Whether webhooks may lead to private addresses and go by plain http; then every tenant's owner can write to machines inside this network.",
)
.or("false");

static SECRET_KEY: Setting<String> = Setting::not_used(
    "WEBHOOK_SECRET_KEY",
    "secret_key",
    "not used: webhook credentials belong to tenants and are made in the UI.",
);

static SIGNATURE_HEADER: Setting<String> = Setting::not_used(
    "WEBHOOK_SIGNATURE_HEADER",
    "signature_header",
    "not used: the header is X-Webhook-Signature.",
);

static SPOOL_DIR: Setting<String> = Setting::not_used(
    "WEBHOOK_SPOOL_DIR",
    "spool_dir",
    "not used by this version.",
);

/// Telling events to programs elsewhere.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Webhooks {
    /// Whether receivers may be in private networks.
    pub(crate) allows_private: bool,
}

pub(super) fn read(reader: &mut Reader) -> Webhooks {
    Webhooks {
        allows_private: reader.get(&ALLOW_PRIVATE),
    }
}
