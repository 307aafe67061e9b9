//! The log of what happened, in an order that no reader can miss a part of.
//!
//! Whoever changes something appends a row in the same transaction. Readers go by `(xid, id)` and
//! stop below the oldest transaction that still runs: a row that commits late has a number that
//! nobody has passed yet, so nothing is skipped, and nothing is read twice.

use chrono::{DateTime, Utc};
use parking_domain::event_types;
use parking_domain::ids::TenantId;
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{PlatformTx, Result};

/// Where a reader stands in the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cursor {
    /// The transaction of the last event read.
    pub xid: i64,
    /// The last event read.
    pub id: i64,
}

/// Something that happened to a subject.
#[derive(Clone, Copy, Debug)]
pub struct EventDraft<'a> {
    /// What happened, as `<subject>.<verb>`: one of [`event_types::EVENT_TYPES`], with its facts.
    pub kind: &'a str,
    /// What it happened to.
    pub subject_type: &'a str,
    /// Which one.
    pub subject_id: &'a str,
    /// The facts.
    pub payload: &'a Value,
}

/// One change, as a reader gets it.
#[derive(Clone, Debug)]
pub struct Event {
    /// Whose it is.
    pub tenant: TenantId,
    /// Where it stands in the log.
    pub cursor: Cursor,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// What happened, as `<subject>.<verb>`.
    pub kind: String,
    /// What it happened to.
    pub subject_type: String,
    /// Which one.
    pub subject_id: String,
    /// The facts.
    pub payload: Value,
}

