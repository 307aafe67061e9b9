//! People as the other parts of the slice speak of them: accounts, and where they belong.

use std::str::FromStr;

use chrono::{DateTime, Utc};
use parking_domain::access::{Role, UnknownName};
use parking_domain::ids::TenantId;
use parking_domain::tenancy::TenantStatus;
use parking_domain::text::{Email, Language, Name};
use thiserror::Error;
use uuid::Uuid;

/// How the web UI looks to a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Theme {
    Light,
    Dark,
    System,
}

impl Theme {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
            Self::System => "system",
        }
    }
}

impl FromStr for Theme {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        [Self::Light, Self::Dark, Self::System]
            .into_iter()
            .find(|theme| theme.name() == name)
            .ok_or(UnknownName)
    }
}

/// An account without its secrets.
#[derive(Clone, Debug)]
pub(crate) struct User {
    pub(crate) id: Uuid,
    pub(crate) email: String,
    pub(crate) name: String,
    pub(crate) language: Language,
    pub(crate) theme: Theme,
    pub(crate) is_active: bool,
    pub(crate) email_verified: bool,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) updated_at: DateTime<Utc>,
    pub(crate) last_login_at: Option<DateTime<Utc>>,
    pub(crate) version: i64,
}

/// A tenant, and what somebody is there.
#[derive(Clone, Debug)]
pub(crate) struct TenantRef {
    pub(crate) id: TenantId,
    pub(crate) name: String,
    pub(crate) slug: String,
    pub(crate) kind: String,
    pub(crate) role: Role,
    pub(crate) status: TenantStatus,
}

/// A person, where they belong, and where they were last.
#[derive(Clone, Debug)]
pub(crate) struct Standing {
    pub(crate) user: User,
    /// The tenants they are an active member of, the longest first.
    pub(crate) tenants: Vec<TenantRef>,
    pub(crate) last_tenant: Option<TenantId>,
}

/// An account with what proves that somebody is its owner.
#[derive(Clone)]
pub(crate) struct Person {
    pub(crate) id: Uuid,
    pub(crate) email: String,
    pub(crate) name: String,
    pub(crate) language: String,
    pub(crate) password_hash: Option<String>,
    pub(crate) is_active: bool,
    pub(crate) email_verified: bool,
    /// The tenant whose audit log tells what happens to the account while nobody is signed in.
    pub(crate) home: Option<Uuid>,
}

impl Person {
    pub(crate) fn home(&self) -> TenantId {
        self.home.map_or(TenantId::PLATFORM, TenantId)
    }

    /// The language letters are written in.
    pub(crate) fn language(&self) -> Language {
        Language::parse(&self.language).unwrap_or_default()
    }
}

/// An account that is to be.
#[derive(Clone, Debug)]
pub(crate) struct UserDraft {
    pub(crate) id: Uuid,
    pub(crate) email: Email,
    pub(crate) name: Name,
    pub(crate) password_hash: String,
    pub(crate) language: Language,
}

/// What somebody changes about themselves.
#[derive(Clone, Debug, Default)]
pub(crate) struct ProfileChange {
    pub(crate) name: Option<Name>,
    pub(crate) language: Option<Language>,
    pub(crate) theme: Option<Theme>,
}

/// Why somebody has nowhere to go.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub(crate) enum Homeless {
    /// They are no active member of the tenant they asked for, or of any.
    #[error("belongs to no such tenant")]
    NoMembership,
    /// Every tenant they could go to is suspended or about to be deleted.
    #[error("the tenant is suspended")]
    TenantSuspended,
}

impl Standing {
    /// The tenant to work in: the one asked for; else the one they were in last; else the one
    /// they have belonged to longest that is in use.
    pub(crate) fn place(&self, wanted: Option<TenantId>) -> Result<&TenantRef, Homeless> {
        let is_in_use = |tenant: &&TenantRef| tenant.status == TenantStatus::Active;
        let find = |id: TenantId| self.tenants.iter().find(|tenant| tenant.id == id);
        if let Some(wanted) = wanted {
            let tenant = find(wanted).ok_or(Homeless::NoMembership)?;
            return Some(tenant)
                .filter(is_in_use)
                .ok_or(Homeless::TenantSuspended);
        }
        let last = self.last_tenant.and_then(find).filter(is_in_use);
        match last.or_else(|| self.tenants.iter().find(is_in_use)) {
            Some(tenant) => Ok(tenant),
            None if self.tenants.is_empty() => Err(Homeless::NoMembership),
            None => Err(Homeless::TenantSuspended),
        }
    }

    /// Whether they run the installation.
    pub(crate) fn is_platform_admin(&self) -> bool {
        self.tenants
            .iter()
            .any(|tenant| tenant.role == Role::PlatformAdmin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tenant(number: u128, status: TenantStatus) -> TenantRef {
        TenantRef {
            id: TenantId(Uuid::from_u128(number)),
            name: String::new(),
            slug: String::new(),
            kind: String::new(),
            role: Role::Viewer,
            status,
        }
    }

    fn place(
        tenants: &[(u128, TenantStatus)],
        last: Option<u128>,
        wanted: Option<u128>,
    ) -> Result<u128, Homeless> {
        let id = |number| TenantId(Uuid::from_u128(number));
        let standing = Standing {
            user: User {
                id: Uuid::nil(),
                email: String::new(),
                name: String::new(),
                language: Language::En,
                theme: Theme::System,
                is_active: true,
                email_verified: true,
                created_at: DateTime::UNIX_EPOCH,
                updated_at: DateTime::UNIX_EPOCH,
                last_login_at: None,
                version: 1,
            },
            tenants: tenants
                .iter()
                .map(|(n, status)| tenant(*n, *status))
                .collect(),
            last_tenant: last.map(id),
        };
        standing
            .place(wanted.map(id))
            .map(|tenant| tenant.id.0.as_u128())
    }

    #[test]
    fn people_return_to_where_they_were_unless_it_is_closed() {
        use TenantStatus::{Active, Suspended};
        let both = [(1, Active), (2, Active)];
        assert_eq!(place(&both, None, None), Ok(1));
        assert_eq!(place(&both, Some(2), None), Ok(2));
        assert_eq!(place(&both, Some(9), None), Ok(1));
        assert_eq!(place(&both, Some(2), Some(1)), Ok(1));
        assert_eq!(place(&[(1, Suspended), (2, Active)], Some(1), None), Ok(2));
        assert_eq!(
            place(&[(1, Suspended)], None, None),
            Err(Homeless::TenantSuspended)
        );
        assert_eq!(place(&[], None, None), Err(Homeless::NoMembership));
    }

    #[test]
    fn a_tenant_that_is_asked_for_is_that_one_or_none() {
        use TenantStatus::{Active, Deleting};
        let both = [(1, Active), (2, Deleting)];
        assert_eq!(place(&both, None, Some(2)), Err(Homeless::TenantSuspended));
        assert_eq!(place(&both, None, Some(3)), Err(Homeless::NoMembership));
    }
}
