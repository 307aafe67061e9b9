//! Sending: whose turn it is within the budgets, handing over, writing down.
//!
//! A turn has three parts, so that no transaction is open while the network server is asked: commands
//! are put into this server's hands, handed over some at a time, and written down as they are answered.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::PoisonError;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::stream::{self, StreamExt as _};
use parking_chirpstack::downlinks::{DoorError, Downlink, Queues};
use parking_db::{DbError, PlatformTx, Reason};
use parking_domain::downlinks::{Allowed, Trouble};
use parking_http::error::causes;
use tracing::{info, warn};
use uuid::Uuid;

use super::Displays;
use super::aside::ASIDE;
use super::attempts::{Failed, give_back, jitter};
use super::homes::must_be_theirs;
use super::purse::Purse;
use super::store::deadlines;
use super::store::plan::Keys;
use super::store::turn::{self as store, Taken, Turn};
use crate::Flow;

/// Commands taken in hand at once.
const BATCH: i64 = 200;

/// Commands handed over at the same time.
const AT_ONCE: usize = 16;

/// For how long a command stays in hand if its server dies: longer than the slowest network server
/// takes for a whole batch.
const LEASE: TimeDelta = TimeDelta::minutes(3);

/// Sends what is due and within the budgets, and says whether there may be more.
pub async fn send(flow: &Flow) -> Result<bool, DbError> {
    let displays = &flow.displays;
    let Some(queues) = displays.queues.clone() else {
        return Ok(false);
    };
    let now = flow.clock.now();
    let limit = match displays.allowed(now) {
        Allowed::None(_) => return Ok(false),
        Allowed::One => 1,
        Allowed::All => BATCH,
    };
    let (turns, has_more) = claim(flow, limit, now).await?;
    let answers = stream::iter(turns)
        .map(|turn| hand_over(flow, queues.as_ref(), turn, flow.clock.now()))
        .buffer_unordered(AT_ONCE)
        .ready_chunks(AT_ONCE);
    let mut answers = std::pin::pin!(answers);
    while let Some(answers) = answers.next().await {
        write_down_all(flow, &answers).await?;
    }
    Ok(has_more)
}

impl Displays {
    pub(super) fn allowed(&self, now: DateTime<Utc>) -> Allowed {
        let breaker = self.breaker.lock().unwrap_or_else(PoisonError::into_inner);
        breaker.allows(now)
    }

    /// Whether the network server is left alone, or was a moment ago.
    pub(super) fn is_open(&self) -> bool {
        let breaker = self.breaker.lock().unwrap_or_else(PoisonError::into_inner);
        breaker.is_open()
    }

    /// Notes whether the network server answered.
    pub(super) fn note<T>(&self, answer: &Result<T, DoorError>, now: DateTime<Utc>) {
        let mut breaker = self.breaker.lock().unwrap_or_else(PoisonError::into_inner);
        let was_open = breaker.is_open();
        match answer {
            Ok(_) | Err(DoorError::Refused(_) | DoorError::Forbidden) => breaker.answered(),
            // That says nothing of the network server: it was not asked.
            Err(DoorError::Busy) => {}
            Err(error @ (DoorError::Away(_) | DoorError::Unanswered(_))) => {
                let jitter = jitter();
                breaker.failed(now, jitter);
                if breaker.is_open() && !was_open {
                    warn!(
                        error = causes(error),
                        "the network server does not answer: commands wait"
                    );
                }
            }
        }
        if was_open && !breaker.is_open() {
            info!("the network server answers again");
        }
        self.metrics.is_open(breaker.is_open());
    }
}

/// Takes commands in hand, as many as the budgets allow; the others wait until they will.
async fn claim(flow: &Flow, limit: i64, now: DateTime<Utc>) -> Result<(Vec<Turn>, bool), DbError> {
    let mut tx = flow
        .db
        .platform(Reason::Worker("send commands to displays"))
        .await?;
    let turns = store::turns(&mut tx, limit, now).await?;
    if turns.is_empty() {
        return Ok((turns, false));
    }
    let (count, has_more) = (turns.len(), has_more(&turns, limit));
    match grant(flow, &mut tx, turns, now).await {
        Ok(granted) => {
            tx.commit().await?;
            Ok((granted, has_more))
        }
        Err(error) if error.is_of_the_moment() => Err(error),
        Err(_) => {
            tx.roll_back().await?;
            Ok((claim_one_by_one(flow, count, now).await?, true))
        }
    }
}

/// Whether somebody's share was not enough for all that is due.
fn has_more(turns: &[Turn], limit: i64) -> bool {
    let is_full = |count: usize, limit| i64::try_from(count).is_ok_and(|count| count >= limit);
    let mut of_tenant: BTreeMap<Uuid, usize> = BTreeMap::new();
    turns.iter().any(|turn| {
        let count = of_tenant.entry(turn.tenant_id).or_default();
        *count += 1;
        is_full(*count, turn.share)
    }) || is_full(turns.len(), limit)
}

