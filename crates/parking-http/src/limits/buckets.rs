//! Token buckets, and how they make room: there are never more than a bound.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use chrono::{DateTime, Utc};
use parking_domain::ids::TenantId;

use crate::{ApiError, Code};

/// Buckets a shard holds before the full ones, which say nothing, are thrown out.
const SHARD_SIZE_MAX: usize = 8_192;

/// Whose bucket.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// All requests of a credential.
    Credential(String),
    /// The changes of a credential.
    Writes(String),
    /// All callers of a tenant.
    Tenant(TenantId),
    /// Callers without credentials, by where they come from.
    Address(IpAddr),
    /// A bucket an operation keeps for itself, such as logins of one account.
    Named(&'static str, String),
}

/// How a bucket stands after a request was counted, or refused.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Verdict {
    /// Requests a minute.
    pub limit: u32,
    /// Requests that may follow at once.
    pub remaining: u32,
    /// How long until the bucket is full again.
    pub reset: Duration,
    /// How long to wait, if the request was refused.
    pub wait: Option<Duration>,
}

impl Verdict {
    /// Tells the caller how its bucket stands.
    pub(crate) fn write(&self, headers: &mut HeaderMap) {
        let reset = self.reset.as_secs() + u64::from(self.reset.subsec_nanos() > 0);
        for (name, value) in [
            ("x-ratelimit-limit", u64::from(self.limit)),
            ("x-ratelimit-remaining", u64::from(self.remaining)),
            ("x-ratelimit-reset", reset),
        ] {
            headers.insert(HeaderName::from_static(name), HeaderValue::from(value));
        }
    }

    /// Refuses when the bucket was empty.
    pub fn allow(&self) -> Result<(), ApiError> {
        match self.wait {
            None => Ok(()),
            Some(wait) => Err(ApiError::new(Code::RateLimited).retry_after(wait)),
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    tokens: f64,
    filled_at: DateTime<Utc>,
    full_at: DateTime<Utc>,
}

/// The buckets of this process.
#[derive(Debug)]
pub struct Buckets {
    shards: Vec<Mutex<HashMap<Key, Bucket>>>,
    hasher: RandomState,
}

impl Default for Buckets {
    fn default() -> Self {
        Self {
            shards: (0..16).map(|_| Mutex::default()).collect(),
            hasher: RandomState::new(),
        }
    }
}

impl Buckets {
    /// Takes a token from a bucket that refills at `per_minute` and holds `burst`.
    pub fn take(&self, key: Key, per_minute: u32, burst: u32, now: DateTime<Utc>) -> Verdict {
        let mut buckets = self.shard(&key);
        if buckets.len() >= SHARD_SIZE_MAX {
            make_room(&mut buckets, now);
        }
        let fresh = Bucket::full(burst, now);
        let bucket = buckets.entry(key).or_insert(fresh);
        bucket.take(per_minute, burst, now)
    }

    /// How a bucket would stand if a token were taken from it.
    pub fn look(&self, key: &Key, per_minute: u32, burst: u32, now: DateTime<Utc>) -> Verdict {
        let buckets = self.shard(key);
        let bucket = buckets.get(key).copied();
        bucket
            .unwrap_or_else(|| Bucket::full(burst, now))
            .take(per_minute, burst, now)
    }

    /// Takes tokens for what was done already, whether they are there or not: a bucket owes what it holds
    /// at most.
    pub(super) fn charge(&self, key: &Key, per_minute: u32, count: u32, now: DateTime<Utc>) {
        if let Some(bucket) = self.shard(key).get_mut(key) {
            let tokens = bucket.tokens_at(per_minute, per_minute, now) - f64::from(count);
            let tokens = tokens.max(-f64::from(per_minute));
            bucket.hold(tokens, (per_minute, per_minute), now);
        }
    }

    fn shard(&self, key: &Key) -> MutexGuard<'_, HashMap<Key, Bucket>> {
        let shard = usize::try_from(self.hasher.hash_one(key)).unwrap_or(0) % self.shards.len();
        self.shards[shard]
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Bucket {
    fn full(burst: u32, now: DateTime<Utc>) -> Self {
        Self {
            tokens: f64::from(burst.max(1)),
            filled_at: now,
            full_at: now,
        }
    }

    fn take(&mut self, per_minute: u32, burst: u32, now: DateTime<Utc>) -> Verdict {
        let tokens = self.tokens_at(per_minute, burst, now);
        let is_refused = tokens < 1.0;
        let left = if is_refused { tokens } else { tokens - 1.0 };
        let reset = self.hold(left, (per_minute, burst), now);
        Verdict {
            limit: per_minute,
            remaining: whole(self.tokens),
            reset,
            wait: is_refused.then(|| Duration::from_secs_f64((1.0 - tokens) / rate(per_minute))),
        }
    }

    fn tokens_at(&self, per_minute: u32, burst: u32, now: DateTime<Utc>) -> f64 {
        let passed = (now - self.filled_at)
            .to_std()
            .unwrap_or_default()
            .as_secs_f64();
        (self.tokens + passed * rate(per_minute)).min(f64::from(burst.max(1)))
    }

    /// Holds so many tokens from now on, and says how long it takes until it is full.
    fn hold(
        &mut self,
        tokens: f64,
        (per_minute, burst): (u32, u32),
        now: DateTime<Utc>,
    ) -> Duration {
        let reset = Duration::from_secs_f64((f64::from(burst.max(1)) - tokens) / rate(per_minute));
        (self.tokens, self.filled_at, self.full_at) = (tokens, now, now + reset);
        reset
    }
}

/// Tokens a second.
fn rate(per_minute: u32) -> f64 {
    f64::from(per_minute.max(1)) / 60.0
}

/// Forgets buckets that are full again; if an attacker keeps too many of them low, forgets a
/// quarter rather than growing without bound. First those of addresses, tenants and credentials,
/// then those that guard something; of each kind first what is full soonest, and so says least.
fn make_room(buckets: &mut HashMap<Key, Bucket>, now: DateTime<Utc>) {
    buckets.retain(|_, bucket| bucket.full_at > now);
    if buckets.len() < SHARD_SIZE_MAX {
        return;
    }
    let worth = |key: &Key, bucket: &Bucket| (matches!(key, Key::Named(..)), bucket.full_at);
    let mut worths: Vec<_> = buckets
        .iter()
        .map(|(key, bucket)| worth(key, bucket))
        .collect();
    let (_, last, _) = worths.select_nth_unstable(SHARD_SIZE_MAX / 4);
    let last = *last;
    buckets.retain(|key, bucket| worth(key, bucket) > last);
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "floored and never negative"
)]
fn whole(tokens: f64) -> u32 {
    tokens.max(0.0).floor() as u32
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000, 0).unwrap() + TimeDelta::seconds(seconds)
    }

