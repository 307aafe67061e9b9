//! The SQL of tenants.

mod export;
mod limits;
mod purge;

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use chrono::{DateTime, Utc};
use parking_db::{DbError, PlatformTx, Result};
use parking_domain::access::UnknownName;
use parking_domain::ids::TenantId;
use parking_domain::tenancy::{LimitOverrides, Limits, TenantStatus, Tier};
use parking_domain::text::{Name, Slug};
use sqlx::types::Json;
use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

pub(super) use export::{ExportedRow, exported_rows, open_export, stamp_export};
pub(super) use limits::{forget_far_limits, near_limit, owners, take_near_limits};
pub(super) use purge::{delete, delete_rows, due_for_purge, references, tenant_tables};

use super::{Settings, Tenant, TenantDraft, Terms, Usage};

/// A tenant as it is kept.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct Row {
    id: Uuid,
    name: String,
    slug: String,
    status: String,
    tier: String,
    limit_overrides: Json<LimitOverrides>,
    features: Json<BTreeMap<String, bool>>,
    settings: Json<Settings>,
    usage: Json<BTreeMap<String, Usage>>,
    exported_at: Option<DateTime<Utc>>,
    suspended_at: Option<DateTime<Utc>>,
    suspended_reason: Option<String>,
    delete_after: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    version: i64,
}

impl Row {
    fn tenant(self) -> Result<Tenant> {
        Ok(Tenant {
            id: TenantId(self.id),
            name: self.name,
            slug: self.slug,
            status: word(&self.status)?,
            tier: word(&self.tier)?,
            limit_overrides: self.limit_overrides.0,
            feature_overrides: self.features.0,
            settings: self.settings.0,
            usage: self.usage.0,
            exported_at: self.exported_at,
            suspended_at: self.suspended_at,
            suspended_reason: self.suspended_reason,
            delete_after: self.delete_after,
            created_at: self.created_at,
            updated_at: self.updated_at,
            version: self.version,
        })
    }
}

/// Reads a word that a check constraint holds to a list.
fn word<T: FromStr<Err = UnknownName>>(text: &str) -> Result<T> {
    text.parse()
        .map_err(|unknown: UnknownName| DbError::from(sqlx::Error::Decode(unknown.into())))
}

/// Writes a tenant down unless its slug is taken, and says whether it did.
pub(super) async fn insert(
    tx: &mut PlatformTx,
    id: TenantId,
    slug: &Slug,
    new: &TenantDraft,
    now: DateTime<Utc>,
) -> Result<bool> {
    let settings = Settings {
        locale: new.language,
    };
    let requests = new.limit_overrides.over(new.tier).requests_per_minute;
    let inserted = sqlx::query!(
        "insert into tenants (id, name, slug, kind, tier, requests_per_minute, limit_overrides, features, settings,
           created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)
         on conflict (slug) do nothing",
        id.0,
        new.name.as_str(),
        slug.as_str(),
        if id.is_platform() { "platform" } else { "customer" },
        new.tier.name(),
        whole(requests),
        Json(&new.limit_overrides) as _,
        Json(&new.feature_overrides) as _,
        Json(settings) as _,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(inserted.rows_affected() == 1)
}

/// A limit as PostgreSQL's integer; more than two billion of anything is as good as no limit.
fn whole(limit: u32) -> i32 {
    i32::try_from(limit).unwrap_or(i32::MAX)
}

