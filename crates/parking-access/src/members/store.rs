//! The SQL of memberships.

use chrono::{DateTime, Utc};
use parking_db::Result;
use parking_domain::access::Role;
use parking_domain::ids::TenantId;
use sqlx::PgConnection;
use uuid::Uuid;

pub(super) async fn insert(
    conn: &mut PgConnection,
    tenant: TenantId,
    id: Uuid,
    user_id: Uuid,
    role: Role,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "insert into memberships (tenant_id, id, user_id, role, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $5)",
        tenant.0,
        id,
        user_id,
        role.name(),
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}
