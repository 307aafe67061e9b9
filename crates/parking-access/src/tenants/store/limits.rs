//! Which limits are near, and whom to tell.

use chrono::{DateTime, Utc};
use parking_db::{PlatformTx, Result, TenantTx};
use parking_domain::ids::TenantId;
use parking_domain::text::Language;
use uuid::Uuid;

/// A limit that came near.
#[derive(Debug)]
pub(in crate::tenants) struct NearLimit {
    pub(in crate::tenants) tenant: TenantId,
    pub(in crate::tenants) resource: String,
    pub(in crate::tenants) used: i32,
    pub(in crate::tenants) max: i32,
}

/// Forgets announcements of limits that are far again. Rows that somebody is counting in are left
/// for the next time, so that this never stands in anybody's way.
pub(in crate::tenants) async fn forget_far_limits(tx: &mut PlatformTx) -> Result<()> {
    sqlx::query!(
        "update tenant_usage set announced_at = null
         where (tenant_id, resource) in (
           select tenant_id, resource from tenant_usage
           where announced_at is not null and used::bigint * 5 < max::bigint * 4
           for update skip locked)"
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The limits that are near and not announced, marked as announced.
pub(in crate::tenants) async fn take_near_limits(
    tx: &mut PlatformTx,
    now: DateTime<Utc>,
) -> Result<Vec<NearLimit>> {
    let near = sqlx::query!(
        "update tenant_usage set announced_at = $1
         where (tenant_id, resource) in (
           select tenant_id, resource from tenant_usage join tenants on tenants.id = tenant_id
           where status = 'active' and announced_at is null and used > 0 and used::bigint * 5 >= max::bigint * 4
           for update of tenant_usage skip locked)
         returning tenant_id, resource, used, max",
        now,
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(near
        .into_iter()
        .map(|row| NearLimit {
            tenant: TenantId(row.tenant_id),
            resource: row.resource,
            used: row.used,
            max: row.max,
        })
        .collect())
}

/// The people who answer for a tenant.
pub(in crate::tenants) async fn owners(tx: &mut PlatformTx, tenant: TenantId) -> Result<Vec<Uuid>> {
    let owners = sqlx::query_scalar!(
        "select users.id from memberships join users on users.id = memberships.user_id
         where tenant_id = $1 and role in ('owner', 'platform_admin') and memberships.is_active and users.is_active
         order by users.id",
        tenant.0,
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(owners)
}

/// What to write to whom about a limit.
#[derive(Debug)]
pub(in crate::tenants) struct Notification {
    pub(in crate::tenants) tenant: String,
    pub(in crate::tenants) used: u32,
    pub(in crate::tenants) max: u32,
    pub(in crate::tenants) email: String,
    pub(in crate::tenants) language: Language,
}

/// How a limit stands, and where its reader is reached; nothing when one of them is gone.
pub(in crate::tenants) async fn near_limit(
    tx: &mut TenantTx,
    resource: &str,
    user_id: Uuid,
) -> Result<Option<Notification>> {
    let found = sqlx::query!(
        "select tenants.name, used, max, email, language
         from tenant_usage
         join tenants on tenants.id = tenant_usage.tenant_id
         join memberships on memberships.tenant_id = tenant_usage.tenant_id and memberships.is_active
         join users on users.id = memberships.user_id and users.is_active
         where resource = $1 and users.id = $2",
        resource,
        user_id,
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(found.map(|row| Notification {
        tenant: row.name,
        used: row.used.unsigned_abs(),
        max: row.max.unsigned_abs(),
        email: row.email,
        language: Language::parse(&row.language).unwrap_or_default(),
    }))
}
