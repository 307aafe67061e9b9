//! Bays: what they are, what state they are in, and what overrides it.
//!
//! A code is unique among a site's living bays, whatever its case. A bay's state is a cache of one
//! pure function of its facts ([`parking_domain::bay_state`]): [`settle`] computes it again whenever
//! a fact changes, and a job does when a moment comes at which time alone changes it. Nobody sets a
//! state; people set overrides. A deleted bay keeps its rows and can be restored.
//! Tables: `spaces`, `overrides`, `state_changes`.

mod api;
mod closing;
mod jobs;
mod lamps;
mod reserved;
mod sensing;
mod serving;
mod state;
mod store;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use parking_access::audit::{self, By};
use parking_db::events;
use parking_db::{DbError, TenantTx};
use parking_domain::bays::{BayCode, BayKind};
use parking_domain::ids::fresh;
use parking_http::IfMatch;
use serde_json::{Map, Value, json};
use thiserror::Error;
use uuid::Uuid;

use crate::record::{Change, record};

pub use api::routes;
pub use jobs::{jobs, schedules};
pub use lamps::{DisplayStatus, LampBody, LookBody, ShownBody, TruthBody, lamps};
use reserved::call_off;
pub use sensing::{Effect, Sensed, coded, living, sensed};
pub use serving::forget_sensor;
use serving::release_devices;
pub use state::{
    Known, OverrideDraft, Watched, known, must_have_room, settle, settle_across, watched,
};
use state::{OPEN_MAX, OPEN_OF_TENANT_MAX};

/// The most bays one request makes, changes or deletes.
pub const BULK_MAX: usize = 2_000;

/// What people say of a bay.
#[derive(Clone, Debug, PartialEq)]
pub struct SpaceFields {
    /// What is painted on the ground.
    pub code: BayCode,
    /// A longer name.
    pub name: Option<String>,
    /// The floor it lies on.
    pub level_id: Option<Uuid>,
    /// The part of the site it lies in.
    pub zone_id: Option<Uuid>,
    /// Whom it is for.
    pub kind: BayKind,
    /// Degrees north.
    pub latitude: Option<f64>,
    /// Degrees east.
    pub longitude: Option<f64>,
    /// Its corners on the level's plan, x and y in turn.
    pub shape: Option<Vec<f64>>,
    /// Whether it can be booked.
    pub is_reservable: bool,
    /// After how long without a car a booking is released.
    pub auto_release_minutes: Option<i32>,
    /// What else the tenant keeps with it.
    pub metadata: Map<String, Value>,
}

/// A bay as it is kept.
#[derive(Clone, Debug)]
pub struct Space {
    /// Its identity.
    pub id: Uuid,
    /// Where it lies.
    pub site_id: Uuid,
    /// What people say of it.
    pub fields: SpaceFields,
    /// When it was deleted.
    pub deleted_at: Option<DateTime<Utc>>,
    /// How often it was changed.
    pub version: i64,
}

impl Space {
    /// A bay of which nothing is said but its code, in no site yet.
    fn blank(code: BayCode) -> Self {
        Self {
            id: Uuid::nil(),
            site_id: Uuid::nil(),
            fields: SpaceFields {
                code,
                name: None,
                level_id: None,
                zone_id: None,
                kind: BayKind::default(),
                latitude: None,
                longitude: None,
                shape: None,
                is_reservable: true,
                auto_release_minutes: None,
                metadata: Map::new(),
            },
            deleted_at: None,
            version: 0,
        }
    }

    /// The bay for the audit log.
    fn record(&self) -> Value {
        let fields = &self.fields;
        json!({
            "code": fields.code.as_str(), "site_id": self.site_id, "name": fields.name, "level_id": fields.level_id,
            "zone_id": fields.zone_id, "kind": fields.kind.name(), "latitude": fields.latitude,
            "longitude": fields.longitude, "shape": fields.shape, "is_reservable": fields.is_reservable,
            "auto_release_minutes": fields.auto_release_minutes, "metadata": fields.metadata,
        })
    }
}

