//! The SQL of bays.

pub(super) mod facts;
pub(super) mod lamps;
pub(super) mod list;
pub(super) mod reserved;
pub(super) mod sensing;
pub(super) mod serving;
pub(super) mod state;
pub(super) mod trend;

use chrono::{DateTime, Utc};
use parking_db::{DbError, Result, TenantTx};
use parking_domain::bays::{BayCode, BayKind, order_key};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{Space, SpaceError, SpaceFields};

/// Holds a living site until the end of the transaction, so that nobody deletes it meanwhile.
pub(super) async fn hold_site(tx: &mut TenantTx, id: Uuid) -> Result<bool> {
    let found = sqlx::query_scalar!(
        "select id from sites where id = $1 and deleted_at is null for share",
        id
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(found.is_some())
}

/// The fields of many bays, each field a list, as `unnest` wants them.
struct Columns {
    codes: Vec<String>,
    orders: Vec<String>,
    names: Vec<Option<String>>,
    levels: Vec<Option<Uuid>>,
    zones: Vec<Option<Uuid>>,
    kinds: Vec<String>,
    latitudes: Vec<Option<f64>>,
    longitudes: Vec<Option<f64>>,
    /// Lists in lists must all be of one length; as text they need not.
    shapes: Vec<Option<String>>,
    reservable: Vec<bool>,
    releases: Vec<Option<i32>>,
    metadata: Vec<Value>,
}

impl Columns {
    fn of<'a>(spaces: impl Iterator<Item = &'a SpaceFields> + Clone) -> Self {
        let code = |space: &SpaceFields| space.code.as_str().to_owned();
        Self {
            codes: spaces.clone().map(code).collect(),
            orders: spaces
                .clone()
                .map(|space| order_key(space.code.as_str()))
                .collect(),
            names: spaces.clone().map(|space| space.name.clone()).collect(),
            levels: spaces.clone().map(|space| space.level_id).collect(),
            zones: spaces.clone().map(|space| space.zone_id).collect(),
            kinds: spaces
                .clone()
                .map(|space| space.kind.name().to_owned())
                .collect(),
            latitudes: spaces.clone().map(|space| space.latitude).collect(),
            longitudes: spaces.clone().map(|space| space.longitude).collect(),
            shapes: spaces
                .clone()
                .map(|space| space.shape.as_deref().map(array_text))
                .collect(),
            reservable: spaces.clone().map(|space| space.is_reservable).collect(),
            releases: spaces
                .clone()
                .map(|space| space.auto_release_minutes)
                .collect(),
            metadata: spaces
                .map(|space| Value::Object(space.metadata.clone()))
                .collect(),
        }
    }
}

/// A list of numbers as PostgreSQL writes arrays.
fn array_text(numbers: &[f64]) -> String {
    let numbers: Vec<String> = numbers.iter().map(f64::to_string).collect();
    format!("{{{}}}", numbers.join(","))
}

/// Makes bays and answers the ids of those whose codes were free.
pub(super) async fn insert(
    tx: &mut TenantTx,
    site: Uuid,
    (ids, drafts): (&[Uuid], &[SpaceFields]),
    now: DateTime<Utc>,
) -> Result<Vec<Uuid>, SpaceError> {
    let tenant = tx.tenant().0;
    let columns = Columns::of(drafts.iter());
    sqlx::query_scalar!(
        "insert into spaces (tenant_id, id, site_id, code, code_order, name, level_id, zone_id, kind, latitude, longitude,
           shape, is_reservable, auto_release_minutes, metadata, state_changed_at, created_at, updated_at)
         select $1, w.id, $2, w.code, w.code_order, w.name, w.level_id, w.zone_id, w.kind, w.latitude, w.longitude,
           w.shape::double precision[], w.is_reservable, w.auto_release_minutes, w.metadata, $16, $16, $16
         from unnest($3::uuid[], $4::text[], $5::text[], $6::text[], $7::uuid[], $8::uuid[], $9::text[],
             $10::double precision[], $11::double precision[], $12::text[], $13::boolean[], $14::int[], $15::jsonb[])
           as w (id, code, code_order, name, level_id, zone_id, kind, latitude, longitude, shape, is_reservable,
             auto_release_minutes, metadata)
         on conflict (tenant_id, site_id, lower(code)) where deleted_at is null do nothing
         returning id",
        tenant,
        site,
        ids,
        &columns.codes,
        &columns.orders,
        &columns.names as &[Option<String>],
        &columns.levels as &[Option<Uuid>],
        &columns.zones as &[Option<Uuid>],
        &columns.kinds,
        &columns.latitudes as &[Option<f64>],
        &columns.longitudes as &[Option<f64>],
        &columns.shapes as &[Option<String>],
        &columns.reservable,
        &columns.releases as &[Option<i32>],
        &columns.metadata,
        now,
    )
    .fetch_all(tx.conn())
    .await
    .map_err(refused)
}

