//! The SQL of orphans.

use chrono::{DateTime, Utc};
use parking_db::{Result, TenantTx};
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, FromRow, PgConnection, Postgres, QueryBuilder, Row as _};
use uuid::Uuid;

use super::Orphan;

/// Which orphans are wanted.
#[derive(Clone, Debug, Default)]
pub(super) struct Filter {
    pub(super) is_dismissed: bool,
    pub(super) since: Option<DateTime<Utc>>,
    pub(super) pattern: Option<String>,
    /// Digits of a `DevEUI`.
    pub(super) digits: Option<String>,
}

/// What is read of each orphan; the page is cut out before anything is joined to it.
const SELECT: &str = "select o.*, t.name as tenant_name from (";
const JOINS: &str = ") o join tenants t on t.id = o.tenant_id";

impl FromRow<'_, PgRow> for Orphan {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        Ok(Self {
            tenant_id: row.try_get("tenant_id")?,
            tenant_name: row.try_get("tenant_name")?,
            id: row.try_get("id")?,
            dev_eui: row.try_get("dev_eui")?,
            first_seen_at: row.try_get("first_seen_at")?,
            last_seen_at: row.try_get("last_seen_at")?,
            uplink_count: row.try_get("uplink_count")?,
            last_f_port: row.try_get("last_f_port")?,
            last_payload: row.try_get("last_payload")?,
            last_rssi: row.try_get("last_rssi")?,
            last_snr: row.try_get("last_snr")?,
            last_gateway_eui: row.try_get("last_gateway_eui")?,
            source: row.try_get("source")?,
            guessed_model: row.try_get("guessed_model")?,
            dismissed_at: row.try_get("dismissed_at")?,
            dismissed_by: row.try_get("dismissed_by")?,
        })
    }
}

/// The conditions of a filter.
fn wanted(query: &mut QueryBuilder<Postgres>, filter: &Filter) {
    let dismissed = if filter.is_dismissed {
        "not null"
    } else {
        "null"
    };
    query.push(format!(" where p.dismissed_at is {dismissed}"));
    if let Some(since) = filter.since {
        query.push(" and p.last_seen_at >= ").push_bind(since);
    }
    if let Some(pattern) = &filter.pattern {
        query
            .push(" and (p.guessed_model ilike ")
            .push_bind(pattern.clone());
        query.push(" or p.source ilike ").push_bind(pattern.clone());
        if let Some(digits) = &filter.digits {
            query
                .push(" or p.dev_eui like ")
                .push_bind(format!("%{digits}%"));
        }
        query.push(")");
    }
}

/// One page of orphans, and how many there are on all pages.
pub(super) async fn list(
    conn: &mut PgConnection,
    filter: &Filter,
    order: &str,
    (offset, limit): (i64, i64),
) -> Result<(Vec<Orphan>, i64)> {
    // `order` is made of literals by `Page::order_by`; everything else is bound.
    let mut query = QueryBuilder::new(format!("{SELECT}select p.* from orphan_devices p"));
    wanted(&mut query, filter);
    query
        .push(format!(" order by {order} offset "))
        .push_bind(offset);
    query.push(" limit ").push_bind(limit);
    query.push(format!("{JOINS} order by {}", order.replace("p.", "o.")));
    let orphans = query.build_query_as().fetch_all(&mut *conn).await?;
    let mut query = QueryBuilder::new("select count(*) from orphan_devices p");
    wanted(&mut query, filter);
    Ok((orphans, query.build_query_scalar().fetch_one(conn).await?))
}

pub(super) async fn find(conn: &mut PgConnection, id: Uuid) -> Result<Option<Orphan>> {
    let query = format!("{SELECT}select p.* from orphan_devices p where p.id = $1{JOINS}");
    let orphan = sqlx::query_as(AssertSqlSafe(query)).bind(id);
    Ok(orphan.fetch_optional(conn).await?)
}

/// Holds the orphan until the end of the transaction.
pub(super) async fn lock(tx: &mut TenantTx, id: Uuid) -> Result<()> {
    sqlx::query!("select id from orphan_devices where id = $1 for update", id)
        .fetch_optional(tx.conn())
        .await?;
    Ok(())
}

pub(super) async fn set_dismissed(
    tx: &mut TenantTx,
    id: Uuid,
    aside: Option<(DateTime<Utc>, &str)>,
) -> Result<()> {
    let (at, by) = aside.unzip();
    sqlx::query!(
        "update orphan_devices set dismissed_at = $2, dismissed_by = $3 where id = $1",
        id,
        at,
        by
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
