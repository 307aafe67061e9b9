//! The SQL of looking at displays and commands. A list's statement holds only the conditions that are
//! asked for, because a condition that might not apply keeps PostgreSQL from using its index.

use chrono::{DateTime, TimeDelta, Utc};
use parking_db::{Result, list_total};
use serde_json::Value;
use sqlx::postgres::types::PgInterval;
use sqlx::{PgConnection, Postgres, QueryBuilder};
use uuid::Uuid;

/// Which commands are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::displays) struct Filter {
    pub(in crate::displays) device: Option<Uuid>,
    pub(in crate::displays) space: Option<Uuid>,
    pub(in crate::displays) site: Option<Uuid>,
    pub(in crate::displays) statuses: Vec<&'static str>,
    pub(in crate::displays) kind: Option<&'static str>,
}

/// A command as it is looked at.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(in crate::displays) struct Command {
    pub(in crate::displays) tenant_id: Uuid,
    pub(in crate::displays) id: Uuid,
    pub(in crate::displays) device_id: Uuid,
    pub(in crate::displays) dev_eui: String,
    pub(in crate::displays) device_name: Option<String>,
    pub(in crate::displays) space_id: Option<Uuid>,
    pub(in crate::displays) space_code: Option<String>,
    pub(in crate::displays) site_id: Option<Uuid>,
    pub(in crate::displays) site_name: Option<String>,
    pub(in crate::displays) kind: String,
    pub(in crate::displays) f_port: i16,
    pub(in crate::displays) payload: Vec<u8>,
    pub(in crate::displays) is_confirmed: bool,
    pub(in crate::displays) look: Option<Value>,
    pub(in crate::displays) why: Option<String>,
    pub(in crate::displays) status: String,
    pub(in crate::displays) attempts: i32,
    pub(in crate::displays) due_at: Option<DateTime<Utc>>,
    pub(in crate::displays) deadline_at: Option<DateTime<Utc>>,
    pub(in crate::displays) queue_item: Option<String>,
    pub(in crate::displays) gateway_eui: Option<String>,
    pub(in crate::displays) error: Option<String>,
    pub(in crate::displays) story: Value,
    pub(in crate::displays) created_by: Option<String>,
    pub(in crate::displays) created_at: DateTime<Utc>,
    pub(in crate::displays) queued_at: Option<DateTime<Utc>>,
    pub(in crate::displays) transmitted_at: Option<DateTime<Utc>>,
    pub(in crate::displays) confirmed_at: Option<DateTime<Utc>>,
    pub(in crate::displays) finished_at: Option<DateTime<Utc>>,
    pub(in crate::displays) version: i64,
}

const COMMAND: &str = "select p.tenant_id, p.id, p.device_id, p.dev_eui, d.name as device_name, p.space_id, s.code as space_code, p.site_id,
    i.name as site_name, p.kind, p.f_port, p.payload, p.is_confirmed, p.look, p.why, p.status, p.attempts, p.due_at, p.deadline_at,
    p.queue_item, p.gateway_eui, p.error, p.story, p.created_by, p.created_at, p.queued_at, p.transmitted_at, p.confirmed_at,
    p.finished_at, p.version
  from (";
const COMMAND_JOINS: &str = ") p
  left join devices d on d.tenant_id = p.tenant_id and d.id = p.device_id
  left join spaces s on s.tenant_id = p.tenant_id and s.id = p.space_id
  left join sites i on i.tenant_id = p.tenant_id and i.id = p.site_id";

fn wanted(query: &mut QueryBuilder<Postgres>, filter: &Filter) {
    query.push(" where true");
    let ids = [
        ("device_id", filter.device),
        ("space_id", filter.space),
        ("site_id", filter.site),
    ];
    for (column, id) in ids {
        if let Some(id) = id {
            query.push(format!(" and p.{column} = ")).push_bind(id);
        }
    }
    match filter.statuses.as_slice() {
        [] => {}
        [status] => {
            query.push(" and p.status = ").push_bind(*status);
        }
        several => {
            query
                .push(" and p.status = any(")
                .push_bind(several.to_vec())
                .push(")");
        }
    }
    if let Some(kind) = filter.kind {
        query.push(" and p.kind = ").push_bind(kind);
    }
}

/// One page of commands, and how many a filter leaves.
pub(in crate::displays) async fn page(
    conn: &mut PgConnection,
    filter: &Filter,
    order: &str,
    (offset, limit): (i64, i64),
) -> Result<(Vec<Command>, i64)> {
    // `order` is made of literals by `Page::order_by`; everything else is bound.
    let mut query = QueryBuilder::new(format!("{COMMAND}select p.* from downlinks p"));
    wanted(&mut query, filter);
    query
        .push(format!(" order by {order} offset "))
        .push_bind(offset);
    query.push(" limit ").push_bind(limit);
    query.push(format!("{COMMAND_JOINS} order by {order}"));
    let commands = query.build_query_as().fetch_all(&mut *conn).await?;
    if *filter == Filter::default() {
        return Ok((commands, list_total(conn, "downlinks").await?));
    }
    let mut query = QueryBuilder::new("select count(*) from downlinks p");
    wanted(&mut query, filter);
    Ok((commands, query.build_query_scalar().fetch_one(conn).await?))
}

/// One command.
pub(in crate::displays) async fn one(conn: &mut PgConnection, id: Uuid) -> Result<Option<Command>> {
    let mut query = QueryBuilder::new(format!(
        "{COMMAND}select p.* from downlinks p where p.id = "
    ));
    query.push_bind(id).push(COMMAND_JOINS);
    Ok(query.build_query_as().fetch_optional(conn).await?)
}

/// Which displays are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::displays) struct Seen {
    pub(in crate::displays) id: Option<Uuid>,
    pub(in crate::displays) site: Option<Uuid>,
    pub(in crate::displays) space: Option<Uuid>,
    pub(in crate::displays) gateway: Option<String>,
    pub(in crate::displays) is_behind: Option<bool>,
}

