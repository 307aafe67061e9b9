//! Places with a time zone, their levels and zones, and the plan of a level.
//!
//! A site's slug is unique among the tenant's living sites; one that is not given is made from the
//! name. A deleted site keeps its rows and can be restored. How full a site is, is counted from the
//! bays' cached states, which the index on them answers. Tables: `sites`, `levels`, `zones`, `plans`.
//! Not here: deleting a site that still has bays, which is for the slice that knows bays.

mod api;
mod parts;
mod plans;
mod store;
#[cfg(test)]
mod tests;

use chrono::{DateTime, Utc};
use parking_access::audit::{self, By};
use parking_db::{DbError, TenantTx};
use parking_domain::ids::fresh;
use parking_domain::lamps::Emergency;
use parking_domain::text::Slug;
use parking_http::IfMatch;
use serde_json::{Map, Value, json};
use thiserror::Error;
use uuid::Uuid;

use crate::record::{Change, Maker, record};

pub use api::routes;

/// A place with a time zone.
#[derive(Clone, Debug)]
pub struct Site {
    /// Whose it is.
    pub tenant_id: Uuid,
    /// Their name, when others look.
    pub tenant_name: Option<String>,
    /// Its identity.
    pub id: Uuid,
    /// Its name in addresses.
    pub slug: String,
    /// What people say of it.
    pub fields: SiteFields,
    /// What all its lamps show, whatever its bays are.
    pub emergency: Option<SiteEmergency>,
    /// When it was deleted.
    pub deleted_at: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    pub updated_at: DateTime<Utc>,
    /// How often it was changed.
    pub version: i64,
}

/// A switch that somebody threw and nobody has taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteEmergency {
    /// What lamps show.
    pub kind: Emergency,
    /// Since when.
    pub since: DateTime<Utc>,
    /// Who threw it.
    pub by: Option<String>,
    /// Why.
    pub reason: String,
}

/// What people say of a site.
#[derive(Clone, Debug, PartialEq)]
pub struct SiteFields {
    /// What it is called.
    pub name: String,
    /// Street and number.
    pub address: Option<String>,
    /// Town.
    pub city: Option<String>,
    /// State, province or department.
    pub state: Option<String>,
    /// Postal code.
    pub postal_code: Option<String>,
    /// ISO 3166-1 alpha-2.
    pub country: Option<String>,
    /// Degrees north.
    pub latitude: Option<f64>,
    /// Degrees east.
    pub longitude: Option<f64>,
    /// By its IANA name.
    pub timezone: String,
    /// In the syntax of OpenStreetMap.
    pub opening_hours: Option<String>,
    /// For how many seconds a change that a sensor reports must stand before it is believed.
    pub debounce_seconds: i32,
    /// What else the tenant keeps with it.
    pub metadata: Map<String, Value>,
    /// Whether it is in use.
    pub is_active: bool,
}

impl Site {
    /// The site for the audit log.
    fn record(&self) -> Value {
        let fields = &self.fields;
        json!({
            "name": fields.name, "slug": self.slug, "address": fields.address, "city": fields.city,
            "state": fields.state, "postal_code": fields.postal_code, "country": fields.country,
            "latitude": fields.latitude, "longitude": fields.longitude, "timezone": fields.timezone,
            "opening_hours": fields.opening_hours, "debounce_seconds": fields.debounce_seconds, "metadata": fields.metadata, "is_active": fields.is_active,
        })
    }
}

