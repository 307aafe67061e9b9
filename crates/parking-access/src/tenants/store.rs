//! The SQL of tenants.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use chrono::{DateTime, Utc};
use parking_db::{DbError, PlatformTx, Result};
use parking_domain::access::UnknownName;
use parking_domain::ids::TenantId;
use parking_domain::tenancy::{LimitOverrides, Limits};
use parking_domain::text::Slug;
use sqlx::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

use super::{NewTenant, Settings, Tenant, Usage};

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
    new: &NewTenant,
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
