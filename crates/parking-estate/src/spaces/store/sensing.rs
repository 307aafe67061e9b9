//! The SQL of what sensors say.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use parking_db::{PlatformTx, Result, TenantTx};
use parking_domain::bay_state::{Held, SensorState};
use sqlx::PgConnection;
use uuid::Uuid;

use super::state::Bay;
use crate::spaces::Sensed;

/// Which devices watch which bays at this moment, of those that messages are from, and since when.
pub(in crate::spaces) async fn watching(
    tx: &mut PlatformTx,
    messages: &[Sensed],
) -> Result<HashMap<(Uuid, Uuid, Uuid), DateTime<Utc>>> {
    let named = || messages.iter().filter(|one| one.device_id.is_some());
    let tenants: Vec<Uuid> = named().map(|one| one.tenant_id).collect();
    let devices: Vec<Uuid> = named().filter_map(|one| one.device_id).collect();
    let rows = sqlx::query!(
        "select a.tenant_id, a.device_id, a.space_id, a.assigned_at
         from (select distinct * from unnest($1::uuid[], $2::uuid[]) as w (tenant_id, device_id)) w
         join device_assignments a on a.tenant_id = w.tenant_id and a.device_id = w.device_id
           and a.role = 'sensor' and a.unassigned_at is null",
        &tenants,
        &devices,
    )
    .fetch_all(tx.conn())
    .await?;
    let watching = rows.into_iter().map(|row| {
        let which = (row.tenant_id, row.device_id, row.space_id);
        (which, row.assigned_at)
    });
    Ok(watching.collect())
}

/// What a sensor says, by its name in the database.
pub(super) fn state(name: &str) -> SensorState {
    name.parse().unwrap_or(SensorState::Unknown)
}

/// A change that is held back, as the database keeps it.
pub(super) fn held(name: Option<&str>, until: Option<DateTime<Utc>>) -> Option<Held> {
    let (name, until) = name.zip(until)?;
    let state = state(name);
    Some(Held { state, until })
}

/// Writes what is known of the sensors of bays.
pub(in crate::spaces) async fn write(tx: &mut PlatformTx, bays: &[&Bay]) -> Result<()> {
    macro_rules! column {
        ($of:expr) => {
            bays.iter().map($of).collect::<Vec<_>>()
        };
    }
    let states: Vec<String> = column!(|bay| bay.facts.sensor.state.name().to_owned());
    let held: Vec<Option<String>> =
        column!(|bay| (bay.facts.sensor.held).map(|held| held.state.name().to_owned()));
    sqlx::query!(
        "update spaces s set sensor_state = w.state, sensor_observed_at = w.observed_at, sensor_stale_at = w.stale_at,
           sensor_held_state = w.held_state, sensor_held_until = w.held_until,
           sensor_uplink_id = w.uplink_id
         from unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[], $5::timestamptz[], $6::text[], $7::timestamptz[],
           $8::uuid[]) as w (tenant_id, id, state, observed_at, stale_at, held_state, held_until, uplink_id)
         where s.tenant_id = w.tenant_id and s.id = w.id",
        &column!(|bay| bay.tenant_id),
        &column!(|bay| bay.id),
        &states,
        &column!(|bay| bay.facts.sensor.observed_at) as &[Option<DateTime<Utc>>],
        &column!(|bay| bay.facts.sensor.stale_at) as &[Option<DateTime<Utc>>],
        &held as &[Option<String>],
        &column!(|bay| bay.facts.sensor.held.map(|held| held.until)) as &[Option<DateTime<Utc>>],
        &column!(|bay| bay.facts.sensor.uplink_id) as &[Option<Uuid>],
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(in crate::spaces) async fn living(tx: &mut TenantTx, ids: &[Uuid]) -> Result<HashSet<Uuid>> {
    let found = sqlx::query_scalar!(
        "select id from spaces where id = any($1) and deleted_at is null",
        ids
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(found.into_iter().collect())
}

/// The bays of these codes, by the places of what is asked for.
pub(in crate::spaces) async fn coded(
    conn: &mut PgConnection,
    tenant: Uuid,
    asked: &[(Option<&str>, &str)],
) -> Result<Vec<(usize, Uuid)>> {
    let sites: Vec<Option<String>> = asked
        .iter()
        .map(|(site, _)| site.map(str::to_owned))
        .collect();
    let codes: Vec<String> = asked.iter().map(|(_, code)| (*code).to_owned()).collect();
    let rows = sqlx::query!(
        r#"select w.place as "place!", s.id
           from unnest($2::text[], $3::text[]) with ordinality as w (site, code, place)
           join sites i on i.tenant_id = $1 and (w.site is null or i.slug = w.site or i.id::text = lower(w.site))
           join spaces s on s.tenant_id = $1 and s.site_id = i.id and lower(s.code) = lower(w.code)
           where s.deleted_at is null"#,
        tenant,
        &sites as &[Option<String>],
        &codes,
    )
    .fetch_all(conn)
    .await?;
    let place = |place: i64| usize::try_from(place - 1).unwrap_or_default();
    Ok(rows
        .into_iter()
        .map(|row| (place(row.place), row.id))
        .collect())
}