/// A display as it is looked at.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(in crate::displays) struct Lamp {
    pub(in crate::displays) tenant_id: Uuid,
    pub(in crate::displays) id: Uuid,
    pub(in crate::displays) dev_eui: String,
    pub(in crate::displays) device_name: Option<String>,
    pub(in crate::displays) model: Option<String>,
    pub(in crate::displays) space_id: Option<Uuid>,
    pub(in crate::displays) space_code: Option<String>,
    pub(in crate::displays) site_id: Option<Uuid>,
    pub(in crate::displays) site_name: Option<String>,
    pub(in crate::displays) gateway_eui: Option<String>,
    pub(in crate::displays) wanted_f_port: Option<i16>,
    pub(in crate::displays) wanted_payload: Option<Vec<u8>>,
    pub(in crate::displays) wanted_look: Option<Value>,
    pub(in crate::displays) wanted_why: Option<String>,
    pub(in crate::displays) wanted_at: Option<DateTime<Utc>>,
    pub(in crate::displays) transmitted_f_port: Option<i16>,
    pub(in crate::displays) transmitted_payload: Option<Vec<u8>>,
    pub(in crate::displays) transmitted_look: Option<Value>,
    pub(in crate::displays) transmitted_at: Option<DateTime<Utc>>,
    pub(in crate::displays) shown: Option<Value>,
    pub(in crate::displays) shown_agrees: Option<bool>,
    pub(in crate::displays) shown_at: Option<DateTime<Utc>>,
    pub(in crate::displays) test_until: Option<DateTime<Utc>>,
    pub(in crate::displays) heard_at: Option<DateTime<Utc>>,
    pub(in crate::displays) joined_at: Option<DateTime<Utc>>,
    pub(in crate::displays) behind_since: Option<DateTime<Utc>>,
    pub(in crate::displays) mismatched_since: Option<DateTime<Utc>>,
    pub(in crate::displays) display_fault: Option<String>,
    pub(in crate::displays) command_id: Option<Uuid>,
    pub(in crate::displays) command_status: Option<String>,
    pub(in crate::displays) command_due_at: Option<DateTime<Utc>>,
}

