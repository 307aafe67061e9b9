//! Sending: whose turn it is within the budgets, handing over, writing down.
//!
//! A turn has three parts, so that no transaction is open while the network server is asked: commands
//! are put into this server's hands, handed over some at a time, and written down as they are answered.
//! ChirpStack has turns of its own, so that no tenant's Things Stack holds up the lamps of all.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::stream::{self, StreamExt as _};
use parking_chirpstack::downlinks::DoorError;
use parking_db::{DbError, Reason};
use parking_domain::downlinks::{Allowed, Breaker, Trouble};
use parking_http::error::causes;
use tracing::warn;
use uuid::Uuid;

use super::attempts::{Failed, give_back, jitter};
use super::claim::{Room, claim};
use super::homes::must_be_theirs;
use super::paths::{CommandPath, Letter, allowed};
use super::store::deadlines;
use super::store::plan::Keys;
use super::store::turn::{self as store, Taken, Turn};
use crate::Flow;

/// Commands taken in hand at once.
const BATCH: i64 = 200;

/// Commands handed over at the same time.
const AT_ONCE: usize = 16;

/// Commands that one tenant's Things Stack is given at the same time: it is theirs, and may be slow.
const AT_ONCE_OF_STACK: usize = 2;

/// For how long a turn hands over to Things Stacks. What a slow one has not taken by then waits for the
/// next turn, so that no other waits for long and the lease holds.
const STACKS_TIME_MAX: TimeDelta = TimeDelta::seconds(5);

/// Who takes the commands of a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taker {
    /// The installation's ChirpStack.
    ChirpStack,
    /// The Things Stacks of tenants.
    Stacks,
}

/// Sends what is due and within the budgets, and says whether there may be more.
pub async fn send(flow: &Flow, taker: Taker) -> Result<bool, DbError> {
    let displays = &flow.displays;
    let now = flow.clock.now();
    let limit = match (taker, &displays.paths.chirpstack, &displays.paths.stack) {
        (Taker::ChirpStack, Some(_), _) => match displays.allowed(now) {
            Allowed::None(_) => return Ok(false),
            Allowed::One => 1,
            Allowed::All => BATCH,
        },
        (Taker::Stacks, _, Some(_)) => BATCH,
        (Taker::ChirpStack, None, _) | (Taker::Stacks, _, None) => return Ok(false),
    };
    let (turns, has_more) = claim(flow, Room { limit, taker }, now).await?;
    let (at_once, of_one) = match taker {
        Taker::ChirpStack => (1, AT_ONCE),
        Taker::Stacks => (AT_ONCE / AT_ONCE_OF_STACK, AT_ONCE_OF_STACK),
    };
    let answers = stream::iter(by_network(taker, turns))
        .map(|turns| {
            stream::iter(turns)
                .map(|turn| hand_over(flow, turn, (now, flow.clock.now())))
                .buffer_unordered(of_one)
        })
        .flatten_unordered(at_once)
        .ready_chunks(AT_ONCE);
    let mut answers = std::pin::pin!(answers);
    while let Some(answers) = answers.next().await {
        write_down_all(flow, &answers).await?;
    }
    Ok(has_more)
}

/// The commands to each network server.
fn by_network(taker: Taker, turns: Vec<Turn>) -> Vec<Vec<Turn>> {
    let mut of: BTreeMap<Option<Uuid>, Vec<Turn>> = BTreeMap::new();
    for turn in turns {
        let whose = (taker == Taker::Stacks).then_some(turn.tenant_id);
        of.entry(whose).or_default().push(turn);
    }
    of.into_values().collect()
}

/// What the network server answered.
struct Answer {
    turn: Turn,
    was_flushed: bool,
    outcome: Result<String, DoorError>,
    /// Whether it was not asked at all.
    is_unasked: bool,
    /// Before when it will not be asked again.
    not_before: Option<DateTime<Utc>>,
}

impl Answer {
    fn unasked(turn: Turn, why: &str, not_before: Option<DateTime<Utc>>) -> Self {
        Self {
            turn,
            was_flushed: false,
            outcome: Err(DoorError::Away(why.to_owned())),
            is_unasked: true,
            not_before,
        }
    }
}

/// Hands a command over, after the device's queue was emptied of what nobody counts on.
async fn hand_over(
    flow: &Flow,
    turn: Turn,
    (claimed_at, now): (DateTime<Utc>, DateTime<Utc>),
) -> Answer {
    let displays = &flow.displays;
    let Some(path) = turn.path(displays) else {
        return Answer::unasked(turn, "there is no way to it", None);
    };
    if matches!(path, CommandPath::Stack(_)) && now - claimed_at > STACKS_TIME_MAX {
        return Answer::unasked(turn, "its network server is slow", None);
    }
    let breaker = displays.breaker(path, &turn.recipient()).await;
    // It went away while the batch was on its way.
    if let Allowed::None(until) = allowed(&breaker, now) {
        return Answer::unasked(turn, "it is left alone for a while", Some(until));
    }
    let (was_flushed, outcome) = ask(flow, (path, &breaker), &turn, (claimed_at, now)).await;
    let not_before = match (&outcome, allowed(&breaker, now)) {
        (Err(DoorError::Away(_) | DoorError::Busy), Allowed::None(until)) => Some(until),
        _ => None,
    };
    Answer {
        turn,
        was_flushed,
        outcome,
        is_unasked: false,
        not_before,
    }
}

