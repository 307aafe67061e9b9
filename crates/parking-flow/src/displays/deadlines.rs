//! Commands nobody answers for: those in the hands of a server that died, and those that no gateway
//! has sent in time. A gateway that is silent brings no event at all and blocks the device's queue, so
//! that is emptied; where that cannot be done the deadline is when the command has been dropped there.

use chrono::TimeDelta;
use futures_util::stream::{self, StreamExt as _};
use parking_db::{DbError, Reason};
use parking_domain::downlinks::{Allowed, Trouble};

use super::attempts::{Failed, give_back, jitter};
use super::paths::{Recipient, allowed};
use super::store::deadlines::{self as store, Overdue};
use super::store::plan::Keys;
use crate::Flow;

/// Commands looked at in one round.
const BATCH: i64 = 100;

/// Queues emptied at the same time.
const AT_ONCE: usize = 16;

/// How long another server leaves alone what this one is at.
const LEASE: TimeDelta = TimeDelta::minutes(2);

/// Gives back what nobody answers for, and says whether there may be more.
pub async fn watch(flow: &Flow) -> Result<bool, DbError> {
    let now = flow.clock.now();
    let mut tx = flow
        .db
        .platform(Reason::Worker("look after sent commands"))
        .await?;
    let interrupted = store::interrupted(&mut tx, BATCH, now).await?;
    let overdue = store::overdue(&mut tx, BATCH, (now, LEASE)).await?;
    tx.commit().await?;
    if interrupted.is_empty() && overdue.is_empty() {
        return Ok(false);
    }
    let count = interrupted.len().max(overdue.len());
    let emptied: Vec<(Overdue, bool)> = stream::iter(overdue)
        .map(|one: Overdue| flush(flow, one))
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    settle(flow, &interrupted, &emptied).await?;
    Ok(i64::try_from(count).is_ok_and(|count| count >= BATCH))
}

/// Empties the queue of a device, and says whether nothing of the command is left there for certain.
async fn flush(flow: &Flow, one: Overdue) -> (Overdue, bool) {
    let (displays, now) = (&flow.displays, flow.clock.now());
    // What waits for an acknowledgement has left the queue, and what has expired was dropped from it.
    let is_dropped = one.expires_at.is_some_and(|at| at <= now);
    if one.status == "awaiting_ack" || is_dropped {
        return (one, true);
    }
    let Some(path) = displays.paths.of(one.path.as_deref()) else {
        return (one, false);
    };
    let to = Recipient {
        tenant_id: one.tenant_id,
        dev_eui: one.dev_eui.clone(),
        application: None,
        stack_address: one.stack_address.clone(),
    };
    let breaker = displays.breaker(path, &to).await;
    if let Allowed::None(_) = allowed(&breaker, now) {
        return (one, false);
    }
    let emptied = path.empty(&to).await;
    if !path.is_one_way() {
        displays.note(&breaker, &emptied, now);
    }
    (one, emptied.unwrap_or(false))
}

async fn settle(
    flow: &Flow,
    interrupted: &[Overdue],
    emptied: &[(Overdue, bool)],
) -> Result<(), DbError> {
    let (displays, now) = (&flow.displays, flow.clock.now());
    let lost_by = |one: &Overdue, trouble, is_left_behind| {
        displays.metrics.troubled(trouble);
        let jitter = jitter();
        let failed = Failed {
            key: (one.tenant_id, one.id, one.device_id),
            attempts: one.attempts,
            trouble,
            detail: None,
            is_left_behind,
            not_before: None,
        };
        failed.lost(&displays.settings, jitter, now)
    };
    let mut lost: Vec<_> = interrupted
        .iter()
        .map(|one| lost_by(one, Trouble::Interrupted, true))
        .collect();
    for (one, is_empty) in emptied {
        let trouble = if one.status == "awaiting_ack" {
            Trouble::NotAcknowledged
        } else {
            Trouble::NotTransmitted
        };
        lost.push(lost_by(one, trouble, !is_empty));
    }
    let mut tx = flow
        .db
        .platform(Reason::Worker("give commands back"))
        .await?;
    let ended = give_back(&mut tx, &lost, &displays.settings, now).await?;
    let clean: Keys = emptied
        .iter()
        .filter(|(one, is_empty)| *is_empty && one.status != "awaiting_ack")
        .map(|(one, _)| (one.tenant_id, one.device_id))
        .unzip();
    if !clean.0.is_empty() {
        store::flushed(&mut tx, &clean).await?;
    }
    tx.commit().await?;
    displays
        .metrics
        .ended(ended.iter().map(|one| one.status.as_str()));
    displays.to_send.now();
    Ok(())
}
