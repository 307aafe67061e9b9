//! The SQL of looking at messages. A list's statement holds only the conditions that are asked for,
//! because a condition that might not apply keeps PostgreSQL from using its index.

use chrono::{DateTime, TimeDelta, Utc};
use parking_db::Result;
use serde_json::Value;
use sqlx::postgres::types::PgInterval;
use sqlx::{PgConnection, Postgres, QueryBuilder};
use uuid::Uuid;

use super::About;

/// A message as it is looked at.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct Uplink {
    pub(super) tenant_id: Uuid,
    pub(super) id: Uuid,
    pub(super) at: DateTime<Utc>,
    pub(super) received_at: DateTime<Utc>,
    pub(super) source: String,
    pub(super) kind: String,
    pub(super) dev_eui: Option<String>,
    pub(super) f_port: Option<i16>,
    pub(super) f_cnt: Option<i64>,
    pub(super) payload: Option<Vec<u8>>,
    pub(super) payload_bytes: Option<i32>,
    pub(super) receptions: Value,
    pub(super) content: Value,
    pub(super) acted_at: Option<DateTime<Utc>>,
    pub(super) outcome: Option<String>,
    pub(super) reading: Option<Value>,
    pub(super) problem: Option<String>,
    pub(super) replays: i32,
    pub(super) device_id: Option<Uuid>,
    pub(super) device_name: Option<String>,
    pub(super) space_id: Option<Uuid>,
    pub(super) space_code: Option<String>,
    pub(super) site_id: Option<Uuid>,
}

/// Which messages are wanted.
#[derive(Clone, Debug, Default)]
pub(super) struct Filter {
    pub(super) dev_eui: Option<String>,
    pub(super) device: Option<Uuid>,
    pub(super) space: Option<Uuid>,
    pub(super) site: Option<Uuid>,
    pub(super) kind: Option<&'static str>,
    pub(super) outcome: Option<&'static str>,
    pub(super) source: Option<&'static str>,
    pub(super) from: Option<DateTime<Utc>>,
    pub(super) to: Option<DateTime<Utc>>,
    /// No further back than this message.
    pub(super) back_to: Option<Uuid>,
}

/// Which part of the list.
#[derive(Clone, Copy, Debug)]
pub(super) enum Part {
    /// Its beginning.
    Newest,
    /// What came before a message.
    Before(Uuid),
    /// What came next after a message.
    After(Uuid),
}

/// How much is shown of a payload in a list: all of what the radio carries.
const SHOWN_IN_LISTS: i32 = 256;

/// How much is shown of what came as a body and could not be read.
const SHOWN_ALONE: i32 = 16 * 1024;

/// A page of messages in the order in which they came, the newest first.
pub(super) async fn page(
    conn: &mut PgConnection,
    filter: &Filter,
    (part, limit): (Part, i64),
) -> Result<Vec<Uplink>> {
    let mut query = select(SHOWN_IN_LISTS);
    query.push("select * from uplinks where true");
    filter.push_onto(&mut query);
    let direction = match part {
        Part::Newest => "desc",
        Part::Before(id) => {
            query.push(" and id < ").push_bind(id);
            "desc"
        }
        Part::After(id) => {
            query.push(" and id > ").push_bind(id);
            "asc"
        }
    };
    query.push(format_args!(" order by id {direction} limit "));
    query.push_bind(limit).push(JOINS);
    Ok(query.build_query_as().fetch_all(conn).await?)
}

/// How many messages are looked at for a page that no index finds.
const LOOKED_AT_MAX: i64 = if cfg!(test) { 20 } else { 20_000 };

/// The message as far as which a page is looked for, if that is not as far as was asked for: what is
/// rare among many may be nowhere for months.
pub(super) async fn horizon(
    conn: &mut PgConnection,
    filter: &Filter,
    part: Part,
) -> Result<Option<Uuid>> {
    let is_found_by_an_index = filter.dev_eui.is_some()
        || filter.device.is_some()
        || filter.space.is_some()
        || matches!(filter.outcome, Some("waiting"));
    let is_looked_for = filter.source.is_some() || filter.site.is_some();
    if is_found_by_an_index || !is_looked_for {
        return Ok(None);
    }
    let span = Filter {
        from: filter.from,
        to: filter.to,
        ..Filter::default()
    };
    let mut query = QueryBuilder::new("select id from uplinks where true");
    span.push_onto(&mut query);
    match part {
        Part::Newest => {}
        Part::Before(id) => {
            query.push(" and id < ").push_bind(id);
        }
        Part::After(_) => return Ok(None),
    }
    query.push(" order by id desc limit 1 offset ");
    query.push_bind(LOOKED_AT_MAX);
    Ok(query.build_query_scalar().fetch_optional(conn).await?)
}

