//! What is to happen, in its order.

use std::cmp::Ordering;

use chrono::{DateTime, Utc};

use super::message::Message;

/// What is to happen.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Deed {
    /// Somebody may come.
    Knock,
    /// The vehicle of that visit leaves, if it still is there.
    Leave {
        bay: usize,
        visit: u32,
    },
    /// The sensor of a bay has had time to notice.
    Notice(usize),
    Join(usize),
    /// It is time for a sign of life; in an older session it was.
    Beat {
        device: usize,
        session: u32,
    },
    /// The network server has asked how the battery is.
    Ask(usize),
    Garble(usize),
    Deliver(Box<Message>),
}

/// A deed in its place: by time, and at one time in the order it was planned.
#[derive(Debug)]
pub(super) struct Planned(pub(super) DateTime<Utc>, pub(super) u64, pub(super) Deed);

impl PartialEq for Planned {
    fn eq(&self, other: &Self) -> bool {
        (self.0, self.1) == (other.0, other.1)
    }
}

impl Eq for Planned {}

impl PartialOrd for Planned {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Planned {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.0, self.1).cmp(&(other.0, other.1))
    }
}
