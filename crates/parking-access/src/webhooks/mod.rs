//! Telling events to programs elsewhere.
//!
//! A tenant names addresses and the events each wants. Every such event becomes a *delivery* in the
//! transaction that moves the reader of the log on ([`fan_out()`]), so none is missed and none is
//! there twice. Deliveries are signed as Standard Webhooks has it and sent at least once, those of
//! one webhook one after the other in the order of the events, by whichever server has the webhook
//! in hand (`sending`); a repeated one keeps its `webhook-id`. What fails is tried again for three
//! days; a receiver that fails again and again is paused, probed, and after five days given up, and
//! the owners are told. What waits is bounded in number and age, and everything can be seen and
//! repeated. Tables: `webhooks`, `webhook_deliveries`, and a row of `event_cursors`.
//! Not here: order among retries, and the things themselves: an event holds names and ids, and who
//! wants more asks the API.

mod api;
mod courier;
mod fan_out;
mod jobs;
mod post;
mod replay;
mod sending;
mod signature;
mod store;
mod target;
#[cfg(test)]
mod tests;
mod trial;

use chrono::{DateTime, TimeDelta, Utc};
use parking_db::reconcile::Nudge;
use parking_db::{Db, DbError, TenantTx};
use parking_domain::clock::Clock;
use parking_domain::ids::{TenantId, fresh};
use parking_domain::text::Name;
use parking_domain::webhooks::{Health, Wanted};
use parking_http::IfMatch;
use secrecy::SecretString;
use serde_json::{Value, json};
use thiserror::Error;
use uuid::Uuid;

use crate::audit::{self, By, Entry};
use crate::mail::Mailer;
use crate::secrets::Vault;

pub use api::routes;
pub use courier::Courier;
pub use fan_out::fan_out;
pub use jobs::{jobs, schedules};
pub use post::PostError;
pub use sending::run;
use target::Target;
use trial::Trials;

/// Webhooks a tenant may have.
const WEBHOOKS_MAX: i64 = 20;

/// What the slice works with; clones are the same one.
#[derive(Clone, Debug)]
pub struct Webhooks {
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    /// Where secrets are sealed.
    pub vault: Vault,
    /// What tells owners.
    pub mailer: Mailer,
    /// What carries messages.
    pub courier: Courier,
    /// Wakes the sending.
    pub nudge: Nudge,
    trials: Trials,
}

impl Webhooks {
    /// The slice, with everything it needs.
    pub fn new(db: Db, clock: Clock, vault: Vault, mailer: Mailer, courier: Courier) -> Self {
        Self {
            db,
            clock,
            vault,
            mailer,
            courier,
            nudge: Nudge::default(),
            trials: Trials::default(),
        }
    }
}

/// Why nothing is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum DisabledWhy {
    /// Somebody said so.
    Person,
    /// The receiver answered that it is gone.
    Gone,
    /// It failed for too long.
    Failing,
}

impl DisabledWhy {
    /// The name in the API and the database.
    fn name(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Gone => "gone",
            Self::Failing => "failing",
        }
    }
}

/// What people say of a webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Fields {
    name: Name,
    url: Target,
    event_types: Vec<Wanted>,
}

/// A webhook as it stands.
#[derive(Clone, Debug)]
struct Webhook {
    id: Uuid,
    name: String,
    url: String,
    event_types: Vec<String>,
    disabled_at: Option<DateTime<Utc>>,
    disabled_why: Option<String>,
    health: Health,
    last_success_at: Option<DateTime<Utc>>,
    last_failure_at: Option<DateTime<Utc>>,
    last_error: Option<String>,
    /// Until when the secret before signs too.
    previous_until: Option<DateTime<Utc>>,
    /// Deliveries that are not done.
    waiting: i64,
    created_by: Option<Uuid>,
    created_by_name: Option<String>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    version: i64,
}

impl Webhook {
    /// The webhook for the audit log. The path of an address is often as good as a password.
    fn record(&self) -> Value {
        let address = Target::parse(&self.url, true).map(|target| target.origin());
        json!({
            "name": self.name, "address": address.ok(), "event_types": self.event_types,
            "disabled": self.disabled_why,
        })
    }
}

