//! Changing reservations: moving, extending and shortening them, and taking them through their life.

use chrono::{DateTime, Utc};
use parking_db::{OnConstraint as _, TenantTx};
use parking_domain::reservations::{Slot, Status};
use parking_estate::{Maker, spaces};
use parking_http::IfMatch;
use uuid::Uuid;

use super::book::{must_be_free, must_not_have_enough};
use super::store::{self, HeldBay};
use super::{Holder, News, Reservation, ReservationError, record};

/// What a reservation is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// Of which bay.
    pub space: Uuid,
    /// From when until when.
    pub slot: Slot,
    /// For whom.
    pub holder: Holder,
    /// What else there is to say.
    pub notes: Option<String>,
}

impl Wish {
    fn of(reservation: &Reservation) -> Self {
        Self {
            space: reservation.space.0,
            slot: reservation.booking.slot,
            holder: reservation.holder.clone(),
            notes: reservation.notes.clone(),
        }
    }
}

/// Changes a reservation that is not over: it becomes what `change` makes of it. `may_be_late` is for
/// those whom the notice in the terms does not bind.
pub async fn change(
    tx: &mut TenantTx,
    maker: &Maker,
    (id, seen): (Uuid, &IfMatch),
    (change, may_be_late): (impl Fn(&mut Wish), bool),
    now: DateTime<Utc>,
) -> Result<Reservation, ReservationError> {
    let wished = |reservation: &Reservation| {
        let mut wish = Wish::of(reservation);
        change(&mut wish);
        wish
    };
    let found = store::find(tx.conn(), id).await?;
    let found = found.ok_or(ReservationError::Absent)?;
    let wish = wished(&found);
    let holds_person = wish.holder.key() != found.holder.key();
    if holds_person {
        store::hold_person(tx, &wish.holder).await?;
    }
    let bay = hold_both(tx, found.space.0, wish.space).await?;
    let old = again(tx, &found, seen).await?;
    let wish = wished(&old);
    // Who is only called differently is the same person, and has no more than before.
    let is_for_others = wish.holder.key() != old.holder.key();
    if wish.space != bay.id || is_for_others && !holds_person {
        return Err(ReservationError::Moved);
    }
    must_not_be_over(&old, now)?;
    if wish == Wish::of(&old) {
        return Ok(old);
    }
    if is_for_others {
        must_not_have_enough(tx, &bay, &wish.holder, Some(id)).await?;
    }
    let mut new = old.clone();
    (new.holder, new.notes) = (wish.holder.clone(), wish.notes.clone());
    if gives_time_back(old.booking.slot, wish.slot) && !may_be_late {
        must_be_in_time(tx, &old, now).await?;
    }
    if (wish.space, wish.slot) != (old.space.0, old.booking.slot) {
        shift(tx, (&mut new, &old), (&bay, wish.slot), now).await?;
    }
    store::update(tx, (&new, bay.id), now)
        .await
        .on_constraint("reservations_no_overlap", || {
            ReservationError::Taken(Vec::new())
        })?;
    let tenant = tx.tenant().0;
    let mut touched = vec![(tenant, old.space.0), (tenant, bay.id)];
    touched.sort_unstable();
    touched.dedup();
    spaces::settle_across(tx.conn(), &touched, now).await?;
    let written = store::find(tx.conn(), id).await?;
    let written = written.ok_or(ReservationError::Absent)?;
    let news = News::of("updated", &old, &written);
    record(tx, (&maker.by, &maker.name), (&written, news), now).await?;
    Ok(written)
}

/// Gives a reservation another slot, of its bay or another, if that can be.
async fn shift(
    tx: &mut TenantTx,
    (new, old): (&mut Reservation, &Reservation),
    (bay, slot): (&HeldBay, Slot),
    now: DateTime<Utc>,
) -> Result<(), ReservationError> {
    let (id, before) = (old.booking.id, old.booking.slot);
    let is_moved = bay.id != old.space.0;
    if !bay.is_living {
        return Err(ReservationError::Absent);
    }
    if is_moved && !bay.is_reservable {
        return Err(ReservationError::NotReservable);
    }
    if old.booking.checked_in_at.is_some() && slot.start != before.start {
        return Err(ReservationError::Begun);
    }
    if !is_moved && before.encloses(&slot) {
        // Whoever only gives time back is not held to what was agreed on since.
        let terms = bay.terms.without_limits();
        terms.check(slot, Some(before), now)?;
    } else {
        bay.terms.check(slot, Some(before), now)?;
        if store::is_out_of_use(tx, bay.id, slot).await? {
            return Err(ReservationError::OutOfUse);
        }
        must_be_free(tx, bay, slot, id).await?;
    }
    lay(new, (bay, slot), is_moved, now);
    Ok(())
}