const LAMP: &str = "select p.tenant_id, p.id, d.dev_eui, d.name as device_name, coalesce(d.model, m.slug) as model, p.space_id,
    s.code as space_code, s.site_id, i.name as site_name, p.gateway_eui, p.wanted_f_port, p.wanted_payload, p.wanted_look,
    p.wanted_why, p.wanted_at, p.transmitted_f_port, p.transmitted_payload, p.transmitted_look, p.transmitted_at, p.shown,
    p.shown_agrees, p.shown_at, p.test_until, p.heard_at, p.joined_at, p.behind_since, p.mismatched_since, d.display_fault,
    c.id as command_id, c.status as command_status, c.due_at as command_due_at
  from (";
const LAMP_JOINS: &str = ") p
  join devices d on d.tenant_id = p.tenant_id and d.id = p.id
  left join device_models m on m.tenant_id = d.tenant_id and m.id = d.own_model_id
  left join spaces s on s.tenant_id = p.tenant_id and s.id = p.space_id
  left join sites i on i.tenant_id = s.tenant_id and i.id = s.site_id
  left join lateral (
    select id, status, due_at from downlinks c where c.tenant_id = p.tenant_id and c.device_id = p.id
      and c.status in ('waiting', 'sending', 'queued', 'awaiting_ack')
    order by c.status = 'waiting', c.created_at limit 1) c on true";

fn seen(query: &mut QueryBuilder<Postgres>, filter: &Seen) {
    query.push(" where true");
    if let Some(id) = filter.id {
        query.push(" and p.id = ").push_bind(id);
    }
    if let Some(space) = filter.space {
        query.push(" and p.space_id = ").push_bind(space);
    }
    if let Some(site) = filter.site {
        query
            .push(" and p.space_id in (select id from spaces where site_id = ")
            .push_bind(site)
            .push(" and deleted_at is null)");
    }
    if let Some(gateway) = &filter.gateway {
        query
            .push(" and p.gateway_eui = ")
            .push_bind(gateway.clone());
    }
    match filter.is_behind {
        Some(true) => {
            query.push(" and p.behind_since is not null");
        }
        Some(false) => {
            query.push(" and p.behind_since is null");
        }
        None => {}
    }
}

/// One page of displays, and how many a filter leaves.
pub(in crate::displays) async fn lamps(
    conn: &mut PgConnection,
    filter: &Seen,
    order: &str,
    (offset, limit): (i64, i64),
) -> Result<(Vec<Lamp>, i64)> {
    let mut query = QueryBuilder::new(format!("{LAMP}select p.* from lamps p"));
    seen(&mut query, filter);
    query
        .push(format!(" order by {order} offset "))
        .push_bind(offset);
    query.push(" limit ").push_bind(limit);
    query.push(format!("{LAMP_JOINS} order by {order}"));
    let lamps = query.build_query_as().fetch_all(&mut *conn).await?;
    if *filter == Seen::default() {
        return Ok((lamps, list_total(conn, "lamps").await?));
    }
    let mut query = QueryBuilder::new("select count(*) from lamps p");
    seen(&mut query, filter);
    Ok((lamps, query.build_query_scalar().fetch_one(conn).await?))
}

/// How the queue stands, and how it fared since.
#[derive(Clone, Debug)]
pub(in crate::displays) struct Figures {
    pub(in crate::displays) waiting: i64,
    pub(in crate::displays) on_the_way: i64,
    pub(in crate::displays) failed: i64,
    pub(in crate::displays) oldest_waiting_at: Option<DateTime<Utc>>,
    pub(in crate::displays) made: i64,
    pub(in crate::displays) transmitted: i64,
    pub(in crate::displays) given_up: i64,
    pub(in crate::displays) superseded: i64,
    pub(in crate::displays) repeated: i64,
    pub(in crate::displays) p50_ms: Option<f64>,
    pub(in crate::displays) p99_ms: Option<f64>,
    pub(in crate::displays) lamps: i64,
    pub(in crate::displays) behind: i64,
    pub(in crate::displays) mismatched: i64,
}

/// How the queue stands, and how it fared within a while.
pub(in crate::displays) async fn figures(
    conn: &mut PgConnection,
    since: DateTime<Utc>,
) -> Result<Figures> {
    let figures = sqlx::query_as!(
        Figures,
        r#"with recent as (select * from downlinks where created_at >= $1)
           select
             (select count(*) from downlinks where status = 'waiting') as "waiting!",
             (select count(*) from downlinks where status in ('sending', 'queued', 'awaiting_ack')) as "on_the_way!",
             (select count(*) from downlinks where status = 'failed' and finished_at >= $1) as "failed!",
             (select min(created_at) from downlinks where status = 'waiting') as oldest_waiting_at,
             count(*) as "made!",
             count(*) filter (where status in ('transmitted', 'confirmed')) as "transmitted!",
             count(*) filter (where status = 'failed') as "given_up!",
             count(*) filter (where status = 'superseded') as "superseded!",
             count(*) filter (where attempts > 1) as "repeated!",
             percentile_cont(0.5) within group (order by extract(epoch from queued_at - created_at)::float8 * 1000) as p50_ms,
             percentile_cont(0.99) within group (order by extract(epoch from queued_at - created_at)::float8 * 1000) as p99_ms,
             (select coalesce(sum(total), 0)::bigint from list_totals where list = 'lamps') as "lamps!",
             (select count(*) from lamps where behind_since is not null) as "behind!",
             (select count(*) from lamps where mismatched_since is not null) as "mismatched!"
           from recent"#,
        since
    )
    .fetch_one(conn)
    .await?;
    Ok(figures)
}

/// A gateway and the displays it sends to.
#[derive(Clone, Debug)]
pub(in crate::displays) struct Load {
    pub(in crate::displays) gateway_eui: Option<String>,
    /// Whether that it hears displays is known by more than the word of the tenant.
    pub(in crate::displays) is_vouched: bool,
    pub(in crate::displays) gateway_id: Option<Uuid>,
    pub(in crate::displays) gateway_name: Option<String>,
    pub(in crate::displays) lamps: i64,
    pub(in crate::displays) waiting: i64,
    pub(in crate::displays) within_the_hour: i64,
}

impl Load {
    /// The gateway, as budgets know it.
    pub(in crate::displays) fn gateway(&self) -> Option<(&str, bool)> {
        let eui = self.gateway_eui.as_deref();
        eui.map(|eui| (eui, self.is_vouched))
    }
}

/// The gateways that displays are reached by, and the tenant's own that reach none yet.
pub(in crate::displays) async fn loads(
    conn: &mut PgConnection,
    (limit, now): (i64, DateTime<Utc>),
) -> Result<Vec<Load>> {
    let hour = PgInterval::try_from(TimeDelta::hours(1)).unwrap_or_default();
    let loads = sqlx::query_as!(
        Load,
        r#"with by_gateway as (
             select l.gateway_eui, count(*) as lamps, bool_or(l.is_gateway_vouched) as is_vouched,
               count(*) filter (where exists (select from downlinks d where d.tenant_id = l.tenant_id and d.device_id = l.id
                 and d.status = 'waiting')) as waiting
             from lamps l group by l.gateway_eui),
           sent as (
             select gateway_eui, count(*) as sent from downlinks where transmitted_at >= $2::timestamptz - $3::interval
               and created_at >= $2::timestamptz - interval '2 hours' group by gateway_eui)
           select coalesce(b.gateway_eui, g.eui) as gateway_eui, coalesce(b.is_vouched, true) as "is_vouched!", g.id as "gateway_id?", g.name as "gateway_name?",
             coalesce(b.lamps, 0) as "lamps!", coalesce(b.waiting, 0) as "waiting!", coalesce(s.sent, 0) as "within_the_hour!"
           from by_gateway b
           full join gateways g on g.eui = b.gateway_eui
           left join sent s on s.gateway_eui = coalesce(b.gateway_eui, g.eui)
           order by 5 desc, 1 limit $1"#,
        limit,
        now,
        hour,
    )
    .fetch_all(conn)
    .await?;
    Ok(loads)
}

