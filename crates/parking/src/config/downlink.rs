//! Commands to displays: how many within a minute, how often they are tried, how long they may take.

use chrono::TimeDelta;
use parking_flow::displays::Settings;

use super::parse;
use super::reader::Reader;
use super::setting::{Section, Setting};

pub(super) static SECTION: Section = Section {
    name: "downlink",
    doc: "Commands to displays: how many within a minute, how often they are tried, how long they may take.",
    specs: &[
        &GATEWAY.spec,
        &TENANT.spec,
        &ATTEMPTS.spec,
        &BACKOFF.spec,
        &PATIENCE.spec,
        &QUEUE_NAME.spec,
    ],
};

static GATEWAY: Setting<u32> = Setting::new(
    "DOWNLINK_RATE_LIMIT_GATEWAY",
    "rate_limit_gateway",
    "commands a minute",
    |value| parse::whole(value, 1..=100_000),
    "Commands that one gateway sends within any minute at most; the air is not ours alone.",
)
.or("30");

static TENANT: Setting<u32> = Setting::new(
    "DOWNLINK_RATE_LIMIT_TENANT",
    "rate_limit_tenant",
    "commands a minute",
    |value| parse::whole(value, 1..=100_000),
    "Commands that are sent for one tenant within any minute at most.",
)
.or("100");

static ATTEMPTS: Setting<u32> = Setting::new(
    "DOWNLINK_MAX_RETRIES",
    "max_retries",
    "1 to 20",
    |value| parse::whole(value, 1..=20),
    "How often a command is tried before it is given up; to wait for a limit is no attempt.",
)
.or("5");

static BACKOFF: Setting<u32> = Setting::new(
    "DOWNLINK_RETRY_BACKOFF_BASE",
    "retry_backoff_base",
    "seconds",
    |value| parse::whole(value, 1..=60),
    "The pause after the first attempt; it doubles to a minute.",
)
.or("2");

static PATIENCE: Setting<u32> = Setting::new(
    "DOWNLINK_DEADLINE",
    "deadline",
    "seconds",
    |value| parse::whole(value, 5..=600),
    "Within which a gateway must have sent a command to a display that always listens; afterwards \
     the queue of the device is emptied and the command tried again.",
)
.or("30");

static QUEUE_NAME: Setting<String> =
    Setting::not_used("DOWNLINK_QUEUE_NAME", "queue_name", "the queue is a table.");

/// How commands are sent.
pub(super) fn read(reader: &mut Reader) -> Settings {
    Settings {
        gateway_per_minute: reader.get(&GATEWAY),
        tenant_per_minute: reader.get(&TENANT),
        attempts_max: reader.get(&ATTEMPTS),
        backoff_base_s: reader.get(&BACKOFF),
        patience: TimeDelta::seconds(reader.get(&PATIENCE).into()),
    }
}
