//! The SQL of what was known of a bay. The tenant stands in each statement, because with the
//! platform's tenant selected no policy says whose rows are wanted.

use chrono::{DateTime, Utc};
use parking_db::Result;
use parking_domain::bay_state::SensorFact;
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

/// A bay, for what it is called.
#[derive(Debug)]
pub(super) struct Bay {
    pub(super) tenant_id: Uuid,
    pub(super) id: Uuid,
    pub(super) site_id: Uuid,
    pub(super) code: String,
    pub(super) created_at: DateTime<Utc>,
    /// What all lamps of its site show now.
    pub(super) emergency: Option<String>,
    pub(super) emergency_since: Option<DateTime<Utc>>,
    pub(super) emergency_by: Option<String>,
    pub(super) emergency_reason: Option<String>,
}

/// What overrode a bay, then or later.
#[derive(Debug)]
pub(super) struct Overriding {
    pub(super) id: Uuid,
    pub(super) kind: String,
    pub(super) starts_at: DateTime<Utc>,
    pub(super) ends_at: Option<DateTime<Utc>>,
    pub(super) reason: String,
    pub(super) notes: Option<String>,
    pub(super) created_by: Option<String>,
    pub(super) created_at: DateTime<Utc>,
    pub(super) lifted_at: Option<DateTime<Utc>>,
    pub(super) lifted_by: Option<String>,
}

/// A device that served a bay.
#[derive(Debug)]
pub(super) struct Serving {
    pub(super) device_id: Uuid,
    pub(super) dev_eui: String,
    pub(super) name: Option<String>,
    pub(super) role: String,
    pub(super) assigned_at: DateTime<Utc>,
    pub(super) unassigned_at: Option<DateTime<Utc>>,
}

/// A change of a bay's state.
#[derive(Debug)]
pub(super) struct Change {
    pub(super) id: Uuid,
    pub(super) at: DateTime<Utc>,
    pub(super) from_state: String,
    pub(super) to_state: String,
    pub(super) cause: String,
    pub(super) evidence: Value,
}

pub(super) async fn bay(conn: &mut PgConnection, space: Uuid) -> Result<Option<Bay>> {
    let bay = sqlx::query_as!(
        Bay,
        "select s.tenant_id, s.id, s.site_id, s.code, s.created_at, i.emergency, i.emergency_since, i.emergency_by,
           i.emergency_reason
         from spaces s join sites i on i.tenant_id = s.tenant_id and i.id = s.site_id where s.id = $1",
        space
    )
    .fetch_optional(conn)
    .await?;
    Ok(bay)
}

/// What was known of a bay's sensor at a moment: what the message left behind that was acted on
/// last, unless its sensor was taken off since. Of a time whose messages are gone, what the last
/// change of state remembers.
pub(super) async fn sensor(
    conn: &mut PgConnection,
    (tenant, space): (Uuid, Uuid),
    at: DateTime<Utc>,
) -> Result<SensorFact> {
    let forgotten_at = sqlx::query_scalar!(
        "select max(unassigned_at) from device_assignments
         where tenant_id = $1 and space_id = $2 and role = 'sensor' and unassigned_at <= $3",
        tenant,
        space,
        at
    )
    .fetch_one(&mut *conn)
    .await?;
    // Messages of one device are acted on in the order they came, those of several nearly so.
    let left_behind = sqlx::query_scalar!(
        r#"select sensor_fact as "fact!" from (
             select id, received_at, acted_at, sensor_fact from uplinks
             where tenant_id = $1 and space_id = $2 and at <= $3 and acted_at <= $3 and sensor_fact is not null
             order by id desc limit 20) u
           where $4::timestamptz is null or acted_at > $4
           order by acted_at desc, received_at desc, id desc limit 1"#,
        tenant,
        space,
        at,
        forgotten_at
    )
    .fetch_optional(&mut *conn)
    .await?;
    if let Some(fact) = left_behind {
        return Ok(serde_json::from_value(fact).unwrap_or_default());
    }
    let remembered = sqlx::query_scalar!(
        "select evidence -> 'sensor' from state_changes
         where tenant_id = $1 and space_id = $2 and at <= $3 and ($4::timestamptz is null or at >= $4)
         order by at desc, id desc limit 1",
        tenant,
        space,
        at,
        forgotten_at
    )
    .fetch_optional(conn)
    .await?;
    let remembered = remembered.flatten().unwrap_or_default();
    Ok(serde_json::from_value(remembered).unwrap_or_default())
}

/// What overrode a bay at a moment, or was to later, as far as was known then.
pub(super) async fn overrides(
    conn: &mut PgConnection,
    (tenant, space): (Uuid, Uuid),
    at: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<Overriding>> {
    let overrides = sqlx::query_as!(
        Overriding,
        "select id, kind, starts_at, ends_at, reason, notes, created_by, created_at, lifted_at, lifted_by from overrides
         where tenant_id = $1 and space_id = $2 and created_at <= $3 and (lifted_at is null or lifted_at > $3)
           and (ends_at is null or ends_at > $3)
         order by created_at desc limit $4",
        tenant,
        space,
        at,
        limit
    )
    .fetch_all(conn)
    .await?;
    Ok(overrides)
}

/// The devices that served a bay at a moment.
pub(super) async fn serving(
    conn: &mut PgConnection,
    (tenant, space): (Uuid, Uuid),
    at: DateTime<Utc>,
) -> Result<Vec<Serving>> {
    let serving = sqlx::query_as!(
        Serving,
        "select a.device_id, d.dev_eui, d.name, a.role, a.assigned_at, a.unassigned_at
         from device_assignments a join devices d on d.tenant_id = a.tenant_id and d.id = a.device_id
         where a.tenant_id = $1 and a.space_id = $2 and a.assigned_at <= $3
           and (a.unassigned_at is null or a.unassigned_at > $3)
         order by a.role desc, a.assigned_at",
        tenant,
        space,
        at
    )
    .fetch_all(conn)
    .await?;
    Ok(serving)
}

/// The last changes of a bay's state up to a moment and the next ones after it, the newest first.
pub(super) async fn changes(
    conn: &mut PgConnection,
    (tenant, space): (Uuid, Uuid),
    at: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<Change>> {
    let changes = sqlx::query_as!(
        Change,
        r#"select id as "id!", at as "at!", from_state as "from_state!", to_state as "to_state!", cause as "cause!",
             evidence as "evidence!"
           from (
             (select * from state_changes where tenant_id = $1 and space_id = $2 and at <= $3
              order by at desc, id desc limit $4)
             union all
             (select * from state_changes where tenant_id = $1 and space_id = $2 and at > $3
              order by at, id limit $4)) around_it
           order by at desc, id desc"#,
        tenant,
        space,
        at,
        limit
    )
    .fetch_all(conn)
    .await?;
    Ok(changes)
}
