//! Trying a webhook: one message, now, and what came of it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use parking_domain::event_types;
use parking_domain::ids::{TenantId, fresh};
use serde_json::{Map, json};
use uuid::Uuid;

use super::fan_out::body;
use super::sending::{attempt_of, open, recover, send};
use super::store;
use super::store::deliveries::{self, WholeDelivery};
use super::{Keeper, WebhookError, Webhooks, found, record};

/// Trials at the same time: each holds a request for as long as a receiver takes.
const AT_A_TIME: usize = 8;

/// How many of them may be one tenant's.
const OF_A_TENANT: usize = 2;

/// The tenants whose trials are under way, each as often as it has some.
#[derive(Clone, Debug, Default)]
pub(super) struct Trials(Arc<Mutex<Vec<TenantId>>>);

/// A place among them, given back when it is dropped.
struct Place {
    trials: Trials,
    tenant: TenantId,
}

impl Trials {
    fn begin(&self, tenant: TenantId) -> Option<Place> {
        let mut running = self.running();
        let own = running.iter().filter(|other| **other == tenant).count();
        if running.len() >= AT_A_TIME || own >= OF_A_TENANT {
            return None;
        }
        running.push(tenant);
        let trials = self.clone();
        Some(Place { trials, tenant })
    }

    fn running(&self) -> MutexGuard<'_, Vec<TenantId>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut running = self.trials.running();
        if let Some(at) = running.iter().position(|other| *other == self.tenant) {
            running.swap_remove(at);
        }
    }
}

/// Sends a test to a webhook, be it disabled or paused, and keeps what came of it. A receiver that
/// takes it is well again; one that does not is no worse than before.
///
/// No transaction is open while the receiver takes its time.
pub(super) async fn try_out(
    state: &Webhooks,
    keeper: &Keeper,
    (tenant, id): (TenantId, Uuid),
) -> Result<WholeDelivery, WebhookError> {
    let _place = state.trials.begin(tenant).ok_or(WebhookError::Busy)?;
    let mut tx = state.db.tenant(tenant).await?;
    let webhook = found(&mut tx, id).await?;
    let sealed = store::sealed(&mut tx, id, state.clock.now()).await?;
    drop(tx);
    let (secret, previous) = sealed.ok_or(WebhookError::Absent)?;
    let secrets = open(state, (tenant, id), (&secret, previous.as_deref()));
    let delivery = fresh();
    let body = test_body(tenant, id, state.clock.now());
    let answer = send(state, &webhook.url, &secrets, (delivery, &body)).await;

    let now = state.clock.now();
    let attempt = attempt_of(&answer, now);
    let mut tx = state.db.tenant(tenant).await?;
    let standing = store::sending::standing(tx.conn(), (tenant, id)).await?;
    let standing = standing.ok_or(WebhookError::Absent)?;
    deliveries::insert_trial(&mut tx, (delivery, id), &body, &attempt, now).await?;
    if attempt.error.is_none() {
        recover(tx.conn(), (tenant, id), &standing.health, now).await?;
    }
    let tried = deliveries::find(&mut tx, delivery).await?;
    let tried = tried.ok_or(WebhookError::Absent)?;
    let came_of_it = json!({ "response_status": attempt.response_status, "error": attempt.error });
    let values = (None, Some(came_of_it));
    record(&mut tx, keeper, now, ("webhook.tested", &webhook), values).await?;
    tx.commit().await?;
    state.nudge.now();
    Ok(tried)
}

fn test_body(tenant: TenantId, id: Uuid, now: DateTime<Utc>) -> String {
    let message = json!("This is a test; nothing happened.");
    let facts = Map::from_iter([("message".to_owned(), message)]);
    let subject = ("webhook", id.to_string());
    body(
        (tenant, event_types::TEST),
        (subject.0, &subject.1),
        facts,
        now,
    )
}