/// Whether the queue was emptied, and what was said of the command.
async fn ask(
    flow: &Flow,
    (path, breaker): (&CommandPath, &Arc<Mutex<Breaker>>),
    turn: &Turn,
    (claimed_at, now): (DateTime<Utc>, DateTime<Utc>),
) -> (bool, Result<String, DoorError>) {
    let (displays, to) = (&flow.displays, turn.recipient());
    if let Err(error) = must_be_theirs(flow, path, (&turn.applications, &to)).await {
        return (false, Err(error));
    }
    let replaces = matches!(path, CommandPath::Stack(_));
    let mut was_flushed = false;
    if turn.must_flush && matches!(path, CommandPath::Api(_)) {
        let emptied = path.empty(&to).await;
        displays.note(breaker, &emptied, now);
        match emptied {
            Ok(is_empty) => was_flushed = is_empty,
            Err(error) => return (false, Err(error)),
        }
    }
    let letter = Letter {
        f_port: turn.f_port,
        payload: &turn.payload,
        is_confirmed: turn.is_confirmed,
        expires_at: turn.expires_at(claimed_at),
    };
    let outcome = path.hand_over(&to, letter).await;
    displays.note(breaker, &outcome, now);
    (was_flushed || (replaces && outcome.is_ok()), outcome)
}

/// Writes down what the network server answered. What cannot be written of one command holds up no
/// other: that one is in nobody's hands when its lease is over, and its queue is emptied then.
async fn write_down_all(flow: &Flow, answers: &[Answer]) -> Result<(), DbError> {
    match write_down(flow, answers).await {
        Err(error) if !error.is_of_the_moment() => {}
        written => return written,
    }
    for one in answers {
        match write_down(flow, std::slice::from_ref(one)).await {
            Err(error) if !error.is_of_the_moment() => {
                warn!(tenant.id = %one.turn.tenant_id, downlink.id = %one.turn.id, error = causes(&error), "what became of a command cannot be written down");
            }
            written => written?,
        }
    }
    Ok(())
}

/// Writes down what the network server answered.
async fn write_down(flow: &Flow, answers: &[Answer]) -> Result<(), DbError> {
    let (displays, now) = (&flow.displays, flow.clock.now());
    let (mut taken, mut lost) = (Vec::new(), Vec::new());
    let mut flushed: Keys = Keys::default();
    for answer in answers {
        let turn = &answer.turn;
        if answer.was_flushed && turn.must_flush {
            flushed.0.push(turn.tenant_id);
            flushed.1.push(turn.device_id);
        }
        let (trouble, detail) = match &answer.outcome {
            Ok(item) => {
                displays.metrics.sent(now - turn.created_at);
                taken.push(Taken {
                    tenant_id: turn.tenant_id,
                    id: turn.id,
                    attempts: turn.attempts,
                    queue_item: item.clone(),
                });
                continue;
            }
            Err(DoorError::Away(detail)) => (Trouble::Away, detail.clone()),
            Err(error @ DoorError::Busy) => (Trouble::Away, error.to_string()),
            Err(DoorError::Unanswered(detail)) => (Trouble::Unanswered, detail.clone()),
            Err(DoorError::Refused(detail)) => (Trouble::Refused, detail.clone()),
            Err(error @ DoorError::Forbidden) => (Trouble::Refused, error.to_string()),
        };
        if !answer.is_unasked {
            displays.metrics.troubled(trouble);
        }
        let jitter = jitter();
        let failed = Failed {
            key: (turn.tenant_id, turn.id, turn.device_id),
            attempts: turn.attempts,
            status: "sending",
            trouble,
            detail: Some(&detail),
            is_left_behind: trouble == Trouble::Unanswered,
            not_before: answer.not_before,
        };
        lost.push(failed.lost(&displays.settings, jitter, now));
    }
    let mut tx = flow
        .db
        .platform(Reason::Worker("write down what was sent"))
        .await?;
    let devices: Keys = answers
        .iter()
        .map(|answer| (answer.turn.tenant_id, answer.turn.device_id))
        .unzip();
    store::lock_lamps(&mut tx, &devices).await?;
    if !flushed.0.is_empty() {
        deadlines::flushed(&mut tx, &flushed).await?;
    }
    if !taken.is_empty() {
        store::queued(&mut tx, &taken, now).await?;
    }
    let ended = give_back(&mut tx, &lost, &displays.settings, now).await?;
    tx.commit().await?;
    displays
        .metrics
        .ended(ended.iter().map(|one| one.status.as_str()));
    Ok(())
}
