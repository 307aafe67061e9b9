//! The SQL of display policies.

pub(super) mod effective;

use chrono::{DateTime, Utc};
use parking_db::{DbError, Result, TenantTx};
use parking_domain::lamps::{Colors, DefaultState, Offline, Policy, Rgb};
use serde::de::DeserializeOwned;
use serde_json::json;
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, FromRow, PgConnection, Postgres, QueryBuilder, Row as _};
use uuid::Uuid;

use super::{DisplayPolicy, PolicyError, PolicyFields};

/// Which policies are wanted.
#[derive(Clone, Debug, Default)]
pub(super) struct Filter {
    pub(super) site: Option<Uuid>,
    pub(super) is_active: Option<bool>,
    pub(super) pattern: Option<String>,
}

/// What says how lamps look.
pub(super) const SETTINGS: &str = "p.reserved_soon_threshold_sec, p.sensor_unknown_timeout_sec, p.free_color,
  p.occupied_color, p.reserved_color, p.reserved_soon_color, p.blocked_color, p.out_of_service_color, p.unknown_color,
  p.blink_reserved_soon, p.blink_pattern_ms, p.allow_sensor_override, p.offline_rule, p.default_state, p.codes, p.transitions";

const SELECT: &str = "select p.tenant_id, t.name as tenant_name, p.id, p.site_id, i.name as site_name, p.name, p.description,
  p.is_active, p.activated_at, p.created_by, p.created_at, p.updated_at, p.version, p.debounce_window_sec, ";
const FROM: &str = " from display_policies p join tenants t on t.id = p.tenant_id
  left join sites i on i.tenant_id = p.tenant_id and i.id = p.site_id";

/// How lamps look, and whose lamps.
pub(super) struct PolicyRow {
    pub(super) tenant_id: Uuid,
    pub(super) site_id: Option<Uuid>,
    pub(super) policy: Policy,
}

impl FromRow<'_, PgRow> for PolicyRow {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        let number = |name: &str| -> sqlx::Result<u32> {
            let number: i32 = row.try_get(name)?;
            Ok(u32::try_from(number).unwrap_or_default())
        };
        let word = |name: &str| row.try_get::<String, _>(name);
        Ok(Self {
            tenant_id: row.try_get("tenant_id")?,
            site_id: row.try_get("site_id")?,
            policy: Policy {
                reserved_soon_threshold_s: number("reserved_soon_threshold_sec")?,
                sensor_unknown_timeout_s: number("sensor_unknown_timeout_sec")?,
                colors: Colors {
                    free: color(row, "free_color")?,
                    occupied: color(row, "occupied_color")?,
                    reserved: color(row, "reserved_color")?,
                    reserved_soon: color(row, "reserved_soon_color")?,
                    blocked: color(row, "blocked_color")?,
                    out_of_service: color(row, "out_of_service_color")?,
                    unknown: color(row, "unknown_color")?,
                },
                blink_reserved_soon: row.try_get("blink_reserved_soon")?,
                blink_pattern_ms: u16::try_from(number("blink_pattern_ms")?).unwrap_or(u16::MAX),
                allow_sensor_override: row.try_get("allow_sensor_override")?,
                offline: Offline::named(&word("offline_rule")?).unwrap_or_default(),
                default_state: DefaultState::named(&word("default_state")?).unwrap_or_default(),
                codes: list(row, "codes")?,
                transitions: list(row, "transitions")?,
            },
        })
    }
}

fn color(row: &PgRow, column: &str) -> sqlx::Result<Rgb> {
    let typed: String = row.try_get(column)?;
    typed.parse().map_err(|error| broken(column, error))
}

fn list<T: DeserializeOwned>(row: &PgRow, column: &str) -> sqlx::Result<Vec<T>> {
    serde_json::from_value(row.try_get(column)?).map_err(|error| broken(column, error))
}

fn broken(column: &str, error: impl std::error::Error + Send + Sync + 'static) -> sqlx::Error {
    sqlx::Error::ColumnDecode {
        index: column.to_owned(),
        source: Box::new(error),
    }
}