/// Writes what bays have become.
pub(super) async fn update(
    tx: &mut TenantTx,
    spaces: &[Space],
    now: DateTime<Utc>,
) -> Result<(), SpaceError> {
    let ids: Vec<Uuid> = spaces.iter().map(|space| space.id).collect();
    let sites: Vec<Uuid> = spaces.iter().map(|space| space.site_id).collect();
    let columns = Columns::of(spaces.iter().map(|space| &space.fields));
    sqlx::query!(
        "update spaces s set site_id = w.site_id, code = w.code, code_order = w.code_order, name = w.name,
           level_id = w.level_id, zone_id = w.zone_id, kind = w.kind, latitude = w.latitude, longitude = w.longitude,
           shape = w.shape::double precision[], is_reservable = w.is_reservable,
           auto_release_minutes = w.auto_release_minutes, metadata = w.metadata, updated_at = $15, version = version + 1
         from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::uuid[], $7::uuid[], $8::text[],
             $9::double precision[], $10::double precision[], $11::text[], $12::boolean[], $13::int[], $14::jsonb[])
           as w (id, site_id, code, code_order, name, level_id, zone_id, kind, latitude, longitude, shape,
             is_reservable, auto_release_minutes, metadata)
         where s.id = w.id",
        &ids,
        &sites,
        &columns.codes,
        &columns.orders,
        &columns.names as &[Option<String>],
        &columns.levels as &[Option<Uuid>],
        &columns.zones as &[Option<Uuid>],
        &columns.kinds,
        &columns.latitudes as &[Option<f64>],
        &columns.longitudes as &[Option<f64>],
        &columns.shapes as &[Option<String>],
        &columns.reservable,
        &columns.releases as &[Option<i32>],
        &columns.metadata,
        now,
    )
    .execute(tx.conn())
    .await
    .map_err(refused)?;
    Ok(())
}

/// Bays by their ids, in that order, locked until the end of the transaction.
pub(super) async fn lock(tx: &mut TenantTx, ids: &[Uuid]) -> Result<Vec<Space>> {
    let rows = sqlx::query!(
        "select id, site_id, code, name, level_id, zone_id, kind, latitude, longitude, shape, is_reservable,
           auto_release_minutes, metadata, deleted_at, version
         from spaces where id = any($1) order by id for no key update",
        ids
    )
    .fetch_all(tx.conn())
    .await?;
    let spaces = rows.into_iter().filter_map(|row| {
        Some(Space {
            id: row.id,
            site_id: row.site_id,
            fields: SpaceFields {
                code: BayCode::parse(&row.code).ok()?,
                name: row.name,
                level_id: row.level_id,
                zone_id: row.zone_id,
                kind: row.kind.parse::<BayKind>().unwrap_or_default(),
                latitude: row.latitude,
                longitude: row.longitude,
                shape: row.shape,
                is_reservable: row.is_reservable,
                auto_release_minutes: row.auto_release_minutes,
                metadata: match row.metadata {
                    Value::Object(metadata) => metadata,
                    _ => Map::new(),
                },
            },
            deleted_at: row.deleted_at,
            version: row.version,
        })
    });
    Ok(spaces.collect())
}

pub(super) async fn set_deleted(
    tx: &mut TenantTx,
    ids: &[Uuid],
    deleted_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<(), SpaceError> {
    sqlx::query!(
        "update spaces set deleted_at = $2, updated_at = $3, version = version + 1 where id = any($1)",
        ids,
        deleted_at,
        now
    )
    .execute(tx.conn())
    .await
    .map_err(refused)?;
    Ok(())
}

/// The living bays of a site.
pub(super) async fn living_of_site(tx: &mut TenantTx, site: Uuid) -> Result<Vec<Uuid>> {
    let ids = sqlx::query_scalar!(
        "select id from spaces where site_id = $1 and deleted_at is null order by id",
        site
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(ids)
}

fn refused(error: sqlx::Error) -> SpaceError {
    let error = DbError::from(error);
    if let Some(limit) = error.limit() {
        return SpaceError::LimitReached(limit);
    }
    match error.constraint() {
        Some("spaces_site_fkey") => SpaceError::Absent,
        Some("spaces_level_fkey") => SpaceError::NoSuchLevel,
        Some("spaces_zone_fkey") => SpaceError::NoSuchZone,
        Some("spaces_shape_on_a_level") => SpaceError::ShapeWithoutLevel,
        Some("spaces_code_unique") => SpaceError::CodesTaken(Vec::new()),
        _ => SpaceError::Db(error),
    }
}

/// Locks the gateways of a site, in the order of their ids.
pub(super) async fn hold_gateways(tx: &mut TenantTx, site: Uuid) -> Result<()> {
    sqlx::query!(
        "select id from gateways where site_id = $1 order by id for no key update",
        site
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(())
}

/// Gateways that stood in a site stand in another, or nowhere in particular.
pub(super) async fn move_gateways(
    tx: &mut TenantTx,
    site: Uuid,
    to: Option<Uuid>,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update gateways set site_id = $2, updated_at = $3, version = version + 1 where site_id = $1",
        site,
        to,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
