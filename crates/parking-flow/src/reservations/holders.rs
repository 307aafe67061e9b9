//! Everything of one person, and its end: what is reserved for them, and what is left once nobody is to know.
//!
//! What was erased is a reservation still, with its bay and its times: only for whom it was, what was noted
//! and why it was called off are gone, here and in its history.

use chrono::{DateTime, Utc};
use parking_db::{DbError, PlatformTx, TenantTx};
use parking_domain::ids::TenantId;
use parking_estate::Maker;
use sqlx::PgConnection;
use uuid::Uuid;

use super::Reservation;
use super::clear::cancel_all;
use super::store::holders as store;
use super::store::{Change, forget_person, hold_bay};

/// How much is held of a person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// Reservations that are over.
    pub over: i64,
    /// Those that are not.
    pub ahead: i64,
    /// When the first of all begins.
    pub first: Option<DateTime<Utc>>,
    /// When the last of all ends.
    pub last: Option<DateTime<Utc>>,
    /// What their vehicles are known by, the first by the alphabet.
    pub plates: Vec<String>,
}

/// Who is erased from what is over.
#[derive(Clone, Copy, Debug)]
pub enum Erased<'a> {
    /// One person, by the key that tells them from others.
    Person(&'a str),
    /// Everybody whose time was over before an instant.
    EverybodyBefore(DateTime<Utc>),
}

/// How much is held of whom a key tells from others.
pub async fn held_of(conn: &mut PgConnection, key: &str) -> Result<Held, DbError> {
    store::held(conn, key).await
}

/// What is reserved for a person, that which begins last first, each with its history.
pub async fn of_holder(
    conn: &mut PgConnection,
    key: &str,
    limit: i64,
) -> Result<Vec<(Reservation, Vec<Change>)>, DbError> {
    let found = store::all(conn, key, limit).await?;
    let ids: Vec<Uuid> = found.iter().map(|one| one.booking.id).collect();
    let mut changes = store::changes(conn, &ids).await?.into_iter().peekable();
    let with_history = found.into_iter().map(|one| {
        let mut history = Vec::new();
        // Both come in the same order.
        while let Some(change) = changes.next_if(|change| change.reservation_id == one.booking.id) {
            history.push(change);
        }
        (one, history)
    });
    Ok(with_history.collect())
}

/// Holds the bays that a person has ahead until the end of the transaction, up to so many, in the order of
/// their ids, like everybody who holds more than one; and says which those are.
pub async fn hold_bays_of(tx: &mut TenantTx, key: &str, limit: i64) -> Result<Vec<Uuid>, DbError> {
    let bays = store::bays_ahead(tx, key, limit).await?;
    for bay in &bays {
        hold_bay(tx, *bay).await?;
    }
    Ok(bays)
}

/// Calls off what lies ahead of a person at bays that are held, up to so many reservations, and says how many
/// were.
pub async fn cancel_all_of(
    tx: &mut TenantTx,
    maker: &Maker,
    (key, bays): (&str, &[Uuid]),
    (limit, now): (i64, DateTime<Utc>),
) -> Result<usize, DbError> {
    let found = store::ahead(tx, (key, bays), limit).await?;
    Ok(cancel_all(tx, maker, found, (None, now)).await?.len())
}

/// Erases a person from up to so many reservations that are over, and says from how many. Links that lead
/// to them are good for nothing afterwards, and of what became somebody else's they are not told any more.
pub async fn erase_all_of(
    tx: &mut TenantTx,
    key: &str,
    (limit, now): (i64, DateTime<Utc>),
) -> Result<i64, DbError> {
    let whom = (tx.tenant(), Erased::Person(key));
    forget_person(tx, key).await?;
    store::erase(tx.conn(), whom, (limit, now)).await
}

/// Erases people from up to so many reservations of a tenant that ended before an instant, and says from
/// how many. What others erase at this moment is left to them.
pub async fn forget_holders(
    tx: &mut PlatformTx,
    tenant: TenantId,
    (before, limit): (DateTime<Utc>, i64),
    now: DateTime<Utc>,
) -> Result<i64, DbError> {
    let whom = (tenant, Erased::EverybodyBefore(before));
    let erased = store::erase(tx.conn(), whom, (limit, now)).await?;
    store::forget_series(tx.conn(), tenant, before).await?;
    Ok(erased)
}
