//! The drawing of a level: recognised by its content, cleaned, kept as it will be shown.

use chrono::{DateTime, Utc};
use parking_access::audit::By;
use parking_db::TenantTx;
use parking_domain::plan_files::PlanFile;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::parts::PartKind;
use super::{SiteError, store};
use crate::record::{Change, record};

/// The largest drawing, in bytes.
pub(super) const PLAN_BYTES_MAX: usize = 10 * 1024 * 1024;

/// A drawing as it is kept.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) media_type: String,
    pub(super) image: Vec<u8>,
    pub(super) sha256: Vec<u8>,
}

/// Gives a level its drawing, in place of the one it had.
pub(super) async fn draw(
    tx: &mut TenantTx,
    by: &By,
    (level, file): (Uuid, &PlanFile),
    now: DateTime<Utc>,
) -> Result<(), SiteError> {
    let part = store::parts::lock(tx, PartKind::Level, level)
        .await?
        .ok_or(SiteError::Absent)?;
    let sha256 = Sha256::digest(&file.bytes);
    store::plans::put(tx, level, (file, &sha256), now).await?;
    let new = json!({
        "media_type": file.format.media_type(), "width": file.width, "height": file.height, "bytes": file.bytes.len(),
    });
    changed(
        tx,
        by,
        now,
        (level, &part.name, part.site_id),
        "level.plan_drawn",
        (None, Some(new)),
    )
    .await
}

/// Takes a level's drawing away; the outlines of its bays stay for the next one.
pub(super) async fn erase(
    tx: &mut TenantTx,
    by: &By,
    level: Uuid,
    now: DateTime<Utc>,
) -> Result<(), SiteError> {
    let part = store::parts::lock(tx, PartKind::Level, level)
        .await?
        .ok_or(SiteError::Absent)?;
    if !store::plans::delete(tx, level).await? {
        return Err(SiteError::Absent);
    }
    let old = Some(json!({ "plan": true }));
    changed(
        tx,
        by,
        now,
        (level, &part.name, part.site_id),
        "level.plan_erased",
        (old, None),
    )
    .await
}

async fn changed(
    tx: &mut TenantTx,
    by: &By,
    now: DateTime<Utc>,
    (id, name, site): (Uuid, &str, Uuid),
    kind: &str,
    values: (Option<Value>, Option<Value>),
) -> Result<(), SiteError> {
    let change = Change {
        kind,
        entity: "level",
        id,
        name,
        site: Some(site),
        values,
        reason: None,
    };
    Ok(record(tx, by, now, change).await?)
}
