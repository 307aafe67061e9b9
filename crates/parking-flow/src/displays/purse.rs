//! The budgets that commands draw on, as they are opened for a batch and closed after it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use parking_db::{DbError, PlatformTx};
use parking_domain::downlinks::Budget;
use uuid::Uuid;

use super::Settings;
use super::store::budgets::{self as store, Kept};
use super::store::turn::Turn;

/// The budgets that a command draws on. A gateway is a thing of the air, and what it sends for others
/// counts too; but that a gateway hears a display may be made up by whoever said so, and is then no
/// reason to use up what others have. Of a display that was never heard nobody knows which gateway will
/// send to it; those of a tenant share a budget.
pub(super) fn keys_of(tenant: Uuid, gateway: Option<(&str, bool)>) -> [String; 2] {
    let gateway = match gateway {
        Some((eui, true)) => format!("gateway:{eui}"),
        Some((eui, false)) => format!("gateway:{eui}:{tenant}"),
        None => format!("gateway:unknown:{tenant}"),
    };
    [gateway, format!("tenant:{tenant}")]
}

impl Turn {
    /// The budgets that it draws on.
    pub(super) fn keys(&self) -> [String; 2] {
        let gateway = self.gateway_eui.as_deref();
        keys_of(
            self.tenant_id,
            gateway.map(|eui| (eui, self.is_gateway_vouched)),
        )
    }
}

/// A budget as it is kept, in the words of the rules.
pub(super) fn budget_of(kept: &Kept) -> Budget {
    let counts = kept.taken.iter().map(|count| count.unsigned_abs());
    Budget::of(kept.taken_at.iter().copied().zip(counts))
}

/// The budgets of a batch.
#[derive(Default)]
pub(super) struct Purse {
    budgets: HashMap<String, Budget>,
    changed: BTreeSet<String>,
    /// How many wait for a budget already, in this batch.
    waiting: HashMap<String, u32>,
}

impl Purse {
    pub(super) async fn open(
        tx: &mut PlatformTx,
        turns: &[Turn],
        now: DateTime<Utc>,
    ) -> Result<Self, DbError> {
        let keys: BTreeSet<String> = turns.iter().flat_map(Turn::keys).collect();
        let keys: Vec<String> = keys.into_iter().collect();
        let kept = store::budgets(tx, &keys, now).await?;
        Ok(Self {
            budgets: kept
                .iter()
                .map(|kept| (kept.key.clone(), budget_of(kept)))
                .collect(),
            changed: BTreeSet::new(),
            waiting: HashMap::new(),
        })
    }

    /// Pays for a command out of the budgets of a gateway and a tenant, or says when that will be
    /// possible. Whoever waits for one of them takes no place among those that wait for the other.
    pub(super) fn pay(
        &mut self,
        keys: [String; 2],
        settings: &Settings,
        now: DateTime<Utc>,
    ) -> Option<DateTime<Utc>> {
        let limits = [settings.gateway_per_minute, settings.tenant_per_minute];
        let mut later = now;
        let mut empty = Vec::new();
        for (key, limit) in keys.iter().zip(limits) {
            let before = self.waiting.get(key).copied().unwrap_or(0);
            let budget = self.budgets.entry(key.clone()).or_default();
            let free_at = budget.free_at(before + 1, limit, now);
            if free_at > now {
                empty.push(key.clone());
            }
            later = later.max(free_at);
        }
        if later > now {
            for key in empty {
                *self.waiting.entry(key).or_default() += 1;
            }
            return Some(later);
        }
        for (key, limit) in keys.into_iter().zip(limits) {
            self.budgets
                .entry(key.clone())
                .or_default()
                .take(1, limit, now);
            self.changed.insert(key);
        }
        None
    }

    pub(super) async fn close(
        self,
        tx: &mut PlatformTx,
        now: DateTime<Utc>,
    ) -> Result<(), DbError> {
        for key in self.changed {
            let Some(budget) = self.budgets.get(&key) else {
                continue;
            };
            let mut by_moment: BTreeMap<DateTime<Utc>, u32> = BTreeMap::new();
            for (at, count) in budget.taken(now) {
                *by_moment.entry(*at).or_default() += *count;
            }
            let (taken_at, taken) = by_moment
                .into_iter()
                .map(|(at, count)| (at, i32::try_from(count).unwrap_or(i32::MAX)))
                .unzip();
            store::write_budget(
                tx,
                &Kept {
                    key,
                    taken_at,
                    taken,
                },
                now,
            )
            .await?;
        }
        Ok(())
    }
}
