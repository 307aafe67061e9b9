//! The SQL of the dashboard: one statement, so that all figures are of one moment and cost one trip.

use chrono::{DateTime, Utc};
use parking_db::Result;
use parking_domain::models::CATALOGUE;
use sqlx::types::Json;
use sqlx::{AssertSqlSafe, PgConnection};

use super::figures::Figures;
use super::{LISTED_MAX, LOW_BATTERY_PERCENT, SITES_MAX};

/// In which order events are found without reading the others.
#[derive(Clone, Copy, Debug)]
pub(super) enum Newest {
    /// Of the tenant that the transaction is bound to.
    OfTenant,
    /// Of all tenants.
    OfAll,
}

/// Bays by site and state, and what the sites hold.
const PLACES: &str = "
  bays as (
    select tenant_id, site_id, state, count(*) as n from spaces where deleted_at is null group by tenant_id, site_id, state),
  occupancy as (
    select jsonb_build_object('total', coalesce(sum(n), 0), 'free', coalesce(sum(n) filter (where state = 'free'), 0),
      'occupied', coalesce(sum(n) filter (where state = 'occupied'), 0),
      'reserved', coalesce(sum(n) filter (where state = 'reserved'), 0),
      'maintenance', coalesce(sum(n) filter (where state = 'maintenance'), 0),
      'unknown', coalesce(sum(n) filter (where state = 'unknown'), 0)) as counts, tenant_id, site_id
    from bays group by grouping sets ((), (tenant_id, site_id))),
  places as (
    select i.tenant_id, t.name as tenant_name, i.id, i.name, i.timezone, o.counts
    from sites i join tenants t on t.id = i.tenant_id
    left join occupancy o on o.tenant_id = i.tenant_id and o.site_id = i.id
    where i.deleted_at is null
    order by (o.counts->>'total')::bigint desc nulls last, lower(i.name), i.id limit $5)";

/// Devices in use, by number. Whoever serves a bay is counted by the index of open assignments alone,
/// and is never decommissioned.
const DEVICES: &str = "
  typed as (
    select count(*) as total, count(*) filter (where is_sensor) as sensors, count(*) filter (where is_display) as displays,
      count(*) filter (where lifecycle <> 'decommissioned') as wanted
    from devices where archived_at is null),
  served as (
    select count(*) as assigned, count(*) filter (where is_sensor) as sensors, count(*) filter (where is_display) as displays
    from (
      select bool_or(role = 'sensor') as is_sensor, bool_or(role = 'display') as is_display
      from device_assignments where unassigned_at is null group by tenant_id, device_id) a),
  device_counts as (
    select jsonb_build_object('total', t.total, 'assigned', s.assigned, 'unassigned', t.total - s.assigned,
      'sensors', jsonb_build_object('total', t.sensors, 'assigned', s.sensors, 'unassigned', t.sensors - s.sensors),
      'displays', jsonb_build_object('total', t.displays, 'assigned', s.displays, 'unassigned', t.displays - s.displays)) as counts
    from typed t, served s)";

/// What is wrong with devices: how many, and the first few, whose names are looked up last.
const ATTENTION: &str = "
  catalogue as (select slug, heartbeat from unnest($2::text[], $3::int[]) as c (slug, heartbeat)),
  device as (
    select d.tenant_id, d.id, d.last_seen_at, d.created_at, d.last_seen_at is null as is_never_seen,
      d.battery_percent < $4 as is_low,
      d.last_seen_at < $1::timestamptz - coalesce(d.heartbeat_seconds, m.heartbeat_seconds, c.heartbeat) * interval '2.5 seconds' as is_silent
    from devices d
    left join device_models m on m.tenant_id = d.tenant_id and m.id = d.own_model_id
    left join catalogue c on c.slug = coalesce(d.model, m.based_on)
    where d.archived_at is null and d.lifecycle <> 'decommissioned'),
  flagged as materialized (select * from device where is_never_seen or is_low or is_silent),
  numbers as (
    select k.kind, k.n
    from (select count(*) filter (where is_silent) as silent, count(*) filter (where is_low) as low,
        count(*) filter (where is_never_seen) as never_seen from flagged) f, typed t, served s,
      lateral (values ('silent', f.silent), ('low_battery', f.low), ('never_seen', f.never_seen),
        ('unassigned', t.wanted - s.assigned)) as k (kind, n)),
  first_few as (
    (select 'silent' as kind, tenant_id, id, last_seen_at as since from flagged where is_silent order by since, id limit $6)
    union all
    (select 'low_battery', tenant_id, id, last_seen_at as since from flagged where is_low order by since, id limit $6)
    union all
    (select 'never_seen', tenant_id, id, created_at as since from flagged where is_never_seen order by since, id limit $6)
    union all
    (select 'unassigned', d.tenant_id, d.id, d.created_at as since from devices d
     where d.archived_at is null and d.lifecycle <> 'decommissioned' and not exists (
       select from device_assignments a where a.tenant_id = d.tenant_id and a.device_id = d.id and a.unassigned_at is null)
     order by since, d.id limit $6)),
  named as (
    select f.kind, jsonb_agg(jsonb_build_object('tenant_id', d.tenant_id, 'id', d.id, 'dev_eui', d.dev_eui, 'name', d.name,
      'last_seen_at', d.last_seen_at, 'battery_percent', d.battery_percent, 'created_at', d.created_at)
      order by f.since, d.id) as devices
    from first_few f join devices d on d.tenant_id = f.tenant_id and d.id = f.id group by f.kind),
  attention as (
    select jsonb_build_object('kind', n.kind, 'count', n.n, 'devices', d.devices) as it
    from numbers n join named d on d.kind = n.kind)";