/// A message by its id, with as much of its body as anybody will read.
pub(super) async fn one(conn: &mut PgConnection, id: Uuid) -> Result<Option<Uplink>> {
    let mut query = select(SHOWN_ALONE);
    query
        .push("select * from uplinks where id = ")
        .push_bind(id)
        .push(JOINS);
    Ok(query.build_query_as().fetch_optional(conn).await?)
}

/// The last messages about a bay or of its devices that had come up to a moment, and a named one.
pub(super) async fn up_to(
    conn: &mut PgConnection,
    about: &About,
    at: DateTime<Utc>,
    (named, limit): (Option<Uuid>, i64),
) -> Result<Vec<Uplink>> {
    let mut query = select(SHOWN_IN_LISTS);
    query.push("select * from (");
    let part = |query: &mut QueryBuilder<Postgres>| {
        query.push("(select * from uplinks where tenant_id = ");
        query.push_bind(about.tenant).push(" and at <= ");
        query.push_bind(at);
    };
    part(&mut query);
    query.push(" and space_id = ").push_bind(about.space);
    query
        .push(" order by id desc limit ")
        .push_bind(limit)
        .push(")");
    for dev_eui in &about.dev_euis {
        query.push(" union all ");
        part(&mut query);
        // What it says of the bay is among the first already.
        query.push(" and dev_eui = ").push_bind(dev_eui);
        query
            .push(" and space_id is distinct from ")
            .push_bind(about.space);
        query
            .push(" order by id desc limit ")
            .push_bind(limit)
            .push(")");
    }
    query.push(") any_of_them order by id desc limit ");
    query.push_bind(limit).push(JOINS);
    let mut uplinks: Vec<Uplink> = query.build_query_as().fetch_all(&mut *conn).await?;
    let missing = named.filter(|id| uplinks.iter().all(|one| one.id != *id));
    if let Some(id) = missing {
        let mut query = select(SHOWN_IN_LISTS);
        query.push("select * from uplinks where tenant_id = ");
        query.push_bind(about.tenant);
        query.push(" and id = ").push_bind(id).push(JOINS);
        uplinks.extend(query.build_query_as().fetch_optional(conn).await?);
    }
    Ok(uplinks)
}

/// A gateway of a tenant.
#[derive(Debug)]
pub(super) struct Gateway {
    pub(super) tenant_id: Uuid,
    pub(super) eui: String,
    pub(super) id: Uuid,
    pub(super) name: String,
}

/// The gateways among those that heard messages which the tenants know.
pub(super) async fn gateways(
    conn: &mut PgConnection,
    tenants: &[Uuid],
    euis: &[String],
) -> Result<Vec<Gateway>> {
    let gateways = sqlx::query_as!(
        Gateway,
        "select tenant_id, eui, id, name from gateways where eui = any($2) and tenant_id = any($1)",
        tenants,
        euis
    )
    .fetch_all(conn)
    .await?;
    Ok(gateways)
}

/// How a device fared in one step of time.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) at: DateTime<Utc>,
    pub(super) messages: i64,
    pub(super) lost: i64,
    pub(super) rssi: Option<f64>,
    pub(super) rssi_min: Option<i32>,
    pub(super) snr: Option<f64>,
    pub(super) battery_percent: Option<f64>,
    pub(super) battery_volts: Option<f64>,
}

/// A device in the radio, and whose it is: who sees several tenants may see what another one heard of
/// it before.
pub(super) struct Heard {
    tenant_id: Uuid,
    dev_eui: String,
}

/// The name of a device in the radio, and whose it is.
pub(super) async fn heard(conn: &mut PgConnection, device: Uuid) -> Result<Option<Heard>> {
    let heard = sqlx::query_as!(
        Heard,
        "select tenant_id, dev_eui from devices where id = $1",
        device
    );
    Ok(heard.fetch_optional(conn).await?)
}

