//! Radio receivers of the network: where they stand and whether they are heard.
//!
//! An EUI belongs to one gateway of the whole installation, and the refusal of a taken one does not
//! say whose it is. Whether one is online follows from when it was heard last, and is kept nowhere.
//! Table: `gateways`. Not here: what they hear, which whoever reads the radio writes down.

mod api;
mod store;
#[cfg(test)]
mod tests;

use chrono::{DateTime, TimeDelta, Utc};
use parking_access::audit::{self, By};
use parking_db::{DbError, PlatformTx, TenantTx};
use parking_domain::eui::Eui64;
use parking_domain::ids::fresh;
use parking_http::IfMatch;
use serde_json::{Map, Value, json};
use thiserror::Error;
use uuid::Uuid;

use crate::record::{Change, record};
use crate::sites::{self, SiteError};

pub use api::routes;

/// A gateway that missed two signs of life, and half of a third's time, is offline.
const TENTHS_OF_HEARTBEAT: i64 = 25;

/// What people say of a gateway.
#[derive(Clone, Debug, PartialEq)]
pub struct GatewayFields {
    /// What they call it.
    pub name: String,
    /// The site it stands in.
    pub site_id: Option<Uuid>,
    /// Degrees north.
    pub latitude: Option<f64>,
    /// Degrees east.
    pub longitude: Option<f64>,
    /// Metres above the sea.
    pub altitude: Option<f64>,
    /// What else there is to say.
    pub notes: Option<String>,
    /// What else the tenant keeps with it.
    pub metadata: Map<String, Value>,
    /// How often it says that it lives.
    pub heartbeat_seconds: i32,
}

/// A radio receiver of the network.
#[derive(Clone, Debug)]
pub struct Gateway {
    /// Whose it is.
    pub tenant_id: Uuid,
    /// Their name, when others look.
    pub tenant_name: String,
    /// Its identity.
    pub id: Uuid,
    /// Its name on the radio.
    pub eui: String,
    /// What people say of it.
    pub fields: GatewayFields,
    /// The name of the site it stands in.
    pub site_name: Option<String>,
    /// When it was heard last.
    pub last_seen_at: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// How often it was changed.
    pub version: i64,
}

/// Whether a gateway is heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GatewayStatus {
    /// It never was.
    NeverSeen,
    /// It is.
    Online,
    /// It was, and is no longer.
    Offline,
}

impl GatewayStatus {
    /// The name in the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::NeverSeen => "never_seen",
            Self::Online => "online",
            Self::Offline => "offline",
        }
    }
}

impl Gateway {
    /// Whether it is heard now.
    pub fn status(&self, now: DateTime<Utc>) -> GatewayStatus {
        let patience = i64::from(self.fields.heartbeat_seconds) * TENTHS_OF_HEARTBEAT;
        match self.last_seen_at {
            None => GatewayStatus::NeverSeen,
            Some(seen) if now - seen <= TimeDelta::milliseconds(patience * 100) => {
                GatewayStatus::Online
            }
            Some(_) => GatewayStatus::Offline,
        }
    }

    /// The gateway for the audit log.
    fn record(&self) -> Value {
        let fields = &self.fields;
        json!({
            "eui": self.eui, "name": fields.name, "site_id": fields.site_id, "latitude": fields.latitude,
            "longitude": fields.longitude, "altitude": fields.altitude, "notes": fields.notes,
            "metadata": fields.metadata, "heartbeat_seconds": fields.heartbeat_seconds,
        })
    }
}

/// Why a gateway was not made or changed.
#[derive(Debug, Error)]
pub enum GatewayError {
    /// There is no such gateway, or site, in this tenant.
    #[error("there is no such gateway or site")]
    Absent,
    /// Somebody has a gateway of that EUI.
    #[error("the EUI is taken")]
    Taken,
    /// So many gateways the tenant may have.
    #[error("{0}")]
    LimitReached(String),
    /// Somebody changed it meanwhile.
    #[error("it was changed meanwhile")]
    Stale,
    /// The database refused.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<SiteError> for GatewayError {
    fn from(error: SiteError) -> Self {
        match error {
            SiteError::Db(error) => Self::Db(error),
            // Sites are only looked up here, and nothing else can go wrong with that.
            _ => Self::Absent,
        }
    }
}

