//! The waiting list: who wants a bay when none is free, and is offered the first that becomes so.
//!
//! An offer is a hold like any other, made where all reservations are made, so nobody else can have the bay
//! while its time to be claimed runs; claiming confirms it. Whoever lets an offer go, in time or not, waits
//! no more: the next is offered the bay, and they may ask again. What frees a bay for which somebody waits
//! leaves a mark by a trigger, in its transaction, and so does whoever begins to wait; a job that any number
//! of servers may run takes the marks and offers, one tenant at a time, in the order in which people asked:
//! a look offers only what was free when it began. Whoever changes an entry holds it, then its person, then
//! its bay. Tables: `waitlist_entries`, `waitlist_marks`.

mod api;
mod holds;
mod jobs;
mod offer;
mod persons;
mod store;
#[cfg(test)]
mod tests;

use chrono::{DateTime, Utc};
use parking_access::audit::{self, By, Entry};
use parking_db::events::{self, EventDraft};
use parking_db::{DbError, TenantTx};
use parking_domain::ids::{TenantId, fresh};
use parking_domain::reservations::{Slot, SlotError, Standing};
use parking_estate::Maker;
use parking_http::IfMatch;
use serde_json::{Map, Value, json};
use sqlx::PgConnection;
use thiserror::Error;
use uuid::Uuid;

use crate::reservations::{self, Holder, ReservationError, Target};

pub use api::routes;
pub(crate) use holds::{claim_hold, decline_hold, offers_among};
pub use jobs::{jobs, schedules};
pub use offer::{keep, look_again};
pub use persons::{
    Waited, count_of_person, erase_all_of, forget_persons, hold_all_of, leave_all, of_person,
};

/// The most that wait, or are offered a bay, in one tenant.
const OPEN_MAX: i64 = 500;

/// What somebody waits for.
#[derive(Clone, Debug)]
struct Wanted {
    /// One of these bays: of a site, or one alone.
    target: Target,
    slot: Slot,
    holder: Holder,
    notes: Option<String>,
}

/// Somebody who waits, or did.
#[derive(Clone, Debug)]
struct Waiting {
    tenant_id: Uuid,
    tenant_name: String,
    id: Uuid,
    site: (Uuid, String),
    timezone: String,
    /// This bay, or any of the site's on this level, in this zone, of this kind.
    space: Option<(Uuid, String)>,
    level: Option<(Uuid, String)>,
    zone: Option<(Uuid, String)>,
    kind: Option<&'static str>,
    slot: Slot,
    holder: Holder,
    notes: Option<String>,
    standing: Standing,
    offer: Option<Offer>,
    /// How many stand before them who want some of the same, and they themselves.
    position: Option<i64>,
    created_by: Option<String>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    version: i64,
}

/// The bay that somebody who waited was offered.
#[derive(Clone, Debug)]
struct Offer {
    /// The hold.
    reservation: Uuid,
    space: (Uuid, String),
    claim_until: DateTime<Utc>,
}

impl Waiting {
    /// Which bays they wait for.
    fn target(&self) -> Target {
        let id = |place: &Option<(Uuid, String)>| place.as_ref().map(|place| place.0);
        Target {
            site: Some(self.site.0),
            spaces: id(&self.space).map(|space| vec![space]),
            level: id(&self.level),
            zone: id(&self.zone),
            kind: self.kind,
        }
    }

    /// The bay it is about: the one that was offered, else the one that is wanted.
    fn bay(&self) -> Option<&(Uuid, String)> {
        let offered = self.offer.as_ref().map(|offer| &offer.space);
        offered.or(self.space.as_ref())
    }

    /// What is written about it in the log: not who waits.
    fn record(&self) -> Value {
        json!({
            "site_id": self.site.0, "space_id": self.bay().map(|bay| bay.0), "space_code": self.bay().map(|bay| &bay.1),
            "status": self.standing.name(), "start_time": self.slot.start, "end_time": self.slot.end,
            "claim_until": self.offer.as_ref().map(|offer| offer.claim_until), "has_notes": self.notes.is_some(),
        })
    }

    /// What those who follow are told.
    fn facts(&self) -> Value {
        let offer = self.offer.as_ref();
        let facts = [
            ("site_id", json!(self.site.0)),
            ("space_id", json!(self.bay().map(|bay| bay.0))),
            ("space_code", json!(self.bay().map(|bay| &bay.1))),
            ("start_time", json!(self.slot.start)),
            ("end_time", json!(self.slot.end)),
            (
                "reservation_id",
                json!(offer.map(|offer| offer.reservation)),
            ),
            ("until", json!(offer.map(|offer| offer.claim_until))),
        ];
        let known = facts.into_iter().filter(|(_, fact)| !fact.is_null());
        let known: Map<_, _> = known.map(|(name, fact)| (name.to_owned(), fact)).collect();
        Value::Object(known)
    }
}

