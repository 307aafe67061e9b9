//! People: what is held of persons whose bays are reserved, who may have it, and its end.
//!
//! A person is known by what tells persons apart, [`reservations::person_key`]. What is held of one can be
//! counted, exported and erased; what is older than the tenant keeps it is erased by a job. Erasing keeps
//! reservations as figures, and is written into the log by a hash of the person alone. Whoever adds a place
//! that holds something of a person adds it here and to `docs/operations/personal-data.md`. No tables.

mod api;
mod jobs;
#[cfg(test)]
mod tests;

use chrono::{DateTime, Utc};
use parking_access::audit::{self, Entry};
use parking_access::secrets::hex;
use parking_db::{DbError, TenantTx};
use parking_domain::ids::TenantId;
use parking_estate::Maker;
use parking_http::idempotency::empty_answers;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use sqlx::PgConnection;
use thiserror::Error;

use crate::calendar_feeds;
use crate::reservations::{self, Change, Reservation};
use crate::waitlist::{self, Waited};

pub use api::routes;
pub use jobs::{forget, jobs, schedules};

/// The most reservations that are called off at once.
const CANCELLED_MAX: i64 = 500;

/// The most from which a person is erased at once.
const ERASED_MAX: i64 = 10_000;

/// The most reservations, and the most places on the waiting list, that one export holds.
const EXPORTED_MAX: i64 = 5_000;

/// How much is held of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// What is reserved for them.
    pub reservations: reservations::Held,
    /// Links by which calendars elsewhere read their reservations alone.
    pub calendar_feeds: i64,
    /// Places on the waiting list, whatever became of them.
    pub waitlist: i64,
}

impl Held {
    /// Reservations and places on the waiting list.
    pub fn rows(&self) -> i64 {
        self.reservations.over + self.reservations.ahead + self.waitlist
    }
}

/// What was done to what is held of a person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Erased {
    /// Reservations they were erased from.
    pub reservations: i64,
    /// Those of them that were called off for it.
    pub cancelled: usize,
    /// Calendar links that were revoked.
    pub calendar_feeds: u64,
    /// Places on the waiting list they were erased from, those left for it among them.
    pub waitlist: i64,
    /// Reservations and places on the list of theirs that are left, to be erased by asking again.
    pub remaining: i64,
}

/// Why a person was not erased.
#[derive(Debug, Error)]
pub enum EraseError {
    /// They have reservations that are not over, and nobody said that those are to be called off.
    #[error("{0} reservations of this person are not over")]
    Ahead(i64),
    /// The database refused.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// How much is held of a person.
pub async fn held(conn: &mut PgConnection, key: &str) -> Result<Held, DbError> {
    Ok(Held {
        reservations: reservations::held_of(conn, key).await?,
        calendar_feeds: calendar_feeds::count_of_person(conn, key).await?,
        waitlist: waitlist::count_of_person(conn, key).await?,
    })
}

/// Erases a person. What lies ahead of them is called off if `cancels` says so, and in the way otherwise.
pub async fn erase(
    tx: &mut TenantTx,
    maker: &Maker,
    (key, cancels): (&str, bool),
    now: DateTime<Utc>,
) -> Result<Erased, EraseError> {
    let ahead = held(tx.conn(), key).await?.reservations.ahead;
    if ahead > 0 && !cancels {
        return Err(EraseError::Ahead(ahead));
    }
    // All that is held is held before anything is written into the log: entries, then bays.
    let entries = waitlist::hold_all_of(tx, key, CANCELLED_MAX).await?;
    let bays = reservations::hold_bays_of(tx, key, CANCELLED_MAX).await?;
    waitlist::leave_all(tx, maker, &entries, now).await?;
    let waitlist = waitlist::erase_all_of(tx, key, (ERASED_MAX, now)).await?;
    let mut cancelled = 0;
    // What was reserved since it was looked is left, and told of, unless they said so.
    if cancels {
        let (theirs, span) = ((key, bays.as_slice()), (CANCELLED_MAX, now));
        cancelled = reservations::cancel_all_of(tx, maker, theirs, span).await?;
    }
    let erased = reservations::erase_all_of(tx, key, (ERASED_MAX, now)).await?;
    let left = held(tx.conn(), key).await?;
    let done = Erased {
        reservations: erased,
        cancelled,
        calendar_feeds: calendar_feeds::revoke_of_person(tx, key).await?,
        waitlist,
        remaining: left.rows(),
    };
    let tenant = tx.tenant();
    empty_answers(tx.conn(), tenant.0, &fragments(key)).await?;
    let counts = json!({
        "reservations": done.reservations, "cancelled": done.cancelled, "calendar_feeds": done.calendar_feeds,
        "waitlist": done.waitlist, "remaining": done.remaining,
    });
    record(tx, maker, (key, "erased"), counts, now).await?;
    Ok(done)
}

/// Everything that is held of a person.
#[derive(Debug)]
pub struct Exported {
    /// What is reserved for them, that which begins last first, each with its history.
    pub reservations: Vec<(Reservation, Vec<Change>)>,
    /// Whether those are all, and all places on the list.
    pub is_complete: bool,
    /// Links that show their reservations alone: what each is called, who made it, and when.
    pub calendar_feeds: Vec<(String, String, DateTime<Utc>)>,
    /// Where they wait for a bay, or did.
    pub waitlist: Vec<Waited>,
}

/// Everything that is held of a person, to be handed to them. That it was asked for is written into the log.
pub async fn export(
    tx: &mut TenantTx,
    maker: &Maker,
    key: &str,
    now: DateTime<Utc>,
) -> Result<Exported, DbError> {
    let mut found = reservations::of_holder(tx.conn(), key, EXPORTED_MAX + 1).await?;
    let mut waitlist = waitlist::of_person(tx.conn(), key, EXPORTED_MAX + 1).await?;
    let most = usize::try_from(EXPORTED_MAX).unwrap_or(usize::MAX);
    let is_complete = found.len() <= most && waitlist.len() <= most;
    found.truncate(most);
    waitlist.truncate(most);
    let calendar_feeds = calendar_feeds::of_person(tx.conn(), key).await?;
    let counts = json!({
        "reservations": found.len(), "calendar_feeds": calendar_feeds.len(), "waitlist": waitlist.len(),
    });
    record(tx, maker, (key, "exported"), counts, now).await?;
    Ok(Exported {
        reservations: found,
        is_complete,
        calendar_feeds,
        waitlist,
    })
}

/// How an answer that was kept names the person.
fn fragments(key: &str) -> Vec<String> {
    let field = if key.contains('@') { "email" } else { "plate" };
    vec![format!("\"{field}\": {}", json!(key))]
}

/// What stands for a person in the log, where nothing can be erased: with the key in hand one can find the
/// entries about them.
fn pseudonym(tenant: TenantId, key: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(tenant.0.as_bytes());
    hash.update(key.as_bytes());
    hex(&hash.finalize())
}

async fn record(
    tx: &mut TenantTx,
    maker: &Maker,
    (key, verb): (&str, &str),
    counts: Value,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let tenant = tx.tenant();
    let entry = Entry {
        action: &format!("person.{verb}"),
        entity_type: "person",
        entity_id: Some(pseudonym(tenant, key)),
        new: Some(counts),
        ..Entry::default()
    };
    audit::append(tx.conn(), tenant, &maker.by, now, entry).await
}
