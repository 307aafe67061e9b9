//! Looking at devices. The statement holds only the conditions that are asked for, because a condition
//! that might not apply keeps PostgreSQL from using its index.

use chrono::{DateTime, Utc};
use parking_db::Result;
use parking_domain::models;
use serde_json::Value;
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, FromRow, PgConnection, Postgres, QueryBuilder, Row as _};
use uuid::Uuid;

use super::attention::{LOW_BATTERY, NEVER_SEEN, SILENT_AT, UNASSIGNED, WANTED, measured};
use crate::devices::attention::AttentionKind;

/// Which devices are wanted.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::devices) struct Filter {
    pub(in crate::devices) is_assigned: Option<bool>,
    pub(in crate::devices) is_sensor: bool,
    pub(in crate::devices) is_display: bool,
    pub(in crate::devices) site: Option<Uuid>,
    pub(in crate::devices) model: Option<String>,
    pub(in crate::devices) own_model: Option<Uuid>,
    pub(in crate::devices) lifecycle: Option<&'static str>,
    /// Why somebody should look at them, as of when.
    pub(in crate::devices) attention: Option<(AttentionKind, DateTime<Utc>)>,
    pub(in crate::devices) is_archived: bool,
    pub(in crate::devices) pattern: Option<String>,
    /// Digits of a `DevEUI`; all sixteen, or some.
    pub(in crate::devices) digits: Option<String>,
}

/// A device as people see it.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(in crate::devices) struct DeviceView {
    pub(in crate::devices) tenant_id: Uuid,
    pub(in crate::devices) tenant_name: String,
    pub(in crate::devices) id: Uuid,
    pub(in crate::devices) dev_eui: String,
    pub(in crate::devices) name: Option<String>,
    pub(in crate::devices) model: Option<ModelView>,
    pub(in crate::devices) is_sensor: bool,
    pub(in crate::devices) is_display: bool,
    pub(in crate::devices) heartbeat_seconds: Option<i32>,
    pub(in crate::devices) join_eui: Option<String>,
    pub(in crate::devices) has_app_key: bool,
    pub(in crate::devices) serial_number: Option<String>,
    pub(in crate::devices) notes: Option<String>,
    pub(in crate::devices) metadata: Value,
    pub(in crate::devices) lifecycle: String,
    pub(in crate::devices) lifecycle_changed_at: DateTime<Utc>,
    pub(in crate::devices) serves: Option<Serves>,
    pub(in crate::devices) last_seen_at: Option<DateTime<Utc>>,
    pub(in crate::devices) battery_percent: Option<f32>,
    pub(in crate::devices) battery_volts: Option<f32>,
    pub(in crate::devices) is_battery_low: bool,
    pub(in crate::devices) rssi: Option<i32>,
    pub(in crate::devices) snr: Option<f32>,
    pub(in crate::devices) frames_lost: i64,
    pub(in crate::devices) archived_at: Option<DateTime<Utc>>,
    pub(in crate::devices) created_at: DateTime<Utc>,
    pub(in crate::devices) updated_at: DateTime<Utc>,
    pub(in crate::devices) version: i64,
}

/// What a device is.
#[derive(Clone, Debug)]
pub(in crate::devices) struct ModelView {
    pub(in crate::devices) id: String,
    pub(in crate::devices) vendor: String,
    pub(in crate::devices) name: String,
    pub(in crate::devices) is_own: bool,
    pub(in crate::devices) heartbeat_seconds: Option<i32>,
}

/// The bay a device serves.
#[derive(Clone, Debug)]
pub(in crate::devices) struct Serves {
    pub(in crate::devices) role: String,
    pub(in crate::devices) space_id: Uuid,
    pub(in crate::devices) space_code: String,
    pub(in crate::devices) site_id: Uuid,
    pub(in crate::devices) site_name: String,
    pub(in crate::devices) assigned_at: DateTime<Utc>,
    pub(in crate::devices) assigned_by: Option<String>,
}

