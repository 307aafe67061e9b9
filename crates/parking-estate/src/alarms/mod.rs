//! Alarms: what is wrong with devices, gateways and bays, who sees to it, and who is told.
//!
//! Nothing is kept in memory. Each thing has a row that says when it is to be looked at next
//! (`alarm_watches`); triggers bring that forward when its facts change, so nobody who changes a
//! device has to think of alarms. A job that any number of servers may run looks at what is due and
//! judges it by [`parking_domain::alarms`]. A kind of alarm is open at most once a subject, which the
//! database sees to. Only devices in operation at a bay are watched. Silences that a gateway's outage
//! explains hang under it. Raising and clearing append the events `alarm.raised` and `alarm.cleared`;
//! they are in no audit log, because nobody did them.
//! Tables: `alarms`, `alarm_comments`, `alarm_rules`, `alarm_recipients`, `alarm_watches`, `alarm_clock`.

mod api;
mod jobs;
mod judge;
mod marks;
mod news;
mod recipients;
mod rules;
mod store;
#[cfg(test)]
mod tests;
mod watch;

use chrono::{DateTime, Utc};
use parking_db::DbError;
use serde_json::Value;
use thiserror::Error;
use uuid::Uuid;

pub use api::routes;
pub use jobs::{jobs, schedules};
pub use marks::{Mark, comment, mark};
pub use recipients::{Reachable, Recipient, RecipientError, RecipientFields};
pub use rules::{RulesError, TenantRules};
pub use watch::look;

/// The most alarms one request marks.
pub const BULK_MAX: usize = 500;

/// Something that is or was wrong.
#[derive(Clone, Debug)]
pub struct Alarm {
    /// Whose it is.
    pub tenant_id: Uuid,
    /// Their name, when others look.
    pub tenant_name: String,
    /// Its identity.
    pub id: Uuid,
    /// What is wrong.
    pub kind: String,
    /// How bad it is.
    pub severity: String,
    /// With what kind of thing.
    pub subject_type: String,
    /// With which.
    pub subject_id: Uuid,
    /// What people knew it by.
    pub subject_name: String,
    /// The bay it is about.
    pub space_id: Option<Uuid>,
    /// What is painted there.
    pub space_code: Option<String>,
    /// The site it is in.
    pub site_id: Option<Uuid>,
    /// The name of the site.
    pub site_name: Option<String>,
    /// When it was raised.
    pub raised_at: DateTime<Utc>,
    /// When it was cleared.
    pub cleared_at: Option<DateTime<Utc>>,
    /// Why.
    pub clear_reason: Option<String>,
    /// Since when it has been getting better.
    pub recovering_since: Option<DateTime<Utc>>,
    /// When somebody took it on.
    pub acknowledged_at: Option<DateTime<Utc>>,
    /// Who did.
    pub acknowledged_by: Option<String>,
    /// Until when nobody is told of it.
    pub muted_until: Option<DateTime<Utc>>,
    /// Who said so.
    pub muted_by: Option<String>,
    /// Why.
    pub mute_reason: Option<String>,
    /// The outage that explains it.
    pub parent_id: Option<Uuid>,
    /// The gateway that is out.
    pub parent_name: Option<String>,
    /// Alarms that it explains.
    pub children: i64,
    /// What people said of it.
    pub comments: i64,
    /// What it was judged by.
    pub evidence: Value,
    /// When people were told of it.
    pub told_at: Option<DateTime<Utc>>,
    /// How often it was changed.
    pub version: i64,
}

/// Why an alarm was not marked.
#[derive(Debug, Error)]
pub enum AlarmError {
    /// There is no such alarm in this tenant.
    #[error("there is no such alarm")]
    Absent,
    /// Somebody, or the product, changed it meanwhile.
    #[error("it was changed meanwhile")]
    Stale,
    /// There is as much to read as anybody will.
    #[error("an alarm has at most {} comments", marks::COMMENTS_MAX)]
    TooManyComments,
    /// The database refused.
    #[error(transparent)]
    Db(#[from] DbError),
}
