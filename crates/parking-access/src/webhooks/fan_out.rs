//! From the log of events to deliveries.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use parking_db::events::{self, Event};
use parking_db::{DbError, Reason};
use parking_domain::ids::{TenantId, fresh};
use parking_domain::webhooks::Wanted;
use serde::Serialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::Webhooks;
use super::store::fan_out::{self as store, Drafts};

/// The reader's row in `event_cursors`.
const READER: &str = "webhooks";

/// Events read at a time.
const BATCH: i64 = 500;

/// Deliveries that wait for one webhook at most; beyond that the oldest expire.
pub(super) const WAITING_MAX: i64 = 10_000;

/// The largest body; what would be larger goes without its facts.
const BODY_MAX: usize = 64 * 1_024;

/// What is sent. This is API.
#[derive(Serialize)]
struct Envelope<'a> {
    #[serde(rename = "type")]
    event_type: &'a str,
    timestamp: DateTime<Utc>,
    tenant_id: TenantId,
    data: Map<String, Value>,
}

/// Makes deliveries of the events that were not read yet, and says whether there is more to read.
///
/// Of many servers one reads at a time. What it made and how far it came commit together.
pub async fn fan_out(state: &Webhooks) -> Result<bool, DbError> {
    let now = state.clock.now();
    let mut tx = state
        .db
        .platform(Reason::Worker("read events for webhooks"))
        .await?;
    let Some(cursor) = events::take_cursor(&mut tx, READER).await? else {
        return Ok(false);
    };
    let read = events::read_after(&mut tx, cursor, BATCH).await?;
    let Some(last) = read.last().map(|event| event.cursor) else {
        tx.commit().await?;
        return Ok(false);
    };
    let tenants: BTreeSet<Uuid> = read.iter().map(|event| event.tenant.0).collect();
    let tenants: Vec<Uuid> = tenants.into_iter().collect();
    let listeners = store::listeners(&mut tx, &tenants).await?;
    let (drafts, waiting) = drafts(&read, listeners);
    if !waiting.is_empty() {
        store::put(&mut tx, &drafts, now).await?;
    }
    for webhook in &waiting {
        store::expire_beyond(&mut tx, *webhook, WAITING_MAX, now).await?;
    }
    events::move_cursor(&mut tx, READER, last).await?;
    tx.commit().await?;
    if !waiting.is_empty() {
        state.nudge.now();
    }
    Ok(i64::try_from(read.len()).is_ok_and(|count| count == BATCH))
}

/// A webhook, the types of events it wants, and since when.
type Wish = (Uuid, Vec<Wanted>, DateTime<Utc>);

/// What is to be sent to whom, and the webhooks for which there is anything.
fn drafts(read: &[Event], listeners: Vec<store::Listener>) -> (Drafts, BTreeSet<(TenantId, Uuid)>) {
    let mut by_tenant: BTreeMap<TenantId, Vec<Wish>> = BTreeMap::new();
    for listener in listeners {
        let wanted = listener.event_types.into_iter().map(Wanted::from).collect();
        let of_tenant = by_tenant.entry(listener.tenant).or_default();
        of_tenant.push((listener.id, wanted, listener.since));
    }
    let (mut drafts, mut waiting) = (Drafts::default(), BTreeSet::new());
    for event in read {
        for (webhook, wanted, since) in by_tenant.get(&event.tenant).into_iter().flatten() {
            if event.at < *since || !wanted.iter().any(|wanted| wanted.is(&event.kind)) {
                continue;
            }
            waiting.insert((event.tenant, *webhook));
            drafts.tenants.push(event.tenant.0);
            drafts.ids.push(fresh());
            drafts.webhooks.push(*webhook);
            drafts.events.push(event.cursor.id);
            drafts.event_types.push(event.kind.clone());
            drafts.bodies.push(body_of(event));
        }
    }
    (drafts, waiting)
}

fn body_of(event: &Event) -> String {
    let subject = (event.subject_type.as_str(), event.subject_id.as_str());
    let facts = match &event.payload {
        Value::Object(facts) => facts.clone(),
        _ => Map::new(),
    };
    let body = body((event.tenant, &event.kind), subject, facts, event.at);
    if body.len() <= BODY_MAX {
        return body;
    }
    self::body((event.tenant, &event.kind), subject, Map::new(), event.at)
}

/// The body of a message: what happened to what, when, and the facts.
pub(super) fn body(
    (tenant_id, event_type): (TenantId, &str),
    (subject_type, subject_id): (&str, &str),
    mut data: Map<String, Value>,
    timestamp: DateTime<Utc>,
) -> String {
    data.insert("subject_type".to_owned(), subject_type.into());
    data.insert("subject_id".to_owned(), subject_id.into());
    let envelope = Envelope {
        event_type,
        timestamp,
        tenant_id,
        data,
    };
    // Maps of text to JSON can be written as JSON.
    serde_json::to_string(&envelope).unwrap_or_default()
}