/// Why a site, level, zone or plan was not made or changed.
#[derive(Debug, Error)]
pub enum SiteError {
    /// There is no such thing in this tenant.
    #[error("there is no such thing")]
    Absent,
    /// Another living site has the slug.
    #[error("the slug is taken")]
    SlugTaken,
    /// Another level or zone of the site has the name.
    #[error("the name is taken")]
    NameTaken,
    /// So many sites the tenant may have.
    #[error("{0}")]
    LimitReached(String),
    /// The site has bays.
    #[error("the site has {0} bays")]
    HasSpaces(i64),
    /// Bays still lie on it.
    #[error("{0} bays lie on it")]
    InUse(i64),
    /// Somebody changed it meanwhile.
    #[error("it was changed meanwhile")]
    Stale,
    /// The database refused.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// How often a number is tried behind a slug before somebody else's haste is an error.
const SLUG_ATTEMPTS_MAX: u32 = 20;

/// Makes a site. Without a slug it gets that of its name, with the lowest free number behind it.
pub async fn create(
    tx: &mut TenantTx,
    by: &By,
    (slug, fields): (Option<Slug>, SiteFields),
    now: DateTime<Utc>,
) -> Result<Site, SiteError> {
    let id = fresh();
    let is_made = match slug {
        Some(slug) => store::insert(tx, id, slug.as_str(), &fields, now).await?,
        None => insert_numbered(tx, id, &fields, now).await?,
    };
    if !is_made {
        return Err(SiteError::SlugTaken);
    }
    let site = found(tx, id).await?;
    changed(
        tx,
        by,
        now,
        "site.created",
        &site,
        (None, Some(site.record())),
    )
    .await?;
    Ok(site)
}

async fn insert_numbered(
    tx: &mut TenantTx,
    id: Uuid,
    fields: &SiteFields,
    now: DateTime<Utc>,
) -> Result<bool, SiteError> {
    let plain = Slug::from_name_or(&fields.name, "site");
    for _ in 0..SLUG_ATTEMPTS_MAX {
        let taken = store::slugs_like(tx, plain.as_str()).await?;
        let slug = plain.free(|slug| taken.contains(slug));
        // Somebody else may take it between the look and the insert: then look again.
        if store::insert(tx, id, slug.as_str(), fields, now).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Changes a site: its fields become what `change` makes of them.
pub async fn change<E: From<SiteError>>(
    tx: &mut TenantTx,
    by: &By,
    (id, seen): (Uuid, &IfMatch),
    change: impl FnOnce(&mut String, &mut SiteFields) -> Result<(), E>,
    now: DateTime<Utc>,
) -> Result<Site, E> {
    let old = held(tx, id, seen).await?;
    let mut new = old.clone();
    change(&mut new.slug, &mut new.fields)?;
    store::update(tx, &new, now).await?;
    let new = found(tx, id).await?;
    let values = audit::difference(&old.record(), &new.record());
    changed(tx, by, now, "site.updated", &new, values)
        .await
        .map_err(E::from)?;
    Ok(new)
}

/// Brings a deleted site back.
pub async fn restore(
    tx: &mut TenantTx,
    by: &By,
    id: Uuid,
    now: DateTime<Utc>,
) -> Result<Site, SiteError> {
    hold_count(tx).await?;
    let site = store::lock(tx, id).await?.ok_or(SiteError::Absent)?;
    if site.deleted_at.is_none() {
        return Ok(site);
    }
    store::set_deleted(tx, id, None, now).await?;
    let site = found(tx, id).await?;
    changed(
        tx,
        by,
        now,
        "site.restored",
        &site,
        (None, Some(site.record())),
    )
    .await?;
    Ok(site)
}

/// Locks how many sites there are, as whoever makes one does: before the site, and before the log.
pub async fn hold_count(tx: &mut TenantTx) -> Result<(), DbError> {
    store::hold_count(tx).await
}

/// Deletes a site in which no bay lives. The count of sites is held.
pub async fn delete(
    tx: &mut TenantTx,
    by: &By,
    (id, seen): (Uuid, &IfMatch),
    now: DateTime<Utc>,
) -> Result<(), SiteError> {
    let site = held(tx, id, seen).await?;
    let spaces = store::living_spaces(tx, id).await?;
    if spaces > 0 {
        return Err(SiteError::HasSpaces(spaces));
    }
    store::set_deleted(tx, id, Some(now), now).await?;
    changed(
        tx,
        by,
        now,
        "site.deleted",
        &site,
        (Some(site.record()), None),
    )
    .await
}

/// Lets all lamps of a living site show one thing, until somebody takes it back.
pub(super) async fn start_emergency(
    tx: &mut TenantTx,
    maker: &Maker,
    id: Uuid,
    (kind, reason): (Emergency, &str),
    now: DateTime<Utc>,
) -> Result<Site, SiteError> {
    let old = held(tx, id, &IfMatch::default()).await?.emergency;
    store::start_emergency(tx, (id, kind), (reason, &maker.name), now).await?;
    let site = found(tx, id).await?;
    let old = old.map(|old| json!({ "emergency": old.kind.name(), "since": old.since }));
    let values = (old, Some(json!({ "emergency": kind.name() })));
    switched(
        tx,
        maker,
        now,
        ("site.emergency_started", &site, Some(reason)),
        values,
    )
    .await?;
    Ok(site)
}

/// Lets the lamps of a site show again what its bays are. Where there is no emergency nothing happens.
pub(super) async fn end_emergency(
    tx: &mut TenantTx,
    maker: &Maker,
    id: Uuid,
    now: DateTime<Utc>,
) -> Result<Site, SiteError> {
    let site = held(tx, id, &IfMatch::default()).await?;
    let Some(old) = site.emergency else {
        return Ok(site);
    };
    store::end_emergency(tx, id, now).await?;
    let site = found(tx, id).await?;
    let old = json!({ "emergency": old.kind.name(), "since": old.since, "by": old.by });
    let values = (Some(old), None);
    switched(
        tx,
        maker,
        now,
        ("site.emergency_ended", &site, None),
        values,
    )
    .await?;
    Ok(site)
}

async fn switched(
    tx: &mut TenantTx,
    maker: &Maker,
    now: DateTime<Utc>,
    (kind, site, reason): (&str, &Site, Option<&str>),
    values: (Option<Value>, Option<Value>),
) -> Result<(), SiteError> {
    let change = Change {
        kind,
        entity: "site",
        id: site.id,
        name: &site.fields.name,
        site: Some(site.id),
        values,
        reason,
    };
    Ok(record(tx, &maker.by, now, change).await?)
}

/// A living site, locked until the end of the transaction, unless it has moved on.
pub async fn held(tx: &mut TenantTx, id: Uuid, seen: &IfMatch) -> Result<Site, SiteError> {
    let site = store::lock(tx, id)
        .await?
        .filter(|site| site.deleted_at.is_none())
        .ok_or(SiteError::Absent)?;
    seen.check(site.version).map_err(|_| SiteError::Stale)?;
    Ok(site)
}

async fn found(tx: &mut TenantTx, id: Uuid) -> Result<Site, SiteError> {
    store::find(tx.conn(), id).await?.ok_or(SiteError::Absent)
}

async fn changed(
    tx: &mut TenantTx,
    by: &By,
    now: DateTime<Utc>,
    kind: &str,
    site: &Site,
    values: (Option<Value>, Option<Value>),
) -> Result<(), SiteError> {
    let change = Change {
        kind,
        entity: "site",
        id: site.id,
        name: &site.fields.name,
        site: Some(site.id),
        values,
        reason: None,
    };
    Ok(record(tx, by, now, change).await?)
}
