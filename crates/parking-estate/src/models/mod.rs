//! What devices are: the catalogue that comes with the product, and models of a tenant's own.
//!
//! An own model is a model of the catalogue under another name: it shares that one's codec, ports
//! and abilities, and may speak more or less often and be sent other lamp codes. What it is based on
//! never changes, because the devices of a model have its abilities written in their rows. A model
//! of the catalogue is named by its slug, an own one by its id. Table: `device_models`.

mod api;
mod store;
#[cfg(test)]
mod tests;

use chrono::{DateTime, Utc};
use parking_access::audit::{self, By};
use parking_db::{DbError, TenantTx};
use parking_domain::ids::fresh;
use parking_domain::models::{self, Model};
use parking_domain::text::Slug;
use parking_http::IfMatch;
use serde_json::{Map, Value, json};
use sqlx::PgConnection;
use thiserror::Error;
use uuid::Uuid;

use crate::record::{Change, record};

pub use api::routes;

/// The most models a tenant has of its own.
pub const OWN_MODELS_MAX: i64 = 200;

/// What people say of a model of their own.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelFields {
    /// Who makes it.
    pub vendor: String,
    /// What it is called.
    pub name: String,
    /// How often it speaks though nothing happened, if not as often as what it is based on.
    pub heartbeat_seconds: Option<i32>,
    /// What to send for each state, where it differs from what it is based on.
    pub lamp_codes: Map<String, Value>,
    /// What whoever installs or reads it should know.
    pub notes: Option<String>,
}

/// A model a tenant has defined.
#[derive(Clone, Debug)]
pub struct OwnModel {
    /// Whose it is.
    pub tenant_id: Uuid,
    /// Their name, when others look.
    pub tenant_name: String,
    /// Its identity.
    pub id: Uuid,
    /// Its name in addresses.
    pub slug: String,
    /// The model of the catalogue whose abilities it has.
    pub base: &'static Model,
    /// What people say of it.
    pub fields: ModelFields,
    /// How often it was changed.
    pub version: i64,
}

/// A model of either kind.
#[derive(Clone, Debug)]
pub enum AnyModel {
    /// One of the catalogue.
    Catalogue(&'static Model),
    /// One of a tenant's own.
    Own(Box<OwnModel>),
}

impl AnyModel {
    /// The model of the catalogue that says what it can do.
    pub fn base(&self) -> &'static Model {
        match self {
            Self::Catalogue(model) => model,
            Self::Own(model) => model.base,
        }
    }

    /// What the API calls it.
    pub fn id(&self) -> String {
        match self {
            Self::Catalogue(model) => model.slug.to_owned(),
            Self::Own(model) => model.id.to_string(),
        }
    }

    /// How often it speaks though nothing happened.
    pub fn heartbeat_seconds(&self) -> Option<i32> {
        let own = match self {
            Self::Catalogue(_) => None,
            Self::Own(model) => model.fields.heartbeat_seconds,
        };
        let of_base = self.base().heartbeat_s;
        own.or_else(|| of_base.and_then(|seconds| i32::try_from(seconds).ok()))
    }
}

impl OwnModel {
    /// The model for the audit log.
    fn record(&self) -> Value {
        let fields = &self.fields;
        json!({
            "slug": self.slug, "based_on": self.base.slug, "vendor": fields.vendor, "name": fields.name,
            "heartbeat_seconds": fields.heartbeat_seconds, "lamp_codes": fields.lamp_codes, "notes": fields.notes,
        })
    }
}

