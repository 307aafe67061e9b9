//! What callers see and change about themselves.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use parking_db::{DbError, PlatformTx, TenantTx};
use parking_domain::ids::TenantId;
use parking_domain::tenancy::Tier;
use parking_http::caller::Person;
use parking_http::{Actor, Caller};
use serde_json::json;
use thiserror::Error;

use super::log_of;
use super::people::{ProfileChange, Standing, TenantRef, Theme, User};
use super::store::{tenants as store, users};
use crate::audit::{self, By, Entry, difference};

/// A caller, and the tenant they work in.
#[derive(Clone, Debug)]
pub(crate) struct Me {
    /// The person; none for an API key.
    pub(crate) standing: Option<Standing>,
    pub(crate) tenant: TenantRef,
    pub(crate) features: BTreeMap<String, bool>,
}

/// How much a tenant may have and has.
#[derive(Clone, Debug)]
pub(crate) struct TenantLimits {
    pub(crate) name: String,
    pub(crate) tier: Tier,
    pub(crate) resources: Vec<Use>,
}

/// How much of one thing is used.
#[derive(Clone, Debug)]
pub(crate) struct Use {
    pub(crate) resource: String,
    pub(crate) used: i32,
    pub(crate) max: i32,
}

/// Why a profile stays as it is.
#[derive(Debug, Error)]
pub(crate) enum ProfileError {
    /// The account is gone.
    #[error("the account is gone")]
    NotFound,
    /// Somebody changed it meanwhile.
    #[error("it was changed meanwhile")]
    Stale,
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Who calls, and where they are.
pub(crate) async fn me(tx: &mut PlatformTx, caller: &Caller) -> Result<Option<Me>, DbError> {
    let standing = match &caller.identity.actor {
        Actor::User { id, .. } => users::standing(tx.conn(), *id, Some(caller.tenant())).await?,
        Actor::ApiKey { .. } => None,
    };
    let found = store::find(tx.conn(), caller.tenant(), caller.role()).await?;
    Ok(found.map(|(tenant, features)| Me {
        standing,
        tenant,
        features,
    }))
}

/// Changes what the caller says about themselves. `is_current` judges the version it has now.
pub(crate) async fn change(
    tx: &mut PlatformTx,
    caller: &Caller,
    person: Person,
    change: &ProfileChange,
    is_current: impl FnOnce(i64) -> bool,
    now: DateTime<Utc>,
) -> Result<(), ProfileError> {
    let version = users::lock(tx.conn(), person.id)
        .await?
        .ok_or(ProfileError::NotFound)?;
    if !is_current(version) {
        return Err(ProfileError::Stale);
    }
    let old = user(tx, person).await?;
    users::update_profile(tx.conn(), person.id, change, now).await?;
    let new = user(tx, person).await?;
    let (old, new) = difference(&facts(&old), &facts(&new));
    let entry = Entry {
        action: "user.updated",
        entity_type: "user",
        entity_id: Some(person.id.to_string()),
        old,
        new,
        ..Entry::default()
    };
    audit::append(tx.conn(), log_of(caller), &By::caller(caller), now, entry).await?;
    Ok(())
}

async fn user(tx: &mut PlatformTx, person: Person) -> Result<User, ProfileError> {
    let standing = users::standing(tx.conn(), person.id, None).await?;
    Ok(standing.ok_or(ProfileError::NotFound)?.user)
}

fn facts(user: &User) -> serde_json::Value {
    json!({
        "name": user.name,
        "language": user.language.code(),
        "theme": Theme::name(user.theme),
    })
}

/// What the caller's tenant may have and has.
pub(crate) async fn limits(
    tx: &mut TenantTx,
    tenant: TenantId,
) -> Result<Option<TenantLimits>, DbError> {
    store::limits(tx.conn(), tenant).await
}