/// What is read of each device; the page is cut out of `devices` before anything is joined to it.
const SELECT: &str = "select d.tenant_id, t.name as tenant_name, d.id, d.dev_eui, d.name, d.model, d.own_model_id, d.is_sensor,
    d.is_display, d.heartbeat_seconds, d.join_eui, d.sealed_app_key is not null as has_app_key, d.serial_number, d.notes,
    d.metadata, d.lifecycle, d.lifecycle_changed_at, d.last_seen_at, d.battery_percent, d.battery_volts, d.rssi, d.snr,
    coalesce(d.battery_percent <= coalesce(r.battery_low_percent, 20), false) as is_battery_low, d.frames_lost, d.archived_at, d.created_at, d.updated_at, d.version,
    m.vendor as own_vendor, m.name as own_name, m.based_on as own_based_on, m.heartbeat_seconds as own_heartbeat,
    a.role, a.space_id, a.space_code, a.site_id, a.site_name, a.assigned_at, a.assigned_by
  from (";
// A device that serves two bays shows the one it watches.
const JOINS: &str = ") d
  join tenants t on t.id = d.tenant_id
  left join alarm_rules r on r.tenant_id = d.tenant_id
  left join device_models m on m.tenant_id = d.tenant_id and m.id = d.own_model_id
  left join lateral (
    select o.role, o.space_id, s.code as space_code, s.site_id, i.name as site_name, o.assigned_at, o.assigned_by
    from device_assignments o
    join spaces s on s.tenant_id = o.tenant_id and s.id = o.space_id
    join sites i on i.tenant_id = s.tenant_id and i.id = s.site_id
    where o.tenant_id = d.tenant_id and o.device_id = d.id and o.unassigned_at is null
    order by o.role desc limit 1) a on true";

/// That a device serves a bay now; of one site, where a condition follows.
const SERVES: &str = "exists (select from device_assignments a where a.tenant_id = p.tenant_id and a.device_id = p.id
    and a.unassigned_at is null";

impl ModelView {
    fn read(row: &PgRow) -> sqlx::Result<Option<Self>> {
        let seconds = |model: &models::Model| model.heartbeat_s.and_then(|s| i32::try_from(s).ok());
        if let Some(id) = row.try_get::<Option<Uuid>, _>("own_model_id")? {
            let based_on: String = row.try_get("own_based_on")?;
            let own: Option<i32> = row.try_get("own_heartbeat")?;
            return Ok(Some(Self {
                id: id.to_string(),
                vendor: row.try_get("own_vendor")?,
                name: row.try_get("own_name")?,
                is_own: true,
                heartbeat_seconds: own.or_else(|| models::find(&based_on).and_then(seconds)),
            }));
        }
        let slug: Option<String> = row.try_get("model")?;
        Ok(slug.map(|slug| {
            let model = models::find(&slug);
            Self {
                vendor: model.map_or_else(String::new, |model| model.vendor.to_owned()),
                name: model.map_or_else(|| slug.clone(), |model| model.name.to_owned()),
                id: slug,
                is_own: false,
                heartbeat_seconds: model.and_then(seconds),
            }
        }))
    }
}

impl Serves {
    fn read(row: &PgRow) -> sqlx::Result<Option<Self>> {
        let Some(space_id) = row.try_get("space_id")? else {
            return Ok(None);
        };
        Ok(Some(Self {
            space_id,
            role: row.try_get("role")?,
            space_code: row.try_get("space_code")?,
            site_id: row.try_get("site_id")?,
            site_name: row.try_get("site_name")?,
            assigned_at: row.try_get("assigned_at")?,
            assigned_by: row.try_get("assigned_by")?,
        }))
    }
}

impl FromRow<'_, PgRow> for DeviceView {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        Ok(Self {
            tenant_id: row.try_get("tenant_id")?,
            tenant_name: row.try_get("tenant_name")?,
            id: row.try_get("id")?,
            dev_eui: row.try_get("dev_eui")?,
            name: row.try_get("name")?,
            model: ModelView::read(row)?,
            is_sensor: row.try_get("is_sensor")?,
            is_display: row.try_get("is_display")?,
            heartbeat_seconds: row.try_get("heartbeat_seconds")?,
            join_eui: row.try_get("join_eui")?,
            has_app_key: row.try_get("has_app_key")?,
            serial_number: row.try_get("serial_number")?,
            notes: row.try_get("notes")?,
            metadata: row.try_get("metadata")?,
            lifecycle: row.try_get("lifecycle")?,
            lifecycle_changed_at: row.try_get("lifecycle_changed_at")?,
            serves: Serves::read(row)?,
            last_seen_at: row.try_get("last_seen_at")?,
            battery_percent: row.try_get("battery_percent")?,
            battery_volts: row.try_get("battery_volts")?,
            is_battery_low: row.try_get("is_battery_low")?,
            rssi: row.try_get("rssi")?,
            snr: row.try_get("snr")?,
            frames_lost: row.try_get("frames_lost")?,
            archived_at: row.try_get("archived_at")?,
            created_at: row.try_get("created_at")?,
            updated_at: row.try_get("updated_at")?,
            version: row.try_get("version")?,
        })
    }
}

