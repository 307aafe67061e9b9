//! Reservations: who has which bay when, so that no two ever have the same.
//!
//! What can stand beside what, and what becomes of each in time, are rules of
//! [`parking_domain::reservations`]; that no two that block overlap is the database's last word
//! (`reservations_no_overlap`). Whoever writes a reservation holds its bay first, so that what is
//! asked about the bay's time stays true until it is written, and nobody waits in a circle: the
//! sender's name for it, the person, then the bays in the order of their ids, then the log. The state of the bay follows in the
//! same transaction. What time makes of reservations is done by a job that any number of servers may
//! run; nothing is kept in memory. Every change leaves what the reservation was after it.
//! Tables: `reservations`, `reservation_changes`, `reservation_terms`, `reservation_series`,
//! `reservation_partings`.

mod api;
mod availability;
mod book;
mod change;
mod clear;
mod holders;
mod import;
mod jobs;
mod keep;
mod requests;
pub mod series;
mod store;
mod terms;
#[cfg(test)]
mod tests;

use chrono::{DateTime, TimeDelta, Utc};
use parking_access::audit::{self, By, Entry};
use parking_db::events::{self, EventDraft};
use parking_db::queue::enqueue;
use parking_db::{DbError, TenantTx};
use parking_domain::ids::TenantId;
use parking_domain::recurrence::RuleError;
use parking_domain::reservations::{Booking, CheckInError, Slot, SlotError, Status};
use serde_json::{Map, Value, json};
use sqlx::PgConnection;
use thiserror::Error;
use uuid::Uuid;

pub(crate) use api::{HolderWish, ReservationHolder};
pub use api::{ReservationBody, ReservationChangeBody, person_key, routes};
pub use availability::{BAYS_MAX, FreeBay, availability};
pub use book::{book, book_any, is_free};
pub use change::{Wish, cancel, change, check_in, check_out, confirm, let_go};
pub use clear::{CLEARED_MAX, ClearError, Cleared, Clearing, Ground, Why, clear};
pub use holders::{
    Erased, Held, cancel_all_of, erase_all_of, forget_holders, held_of, hold_bays_of, of_holder,
};
pub use import::{How, Judged, Verdict, import};
pub use jobs::{WriteOfSeries, WriteToHolder, jobs, schedules};
pub use keep::keep;
pub use requests::{Requested, book_any_once, book_once};
pub use store::{
    Change, OfCalendar, Parted, Shown, Target, by_ids, find, forget_partings,
    forget_partings_before, hold_person, is_tenant_active, of_calendar, parted, partings,
    retentions, shown, spans_then, terms_of_bay, terms_of_site,
};

/// For whom a bay is reserved; nobody in particular, if nothing is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holder {
    /// What they are called.
    pub name: Option<String>,
    /// Where they are written to.
    pub email: Option<String>,
    /// What their vehicle is known by.
    pub plate: Option<String>,
}

impl Holder {
    /// What tells them from others: the address, else the plate.
    pub fn key(&self) -> Option<String> {
        let email = self.email.as_ref().map(|email| email.to_lowercase());
        email.or_else(|| self.plate.clone())
    }
}

/// On which footing a bay is reserved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Footing {
    /// It is agreed.
    Agreed,
    /// It is held until an instant; for good, if `None`.
    Held(Option<DateTime<Utc>>),
    /// It is held for whoever waited for it, as long as the terms give them to claim it.
    Offered,
}

/// A bay that is to be reserved.
#[derive(Clone, Debug)]
pub struct Draft {
    /// From when until when.
    pub slot: Slot,
    /// Whether it is agreed or only held.
    pub footing: Footing,
    /// For whom.
    pub holder: Holder,
    /// What else there is to say.
    pub notes: Option<String>,
    /// What its sender calls it, if they want to send it again without harm.
    pub request: Option<Requested>,
}

