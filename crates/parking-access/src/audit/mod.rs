//! The record of who did what: append-only, chained, and read by those who may.
//!
//! Every mutation appends an entry in its own transaction, as its last statement, because the
//! entry takes its place in the tenant's chain under a lock that lasts until the commit. The
//! database numbers and hashes the entry (`chain_audit_entry`); [`verify`] computes the same
//! chain again from the outside. Tables: `audit_log` (partitioned by month), `audit_heads`.
//! Not here: changing or deleting entries. Old months are dropped whole, once a [`Witness`] finds
//! the time plausible.

mod api;
mod chain;
mod export;
mod jobs;
mod store;
#[cfg(test)]
mod tests;
mod witness;

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use parking_db::Result;
use parking_domain::access::Role;
use parking_domain::ids::{TenantId, fresh};
use parking_http::caller;
use parking_http::{Actor, Caller};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sqlx::PgConnection;

pub use api::{AuditLog, routes};
pub use chain::{Fault, FaultKind, Verification, verify};
pub use jobs::{KeepPartitions, jobs, make_months, schedules};
pub use witness::Witness;

/// Who did it, as the record names them. It can be written down for a job that acts in their name.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct By {
    actor_type: Cow<'static, str>,
    actor_id: Option<String>,
    actor_name: Option<String>,
    acting_reason: Option<String>,
    request_id: Option<String>,
    ip: Option<String>,
}

impl By {
    /// As people call them, if they have a name.
    pub fn name(&self) -> Option<&str> {
        self.actor_name.as_deref()
    }

    /// A caller of the API.
    pub fn caller(caller: &Caller) -> Self {
        let acting = caller.identity.acting.as_ref();
        let is_platform = acting.is_some() || caller.role() == Role::PlatformAdmin;
        let (actor_type, id, name) = match &caller.identity.actor {
            Actor::User { id, name, .. } if is_platform => ("platform_admin", id, name),
            Actor::User { id, name, .. } => ("user", id, name),
            Actor::ApiKey { id, name, .. } => ("api_key", id, name),
        };
        Self {
            actor_type: actor_type.into(),
            actor_id: Some(id.to_string()),
            actor_name: Some(name.clone()),
            acting_reason: acting.map(|acting| acting.reason.clone()),
            ..Self::anonymous(&caller.request)
        }
    }

    /// A platform admin who enters or leaves a customer's tenant, whichever of both they are in
    /// while they ask.
    pub fn acting(caller: &Caller) -> Self {
        Self {
            actor_type: match caller.identity.actor {
                Actor::User { .. } => "platform_admin".into(),
                Actor::ApiKey { .. } => "api_key".into(),
            },
            ..Self::caller(caller)
        }
    }

    /// A caller in a tenant of their own, even if they ask while they act in another's.
    pub fn caller_at_home(caller: &Caller) -> Self {
        Self {
            actor_type: match caller.identity.actor {
                Actor::User { .. } => "user".into(),
                Actor::ApiKey { .. } => "api_key".into(),
            },
            acting_reason: None,
            ..Self::caller(caller)
        }
    }

    /// A person who is known although the request carried no credentials, as at login.
    pub fn person(id: uuid::Uuid, name: &str, request: &caller::Request) -> Self {
        Self {
            actor_type: "user".into(),
            actor_id: Some(id.to_string()),
            actor_name: Some(name.to_owned()),
            ..Self::anonymous(request)
        }
    }

    /// Somebody who did not say who they are.
    pub fn anonymous(request: &caller::Request) -> Self {
        Self {
            actor_type: "anonymous".into(),
            actor_id: None,
            actor_name: None,
            acting_reason: None,
            request_id: Some(request.id.to_string()),
            ip: Some(request.ip.to_string()),
        }
    }

    /// Whoever holds the link to a reservation: nobody knows who that is.
    pub fn guest(request: &caller::Request) -> Self {
        Self {
            actor_name: Some("Guest".to_owned()),
            ..Self::anonymous(request)
        }
    }

    /// The product itself, by one of its jobs or commands.
    pub fn system(what: &'static str) -> Self {
        Self {
            actor_type: "system".into(),
            actor_id: None,
            actor_name: Some(what.to_owned()),
            acting_reason: None,
            request_id: None,
            ip: None,
        }
    }
}

/// What was done.
#[derive(Clone, Debug, Default)]
pub struct Entry<'a> {
    /// `<entity>.<verb>`: `membership.updated`.
    pub action: &'a str,
    /// What it was done to.
    pub entity_type: &'a str,
    /// Which one.
    pub entity_id: Option<String>,
    /// Its name at the time.
    pub entity_name: Option<&'a str>,
    /// What it was before, without secrets.
    pub old: Option<Value>,
    /// What it is now, without secrets.
    pub new: Option<Value>,
    /// Why, if somebody said.
    pub reason: Option<&'a str>,
}

/// Appends an entry within the transaction of the change. Call it last.
pub async fn append(
    conn: &mut PgConnection,
    tenant: TenantId,
    by: &By,
    now: DateTime<Utc>,
    entry: Entry<'_>,
) -> Result<()> {
    store::insert(conn, tenant, fresh(), now, by, &entry).await
}

/// The fields of two JSON objects that differ, as the record's `old` and `new`.
pub fn difference(old: &Value, new: &Value) -> (Option<Value>, Option<Value>) {
    let (Value::Object(old), Value::Object(new)) = (old, new) else {
        return (Some(old.clone()), Some(new.clone()));
    };
    let changed = |name: &&String| old.get(*name) != new.get(*name);
    let pick = |from: &Map<String, Value>| {
        let picked: Map<String, Value> = old
            .keys()
            .chain(new.keys().filter(|name| !old.contains_key(*name)))
            .filter(changed)
            .filter_map(|name| from.get(name).map(|value| (name.clone(), value.clone())))
            .collect();
        (!picked.is_empty()).then_some(Value::Object(picked))
    };
    (pick(old), pick(new))
}
