//! Closures: bays of a site taken out of use together for a while, as one thing.

use chrono::{DateTime, Utc};
use parking_access::audit;
use parking_db::TenantTx;
use parking_domain::ids::fresh;
use parking_domain::reservations::Slot;
use parking_estate::sites::{self, SiteError};
use parking_estate::spaces::{self, OverrideDraft};
use parking_estate::{Change, Maker, record};
use parking_http::IfMatch;
use serde_json::{Value, json};
use uuid::Uuid;

use super::store::closures as store;
use super::{OverrideError, Stage, Target, meant, must_keep_history, place, recorded};
use crate::reservations::{Cleared, Clearing, Ground, clear};

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

impl ClosureDraft {
    /// From when until when.
    fn window(&self) -> Slot {
        let draft = &self.draft;
        Slot {
            start: draft.starts_at,
            end: draft.ends_at.unwrap_or(DateTime::<Utc>::MAX_UTC),
        }
    }
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

/// Closes living bays of a site for a while, once they are clear of reservations; when it is over they
/// are back by themselves.
pub(super) async fn create(
    tx: &mut TenantTx,
    maker: &Maker,
    (site, target): (Uuid, &Target),
    (fields, how): (&ClosureDraft, Clearing),
    now: DateTime<Utc>,
) -> Result<(Closure, Cleared), OverrideError> {
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
    let ground = Ground {
        bays: &bays,
        window: fields.window(),
        before: None,
    };
    let because = (how, fields.draft.reason.as_str());
    let cleared = clear(tx, maker, ground, because, now).await?;
    let closure = found(tx, id).await?;
    let values = (None, Some(with(closure.record(), &cleared)));
    changed(tx, maker, now, ("closure.created", &closure), values).await?;
    Ok((closure, cleared))
}

/// What is written of a closure, with what became of the reservations in its way.
fn with(mut record: Value, cleared: &Cleared) -> Value {
    for (word, count) in [
        ("moved", cleared.moved.len()),
        ("cancelled", cleared.cancelled.len()),
    ] {
        if count > 0 {
            record[word] = json!(count);
        }
    }
    record
}

/// Changes a closure that is not over, with all its bays, once they are clear of the reservations that
/// come into its way.
pub(super) async fn change<E: From<OverrideError>>(
    tx: &mut TenantTx,
    maker: &Maker,
    (id, seen): (Uuid, &IfMatch),
    (change, how): (impl FnOnce(&mut ClosureDraft) -> Result<(), E>, Clearing),
    now: DateTime<Utc>,
) -> Result<(Closure, Cleared), E> {
    let old = held(tx, id, seen, now).await?;
    let mut fields = old.fields.clone();
    change(&mut fields)?;
    must_keep_history(&old.fields.draft, &mut fields.draft, now)?;
    let written = async |tx: &mut TenantTx| -> Result<(Closure, Cleared), OverrideError> {
        let (overrides, bays) = hold_bays(tx, id, now).await?;
        store::update(tx, id, &fields, now).await?;
        super::store::update(tx, &overrides, &fields.draft, now).await?;
        spaces::settle(tx.conn(), &bays, now).await?;
        let window = fields.window();
        let ground = Ground {
            bays: &bays,
            // What was before now is nobody's any more.
            window: Slot {
                start: window.start.max(now),
                ..window
            },
            before: Some(old.fields.window()),
        };
        let because = (how, fields.draft.reason.as_str());
        let cleared = clear(tx, maker, ground, because, now).await?;
        let new = found(tx, id).await?;
        let values = audit::difference(&old.record(), &with(new.record(), &cleared));
        changed(tx, maker, now, ("closure.updated", &new), values).await?;
        Ok((new, cleared))
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
    let (overrides, bays) = hold_bays(tx, id, now).await?;
    store::end(tx, id, &maker.name, now).await?;
    super::store::lift(tx, &overrides, &maker.name, now).await?;
    spaces::settle(tx.conn(), &bays, now).await?;
    let closure = found(tx, id).await?;
    let values = (Some(json!({ "spaces": closure.spaces })), None);
    changed(tx, maker, now, ("closure.ended", &closure), values).await?;
    Ok(closure)
}

/// Closes again what somebody ended before its time, until it would have ended, once its bays are clear
/// of reservations. A closure that nobody ended stays as it is.
pub(super) async fn resume(
    tx: &mut TenantTx,
    maker: &Maker,
    (id, seen): (Uuid, &IfMatch),
    how: Clearing,
    now: DateTime<Utc>,
) -> Result<(Closure, Cleared), OverrideError> {
    store::lock(tx, id).await?;
    let old = found(tx, id).await?;
    seen.check(old.version).map_err(|_| OverrideError::Stale)?;
    let mut draft = old.fields.draft.clone();
    if draft.ends_at.is_some_and(|end| end <= now) {
        return Err(OverrideError::Over);
    }
    let Some(ended_at) = old.ended_at else {
        return Ok((old, Cleared::default()));
    };
    let bays = store::given_back(tx, id, ended_at).await?;
    spaces::held(tx, &bays, &IfMatch::default(), false).await?;
    store::resume(tx, id, now).await?;
    draft.starts_at = draft.starts_at.max(now);
    place(tx, (&bays, Some(id)), (&draft, &maker.name), now).await?;
    let ground = Ground {
        bays: &bays,
        window: Slot {
            start: draft.starts_at,
            ..old.fields.window()
        },
        before: None,
    };
    let cleared = clear(tx, maker, ground, (how, &draft.reason), now).await?;
    let new = found(tx, id).await?;
    let values = (
        Some(json!({ "ended_at": ended_at })),
        Some(with(json!({ "ended_at": null }), &cleared)),
    );
    changed(tx, maker, now, ("closure.updated", &new), values).await?;
    Ok((new, cleared))
}

/// The overrides of a closure that are not over, and their bays, held in the order of their ids.
async fn hold_bays(
    tx: &mut TenantTx,
    id: Uuid,
    now: DateTime<Utc>,
) -> Result<(Vec<Uuid>, Vec<Uuid>), OverrideError> {
    let (overrides, mut bays) = store::parts(tx, id, now).await?;
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