impl FromRow<'_, PgRow> for DisplayPolicy {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        let policy = PolicyRow::from_row(row)?;
        let site_name: Option<String> = row.try_get("site_name")?;
        Ok(Self {
            tenant_id: policy.tenant_id,
            tenant_name: row.try_get("tenant_name")?,
            id: row.try_get("id")?,
            site: policy.site_id.zip(site_name),
            fields: PolicyFields {
                name: row.try_get("name")?,
                description: row.try_get("description")?,
                debounce_window_s: row.try_get("debounce_window_sec")?,
                policy: policy.policy,
            },
            is_active: row.try_get("is_active")?,
            activated_at: row.try_get("activated_at")?,
            created_by: row.try_get("created_by")?,
            created_at: row.try_get("created_at")?,
            updated_at: row.try_get("updated_at")?,
            version: row.try_get("version")?,
        })
    }
}

fn wanted(query: &mut QueryBuilder<Postgres>, filter: &Filter) {
    query.push(" where true");
    if let Some(site) = filter.site {
        query.push(" and p.site_id = ").push_bind(site);
    }
    if let Some(is_active) = filter.is_active {
        query.push(" and p.is_active = ").push_bind(is_active);
    }
    if let Some(pattern) = &filter.pattern {
        query.push(" and (p.name ilike ").push_bind(pattern.clone());
        query
            .push(" or p.description ilike ")
            .push_bind(pattern.clone())
            .push(")");
    }
}

/// One page of policies, and how many there are on all pages.
pub(super) async fn list_page(
    conn: &mut PgConnection,
    filter: &Filter,
    order: &str,
    (offset, limit): (i64, i64),
) -> Result<(Vec<DisplayPolicy>, i64)> {
    // `order` is made of literals by `Page::order_by`; everything else is bound.
    let mut query = QueryBuilder::new(format!("{SELECT}{SETTINGS}{FROM}"));
    wanted(&mut query, filter);
    query
        .push(format!(" order by {order} offset "))
        .push_bind(offset);
    query.push(" limit ").push_bind(limit);
    let policies = query.build_query_as().fetch_all(&mut *conn).await?;
    let mut query = QueryBuilder::new("select count(*) from display_policies p");
    wanted(&mut query, filter);
    let total = query.build_query_scalar().fetch_one(conn).await?;
    Ok((policies, total))
}

pub(super) async fn find(conn: &mut PgConnection, id: Uuid) -> Result<Option<DisplayPolicy>> {
    let query = format!("{SELECT}{SETTINGS}{FROM} where p.id = $1");
    let policy = sqlx::query_as(AssertSqlSafe(query)).bind(id);
    Ok(policy.fetch_optional(conn).await?)
}

/// Whether a site lives that the transaction may see.
pub(super) async fn site_lives(conn: &mut PgConnection, site: Uuid) -> Result<bool> {
    let lives = sqlx::query_scalar!(
        r#"select exists (select from sites where id = $1 and deleted_at is null) as "lives!""#,
        site
    );
    Ok(lives.fetch_one(conn).await?)
}

