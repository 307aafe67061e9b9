//! Who belongs to a tenant, and with which role.
//!
//! A person is a member at most once. The database counts members towards the tenant's limit and
//! keeps the last owner (`keep_an_owner`). A change is announced (`announce_access`), so that
//! nobody acts with a role they no longer have for longer than a moment. Tables: `memberships`;
//! reads `users`.

mod store;

use chrono::{DateTime, Utc};
use parking_db::{DbError, OnConstraint as _};
use parking_domain::access::Role;
use parking_domain::ids::{TenantId, fresh};
use parking_http::{ApiError, Code};
use sqlx::PgConnection;
use thiserror::Error;
use uuid::Uuid;

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

/// Makes a person a member, and returns the membership's identity. The caller records it.
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
