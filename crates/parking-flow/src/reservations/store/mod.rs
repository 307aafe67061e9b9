//! The SQL of reservations.

mod calendars;
mod clear;
mod due;
mod free;
mod hold;
pub(super) mod holders;
pub(super) mod import;
mod list;
mod partings;
mod requests;
pub(super) mod series;
mod terms;

use chrono::{DateTime, TimeDelta, Utc};
use parking_db::{Result, TenantTx};
use parking_domain::bay_state::Span;
use parking_domain::ids::fresh;
use parking_domain::reservations::{Booking, Slot, Status};
use serde_json::{Value, json};
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, FromRow, PgConnection, Row as _};
use uuid::Uuid;

use super::{Draft, Holder, News, Requested, Reservation};

pub use calendars::{OfCalendar, Shown, by_ids, of_calendar, shown};
pub(super) use clear::{bay_like, in_the_way, instead_of};
pub(super) use due::{Overdue, awaited, idle, of_bays, overdue};
pub use free::Target;
pub(super) use free::{AskedBay, are_there, asked_bays, blocked_times, free_bay, go_back, mark};
pub(super) use hold::{HeldBay, hold_bay, hold_request};
pub use hold::{hold_person, is_tenant_active};
pub use list::Change;
pub(super) use list::{Filter, changes, page};
pub(super) use partings::forget_person;
pub use partings::{Parted, forget_partings, forget_partings_before, parted, partings};
pub(super) use requests::requested;
pub(super) use terms::{delete_terms, put_terms, terms_of};
pub use terms::{retentions, terms_of_bay, terms_of_site};

/// The longest that a reservation blocks, as the table has it, in hours.
pub(super) const BLOCKS_MAX: TimeDelta = TimeDelta::hours(768);

const SELECT: &str = "select r.tenant_id, t.name as tenant_name, r.id, r.space_id, s.code, s.site_id, i.name as site_name,
  i.timezone, r.status, r.start_time, r.end_time, r.blocks_from, r.blocks_until, r.hold_until, r.opens_at, r.no_show_at,
  r.checked_in_at, r.checked_in_by, r.checked_out_at, r.contested_at, r.overstayed_at, r.holder_name, r.holder_email,
  r.holder_plate, r.notes, r.cancel_reason, r.created_by, r.created_at, r.updated_at, r.version,
  r.series_id, r.recurs_at, r.is_detached, r.erased_at, r.request_id";
const FROM: &str =
    " from reservations r join spaces s on s.tenant_id = r.tenant_id and s.id = r.space_id
  join sites i on i.tenant_id = s.tenant_id and i.id = s.site_id
  join tenants t on t.id = r.tenant_id";

impl FromRow<'_, PgRow> for Reservation {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        let contested_at: Option<DateTime<Utc>> = row.try_get("contested_at")?;
        let status: String = row.try_get("status")?;
        let booking = Booking {
            id: row.try_get("id")?,
            status: status.parse().unwrap_or(Status::Expired),
            slot: Slot {
                start: row.try_get("start_time")?,
                end: row.try_get("end_time")?,
            },
            hold_until: row.try_get("hold_until")?,
            opens_at: row.try_get("opens_at")?,
            no_show_at: row.try_get("no_show_at")?,
            checked_in_at: row.try_get("checked_in_at")?,
            is_contested: contested_at.is_some(),
        };
        Ok(Self {
            tenant_id: row.try_get("tenant_id")?,
            tenant_name: row.try_get("tenant_name")?,
            space: (row.try_get("space_id")?, row.try_get("code")?),
            site: (row.try_get("site_id")?, row.try_get("site_name")?),
            timezone: row.try_get("timezone")?,
            booking,
            blocked: Slot {
                start: row.try_get("blocks_from")?,
                end: row.try_get("blocks_until")?,
            },
            checked_in_by: row.try_get("checked_in_by")?,
            checked_out_at: row.try_get("checked_out_at")?,
            contested_at,
            overstayed_at: row.try_get("overstayed_at")?,
            holder: Holder {
                name: row.try_get("holder_name")?,
                email: row.try_get("holder_email")?,
                plate: row.try_get("holder_plate")?,
            },
            notes: row.try_get("notes")?,
            cancel_reason: row.try_get("cancel_reason")?,
            created_by: row.try_get("created_by")?,
            created_at: row.try_get("created_at")?,
            updated_at: row.try_get("updated_at")?,
            erased_at: row.try_get("erased_at")?,
            request_id: row.try_get("request_id")?,
            version: row.try_get("version")?,
            recurs: series::recurs(row)?,
        })
    }
}

