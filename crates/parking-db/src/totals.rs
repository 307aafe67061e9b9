//! Totals of lists that nothing limits, kept by the database as rows come and go.

use sqlx::PgConnection;

use crate::Result;

/// Rows that are counted at most of a list that has no counter: nobody pages through more.
pub const COUNTED_MAX: i64 = 10_000;

/// How many rows a list has, of those the transaction may see.
pub async fn list_total(conn: &mut PgConnection, list: &str) -> Result<i64> {
    let total = sqlx::query_scalar!(
        r#"select coalesce(sum(total), 0)::bigint as "total!" from list_totals where list = $1"#,
        list
    );
    Ok(total.fetch_one(conn).await?)
}
