//! Commands nobody answers for: those in the hands of a server that died, and those that no gateway
//! has sent in time. A gateway that is silent brings no event at all and blocks the device's queue, so
//! that is emptied; where that cannot be done the deadline is when the command has been dropped there.

use chrono::TimeDelta;
use futures_util::stream::{self, StreamExt as _};
use parking_chirpstack::downlinks::DoorError;
use parking_db::{DbError, Reason};
use parking_domain::downlinks::{Allowed, Trouble};
use parking_http::error::causes;
use tracing::{info, warn};

use super::aside::ASIDE;
use super::attempts::{Failed, give_back, jitter};
use super::homes::must_be_theirs;
use super::paths::{CommandPath, Recipient, allowed};
use super::store::deadlines::{self as store, Overdue};
use super::store::plan::Keys;
use crate::Flow;

/// Commands looked at in one round.
const BATCH: i64 = 100;

/// Queues emptied at the same time.
const AT_ONCE: usize = 16;

/// How long another server leaves alone what this one is at.
const LEASE: TimeDelta = TimeDelta::minutes(2);

/// A command that is to be given back.
struct Missed {
    command: Overdue,
    trouble: Trouble,
    /// Whether the device's queue was emptied, or cannot hold it.
    is_empty: bool,
}

/// Gives back what nobody answers for, and says whether there may be more.
pub async fn watch(flow: &Flow) -> Result<bool, DbError> {
    let now = flow.clock.now();
    let mut tx = flow
        .db
        .platform(Reason::Worker("look after sent commands"))
        .await?;
    let brought_back = store::bring_back(&mut tx, now).await?;
    let interrupted = store::interrupted(&mut tx, BATCH, (now, LEASE)).await?;
    let overdue = store::overdue(&mut tx, BATCH, (now, LEASE)).await?;
    tx.commit().await?;
    if brought_back > 0 {
        info!(
            rows = brought_back,
            "a clock that was ahead had put displays and commands off"
        );
    }
    if interrupted.is_empty() && overdue.is_empty() {
        return Ok(false);
    }
    let count = interrupted.len().max(overdue.len());
    let mut missed: Vec<Missed> = stream::iter(overdue)
        .map(|one| empty(flow, one))
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    missed.extend(interrupted.into_iter().map(|command| Missed {
        command,
        trouble: Trouble::Interrupted,
        is_empty: false,
    }));
    settle(flow, &missed).await?;
    Ok(i64::try_from(count).is_ok_and(|count| count >= BATCH))
}

/// Empties the queue of a device.
async fn empty(flow: &Flow, command: Overdue) -> Missed {
    // What waits for an acknowledgement has left the queue.
    if command.status == "awaiting_ack" {
        return Missed {
            command,
            trouble: Trouble::NotAcknowledged,
            is_empty: true,
        };
    }
    // What has expired was dropped there.
    let now = flow.clock.now();
    let is_dropped = command.expires_at.is_some_and(|at| at <= now);
    let path = flow.displays.paths.of(command.path.as_deref());
    let is_empty = match path {
        _ if is_dropped => true,
        Some(path) => is_emptied(flow, path, &command).await,
        None => false,
    };
    Missed {
        command,
        trouble: Trouble::NotTransmitted,
        is_empty,
    }
}

/// Empties the queue of a device that is its tenant's, and says whether nothing of the command is left
/// there for certain. The queue of what is somebody else's by now is left alone.
async fn is_emptied(flow: &Flow, path: &CommandPath, one: &Overdue) -> bool {
    let displays = &flow.displays;
    let to = Recipient {
        tenant_id: one.tenant_id,
        dev_eui: one.dev_eui.clone(),
        application: None,
        stack_address: one.stack_address.clone(),
    };
    let breaker = displays.breaker(path, &to).await;
    if let Allowed::None(_) = allowed(&breaker, flow.clock.now()) {
        return false;
    }
    if !one.is_living || to.eui().is_err() {
        return true;
    }
    match must_be_theirs(flow, path, (&one.applications, &to)).await {
        Ok(()) => {}
        Err(DoorError::Refused(_) | DoorError::Forbidden) => return true,
        Err(DoorError::Away(_) | DoorError::Busy | DoorError::Unanswered(_)) => return false,
    }
    let emptied = path.empty(&to).await;
    if !path.is_one_way() {
        displays.note(&breaker, &emptied, flow.clock.now());
    }
    emptied.unwrap_or(false)
}

/// Gives commands back. What cannot be written of one of them holds up no other.
async fn settle(flow: &Flow, missed: &[Missed]) -> Result<(), DbError> {
    for one in missed {
        flow.displays.metrics.troubled(one.trouble);
    }
    match settle_together(flow, missed).await {
        Err(error) if !error.is_of_the_moment() => {}
        settled => return settled,
    }
    for one in missed {
        let key = (one.command.tenant_id, one.command.id);
        match settle_together(flow, std::slice::from_ref(one)).await {
            Err(error) if !error.is_of_the_moment() => {
                warn!(tenant.id = %key.0, downlink.id = %key.1, error = causes(&error), "a command cannot be given back and is set aside");
                let mut tx = flow
                    .db
                    .platform(Reason::Worker("set a command aside"))
                    .await?;
                store::put_off(&mut tx, key, flow.clock.now() + ASIDE).await?;
                tx.commit().await?;
            }
            settled => settled?,
        }
    }
    Ok(())
}

async fn settle_together(flow: &Flow, missed: &[Missed]) -> Result<(), DbError> {
    let (displays, now) = (&flow.displays, flow.clock.now());
    let lost_by = |missed: &Missed| {
        let one = &missed.command;
        let failed = Failed {
            key: (one.tenant_id, one.id, one.device_id),
            attempts: one.attempts,
            status: &one.status,
            trouble: missed.trouble,
            detail: None,
            is_left_behind: !missed.is_empty,
            not_before: None,
        };
        failed.lost(&displays.settings, jitter(), now)
    };
    let lost: Vec<_> = missed.iter().map(lost_by).collect();
    let mut tx = flow
        .db
        .platform(Reason::Worker("give commands back"))
        .await?;
    let ended = give_back(&mut tx, &lost, &displays.settings, now).await?;
    let clean: Keys = missed
        .iter()
        .filter(|one| one.is_empty && one.trouble == Trouble::NotTransmitted)
        .map(|one| (one.command.tenant_id, one.command.device_id))
        .unzip();
    if !clean.0.is_empty() {
        store::flushed(&mut tx, &clean).await?;
    }
    tx.commit().await?;
    displays
        .metrics
        .ended(ended.iter().map(|one| one.status.as_str()));
    displays.wake_senders();
    Ok(())
}