/// One reservation, over or not.
pub async fn find(conn: &mut PgConnection, id: Uuid) -> Result<Option<Reservation>> {
    let query = format!("{SELECT}{FROM} where r.id = $1");
    let found = sqlx::query_as(AssertSqlSafe(query)).bind(id);
    Ok(found.fetch_optional(conn).await?)
}

/// How many reservations a person has that are not over, but for one.
pub(super) async fn open_of(tx: &mut TenantTx, key: &str, but: Option<Uuid>) -> Result<i64> {
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from reservations
         where holder_key = $1 and status in ('pending', 'confirmed') and ($2::uuid is null or id <> $2)"#,
        key,
        but
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(count)
}

/// Whether a bay is out of use at any moment of a slot.
pub(super) async fn is_out_of_use(tx: &mut TenantTx, space: Uuid, slot: Slot) -> Result<bool> {
    let is_out = sqlx::query_scalar!(
        r#"select exists (select from overrides
           where space_id = $1 and lifted_at is null and starts_at < $3 and (ends_at is null or ends_at > $2)) as "is_out!""#,
        space,
        slot.start,
        slot.end
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(is_out)
}

/// Reservations shown of those that are in the way.
const CLASHES_MAX: i64 = 10;

/// The slots of a bay's reservations that are in the way of what one would block, but for one.
pub(super) async fn clashing(
    tx: &mut TenantTx,
    space: Uuid,
    blocked: Slot,
    but: Option<Uuid>,
) -> Result<Vec<Slot>> {
    // In comparisons that may be looked up in an index before row-level security is applied.
    let rows = sqlx::query!(
        "select start_time, end_time from reservations
         where space_id = $1 and status in ('pending', 'confirmed') and blocks_from < $3 and blocks_from > $4
           and blocks_until > $2 and ($5::uuid is null or id <> $5)
         order by start_time limit $6",
        space,
        blocked.start,
        blocked.end,
        blocked.start - BLOCKS_MAX,
        but,
        CLASHES_MAX
    )
    .fetch_all(tx.conn())
    .await?;
    let slots = rows.into_iter().map(|row| Slot {
        start: row.start_time,
        end: row.end_time,
    });
    Ok(slots.collect())
}

/// Writes a reservation, unless its bay is taken, and says whether it was.
pub(super) async fn insert(
    tx: &mut TenantTx,
    space: Uuid,
    (booking, blocked): (&Booking, Slot),
    (draft, maker): (&Draft, &str),
    now: DateTime<Utc>,
) -> Result<bool> {
    let tenant = tx.tenant().0;
    let request = draft.request.as_ref();
    let inserted = sqlx::query!(
        "insert into reservations (tenant_id, id, space_id, status, start_time, end_time, blocks_from, blocks_until,
           hold_until, opens_at, no_show_at, due_at, holder_name, holder_email, holder_plate, holder_key, notes, created_by,
           created_at, updated_at, request_id, request_hash)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $19, $20, $21)
         on conflict do nothing",
        tenant,
        booking.id,
        space,
        booking.status.name(),
        booking.slot.start,
        booking.slot.end,
        blocked.start,
        blocked.end,
        booking.hold_until,
        booking.opens_at,
        booking.no_show_at,
        booking.due_first(now),
        draft.holder.name,
        draft.holder.email,
        draft.holder.plate,
        draft.holder.key(),
        draft.notes,
        maker,
        now,
        request.map(Requested::id),
        request.map(Requested::hash),
    )
    .execute(tx.conn())
    .await?;
    Ok(inserted.rows_affected() == 1)
}

