//! The SQL of levels and zones. They have the same columns but for a level's place and plan.

use chrono::{DateTime, Utc};
use parking_db::{DbError, Result, TenantTx};
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, FromRow, PgConnection, Postgres, QueryBuilder, Row as _};
use uuid::Uuid;

use crate::sites::SiteError;
use crate::sites::parts::{Part, PartFields, PartKind};

/// The statement's words for a kind. They are literals; everything else is bound. Bays are counted where that is
/// wanted: it takes longer the more there are.
fn select(kind: PartKind, is_counted: bool) -> String {
    let (ordinal, has_plan) = match kind {
        PartKind::Level => (
            "p.ordinal",
            "exists (select from plans d where d.tenant_id = p.tenant_id and d.level_id = p.id)",
        ),
        PartKind::Zone => ("0", "false"),
    };
    let name = kind.name();
    let spaces = if is_counted {
        format!(
            "(select count(*) from spaces s where s.tenant_id = p.tenant_id and s.{name}_id = p.id and s.deleted_at is null)"
        )
    } else {
        "null::bigint".to_owned()
    };
    format!(
        "select p.id, p.site_id, p.name, {ordinal} as ordinal, {has_plan} as has_plan, p.created_at, p.updated_at, p.version,
           {spaces} as spaces
         from {name}s p"
    )
}

impl FromRow<'_, PgRow> for Part {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        Ok(Self {
            id: row.try_get("id")?,
            site_id: row.try_get("site_id")?,
            name: row.try_get("name")?,
            ordinal: row.try_get("ordinal")?,
            spaces: row.try_get("spaces")?,
            has_plan: row.try_get("has_plan")?,
            created_at: row.try_get("created_at")?,
            updated_at: row.try_get("updated_at")?,
            version: row.try_get("version")?,
        })
    }
}

/// One page of the parts of one site or of all, and how many there are on all pages.
pub(in crate::sites) async fn list(
    conn: &mut PgConnection,
    (kind, is_counted): (PartKind, bool),
    (site, pattern): (Option<Uuid>, Option<&str>),
    order: &str,
    (offset, limit): (i64, i64),
) -> Result<(Vec<Part>, i64)> {
    let mut query = QueryBuilder::new(select(kind, is_counted));
    restrict(&mut query, site, pattern);
    query
        .push(format!(" order by {order} offset "))
        .push_bind(offset);
    query.push(" limit ").push_bind(limit);
    let parts = query.build_query_as().fetch_all(&mut *conn).await?;
    if site.is_none() && pattern.is_none() {
        let list = format!("{}s", kind.name());
        return Ok((parts, parking_db::list_total(conn, &list).await?));
    }
    let mut query = QueryBuilder::new(format!("select count(*) from {}s p", kind.name()));
    restrict(&mut query, site, pattern);
    Ok((parts, query.build_query_scalar().fetch_one(conn).await?))
}

/// Only what is asked for: a condition that might not apply keeps PostgreSQL from using an index.
fn restrict(query: &mut QueryBuilder<Postgres>, site: Option<Uuid>, pattern: Option<&str>) {
    query.push(" where true");
    if let Some(site) = site {
        query.push(" and p.site_id = ").push_bind(site);
    }
    if let Some(pattern) = pattern {
        query
            .push(" and p.name ilike ")
            .push_bind(pattern.to_owned());
    }
}

pub(in crate::sites) async fn find(
    conn: &mut PgConnection,
    kind: PartKind,
    id: Uuid,
) -> Result<Option<Part>> {
    let query = format!("{} where p.id = $1", select(kind, true));
    let part = sqlx::query_as(AssertSqlSafe(query)).bind(id);
    Ok(part.fetch_optional(conn).await?)
}

/// The part, locked until the end of the transaction.
pub(in crate::sites) async fn lock(
    tx: &mut TenantTx,
    kind: PartKind,
    id: Uuid,
) -> Result<Option<Part>> {
    let query = format!("select from {}s where id = $1 for update", kind.name());
    sqlx::query(AssertSqlSafe(query))
        .bind(id)
        .execute(tx.conn())
        .await?;
    find(tx.conn(), kind, id).await
}

pub(in crate::sites) async fn insert(
    tx: &mut TenantTx,
    kind: PartKind,
    (id, site): (Uuid, Uuid),
    fields: &PartFields,
    now: DateTime<Utc>,
) -> Result<(), SiteError> {
    let tenant = tx.tenant().0;
    let query = match kind {
        PartKind::Level => sqlx::query!(
            "insert into levels (tenant_id, id, site_id, name, ordinal, created_at, updated_at)
             values ($1, $2, $3, $4, $5, $6, $6)",
            tenant,
            id,
            site,
            fields.name,
            fields.ordinal,
            now
        ),
        PartKind::Zone => sqlx::query!(
            "insert into zones (tenant_id, id, site_id, name, created_at, updated_at) values ($1, $2, $3, $4, $5, $5)",
            tenant,
            id,
            site,
            fields.name,
            now
        ),
    };
    query.execute(tx.conn()).await.map_err(refused)?;
    Ok(())
}

pub(in crate::sites) async fn update(
    tx: &mut TenantTx,
    kind: PartKind,
    id: Uuid,
    fields: &PartFields,
    now: DateTime<Utc>,
) -> Result<(), SiteError> {
    let query = match kind {
        PartKind::Level => sqlx::query!(
            "update levels set name = $2, ordinal = $3, updated_at = $4, version = version + 1 where id = $1",
            id,
            fields.name,
            fields.ordinal,
            now
        ),
        PartKind::Zone => sqlx::query!(
            "update zones set name = $2, updated_at = $3, version = version + 1 where id = $1",
            id,
            fields.name,
            now
        ),
    };
    query.execute(tx.conn()).await.map_err(refused)?;
    Ok(())
}

pub(in crate::sites) async fn delete(
    tx: &mut TenantTx,
    kind: PartKind,
    id: Uuid,
) -> Result<(), SiteError> {
    let loosen = match kind {
        PartKind::Level => sqlx::query!(
            "update spaces set level_id = null, shape = null where level_id = $1 and deleted_at is not null",
            id
        ),
        PartKind::Zone => sqlx::query!(
            "update spaces set zone_id = null where zone_id = $1 and deleted_at is not null",
            id
        ),
    };
    loosen.execute(tx.conn()).await.map_err(refused)?;
    let query = match kind {
        PartKind::Level => sqlx::query!("delete from levels where id = $1", id),
        PartKind::Zone => sqlx::query!("delete from zones where id = $1", id),
    };
    query.execute(tx.conn()).await.map_err(refused)?;
    Ok(())
}

fn refused(error: sqlx::Error) -> SiteError {
    let error = DbError::from(error);
    match error.constraint() {
        Some("levels_name_unique" | "zones_name_unique") => SiteError::NameTaken,
        // A bay was put on it since it was counted.
        Some("spaces_level_fkey" | "spaces_zone_fkey") => SiteError::InUse(1),
        _ => SiteError::Db(error),
    }
}
