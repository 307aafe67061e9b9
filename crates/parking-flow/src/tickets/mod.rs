//! Tickets: signed links by which somebody without an account sees their reservation, claims what they
//! waited for, says that they came or left, and calls it off.
//!
//! A link holds whose reservation it is of, which, and the number of the link, signed by the
//! installation, so that none is kept anywhere: who renews it counts the number up, and the links
//! before it are good for nothing. It ends a while after the reservation, and with the tenant. Guests
//! are bound by the terms like everybody, and learn nothing but their own reservation; whatever is
//! wrong with a link, it is answered alike. The number stands with the reservation.

mod api;
mod link;
mod store;
#[cfg(test)]
mod tests;

use chrono::{DateTime, TimeDelta, Utc};
use parking_access::audit::{self, By, Entry};
use parking_db::{DbError, TenantTx};
use parking_domain::reservations::Steps;
use parking_estate::Maker;
use parking_http::{IfMatch, caller};
use uuid::Uuid;

use crate::Flow;
use crate::reservations::{self, Reservation, ReservationError};
use crate::waitlist::{self, WaitlistError};

pub use api::routes;
pub use link::{Links, Ticket};
pub(crate) use store::place;

/// How long after the end of its reservation a link is good.
const KEPT_FOR: TimeDelta = TimeDelta::days(30);

/// How often a step is tried that others stand in the way of.
const TRIES: usize = 4;

/// A reservation as its guest sees it.
struct Visit {
    reservation: Reservation,
    place: Place,
    steps: Steps,
    /// Until when one can cancel; until the end, if `None`.
    cancel_until: Option<DateTime<Utc>>,
}

/// Where a bay is found.
pub(crate) struct Place {
    pub(crate) address: Option<String>,
    pub(crate) postal_code: Option<String>,
    pub(crate) city: Option<String>,
    pub(crate) level: Option<String>,
    pub(crate) zone: Option<String>,
}

/// What a guest does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Claim,
    CheckIn,
    CheckOut,
    Cancel,
}

/// What the ticket is of, if its link is good.
async fn visit(
    tx: &mut TenantTx,
    ticket: &Ticket,
    now: DateTime<Utc>,
) -> Result<Visit, ReservationError> {
    must_be_good(tx, ticket, now).await?;
    let found = reservations::find(tx.conn(), ticket.reservation).await?;
    seen(tx, found.ok_or(ReservationError::Absent)?, now).await
}

/// Takes a step for the guest, and commits it; again, if it lost against another change. Said again it
/// stays as it is.
async fn take(
    flow: &Flow,
    (ticket, request): (&Ticket, &caller::Request),
    step: Step,
    now: DateTime<Utc>,
) -> Result<Visit, WaitlistError> {
    let by = By::guest(request);
    let name = by.name().unwrap_or_default().to_owned();
    let maker = Maker { by, name };
    let mut tried = 1;
    loop {
        let mut tx = flow.db.tenant(ticket.tenant).await?;
        let ended = match taken(&mut tx, &maker, (ticket, step), now).await {
            Ok(visit) => tx.commit().await.map(|()| visit).map_err(Into::into),
            Err(error) => Err(error),
        };
        match ended {
            Err(error) if error.is_of_the_moment() && tried < TRIES => tried += 1,
            ended => return ended,
        }
    }
}

async fn taken(
    tx: &mut TenantTx,
    maker: &Maker,
    (ticket, step): (&Ticket, Step),
    now: DateTime<Utc>,
) -> Result<Visit, WaitlistError> {
    must_be_good(tx, ticket, now).await?;
    let which = (ticket.reservation, &IfMatch::default());
    match step {
        Step::Claim => waitlist::claim_hold(tx, maker, which.0, now).await?,
        Step::CheckIn => drop(reservations::check_in(tx, maker, which, now).await?),
        Step::CheckOut => drop(reservations::check_out(tx, maker, which, now).await?),
        Step::Cancel => cancel(tx, maker, which, now).await?,
    }
    // Now that the bay is held: it may have become another's while somebody else held it.
    must_be_good(tx, ticket, now).await?;
    let reservation = reservations::find(tx.conn(), ticket.reservation).await?;
    let reservation = reservation.ok_or(ReservationError::Absent)?;
    Ok(seen(tx, reservation, now).await?)
}

