//! The SQL of orphans.

use chrono::{DateTime, Utc};
use parking_db::{PlatformTx, Result, TenantTx};
use parking_domain::ids::fresh;
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, FromRow, PgConnection, Postgres, QueryBuilder, Row as _};
use uuid::Uuid;

use super::{Named, Orphan, Stray};

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

/// Holds orphans until the end of the transaction, and says how many there are.
pub(super) async fn lock(tx: &mut TenantTx, ids: &[Uuid]) -> Result<usize> {
    let held = sqlx::query!(
        "select id from orphan_devices where id = any($1) order by id for update",
        ids
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(held.len())
}

/// Sets orphans aside or takes them back, and names those that were not so before.
pub(super) async fn set_dismissed(
    tx: &mut TenantTx,
    ids: &[Uuid],
    aside: Option<(DateTime<Utc>, &str)>,
) -> Result<Vec<Named>> {
    let (at, by) = aside.unzip();
    let moved = sqlx::query_as!(
        Named,
        "update orphan_devices set dismissed_at = $2, dismissed_by = $3
         where id = any($1) and (dismissed_at is null) <> ($2::timestamptz is null)
         returning id, dev_eui",
        ids,
        at,
        by
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(moved)
}

/// Orphans by their ids, in their order.
pub(super) async fn by_ids(conn: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<Orphan>> {
    let query = format!(
        "{SELECT}select p.* from orphan_devices p where p.id = any($1){JOINS} order by o.id"
    );
    let orphans = sqlx::query_as(AssertSqlSafe(query)).bind(ids);
    Ok(orphans.fetch_all(conn).await?)
}

/// The most orphans of a tenant.
const ORPHANS_MAX: i64 = 2_000;

/// Adds to what is known of orphans, in one order, as two batches may hold the same.
pub(super) async fn note(
    tx: &mut PlatformTx,
    strays: &[Stray],
    guesses: &[Option<String>],
) -> Result<()> {
    let ids: Vec<Uuid> = strays.iter().map(|_| fresh()).collect();
    let tenants: Vec<Uuid> = strays.iter().map(|one| one.tenant_id).collect();
    let euis: Vec<String> = strays.iter().map(|one| one.dev_eui.clone()).collect();
    let ats: Vec<DateTime<Utc>> = strays.iter().map(|one| one.at).collect();
    let ports: Vec<Option<i32>> = strays.iter().map(|one| one.f_port).collect();
    let payloads: Vec<Option<Vec<u8>>> = strays.iter().map(|one| one.payload.clone()).collect();
    let rssis: Vec<Option<i32>> = strays.iter().map(|one| one.rssi).collect();
    let snrs: Vec<Option<f32>> = strays.iter().map(|one| one.snr).collect();
    let gateways: Vec<Option<String>> = strays.iter().map(|one| one.gateway.clone()).collect();
    let sources: Vec<String> = strays.iter().map(|one| one.source.clone()).collect();
    sqlx::query!(
        "with w as materialized (
           select distinct on (tenant_id, dev_eui) *, count(*) over mine as messages, min(at) over mine as first_at
           from unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[], $5::int[], $6::bytea[], $7::int[], $8::real[],
             $9::text[], $10::text[], $11::text[])
             as w (id, tenant_id, dev_eui, at, f_port, payload, rssi, snr, gateway, source, guess)
           window mine as (partition by tenant_id, dev_eui)
           order by tenant_id, dev_eui, at desc),
         room as materialized (
           select t.tenant_id, $12 - (select count(*) from orphan_devices o where o.tenant_id = t.tenant_id) as places
           from (select distinct tenant_id from w) t),
         wanted as (
           select w.*, o.id is not null as is_known,
             row_number() over (partition by w.tenant_id, o.id is null order by w.dev_eui) as place
           from w left join orphan_devices o on o.tenant_id = w.tenant_id and o.dev_eui = w.dev_eui)
         insert into orphan_devices as known (tenant_id, id, dev_eui, first_seen_at, last_seen_at, uplink_count, last_f_port,
           last_payload, last_rssi, last_snr, last_gateway_eui, source, guessed_model)
         select w.tenant_id, w.id, w.dev_eui, w.first_at, w.at, w.messages, w.f_port, w.payload, w.rssi, w.snr, w.gateway,
           w.source, w.guess
         from wanted w join room using (tenant_id) where w.is_known or w.place <= room.places
         order by w.tenant_id, w.dev_eui
         on conflict (tenant_id, dev_eui) do update set
           uplink_count = known.uplink_count + excluded.uplink_count,
           first_seen_at = least(known.first_seen_at, excluded.first_seen_at),
           last_seen_at = greatest(known.last_seen_at, excluded.last_seen_at),
           last_f_port = coalesce(excluded.last_f_port, known.last_f_port),
           last_payload = coalesce(excluded.last_payload, known.last_payload),
           last_rssi = coalesce(excluded.last_rssi, known.last_rssi),
           last_snr = coalesce(excluded.last_snr, known.last_snr),
           last_gateway_eui = coalesce(excluded.last_gateway_eui, known.last_gateway_eui),
           source = excluded.source,
           guessed_model = coalesce(excluded.guessed_model, known.guessed_model)",
        &ids,
        &tenants,
        &euis,
        &ats,
        &ports as &[Option<i32>],
        &payloads as &[Option<Vec<u8>>],
        &rssis as &[Option<i32>],
        &snrs as &[Option<f32>],
        &gateways as &[Option<String>],
        &sources,
        guesses as &[Option<String>],
        ORPHANS_MAX,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(super) async fn delete_before(tx: &mut PlatformTx, before: DateTime<Utc>) -> Result<()> {
    sqlx::query!("delete from orphan_devices where last_seen_at < $1", before)
        .execute(tx.conn())
        .await?;
    Ok(())
}
