//! Overrides: bays taken out of use for a while, one by one or many together, and put back.
//!
//! An override says of one bay that it is blocked or out of service, from when until when and why;
//! what the bay's state is then follows as always ([`spaces::settle`]), at once or when its time
//! comes. One that is over is history and stays as it was; to resume it is to make another. What has
//! begun has begun: its beginning is history too. A **closure** takes bays of a site out of use together:
//! one name, one window, one reason, changed and ended as one; what becomes of the reservations in its way
//! is said with it. A bay of it can be given back before the others, and not be changed by itself. Tables: `overrides`, which belongs to the bays, and
//! `closures`.

mod api;
mod closures;
mod store;
#[cfg(test)]
mod tests;

use chrono::{DateTime, Utc};
use parking_db::{DbError, TenantTx};
use parking_domain::bay_state::OverrideKind;
use parking_estate::spaces::{self, BULK_MAX, OverrideDraft, SpaceError};
use parking_estate::{Change, Maker, record};
use parking_http::IfMatch;
use serde_json::{Value, json};
use thiserror::Error;
use uuid::Uuid;

use crate::reservations::ClearError;

pub use api::routes;
pub use closures::{Closure, ClosureDraft};

/// An override as it is kept.
#[derive(Clone, Debug)]
pub struct Overriding {
    /// Whose it is.
    pub tenant_id: Uuid,
    /// Their name, when others look.
    pub tenant_name: String,
    /// Its identity.
    pub id: Uuid,
    /// Which bay, and what is painted on it.
    pub space: (Uuid, String),
    /// Where that lies.
    pub site: (Uuid, String),
    /// What it is part of.
    pub closure: Option<(Uuid, String)>,
    /// What people say of it.
    pub draft: OverrideDraft,
    /// Who made it.
    pub created_by: Option<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was ended before its time, and by whom.
    pub lifted_at: Option<DateTime<Utc>>,
    /// Who ended it.
    pub lifted_by: Option<String>,
    /// How often it was changed.
    pub version: i64,
}

/// Where an override or a closure stands in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Its time has not come.
    Planned,
    /// It holds.
    InForce,
    /// Its time is over, or somebody ended it.
    Over,
}

/// Which bays are meant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Target {
    /// These.
    pub spaces: Option<Vec<Uuid>>,
    /// Those of a site.
    pub site: Option<Uuid>,
    /// Those on a level.
    pub level: Option<Uuid>,
    /// Those in a zone.
    pub zone: Option<Uuid>,
}

/// Why an override or closure was not made or changed.
#[derive(Debug, Error)]
pub enum OverrideError {
    /// There is no such thing in this tenant.
    #[error("there is no such thing")]
    Absent,
    /// Nobody lives there.
    #[error("no bay is meant")]
    NoSpaces,
    /// More than one request changes.
    #[error("at most {BULK_MAX} bays at once")]
    TooMany,
    /// It is history.
    #[error("it is over, and stays as it was")]
    Over,
    /// It holds already.
    #[error("it has begun, and since when stays as it was")]
    Begun,
    /// It is changed with the others of its closure.
    #[error("it is part of the closure \"{0}\" and is changed with that")]
    Part(String),
    /// It would end before it begins, or has ended already.
    #[error("must lie in the future and after the start")]
    Window,
    /// Somebody changed it meanwhile.
    #[error("it was changed meanwhile")]
    Stale,
    /// Reservations are in the way.
    #[error(transparent)]
    Clear(ClearError),
    /// The bays refused.
    #[error(transparent)]
    Space(#[from] SpaceError),
    /// The database refused.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<ClearError> for OverrideError {
    fn from(error: ClearError) -> Self {
        match error {
            ClearError::Db(error) => error.into(),
            other => Self::Clear(other),
        }
    }
}

impl Stage {
    /// Every stage.
    pub const ALL: [Self; 3] = [Self::Planned, Self::InForce, Self::Over];

    /// The name in the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::InForce => "in_force",
            Self::Over => "over",
        }
    }

    /// Where something stands that was to hold from one moment until another.
    pub fn of(
        (starts_at, ends_at): (DateTime<Utc>, Option<DateTime<Utc>>),
        lifted_at: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Self {
        if lifted_at.is_some() || ends_at.is_some_and(|end| end <= now) {
            Self::Over
        } else if starts_at > now {
            Self::Planned
        } else {
            Self::InForce
        }
    }
}

