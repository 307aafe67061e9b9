//! The customers of the installation, and the tenant of the people who run it.
//!
//! A tenant is created with a tier, lives (`active`, `suspended`), and is deleted in two steps: a
//! grace period in which it can be brought back, then for good (`purge`). How much of each limited
//! thing it has is counted by the database (`count_towards_limit`), which also refuses the one too
//! many. Tables: `tenants`, `tenant_usage`.
//! Not here: who belongs to a tenant (`members`, `invitations`).

mod api;
mod export;
mod jobs;
mod life;
mod limits;
mod owner;
mod purge;
mod store;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use parking_db::events::{self, EventDraft};
use parking_db::{DbError, PlatformTx};
use parking_domain::ids::{TenantId, fresh};
use parking_domain::tenancy::{LimitOverrides, Limits, TenantStatus, Tier};
use parking_domain::text::{Language, Name, Slug};
use parking_http::{ApiError, Code, Page};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::PgConnection;
use thiserror::Error;

use store::{Filter, stats};

use crate::audit::{self, By, Entry};

pub use api::{Tenants, routes};
pub use jobs::{jobs, schedules};
pub use life::{
    ActivateError, DeleteError, SuspendError, Terms, UpdateError, activate, delete, suspend,
    update, update_own,
};
pub use owner::InviteOwner;

/// A customer, or the platform itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Tenant {
    /// Its identity.
    pub id: TenantId,
    /// Its name.
    pub name: String,
    /// Its name in addresses.
    pub slug: String,
    /// Where it stands in its life.
    pub status: TenantStatus,
    /// What it subscribed to.
    pub tier: Tier,
    /// What was agreed instead of the tier's limits.
    pub limit_overrides: LimitOverrides,
    /// What was agreed instead of the tier's features.
    pub feature_overrides: BTreeMap<String, bool>,
    /// What its owners chose.
    pub settings: Settings,
    /// How many it has of each limited thing.
    pub usage: BTreeMap<String, Usage>,
    /// When its data was last exported whole.
    pub exported_at: Option<DateTime<Utc>>,
    /// Since when it is suspended.
    pub suspended_at: Option<DateTime<Utc>>,
    /// Why it is suspended.
    pub suspended_reason: Option<String>,
    /// When it is deleted for good.
    pub delete_after: Option<DateTime<Utc>>,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// Counts the changes.
    pub version: i64,
}

impl Tenant {
    /// The limits that hold.
    pub fn limits(&self) -> Limits {
        self.limit_overrides.over(self.tier)
    }

    /// The features that are on and off.
    pub fn features(&self) -> BTreeMap<String, bool> {
        features(self.tier, &self.feature_overrides)
    }
}

/// The features of a tier, with what was agreed instead.
pub fn features(tier: Tier, agreed: &BTreeMap<String, bool>) -> BTreeMap<String, bool> {
    let mut features = tier.features();
    features.extend(agreed.iter().map(|(name, is_on)| (name.clone(), *is_on)));
    features
}

/// What a tenant's owners chose for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// The language of people who have not chosen one.
    pub locale: Language,
}

/// How many a tenant has of a limited thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// How many there are.
    pub used: u32,
    /// How many there may be.
    pub max: u32,
}

/// A tenant that is to be.
#[derive(Clone, Debug)]
pub struct TenantDraft {
    /// Its name.
    pub name: Name,
    /// Its name in addresses; made from the name, and numbered when taken, if nobody chose one.
    pub slug: Option<Slug>,
    /// What it subscribed to.
    pub tier: Tier,
    /// What was agreed instead of the tier's limits.
    pub limit_overrides: LimitOverrides,
    /// What was agreed instead of the tier's features.
    pub feature_overrides: BTreeMap<String, bool>,
    /// The language of people who have not chosen one.
    pub language: Language,
}

