//! Customers of the installation: their life, their tier and what a tier allows.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::access::UnknownName;

/// How long a tenant that is to be deleted can still be brought back.
pub const DELETION_GRACE: TimeDelta = TimeDelta::days(30);

/// How fresh an export must be before a tenant may be deleted.
pub const EXPORT_FRESH_FOR: TimeDelta = TimeDelta::hours(24);

/// Where a tenant stands in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TenantStatus {
    /// In use.
    Active,
    /// Locked out until it is activated again; nothing is lost.
    Suspended,
    /// Locked out and deleted when its grace period ends.
    Deleting,
}

impl TenantStatus {
    /// The name in the API and the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Deleting => "deleting",
        }
    }
}

impl FromStr for TenantStatus {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        [Self::Active, Self::Suspended, Self::Deleting]
            .into_iter()
            .find(|status| status.name() == name)
            .ok_or(UnknownName)
    }
}

/// What a customer has subscribed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// One small lot.
    Basic,
    /// A handful of sites.
    Professional,
    /// A city.
    Enterprise,
}

impl Tier {
    /// Every tier, smallest first.
    pub const ALL: [Self; 3] = [Self::Basic, Self::Professional, Self::Enterprise];

    /// The name in the API and the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Basic => "basic",
            Self::Professional => "professional",
            Self::Enterprise => "enterprise",
        }
    }

    /// What the tier allows when nothing else was agreed.
    pub fn limits(self) -> Limits {
        let [users, sites, spaces, devices, gateways, requests_per_minute] = match self {
            Self::Basic => [5, 2, 100, 100, 10, 100],
            Self::Professional => [25, 10, 500, 500, 50, 1_000],
            Self::Enterprise => [100, 100, 10_000, 20_000, 500, 10_000],
        };
        Limits {
            users,
            sites,
            spaces,
            devices,
            gateways,
            requests_per_minute,
        }
    }

    /// The features the tier turns on when nothing else was agreed.
    pub fn features(self) -> BTreeMap<String, bool> {
        [
            ("analytics", self != Self::Basic),
            ("custom_branding", self == Self::Enterprise),
        ]
        .into_iter()
        .map(|(name, is_on)| (name.to_owned(), is_on))
        .collect()
    }
}

impl FromStr for Tier {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        Self::ALL
            .into_iter()
            .find(|tier| tier.name() == name)
            .ok_or(UnknownName)
    }
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How much of each thing a tenant may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Members, and invitations that are still open.
    pub users: u32,
    /// Sites.
    pub sites: u32,
    /// Bays.
    pub spaces: u32,
    /// Devices.
    pub devices: u32,
    /// Gateways.
    pub gateways: u32,
    /// API requests of all the tenant's callers together.
    pub requests_per_minute: u32,
}

/// What was agreed with one tenant instead of its tier's limits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LimitOverrides {
    /// Members, and invitations that are still open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub users: Option<u32>,
    /// Sites.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sites: Option<u32>,
    /// Bays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spaces: Option<u32>,
    /// Devices.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub devices: Option<u32>,
    /// Gateways.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gateways: Option<u32>,
    /// API requests of all the tenant's callers together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requests_per_minute: Option<u32>,
}

impl LimitOverrides {
    /// The limits that hold: what was agreed, and the tier's for the rest.
    pub fn over(&self, tier: Tier) -> Limits {
        let usual = tier.limits();
        Limits {
            users: self.users.unwrap_or(usual.users),
            sites: self.sites.unwrap_or(usual.sites),
            spaces: self.spaces.unwrap_or(usual.spaces),
            devices: self.devices.unwrap_or(usual.devices),
            gateways: self.gateways.unwrap_or(usual.gateways),
            requests_per_minute: self
                .requests_per_minute
                .unwrap_or(usual.requests_per_minute),
        }
    }
}

/// Whether so much of a limit is used that people should hear of it: four fifths.
pub fn is_near_limit(used: u32, limit: u32) -> bool {
    u64::from(used) * 5 >= u64::from(limit) * 4
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_means_four_fifths() {
        assert!(!is_near_limit(3, 5));
        assert!(is_near_limit(4, 5));
        assert!(is_near_limit(1, 1));
        assert!(is_near_limit(0, 0));
        assert!(!is_near_limit(79, 100));
        assert!(is_near_limit(u32::MAX, u32::MAX));
    }

    #[test]
    fn what_was_agreed_replaces_the_tiers_limit_and_nothing_else() {
        let agreed = LimitOverrides {
            spaces: Some(0),
            ..LimitOverrides::default()
        };
        let limits = agreed.over(Tier::Basic);
        assert_eq!(limits.spaces, 0);
        assert_eq!(
            Limits {
                spaces: 100,
                ..limits
            },
            Tier::Basic.limits()
        );
    }

    #[test]
    fn a_larger_tier_allows_more_of_everything() {
        let all: Vec<_> = Tier::ALL.iter().map(|tier| tier.limits()).collect();
        for pair in all.windows(2) {
            let (small, large) = (pair[0], pair[1]);
            assert!(small.users < large.users && small.sites < large.sites);
            assert!(small.spaces < large.spaces && small.devices < large.devices);
            assert!(small.gateways < large.gateways);
            assert!(small.requests_per_minute < large.requests_per_minute);
        }
    }
}
