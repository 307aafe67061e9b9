//! What the waiting list holds of a person, and its end.

use chrono::{DateTime, Utc};
use parking_db::{DbError, PlatformTx, TenantTx};
use parking_domain::ids::TenantId;
use parking_domain::reservations::Slot;
use parking_estate::Maker;
use parking_http::IfMatch;
use sqlx::PgConnection;
use uuid::Uuid;

use super::offer::settle_one;
use super::store::persons as store;
use super::{Waiting, WaitlistError, leave};
use crate::reservations::{Erased, Holder, ReservationError};

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

/// Holds where a person waits or is offered a bay until the end of the transaction, before any bay, and says
/// which entries those are.
pub async fn hold_all_of(tx: &mut TenantTx, key: &str, limit: i64) -> Result<Vec<Uuid>, DbError> {
    store::hold_open_of(tx, key, limit).await
}

/// Takes a person off the list whose entries and bays are held, and lets go what they were offered.
pub async fn leave_all(
    tx: &mut TenantTx,
    maker: &Maker,
    entries: &[Uuid],
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    for id in entries {
        match leave(tx, maker, (*id, &IfMatch::default()), now).await {
            Err(WaitlistError::Reservation(ReservationError::Db(error))) => return Err(error),
            // What was answered without the list is over, and nobody has written that down yet.
            Err(_) => settle_one(tx, *id, now).await?,
            Ok(_) => {}
        }
    }
    Ok(())
}

/// Erases a person from up to so many entries that are over, and says from how many.
pub async fn erase_all_of(
    tx: &mut TenantTx,
    key: &str,
    (limit, now): (i64, DateTime<Utc>),
) -> Result<i64, DbError> {
    let whom = (tx.tenant(), Erased::Person(key));
    store::erase(tx.conn(), whom, (limit, now)).await
}

/// Erases people from up to so many entries of a tenant whose time was over before an instant, and says
/// from how many. What others erase at this moment is left to them.
pub async fn forget_persons(
    tx: &mut PlatformTx,
    tenant: TenantId,
    (before, limit): (DateTime<Utc>, i64),
    now: DateTime<Utc>,
) -> Result<i64, DbError> {
    let whom = (tenant, Erased::EverybodyBefore(before));
    store::erase(tx.conn(), whom, (limit, now)).await
}
