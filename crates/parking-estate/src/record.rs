//! What is left of every change: an event for those who follow, an entry for those who ask who did it.

use chrono::{DateTime, Utc};
use parking_access::audit::{self, By, Entry};
use parking_db::events::{self, EventDraft};
use parking_db::{Result, TenantTx};
use serde_json::{Value, json};
use uuid::Uuid;

/// A change that was made.
pub(crate) struct Change<'a> {
    /// `<entity>.<verb>`, of the event and the entry alike.
    pub(crate) kind: &'a str,
    /// What it was made to.
    pub(crate) entity: &'a str,
    pub(crate) id: Uuid,
    pub(crate) name: &'a str,
    /// The site it belongs to, for those who follow one site.
    pub(crate) site: Option<Uuid>,
    /// What it was, and what it is.
    pub(crate) values: (Option<Value>, Option<Value>),
    pub(crate) reason: Option<&'a str>,
}

/// Records a change. Call it last in the transaction.
pub(crate) async fn record(
    tx: &mut TenantTx,
    by: &By,
    now: DateTime<Utc>,
    change: Change<'_>,
) -> Result<()> {
    let (tenant, id) = (tx.tenant(), change.id.to_string());
    let event = EventDraft {
        kind: change.kind,
        subject_type: change.entity,
        subject_id: &id,
        payload: &json!({ "site_id": change.site, "name": change.name }),
    };
    events::append(tx.conn(), tenant, now, event).await?;
    let (old, new) = change.values;
    let entry = Entry {
        action: change.kind,
        entity_type: change.entity,
        entity_id: Some(id),
        entity_name: Some(change.name),
        old,
        new,
        reason: change.reason,
    };
    audit::append(tx.conn(), tenant, by, now, entry).await
}
