//! What the database said of callers, for the moments in which it need not be asked again.

use std::hash::Hash;
use std::sync::Arc;
use std::time::{Duration, Instant};

use moka::Expiry;
use moka::future::Cache;
use parking_db::Db;
use parking_db::freshness::{Freshness, Seen};
use parking_http::{ApiError, Code};

/// How long something may be believed without asking again.
pub(super) const BELIEVED_FOR: Duration = Duration::from_secs(5);

/// How long something may be believed not to be there.
const ABSENT_FOR: Duration = Duration::from_secs(1);

/// How long what the database vouched for may be remembered while it is away: an outage of a night
/// must not cost what a network server tells once. Whoever revokes a credential needs the database;
/// this is for how long a server that lost it may not have heard, and all that can be done meanwhile
/// is to hand in messages.
const REMEMBERED_FOR: Duration = Duration::from_hours(24);

/// How often an answer that changed while it was fetched is fetched again.
const ATTEMPTS_MAX: usize = 3;

/// What the database said, and what of it could have changed since.
pub(super) struct Believed<T> {
    pub(super) found: Option<Arc<T>>,
    pub(super) seen: Seen,
}

impl<T> Clone for Believed<T> {
    fn clone(&self) -> Self {
        Self {
            found: self.found.clone(),
            seen: self.seen,
        }
    }
}

/// What was found, and whether the database could not be asked.
pub(super) struct Found<T> {
    pub(super) value: Option<Arc<T>>,
    pub(super) is_remembered: bool,
}

/// What is believed for a moment; and what of it is remembered for when the database is away.
pub(super) struct Shelf<K, T> {
    believed: Cache<K, Believed<T>>,
    remembered: Option<Cache<K, Believed<T>>>,
}

/// Absence is believed for a shorter time: strangers can ask for any number of absent things.
struct Terms;

impl<K, T> Expiry<K, Believed<T>> for Terms {
    fn expire_after_create(&self, _: &K, believed: &Believed<T>, _: Instant) -> Option<Duration> {
        Some(if believed.found.is_some() {
            BELIEVED_FOR
        } else {
            ABSENT_FOR
        })
    }
}

impl<K, T> Shelf<K, T>
where
    K: Hash + Eq + Clone + Send + Sync + 'static,
    T: Send + Sync + 'static,
{
    /// One that forgets within seconds.
    pub(super) fn of_the_moment(kept_max: u64) -> Self {
        let believed = Cache::builder().max_capacity(kept_max).expire_after(Terms);
        Self {
            believed: believed.build(),
            remembered: None,
        }
    }

    /// One that remembers a while longer, for when the database is away.
    pub(super) fn that_remembers(kept_max: u64) -> Self {
        let remembered = Cache::builder()
            .max_capacity(kept_max)
            .time_to_live(REMEMBERED_FOR);
        Self {
            remembered: Some(remembered.build()),
            ..Self::of_the_moment(kept_max)
        }
    }

    /// Forgets what is believed of everything, as it does by itself after seconds.
    #[cfg(test)]
    pub(super) fn forget_moments(&self) {
        self.believed.invalidate_all();
    }

    /// What is known and nothing has changed since, else what `load` finds; what is remembered, if
    /// the database is away.
    pub(super) async fn find<F>(
        &self,
        (db, freshness): (&Db, &Freshness),
        key: K,
        load: impl Fn() -> F,
    ) -> Result<Found<T>, ApiError>
    where
        F: Future<Output = Result<Believed<T>, ApiError>>,
    {
        for _ in 0..ATTEMPTS_MAX {
            // Nobody waits for a database that is known to be away.
            if db.is_away()
                && !self.believed.contains_key(&key)
                && let Some(value) = self.recall(freshness, &key).await
            {
                return Ok(Found::remembered(value));
            }
            let asked = async {
                let believed = load().await?;
                self.remember(&key, &believed).await;
                Ok(believed)
            };
            let believed = match self.believed.try_get_with_by_ref(&key, asked).await {
                Ok(believed) => believed,
                Err(error) => return self.excuse(freshness, &key, &error).await,
            };
            if freshness.holds(&believed.seen) {
                return Ok(Found::now(believed.found));
            }
            self.believed.invalidate(&key).await;
        }
        // It changes faster than it can be kept.
        Ok(Found::now(load().await?.found))
    }

    /// What is remembered, where the database could not be asked.
    async fn excuse(
        &self,
        freshness: &Freshness,
        key: &K,
        error: &Arc<ApiError>,
    ) -> Result<Found<T>, ApiError> {
        if error.code == Code::Unavailable
            && let Some(value) = self.recall(freshness, key).await
        {
            return Ok(Found::remembered(value));
        }
        Err(ApiError::clone(error))
    }

    async fn remember(&self, key: &K, believed: &Believed<T>) {
        let Some(remembered) = &self.remembered else {
            return;
        };
        if believed.found.is_some() {
            remembered.insert(key.clone(), believed.clone()).await;
        } else {
            remembered.invalidate(key).await;
        }
    }

    async fn recall(&self, freshness: &Freshness, key: &K) -> Option<Arc<T>> {
        let known = self.remembered.as_ref()?.get(key).await?;
        known.found.filter(|_| freshness.holds(&known.seen))
    }
}

impl<T> Found<T> {
    fn now(value: Option<Arc<T>>) -> Self {
        Self {
            value,
            is_remembered: false,
        }
    }

    fn remembered(value: Arc<T>) -> Self {
        Self {
            value: Some(value),
            is_remembered: true,
        }
    }
}
