//! Identities: time-ordered UUIDs, and the one that may never be mixed up with another.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Which tenant. A type of its own because the doors of the database take it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TenantId(pub Uuid);

impl TenantId {
    /// The tenant of the people who run the installation.
    pub const PLATFORM: Self = Self(Uuid::nil());

    /// Whether this is the platform tenant.
    pub fn is_platform(self) -> bool {
        self == Self::PLATFORM
    }
}

impl fmt::Display for TenantId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A fresh identifier that sorts by the time it was made.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place that makes identifiers"
)]
pub fn fresh() -> Uuid {
    Uuid::now_v7()
}
