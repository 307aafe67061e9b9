//! What is left of every change: an event for those who follow, an entry for those who ask who did it.

use chrono::{DateTime, Utc};
use parking_access::audit::{self, By, Entry};
use parking_db::events::{self, EventDraft};
use parking_db::{Result, TenantTx};
use parking_domain::ids::TenantId;
use parking_http::{Actor, Caller};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

/// Who makes a change, for the record and for people who read it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Maker {
    /// As the audit log names them.
    pub by: By,
    /// As people call them.
    pub name: String,
}

impl Maker {
    /// The caller of a route.
    pub fn caller(caller: &Caller) -> Self {
        let (Actor::User { name, .. } | Actor::ApiKey { name, .. }) = &caller.identity.actor;
        Self {
            by: By::caller(caller),
            name: name.clone(),
        }
    }
}

/// A change that was made.
pub struct Change<'a> {
    /// `<entity>.<verb>`, of the event and the entry alike.
    pub kind: &'a str,
    /// What it was made to.
    pub entity: &'a str,
    /// Its identity.
    pub id: Uuid,
    /// What people call it.
    pub name: &'a str,
    /// The site it belongs to, for those who follow one site.
    pub site: Option<Uuid>,
    /// What it was, and what it is.
    pub values: (Option<Value>, Option<Value>),
    /// Why, if somebody said so.
    pub reason: Option<&'a str>,
}

/// Records a change. Call it last in the transaction.
pub async fn record(
    tx: &mut TenantTx,
    by: &By,
    now: DateTime<Utc>,
    change: Change<'_>,
) -> Result<()> {
    let tenant = tx.tenant();
    record_in(tx.conn(), tenant, by, now, change).await
}

/// Records a change of a tenant that the transaction is not bound to.
pub(crate) async fn record_in(
    conn: &mut PgConnection,
    tenant: TenantId,
    by: &By,
    now: DateTime<Utc>,
    change: Change<'_>,
) -> Result<()> {
    let id = change.id.to_string();
    let event = EventDraft {
        kind: change.kind,
        subject_type: change.entity,
        subject_id: &id,
        payload: &json!({ "site_id": change.site, "name": change.name }),
    };
    events::append(conn, tenant, now, event).await?;
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
    audit::append(conn, tenant, by, now, entry).await
}
