//! The SQL of what lamps depend on.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use parking_db::Result;
use parking_domain::bay_state::{BayFacts, Held, Override, SensorFact, SensorState, Span};
use parking_domain::lamps::{Emergency, LampFacts, LastChange, Policy};
use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

use super::{PolicyRow, SETTINGS};
use crate::display_policies::Effective;

/// Living bays with what is known of their sensors and the emergencies of their sites, in the order
/// of their ids; nothing yet of what lies in other tables.
pub(in crate::display_policies) async fn bays(
    conn: &mut PgConnection,
    spaces: &[(Uuid, Uuid)],
) -> Result<Vec<Effective>> {
    let (tenants, ids): (Vec<Uuid>, Vec<Uuid>) = spaces.iter().copied().unzip();
    let rows = sqlx::query!(
        "select s.tenant_id, s.site_id, s.id, s.sensor_state, s.sensor_observed_at, s.sensor_stale_at,
           s.sensor_held_state, s.sensor_held_until, s.sensor_uplink_id, i.emergency
         from unnest($1::uuid[], $2::uuid[]) as w (tenant_id, id)
         join spaces s on s.tenant_id = w.tenant_id and s.id = w.id
         join sites i on i.tenant_id = s.tenant_id and i.id = s.site_id
         where s.deleted_at is null order by s.id",
        &tenants,
        &ids
    )
    .fetch_all(conn)
    .await?;
    let bays = rows.into_iter().map(|row| {
        let held = row.sensor_held_state.zip(row.sensor_held_until);
        Effective {
            tenant_id: row.tenant_id,
            site_id: row.site_id,
            space_id: row.id,
            policy: Arc::default(),
            facts: LampFacts {
                bay: BayFacts {
                    sensor: SensorFact {
                        state: sensed(&row.sensor_state),
                        observed_at: row.sensor_observed_at,
                        stale_at: row.sensor_stale_at,
                        held: held.map(|(state, until)| Held {
                            state: sensed(&state),
                            until,
                        }),
                        uplink_id: row.sensor_uplink_id,
                    },
                    ..BayFacts::default()
                },
                emergency: row.emergency.as_deref().and_then(Emergency::named),
                ..LampFacts::default()
            },
        }
    });
    Ok(bays.collect())
}

fn sensed(name: &str) -> SensorState {
    name.parse().unwrap_or_default()
}

/// What overrides bays now or later.
pub(in crate::display_policies) async fn overrides(
    conn: &mut PgConnection,
    spaces: &[(Uuid, Uuid)],
    now: DateTime<Utc>,
) -> Result<HashMap<Uuid, Vec<Override>>> {
    let (tenants, ids): (Vec<Uuid>, Vec<Uuid>) = spaces.iter().copied().unzip();
    let rows = sqlx::query!(
        "select o.space_id, o.kind, o.starts_at, o.ends_at
         from unnest($1::uuid[], $2::uuid[]) as w (tenant_id, id)
         join overrides o on o.tenant_id = w.tenant_id and o.space_id = w.id
         where o.lifted_at is null and (o.ends_at is null or o.ends_at > $3)",
        &tenants,
        &ids,
        now
    )
    .fetch_all(conn)
    .await?;
    let mut of_bay: HashMap<Uuid, Vec<Override>> = HashMap::new();
    for row in rows {
        let Ok(kind) = row.kind.parse() else { continue };
        let span = Span {
            from: row.starts_at,
            until: row.ends_at,
        };
        let overrides = of_bay.entry(row.space_id).or_default();
        overrides.push(Override { kind, span });
    }
    Ok(of_bay)
}

