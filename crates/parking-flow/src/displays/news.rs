//! What the radio says of displays and of the commands to them, as acting on messages finds it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use parking_db::{DbError, PlatformTx};
use parking_domain::downlinks::{Said, Trouble};
use parking_domain::eui::Eui64;
use serde_json::to_value;
use uuid::Uuid;

use super::Displays;
use super::attempts::{Failed, give_back};
use super::store::news::{self as store, HeardOf, SaidOf, SentBy};
use super::store::plan::{self, Keys};

/// A message from a display.
#[derive(Clone, Debug)]
pub struct Heard {
    /// Whose.
    pub tenant_id: Uuid,
    /// Which.
    pub device_id: Uuid,
    /// When it was received.
    pub at: DateTime<Utc>,
    /// The gateway that heard it best.
    pub gateway: Option<Eui64>,
    /// Whether it came by the installation's own road: what comes by another could be made up.
    pub is_vouched: bool,
    /// By which road it came, as messages are kept.
    pub heard_by: String,
    /// The application of its topic, where it came by one.
    pub application: Option<String>,
    /// Whether it joined: what it was told before it has forgotten.
    pub is_join: bool,
    /// What it says that it shows.
    pub said: Option<Said>,
}

/// What the network server says of a command.
#[derive(Clone, Debug)]
pub struct News {
    /// Whose.
    pub tenant_id: Uuid,
    /// Of which device.
    pub device_id: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// The network server's name of the command.
    pub queue_item: String,
    /// What.
    pub fate: Fate,
}

/// What became of a command.
#[derive(Clone, Debug)]
pub enum Fate {
    /// A gateway sent it.
    Transmitted(Option<Eui64>),
    /// The display acknowledged it.
    Acknowledged,
    /// The display did not acknowledge it in time.
    NotAcknowledged,
    /// No gateway sent it before the network server was to drop it.
    Expired,
    /// The network server dropped it, with its reason.
    Dropped(String),
}

/// Takes in what the radio says. Done again, it changes nothing.
pub async fn hear(
    tx: &mut PlatformTx,
    displays: &Displays,
    (heard, news): (&[Heard], &[News]),
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    if heard.is_empty() && news.is_empty() {
        return Ok(());
    }
    let of_heard = heard.iter().map(|one| (one.tenant_id, one.device_id));
    let all: std::collections::BTreeSet<(Uuid, Uuid)> = of_heard
        .chain(news.iter().map(|one| (one.tenant_id, one.device_id)))
        .collect();
    let keys: Keys = all.into_iter().unzip();
    plan::lock(tx, &keys, now).await?;
    let heard = gathered(heard);
    if !heard.is_empty() {
        store::heard(tx, &heard).await?;
    }
    settle(tx, displays, news, now).await?;
    displays.to_plan.now();
    displays.wake_senders();
    Ok(())
}

/// All that was heard of each display in one, the last word counting.
fn gathered(heard: &[Heard]) -> Vec<HeardOf> {
    let mut sorted: Vec<&Heard> = heard.iter().collect();
    sorted.sort_by_key(|one| one.at);
    let mut by_display: BTreeMap<(Uuid, Uuid), HeardOf> = BTreeMap::new();
    for one in sorted {
        let of = by_display
            .entry((one.tenant_id, one.device_id))
            .or_insert_with(|| HeardOf {
                tenant_id: one.tenant_id,
                id: one.device_id,
                at: one.at,
                gateway_eui: None,
                is_vouched: false,
                heard_by: String::new(),
                application: None,
                joined_at: None,
                shown: None,
                shown_at: None,
            });
        of.at = of.at.max(one.at);
        // What was made up does not take the place of what was heard.
        if let Some(gateway) = one.gateway.filter(|_| one.is_vouched || !of.is_vouched) {
            of.gateway_eui = Some(gateway.to_string());
            of.is_vouched = one.is_vouched;
        }
        of.heard_by.clone_from(&one.heard_by);
        of.application = one.application.clone().or(of.application.take());
        if one.is_join {
            of.joined_at = Some(one.at);
        }
        if let Some(said) = one.said.and_then(|said| to_value(said).ok()) {
            (of.shown, of.shown_at) = (Some(said), Some(one.at));
        }
    }
    by_display.into_values().collect()
}

async fn settle(
    tx: &mut PlatformTx,
    displays: &Displays,
    news: &[News],
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let (mut sent, mut acknowledged, mut lost) = (Vec::new(), Vec::new(), Vec::new());
    for one in news {
        let said = SaidOf {
            tenant_id: one.tenant_id,
            device_id: one.device_id,
            queue_item: one.queue_item.clone(),
        };
        match &one.fate {
            Fate::Transmitted(gateway) => sent.push(SentBy {
                tenant_id: one.tenant_id,
                device_id: one.device_id,
                queue_item: one.queue_item.clone(),
                gateway_eui: gateway.map(|eui| eui.to_string()),
                at: one.at,
            }),
            Fate::Acknowledged => acknowledged.push(said),
            Fate::NotAcknowledged => lost.push((said, Trouble::NotAcknowledged, None)),
            Fate::Expired => lost.push((said, Trouble::NotTransmitted, None)),
            Fate::Dropped(why) => lost.push((said, Trouble::Refused, Some(why.as_str()))),
        }
    }
    if !sent.is_empty() {
        for one in store::transmitted(tx, &sent, now).await? {
            displays.metrics.transmitted(one.at - one.created_at);
        }
    }
    if !acknowledged.is_empty() {
        store::acknowledged(tx, &acknowledged, now).await?;
    }
    if !lost.is_empty() {
        lose(tx, displays, &lost, now).await?;
    }
    Ok(())
}

async fn lose(
    tx: &mut PlatformTx,
    displays: &Displays,
    lost: &[(SaidOf, Trouble, Option<&str>)],
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let said: Vec<SaidOf> = lost.iter().map(|(said, _, _)| said.clone()).collect();
    let mut given_back = Vec::new();
    for one in store::on_their_way(tx, &said).await? {
        let about = lost.iter().find(|(said, _, _)| {
            said.device_id == one.device_id && said.queue_item == one.queue_item
        });
        let Some((_, trouble, detail)) = about else {
            continue;
        };
        displays.metrics.troubled(*trouble);
        let failed = Failed {
            key: (one.tenant_id, one.id, one.device_id),
            attempts: one.attempts,
            status: &one.status,
            trouble: *trouble,
            detail: *detail,
            is_left_behind: false,
            not_before: None,
        };
        given_back.push(failed.lost(&displays.settings, 0, now));
    }
    let ended = give_back(tx, &given_back, &displays.settings, now).await?;
    displays
        .metrics
        .ended(ended.iter().map(|one| one.status.as_str()));
    Ok(())
}
