//! The SQL of applications.

use chrono::{DateTime, Utc};
use parking_db::{PlatformTx, Result};
use parking_domain::ids::TenantId;
use uuid::Uuid;

use super::Application;

pub(super) async fn find(tx: &mut PlatformTx, application: &str) -> Result<Option<Application>> {
    let row = sqlx::query!(
        "select a.application, a.tenant_id, t.slug from applications a join tenants t on t.id = a.tenant_id
         where a.application = $1",
        application
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(|row| Application {
        application: row.application,
        tenant: TenantId(row.tenant_id),
        tenant_slug: row.slug,
    }))
}

pub(super) async fn list(tx: &mut PlatformTx) -> Result<Vec<Application>> {
    let rows = sqlx::query!(
        "select a.application, a.tenant_id, t.slug from applications a join tenants t on t.id = a.tenant_id
         order by a.application"
    )
    .fetch_all(tx.conn())
    .await?;
    let applications = rows.into_iter().map(|row| Application {
        application: row.application,
        tenant: TenantId(row.tenant_id),
        tenant_slug: row.slug,
    });
    Ok(applications.collect())
}

pub(super) async fn tenant_of(tx: &mut PlatformTx, slug: &str) -> Result<Option<TenantId>> {
    let id = sqlx::query_scalar!(
        "select id from tenants where slug = $1 and status <> 'deleting'",
        slug
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(id.map(TenantId))
}

/// Says whether the application was nobody's.
pub(super) async fn insert(
    tx: &mut PlatformTx,
    tenant: TenantId,
    id: Uuid,
    application: &str,
    now: DateTime<Utc>,
) -> Result<bool> {
    let inserted = sqlx::query!(
        "insert into applications (tenant_id, id, application, created_at) values ($1, $2, $3, $4)
         on conflict (application) do nothing",
        tenant.0,
        id,
        application,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(inserted.rows_affected() == 1)
}

/// Whose it was.
pub(super) async fn delete(tx: &mut PlatformTx, application: &str) -> Result<Option<TenantId>> {
    let tenant = sqlx::query_scalar!(
        "delete from applications where application = $1 returning tenant_id",
        application
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(tenant.map(TenantId))
}
