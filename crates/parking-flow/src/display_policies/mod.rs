//! Display policies: what lamps show in which state, as a tenant wants it.
//!
//! At most one policy of a tenant is active for all its sites, and one for each site, which then
//! governs there alone; a tenant without an active one is governed by the standard
//! ([`Policy::default`]). Which one governs changes in one step. What lamps show under it is
//! [`parking_domain::lamps::shown()`], for the present, for a preview and for whoever drives lamps:
//! [`effective()`] reads the facts for all three. Table: `display_policies`.

mod api;
mod effective;
mod preview;
mod store;
#[cfg(test)]
mod tests;

use chrono::{DateTime, Utc};
use parking_access::audit::{self, By, Entry};
use parking_db::events::{self, EventDraft};
use parking_db::{DbError, TenantTx};
use parking_domain::ids::fresh;
use parking_domain::lamps::{CODES_MAX, Policy, Unshowable, check_code};
use parking_estate::{models, sites};
use parking_http::IfMatch;
use serde_json::{Value, json};
use thiserror::Error;
use uuid::Uuid;

pub use api::routes;
pub use effective::{Effective, effective};

/// The most policies a tenant has.
pub const POLICIES_MAX: i64 = 100;

/// What people say of a policy.
#[derive(Clone, Debug, PartialEq)]
pub struct PolicyFields {
    /// What it is called.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// For how long a change that a sensor reports must stand before it is believed; what each site
    /// says itself, if `None`.
    pub debounce_window_s: Option<i32>,
    /// What lamps show.
    pub policy: Policy,
}

/// A policy as it is kept.
#[derive(Clone, Debug)]
pub struct DisplayPolicy {
    /// Whose it is.
    pub tenant_id: Uuid,
    /// Their name, when others look.
    pub tenant_name: String,
    /// Its identity.
    pub id: Uuid,
    /// The site it is for, if not for all.
    pub site: Option<(Uuid, String)>,
    /// What people say of it.
    pub fields: PolicyFields,
    /// Whether it governs.
    pub is_active: bool,
    /// Since when, or until it was replaced, since when last.
    pub activated_at: Option<DateTime<Utc>>,
    /// Who made it.
    pub created_by: Option<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    pub updated_at: DateTime<Utc>,
    /// How often it was changed.
    pub version: i64,
}

impl DisplayPolicy {
    /// The policy for the audit log.
    fn record(&self) -> Value {
        let fields = &self.fields;
        let mut record = api::settings(fields);
        record["name"] = json!(fields.name);
        record["description"] = json!(fields.description);
        record["site_id"] = json!(self.site.as_ref().map(|(id, _)| id));
        record["is_active"] = json!(self.is_active);
        record
    }
}

