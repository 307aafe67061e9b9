//! Letters: what whoever a bay is reserved for is told by mail.
//!
//! Whoever changes a reservation leaves a job ([`WriteToHolder`](crate::reservations::WriteToHolder)) in the
//! same transaction. The job looks at what they were told last and at what is, and writes what is missing
//! ([`parking_domain::reservations::Letter`]): so done twice it does nothing, of a thousand changes while it
//! waits the last is told, and a letter that another server is about to send is not written again. Only a
//! server that dies between sending and writing that down sends it once more. The link is made when it is
//! sent, and the address is read then: nothing of either waits in the queue. Table: `reservation_letters`.

mod jobs;
mod store;
#[cfg(test)]
mod tests;

use chrono::{DateTime, TimeDelta, Utc};
use parking_access::audit::Witness;
use parking_access::mail::{Letter, MailError, Mailer, ReservationNews};
use parking_access::secrets::fingerprint;
use parking_db::queue::{JobError, enqueue};
use parking_db::{DbError, Reason};
use parking_domain::ids::TenantId;
use parking_domain::places::TimeZone;
use parking_domain::reservations::{Letter as Kind, Letters};
use parking_domain::text::Language;
use secrecy::SecretString;
use thiserror::Error;
use uuid::Uuid;

use crate::Flow;
use crate::reservations::{self, Reservation, WriteToHolder};
use crate::tickets::{self, Place};

pub use jobs::{jobs, schedules};

/// How long a server may take to send one letter; after that another may.
const SENT_WITHIN: TimeDelta = TimeDelta::minutes(2);

/// Reminders that one portion of looking takes.
const PORTION: i64 = 500;

/// Another server is about to send it.
#[derive(Clone, Copy, Debug, Error)]
#[error("another server is writing to them")]
struct InOtherHands;

/// A letter that is to be sent.
struct Draft {
    kind: Kind,
    language: Language,
    to: String,
    reservation: Reservation,
    place: Place,
    token: SecretString,
    reminder_minutes: i32,
}

/// Tells the holder of a reservation what they have not been told, if there is anything.
async fn write(
    flow: &Flow,
    mailer: &Mailer,
    tenant: TenantId,
    reservation: Uuid,
) -> Result<(), JobError> {
    let now = flow.clock.now();
    let Some(draft) = draft(flow, tenant, reservation, now).await? else {
        return Ok(());
    };
    let sent = send(mailer, &draft).await;
    let mut tx = flow.db.tenant(tenant).await?;
    if let Err(error @ MailError::Unavailable(_)) = sent {
        store::let_go(&mut tx, reservation).await?;
        tx.commit().await?;
        return Err(error.into());
    }
    // An address that takes no letters takes none later either.
    let (booking, space) = (&draft.reservation.booking, draft.reservation.space.0);
    let told = booking.told((space, draft.kind), draft.reminder_minutes, now);
    let remind_at = booking.remind_at(Some(&told), draft.reminder_minutes);
    store::tell(&mut tx, reservation, (&whom(&draft.to), &told, remind_at)).await?;
    tx.commit().await?;
    Ok(sent?)
}

/// An address, as it is written down who was told.
fn whom(address: &str) -> [u8; 32] {
    fingerprint(&address.to_lowercase())
}

/// What is to be written, which nobody else writes meanwhile; nothing, if there is nothing to say.
async fn draft(
    flow: &Flow,
    tenant: TenantId,
    id: Uuid,
    now: DateTime<Utc>,
) -> Result<Option<Draft>, JobError> {
    let mut tx = flow.db.tenant(tenant).await?;
    let Some(reservation) = reservations::find(tx.conn(), id).await? else {
        return Ok(None);
    };
    let standing = store::hold(&mut tx, id).await?;
    if standing.written_until.is_some_and(|until| until > now) {
        return Err(JobError::retry(InOtherHands));
    }
    let space = reservation.space.0;
    let terms = reservations::terms_of_bay(&mut tx, space).await?;
    let language = match terms.letters {
        Letters::Off => None,
        Letters::En => Some(Language::En),
        Letters::Fr => Some(Language::Fr),
    };
    let language = language.filter(|_| standing.is_tenant_active);
    let (Some(language), Some(to)) = (language, reservation.holder.email.clone()) else {
        store::remind(&mut tx, id, None).await?;
        tx.commit().await?;
        return Ok(None);
    };
    let (booking, told) = (&reservation.booking, standing.told(&whom(&to)));
    let minutes = terms.reminder_minutes;
    let Some(kind) = booking.letter((space, told), minutes, now) else {
        let at = booking.remind_at(told, minutes).filter(|at| *at > now);
        store::remind(&mut tx, id, at).await?;
        tx.commit().await?;
        return Ok(None);
    };
    let ticket = tickets::current(&mut tx, id).await?;
    let place = tickets::place(&mut tx, space).await?;
    let (Some(ticket), Some(place)) = (ticket, place) else {
        return Ok(None);
    };
    store::claim(&mut tx, id, now + SENT_WITHIN).await?;
    tx.commit().await?;
    Ok(Some(Draft {
        kind,
        language,
        to,
        place,
        token: flow.links.token(&ticket),
        reminder_minutes: minutes,
        reservation,
    }))
}

async fn send(mailer: &Mailer, draft: &Draft) -> Result<(), MailError> {
    let Draft {
        reservation, place, ..
    } = draft;
    let town = [place.postal_code.as_deref(), place.city.as_deref()];
    let town = town.into_iter().flatten().collect::<Vec<_>>().join(" ");
    let town = (!town.is_empty()).then_some(town.as_str());
    let parts = [
        place.address.as_deref(),
        town,
        place.level.as_deref(),
        place.zone.as_deref(),
    ];
    let news = ReservationNews {
        kind: draft.kind,
        ticket: &draft.token,
        space: &reservation.space.1,
        site: &reservation.site.1,
        place: parts.into_iter().flatten().collect(),
        slot: reservation.booking.slot,
        check_in_from: reservation.booking.opens_at,
        zone: reservation.timezone.parse().unwrap_or(TimeZone::UTC),
    };
    let letter = Letter::Reservation(&news);
    mailer.send(&draft.to, draft.language, &letter).await
}

/// Has those reminded whose time has come. Any number of servers may do so at once; a clock that nobody
/// confirms reminds nobody.
async fn remind(flow: &Flow, witness: &Witness) -> Result<(), DbError> {
    let now = flow.clock.now();
    if !witness.confirms(now).await? {
        return Ok(());
    }
    loop {
        let mut tx = flow
            .db
            .platform(Reason::Worker("remind holders of reservations"))
            .await?;
        let due = store::take_due(&mut tx, now, PORTION).await?;
        for (tenant, reservation_id) in &due {
            let job = WriteToHolder {
                reservation_id: *reservation_id,
            };
            enqueue(tx.conn(), TenantId(*tenant), &job, now).await?;
        }
        tx.commit().await?;
        if i64::try_from(due.len()).is_ok_and(|count| count < PORTION) {
            return Ok(());
        }
    }
}
