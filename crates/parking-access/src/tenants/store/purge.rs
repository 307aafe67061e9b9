//! Deleting what a tenant left behind.

use chrono::{DateTime, Utc};
use parking_db::{PlatformTx, Result};
use parking_domain::ids::TenantId;
use sqlx::AssertSqlSafe;

/// Tenants whose grace period is over.
pub(in crate::tenants) async fn due_for_purge(
    tx: &mut PlatformTx,
    now: DateTime<Utc>,
) -> Result<Vec<TenantId>> {
    let due = sqlx::query_scalar!(
        "select id from tenants where status = 'deleting' and delete_after <= $1 order by delete_after",
        now,
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(due.into_iter().map(TenantId).collect())
}

/// Every table whose rows belong to a tenant, quoted.
pub(in crate::tenants) async fn tenant_tables(tx: &mut PlatformTx) -> Result<Vec<String>> {
    let tables = sqlx::query_scalar!(
        r#"select quote_ident(c.relname) as "table!"
           from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
           where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
           order by 1"#
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(tables)
}

/// Which table refers to which, quoted.
pub(in crate::tenants) async fn references(tx: &mut PlatformTx) -> Result<Vec<(String, String)>> {
    let references = sqlx::query!(
        r#"select quote_ident(mine.relname) as "from!", quote_ident(theirs.relname) as "to!"
           from pg_constraint k
           join pg_class mine on mine.oid = k.conrelid
           join pg_class theirs on theirs.oid = k.confrelid
           where k.contype = 'f' and k.connamespace = 'public'::regnamespace"#
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(references
        .into_iter()
        .map(|reference| (reference.from, reference.to))
        .collect())
}

/// Deletes some of a tenant's rows from one of the tables that [`tenant_tables`] named, and says
/// how many.
pub(in crate::tenants) async fn delete_rows(
    tx: &mut PlatformTx,
    table: &str,
    id: TenantId,
    limit: i64,
) -> Result<u64> {
    // The name comes from the catalogue, quoted there.
    let delete = format!(
        "delete from {table} where tenant_id = $1
           and ctid = any (array(select ctid from {table} where tenant_id = $1 limit $2))"
    );
    let deleted = sqlx::query(AssertSqlSafe(delete))
        .bind(id.0)
        .bind(limit)
        .execute(tx.conn())
        .await?;
    Ok(deleted.rows_affected())
}

/// Deletes the tenant itself.
pub(in crate::tenants) async fn delete(tx: &mut PlatformTx, id: TenantId) -> Result<()> {
    sqlx::query!("delete from tenants where id = $1", id.0)
        .execute(tx.conn())
        .await?;
    Ok(())
}
