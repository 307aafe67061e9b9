//! The SQL of states and overrides.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use parking_db::{PlatformTx, Result, TenantTx};
use parking_domain::bay_state::{BayFacts, SensorFact};
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{facts, sensing};
use crate::spaces::OverrideDraft;

/// A bay and the facts its state follows from.
pub(in crate::spaces) struct Bay {
    pub(in crate::spaces) tenant_id: Uuid,
    pub(in crate::spaces) site_id: Uuid,
    pub(in crate::spaces) id: Uuid,
    pub(in crate::spaces) state: String,
    pub(in crate::spaces) facts: BayFacts,
    /// For how long a change of its sensor is held back.
    pub(in crate::spaces) window: TimeDelta,
    overrides: Vec<Uuid>,
    reservations: Vec<Uuid>,
}

impl Bay {
    /// Which facts they are, for whoever asks later.
    pub(in crate::spaces) fn evidence(&self) -> Value {
        json!({
            "sensor": self.facts.sensor, "overrides": self.overrides, "reservations": self.reservations,
        })
    }
}

/// What a bay's state has become.
pub(in crate::spaces) struct Settled {
    pub(in crate::spaces) tenant_id: Uuid,
    pub(in crate::spaces) site_id: Uuid,
    pub(in crate::spaces) id: Uuid,
    pub(in crate::spaces) change_id: Uuid,
    pub(in crate::spaces) from: String,
    pub(in crate::spaces) to: &'static str,
    pub(in crate::spaces) cause: &'static str,
    pub(in crate::spaces) due_at: Option<DateTime<Utc>>,
    pub(in crate::spaces) evidence: Value,
}

/// The tenants of bays, each with the bay.
pub(in crate::spaces) async fn of_tenants(
    conn: &mut PgConnection,
    ids: &[Uuid],
) -> Result<Vec<(Uuid, Uuid)>> {
    let rows = sqlx::query!("select tenant_id, id from spaces where id = any($1)", ids)
        .fetch_all(conn)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.tenant_id, row.id))
        .collect())
}

/// Living bays and their facts, locked in the order of their ids. The tenants are named, because
/// no index finds a bay by its id alone.
pub(in crate::spaces) async fn facts(
    conn: &mut PgConnection,
    bays: &[(Uuid, Uuid)],
    now: DateTime<Utc>,
) -> Result<Vec<Bay>> {
    let tenants: Vec<Uuid> = bays.iter().map(|(tenant, _)| *tenant).collect();
    let ids: Vec<Uuid> = bays.iter().map(|(_, id)| *id).collect();
    let bays = sqlx::query!(
        r#"select s.tenant_id, s.site_id, s.id, s.state, s.sensor_state, s.sensor_observed_at, s.sensor_stale_at,
           s.sensor_held_state, s.sensor_held_until, s.sensor_uplink_id,
           coalesce(g.debounce_window_sec, i.debounce_seconds) as "window!"
         from (select distinct * from unnest($1::uuid[], $2::uuid[]) as w (tenant_id, id)) w
         join spaces s on s.tenant_id = w.tenant_id and s.id = w.id
         join sites i on i.tenant_id = s.tenant_id and i.id = s.site_id
         left join lateral (
           select p.debounce_window_sec from display_policies p
           where p.tenant_id = s.tenant_id and p.is_active and (p.site_id = s.site_id or p.site_id is null)
           order by p.site_id nulls last limit 1) g on true
         where s.deleted_at is null order by s.id for no key update of s"#,
        &tenants,
        &ids,
    )
    .fetch_all(&mut *conn)
    .await?;
    let mut overridden = facts::overrides(&mut *conn, (&tenants, &ids), now).await?;
    let mut reserved = facts::reservations(conn, (&tenants, &ids), now).await?;
    let bays = bays.into_iter().map(|row| {
        let overrides = overridden.remove(&row.id).unwrap_or_default();
        let ids: Vec<Uuid> = overrides.iter().map(|(id, _)| *id).collect();
        let reserved = reserved.remove(&row.id).unwrap_or_default();
        let sensor = SensorFact {
            state: sensing::state(&row.sensor_state),
            observed_at: row.sensor_observed_at,
            stale_at: row.sensor_stale_at,
            held: sensing::held(row.sensor_held_state.as_deref(), row.sensor_held_until),
            uplink_id: row.sensor_uplink_id,
        };
        Bay {
            tenant_id: row.tenant_id,
            site_id: row.site_id,
            id: row.id,
            state: row.state,
            window: TimeDelta::seconds(row.window.into()),
            overrides: ids,
            reservations: reserved.iter().map(|one| one.id).collect(),
            facts: BayFacts {
                sensor,
                overrides: overrides.into_iter().map(|(_, one)| one).collect(),
                reservations: reserved.iter().map(|one| one.span).collect(),
            },
        }
    });
    Ok(bays.collect())
}

/// Since when occupied bays are, if somebody was seen to come: a bay that was put back into service with
/// a vehicle in it was taken before.
pub(in crate::spaces) async fn taken_at(
    conn: &mut PgConnection,
    bays: &[(Uuid, Uuid)],
) -> Result<HashMap<Uuid, DateTime<Utc>>> {
    let tenants: Vec<Uuid> = bays.iter().map(|(tenant, _)| *tenant).collect();
    let ids: Vec<Uuid> = bays.iter().map(|(_, id)| *id).collect();
    let rows = sqlx::query!(
        r#"select w.id as "id!", c.at as "at!"
         from (select distinct * from unnest($1::uuid[], $2::uuid[]) as w (tenant_id, id)) w
         cross join lateral (
           select c.at, c.from_state, c.to_state from state_changes c
           where c.tenant_id = w.tenant_id and c.space_id = w.id order by c.at desc, c.id desc limit 1) c
         where c.to_state = 'occupied' and c.from_state <> 'maintenance'"#,
        &tenants,
        &ids,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.at)).collect())
}

