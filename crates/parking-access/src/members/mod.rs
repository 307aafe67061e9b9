//! Who belongs to a tenant, and with which role.
//!
//! A person is a member at most once. The database counts members towards the tenant's limit and
//! keeps the last owner (`keep_an_owner`). A change is announced (`announce_access`), so that
//! nobody acts with a role they no longer have for longer than a moment. Tables: `memberships`;
//! reads `users`.

mod api;
mod store;
#[cfg(test)]
mod tests;

use chrono::{DateTime, Utc};
use parking_db::{DbError, OnConstraint as _, TenantTx};
use parking_domain::access::Role;
use parking_domain::ids::{TenantId, fresh};
use parking_http::{ApiError, Code};
use serde_json::{Value, json};
use sqlx::PgConnection;
use thiserror::Error;
use uuid::Uuid;

use crate::audit::{self, By, Entry, difference};

pub use api::{Members, routes};

/// Somebody's place in a tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// Its identity.
    pub id: Uuid,
    /// Who.
    pub user_id: Uuid,
    /// Their address.
    pub email: String,
    /// Their name.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Whether they may do it now.
    pub is_active: bool,
    /// Since when they are a member.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// Counts the changes.
    pub version: i64,
}

impl Membership {
    /// What the record says of it.
    fn described(&self) -> Value {
        json!({ "role": self.role, "is_active": self.is_active })
    }
}

/// Why somebody could not be made a member.
#[derive(Debug, Error)]
pub enum AddError {
    /// They are one already.
    #[error("is a member already")]
    AlreadyMember,
    /// The tenant may have no more members, or the database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<AddError> for ApiError {
    fn from(error: AddError) -> Self {
        match error {
            AddError::AlreadyMember => Self::new(Code::AlreadyMember),
            AddError::Db(error) => error.into(),
        }
    }
}

/// Makes a person a member, and returns the membership's identity. The caller records it. Only a
/// worker's transaction may: a tenant cannot make a stranger a member, and so visible.
pub async fn add(
    conn: &mut PgConnection,
    tenant: TenantId,
    user_id: Uuid,
    role: Role,
    now: DateTime<Utc>,
) -> Result<Uuid, AddError> {
    let id = fresh();
    store::insert(conn, tenant, id, user_id, role, now)
        .await
        .on_constraint("memberships_user_unique", || AddError::AlreadyMember)?;
    Ok(id)
}

/// A membership, held until the end of the transaction, for whoever is about to change it.
pub async fn lock(tx: &mut TenantTx, id: Uuid) -> Result<Option<Membership>, DbError> {
    store::lock(tx, id).await
}

/// Why a membership was not changed or ended.
#[derive(Debug, Error)]
pub enum ChangeError {
    /// Nobody gives or takes a role above their own.
    #[error("the role is above one's own")]
    RoleTooHigh,
    /// A tenant keeps at least one owner, the platform one administrator.
    #[error("this is the last owner")]
    LastOwner,
    /// Only the platform's own tenant has platform admins.
    #[error("the role exists in the platform tenant only")]
    NotInThisTenant,
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<ChangeError> for ApiError {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::RoleTooHigh => Self::new(Code::RoleTooHigh),
            ChangeError::LastOwner => Self::new(Code::LastOwner),
            ChangeError::NotInThisTenant => {
                Self::field("role", "exists in the platform tenant only")
            }
            ChangeError::Db(error) => error.into(),
        }
    }
}

/// Changes the role of a member, or whether they may come in at all. `own` is the role of whoever
/// asks.
pub async fn change(
    tx: &mut TenantTx,
    membership: &Membership,
    (role, is_active): (Role, bool),
    own: Role,
    by: &By,
    now: DateTime<Utc>,
) -> Result<Membership, ChangeError> {
    if !own.may_manage(membership.role) || !own.may_manage(role) {
        return Err(ChangeError::RoleTooHigh);
    }
    let changed = Membership {
        role,
        is_active,
        updated_at: now,
        version: membership.version + 1,
        ..membership.clone()
    };
    store::update(tx, &changed)
        .await
        .on_constraint("memberships_last_owner", || ChangeError::LastOwner)
        .map_err(|error| match error {
            ChangeError::Db(error) => error
                .on_constraint("memberships_platform_admin_in_platform", || {
                    ChangeError::NotInThisTenant
                }),
            error => error,
        })?;
    let (old, new) = difference(&membership.described(), &changed.described());
    record(tx, "membership.updated", membership, (old, new), by, now).await?;
    Ok(changed)
}

/// Ends a membership. The account stays; it may belong elsewhere. `own` is the role of whoever
/// asks.
pub async fn remove(
    tx: &mut TenantTx,
    membership: &Membership,
    own: Role,
    by: &By,
    now: DateTime<Utc>,
) -> Result<(), ChangeError> {
    if !own.may_manage(membership.role) {
        return Err(ChangeError::RoleTooHigh);
    }
    store::delete(tx, membership.id)
        .await
        .on_constraint("memberships_last_owner", || ChangeError::LastOwner)?;
    let old = Some(membership.described());
    record(tx, "membership.removed", membership, (old, None), by, now).await?;
    Ok(())
}

async fn record(
    tx: &mut TenantTx,
    action: &str,
    membership: &Membership,
    (old, new): (Option<Value>, Option<Value>),
    by: &By,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let tenant = tx.tenant();
    let entry = Entry {
        action,
        entity_type: "membership",
        entity_id: Some(membership.id.to_string()),
        entity_name: Some(&membership.name),
        old,
        new,
        reason: None,
    };
    audit::append(tx.conn(), tenant, by, now, entry).await
}
