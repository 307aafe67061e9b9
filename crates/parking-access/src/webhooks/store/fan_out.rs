//! The SQL of turning events into deliveries.

use chrono::{DateTime, Utc};
use parking_db::{PlatformTx, Result};
use parking_domain::ids::TenantId;
use uuid::Uuid;

/// A webhook that listens, held until the end of the transaction.
pub(in crate::webhooks) struct Listener {
    pub(in crate::webhooks) tenant: TenantId,
    pub(in crate::webhooks) id: Uuid,
    pub(in crate::webhooks) event_types: Vec<String>,
    pub(in crate::webhooks) since: DateTime<Utc>,
}

/// The webhooks of some tenants that are not disabled. Nobody deletes one while deliveries are
/// made for it.
pub(in crate::webhooks) async fn listeners(
    tx: &mut PlatformTx,
    tenants: &[Uuid],
) -> Result<Vec<Listener>> {
    let rows = sqlx::query!(
        "select tenant_id, id, event_types, created_at from webhooks
         where tenant_id = any($1) and disabled_at is null and deleted_at is null
         order by tenant_id, id for no key update",
        tenants,
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Listener {
            tenant: TenantId(row.tenant_id),
            id: row.id,
            event_types: row.event_types,
            since: row.created_at,
        })
        .collect())
}

/// Deliveries to be, column by column, in the order of the events.
#[derive(Default)]
pub(in crate::webhooks) struct Drafts {
    pub(in crate::webhooks) tenants: Vec<Uuid>,
    pub(in crate::webhooks) ids: Vec<Uuid>,
    pub(in crate::webhooks) webhooks: Vec<Uuid>,
    pub(in crate::webhooks) events: Vec<i64>,
    pub(in crate::webhooks) event_types: Vec<String>,
    pub(in crate::webhooks) bodies: Vec<String>,
}

/// Writes deliveries down and wakes their webhooks.
pub(in crate::webhooks) async fn put(
    tx: &mut PlatformTx,
    drafts: &Drafts,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "insert into webhook_deliveries (tenant_id, id, webhook_id, event_id, event_type, body, status, next_attempt_at, created_at)
         select w.tenant_id, w.id, w.webhook_id, w.event_id, w.event_type, w.body, 'pending', $7, $7
         from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[], $5::text[], $6::text[]) with ordinality
           as w (tenant_id, id, webhook_id, event_id, event_type, body, place)
         order by w.place
         on conflict on constraint webhook_deliveries_once do nothing",
        &drafts.tenants,
        &drafts.ids,
        &drafts.webhooks,
        &drafts.events,
        &drafts.event_types,
        &drafts.bodies,
        now,
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!(
        "update webhooks w set due_at = least(due_at, greatest($3, paused_until))
         from (select distinct * from unnest($1::uuid[], $2::uuid[])) as p (tenant_id, id)
         where w.tenant_id = p.tenant_id and w.id = p.id",
        &drafts.tenants,
        &drafts.webhooks,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Gives up the oldest of what waits for a webhook beyond a number.
pub(in crate::webhooks) async fn expire_beyond(
    tx: &mut PlatformTx,
    (tenant, webhook): (TenantId, Uuid),
    waiting_max: i64,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update webhook_deliveries set status = 'expired', next_attempt_at = null, finished_at = $4
         where tenant_id = $1 and id in (
           select id from webhook_deliveries
           where tenant_id = $1 and webhook_id = $2 and status = 'pending'
           order by seq desc offset $3)",
        tenant.0,
        webhook,
        waiting_max,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
