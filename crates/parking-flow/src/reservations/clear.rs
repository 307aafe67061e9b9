//! Clearing bays of reservations, for those who take them out of use.
//!
//! Whoever clears bays holds them, and has written down by then that they are out of use: so nobody
//! reserves them meanwhile, and nothing is moved onto one of them.

use chrono::{DateTime, Utc};
use parking_db::{DbError, TenantTx};
use parking_domain::reservations::{Slot, Status};
use parking_estate::{Maker, spaces};
use thiserror::Error;
use uuid::Uuid;

use super::change::lay;
use super::store;
use super::{News, Reservation, record};

/// The most reservations that are moved or called off at once.
pub const CLEARED_MAX: i64 = 200;

/// The most that are named when they are in the way.
const NAMED_MAX: usize = 100;

/// How often another bay is tried because somebody was quicker.
const TRIES: usize = 5;

/// What is to become of reservations in the way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Clearing {
    /// None may be in the way.
    #[default]
    Refuse,
    /// Each gets another bay of its site and kind, or nothing is done.
    Move,
    /// Each is called off.
    Cancel,
    /// They stay what they are.
    Keep,
}

/// What is cleared: bays, and when.
#[derive(Clone, Copy, Debug)]
pub struct Ground<'a> {
    /// These bays, which the caller holds.
    pub bays: &'a [Uuid],
    /// From when until when.
    pub window: Slot,
    /// When they were out of use anyway: what lies in that is in nobody's way.
    pub before: Option<Slot>,
}

/// What became of the reservations in the way.
#[derive(Debug, Default)]
pub struct Cleared {
    /// What each was and is.
    pub moved: Vec<(Reservation, Reservation)>,
    /// Those that were called off.
    pub cancelled: Vec<Reservation>,
}

/// Why a reservation stays in the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Nothing was to become of it.
    Refused,
    /// No bay like its own is free then.
    NoSpaceFree,
    /// Its vehicle stands there.
    CheckedIn,
}

/// Why bays were not cleared.
#[derive(Debug, Error)]
pub enum ClearError {
    /// Some are in the way, and none may be; the first of them are named.
    #[error("{total} reservations are in the way")]
    InTheWay {
        /// Which, and why.
        named: Vec<(Reservation, Why)>,
        /// How many there are.
        total: i64,
    },
    /// Some cannot be moved; the first of them are named.
    #[error("{stuck} of {total} reservations in the way cannot be moved")]
    Stuck {
        /// Which, and why.
        named: Vec<(Reservation, Why)>,
        /// How many cannot be moved.
        stuck: usize,
        /// How many are in the way.
        total: usize,
    },
    /// More than are changed at once.
    #[error(
        "{0} reservations are in the way, and at most {CLEARED_MAX} are moved or called off at once"
    )]
    TooMany(i64),
    /// The database refused.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Takes reservations out of the way, all of them or none.
pub async fn clear(
    tx: &mut TenantTx,
    maker: &Maker,
    ground: Ground<'_>,
    (how, reason): (Clearing, &str),
    now: DateTime<Utc>,
) -> Result<Cleared, ClearError> {
    if how == Clearing::Keep {
        return Ok(Cleared::default());
    }
    let (found, total) = store::in_the_way(tx, ground, CLEARED_MAX).await?;
    if found.is_empty() {
        return Ok(Cleared::default());
    }
    let because = (reason, now);
    match how {
        Clearing::Refuse | Clearing::Keep => {
            let named = found.into_iter().take(NAMED_MAX);
            Err(ClearError::InTheWay {
                named: named.map(|one| (one, Why::Refused)).collect(),
                total,
            })
        }
        _ if total > CLEARED_MAX => Err(ClearError::TooMany(total)),
        Clearing::Move => move_all(tx, maker, found, because).await,
        Clearing::Cancel => Ok(Cleared {
            moved: Vec::new(),
            cancelled: cancel_all(tx, maker, found, (Some(reason), now)).await?,
        }),
    }
}

