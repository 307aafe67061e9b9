//! Sending again what was sent, failed or expired. A repeated delivery keeps its `webhook-id`.

use chrono::{DateTime, Utc};
use parking_db::TenantTx;
use parking_http::IfMatch;
use serde_json::json;
use uuid::Uuid;

use super::fan_out::WAITING_MAX;
use super::store::deliveries::{self as store, WholeDelivery};
use super::store::sending;
use super::{Keeper, WebhookError, held, record};

/// Puts one delivery into the queue anew, whatever came of it; one that waits is due at once.
pub(super) async fn replay_one(
    tx: &mut TenantTx,
    keeper: &Keeper,
    id: Uuid,
    now: DateTime<Utc>,
) -> Result<WholeDelivery, WebhookError> {
    let found = store::find(tx, id).await?.ok_or(WebhookError::Absent)?;
    let (tenant, webhook_id) = (tx.tenant(), found.delivery.webhook_id);
    let webhook = held(tx, webhook_id, &IfMatch::default()).await?;
    if webhook.disabled_at.is_some() {
        return Err(WebhookError::Disabled);
    }
    store::requeue(tx, id, now).await?;
    sending::reckon(tx.conn(), (tenant, webhook_id)).await?;
    let queued = store::find(tx, id).await?.ok_or(WebhookError::Absent)?;
    let values = (
        None,
        Some(json!({ "delivery": id, "event_type": found.delivery.event_type })),
    );
    record(tx, keeper, now, ("webhook.replayed", &webhook), values).await?;
    Ok(queued)
}

/// Puts everything into the queue anew that failed or expired since an instant, oldest first, as far
/// as there is room; and says how much that was.
pub(super) async fn replay_since(
    tx: &mut TenantTx,
    keeper: &Keeper,
    (id, since): (Uuid, DateTime<Utc>),
    now: DateTime<Utc>,
) -> Result<u64, WebhookError> {
    let webhook = held(tx, id, &IfMatch::default()).await?;
    if webhook.disabled_at.is_some() {
        return Err(WebhookError::Disabled);
    }
    let tenant = tx.tenant();
    let replayed = store::requeue_since(tx, (id, since), WAITING_MAX, now).await?;
    sending::reckon(tx.conn(), (tenant, id)).await?;
    let values = (
        None,
        Some(json!({ "since": since, "deliveries": replayed })),
    );
    record(tx, keeper, now, ("webhook.replayed", &webhook), values).await?;
    Ok(replayed)
}
