//! Whether something read a while ago may still be believed.
//!
//! Throwing entries out of a cache when a notice comes is not enough: one that is being fetched at
//! that moment is put in afterwards, and stays. So each entry remembers how many notices there had
//! been before it was fetched, and is good only as long as no later one was about its subjects.
//! Subjects share a fixed number of slots; two in one slot cost a look into the database now and
//! then, never a wrong belief.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};

/// Slots for subjects.
const SLOTS: usize = 4_096;

/// Subjects one entry may depend on.
const SUBJECTS_MAX: usize = 3;

/// Counts the notices.
#[derive(Debug)]
pub struct Freshness {
    notices: AtomicU64,
    /// The number of the last notice about everything.
    everything: AtomicU64,
    /// The number of the last notice about any subject of the slot.
    slots: Box<[AtomicU64]>,
    hasher: RandomState,
}

/// What an entry depends on, and how many notices there had been before it was fetched.
#[derive(Clone, Copy, Debug)]
pub struct Seen {
    notices: u64,
    slots: [Option<usize>; SUBJECTS_MAX],
}

/// An entry about to be fetched, whose subjects are being named.
#[derive(Debug)]
pub struct Look<'a> {
    freshness: &'a Freshness,
    seen: Seen,
}

impl Default for Freshness {
    fn default() -> Self {
        Self {
            notices: AtomicU64::new(0),
            everything: AtomicU64::new(0),
            slots: (0..SLOTS).map(|_| AtomicU64::new(0)).collect(),
            hasher: RandomState::new(),
        }
    }
}

impl Freshness {
    /// Begins an entry. Call it before the database is asked.
    pub fn look(&self) -> Look<'_> {
        let seen = Seen {
            notices: self.notices.load(SeqCst),
            slots: [None; SUBJECTS_MAX],
        };
        Look {
            freshness: self,
            seen,
        }
    }

    /// A notice came about a subject.
    pub fn changed(&self, subject: &str) {
        let number = self.notices.fetch_add(1, SeqCst) + 1;
        self.slots[self.slot(subject)].fetch_max(number, SeqCst);
    }

    /// Notices were missed.
    pub fn everything_changed(&self) {
        let number = self.notices.fetch_add(1, SeqCst) + 1;
        self.everything.fetch_max(number, SeqCst);
    }

    /// Whether nothing the entry depends on has changed since it was fetched.
    pub fn holds(&self, seen: &Seen) -> bool {
        self.everything.load(SeqCst) <= seen.notices
            && seen
                .slots
                .iter()
                .flatten()
                .all(|slot| self.slots[*slot].load(SeqCst) <= seen.notices)
    }

    fn slot(&self, subject: &str) -> usize {
        usize::try_from(self.hasher.hash_one(subject)).unwrap_or_default() % SLOTS
    }
}

impl Look<'_> {
    /// Names a subject the entry depends on.
    #[must_use]
    pub fn of(mut self, subject: &str) -> Self {
        let slot = self.freshness.slot(subject);
        let free = self.seen.slots.iter_mut().find(|slot| slot.is_none());
        debug_assert!(free.is_some(), "an entry depends on too many subjects");
        if let Some(free) = free {
            *free = Some(slot);
        }
        self
    }
}

impl From<Look<'_>> for Seen {
    fn from(look: Look<'_>) -> Self {
        look.seen
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_good_until_a_notice_about_its_subjects() {
        let freshness = Freshness::default();
        let seen = Seen::from(freshness.look().of("user:a").of("tenant:t"));
        assert!(freshness.holds(&seen));
        freshness.changed("tenant:t");
        assert!(!freshness.holds(&seen));
        let again = Seen::from(freshness.look().of("user:a").of("tenant:t"));
        assert!(freshness.holds(&again));
        freshness.everything_changed();
        assert!(!freshness.holds(&again));
    }

    #[test]
    fn a_notice_that_comes_while_an_entry_is_fetched_makes_it_useless() {
        let freshness = Freshness::default();
        let look = freshness.look();
        freshness.changed("user:a");
        assert!(!freshness.holds(&look.of("user:a").into()));
    }

    #[test]
    fn notices_about_others_do_no_harm() {
        let freshness = Freshness::default();
        let seen = Seen::from(freshness.look().of("user:a"));
        let mine = freshness.slot("user:a");
        for n in 0..100 {
            let other = format!("user:{n}");
            if freshness.slot(&other) != mine {
                freshness.changed(&other);
            }
        }
        assert!(freshness.holds(&seen));
    }
}
