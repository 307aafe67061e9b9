//! What requests about API keys look like.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use ipnet::IpNet;
use parking_domain::access::{Role, Scope};
use parking_domain::text::Name;
use parking_http::wire::instant;
use parking_http::{ApiError, Wrong};
use serde::Deserialize;
use utoipa::ToSchema;

use super::super::{KeyChange, KeyDraft};
use crate::wire::{self, Change};

/// The most addresses a key lists.
const ALLOWED_IPS_MAX: usize = 50;

/// A key to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ApiKeyDraft {
    #[schema(value_type = wire::Name)]
    name: String,
    /// The role it never exceeds; at most one's own.
    #[schema(value_type = wire::KeyRole)]
    role: String,
    /// What it may be used for.
    #[schema(value_type = Vec<wire::Scope>, min_items = 1, max_items = 16)]
    scopes: Vec<String>,
    /// When it stops working; never, if absent.
    #[serde(default, deserialize_with = "instant")]
    expires_at: Option<DateTime<Utc>>,
    /// Addresses or networks it may come from; anywhere, if empty.
    #[serde(default)]
    #[schema(max_items = 50)]
    allowed_ips: Vec<String>,
    /// How fast it may ask, at most as fast as its tenant; like everybody, if absent.
    #[schema(minimum = 1, maximum = 100_000)]
    requests_per_minute: Option<i32>,
}

/// What is to change about a key. What is absent stays as it is; `null` clears.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ApiKeyChange {
    #[schema(value_type = Option<wire::Name>)]
    name: Option<String>,
    #[schema(value_type = Option<wire::KeyRole>)]
    role: Option<String>,
    #[schema(value_type = Option<Vec<wire::Scope>>, min_items = 1, max_items = 16)]
    scopes: Option<Vec<String>>,
    #[serde(default, deserialize_with = "instant")]
    #[schema(value_type = Option<DateTime<Utc>>)]
    expires_at: Change<DateTime<Utc>>,
    #[schema(max_items = 50)]
    allowed_ips: Option<Vec<String>>,
    #[serde(default)]
    #[schema(value_type = Option<i32>, minimum = 1, maximum = 100_000)]
    requests_per_minute: Change<i32>,
}

/// Reads the fields of a key, and collects what is wrong with them.
trait KeyFields {
    fn role(&mut self, role: &str) -> Option<Role>;
    fn scopes(&mut self, scopes: &[String]) -> Option<Vec<Scope>>;
    fn allowed_ips(&mut self, ips: &[String]) -> Option<Vec<IpNet>>;
    fn rate(&mut self, rate: Option<i32>);
}

impl KeyFields for Wrong {
    fn role(&mut self, role: &str) -> Option<Role> {
        let read = role.parse().ok().filter(|role| *role <= Role::Owner);
        self.read(
            "role",
            read.ok_or("must be one of: viewer, operator, admin, owner"),
        )
    }

    fn scopes(&mut self, scopes: &[String]) -> Option<Vec<Scope>> {
        if scopes.is_empty() {
            return self.read("scopes", Err("must name at least one scope"));
        }
        let read: Result<BTreeSet<Scope>, String> = scopes
            .iter()
            .map(|scope| {
                scope
                    .parse()
                    .map_err(|_| format!("{scope:?} is not a scope"))
            })
            .collect();
        self.read("scopes", read)
            .map(|scopes| scopes.into_iter().collect())
    }

    fn allowed_ips(&mut self, ips: &[String]) -> Option<Vec<IpNet>> {
        if ips.len() > ALLOWED_IPS_MAX {
            return self.read(
                "allowed_ips",
                Err(format!("must have at most {ALLOWED_IPS_MAX} entries")),
            );
        }
        let net = |ip: &String| {
            ip.parse::<IpNet>()
                .or_else(|_| {
                    ip.parse::<std::net::IpAddr>()
                        .map(|ip| IpNet::from(ip.to_canonical()))
                })
                .map_err(|_| {
                    format!("{ip:?} is neither an address nor a network such as 192.0.2.0/24")
                })
        };
        self.read("allowed_ips", ips.iter().map(net).collect())
    }

    fn rate(&mut self, rate: Option<i32>) {
        if rate.is_some_and(|rate| !(1..=100_000).contains(&rate)) {
            self.read::<(), _>("requests_per_minute", Err("must be from 1 to 100000"));
        }
    }
}

impl ApiKeyDraft {
    /// What is wanted, once it is certain that all of it can be.
    pub(super) fn read(self) -> Result<KeyDraft, ApiError> {
        let mut wrong = Wrong::default();
        let name = wrong.read("name", Name::parse(&self.name));
        let role = wrong.role(&self.role);
        let scopes = wrong.scopes(&self.scopes);
        let allowed_ips = wrong.allowed_ips(&self.allowed_ips);
        wrong.rate(self.requests_per_minute);
        let (expires_at, requests_per_minute) = (self.expires_at, self.requests_per_minute);
        let new = (|| {
            let (name, role, scopes, allowed_ips) = (name?, role?, scopes?, allowed_ips?);
            Some(KeyDraft {
                name,
                role,
                scopes,
                expires_at,
                allowed_ips,
                requests_per_minute,
            })
        })();
        wrong.settle(new)
    }
}

impl ApiKeyChange {
    /// What is wanted, once it is certain that all of it can be.
    pub(super) fn read(self) -> Result<KeyChange, ApiError> {
        let mut wrong = Wrong::default();
        let name = self
            .name
            .and_then(|name| wrong.read("name", Name::parse(&name)));
        let role = self.role.and_then(|role| wrong.role(&role));
        let scopes = self.scopes.and_then(|scopes| wrong.scopes(&scopes));
        let allowed_ips = self.allowed_ips.and_then(|ips| wrong.allowed_ips(&ips));
        wrong.rate(self.requests_per_minute.value());
        let (expires_at, requests_per_minute) = (self.expires_at, self.requests_per_minute);
        wrong.settle(Some(KeyChange {
            name,
            role,
            scopes,
            expires_at,
            allowed_ips,
            requests_per_minute,
        }))
    }
}
