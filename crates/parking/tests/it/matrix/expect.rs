//! What the permission table says must happen.

use std::collections::BTreeSet;

use parking_domain::access::{PERMISSIONS, Permission, Role, Scope};

/// What an operation asks of its callers, as its description in the OpenAPI says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    Public,
    Authenticated,
    Person,
    Needs(Permission),
}

impl Access {
    /// Reads the `x-access` of an operation.
    pub(super) fn named(name: &str) -> Self {
        match name {
            "public" => Self::Public,
            "authenticated" => Self::Authenticated,
            "person" => Self::Person,
            permission => PERMISSIONS
                .iter()
                .find(|grant| grant.name == permission)
                .map_or_else(
                    || panic!("x-access names no permission: {permission}"),
                    |grant| Self::Needs(grant.permission),
                ),
        }
    }
}

/// What a caller shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Shows {
    /// Nothing.
    Nothing,
    /// Something that is not, or no longer, good.
    NothingGood,
    /// A session.
    Session(Role),
    /// An API key.
    Key(Role, BTreeSet<Scope>),
}

/// How the guard must answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Admitted,
    Refused(u16, &'static str),
}

/// The verdict on a caller at an operation.
pub(super) fn verdict(access: Access, caller: &Shows) -> Verdict {
    let (role, scopes) = match caller {
        _ if access == Access::Public => return Verdict::Admitted,
        // One code for both, or a thief could tell a key that once was good.
        Shows::Nothing | Shows::NothingGood => return Verdict::Refused(401, "unauthenticated"),
        Shows::Session(role) => (*role, None),
        Shows::Key(role, scopes) => (*role, Some(scopes)),
    };
    match access {
        Access::Person if scopes.is_some() => Verdict::Refused(403, "person_required"),
        Access::Needs(permission) if !permission.allows(role, scopes) => {
            Verdict::Refused(403, "forbidden")
        }
        _ => Verdict::Admitted,
    }
}
