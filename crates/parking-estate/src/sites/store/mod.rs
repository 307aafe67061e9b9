//! The SQL of sites.

pub(super) mod parts;
pub(super) mod plans;

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use parking_db::{DbError, Result, TenantTx};
use parking_domain::lamps::Emergency;
use serde_json::{Map, Value};
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, FromRow, PgConnection, Row as _};
use uuid::Uuid;

use super::{Site, SiteEmergency, SiteError, SiteFields};

/// Which sites are wanted.
#[derive(Clone, Debug, Default)]
pub(super) struct Filter {
    pub(super) is_active: Option<bool>,
    pub(super) is_deleted: bool,
    pub(super) pattern: Option<String>,
}

/// What a site holds, by number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) levels: i64,
    pub(super) zones: i64,
    pub(super) spaces: i64,
    pub(super) free: i64,
    pub(super) occupied: i64,
    pub(super) reserved: i64,
    pub(super) maintenance: i64,
    pub(super) unknown: i64,
    pub(super) available: i64,
    pub(super) sensors: i64,
    pub(super) displays: i64,
    pub(super) gateways: i64,
}

const COLUMNS: &str = "s.tenant_id, t.name as tenant_name, s.id, s.slug, s.name, s.address, s.city, s.state, s.postal_code,
  s.country, s.latitude, s.longitude, s.timezone, s.opening_hours, s.debounce_seconds, s.metadata, s.is_active, s.emergency,
  s.emergency_since, s.emergency_by, s.emergency_reason, s.deleted_at, s.created_at, s.updated_at, s.version";

const WANTED: &str = "($1::boolean is null or s.is_active = $1) and (s.deleted_at is not null) = $2
  and ($3::text is null or s.name ilike $3 or s.slug ilike $3 or s.city ilike $3 or s.address ilike $3)";

impl FromRow<'_, PgRow> for Site {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        let metadata: Value = row.try_get("metadata")?;
        Ok(Self {
            tenant_id: row.try_get("tenant_id")?,
            tenant_name: row.try_get("tenant_name")?,
            id: row.try_get("id")?,
            slug: row.try_get("slug")?,
            fields: SiteFields {
                name: row.try_get("name")?,
                address: row.try_get("address")?,
                city: row.try_get("city")?,
                state: row.try_get("state")?,
                postal_code: row.try_get("postal_code")?,
                country: row.try_get("country")?,
                latitude: row.try_get("latitude")?,
                longitude: row.try_get("longitude")?,
                timezone: row.try_get("timezone")?,
                opening_hours: row.try_get("opening_hours")?,
                debounce_seconds: row.try_get("debounce_seconds")?,
                metadata: match metadata {
                    Value::Object(metadata) => metadata,
                    _ => Map::new(),
                },
                is_active: row.try_get("is_active")?,
            },
            emergency: emergency(row)?,
            deleted_at: row.try_get("deleted_at")?,
            created_at: row.try_get("created_at")?,
            updated_at: row.try_get("updated_at")?,
            version: row.try_get("version")?,
        })
    }
}

fn emergency(row: &PgRow) -> sqlx::Result<Option<SiteEmergency>> {
    let kind: Option<String> = row.try_get("emergency")?;
    let kind = kind.as_deref().and_then(Emergency::named);
    let since: Option<DateTime<Utc>> = row.try_get("emergency_since")?;
    let reason: Option<String> = row.try_get("emergency_reason")?;
    let by = row.try_get("emergency_by")?;
    Ok(kind.zip(since).map(|(kind, since)| SiteEmergency {
        kind,
        since,
        by,
        reason: reason.unwrap_or_default(),
    }))
}

