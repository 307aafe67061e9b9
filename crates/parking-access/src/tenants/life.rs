//! What happens to a tenant after it was created: terms change, it is suspended, brought back,
//! sent away.
//!
//! Each operation takes the tenant as [`lock`](super::lock) returned it, so that nothing changes
//! between the look and the deed.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use parking_db::{DbError, OnConstraint as _, PlatformTx, TenantTx};
use parking_domain::tenancy::{
    DELETION_GRACE, EXPORT_FRESH_FOR, LimitOverrides, TenantStatus, Tier,
};
use parking_domain::text::{Name, Slug};
use parking_http::{ApiError, Code};
use serde_json::{Value, json};
use thiserror::Error;

use super::{Settings, Tenant, entry, find, happened, record, store};
use crate::audit::{self, By, Entry, difference};

/// What the platform agreed with a tenant.
#[derive(Clone, Debug)]
pub struct Terms {
    /// Its name.
    pub name: Name,
    /// Its name in addresses.
    pub slug: Slug,
    /// What it subscribed to.
    pub tier: Tier,
    /// What was agreed instead of the tier's limits.
    pub limit_overrides: LimitOverrides,
    /// What was agreed instead of the tier's features.
    pub feature_overrides: BTreeMap<String, bool>,
}

impl Terms {
    /// Whether all but the names is what it was.
    fn differ_in_names_alone(&self, tenant: &Tenant) -> bool {
        self.tier == tenant.tier
            && self.limit_overrides == tenant.limit_overrides
            && self.feature_overrides == tenant.feature_overrides
    }
}