/// Writes down how many a tenant may have of each limited thing.
pub(super) async fn write_limits(
    conn: &mut PgConnection,
    id: TenantId,
    limits: &Limits,
) -> Result<()> {
    sqlx::query!(
        "insert into tenant_usage (tenant_id, resource, max)
         values ($1, 'users', $2), ($1, 'sites', $3), ($1, 'spaces', $4), ($1, 'devices', $5), ($1, 'gateways', $6)
         on conflict (tenant_id, resource) do update set max = excluded.max",
        id.0,
        whole(limits.users),
        whole(limits.sites),
        whole(limits.spaces),
        whole(limits.devices),
        whole(limits.gateways),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The slugs that a slug, or a number behind it, would collide with.
pub(super) async fn slugs_like(tx: &mut PlatformTx, slug: &Slug) -> Result<BTreeSet<String>> {
    let slugs = sqlx::query_scalar!(
        "select slug from tenants where slug = $1 or slug like $1 || '-%'",
        slug.as_str(),
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(slugs.into_iter().collect())
}

/// One tenant.
pub(super) async fn find(conn: &mut PgConnection, id: TenantId) -> Result<Option<Tenant>> {
    let row = sqlx::query_as!(
        Row,
        r#"select id, name, slug, status, tier, limit_overrides as "limit_overrides: _", features as "features: _",
             settings as "settings: _",
             coalesce((select jsonb_object_agg(resource, jsonb_build_object('used', used, 'max', max))
                       from tenant_usage where tenant_usage.tenant_id = tenants.id), '{}') as "usage!: _",
             exported_at, suspended_at, suspended_reason, delete_after, created_at, updated_at, version
           from tenants where id = $1"#,
        id.0,
    )
    .fetch_optional(conn)
    .await?;
    row.map(Row::tenant).transpose()
}

/// Holds a tenant until the end of the transaction, and says whether there is one.
///
/// Its id stays, so rows that refer to it may come meanwhile: whoever adds one holds a limit and
/// asks for the tenant, and who holds the tenant asks for its limits.
pub(super) async fn lock(conn: &mut PgConnection, id: TenantId) -> Result<bool> {
    let found = sqlx::query!(
        "select id from tenants where id = $1 for no key update",
        id.0
    )
    .fetch_optional(conn)
    .await?;
    Ok(found.is_some())
}

pub(super) async fn update_terms(
    conn: &mut PgConnection,
    id: TenantId,
    terms: &Terms,
    now: DateTime<Utc>,
) -> Result<()> {
    let requests = terms.limit_overrides.over(terms.tier).requests_per_minute;
    sqlx::query!(
        "update tenants set name = $2, slug = $3, tier = $4, requests_per_minute = $5, limit_overrides = $6,
           features = $7, updated_at = $8, version = version + 1
         where id = $1",
        id.0,
        terms.name.as_str(),
        terms.slug.as_str(),
        terms.tier.name(),
        whole(requests),
        Json(&terms.limit_overrides) as _,
        Json(&terms.feature_overrides) as _,
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn update_own(
    conn: &mut PgConnection,
    id: TenantId,
    name: &Name,
    settings: Settings,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update tenants set name = $2, settings = $3, updated_at = $4, version = version + 1 where id = $1",
        id.0,
        name.as_str(),
        Json(settings) as _,
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn suspend(
    conn: &mut PgConnection,
    id: TenantId,
    reason: &Name,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update tenants set status = 'suspended', suspended_at = $2, suspended_reason = $3, updated_at = $2,
           version = version + 1
         where id = $1",
        id.0,
        now,
        reason.as_str(),
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn activate(
    conn: &mut PgConnection,
    id: TenantId,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update tenants set status = 'active', suspended_at = null, suspended_reason = null, delete_after = null,
           updated_at = $2, version = version + 1
         where id = $1",
        id.0,
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn delete_later(
    conn: &mut PgConnection,
    id: TenantId,
    after: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update tenants set status = 'deleting', delete_after = $2, updated_at = $3, version = version + 1
         where id = $1",
        id.0,
        after,
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Which tenants are wanted.
#[derive(Clone, Debug, Default)]
pub(super) struct Filter {
    pub(super) status: Option<TenantStatus>,
    pub(super) tier: Option<Tier>,
    pub(super) pattern: Option<String>,
}

/// One page of tenants, in the order that the page's own `order_by` wrote.
pub(super) async fn page(
    tx: &mut PlatformTx,
    filter: &Filter,
    order: &str,
    offset: i64,
    limit: i64,
) -> Result<Vec<Tenant>> {
    let select = format!(
        "select id, name, slug, status, tier, limit_overrides, features, settings,
           coalesce((select jsonb_object_agg(resource, jsonb_build_object('used', used, 'max', max))
                     from tenant_usage where tenant_usage.tenant_id = tenants.id), '{{}}') as usage,
           exported_at, suspended_at, suspended_reason, delete_after, created_at, updated_at, version
         from tenants
         where ($1::text is null or status = $1) and ($2::text is null or tier = $2)
           and ($3::text is null or name ilike $3 or slug ilike $3)
         order by {order}
         offset $4 limit $5"
    );
    let rows: Vec<Row> = sqlx::query_as(AssertSqlSafe(select))
        .bind(filter.status.map(TenantStatus::name))
        .bind(filter.tier.map(Tier::name))
        .bind(filter.pattern.as_deref())
        .bind(offset)
        .bind(limit)
        .fetch_all(tx.conn())
        .await?;
    rows.into_iter().map(Row::tenant).collect()
}

pub(super) async fn count(tx: &mut PlatformTx, filter: &Filter) -> Result<i64> {
    let total = sqlx::query_scalar!(
        r#"select count(*) as "total!" from tenants
           where ($1::text is null or status = $1) and ($2::text is null or tier = $2)
             and ($3::text is null or name ilike $3 or slug ilike $3)"#,
        filter.status.map(TenantStatus::name),
        filter.tier.map(Tier::name),
        filter.pattern,
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(total)
}

/// How many tenants there are, by where they stand, and how many people.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stats {
    pub(super) total: i64,
    pub(super) active: i64,
    pub(super) suspended: i64,
    pub(super) deleting: i64,
    pub(super) users: i64,
}

pub(super) async fn stats(tx: &mut PlatformTx) -> Result<Stats> {
    let stats = sqlx::query_as!(
        Stats,
        r#"select count(*) as "total!",
             count(*) filter (where status = 'active') as "active!",
             count(*) filter (where status = 'suspended') as "suspended!",
             count(*) filter (where status = 'deleting') as "deleting!",
             (select count(*) from users) as "users!"
           from tenants"#
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(stats)
}
