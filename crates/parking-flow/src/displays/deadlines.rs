//! Commands nobody answers for: those in the hands of a server that died, and those that no gateway
//! has sent in time. A gateway that is silent brings no event at all and blocks the device's queue, so
//! that is emptied.

use chrono::TimeDelta;
use futures_util::stream::{self, StreamExt as _};
use parking_chirpstack::downlinks::Queues;
use parking_db::{DbError, Reason};
use parking_domain::downlinks::{Allowed, Trouble};

use super::attempts::{Failed, give_back, jitter};
use super::store::plan::Keys;
use super::store::turn::{self as store, Overdue};
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
    let emptied: Vec<(Overdue, bool)> = match &flow.displays.queues {
        Some(queues) => {
            let empty = |one: Overdue| flush(flow, queues.as_ref(), one);
            stream::iter(overdue)
                .map(empty)
                .buffer_unordered(AT_ONCE)
                .collect()
                .await
        }
        None => overdue.into_iter().map(|one| (one, false)).collect(),
    };
    settle(flow, &interrupted, &emptied).await?;
    Ok(i64::try_from(count).is_ok_and(|count| count >= BATCH))
}

/// Empties the queue of a device, and says whether that is certain.
async fn flush(flow: &Flow, queues: &dyn Queues, one: Overdue) -> (Overdue, bool) {
    let now = flow.clock.now();
    // What waits for an acknowledgement has left the queue.
    if one.status == "awaiting_ack" {
        return (one, true);
    }
    if let Allowed::None(_) = flow.displays.allowed(now) {
        return (one, false);
    }
    let Ok(dev_eui) = one.dev_eui.parse() else {
        return (one, true);
    };
    let flushed = queues.flush(dev_eui).await;
    flow.displays.note(&flushed, now);
    (one, flushed.is_ok())
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