/// Why a tenant's terms could not be changed.
#[derive(Debug, Error)]
pub enum UpdateError {
    /// With the platform's own tenant nothing is agreed.
    #[error("the platform tenant has no terms to change")]
    PlatformTenant,
    /// Another tenant has the slug.
    #[error("the slug is taken")]
    SlugTaken,
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<UpdateError> for ApiError {
    fn from(error: UpdateError) -> Self {
        match error {
            UpdateError::PlatformTenant => Self::new(Code::PlatformTenantProtected),
            UpdateError::SlugTaken => Self::new(Code::SlugTaken),
            UpdateError::Db(error) => error.into(),
        }
    }
}

/// Changes a tenant's terms. A limit below what is in use holds from then on: nothing is taken
/// away, and nothing can be added.
pub async fn update(
    tx: &mut PlatformTx,
    tenant: &Tenant,
    terms: &Terms,
    by: &By,
    now: DateTime<Utc>,
) -> Result<Tenant, UpdateError> {
    if tenant.id.is_platform() && !terms.differ_in_names_alone(tenant) {
        return Err(UpdateError::PlatformTenant);
    }
    store::update_terms(tx.conn(), tenant.id, terms, now)
        .await
        .on_constraint("tenants_slug_unique", || UpdateError::SlugTaken)?;
    let limits = terms.limit_overrides.over(terms.tier);
    store::write_limits(tx.conn(), tenant.id, &limits).await?;
    happened(tx.conn(), tenant.id, "tenant.updated", now).await?;
    let changed = reload(tx, tenant).await?;
    let (old, new) = difference(&described(tenant), &described(&changed));
    let entry = Entry {
        old,
        new,
        ..entry("tenant.updated", &changed)
    };
    record(tx, tenant.id, by, now, entry).await?;
    Ok(changed)
}

/// Changes what a tenant's owners may change themselves.
pub async fn update_own(
    tx: &mut TenantTx,
    tenant: &Tenant,
    name: &Name,
    settings: Settings,
    by: &By,
    now: DateTime<Utc>,
) -> Result<Tenant, DbError> {
    store::update_own(tx.conn(), tenant.id, name, settings, now).await?;
    happened(tx.conn(), tenant.id, "tenant.updated", now).await?;
    let changed = find(tx.conn(), tenant.id)
        .await?
        .unwrap_or_else(|| tenant.clone());
    let (old, new) = difference(&described(tenant), &described(&changed));
    let entry = Entry {
        old,
        new,
        ..entry("tenant.updated", &changed)
    };
    audit::append(tx.conn(), tenant.id, by, now, entry).await?;
    Ok(changed)
}

/// What the record says of a tenant.
pub(super) fn described(tenant: &Tenant) -> Value {
    json!({
        "name": tenant.name,
        "slug": tenant.slug,
        "tier": tenant.tier,
        "limits": tenant.limits(),
        "features": tenant.features(),
        "settings": tenant.settings,
    })
}

/// Why a tenant could not be suspended.
#[derive(Debug, Error)]
pub enum SuspendError {
    /// The platform's own tenant stays.
    #[error("the platform tenant stays active")]
    PlatformTenant,
    /// It is suspended already, or about to be deleted.
    #[error("the tenant is not active")]
    NotActive,
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<SuspendError> for ApiError {
    fn from(error: SuspendError) -> Self {
        match error {
            SuspendError::PlatformTenant => Self::new(Code::PlatformTenantProtected),
            SuspendError::NotActive => Self::new(Code::TenantNotActive),
            SuspendError::Db(error) => error.into(),
        }
    }
}

/// Locks a tenant's people and keys out until it is activated again.
pub async fn suspend(
    tx: &mut PlatformTx,
    tenant: &Tenant,
    reason: &Name,
    by: &By,
    now: DateTime<Utc>,
) -> Result<Tenant, SuspendError> {
    if tenant.id.is_platform() {
        return Err(SuspendError::PlatformTenant);
    }
    if tenant.status != TenantStatus::Active {
        return Err(SuspendError::NotActive);
    }
    store::suspend(tx.conn(), tenant.id, reason, now).await?;
    let entry = Entry {
        reason: Some(reason.as_str()),
        ..entry("tenant.suspended", tenant)
    };
    Ok(changed_status(tx, tenant, entry, by, now).await?)
}

/// Why a tenant could not be activated.
#[derive(Debug, Error)]
pub enum ActivateError {
    /// The grace period is over; its data is being deleted.
    #[error("the grace period is over")]
    TooLate,
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<ActivateError> for ApiError {
    fn from(error: ActivateError) -> Self {
        match error {
            ActivateError::TooLate => Self::new(Code::TenantNotActive)
                .detail("The grace period is over; the tenant is being deleted"),
            ActivateError::Db(error) => error.into(),
        }
    }
}

/// Lets a suspended tenant, or one that was to be deleted, back in. One that is active stays so.
pub async fn activate(
    tx: &mut PlatformTx,
    tenant: &Tenant,
    by: &By,
    now: DateTime<Utc>,
) -> Result<Tenant, ActivateError> {
    if tenant.status == TenantStatus::Active {
        return Ok(tenant.clone());
    }
    if tenant.delete_after.is_some_and(|after| after <= now) {
        return Err(ActivateError::TooLate);
    }
    store::activate(tx.conn(), tenant.id, now).await?;
    let entry = entry("tenant.activated", tenant);
    Ok(changed_status(tx, tenant, entry, by, now).await?)
}

/// Why a tenant could not be sent away.
#[derive(Debug, Error)]
pub enum DeleteError {
    /// The platform's own tenant stays.
    #[error("the platform tenant stays")]
    PlatformTenant,
    /// Nobody took a copy of its data lately.
    #[error("the tenant was not exported within a day")]
    ExportRequired,
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<DeleteError> for ApiError {
    fn from(error: DeleteError) -> Self {
        match error {
            DeleteError::PlatformTenant => Self::new(Code::PlatformTenantProtected),
            DeleteError::ExportRequired => Self::new(Code::ExportRequired),
            DeleteError::Db(error) => error.into(),
        }
    }
}

/// Locks a tenant out and deletes it when its grace period ends. One that is on its way already
/// keeps its date.
pub async fn delete(
    tx: &mut PlatformTx,
    tenant: &Tenant,
    by: &By,
    now: DateTime<Utc>,
) -> Result<Tenant, DeleteError> {
    if tenant.id.is_platform() {
        return Err(DeleteError::PlatformTenant);
    }
    if tenant.status == TenantStatus::Deleting {
        return Ok(tenant.clone());
    }
    if tenant
        .exported_at
        .is_none_or(|at| now - at > EXPORT_FRESH_FOR)
    {
        return Err(DeleteError::ExportRequired);
    }
    let after = now + DELETION_GRACE;
    store::delete_later(tx.conn(), tenant.id, after, now).await?;
    let entry = entry("tenant.deletion_scheduled", tenant);
    Ok(changed_status(tx, tenant, entry, by, now).await?)
}

async fn changed_status(
    tx: &mut PlatformTx,
    tenant: &Tenant,
    entry: Entry<'_>,
    by: &By,
    now: DateTime<Utc>,
) -> Result<Tenant, DbError> {
    happened(tx.conn(), tenant.id, entry.action, now).await?;
    let changed = reload(tx, tenant).await?;
    let (old, new) = difference(&standing(tenant), &standing(&changed));
    let entry = Entry { old, new, ..entry };
    record(tx, tenant.id, by, now, entry).await?;
    Ok(changed)
}

/// What the record says of where a tenant stands.
fn standing(tenant: &Tenant) -> Value {
    json!({
        "status": tenant.status,
        "suspended_reason": tenant.suspended_reason,
        "delete_after": tenant.delete_after,
    })
}

async fn reload(tx: &mut PlatformTx, tenant: &Tenant) -> Result<Tenant, DbError> {
    // It is locked, so it is there.
    Ok(find(tx.conn(), tenant.id)
        .await?
        .unwrap_or_else(|| tenant.clone()))
}
