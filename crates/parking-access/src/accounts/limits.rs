//! How often anybody may try: per account and per address, whether the account exists or not.

use std::net::IpAddr;

use parking_http::ApiError;
use parking_http::limits::Key;

use super::Accounts;
use crate::secrets::{fingerprint, hex};

/// A kind of attempt, with what a minute allows for one account and for one address.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attempts {
    account: &'static str,
    address: &'static str,
    account_per_minute: u32,
    account_burst: u32,
    address_per_minute: u32,
    address_burst: u32,
}

/// Proving a password, wherever that is asked for.
pub(crate) const PASSWORD: Attempts = Attempts {
    account: "password of account",
    address: "password from address",
    account_per_minute: 10,
    account_burst: 10,
    address_per_minute: 30,
    address_burst: 60,
};

/// Refreshing a session; the account is the token that is shown.
pub(crate) const REFRESH: Attempts = Attempts {
    account: "refresh of token",
    address: "refresh from address",
    account_per_minute: 60,
    account_burst: 100,
    address_per_minute: 240,
    address_burst: 480,
};

/// Asking for a letter.
pub(crate) const LETTER: Attempts = Attempts {
    account: "letter to account",
    address: "letter from address",
    account_per_minute: 2,
    account_burst: 5,
    address_per_minute: 10,
    address_burst: 20,
};

/// Following a mailed link; the account is the token in it.
pub(crate) const LINK: Attempts = Attempts {
    account: "link",
    address: "link from address",
    account_per_minute: 10,
    account_burst: 20,
    address_per_minute: 30,
    address_burst: 60,
};

impl Accounts {
    /// Counts an attempt, or refuses it. Runs before anything that costs or tells something.
    pub(crate) fn count(
        &self,
        attempts: Attempts,
        account: &str,
        ip: IpAddr,
    ) -> Result<(), ApiError> {
        if !self.options.attempts_are_limited {
            return Ok(());
        }
        let now = self.clock.now();
        let by_address = self.buckets.take(
            Key::Named(attempts.address, network(ip)),
            attempts.address_per_minute,
            attempts.address_burst,
            now,
        );
        by_address.allow()?;
        // The key is as long as anybody likes and may be a secret, so its hash is kept.
        let by_account = self.buckets.take(
            Key::Named(attempts.account, hex(&fingerprint(account))),
            attempts.account_per_minute,
            attempts.account_burst,
            now,
        );
        by_account.allow()
    }
}

/// A home has one IPv4 address or a /64.
fn network(ip: IpAddr) -> String {
    match ip.to_canonical() {
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        IpAddr::V4(v4) => v4.to_string(),
    }
}
