//! Keys that programs show instead of signing in.
//!
//! A key is `pk_<public id>_<secret>`. The secret is shown once and kept as SHA-256: it has too
//! many bits to be guessed, so checking it needs no slow hash. A key has a role it never exceeds,
//! scopes, and optionally an end, addresses it may come from and a rate of its own; nobody makes
//! a key with a higher role than their own. Table: `api_keys`. When a key was last used is
//! gathered in memory ([`Usage`]) and written now and then, never by the request.

mod api;
mod key;
mod store;
#[cfg(test)]
mod tests;
mod usage;

use chrono::{DateTime, Utc};
use ipnet::IpNet;
use parking_db::{Db, DbError, Reason, Result, TenantTx};
use parking_domain::access::{Role, Scope};
use parking_domain::ids::fresh;
use parking_domain::text::Name;
use parking_http::IfMatch;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use thiserror::Error;
use uuid::Uuid;

use crate::audit::{self, By, Entry};
use crate::secrets::{fingerprint, random_name, random_token};
use crate::wire::Change;

pub use api::{ApiKeys, routes};
pub use key::{KnownKey, ShownKey};
pub use usage::Usage;

/// What a key is to be.
#[derive(Clone, Debug)]
pub struct KeyDraft {
    /// What people call it.
    pub name: Name,
    /// The role it never exceeds.
    pub role: Role,
    /// What it may be used for.
    pub scopes: Vec<Scope>,
    /// When it stops working.
    pub expires_at: Option<DateTime<Utc>>,
    /// Where it may come from; anywhere when empty.
    pub allowed_ips: Vec<IpNet>,
    /// How fast it may ask; like everybody when `None`.
    pub requests_per_minute: Option<i32>,
}

/// What is to change about a key; `None` leaves it.
#[derive(Clone, Debug, Default)]
pub struct KeyChange {
    /// What people call it.
    pub name: Option<Name>,
    /// The role it never exceeds.
    pub role: Option<Role>,
    /// What it may be used for.
    pub scopes: Option<Vec<Scope>>,
    /// When it stops working.
    pub expires_at: Change<DateTime<Utc>>,
    /// Where it may come from.
    pub allowed_ips: Option<Vec<IpNet>>,
    /// How fast it may ask.
    pub requests_per_minute: Change<i32>,
}

