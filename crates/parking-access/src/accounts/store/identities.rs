//! The one query behind every request that carries an access token.

use chrono::{DateTime, Utc};
use parking_db::Result;
use parking_domain::ids::TenantId;
use sqlx::PgConnection;
use uuid::Uuid;

/// All that decides what a token is worth.
#[derive(Debug)]
pub(in super::super) struct Row {
    pub(in super::super) name: String,
    pub(in super::super) is_active: bool,
    pub(in super::super) ended_at: Option<DateTime<Utc>>,
    pub(in super::super) expires_at: DateTime<Utc>,
    pub(in super::super) is_selected: bool,
    pub(in super::super) acting_reason: Option<String>,
    pub(in super::super) acting_until: Option<DateTime<Utc>>,
    pub(in super::super) tenant_status: Option<String>,
    pub(in super::super) requests_per_minute: Option<i32>,
    pub(in super::super) role: Option<String>,
    pub(in super::super) is_platform_admin: bool,
}

pub(in super::super) async fn find(
    conn: &mut PgConnection,
    user: Uuid,
    session: Uuid,
    tenant: TenantId,
) -> Result<Option<Row>> {
    let row = sqlx::query_as!(
        Row,
        r#"select u.name, u.is_active, s.ended_at, s.expires_at,
             s.selected_tenant_id is not distinct from $3 as "is_selected!", s.acting_reason, s.acting_until,
             t.status as "tenant_status?", t.requests_per_minute as "requests_per_minute?", m.role as "role?",
             p.id is not null as "is_platform_admin!"
           from sessions s
           join users u on u.id = s.user_id
           left join tenants t on t.id = $3
           left join memberships m on m.tenant_id = $3 and m.user_id = u.id and m.is_active
           left join memberships p on p.tenant_id = '00000000-0000-0000-0000-000000000000' and p.user_id = u.id
             and p.is_active and p.role = 'platform_admin'
           where s.id = $1 and s.user_id = $2"#,
        session,
        user,
        tenant.0,
    )
    .fetch_optional(conn)
    .await?;
    Ok(row)
}