/// Why a tenant could not be created.
#[derive(Debug, Error)]
pub enum CreateError {
    /// Another tenant has the slug.
    #[error("the slug is taken")]
    SlugTaken,
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<CreateError> for ApiError {
    fn from(error: CreateError) -> Self {
        match error {
            CreateError::SlugTaken => Self::new(Code::SlugTaken),
            CreateError::Db(error) => error.into(),
        }
    }
}

/// How often a number is tried behind a slug before another customer's haste is an error.
const SLUG_ATTEMPTS_MAX: usize = 10;

/// Creates a tenant with nobody in it. The caller records it, together with its first owner.
pub async fn create(
    tx: &mut PlatformTx,
    now: DateTime<Utc>,
    new: TenantDraft,
) -> Result<Tenant, CreateError> {
    let id = TenantId(fresh());
    match new.slug.clone() {
        Some(slug) => {
            if !store::insert(tx, id, &slug, &new, now).await? {
                return Err(CreateError::SlugTaken);
            }
        }
        None => insert_numbered(tx, id, &new, now).await?,
    }
    store::write_limits(tx.conn(), id, &new.limit_overrides.over(new.tier)).await?;
    let tenant = store::find(tx.conn(), id)
        .await?
        .ok_or(CreateError::SlugTaken)?;
    happened(tx.conn(), id, "tenant.created", now).await?;
    Ok(tenant)
}

/// Creates the platform's own tenant if it is not there yet.
pub async fn ensure_platform(
    tx: &mut PlatformTx,
    name: Name,
    slug: Slug,
    now: DateTime<Utc>,
) -> Result<(), CreateError> {
    let platform = TenantId::PLATFORM;
    if store::find(tx.conn(), platform).await?.is_some() {
        return Ok(());
    }
    let new = TenantDraft {
        name,
        slug: Some(slug.clone()),
        tier: Tier::Enterprise,
        limit_overrides: LimitOverrides::default(),
        feature_overrides: BTreeMap::new(),
        language: Language::default(),
    };
    if !store::insert(tx, platform, &slug, &new, now).await? {
        return Err(CreateError::SlugTaken);
    }
    store::write_limits(tx.conn(), platform, &Tier::Enterprise.limits()).await?;
    if let Some(tenant) = store::find(tx.conn(), platform).await? {
        let (by, entry) = (By::system("installation"), entry("tenant.created", &tenant));
        audit::append(tx.conn(), platform, &by, now, entry).await?;
    }
    Ok(())
}

/// Gives a new tenant the slug of its name, with the lowest number behind it that is free.
async fn insert_numbered(
    tx: &mut PlatformTx,
    id: TenantId,
    new: &TenantDraft,
    now: DateTime<Utc>,
) -> Result<(), CreateError> {
    let plain = Slug::from_name(new.name.as_str());
    for _ in 0..SLUG_ATTEMPTS_MAX {
        let taken = store::slugs_like(tx, &plain).await?;
        let slug = plain.free(|slug| taken.contains(slug));
        // Another server may take it between the look and the insert: then look again.
        if store::insert(tx, id, &slug, new, now).await? {
            return Ok(());
        }
    }
    Err(CreateError::SlugTaken)
}

/// One tenant, as far as the transaction may see it.
pub async fn find(conn: &mut PgConnection, id: TenantId) -> Result<Option<Tenant>, DbError> {
    store::find(conn, id).await
}

/// One page of tenants, and how many there are on all pages.
async fn list(
    tx: &mut PlatformTx,
    filter: &Filter,
    order: &str,
    page: &Page,
) -> Result<(Vec<Tenant>, i64), DbError> {
    let total = store::count(tx, filter).await?;
    let tenants = store::page(tx, filter, order, page.offset, page.size).await?;
    Ok((tenants, total))
}

/// One tenant, held until the end of the transaction, for whoever is about to change it.
pub async fn lock(conn: &mut PgConnection, id: TenantId) -> Result<Option<Tenant>, DbError> {
    if store::lock(conn, id).await? {
        store::find(conn, id).await
    } else {
        Ok(None)
    }
}

/// Records what was done to a tenant in its own log and, if that is another, the platform's.
/// Call it last.
pub async fn record(
    tx: &mut PlatformTx,
    id: TenantId,
    by: &By,
    now: DateTime<Utc>,
    entry: Entry<'_>,
) -> Result<(), DbError> {
    // Always in this order, so that two of these never wait for each other.
    if !id.is_platform() {
        audit::append(tx.conn(), id, by, now, entry.clone()).await?;
    }
    audit::append(tx.conn(), TenantId::PLATFORM, by, now, entry).await
}

/// An entry about a tenant.
fn entry<'a>(action: &'a str, tenant: &'a Tenant) -> Entry<'a> {
    Entry {
        action,
        entity_type: "tenant",
        entity_id: Some(tenant.id.to_string()),
        entity_name: Some(&tenant.name),
        ..Entry::default()
    }
}

/// Says in the log of events what happened to a tenant.
async fn happened(
    conn: &mut PgConnection,
    id: TenantId,
    kind: &str,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let event = EventDraft {
        kind,
        subject_type: "tenant",
        subject_id: &id.to_string(),
        payload: &json!({}),
    };
    events::append(conn, id, now, event).await
}