/// One page of sites, and how many there are on all pages.
pub(super) async fn list(
    conn: &mut PgConnection,
    filter: &Filter,
    order: &str,
    (offset, limit): (i64, i64),
) -> Result<(Vec<Site>, i64)> {
    // `order` is made of literals by `Page::order_by`; everything else is bound.
    let query = format!(
        "select {COLUMNS} from sites s join tenants t on t.id = s.tenant_id where {WANTED} order by {order} offset $4 limit $5"
    );
    let sites = sqlx::query_as(AssertSqlSafe(query))
        .bind(filter.is_active)
        .bind(filter.is_deleted)
        .bind(&filter.pattern)
        .bind(offset)
        .bind(limit)
        .fetch_all(&mut *conn)
        .await?;
    let total = sqlx::query_scalar(AssertSqlSafe(format!(
        "select count(*) from sites s where {WANTED}"
    )))
    .bind(filter.is_active)
    .bind(filter.is_deleted)
    .bind(&filter.pattern)
    .fetch_one(conn)
    .await?;
    Ok((sites, total))
}

pub(super) async fn find(conn: &mut PgConnection, id: Uuid) -> Result<Option<Site>> {
    let query = format!(
        "select {COLUMNS} from sites s join tenants t on t.id = s.tenant_id where s.id = $1"
    );
    let site = sqlx::query_as(AssertSqlSafe(query)).bind(id);
    Ok(site.fetch_optional(conn).await?)
}

/// Locks how many sites the tenant has.
pub(super) async fn hold_count(tx: &mut TenantTx) -> Result<()> {
    sqlx::query!("select used from tenant_usage where resource = 'sites' for update")
        .fetch_optional(tx.conn())
        .await?;
    Ok(())
}

/// The site, locked until the end of the transaction.
pub(super) async fn lock(tx: &mut TenantTx, id: Uuid) -> Result<Option<Site>> {
    sqlx::query!("select id from sites where id = $1 for no key update", id)
        .fetch_optional(tx.conn())
        .await?;
    find(tx.conn(), id).await
}

/// The slugs of living sites that are `slug`, or it with something behind.
pub(super) async fn slugs_like(tx: &mut TenantTx, slug: &str) -> Result<HashSet<String>> {
    let slugs = sqlx::query_scalar!(
        "select slug from sites where deleted_at is null and (slug = $1 or starts_with(slug, $1 || '-'))",
        slug
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(slugs.into_iter().collect())
}

/// Makes a site, unless its slug is taken.
pub(super) async fn insert(
    tx: &mut TenantTx,
    id: Uuid,
    slug: &str,
    fields: &SiteFields,
    now: DateTime<Utc>,
) -> Result<bool, SiteError> {
    let tenant = tx.tenant().0;
    let done = sqlx::query!(
        "insert into sites (tenant_id, id, slug, name, address, city, state, postal_code, country, latitude, longitude,
           timezone, opening_hours, metadata, is_active, created_at, updated_at, debounce_seconds)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $16, $17)
         on conflict (tenant_id, slug) where deleted_at is null do nothing",
        tenant,
        id,
        slug,
        fields.name,
        fields.address,
        fields.city,
        fields.state,
        fields.postal_code,
        fields.country,
        fields.latitude,
        fields.longitude,
        fields.timezone,
        fields.opening_hours,
        Value::Object(fields.metadata.clone()),
        fields.is_active,
        now,
        fields.debounce_seconds,
    )
    .execute(tx.conn())
    .await
    .map_err(refused)?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn update(
    tx: &mut TenantTx,
    site: &Site,
    now: DateTime<Utc>,
) -> Result<(), SiteError> {
    let fields = &site.fields;
    sqlx::query!(
        "update sites set slug = $2, name = $3, address = $4, city = $5, state = $6, postal_code = $7, country = $8,
           latitude = $9, longitude = $10, timezone = $11, opening_hours = $12, metadata = $13, is_active = $14,
           updated_at = $15, debounce_seconds = $16, version = version + 1
         where id = $1",
        site.id,
        site.slug,
        fields.name,
        fields.address,
        fields.city,
        fields.state,
        fields.postal_code,
        fields.country,
        fields.latitude,
        fields.longitude,
        fields.timezone,
        fields.opening_hours,
        Value::Object(fields.metadata.clone()),
        fields.is_active,
        now,
        fields.debounce_seconds,
    )
    .execute(tx.conn())
    .await
    .map_err(refused)?;
    Ok(())
}

