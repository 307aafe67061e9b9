//! Whose the applications of the network server are.
//!
//! A message that comes by a road of the installation's own, and not with a tenant's credential,
//! belongs to the tenant that its application was given to; as long as nobody has said so, to the
//! platform. Who runs the installation says it: a tenant that could would take another's messages.
//! Table: `applications`.

mod store;
#[cfg(test)]
mod tests;

use std::time::Duration;

use chrono::{DateTime, Utc};
use moka::future::Cache;
use parking_access::audit::{self, By, Entry};
use parking_db::{Db, DbError, Reason};
use parking_domain::ids::{TenantId, fresh};
use serde_json::json;
use thiserror::Error;

/// How long an answer is good.
const KNOWN_FOR: Duration = Duration::from_secs(5);

/// Applications whose tenants are kept at hand.
const KNOWN_MAX: u64 = 10_000;

/// The longest name an application has.
const NAME_CHARS_MAX: usize = 100;

/// Why an application was not given or taken away.
#[derive(Debug, Error)]
pub enum ApplicationError {
    /// Not what a network server calls an application.
    #[error("an application's name has from 1 to {NAME_CHARS_MAX} characters")]
    Name,
    /// There is no tenant of this slug.
    #[error("there is no such tenant")]
    NoTenant,
    /// It was given to somebody already.
    #[error("the application is {0}'s already; take it away first")]
    Taken(String),
    /// It was given to nobody.
    #[error("the application was given to nobody")]
    Absent,
    /// The database refused.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// An application and whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Application {
    /// As the network server names it.
    pub application: String,
    /// Whose.
    pub tenant: TenantId,
    /// Their slug.
    pub tenant_slug: String,
}

/// Knows whose applications are, as of a few seconds ago.
#[derive(Clone, Debug)]
pub struct Applications {
    db: Db,
    known: Cache<String, TenantId>,
}

impl Applications {
    /// Knows nothing yet.
    pub fn new(db: Db) -> Self {
        let known = Cache::builder()
            .max_capacity(KNOWN_MAX)
            .time_to_live(KNOWN_FOR)
            .build();
        Self { db, known }
    }

    /// Whose an application is: the platform's, as long as nobody has said so.
    pub async fn owner(&self, application: Option<&str>) -> Result<TenantId, DbError> {
        // What no application can be called was given to nobody.
        let Some(application) = application.filter(|name| !name.contains('\0')) else {
            return Ok(TenantId::PLATFORM);
        };
        if let Some(known) = self.known.get(application).await {
            return Ok(known);
        }
        let mut tx = self
            .db
            .platform(Reason::Worker("find whose an application is"))
            .await?;
        let found = store::find(&mut tx, application).await?;
        let owner = found.map_or(TenantId::PLATFORM, |found| found.tenant);
        self.known.insert(application.to_owned(), owner).await;
        Ok(owner)
    }
}

/// The tenant of this slug, unless it is on its way out.
pub async fn tenant(db: &Db, slug: &str) -> Result<Option<TenantId>, DbError> {
    let mut tx = db
        .platform(Reason::Worker("find a tenant by its slug"))
        .await?;
    store::tenant_of(&mut tx, slug).await
}

/// All that were given to somebody, by name.
pub async fn list(db: &Db) -> Result<Vec<Application>, DbError> {
    let mut tx = db.platform(Reason::Worker("list applications")).await?;
    store::list(&mut tx).await
}

/// Gives an application to a tenant; its next messages are theirs.
pub async fn give(
    db: &Db,
    (application, slug): (&str, &str),
    by: &By,
    now: DateTime<Utc>,
) -> Result<(), ApplicationError> {
    let is_name = (1..=NAME_CHARS_MAX).contains(&application.chars().count());
    if !is_name || application.contains('\0') {
        return Err(ApplicationError::Name);
    }
    let mut tx = db.platform(Reason::Worker("give an application")).await?;
    let tenant = store::tenant_of(&mut tx, slug).await?;
    let tenant = tenant.ok_or(ApplicationError::NoTenant)?;
    if !store::insert(&mut tx, tenant, fresh(), application, now).await? {
        let holder = store::find(&mut tx, application).await?;
        return match holder {
            Some(holder) if holder.tenant == tenant => Ok(()),
            Some(holder) => Err(ApplicationError::Taken(holder.tenant_slug)),
            None => Err(ApplicationError::Absent),
        };
    }
    let entry = entry("application.given", application);
    audit::append(tx.conn(), tenant, by, now, entry).await?;
    Ok(tx.commit().await?)
}

/// Takes an application away from whoever has it; its next messages are the platform's.
pub async fn take_away(
    db: &Db,
    application: &str,
    by: &By,
    now: DateTime<Utc>,
) -> Result<(), ApplicationError> {
    let mut tx = db
        .platform(Reason::Worker("take an application away"))
        .await?;
    let holder = store::delete(&mut tx, application).await?;
    let tenant = holder.ok_or(ApplicationError::Absent)?;
    let entry = entry("application.taken_away", application);
    audit::append(tx.conn(), tenant, by, now, entry).await?;
    Ok(tx.commit().await?)
}

fn entry<'a>(action: &'a str, application: &'a str) -> Entry<'a> {
    Entry {
        action,
        entity_type: "application",
        entity_id: Some(application.to_owned()),
        entity_name: Some(application),
        new: Some(json!({ "application": application })),
        ..Entry::default()
    }
}