/// What a bay's lamp was meant to show at a moment, and what it had been told by then.
#[derive(Clone, Debug)]
pub(in crate::displays) struct Then {
    pub(in crate::displays) device_id: Uuid,
    pub(in crate::displays) downlink_id: Uuid,
    pub(in crate::displays) look: Option<Value>,
    pub(in crate::displays) why: Option<String>,
    pub(in crate::displays) wanted_at: DateTime<Utc>,
    pub(in crate::displays) told_look: Option<Value>,
    pub(in crate::displays) told_at: Option<DateTime<Utc>>,
}

/// The last command that had been made for a bay's lamp by a moment, and the last one sent.
pub(in crate::displays) async fn then(
    conn: &mut PgConnection,
    (tenant, space): (Uuid, Uuid),
    at: DateTime<Utc>,
) -> Result<Option<Then>> {
    let then = sqlx::query_as!(
        Then,
        r#"select w.device_id, w.id as downlink_id, w.look, w.why, w.created_at as wanted_at, t.look as "told_look?",
             t.transmitted_at as told_at
           from downlinks w
           left join lateral (
             select look, transmitted_at from downlinks t
             where t.tenant_id = w.tenant_id and t.space_id = w.space_id and t.device_id = w.device_id and t.transmitted_at <= $3
             order by t.created_at desc limit 1) t on true
           where w.tenant_id = $1 and w.space_id = $2 and w.kind <> 'raw' and w.created_at <= $3
           order by w.created_at desc limit 1"#,
        tenant,
        space,
        at
    )
    .fetch_optional(conn)
    .await?;
    Ok(then)
}
