//! When a bay can be reserved.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Slot, Terms, minutes};

/// The windows within a slot in which a bay can be reserved for at least so long: exactly the slots
/// inside one of them can be, as far as other reservations go.
///
/// `blocked` is what blocks the bay, in any order, overlapping or not, reservations with their
/// buffers; it must reach beyond `within` by the buffers of the terms ([`Terms::blocked`]).
pub fn free_windows(
    blocked: &[Slot],
    within: Slot,
    terms: &Terms,
    at_least: TimeDelta,
) -> Vec<Slot> {
    let mut blocked = blocked.to_vec();
    blocked.sort_unstable_by_key(|slot| (slot.start, slot.end));
    let wide = terms.blocked(within);
    let mut windows = Vec::new();
    let mut free_from = wide.start;
    let mut gap = |start: DateTime<Utc>, end: DateTime<Utc>| {
        // A reservation blocks its buffers too, so both must fit into the gap with it.
        let window = Slot {
            start: start + minutes(terms.buffer_before_minutes),
            end: end - minutes(terms.buffer_after_minutes),
        };
        if window.start < window.end && window.length() >= at_least {
            windows.push(window);
        }
    };
    for slot in blocked.iter().filter(|slot| slot.overlaps(&wide)) {
        if slot.start > free_from {
            gap(free_from, slot.start);
        }
        free_from = free_from.max(slot.end);
    }
    if free_from < wide.end {
        gap(free_from, wide.end);
    }
    windows
}
