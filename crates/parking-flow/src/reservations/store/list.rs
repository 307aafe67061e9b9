//! The SQL of lists: reservations, and the history of one.

use chrono::{DateTime, Utc};
use parking_db::{COUNTED_MAX, Result};

use sqlx::{PgConnection, Postgres, QueryBuilder};
use uuid::Uuid;

use super::{BLOCKS_MAX, FROM, SELECT};
use crate::reservations::Reservation;

/// Which reservations are wanted.
#[derive(Clone, Debug, Default)]
pub(in crate::reservations) struct Filter {
    pub(in crate::reservations) site: Option<Uuid>,
    pub(in crate::reservations) space: Option<Uuid>,
    pub(in crate::reservations) series: Option<Uuid>,
    pub(in crate::reservations) status: Option<&'static str>,
    pub(in crate::reservations) from: Option<DateTime<Utc>>,
    pub(in crate::reservations) to: Option<DateTime<Utc>>,
    pub(in crate::reservations) person: Option<String>,
    pub(in crate::reservations) pattern: Option<String>,
    /// Whether notes are looked in too.
    pub(in crate::reservations) looks_in_notes: bool,
}

impl Filter {
    pub(super) fn push_onto(&self, query: &mut QueryBuilder<Postgres>) {
        query.push(" where true");
        for (column, id) in [
            ("s.site_id", self.site),
            ("r.space_id", self.space),
            ("r.series_id", self.series),
        ] {
            if let Some(id) = id {
                query.push(format!(" and {column} = ")).push_bind(id);
            }
        }
        if let Some(status) = self.status {
            query.push(" and r.status = ").push_bind(status);
        }
        if let Some(from) = self.from {
            query.push(" and r.end_time > ").push_bind(from);
            // None is longer: the index need not be read from its beginning.
            query.push(" and r.start_time > ");
            query.push_bind(from.checked_sub_signed(BLOCKS_MAX).unwrap_or(from));
        }
        if let Some(to) = self.to {
            query.push(" and r.start_time < ").push_bind(to);
        }
        if let Some(person) = &self.person {
            query.push(" and r.holder_key = ").push_bind(person.clone());
        }
        if let Some(pattern) = &self.pattern {
            query.push(" and (s.code ilike ").push_bind(pattern.clone());
            if self.looks_in_notes {
                query.push(" or r.notes ilike ").push_bind(pattern.clone());
            }
            query.push(")");
        }
    }
}

/// One page of reservations, and how many there are on all pages, up to [`COUNTED_MAX`].
pub(in crate::reservations) async fn page(
    conn: &mut PgConnection,
    filter: &Filter,
    order: &str,
    (offset, limit): (i64, i64),
) -> Result<(Vec<Reservation>, i64)> {
    // `order` is made of literals by `Page::order_by`; everything else is bound.
    let mut query = QueryBuilder::new(format!("{SELECT}{FROM}"));
    filter.push_onto(&mut query);
    query
        .push(format!(" order by {order} offset "))
        .push_bind(offset);
    query.push(" limit ").push_bind(limit);
    let reservations = query.build_query_as().fetch_all(&mut *conn).await?;
    let mut query = QueryBuilder::new("select count(*) from (select from reservations r");
    if filter.site.is_some() || filter.pattern.is_some() {
        query.push(" join spaces s on s.tenant_id = r.tenant_id and s.id = r.space_id");
    }
    filter.push_onto(&mut query);
    query.push(" limit ").push_bind(COUNTED_MAX);
    query.push(") counted");
    let total = query.build_query_scalar().fetch_one(conn).await?;
    Ok((reservations, total))
}

/// What a reservation was after a change.
#[derive(Debug)]
pub struct Change {
    pub(in crate::reservations) id: Uuid,
    /// Of which reservation.
    pub reservation_id: Uuid,
    pub(in crate::reservations) at: DateTime<Utc>,
    pub(in crate::reservations) kind: String,
    pub(in crate::reservations) space_id: Uuid,
    pub(in crate::reservations) status: String,
    pub(in crate::reservations) start_time: DateTime<Utc>,
    pub(in crate::reservations) end_time: DateTime<Utc>,
    pub(in crate::reservations) made_by: Option<String>,
    pub(in crate::reservations) reason: Option<String>,
    pub(in crate::reservations) evidence: serde_json::Value,
}

/// The last changes of a reservation, the newest first.
pub(in crate::reservations) async fn changes(
    conn: &mut PgConnection,
    reservation: Uuid,
    limit: i64,
) -> Result<Vec<Change>> {
    let changes = sqlx::query_as!(
        Change,
        "select id, reservation_id, at, kind, space_id, status, start_time, end_time, made_by, reason, evidence from reservation_changes
         where reservation_id = $1 order by at desc, id desc limit $2",
        reservation,
        limit
    )
    .fetch_all(conn)
    .await?;
    Ok(changes)
}
