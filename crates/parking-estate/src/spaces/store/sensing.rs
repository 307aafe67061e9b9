//! The SQL of what sensors say.

use chrono::{DateTime, Utc};
use parking_db::{PlatformTx, Result, TenantTx};
use uuid::Uuid;

use crate::spaces::Sensed;

/// Writes sensor facts that are newer than what is known, and says of which bays and by which
/// messages. Bays are locked in the order of their ids, as everybody locks them.
pub(in crate::spaces) async fn write(
    tx: &mut PlatformTx,
    messages: &[Sensed],
) -> Result<Vec<(Uuid, Uuid)>> {
    let tenants: Vec<Uuid> = messages.iter().map(|one| one.tenant_id).collect();
    let ids: Vec<Uuid> = messages.iter().map(|one| one.space_id).collect();
    let states: Vec<Option<String>> = messages
        .iter()
        .map(|one| one.state.map(|state| state.name().to_owned()))
        .collect();
    let ats: Vec<DateTime<Utc>> = messages.iter().map(|one| one.at).collect();
    let stale: Vec<Option<DateTime<Utc>>> = messages.iter().map(Sensed::stale_at).collect();
    let uplinks: Vec<Uuid> = messages.iter().map(|one| one.uplink_id).collect();
    let counted = sqlx::query!(
        r#"with w as materialized (
             select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[], $5::timestamptz[], $6::uuid[])
               as w (tenant_id, id, state, at, stale_at, uplink_id)),
           held as materialized (
             select s.tenant_id, s.id from spaces s join w on w.tenant_id = s.tenant_id and w.id = s.id
             where s.deleted_at is null order by s.id for no key update of s)
           update spaces s set
             sensor_state = coalesce(w.state, s.sensor_state),
             sensor_observed_at = case when w.state is null then s.sensor_observed_at else w.at end,
             sensor_uplink_id = case when w.state is null then s.sensor_uplink_id else w.uplink_id end,
             sensor_stale_at = case when w.state is null then greatest(s.sensor_stale_at, w.stale_at) else w.stale_at end
           from w join held on held.tenant_id = w.tenant_id and held.id = w.id
           where s.tenant_id = w.tenant_id and s.id = w.id
             -- A sign of life keeps alive what is believed; what is no longer believed it does not revive.
             and case when w.state is null then s.sensor_stale_at > w.at
               else s.sensor_observed_at is null or s.sensor_observed_at <= w.at end
           returning s.id, w.uplink_id as "uplink_id!""#,
        &tenants,
        &ids,
        &states as &[Option<String>],
        &ats,
        &stale as &[Option<DateTime<Utc>>],
        &uplinks,
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(counted
        .into_iter()
        .map(|row| (row.id, row.uplink_id))
        .collect())
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
