//! How the bays of a site stood, reckoned back from how they stand.

use chrono::{DateTime, Utc};
use parking_db::Result;
use sqlx::PgConnection;
use uuid::Uuid;

/// Whether a site is there and not deleted.
pub(in crate::spaces) async fn has_site(conn: &mut PgConnection, id: Uuid) -> Result<bool> {
    let found = sqlx::query_scalar!(
        "select id from sites where id = $1 and deleted_at is null",
        id
    );
    Ok(found.fetch_optional(conn).await?.is_some())
}

/// How many bays are in a state, or how many changed to it from another one within a step of time.
#[derive(Clone, Debug)]
pub(in crate::spaces) struct Turn {
    /// The step, counted from the first; none for the bays as they are now.
    pub(in crate::spaces) step: Option<i32>,
    /// What they were before; none for the bays as they are now.
    pub(in crate::spaces) from_state: Option<String>,
    pub(in crate::spaces) to_state: String,
    pub(in crate::spaces) count: i64,
}

/// The bays of a site as they are, and how they changed since. One statement, so that both are of
/// one moment; bay by bay, because changes are found by their bay and by nothing else.
pub(in crate::spaces) async fn turns(
    conn: &mut PgConnection,
    site: Uuid,
    since: DateTime<Utc>,
    step_seconds: i32,
) -> Result<Vec<Turn>> {
    let turns = sqlx::query_as!(
        Turn,
        r#"with bays as (
             select tenant_id, id, state from spaces where site_id = $1 and deleted_at is null
           )
           select null::int as step, null::text as from_state, state as "to_state!", count(*) as "count!"
           from bays group by state
           union all
           select c.step, c.from_state, c.to_state, count(*)
           from bays cross join lateral (
             select floor(extract(epoch from s.at - $2) / $3::int)::int as step, s.from_state, s.to_state
             from state_changes s where s.tenant_id = bays.tenant_id and s.space_id = bays.id and s.at > $2
             offset 0
           ) c
           group by c.step, c.from_state, c.to_state"#,
        site,
        since,
        step_seconds
    )
    .fetch_all(conn)
    .await?;
    Ok(turns)
}