async fn move_all(
    tx: &mut TenantTx,
    maker: &Maker,
    found: Vec<Reservation>,
    (reason, now): (&str, DateTime<Utc>),
) -> Result<Cleared, ClearError> {
    let total = found.len();
    let (mut moved, mut stuck) = (Vec::new(), Vec::new());
    for old in found {
        match elsewhere(tx, &old, now).await? {
            Ok(new) => moved.push((old, new)),
            Err(why) => stuck.push((old, why)),
        }
    }
    if !stuck.is_empty() {
        let count = stuck.len();
        stuck.truncate(NAMED_MAX);
        return Err(ClearError::Stuck {
            named: stuck,
            stuck: count,
            total,
        });
    }
    let bays = moved
        .iter()
        .flat_map(|(old, new)| [old.space.0, new.space.0]);
    settle(tx, bays.collect(), now).await?;
    // The log is the last that anybody waits for.
    for (old, new) in &moved {
        let news = News::of("updated", old, new).because(Some(reason));
        record(tx, (&maker.by, &maker.name), (new, news), now).await?;
    }
    Ok(Cleared {
        moved,
        cancelled: Vec::new(),
    })
}

/// Gives a reservation another bay of its site and kind, rather on its level and in its zone; or says
/// why it cannot have one.
async fn elsewhere(
    tx: &mut TenantTx,
    old: &Reservation,
    now: DateTime<Utc>,
) -> Result<Result<Reservation, Why>, DbError> {
    let (id, slot) = (old.booking.id, old.booking.slot);
    if old.booking.checked_in_at.is_some() {
        return Ok(Err(Why::CheckedIn));
    }
    let terms = store::terms_of_bay(tx, old.space.0).await?;
    let wanted = (slot, terms.blocked(slot), terms.opens_at(slot) <= now);
    for _ in 0..TRIES {
        let Some(space) = store::bay_like(tx, old.space.0, wanted).await? else {
            break;
        };
        // What was read of the bay before it was held may have changed since.
        let Some(bay) = store::hold_bay(tx, space).await? else {
            continue;
        };
        let taken = store::clashing(tx, bay.id, bay.terms.blocked(slot), Some(id)).await?;
        let is_fit = bay.is_living && bay.is_reservable && taken.is_empty();
        if !is_fit || store::is_out_of_use(tx, bay.id, slot).await? {
            continue;
        }
        let mut new = old.clone();
        lay(&mut new, (&bay, slot), true, now);
        store::update(tx, (&new, bay.id), now).await?;
        return Ok(match store::find(tx.conn(), id).await? {
            Some(written) => Ok(written),
            None => Err(Why::NoSpaceFree),
        });
    }
    Ok(Err(Why::NoSpaceFree))
}

/// Calls reservations off whose bays are held. The notice that the terms ask of people does not bind who
/// closes the bay, or erases the person.
pub(super) async fn cancel_all(
    tx: &mut TenantTx,
    maker: &Maker,
    found: Vec<Reservation>,
    (reason, now): (Option<&str>, DateTime<Utc>),
) -> Result<Vec<Reservation>, DbError> {
    let mut cancelled = Vec::new();
    for old in found {
        let mut new = old.clone();
        new.booking.status = Status::Cancelled;
        new.cancel_reason = reason.map(str::to_owned);
        store::turn(tx.conn(), &new, now).await?;
        if let Some(written) = store::find(tx.conn(), old.booking.id).await? {
            cancelled.push((old, written));
        }
    }
    let bays = cancelled.iter().map(|(old, _)| old.space.0);
    settle(tx, bays.collect(), now).await?;
    for (old, new) in &cancelled {
        let news = News::of("cancelled", old, new).because(reason);
        record(tx, (&maker.by, &maker.name), (new, news), now).await?;
    }
    Ok(cancelled.into_iter().map(|(_, new)| new).collect())
}

async fn settle(tx: &mut TenantTx, mut bays: Vec<Uuid>, now: DateTime<Utc>) -> Result<(), DbError> {
    bays.sort_unstable();
    bays.dedup();
    let tenant = tx.tenant().0;
    let touched: Vec<(Uuid, Uuid)> = bays.into_iter().map(|bay| (tenant, bay)).collect();
    spaces::settle_across(tx.conn(), &touched, now).await?;
    Ok(())
}