/// A reservation as it is kept.
#[derive(Clone, Debug)]
pub struct Reservation {
    /// Whose it is.
    pub tenant_id: Uuid,
    /// Their name, when others look.
    pub tenant_name: String,
    /// Which bay, and what is painted on it.
    pub space: (Uuid, String),
    /// Where that lies.
    pub site: (Uuid, String),
    /// The time zone there.
    pub timezone: String,
    /// What decides over it.
    pub booking: Booking,
    /// What it blocks.
    pub blocked: Slot,
    /// Who said that somebody came.
    pub checked_in_by: Option<String>,
    /// When they left.
    pub checked_out_at: Option<DateTime<Utc>>,
    /// When it was said that somebody else stands there.
    pub contested_at: Option<DateTime<Utc>>,
    /// When it was said that its vehicle stayed.
    pub overstayed_at: Option<DateTime<Utc>>,
    /// For whom.
    pub holder: Holder,
    /// What else there is to say.
    pub notes: Option<String>,
    /// Why it was called off.
    pub cancel_reason: Option<String>,
    /// Who made it.
    pub created_by: Option<String>,
    /// When.
    pub created_at: DateTime<Utc>,
    /// When it was changed.
    pub updated_at: DateTime<Utc>,
    /// When it was erased for whom it was.
    pub erased_at: Option<DateTime<Utc>>,
    /// What its sender calls it.
    pub request_id: Option<String>,
    /// How often it was changed.
    pub version: i64,
    /// Which series it is of, if it is of one.
    pub recurs: Option<Recurs>,
}

/// A reservation's place in its series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recurs {
    /// Which series.
    pub series: Uuid,
    /// When the series has it start.
    pub at: DateTime<Utc>,
    /// Whether it was given another time or bay by itself.
    pub is_detached: bool,
}

impl Reservation {
    /// What is written about it in the log, which nobody can erase: not for whom it is, nor what was noted.
    fn record(&self) -> Value {
        json!({
            "space_id": self.space.0, "space_code": self.space.1, "status": self.booking.status.name(),
            "start_time": self.booking.slot.start, "end_time": self.booking.slot.end,
            "hold_until": self.booking.hold_until, "has_notes": self.notes.is_some(),
        })
    }
}

