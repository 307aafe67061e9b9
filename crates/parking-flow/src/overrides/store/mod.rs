//! The SQL of overrides.

pub(super) mod closures;

use chrono::{DateTime, Utc};
use parking_db::{Result, TenantTx};
use parking_domain::ids::fresh;
use parking_estate::spaces::OverrideDraft;
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, FromRow, PgConnection, Postgres, QueryBuilder, Row as _};
use uuid::Uuid;

use super::{Overriding, Stage, Target};

/// Which overrides are wanted.
#[derive(Clone, Debug, Default)]
pub(super) struct Filter {
    pub(super) site: Option<Uuid>,
    pub(super) level: Option<Uuid>,
    pub(super) zone: Option<Uuid>,
    pub(super) space: Option<Uuid>,
    pub(super) closure: Option<Uuid>,
    pub(super) kind: Option<&'static str>,
    pub(super) stage: Option<Stage>,
    pub(super) pattern: Option<String>,
}

const SELECT: &str = "select p.tenant_id, t.name as tenant_name, p.id, p.space_id, s.code, s.site_id, i.name as site_name,
  p.closure_id, c.name as closure_name, p.kind, p.starts_at, p.ends_at, p.reason, p.notes, p.created_by, p.created_at,
  p.lifted_at, p.lifted_by, p.version";
const FROM: &str =
    " from overrides p join spaces s on s.tenant_id = p.tenant_id and s.id = p.space_id
  join sites i on i.tenant_id = s.tenant_id and i.id = s.site_id
  join tenants t on t.id = p.tenant_id
  left join closures c on c.tenant_id = p.tenant_id and c.id = p.closure_id";

impl FromRow<'_, PgRow> for Overriding {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        let closure: Option<Uuid> = row.try_get("closure_id")?;
        Ok(Self {
            tenant_id: row.try_get("tenant_id")?,
            tenant_name: row.try_get("tenant_name")?,
            id: row.try_get("id")?,
            space: (row.try_get("space_id")?, row.try_get("code")?),
            site: (row.try_get("site_id")?, row.try_get("site_name")?),
            closure: closure.zip(row.try_get("closure_name")?),
            draft: draft(row)?,
            created_by: row.try_get("created_by")?,
            created_at: row.try_get("created_at")?,
            lifted_at: row.try_get("lifted_at")?,
            lifted_by: row.try_get("lifted_by")?,
            version: row.try_get("version")?,
        })
    }
}

fn draft(row: &PgRow) -> sqlx::Result<OverrideDraft> {
    let kind: String = row.try_get("kind")?;
    Ok(OverrideDraft {
        kind: super::kind(&kind),
        starts_at: row.try_get("starts_at")?,
        ends_at: row.try_get("ends_at")?,
        reason: row.try_get("reason")?,
        notes: row.try_get("notes")?,
    })
}

/// The condition that something stands somewhere in time; `lifted` names the column that says it was
/// ended.
fn stands(query: &mut QueryBuilder<Postgres>, stage: Stage, lifted: &str, now: DateTime<Utc>) {
    match stage {
        Stage::Planned => {
            query
                .push(format!(" and p.{lifted} is null and p.starts_at > "))
                .push_bind(now);
        }
        Stage::InForce => {
            query
                .push(format!(" and p.{lifted} is null and p.starts_at <= "))
                .push_bind(now);
            query
                .push(" and (p.ends_at is null or p.ends_at > ")
                .push_bind(now)
                .push(")");
        }
        Stage::Over => {
            query
                .push(format!(" and (p.{lifted} is not null or p.ends_at <= "))
                .push_bind(now)
                .push(")");
        }
    }
}

fn wanted(query: &mut QueryBuilder<Postgres>, filter: &Filter, now: DateTime<Utc>) {
    query.push(" where true");
    for (column, id) in [
        ("s.site_id", filter.site),
        ("s.level_id", filter.level),
        ("s.zone_id", filter.zone),
        ("p.space_id", filter.space),
        ("p.closure_id", filter.closure),
    ] {
        if let Some(id) = id {
            query.push(format!(" and {column} = ")).push_bind(id);
        }
    }
    if let Some(kind) = filter.kind {
        query.push(" and p.kind = ").push_bind(kind);
    }
    if let Some(stage) = filter.stage {
        stands(query, stage, "lifted_at", now);
    }
    if let Some(pattern) = &filter.pattern {
        query.push(" and (s.code ilike ").push_bind(pattern.clone());
        query
            .push(" or p.reason ilike ")
            .push_bind(pattern.clone())
            .push(")");
    }
}

/// One page of overrides, and how many there are on all pages.
pub(super) async fn page(
    conn: &mut PgConnection,
    (filter, now): (&Filter, DateTime<Utc>),
    order: &str,
    (offset, limit): (i64, i64),
) -> Result<(Vec<Overriding>, i64)> {
    // `order` is made of literals by `Page::order_by`; everything else is bound.
    let mut query = QueryBuilder::new(format!("{SELECT}{FROM}"));
    wanted(&mut query, filter, now);
    query
        .push(format!(" order by {order} offset "))
        .push_bind(offset);
    query.push(" limit ").push_bind(limit);
    let overrides = query.build_query_as().fetch_all(&mut *conn).await?;
    let mut query = QueryBuilder::new(
        "select count(*) from overrides p join spaces s on s.tenant_id = p.tenant_id and s.id = p.space_id",
    );
    wanted(&mut query, filter, now);
    let total = query.build_query_scalar().fetch_one(conn).await?;
    Ok((overrides, total))
}

