//! The SQL of closures.

use chrono::{DateTime, Utc};
use parking_db::{Result, TenantTx};
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, FromRow, PgConnection, Postgres, QueryBuilder, Row as _};
use uuid::Uuid;

use super::{draft, stands};
use crate::overrides::{Closure, ClosureDraft, Stage};

/// Which closures are wanted.
#[derive(Clone, Debug, Default)]
pub(in crate::overrides) struct Filter {
    pub(in crate::overrides) site: Option<Uuid>,
    pub(in crate::overrides) stage: Option<Stage>,
    pub(in crate::overrides) pattern: Option<String>,
}

const SELECT: &str = "select p.*, t.name as tenant_name, i.name as site_name,
    (select count(distinct o.space_id) from overrides o where o.tenant_id = p.tenant_id and o.closure_id = p.id) as spaces
  from closures p join tenants t on t.id = p.tenant_id
  join sites i on i.tenant_id = p.tenant_id and i.id = p.site_id";

impl FromRow<'_, PgRow> for Closure {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        Ok(Self {
            tenant_id: row.try_get("tenant_id")?,
            tenant_name: row.try_get("tenant_name")?,
            id: row.try_get("id")?,
            site: (row.try_get("site_id")?, row.try_get("site_name")?),
            fields: ClosureDraft {
                name: row.try_get("name")?,
                draft: draft(row)?,
            },
            spaces: row.try_get("spaces")?,
            created_by: row.try_get("created_by")?,
            created_at: row.try_get("created_at")?,
            updated_at: row.try_get("updated_at")?,
            ended_at: row.try_get("ended_at")?,
            ended_by: row.try_get("ended_by")?,
            version: row.try_get("version")?,
        })
    }
}

fn wanted(query: &mut QueryBuilder<Postgres>, filter: &Filter, now: DateTime<Utc>) {
    query.push(" where true");
    if let Some(site) = filter.site {
        query.push(" and p.site_id = ").push_bind(site);
    }
    if let Some(stage) = filter.stage {
        stands(query, stage, "ended_at", now);
    }
    if let Some(pattern) = &filter.pattern {
        query.push(" and (p.name ilike ").push_bind(pattern.clone());
        query
            .push(" or p.reason ilike ")
            .push_bind(pattern.clone())
            .push(")");
    }
}

/// One page of closures, and how many there are on all pages.
pub(in crate::overrides) async fn page(
    conn: &mut PgConnection,
    (filter, now): (&Filter, DateTime<Utc>),
    order: &str,
    (offset, limit): (i64, i64),
) -> Result<(Vec<Closure>, i64)> {
    // `order` is made of literals by `Page::order_by`; everything else is bound.
    let mut query = QueryBuilder::new(SELECT);
    wanted(&mut query, filter, now);
    query
        .push(format!(" order by {order} offset "))
        .push_bind(offset);
    query.push(" limit ").push_bind(limit);
    let closures = query.build_query_as().fetch_all(&mut *conn).await?;
    let mut query = QueryBuilder::new("select count(*) from closures p");
    wanted(&mut query, filter, now);
    let total = query.build_query_scalar().fetch_one(conn).await?;
    Ok((closures, total))
}

pub(in crate::overrides) async fn find(
    conn: &mut PgConnection,
    id: Uuid,
) -> Result<Option<Closure>> {
    let query = format!("{SELECT} where p.id = $1");
    let found = sqlx::query_as(AssertSqlSafe(query)).bind(id);
    Ok(found.fetch_optional(conn).await?)
}

/// Holds the closure until the end of the transaction.
pub(in crate::overrides) async fn lock(tx: &mut TenantTx, id: Uuid) -> Result<()> {
    sqlx::query!("select id from closures where id = $1 for update", id)
        .fetch_optional(tx.conn())
        .await?;
    Ok(())
}

/// The overrides of a closure that are not over, and their bays.
pub(in crate::overrides) async fn parts(
    tx: &mut TenantTx,
    id: Uuid,
    now: DateTime<Utc>,
) -> Result<(Vec<Uuid>, Vec<Uuid>)> {
    let rows = sqlx::query!(
        "select id, space_id from overrides where closure_id = $1 and lifted_at is null and (ends_at is null or ends_at > $2)",
        id,
        now
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.space_id)).unzip())
}

/// The bays that a closure gave back when somebody ended it, and that live.
pub(in crate::overrides) async fn given_back(
    tx: &mut TenantTx,
    id: Uuid,
    ended_at: DateTime<Utc>,
) -> Result<Vec<Uuid>> {
    let bays = sqlx::query_scalar!(
        "select distinct o.space_id from overrides o join spaces s on s.tenant_id = o.tenant_id and s.id = o.space_id
         where o.closure_id = $1 and o.lifted_at = $2 and s.deleted_at is null order by o.space_id",
        id,
        ended_at
    );
    Ok(bays.fetch_all(tx.conn()).await?)
}

/// Takes back that somebody ended it.
pub(in crate::overrides) async fn resume(
    tx: &mut TenantTx,
    id: Uuid,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update closures set ended_at = null, ended_by = null, updated_at = $2, version = version + 1 where id = $1",
        id,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(in crate::overrides) async fn insert(
    tx: &mut TenantTx,
    (id, site): (Uuid, Uuid),
    (fields, maker): (&ClosureDraft, &str),
    now: DateTime<Utc>,
) -> Result<()> {
    let tenant = tx.tenant().0;
    sqlx::query!(
        "insert into closures (tenant_id, id, site_id, name, kind, starts_at, ends_at, reason, notes, created_by, created_at,
           updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)",
        tenant,
        id,
        site,
        fields.name,
        fields.draft.kind.name(),
        fields.draft.starts_at,
        fields.draft.ends_at,
        fields.draft.reason,
        fields.draft.notes,
        maker,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(in crate::overrides) async fn update(
    tx: &mut TenantTx,
    id: Uuid,
    fields: &ClosureDraft,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update closures set name = $2, kind = $3, starts_at = $4, ends_at = $5, reason = $6, notes = $7, updated_at = $8,
           version = version + 1
         where id = $1",
        id,
        fields.name,
        fields.draft.kind.name(),
        fields.draft.starts_at,
        fields.draft.ends_at,
        fields.draft.reason,
        fields.draft.notes,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(in crate::overrides) async fn end(
    tx: &mut TenantTx,
    id: Uuid,
    maker: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update closures set ended_at = $2, ended_by = $3, updated_at = $2, version = version + 1 where id = $1",
        id,
        now,
        maker
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
