//! The SQL of what the waiting list holds of a person.

use chrono::{DateTime, Utc};
use parking_db::{Result, TenantTx};
use parking_domain::ids::TenantId;
use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

use super::SELECT;
use crate::reservations::Erased;
use crate::waitlist::Waiting;

/// How many entries name a person.
pub(in crate::waitlist) async fn count_of(conn: &mut PgConnection, key: &str) -> Result<i64> {
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from waitlist_entries where holder_key = $1"#,
        key
    );
    Ok(count.fetch_one(conn).await?)
}

/// The entries that name a person, the latest first.
pub(in crate::waitlist) async fn all_of(
    conn: &mut PgConnection,
    key: &str,
    limit: i64,
) -> Result<Vec<Waiting>> {
    let query =
        format!("{SELECT} where e.holder_key = $1 order by e.created_at desc, e.id desc limit $2");
    let found = sqlx::query_as(AssertSqlSafe(query)).bind(key).bind(limit);
    Ok(found.fetch_all(conn).await?)
}

/// Where a person waits or is offered a bay, the oldest first, locked until the end of the transaction.
pub(in crate::waitlist) async fn hold_open_of(
    tx: &mut TenantTx,
    key: &str,
    limit: i64,
) -> Result<Vec<Uuid>> {
    let ids = sqlx::query_scalar!(
        "select id from waitlist_entries where holder_key = $1 and status in ('waiting', 'offered')
         order by created_at, id limit $2 for no key update",
        key,
        limit
    );
    Ok(ids.fetch_all(tx.conn()).await?)
}

/// Erases persons from entries that are over, that whose time was over first before others.
pub(in crate::waitlist) async fn erase(
    conn: &mut PgConnection,
    (tenant, whom): (TenantId, Erased<'_>),
    (limit, now): (i64, DateTime<Utc>),
) -> Result<i64> {
    let wanted = match whom {
        Erased::Person(_) => "holder_key = $2",
        Erased::EverybodyBefore(_) => {
            "end_time < $2 and (holder_key is not null or holder_name is not null or notes is not null)"
        }
    };
    let query = format!(
        "with those as (
           select id from waitlist_entries
           where tenant_id = $1 and status not in ('waiting', 'offered') and {wanted}
           order by end_time limit $3 for no key update skip locked),
         erased as (
           update waitlist_entries e set holder_name = null, holder_email = null, holder_plate = null, holder_key = null,
             notes = null, updated_at = $4, version = version + 1
           from those t where e.tenant_id = $1 and e.id = t.id returning e.id)
         select count(*) from erased"
    );
    let erased = sqlx::query_scalar(AssertSqlSafe(query)).bind(tenant.0);
    let erased = match whom {
        Erased::Person(key) => erased.bind(key),
        Erased::EverybodyBefore(instant) => erased.bind(instant),
    };
    Ok(erased.bind(limit).bind(now).fetch_one(conn).await?)
}
