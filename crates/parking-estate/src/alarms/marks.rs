//! What people do about alarms: take one on, put one aside, say something.

use chrono::{DateTime, Utc};
use parking_access::audit::{self, Entry};
use parking_db::TenantTx;
use parking_db::events;
use parking_domain::ids::fresh;
use parking_http::IfMatch;
use serde_json::{Value, json};
use uuid::Uuid;

use super::AlarmError;
use super::store::marks::{self as store, Marked};
use crate::Maker;

/// The most comments of an alarm.
pub(super) const COMMENTS_MAX: i64 = 200;

/// What somebody does about alarms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mark {
    /// They see to it. What is cleared already needs nobody.
    Acknowledge,
    /// They do not after all.
    Unacknowledge,
    /// Nobody is to be told of it for a while, however often it is raised.
    Mute {
        /// How long.
        until: DateTime<Utc>,
        /// Why.
        reason: Option<String>,
    },
    /// People are to be told of it again.
    Unmute,
}

impl Mark {
    fn verb(&self) -> &'static str {
        match self {
            Self::Acknowledge => "acknowledged",
            Self::Unacknowledge => "unacknowledged",
            Self::Mute { .. } => "muted",
            Self::Unmute => "unmuted",
        }
    }

    fn facts(&self) -> Value {
        match self {
            Self::Mute { until, reason } => json!({ "until": until, "reason": reason }),
            _ => json!({}),
        }
    }
}

/// Marks alarms, all of them or none; those that are so already stay. Says which have changed.
pub async fn mark(
    tx: &mut TenantTx,
    maker: &Maker,
    (ids, seen): (&[Uuid], &IfMatch),
    mark: &Mark,
    now: DateTime<Utc>,
) -> Result<Vec<Uuid>, AlarmError> {
    let versions = store::lock(tx, ids).await?;
    if versions.len() < ids.len() {
        return Err(AlarmError::Absent);
    }
    for version in versions {
        seen.check(version).map_err(|_| AlarmError::Stale)?;
    }
    let by = maker.name.as_str();
    let marked = match mark {
        Mark::Acknowledge => store::acknowledge(tx, ids, by, now).await?,
        Mark::Unacknowledge => store::unacknowledge(tx, ids).await?,
        Mark::Mute { until, reason } => {
            store::mute(tx, ids, (*until, by, reason.as_deref())).await?
        }
        Mark::Unmute => store::unmute(tx, ids).await?,
    };
    recorded(tx, maker, (mark.verb(), mark.facts()), &marked, now).await?;
    Ok(marked.into_iter().map(|alarm| alarm.id).collect())
}

/// Says something about an alarm.
pub async fn comment(
    tx: &mut TenantTx,
    maker: &Maker,
    (alarm, text): (Uuid, &str),
    now: DateTime<Utc>,
) -> Result<Uuid, AlarmError> {
    if store::lock(tx, &[alarm]).await?.is_empty() {
        return Err(AlarmError::Absent);
    }
    let id = fresh();
    let draft = (id, alarm, text);
    let made = store::insert_comment(tx, draft, (&maker.name, now), COMMENTS_MAX).await?;
    let marked = made.ok_or(AlarmError::TooManyComments)?;
    let facts = json!({ "comment_id": id, "text": text });
    recorded(tx, maker, ("commented", facts), &[marked], now).await?;
    Ok(id)
}

/// An event of each alarm, and one entry for all of them.
async fn recorded(
    tx: &mut TenantTx,
    maker: &Maker,
    (verb, facts): (&str, Value),
    marked: &[Marked],
    now: DateTime<Utc>,
) -> Result<(), AlarmError> {
    let Some(first) = marked.first() else {
        return Ok(());
    };
    let tenant = tx.tenant();
    let event = |alarm: &Marked| {
        let mut payload = json!({
            "site_id": alarm.site_id, "name": alarm.subject_name, "kind": alarm.kind, "severity": alarm.severity,
            "thing_type": alarm.subject_type, "thing_id": alarm.subject_id, "space_id": alarm.space_id,
            "space_code": alarm.space_code, "raised_at": alarm.raised_at, "by": maker.name,
        });
        if let (Some(payload), Some(facts)) = (payload.as_object_mut(), facts.as_object()) {
            payload.extend(facts.clone());
        }
        (alarm.id.to_string(), payload)
    };
    let subjects: Vec<_> = marked.iter().map(event).collect();
    let kind = format!("alarm.{verb}");
    events::append_many(tx.conn(), tenant, now, (&kind, "alarm"), &subjects).await?;
    let ids: Vec<Uuid> = marked.iter().map(|alarm| alarm.id).collect();
    let is_one = marked.len() == 1;
    let (id, many) = (first.id.to_string(), format!("{} alarms", marked.len()));
    let mut new = facts;
    new["kind"] = json!(first.kind);
    if !is_one {
        new["kind"] = Value::Null;
        new["ids"] = json!(ids);
    }
    let plural = format!("alarms.{verb}");
    let entry = Entry {
        action: if is_one { &kind } else { &plural },
        entity_type: "alarm",
        entity_id: is_one.then_some(id),
        entity_name: Some(if is_one { &first.subject_name } else { &many }),
        old: None,
        new: Some(new),
        reason: None,
    };
    Ok(audit::append(tx.conn(), tenant, &maker.by, now, entry).await?)
}