/// Why a webhook was not made, changed or used.
#[derive(Debug, Error)]
enum WebhookError {
    /// There is no such webhook or delivery in this tenant.
    #[error("there is no such webhook")]
    Absent,
    /// So many a tenant may have.
    #[error("a tenant has at most {WEBHOOKS_MAX} webhooks")]
    TooMany,
    /// Nothing is sent to it.
    #[error("the webhook is disabled")]
    Disabled,
    /// Somebody changed it meanwhile.
    #[error("the webhook was changed meanwhile")]
    Stale,
    /// Too many are tried right now.
    #[error("too many trials at once")]
    Busy,
    /// The database refused.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Who asks, for the record.
#[derive(Clone, Debug)]
struct Keeper {
    by: By,
    /// The person, if it is one.
    user: Option<Uuid>,
}

/// Makes a webhook, and its secret, which is shown once.
async fn create(
    tx: &mut TenantTx,
    vault: &Vault,
    keeper: &Keeper,
    fields: &Fields,
    now: DateTime<Utc>,
) -> Result<(Webhook, SecretString), WebhookError> {
    // Two at once could both be the last one allowed.
    store::take_turn(tx).await?;
    if store::count(tx).await? >= WEBHOOKS_MAX {
        return Err(WebhookError::TooMany);
    }
    let (id, shown) = (fresh(), signature::fresh_secret());
    let sealed = vault.seal(&shown, &place(tx.tenant(), id));
    store::insert(tx, (id, keeper.user), fields, &sealed, now).await?;
    let webhook = found(tx, id).await?;
    let values = (None, Some(webhook.record()));
    record(tx, keeper, now, ("webhook.created", &webhook), values).await?;
    Ok((webhook, shown))
}

/// Changes a webhook: its fields become what `change` makes of them.
async fn change<E: From<WebhookError>>(
    tx: &mut TenantTx,
    keeper: &Keeper,
    (id, seen): (Uuid, &IfMatch),
    change: impl FnOnce(&Webhook) -> Result<Fields, E>,
    now: DateTime<Utc>,
) -> Result<Webhook, E> {
    let old = held(tx, id, seen).await?;
    let fields = change(&old)?;
    store::update(tx, id, &fields, now)
        .await
        .map_err(WebhookError::from)?;
    let new = found(tx, id).await?;
    let values = audit::difference(&old.record(), &new.record());
    record(tx, keeper, now, ("webhook.updated", &new), values).await?;
    Ok(new)
}

/// Gives a webhook another secret. The one before signs beside it for `overlap`, so that receivers
/// can be changed one by one; one that was still retiring from an earlier rotation ends now.
async fn rotate(
    tx: &mut TenantTx,
    vault: &Vault,
    keeper: &Keeper,
    ((id, seen), overlap): ((Uuid, &IfMatch), TimeDelta),
    now: DateTime<Utc>,
) -> Result<(Webhook, SecretString), WebhookError> {
    held(tx, id, seen).await?;
    let shown = signature::fresh_secret();
    let sealed = vault.seal(&shown, &place(tx.tenant(), id));
    let previous_until = (overlap > TimeDelta::zero()).then(|| now + overlap);
    store::rotate(tx, id, &sealed, previous_until, now).await?;
    let webhook = found(tx, id).await?;
    let values = (None, Some(json!({ "previous_until": previous_until })));
    record(tx, keeper, now, ("webhook.rotated", &webhook), values).await?;
    Ok((webhook, shown))
}

/// Begins to send again, as if nothing had failed; what waited is due at once.
async fn enable(
    tx: &mut TenantTx,
    keeper: &Keeper,
    (id, seen): (Uuid, &IfMatch),
    now: DateTime<Utc>,
) -> Result<Webhook, WebhookError> {
    let old = held(tx, id, seen).await?;
    if old.disabled_at.is_none() && old.health == Health::default() {
        return Ok(old);
    }
    store::enable(tx, id, now).await?;
    let tenant = tx.tenant();
    store::sending::hurry(tx.conn(), (tenant, id), now).await?;
    let new = found(tx, id).await?;
    let values = audit::difference(&old.record(), &new.record());
    record(tx, keeper, now, ("webhook.enabled", &new), values).await?;
    Ok(new)
}

/// Stops to send. Events that happen meanwhile are not kept for it.
async fn disable(
    tx: &mut TenantTx,
    keeper: &Keeper,
    (id, seen): (Uuid, &IfMatch),
    now: DateTime<Utc>,
) -> Result<Webhook, WebhookError> {
    let old = held(tx, id, seen).await?;
    if old.disabled_at.is_some() {
        return Ok(old);
    }
    let tenant = tx.tenant();
    store::disable(tx.conn(), (tenant, id), DisabledWhy::Person, now).await?;
    let new = found(tx, id).await?;
    let values = audit::difference(&old.record(), &new.record());
    record(tx, keeper, now, ("webhook.disabled", &new), values).await?;
    Ok(new)
}

/// Deletes a webhook with everything that was or is to be sent. The secret goes at once, the
/// deliveries in portions.
async fn delete(
    tx: &mut TenantTx,
    keeper: &Keeper,
    (id, seen): (Uuid, &IfMatch),
    now: DateTime<Utc>,
) -> Result<(), WebhookError> {
    let webhook = held(tx, id, seen).await?;
    store::delete(tx, id, now).await?;
    let values = (Some(webhook.record()), None);
    record(tx, keeper, now, ("webhook.deleted", &webhook), values).await
}

/// What binds a sealed secret to its row.
fn place(tenant: TenantId, id: Uuid) -> String {
    format!("webhook/{tenant}/{id}")
}

async fn held(tx: &mut TenantTx, id: Uuid, seen: &IfMatch) -> Result<Webhook, WebhookError> {
    store::lock(tx, id).await?;
    let webhook = found(tx, id).await?;
    seen.check(webhook.version)
        .map_err(|_| WebhookError::Stale)?;
    Ok(webhook)
}

async fn found(tx: &mut TenantTx, id: Uuid) -> Result<Webhook, WebhookError> {
    store::find(tx, id).await?.ok_or(WebhookError::Absent)
}

async fn record(
    tx: &mut TenantTx,
    keeper: &Keeper,
    now: DateTime<Utc>,
    (action, webhook): (&str, &Webhook),
    (old, new): (Option<Value>, Option<Value>),
) -> Result<(), WebhookError> {
    let tenant = tx.tenant();
    let entry = Entry {
        action,
        entity_type: "webhook",
        entity_id: Some(webhook.id.to_string()),
        entity_name: Some(&webhook.name),
        old,
        new,
        ..Entry::default()
    };
    Ok(audit::append(tx.conn(), tenant, &keeper.by, now, entry).await?)
}