/// Why a key was not made or changed.
#[derive(Debug, Error)]
pub enum KeyError {
    /// There is no such key in this tenant.
    #[error("there is no such key")]
    Absent,
    /// A revoked key stays as it was.
    #[error("the key is revoked")]
    Revoked,
    /// Whoever asks has a lower role than the key would have.
    #[error("the key's role is above one's own")]
    RoleTooHigh,
    /// The end lies in the past.
    #[error("the key would have expired already")]
    AlreadyExpired,
    /// The key could ask faster than its whole tenant may.
    #[error("the tenant may ask {0} times a minute in all")]
    TooFast(i32),
    /// Somebody changed it meanwhile.
    #[error("the key was changed meanwhile")]
    Stale,
    /// The database refused.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// A key as people see it.
#[derive(Clone, Debug)]
pub struct Key {
    /// Its identity.
    pub id: Uuid,
    /// The part of it that is not secret.
    pub public_id: String,
    /// What people call it.
    pub name: String,
    /// The role it never exceeds.
    pub role: String,
    /// What it may be used for.
    pub scopes: Vec<String>,
    /// Where it may come from.
    pub allowed_ips: Vec<String>,
    /// How fast it may ask.
    pub requests_per_minute: Option<i32>,
    /// When it stops working.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
    /// When it was last used.
    pub last_used_at: Option<DateTime<Utc>>,
    /// Where it was last used from.
    pub last_used_ip: Option<String>,
    /// Who made it.
    pub created_by: Option<Uuid>,
    /// Their name.
    pub created_by_name: Option<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    pub updated_at: DateTime<Utc>,
    /// How often it was changed.
    pub version: i64,
}

impl Key {
    /// The key for the audit log.
    fn record(&self) -> Value {
        json!({
            "name": self.name,
            "role": self.role,
            "scopes": self.scopes,
            "allowed_ips": self.allowed_ips,
            "requests_per_minute": self.requests_per_minute,
            "expires_at": self.expires_at,
        })
    }
}

/// Who asks: by what name the record knows them, who they are, and how far their own role goes.
#[derive(Clone, Debug)]
pub struct Maker {
    /// For the audit log.
    pub by: By,
    /// The person, if it is one.
    pub user: Option<Uuid>,
    /// Their role.
    pub role: Role,
}

/// Makes a key and returns it with its secret, which nobody can read again.
pub async fn create(
    tx: &mut TenantTx,
    maker: &Maker,
    new: KeyDraft,
    now: DateTime<Utc>,
) -> Result<(Key, SecretString), KeyError> {
    check(maker, new.role, new.expires_at, now)?;
    check_rate(tx, new.requests_per_minute).await?;
    let (public_id, secret) = (random_name(), random_token());
    let shown = key::join(&public_id, &secret);
    let id = fresh();
    let secret_hash = fingerprint(secret.expose_secret());
    store::insert(
        tx,
        store::RowDraft {
            id,
            public_id: &public_id,
            secret_hash: &secret_hash,
            created_by: maker.user,
            now,
        },
        &new,
    )
    .await?;
    let key = store::find(tx, id).await?.ok_or(KeyError::Absent)?;
    record(
        tx,
        maker,
        now,
        "api_key.created",
        &key,
        (None, Some(key.record())),
    )
    .await?;
    Ok((key, shown))
}

/// Changes a key that is not revoked.
pub async fn change(
    tx: &mut TenantTx,
    maker: &Maker,
    (id, seen): (Uuid, &IfMatch),
    change: KeyChange,
    now: DateTime<Utc>,
) -> Result<Key, KeyError> {
    let old = store::find_for_update(tx, id)
        .await?
        .ok_or(KeyError::Absent)?;
    seen.check(old.version).map_err(|_| KeyError::Stale)?;
    if old.revoked_at.is_some() {
        return Err(KeyError::Revoked);
    }
    let old_role: Role = old.role.parse().unwrap_or(Role::Owner);
    let role = change.role.unwrap_or(old_role);
    // Whoever may not make a key with a role may not take that role from a key either.
    check(maker, role.max(old_role), change.expires_at.value(), now)?;
    check_rate(tx, change.requests_per_minute.value()).await?;
    store::update(tx, id, &change, now).await?;
    let new = store::find(tx, id).await?.ok_or(KeyError::Absent)?;
    let changed = audit::difference(&old.record(), &new.record());
    record(tx, maker, now, "api_key.updated", &new, changed).await?;
    Ok(new)
}

/// Ends a key for good; revoking it again changes nothing.
pub async fn revoke(
    tx: &mut TenantTx,
    maker: &Maker,
    (id, seen): (Uuid, &IfMatch),
    now: DateTime<Utc>,
) -> Result<(), KeyError> {
    let key = store::find_for_update(tx, id)
        .await?
        .ok_or(KeyError::Absent)?;
    seen.check(key.version).map_err(|_| KeyError::Stale)?;
    if key.revoked_at.is_some() {
        return Ok(());
    }
    store::revoke(tx, id, now).await?;
    record(
        tx,
        maker,
        now,
        "api_key.revoked",
        &key,
        (Some(key.record()), None),
    )
    .await
}

/// Looks a key up by the part of it that is not secret, in whichever tenant it is.
pub async fn known(db: &Db, public_id: &str) -> Result<Option<KnownKey>> {
    let mut tx = db.platform(Reason::Worker("look up an API key")).await?;
    store::known(&mut tx, public_id).await
}

fn check(
    maker: &Maker,
    role: Role,
    expires_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<(), KeyError> {
    // A platform admin's own keys stop at owner: crossing tenants takes a person.
    if role > maker.role.min(Role::Owner) {
        return Err(KeyError::RoleTooHigh);
    }
    if expires_at.is_some_and(|end| end <= now) {
        return Err(KeyError::AlreadyExpired);
    }
    Ok(())
}

async fn check_rate(tx: &mut TenantTx, rate: Option<i32>) -> Result<(), KeyError> {
    let Some(rate) = rate else { return Ok(()) };
    let limit = store::tenant_rate(tx).await?;
    if rate > limit {
        return Err(KeyError::TooFast(limit));
    }
    Ok(())
}

async fn record(
    tx: &mut TenantTx,
    maker: &Maker,
    now: DateTime<Utc>,
    action: &str,
    key: &Key,
    (old, new): (Option<Value>, Option<Value>),
) -> Result<(), KeyError> {
    let tenant = tx.tenant();
    let entry = Entry {
        action,
        entity_type: "api_key",
        entity_id: Some(key.id.to_string()),
        entity_name: Some(&key.name),
        old,
        new,
        reason: None,
    };
    Ok(audit::append(tx.conn(), tenant, &maker.by, now, entry).await?)
}