/// Why a bay was not reserved, or a reservation not changed.
#[derive(Debug, Error)]
pub enum ReservationError {
    /// There is no such reservation, bay or site in this tenant.
    #[error("there is no such reservation, bay or site")]
    Absent,
    /// The slot is none that can be reserved.
    #[error(transparent)]
    Slot(#[from] SlotError),
    /// A hold that has run out, or lasts too long.
    #[error("must lie in the future and not after {0}")]
    Hold(DateTime<Utc>),
    /// Nothing can recur so.
    #[error(transparent)]
    Rule(#[from] RuleError),
    /// Occurrences of a series that cannot be had.
    #[error("{} of {of} occurrences cannot be reserved", .clashes.len())]
    Clashes {
        /// When they are.
        clashes: Vec<Slot>,
        /// How many there are in all.
        of: usize,
    },
    /// A series of which every occurrence is to be left out.
    #[error("must leave at least one occurrence")]
    NothingLeft,
    /// None of a series lies ahead.
    #[error("no occurrence of the series lies ahead")]
    SeriesOver,
    /// Others have it then.
    #[error("the bay is reserved then")]
    Taken(Vec<Slot>),
    /// Of such bays, none is free.
    #[error("no such bay is free then")]
    NoneFree,
    /// It is not for reservation.
    #[error("the bay is not for reservation")]
    NotReservable,
    /// Somebody took it out of use.
    #[error("the bay is out of use then")]
    OutOfUse,
    /// Something else was asked for under this name before.
    #[error("another reservation was made under this name")]
    RequestIdReused,
    /// The person has enough.
    #[error("one person may have {0} reservations that are not over")]
    PersonLimit(i32),
    /// It is history.
    #[error("a reservation that is {0} stays as it was")]
    Over(Status),
    /// Its vehicle stands there: the past cannot be moved.
    #[error("must stay what it is, because somebody has checked in")]
    Begun,
    /// The terms say so.
    #[error("one can cancel, or give time back, until {0} minutes before the start")]
    LateToCancel(i32),
    /// The window is not open.
    #[error(transparent)]
    CheckIn(#[from] CheckInError),
    /// Nobody came.
    #[error("nobody has checked in")]
    NotCheckedIn,
    /// Its hold has run out.
    #[error("the hold has run out")]
    HoldOver,
    /// Somebody changed it meanwhile.
    #[error("it was changed meanwhile")]
    Stale,
    /// It went to another bay meanwhile.
    #[error("it was moved meanwhile")]
    Moved,
    /// The database refused.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl ReservationError {
    /// Whether it may go well at once: two changes stood in each other's way.
    pub(crate) fn is_of_the_moment(&self) -> bool {
        matches!(self, Self::Moved | Self::Db(DbError::Conflict(_)))
    }
}

/// What happened to a reservation.
struct News<'a> {
    /// The verb, of the event and in its history.
    verb: &'static str,
    /// What was written in the log before and after; nothing, for no entry.
    values: (Option<Value>, Option<Value>),
    reason: Option<&'a str>,
    /// The facts it came about by, if no person did it.
    evidence: Option<Value>,
}

impl<'a> News<'a> {
    fn of(verb: &'static str, old: &Reservation, new: &Reservation) -> Self {
        Self {
            verb,
            values: audit::difference(&old.record(), &new.record()),
            reason: None,
            evidence: None,
        }
    }

    fn because(self, reason: Option<&'a str>) -> Self {
        Self { reason, ..self }
    }
}

/// Changes of which whoever the bay is for may have to be told.
const CONCERN_HOLDERS: [&str; 5] = ["created", "updated", "confirmed", "cancelled", "no_show"];

/// How long a reservation is given to become what it is to be, before they are.
pub const SETTLES_WITHIN: TimeDelta = TimeDelta::seconds(10);

/// Records what happened: in the reservation's history, as an event, and, last, in the log.
async fn record(
    tx: &mut TenantTx,
    (by, name): (&By, &str),
    (reservation, news): (&Reservation, News<'_>),
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    tell(tx.conn(), Some(name), reservation, &news, now).await?;
    log(tx.conn(), by, (reservation, news), now).await
}

/// Writes what happened into the reservation's history, and tells those who follow.
async fn tell(
    conn: &mut PgConnection,
    name: Option<&str>,
    reservation: &Reservation,
    news: &News<'_>,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    store::remember(conn, name, reservation, news, now).await?;
    let payload = facts(reservation, news.reason, news.evidence.as_ref());
    let event = EventDraft {
        kind: &format!("reservation.{}", news.verb),
        subject_type: "reservation",
        subject_id: &reservation.booking.id.to_string(),
        payload: &payload,
    };
    let tenant = TenantId(reservation.tenant_id);
    events::append(conn, tenant, now, event).await?;
    // Of what is over nobody is told; a hold that runs out ends before that.
    let has_run_out = news.verb == "expired" && reservation.booking.hold_until.is_some();
    let concerns = has_run_out || CONCERN_HOLDERS.contains(&news.verb);
    if reservation.holder.email.is_some() && concerns {
        write_to_holder(conn, reservation, now).await?;
    }
    Ok(())
}

/// Has the holder told, once this has settled: of a series in one letter, whatever else of it changes.
async fn write_to_holder(
    conn: &mut PgConnection,
    reservation: &Reservation,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let tenant = TenantId(reservation.tenant_id);
    if let Some(recurs) = reservation.recurs {
        let job = WriteOfSeries {
            series_id: recurs.series,
            space_id: reservation.space.0,
        };
        return enqueue(conn, tenant, &job, now + SETTLES_WITHIN).await;
    }
    let job = WriteToHolder {
        reservation_id: reservation.booking.id,
    };
    enqueue(conn, tenant, &job, now + SETTLES_WITHIN).await
}

/// What those who follow are told of a reservation.
fn facts(reservation: &Reservation, reason: Option<&str>, evidence: Option<&Value>) -> Value {
    let mut payload = Map::new();
    let slot = reservation.booking.slot;
    for (field, value) in [
        ("site_id", json!(reservation.site.0)),
        ("space_id", json!(reservation.space.0)),
        ("space_code", json!(reservation.space.1)),
        ("status", json!(reservation.booking.status.name())),
        ("start_time", json!(slot.start)),
        ("end_time", json!(slot.end)),
        (
            "series_id",
            json!(reservation.recurs.map(|recurs| recurs.series)),
        ),
        ("reason", json!(reason)),
        ("evidence", json!(evidence)),
    ] {
        if !value.is_null() {
            payload.insert(field.to_owned(), value);
        }
    }
    Value::Object(payload)
}

async fn log(
    conn: &mut PgConnection,
    by: &By,
    (reservation, news): (&Reservation, News<'_>),
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let (old, new) = news.values;
    let entry = Entry {
        action: &format!("reservation.{}", news.verb),
        entity_type: "reservation",
        entity_id: Some(reservation.booking.id.to_string()),
        entity_name: Some(&reservation.space.1),
        old,
        new,
        reason: news.reason,
    };
    audit::append(conn, TenantId(reservation.tenant_id), by, now, entry).await
}
