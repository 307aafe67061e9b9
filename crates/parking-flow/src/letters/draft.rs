//! What is to be written, and to whom: what is compared with what was told.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use chrono::{DateTime, Utc};
use parking_access::secrets::fingerprint;
use parking_db::TenantTx;
use parking_db::queue::JobError;
use parking_domain::ids::TenantId;
use parking_domain::reservations::{Letter as Kind, Letters, Terms, Told};
use parking_domain::text::Language;
use secrecy::SecretString;
use thiserror::Error;
use uuid::Uuid;

use super::SENT_WITHIN;
use super::store::{self, Standing};
use crate::Flow;
use crate::calendar_feeds;
use crate::reservations::series;
use crate::reservations::{self, Reservation, ReservationError};
use crate::tickets::{self, Place};
use crate::waitlist;

/// Another server is about to send it.
#[derive(Clone, Copy, Debug, Error)]
#[error("another server is writing to them")]
struct InOtherHands;

/// What there may be news of.
#[derive(Clone, Copy, Debug)]
pub(super) enum Subject {
    /// One reservation.
    One(Uuid),
    /// All of a series.
    Series(Uuid),
}

/// A letter that is to be sent.
pub(super) struct Draft {
    pub(super) kind: Kind,
    pub(super) language: Language,
    pub(super) to: String,
    /// What it is about, or what begins first of that and is still theirs.
    pub(super) first: Reservation,
    /// The others that it tells of as well, each with what there is to say of it.
    pub(super) others: Vec<(Kind, Reservation)>,
    /// What there is to say of the first.
    pub(super) of_first: Kind,
    pub(super) place: Place,
    pub(super) token: SecretString,
    pub(super) calendar: Option<String>,
    pub(super) reminder_minutes: i32,
    /// The series of which there is more to say, and a bay of it.
    pub(super) more: Option<(Uuid, Uuid)>,
    /// Until when nobody else writes of them.
    pub(super) claimed: DateTime<Utc>,
}

impl Draft {
    /// Each with what there is to say of it, in the order of their starts.
    pub(super) fn all(&self) -> Vec<(Kind, &Reservation)> {
        let others = self.others.iter().map(|(kind, one)| (*kind, one));
        let first = std::iter::once((self.of_first, &self.first));
        let mut all: Vec<_> = first.chain(others).collect();
        all.sort_by_key(|(_, one)| one.booking.slot.start);
        all
    }

    pub(super) fn ids(&self) -> Vec<Uuid> {
        let all = self.all().into_iter();
        all.map(|(_, one)| one.booking.id).collect()
    }

    /// What they have been told once it has left, and when they are to be reminded of each.
    pub(super) fn told(&self, now: DateTime<Utc>) -> Vec<(Uuid, Told, Option<DateTime<Utc>>)> {
        let minutes = self.reminder_minutes;
        let told = self.all().into_iter().map(|(kind, one)| {
            let told = one.booking.told((one.space.0, kind), minutes, now);
            let remind_at = one.booking.remind_at(Some(&told), minutes);
            (one.booking.id, told, remind_at)
        });
        told.collect()
    }
}

/// An address, as it is written down who was told.
pub(super) fn whom(address: &str) -> [u8; 32] {
    fingerprint(&address.to_lowercase())
}

/// Something to say of one reservation.
struct News {
    kind: Kind,
    language: Language,
    to: String,
    reservation: Reservation,
    reminder_minutes: i32,
}

impl News {
    /// What is the same for all that one letter tells: what changes about the same plans is told together.
    /// The terms, and so the language, are of the site.
    fn letter(&self) -> (Option<Kind>, String, Uuid) {
        let is_of_plans = matches!(
            self.kind,
            Kind::Confirmation | Kind::Change | Kind::Cancellation
        );
        let site = self.reservation.site.0;
        (
            (!is_of_plans).then_some(self.kind),
            self.to.to_lowercase(),
            site,
        )
    }
}