/// Appends an event within the transaction that made it true.
pub async fn append(
    conn: &mut PgConnection,
    tenant: TenantId,
    at: DateTime<Utc>,
    event: EventDraft<'_>,
) -> Result<()> {
    expect_described(event.kind, event.payload);
    sqlx::query!(
        "insert into events (tenant_id, at, kind, subject_type, subject_id, payload)
         values ($1, $2, $3, $4, $5, $6)",
        tenant.0,
        at,
        event.kind,
        event.subject_type,
        event.subject_id,
        event.payload,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Appends the same event of many subjects, each with facts of its own, in one statement.
pub async fn append_many(
    conn: &mut PgConnection,
    tenant: TenantId,
    at: DateTime<Utc>,
    (kind, subject_type): (&str, &str),
    subjects: &[(String, Value)],
) -> Result<()> {
    let (ids, payloads): (Vec<String>, Vec<Value>) = subjects.iter().cloned().unzip();
    for payload in &payloads {
        expect_described(kind, payload);
    }
    sqlx::query!(
        "insert into events (tenant_id, at, kind, subject_type, subject_id, payload)
         select $1, $2, $3, $4, w.id, w.payload
         from unnest($5::text[], $6::jsonb[]) with ordinality as w (id, payload, place) order by w.place",
        tenant.0,
        at,
        kind,
        subject_type,
        &ids,
        &payloads,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Events leave the house, so each is described where integrators read it. The tests of whoever
/// appends one that is not run into this; a server would rather have the event.
fn expect_described(kind: &str, payload: &Value) {
    let mut facts = payload
        .as_object()
        .into_iter()
        .flat_map(|facts| facts.keys());
    debug_assert!(
        event_types::describes(kind, &mut facts),
        "describe {kind} with its facts in parking_domain::event_types: {payload}"
    );
}

/// Where a reader of the log stands, held until the end of the transaction; nothing while another
/// server holds it. What the reader makes of the events goes into the same transaction.
///
/// A database that was copied into another cluster counts its transactions anew. There the place
/// would lie in the future, so the reader begins at the end of the log.
pub async fn take_cursor(tx: &mut PlatformTx, reader: &str) -> Result<Option<Cursor>> {
    let found = sqlx::query!(
        r#"select xid, event_id, xid >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint as "is_ahead!"
           from event_cursors where reader = $1 for update skip locked"#,
        reader
    )
    .fetch_optional(tx.conn())
    .await?;
    match found {
        Some(found) if found.is_ahead => {
            let end = end(tx).await?;
            move_cursor(tx, reader, end).await?;
            Ok(Some(end))
        }
        found => Ok(found.map(|found| Cursor {
            xid: found.xid,
            id: found.event_id,
        })),
    }
}

/// Writes down how far a reader has come.
pub async fn move_cursor(tx: &mut PlatformTx, reader: &str, to: Cursor) -> Result<()> {
    sqlx::query!(
        "update event_cursors set xid = $2, event_id = $3 where reader = $1",
        reader,
        to.xid,
        to.id
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Reads what was committed after a cursor, oldest first, at most `limit` events.
pub async fn read_after(tx: &mut PlatformTx, after: Cursor, limit: i64) -> Result<Vec<Event>> {
    let rows = sqlx::query!(
        r#"select tenant_id as "tenant_id: Uuid", xid::text::bigint as "xid!", id, at, kind, subject_type, subject_id, payload
           from events
           where (xid, id) > ($1::bigint::text::xid8, $2)
             and xid < pg_snapshot_xmin(pg_current_snapshot())
           order by xid, id
           limit $3"#,
        after.xid,
        after.id,
        limit,
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Event {
            tenant: TenantId(row.tenant_id),
            cursor: Cursor {
                xid: row.xid,
                id: row.id,
            },
            at: row.at,
            kind: row.kind,
            subject_type: row.subject_type,
            subject_id: row.subject_id,
            payload: row.payload,
        })
        .collect())
}

/// Since when something is committed that no reader is shown yet, because a transaction that began
/// before it still goes on, in whichever database of the cluster; nothing if there is nothing.
pub async fn held_since(tx: &mut PlatformTx) -> Result<Option<DateTime<Utc>>> {
    let at = sqlx::query_scalar!(
        "select at from events where xid >= pg_snapshot_xmin(pg_current_snapshot()) order by xid, id limit 1"
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(at)
}

/// The end of the log as of now: a reader that starts here sees only what comes later.
pub async fn end(tx: &mut PlatformTx) -> Result<Cursor> {
    let xid = sqlx::query_scalar!(
        r#"select (pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1) as "xid!""#
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(Cursor { xid, id: i64::MAX })
}

/// What a tenant missed since a cursor, oldest first; nothing if that cannot be told for certain, or
/// only by reading more than `scan_max` events of everybody.
pub async fn missed(
    tx: &mut PlatformTx,
    tenant: TenantId,
    after: Cursor,
    scan_max: i64,
) -> Result<Option<Vec<Event>>> {
    let known = sqlx::query!(
        r#"select $1 >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint as "is_ahead!",
             exists (select from events where (xid, id) <= ($1::bigint::text::xid8, $2)) as "is_kept!",
             (select count(*) from (
               select from events where (xid, id) > ($1::bigint::text::xid8, $2)
               order by xid, id limit $3::bigint + 1) later) as "later!""#,
        after.xid,
        after.id,
        scan_max,
    )
    .fetch_one(tx.conn())
    .await?;
    // A copy of the database counts anew, and months that were dropped took their events along.
    if known.is_ahead || !known.is_kept || known.later > scan_max {
        return Ok(None);
    }
    let rows = sqlx::query!(
        r#"select xid::text::bigint as "xid!", id, at, kind, subject_type, subject_id, payload
           from events
           where tenant_id = $3 and (xid, id) > ($1::bigint::text::xid8, $2)
             and xid < pg_snapshot_xmin(pg_current_snapshot())
           order by xid, id"#,
        after.xid,
        after.id,
        tenant.0,
    )
    .fetch_all(tx.conn())
    .await?;
    let events = rows.into_iter().map(|row| Event {
        tenant,
        cursor: Cursor {
            xid: row.xid,
            id: row.id,
        },
        at: row.at,
        kind: row.kind,
        subject_type: row.subject_type,
        subject_id: row.subject_id,
        payload: row.payload,
    });
    Ok(Some(events.collect()))
}
