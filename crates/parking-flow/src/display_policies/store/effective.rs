//! The SQL of what lamps depend on.

use std::collections::HashMap;

use parking_db::Result;
use parking_domain::lamps::{LastChange, Policy};
use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

use super::{PolicyRow, SETTINGS};

/// The last change of each bay's state that was written down.
pub(in crate::display_policies) async fn last_changes(
    conn: &mut PgConnection,
    spaces: &[(Uuid, Uuid)],
) -> Result<HashMap<Uuid, LastChange>> {
    if spaces.is_empty() {
        return Ok(HashMap::new());
    }
    let (tenants, ids): (Vec<Uuid>, Vec<Uuid>) = spaces.iter().copied().unzip();
    let rows = sqlx::query!(
        r#"select w.id as "id!", c.from_state, c.to_state, c.at from unnest($1::uuid[], $2::uuid[]) as w (tenant_id, id)
         cross join lateral (
           select from_state, to_state, at from state_changes c
           where c.tenant_id = w.tenant_id and c.space_id = w.id order by c.at desc, c.id desc limit 1) c"#,
        &tenants,
        &ids
    )
    .fetch_all(conn)
    .await?;
    let changes = rows.into_iter().filter_map(|row| {
        let (from, to) = (row.from_state.parse().ok()?, row.to_state.parse().ok()?);
        let at = row.at;
        Some((row.id, LastChange { from, to, at }))
    });
    Ok(changes.collect())
}

/// The active policies of tenants, each with its tenant and, unless it is for all, its site.
pub(in crate::display_policies) async fn active(
    conn: &mut PgConnection,
    tenants: &[Uuid],
) -> Result<Vec<(Uuid, Option<Uuid>, Policy)>> {
    let query = format!(
        "select p.tenant_id, p.site_id, {SETTINGS} from display_policies p where p.is_active and p.tenant_id = any($1)"
    );
    let rows: Vec<PolicyRow> = sqlx::query_as(AssertSqlSafe(query))
        .bind(tenants)
        .fetch_all(conn)
        .await?;
    let policies = rows.into_iter();
    Ok(policies
        .map(|row| (row.tenant_id, row.site_id, row.policy))
        .collect())
}

/// The first of the living bays that a policy of a site, or of all sites of a tenant, would govern, by
/// site and code; each says how many there are.
pub(in crate::display_policies) async fn governed(
    conn: &mut PgConnection,
    tenant: Uuid,
    site: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Governed>> {
    let bays = sqlx::query_as!(
        Governed,
        r#"select s.id, s.code, s.site_id, i.name as site_name,
             exists (select from device_assignments a where a.tenant_id = s.tenant_id and a.space_id = s.id
               and a.role = 'display' and a.unassigned_at is null) as "has_display!",
             count(*) over () as "of!"
           from spaces s join sites i on i.tenant_id = s.tenant_id and i.id = s.site_id
           where s.tenant_id = $1 and s.deleted_at is null and ($2::uuid is null or s.site_id = $2)
             and ($2::uuid is not null or not exists (select from display_policies p
               where p.tenant_id = s.tenant_id and p.site_id = s.site_id and p.is_active))
           order by lower(i.name), s.site_id, s.code_order, s.id limit $3"#,
        tenant,
        site,
        limit
    )
    .fetch_all(conn)
    .await?;
    Ok(bays)
}

/// A bay that a policy governs.
#[derive(Debug)]
pub(in crate::display_policies) struct Governed {
    pub(in crate::display_policies) id: Uuid,
    pub(in crate::display_policies) code: String,
    pub(in crate::display_policies) site_id: Uuid,
    pub(in crate::display_policies) site_name: String,
    pub(in crate::display_policies) has_display: bool,
    /// How many bays it governs in all.
    pub(in crate::display_policies) of: i64,
}
