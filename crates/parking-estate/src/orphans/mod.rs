//! Radio devices that were heard of and that nobody has claimed.
//!
//! Whoever reads the radio writes them down; people claim them, which makes devices of them, or set
//! them aside. A device that is made by hand is an orphan no longer either. Table: `orphan_devices`.

mod api;
mod store;
#[cfg(test)]
mod tests;

use chrono::{DateTime, TimeDelta, Utc};
use parking_access::audit::{self, Entry};
use parking_db::{Db, DbError, PlatformTx, Reason, TenantTx, events};
use parking_domain::models;
use serde_json::json;
use thiserror::Error;
use uuid::Uuid;

use crate::devices::{self, AssignmentDraft, DeviceDraft, DeviceError, DeviceFields};
use crate::models::AnyModel;
use crate::record::{Change, Maker, record};

pub use api::routes;

/// A `DevEUI` heard of that nobody has claimed.
#[derive(Clone, Debug)]
pub struct Orphan {
    /// Whose network heard it.
    pub tenant_id: Uuid,
    /// Their name, when others look.
    pub tenant_name: String,
    /// Its identity.
    pub id: Uuid,
    /// Its name on the radio.
    pub dev_eui: String,
    /// When it was heard first.
    pub first_seen_at: DateTime<Utc>,
    /// When it was heard last.
    pub last_seen_at: DateTime<Utc>,
    /// How often it was heard.
    pub uplink_count: i64,
    /// On which port it spoke last.
    pub last_f_port: Option<i32>,
    /// What it said last.
    pub last_payload: Option<Vec<u8>>,
    /// How strongly it was heard last.
    pub last_rssi: Option<i32>,
    /// How clearly it was heard last.
    pub last_snr: Option<f32>,
    /// Who heard it last.
    pub last_gateway_eui: Option<String>,
    /// How its messages came in.
    pub source: String,
    /// The model of the catalogue it may be.
    pub guessed_model: Option<String>,
    /// When it was set aside.
    pub dismissed_at: Option<DateTime<Utc>>,
    /// Who set it aside.
    pub dismissed_by: Option<String>,
}

/// An orphan by its names.
#[derive(Clone, Debug)]
struct Named {
    id: Uuid,
    dev_eui: String,
}

/// The most orphans set aside at once.
const BULK_MAX: usize = 500;

/// A message from a device that nobody has claimed.
#[derive(Clone, Debug)]
pub struct Stray {
    /// Whose network heard it.
    pub tenant_id: Uuid,
    /// Its name on the radio.
    pub dev_eui: String,
    /// When it was received.
    pub at: DateTime<Utc>,
    /// On which port it spoke.
    pub f_port: Option<i32>,
    /// What it said.
    pub payload: Option<Vec<u8>>,
    /// How strongly it was heard.
    pub rssi: Option<i32>,
    /// How clearly.
    pub snr: Option<f32>,
    /// By whom.
    pub gateway: Option<String>,
    /// How the message came in.
    pub source: String,
}

/// Writes down who was heard of that nobody has claimed. A tenant's list is bounded: when it is full,
/// only those already on it are heard of further.
pub async fn heard(tx: &mut PlatformTx, strays: &[Stray]) -> Result<(), DbError> {
    if strays.is_empty() {
        return Ok(());
    }
    let guesses: Vec<Option<String>> = strays.iter().map(Stray::guess).collect();
    store::note(tx, strays, &guesses).await
}

/// How long somebody who was heard of and not again is kept.
const KEPT_FOR: TimeDelta = TimeDelta::days(30);

/// Forgets those who have not been heard of for a month, set aside or not.
pub async fn forget(db: &Db, now: DateTime<Utc>) -> Result<(), DbError> {
    // A tenant has so few that one statement is bounded.
    let mut tx = db.platform(Reason::Worker("forget orphans")).await?;
    store::delete_before(&mut tx, now - KEPT_FOR).await?;
    tx.commit().await
}

impl Stray {
    fn guess(&self) -> Option<String> {
        let port = self.f_port.and_then(|port| u8::try_from(port).ok());
        let payload = self.payload.as_deref().unwrap_or_default();
        let model = models::guess(self.dev_eui.parse().ok(), port, payload)?;
        Some(model.slug.to_owned())
    }
}

/// What an orphan is to become.
#[derive(Clone, Debug, Default)]
pub struct Claim {
    /// What it is; what it seems to be, if nobody says.
    pub model: Option<AnyModel>,
    /// What people call it.
    pub name: Option<String>,
    /// The bay it is to serve at once.
    pub space: Option<Uuid>,
    /// Why.
    pub reason: Option<String>,
}

