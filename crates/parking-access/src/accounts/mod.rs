//! People: how they prove who they are, and for how long that holds.
//!
//! An account is one e-mail address, in whatever case it is typed. A sign-in opens a session; the
//! session hands out access tokens that live for minutes and refresh tokens that are exchanged at
//! each use (`sessions`). Whoever shows a used refresh token after a short grace has a copy, and
//! the session ends. Nothing here tells whether an address has an account: not the answers, not
//! their time, not the limits. Links are made by the jobs that mail them, so no secret waits in
//! the queue. Tables: `users`, `sessions`, `refresh_tokens`, `account_tokens`; reads
//! `memberships` and `tenants`.
//! Not here: how strangers become customers (`registrations`) and colleagues join (`invitations`);
//! what people may do (`parking_domain::access`); second factors; sign-in by others.

mod administrator;
mod api;
mod identities;
mod jobs;
mod limits;
mod passwords;
mod people;
mod profile;
mod recovery;
mod sessions;
mod sign_in;
mod store;
mod switch;
#[cfg(test)]
pub(crate) mod tests;
pub mod tokens;

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use parking_db::{Db, DbError, PlatformTx};
use parking_domain::clock::Clock;
use parking_http::limits::{Buckets, RateLimits};

use crate::mail::Mailer;

pub use administrator::{Administrator, create_administrator, has_administrator};
pub use api::routes;
pub use identities::identity;
pub use jobs::{CleanAccounts, jobs, schedules};
pub use passwords::{Busy, HashOptions, Hasher, Verdict};
pub use tokens::{Claims, Tokens};

pub(crate) use api::{Client, SessionAnswer, answer_session, bounded};
pub(crate) use limits::{LETTER, LINK, PASSWORD};
pub(crate) use people::{Person, UserDraft};
pub(crate) use sessions::SignedIn;
pub(crate) use sign_in::{
    CreateError, Proof, SignInError, complete, confirm_email, create, enter, person_by_email,
    prove, record_failure, record_success,
};

use sessions::log_of;

/// The longest text that is looked at when a present password is asked for.
pub(crate) const PASSWORD_LENGTH_MAX: usize = 1_000;

/// What the accounts work with.
#[derive(Clone, Debug)]
pub struct Accounts {
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    /// The threads that hash passwords.
    pub hasher: Hasher,
    /// Makes and reads access tokens.
    pub tokens: Tokens,
    /// Sends letters.
    pub mailer: Mailer,
    /// Counts attempts.
    pub buckets: Arc<Buckets>,
    /// What the operator decided.
    pub options: AccountOptions,
}

/// What the operator of the installation decides about accounts.
#[derive(Clone, Copy, Debug)]
pub struct AccountOptions {
    /// Whether strangers may become customers by themselves.
    pub registration_enabled: bool,
    /// How long an access token is good.
    pub access_ttl: TimeDelta,
    /// How long a session lives after it was last refreshed.
    pub session_ttl: TimeDelta,
    /// Whether browsers reach us by HTTPS, so that cookies may insist on it.
    pub public_url_is_https: bool,
    /// How fast callers may ask, for those who want to know.
    pub rate_limits: RateLimits,
    /// Whether attempts at passwords, links and letters are counted. Off only where a load test
    /// runs.
    pub attempts_are_limited: bool,
}

impl Default for AccountOptions {
    fn default() -> Self {
        Self {
            registration_enabled: false,
            access_ttl: TimeDelta::minutes(15),
            session_ttl: TimeDelta::days(30),
            public_url_is_https: false,
            rate_limits: RateLimits::default(),
            attempts_are_limited: true,
        }
    }
}

/// Rows that one portion of cleaning takes from a table.
const PORTION: i64 = 1_000;

/// Forgets a portion of what was over before an instant, and says whether that was all.
async fn forget_some(tx: &mut PlatformTx, before: DateTime<Utc>) -> Result<bool, DbError> {
    let conn = tx.conn();
    let deleted = [
        store::sessions::delete_ended(conn, before, PORTION).await?,
        store::sessions::delete_expired_tokens(conn, before, PORTION).await?,
        store::links::delete_expired(conn, before, PORTION).await?,
    ];
    Ok(deleted
        .iter()
        .all(|rows| i64::try_from(*rows).unwrap_or(0) < PORTION))
}
