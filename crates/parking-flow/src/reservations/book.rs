//! Reserving a bay: a certain one, or any of some.

use chrono::{DateTime, Utc};
use parking_db::{DbError, TenantTx};
use parking_domain::ids::fresh;
use parking_domain::reservations::{Booking, Slot, Status};
use parking_estate::{Maker, spaces};
use uuid::Uuid;

use super::availability;
use super::store::{self, HeldBay, Target};
use super::{Draft, Footing, Holder, News, Reservation, ReservationError, record};

/// How often another bay is tried because somebody was quicker.
const TRIES: usize = 20;

/// Reserves a bay.
pub async fn book(
    tx: &mut TenantTx,
    maker: &Maker,
    (space, draft): (Uuid, &Draft),
    now: DateTime<Utc>,
) -> Result<Reservation, ReservationError> {
    let made = reserve(tx, maker, (space, draft), now).await?;
    record_made(tx, maker, &made, now).await?;
    Ok(made)
}

/// Records that a bay was reserved.
pub(super) async fn record_made(
    tx: &mut TenantTx,
    maker: &Maker,
    made: &Reservation,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let news = News {
        verb: "created",
        values: (None, Some(made.record())),
        reason: None,
        evidence: None,
    };
    record(tx, (&maker.by, &maker.name), (made, news), now).await
}

/// Reserves a bay, and leaves it to the caller to record it: whoever reserves several holds all their bays
/// before anything is written into the log.
pub(super) async fn reserve(
    tx: &mut TenantTx,
    maker: &Maker,
    (space, draft): (Uuid, &Draft),
    now: DateTime<Utc>,
) -> Result<Reservation, ReservationError> {
    store::hold_person(tx, &draft.holder).await?;
    let bay = store::hold_bay(tx, space).await?;
    let bay = bay.filter(|bay| bay.is_living);
    let bay = bay.ok_or(ReservationError::Absent)?;
    if !bay.is_reservable {
        return Err(ReservationError::NotReservable);
    }
    must_be_sound(&bay, draft, now)?;
    must_not_have_enough(tx, &bay, &draft.holder, None).await?;
    if store::is_out_of_use(tx, bay.id, draft.slot).await? {
        return Err(ReservationError::OutOfUse);
    }
    place(tx, maker, &bay, draft, now).await
}

/// Reserves any bay of a site that fits, the one that comes first by its code; of a slot that begins
/// soon, rather one that nobody stands in.
pub async fn book_any(
    tx: &mut TenantTx,
    maker: &Maker,
    (target, draft): (&Target, &Draft),
    now: DateTime<Utc>,
) -> Result<Reservation, ReservationError> {
    // While nobody may come in, nobody could claim it.
    if draft.footing == Footing::Offered && !store::is_tenant_active(tx).await? {
        return Err(ReservationError::NoneFree);
    }
    store::hold_person(tx, &draft.holder).await?;
    for _ in 0..TRIES {
        // The terms are the site's, so any of its bays knows them.
        let Some(terms) = store::terms_of_site(tx, target).await? else {
            return Err(ReservationError::Absent);
        };
        terms.check(draft.slot, None, now)?;
        let blocked = terms.blocked(draft.slot);
        let is_soon = terms.opens_at(draft.slot) <= now;
        let wanted = (draft.slot, blocked, is_soon);
        store::mark(tx).await?;
        let free = match store::free_bay(tx, target, wanted, true).await? {
            Some(free) => Some(free),
            // What others hold at this moment may be free all the same.
            None => store::free_bay(tx, target, wanted, false).await?,
        };
        let Some(space) = free else {
            return Err(ReservationError::NoneFree);
        };
        match book(tx, maker, (space, draft), now).await {
            // Somebody was quicker. Nobody is kept waiting for a bay that is not to be had.
            Err(
                ReservationError::Taken(_)
                | ReservationError::OutOfUse
                | ReservationError::NotReservable,
            ) => store::go_back(tx).await?,
            done => return done,
        }
    }
    Err(ReservationError::NoneFree)
}

