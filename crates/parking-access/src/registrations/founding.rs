//! Becoming a customer by the word of whoever runs the installation: no letter, no proof.

use chrono::{DateTime, Utc};
use parking_db::{DbError, PlatformTx};
use parking_domain::access::Role;
use parking_domain::ids::{TenantId, fresh};
use parking_domain::text::{Email, Name};
use serde_json::json;
use thiserror::Error;

use crate::accounts::{self, CreateError as AccountError, UserDraft};
use crate::audit::{self, By, Entry};
use crate::members::{self, AddError};
use crate::tenants::{self, CreateError as TenantError, TenantDraft};

/// Who is to own a tenant that is founded.
#[derive(Clone, Debug)]
pub struct Founder {
    /// Their address, which has no account yet.
    pub email: Email,
    /// Their name.
    pub name: Name,
    /// Their password as [`Hasher::hash`](crate::accounts::Hasher::hash) made it.
    pub password_hash: String,
}

/// Why a tenant was not founded.
#[derive(Debug, Error)]
pub enum FoundError {
    /// There is an account of the founder's address.
    #[error("the address has an account already")]
    EmailTaken,
    /// Another tenant has the slug.
    #[error("the slug is taken")]
    SlugTaken,
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Makes a tenant and the account of its owner, and records it.
pub async fn found(
    tx: &mut PlatformTx,
    founder: Founder,
    wanted: TenantDraft,
    by: &By,
    now: DateTime<Utc>,
) -> Result<TenantId, FoundError> {
    let owner = UserDraft {
        id: fresh(),
        email: founder.email,
        name: founder.name,
        password_hash: founder.password_hash,
        language: wanted.language,
    };
    accounts::create(tx, &owner, now)
        .await
        .map_err(|error| match error {
            AccountError::EmailTaken => FoundError::EmailTaken,
            AccountError::Db(error) => FoundError::Db(error),
        })?;
    let tenant = tenants::create(tx, now, wanted)
        .await
        .map_err(|error| match error {
            TenantError::SlugTaken => FoundError::SlugTaken,
            TenantError::Db(error) => FoundError::Db(error),
        })?;
    let added = members::add(tx.conn(), tenant.id, owner.id, Role::Owner, now).await;
    added.map_err(|error| match error {
        // Their account is a moment old.
        AddError::AlreadyMember => FoundError::EmailTaken,
        AddError::Db(error) => FoundError::Db(error),
    })?;
    let entry = Entry {
        action: "tenant.created",
        entity_type: "tenant",
        entity_id: Some(tenant.id.to_string()),
        entity_name: Some(&tenant.name),
        new: Some(json!({
            "slug": tenant.slug,
            "tier": tenant.tier.name(),
            "owner": { "id": owner.id, "email": owner.email.as_str() },
        })),
        ..Entry::default()
    };
    audit::append(tx.conn(), tenant.id, by, now, entry).await?;
    Ok(tenant.id)
}
