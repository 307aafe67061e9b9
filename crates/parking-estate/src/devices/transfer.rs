//! Handing a device from one tenant to another, by those who run the installation.
//!
//! What the old tenant said of it and where it served there stays with them, as an archived device;
//! the other tenant gets one of its own with what is true of the thing itself: its DevEUI, its key,
//! its model. An own model stays behind too, and the one of the catalogue it is based on goes along.

use chrono::{DateTime, Utc};
use parking_db::{DbError, PlatformTx};
use parking_domain::ids::{TenantId, fresh};
use serde_json::{Value, json};
use thiserror::Error;
use uuid::Uuid;

use super::store::transfer::{self as store, Movable};
use super::{DeviceError, store as devices};
use crate::record::{Change, Maker, record_in};

/// What stands in the way of a transfer.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Blocker {
    /// It serves a bay.
    #[error("it serves bay {0}; unassign it first")]
    Assigned(String),
    /// It is there already.
    #[error("it belongs to that tenant already")]
    SameTenant,
    /// The platform's own tenant has no estate.
    #[error("the platform's tenant has no devices of its own")]
    PlatformTenant,
    /// There is no such tenant.
    #[error("there is no such tenant")]
    NoSuchTenant,
    /// The tenant is not in use.
    #[error("the tenant is {0}")]
    TenantNotActive(String),
    /// The tenant has as many devices as it may.
    #[error("the tenant's limit of {0} devices is reached")]
    LimitReached(i32),
}

impl Blocker {
    /// A word that programs can compare.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Assigned(_) => "assigned",
            Self::SameTenant => "same_tenant",
            Self::PlatformTenant => "platform_tenant",
            Self::NoSuchTenant => "no_such_tenant",
            Self::TenantNotActive(_) => "tenant_not_active",
            Self::LimitReached(_) => "limit_reached",
        }
    }
}

/// A transfer that was made, or could be, or could not.
#[derive(Clone, Debug)]
pub struct Transfer {
    /// Whose the device is, or was.
    pub from: Uuid,
    /// What stands in the way.
    pub blockers: Vec<Blocker>,
    /// The device of the other tenant, if it was made.
    pub device: Option<Uuid>,
}

/// A wish to hand a device to another tenant.
#[derive(Clone, Debug)]
pub struct TransferDraft {
    /// Which device.
    pub device: Uuid,
    /// To whom.
    pub to: TenantId,
    /// Only to be told what stands in the way.
    pub is_dry_run: bool,
    /// Why.
    pub reason: Option<String>,
}

/// Hands a device to another tenant, unless something stands in the way.
pub async fn transfer(
    tx: &mut PlatformTx,
    maker: &Maker,
    draft: &TransferDraft,
    now: DateTime<Utc>,
) -> Result<Transfer, DeviceError> {
    let to = draft.to;
    // In the order of all: the tenant, the orphan, the device, what they are counted in.
    let status = store::hold_tenant(tx, to).await?;
    if !draft.is_dry_run {
        store::forget_orphan(tx, (draft.device, to)).await?;
    }
    let device = store::lock(tx, draft.device)
        .await?
        .ok_or(DeviceError::Absent)?;
    let usage = store::hold_usage(tx, [device.tenant_id, to.0]).await?;
    let mut blockers = Vec::new();
    blockers.extend(device.serves.clone().map(Blocker::Assigned));
    match status {
        _ if to.0 == device.tenant_id => blockers.push(Blocker::SameTenant),
        _ if to.is_platform() => blockers.push(Blocker::PlatformTenant),
        None => blockers.push(Blocker::NoSuchTenant),
        Some(status) if status != "active" => blockers.push(Blocker::TenantNotActive(status)),
        Some(_) => {}
    }
    let of_other = usage.iter().find(|usage| usage.tenant_id == to.0);
    if let Some(usage) = of_other.filter(|usage| usage.used >= usage.max) {
        blockers.push(Blocker::LimitReached(usage.max));
    }
    let mut outcome = Transfer {
        from: device.tenant_id,
        blockers,
        device: None,
    };
    if outcome.blockers.is_empty() && !draft.is_dry_run {
        let id = fresh();
        store::hand_over(tx, &device, (to, id), now)
            .await
            .map_err(devices::refused)?;
        recorded(tx, maker, (&device, id), draft, now).await?;
        outcome.device = Some(id);
    }
    Ok(outcome)
}

/// Records it in both tenants, in the order in which their logs are locked everywhere.
async fn recorded(
    tx: &mut PlatformTx,
    maker: &Maker,
    (device, made): (&Movable, Uuid),
    draft: &TransferDraft,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let what: Value = json!({ "dev_eui": device.dev_eui, "model": device.base_model });
    // What the old tenant called it is theirs.
    let gone = (
        TenantId(device.tenant_id),
        "device.transferred",
        device.id,
        (Some(what.clone()), None),
    );
    let come = (draft.to, "device.received", made, (None, Some(what)));
    let mut both = [gone, come];
    both.sort_by_key(|(tenant, ..)| *tenant);
    for (tenant, kind, id, values) in both {
        let change = Change {
            kind,
            entity: "device",
            id,
            name: &device.dev_eui,
            site: None,
            values,
            reason: draft.reason.as_deref(),
        };
        record_in(tx.conn(), tenant, &maker.by, now, change).await?;
    }
    Ok(())
}