/// What is to be written, which nobody else writes meanwhile; nothing, if there is nothing to say.
pub(super) async fn draft(
    flow: &Flow,
    tenant: TenantId,
    subject: Subject,
    now: DateTime<Utc>,
) -> Result<Option<Draft>, JobError> {
    let mut tx = flow.db.tenant(tenant).await?;
    let mut news = news(&mut tx, subject, now).await?;
    // What is still theirs is what the letter leads to.
    news.sort_by_key(|one| one.kind.is_last());
    let Some(first) = news.first() else {
        tx.commit().await?;
        return Ok(None);
    };
    let (said, about) = (first.letter(), first.reservation.booking.id);
    let ticket = tickets::current(&mut tx, about).await?;
    let place = tickets::place(&mut tx, first.reservation.space.0).await?;
    let (Some(ticket), Some(place)) = (ticket, place) else {
        return Ok(None);
    };
    let more = match (subject, news.iter().find(|one| one.letter() != said)) {
        (Subject::Series(series), Some(one)) => Some((series, one.reservation.space.0)),
        _ => None,
    };
    let (of_first, language, minutes) = (first.kind, first.language, first.reminder_minutes);
    let to = first.to.clone();
    let same = news.into_iter().filter(|one| one.letter() == said);
    let same: Vec<(Kind, Reservation)> = same.map(|one| (one.kind, one.reservation)).collect();
    let is_one = same.iter().all(|(kind, _)| *kind == of_first);
    let kind = if is_one { of_first } else { Kind::Change };
    let all: Vec<Reservation> = same.iter().map(|(_, one)| one.clone()).collect();
    let ids: Vec<Uuid> = all.iter().map(|one| one.booking.id).collect();
    // What only says that it is soon changes nothing in a calendar, and what is only offered stands in none.
    let calendar = match kind {
        Kind::Reminder | Kind::Offer | Kind::Lapse | Kind::Withdrawal => None,
        Kind::Confirmation | Kind::Change | Kind::Cancellation | Kind::Release => {
            Some(calendar_feeds::file_of(tx.conn(), &all).await?)
        }
    };
    let claimed = now + SENT_WITHIN;
    store::claim(&mut tx, &ids, claimed).await?;
    tx.commit().await?;
    let mut same = same.into_iter();
    let first = same.next();
    Ok(first.map(|(of_first, first)| Draft {
        kind,
        language,
        to,
        first,
        others: same.collect(),
        of_first,
        place,
        token: flow.links.token(&ticket),
        calendar,
        reminder_minutes: minutes,
        more,
        claimed,
    }))
}

/// Everything there is to say, what begins first before the rest; of what there is nothing to say it is written down when somebody is to be
/// reminded.
async fn news(
    tx: &mut TenantTx,
    subject: Subject,
    now: DateTime<Utc>,
) -> Result<Vec<News>, JobError> {
    let ids = match subject {
        Subject::One(id) => vec![id],
        Subject::Series(id) => match series::detail(tx.conn(), id, now).await {
            Ok((_, all)) => all.iter().map(|one| one.booking.id).collect(),
            Err(ReservationError::Absent) => Vec::new(),
            Err(error) => return Err(JobError::retry(error)),
        },
    };
    let (standings, is_active) = store::hold(tx, &ids).await?;
    // Read once they are held: what was read before might be older than what another server has told.
    let mut found = reservations::by_ids(tx.conn(), &ids).await?;
    found.retain(|one| one.booking.slot.end > now);
    let offered = waitlist::offers_among(tx.conn(), &ids).await?;
    let is_held = |one: &Standing| one.written_until.is_some_and(|until| until > now);
    if standings.values().any(is_held) {
        return Err(JobError::retry(InOtherHands));
    }
    let mut terms: HashMap<Uuid, Terms> = HashMap::new();
    let (mut news, mut reminders) = (Vec::new(), Vec::new());
    for reservation in found {
        let (id, space) = (reservation.booking.id, reservation.space.0);
        let terms = match terms.entry(space) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(unknown) => *unknown.insert(reservations::terms_of_bay(tx, space).await?),
        };
        let to = reservation.holder.email.clone().filter(|_| is_active);
        let (Some(language), Some(to)) = (language(&terms), to) else {
            reminders.push((id, None));
            continue;
        };
        let told = standings
            .get(&id)
            .and_then(|standing| standing.told(&whom(&to)));
        let minutes = terms.reminder_minutes;
        let (booking, of) = (&reservation.booking, (space, told));
        let offer = booking.offer(of, now).filter(|_| offered.contains(&id));
        let kind = booking.letter(of, minutes, now).or(offer);
        let is_due = kind == Some(Kind::Reminder);
        match kind {
            // Each is reminded of by itself, and that is a job of its own.
            Some(kind) if !is_due || matches!(subject, Subject::One(_)) => news.push(News {
                kind,
                language,
                to,
                reminder_minutes: minutes,
                reservation,
            }),
            _ => {
                let at = booking.remind_at(told, minutes);
                reminders.push((id, at.filter(|at| is_due || *at > now)));
            }
        }
    }
    store::remind(tx, &reminders).await?;
    Ok(news)
}

fn language(terms: &Terms) -> Option<Language> {
    match terms.letters {
        Letters::Off => None,
        Letters::En => Some(Language::En),
        Letters::Fr => Some(Language::Fr),
    }
}