/// Why somebody cannot wait, or an entry cannot be changed.
#[derive(Debug, Error)]
pub(crate) enum WaitlistError {
    /// They need not wait.
    #[error("a bay is free then")]
    Free,
    /// Enough wait already.
    #[error("at most {OPEN_MAX} wait at a time")]
    Full,
    /// There is nothing to claim or decline yet.
    #[error("no bay has been offered yet")]
    NotOffered,
    /// It is history.
    #[error("an entry that is {0} stays as it was")]
    Over(Standing),
    /// It cannot be had, or not so.
    #[error(transparent)]
    Reservation(#[from] ReservationError),
}

impl WaitlistError {
    /// Whether it may go well at once: two changes stood in each other's way.
    pub(crate) fn is_of_the_moment(&self) -> bool {
        matches!(self, Self::Reservation(error) if error.is_of_the_moment())
    }
}

impl From<DbError> for WaitlistError {
    fn from(error: DbError) -> Self {
        Self::Reservation(error.into())
    }
}

/// Puts somebody on the list, unless a bay that they want is free.
async fn join(
    tx: &mut TenantTx,
    maker: &Maker,
    wanted: &Wanted,
    now: DateTime<Utc>,
) -> Result<Waiting, WaitlistError> {
    reservations::hold_person(tx, &wanted.holder).await?;
    let wanted = &with_site(tx, wanted).await?;
    if wanted.slot.start <= now {
        return Err(ReservationError::from(SlotError::StartsInThePast).into());
    }
    if reservations::is_free(tx, &wanted.target, wanted.slot, now).await? {
        return Err(WaitlistError::Free);
    }
    must_not_wait_enough(tx, wanted).await?;
    store::hold_counting(tx).await?;
    if store::open(tx).await? >= OPEN_MAX {
        return Err(WaitlistError::Full);
    }
    let id = fresh();
    let written = store::insert(tx, (id, wanted, &maker.name), now).await;
    written.map_err(place_gone)?;
    // A bay may have become free since it was looked for, and who freed it saw nobody wait.
    store::mark(tx, wanted).await?;
    let joined = store::find(tx.conn(), id).await?;
    let joined = joined.ok_or(ReservationError::Absent)?;
    record(tx.conn(), &maker.by, (None, &joined, "joined"), now).await?;
    Ok(joined)
}

/// A level or zone that was taken away since it was looked what is free there: there is nothing now.
fn place_gone(error: DbError) -> ReservationError {
    match error.constraint() {
        Some("waitlist_entries_level_fkey" | "waitlist_entries_zone_fkey") => {
            ReservationError::NotReservable
        }
        _ => error.into(),
    }
}

/// The same, with the site of the bay that is wanted.
async fn with_site(tx: &mut TenantTx, wanted: &Wanted) -> Result<Wanted, WaitlistError> {
    let mut wanted = wanted.clone();
    if let Some([space]) = wanted.target.spaces.as_deref() {
        wanted.target.site = store::site_of(tx, *space).await?;
    }
    wanted.target.site.ok_or(ReservationError::Absent)?;
    Ok(wanted)
}

/// Refuses one place more than a person may have: as many as reservations. Whoever asks holds the person.
async fn must_not_wait_enough(tx: &mut TenantTx, wanted: &Wanted) -> Result<(), WaitlistError> {
    let Some(key) = wanted.holder.key() else {
        return Ok(());
    };
    let terms = reservations::terms_of_site(tx, &wanted.target).await?;
    let max = terms.and_then(|terms| terms.per_person_max);
    match max {
        Some(max) if store::open_of(tx, &key).await? >= i64::from(max) => {
            Err(ReservationError::PersonLimit(max).into())
        }
        _ => Ok(()),
    }
}

/// Takes the bay that was offered. Said again it stays as it is.
async fn claim(
    tx: &mut TenantTx,
    maker: &Maker,
    (id, seen): (Uuid, &IfMatch),
    now: DateTime<Utc>,
) -> Result<Waiting, WaitlistError> {
    let entry = held(tx, id, seen).await?;
    if entry.standing == Standing::Claimed {
        return Ok(entry);
    }
    let hold = offered(&entry)?.reservation;
    let confirmed = reservations::confirm(tx, maker, (hold, &IfMatch::default()), now).await;
    confirmed.map_err(gone)?;
    turn(tx, maker, (entry, Standing::Claimed, "claimed"), now).await
}

/// Lets the bay go that was offered: the next is offered it. Said again it stays as it is.
async fn decline(
    tx: &mut TenantTx,
    maker: &Maker,
    (id, seen): (Uuid, &IfMatch),
    now: DateTime<Utc>,
) -> Result<Waiting, WaitlistError> {
    let entry = held(tx, id, seen).await?;
    if entry.standing == Standing::Lapsed {
        return Ok(entry);
    }
    let hold = offered(&entry)?.reservation;
    let let_go = reservations::let_go(tx, maker, hold, "declined", now).await;
    let_go.map_err(gone)?;
    turn(tx, maker, (entry, Standing::Lapsed, "declined"), now).await
}

/// Waits no more, and lets go what was offered. Said again it stays as it is.
async fn leave(
    tx: &mut TenantTx,
    maker: &Maker,
    (id, seen): (Uuid, &IfMatch),
    now: DateTime<Utc>,
) -> Result<Waiting, WaitlistError> {
    let entry = held(tx, id, seen).await?;
    match (entry.standing, &entry.offer) {
        (Standing::Cancelled, _) => return Ok(entry),
        (Standing::Offered, Some(offer)) => {
            let hold = offer.reservation;
            let let_go = reservations::let_go(tx, maker, hold, "left the waiting list", now).await;
            let_go.map_err(gone)?;
        }
        (standing, _) if !standing.is_open() => return Err(WaitlistError::Over(standing)),
        _ => {}
    }
    turn(tx, maker, (entry, Standing::Cancelled, "left"), now).await
}

/// What was offered and not answered yet.
fn offered(entry: &Waiting) -> Result<&Offer, WaitlistError> {
    match (entry.standing, &entry.offer) {
        (Standing::Offered, Some(offer)) => Ok(offer),
        (Standing::Waiting | Standing::Offered, _) => Err(WaitlistError::NotOffered),
        (over, _) => Err(WaitlistError::Over(over)),
    }
}

/// A hold that is none any more has lapsed, or was answered without the list.
fn gone(error: ReservationError) -> WaitlistError {
    use parking_domain::reservations::Status;
    match error {
        ReservationError::HoldOver => WaitlistError::Over(Standing::Lapsed),
        ReservationError::Over(Status::Cancelled | Status::Expired) => {
            WaitlistError::Over(Standing::Lapsed)
        }
        ReservationError::Over(_) => WaitlistError::Over(Standing::Claimed),
        error => error.into(),
    }
}

/// An entry that is held until the end of the transaction.
async fn held(tx: &mut TenantTx, id: Uuid, seen: &IfMatch) -> Result<Waiting, WaitlistError> {
    store::hold(tx, id).await?;
    let entry = store::find(tx.conn(), id).await?;
    let entry = entry.ok_or(ReservationError::Absent)?;
    let fresh = seen.check(entry.version);
    fresh.map_err(|_| ReservationError::Stale)?;
    Ok(entry)
}

/// Writes where an entry stands that is held, and records it.
async fn turn(
    tx: &mut TenantTx,
    maker: &Maker,
    (old, standing, verb): (Waiting, Standing, &str),
    now: DateTime<Utc>,
) -> Result<Waiting, WaitlistError> {
    store::turn(tx, (old.id, standing), now).await?;
    let new = store::find(tx.conn(), old.id).await?;
    let new = new.ok_or(ReservationError::Absent)?;
    record(tx.conn(), &maker.by, (Some(&old), &new, verb), now).await?;
    Ok(new)
}

/// Tells those who follow what became of an entry, and writes it into the log, last.
async fn record(
    conn: &mut PgConnection,
    by: &By,
    (old, new, verb): (Option<&Waiting>, &Waiting, &str),
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let (tenant, kind, id) = (
        TenantId(new.tenant_id),
        format!("waitlist.{verb}"),
        new.id.to_string(),
    );
    let event = EventDraft {
        kind: &kind,
        subject_type: "waitlist",
        subject_id: &id,
        payload: &new.facts(),
    };
    events::append(conn, tenant, now, event).await?;
    let (old, new_value) = match old {
        Some(old) => audit::difference(&old.record(), &new.record()),
        None => (None, Some(new.record())),
    };
    let entry = Entry {
        action: &kind,
        entity_type: "waitlist",
        entity_id: Some(id),
        entity_name: Some(new.bay().map_or(&new.site.1, |bay| &bay.1)),
        old,
        new: new_value,
        reason: None,
    };
    audit::append(conn, tenant, by, now, entry).await
}