/// Refuses what is history, or is so by the clock and was not looked at yet: what was used, or lost, is not
/// moved elsewhere or called off afterwards.
fn must_not_be_over(one: &Reservation, now: DateTime<Utc>) -> Result<(), ReservationError> {
    let over = one.booking.over_as(now);
    over.map_or(Ok(()), |status| Err(ReservationError::Over(status)))
}

/// Lays a reservation into a slot of a bay; what follows from the terms follows anew. One that only gives
/// time back blocks nothing that it did not block before.
pub(super) fn lay(
    new: &mut Reservation,
    (bay, slot): (&HeldBay, Slot),
    is_moved: bool,
    now: DateTime<Utc>,
) {
    let mut blocked = bay.terms.blocked(slot);
    let booking = &mut new.booking;
    if !is_moved && booking.slot.encloses(&slot) {
        blocked.start = blocked.start.max(new.blocked.start);
        blocked.end = blocked.end.min(new.blocked.end);
    }
    let keeps_start = booking.slot.start == slot.start;
    booking.slot = slot;
    booking.opens_at = bay.terms.opens_at(slot);
    if is_moved || !keeps_start {
        booking.no_show_at = bay.terms.no_show_at(slot, bay.grace, now);
        booking.is_contested = false;
        new.contested_at = None;
    }
    new.blocked = blocked;
}

/// Whether others can have some of the time that was reserved: moving a reservation to another day calls
/// off the one of that day.
pub(super) fn gives_time_back(before: Slot, after: Slot) -> bool {
    after.start > before.start || after.end < before.end
}

/// Refuses what gives a confirmed reservation back when it is too late for that.
async fn must_be_in_time(
    tx: &mut TenantTx,
    old: &Reservation,
    now: DateTime<Utc>,
) -> Result<(), ReservationError> {
    let terms = store::terms_of_bay(tx, old.space.0).await?;
    let is_agreed = old.booking.status == Status::Confirmed;
    if is_agreed && terms.is_late_to_cancel(old.booking.slot, now) {
        let notice = terms.cancel_notice_minutes;
        return Err(ReservationError::LateToCancel(notice));
    }
    Ok(())
}

/// Makes a held reservation a confirmed one. One that is confirmed stays so.
pub async fn confirm(
    tx: &mut TenantTx,
    maker: &Maker,
    (id, seen): (Uuid, &IfMatch),
    now: DateTime<Utc>,
) -> Result<Reservation, ReservationError> {
    let mut new = held(tx, id, seen).await?;
    let status = new.booking.status;
    if status == Status::Confirmed {
        return Ok(new);
    }
    if !status.may_become(Status::Confirmed) {
        return Err(ReservationError::Over(status));
    }
    let has_run_out = new.booking.hold_until.is_some_and(|until| until <= now);
    if has_run_out || new.booking.slot.end <= now {
        return Err(ReservationError::HoldOver);
    }
    new.booking.status = Status::Confirmed;
    new.booking.hold_until = None;
    turn(tx, maker, (new, "confirmed"), None, now).await
}

/// Calls a reservation off. One that was called off stays so. `may_be_late` is for those whom the
/// notice in the terms does not bind.
pub async fn cancel(
    tx: &mut TenantTx,
    maker: &Maker,
    (id, seen): (Uuid, &IfMatch),
    (reason, may_be_late): (Option<&str>, bool),
    now: DateTime<Utc>,
) -> Result<Reservation, ReservationError> {
    let mut new = held(tx, id, seen).await?;
    let status = new.booking.status;
    if status == Status::Cancelled {
        return Ok(new);
    }
    must_not_be_over(&new, now)?;
    if !may_be_late {
        must_be_in_time(tx, &new, now).await?;
    }
    new.booking.status = Status::Cancelled;
    new.cancel_reason = reason.map(str::to_owned);
    turn(tx, maker, (new, "cancelled"), reason, now).await
}

