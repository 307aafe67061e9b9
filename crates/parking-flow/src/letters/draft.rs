//! What is to be written, and to whom: what is compared with what was told.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use parking_access::secrets::fingerprint;
use parking_db::queue::JobError;
use parking_db::{DbError, TenantTx};
use parking_domain::ids::TenantId;
use parking_domain::reservations::{Letter as Kind, Letters, Terms, Told};
use parking_domain::text::Language;
use secrecy::SecretString;
use thiserror::Error;
use uuid::Uuid;

use super::partings::parting;
use super::store::{self, Standing};
use super::{LOOKS_AGAIN, SENT_WITHIN, leave};
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

/// Somebody changed it while it was read.
#[derive(Clone, Copy, Debug, Error)]
#[error("it was changed meanwhile")]
struct Changed;

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
    /// The secret part of the link, if it is theirs.
    pub(super) token: Option<SecretString>,
    pub(super) calendar: Option<String>,
    pub(super) reminder_minutes: i32,
    /// Whether it is somebody else's by now, and they are told so.
    pub(super) is_parting: bool,
    /// Whether there is more to say of the subject, or may be.
    pub(super) has_more: bool,
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
    is_parting: bool,
}

impl News {
    /// What is the same for all that one letter tells: what changes about the same plans is told together.
    /// The terms, and so the language, are of the site.
    fn letter(&self) -> (Option<Kind>, String, Uuid, bool) {
        let is_of_plans = matches!(
            self.kind,
            Kind::Confirmation | Kind::Change | Kind::Cancellation
        );
        let site = self.reservation.site.0;
        (
            (!is_of_plans).then_some(self.kind),
            self.to.to_lowercase(),
            site,
            self.is_parting,
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
    // Whoever had it is told before who has it now, and what is still theirs is what the letter leads to.
    news.sort_by_key(|one| (!one.is_parting, one.kind.is_last()));
    let Some(first) = news.first() else {
        tx.commit().await?;
        return Ok(None);
    };
    let said = first.letter();
    let (is_parting, space) = (first.is_parting, first.reservation.space.0);
    // Nothing is said in the name of a tenant that nobody may come into; it is once they may again.
    if !reservations::is_tenant_active(&mut tx).await? {
        leave(tx.conn(), tenant, (subject, space), now + LOOKS_AGAIN).await?;
        tx.commit().await?;
        return Ok(None);
    }
    let ticket = tickets::current(&mut tx, &first.reservation).await?;
    let ticket = ticket.ok_or_else(|| JobError::retry(Changed))?;
    let Some(place) = tickets::place(&mut tx, space).await? else {
        return Ok(None);
    };
    let is_series = matches!(subject, Subject::Series(_));
    let has_more = is_parting || is_series && news.iter().any(|one| one.letter() != said);
    let (of_first, language, minutes) = (first.kind, first.language, first.reminder_minutes);
    let to = first.to.clone();
    let same = news.into_iter().filter(|one| one.letter() == said);
    let same: Vec<(Kind, Reservation)> = same.map(|one| (one.kind, one.reservation)).collect();
    let is_one = same.iter().all(|(kind, _)| *kind == of_first);
    let kind = if is_one { of_first } else { Kind::Change };
    let all: Vec<Reservation> = same.iter().map(|(_, one)| one.clone()).collect();
    let ids: Vec<Uuid> = all.iter().map(|one| one.booking.id).collect();
    let calendar = if is_in_calendars(kind) {
        Some(calendar_feeds::file_of(tx.conn(), &all).await?)
    } else {
        None
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
        token: (!is_parting).then(|| flow.links.token(&ticket)),
        calendar,
        reminder_minutes: minutes,
        is_parting,
        has_more,
        claimed,
    }))
}

/// Whether a calendar says otherwise after a letter: what only says that it is soon changes nothing there, and
/// what is only offered stands in none.
fn is_in_calendars(kind: Kind) -> bool {
    match kind {
        Kind::Reminder | Kind::Offer | Kind::Lapse | Kind::Withdrawal => false,
        Kind::Confirmation | Kind::Change | Kind::Cancellation | Kind::Release | Kind::Handover => {
            true
        }
    }
}

