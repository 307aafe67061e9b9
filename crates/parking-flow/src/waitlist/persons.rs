//! What the waiting list holds of a person, and its end.

use chrono::{DateTime, Utc};
use parking_db::{DbError, PlatformTx, TenantTx};
use parking_domain::ids::TenantId;
use parking_domain::reservations::Slot;
use parking_estate::Maker;
use parking_http::IfMatch;
use sqlx::PgConnection;
use uuid::Uuid;

use super::store as entries;
use super::store::persons as store;
use super::{Waiting, WaitlistError, held, leave, turn};
use crate::reservations::{Holder, ReservationError};

/// How often an entry is left whose hold somebody moves meanwhile.
const TRIES: usize = 4;

/// A bay that a person waits for, or did.
#[derive(Clone, Debug)]
pub struct Waited {
    /// The entry.
    pub id: Uuid,
    /// Where.
    pub site: String,
    /// From when until when.
    pub slot: Slot,
    /// What became of it.
    pub status: &'static str,
    /// For whom.
    pub holder: Holder,
    /// What else was said.
    pub notes: Option<String>,
    /// When they asked.
    pub created_at: DateTime<Utc>,
}

impl From<Waiting> for Waited {
    fn from(one: Waiting) -> Self {
        Self {
            id: one.id,
            site: one.site.1,
            slot: one.slot,
            status: one.standing.name(),
            holder: one.holder,
            notes: one.notes,
            created_at: one.created_at,
        }
    }
}

/// How many entries name a person.
pub async fn count_of_person(conn: &mut PgConnection, key: &str) -> Result<i64, DbError> {
    store::count_of(conn, key).await
}

/// The entries that name a person, the latest first.
pub async fn of_person(
    conn: &mut PgConnection,
    key: &str,
    limit: i64,
) -> Result<Vec<Waited>, DbError> {
    let found = store::all_of(conn, key, limit).await?;
    Ok(found.into_iter().map(Into::into).collect())
}

/// Takes a person off the list, and lets go what they were offered.
pub async fn leave_all_of(
    tx: &mut TenantTx,
    maker: &Maker,
    key: &str,
    (limit, now): (i64, DateTime<Utc>),
) -> Result<(), DbError> {
    let ids = store::open_ids_of(tx, key, limit).await?;
    // All entries before any bay, like whoever offers.
    for id in &ids {
        entries::hold(tx, *id).await?;
    }
    for id in ids {
        let ended = end(tx, maker, id, now).await;
        if let Err(WaitlistError::Reservation(ReservationError::Db(error))) = ended {
            return Err(error);
        }
    }
    Ok(())
}

/// Ends an entry that is held, whatever has become of it: one that stayed open would name its person until
/// somebody looks after the list.
async fn end(
    tx: &mut TenantTx,
    maker: &Maker,
    id: Uuid,
    now: DateTime<Utc>,
) -> Result<(), WaitlistError> {
    let which = (id, &IfMatch::default());
    let mut tried = 1;
    let standing = loop {
        match leave(tx, maker, which, now).await {
            // Nothing is written yet where the hold turns out to have been moved.
            Err(WaitlistError::Reservation(ReservationError::Moved)) if tried < TRIES => tried += 1,
            Err(WaitlistError::Over(standing)) => break standing,
            left => return left.map(drop),
        }
    };
    let entry = held(tx, id, which.1).await?;
    if entry.standing.is_open() {
        // The hold was answered without the list, and nobody has written that down.
        turn(tx, maker, (entry, standing, standing.name()), now).await?;
    }
    Ok(())
}

/// Erases a person from up to so many entries that are over, and says from how many.
pub async fn erase_all_of(
    tx: &mut TenantTx,
    key: &str,
    (limit, now): (i64, DateTime<Utc>),
) -> Result<i64, DbError> {
    let tenant = tx.tenant();
    store::erase(tx.conn(), (tenant, Some(key)), (now, limit), now).await
}

/// Erases people from up to so many entries of a tenant whose time was over before an instant, and says
/// from how many. What others erase at this moment is left to them.
pub async fn forget_persons(
    tx: &mut PlatformTx,
    tenant: TenantId,
    (before, limit): (DateTime<Utc>, i64),
    now: DateTime<Utc>,
) -> Result<i64, DbError> {
    store::erase(tx.conn(), (tenant, None), (before, limit), now).await
}