/// Makes a gateway.
pub async fn create(
    tx: &mut TenantTx,
    by: &By,
    (eui, fields): (Eui64, &GatewayFields),
    now: DateTime<Utc>,
) -> Result<Gateway, GatewayError> {
    hold_site(tx, fields.site_id).await?;
    let id = fresh();
    if !store::insert(tx, (id, &eui.to_string()), fields, now).await? {
        return Err(GatewayError::Taken);
    }
    let gateway = found(tx, id).await?;
    let values = (None, Some(gateway.record()));
    changed(tx, by, now, ("gateway.created", &gateway), values).await?;
    Ok(gateway)
}

/// Changes a gateway: its fields become what `change` makes of them.
pub async fn change<E: From<GatewayError>>(
    tx: &mut TenantTx,
    by: &By,
    (id, seen): (Uuid, &IfMatch),
    change: impl FnOnce(&mut GatewayFields) -> Result<(), E>,
    now: DateTime<Utc>,
) -> Result<Gateway, E> {
    // A site is locked before what stands in it, so the gateway is read twice.
    let mut wanted = found(tx, id).await?.fields;
    change(&mut wanted)?;
    hold_site(tx, wanted.site_id).await?;
    let old = held(tx, id, seen).await?;
    store::update(tx, id, &wanted, now).await?;
    let new = found(tx, id).await?;
    let values = audit::difference(&old.record(), &new.record());
    changed(tx, by, now, ("gateway.updated", &new), values).await?;
    Ok(new)
}

/// Deletes a gateway for good.
pub async fn delete(
    tx: &mut TenantTx,
    by: &By,
    (id, seen): (Uuid, &IfMatch),
    now: DateTime<Utc>,
) -> Result<(), GatewayError> {
    let gateway = held(tx, id, seen).await?;
    store::delete(tx, id).await?;
    let values = (Some(gateway.record()), None);
    changed(tx, by, now, ("gateway.deleted", &gateway), values).await
}

/// A sign of life of a gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sign {
    /// Its name on the radio.
    pub eui: Eui64,
    /// Who says so, and is believed of their own gateways only; `None` for the installation's own
    /// network server, which is believed of all.
    pub told_by: Option<Uuid>,
    /// When it was heard.
    pub at: DateTime<Utc>,
}

/// Writes down when gateways were heard. What is older than what is known changes nothing.
pub async fn heard(tx: &mut PlatformTx, signs: &[Sign]) -> Result<(), DbError> {
    if signs.is_empty() {
        return Ok(());
    }
    store::write_heard(tx, signs).await
}

/// The site that a gateway is to stand in must live, and does until the end of the transaction.
async fn hold_site(tx: &mut TenantTx, site: Option<Uuid>) -> Result<(), GatewayError> {
    if let Some(site) = site {
        sites::held(tx, site, &IfMatch::default()).await?;
    }
    Ok(())
}

async fn held(tx: &mut TenantTx, id: Uuid, seen: &IfMatch) -> Result<Gateway, GatewayError> {
    store::lock(tx, id).await?;
    let gateway = found(tx, id).await?;
    seen.check(gateway.version)
        .map_err(|_| GatewayError::Stale)?;
    Ok(gateway)
}

async fn found(tx: &mut TenantTx, id: Uuid) -> Result<Gateway, GatewayError> {
    let gateway = store::find(tx.conn(), id).await?;
    gateway.ok_or(GatewayError::Absent)
}

async fn changed(
    tx: &mut TenantTx,
    by: &By,
    now: DateTime<Utc>,
    (kind, gateway): (&str, &Gateway),
    values: (Option<Value>, Option<Value>),
) -> Result<(), GatewayError> {
    let change = Change {
        kind,
        entity: "gateway",
        id: gateway.id,
        name: &gateway.fields.name,
        site: gateway.fields.site_id,
        values,
        reason: None,
    };
    Ok(record(tx, by, now, change).await?)
}