/// Why a bay was not made or changed.
#[derive(Debug, Error)]
pub enum SpaceError {
    /// There is no such bay, or site, in this tenant.
    #[error("there is no such bay or site")]
    Absent,
    /// Other living bays of the site have these codes.
    #[error("codes are taken: {}", .0.join(", "))]
    CodesTaken(Vec<String>),
    /// The site has no such level.
    #[error("the site has no such level")]
    NoSuchLevel,
    /// The site has no such zone.
    #[error("the site has no such zone")]
    NoSuchZone,
    /// A shape needs a level to lie on.
    #[error("a bay without a level has no place on a plan")]
    ShapeWithoutLevel,
    /// So many bays the tenant may have.
    #[error("{0}")]
    LimitReached(String),
    /// Devices serve it.
    #[error("{0} devices serve it")]
    InUse(i64),
    /// Somebody has reserved it.
    #[error("{0} reservations of it are not over")]
    Reserved(i64),
    /// It, or the tenant, has as many overrides as it may have.
    #[error(
        "a bay has at most {OPEN_MAX} overrides that are not over, and all bays together {OPEN_OF_TENANT_MAX}"
    )]
    OverridesFull,
    /// Somebody changed it meanwhile.
    #[error("it was changed meanwhile")]
    Stale,
    /// The database refused.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Makes bays of one living site, all of them or none, and answers their ids in their order.
pub async fn create(
    tx: &mut TenantTx,
    by: &By,
    (site, drafts): (Uuid, &[SpaceFields]),
    now: DateTime<Utc>,
) -> Result<Vec<Uuid>, SpaceError> {
    if !store::hold_site(tx, site).await? {
        return Err(SpaceError::Absent);
    }
    let ids: Vec<Uuid> = drafts.iter().map(|_| fresh()).collect();
    let made = store::insert(tx, site, (&ids, drafts), now).await?;
    if made.len() < drafts.len() {
        let is_taken = |id: &Uuid| !made.contains(id);
        let pairs = ids.iter().zip(drafts);
        let taken = pairs.filter(|(id, _)| is_taken(id));
        return Err(SpaceError::CodesTaken(
            taken
                .map(|(_, draft)| draft.code.as_str().to_owned())
                .collect(),
        ));
    }
    let spaces: Vec<Space> = ids
        .iter()
        .zip(drafts)
        .map(|(id, fields)| Space {
            id: *id,
            site_id: site,
            fields: fields.clone(),
            deleted_at: None,
            version: 1,
        })
        .collect();
    let verb = "created";
    many_changed(tx, by, now, verb, &spaces, |space| {
        (None, Some(space.record()))
    })
    .await?;
    Ok(ids)
}

/// Changes bays that live, all of them or none: each becomes what `change` makes of it.
pub async fn change<E: From<SpaceError>>(
    tx: &mut TenantTx,
    by: &By,
    ids: &[Uuid],
    seen: &IfMatch,
    mut change: impl FnMut(&mut Space) -> Result<(), E>,
    now: DateTime<Utc>,
) -> Result<(), E> {
    let old = held(tx, ids, seen, true).await?;
    let mut new = old.clone();
    for space in &mut new {
        change(space)?;
    }
    let moved = old.iter().zip(&new);
    let moved = moved.filter(|(old, new)| old.site_id != new.site_id);
    hold_sites(tx, moved.map(|(_, new)| new.site_id)).await?;
    store::update(tx, &new, now).await?;
    let values: Vec<_> = old
        .iter()
        .zip(&new)
        .map(|(old, new)| audit::difference(&old.record(), &new.record()))
        .collect();
    let mut values = values.into_iter();
    let differences = |_: &Space| values.next().unwrap_or_default();
    many_changed(tx, by, now, "updated", &new, differences).await?;
    Ok(())
}

/// Deletes bays that live. Those that devices serve or somebody has reserved only if `force` takes the
/// devices off and calls the reservations off.
pub async fn delete(
    tx: &mut TenantTx,
    by: &By,
    (ids, seen): (&[Uuid], &IfMatch),
    force: bool,
    now: DateTime<Utc>,
) -> Result<(), SpaceError> {
    let spaces = held(tx, ids, seen, true).await?;
    let serving = store::serving::count(tx, ids).await?;
    if serving > 0 && !force {
        return Err(SpaceError::InUse(serving));
    }
    let reserved = store::reserved::count(tx, ids).await?;
    if reserved > 0 && !force {
        return Err(SpaceError::Reserved(reserved));
    }
    release_devices(tx, ids, now).await?;
    call_off(tx, by, ids, now).await?;
    store::set_deleted(tx, ids, Some(now), now).await?;
    many_changed(tx, by, now, "deleted", &spaces, |space| {
        (Some(space.record()), None)
    })
    .await
}

