//! The dashboard: what a tenant has, how full it is, what somebody should look at, what happened;
//! with the platform tenant selected, of all tenants together.
//!
//! All figures of an answer are of one moment, which it names: one statement reads them. They are
//! kept for ten seconds at most, and not beyond the first event of the tenant after they were read.
//! A tenant where something happens all the time still costs no more than a tenth of one
//! connection, because figures rest nine times as long as it took to read them. No table is its own.

mod api;
mod figures;
mod store;
#[cfg(test)]
mod tests;
mod words;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use moka::future::Cache;
use parking_db::freshness::{Freshness, Seen};
use parking_db::listen::{Notice, Subscription};
use parking_db::{Db, Reason};
use parking_domain::clock::Clock;
use parking_domain::ids::TenantId;
use parking_http::ApiError;
use tokio_util::sync::CancellationToken;

use crate::health::Health;
use figures::Figures;
use store::Newest;

pub(crate) use api::routes;

/// Devices, gateways and events that a list names at most.
const LISTED_MAX: i64 = 10;

/// Sites that are listed at most.
const SITES_MAX: i64 = 100;

/// How long figures are shown at most: silence is no event.
const AGE_MAX: TimeDelta = TimeDelta::seconds(10);

/// How many times as long as reading them took figures are shown, whatever happens.
const REST: u32 = 9;

/// Tenants whose figures are kept at a time.
const KEPT_MAX: u64 = 1_000;

/// Knows the figures of a moment ago.
pub(crate) struct Dashboard {
    db: Db,
    clock: Clock,
    health: Health,
    kept: Cache<TenantId, Result<Arc<Kept>, ApiError>>,
    freshness: Freshness,
}

/// Figures, and how long they are good.
struct Kept {
    as_of: DateTime<Utc>,
    figures: Figures,
    seen: Seen,
    rests_until: Instant,
}

impl fmt::Debug for Dashboard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Dashboard")
    }
}

impl Dashboard {
    /// Nothing is known yet.
    pub(crate) fn new(db: Db, clock: Clock, health: Health) -> Arc<Self> {
        let kept = Cache::builder()
            .max_capacity(KEPT_MAX)
            .time_to_live(AGE_MAX.to_std().unwrap_or(Duration::ZERO))
            .build();
        Arc::new(Self {
            db,
            clock,
            health,
            kept,
            freshness: Freshness::default(),
        })
    }

    /// Forgets the figures of tenants to whom something happened, until told to stop.
    pub(crate) async fn watch(self: Arc<Self>, mut news: Subscription, stop: CancellationToken) {
        loop {
            let notice = tokio::select! {
                () = stop.cancelled() => return,
                notice = news.next() => notice,
            };
            match &notice {
                Notice::Events(tenant) => {
                    self.freshness.changed(tenant);
                    // Whatever happens to anybody happens to all together.
                    self.freshness.changed(&TenantId::PLATFORM.to_string());
                }
                Notice::Missed => self.freshness.everything_changed(),
                Notice::Access(_) | Notice::Jobs => {}
            }
        }
    }

    /// The figures of a tenant, or of all. Who asks while somebody else's question is on its way to
    /// the database waits for that answer.
    async fn figures(&self, tenant: TenantId) -> Result<Arc<Kept>, ApiError> {
        let entry = self.kept.entry(tenant);
        entry
            .or_insert_with_if(self.read(tenant), |kept| !self.is_good(kept))
            .await
            .into_value()
    }

    fn is_good(&self, kept: &Result<Arc<Kept>, ApiError>) -> bool {
        let Ok(kept) = kept else { return false };
        let age = self.clock.now() - kept.as_of;
        age < AGE_MAX && (Instant::now() < kept.rests_until || self.freshness.holds(&kept.seen))
    }

    async fn read(&self, tenant: TenantId) -> Result<Arc<Kept>, ApiError> {
        let seen = self.freshness.look().of(&tenant.to_string()).into();
        let (as_of, begun) = (self.clock.now(), Instant::now());
        let mut figures = if tenant.is_platform() {
            let mut tx = self
                .db
                .platform(Reason::Platform("read the dashboard of all tenants"))
                .await?;
            store::read(tx.conn(), Newest::OfAll, as_of).await?
        } else {
            let mut tx = self.db.tenant(tenant).await?;
            store::read(tx.conn(), Newest::OfTenant, as_of).await?
        };
        for happened in &mut figures.recent {
            happened.text = words::sentence(happened);
        }
        figures.attention.sort_by_key(|attention| attention.kind);
        Ok(Arc::new(Kept {
            as_of,
            figures,
            seen,
            rests_until: Instant::now() + begun.elapsed() * REST,
        }))
    }
}
