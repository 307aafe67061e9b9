//! Looking at bays. The statement holds only the conditions that are asked for, because a condition
//! that might not apply keeps PostgreSQL from using its index.

use chrono::{DateTime, Utc};
use parking_db::Result;
use serde_json::Value;
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, FromRow, PgConnection, Postgres, QueryBuilder, Row as _};
use uuid::Uuid;

/// Which bays are wanted.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::spaces) struct Filter {
    pub(in crate::spaces) site: Option<Uuid>,
    pub(in crate::spaces) level: Option<Uuid>,
    pub(in crate::spaces) zone: Option<Uuid>,
    pub(in crate::spaces) state: Option<&'static str>,
    pub(in crate::spaces) kind: Option<&'static str>,
    pub(in crate::spaces) is_reservable: Option<bool>,
    pub(in crate::spaces) has_sensor: Option<bool>,
    pub(in crate::spaces) has_display: Option<bool>,
    pub(in crate::spaces) is_deleted: bool,
    pub(in crate::spaces) pattern: Option<String>,
}

/// A bay as people see it.
#[derive(Clone, Debug)]
pub(in crate::spaces) struct SpaceView {
    pub(in crate::spaces) tenant_id: Uuid,
    pub(in crate::spaces) tenant_name: String,
    pub(in crate::spaces) id: Uuid,
    pub(in crate::spaces) site_id: Uuid,
    pub(in crate::spaces) site_name: String,
    pub(in crate::spaces) code: String,
    pub(in crate::spaces) name: Option<String>,
    pub(in crate::spaces) level: Option<(Uuid, String)>,
    pub(in crate::spaces) zone: Option<(Uuid, String)>,
    pub(in crate::spaces) kind: String,
    pub(in crate::spaces) latitude: Option<f64>,
    pub(in crate::spaces) longitude: Option<f64>,
    pub(in crate::spaces) shape: Option<Vec<f64>>,
    pub(in crate::spaces) is_reservable: bool,
    pub(in crate::spaces) auto_release_minutes: Option<i32>,
    pub(in crate::spaces) metadata: Value,
    pub(in crate::spaces) sensor_state: String,
    pub(in crate::spaces) sensor_observed_at: Option<DateTime<Utc>>,
    pub(in crate::spaces) state: String,
    pub(in crate::spaces) state_changed_at: DateTime<Utc>,
    pub(in crate::spaces) sensor: Option<Serving>,
    pub(in crate::spaces) display: Option<Serving>,
    pub(in crate::spaces) deleted_at: Option<DateTime<Utc>>,
    pub(in crate::spaces) created_at: DateTime<Utc>,
    pub(in crate::spaces) updated_at: DateTime<Utc>,
    pub(in crate::spaces) version: i64,
}

/// A device that serves a bay.
#[derive(Clone, Debug)]
pub(in crate::spaces) struct Serving {
    pub(in crate::spaces) device_id: Uuid,
    pub(in crate::spaces) dev_eui: String,
    pub(in crate::spaces) last_seen_at: Option<DateTime<Utc>>,
}