/// Throws the switch, or turns it to another kind; since when stays if it was thrown already.
pub(super) async fn start_emergency(
    tx: &mut TenantTx,
    (id, kind): (Uuid, Emergency),
    (reason, maker): (&str, &str),
    now: DateTime<Utc>,
) -> Result<(), SiteError> {
    sqlx::query!(
        "update sites set emergency = $2, emergency_since = coalesce(emergency_since, $3), emergency_by = $4,
           emergency_reason = $5, updated_at = $3, version = version + 1
         where id = $1",
        id,
        kind.name(),
        now,
        maker,
        reason
    )
    .execute(tx.conn())
    .await
    .map_err(refused)?;
    Ok(())
}

pub(super) async fn end_emergency(
    tx: &mut TenantTx,
    id: Uuid,
    now: DateTime<Utc>,
) -> Result<(), SiteError> {
    sqlx::query!(
        "update sites set emergency = null, emergency_since = null, emergency_by = null, emergency_reason = null,
           updated_at = $2, version = version + 1
         where id = $1",
        id,
        now
    )
    .execute(tx.conn())
    .await
    .map_err(refused)?;
    Ok(())
}

pub(super) async fn set_deleted(
    tx: &mut TenantTx,
    id: Uuid,
    deleted_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<(), SiteError> {
    sqlx::query!(
        "update sites set deleted_at = $2, updated_at = $3, version = version + 1 where id = $1",
        id,
        deleted_at,
        now
    )
    .execute(tx.conn())
    .await
    .map_err(refused)?;
    Ok(())
}

/// Bays that live in a site.
pub(super) async fn living_spaces(tx: &mut TenantTx, id: Uuid) -> Result<i64> {
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from spaces where site_id = $1 and deleted_at is null"#,
        id
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(count)
}

/// What each of some sites holds, in their order.
pub(super) async fn counts(conn: &mut PgConnection, sites: &[Site]) -> Result<Vec<Counts>> {
    let tenants: Vec<Uuid> = sites.iter().map(|site| site.tenant_id).collect();
    let ids: Vec<Uuid> = sites.iter().map(|site| site.id).collect();
    let counts = sqlx::query_as!(
        Counts,
        r#"select b.spaces as "spaces!", b.free as "free!", b.occupied as "occupied!", b.reserved as "reserved!",
             b.maintenance as "maintenance!", b.unknown as "unknown!", b.available as "available!",
             (select count(*) from levels l where l.tenant_id = w.tenant_id and l.site_id = w.id) as "levels!",
             (select count(*) from zones z where z.tenant_id = w.tenant_id and z.site_id = w.id) as "zones!",
             d.sensors as "sensors!", d.displays as "displays!",
             (select count(*) from gateways g where g.tenant_id = w.tenant_id and g.site_id = w.id) as "gateways!"
           from unnest($1::uuid[], $2::uuid[]) with ordinality as w (tenant_id, id, place)
           cross join lateral (
             select count(*) as spaces, count(*) filter (where p.state = 'free') as free,
               count(*) filter (where p.state = 'occupied') as occupied,
               count(*) filter (where p.state = 'reserved') as reserved,
               count(*) filter (where p.state = 'maintenance') as maintenance,
               count(*) filter (where p.state = 'unknown') as unknown,
               count(*) filter (where p.state = 'free') as available
             from spaces p where p.tenant_id = w.tenant_id and p.site_id = w.id and p.deleted_at is null) as b
           cross join lateral (
             select count(*) filter (where a.role = 'sensor') as sensors,
               count(*) filter (where a.role = 'display') as displays
             from spaces p join device_assignments a
               on a.tenant_id = p.tenant_id and a.space_id = p.id and a.unassigned_at is null
             where p.tenant_id = w.tenant_id and p.site_id = w.id and p.deleted_at is null) as d
           order by w.place"#,
        &tenants,
        &ids,
    )
    .fetch_all(conn)
    .await?;
    Ok(counts)
}

fn refused(error: sqlx::Error) -> SiteError {
    let error = DbError::from(error);
    if let Some(limit) = error.limit() {
        return SiteError::LimitReached(limit);
    }
    error.on_constraint("sites_slug_unique", || SiteError::SlugTaken)
}
