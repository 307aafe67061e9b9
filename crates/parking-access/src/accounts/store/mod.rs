//! The SQL of accounts.

pub(super) mod identities;
pub(super) mod links;
pub(super) mod sessions;
pub(super) mod tenants;
pub(super) mod users;

use std::str::FromStr;

use parking_db::{DbError, Result};
use parking_domain::access::UnknownName;

/// Reads a word that a check constraint holds to a list.
fn word<T: FromStr<Err = UnknownName>>(text: &str) -> Result<T> {
    text.parse()
        .map_err(|unknown: UnknownName| DbError::from(sqlx::Error::Decode(unknown.into())))
}
