//! Acting again on messages that came to nothing: their device has been claimed since, has a bay or
//! another model now, or what reads it has been mended.
//!
//! What a message did once it does not do again: a bay believes nothing older than what it knows,
//! and what is counted was counted the first time.

use chrono::{DateTime, Utc};
use parking_db::{Db, DbError, Reason};
use parking_domain::ids::TenantId;
use uuid::Uuid;

use super::store;

/// Messages in one transaction.
const PORTION: i64 = 1_000;

/// Has the messages wait again that came since an instant and came to nothing, of one tenant or of
/// all, and says how many. A running server acts on them when it
/// has acted on all that is new.
pub async fn replay(
    db: &Db,
    tenant: Option<TenantId>,
    since: DateTime<Utc>,
) -> Result<u64, DbError> {
    let tenant = tenant.map(|tenant| tenant.0);
    let mut after = (tenant.unwrap_or_default(), Uuid::nil());
    let mut count = 0;
    loop {
        let mut tx = db.platform(Reason::Worker("replay messages")).await?;
        let revived = store::revive(&mut tx, tenant, since, (after, PORTION)).await?;
        tx.commit().await?;
        let Some(last) = revived.iter().max() else {
            return Ok(count);
        };
        // A server that acts on them at once may set them aside again: each has one turn.
        after = *last;
        count += u64::try_from(revived.len()).unwrap_or_default();
    }
}
