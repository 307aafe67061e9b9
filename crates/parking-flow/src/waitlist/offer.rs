//! Offering bays that became free, and what time makes of those who wait.

use chrono::{DateTime, Utc};
use parking_access::audit::{By, Witness};
use parking_db::{DbError, PlatformTx, Reason, TenantTx};
use parking_domain::ids::TenantId;
use parking_domain::reservations::{Slot, Standing};
use parking_estate::Maker;
use uuid::Uuid;

use super::store::{self, Mark};
use super::{Waiting, record};
use crate::Flow;
use crate::reservations::{self, Draft, Footing, ReservationError};

/// Entries that expire in one transaction, and tenants that are looked after in one round.
const BATCH: i64 = 200;

/// Those who wait who are asked for at once.
const PAGE: i64 = 50;

/// How often an offer is tried that others stand in the way of.
const TRIES: usize = 4;

/// Ends the waiting of those whose time has begun, and offers what became free to those who waited longest.
/// Any number of servers may do so at once. An end cannot be taken back, so a clock that nobody confirms
/// ends nothing.
pub async fn keep(flow: &Flow, witness: &Witness) -> Result<(), DbError> {
    let now = flow.clock.now();
    if !witness.confirms(now).await? {
        return Ok(());
    }
    while expire(flow, now).await? {}
    let mut tx = flow.db.platform(Reason::Worker("find freed bays")).await?;
    let tenants = store::marked(&mut tx, BATCH).await?;
    tx.commit().await?;
    let mut ended = Ok(());
    for tenant in tenants {
        // What goes wrong in one tenant keeps nobody waiting in another.
        ended = look(flow, tenant, now).await.and(ended);
    }
    ended
}

/// Marks every site where somebody waits: what nothing else marks, such as bays that are new, is found so.
pub async fn look_again(flow: &Flow) -> Result<(), DbError> {
    let mut tx = flow
        .db
        .platform(Reason::Worker("look again at the waiting list"))
        .await?;
    store::mark_all(&mut tx).await?;
    tx.commit().await
}

/// Ends the waiting of some whose time has begun, and says whether there are more.
async fn expire(flow: &Flow, now: DateTime<Utc>) -> Result<bool, DbError> {
    let mut tx = flow.db.platform(Reason::Worker("end waiting")).await?;
    let over = store::over(&mut tx, now, BATCH).await?;
    let by = By::system("waitlist");
    for old in &over {
        let new = Waiting {
            standing: Standing::Expired,
            ..old.clone()
        };
        record(tx.conn(), &by, (Some(old), &new, "expired"), now).await?;
    }
    tx.commit().await?;
    Ok(i64::try_from(over.len()).is_ok_and(|count| count >= BATCH))
}

/// Looks after the list of one tenant, unless another server does: of two who offer at once, each would
/// pass over whom the other is about to offer something.
async fn look(flow: &Flow, tenant: TenantId, now: DateTime<Utc>) -> Result<(), DbError> {
    let mut list = flow.db.platform(Reason::Worker("offer freed bays")).await?;
    if !store::hold_list(&mut list, tenant).await? {
        return Ok(());
    }
    let marks = store::marks(&mut list, tenant).await?;
    for id in store::answered(&mut list, tenant, BATCH).await? {
        settle(flow, (tenant, id), now).await?;
    }
    if !offer_all(flow, &mut list, (tenant, &marks), now).await? {
        // The next look begins with who stands first, and knows more.
        return Ok(());
    }
    // Last: whoever dies before has offered nothing that would be offered again.
    store::unmark(&mut list, tenant, &marks).await?;
    list.commit().await
}

/// Offers a bay to each who may find one where the marks are, the one who waits longest first, and says
/// whether everybody was asked.
async fn offer_all(
    flow: &Flow,
    list: &mut PlatformTx,
    (tenant, marks): (TenantId, &[Mark]),
    now: DateTime<Utc>,
) -> Result<bool, DbError> {
    let mut after = None;
    loop {
        let page = store::hopeful(list, (tenant, marks), (after, PAGE), now).await?;
        for (_, id) in &page {
            if !offer(flow, list, (tenant, marks), *id, now).await? {
                return Ok(false);
            }
        }
        after = page.last().copied();
        if i64::try_from(page.len()).is_ok_and(|count| count < PAGE) {
            return Ok(true);
        }
    }
}

