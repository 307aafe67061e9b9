//! What messages say of displays and of the commands to them.

use chrono::{DateTime, Utc};
use parking_db::{DbError, PlatformTx};
use parking_domain::eui::Eui64;

use super::Understood;
use crate::displays::{self, Displays, Fate, Heard, News};
use crate::ingest::{Source, strongest};

/// The words by which the network server says that it dropped a command.
const DROPPED: [&str; 2] = ["DOWNLINK_PAYLOAD_SIZE", "EXPIRED"];

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
        is_join: kind == "join",
        said: one.said,
    })
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
        "log" if text("code").is_some_and(|code| DROPPED.contains(&code)) => {
            Fate::Dropped(text("code")?.to_owned())
        }
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