/// Why a policy was not made or changed.
#[derive(Debug, Error)]
pub enum PolicyError {
    /// There is no such policy in this tenant.
    #[error("there is no such policy")]
    Absent,
    /// There is no such site in this tenant.
    #[error("there is no such site")]
    NoSuchSite,
    /// Another policy has the name.
    #[error("the name is taken")]
    NameTaken,
    /// There are as many as a tenant may have.
    #[error("a tenant has at most {POLICIES_MAX} display policies")]
    TooMany,
    /// It governs.
    #[error("the policy is active; activate another one, or deactivate it first")]
    Active,
    /// A code cannot be sent.
    #[error("code {0}: {1}")]
    Code(usize, WrongCode),
    /// Somebody changed it meanwhile.
    #[error("it was changed meanwhile")]
    Stale,
    /// The database refused.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Why a raw code cannot be sent.
#[derive(Debug, Error)]
pub enum WrongCode {
    /// Nobody knows the model.
    #[error("must be the slug of a model of the catalogue, or the id of one of the tenant's own")]
    NoModel,
    /// The model shows nothing when it is sent this.
    #[error(transparent)]
    Unshowable(#[from] Unshowable),
}

/// Makes a policy for all sites or for one. It does not govern before it is activated.
pub async fn create(
    tx: &mut TenantTx,
    by: &By,
    (site, fields, maker): (Option<Uuid>, PolicyFields, &str),
    now: DateTime<Utc>,
) -> Result<DisplayPolicy, PolicyError> {
    store::hold(tx).await?;
    check_codes(tx, &fields.policy).await?;
    check_site(tx, site).await?;
    if store::count(tx).await? >= POLICIES_MAX {
        return Err(PolicyError::TooMany);
    }
    let id = fresh();
    store::insert(tx, (id, site), (&fields, maker), now).await?;
    let policy = found(tx, id).await?;
    let values = (None, Some(policy.record()));
    changed(tx, by, now, ("created", &policy), values).await?;
    Ok(policy)
}

/// Changes a policy: its fields become what `change` makes of them. If it governs, lamps follow.
pub async fn change<E: From<PolicyError>>(
    tx: &mut TenantTx,
    by: &By,
    (id, seen): (Uuid, &IfMatch),
    change: impl FnOnce(&mut PolicyFields) -> Result<(), E>,
    now: DateTime<Utc>,
) -> Result<DisplayPolicy, E> {
    let old = held(tx, id, seen).await?;
    let mut fields = old.fields.clone();
    change(&mut fields)?;
    check_codes(tx, &fields.policy).await?;
    store::update(tx, id, &fields, now).await?;
    let new = found(tx, id).await?;
    let values = audit::difference(&old.record(), &new.record());
    changed(tx, by, now, ("updated", &new), values).await?;
    Ok(new)
}

/// Lets a policy govern its site, or all sites, from this moment; whichever did does so no more.
/// Answers the policy and the one it replaced.
pub async fn activate(
    tx: &mut TenantTx,
    by: &By,
    (id, seen): (Uuid, &IfMatch),
    now: DateTime<Utc>,
) -> Result<(DisplayPolicy, Option<Uuid>), PolicyError> {
    let policy = held(tx, id, seen).await?;
    if policy.is_active {
        return Ok((policy, None));
    }
    let site = policy.site.as_ref().map(|(site, _)| *site);
    let replaced = store::active(tx, site).await?;
    if let Some(replaced) = replaced {
        store::set_active(tx, replaced, false, now).await?;
    }
    store::set_active(tx, id, true, now).await?;
    let policy = found(tx, id).await?;
    let values = (
        replaced.map(|replaced| json!({ "active": replaced })),
        Some(json!({ "active": id })),
    );
    changed(tx, by, now, ("activated", &policy), values).await?;
    Ok((policy, replaced))
}

/// Takes a policy out of force: a site is governed by its tenant's again, a tenant by the standard.
pub async fn deactivate(
    tx: &mut TenantTx,
    by: &By,
    (id, seen): (Uuid, &IfMatch),
    now: DateTime<Utc>,
) -> Result<DisplayPolicy, PolicyError> {
    let policy = held(tx, id, seen).await?;
    if !policy.is_active {
        return Ok(policy);
    }
    store::set_active(tx, id, false, now).await?;
    let policy = found(tx, id).await?;
    let values = (Some(json!({ "active": id })), None);
    changed(tx, by, now, ("deactivated", &policy), values).await?;
    Ok(policy)
}

/// Deletes a policy that does not govern.
pub async fn delete(
    tx: &mut TenantTx,
    by: &By,
    (id, seen): (Uuid, &IfMatch),
    now: DateTime<Utc>,
) -> Result<(), PolicyError> {
    let policy = held(tx, id, seen).await?;
    if policy.is_active {
        return Err(PolicyError::Active);
    }
    store::delete(tx, id).await?;
    let values = (Some(policy.record()), None);
    changed(tx, by, now, ("deleted", &policy), values).await
}

/// Refuses codes of models that nobody knows, and those that show nothing.
async fn check_codes(tx: &mut TenantTx, policy: &Policy) -> Result<(), PolicyError> {
    for (n, code) in policy.codes.iter().take(CODES_MAX).enumerate() {
        let refused = |why: WrongCode| PolicyError::Code(n, why);
        let model = models::find(tx.conn(), &code.model).await?;
        let model = model.ok_or_else(|| refused(WrongCode::NoModel))?;
        check_code(model.base(), code.port, &code.payload).map_err(|why| refused(why.into()))?;
    }
    Ok(())
}

async fn check_site(tx: &mut TenantTx, site: Option<Uuid>) -> Result<(), PolicyError> {
    let Some(site) = site else { return Ok(()) };
    match sites::held(tx, site, &IfMatch::default()).await {
        Ok(_) => Ok(()),
        Err(sites::SiteError::Db(error)) => Err(error.into()),
        Err(_) => Err(PolicyError::NoSuchSite),
    }
}

async fn held(tx: &mut TenantTx, id: Uuid, seen: &IfMatch) -> Result<DisplayPolicy, PolicyError> {
    store::hold(tx).await?;
    let policy = found(tx, id).await?;
    seen.check(policy.version).map_err(|_| PolicyError::Stale)?;
    Ok(policy)
}

async fn found(tx: &mut TenantTx, id: Uuid) -> Result<DisplayPolicy, PolicyError> {
    let policy = store::find(tx.conn(), id).await?;
    policy.ok_or(PolicyError::Absent)
}

/// The event and the audit entry of a change; last in its transaction.
async fn changed(
    tx: &mut TenantTx,
    by: &By,
    now: DateTime<Utc>,
    (verb, policy): (&str, &DisplayPolicy),
    (old, new): (Option<Value>, Option<Value>),
) -> Result<(), PolicyError> {
    let (tenant, id) = (tx.tenant(), policy.id.to_string());
    let site = policy.site.as_ref().map(|(site, _)| *site);
    let kind = format!("display_policy.{verb}");
    let event = EventDraft {
        kind: &kind,
        subject_type: "display_policy",
        subject_id: &id,
        payload: &json!({ "site_id": site, "name": policy.fields.name }),
    };
    events::append(tx.conn(), tenant, now, event).await?;
    let entry = Entry {
        action: &kind,
        entity_type: "display_policy",
        entity_id: Some(id),
        entity_name: Some(&policy.fields.name),
        old,
        new,
        reason: None,
    };
    Ok(audit::append(tx.conn(), tenant, by, now, entry).await?)
}