/// Offers somebody a bay, if one that they want is free, and says whether those behind them may be asked.
async fn offer(
    flow: &Flow,
    list: &mut PlatformTx,
    (tenant, marks): (TenantId, &[Mark]),
    id: Uuid,
    now: DateTime<Utc>,
) -> Result<bool, DbError> {
    for _ in 0..TRIES {
        // A transaction each: who is not offered anything holds neither person nor bay any longer.
        let mut tx = flow.db.tenant(tenant).await?;
        let ended = match try_offer(&mut tx, id, now).await {
            Ok(Some(bay)) if store::is_freed_since(list, (tenant, marks), bay).await? => {
                // Those before them were asked when it was not free yet.
                return Ok(false);
            }
            Ok(_) => tx.commit().await.map_err(ReservationError::from),
            Err(error) => Err(error),
        };
        match ended {
            Err(error) if error.is_of_the_moment() => {}
            Err(ReservationError::Db(error)) => return Err(error),
            // Nothing is free for them, or they may not have it now: they wait on.
            Ok(()) | Err(_) => return Ok(true),
        }
    }
    Ok(false)
}

/// Holds a bay for somebody who waits, if one is free, and says which and when.
async fn try_offer(
    tx: &mut TenantTx,
    id: Uuid,
    now: DateTime<Utc>,
) -> Result<Option<(Uuid, Slot)>, ReservationError> {
    store::hold(tx, id).await?;
    let waiting = store::find(tx.conn(), id).await?;
    let Some(waiting) = waiting.filter(|one| one.standing == Standing::Waiting) else {
        return Ok(None);
    };
    let name = waiting.created_by.clone();
    let maker = Maker {
        by: By::system("waitlist"),
        name: name.unwrap_or_else(|| "waitlist".to_owned()),
    };
    let draft = Draft {
        slot: waiting.slot,
        footing: Footing::Offered,
        holder: waiting.holder.clone(),
        notes: waiting.notes.clone(),
        request: None,
    };
    let target = waiting.target();
    let held = reservations::book_any(tx, &maker, (&target, &draft), now).await?;
    let Slot { start, .. } = waiting.slot;
    let until = held.booking.hold_until.unwrap_or(start);
    store::offer(tx, id, (held.booking.id, until), now).await?;
    if let Some(offered) = store::find(tx.conn(), id).await? {
        let news = (Some(&waiting), &offered, "offered");
        record(tx.conn(), &maker.by, news, now).await?;
    }
    Ok(Some((held.space.0, waiting.slot)))
}

/// Writes what became of an offer that was answered without the list, or by nobody.
async fn settle(
    flow: &Flow,
    (tenant, id): (TenantId, Uuid),
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let mut tx = flow.db.tenant(tenant).await?;
    settle_one(&mut tx, id, now).await?;
    tx.commit().await
}

/// The same in a transaction that does more.
pub(super) async fn settle_one(
    tx: &mut TenantTx,
    id: Uuid,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    store::hold(tx, id).await?;
    let Some(old) = store::find(tx.conn(), id).await? else {
        return Ok(());
    };
    let (Standing::Offered, Some(offer)) = (old.standing, &old.offer) else {
        return Ok(());
    };
    let hold = reservations::find(tx.conn(), offer.reservation).await?;
    let Some(standing) = hold.and_then(|hold| hold.booking.answer()) else {
        return Ok(());
    };
    store::turn(tx, (id, standing), now).await?;
    if let Some(new) = store::find(tx.conn(), id).await? {
        let news = (Some(&old), &new, standing.name());
        record(tx.conn(), &By::system("waitlist"), news, now).await?;
    }
    Ok(())
}
