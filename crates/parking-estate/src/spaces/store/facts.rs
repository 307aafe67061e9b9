//! The SQL of the facts of bays: of those that are held to settle their states, and of those that are
//! only looked at.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use parking_db::Result;
use parking_domain::bay_state::{BayFacts, Override, OverrideKind, SensorFact, Span};
use parking_domain::lamps::Emergency;
use sqlx::PgConnection;
use uuid::Uuid;

use super::sensing;
use crate::spaces::Known;

/// A reservation that blocks a bay and is not over.
pub(super) struct Reserved {
    pub(super) id: Uuid,
    pub(super) span: Span,
    pub(super) is_checked_in: bool,
}

/// Living bays and their facts, in the order of their ids.
pub(in crate::spaces) async fn known(
    conn: &mut PgConnection,
    bays: &[(Uuid, Uuid)],
    now: DateTime<Utc>,
) -> Result<Vec<Known>> {
    let (tenants, ids): (Vec<Uuid>, Vec<Uuid>) = bays.iter().copied().unzip();
    let rows = sqlx::query!(
        "select s.tenant_id, s.site_id, s.id, s.sensor_state, s.sensor_observed_at, s.sensor_stale_at,
           s.sensor_held_state, s.sensor_held_until, s.sensor_uplink_id, i.emergency
         from (select distinct * from unnest($1::uuid[], $2::uuid[]) as w (tenant_id, id)) w
         join spaces s on s.tenant_id = w.tenant_id and s.id = w.id
         join sites i on i.tenant_id = s.tenant_id and i.id = s.site_id
         where s.deleted_at is null order by s.id",
        &tenants,
        &ids
    )
    .fetch_all(&mut *conn)
    .await?;
    let mut overridden = overrides(&mut *conn, (&tenants, &ids), now).await?;
    let mut reserved = reservations(conn, (&tenants, &ids), now).await?;
    let known = rows.into_iter().map(|row| {
        let overrides = overridden.remove(&row.id).unwrap_or_default();
        let reserved = reserved.remove(&row.id).unwrap_or_default();
        let checked_in = reserved.iter().filter(|one| one.is_checked_in);
        Known {
            tenant_id: row.tenant_id,
            site_id: row.site_id,
            id: row.id,
            checked_in: checked_in.map(|one| one.span).collect(),
            emergency: row.emergency.as_deref().and_then(Emergency::named),
            facts: BayFacts {
                sensor: SensorFact {
                    state: sensing::state(&row.sensor_state),
                    observed_at: row.sensor_observed_at,
                    stale_at: row.sensor_stale_at,
                    held: sensing::held(row.sensor_held_state.as_deref(), row.sensor_held_until),
                    uplink_id: row.sensor_uplink_id,
                },
                overrides: overrides.into_iter().map(|(_, one)| one).collect(),
                reservations: reserved.iter().map(|one| one.span).collect(),
            },
        }
    });
    Ok(known.collect())
}

/// What overrides each bay now or later, with which override it is.
pub(super) async fn overrides(
    conn: &mut PgConnection,
    (tenants, ids): (&[Uuid], &[Uuid]),
    now: DateTime<Utc>,
) -> Result<HashMap<Uuid, Vec<(Uuid, Override)>>> {
    let rows = sqlx::query!(
        "select o.id, o.space_id, o.kind, o.starts_at, o.ends_at
         from (select distinct * from unnest($1::uuid[], $2::uuid[]) as w (tenant_id, id)) w
         join overrides o on o.tenant_id = w.tenant_id and o.space_id = w.id
         where o.lifted_at is null and (o.ends_at is null or o.ends_at > $3) order by o.starts_at",
        tenants,
        ids,
        now
    )
    .fetch_all(conn)
    .await?;
    let mut of_bay: HashMap<Uuid, Vec<(Uuid, Override)>> = HashMap::new();
    for row in rows {
        let kind = match row.kind.as_str() {
            "blocked" => OverrideKind::Blocked,
            _ => OverrideKind::OutOfService,
        };
        let span = Span {
            from: row.starts_at,
            until: row.ends_at,
        };
        let one = (row.id, Override { kind, span });
        of_bay.entry(row.space_id).or_default().push(one);
    }
    Ok(of_bay)
}

/// Of each bay the next reservations that block it and are not over, a few of them: the state follows
/// from the first, and is computed again before the last has begun.
pub(super) async fn reservations(
    conn: &mut PgConnection,
    (tenants, ids): (&[Uuid], &[Uuid]),
    now: DateTime<Utc>,
) -> Result<HashMap<Uuid, Vec<Reserved>>> {
    let rows = sqlx::query!(
        r#"select r.id as "id!", w.id as "space_id!", r.start_time as "start_time!", r.end_time as "end_time!",
             r.is_checked_in as "is_checked_in!"
         from (select distinct * from unnest($1::uuid[], $2::uuid[]) as w (tenant_id, id)) w
         cross join lateral (
           select r.id, r.start_time, r.end_time, r.checked_in_at is not null as is_checked_in from reservations r
           where r.tenant_id = w.tenant_id and r.space_id = w.id and r.status in ('pending', 'confirmed')
             and r.end_time > $3
           order by r.blocks_from limit 4) r
         order by r.start_time"#,
        tenants,
        ids,
        now
    )
    .fetch_all(conn)
    .await?;
    let mut of_bay: HashMap<Uuid, Vec<Reserved>> = HashMap::new();
    for row in rows {
        of_bay.entry(row.space_id).or_default().push(Reserved {
            id: row.id,
            span: Span {
                from: row.start_time,
                until: Some(row.end_time),
            },
            is_checked_in: row.is_checked_in,
        });
    }
    Ok(of_bay)
}
