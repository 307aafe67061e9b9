//! The SQL of what sensors say.

use chrono::{DateTime, TimeDelta, Utc};
use parking_db::{PlatformTx, Result, TenantTx};
use parking_domain::bay_state::{Held, SensorFact, SensorState};
use uuid::Uuid;

use crate::spaces::Sensed;

/// What is known of a bay's sensor.
pub(in crate::spaces) struct Known {
    pub(in crate::spaces) id: Uuid,
    pub(in crate::spaces) fact: SensorFact,
    /// For how long a change of it is held back.
    pub(in crate::spaces) window: TimeDelta,
}

/// The living ones of the bays that messages are about, locked in the order of their ids, as
/// everybody locks them.
pub(in crate::spaces) async fn lock(
    tx: &mut PlatformTx,
    messages: &[Sensed],
) -> Result<Vec<Known>> {
    let tenants: Vec<Uuid> = messages.iter().map(|one| one.tenant_id).collect();
    let ids: Vec<Uuid> = messages.iter().map(|one| one.space_id).collect();
    let rows = sqlx::query!(
        "select s.id, s.sensor_state, s.sensor_observed_at, s.sensor_stale_at, s.sensor_held_state, s.sensor_held_until,
           s.sensor_uplink_id, i.debounce_seconds
         from unnest($1::uuid[], $2::uuid[]) as w (tenant_id, id)
         join spaces s on s.tenant_id = w.tenant_id and s.id = w.id
         join sites i on i.tenant_id = s.tenant_id and i.id = s.site_id
         where s.deleted_at is null order by s.id for no key update of s",
        &tenants,
        &ids,
    )
    .fetch_all(tx.conn())
    .await?;
    let known = rows.into_iter().map(|row| Known {
        id: row.id,
        fact: SensorFact {
            state: state(&row.sensor_state),
            observed_at: row.sensor_observed_at,
            stale_at: row.sensor_stale_at,
            held: held(row.sensor_held_state.as_deref(), row.sensor_held_until),
            uplink_id: row.sensor_uplink_id,
        },
        window: TimeDelta::seconds(row.debounce_seconds.into()),
    });
    Ok(known.collect())
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

/// Writes what is known of sensors after messages.
pub(in crate::spaces) async fn write(
    tx: &mut PlatformTx,
    counted: &[(&Sensed, SensorFact)],
) -> Result<()> {
    macro_rules! column {
        ($of:expr) => {
            counted.iter().map($of).collect::<Vec<_>>()
        };
    }
    let states: Vec<String> = column!(|(_, fact)| fact.state.name().to_owned());
    let held: Vec<Option<String>> =
        column!(|(_, fact)| fact.held.map(|held| held.state.name().to_owned()));
    sqlx::query!(
        "update spaces s set sensor_state = w.state, sensor_observed_at = w.observed_at, sensor_stale_at = w.stale_at,
           sensor_held_state = w.held_state, sensor_held_until = w.held_until,
           sensor_uplink_id = w.uplink_id
         from unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[], $5::timestamptz[], $6::text[], $7::timestamptz[],
           $8::uuid[]) as w (tenant_id, id, state, observed_at, stale_at, held_state, held_until, uplink_id)
         where s.tenant_id = w.tenant_id and s.id = w.id",
        &column!(|(message, _)| message.tenant_id),
        &column!(|(message, _)| message.space_id),
        &states,
        &column!(|(_, fact)| fact.observed_at) as &[Option<DateTime<Utc>>],
        &column!(|(_, fact)| fact.stale_at) as &[Option<DateTime<Utc>>],
        &held as &[Option<String>],
        &column!(|(_, fact)| fact.held.map(|held| held.until)) as &[Option<DateTime<Utc>>],
        &column!(|(_, fact)| fact.uplink_id) as &[Option<Uuid>],
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(in crate::spaces) async fn living(tx: &mut TenantTx, ids: &[Uuid]) -> Result<usize> {
    let found = sqlx::query_scalar!(
        "select id from spaces where id = any($1) and deleted_at is null",
        ids
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(found.len())
}
