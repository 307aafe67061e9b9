//! What senders sign their messages with.
//!
//! A tenant has at most one active credential, and while it is being rotated the one before it,
//! which retires at a set time: for so long both are good, so no message is lost. The secret is
//! needed in clear to check a signature; it is sealed with the installation's data key and shown
//! once. A sender names a credential, which says whose the message is, and signs the body; who
//! checks that is [`crate::authenticate`]. Table: `webhook_secrets`.

mod api;
mod signature;
mod store;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

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
use signature::is_signed_by;

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

/// A tenant whose messages may be signed, as one of its credentials names it.
#[derive(Clone, Debug)]
pub struct Signer {
    /// Whose the messages are.
    pub tenant: TenantId,
    /// What people call the credential.
    pub name: String,
    /// Whether the tenant is in use.
    pub is_tenant_active: bool,
    /// How fast all callers of the tenant may ask.
    pub tenant_requests_per_minute: u32,
    /// Not revoked, the newest first; some may have ended by now.
    secrets: Vec<SigningSecret>,
}

/// A secret that messages may be signed with, for as long as its credential lasts.
#[derive(Clone, Debug)]
struct SigningSecret {
    credential: Uuid,
    secret: SecretString,
    expires_at: Option<DateTime<Utc>>,
}

impl Signer {
    /// The credential by whose secret a message is signed now, if it is. Any of the tenant's that are
    /// good will do, whichever was named: while they are rotated two are. Looking takes the same
    /// time whatever it finds.
    pub fn signed(&self, parts: &[&[u8]], signature: &str, now: DateTime<Utc>) -> Option<Uuid> {
        let good = |one: &&SigningSecret| one.expires_at.is_none_or(|end| now < end);
        let mut found = None;
        for one in self.secrets.iter().filter(good) {
            if is_signed_by(&one.secret, parts, signature) {
                found = Some(one.credential);
            }
        }
        found
    }
}

/// Looks up who signs in the name of a credential, in whichever tenant it is. One that has ended
/// names its tenant still: a sender that was given a new secret need not be given the new name.
///
/// A secret that was sealed with another data key cannot be opened and is left out; the log says so.
pub async fn signer(
    db: &Db,
    vault: &Vault,
    credential: Uuid,
) -> parking_db::Result<Option<Signer>> {
    let mut tx = db
        .platform(Reason::Worker("look up webhook credentials"))
        .await?;
    let Some((mut signer, sealed)) = store::signer(&mut tx, credential).await? else {
        return Ok(None);
    };
    for one in sealed {
        match vault.open(&one.bytes, &place(signer.tenant, one.id)) {
            Ok(secret) => signer.secrets.push(SigningSecret {
                credential: one.id,
                secret,
                expires_at: one.expires_at,
            }),
            Err(error) if vault.is_first_trouble_with(one.id) => {
                error!(tenant.id = %signer.tenant, webhook_secret.id = %one.id, %error, "messages signed with a webhook credential are refused: rotate it, or bring back the secret key of the installation");
            }
            Err(_) => {}
        }
    }
    Ok(Some(signer))
}

/// Writes down when messages were last signed with credentials.
pub async fn used(db: &Db, uses: &BTreeMap<Uuid, DateTime<Utc>>) -> parking_db::Result<()> {
    let mut tx = db
        .platform(Reason::Worker("last use of webhook credentials"))
        .await?;
    store::used(&mut tx, uses).await?;
    tx.commit().await
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
