//! Why a bay is, or was, in its state: the facts as they were known at any moment, the rule that
//! decided, and the messages behind it.
//!
//! Nothing is decided here. What was known of the sensor is kept with each message that changed it,
//! what overrode the bay is in `overrides`, and what follows from both is
//! [`parking_domain::bay_state::explained`], as for the present. A message that came late was not
//! known before it came, and is no evidence for the time before.
//! Reads `uplinks`, `overrides`, `state_changes`, `device_assignments`, and what `reservations` remembers.

mod api;
mod store;
#[cfg(test)]
mod tests;

use chrono::{DateTime, Utc};
use parking_db::DbError;
use parking_domain::bay_state::{BayFacts, BayState, Cause, Override, Span, explained};
use sqlx::PgConnection;
use uuid::Uuid;

pub use api::routes;
use store::{Bay, Change, Overriding, Serving};

use crate::reservations;

/// Changes of state that are shown before the moment, and as many after it.
const CHANGES: i64 = 10;

/// The most overrides that are shown; there are seldom two.
const OVERRIDES_MAX: i64 = 50;

/// What was known of a bay at a moment, and what followed from it.
#[derive(Debug)]
struct Evidence {
    facts: BayFacts,
    state: BayState,
    cause: Cause,
    overrides: Vec<Overriding>,
    /// Reservations that held it or were to.
    reserved: Vec<(Uuid, Span)>,
    serving: Vec<Serving>,
    /// The newest first.
    changes: Vec<Change>,
}

/// What was known of a bay at a moment that is not in the future.
async fn gather(
    conn: &mut PgConnection,
    bay: &Bay,
    at: DateTime<Utc>,
) -> Result<Evidence, DbError> {
    let of = (bay.tenant_id, bay.id);
    let overrides = store::overrides(conn, of, at, OVERRIDES_MAX).await?;
    let serving = store::serving(conn, of, at).await?;
    let changes = store::changes(conn, of, at, CHANGES).await?;
    let reserved = reservations::spans_then(conn, of, at).await?;
    let facts = BayFacts {
        sensor: store::sensor(conn, of, at).await?,
        overrides: overrides.iter().filter_map(Overriding::fact).collect(),
        reservations: reserved.iter().map(|(_, span)| *span).collect(),
    };
    let (state, cause) = explained(&facts, at);
    Ok(Evidence {
        facts,
        state,
        cause,
        overrides,
        reserved,
        serving,
        changes,
    })
}

impl Overriding {
    fn fact(&self) -> Option<Override> {
        Some(Override {
            kind: self.kind.parse().ok()?,
            span: Span {
                from: self.starts_at,
                until: self.ends_at,
            },
        })
    }
}