/// Writes what people say of a reservation: its bay, its slot and what follows from them, its holder. Given
/// to another person, it has another link: whoever had the old one has no more to do with it. One who was
/// known by their plate and now has an address is the same.
pub(super) async fn update(
    tx: &mut TenantTx,
    (new, space): (&Reservation, Uuid),
    now: DateTime<Utc>,
) -> Result<()> {
    let booking = &new.booking;
    sqlx::query!(
        "update reservations set space_id = $2, start_time = $3, end_time = $4, blocks_from = $5, blocks_until = $6,
           opens_at = $7, no_show_at = $8, contested_at = $9, due_at = $10, holder_name = $11, holder_email = $12,
           holder_plate = $13, holder_key = $14, notes = $15, updated_at = $16, version = version + 1,
           is_detached = is_detached
             or series_id is not null and (space_id, start_time, end_time) is distinct from ($2, $3, $4),
           ticket_number = ticket_number
             + (holder_key is not null and holder_key is distinct from $14 and holder_key is distinct from $13)::int
         where id = $1",
        booking.id,
        space,
        booking.slot.start,
        booking.slot.end,
        new.blocked.start,
        new.blocked.end,
        booking.opens_at,
        booking.no_show_at,
        new.contested_at,
        booking.due_first(now),
        new.holder.name,
        new.holder.email,
        new.holder.plate,
        new.holder.key(),
        new.notes,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Writes where a reservation stands in its life.
pub(super) async fn turn(
    conn: &mut PgConnection,
    new: &Reservation,
    now: DateTime<Utc>,
) -> Result<()> {
    let booking = &new.booking;
    sqlx::query!(
        "update reservations set status = $3, hold_until = $4, checked_in_at = $5, checked_in_by = $6, checked_out_at = $7,
           contested_at = $8, overstayed_at = $9, due_at = $10, cancel_reason = $11, updated_at = $12, version = version + 1
         where tenant_id = $1 and id = $2",
        new.tenant_id,
        booking.id,
        booking.status.name(),
        booking.hold_until,
        booking.checked_in_at,
        new.checked_in_by,
        new.checked_out_at,
        new.contested_at,
        new.overstayed_at,
        booking.due_first(now),
        new.cancel_reason,
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Writes down when time may next make something of a reservation of which nothing was due.
pub(super) async fn put_off(
    conn: &mut PgConnection,
    one: &Reservation,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update reservations set due_at = $3 where tenant_id = $1 and id = $2 and due_at <= $4",
        one.tenant_id,
        one.booking.id,
        one.booking.due_after(now),
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Writes what a reservation is after a change into its history.
pub(super) async fn remember(
    conn: &mut PgConnection,
    name: Option<&str>,
    reservation: &Reservation,
    news: &News<'_>,
    now: DateTime<Utc>,
) -> Result<()> {
    let booking = &reservation.booking;
    sqlx::query!(
        "insert into reservation_changes (tenant_id, id, reservation_id, at, kind, space_id, status, start_time, end_time,
           made_by, reason, evidence)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        reservation.tenant_id,
        fresh(),
        booking.id,
        now,
        news.verb,
        reservation.space.0,
        booking.status.name(),
        booking.slot.start,
        booking.slot.end,
        name,
        news.reason,
        news.evidence.clone().unwrap_or_else(|| json!({})) as Value,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Reservations that are told of a bay at a moment; there are seldom more ahead.
const SPANS_MAX: i64 = 50;

/// What blocked a bay at a moment or was to later, as was known then: each reservation with its span.
pub async fn spans_then(
    conn: &mut PgConnection,
    (tenant, space): (Uuid, Uuid),
    at: DateTime<Utc>,
) -> Result<Vec<(Uuid, Span)>> {
    let rows = sqlx::query!(
        r#"select c.reservation_id as "id!", c.start_time as "start_time!", c.end_time as "end_time!"
         from (select distinct reservation_id from reservation_changes
               where tenant_id = $1 and space_id = $2 and end_time > $3 and at <= $3) w
         cross join lateral (
           select * from reservation_changes c
           where c.tenant_id = $1 and c.reservation_id = w.reservation_id and c.at <= $3
           order by c.at desc, c.id desc limit 1) c
         where c.space_id = $2 and c.status in ('pending', 'confirmed') and c.end_time > $3
         order by c.start_time limit $4"#,
        tenant,
        space,
        at,
        SPANS_MAX
    )
    .fetch_all(conn)
    .await?;
    let spans = rows.into_iter().map(|row| {
        let span = Span {
            from: row.start_time,
            until: Some(row.end_time),
        };
        (row.id, span)
    });
    Ok(spans.collect())
}