    #[test]
    fn what_was_done_is_taken_even_if_it_is_not_there_and_no_more_is_owed_than_a_bucket_holds() {
        let buckets = Buckets::default();
        let key = || Key::Writes("a".into());
        let take = |second| buckets.take(key(), 60, 60, at(second));
        assert_eq!(take(0).remaining, 59);
        buckets.charge(&key(), 60, 40, at(0));
        assert_eq!(take(0).remaining, 18);
        buckets.charge(&key(), 60, 1_000, at(0));
        assert_eq!(take(0).wait, Some(Duration::from_secs(61)));
        assert_eq!(take(61).wait, None);
        // Nobody is charged who never asked.
        buckets.charge(&Key::Writes("b".into()), 60, 1_000, at(0));
        assert_eq!(
            buckets.take(Key::Writes("b".into()), 60, 60, at(0)).wait,
            None
        );
    }

    #[test]
    fn a_bucket_empties_refills_and_never_overflows() {
        let buckets = Buckets::default();
        let take = |second| buckets.take(Key::Named("t", "a".into()), 60, 2, at(second));
        assert_eq!((take(0).wait, take(0).wait), (None, None));
        assert_eq!(take(0).wait, Some(Duration::from_secs(1)));
        assert_eq!(take(1).wait, None);
        assert_eq!(take(1_000).remaining, 1);
    }

    #[test]
    fn a_clock_that_jumps_back_gives_nothing_away_and_locks_nobody_out() {
        let buckets = Buckets::default();
        let take = |second| buckets.take(Key::Named("t", "a".into()), 60, 1, at(second));
        assert_eq!(take(1_000).wait, None);
        assert!(take(0).wait.is_some());
        assert_eq!(take(1).wait, None);
    }

    #[test]
    fn one_key_never_pays_for_another() {
        let buckets = Buckets::default();
        while buckets
            .take(Key::Credential("a".into()), 1, 1, at(0))
            .wait
            .is_none()
        {}
        assert_eq!(
            buckets.take(Key::Credential("b".into()), 1, 1, at(0)).wait,
            None
        );
    }

    #[test]
    fn the_number_of_buckets_is_bounded() {
        let buckets = Buckets::default();
        for n in 0..400_000_u32 {
            buckets.take(Key::Address(IpAddr::from(n.to_be_bytes())), 1, 1, at(0));
        }
        let held: usize = buckets
            .shards
            .iter()
            .map(|shard| shard.lock().unwrap().len())
            .sum();
        assert!(held <= 16 * SHARD_SIZE_MAX);
    }

    #[test]
    fn a_crowd_of_addresses_does_not_give_a_guarded_account_its_attempts_back() {
        let buckets = Buckets::default();
        let attempt = || buckets.take(Key::Named("logins", "ada".into()), 10, 10, at(0));
        while attempt().wait.is_none() {}
        for n in 0..400_000_u32 {
            let bytes = n.to_be_bytes();
            buckets.take(Key::Address(IpAddr::from(bytes)), 1, 1, at(0));
            // What guards other accounts is full again sooner.
            buckets.take(Key::Named("logins", n.to_string()), 10, 10, at(0));
        }
        assert!(attempt().wait.is_some(), "the attempts are forgotten");
    }
}