/// Writes the states of bays, and the history and an event of each change; a bay that changed several
/// times is among them as often, in order.
pub(in crate::spaces) async fn write(
    conn: &mut PgConnection,
    settled: &[Settled],
    now: DateTime<Utc>,
) -> Result<()> {
    let tenants: Vec<Uuid> = settled.iter().map(|bay| bay.tenant_id).collect();
    let sites: Vec<Uuid> = settled.iter().map(|bay| bay.site_id).collect();
    let ids: Vec<Uuid> = settled.iter().map(|bay| bay.id).collect();
    let changes: Vec<Uuid> = settled.iter().map(|bay| bay.change_id).collect();
    let before: Vec<String> = settled.iter().map(|bay| bay.from.clone()).collect();
    let after: Vec<String> = settled.iter().map(|bay| bay.to.to_owned()).collect();
    let causes: Vec<String> = settled.iter().map(|bay| bay.cause.to_owned()).collect();
    let dues: Vec<Option<DateTime<Utc>>> = settled.iter().map(|bay| bay.due_at).collect();
    let evidence: Vec<Value> = settled.iter().map(|bay| bay.evidence.clone()).collect();
    sqlx::query!(
        "with w as materialized (
           select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[],
             $8::timestamptz[], $9::jsonb[]) with ordinality
             as w (tenant_id, site_id, id, change_id, from_state, to_state, cause, due_at, evidence, place)),
         counted as (
           select tenant_id, id, max(place) as place, count(*) filter (where from_state <> to_state) as changes
           from w group by tenant_id, id),
         written as (
           update spaces s set state = w.to_state, state_due_at = w.due_at,
             state_changed_at = case when c.changes = 0 then s.state_changed_at else $10 end,
             state_sequence = s.state_sequence + c.changes
           from counted c join w on w.place = c.place where s.tenant_id = w.tenant_id and s.id = w.id
             and (c.changes > 0 or s.state_due_at is distinct from w.due_at)
           returning s.id, s.state_sequence - c.changes as sequence_before),
         remembered as (
           insert into state_changes (tenant_id, id, space_id, at, from_state, to_state, cause, evidence)
           select tenant_id, change_id, id, $10, from_state, to_state, cause, evidence from w where from_state <> to_state)
         insert into events (tenant_id, at, kind, subject_type, subject_id, payload)
         select w.tenant_id, $10, 'space.state_changed', 'space', w.id::text,
           jsonb_build_object('site_id', w.site_id, 'from', w.from_state, 'to', w.to_state, 'cause', w.cause,
             'change_id', w.change_id,
             'sequence', s.sequence_before + row_number() over (partition by w.id order by w.place))
         from w join written s on s.id = w.id where w.from_state <> w.to_state order by w.place",
        &tenants,
        &sites,
        &ids,
        &changes,
        &before,
        &after,
        &causes,
        &dues as &[Option<DateTime<Utc>>],
        &evidence,
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Living bays whose time has come, of any tenant, locked.
pub(in crate::spaces) async fn due(
    tx: &mut PlatformTx,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<(Uuid, Uuid)>> {
    let rows = sqlx::query!(
        "select tenant_id, id from spaces where state_due_at <= $1 and deleted_at is null
         order by state_due_at limit $2 for no key update skip locked",
        now,
        limit
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.tenant_id, row.id))
        .collect())
}

pub(in crate::spaces) async fn insert_override(
    tx: &mut TenantTx,
    (id, space): (Uuid, Uuid),
    (draft, maker): (&OverrideDraft, &str),
    now: DateTime<Utc>,
) -> Result<()> {
    let tenant = tx.tenant().0;
    sqlx::query!(
        "insert into overrides (tenant_id, id, space_id, kind, starts_at, ends_at, reason, notes, created_by, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        tenant,
        id,
        space,
        draft.kind.name(),
        draft.starts_at,
        draft.ends_at,
        draft.reason,
        draft.notes,
        maker,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Whether one of these bays, or the tenant, has more overrides that are not over than that. Whoever
/// asks holds the bays.
pub(in crate::spaces) async fn is_full(
    tx: &mut TenantTx,
    bays: &[Uuid],
    (of_bay_max, of_tenant_max): (i64, i64),
    now: DateTime<Utc>,
) -> Result<bool> {
    let is_full = sqlx::query_scalar!(
        r#"select exists (
               select from overrides o where o.space_id = any($1) and o.lifted_at is null and (o.ends_at is null or o.ends_at > $4)
               group by o.space_id having count(*) > $2)
             or (select count(*) from (
               select from overrides o where o.lifted_at is null and (o.ends_at is null or o.ends_at > $4) limit $3::bigint + 1) open) > $3::bigint
             as "is_full!""#,
        bays,
        of_bay_max,
        of_tenant_max,
        now,
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(is_full)
}

/// Lifts what overrides a bay now or later, and says how many that were.
pub(in crate::spaces) async fn lift_overrides(
    tx: &mut TenantTx,
    space: Uuid,
    maker: &str,
    now: DateTime<Utc>,
) -> Result<u64> {
    let done = sqlx::query!(
        "update overrides set lifted_at = $2, lifted_by = $3, version = version + 1
         where space_id = $1 and lifted_at is null and (ends_at is null or ends_at > $2)",
        space,
        now,
        maker
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected())
}