/// Where devices are looked for, and the conditions of a filter.
fn wanted(query: &mut QueryBuilder<Postgres>, filter: &Filter) {
    match filter.attention {
        Some((AttentionKind::Silent | AttentionKind::LowBattery, _)) => {
            query.push(format!(" from {}", measured()))
        }
        _ => query.push(" from devices p"),
    };
    let archived = if filter.is_archived {
        "not null"
    } else {
        "null"
    };
    query.push(format!(" where p.archived_at is {archived}"));
    if filter.is_sensor {
        query.push(" and p.is_sensor");
    }
    if filter.is_display {
        query.push(" and p.is_display");
    }
    if let Some(lifecycle) = filter.lifecycle {
        query.push(" and p.lifecycle = ").push_bind(lifecycle);
    }
    if let Some(model) = &filter.model {
        query.push(" and p.model = ").push_bind(model.clone());
    }
    if let Some(model) = filter.own_model {
        query.push(" and p.own_model_id = ").push_bind(model);
    }
    if let Some((kind, now)) = filter.attention {
        query.push(format!(" and {WANTED} and "));
        match kind {
            AttentionKind::Silent => query.push(format!("{SILENT_AT} < ")).push_bind(now),
            AttentionKind::LowBattery => query.push(LOW_BATTERY),
            AttentionKind::NeverSeen => query.push(NEVER_SEEN),
            AttentionKind::Unassigned => query.push(UNASSIGNED),
        };
    }
    if let Some(is_assigned) = filter.is_assigned {
        let not = if is_assigned { "" } else { "not " };
        query.push(format!(" and {not}{SERVES})"));
    }
    if let Some(site) = filter.site {
        query
            .push(format!(
                " and {SERVES} and exists (select from spaces s where s.tenant_id = a.tenant_id and s.id = a.space_id
                   and s.site_id = "
            ))
            .push_bind(site)
            .push("))");
    }
    match (&filter.digits, &filter.pattern) {
        (Some(digits), _) if digits.len() == 16 => {
            // In the order of the index that begins with the tenant.
            query
                .push(" and p.dev_eui collate \"POSIX\" = ")
                .push_bind(digits.clone());
        }
        (digits, Some(pattern)) => {
            query.push(" and (p.name ilike ").push_bind(pattern.clone());
            query
                .push(" or p.serial_number ilike ")
                .push_bind(pattern.clone());
            if let Some(digits) = digits {
                query
                    .push(" or p.dev_eui like ")
                    .push_bind(format!("%{digits}%"));
            }
            query.push(")");
        }
        (_, None) => {}
    }
}

/// One page of devices.
pub(in crate::devices) async fn page(
    conn: &mut PgConnection,
    filter: &Filter,
    order: &str,
    (offset, limit): (i64, i64),
) -> Result<Vec<DeviceView>> {
    // `order` is made of literals by `Page::order_by`; everything else is bound.
    let mut query = QueryBuilder::new(format!("{SELECT}select p.*"));
    wanted(&mut query, filter);
    query
        .push(format!(" order by {order} offset "))
        .push_bind(offset);
    query.push(" limit ").push_bind(limit);
    query.push(format!("{JOINS} order by {}", order.replace("p.", "d.")));
    let devices = query.build_query_as().fetch_all(conn).await?;
    Ok(devices)
}

/// Opens a cursor over all devices that a filter leaves.
pub(in crate::devices) async fn open_export(
    conn: &mut PgConnection,
    filter: &Filter,
    order: &str,
) -> Result<()> {
    let mut query = QueryBuilder::new(format!(
        "declare export no scroll cursor for {SELECT}select p.*"
    ));
    wanted(&mut query, filter);
    query.push(format!("{JOINS} order by {}", order.replace("p.", "d.")));
    query.build().persistent(false).execute(conn).await?;
    Ok(())
}

/// The next devices of the cursor.
pub(in crate::devices) async fn exported(
    conn: &mut PgConnection,
    limit: i64,
) -> Result<Vec<DeviceView>> {
    let fetch = sqlx::query_as(AssertSqlSafe(format!("fetch {limit} from export")));
    Ok(fetch.persistent(false).fetch_all(conn).await?)
}

/// How many devices a filter leaves. All those in use are counted already.
pub(in crate::devices) async fn count(conn: &mut PgConnection, filter: &Filter) -> Result<i64> {
    if *filter == Filter::default() {
        let counted = sqlx::query_scalar!(
            r#"select coalesce(sum(used), 0)::bigint as "count!" from tenant_usage where resource = 'devices'"#
        );
        return Ok(counted.fetch_one(conn).await?);
    }
    let mut query = QueryBuilder::new("select count(*)");
    wanted(&mut query, filter);
    let count = query.build_query_scalar().fetch_one(conn).await?;
    Ok(count)
}

/// Devices by their ids, archived or not.
pub(in crate::devices) async fn by_ids(
    conn: &mut PgConnection,
    ids: &[Uuid],
) -> Result<Vec<DeviceView>> {
    let query = format!(
        "{SELECT}select p.* from devices p where p.id = any($1){JOINS} order by array_position($1, d.id)"
    );
    let devices = sqlx::query_as(AssertSqlSafe(query)).bind(ids);
    Ok(devices.fetch_all(conn).await?)
}