/// Gateways, and which of them are not heard.
const GATEWAYS: &str = "
  gateway as (
    select tenant_id, id, eui, name, last_seen_at, created_at, last_seen_at is null as is_never_seen,
      last_seen_at < $1::timestamptz - heartbeat_seconds * interval '2.5 seconds' as is_offline
    from gateways),
  gateway_counts as (
    select jsonb_build_object('total', count(*), 'online', count(*) filter (where not is_offline),
      'offline', count(*) filter (where is_offline), 'never_seen', count(*) filter (where is_never_seen)) as counts
    from gateway),
  unheard as (
    select jsonb_build_object('tenant_id', tenant_id, 'id', id, 'eui', eui, 'name', name, 'last_seen_at', last_seen_at) as it,
      coalesce(last_seen_at, created_at) as since, id
    from gateway where is_offline or is_never_seen order by since, id limit $6)";

/// What happened of late: one line for what one transaction did of one kind.
const RECENT: &str = "
  told as (
    select e.tenant_id, e.xid, e.id, e.at, e.kind, e.subject_type, e.subject_id, e.payload
    from events e where e.kind <> 'space.state_changed' and e.at > $1::timestamptz - interval '31 days'
    order by {newest} limit 200),
  happened as (
    select tenant_id, kind, subject_type, max(xid::text::bigint) as xid, max(id) as id, max(at) as at, count(*) as n,
      (array_agg(subject_id order by id))[1] as subject_id, (array_agg(payload order by id))[1] as payload
    from told group by tenant_id, xid, kind, subject_type order by max(id) desc limit $6),
  recent as (
    select h.xid, h.id, jsonb_build_object('tenant_id', h.tenant_id, 'at', h.at, 'kind', h.kind, 'count', h.n,
      'subject_type', h.subject_type, 'subject_id', h.subject_id, 'name', h.payload->>'name', 'site_name', i.name, 'text', '') as it
    from happened h
    left join sites i on i.tenant_id = h.tenant_id and i.id::text = h.payload->>'site_id')";

const WHOLE: &str = "
  select jsonb_build_object(
    'counts', (select jsonb_object_agg(resource, used) from (
      select resource, sum(used) as used from tenant_usage group by resource) u),
    'occupancy', (select counts from occupancy where tenant_id is null),
    'sites', coalesce((select jsonb_agg(jsonb_build_object('tenant_id', tenant_id, 'tenant_name', tenant_name, 'id', id,
      'name', name, 'timezone', timezone, 'occupancy', coalesce(counts, '{\"total\": 0, \"free\": 0, \"occupied\": 0,
        \"reserved\": 0, \"maintenance\": 0, \"unknown\": 0}')) order by lower(name), id) from places), '[]'),
    'devices', (select counts from device_counts),
    'attention', coalesce((select jsonb_agg(it) from attention), '[]'),
    'gateways', (select counts from gateway_counts),
    'unheard_gateways', coalesce((select jsonb_agg(it order by since, id) from unheard), '[]'),
    'recent', coalesce((select jsonb_agg(it order by xid desc, id desc) from recent), '[]'))";

/// Everything there is to show, as of now.
pub(super) async fn read(
    conn: &mut PgConnection,
    newest: Newest,
    now: DateTime<Utc>,
) -> Result<Figures> {
    let recent = RECENT.replace(
        "{newest}",
        match newest {
            Newest::OfTenant => "e.id desc",
            Newest::OfAll => "e.xid desc, e.id desc",
        },
    );
    let statement = format!("with {PLACES}, {DEVICES}, {ATTENTION}, {GATEWAYS}, {recent} {WHOLE}");
    // How often a model of the catalogue speaks is written in the program and nowhere else.
    let (slugs, heartbeats): (Vec<&str>, Vec<Option<i32>>) = CATALOGUE
        .iter()
        .map(|model| {
            let seconds = model.heartbeat_s.and_then(|s| i32::try_from(s).ok());
            (model.slug, seconds)
        })
        .unzip();
    // Nothing enters it but the literals above.
    let figures: Json<Figures> = sqlx::query_scalar(AssertSqlSafe(statement))
        .bind(now)
        .bind(slugs)
        .bind(heartbeats)
        .bind(LOW_BATTERY_PERCENT)
        .bind(SITES_MAX)
        .bind(LISTED_MAX)
        .fetch_one(conn)
        .await?;
    Ok(figures.0)
}