/// How a device fared, in steps from a moment on; steps in which it was not heard are left out.
///
/// What was lost is what was counted when messages were acted on. In a step it may be less than
/// none: a message that comes late was counted as lost by another.
pub(super) async fn steps(
    conn: &mut PgConnection,
    device: &Heard,
    (from, to): (DateTime<Utc>, DateTime<Utc>),
    step: TimeDelta,
) -> Result<Vec<Step>> {
    let steps = sqlx::query_as!(
        Step,
        r#"with told as (
             select received_at, kind, frames_lost,
               (receptions -> 0 ->> 'rssi')::int as rssi, (receptions -> 0 ->> 'snr')::float8 as snr,
               coalesce(reading ->> 'battery_pct', content ->> 'battery_percent')::float8 as battery_percent,
               (reading ->> 'battery_v')::float8 as battery_volts
             from uplinks
             where tenant_id = $5 and dev_eui = $1 and at >= $2 and received_at >= $2 and received_at < $3
               and kind in ('up', 'join', 'status', 'observation'))
           select date_bin($4::interval, received_at, $2) as "at!",
             count(*) filter (where kind = 'up') as "messages!",
             coalesce(sum(frames_lost), 0)::bigint as "lost!",
             avg(rssi)::float8 as rssi, min(rssi) as rssi_min, avg(snr)::float8 as snr,
             (array_agg(battery_percent order by received_at desc) filter (where battery_percent is not null))[1] as battery_percent,
             (array_agg(battery_volts order by received_at desc) filter (where battery_volts is not null))[1] as battery_volts
           from told group by 1 order by 1"#,
        device.dev_eui,
        from,
        to,
        PgInterval::try_from(step).unwrap_or_default(),
        device.tenant_id,
    )
    .fetch_all(conn)
    .await?;
    Ok(steps)
}

/// The page is cut out of `uplinks` before anything is joined to it.
const JOINS: &str = ") u
  left join devices d on d.tenant_id = u.tenant_id and d.id = u.device_id
  left join spaces s on s.tenant_id = u.tenant_id and s.id = u.space_id
  order by u.id desc";

fn select(shown: i32) -> QueryBuilder<Postgres> {
    let mut query = QueryBuilder::new(
        "select u.tenant_id, u.id, u.at, u.received_at, u.source, u.kind, u.dev_eui, u.f_port, u.f_cnt,
           substring(u.payload from 1 for ",
    );
    query.push_bind(shown);
    query.push(
        ") as payload, coalesce((u.content ->> 'bytes')::int, octet_length(u.payload)) as payload_bytes, u.receptions, u.content, u.acted_at, u.outcome, u.reading,
           u.problem, u.replays, u.device_id, d.name as device_name, u.space_id, s.code as space_code, s.site_id
         from (",
    );
    query
}

impl Filter {
    fn push_onto(&self, query: &mut QueryBuilder<Postgres>) {
        if let Some(dev_eui) = &self.dev_eui {
            query.push(" and dev_eui = ").push_bind(dev_eui.clone());
        }
        if let Some(device) = self.device {
            // What it said before anybody claimed it is its own too.
            query.push(" and dev_eui = (select dev_eui from devices where id = ");
            query.push_bind(device).push(")");
        }
        if let Some(space) = self.space {
            query.push(" and space_id = ").push_bind(space);
        }
        if let Some(site) = self.site {
            query.push(" and space_id in (select id from spaces where site_id = ");
            query.push_bind(site).push(")");
        }
        if let Some(kind) = self.kind {
            query.push(" and kind = ").push_bind(kind);
        }
        match self.outcome {
            Some("waiting") => {
                query.push(" and acted_at is null");
            }
            Some(outcome) => {
                query.push(" and outcome = ").push_bind(outcome);
            }
            None => {}
        }
        if let Some(source) = self.source {
            query.push(" and source = ").push_bind(source);
        }
        if let Some(from) = self.from {
            query.push(" and at >= ").push_bind(from);
        }
        if let Some(to) = self.to {
            query.push(" and at < ").push_bind(to);
        }
        if let Some(id) = self.back_to {
            query.push(" and id >= ").push_bind(id);
        }
    }
}