/// Everything there is to say, what begins first before the rest; of what there is nothing to say it is written
/// down when somebody is to be reminded.
async fn news(
    tx: &mut TenantTx,
    subject: Subject,
    now: DateTime<Utc>,
) -> Result<Vec<News>, JobError> {
    let ids = all_of(tx, subject, now).await?;
    let standings = store::hold(tx, &ids).await?;
    // Read once they are held: what was read before might be older than what another server has told.
    let mut found = reservations::by_ids(tx.conn(), &ids).await?;
    found.retain(|one| one.booking.slot.end > now);
    let before = reservations::partings(tx, &ids).await?;
    let offered = waitlist::offers_among(tx.conn(), &ids).await?;
    let is_held = |one: &Standing| one.written_until.is_some_and(|until| until > now);
    if standings.values().any(is_held) {
        return Err(JobError::retry(InOtherHands));
    }
    let mut known: HashMap<Uuid, Terms> = HashMap::new();
    let (mut news, mut reminders) = (Vec::new(), Vec::new());
    for reservation in found {
        let (id, space) = (reservation.booking.id, reservation.space.0);
        let of_it = (standings.get(&id), before.get(&id));
        if let Some(parting) = parting(of_it, &reservation, now)
            && let Some(language) = language(&terms(tx, &mut known, parting.told.space).await?)
        {
            news.push(News {
                kind: parting.kind,
                language,
                reservation: parting.of(tx, reservation).await?,
                to: parting.to,
                reminder_minutes: 0,
                is_parting: true,
            });
            continue;
        }
        let terms = terms(tx, &mut known, space).await?;
        let to = reservation.holder.email.clone();
        let (Some(language), Some(to)) = (language(&terms), to) else {
            reminders.push((id, None));
            continue;
        };
        let told = of_it.0.and_then(|standing| standing.told(&whom(&to)));
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
                is_parting: false,
            }),
            _ => {
                let at = booking.remind_at(told, minutes);
                reminders.push((id, at.filter(|at| is_due || *at > now)));
            }
        }
    }
    store::remind(tx, &reminders).await?;
    forget_others(tx, before, &news).await?;
    Ok(news)
}

/// Forgets those who had reservations before and have nothing to be told.
async fn forget_others(
    tx: &mut TenantTx,
    before: HashMap<Uuid, Vec<String>>,
    news: &[News],
) -> Result<(), DbError> {
    let partings: HashSet<Uuid> = news
        .iter()
        .filter(|one| one.is_parting)
        .map(|one| one.reservation.booking.id)
        .collect();
    let others = before.into_iter().filter(|(id, _)| !partings.contains(id));
    let others: Vec<(Uuid, String)> = others
        .flat_map(|(id, emails)| emails.into_iter().map(move |email| (id, email)))
        .collect();
    if others.is_empty() {
        return Ok(());
    }
    reservations::forget_partings(tx, &others).await
}

/// The reservations of a subject.
async fn all_of(
    tx: &mut TenantTx,
    subject: Subject,
    now: DateTime<Utc>,
) -> Result<Vec<Uuid>, JobError> {
    match subject {
        Subject::One(id) => Ok(vec![id]),
        Subject::Series(id) => match series::detail(tx.conn(), id, now).await {
            Ok((_, all)) => Ok(all.iter().map(|one| one.booking.id).collect()),
            Err(ReservationError::Absent) => Ok(Vec::new()),
            Err(error) => Err(JobError::retry(error)),
        },
    }
}

/// The terms of a bay, asked for once.
async fn terms(
    tx: &mut TenantTx,
    known: &mut HashMap<Uuid, Terms>,
    space: Uuid,
) -> Result<Terms, DbError> {
    match known.entry(space) {
        Entry::Occupied(known) => Ok(*known.get()),
        Entry::Vacant(unknown) => Ok(*unknown.insert(reservations::terms_of_bay(tx, space).await?)),
    }
}

fn language(terms: &Terms) -> Option<Language> {
    match terms.letters {
        Letters::Off => None,
        Letters::En => Some(Language::En),
        Letters::Fr => Some(Language::Fr),
    }
}