/// What is read of each bay; the page is cut out of `spaces` before anything is joined to it.
const SELECT: &str = "select s.*, t.name as tenant_name, i.name as site_name, l.name as level_name, z.name as zone_name,
    sd.id as sensor_id, sd.dev_eui as sensor_eui, sd.last_seen_at as sensor_seen_at,
    dd.id as display_id, dd.dev_eui as display_eui, dd.last_seen_at as display_seen_at
  from (";
const JOINS: &str = ") s
  join tenants t on t.id = s.tenant_id
  join sites i on i.tenant_id = s.tenant_id and i.id = s.site_id
  left join levels l on l.tenant_id = s.tenant_id and l.id = s.level_id
  left join zones z on z.tenant_id = s.tenant_id and z.id = s.zone_id
  left join device_assignments sa on sa.tenant_id = s.tenant_id and sa.space_id = s.id and sa.role = 'sensor' and sa.unassigned_at is null
  left join devices sd on sd.tenant_id = s.tenant_id and sd.id = sa.device_id
  left join device_assignments da on da.tenant_id = s.tenant_id and da.space_id = s.id and da.role = 'display' and da.unassigned_at is null
  left join devices dd on dd.tenant_id = s.tenant_id and dd.id = da.device_id";

impl FromRow<'_, PgRow> for SpaceView {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        let named = |id: &str, name: &str| -> sqlx::Result<Option<(Uuid, String)>> {
            let (id, name): (Option<Uuid>, Option<String>) = (row.try_get(id)?, row.try_get(name)?);
            Ok(id.zip(name))
        };
        let serving = |role: &str| -> sqlx::Result<Option<Serving>> {
            let id: Option<Uuid> = row.try_get(format!("{role}_id").as_str())?;
            Ok(match id {
                Some(device_id) => Some(Serving {
                    device_id,
                    dev_eui: row.try_get(format!("{role}_eui").as_str())?,
                    last_seen_at: row.try_get(format!("{role}_seen_at").as_str())?,
                }),
                None => None,
            })
        };
        Ok(Self {
            tenant_id: row.try_get("tenant_id")?,
            tenant_name: row.try_get("tenant_name")?,
            id: row.try_get("id")?,
            site_id: row.try_get("site_id")?,
            site_name: row.try_get("site_name")?,
            code: row.try_get("code")?,
            name: row.try_get("name")?,
            level: named("level_id", "level_name")?,
            zone: named("zone_id", "zone_name")?,
            kind: row.try_get("kind")?,
            latitude: row.try_get("latitude")?,
            longitude: row.try_get("longitude")?,
            shape: row.try_get("shape")?,
            is_reservable: row.try_get("is_reservable")?,
            auto_release_minutes: row.try_get("auto_release_minutes")?,
            metadata: row.try_get("metadata")?,
            sensor_state: row.try_get("sensor_state")?,
            sensor_observed_at: row.try_get("sensor_observed_at")?,
            state: row.try_get("state")?,
            state_changed_at: row.try_get("state_changed_at")?,
            sensor: serving("sensor")?,
            display: serving("display")?,
            deleted_at: row.try_get("deleted_at")?,
            created_at: row.try_get("created_at")?,
            updated_at: row.try_get("updated_at")?,
            version: row.try_get("version")?,
        })
    }
}

/// The conditions of a filter.
fn wanted(query: &mut QueryBuilder<Postgres>, filter: &Filter) {
    let alive = if filter.is_deleted {
        "not null"
    } else {
        "null"
    };
    query.push(format!(" where p.deleted_at is {alive}"));
    for (column, id) in [
        ("site_id", filter.site),
        ("level_id", filter.level),
        ("zone_id", filter.zone),
    ] {
        if let Some(id) = id {
            query.push(format!(" and p.{column} = ")).push_bind(id);
        }
    }
    for (column, word) in [("state", filter.state), ("kind", filter.kind)] {
        if let Some(word) = word {
            query.push(format!(" and p.{column} = ")).push_bind(word);
        }
    }
    if let Some(is_reservable) = filter.is_reservable {
        query
            .push(" and p.is_reservable = ")
            .push_bind(is_reservable);
    }
    for (role, has) in [
        ("sensor", filter.has_sensor),
        ("display", filter.has_display),
    ] {
        if let Some(has) = has {
            let not = if has { "" } else { "not " };
            query.push(format!(
                " and {not}exists (select from device_assignments a where a.tenant_id = p.tenant_id
                    and a.space_id = p.id and a.role = '{role}' and a.unassigned_at is null)"
            ));
        }
    }
    if let Some(pattern) = &filter.pattern {
        query.push(" and (p.code ilike ").push_bind(pattern.clone());
        query
            .push(" or p.name ilike ")
            .push_bind(pattern.clone())
            .push(")");
    }
}

/// One page of bays.
pub(in crate::spaces) async fn page(
    conn: &mut PgConnection,
    filter: &Filter,
    order: &str,
    (offset, limit): (i64, i64),
) -> Result<Vec<SpaceView>> {
    // `order` is made of literals by `Page::order_by`; everything else is bound.
    let mut query = QueryBuilder::new(format!("{SELECT}select p.* from spaces p"));
    wanted(&mut query, filter);
    query
        .push(format!(" order by {order} offset "))
        .push_bind(offset);
    query.push(" limit ").push_bind(limit);
    query.push(format!("{JOINS} order by {}", order.replace("p.", "s.")));
    let spaces = query.build_query_as().fetch_all(conn).await?;
    Ok(spaces)
}

/// Opens a cursor over all bays that a filter leaves.
pub(in crate::spaces) async fn open_export(
    conn: &mut PgConnection,
    filter: &Filter,
    order: &str,
) -> Result<()> {
    let mut query = QueryBuilder::new(format!(
        "declare export no scroll cursor for {SELECT}select p.* from spaces p"
    ));
    wanted(&mut query, filter);
    query.push(format!("{JOINS} order by {}", order.replace("p.", "s.")));
    query.build().persistent(false).execute(conn).await?;
    Ok(())
}

