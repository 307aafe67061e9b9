//! The time by which alarms are judged, which does not jump.

use chrono::{DateTime, TimeDelta, Utc};

/// The time by which alarms are judged.
///
/// It follows the server's clock and does not jump with it: time during which nobody looked, or by
/// which the clock leapt, counts for little until something is heard. A message heard says what
/// time it is; so a server that was away for an hour and one whose clock is an hour ahead do not
/// find ten thousand devices silent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AlarmClock {
    /// What time it is.
    pub at: DateTime<Utc>,
    /// When anything was heard last.
    pub newest_heard_at: Option<DateTime<Utc>>,
}

impl AlarmClock {
    /// How far it goes from one look to the next, though nothing is heard. Looks are five seconds apart.
    pub const STEP_MAX: TimeDelta = TimeDelta::seconds(15);

    /// How far it may be beyond what has just been heard.
    pub const LEAD_MAX: TimeDelta = TimeDelta::minutes(5);

    /// What time it is at the next look, when the server's clock says `now`.
    #[must_use]
    pub fn tick(self, now: DateTime<Utc>, newest_heard_at: Option<DateTime<Utc>>) -> Self {
        let newest = newest_heard_at.map(|heard| heard.min(now));
        let stepped = self.at + Self::STEP_MAX;
        let at = match newest {
            Some(heard) if newest > self.newest_heard_at => {
                stepped.clamp(heard, heard + Self::LEAD_MAX)
            }
            Some(heard) => stepped.max(heard),
            None => stepped,
        };
        Self {
            at: at.min(now),
            newest_heard_at: newest,
        }
    }
}
