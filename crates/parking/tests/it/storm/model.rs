//! What anybody knows who was told the same and is in no hurry.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::weather::{Body, Telling};

/// When a message counts: a moment, and behind all moments the order in which they came.
type Counts = (Option<DateTime<Utc>>, usize);

/// What is known of a device.
#[derive(Default)]
pub(super) struct Known {
    told: usize,
    /// The numbers heard in each session.
    numbers: BTreeMap<String, BTreeSet<u32>>,
    /// What was read of the bay, by when it counts.
    readings: BTreeMap<Counts, bool>,
    joins: BTreeSet<String>,
    unreadable: usize,
    garbled: usize,
}

impl Known {
    /// Hears something, and says whether it is for the first time.
    pub(super) fn hear(&mut self, telling: &Telling) -> bool {
        self.told += 1;
        if matches!(telling.body, Body::Garbled(_)) {
            self.garbled += 1;
            return true;
        }
        let Some(number) = telling.number else {
            return self.joins.insert(telling.session.clone());
        };
        let heard = self.numbers.entry(telling.session.clone()).or_default();
        if !heard.insert(number) {
            return false;
        }
        match telling.is_taken {
            Some(is_taken) => {
                // What counts when it comes is later than anything that was received before.
                let order = telling.received_at.map_or(self.told, |_| 0);
                let counts = (telling.received_at, order);
                self.readings.insert(counts, is_taken);
            }
            None => self.unreadable += 1,
        }
        true
    }

    /// What the bay is: what was read last, by when it counts.
    pub(super) fn state(&self) -> Option<&'static str> {
        let mut latest_first = self.readings.iter().rev();
        let came = latest_first.find(|((at, _), _)| at.is_none());
        let last = came.or_else(|| self.readings.last_key_value());
        last.map(|(_, is_taken)| if *is_taken { "occupied" } else { "free" })
    }

    /// Readings, messages nobody can read, joins, and all of them.
    pub(super) fn counts(&self) -> (i64, i64, i64, i64) {
        let [readings, unreadable, joins] =
            [self.readings.len(), self.unreadable, self.joins.len()]
                .map(|count| i64::try_from(count).unwrap());
        (readings, unreadable, joins, readings + unreadable + joins)
    }

    /// Numbers that were left out: each session begins at 0.
    pub(super) fn lost(&self) -> u64 {
        let left_out = |numbers: &BTreeSet<u32>| {
            let all = numbers.last().map_or(0, |last| u64::from(*last) + 1);
            all - u64::try_from(numbers.len()).unwrap()
        };
        self.numbers.values().map(left_out).sum()
    }

    /// What was no message.
    pub(super) fn garbled(&self) -> i64 {
        i64::try_from(self.garbled).unwrap()
    }
}
