//! Who may do what: roles, the scopes of API keys, and the one permission table.
//!
//! The router, the access matrix of the tests, the generated documentation and the web UI all
//! read [`PERMISSIONS`]; nothing else decides.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What a member may do in a tenant; each role may all that the ones before it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Reads everything but secrets.
    Viewer,
    /// Runs the day: bookings, assignments, overrides.
    Operator,
    /// Shapes the estate and its people.
    Admin,
    /// Holds the keys and the contract.
    Owner,
    /// Runs the installation; exists in the platform tenant only.
    PlatformAdmin,
}

impl Role {
    /// Every role, lowest first.
    pub const ALL: [Self; 5] = [
        Self::Viewer,
        Self::Operator,
        Self::Admin,
        Self::Owner,
        Self::PlatformAdmin,
    ];

    /// The role's name in the API and the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Operator => "operator",
            Self::Admin => "admin",
            Self::Owner => "owner",
            Self::PlatformAdmin => "platform_admin",
        }
    }

    /// Whether somebody with this role may give `other` to somebody, or take it away.
    ///
    /// Admins manage people up to admin; owners and platform admins manage everybody up to
    /// themselves.
    pub fn may_manage(self, other: Self) -> bool {
        self >= Self::Admin && other <= self
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A word that names no role, scope or permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a known name")]
pub struct UnknownName;

impl FromStr for Role {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        Self::ALL
            .into_iter()
            .find(|role| role.name() == name)
            .ok_or(UnknownName)
    }
}

