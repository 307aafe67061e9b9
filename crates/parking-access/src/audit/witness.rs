//! A second opinion on the time, for what deletes or ends something for good.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use parking_db::{Db, Reason, Result};
use tracing::error;

use super::store;

/// How far the clock may be beyond what was written down last.
const SILENCE_MAX: TimeDelta = TimeDelta::days(30);

/// How often it is said that the clock is not believed: some ask every other second.
const SAID_EVERY: TimeDelta = TimeDelta::hours(1);

/// What the records say about the time; clones are the same one.
///
/// A clock that jumps years ahead makes everything look old enough to be deleted. Before such a
/// job begins, the clock is compared with the newest entry that was there when this server
/// started, or with the last time that was plausible. A server that was away for longer than
/// 30 days deletes nothing either, until it is started again after somebody has signed in:
/// nothing here can tell a long silence from a wrong clock, and waiting does no harm.
#[derive(Clone)]
pub struct Witness {
    db: Db,
    seen: Arc<Mutex<Seen>>,
    /// When it was last said that the clock is not believed, by that clock.
    said_at: Arc<Mutex<Option<DateTime<Utc>>>>,
}

#[derive(Clone, Copy)]
enum Seen {
    /// The records were not looked at.
    Nothing,
    /// The latest plausible time; none where nothing is written down.
    Until(Option<DateTime<Utc>>),
}

impl fmt::Debug for Witness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Witness")
    }
}

impl Witness {
    /// Somebody who has not looked yet.
    pub fn new(db: Db) -> Self {
        Self {
            db,
            seen: Arc::new(Mutex::new(Seen::Nothing)),
            said_at: Arc::default(),
        }
    }

    /// Looks at the records, before this server adds to them.
    pub async fn look(&self) -> Result<()> {
        let mut tx = self
            .db
            .platform(Reason::Worker("look at the time of the records"))
            .await?;
        let newest = store::newest_at(&mut tx).await?;
        self.remember(Seen::Until(newest));
        Ok(())
    }

    /// Whether `now` is plausible; if it is not, the log says so, and nothing may be deleted or ended.
    pub async fn confirms(&self, now: DateTime<Utc>) -> Result<bool> {
        if matches!(self.recall(), Seen::Nothing) {
            self.look().await?;
        }
        let Seen::Until(latest) = self.recall() else {
            return Ok(false);
        };
        if let Some(latest) = latest
            && now - latest > SILENCE_MAX
        {
            if self.is_to_be_said(now) {
                error!(
                    clock = %now,
                    records = %latest,
                    "the clock is far beyond the newest record, so nothing is deleted and no reservation ends: set the clock, or sign in and start the server again"
                );
            }
            return Ok(false);
        }
        self.remember(Seen::Until(Some(
            latest.map_or(now, |latest| latest.max(now)),
        )));
        Ok(true)
    }

    fn is_to_be_said(&self, now: DateTime<Utc>) -> bool {
        let mut said_at = self.said_at.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = said_at.is_none_or(|at| (now - at).abs() >= SAID_EVERY);
        if is_due {
            *said_at = Some(now);
        }
        is_due
    }

    fn recall(&self) -> Seen {
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn remember(&self, seen: Seen) {
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = seen;
    }
}
