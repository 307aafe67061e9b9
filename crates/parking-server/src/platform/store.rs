//! The SQL of the platform view.

use parking_db::{PlatformTx, Result};
use serde::Deserialize;
use sqlx::{AssertSqlSafe, FromRow};
use uuid::Uuid;

/// Which tenants are wanted.
#[derive(Clone, Debug, Default)]
pub(super) struct Filter {
    pub(super) is_near_limit: bool,
    pub(super) pattern: Option<String>,
}

/// A tenant and what it uses.
#[derive(Clone, Debug, FromRow)]
pub(super) struct TenantRow {
    pub(super) id: Uuid,
    pub(super) name: String,
    pub(super) tier: String,
    pub(super) status: String,
    pub(super) fullness: f64,
    #[sqlx(json)]
    pub(super) resources: Vec<Count>,
}

/// How much of one thing a tenant uses.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Count {
    pub(super) resource: String,
    pub(super) used: u32,
    pub(super) max: u32,
}

/// Customers with their counts; of a limit of nothing, anything is too much.
const COUNTED: &str = "
  with counted as (
    select t.id, t.name, t.tier, t.status,
      coalesce(max(case when u.max > 0 then 100.0 * u.used / u.max when u.used > 0 then 100 else 0 end), 0)::float8 as fullness,
      coalesce(sum(u.used) filter (where u.resource = 'users'), 0) as users,
      coalesce(sum(u.used) filter (where u.resource = 'sites'), 0) as sites,
      coalesce(sum(u.used) filter (where u.resource = 'spaces'), 0) as spaces,
      coalesce(sum(u.used) filter (where u.resource = 'devices'), 0) as devices,
      coalesce(sum(u.used) filter (where u.resource = 'gateways'), 0) as gateways,
      coalesce(jsonb_agg(jsonb_build_object('resource', u.resource, 'used', u.used, 'max', u.max)
        order by array_position(array['users', 'sites', 'spaces', 'devices', 'gateways'], u.resource))
        filter (where u.resource is not null), '[]') as resources
    from tenants t left join tenant_usage u on u.tenant_id = t.id
    where t.kind = 'customer' and ($1::text is null or t.name ilike $1 or t.slug ilike $1)
    group by t.id, t.name, t.tier, t.status),
  wanted as (select * from counted where not $2 or fullness >= 80)";

/// One page of customers, and how many there are on all pages.
pub(super) async fn usage(
    tx: &mut PlatformTx,
    filter: &Filter,
    order: &str,
    (offset, limit): (i64, i64),
) -> Result<(Vec<TenantRow>, i64)> {
    // `order` is made of literals by `Page::order_by`; everything else is bound.
    let page = format!(
        "{COUNTED} select id, name, tier, status, fullness, resources from wanted order by {order} offset $3 limit $4"
    );
    let tenants = sqlx::query_as(AssertSqlSafe(page))
        .bind(&filter.pattern)
        .bind(filter.is_near_limit)
        .bind(offset)
        .bind(limit)
        .fetch_all(tx.conn())
        .await?;
    let total = sqlx::query_scalar(AssertSqlSafe(format!(
        "{COUNTED} select count(*) from wanted"
    )))
    .bind(&filter.pattern)
    .bind(filter.is_near_limit)
    .fetch_one(tx.conn())
    .await?;
    Ok((tenants, total))
}