/// Whether any bay that is meant can be reserved, by the rules by which it is; refuses a slot that none can
/// have, whatever else is reserved.
pub async fn is_free(
    tx: &mut TenantTx,
    target: &Target,
    slot: Slot,
    now: DateTime<Utc>,
) -> Result<bool, ReservationError> {
    let terms = store::terms_of_site(tx, target).await?;
    let terms = terms.ok_or(ReservationError::Absent)?;
    terms.check(slot, None, now)?;
    let bays = availability(tx.conn(), target, (slot, slot.length()), now).await?;
    if bays.is_empty() {
        return Err(ReservationError::NotReservable);
    }
    Ok(bays.iter().any(|bay| !bay.windows.is_empty()))
}

/// Writes a reservation of a bay that is held, unless it is taken.
async fn place(
    tx: &mut TenantTx,
    maker: &Maker,
    bay: &HeldBay,
    draft: &Draft,
    now: DateTime<Utc>,
) -> Result<Reservation, ReservationError> {
    let booking = booking(bay, draft, now);
    let blocked = bay.terms.blocked(draft.slot);
    if !store::insert(tx, bay.id, (&booking, blocked), (draft, &maker.name), now).await? {
        let taken = store::clashing(tx, bay.id, blocked, None).await?;
        return Err(ReservationError::Taken(taken));
    }
    let touched = [(tx.tenant().0, bay.id)];
    spaces::settle_across(tx.conn(), &touched, now).await?;
    let made = store::find(tx.conn(), booking.id).await?;
    made.ok_or(ReservationError::Absent)
}

/// What decides over a reservation that is made now.
pub(super) fn booking(bay: &HeldBay, draft: &Draft, now: DateTime<Utc>) -> Booking {
    let (status, hold_until) = match draft.footing {
        Footing::Agreed => (Status::Confirmed, None),
        Footing::Held(until) => (Status::Pending, until),
        Footing::Offered => (
            Status::Pending,
            Some(bay.terms.claim_until(draft.slot, now)),
        ),
    };
    Booking {
        id: fresh(),
        status,
        slot: draft.slot,
        hold_until,
        opens_at: bay.terms.opens_at(draft.slot),
        no_show_at: bay.terms.no_show_at(draft.slot, bay.grace, now),
        checked_in_at: None,
        is_contested: false,
    }
}

/// Refuses what the terms do not allow.
fn must_be_sound(bay: &HeldBay, draft: &Draft, now: DateTime<Utc>) -> Result<(), ReservationError> {
    bay.terms.check(draft.slot, None, now)?;
    let max = bay.terms.hold_until_max(now);
    match draft.footing {
        Footing::Held(Some(until)) if until <= now || until > max => {
            Err(ReservationError::Hold(max))
        }
        _ => Ok(()),
    }
}

/// Refuses one reservation more than a person may have. Whoever asks holds the person.
pub(super) async fn must_not_have_enough(
    tx: &mut TenantTx,
    bay: &HeldBay,
    holder: &Holder,
    but: Option<Uuid>,
) -> Result<(), ReservationError> {
    let (Some(max), Some(key)) = (bay.terms.per_person_max, holder.key()) else {
        return Ok(());
    };
    if store::open_of(tx, &key, but).await? >= i64::from(max) {
        return Err(ReservationError::PersonLimit(max));
    }
    Ok(())
}

/// Refuses a slot of a held bay that others have.
pub(super) async fn must_be_free(
    tx: &mut TenantTx,
    bay: &HeldBay,
    slot: Slot,
    but: Uuid,
) -> Result<(), ReservationError> {
    let taken = store::clashing(tx, bay.id, bay.terms.blocked(slot), Some(but)).await?;
    if taken.is_empty() {
        Ok(())
    } else {
        Err(ReservationError::Taken(taken))
    }
}
