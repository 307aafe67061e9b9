//! The levels and zones of a site: names that bays carry, each site's its own.

use chrono::{DateTime, Utc};
use parking_access::audit::{self, By};
use parking_db::TenantTx;
use parking_domain::ids::fresh;
use parking_http::IfMatch;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{SiteError, held, store};
use crate::record::{Change, record};

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PartKind {
    /// A floor or deck.
    Level,
    /// A named part, across or within levels.
    Zone,
}

impl PartKind {
    /// Its name in events, the audit log and, with an s, the database.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Level => "level",
            Self::Zone => "zone",
        }
    }
}

/// A level or zone.
#[derive(Clone, Debug)]
pub(super) struct Part {
    /// Its identity.
    pub id: Uuid,
    /// Whose part it is.
    pub site_id: Uuid,
    /// What people call it.
    pub name: String,
    /// Where a level stands, from the bottom up; zones have no order.
    pub ordinal: i32,
    /// Bays that carry it, where they were counted.
    pub spaces: Option<i64>,
    /// Whether a level has a plan.
    pub has_plan: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    pub updated_at: DateTime<Utc>,
    /// How often it was changed.
    pub version: i64,
}

impl Part {
    fn record(&self, kind: PartKind) -> Value {
        let mut record = json!({ "name": self.name, "site_id": self.site_id });
        if kind == PartKind::Level {
            record["ordinal"] = json!(self.ordinal);
        }
        record
    }
}

/// What a level or zone is to be.
#[derive(Clone, Debug)]
pub(super) struct PartFields {
    /// What people call it.
    pub name: String,
    /// Where a level stands.
    pub ordinal: i32,
}

/// Makes a part of a living site.
pub(super) async fn create(
    tx: &mut TenantTx,
    by: &By,
    (kind, site): (PartKind, Uuid),
    fields: &PartFields,
    now: DateTime<Utc>,
) -> Result<Part, SiteError> {
    held(tx, site, &IfMatch::default()).await?;
    let id = fresh();
    store::parts::insert(tx, kind, (id, site), fields, now).await?;
    let part = found(tx, kind, id).await?;
    let values = (None, Some(part.record(kind)));
    changed(tx, by, now, kind, (&part, "created"), values).await?;
    Ok(part)
}

/// Changes a part.
pub(super) async fn change(
    tx: &mut TenantTx,
    by: &By,
    (kind, id, seen): (PartKind, Uuid, &IfMatch),
    (name, ordinal): (Option<String>, Option<i32>),
    now: DateTime<Utc>,
) -> Result<Part, SiteError> {
    let old = locked(tx, kind, id, seen).await?;
    let fields = PartFields {
        name: name.unwrap_or_else(|| old.name.clone()),
        ordinal: ordinal.unwrap_or(old.ordinal),
    };
    store::parts::update(tx, kind, id, &fields, now).await?;
    let part = found(tx, kind, id).await?;
    let values = audit::difference(&old.record(kind), &part.record(kind));
    changed(tx, by, now, kind, (&part, "updated"), values).await?;
    Ok(part)
}

/// Deletes a part that no living bay carries; deleted bays lose it.
pub(super) async fn delete(
    tx: &mut TenantTx,
    by: &By,
    (kind, id, seen): (PartKind, Uuid, &IfMatch),
    now: DateTime<Utc>,
) -> Result<(), SiteError> {
    let part = locked(tx, kind, id, seen).await?;
    if let Some(spaces @ 1..) = part.spaces {
        return Err(SiteError::InUse(spaces));
    }
    store::parts::delete(tx, kind, id).await?;
    let values = (Some(part.record(kind)), None);
    changed(tx, by, now, kind, (&part, "deleted"), values).await
}

async fn locked(
    tx: &mut TenantTx,
    kind: PartKind,
    id: Uuid,
    seen: &IfMatch,
) -> Result<Part, SiteError> {
    let part = store::parts::lock(tx, kind, id)
        .await?
        .ok_or(SiteError::Absent)?;
    seen.check(part.version).map_err(|_| SiteError::Stale)?;
    Ok(part)
}

async fn found(tx: &mut TenantTx, kind: PartKind, id: Uuid) -> Result<Part, SiteError> {
    store::parts::find(tx.conn(), kind, id)
        .await?
        .ok_or(SiteError::Absent)
}

async fn changed(
    tx: &mut TenantTx,
    by: &By,
    now: DateTime<Utc>,
    kind: PartKind,
    (part, verb): (&Part, &str),
    values: (Option<Value>, Option<Value>),
) -> Result<(), SiteError> {
    let change = Change {
        kind: &format!("{}.{verb}", kind.name()),
        entity: kind.name(),
        id: part.id,
        name: &part.name,
        site: Some(part.site_id),
        values,
        reason: None,
    };
    Ok(record(tx, by, now, change).await?)
}