/// Gives a bay back that is only held.
pub async fn let_go(
    tx: &mut TenantTx,
    maker: &Maker,
    id: Uuid,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<Reservation, ReservationError> {
    let mut new = held(tx, id, &IfMatch::default()).await?;
    if new.booking.status != Status::Pending {
        return Err(ReservationError::Over(new.booking.status));
    }
    new.booking.status = Status::Cancelled;
    new.cancel_reason = Some(reason.to_owned());
    turn(tx, maker, (new, "cancelled"), Some(reason), now).await
}

/// Somebody says that the vehicle has come. Said again it stays as it is.
pub async fn check_in(
    tx: &mut TenantTx,
    maker: &Maker,
    (id, seen): (Uuid, &IfMatch),
    now: DateTime<Utc>,
) -> Result<Reservation, ReservationError> {
    let mut new = held(tx, id, seen).await?;
    new.booking.may_check_in(now)?;
    if new.booking.checked_in_at.is_some() {
        return Ok(new);
    }
    new.booking.checked_in_at = Some(now);
    new.checked_in_by = Some("person".to_owned());
    turn(tx, maker, (new, "checked_in"), None, now).await
}

/// Somebody says that the vehicle has left: the reservation is over, and the bay can be had again.
/// Said again it stays as it is.
pub async fn check_out(
    tx: &mut TenantTx,
    maker: &Maker,
    (id, seen): (Uuid, &IfMatch),
    now: DateTime<Utc>,
) -> Result<Reservation, ReservationError> {
    let mut new = held(tx, id, seen).await?;
    match new.booking.status {
        Status::Completed => return Ok(new),
        Status::Confirmed if new.booking.checked_in_at.is_some() => {}
        Status::Pending | Status::Confirmed => return Err(ReservationError::NotCheckedIn),
        over => return Err(ReservationError::Over(over)),
    }
    new.booking.status = Status::Completed;
    new.checked_out_at = Some(now);
    turn(tx, maker, (new, "checked_out"), None, now).await
}

/// Writes the next page of a reservation's life, whose bay is held.
async fn turn(
    tx: &mut TenantTx,
    maker: &Maker,
    (new, verb): (Reservation, &'static str),
    reason: Option<&str>,
    now: DateTime<Utc>,
) -> Result<Reservation, ReservationError> {
    let id = new.booking.id;
    let old = store::find(tx.conn(), id).await?;
    let old = old.ok_or(ReservationError::Absent)?;
    store::turn(tx.conn(), &new, now).await?;
    spaces::settle_across(tx.conn(), &[(new.tenant_id, new.space.0)], now).await?;
    let written = store::find(tx.conn(), id).await?;
    let written = written.ok_or(ReservationError::Absent)?;
    let news = News::of(verb, &old, &written).because(reason);
    record(tx, (&maker.by, &maker.name), (&written, news), now).await?;
    Ok(written)
}

/// A reservation whose bay is held until the end of the transaction.
async fn held(
    tx: &mut TenantTx,
    id: Uuid,
    seen: &IfMatch,
) -> Result<Reservation, ReservationError> {
    let found = store::find(tx.conn(), id).await?;
    let found = found.ok_or(ReservationError::Absent)?;
    store::hold_bay(tx, found.space.0).await?;
    again(tx, &found, seen).await
}

/// Holds the bay of a reservation and the one it is to have, in the order of their ids, and answers the
/// latter.
async fn hold_both(tx: &mut TenantTx, old: Uuid, new: Uuid) -> Result<HeldBay, ReservationError> {
    if new < old {
        let bay = store::hold_bay(tx, new).await?;
        store::hold_bay(tx, old).await?;
        return must_live(bay);
    }
    let mut bay = store::hold_bay(tx, old).await?;
    if new != old {
        bay = must_live(store::hold_bay(tx, new).await?).map(Some)?;
    }
    bay.ok_or(ReservationError::Absent)
}

fn must_live(bay: Option<HeldBay>) -> Result<HeldBay, ReservationError> {
    let bay = bay.filter(|bay| bay.is_living);
    bay.ok_or(ReservationError::Absent)
}

/// The reservation as it is now that its bay is held.
async fn again(
    tx: &mut TenantTx,
    found: &Reservation,
    seen: &IfMatch,
) -> Result<Reservation, ReservationError> {
    let present = store::find(tx.conn(), found.booking.id).await?;
    let present = present.ok_or(ReservationError::Absent)?;
    if present.space.0 != found.space.0 {
        return Err(ReservationError::Moved);
    }
    let fresh = seen.check(present.version);
    fresh.map_err(|_| ReservationError::Stale)?;
    Ok(present)
}