impl Overriding {
    /// Where it stands.
    pub fn stage(&self, now: DateTime<Utc>) -> Stage {
        let window = (self.draft.starts_at, self.draft.ends_at);
        Stage::of(window, self.lifted_at, now)
    }
}

/// What people say of an override, for the audit log.
fn recorded(draft: &OverrideDraft) -> Value {
    json!({
        "kind": draft.kind.name(), "starts_at": draft.starts_at, "ends_at": draft.ends_at, "reason": draft.reason,
        "notes": draft.notes,
    })
}

/// Takes living bays out of use, all of them or none, and answers the overrides in the bays' order.
pub async fn create(
    tx: &mut TenantTx,
    maker: &Maker,
    target: &Target,
    draft: &OverrideDraft,
    now: DateTime<Utc>,
) -> Result<Vec<Uuid>, OverrideError> {
    let bays = meant(tx, target).await?;
    let held = spaces::held(tx, &bays, &IfMatch::default(), true).await?;
    let made = place(tx, (&bays, None), (draft, &maker.name), now).await?;
    let values = |_: &spaces::Space| (None, Some(recorded(draft)));
    spaces::many_changed(tx, &maker.by, now, "overridden", &held, values).await?;
    Ok(made)
}

/// Writes overrides of bays that the caller holds, and settles the bays.
async fn place(
    tx: &mut TenantTx,
    (bays, closure): (&[Uuid], Option<Uuid>),
    (draft, maker): (&OverrideDraft, &str),
    now: DateTime<Utc>,
) -> Result<Vec<Uuid>, OverrideError> {
    let made = store::insert(tx, (bays, closure), (draft, maker), now).await?;
    spaces::must_have_room(tx, bays, now).await?;
    spaces::settle(tx.conn(), bays, now).await?;
    Ok(made)
}

/// The living bays that are meant, in the order of their ids; not none, and not too many.
async fn meant(tx: &mut TenantTx, target: &Target) -> Result<Vec<Uuid>, OverrideError> {
    let limit = i64::try_from(BULK_MAX).unwrap_or(i64::MAX) + 1;
    let bays = match &target.spaces {
        Some(spaces) => {
            let mut spaces = spaces.clone();
            spaces.sort_unstable();
            spaces.dedup();
            spaces
        }
        None => store::living(tx, target, limit).await?,
    };
    match bays.len() {
        0 => Err(OverrideError::NoSpaces),
        n if n > BULK_MAX => Err(OverrideError::TooMany),
        _ => Ok(bays),
    }
}

/// Changes an override that is not over: what people say of it becomes what `change` makes of it.
pub async fn change<E: From<OverrideError>>(
    tx: &mut TenantTx,
    maker: &Maker,
    (id, seen): (Uuid, &IfMatch),
    change: impl FnOnce(&mut OverrideDraft) -> Result<(), E>,
    now: DateTime<Utc>,
) -> Result<Overriding, E> {
    let (old, space) = held(tx, id, seen).await?;
    if old.stage(now) == Stage::Over {
        return Err(OverrideError::Over.into());
    }
    if let Some((_, name)) = old.closure {
        return Err(OverrideError::Part(name).into());
    }
    let mut draft = old.draft.clone();
    change(&mut draft)?;
    must_keep_history(&old.draft, &mut draft, now)?;
    let written = async |tx: &mut TenantTx| -> Result<Overriding, OverrideError> {
        store::update(tx, &[id], &draft, now).await?;
        spaces::settle(tx.conn(), &[space.id], now).await?;
        let new = found(tx, id).await?;
        let values = parking_access::audit::difference(&recorded(&old.draft), &recorded(&draft));
        let change = Change {
            kind: "space.override_changed",
            entity: "space",
            id: space.id,
            name: space.fields.code.as_str(),
            site: Some(space.site_id),
            values,
            reason: None,
        };
        record(tx, &maker.by, now, change).await?;
        Ok(new)
    };
    Ok(written(tx).await?)
}

/// Refuses to have something begin at another time that has begun, and to have it end before now. What
/// has not begun begins now at the earliest.
fn must_keep_history(
    old: &OverrideDraft,
    new: &mut OverrideDraft,
    now: DateTime<Utc>,
) -> Result<(), OverrideError> {
    if new.starts_at != old.starts_at {
        if old.starts_at <= now {
            return Err(OverrideError::Begun);
        }
        new.starts_at = new.starts_at.max(now);
    }
    must_last(new, now)
}

