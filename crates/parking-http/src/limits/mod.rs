//! Rate limits: token buckets, each with a key of its own so that nobody drinks from another's.

mod buckets;

use std::net::IpAddr;
use std::time::Duration;

use axum::http::Method;
use chrono::{DateTime, Utc};

use crate::{ApiError, Caller};

pub use buckets::{Buckets, Key, Verdict};

/// How fast callers may ask.
#[derive(Clone, Copy, Debug)]
pub struct RateLimits {
    /// Requests a minute of one credential, unless the key says otherwise.
    pub requests_per_minute: u32,
    /// Changes a minute of one credential.
    pub writes_per_minute: u32,
    /// The most requests a minute of one tenant, whatever the tenant itself may do.
    pub tenant_per_minute_max: Option<u32>,
    /// Requests a minute of one address without credentials.
    pub anonymous_per_minute: u32,
}

impl Default for RateLimits {
    fn default() -> Self {
        Self {
            requests_per_minute: 100,
            writes_per_minute: 60,
            tenant_per_minute_max: None,
            anonymous_per_minute: 120,
        }
    }
}

/// How many changes more an answer stands for than the one that was counted when it was asked for; a
/// handler attaches it to the response of one request that does the work of many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weight(pub u32);

/// Bad credentials a minute from one address.
const STRANGERS_PER_MINUTE: u32 = 60;

/// Misses a minute of one credential that are written down.
const MISSES_PER_MINUTE: u32 = 10;

/// Counts a request of a known caller against its credential, its writes and its tenant.
pub(crate) fn count_caller(
    buckets: &Buckets,
    limits: &RateLimits,
    caller: &Caller,
    method: &Method,
    now: DateTime<Utc>,
) -> Verdict {
    let identity = &caller.identity;
    let per_minute = identity
        .requests_per_minute
        .unwrap_or(limits.requests_per_minute);
    let credential = caller.credential();
    let mut verdicts = vec![buckets.take(
        Key::Credential(credential.clone()),
        per_minute,
        per_minute.saturating_mul(2),
        now,
    )];
    if !method.is_safe() {
        let writes = writes_of(limits, caller);
        verdicts.push(buckets.take(Key::Writes(credential), writes, writes, now));
    }
    let allowed = identity.tenant_requests_per_minute;
    let tenant = limits
        .tenant_per_minute_max
        .map_or(allowed, |max| allowed.min(max));
    verdicts.push(buckets.take(
        Key::Tenant(identity.tenant),
        tenant,
        tenant.saturating_mul(2),
        now,
    ));
    tightest(&verdicts)
}

/// How many changes a minute a caller may ask for. A key that was given more than the usual requests was
/// given more than the usual writes.
fn writes_of(limits: &RateLimits, caller: &Caller) -> u32 {
    let per_minute = caller.identity.requests_per_minute;
    let per_minute = per_minute.unwrap_or(limits.requests_per_minute);
    limits.writes_per_minute.max(per_minute / 2)
}

/// Counts what a caller was answered as the changes it stands for.
pub(crate) fn count_weight(
    buckets: &Buckets,
    limits: &RateLimits,
    (caller, weight): (&Caller, Weight),
    now: DateTime<Utc>,
) {
    let writes = writes_of(limits, caller);
    buckets.charge(&Key::Writes(caller.credential()), writes, weight.0, now);
}

/// Counts a request without credentials against its address.
pub(crate) fn count_address(
    buckets: &Buckets,
    limits: &RateLimits,
    ip: IpAddr,
    now: DateTime<Utc>,
) -> Verdict {
    let per_minute = limits.anonymous_per_minute;
    buckets.take(
        Key::Address(network(ip)),
        per_minute,
        per_minute.saturating_mul(2),
        now,
    )
}

/// Whether a caller's miss is still worth a line in the log, and counts it.
pub(crate) fn count_miss(buckets: &Buckets, caller: &Caller, now: DateTime<Utc>) -> bool {
    let key = Key::Named("misses", caller.credential());
    let verdict = buckets.take(key, MISSES_PER_MINUTE, MISSES_PER_MINUTE, now);
    verdict.wait.is_none()
}

/// Counts credentials that were not good against the address they came from.
pub(crate) fn count_stranger(buckets: &Buckets, ip: IpAddr, now: DateTime<Utc>) {
    buckets.take(
        stranger(ip),
        STRANGERS_PER_MINUTE,
        2 * STRANGERS_PER_MINUTE,
        now,
    );
}

/// Refuses credentials nobody has seen from an address that has shown too many bad ones, before
/// they cost a look into the database.
pub(crate) fn allow_stranger(
    buckets: &Buckets,
    ip: IpAddr,
    now: DateTime<Utc>,
) -> Result<(), ApiError> {
    buckets
        .look(
            &stranger(ip),
            STRANGERS_PER_MINUTE,
            2 * STRANGERS_PER_MINUTE,
            now,
        )
        .allow()
}

fn stranger(ip: IpAddr) -> Key {
    Key::Named("bad credentials", network(ip).to_string())
}

/// A home has one IPv4 address or a /64: that is who asks.
pub fn network(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            IpAddr::V6([a, b, c, d, 0, 0, 0, 0].into())
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}

fn tightest(verdicts: &[Verdict]) -> Verdict {
    let refused = verdicts
        .iter()
        .filter(|verdict| verdict.wait.is_some())
        .max_by_key(|verdict| verdict.wait);
    let lowest = verdicts.iter().min_by_key(|verdict| verdict.remaining);
    refused.or(lowest).copied().unwrap_or(Verdict {
        limit: 0,
        remaining: 0,
        reset: Duration::ZERO,
        wait: None,
    })
}
