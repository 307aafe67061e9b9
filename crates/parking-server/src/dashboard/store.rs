//! The SQL of the dashboard: one statement, so that all figures are of one moment and cost one trip.

use chrono::{DateTime, Utc};
use parking_db::Result;
use parking_estate::devices::attention::{
    LOW_BATTERY, NEVER_SEEN, SILENT_AT, UNASSIGNED, WANTED, measured,
};
use sqlx::types::Json;
use sqlx::{AssertSqlSafe, PgConnection};

use super::figures::Figures;
use super::{LISTED_MAX, SITES_MAX};

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
    order by (o.counts->>'total')::bigint desc nulls last, lower(i.name), i.id limit $2)";

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

/// What is wrong with devices, by the rules of their list: how many, and the first few, whose names are
/// looked up last.
fn attention() -> String {
    let devices = measured();
    format!(
        "
  device as (
    select p.tenant_id, p.id, p.last_seen_at, p.created_at, {NEVER_SEEN} as is_never_seen, {LOW_BATTERY} as is_low,
      {SILENT_AT} < $1::timestamptz as is_silent
    from {devices}
    where p.archived_at is null and {WANTED}),
  flagged as materialized (select * from device where is_never_seen or is_low or is_silent),
  numbers as (
    select k.kind, k.n
    from (select count(*) filter (where is_silent) as silent, count(*) filter (where is_low) as low,
        count(*) filter (where is_never_seen) as never_seen from flagged) f, typed t, served s,
      lateral (values ('silent', f.silent), ('low_battery', f.low), ('never_seen', f.never_seen),
        ('unassigned', t.wanted - s.assigned)) as k (kind, n)),
  first_few as (
    (select 'silent' as kind, tenant_id, id, last_seen_at as since from flagged where is_silent order by since, id limit $3)
    union all
    (select 'low_battery', tenant_id, id, last_seen_at as since from flagged where is_low order by since, id limit $3)
    union all
    (select 'never_seen', tenant_id, id, created_at as since from flagged where is_never_seen order by since, id limit $3)
    union all
    (select 'unassigned', p.tenant_id, p.id, p.created_at as since from devices p
     where p.archived_at is null and {WANTED} and {UNASSIGNED}
     order by since, p.id limit $3)),
  named as (
    select f.kind, jsonb_agg(jsonb_build_object('tenant_id', d.tenant_id, 'id', d.id, 'dev_eui', d.dev_eui, 'name', d.name,
      'last_seen_at', d.last_seen_at, 'battery_percent', d.battery_percent, 'created_at', d.created_at)
      order by f.since, d.id) as devices
    from first_few f join devices d on d.tenant_id = f.tenant_id and d.id = f.id group by f.kind),
  attention as (
    select jsonb_build_object('kind', n.kind, 'count', n.n, 'devices', d.devices) as it
    from numbers n join named d on d.kind = n.kind)"
    )
}

/// Alarms that are open: how many, and the newest few that are no consequence of another.
const ALARMS: &str = "
  alarm as (
    select a.tenant_id, a.id, a.kind, a.severity, a.subject_type, a.subject_name, a.site_id, a.raised_at,
      a.parent_id is not null and o.cleared_at is null as is_explained,
      a.acknowledged_at is null and (a.muted_until is null or a.muted_until <= $1::timestamptz) as is_nobodys
    from alarms a left join alarms o on o.tenant_id = a.tenant_id and o.id = a.parent_id
    where a.cleared_at is null),
  alarm_counts as (
    select kind, severity, count(*) as open, count(*) filter (where is_nobodys and not is_explained) as waiting
    from alarm group by kind, severity),
  newest_alarms as (
    select a.raised_at, a.id, jsonb_build_object('tenant_id', a.tenant_id, 'tenant_name', t.name, 'id', a.id, 'kind', a.kind,
      'severity', a.severity, 'subject_type', a.subject_type, 'subject_name', a.subject_name, 'site_name', i.name,
      'raised_at', a.raised_at) as it
    from (select * from alarm where not is_explained order by raised_at desc, id desc limit $3) a
    join tenants t on t.id = a.tenant_id
    left join sites i on i.tenant_id = a.tenant_id and i.id = a.site_id)";

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
    from gateway where is_offline or is_never_seen order by since, id limit $3)";

/// What happened of late: one line for what one transaction did of one kind.
const RECENT: &str = "
  told as (
    select e.tenant_id, e.xid, e.id, e.at, e.kind, e.subject_type, e.subject_id, e.payload
    from events e where e.kind <> 'space.state_changed' and e.kind <> 'display.changed' and e.at > $1::timestamptz - interval '31 days'
    order by {newest} limit 200),
  happened as (
    select tenant_id, kind, subject_type, max(xid::text::bigint) as xid, max(id) as id, max(at) as at, count(*) as n,
      (array_agg(subject_id order by id))[1] as subject_id, (array_agg(payload order by id))[1] as payload
    from told group by tenant_id, xid, kind, subject_type order by max(id) desc limit $3),
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
    'alarms', (
      select jsonb_build_object('open', coalesce(sum(open), 0), 'waiting', coalesce(sum(waiting), 0),
        'counts', coalesce(jsonb_agg(jsonb_build_object('kind', kind, 'severity', severity, 'open', open, 'waiting', waiting)
          order by array_position(array['critical', 'warning', 'info'], severity), kind), '[]'),
        'newest', coalesce((select jsonb_agg(it order by raised_at desc, id desc) from newest_alarms), '[]'))
      from alarm_counts),
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
    let statement = format!(
        "with {PLACES}, {DEVICES}, {}, {ALARMS}, {GATEWAYS}, {recent} {WHOLE}",
        attention()
    );
    // Nothing enters it but the literals above.
    let figures: Json<Figures> = sqlx::query_scalar(AssertSqlSafe(statement))
        .bind(now)
        .bind(SITES_MAX)
        .bind(LISTED_MAX)
        .fetch_one(conn)
        .await?;
    Ok(figures.0)
}
