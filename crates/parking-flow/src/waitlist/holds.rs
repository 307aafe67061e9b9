//! What was offered, for those who know the hold and not the entry: who has its ticket, who writes letters.

use chrono::{DateTime, Utc};
use parking_db::{DbError, TenantTx};
use parking_domain::reservations::Standing;
use parking_estate::Maker;
use parking_http::IfMatch;
use sqlx::PgConnection;
use uuid::Uuid;

use super::store;
use super::{WaitlistError, claim, decline, held};

/// Which of some reservations are, or were, holds that somebody who waited was offered.
pub(crate) async fn offers_among(
    conn: &mut PgConnection,
    reservations: &[Uuid],
) -> Result<Vec<Uuid>, DbError> {
    store::offers_among(conn, reservations).await
}

/// Takes the bay that a hold offers. Said again it stays as it is.
pub(crate) async fn claim_hold(
    tx: &mut TenantTx,
    maker: &Maker,
    hold: Uuid,
    now: DateTime<Utc>,
) -> Result<(), WaitlistError> {
    let entry = store::of_hold(tx, hold).await?;
    let entry = entry.ok_or(WaitlistError::NotOffered)?;
    claim(tx, maker, (entry, &IfMatch::default()), now).await?;
    Ok(())
}

/// Lets the bay go that a hold offers, and says whether it did: not if the hold is no offer, or not any more.
pub(crate) async fn decline_hold(
    tx: &mut TenantTx,
    maker: &Maker,
    hold: Uuid,
    now: DateTime<Utc>,
) -> Result<bool, WaitlistError> {
    let Some(id) = store::of_hold(tx, hold).await? else {
        return Ok(false);
    };
    let which = (id, &IfMatch::default());
    let entry = held(tx, id, which.1).await?;
    if entry.standing != Standing::Offered {
        return Ok(false);
    }
    match decline(tx, maker, which, now).await {
        Ok(_) => Ok(true),
        // The hold was answered without the list.
        Err(WaitlistError::Over(_)) => Ok(false),
        Err(error) => Err(error),
    }
}
