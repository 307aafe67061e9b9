//! The SQL of gateways.

use chrono::{DateTime, Utc};
use parking_db::{DbError, PlatformTx, Result, TenantTx};
use serde_json::{Map, Value};
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, FromRow, PgConnection, Postgres, QueryBuilder, Row as _};
use uuid::Uuid;

use super::{Gateway, GatewayError, GatewayFields, GatewayStatus, Sign, TENTHS_OF_HEARTBEAT};

/// Which gateways are wanted.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Filter {
    pub(super) site: Option<Uuid>,
    pub(super) status: Option<GatewayStatus>,
    pub(super) pattern: Option<String>,
    /// Digits of an EUI.
    pub(super) digits: Option<String>,
}

/// What is read of each gateway; the page is cut out of `gateways` before anything is joined to it.
const SELECT: &str = "select g.*, t.name as tenant_name, i.name as site_name from (";
const JOINS: &str = ") g
  join tenants t on t.id = g.tenant_id
  left join sites i on i.tenant_id = g.tenant_id and i.id = g.site_id";

impl FromRow<'_, PgRow> for Gateway {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        let metadata: Value = row.try_get("metadata")?;
        Ok(Self {
            tenant_id: row.try_get("tenant_id")?,
            tenant_name: row.try_get("tenant_name")?,
            id: row.try_get("id")?,
            eui: row.try_get("eui")?,
            fields: GatewayFields {
                name: row.try_get("name")?,
                site_id: row.try_get("site_id")?,
                latitude: row.try_get("latitude")?,
                longitude: row.try_get("longitude")?,
                altitude: row.try_get("altitude")?,
                notes: row.try_get("notes")?,
                metadata: match metadata {
                    Value::Object(metadata) => metadata,
                    _ => Map::new(),
                },
                heartbeat_seconds: row.try_get("heartbeat_seconds")?,
            },
            site_name: row.try_get("site_name")?,
            last_seen_at: row.try_get("last_seen_at")?,
            created_at: row.try_get("created_at")?,
            updated_at: row.try_get("updated_at")?,
            version: row.try_get("version")?,
        })
    }
}

/// The conditions of a filter.
fn wanted(query: &mut QueryBuilder<Postgres>, filter: &Filter, now: DateTime<Utc>) {
    query.push(" where true");
    if let Some(site) = filter.site {
        query.push(" and p.site_id = ").push_bind(site);
    }
    let patience = "p.heartbeat_seconds * interval '0.1 second'";
    match filter.status {
        None => {}
        Some(GatewayStatus::NeverSeen) => {
            query.push(" and p.last_seen_at is null");
        }
        Some(status) => {
            let side = if status == GatewayStatus::Online {
                ">="
            } else {
                "<"
            };
            query.push(format!(" and p.last_seen_at {side} "));
            query
                .push_bind(now)
                .push(format!(" - {TENTHS_OF_HEARTBEAT} * {patience}"));
        }
    }
    if let Some(pattern) = &filter.pattern {
        query.push(" and (p.name ilike ").push_bind(pattern.clone());
        if let Some(digits) = &filter.digits {
            query
                .push(" or p.eui like ")
                .push_bind(format!("%{digits}%"));
        }
        query.push(")");
    }
}

/// One page of gateways, and how many a filter leaves. All of them are counted already.
pub(super) async fn list(
    conn: &mut PgConnection,
    filter: &Filter,
    order: &str,
    (offset, limit): (i64, i64),
    now: DateTime<Utc>,
) -> Result<(Vec<Gateway>, i64)> {
    // `order` is made of literals by `Page::order_by`; everything else is bound.
    let mut query = QueryBuilder::new(format!("{SELECT}select p.* from gateways p"));
    wanted(&mut query, filter, now);
    query
        .push(format!(" order by {order} offset "))
        .push_bind(offset);
    query.push(" limit ").push_bind(limit);
    query.push(format!("{JOINS} order by {}", order.replace("p.", "g.")));
    let gateways = query.build_query_as().fetch_all(&mut *conn).await?;
    if *filter == Filter::default() {
        let counted = sqlx::query_scalar!(
            r#"select coalesce(sum(used), 0)::bigint as "count!" from tenant_usage where resource = 'gateways'"#
        );
        return Ok((gateways, counted.fetch_one(conn).await?));
    }
    let mut query = QueryBuilder::new("select count(*) from gateways p");
    wanted(&mut query, filter, now);
    Ok((gateways, query.build_query_scalar().fetch_one(conn).await?))
}

