//! Sending: whose turn it is within the budgets, handing over, writing down.
//!
//! A turn has three parts, so that no transaction is open while the network server is asked: commands
//! are put into this server's hands, handed over some at a time, and written down as they are answered.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::PoisonError;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::stream::{self, StreamExt as _};
use parking_chirpstack::downlinks::{DoorError, Downlink, Queues};
use parking_db::{DbError, PlatformTx, Reason};
use parking_domain::downlinks::{Allowed, Budget, Trouble};
use parking_http::error::causes;
use tracing::{info, warn};
use uuid::Uuid;

use super::attempts::{Failed, give_back, jitter};
use super::store::plan::Keys;
use super::store::turn::{self as store, Kept, Taken, Turn};
use super::{Displays, Settings};
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
        .map(|turn| hand_over(displays, queues.as_ref(), turn, flow.clock.now()))
        .buffer_unordered(AT_ONCE)
        .ready_chunks(AT_ONCE);
    let mut answers = std::pin::pin!(answers);
    while let Some(answers) = answers.next().await {
        write_down(flow, &answers).await?;
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

/// The budgets that a command draws on. Of one to a display that was never heard nobody knows which
/// gateway will send it; those of a tenant share a budget.
pub(super) fn keys_of(tenant: Uuid, gateway: Option<&str>) -> [String; 2] {
    let gateway = match gateway {
        Some(eui) => format!("gateway:{eui}"),
        None => format!("gateway:unknown:{tenant}"),
    };
    [gateway, format!("tenant:{tenant}")]
}

/// A budget as it is kept, in the words of the rules.
pub(super) fn budget_of(kept: &Kept) -> Budget {
    let counts = kept.taken.iter().map(|count| count.unsigned_abs());
    Budget::of(kept.taken_at.iter().copied().zip(counts))
}

/// Takes commands in hand, as many as the budgets allow; the others wait until they will.
async fn claim(flow: &Flow, limit: i64, now: DateTime<Utc>) -> Result<(Vec<Turn>, bool), DbError> {
    let mut tx = flow
        .db
        .platform(Reason::Worker("send commands to displays"))
        .await?;
    let mut turns = store::turns(&mut tx, limit, now).await?;
    if turns.is_empty() {
        return Ok((turns, false));
    }
    let has_more = i64::try_from(turns.len()).is_ok_and(|count| count >= limit);
    turns.sort_by_key(|turn| (turn.urgency, turn.created_at, turn.id));
    // Somebody's command and the reconciler's may both have their turn: one after the other.
    let mut devices = BTreeSet::new();
    turns.retain(|turn| devices.insert((turn.tenant_id, turn.device_id)));
    let mut purse = Purse::open(&mut tx, &turns, now).await?;
    let (mut granted, mut deferred) = (Vec::new(), Vec::new());
    for turn in &turns {
        match purse.pay(turn, &flow.displays.settings, now) {
            None => granted.push(turn),
            Some(later) => deferred.push((turn.tenant_id, turn.id, later)),
        }
    }
    purse.close(&mut tx, now).await?;
    if !granted.is_empty() {
        store::claim(&mut tx, &granted, (now, now + LEASE)).await?;
    }
    if !deferred.is_empty() {
        flow.displays.metrics.deferred(deferred.len());
        store::defer(&mut tx, &deferred).await?;
    }
    tx.commit().await?;
    let granted: BTreeSet<Uuid> = granted.iter().map(|turn| turn.id).collect();
    turns.retain(|turn| granted.contains(&turn.id));
    for turn in &mut turns {
        turn.attempts += 1;
    }
    Ok((turns, has_more))
}

/// The budgets of a batch.
struct Purse {
    budgets: HashMap<String, Budget>,
    changed: BTreeSet<String>,
    /// How many wait for a budget already, in this batch.
    waiting: HashMap<String, u32>,
}

impl Purse {
    async fn open(
        tx: &mut PlatformTx,
        turns: &[Turn],
        now: DateTime<Utc>,
    ) -> Result<Self, DbError> {
        let keys: BTreeSet<String> = turns
            .iter()
            .flat_map(|turn| keys_of(turn.tenant_id, turn.gateway_eui.as_deref()))
            .collect();
        let keys: Vec<String> = keys.into_iter().collect();
        let kept = store::budgets(tx, &keys, now).await?;
        Ok(Self {
            budgets: kept
                .iter()
                .map(|kept| (kept.key.clone(), budget_of(kept)))
                .collect(),
            changed: BTreeSet::new(),
            waiting: HashMap::new(),
        })
    }

    /// Pays for a command, or says when that will be possible.
    fn pay(
        &mut self,
        turn: &Turn,
        settings: &Settings,
        now: DateTime<Utc>,
    ) -> Option<DateTime<Utc>> {
        let keys = keys_of(turn.tenant_id, turn.gateway_eui.as_deref());
        let limits = [settings.gateway_per_minute, settings.tenant_per_minute];
        let mut later = now;
        for (key, limit) in keys.iter().zip(limits) {
            let before = self.waiting.get(key).copied().unwrap_or(0);
            let budget = self.budgets.entry(key.clone()).or_default();
            later = later.max(budget.free_at(before + 1, limit, now));
        }
        if later > now {
            for key in keys {
                *self.waiting.entry(key).or_default() += 1;
            }
            return Some(later);
        }
        for (key, limit) in keys.into_iter().zip(limits) {
            self.budgets
                .entry(key.clone())
                .or_default()
                .take(1, limit, now);
            self.changed.insert(key);
        }
        None
    }

    async fn close(self, tx: &mut PlatformTx, now: DateTime<Utc>) -> Result<(), DbError> {
        for key in self.changed {
            let Some(budget) = self.budgets.get(&key) else {
                continue;
            };
            let mut by_moment: BTreeMap<DateTime<Utc>, u32> = BTreeMap::new();
            for (at, count) in budget.taken(now) {
                *by_moment.entry(*at).or_default() += *count;
            }
            let (taken_at, taken) = by_moment
                .into_iter()
                .map(|(at, count)| (at, i32::try_from(count).unwrap_or(i32::MAX)))
                .unzip();
            store::write_budget(
                tx,
                &Kept {
                    key,
                    taken_at,
                    taken,
                },
                now,
            )
            .await?;
        }
        Ok(())
    }
}

/// What the network server answered.
struct Answer {
    turn: Turn,
    was_flushed: bool,
    outcome: Result<String, DoorError>,
    /// Whether it was not asked at all.
    is_unasked: bool,
}

/// Hands a command over, after the device's queue was emptied of what nobody counts on.
async fn hand_over(
    displays: &Displays,
    queues: &dyn Queues,
    turn: Turn,
    now: DateTime<Utc>,
) -> Answer {
    // It went away while the batch was on its way.
    if let Allowed::None(_) = displays.allowed(now) {
        let outcome = Err(DoorError::Away("it is left alone for a while".into()));
        return Answer {
            turn,
            was_flushed: false,
            outcome,
            is_unasked: true,
        };
    }
    let Ok(dev_eui) = turn.dev_eui.parse() else {
        let outcome = Err(DoorError::Refused("the DevEUI is none".into()));
        return Answer {
            turn,
            was_flushed: false,
            outcome,
            is_unasked: true,
        };
    };
    let mut was_flushed = false;
    if turn.must_flush {
        let flushed = queues.flush(dev_eui).await;
        displays.note(&flushed, now);
        if let Err(error) = flushed {
            return Answer {
                turn,
                was_flushed,
                outcome: Err(error),
                is_unasked: false,
            };
        }
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
    Answer {
        turn,
        was_flushed,
        outcome,
        is_unasked: false,
    }
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
        store::flushed(&mut tx, &flushed).await?;
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
