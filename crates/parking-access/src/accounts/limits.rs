//! How often anybody may try: per account and per address, whether the account exists or not.

use std::net::IpAddr;

use parking_http::ApiError;
use parking_http::limits::{Key, network};

use super::Accounts;
use crate::secrets::{fingerprint, hex};

/// A kind of attempt, and what there may be of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attempts {
    /// From one address.
    address: Allowance,
    /// On one account from one address, where others must not be able to use an account's up.
    here: Option<Allowance>,
    /// On one account.
    account: Allowance,
}

#[derive(Clone, Copy, Debug)]
struct Allowance {
    name: &'static str,
    per_minute: u32,
    burst: u32,
}

const fn allowance(name: &'static str, per_minute: u32, burst: u32) -> Allowance {
    Allowance {
        name,
        per_minute,
        burst,
    }
}

/// Proving a password, wherever that is asked for. Whoever guesses at an account shuts out their
/// own address; it takes many addresses to shut out the account's owner.
pub(crate) const PASSWORD: Attempts = Attempts {
    address: allowance("password from address", 30, 60),
    here: Some(allowance("password of account from address", 10, 10)),
    account: allowance("password of account", 100, 100),
};

/// Refreshing a session; the account is the token that is shown.
pub(crate) const REFRESH: Attempts = Attempts {
    address: allowance("refresh from address", 240, 480),
    here: None,
    account: allowance("refresh of token", 60, 100),
};

/// Asking for a letter. Its account is a mailbox, which is to be spared wherever they ask from.
pub(crate) const LETTER: Attempts = Attempts {
    address: allowance("letter from address", 10, 20),
    here: None,
    account: allowance("letter to account", 2, 5),
};

/// Following a mailed link; the account is the token in it.
pub(crate) const LINK: Attempts = Attempts {
    address: allowance("link from address", 30, 60),
    here: None,
    account: allowance("link", 10, 20),
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
        let network = network(ip);
        // The key is as long as anybody likes and may be a secret, so its hash is kept.
        let account = hex(&fingerprint(account));
        // The narrow before the wide: what was refused here takes nothing from the others.
        self.take(attempts.address, network.to_string())?;
        if let Some(here) = attempts.here {
            self.take(here, format!("{account} {network}"))?;
        }
        self.take(attempts.account, account)
    }

    fn take(&self, allowance: Allowance, whose: String) -> Result<(), ApiError> {
        let key = Key::Named(allowance.name, whose);
        let now = self.clock.now();
        self.buckets
            .take(key, allowance.per_minute, allowance.burst, now)
            .allow()
    }
}