pub(super) async fn find(conn: &mut PgConnection, id: Uuid) -> Result<Option<Gateway>> {
    let query = format!("{SELECT}select p.* from gateways p where p.id = $1{JOINS}");
    let gateway = sqlx::query_as(AssertSqlSafe(query)).bind(id);
    Ok(gateway.fetch_optional(conn).await?)
}

/// Holds the gateway until the end of the transaction.
pub(super) async fn lock(tx: &mut TenantTx, id: Uuid) -> Result<()> {
    sqlx::query!(
        "select id from gateways where id = $1 for no key update",
        id
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(())
}

/// Makes a gateway, unless its EUI is taken.
pub(super) async fn insert(
    tx: &mut TenantTx,
    (id, eui): (Uuid, &str),
    fields: &GatewayFields,
    now: DateTime<Utc>,
) -> Result<bool, GatewayError> {
    let tenant = tx.tenant().0;
    let done = sqlx::query!(
        "insert into gateways (tenant_id, id, eui, name, site_id, latitude, longitude, altitude, notes, metadata,
           heartbeat_seconds, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12) on conflict (eui) do nothing",
        tenant,
        id,
        eui,
        fields.name,
        fields.site_id,
        fields.latitude,
        fields.longitude,
        fields.altitude,
        fields.notes,
        Value::Object(fields.metadata.clone()),
        fields.heartbeat_seconds,
        now,
    )
    .execute(tx.conn())
    .await
    .map_err(refused)?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn update(
    tx: &mut TenantTx,
    id: Uuid,
    fields: &GatewayFields,
    now: DateTime<Utc>,
) -> Result<(), GatewayError> {
    sqlx::query!(
        "update gateways set name = $2, site_id = $3, latitude = $4, longitude = $5, altitude = $6, notes = $7,
           metadata = $8, heartbeat_seconds = $9, updated_at = $10, version = version + 1
         where id = $1",
        id,
        fields.name,
        fields.site_id,
        fields.latitude,
        fields.longitude,
        fields.altitude,
        fields.notes,
        Value::Object(fields.metadata.clone()),
        fields.heartbeat_seconds,
        now,
    )
    .execute(tx.conn())
    .await
    .map_err(refused)?;
    Ok(())
}

pub(super) async fn delete(tx: &mut TenantTx, id: Uuid) -> Result<()> {
    sqlx::query!("delete from gateways where id = $1", id)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Writes when gateways were heard; locked in one order, because two batches may hold the same.
pub(super) async fn write_heard(tx: &mut PlatformTx, signs: &[Sign]) -> Result<()> {
    let euis: Vec<String> = signs.iter().map(|sign| sign.eui.to_string()).collect();
    let ats: Vec<DateTime<Utc>> = signs.iter().map(|sign| sign.at).collect();
    let tellers: Vec<Option<Uuid>> = signs.iter().map(|sign| sign.told_by).collect();
    sqlx::query!(
        "with w as materialized (
           select g.tenant_id, g.id, max(w.at) as at
           from unnest($1::text[], $2::timestamptz[], $3::uuid[]) as w (eui, at, told_by)
           join gateways g on g.eui = w.eui and g.tenant_id = coalesce(w.told_by, g.tenant_id)
           group by g.tenant_id, g.id),
         held as materialized (
           select g.tenant_id, g.id, w.at from gateways g join w on w.tenant_id = g.tenant_id and w.id = g.id
           order by g.eui for no key update of g)
         update gateways g set last_seen_at = held.at from held
         where g.tenant_id = held.tenant_id and g.id = held.id and (g.last_seen_at is null or g.last_seen_at < held.at)",
        &euis,
        &ats,
        &tellers as &[Option<Uuid>],
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

fn refused(error: sqlx::Error) -> GatewayError {
    let error = DbError::from(error);
    if let Some(limit) = error.limit() {
        return GatewayError::LimitReached(limit);
    }
    error.on_constraint("gateways_site_fkey", || GatewayError::Absent)
}
