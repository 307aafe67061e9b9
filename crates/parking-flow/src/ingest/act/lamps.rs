//! What messages say of displays and of the commands to them.

use chrono::{DateTime, Utc};
use parking_db::{DbError, PlatformTx};
use parking_domain::eui::Eui64;

use super::Understood;
use crate::displays::{self, Displays, Fate, Heard, News};
use crate::ingest::{Source, strongest};

/// The word by which ChirpStack says that it dropped a command that nobody can be told.
const TOO_LONG: &str = "DOWNLINK_PAYLOAD_SIZE";

/// The word by which it says that it dropped one because its time was over.
const EXPIRED: &str = "EXPIRED";

/// Tells displays what was heard of them.
pub(super) async fn note(
    tx: &mut PlatformTx,
    displays: &Displays,
    understood: &[Understood<'_>],
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let heard: Vec<Heard> = understood.iter().filter_map(heard).collect();
    let news: Vec<News> = understood.iter().filter_map(news).collect();
    displays::hear(tx, displays, (&heard, &news), now).await
}

/// What a display itself said.
fn heard(one: &Understood<'_>) -> Option<Heard> {
    let device = one.device.filter(|device| device.is_display)?;
    let kind = one.message.kind.as_str();
    if !matches!(kind, "up" | "join" | "status") {
        return None;
    }
    Some(Heard {
        tenant_id: device.tenant_id,
        device_id: device.id,
        at: one.message.received_at,
        gateway: strongest(&one.receptions()).map(|best| best.gateway),
        is_vouched: one.message.source == Source::ChirpStackMqtt.name(),
        heard_by: one.message.source.clone(),
        application: application(one),
        is_join: kind == "join",
        said: one.said,
    })
}

/// The application of the topic that a message came by. What a body says is its sender's word, and commands
/// by the broker go where this says.
fn application(one: &Understood<'_>) -> Option<String> {
    let is_of_broker = one.message.source == Source::ChirpStackMqtt.name();
    let said = one.message.content["application"].as_str();
    said.filter(|_| is_of_broker).map(str::to_owned)
}

/// What the network server says of a command.
fn news(one: &Understood<'_>) -> Option<News> {
    let device = one.device.filter(|device| device.is_display)?;
    let content = &one.message.content;
    let text = |field: &str| content[field].as_str();
    let fate = match one.message.kind.as_str() {
        "txack" => {
            let gateway = text("gateway").and_then(|eui| eui.parse::<Eui64>().ok());
            Fate::Transmitted(gateway)
        }
        "ack" if content["is_acknowledged"].as_bool() == Some(true) => Fate::Acknowledged,
        "ack" => Fate::NotAcknowledged,
        "log" => dropped(one.message.source == Source::Tts.name(), text("code")?)?,
        _ => return None,
    };
    Some(News {
        tenant_id: device.tenant_id,
        device_id: device.id,
        at: one.message.received_at,
        queue_item: text("queue_item")?.to_owned(),
        fate,
    })
}

/// What a notice about a command means for it. The Things Stack gives none but that a command failed.
fn dropped(is_of_stack: bool, code: &str) -> Option<Fate> {
    match code {
        EXPIRED => Some(Fate::Expired),
        _ if is_of_stack || code == TOO_LONG => Some(Fate::Dropped(code.to_owned())),
        _ => None,
    }
}
