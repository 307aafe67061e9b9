//! Letters: what whoever a bay is reserved for is told by mail.
//!
//! Whoever changes a reservation leaves a job ([`WriteToHolder`],
//! or of one that recurs [`WriteOfSeries`]) in the same transaction. The job looks at what they were
//! told last and at what is, and writes what is missing ([`parking_domain::reservations::Letter`]): so
//! done twice it does nothing, of a thousand changes while it waits the last is told, what was erased
//! or called off meanwhile is told as what it is by then, and a letter that another server is about to
//! send is not written again. Only a server that dies between sending and writing that down sends it
//! once more. What becomes of the occurrences of a series shares a letter; each is reminded of by
//! itself. Of a hold only those are told who waited for it. Whoever had what is somebody else's by now is
//! told so before those who have it, without a link, and their address is forgotten with it. In a tenant
//! that is suspended everything waits. The link is made when a letter is sent, and
//! the address is read then: nothing of either waits in the queue. Who was told is kept as a
//! fingerprint, which a trigger forgets with the address, whoever takes that out. Table:
//! `reservation_letters`.

mod draft;
mod jobs;
mod partings;
mod store;
#[cfg(test)]
mod tests;

use chrono::{DateTime, TimeDelta, Utc};
use parking_access::audit::Witness;
use parking_access::mail::{Letter, MailError, Mailer, ReservationNews, SeriesDate, SeriesNews};
use parking_db::queue::{JobError, enqueue};
use parking_db::{DbError, Reason};
use parking_domain::ids::TenantId;
use parking_domain::places::TimeZone;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::Flow;
use crate::reservations::{self, SETTLES_WITHIN, WriteOfSeries, WriteToHolder};
use draft::{Draft, Subject, draft, whom};
use jobs::RemindHolder;

pub use jobs::{jobs, schedules};

/// How long a server may take to send one letter; after that another may.
const SENT_WITHIN: TimeDelta = TimeDelta::minutes(2);

/// When it is looked again whether a tenant may be written for, that is suspended.
const LOOKS_AGAIN: TimeDelta = TimeDelta::minutes(10);

/// How long an address is kept at most because somebody is to be told that a reservation is not theirs any more.
const PARTINGS_KEPT_FOR: TimeDelta = TimeDelta::days(30);

/// Reminders, and partings, that one portion of looking takes.
const PORTION: i64 = 500;

/// Tells the holder of a reservation, or of those of a series, what they have not been told, if there is
/// anything: one letter, and what another has to say is left to another job.
async fn write(
    flow: &Flow,
    mailer: &Mailer,
    tenant: TenantId,
    subject: Subject,
) -> Result<(), JobError> {
    let now = flow.clock.now();
    let Some(draft) = draft(flow, tenant, subject, now).await? else {
        return Ok(());
    };
    let sent = send(mailer, &draft).await;
    let mut tx = flow.db.tenant(tenant).await?;
    if let Err(error @ MailError::Unavailable(_)) = sent {
        store::let_go(&mut tx, &draft.ids(), draft.claimed).await?;
        tx.commit().await?;
        return Err(error.into());
    }
    // An address that takes no letters takes none later either.
    if draft.is_parting {
        let ids = draft.ids();
        store::part(&mut tx, draft.claimed, &ids).await?;
        let told: Vec<(Uuid, String)> = ids.into_iter().map(|id| (id, draft.to.clone())).collect();
        reservations::forget_partings(&mut tx, &told).await?;
    } else {
        let told = draft.told(now);
        store::tell(&mut tx, (&whom(&draft.to), draft.claimed), &told).await?;
    }
    if draft.has_more {
        leave(tx.conn(), tenant, (subject, draft.first.space.0), now).await?;
    }
    tx.commit().await?;
    Ok(sent?)
}

/// Leaves what there is to say of a subject, one of whose bays this is, to another job.
async fn leave(
    conn: &mut PgConnection,
    tenant: TenantId,
    (subject, space_id): (Subject, Uuid),
    at: DateTime<Utc>,
) -> Result<(), DbError> {
    match subject {
        Subject::One(reservation_id) => {
            enqueue(conn, tenant, &WriteToHolder { reservation_id }, at).await
        }
        Subject::Series(series_id) => {
            let job = WriteOfSeries {
                series_id,
                space_id,
            };
            enqueue(conn, tenant, &job, at).await
        }
    }
}

async fn send(mailer: &Mailer, draft: &Draft) -> Result<(), MailError> {
    let (first, place) = (&draft.first, &draft.place);
    let town = [place.postal_code.as_deref(), place.city.as_deref()];
    let town = town.into_iter().flatten().collect::<Vec<_>>().join(" ");
    let town = (!town.is_empty()).then_some(town.as_str());
    let parts = [
        place.address.as_deref(),
        town,
        place.level.as_deref(),
        place.zone.as_deref(),
    ];
    let (space, site) = (first.space.1.as_str(), first.site.1.as_str());
    let place: Vec<&str> = parts.into_iter().flatten().collect();
    let zone = first.timezone.parse().unwrap_or(TimeZone::UTC);
    let (kind, ticket, calendar) = (draft.kind, draft.token.as_ref(), draft.calendar.clone());
    if draft.others.is_empty() {
        let news = ReservationNews {
            kind,
            ticket,
            space,
            site,
            place,
            slot: first.booking.slot,
            check_in_from: first.booking.opens_at,
            claim_until: first.booking.hold_until,
            zone,
            calendar,
        };
        let letter = Letter::Reservation(&news);
        return mailer.send(&draft.to, draft.language, &letter).await;
    }
    let dates = draft.all().into_iter().map(|(kind, one)| SeriesDate {
        kind,
        slot: one.booking.slot,
        space: &one.space.1,
    });
    let news = SeriesNews {
        kind,
        ticket,
        space,
        site,
        place,
        dates: dates.collect(),
        zone,
        is_reminded: draft.reminder_minutes > 0,
        calendar,
    };
    let letter = Letter::Series(&news);
    mailer.send(&draft.to, draft.language, &letter).await
}

/// Has those told of whom no change tells.
async fn look(flow: &Flow, witness: &Witness) -> Result<(), DbError> {
    // What goes wrong with the ones keeps nobody else waiting.
    let parted = part(flow).await;
    remind(flow, witness).await.and(parted)
}

/// Has those told whose reservation became somebody else's, where whoever has it now is not written to, or
/// whoever was to tell them could not. Any number of servers may do so at once.
async fn part(flow: &Flow) -> Result<(), DbError> {
    let now = flow.clock.now();
    let mut tx = flow
        .db
        .platform(Reason::Worker("tell former holders of reservations"))
        .await?;
    let parted = reservations::parted(&mut tx, now - SETTLES_WITHIN, PORTION).await?;
    tx.commit().await?;
    for one in parted {
        let subject = one
            .series
            .map_or(Subject::One(one.reservation), Subject::Series);
        // A transaction each: whoever leaves several of these jobs at once could wait in a circle.
        let tenant = TenantId(one.tenant);
        let mut tx = flow.db.tenant(tenant).await?;
        leave(tx.conn(), tenant, (subject, one.space), now).await?;
        tx.commit().await?;
    }
    Ok(())
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
        reservations::forget_partings_before(&mut tx, now - PARTINGS_KEPT_FOR).await?;
        let due = store::take_due(&mut tx, now, PORTION).await?;
        for (tenant, reservation_id) in &due {
            let job = RemindHolder {
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