/// When each bay is reserved next, a few times, and those of the times for which somebody has checked in.
pub(in crate::display_policies) async fn reservations(
    conn: &mut PgConnection,
    spaces: &[(Uuid, Uuid)],
    now: DateTime<Utc>,
) -> Result<HashMap<Uuid, (Vec<Span>, Vec<Span>)>> {
    let (tenants, ids): (Vec<Uuid>, Vec<Uuid>) = spaces.iter().copied().unzip();
    let rows = sqlx::query!(
        r#"select w.id as "id!", r.start_time as "start_time!", r.end_time as "end_time!", r.is_checked_in as "is_checked_in!"
         from unnest($1::uuid[], $2::uuid[]) as w (tenant_id, id)
         cross join lateral (
           select r.start_time, r.end_time, r.checked_in_at is not null as is_checked_in from reservations r
           where r.tenant_id = w.tenant_id and r.space_id = w.id and r.status in ('pending', 'confirmed')
             and r.end_time > $3
           order by r.blocks_from limit 4) r"#,
        &tenants,
        &ids,
        now
    )
    .fetch_all(conn)
    .await?;
    let mut of_bay: HashMap<Uuid, (Vec<Span>, Vec<Span>)> = HashMap::new();
    for row in rows {
        let span = Span {
            from: row.start_time,
            until: Some(row.end_time),
        };
        let (all, checked_in) = of_bay.entry(row.id).or_default();
        all.push(span);
        if row.is_checked_in {
            checked_in.push(span);
        }
    }
    Ok(of_bay)
}

/// The last change of each bay's state that was written down.
pub(in crate::display_policies) async fn last_changes(
    conn: &mut PgConnection,
    spaces: &[(Uuid, Uuid)],
) -> Result<HashMap<Uuid, LastChange>> {
    if spaces.is_empty() {
        return Ok(HashMap::new());
    }
    let (tenants, ids): (Vec<Uuid>, Vec<Uuid>) = spaces.iter().copied().unzip();
    let rows = sqlx::query!(
        r#"select w.id as "id!", c.from_state, c.to_state, c.at from unnest($1::uuid[], $2::uuid[]) as w (tenant_id, id)
         cross join lateral (
           select from_state, to_state, at from state_changes c
           where c.tenant_id = w.tenant_id and c.space_id = w.id order by c.at desc, c.id desc limit 1) c"#,
        &tenants,
        &ids
    )
    .fetch_all(conn)
    .await?;
    let changes = rows.into_iter().filter_map(|row| {
        let (from, to) = (row.from_state.parse().ok()?, row.to_state.parse().ok()?);
        let at = row.at;
        Some((row.id, LastChange { from, to, at }))
    });
    Ok(changes.collect())
}

/// The active policies of tenants, each with its tenant and, unless it is for all, its site.
pub(in crate::display_policies) async fn active(
    conn: &mut PgConnection,
    tenants: &[Uuid],
) -> Result<Vec<(Uuid, Option<Uuid>, Policy)>> {
    let query = format!(
        "select p.tenant_id, p.site_id, {SETTINGS} from display_policies p where p.is_active and p.tenant_id = any($1)"
    );
    let rows: Vec<PolicyRow> = sqlx::query_as(AssertSqlSafe(query))
        .bind(tenants)
        .fetch_all(conn)
        .await?;
    let policies = rows.into_iter();
    Ok(policies
        .map(|row| (row.tenant_id, row.site_id, row.policy))
        .collect())
}

/// The living bays that a policy of a site, or of all sites of a tenant, would govern, by site and
/// code.
pub(in crate::display_policies) async fn governed(
    conn: &mut PgConnection,
    tenant: Uuid,
    site: Option<Uuid>,
) -> Result<Vec<Governed>> {
    let bays = sqlx::query_as!(
        Governed,
        r#"select s.id, s.code, s.site_id, i.name as site_name,
             exists (select from device_assignments a where a.tenant_id = s.tenant_id and a.space_id = s.id
               and a.role = 'display' and a.unassigned_at is null) as "has_display!"
           from spaces s join sites i on i.tenant_id = s.tenant_id and i.id = s.site_id
           where s.tenant_id = $1 and s.deleted_at is null and ($2::uuid is null or s.site_id = $2)
             and ($2::uuid is not null or not exists (select from display_policies p
               where p.tenant_id = s.tenant_id and p.site_id = s.site_id and p.is_active))
           order by lower(i.name), s.site_id, s.code_order, s.id"#,
        tenant,
        site
    )
    .fetch_all(conn)
    .await?;
    Ok(bays)
}

/// A bay that a policy governs.
#[derive(Debug)]
pub(in crate::display_policies) struct Governed {
    pub(in crate::display_policies) id: Uuid,
    pub(in crate::display_policies) code: String,
    pub(in crate::display_policies) site_id: Uuid,
    pub(in crate::display_policies) site_name: String,
    pub(in crate::display_policies) has_display: bool,
}