/// Why an orphan was not claimed or set aside.
#[derive(Debug, Error)]
pub enum OrphanError {
    /// There is no such orphan, or bay, in this tenant.
    #[error("there is no such orphan or bay")]
    Absent,
    /// It does not make a device, or not one for the bay.
    #[error(transparent)]
    Device(#[from] DeviceError),
    /// The database refused.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Makes a device of an orphan, and puts it to work if a bay is named. Answers the device's id.
pub async fn claim(
    tx: &mut TenantTx,
    maker: &Maker,
    id: Uuid,
    claim: Claim,
    now: DateTime<Utc>,
) -> Result<Uuid, OrphanError> {
    let orphan = held(tx, id).await?;
    let guessed = orphan.guessed_model.as_deref().and_then(models::find);
    let draft = DeviceDraft {
        // What whoever reads the radio writes down is checked by the table.
        dev_eui: orphan.dev_eui.parse().map_err(|_| OrphanError::Absent)?,
        model: claim.model.or_else(|| guessed.map(AnyModel::Catalogue)),
        sealed_app_key: None,
        fields: DeviceFields {
            name: claim.name,
            ..DeviceFields::default()
        },
    };
    let assignment = claim.space.map(|space| AssignmentDraft {
        space,
        role: None,
        reason: claim.reason.clone(),
    });
    let wanted = (&draft, assignment.as_ref());
    let device = devices::create(tx, maker, wanted, now).await?;
    let reason = claim.reason.as_deref();
    let named = Named {
        id: orphan.id,
        dev_eui: orphan.dev_eui,
    };
    changed(tx, maker, now, ("claimed", &named), reason).await?;
    Ok(device.id)
}

/// Sets orphans aside, or takes them back into view, all of them or none; those that are so already
/// stay. Says which have changed.
pub async fn set_aside(
    tx: &mut TenantTx,
    maker: &Maker,
    ids: &[Uuid],
    is_aside: bool,
    now: DateTime<Utc>,
) -> Result<Vec<Uuid>, OrphanError> {
    if store::lock(tx, ids).await? < ids.len() {
        return Err(OrphanError::Absent);
    }
    let (aside, verb) = if is_aside {
        (Some((now, maker.name.as_str())), "dismissed")
    } else {
        (None, "restored")
    };
    let moved = store::set_dismissed(tx, ids, aside).await?;
    match moved.as_slice() {
        [] => {}
        [one] => changed(tx, maker, now, (verb, one), None).await?,
        many => many_changed(tx, maker, now, (verb, many)).await?,
    }
    Ok(moved.into_iter().map(|orphan| orphan.id).collect())
}

async fn held(tx: &mut TenantTx, id: Uuid) -> Result<Orphan, OrphanError> {
    store::lock(tx, &[id]).await?;
    let orphan = store::find(tx.conn(), id).await?;
    orphan.ok_or(OrphanError::Absent)
}

async fn changed(
    tx: &mut TenantTx,
    maker: &Maker,
    now: DateTime<Utc>,
    (verb, orphan): (&str, &Named),
    reason: Option<&str>,
) -> Result<(), OrphanError> {
    let change = Change {
        kind: &format!("orphan.{verb}"),
        entity: "orphan",
        id: orphan.id,
        name: &orphan.dev_eui,
        site: None,
        values: (None, Some(json!({ "dev_eui": orphan.dev_eui }))),
        reason,
    };
    Ok(record(tx, &maker.by, now, change).await?)
}

/// An event of each, and one entry for all of them.
async fn many_changed(
    tx: &mut TenantTx,
    maker: &Maker,
    now: DateTime<Utc>,
    (verb, orphans): (&str, &[Named]),
) -> Result<(), OrphanError> {
    let tenant = tx.tenant();
    let told = |orphan: &Named| {
        let payload = json!({ "site_id": null, "name": orphan.dev_eui });
        (orphan.id.to_string(), payload)
    };
    let subjects: Vec<_> = orphans.iter().map(told).collect();
    let kind = format!("orphan.{verb}");
    events::append_many(tx.conn(), tenant, now, (&kind, "orphan"), &subjects).await?;
    let euis: Vec<&str> = orphans.iter().map(|one| one.dev_eui.as_str()).collect();
    let (action, name) = (
        format!("orphans.{verb}"),
        format!("{} orphans", orphans.len()),
    );
    let entry = Entry {
        action: &action,
        entity_type: "orphan",
        entity_name: Some(&name),
        new: Some(json!({ "dev_euis": euis })),
        ..Entry::default()
    };
    Ok(audit::append(tx.conn(), tenant, &maker.by, now, entry).await?)
}
