//! What lamps would show, before a policy governs.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use parking_db::DbError;
use parking_domain::lamps::{Policy, Shown, shown};
use sqlx::PgConnection;
use uuid::Uuid;

use super::effective;
use super::store::effective as store;

/// The most bays that are looked at: it is asked while somebody types.
pub(super) const BAYS_MAX: i64 = 5_000;

/// So many are looked at at once; between, others get their turn.
const PORTION: usize = 500;

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

/// What a policy would come to.
#[derive(Debug, Default)]
pub(super) struct Preview {
    /// How many bays it would govern.
    pub(super) total: usize,
    /// The first of them, those that change before the others.
    pub(super) bays: Vec<BayPreview>,
}

/// The first bays that a policy of a site, or of all, would govern, those that change before the others.
pub(super) async fn preview(
    conn: &mut PgConnection,
    (tenant, site): (Uuid, Option<Uuid>),
    policy: &Policy,
    now: DateTime<Utc>,
) -> Result<Preview, DbError> {
    let mut governed = store::governed(conn, tenant, site, BAYS_MAX).await?;
    let mut preview = Preview {
        total: governed
            .first()
            .map_or(0, |bay| usize::try_from(bay.of).unwrap_or_default()),
        bays: Vec::with_capacity(governed.len()),
    };
    while !governed.is_empty() {
        let rest = governed.split_off(governed.len().min(PORTION));
        let portion = previewed(conn, tenant, (governed, policy), now).await?;
        preview.bays.extend(portion);
        governed = rest;
    }
    // Stable: within each half the order of sites and codes stays.
    preview.bays.sort_by_key(|one| !one.changes());
    Ok(preview)
}

async fn previewed(
    conn: &mut PgConnection,
    tenant: Uuid,
    (bays, policy): (Vec<store::Governed>, &Policy),
    now: DateTime<Utc>,
) -> Result<Vec<BayPreview>, DbError> {
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
    Ok(previews.collect())
}
