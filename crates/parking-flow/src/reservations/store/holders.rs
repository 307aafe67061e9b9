//! The SQL of persons.

use chrono::{DateTime, Utc};
use parking_db::{Result, TenantTx};
use parking_domain::ids::TenantId;
use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

use super::{Change, FROM, SELECT};
use crate::reservations::{Erased, Held, Reservation};

/// Plates that are named.
const PLATES_MAX: i64 = 50;

/// How much is held of a person.
pub(in crate::reservations) async fn held(conn: &mut PgConnection, key: &str) -> Result<Held> {
    let row = sqlx::query!(
        r#"select count(*) filter (where status not in ('pending', 'confirmed')) as "over!",
             count(*) filter (where status in ('pending', 'confirmed')) as "ahead!",
             min(start_time) as first, max(end_time) as last
           from reservations where holder_key = $1"#,
        key
    )
    .fetch_one(&mut *conn)
    .await?;
    let plates = sqlx::query_scalar!(
        r#"select distinct holder_plate as "plate!" from reservations
           where holder_key = $1 and holder_plate is not null order by 1 limit $2"#,
        key,
        PLATES_MAX
    )
    .fetch_all(conn)
    .await?;
    Ok(Held {
        over: row.over,
        ahead: row.ahead,
        first: row.first,
        last: row.last,
        plates,
    })
}

/// A person's reservations, that which begins last first.
pub(in crate::reservations) async fn all(
    conn: &mut PgConnection,
    key: &str,
    limit: i64,
) -> Result<Vec<Reservation>> {
    let query = format!(
        "{SELECT}{FROM} where r.holder_key = $1 order by r.start_time desc, r.id desc limit $2"
    );
    let found = sqlx::query_as(AssertSqlSafe(query)).bind(key).bind(limit);
    Ok(found.fetch_all(conn).await?)
}

/// The histories of reservations, in the order of [`all`], each from its beginning.
pub(in crate::reservations) async fn changes(
    conn: &mut PgConnection,
    ids: &[Uuid],
) -> Result<Vec<Change>> {
    let changes = sqlx::query_as!(
        Change,
        "select c.id, c.reservation_id, c.at, c.kind, c.space_id, c.status, c.start_time, c.end_time, c.made_by, c.reason,
           c.evidence
         from reservation_changes c
         join reservations r on r.tenant_id = c.tenant_id and r.id = c.reservation_id
         where c.reservation_id = any($1) order by r.start_time desc, r.id desc, c.at, c.id",
        ids
    );
    Ok(changes.fetch_all(conn).await?)
}

/// The bays that a person has ahead, in the order of their ids.
pub(in crate::reservations) async fn bays_ahead(
    tx: &mut TenantTx,
    key: &str,
    limit: i64,
) -> Result<Vec<Uuid>> {
    let bays = sqlx::query_scalar!(
        r#"select distinct space_id as "space!" from (
             select space_id from reservations where holder_key = $1 and status in ('pending', 'confirmed')
             order by start_time, id limit $2) ahead
           order by 1"#,
        key,
        limit
    );
    Ok(bays.fetch_all(tx.conn()).await?)
}

/// What a person has ahead of these bays.
pub(in crate::reservations) async fn ahead(
    tx: &mut TenantTx,
    (key, bays): (&str, &[Uuid]),
    limit: i64,
) -> Result<Vec<Reservation>> {
    let query = format!(
        "{SELECT}{FROM} where r.holder_key = $1 and r.status in ('pending', 'confirmed') and r.space_id = any($2)
         order by r.start_time, r.id limit $3"
    );
    let found = sqlx::query_as(AssertSqlSafe(query));
    let found = found.bind(key).bind(bays).bind(limit);
    Ok(found.fetch_all(tx.conn()).await?)
}

/// Erases persons from reservations that are over, that which ended first before others.
pub(in crate::reservations) async fn erase(
    conn: &mut PgConnection,
    (tenant, whom): (TenantId, Erased<'_>),
    (limit, now): (i64, DateTime<Utc>),
) -> Result<i64> {
    let wanted = match whom {
        // Whether it is over by the clock or was called off before its time.
        Erased::Person(_) => "holder_key = $2",
        Erased::EverybodyBefore(_) => {
            "end_time < $2
          and (holder_key is not null or holder_name is not null or notes is not null or cancel_reason is not null)"
        }
    };
    let query = format!(
        "with those as (
           select id from reservations
           where tenant_id = $1 and status not in ('pending', 'confirmed') and {wanted}
           order by end_time limit $3 for no key update skip locked),
         erased as (
           update reservations r set holder_name = null, holder_email = null, holder_plate = null, holder_key = null,
             notes = null, cancel_reason = null, request_hash = null, erased_at = $4, updated_at = $4, version = version + 1,
             ticket_number = ticket_number + 1
           from those t where r.tenant_id = $1 and r.id = t.id returning r.id, r.series_id),
         changes as (
           update reservation_changes c set reason = null
           from erased e where c.tenant_id = $1 and c.reservation_id = e.id and c.reason is not null),
         series as (
           update reservation_series m set cancel_reason = null
           where m.tenant_id = $1 and m.cancel_reason is not null and m.id in (select series_id from erased))
         select count(*) from erased"
    );
    let erased = sqlx::query_scalar(AssertSqlSafe(query)).bind(tenant.0);
    let erased = match whom {
        Erased::Person(key) => erased.bind(key),
        Erased::EverybodyBefore(instant) => erased.bind(instant),
    };
    Ok(erased.bind(limit).bind(now).fetch_one(conn).await?)
}

/// Erases why series were called off before an instant.
pub(in crate::reservations) async fn forget_series(
    conn: &mut PgConnection,
    tenant: TenantId,
    before: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update reservation_series set cancel_reason = null
         where tenant_id = $1 and cancelled_at < $2 and cancel_reason is not null",
        tenant.0,
        before
    )
    .execute(conn)
    .await?;
    Ok(())
}
