//! What a series would be: each occurrence, and whether it can be had.

use chrono::{DateTime, TimeDelta, Utc};
use parking_db::TenantTx;
use parking_domain::recurrence::{Hours, Occurrence};
use parking_domain::reservations::{SHORTEST, Slot, SlotError, Terms};
use uuid::Uuid;

use super::{SeriesDraft, zone};
use crate::reservations::ReservationError;
use crate::reservations::store::{self, Target};

/// Times shown of those that are in the way of one occurrence.
const CLASHES_MAX: usize = 10;

/// Whether an occurrence can be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It can.
    Free,
    /// Others have the bay at these times, or another occurrence has.
    Taken(Vec<Slot>),
    /// Somebody took the bay out of use.
    OutOfUse,
    /// The person has enough.
    PersonLimit,
    /// The clocks jump over nearly all of it.
    TooShort,
    /// The day was to be left out.
    Excluded,
    /// It is too late to give its time back.
    TooLate,
    /// It would have begun by now.
    Past,
}

impl Verdict {
    /// Its name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Taken(_) => "slot_taken",
            Self::OutOfUse => "space_out_of_use",
            Self::PersonLimit => "person_limit_reached",
            Self::TooShort => "too_short",
            Self::Excluded => "excluded",
            Self::TooLate => "cancellation_closed",
            Self::Past => "in_the_past",
        }
    }

    /// Whether somebody who wants the occurrence cannot have it.
    pub fn is_clash(&self) -> bool {
        !matches!(self, Self::Free | Self::Excluded)
    }
}

/// An occurrence, and whether it can be had.
#[derive(Clone, Debug)]
pub struct Judged {
    /// Which reservation it is, if it is one.
    pub reservation: Option<Uuid>,
    /// When it is.
    pub slot: Slot,
    /// Whether it can be had.
    pub verdict: Verdict,
}

/// What a series would be.
#[derive(Clone, Debug)]
pub struct Preview {
    /// By whose clocks the rule is told.
    pub timezone: String,
    /// Every occurrence.
    pub occurrences: Vec<Judged>,
}

/// What a series would be if it were made now. Nothing is held: somebody may be quicker.
pub async fn preview(
    tx: &mut TenantTx,
    draft: &SeriesDraft,
    now: DateTime<Utc>,
) -> Result<Preview, ReservationError> {
    let target = Target {
        spaces: Some(vec![draft.space]),
        ..Target::default()
    };
    let (timezone, occurrences) = expand(tx, draft, now).await?;
    let bays = store::asked_bays(tx.conn(), &target, 1).await?;
    let bay = bays.first().ok_or(ReservationError::NotReservable)?;
    let occurrences = judge(tx, (bay.id, &bay.terms), (draft, occurrences)).await?;
    Ok(Preview {
        timezone,
        occurrences,
    })
}

/// By whose clocks a rule is told, and every occurrence of it. Before anything is held: a rule may be slow
/// to work out.
pub(super) async fn expand(
    tx: &mut TenantTx,
    draft: &SeriesDraft,
    now: DateTime<Utc>,
) -> Result<(String, Vec<Occurrence>), ReservationError> {
    let timezone = store::series::zone_of(tx.conn(), draft.space).await?;
    let timezone = timezone.ok_or(ReservationError::Absent)?;
    let terms = store::terms_of_bay(tx, draft.space).await?;
    let (zone, first) = (zone(&timezone), draft.first);
    // What is wrong with the slot that is repeated is wrong with all, and said of it. By the clocks it may
    // end after its start where it does not.
    if first.end <= first.start {
        return Err(SlotError::EndsBeforeStart.into());
    }
    terms.check(
        clocked(first.start, Hours::of(first, zone).length),
        None,
        now,
    )?;
    let occurrences = draft
        .rule
        .occurrences(first, zone, (now, terms.lead_max_days))?;
    Ok((timezone, occurrences))
}

/// Refuses what cannot be had: anything at all unless it may be left out, and then everything.
pub(super) fn must_be_had(judged: &[Judged], skips: bool) -> Result<(), ReservationError> {
    if judged.iter().all(|one| one.verdict == Verdict::Excluded) {
        return Err(ReservationError::NothingLeft);
    }
    let clashes = judged.iter().filter(|one| one.verdict.is_clash());
    let clashes: Vec<Slot> = clashes.map(|one| one.slot).collect();
    let has_none = !judged.iter().any(|one| one.verdict == Verdict::Free);
    if has_none || !clashes.is_empty() && !skips {
        let of = judged.len();
        return Err(ReservationError::Clashes { clashes, of });
    }
    Ok(())
}

/// Whether occurrences can be had.
pub(super) async fn judge(
    tx: &mut TenantTx,
    (bay, terms): (Uuid, &Terms),
    (draft, occurrences): (&SeriesDraft, Vec<Occurrence>),
) -> Result<Vec<Judged>, ReservationError> {
    let (Some(first), Some(last)) = (occurrences.first(), occurrences.last()) else {
        return Ok(Vec::new());
    };
    let within = Slot {
        start: first.slot.start,
        end: last.slot.end,
    };
    let (mut reserved, mut overridden) = store::blocked_times(tx.conn(), &[bay], within).await?;
    let mut room = match (terms.per_person_max, draft.holder.key()) {
        (Some(max), Some(key)) => Some(i64::from(max) - store::open_of(tx, &key, None).await?),
        _ => None,
    };
    let mut reserved = reserved.remove(&bay).unwrap_or_default();
    let overridden = overridden.remove(&bay).unwrap_or_default();
    let judged = occurrences.into_iter().map(|one: Occurrence| {
        let verdict = if draft.except.contains(&one.date) {
            Verdict::Excluded
        } else {
            verdict(one.slot, terms, (&reserved, &overridden), room)
        };
        if verdict == Verdict::Free {
            reserved.push(terms.blocked(one.slot));
            room = room.map(|room| room - 1);
        }
        Judged {
            reservation: None,
            slot: one.slot,
            verdict,
        }
    });
    Ok(judged.collect())
}

fn verdict(
    slot: Slot,
    terms: &Terms,
    (reserved, overridden): (&[Slot], &[Slot]),
    room: Option<i64>,
) -> Verdict {
    let blocked = terms.blocked(slot);
    let taken = reserved.iter().filter(|other| other.overlaps(&blocked));
    let mut taken: Vec<Slot> = taken.take(CLASHES_MAX).copied().collect();
    taken.sort_by_key(|slot| slot.start);
    if slot.length() < SHORTEST {
        Verdict::TooShort
    } else if !taken.is_empty() {
        Verdict::Taken(taken)
    } else if overridden.iter().any(|other| other.overlaps(&slot)) {
        Verdict::OutOfUse
    } else if room.is_some_and(|room| room <= 0) {
        Verdict::PersonLimit
    } else {
        Verdict::Free
    }
}

/// A slot as long as the clocks on the wall say: those that go back make it no longer than the terms allow.
pub(super) fn clocked(start: DateTime<Utc>, length: TimeDelta) -> Slot {
    let end = start.checked_add_signed(length).unwrap_or(start);
    Slot { start, end }
}
