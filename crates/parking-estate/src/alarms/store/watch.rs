//! The SQL of looking: what is due, and the facts it is judged by.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use parking_db::{PlatformTx, Result};
use parking_domain::alarms::{AlarmClock, AlarmKind, Open, Rules};
use parking_domain::reservations::Slot;
use uuid::Uuid;

/// Something that is to be looked at.
#[derive(Clone, Debug)]
pub(in crate::alarms) struct Due {
    pub(in crate::alarms) tenant_id: Uuid,
    pub(in crate::alarms) subject_id: Uuid,
    pub(in crate::alarms) subject_type: String,
}

/// A device and what it is judged by.
#[derive(Clone, Debug)]
pub(in crate::alarms) struct DeviceFacts {
    pub(in crate::alarms) tenant_id: Uuid,
    pub(in crate::alarms) id: Uuid,
    pub(in crate::alarms) name: String,
    pub(in crate::alarms) dev_eui: String,
    pub(in crate::alarms) lifecycle: String,
    pub(in crate::alarms) is_archived: bool,
    pub(in crate::alarms) last_seen_at: Option<DateTime<Utc>>,
    pub(in crate::alarms) battery_percent: Option<f32>,
    pub(in crate::alarms) rssi: Option<i32>,
    pub(in crate::alarms) snr: Option<f32>,
    /// Its own, or that of a model of the tenant's own.
    pub(in crate::alarms) heartbeat_seconds: Option<i32>,
    /// The model of the catalogue that says how often it speaks otherwise.
    pub(in crate::alarms) base_model: Option<String>,
    /// The bay it serves, and since when.
    pub(in crate::alarms) space_id: Option<Uuid>,
    pub(in crate::alarms) space_code: Option<String>,
    pub(in crate::alarms) site_id: Option<Uuid>,
    pub(in crate::alarms) assigned_at: Option<DateTime<Utc>>,
    /// The gateway that alone heard it last, when that was heard, and the outage it is in.
    pub(in crate::alarms) gateway_eui: Option<String>,
    pub(in crate::alarms) gateway_seen_at: Option<DateTime<Utc>>,
    pub(in crate::alarms) gateway_heartbeat: Option<i32>,
    pub(in crate::alarms) outage_id: Option<Uuid>,
    /// What is wrong with it as a display, and since when.
    pub(in crate::alarms) display_fault: Option<String>,
    pub(in crate::alarms) display_fault_since: Option<DateTime<Utc>>,
}

/// A gateway and what it is judged by.
#[derive(Clone, Debug)]
pub(in crate::alarms) struct GatewayFacts {
    pub(in crate::alarms) tenant_id: Uuid,
    pub(in crate::alarms) id: Uuid,
    pub(in crate::alarms) name: String,
    pub(in crate::alarms) eui: String,
    pub(in crate::alarms) site_id: Option<Uuid>,
    pub(in crate::alarms) last_seen_at: Option<DateTime<Utc>>,
    pub(in crate::alarms) heartbeat_seconds: i32,
    /// How many devices only it hears.
    pub(in crate::alarms) devices: i64,
}

/// A bay and what it is judged by.
#[derive(Clone, Debug)]
pub(in crate::alarms) struct SpaceFacts {
    pub(in crate::alarms) tenant_id: Uuid,
    pub(in crate::alarms) id: Uuid,
    pub(in crate::alarms) code: String,
    pub(in crate::alarms) site_id: Uuid,
    pub(in crate::alarms) state: String,
    pub(in crate::alarms) state_changed_at: DateTime<Utc>,
    pub(in crate::alarms) is_deleted: bool,
    pub(in crate::alarms) has_sensor: bool,
    /// How often it became free or occupied within the last hour.
    pub(in crate::alarms) changes: i64,
    /// The reservation that holds now, and that somebody else stands in the way of.
    pub(in crate::alarms) contested: Option<Against>,
    /// The reservation that is over, and whose vehicle has not left.
    pub(in crate::alarms) overstayed: Option<Against>,
}

/// A reservation that somebody stands in a bay against.
#[derive(Clone, Copy, Debug)]
pub(in crate::alarms) struct Against {
    pub(in crate::alarms) reservation_id: Uuid,
    pub(in crate::alarms) slot: Slot,
}

/// An alarm that is open, and what it hangs on.
#[derive(Clone, Debug)]
pub(in crate::alarms) struct OpenAlarm {
    pub(in crate::alarms) id: Uuid,
    pub(in crate::alarms) kind: AlarmKind,
    pub(in crate::alarms) open: Open,
    pub(in crate::alarms) space_id: Option<Uuid>,
    pub(in crate::alarms) parent_id: Option<Uuid>,
    pub(in crate::alarms) parent_cleared_at: Option<DateTime<Utc>>,
}

/// Open alarms by tenant and subject.
pub(in crate::alarms) type OpenAlarms = HashMap<(Uuid, Uuid), Vec<OpenAlarm>>;

