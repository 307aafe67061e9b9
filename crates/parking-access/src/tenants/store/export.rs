//! Reading everything a tenant holds.

use chrono::{DateTime, Utc};
use parking_db::{Result, TenantTx};
use sqlx::AssertSqlSafe;

/// One row of one table.
#[derive(Debug, sqlx::FromRow)]
pub(in crate::tenants) struct ExportedRow {
    pub(in crate::tenants) table: String,
    pub(in crate::tenants) json: String,
}

/// Opens a cursor over everything the tenant role may read but the columns named, the tenant
/// itself first, and returns the names of the tables that follow.
pub(in crate::tenants) async fn open_export(
    tx: &mut TenantTx,
    without: &[(&str, &str)],
) -> Result<Vec<String>> {
    let (tables, columns): (Vec<String>, Vec<String>) = without
        .iter()
        .map(|(table, column)| ((*table).to_owned(), (*column).to_owned()))
        .unzip();
    let selects = sqlx::query!(
        r#"select c.relname::text as "table!",
             format('select %L as "table", to_jsonb(r)::text as json from (select %s from %I%s) as r',
               c.relname, string_agg(quote_ident(a.attname), ', ' order by a.attnum), c.relname,
               -- Who may be seen follows from memberships; read the other way round, everybody would be looked at.
               case c.relname when 'users' then ' where id in (select user_id from memberships)' else '' end) as "select!"
           from pg_class c
           join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
           where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
             and has_column_privilege(c.oid, a.attnum, 'select')
             and not exists (select from unnest($1::text[], $2::text[]) as secret ("table", "column")
                             where secret."table" = c.relname and secret."column" = a.attname)
           group by c.relname
           order by c.relname <> 'tenants', c.relname"#,
        &tables,
        &columns,
    )
    .fetch_all(tx.conn())
    .await?;
    let all = selects
        .iter()
        .map(|table| table.select.as_str())
        .collect::<Vec<_>>();
    // The names come from the catalogue, quoted by `format`.
    let declare = format!("declare export cursor for {}", all.join(" union all "));
    sqlx::raw_sql(AssertSqlSafe(declare))
        .execute(tx.conn())
        .await?;
    Ok(selects
        .into_iter()
        .map(|table| table.table)
        .filter(|table| table != "tenants")
        .collect())
}

/// The next rows of the cursor.
pub(in crate::tenants) async fn exported_rows(
    tx: &mut TenantTx,
    limit: i64,
) -> Result<Vec<ExportedRow>> {
    let fetch = format!("fetch {limit} from export");
    let rows = sqlx::query_as(AssertSqlSafe(fetch))
        .fetch_all(tx.conn())
        .await?;
    Ok(rows)
}

/// Writes down that the tenant was exported. Not a new version: nothing about it changed.
pub(in crate::tenants) async fn stamp_export(tx: &mut TenantTx, now: DateTime<Utc>) -> Result<()> {
    sqlx::query!("update tenants set exported_at = $1", now)
        .execute(tx.conn())
        .await?;
    Ok(())
}