/// Why a model was not made, changed or deleted.
#[derive(Debug, Error)]
pub enum ModelError {
    /// There is no such model of the tenant's own.
    #[error("there is no such model")]
    Absent,
    /// Another model has the slug.
    #[error("the slug is taken")]
    SlugTaken,
    /// There are as many as a tenant may have.
    #[error("a tenant has at most {OWN_MODELS_MAX} models of its own")]
    TooMany,
    /// Devices are of this model.
    #[error("{0} devices are of this model")]
    InUse(i64),
    /// Somebody changed it meanwhile.
    #[error("it was changed meanwhile")]
    Stale,
    /// The database refused.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// The model that the API calls so, as far as the transaction may see it.
pub async fn find(conn: &mut PgConnection, id: &str) -> Result<Option<AnyModel>, DbError> {
    if let Some(model) = models::find(id) {
        return Ok(Some(AnyModel::Catalogue(model)));
    }
    let Ok(id) = id.parse() else {
        return Ok(None);
    };
    let own = store::find(conn, id).await?;
    Ok(own.map(|model| AnyModel::Own(Box::new(model))))
}

/// Every model of the catalogue and of the tenant's own.
pub async fn all(tx: &mut TenantTx) -> Result<Vec<AnyModel>, DbError> {
    let own = store::list(tx.conn()).await?;
    let catalogue = models::CATALOGUE.iter().map(AnyModel::Catalogue);
    let own = own.into_iter().map(|model| AnyModel::Own(Box::new(model)));
    Ok(catalogue.chain(own).collect())
}

/// Makes a model. Without a slug it gets that of its vendor and name.
pub async fn create(
    tx: &mut TenantTx,
    by: &By,
    (slug, base, fields): (Option<Slug>, &'static Model, ModelFields),
    now: DateTime<Utc>,
) -> Result<OwnModel, ModelError> {
    let slug =
        slug.unwrap_or_else(|| Slug::from_name(&format!("{} {}", fields.vendor, fields.name)));
    if store::count(tx).await? >= OWN_MODELS_MAX {
        return Err(ModelError::TooMany);
    }
    let id = fresh();
    // The catalogue's slugs are names of models too.
    let is_made = models::find(slug.as_str()).is_none()
        && store::insert(tx, (id, slug.as_str()), base.slug, &fields, now).await?;
    if !is_made {
        return Err(ModelError::SlugTaken);
    }
    let model = found(tx, id).await?;
    let values = (None, Some(model.record()));
    changed(tx, by, now, ("device_model.created", &model), values).await?;
    Ok(model)
}

/// Changes a model: its fields become what `change` makes of them.
pub async fn change<E: From<ModelError>>(
    tx: &mut TenantTx,
    by: &By,
    (id, seen): (Uuid, &IfMatch),
    change: impl FnOnce(&mut ModelFields) -> Result<(), E>,
    now: DateTime<Utc>,
) -> Result<OwnModel, E> {
    let old = held(tx, id, seen).await?;
    let mut new = old.clone();
    change(&mut new.fields)?;
    store::update(tx, id, &new.fields, now)
        .await
        .map_err(ModelError::from)?;
    let new = found(tx, id).await?;
    let values = audit::difference(&old.record(), &new.record());
    changed(tx, by, now, ("device_model.updated", &new), values).await?;
    Ok(new)
}

/// Deletes a model of which no device is, not even an archived one.
pub async fn delete(
    tx: &mut TenantTx,
    by: &By,
    (id, seen): (Uuid, &IfMatch),
    now: DateTime<Utc>,
) -> Result<(), ModelError> {
    let model = held(tx, id, seen).await?;
    let devices = store::devices(tx, id).await?;
    if devices > 0 {
        return Err(ModelError::InUse(devices));
    }
    store::delete(tx, id).await?;
    let values = (Some(model.record()), None);
    changed(tx, by, now, ("device_model.deleted", &model), values).await
}

async fn held(tx: &mut TenantTx, id: Uuid, seen: &IfMatch) -> Result<OwnModel, ModelError> {
    store::lock(tx, id).await?;
    let model = found(tx, id).await?;
    seen.check(model.version).map_err(|_| ModelError::Stale)?;
    Ok(model)
}

async fn found(tx: &mut TenantTx, id: Uuid) -> Result<OwnModel, ModelError> {
    let model = store::find(tx.conn(), id).await?;
    model.ok_or(ModelError::Absent)
}

async fn changed(
    tx: &mut TenantTx,
    by: &By,
    now: DateTime<Utc>,
    (kind, model): (&str, &OwnModel),
    values: (Option<Value>, Option<Value>),
) -> Result<(), ModelError> {
    let change = Change {
        kind,
        entity: "device_model",
        id: model.id,
        name: &model.fields.name,
        site: None,
        values,
        reason: None,
    };
    Ok(record(tx, by, now, change).await?)
}