/// Moves the time by which alarms are judged on, and says what it is. Looks of several servers move
/// it one after the other.
pub(in crate::alarms) async fn tick(
    tx: &mut PlatformTx,
    now: DateTime<Utc>,
) -> Result<DateTime<Utc>> {
    // Of each tenant the newest, which its index knows: of all devices there is no such index.
    let newest = sqlx::query_scalar!(
        r#"select greatest(
             (select max(d.last_seen_at) from tenants t cross join lateral (
               select last_seen_at from devices where tenant_id = t.id order by last_seen_at desc nulls last limit 1) d),
             (select max(last_seen_at) from gateways)) as newest"#
    )
    .fetch_one(tx.conn())
    .await?;
    let clock = sqlx::query!("select at, newest_heard_at from alarm_clock for update")
        .fetch_optional(tx.conn())
        .await?;
    let clock = match clock {
        Some(row) => AlarmClock {
            at: row.at,
            newest_heard_at: row.newest_heard_at,
        }
        .tick(now, newest),
        None => AlarmClock {
            at: now,
            newest_heard_at: newest,
        },
    };
    sqlx::query!(
        "insert into alarm_clock (at, newest_heard_at) values ($1, $2)
         on conflict (is_only) do update set at = $1, newest_heard_at = $2",
        clock.at,
        clock.newest_heard_at
    )
    .execute(tx.conn())
    .await?;
    Ok(clock.at)
}

