//! What senders sign their messages with.
//!
//! A tenant has at most one active credential, and while it is being rotated the one before it,
//! which retires at a set time: for so long both are good, so no message is lost. The secret is
//! needed in clear to check a signature; it is sealed with the installation's data key and shown
//! once. Table: `webhook_secrets`.

mod api;
mod signature;
mod store;
#[cfg(test)]
mod tests;

use chrono::{DateTime, TimeDelta, Utc};
use parking_db::{Db, DbError, OnConstraint as _, Reason, TenantTx};
use parking_domain::ids::{TenantId, fresh};
use parking_domain::text::Name;
use parking_http::IfMatch;
use secrecy::SecretString;
use serde_json::json;
use thiserror::Error;
use tracing::error;
use uuid::Uuid;

use crate::audit::{self, By, Entry};
use crate::secrets::{Vault, random_hex};

pub use api::{WebhookSecrets, routes};
pub use signature::is_signed_by;

/// Why a credential was not made, rotated or revoked.
#[derive(Debug, Error)]
pub enum SecretError {
    /// There is no such credential in this tenant.
    #[error("there is no such credential")]
    Absent,
    /// One is active already.
    #[error("there is an active credential")]
    Exists,
    /// None is active, so there is nothing to rotate.
    #[error("there is no active credential")]
    NoneActive,
    /// Somebody changed it meanwhile.
    #[error("the credential was changed meanwhile")]
    Stale,
    /// The database refused.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// A credential as people see it.
#[derive(Clone, Debug)]
pub struct Secret {
    /// Its identity.
    pub id: Uuid,
    /// What people call it.
    pub name: String,
    /// When it stops being good.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
    /// When a message was last signed with it.
    pub last_used_at: Option<DateTime<Utc>>,
    /// Who made it.
    pub created_by: Option<Uuid>,
    /// Their name.
    pub created_by_name: Option<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// How often it was changed.
    pub version: i64,
}

/// Who asks, for the record.
#[derive(Clone, Debug)]
pub struct Keeper {
    /// For the audit log.
    pub by: By,
    /// The person, if it is one.
    pub user: Option<Uuid>,
}

/// Makes the tenant's credential, if it has no active one.
pub async fn create(
    tx: &mut TenantTx,
    vault: &Vault,
    keeper: &Keeper,
    name: &Name,
    now: DateTime<Utc>,
) -> Result<(Secret, SecretString), SecretError> {
    let (secret, shown) = insert(tx, vault, keeper, name.as_str(), None, now).await?;
    record(tx, keeper, now, "webhook_secret.created", &secret).await?;
    Ok((secret, shown))
}

/// Replaces the active credential; the one before it stays good for `overlap`.
pub async fn rotate(
    tx: &mut TenantTx,
    vault: &Vault,
    keeper: &Keeper,
    overlap: TimeDelta,
    now: DateTime<Utc>,
) -> Result<(Secret, SecretString), SecretError> {
    // One rotation at a time: two would wait for each other's rows in a circle.
    store::take_turn(tx).await?;
    let old = store::active_for_update(tx)
        .await?
        .ok_or(SecretError::NoneActive)?;
    // One that was retiring already makes room: at most two are good at a time.
    store::end_retiring(tx, now).await?;
    store::retire(tx, old.id, now + overlap).await?;
    let (secret, shown) = insert(tx, vault, keeper, &old.name, Some(old.id), now).await?;
    record(tx, keeper, now, "webhook_secret.rotated", &secret).await?;
    Ok((secret, shown))
}

/// Ends a credential at once; revoking it again changes nothing.
pub async fn revoke(
    tx: &mut TenantTx,
    keeper: &Keeper,
    (id, seen): (Uuid, &IfMatch),
    now: DateTime<Utc>,
) -> Result<(), SecretError> {
    let secret = store::find_for_update(tx, id)
        .await?
        .ok_or(SecretError::Absent)?;
    seen.check(secret.version).map_err(|_| SecretError::Stale)?;
    if secret.revoked_at.is_some() {
        return Ok(());
    }
    store::revoke(tx, id, now).await?;
    record(tx, keeper, now, "webhook_secret.revoked", &secret).await
}

/// The secrets a tenant's messages may be signed with now, newest first.
///
/// One that was sealed with another data key cannot be opened and is left out; the log says so.
pub async fn good_secrets(
    db: &Db,
    vault: &Vault,
    tenant: TenantId,
    now: DateTime<Utc>,
) -> parking_db::Result<Vec<SecretString>> {
    let mut tx = db
        .platform(Reason::Worker("look up webhook credentials"))
        .await?;
    let sealed = store::good(&mut tx, tenant, now).await?;
    Ok(sealed
        .into_iter()
        .filter_map(|(id, sealed)| {
            let opened = vault.open(&sealed, &place(tenant, id));
            if let Err(error) = &opened
                && vault.is_first_trouble_with(id)
            {
                error!(tenant.id = %tenant, webhook_secret.id = %id, %error, "messages signed with a webhook credential are refused: rotate it, or bring back the secret key of the installation");
            }
            opened.ok()
        })
        .collect())
}

async fn insert(
    tx: &mut TenantTx,
    vault: &Vault,
    keeper: &Keeper,
    name: &str,
    rotated_from: Option<Uuid>,
    now: DateTime<Utc>,
) -> Result<(Secret, SecretString), SecretError> {
    let (id, shown) = (fresh(), random_hex());
    let sealed = vault.seal(&shown, &place(tx.tenant(), id));
    let row = store::RowDraft {
        id,
        name,
        sealed: &sealed,
        rotated_from,
        created_by: keeper.user,
        now,
    };
    store::insert(tx, row)
        .await
        .on_constraint("webhook_secrets_one_active", || SecretError::Exists)?;
    let secret = store::find(tx, id).await?.ok_or(SecretError::Absent)?;
    Ok((secret, shown))
}

/// What binds a sealed secret to its row.
fn place(tenant: TenantId, id: Uuid) -> String {
    format!("webhook_secret/{tenant}/{id}")
}

async fn record(
    tx: &mut TenantTx,
    keeper: &Keeper,
    now: DateTime<Utc>,
    action: &str,
    secret: &Secret,
) -> Result<(), SecretError> {
    let tenant = tx.tenant();
    let entry = Entry {
        action,
        entity_type: "webhook_secret",
        entity_id: Some(secret.id.to_string()),
        entity_name: Some(&secret.name),
        new: Some(json!({ "name": secret.name, "expires_at": secret.expires_at })),
        ..Entry::default()
    };
    Ok(audit::append(tx.conn(), tenant, &keeper.by, now, entry).await?)
}
