//! Looking at alarms. The statement holds only the conditions that are asked for, because a condition
//! that might not apply keeps PostgreSQL from using its index.

use chrono::{DateTime, Utc};
use parking_db::Result;
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, FromRow, PgConnection, Postgres, QueryBuilder, Row as _};
use uuid::Uuid;

use crate::alarms::Alarm;

/// Which alarms are wanted.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::alarms) struct Filter {
    pub(in crate::alarms) is_open: Option<bool>,
    pub(in crate::alarms) kind: Option<&'static str>,
    pub(in crate::alarms) severity: Option<&'static str>,
    pub(in crate::alarms) site: Option<Uuid>,
    pub(in crate::alarms) device: Option<Uuid>,
    pub(in crate::alarms) gateway: Option<Uuid>,
    pub(in crate::alarms) space: Option<Uuid>,
    pub(in crate::alarms) is_acknowledged: Option<bool>,
    pub(in crate::alarms) is_muted: Option<bool>,
    /// Only those that hang under no open outage.
    pub(in crate::alarms) is_ungrouped: bool,
    pub(in crate::alarms) pattern: Option<String>,
}

/// What is read of each alarm; the page is cut out of `alarms` before anything is joined to it.
const SELECT: &str = "select a.*, t.name as tenant_name, i.name as site_name, o.subject_name as parent_name,
    (select count(*) from alarms c where c.tenant_id = a.tenant_id and c.parent_id = a.id) as children,
    (select count(*) from alarm_comments c where c.tenant_id = a.tenant_id and c.alarm_id = a.id) as comments
  from (";
const JOINS: &str = ") a
  join tenants t on t.id = a.tenant_id
  left join sites i on i.tenant_id = a.tenant_id and i.id = a.site_id
  left join alarms o on o.tenant_id = a.tenant_id and o.id = a.parent_id";

impl FromRow<'_, PgRow> for Alarm {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        Ok(Self {
            tenant_id: row.try_get("tenant_id")?,
            tenant_name: row.try_get("tenant_name")?,
            id: row.try_get("id")?,
            kind: row.try_get("kind")?,
            severity: row.try_get("severity")?,
            subject_type: row.try_get("subject_type")?,
            subject_id: row.try_get("subject_id")?,
            subject_name: row.try_get("subject_name")?,
            space_id: row.try_get("space_id")?,
            space_code: row.try_get("space_code")?,
            site_id: row.try_get("site_id")?,
            site_name: row.try_get("site_name")?,
            raised_at: row.try_get("raised_at")?,
            cleared_at: row.try_get("cleared_at")?,
            clear_reason: row.try_get("clear_reason")?,
            recovering_since: row.try_get("recovering_since")?,
            acknowledged_at: row.try_get("acknowledged_at")?,
            acknowledged_by: row.try_get("acknowledged_by")?,
            muted_until: row.try_get("muted_until")?,
            muted_by: row.try_get("muted_by")?,
            mute_reason: row.try_get("mute_reason")?,
            parent_id: row.try_get("parent_id")?,
            parent_name: row.try_get("parent_name")?,
            children: row.try_get("children")?,
            comments: row.try_get("comments")?,
            evidence: row.try_get("evidence")?,
            told_at: row.try_get("told_at")?,
            version: row.try_get("version")?,
        })
    }
}

/// The conditions of a filter.
fn wanted(query: &mut QueryBuilder<Postgres>, filter: &Filter, now: DateTime<Utc>) {
    query.push(" where true");
    let mut is_set = |set: Option<bool>, column: &str| {
        if let Some(is_set) = set {
            let not = if is_set { "not " } else { "" };
            query.push(format!(" and p.{column} is {not}null"));
        }
    };
    is_set(filter.is_open.map(|is_open| !is_open), "cleared_at");
    is_set(filter.is_acknowledged, "acknowledged_at");
    for (column, value) in [("kind", filter.kind), ("severity", filter.severity)] {
        if let Some(value) = value {
            query.push(format!(" and p.{column} = ")).push_bind(value);
        }
    }
    let ids = [
        ("site_id", filter.site),
        ("subject_id", filter.device),
        ("space_id", filter.space),
    ];
    for (column, id) in ids {
        if let Some(id) = id {
            query.push(format!(" and p.{column} = ")).push_bind(id);
        }
    }
    if let Some(gateway) = filter.gateway {
        query.push(" and (p.subject_id = ").push_bind(gateway);
        query
            .push(" or p.parent_id in (select o.id from alarms o where o.tenant_id = p.tenant_id and o.subject_id = ")
            .push_bind(gateway)
            .push("))");
    }
    match filter.is_muted {
        Some(true) => {
            query.push(" and p.muted_until > ").push_bind(now);
        }
        Some(false) => {
            query.push(" and (p.muted_until is null or p.muted_until <= ");
            query.push_bind(now).push(")");
        }
        None => {}
    }
    if filter.is_ungrouped {
        query.push(
            " and (p.parent_id is null or exists (select from alarms o
               where o.tenant_id = p.tenant_id and o.id = p.parent_id and o.cleared_at is not null))",
        );
    }
    if let Some(pattern) = &filter.pattern {
        query.push(" and (p.subject_name ilike ");
        query.push_bind(pattern.clone());
        for column in ["space_code", "evidence ->> 'dev_eui'", "evidence ->> 'eui'"] {
            query.push(format!(" or p.{column} ilike "));
            query.push_bind(pattern.clone());
        }
        query.push(")");
    }
}