/// Brings deleted bays back; those that live stay.
pub async fn restore(
    tx: &mut TenantTx,
    by: &By,
    ids: &[Uuid],
    now: DateTime<Utc>,
) -> Result<(), SpaceError> {
    let spaces = held(tx, ids, &IfMatch::default(), false).await?;
    let gone: Vec<Space> = spaces
        .into_iter()
        .filter(|space| space.deleted_at.is_some())
        .collect();
    hold_sites(tx, gone.iter().map(|space| space.site_id)).await?;
    let ids: Vec<Uuid> = gone.iter().map(|space| space.id).collect();
    store::set_deleted(tx, &ids, None, now).await?;
    many_changed(tx, by, now, "restored", &gone, |space| {
        (None, Some(space.record()))
    })
    .await?;
    settle(tx.conn(), &ids, now).await?;
    Ok(())
}

/// Holds living sites until the end of the transaction, each once and in one order.
async fn hold_sites(
    tx: &mut TenantTx,
    sites: impl Iterator<Item = Uuid>,
) -> Result<(), SpaceError> {
    for site in sites.collect::<BTreeSet<_>>() {
        if !store::hold_site(tx, site).await? {
            return Err(SpaceError::Absent);
        }
    }
    Ok(())
}

/// Bays in the order of their ids, locked until the end of the transaction. Whoever locks bays and
/// devices locks the bays first.
pub async fn held(
    tx: &mut TenantTx,
    ids: &[Uuid],
    seen: &IfMatch,
    must_live: bool,
) -> Result<Vec<Space>, SpaceError> {
    let spaces = store::lock(tx, ids).await?;
    let is_here = |id: &Uuid| {
        let mut found = spaces.iter().filter(|space| space.id == *id);
        found.any(|space| !must_live || space.deleted_at.is_none())
    };
    if !ids.iter().all(is_here) {
        return Err(SpaceError::Absent);
    }
    for space in &spaces {
        seen.check(space.version).map_err(|_| SpaceError::Stale)?;
    }
    Ok(spaces)
}

/// One event and one entry a bay, or, of many at once, one of each for all of them.
pub async fn many_changed(
    tx: &mut TenantTx,
    by: &By,
    now: DateTime<Utc>,
    verb: &str,
    spaces: &[Space],
    mut values: impl FnMut(&Space) -> (Option<Value>, Option<Value>),
) -> Result<(), SpaceError> {
    let Some(first) = spaces.first() else {
        return Ok(());
    };
    if spaces.len() == 1 {
        let change = Change {
            kind: &format!("space.{verb}"),
            entity: "space",
            id: first.id,
            name: first.fields.code.as_str(),
            site: Some(first.site_id),
            values: values(first),
            reason: None,
        };
        return Ok(record(tx, by, now, change).await?);
    }
    let tenant = tx.tenant();
    let facts = |space: &Space| {
        let payload = json!({ "site_id": space.site_id, "name": space.fields.code.as_str() });
        (space.id.to_string(), payload)
    };
    let subjects: Vec<(String, Value)> = spaces.iter().map(facts).collect();
    let kind = format!("space.{verb}");
    events::append_many(tx.conn(), tenant, now, (&kind, "space"), &subjects).await?;
    let is_one_site = spaces.iter().all(|space| space.site_id == first.site_id);
    let (mut old, mut new) = (Map::new(), Map::new());
    for space in spaces {
        let (before, after) = values(space);
        let code = space.fields.code.as_str();
        // Two sites may have a bay of one code.
        let key = if is_one_site {
            code.to_owned()
        } else {
            format!("{code} of {}", space.site_id)
        };
        old.extend(before.map(|value| (key.clone(), value)));
        new.extend(after.map(|value| (key, value)));
    }
    let some = |map: Map<String, Value>| (!map.is_empty()).then_some(Value::Object(map));
    let entry = audit::Entry {
        action: &format!("spaces.{verb}"),
        entity_type: "site",
        entity_id: is_one_site.then(|| first.site_id.to_string()),
        entity_name: Some(&format!("{} bays", spaces.len())),
        old: some(old),
        new: some(new),
        reason: None,
    };
    Ok(audit::append(tx.conn(), tenant, by, now, entry).await?)
}
