//! Closures: bays of a site taken out of use together for a while, as one thing.

use chrono::{DateTime, Utc};
use parking_access::audit;
use parking_db::TenantTx;
use parking_domain::ids::fresh;
use parking_http::IfMatch;
use serde_json::{Value, json};
use uuid::Uuid;

use super::store::closures as store;
use super::{OverrideError, Stage, Target, meant, must_last, place, recorded};
use crate::record::{Change, Maker, record};
use crate::sites::{self, SiteError};
use crate::spaces::{self, OverrideDraft};

/// What people say of a closure.
#[derive(Clone, Debug)]
pub struct ClosureDraft {
    /// What it is called.
    pub name: String,
    /// How, from when until when and why; it always ends.
    pub draft: OverrideDraft,
}

/// A closure as it is kept.
#[derive(Clone, Debug)]
pub struct Closure {
    /// Whose it is.
    pub tenant_id: Uuid,
    /// Their name, when others look.
    pub tenant_name: String,
    /// Its identity.
    pub id: Uuid,
    /// Whose bays.
    pub site: (Uuid, String),
    /// What people say of it.
    pub fields: ClosureDraft,
    /// How many bays it closes, or closed.
    pub spaces: i64,
    /// Who made it.
    pub created_by: Option<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    pub updated_at: DateTime<Utc>,
    /// When somebody ended it before its time.
    pub ended_at: Option<DateTime<Utc>>,
    /// Who.
    pub ended_by: Option<String>,
    /// How often it was changed.
    pub version: i64,
}

impl Closure {
    /// Where it stands.
    pub fn stage(&self, now: DateTime<Utc>) -> Stage {
        let draft = &self.fields.draft;
        Stage::of((draft.starts_at, draft.ends_at), self.ended_at, now)
    }

    /// The closure for the audit log.
    fn record(&self) -> Value {
        let mut record = recorded(&self.fields.draft);
        record["name"] = json!(self.fields.name);
        record["spaces"] = json!(self.spaces);
        record
    }
}

/// Closes living bays of a site for a while; when it is over they are back by themselves.
pub(super) async fn create(
    tx: &mut TenantTx,
    maker: &Maker,
    (site, target): (Uuid, &Target),
    fields: &ClosureDraft,
    now: DateTime<Utc>,
) -> Result<Closure, OverrideError> {
    match sites::held(tx, site, &IfMatch::default()).await {
        Ok(_) => {}
        Err(SiteError::Db(error)) => return Err(error.into()),
        Err(_) => return Err(OverrideError::Absent),
    }
    let bays = meant(tx, target).await?;
    let held = spaces::held(tx, &bays, &IfMatch::default(), true).await?;
    if held.iter().any(|space| space.site_id != site) {
        return Err(OverrideError::Absent);
    }
    let id = fresh();
    store::insert(tx, (id, site), (fields, &maker.name), now).await?;
    place(tx, (&bays, Some(id)), (&fields.draft, &maker.name), now).await?;
    let closure = found(tx, id).await?;
    let values = (None, Some(closure.record()));
    changed(tx, maker, now, ("closure.created", &closure), values).await?;
    Ok(closure)
}

/// Changes a closure that is not over, with all its bays.
pub(super) async fn change<E: From<OverrideError>>(
    tx: &mut TenantTx,
    maker: &Maker,
    (id, seen): (Uuid, &IfMatch),
    change: impl FnOnce(&mut ClosureDraft) -> Result<(), E>,
    now: DateTime<Utc>,
) -> Result<Closure, E> {
    let old = held(tx, id, seen, now).await?;
    let mut fields = old.fields.clone();
    change(&mut fields)?;
    must_last(&fields.draft, now)?;
    let written = async |tx: &mut TenantTx| -> Result<Closure, OverrideError> {
        let (overrides, bays) = hold_bays(tx, id).await?;
        store::update(tx, id, &fields, now).await?;
        super::store::update(tx, &overrides, &fields.draft).await?;
        spaces::settle(tx.conn(), &bays, now).await?;
        let new = found(tx, id).await?;
        let values = audit::difference(&old.record(), &new.record());
        changed(tx, maker, now, ("closure.updated", &new), values).await?;
        Ok(new)
    };
    Ok(written(tx).await?)
}

/// Ends a closure before its time: its bays are back at once.
pub(super) async fn end(
    tx: &mut TenantTx,
    maker: &Maker,
    (id, seen): (Uuid, &IfMatch),
    now: DateTime<Utc>,
) -> Result<Closure, OverrideError> {
    held(tx, id, seen, now).await?;
    let (overrides, bays) = hold_bays(tx, id).await?;
    store::end(tx, id, &maker.name, now).await?;
    super::store::lift(tx, &overrides, &maker.name, now).await?;
    spaces::settle(tx.conn(), &bays, now).await?;
    let closure = found(tx, id).await?;
    let values = (Some(json!({ "spaces": closure.spaces })), None);
    changed(tx, maker, now, ("closure.ended", &closure), values).await?;
    Ok(closure)
}

/// The overrides of a closure that nobody ended, and their bays, held in the order of their ids.
async fn hold_bays(tx: &mut TenantTx, id: Uuid) -> Result<(Vec<Uuid>, Vec<Uuid>), OverrideError> {
    let (overrides, mut bays) = store::parts(tx, id).await?;
    bays.sort_unstable();
    bays.dedup();
    spaces::held(tx, &bays, &IfMatch::default(), false).await?;
    Ok((overrides, bays))
}

/// A closure that is not over, held until the end of the transaction.
async fn held(
    tx: &mut TenantTx,
    id: Uuid,
    seen: &IfMatch,
    now: DateTime<Utc>,
) -> Result<Closure, OverrideError> {
    store::lock(tx, id).await?;
    let closure = found(tx, id).await?;
    seen.check(closure.version)
        .map_err(|_| OverrideError::Stale)?;
    if closure.stage(now) == Stage::Over {
        return Err(OverrideError::Over);
    }
    Ok(closure)
}

async fn found(tx: &mut TenantTx, id: Uuid) -> Result<Closure, OverrideError> {
    let found = store::find(tx.conn(), id).await?;
    found.ok_or(OverrideError::Absent)
}

async fn changed(
    tx: &mut TenantTx,
    maker: &Maker,
    now: DateTime<Utc>,
    (kind, closure): (&str, &Closure),
    values: (Option<Value>, Option<Value>),
) -> Result<(), OverrideError> {
    let change = Change {
        kind,
        entity: "closure",
        id: closure.id,
        name: &closure.fields.name,
        site: Some(closure.site.0),
        values,
        reason: Some(&closure.fields.draft.reason),
    };
    Ok(record(tx, &maker.by, now, change).await?)
}