/// One page of alarms, and how many a filter leaves.
pub(in crate::alarms) async fn page(
    conn: &mut PgConnection,
    filter: &Filter,
    order: &str,
    (offset, limit): (i64, i64),
    now: DateTime<Utc>,
) -> Result<(Vec<Alarm>, i64)> {
    // `order` is made of literals by `Page::order_by`; everything else is bound.
    let mut query = QueryBuilder::new(format!("{SELECT}select p.* from alarms p"));
    wanted(&mut query, filter, now);
    query
        .push(format!(" order by {order} offset "))
        .push_bind(offset);
    query.push(" limit ").push_bind(limit);
    query.push(format!("{JOINS} order by {}", order.replace("p.", "a.")));
    let alarms = query.build_query_as().fetch_all(&mut *conn).await?;
    if *filter == Filter::default() {
        return Ok((alarms, parking_db::list_total(conn, "alarms").await?));
    }
    let mut query = QueryBuilder::new("select count(*) from alarms p");
    wanted(&mut query, filter, now);
    Ok((alarms, query.build_query_scalar().fetch_one(conn).await?))
}

/// Alarms by their ids.
pub(in crate::alarms) async fn by_ids(conn: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<Alarm>> {
    let query = format!(
        "{SELECT}select p.* from alarms p where p.id = any($1){JOINS} order by array_position($1, a.id)"
    );
    let alarms = sqlx::query_as(AssertSqlSafe(query)).bind(ids);
    Ok(alarms.fetch_all(conn).await?)
}

/// The first of the alarms that an outage explains.
pub(in crate::alarms) async fn children(
    conn: &mut PgConnection,
    parent: Uuid,
    limit: i64,
) -> Result<Vec<Alarm>> {
    let query = format!(
        "{SELECT}select p.* from alarms p where p.parent_id = $1 order by p.raised_at, p.id limit $2{JOINS} order by a.raised_at, a.id"
    );
    let alarms = sqlx::query_as(AssertSqlSafe(query))
        .bind(parent)
        .bind(limit);
    Ok(alarms.fetch_all(conn).await?)
}

/// What somebody said of an alarm.
#[derive(Clone, Debug)]
pub(in crate::alarms) struct Comment {
    pub(in crate::alarms) id: Uuid,
    pub(in crate::alarms) at: DateTime<Utc>,
    pub(in crate::alarms) by_name: String,
    pub(in crate::alarms) text: String,
}

/// What people said of an alarm, in their order.
pub(in crate::alarms) async fn comments(
    conn: &mut PgConnection,
    alarm: Uuid,
) -> Result<Vec<Comment>> {
    let comments = sqlx::query_as!(
        Comment,
        "select id, at, by_name, text from alarm_comments where alarm_id = $1 order by at, id",
        alarm
    )
    .fetch_all(conn)
    .await?;
    Ok(comments)
}

/// How many alarms of a kind and severity are open.
#[derive(Clone, Debug)]
pub(in crate::alarms) struct Count {
    pub(in crate::alarms) kind: String,
    pub(in crate::alarms) severity: String,
    pub(in crate::alarms) open: i64,
    /// That nobody has taken on or put aside, and no open outage explains.
    pub(in crate::alarms) waiting: i64,
}

/// How many alarms are open.
pub(in crate::alarms) async fn counts(
    conn: &mut PgConnection,
    now: DateTime<Utc>,
) -> Result<Vec<Count>> {
    let counts = sqlx::query_as!(
        Count,
        r#"select a.kind, a.severity, count(*) as "open!",
             count(*) filter (where a.acknowledged_at is null and (a.muted_until is null or a.muted_until <= $1)
               and (a.parent_id is null or o.cleared_at is not null)) as "waiting!"
           from alarms a
           left join alarms o on o.tenant_id = a.tenant_id and o.id = a.parent_id
           where a.cleared_at is null
           group by a.kind, a.severity order by a.kind, a.severity"#,
        now
    )
    .fetch_all(conn)
    .await?;
    Ok(counts)
}