/// Takes commands in hand each by itself, and sets those aside with which that cannot be done: one of
/// them must not hold up the others for ever.
async fn claim_one_by_one(
    flow: &Flow,
    count: usize,
    now: DateTime<Utc>,
) -> Result<Vec<Turn>, DbError> {
    let mut all = Vec::new();
    for _ in 0..count {
        let mut tx = flow
            .db
            .platform(Reason::Worker("send commands to displays"))
            .await?;
        let turns = store::turns(&mut tx, 1, now).await?;
        let Some(one) = turns.first() else { break };
        let (tenant, id) = (one.tenant_id, one.id);
        match grant(flow, &mut tx, turns, now).await {
            Ok(granted) => {
                tx.commit().await?;
                all.extend(granted);
            }
            // What is in hand already is handed over all the same.
            Err(error) if error.is_of_the_moment() => break,
            Err(error) => {
                tx.roll_back().await?;
                warn!(tenant.id = %tenant, downlink.id = %id, error = causes(&error), "a command cannot be sent and is set aside");
                let mut tx = flow
                    .db
                    .platform(Reason::Worker("set a command aside"))
                    .await?;
                store::set_aside(&mut tx, (tenant, id), now + ASIDE).await?;
                tx.commit().await?;
            }
        }
    }
    Ok(all)
}

/// Takes those of these commands in hand that the budgets allow.
async fn grant(
    flow: &Flow,
    tx: &mut PlatformTx,
    mut turns: Vec<Turn>,
    now: DateTime<Utc>,
) -> Result<Vec<Turn>, DbError> {
    turns.sort_by_key(|turn| (turn.urgency, turn.created_at, turn.id));
    // Somebody's command and the reconciler's may both have their turn: one after the other.
    let mut devices = BTreeSet::new();
    turns.retain(|turn| devices.insert((turn.tenant_id, turn.device_id)));
    let mut purse = Purse::open(tx, &turns, now).await?;
    let (mut granted, mut deferred) = (Vec::new(), Vec::new());
    for turn in &turns {
        match purse.pay(turn.keys(), &flow.displays.settings, now) {
            None => granted.push(turn),
            Some(later) => deferred.push((turn.tenant_id, turn.id, later)),
        }
    }
    purse.close(tx, now).await?;
    if !granted.is_empty() {
        store::claim(tx, &granted, (now, now + LEASE)).await?;
    }
    if !deferred.is_empty() {
        flow.displays.metrics.deferred(deferred.len());
        store::defer(tx, &deferred).await?;
    }
    let granted: BTreeSet<Uuid> = granted.iter().map(|turn| turn.id).collect();
    turns.retain(|turn| granted.contains(&turn.id));
    for turn in &mut turns {
        turn.attempts += 1;
    }
    Ok(turns)
}

/// What the network server answered.
struct Answer {
    turn: Turn,
    was_flushed: bool,
    outcome: Result<String, DoorError>,
    /// Whether it was not asked at all.
    is_unasked: bool,
}

impl Answer {
    fn unasked(turn: Turn, error: DoorError) -> Self {
        Self {
            turn,
            was_flushed: false,
            outcome: Err(error),
            is_unasked: true,
        }
    }
}

/// Hands a command over, after the device's queue was emptied of what nobody counts on.
async fn hand_over(flow: &Flow, queues: &dyn Queues, turn: Turn, now: DateTime<Utc>) -> Answer {
    let displays = &flow.displays;
    // It went away while the batch was on its way.
    if let Allowed::None(_) = displays.allowed(now) {
        return Answer::unasked(turn, DoorError::Away("it is left alone for a while".into()));
    }
    let Ok(dev_eui) = turn.dev_eui.parse() else {
        return Answer::unasked(turn, DoorError::Refused("the DevEUI is none".into()));
    };
    let mut was_flushed = false;
    let asked = async {
        must_be_theirs(flow, queues, (&turn.applications, dev_eui)).await?;
        if turn.must_flush {
            let flushed = queues.flush(dev_eui).await;
            displays.note(&flushed, now);
            flushed?;
            was_flushed = true;
        }
        let downlink = Downlink {
            dev_eui,
            f_port: u8::try_from(turn.f_port).unwrap_or_default(),
            payload: turn.payload.clone(),
            is_confirmed: turn.is_confirmed,
        };
        let outcome = queues.enqueue(&downlink).await;
        displays.note(&outcome, now);
        outcome
    };
    let outcome = asked.await;
    Answer {
        turn,
        was_flushed,
        outcome,
        is_unasked: false,
    }
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
        if answer.was_flushed {
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
            not_before: match (trouble, displays.allowed(now)) {
                (Trouble::Away, Allowed::None(until)) => Some(until),
                _ => None,
            },
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
