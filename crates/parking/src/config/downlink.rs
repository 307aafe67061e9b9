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
        &BY.spec,
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
    "Within which a gateway must have sent a command to a display that listens; then its queue is \
     emptied, or the command has expired there, and it is tried again.",
)
.or("30");

static BY: Setting<CommandsBy> = Setting::new(
    "DOWNLINK_BY",
    "by",
    "api or mqtt",
    by,
    "How commands reach ChirpStack: by its API, which is usual where CHIRPSTACK_HOST is set, or by the \
     broker, which has no queue that can be emptied.",
);

static QUEUE_NAME: Setting<String> =
    Setting::not_used("DOWNLINK_QUEUE_NAME", "queue_name", "the queue is a table.");

/// A path to ChirpStack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CommandsBy {
    /// Its API.
    Api,
    /// Its broker.
    Mqtt,
}

fn by(value: &str) -> Result<CommandsBy, String> {
    match value {
        "api" => Ok(CommandsBy::Api),
        "mqtt" => Ok(CommandsBy::Mqtt),
        _ => Err("api or mqtt".to_owned()),
    }
}

/// The path that is to be taken, if that was said; it must be there.
pub(super) fn read_path(
    reader: &mut Reader,
    (has_api, has_broker): (bool, bool),
) -> Option<CommandsBy> {
    let wanted = reader.optional(&BY)?;
    match wanted {
        CommandsBy::Api if !has_api => {
            reader.problem(&BY.spec, "is api, and CHIRPSTACK_HOST is not set");
        }
        CommandsBy::Mqtt if !has_broker => {
            reader.problem(&BY.spec, "is mqtt, and MQTT_URL is not set");
        }
        CommandsBy::Api | CommandsBy::Mqtt => {}
    }
    Some(wanted)
}

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