/// Refuses a window that is over before it is written down.
fn must_last(draft: &OverrideDraft, now: DateTime<Utc>) -> Result<(), OverrideError> {
    let begins = draft.starts_at.max(now);
    if draft.ends_at.is_some_and(|end| end <= begins) {
        return Err(OverrideError::Window);
    }
    Ok(())
}

/// Overrides that were ended, and their bays, each once.
#[derive(Clone, Debug, Default)]
pub struct Ended {
    /// Which.
    pub overrides: Vec<Uuid>,
    /// Which bays are back, unless others keep them out of use.
    pub bays: Vec<Uuid>,
}

/// Ends overrides before their time, all of them or none; those that are over stay so.
pub async fn end(
    tx: &mut TenantTx,
    maker: &Maker,
    ids: &[Uuid],
    now: DateTime<Utc>,
) -> Result<Ended, OverrideError> {
    let mut bays = store::spaces_of(tx, ids).await?;
    let mut wanted = ids.to_vec();
    wanted.sort_unstable();
    wanted.dedup();
    if bays.len() < wanted.len() {
        return Err(OverrideError::Absent);
    }
    bays.sort_unstable();
    bays.dedup();
    // A bay that was deleted since is out of use anyway.
    let held = spaces::held(tx, &bays, &IfMatch::default(), false).await?;
    let lifted = store::lift(tx, &wanted, &maker.name, now).await?;
    let (overrides, mut bays): (Vec<Uuid>, Vec<Uuid>) = lifted.into_iter().unzip();
    bays.sort_unstable();
    bays.dedup();
    spaces::settle(tx.conn(), &bays, now).await?;
    let released: Vec<spaces::Space> = held
        .into_iter()
        .filter(|space| bays.contains(&space.id))
        .collect();
    let values = |_: &spaces::Space| (Some(json!({ "overrides": 1 })), None);
    spaces::many_changed(tx, &maker.by, now, "released", &released, values).await?;
    Ok(Ended { overrides, bays })
}

/// Takes bays out of use again whose overrides were ended before their time, all of them or none, until
/// they would have ended; what is out of use as before stays so. What was between is history.
pub async fn resume(
    tx: &mut TenantTx,
    maker: &Maker,
    ids: &[Uuid],
    now: DateTime<Utc>,
) -> Result<Vec<Uuid>, OverrideError> {
    let mut bays = store::spaces_of(tx, ids).await?;
    let mut wanted = ids.to_vec();
    wanted.sort_unstable();
    wanted.dedup();
    if bays.len() < wanted.len() {
        return Err(OverrideError::Absent);
    }
    bays.sort_unstable();
    bays.dedup();
    let held = spaces::held(tx, &bays, &IfMatch::default(), true).await?;
    let made = store::resume(tx, &wanted, &maker.name, now).await?;
    let (made, bays): (Vec<Uuid>, Vec<Uuid>) = made.into_iter().unzip();
    spaces::settle(tx.conn(), &bays, now).await?;
    let again: Vec<spaces::Space> = held
        .into_iter()
        .filter(|space| bays.contains(&space.id))
        .collect();
    let values = |_: &spaces::Space| (None, Some(json!({ "overrides": 1 })));
    spaces::many_changed(tx, &maker.by, now, "overridden", &again, values).await?;
    Ok(made)
}

/// An override and its bay, both held until the end of the transaction.
async fn held(
    tx: &mut TenantTx,
    id: Uuid,
    seen: &IfMatch,
) -> Result<(Overriding, spaces::Space), OverrideError> {
    let space = found(tx, id).await?.space.0;
    let spaces = spaces::held(tx, &[space], &IfMatch::default(), true).await;
    let mut spaces = spaces.map_err(|error| match error {
        SpaceError::Absent => OverrideError::Over,
        other => other.into(),
    })?;
    let one = found(tx, id).await?;
    seen.check(one.version).map_err(|_| OverrideError::Stale)?;
    let space = spaces.pop().ok_or(OverrideError::Absent)?;
    Ok((one, space))
}

async fn found(tx: &mut TenantTx, id: Uuid) -> Result<Overriding, OverrideError> {
    let found = store::find(tx.conn(), id).await?;
    found.ok_or(OverrideError::Absent)
}

/// The word for how a bay is out of use.
fn kind(name: &str) -> OverrideKind {
    name.parse().unwrap_or(OverrideKind::OutOfService)
}
