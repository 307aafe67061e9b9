//! When bays can be reserved: by the rules by which they are.

use chrono::{DateTime, TimeDelta, Utc};
use parking_domain::reservations::{LATE_START, Slot, Terms, free_windows};
use sqlx::PgConnection;
use uuid::Uuid;

use super::ReservationError;
use super::store::{self, AskedBay, Target};

/// The most bays that one question is about.
pub const BAYS_MAX: usize = 2_000;

/// A bay that can be reserved, and when.
#[derive(Clone, Debug)]
pub struct FreeBay {
    /// Which, and what is painted on it.
    pub space: (Uuid, String),
    /// Where.
    pub site: Uuid,
    /// When it can be had for at least so long.
    pub windows: Vec<Slot>,
}

/// When bays can be had within a slot for at least so long, in the order of their codes; those that are
/// not for reservation are not among them.
pub async fn availability(
    conn: &mut PgConnection,
    target: &Target,
    (within, at_least): (Slot, TimeDelta),
    now: DateTime<Utc>,
) -> Result<Vec<FreeBay>, ReservationError> {
    let limit = i64::try_from(BAYS_MAX).unwrap_or(i64::MAX);
    if !store::are_there(conn, target).await? {
        return Err(ReservationError::Absent);
    }
    let bays = store::asked_bays(conn, target, limit).await?;
    let ids: Vec<Uuid> = bays.iter().map(|bay| bay.id).collect();
    // Nobody can have more, whatever is asked for, and instants beyond are none that can be counted with.
    let farthest = bays.iter().map(farthest).max().unwrap_or_default();
    let within = clamped(within, farthest, now);
    let (mut reserved, mut overridden) = store::blocked_times(conn, &ids, within).await?;
    let free = bays.into_iter().map(|bay| {
        let reserved = reserved.remove(&bay.id).unwrap_or_default();
        let overridden = overridden.remove(&bay.id).unwrap_or_default();
        let windows = windows(&bay, (&reserved, &overridden), (within, at_least), now);
        FreeBay {
            space: (bay.id, bay.code),
            site: bay.site,
            windows,
        }
    });
    Ok(free.collect())
}

/// How far ahead a reservation of a bay ends at the latest.
fn farthest(bay: &AskedBay) -> TimeDelta {
    let terms = &bay.terms;
    TimeDelta::days(terms.lead_max_days.into())
        + TimeDelta::minutes(terms.duration_max_minutes.into())
}

/// What of a slot lies between now and so much later; empty, if nothing does. Whoever asks for a start that
/// has just been can reserve it, so it is not cut off.
fn clamped(within: Slot, farthest: TimeDelta, now: DateTime<Utc>) -> Slot {
    let is_late = within.start < now && within.start >= now - LATE_START;
    let first = if is_late { within.start } else { now };
    Slot {
        start: within.start.clamp(first, now + farthest),
        end: within.end.clamp(now, now + farthest),
    }
}

fn windows(
    bay: &AskedBay,
    (reserved, overridden): (&[Slot], &[Slot]),
    (within, at_least): (Slot, TimeDelta),
    now: DateTime<Utc>,
) -> Vec<Slot> {
    let terms = &bay.terms;
    let within = clamped(within, farthest(bay), now);
    let is_too_long = at_least > TimeDelta::minutes(terms.duration_max_minutes.into());
    if within.start >= within.end || is_too_long {
        return Vec::new();
    }
    let last_start = now + TimeDelta::days(terms.lead_max_days.into());
    // A reservation may touch what takes the bay out of use: buffers lie between reservations only.
    let bare = Terms {
        buffer_before_minutes: 0,
        buffer_after_minutes: 0,
        ..*terms
    };
    free_windows(reserved, within, terms, at_least)
        .into_iter()
        .flat_map(|window| free_windows(overridden, window, &bare, at_least))
        .filter(|window| window.start <= last_start)
        .collect()
}
