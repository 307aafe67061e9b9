//! The SQL of terms. Where none are written down, the standard holds.

use chrono::{DateTime, Utc};
use parking_db::{PlatformTx, Result, TenantTx};
use parking_domain::ids::fresh;
use parking_domain::reservations::{RETENTION_USUAL, Terms};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use super::Target;

/// Terms as a row tells them.
pub(super) fn read(row: Option<Value>) -> Terms {
    row.and_then(|row| serde_json::from_value(row).ok())
        .unwrap_or(Terms::STANDARD)
}

/// The terms of a living site in use, from which its bays are picked.
pub async fn terms_of_site(tx: &mut TenantTx, target: &Target) -> Result<Option<Terms>> {
    let row = sqlx::query!(
        "select (select to_jsonb(m) from reservation_terms m
                 where m.tenant_id = i.tenant_id and (m.site_id = i.id or m.site_id is null)
                 order by m.site_id nulls last limit 1) as terms
         from sites i where i.id = $1 and i.deleted_at is null and i.is_active",
        target.site
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(|row| read(row.terms)))
}

/// The terms that hold for a bay.
pub async fn terms_of_bay(tx: &mut TenantTx, space: Uuid) -> Result<Terms> {
    let row = sqlx::query_scalar!(
        "select to_jsonb(m) as terms from spaces s join reservation_terms m
           on m.tenant_id = s.tenant_id and (m.site_id = s.site_id or m.site_id is null)
         where s.id = $1 order by m.site_id nulls last limit 1",
        space
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(read(row.flatten()))
}

/// The terms that are written down of a tenant: those of a site, or those for all others. Rows of which
/// tenant is named, because a platform admin sees those of all.
pub(in crate::reservations) async fn terms_of(
    conn: &mut PgConnection,
    tenant: Uuid,
    site: Option<Uuid>,
) -> Result<Option<Terms>> {
    let row = sqlx::query_scalar!(
        "select to_jsonb(m) as terms from reservation_terms m
         where m.tenant_id = $1 and m.site_id is not distinct from $2",
        tenant,
        site
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.flatten().map(|row| read(Some(row))))
}

/// Writes terms down, over those that were there.
pub(in crate::reservations) async fn put_terms(
    tx: &mut TenantTx,
    (site, terms): (Option<Uuid>, &Terms),
    now: DateTime<Utc>,
) -> Result<()> {
    let tenant = tx.tenant().0;
    sqlx::query!(
        "insert into reservation_terms (tenant_id, id, site_id, duration_max_minutes, lead_max_days, buffer_before_minutes,
           buffer_after_minutes, early_minutes, grace_minutes, hold_max_minutes, cancel_notice_minutes, per_person_max, updated_at,
           reminder_minutes, letters, claim_minutes, retention_days)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
         on conflict on constraint reservation_terms_one_of_site do update set
           duration_max_minutes = $4, lead_max_days = $5, buffer_before_minutes = $6, buffer_after_minutes = $7,
           early_minutes = $8, grace_minutes = $9, hold_max_minutes = $10, cancel_notice_minutes = $11, per_person_max = $12,
           updated_at = $13, reminder_minutes = $14, letters = $15, claim_minutes = $16, retention_days = $17",
        tenant,
        fresh(),
        site,
        terms.duration_max_minutes,
        terms.lead_max_days,
        terms.buffer_before_minutes,
        terms.buffer_after_minutes,
        terms.early_minutes,
        terms.grace_minutes,
        terms.hold_max_minutes,
        terms.cancel_notice_minutes,
        terms.per_person_max,
        now,
        terms.reminder_minutes,
        terms.letters.name(),
        terms.claim_minutes,
        terms.retention_days,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Forgets terms, and says whether there were any.
pub(in crate::reservations) async fn delete_terms(
    tx: &mut TenantTx,
    site: Option<Uuid>,
) -> Result<bool> {
    let deleted = sqlx::query!(
        "delete from reservation_terms where site_id is not distinct from $1",
        site
    )
    .execute(tx.conn())
    .await?;
    Ok(deleted.rows_affected() > 0)
}

/// For how many days each tenant keeps people, `None` being for good.
pub async fn retentions(tx: &mut PlatformTx) -> Result<Vec<(Uuid, Option<i32>)>> {
    let rows = sqlx::query!(
        r#"select t.id, m.id is not null as "is_said!", m.retention_days
         from tenants t left join reservation_terms m on m.tenant_id = t.id and m.site_id is null order by t.id"#
    )
    .fetch_all(tx.conn())
    .await?;
    let kept = rows.into_iter().map(|row| {
        let days = if row.is_said {
            row.retention_days
        } else {
            RETENTION_USUAL
        };
        (row.id, days)
    });
    Ok(kept.collect())
}
