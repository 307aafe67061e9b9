//! From when on something is wrong, as a tenant sees it.

use chrono::{DateTime, Utc};
use parking_access::audit::{self, By, Entry};
use parking_db::events::{self, EventDraft};
use parking_db::{DbError, TenantTx};
use parking_domain::alarms::Rules;
use parking_http::IfMatch;
use serde_json::json;
use thiserror::Error;

use super::jobs::look_later;
use super::store::rules as store;

/// A tenant's rules.
#[derive(Clone, Copy, Debug)]
pub struct TenantRules {
    /// The thresholds.
    pub rules: Rules,
    /// When somebody changed them, if anybody has.
    pub updated_at: Option<DateTime<Utc>>,
    /// How often they were changed.
    pub version: i64,
}

/// Why rules were not changed.
#[derive(Debug, Error)]
pub enum RulesError {
    /// Somebody changed them meanwhile.
    #[error("they were changed meanwhile")]
    Stale,
    /// The database refused.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Changes a tenant's rules: they become what `change` makes of them. Everything is looked at again
/// soon after.
pub(super) async fn change<E: From<RulesError>>(
    tx: &mut TenantTx,
    by: &By,
    seen: &IfMatch,
    change: impl FnOnce(&mut Rules) -> Result<(), E>,
    now: DateTime<Utc>,
) -> Result<TenantRules, E> {
    let tenant = tx.tenant();
    store::hold(tx).await.map_err(RulesError::Db)?;
    let old = store::find(tx.conn(), tenant.0).await;
    let old = old.map_err(RulesError::Db)?;
    seen.check(old.version).map_err(|_| RulesError::Stale)?;
    let mut rules = old.rules;
    change(&mut rules)?;
    let new = store::write(tx, &rules, now).await;
    let new = new.map_err(RulesError::Db)?;
    changed(tx, by, (&old.rules, &rules), now)
        .await
        .map_err(RulesError::Db)?;
    Ok(new)
}

async fn changed(
    tx: &mut TenantTx,
    by: &By,
    (old, new): (&Rules, &Rules),
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let (tenant, new) = (tx.tenant(), json!(new));
    look_later(tx, now).await?;
    let id = tenant.to_string();
    let event = EventDraft {
        kind: "alarm_rules.updated",
        subject_type: "alarm_rules",
        subject_id: &id,
        payload: &json!({}),
    };
    events::append(tx.conn(), tenant, now, event).await?;
    let (old, new) = audit::difference(&json!(old), &new);
    let entry = Entry {
        action: "alarm_rules.updated",
        entity_type: "alarm_rules",
        entity_id: None,
        entity_name: None,
        old,
        new,
        reason: None,
    };
    audit::append(tx.conn(), tenant, by, now, entry).await
}