/// The next bays of the cursor.
pub(in crate::spaces) async fn exported(
    conn: &mut PgConnection,
    limit: i64,
) -> Result<Vec<SpaceView>> {
    let fetch = sqlx::query_as(AssertSqlSafe(format!("fetch {limit} from export")));
    Ok(fetch.persistent(false).fetch_all(conn).await?)
}

/// How many bays a filter leaves. All the living ones are counted already.
pub(in crate::spaces) async fn count(conn: &mut PgConnection, filter: &Filter) -> Result<i64> {
    if *filter == Filter::default() {
        let counted = sqlx::query_scalar!(
            r#"select coalesce(sum(used), 0)::bigint as "count!" from tenant_usage where resource = 'spaces'"#
        );
        return Ok(counted.fetch_one(conn).await?);
    }
    let mut query = QueryBuilder::new("select count(*) from spaces p");
    wanted(&mut query, filter);
    let count = query.build_query_scalar().fetch_one(conn).await?;
    Ok(count)
}

/// Bays by their ids, living or not.
pub(in crate::spaces) async fn by_ids(
    conn: &mut PgConnection,
    ids: &[Uuid],
) -> Result<Vec<SpaceView>> {
    let query = format!(
        "{SELECT}select p.* from spaces p where p.id = any($1){JOINS} order by array_position($1, s.id)"
    );
    let spaces = sqlx::query_as(AssertSqlSafe(query)).bind(ids);
    Ok(spaces.fetch_all(conn).await?)
}

/// An override that is or will be in force, or was.
#[derive(Clone, Debug)]
pub(in crate::spaces) struct OverrideView {
    pub(in crate::spaces) id: Uuid,
    pub(in crate::spaces) space_id: Uuid,
    pub(in crate::spaces) kind: String,
    pub(in crate::spaces) starts_at: DateTime<Utc>,
    pub(in crate::spaces) ends_at: Option<DateTime<Utc>>,
    pub(in crate::spaces) reason: String,
    pub(in crate::spaces) notes: Option<String>,
    pub(in crate::spaces) created_by: Option<String>,
    pub(in crate::spaces) created_at: DateTime<Utc>,
}

/// What overrides some bays now or later.
pub(in crate::spaces) async fn overrides(
    conn: &mut PgConnection,
    spaces: &[Uuid],
    now: DateTime<Utc>,
) -> Result<Vec<OverrideView>> {
    let overrides = sqlx::query_as!(
        OverrideView,
        "select id, space_id, kind, starts_at, ends_at, reason, notes, created_by, created_at from overrides
         where space_id = any($1) and lifted_at is null and (ends_at is null or ends_at > $2)
         order by starts_at, id",
        spaces,
        now
    )
    .fetch_all(conn)
    .await?;
    Ok(overrides)
}

/// A change of a bay's state.
#[derive(Clone, Debug)]
pub(in crate::spaces) struct StateChange {
    pub(in crate::spaces) id: Uuid,
    pub(in crate::spaces) at: DateTime<Utc>,
    pub(in crate::spaces) from_state: String,
    pub(in crate::spaces) to_state: String,
    pub(in crate::spaces) cause: String,
    pub(in crate::spaces) evidence: Value,
}

/// One page of a bay's state changes, newest first, and how many there are.
pub(in crate::spaces) async fn history(
    conn: &mut PgConnection,
    space: Uuid,
    (offset, limit): (i64, i64),
) -> Result<(Vec<StateChange>, i64)> {
    let changes = sqlx::query_as!(
        StateChange,
        "select id, at, from_state, to_state, cause, evidence from state_changes
         where space_id = $1 order by tenant_id desc, space_id desc, at desc, id desc offset $2 limit $3",
        space,
        offset,
        limit
    )
    .fetch_all(&mut *conn)
    .await?;
    let total = sqlx::query_scalar!(
        r#"select count(*) as "count!" from state_changes where space_id = $1"#,
        space
    )
    .fetch_one(conn)
    .await?;
    Ok((changes, total))
}

/// How many living bays are in which state, in one site or in all.
pub(in crate::spaces) async fn states(
    conn: &mut PgConnection,
    site: Option<Uuid>,
) -> Result<Vec<(String, i64)>> {
    let mut query =
        QueryBuilder::new("select state, count(*) from spaces where deleted_at is null");
    if let Some(site) = site {
        query.push(" and site_id = ").push_bind(site);
    }
    query.push(" group by state");
    let counts = query.build_query_as().fetch_all(conn).await?;
    Ok(counts)
}