macro_rules! scopes {
    ($($(#[$doc:meta])* $variant:ident = $name:literal),+ $(,)?) => {
        /// What an API key may be used for.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Scope { $($(#[$doc])* #[serde(rename = $name)] $variant),+ }

        impl Scope {
            /// Every scope.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The scope's name in the API and the database.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }
        }
    };
}

scopes! {
    /// Read sites.
    SitesRead = "sites:read",
    /// Read and change sites.
    SitesWrite = "sites:write",
    /// Read bays.
    SpacesRead = "spaces:read",
    /// Read and change bays.
    SpacesWrite = "spaces:write",
    /// Read devices and gateways.
    DevicesRead = "devices:read",
    /// Read and change devices and gateways.
    DevicesWrite = "devices:write",
    /// Read reservations.
    ReservationsRead = "reservations:read",
    /// Read, make and cancel reservations.
    ReservationsWrite = "reservations:write",
    /// Read display policies and what lamps show.
    DisplaysRead = "displays:read",
    /// Change display policies and command lamps.
    DisplaysWrite = "displays:write",
    /// Read the tenant's settings and usage.
    TenantsRead = "tenants:read",
    /// Read and change the tenant's settings.
    TenantsWrite = "tenants:write",
    /// Read measurements.
    TelemetryRead = "telemetry:read",
    /// Read who the users are.
    UsersRead = "users:read",
    /// Deliver messages to the webhooks.
    WebhookIngest = "webhook:ingest",
    /// Everything the key's role may do.
    AdminAll = "admin:*",
}

impl FromStr for Scope {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        Self::ALL
            .iter()
            .copied()
            .find(|scope| scope.name() == name)
            .ok_or(UnknownName)
    }
}

/// Whether a set of scopes covers one: itself, its writing form, or everything.
pub fn covers(held: &BTreeSet<Scope>, needed: Scope) -> bool {
    let writing = needed
        .name()
        .strip_suffix(":read")
        .and_then(|noun| Scope::from_str(&format!("{noun}:write")).ok());
    held.contains(&Scope::AdminAll)
        || held.contains(&needed)
        || writing.is_some_and(|scope| held.contains(&scope))
}

/// One line of the permission table.
#[derive(Clone, Copy, Debug)]
pub struct Grant {
    /// What may be done.
    pub permission: Permission,
    /// Its name in the API and the documentation.
    pub name: &'static str,
    /// The lowest role that may do it.
    pub role: Role,
    /// The scope an API key needs besides the role; `None` means only `admin:*` will do.
    pub scope: Option<Scope>,
    /// What it covers, for people.
    pub about: &'static str,
}

macro_rules! permissions {
    ($($variant:ident = $name:literal, $role:ident, $scope:expr, $about:literal;)+) => {
        /// Something a caller may or may not do.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Permission { $(#[doc = $about] $variant),+ }

        /// The permission table.
        pub const PERMISSIONS: &[Grant] = &[$(Grant {
            permission: Permission::$variant,
            name: $name,
            role: Role::$role,
            scope: $scope,
            about: $about,
        }),+];
    };
}

permissions! {
    TenantRead = "tenant:read", Viewer, Some(Scope::TenantsRead), "See the tenant, its limits and their use.";
    TenantUpdate = "tenant:update", Owner, Some(Scope::TenantsWrite), "Change the tenant's name and settings.";
    UsersRead = "users:read", Admin, Some(Scope::UsersRead), "See users, memberships and invitations.";
    UsersManage = "users:manage", Admin, None, "Invite people, change roles up to one's own, remove members.";
    ApiKeysManage = "api_keys:manage", Owner, None, "See, make, change and revoke API keys.";
    WebhookSecretsManage = "webhook_secrets:manage", Owner, None, "See, make, rotate and revoke webhook credentials.";
    WebhooksManage = "webhooks:manage", Owner, None, "See, make, change, try and delete webhooks, and see and repeat what was sent.";
    SitesRead = "sites:read", Viewer, Some(Scope::SitesRead), "See sites, their levels, zones and plans.";
    SitesManage = "sites:manage", Admin, Some(Scope::SitesWrite), "Create, change and delete sites, levels, zones and plans.";
    SpacesRead = "spaces:read", Viewer, Some(Scope::SpacesRead), "See bays, their states and their history.";
    SpacesManage = "spaces:manage", Admin, Some(Scope::SpacesWrite), "Create, change and delete bays.";
    SpacesOverride = "spaces:override", Operator, Some(Scope::SpacesWrite), "Block bays and put them back into service.";
    DevicesRead = "devices:read", Viewer, Some(Scope::DevicesRead), "See devices, models, gateways and orphans.";
    DevicesManage = "devices:manage", Admin, Some(Scope::DevicesWrite), "Create, change and archive devices and gateways.";
    DevicesAssign = "devices:assign", Operator, Some(Scope::DevicesWrite), "Assign devices to bays, and claim or dismiss orphans.";
    DisplaysRead = "displays:read", Viewer, Some(Scope::DisplaysRead), "See display policies, what lamps should show, were told and say they show, and the commands to them.";
    DisplaysManage = "displays:manage", Admin, Some(Scope::DisplaysWrite), "Create, change, activate and delete display policies.";
    ReservationsRead = "reservations:read", Viewer, Some(Scope::ReservationsRead), "See reservations, their history, their terms and when bays are free.";
    ReservationsBook = "reservations:book", Operator, Some(Scope::ReservationsWrite), "Reserve bays, and change, cancel and check in reservations.";
    ReservationsPeople = "reservations:people", Operator, Some(Scope::ReservationsRead), "See for whom bays are reserved, and what was noted about it.";
    ReservationsTerms = "reservations:terms", Admin, Some(Scope::ReservationsWrite), "Change the terms of reservations, and cancel whatever they say.";
    ReservationsImport = "reservations:import", Admin, Some(Scope::ReservationsWrite), "Reserve bays from a file.";
    PeopleManage = "people:manage", Admin, None, "See how much is held of a person whose bays are reserved, export it and erase it.";
    AlarmsRead = "alarms:read", Viewer, Some(Scope::DevicesRead), "See alarms and the rules they follow.";
    AlarmsHandle = "alarms:handle", Operator, Some(Scope::DevicesWrite), "Acknowledge, mute and comment alarms.";
    AlarmsManage = "alarms:manage", Admin, Some(Scope::DevicesWrite), "Change the rules of alarms and who is written to.";
    DisplaysTest = "displays:test", Operator, Some(Scope::DisplaysWrite), "Try displays out, and have commands to them called off or tried again.";
    DisplaysCommand = "displays:command", Admin, Some(Scope::DisplaysWrite), "Send any command to a display.";
    TelemetryRead = "telemetry:read", Viewer, Some(Scope::TelemetryRead), "See the messages of devices and what was made of them.";
    TelemetryIngest = "telemetry:ingest", Operator, Some(Scope::WebhookIngest), "Hand in messages of devices and observations of bays.";
    ImportsManage = "imports:manage", Admin, None, "Import bays and devices from files, and see what became of their rows.";
    DashboardRead = "dashboard:read", Viewer, None, "See the figures of the whole estate on one page.";
    AuditRead = "audit:read", Admin, None, "Read, export and verify the audit log.";
    DataExport = "data:export", Owner, None, "Export everything the tenant holds.";
    TenantsRead = "tenants:read", PlatformAdmin, Some(Scope::TenantsRead), "See all tenants of the installation.";
    TenantsManage = "tenants:manage", PlatformAdmin, Some(Scope::TenantsWrite), "Create, change, suspend and delete tenants.";
}

impl Permission {
    /// This permission's line in the table.
    pub fn grant(self) -> &'static Grant {
        // The table is generated with the enum, in its order.
        &PERMISSIONS[self as usize]
    }

    /// The permission's name.
    pub fn name(self) -> &'static str {
        self.grant().name
    }

    /// Whether it is about the estate, which of the platform's members those alone see who run it.
    pub fn is_of_the_estate(self) -> bool {
        let subject = self.name().split(':').next();
        matches!(
            subject,
            Some(
                "sites"
                    | "spaces"
                    | "devices"
                    | "reservations"
                    | "people"
                    | "alarms"
                    | "imports"
                    | "dashboard"
            )
        )
    }

    /// Whether a caller of this role, and for an API key these scopes, may do it.
    pub fn allows(self, role: Role, scopes: Option<&BTreeSet<Scope>>) -> bool {
        let grant = self.grant();
        let has_scope = match scopes {
            None => true,
            Some(held) => match grant.scope {
                Some(needed) => covers(held, needed),
                None => held.contains(&Scope::AdminAll),
            },
        };
        role >= grant.role && has_scope
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_and_the_enum_are_in_the_same_order() {
        for (index, grant) in PERMISSIONS.iter().enumerate() {
            assert_eq!(grant.permission as usize, index);
            assert_eq!(grant.permission.grant().name, grant.name);
        }
    }

    #[test]
    fn writing_includes_reading_and_not_the_other_way_round() {
        let write = BTreeSet::from([Scope::SitesWrite]);
        let read = BTreeSet::from([Scope::SitesRead]);
        assert!(covers(&write, Scope::SitesRead));
        assert!(!covers(&read, Scope::SitesWrite));
        assert!(!covers(&write, Scope::SpacesRead));
        assert!(covers(
            &BTreeSet::from([Scope::AdminAll]),
            Scope::WebhookIngest
        ));
    }

    #[test]
    fn a_key_needs_both_the_role_and_the_scope() {
        let all = BTreeSet::from([Scope::AdminAll]);
        let users = BTreeSet::from([Scope::UsersRead]);
        assert!(!Permission::ApiKeysManage.allows(Role::Admin, Some(&all)));
        assert!(Permission::ApiKeysManage.allows(Role::Owner, Some(&all)));
        assert!(!Permission::ApiKeysManage.allows(Role::Owner, Some(&users)));
        assert!(Permission::UsersRead.allows(Role::Admin, Some(&users)));
        assert!(!Permission::UsersRead.allows(Role::Operator, Some(&users)));
    }

    #[test]
    fn nobody_manages_above_themselves_and_operators_manage_nobody() {
        assert!(Role::Admin.may_manage(Role::Admin));
        assert!(!Role::Admin.may_manage(Role::Owner));
        assert!(Role::Owner.may_manage(Role::Owner));
        assert!(!Role::Owner.may_manage(Role::PlatformAdmin));
        assert!(!Role::Operator.may_manage(Role::Viewer));
    }

    #[test]
    fn names_read_back_as_what_they_name() {
        assert!(
            Role::ALL
                .iter()
                .all(|role| Role::from_str(role.name()) == Ok(*role))
        );
        assert!(
            Scope::ALL
                .iter()
                .all(|scope| Scope::from_str(scope.name()) == Ok(*scope))
        );
    }
}
