//! The form of a key, and what is known of one when it is shown.

use std::collections::BTreeSet;
use std::net::IpAddr;

use chrono::{DateTime, Utc};
use ipnet::IpNet;
use parking_domain::access::{Role, Scope};
use parking_domain::ids::TenantId;
use secrecy::{ExposeSecret as _, SecretString};
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

use crate::secrets::fingerprint;

/// A key as somebody shows it.
#[derive(Clone, Copy, Debug)]
pub struct ShownKey<'a> {
    /// The part of it that is not secret.
    pub public_id: &'a str,
    secret: &'a str,
}

impl<'a> ShownKey<'a> {
    /// Takes a key apart; `None` if it cannot be one.
    pub fn parse(text: &'a str) -> Option<Self> {
        let (public_id, secret) = text.strip_prefix("pk_")?.split_once('_')?;
        let is_plain = |part: &str, length_max: usize| {
            !part.is_empty()
                && part.len() <= length_max
                && part
                    .bytes()
                    .all(|c| c.is_ascii_alphanumeric() || c == b'-' || c == b'_')
        };
        (is_plain(public_id, 32) && is_plain(secret, 128)).then_some(Self { public_id, secret })
    }

    /// Whether this is the key, found out in constant time.
    pub fn opens(&self, known: &KnownKey) -> bool {
        fingerprint(self.secret)[..]
            .ct_eq(&known.secret_hash)
            .into()
    }
}

/// Puts a key together for the one time it is shown.
pub(super) fn join(public_id: &str, secret: &SecretString) -> SecretString {
    SecretString::from(format!("pk_{public_id}_{}", secret.expose_secret()))
}

/// What is known of a key, in a form that is quick to check.
#[derive(Clone, Debug)]
pub struct KnownKey {
    /// Whose it is.
    pub tenant: TenantId,
    /// Its identity.
    pub id: Uuid,
    /// What people call it.
    pub name: String,
    pub(super) secret_hash: Vec<u8>,
    /// The role it never exceeds.
    pub role: Role,
    /// What it may be used for.
    pub scopes: BTreeSet<Scope>,
    pub(super) allowed_ips: Vec<IpNet>,
    pub(super) expires_at: Option<DateTime<Utc>>,
    pub(super) is_revoked: bool,
    /// How fast it may ask.
    pub requests_per_minute: Option<u32>,
    /// Whether its tenant is in use.
    pub is_tenant_active: bool,
    /// How fast all callers of its tenant may ask.
    pub tenant_requests_per_minute: u32,
}

impl KnownKey {
    /// Whether it works at this time.
    pub fn is_good(&self, now: DateTime<Utc>) -> bool {
        !self.is_revoked && self.expires_at.is_none_or(|end| now < end)
    }

    /// Whether it may come from there.
    pub fn allows(&self, ip: IpAddr) -> bool {
        let ip = ip.to_canonical();
        self.allowed_ips.is_empty() || self.allowed_ips.iter().any(|net| net.contains(&ip))
    }
}