/// Lets those who change the policies of a tenant wait for each other.
pub(super) async fn hold(tx: &mut TenantTx) -> Result<()> {
    let tenant = tx.tenant().to_string();
    sqlx::query!(
        "select pg_advisory_xact_lock(hashtextextended('display policies of ' || $1, 0))",
        tenant
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(super) async fn count(tx: &mut TenantTx) -> Result<i64> {
    let count = sqlx::query_scalar!(r#"select count(*) as "count!" from display_policies"#);
    Ok(count.fetch_one(tx.conn()).await?)
}

/// The active policy for a site, or for all.
pub(super) async fn active(tx: &mut TenantTx, site: Option<Uuid>) -> Result<Option<Uuid>> {
    let active = sqlx::query_scalar!(
        "select id from display_policies where is_active and site_id is not distinct from $1",
        site
    );
    Ok(active.fetch_optional(tx.conn()).await?)
}

pub(super) async fn set_active(
    tx: &mut TenantTx,
    id: Uuid,
    is_active: bool,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update display_policies set is_active = $2, activated_at = case when $2 then $3 else activated_at end,
           updated_at = $3, version = version + 1
         where id = $1",
        id,
        is_active,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(super) async fn insert(
    tx: &mut TenantTx,
    (id, site): (Uuid, Option<Uuid>),
    (fields, maker): (&PolicyFields, &str),
    now: DateTime<Utc>,
) -> Result<(), PolicyError> {
    let mut query = QueryBuilder::new(
        "insert into display_policies (tenant_id, id, site_id, created_by, created_at, updated_at, name, description,
           debounce_window_sec, reserved_soon_threshold_sec, sensor_unknown_timeout_sec, free_color, occupied_color,
           reserved_color, reserved_soon_color, blocked_color, out_of_service_color, unknown_color, blink_reserved_soon,
           blink_pattern_ms, allow_sensor_override, offline_rule, default_state, codes, transitions) values (",
    );
    query.push_bind(tx.tenant().0);
    query.push(", ").push_bind(id);
    query.push(", ").push_bind(site);
    query.push(", ").push_bind(maker.to_owned());
    query.push(", ").push_bind(now);
    query.push(", ").push_bind(now);
    push_fields(&mut query, fields, |query, _| {
        query.push(", ");
    });
    query.push(")");
    query.build().execute(tx.conn()).await.map_err(refused)?;
    Ok(())
}

pub(super) async fn update(
    tx: &mut TenantTx,
    id: Uuid,
    fields: &PolicyFields,
    now: DateTime<Utc>,
) -> Result<(), PolicyError> {
    let mut query =
        QueryBuilder::new("update display_policies set version = version + 1, updated_at = ");
    query.push_bind(now);
    push_fields(&mut query, fields, |query, column| {
        query.push(format!(", {column} = "));
    });
    query.push(" where id = ").push_bind(id);
    query.build().execute(tx.conn()).await.map_err(refused)?;
    Ok(())
}

/// Every column that people say something about, in one order, each after what `before` makes of
/// its name.
fn push_fields(
    query: &mut QueryBuilder<Postgres>,
    fields: &PolicyFields,
    mut before: impl FnMut(&mut QueryBuilder<Postgres>, &str),
) {
    let policy = &fields.policy;
    let number = |number: u32| i32::try_from(number).unwrap_or(i32::MAX);
    let mut push = |column: &str, push: &dyn Fn(&mut QueryBuilder<Postgres>)| {
        before(query, column);
        push(query);
    };
    push("name", &|q| {
        q.push_bind(fields.name.clone());
    });
    push("description", &|q| {
        q.push_bind(fields.description.clone());
    });
    push("debounce_window_sec", &|q| {
        q.push_bind(fields.debounce_window_s);
    });
    push("reserved_soon_threshold_sec", &|q| {
        q.push_bind(number(policy.reserved_soon_threshold_s));
    });
    push("sensor_unknown_timeout_sec", &|q| {
        q.push_bind(number(policy.sensor_unknown_timeout_s));
    });
    let colors = &policy.colors;
    for (column, color) in [
        ("free_color", colors.free),
        ("occupied_color", colors.occupied),
        ("reserved_color", colors.reserved),
        ("reserved_soon_color", colors.reserved_soon),
        ("blocked_color", colors.blocked),
        ("out_of_service_color", colors.out_of_service),
        ("unknown_color", colors.unknown),
    ] {
        push(column, &|q| {
            q.push_bind(color.to_string());
        });
    }
    push("blink_reserved_soon", &|q| {
        q.push_bind(policy.blink_reserved_soon);
    });
    push("blink_pattern_ms", &|q| {
        q.push_bind(i32::from(policy.blink_pattern_ms));
    });
    push("allow_sensor_override", &|q| {
        q.push_bind(policy.allow_sensor_override);
    });
    push("offline_rule", &|q| {
        q.push_bind(policy.offline.name());
    });
    push("default_state", &|q| {
        q.push_bind(policy.default_state.name());
    });
    push("codes", &|q| {
        q.push_bind(json!(policy.codes));
    });
    push("transitions", &|q| {
        q.push_bind(json!(policy.transitions));
    });
}

pub(super) async fn delete(tx: &mut TenantTx, id: Uuid) -> Result<()> {
    sqlx::query!("delete from display_policies where id = $1", id)
        .execute(tx.conn())
        .await?;
    Ok(())
}

fn refused(error: sqlx::Error) -> PolicyError {
    let error = DbError::from(error);
    error.on_constraint("display_policies_name_unique", || PolicyError::NameTaken)
}
