//! Deleting a site that has bays: they move to another one, or go with it.

use chrono::{DateTime, Utc};
use parking_access::audit::By;
use parking_db::TenantTx;
use parking_http::{ApiError, IfMatch};
use uuid::Uuid;

use super::{change, delete, held, store};
use crate::sites;

/// What becomes of the bays of a site that is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// There must be none.
    None,
    /// They move to another site, off their levels and zones.
    Move(Uuid),
    /// They are deleted, and the devices that serve them are free.
    Delete,
}

/// Deletes a site, after its bays have met their fate.
pub(super) async fn close_site(
    tx: &mut TenantTx,
    by: &By,
    (id, seen): (Uuid, &IfMatch),
    fate: Fate,
    now: DateTime<Utc>,
) -> Result<(), ApiError> {
    sites::hold_count(tx).await?;
    sites::held(tx, id, seen).await?;
    let none = IfMatch::default();
    if fate != Fate::None {
        // All at once and in the order in which everybody locks them: each step below writes to the
        // log, and whoever holds that waits for nothing.
        let bays = store::living_of_site(tx, id).await?;
        held(tx, &bays, &none, true).await?;
        if fate == Fate::Delete {
            store::serving::hold(tx, &bays).await?;
        }
        store::hold_gateways(tx, id).await?;
        match fate {
            Fate::Move(to) => {
                let relocate = |space: &mut super::Space| -> Result<(), ApiError> {
                    space.site_id = to;
                    (space.fields.level_id, space.fields.zone_id) = (None, None);
                    space.fields.shape = None;
                    Ok(())
                };
                change(tx, by, &bays, &none, relocate, now).await?;
            }
            Fate::Delete | Fate::None => delete(tx, by, (&bays, &none), true, now).await?,
        }
        let to = match fate {
            Fate::Move(to) => Some(to),
            Fate::Delete | Fate::None => None,
        };
        store::move_gateways(tx, id, to, now).await?;
    }
    Ok(sites::delete(tx, by, (id, seen), now).await?)
}
