//! The SQL of calendars: which reservations one shows, and since when each is what it says.

use chrono::{DateTime, Utc};
use parking_db::Result;
use sqlx::{AssertSqlSafe, FromRow, PgConnection, QueryBuilder};
use uuid::Uuid;

use super::{FROM, Filter, SELECT};
use crate::reservations::Reservation;

/// Which reservations a calendar shows.
#[derive(Clone, Debug)]
pub struct OfCalendar {
    /// Of this site.
    pub site: Option<Uuid>,
    /// Of this bay.
    pub space: Option<Uuid>,
    /// Of this person.
    pub person: Option<String>,
    /// Those that are not over at this instant; what was called off before it is left out.
    pub since: DateTime<Utc>,
    /// How many.
    pub limit: usize,
}

/// A reservation of a calendar.
#[derive(Clone, Copy, Debug, FromRow)]
pub struct Shown {
    /// Its identity.
    pub id: Uuid,
    /// How often it was changed.
    pub version: i64,
    /// When it, its bay or their site was changed last.
    pub modified_at: DateTime<Utc>,
}

const SHOWN: &str =
    "select r.id, r.version, greatest(r.updated_at, s.updated_at, i.updated_at) as modified_at";

/// What a calendar shows, in the order of ids: what is not over, that begins first, and as far as there is
/// room then what is over, that began last.
pub async fn of_calendar(
    conn: &mut PgConnection,
    wanted: &OfCalendar,
    now: DateTime<Utc>,
) -> Result<Vec<Shown>> {
    let mut shown: Vec<Shown> = Vec::new();
    for is_over in [false, true] {
        let filter = Filter {
            site: wanted.site,
            space: wanted.space,
            from: Some(if is_over { wanted.since } else { now }),
            person: wanted.person.clone(),
            ..Filter::default()
        };
        let mut query = QueryBuilder::new(SHOWN);
        query.push(FROM);
        filter.push_onto(&mut query);
        query.push(" and (r.status in ('pending', 'confirmed', 'completed') or r.updated_at > ");
        query.push_bind(wanted.since).push(")");
        if is_over {
            query.push(" and r.end_time <= ").push_bind(now);
            query.push(" order by r.start_time desc, r.id desc");
        } else {
            query.push(" order by r.start_time, r.id");
        }
        let room = wanted.limit.saturating_sub(shown.len());
        query.push(" limit ");
        query.push_bind(i64::try_from(room).unwrap_or(i64::MAX));
        shown.extend(
            query
                .build_query_as::<Shown>()
                .fetch_all(&mut *conn)
                .await?,
        );
    }
    shown.sort_unstable_by_key(|one| one.id);
    // Somebody may have moved one meanwhile.
    shown.dedup_by_key(|one| one.id);
    Ok(shown)
}

/// Since when reservations are what they say.
pub async fn shown(conn: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<Shown>> {
    let query = format!("{SHOWN}{FROM} where r.id = any($1)");
    let found = sqlx::query_as(AssertSqlSafe(query)).bind(ids);
    Ok(found.fetch_all(conn).await?)
}

/// Reservations by their names, those that begin first before others.
pub async fn by_ids(conn: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<Reservation>> {
    let query = format!("{SELECT}{FROM} where r.id = any($1) order by r.start_time, r.id");
    let found = sqlx::query_as(AssertSqlSafe(query)).bind(ids);
    Ok(found.fetch_all(conn).await?)
}
