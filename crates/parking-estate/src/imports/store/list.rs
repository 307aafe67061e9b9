//! The SQL of looking at imports.

use std::collections::BTreeMap;

use parking_db::Result;
use serde_json::Value;
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgConnection, Postgres, QueryBuilder, Row as _};
use uuid::Uuid;

use crate::imports::{Counts, Import, Kind, Status};

/// Which imports are wanted.
#[derive(Clone, Debug, Default)]
pub(in crate::imports) struct Filter {
    pub(in crate::imports) kind: Option<Kind>,
    pub(in crate::imports) status: Option<Status>,
    pub(in crate::imports) pattern: Option<String>,
}

const SELECT: &str = "select p.*, t.name as tenant_name, s.name as site_name
  from imports p join tenants t on t.id = p.tenant_id
  left join sites s on s.tenant_id = p.tenant_id and s.id = p.site_id";

/// A word or document of a column as the type that stands for it.
fn typed<T: serde::de::DeserializeOwned>(row: &PgRow, column: &str) -> sqlx::Result<T> {
    let value: Value = row.try_get(column)?;
    decoded(value, column)
}

fn decoded<T: serde::de::DeserializeOwned>(value: Value, column: &str) -> sqlx::Result<T> {
    serde_json::from_value(value).map_err(|error| sqlx::Error::ColumnDecode {
        index: column.to_owned(),
        source: Box::new(error),
    })
}

impl FromRow<'_, PgRow> for Import {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        let word = |column: &str| row.try_get::<String, _>(column).map(Value::String);
        let mapping: BTreeMap<String, usize> = typed(row, "mapping")?;
        let maker: Option<Value> = row.try_get("maker")?;
        Ok(Self {
            tenant_id: row.try_get("tenant_id")?,
            tenant_name: row.try_get("tenant_name")?,
            id: row.try_get("id")?,
            kind: decoded(word("kind")?, "kind")?,
            file_name: row.try_get("file_name")?,
            site_id: row.try_get("site_id")?,
            site_name: row.try_get("site_name")?,
            header: row.try_get("header")?,
            mapping,
            status: decoded(word("status")?, "status")?,
            trouble: row.try_get("trouble")?,
            counts: Counts {
                total: row.try_get("rows_total")?,
                ready: row.try_get("rows_ready")?,
                same: row.try_get("rows_same")?,
                refused: row.try_get("rows_refused")?,
                created: row.try_get("rows_created")?,
                removed: row.try_get("rows_removed")?,
            },
            created_by: row.try_get("created_by")?,
            maker: maker.map(|maker| decoded(maker, "maker")).transpose()?,
            created_at: row.try_get("created_at")?,
            started_at: row.try_get("started_at")?,
            finished_at: row.try_get("finished_at")?,
            rows_forgotten_at: row.try_get("rows_forgotten_at")?,
            version: row.try_get("version")?,
        })
    }
}

pub(in crate::imports) async fn find(conn: &mut PgConnection, id: Uuid) -> Result<Option<Import>> {
    let mut query = QueryBuilder::new(SELECT);
    query.push(" where p.id = ").push_bind(id);
    Ok(query.build_query_as().fetch_optional(conn).await?)
}

fn wanted(query: &mut QueryBuilder<Postgres>, filter: &Filter) {
    query.push(" where true");
    if let Some(kind) = filter.kind {
        query.push(" and p.kind = ").push_bind(kind.name());
    }
    if let Some(status) = filter.status {
        query.push(" and p.status = ").push_bind(status.name());
    }
    if let Some(pattern) = &filter.pattern {
        query
            .push(" and p.file_name ilike ")
            .push_bind(pattern.clone());
    }
}

/// One page of imports, and how many there are on all pages.
pub(in crate::imports) async fn page(
    conn: &mut PgConnection,
    filter: &Filter,
    order: &str,
    (offset, limit): (i64, i64),
) -> Result<(Vec<Import>, i64)> {
    // `order` is made of literals by `Page::order_by`; everything else is bound.
    let mut query = QueryBuilder::new(SELECT);
    wanted(&mut query, filter);
    query
        .push(format!(" order by {order} offset "))
        .push_bind(offset);
    query.push(" limit ").push_bind(limit);
    let imports = query.build_query_as().fetch_all(&mut *conn).await?;
    let mut query = QueryBuilder::new("select count(*) from imports p");
    wanted(&mut query, filter);
    let total = query.build_query_scalar().fetch_one(conn).await?;
    Ok((imports, total))
}

/// A row as it is looked at.
#[derive(Clone, Debug, FromRow)]
pub(in crate::imports) struct RowView {
    pub(in crate::imports) line: i32,
    pub(in crate::imports) sealed_cells: Vec<u8>,
    pub(in crate::imports) verdict: String,
    pub(in crate::imports) messages: Value,
    pub(in crate::imports) target_id: Option<Uuid>,
}

/// One page of an import's rows, and how many there are on all pages.
pub(in crate::imports) async fn rows(
    conn: &mut PgConnection,
    (import, verdict): (&Import, Option<&str>),
    (offset, limit): (i64, i64),
) -> Result<(Vec<RowView>, i64)> {
    let wanted = |query: &mut QueryBuilder<Postgres>| {
        // Named, because those who see all tenants' rows need its index too.
        query
            .push(" where tenant_id = ")
            .push_bind(import.tenant_id);
        query.push(" and import_id = ").push_bind(import.id);
        if let Some(verdict) = verdict {
            query.push(" and verdict = ").push_bind(verdict.to_owned());
        }
    };
    let mut query = QueryBuilder::new(
        "select line, sealed_cells, verdict, messages, target_id from import_rows",
    );
    wanted(&mut query);
    query.push(" order by line offset ").push_bind(offset);
    query.push(" limit ").push_bind(limit);
    let rows = query.build_query_as().fetch_all(&mut *conn).await?;
    let mut query = QueryBuilder::new("select count(*) from import_rows");
    wanted(&mut query);
    let total = query.build_query_scalar().fetch_one(conn).await?;
    Ok((rows, total))
}
