//! Telling events to programs elsewhere, and taking messages from them.

use std::path::PathBuf;

use super::parse;
use super::reader::Reader;
use super::setting::{Section, Setting};

pub(super) static SECTION: Section = Section {
    name: "webhooks",
    doc: "Telling events to programs elsewhere; and messages that arrive by HTTP.",
    specs: &[
        &ALLOW_PRIVATE.spec,
        &SECRET_KEY.spec,
        &SIGNATURE_HEADER.spec,
        &SPOOL_DIR.spec,
        &SPOOL_KB.spec,
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

static SPOOL_DIR: Setting<String> = Setting::new(
    "WEBHOOK_SPOOL_DIR",
    "spool_dir",
    "folder",
    parse::text,
    "Folder where messages that come over HTTP wait while the database is away; each server needs one of its own, on a disk that outlives it.",
)
.derived("the folder spool in PARKING_DATA_DIR");

static SPOOL_KB: Setting<u32> = Setting::new(
    "WEBHOOK_SPOOL_KB",
    "spool_kb",
    "whole number 0–16777216",
    spool_size,
    "How large the spool may become, in kilobytes; what comes then is answered 503. With 0 there is none.",
)
.or("262144");

fn spool_size(value: &str) -> Result<u32, String> {
    parse::whole(value, 0..=16_777_216)
}

/// Telling events to programs elsewhere; and where messages that come by HTTP wait.
#[derive(Clone, Debug)]
pub(crate) struct Webhooks {
    /// Whether receivers may be in private networks.
    pub(crate) allows_private: bool,
    /// Where messages wait, if not in the data directory.
    pub(crate) spool_dir: Option<PathBuf>,
    /// How many bytes of them; none if there is no spool.
    pub(crate) spool_bytes_max: u64,
}

pub(super) fn read(reader: &mut Reader) -> Webhooks {
    Webhooks {
        allows_private: reader.get(&ALLOW_PRIVATE),
        spool_dir: reader.optional(&SPOOL_DIR).map(PathBuf::from),
        spool_bytes_max: u64::from(reader.get(&SPOOL_KB)) * 1_024,
    }
}