/// What is due, of any tenant, locked; what another server looks at is left to it.
pub(in crate::alarms) async fn take_due(
    tx: &mut PlatformTx,
    at: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<Due>> {
    let due = sqlx::query_as!(
        Due,
        "select tenant_id, subject_id, subject_type from alarm_watches
         where due_at <= $1 order by due_at limit $2 for update skip locked",
        at,
        limit
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(due)
}

/// The rules of tenants; none of those that are not active, in which nothing is raised or cleared.
pub(in crate::alarms) async fn rules(
    tx: &mut PlatformTx,
    tenants: &[Uuid],
) -> Result<HashMap<Uuid, Rules>> {
    let rows = sqlx::query!(
        r#"select t.id, r.tenant_id as "rules_of?", r.silent_factor, r.never_seen_hours as "never_seen_hours?", r.battery_low_percent,
             r.battery_clear_percent as "battery_clear_percent?", r.gateway_down_minutes, r.flapping_changes_per_hour, r.stuck_hours
           from tenants t left join alarm_rules r on r.tenant_id = t.id
           where t.id = any($1) and t.status = 'active'"#,
        tenants
    )
    .fetch_all(tx.conn())
    .await?;
    let usual = Rules::default();
    let rules = rows.into_iter().map(|row| {
        let rules = if row.rules_of.is_none() {
            usual
        } else {
            Rules {
                silent_factor: row.silent_factor,
                never_seen_hours: row.never_seen_hours.unwrap_or(usual.never_seen_hours),
                battery_low_percent: row.battery_low_percent,
                battery_clear_percent: row
                    .battery_clear_percent
                    .unwrap_or(usual.battery_clear_percent),
                gateway_down_minutes: row.gateway_down_minutes,
                flapping_changes_per_hour: row.flapping_changes_per_hour,
                stuck_hours: row.stuck_hours,
            }
        };
        (row.id, rules)
    });
    Ok(rules.collect())
}

/// Alarms of these that are open.
pub(in crate::alarms) async fn open(
    tx: &mut PlatformTx,
    (tenants, ids): (&[Uuid], &[Uuid]),
) -> Result<OpenAlarms> {
    let rows = sqlx::query!(
        r#"select a.tenant_id, a.subject_id, a.id, a.kind, a.raised_at, a.recovering_since, a.space_id, a.parent_id,
             p.cleared_at as "parent_cleared_at?"
           from unnest($1::uuid[], $2::uuid[]) as w (tenant_id, id)
           join alarms a on a.tenant_id = w.tenant_id and a.subject_id = w.id and a.cleared_at is null
           left join alarms p on p.tenant_id = a.tenant_id and p.id = a.parent_id"#,
        tenants,
        ids
    )
    .fetch_all(tx.conn())
    .await?;
    let mut open = OpenAlarms::new();
    for row in rows {
        let Ok(kind) = row.kind.parse() else { continue };
        let alarm = OpenAlarm {
            id: row.id,
            kind,
            open: Open {
                raised_at: row.raised_at,
                recovering_since: row.recovering_since,
            },
            space_id: row.space_id,
            parent_id: row.parent_id,
            parent_cleared_at: row.parent_cleared_at,
        };
        let of_subject = open.entry((row.tenant_id, row.subject_id)).or_default();
        of_subject.push(alarm);
    }
    Ok(open)
}

pub(in crate::alarms) async fn devices(
    tx: &mut PlatformTx,
    (tenants, ids): (&[Uuid], &[Uuid]),
) -> Result<Vec<DeviceFacts>> {
    let facts = sqlx::query_as!(
        DeviceFacts,
        r#"select d.tenant_id, d.id, coalesce(d.name, d.dev_eui) as "name!", d.dev_eui, d.lifecycle,
             d.archived_at is not null as "is_archived!", d.last_seen_at, d.battery_percent, d.rssi, d.snr,
             coalesce(d.heartbeat_seconds, m.heartbeat_seconds) as heartbeat_seconds, coalesce(d.model, m.based_on) as base_model,
             a.space_id as "space_id?", a.space_code as "space_code?", a.site_id as "site_id?", a.assigned_at as "assigned_at?",
             d.only_gateway_eui as gateway_eui, g.last_seen_at as "gateway_seen_at?", g.heartbeat_seconds as "gateway_heartbeat?",
             o.id as "outage_id?", d.display_fault, d.display_fault_since
           from unnest($1::uuid[], $2::uuid[]) as w (tenant_id, id)
           join devices d on d.tenant_id = w.tenant_id and d.id = w.id
           left join device_models m on m.tenant_id = d.tenant_id and m.id = d.own_model_id
           left join lateral (
             select s.space_id, p.code as space_code, p.site_id, s.assigned_at
             from device_assignments s join spaces p on p.tenant_id = s.tenant_id and p.id = s.space_id
             where s.tenant_id = d.tenant_id and s.device_id = d.id and s.unassigned_at is null
             order by s.role desc limit 1) a on true
           left join gateways g on g.eui = d.only_gateway_eui and g.tenant_id = d.tenant_id
           left join alarms o
             on o.tenant_id = g.tenant_id and o.subject_id = g.id and o.kind = 'gateway_down' and o.cleared_at is null"#,
        tenants,
        ids
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(facts)
}

pub(in crate::alarms) async fn gateways(
    tx: &mut PlatformTx,
    (tenants, ids): (&[Uuid], &[Uuid]),
) -> Result<Vec<GatewayFacts>> {
    let facts = sqlx::query_as!(
        GatewayFacts,
        r#"select g.tenant_id, g.id, g.name, g.eui, g.site_id, g.last_seen_at, g.heartbeat_seconds,
             (select count(*) from devices d
              where d.tenant_id = g.tenant_id and d.only_gateway_eui = g.eui and d.archived_at is null) as "devices!"
           from unnest($1::uuid[], $2::uuid[]) as w (tenant_id, id)
           join gateways g on g.tenant_id = w.tenant_id and g.id = w.id"#,
        tenants,
        ids
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(facts)
}

/// The most changes of a bay that are counted: what is beyond is as bad.
const CHANGES_MAX: i64 = 600;

pub(in crate::alarms) async fn spaces(
    tx: &mut PlatformTx,
    (tenants, ids): (&[Uuid], &[Uuid]),
    at: DateTime<Utc>,
) -> Result<Vec<SpaceFacts>> {
    let rows = sqlx::query!(
        r#"select s.tenant_id, s.id, s.code, s.site_id, s.state, s.state_changed_at, s.deleted_at is not null as "is_deleted!",
             exists (select from device_assignments a where a.tenant_id = s.tenant_id and a.space_id = s.id and a.role = 'sensor'
               and a.unassigned_at is null) as "has_sensor!",
             (select count(*) from (
                select from state_changes c
                where c.tenant_id = s.tenant_id and c.space_id = s.id and c.at > $3
                  and c.from_state in ('free', 'occupied') and c.to_state in ('free', 'occupied')
                limit $4) as recent) as "changes!",
             r.id as "against?", r.status as "status?", r.start_time as "start_time?", r.end_time as "end_time?"
           from unnest($1::uuid[], $2::uuid[]) as w (tenant_id, id)
           join spaces s on s.tenant_id = w.tenant_id and s.id = w.id
           left join lateral (
             select r.id, r.status, r.start_time, r.end_time from reservations r
             where r.tenant_id = s.tenant_id and r.space_id = s.id and s.state = 'occupied'
               and r.start_time > $5::timestamptz - interval '32 days' and r.start_time <= $5
               and (r.status = 'confirmed' and r.contested_at is not null and r.checked_in_at is null and r.end_time > $5
                 or r.status = 'completed' and r.overstayed_at >= s.state_changed_at)
             order by r.start_time desc limit 1) r on true"#,
        tenants,
        ids,
        at - TimeDelta::hours(1),
        CHANGES_MAX,
        at
    )
    .fetch_all(tx.conn())
    .await?;
    let facts = rows.into_iter().map(|row| {
        let slot = row.start_time.zip(row.end_time);
        let against = row
            .against
            .zip(slot)
            .map(|(reservation_id, (start, end))| Against {
                reservation_id,
                slot: Slot { start, end },
            });
        let (contested, overstayed) = match row.status.as_deref() {
            Some("confirmed") => (against, None),
            _ => (None, against),
        };
        SpaceFacts {
            tenant_id: row.tenant_id,
            id: row.id,
            code: row.code,
            site_id: row.site_id,
            state: row.state,
            state_changed_at: row.state_changed_at,
            is_deleted: row.is_deleted,
            has_sensor: row.has_sensor,
            changes: row.changes,
            contested,
            overstayed,
        }
    });
    Ok(facts.collect())
}