pub(super) async fn find(conn: &mut PgConnection, id: Uuid) -> Result<Option<Overriding>> {
    let query = format!("{SELECT}{FROM} where p.id = $1");
    let found = sqlx::query_as(AssertSqlSafe(query)).bind(id);
    Ok(found.fetch_optional(conn).await?)
}

/// Overrides by their ids.
pub(super) async fn by_ids(conn: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<Overriding>> {
    let query = format!("{SELECT}{FROM} where p.id = any($1) order by s.code_order, p.id");
    let found = sqlx::query_as(AssertSqlSafe(query)).bind(ids);
    Ok(found.fetch_all(conn).await?)
}

/// The living bays of a site, level or zone, in the order of their ids.
pub(super) async fn living(tx: &mut TenantTx, target: &Target, limit: i64) -> Result<Vec<Uuid>> {
    let mut query = QueryBuilder::new("select p.id from spaces p where p.deleted_at is null");
    for (column, id) in [
        ("site_id", target.site),
        ("level_id", target.level),
        ("zone_id", target.zone),
    ] {
        if let Some(id) = id {
            query.push(format!(" and p.{column} = ")).push_bind(id);
        }
    }
    query.push(" order by p.id limit ").push_bind(limit);
    Ok(query.build_query_scalar().fetch_all(tx.conn()).await?)
}

/// Makes an override of each bay, and answers them in the bays' order.
pub(super) async fn insert(
    tx: &mut TenantTx,
    (bays, closure): (&[Uuid], Option<Uuid>),
    (draft, maker): (&OverrideDraft, &str),
    now: DateTime<Utc>,
) -> Result<Vec<Uuid>> {
    let (tenant, ids) = (tx.tenant().0, bays.iter().map(|_| fresh()));
    let ids: Vec<Uuid> = ids.collect();
    sqlx::query!(
        "insert into overrides (tenant_id, id, space_id, closure_id, kind, starts_at, ends_at, reason, notes, created_by,
           created_at)
         select $1, w.id, w.space_id, $4, $5, $6, $7, $8, $9, $10, $11 from unnest($2::uuid[], $3::uuid[]) as w (id, space_id)",
        tenant,
        &ids,
        bays,
        closure,
        draft.kind.name(),
        draft.starts_at,
        draft.ends_at,
        draft.reason,
        draft.notes,
        maker,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(ids)
}

/// Changes overrides. Since when one holds that has begun stays as it was: it may have begun after the
/// others of its closure, when that was resumed.
pub(super) async fn update(
    tx: &mut TenantTx,
    ids: &[Uuid],
    draft: &OverrideDraft,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update overrides set kind = $2, starts_at = case when starts_at <= $7 then starts_at else $3 end, ends_at = $4, reason = $5, notes = $6, version = version + 1
         where id = any($1)",
        ids,
        draft.kind.name(),
        draft.starts_at,
        draft.ends_at,
        draft.reason,
        draft.notes,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The bays of overrides, one for each that there is.
pub(super) async fn spaces_of(tx: &mut TenantTx, ids: &[Uuid]) -> Result<Vec<Uuid>> {
    let spaces = sqlx::query_scalar!("select space_id from overrides where id = any($1)", ids);
    Ok(spaces.fetch_all(tx.conn()).await?)
}

/// Makes overrides like those that were ended before their time, until they would have ended, unless the
/// bay is out of use in the same way; and answers them with their bays. They are part of the same closure
/// if nobody ended that.
pub(super) async fn resume(
    tx: &mut TenantTx,
    ids: &[Uuid],
    maker: &str,
    now: DateTime<Utc>,
) -> Result<Vec<(Uuid, Uuid)>> {
    let fresh: Vec<Uuid> = ids.iter().map(|_| fresh()).collect();
    let rows = sqlx::query!(
        "insert into overrides (tenant_id, id, space_id, closure_id, kind, starts_at, ends_at, reason, notes, created_by,
           created_at)
         select o.tenant_id, w.fresh, o.space_id, c.id, o.kind, greatest(o.starts_at, $3), o.ends_at, o.reason, o.notes, $4, $3
         from unnest($1::uuid[], $2::uuid[]) as w (id, fresh)
         join overrides o on o.id = w.id
         left join closures c on c.tenant_id = o.tenant_id and c.id = o.closure_id and c.ended_at is null
         where o.lifted_at is not null and (o.ends_at is null or o.ends_at > $3)
           and not exists (select from overrides n where n.tenant_id = o.tenant_id and n.space_id = o.space_id
             and n.lifted_at is null and n.kind = o.kind and n.reason = o.reason and n.ends_at is not distinct from o.ends_at)
         returning id, space_id",
        ids,
        &fresh,
        now,
        maker
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.space_id)).collect())
}

/// Ends overrides that are not over, and answers them with their bays.
pub(super) async fn lift(
    tx: &mut TenantTx,
    ids: &[Uuid],
    maker: &str,
    now: DateTime<Utc>,
) -> Result<Vec<(Uuid, Uuid)>> {
    let rows = sqlx::query!(
        "update overrides set lifted_at = $2, lifted_by = $3, version = version + 1
         where id = any($1) and lifted_at is null and (ends_at is null or ends_at > $2) returning id, space_id",
        ids,
        now,
        maker
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.space_id)).collect())
}