/// Declines what is only offered, so that the list knows at once; calls off everything else.
async fn cancel(
    tx: &mut TenantTx,
    maker: &Maker,
    which: (Uuid, &IfMatch),
    now: DateTime<Utc>,
) -> Result<(), WaitlistError> {
    if !waitlist::decline_hold(tx, maker, which.0, now).await? {
        // Guests are bound by the notice in the terms.
        reservations::cancel(tx, maker, which, (None, false), now).await?;
    }
    Ok(())
}

/// Refuses a link that was renewed, whose time is up, or whose tenant is not active.
async fn must_be_good(
    tx: &mut TenantTx,
    ticket: &Ticket,
    now: DateTime<Utc>,
) -> Result<(), ReservationError> {
    if store::is_good(tx, ticket, now - KEPT_FOR).await? {
        Ok(())
    } else {
        Err(ReservationError::Absent)
    }
}

async fn seen(
    tx: &mut TenantTx,
    reservation: Reservation,
    now: DateTime<Utc>,
) -> Result<Visit, ReservationError> {
    let space = reservation.space.0;
    let terms = reservations::terms_of_bay(tx, space).await?;
    let place = store::place(tx, space).await?;
    let offers = waitlist::offers_among(tx.conn(), &[reservation.booking.id]).await?;
    Ok(Visit {
        steps: reservation.booking.steps(&terms, !offers.is_empty(), now),
        cancel_until: terms.cancel_until(reservation.booking.slot),
        place: place.ok_or(ReservationError::Absent)?,
        reservation,
    })
}

/// The link to a reservation that is good, for a letter to whoever has it; none, if it was changed since it
/// was read: it may be another's by now, and the link theirs.
pub(crate) async fn current(
    tx: &mut TenantTx,
    reservation: &Reservation,
) -> Result<Option<Ticket>, DbError> {
    let id = reservation.booking.id;
    let number = store::number_of(tx, (id, reservation.version)).await?;
    let tenant = tx.tenant();
    Ok(number.map(|number| Ticket {
        tenant,
        reservation: id,
        number,
    }))
}

/// A link to hand over.
struct Issued {
    ticket: Ticket,
    /// When it ends by itself.
    valid_until: DateTime<Utc>,
}

/// The link to a reservation. Whoever has it may do what a guest may, so it is written into the log who
/// was given it.
async fn issue(
    tx: &mut TenantTx,
    by: &By,
    reservation: Uuid,
    now: DateTime<Utc>,
) -> Result<Issued, ReservationError> {
    let number = store::number(tx, reservation).await?;
    handed(tx, by, (reservation, number), "shown", now).await
}

/// A new link to a reservation: those before it are good for nothing.
async fn renew(
    tx: &mut TenantTx,
    by: &By,
    reservation: Uuid,
    now: DateTime<Utc>,
) -> Result<Issued, ReservationError> {
    let number = store::count_up(tx, reservation).await?;
    handed(tx, by, (reservation, number), "renewed", now).await
}

async fn handed(
    tx: &mut TenantTx,
    by: &By,
    (id, number): (Uuid, Option<i32>),
    verb: &str,
    now: DateTime<Utc>,
) -> Result<Issued, ReservationError> {
    let found = reservations::find(tx.conn(), id).await?;
    let (Some(reservation), Some(number)) = (found, number) else {
        return Err(ReservationError::Absent);
    };
    let valid_until = reservation.booking.slot.end + KEPT_FOR;
    if valid_until <= now {
        return Err(ReservationError::Over(reservation.booking.status));
    }
    let ticket = Ticket {
        tenant: tx.tenant(),
        reservation: id,
        number,
    };
    recorded(tx, by, (&reservation, verb), now).await?;
    Ok(Issued {
        ticket,
        valid_until,
    })
}

async fn recorded(
    tx: &mut TenantTx,
    by: &By,
    (reservation, verb): (&Reservation, &str),
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let entry = Entry {
        action: &format!("reservation_ticket.{verb}"),
        entity_type: "reservation",
        entity_id: Some(reservation.booking.id.to_string()),
        entity_name: Some(&reservation.space.1),
        ..Entry::default()
    };
    let tenant = tx.tenant();
    audit::append(tx.conn(), tenant, by, now, entry).await
}
