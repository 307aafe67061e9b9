//! What lamps would show, before a policy governs.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use parking_db::DbError;
use parking_domain::lamps::{Policy, Shown, shown};
use sqlx::PgConnection;
use uuid::Uuid;

use super::effective;
use super::store::effective as store;

/// What the lamp of a bay shows now, and would show.
#[derive(Debug)]
pub(super) struct BayPreview {
    pub(super) bay: store::Governed,
    pub(super) now: Shown,
    pub(super) then: Shown,
}

impl BayPreview {
    /// Whether its lamp would look otherwise.
    pub(super) fn changes(&self) -> bool {
        self.now.look != self.then.look
    }
}

/// Every bay that a policy of a site, or of all, would govern, those that change first.
pub(super) async fn preview(
    conn: &mut PgConnection,
    (tenant, site): (Uuid, Option<Uuid>),
    policy: &Policy,
    now: DateTime<Utc>,
) -> Result<Vec<BayPreview>, DbError> {
    let bays = store::governed(conn, tenant, site).await?;
    let ids: Vec<(Uuid, Uuid)> = bays.iter().map(|bay| (tenant, bay.id)).collect();
    let facts = effective(conn, &ids, now).await?.into_iter();
    let mut facts: BTreeMap<Uuid, _> = facts.map(|one| (one.space_id, one)).collect();
    // A policy that follows changes late needs the last ones, whether or not the present one does.
    let mut changes = if policy.transitions.is_empty() {
        HashMap::new()
    } else {
        store::last_changes(conn, &ids).await?
    };
    let previews = bays.into_iter().filter_map(|bay| {
        let mut present = facts.remove(&bay.id)?;
        let before = shown(&present.facts, &present.policy, now);
        if let Some(change) = changes.remove(&bay.id) {
            present.facts.last_change = Some(change);
        }
        let then = shown(&present.facts, policy, now);
        Some(BayPreview {
            bay,
            now: before,
            then,
        })
    });
    let mut previews: Vec<BayPreview> = previews.collect();
    // Stable: within each half the order of sites and codes stays.
    previews.sort_by_key(|one| !one.changes());
    Ok(previews)
}
