//! The SQL that tells people about the tenant they work in.

use std::collections::BTreeMap;

use parking_db::Result;
use parking_domain::access::Role;
use parking_domain::ids::TenantId;
use parking_domain::tenancy::Tier;
use sqlx::PgConnection;
use sqlx::types::Json;

use super::super::people::TenantRef;
use super::super::profile::{TenantLimits, Use};
use super::word;
use crate::tenants::features;

/// A tenant as somebody with a role in it sees it, and the features it has.
pub(in super::super) async fn find(
    conn: &mut PgConnection,
    tenant: TenantId,
    role: Role,
) -> Result<Option<(TenantRef, BTreeMap<String, bool>)>> {
    let row = sqlx::query!(
        r#"select id, name, slug, kind, status, tier, features as "features: Json<BTreeMap<String, bool>>"
           from tenants where id = $1"#,
        tenant.0,
    )
    .fetch_optional(conn)
    .await?;
    row.map(|row| {
        let seen = TenantRef {
            id: TenantId(row.id),
            name: row.name,
            slug: row.slug,
            kind: row.kind,
            role,
            status: word(&row.status)?,
        };
        let tier: Tier = word(&row.tier)?;
        Ok((seen, features(tier, &row.features.0)))
    })
    .transpose()
}

/// What a tenant may have and has.
pub(in super::super) async fn limits(
    conn: &mut PgConnection,
    tenant: TenantId,
) -> Result<Option<TenantLimits>> {
    let rows = sqlx::query!(
        "select t.name, t.tier, u.resource, u.used, u.max
         from tenants t join tenant_usage u on u.tenant_id = t.id
         where t.id = $1
         order by array_position(array['users', 'sites', 'spaces', 'devices', 'gateways'], u.resource)",
        tenant.0,
    )
    .fetch_all(conn)
    .await?;
    let Some(first) = rows.first() else {
        return Ok(None);
    };
    let (name, tier) = (first.name.clone(), word(&first.tier)?);
    let resources = rows
        .into_iter()
        .map(|row| Use {
            resource: row.resource,
            used: row.used,
            max: row.max,
        })
        .collect();
    Ok(Some(TenantLimits {
        name,
        tier,
        resources,
    }))
}
