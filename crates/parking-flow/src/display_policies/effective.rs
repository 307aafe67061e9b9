//! What lamps depend on: the facts of bays, and the policies that govern them.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use parking_db::DbError;
use parking_domain::lamps::{LampFacts, Policy};
use parking_estate::spaces;
use sqlx::PgConnection;
use uuid::Uuid;

use super::store::effective as store;

/// A bay, what is known of it, and the policy that governs it.
#[derive(Clone, Debug)]
pub struct Effective {
    /// Whose it is.
    pub tenant_id: Uuid,
    /// Where it lies.
    pub site_id: Uuid,
    /// Which bay.
    pub space_id: Uuid,
    /// What its lamp depends on.
    pub facts: LampFacts,
    /// By what.
    pub policy: Arc<Policy>,
}

/// The facts of living bays, each named by its tenant and its id, and the policies that govern them:
/// a constant number of statements, whatever the number of bays and of tenants.
pub async fn effective(
    conn: &mut PgConnection,
    bays: &[(Uuid, Uuid)],
    now: DateTime<Utc>,
) -> Result<Vec<Effective>, DbError> {
    let bays = spaces::known(conn, bays, now).await?;
    let policies = Policies::of(conn, bays.iter().map(|bay| bay.tenant_id)).await?;
    let follow_late: Vec<(Uuid, Uuid)> = bays
        .iter()
        .filter(|bay| {
            let policy = policies.governing(bay.tenant_id, bay.site_id);
            !policy.transitions.is_empty()
        })
        .map(|bay| (bay.tenant_id, bay.id))
        .collect();
    let mut changes = store::last_changes(conn, &follow_late).await?;
    let effective = bays.into_iter().map(|bay| Effective {
        tenant_id: bay.tenant_id,
        site_id: bay.site_id,
        space_id: bay.id,
        policy: policies.governing(bay.tenant_id, bay.site_id),
        facts: LampFacts {
            bay: bay.facts,
            checked_in: bay.checked_in,
            last_change: changes.remove(&bay.id),
            emergency: bay.emergency,
        },
    });
    Ok(effective.collect())
}

/// The active policies of some tenants.
struct Policies {
    active: HashMap<(Uuid, Option<Uuid>), Arc<Policy>>,
    standard: Arc<Policy>,
}

impl Policies {
    async fn of(
        conn: &mut PgConnection,
        tenants: impl Iterator<Item = Uuid>,
    ) -> Result<Self, DbError> {
        let mut tenants: Vec<Uuid> = tenants.collect();
        tenants.sort_unstable();
        tenants.dedup();
        let active = store::active(conn, &tenants).await?.into_iter();
        Ok(Self {
            active: active
                .map(|(tenant, site, policy)| ((tenant, site), Arc::new(policy)))
                .collect(),
            standard: Arc::default(),
        })
    }

    /// That of the site, else that of the tenant, else the standard.
    fn governing(&self, tenant: Uuid, site: Uuid) -> Arc<Policy> {
        let of_site = self.active.get(&(tenant, Some(site)));
        let governing = of_site.or_else(|| self.active.get(&(tenant, None)));
        Arc::clone(governing.unwrap_or(&self.standard))
    }
}
