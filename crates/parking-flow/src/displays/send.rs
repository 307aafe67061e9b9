//! Sending: whose turn it is within the budgets, handing over, writing down.
//!
//! A turn has three parts, so that no transaction is open while the network server is asked: commands
//! are put into this server's hands, handed over some at a time, and written down as they are answered.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::stream::{self, StreamExt as _};
use parking_chirpstack::downlinks::DoorError;
use parking_db::{DbError, Reason};
use parking_domain::downlinks::{Allowed, Breaker, Trouble};
use parking_domain::ids::TenantId;
use uuid::Uuid;

use super::Displays;
use super::attempts::{Failed, give_back, jitter};
use super::paths::{CLOCKS_APART, CommandPath, Letter, Recipient, allowed};
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
    let now = flow.clock.now();
    let (chirpstack, limit) = match (&displays.paths.chirpstack, displays.allowed(now)) {
        (None, _) | (_, Allowed::None(_)) => (false, BATCH),
        (Some(_), Allowed::One) => (true, 1),
        (Some(_), Allowed::All) => (true, BATCH),
    };
    let takes = (chirpstack, displays.paths.stack.is_some());
    if takes == (false, false) {
        return Ok(false);
    }
    let (turns, has_more) = claim(flow, limit, takes, now).await?;
    let answers = stream::iter(turns)
        .map(|turn| hand_over(flow, turn, (now, flow.clock.now())))
        .buffer_unordered(AT_ONCE)
        .ready_chunks(AT_ONCE);
    let mut answers = std::pin::pin!(answers);
    while let Some(answers) = answers.next().await {
        write_down(flow, &answers).await?;
    }
    Ok(has_more)
}

impl Turn {
    fn path<'a>(&self, displays: &'a Displays) -> Option<&'a CommandPath> {
        displays.paths.to(self.heard_by.as_deref())
    }

    fn recipient(&self) -> Recipient {
        Recipient {
            tenant_id: self.tenant_id,
            dev_eui: self.dev_eui.clone(),
            application: self.application.clone(),
            stack_address: self.stack_address.clone(),
        }
    }

    /// Until when the display is given nothing: what cannot be taken back may still be on its way.
    fn held_until(&self, path: &CommandPath, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let left_until = self.left_until.filter(|_| path.is_one_way());
        left_until
            .map(|until| until + CLOCKS_APART)
            .filter(|until| *until > now)
    }

    /// From when on the network server drops it, where it cannot be taken back.
    fn expires_at(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        now + TimeDelta::seconds(self.patience_seconds.into())
    }
}

/// Takes commands in hand, as many as the budgets allow; the others wait until they will, or until what
/// was left behind before them is gone.
async fn claim(
    flow: &Flow,
    limit: i64,
    takes: (bool, bool),
    now: DateTime<Utc>,
) -> Result<(Vec<Turn>, bool), DbError> {
    let displays = &flow.displays;
    let mut tx = flow
        .db
        .platform(Reason::Worker("send commands to displays"))
        .await?;
    let mut turns = store::turns(&mut tx, limit, takes, now).await?;
    if turns.is_empty() {
        return Ok((turns, false));
    }
    let has_more = i64::try_from(turns.len()).is_ok_and(|count| count >= limit);
    turns.sort_by_key(|turn| (turn.urgency, turn.created_at, turn.id));
    // Somebody's command and the reconciler's may both have their turn: one after the other.
    let mut devices = BTreeSet::new();
    turns.retain(|turn| devices.insert((turn.tenant_id, turn.device_id)));
    let mut purse = Purse::open(&mut tx, &turns, now).await?;
    let (mut granted, mut deferred, mut held) = (Vec::new(), Vec::new(), Vec::new());
    for turn in &turns {
        let Some(path) = turn.path(displays) else {
            continue;
        };
        if let Some(until) = turn.held_until(path, now) {
            held.push((turn.tenant_id, turn.id, until));
            continue;
        }
        match purse.pay(turn, &displays.settings, now) {
            None => {
                let expires_at = path.is_one_way().then(|| turn.expires_at(now));
                granted.push((turn, path.name(), expires_at));
            }
            Some(later) => deferred.push((turn.tenant_id, turn.id, later)),
        }
    }
    purse.close(&mut tx, now).await?;
    // Before the commands say anew when they expire.
    let waited = granted
        .iter()
        .filter(|(turn, ..)| turn.left_until.is_some());
    let waited: Keys = waited
        .map(|(turn, ..)| (turn.tenant_id, turn.device_id))
        .unzip();
    if !waited.0.is_empty() {
        deadlines::ran_out(&mut tx, &waited, now).await?;
    }
    if !granted.is_empty() {
        store::claim(&mut tx, &granted, (now, now + LEASE)).await?;
    }
    displays.metrics.deferred(deferred.len());
    deferred.append(&mut held);
    if !deferred.is_empty() {
        store::defer(&mut tx, &deferred).await?;
    }
    tx.commit().await?;
    let granted: BTreeSet<Uuid> = granted.iter().map(|(turn, ..)| turn.id).collect();
    turns.retain(|turn| granted.contains(&turn.id));
    for turn in &mut turns {
        turn.attempts += 1;
    }
    Ok((turns, has_more))
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

/// Hands a command over, after the device's queue was emptied of what nobody counts on.
async fn hand_over(
    flow: &Flow,
    turn: Turn,
    (claimed_at, now): (DateTime<Utc>, DateTime<Utc>),
) -> Answer {
    let (displays, to) = (&flow.displays, turn.recipient());
    let Some(path) = turn.path(displays) else {
        let outcome = Err(DoorError::Away("there is no way to it".into()));
        return Answer::unasked(turn, outcome);
    };
    let breaker = displays.breaker(path, &to).await;
    // It went away while the batch was on its way.
    if let Allowed::None(until) = allowed(&breaker, now) {
        let outcome = Err(DoorError::Away("it is left alone for a while".into()));
        return Answer {
            not_before: Some(until),
            ..Answer::unasked(turn, outcome)
        };
    }
    let (was_flushed, outcome) = ask(flow, (path, &breaker), &turn, (claimed_at, now)).await;
    let not_before = match (&outcome, allowed(&breaker, now)) {
        (Err(DoorError::Away(_)), Allowed::None(until)) => Some(until),
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
    if let (CommandPath::Broker(_), Some(application)) = (path, &to.application)
        && let Err(error) = must_be_theirs(flow, (turn.tenant_id, application)).await
    {
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

/// Refuses an application that is not this tenant's any more: all tenants publish at one broker, which takes
/// commands to every device.
async fn must_be_theirs(flow: &Flow, (tenant, application): (Uuid, &str)) -> Result<(), DoorError> {
    let owner = flow.applications.owner(Some(application)).await;
    let owner = owner.map_err(|_| DoorError::Away("nobody can say whose it is".to_owned()))?;
    if owner == TenantId(tenant) {
        return Ok(());
    }
    let strange = "it was heard in an application that is not its tenant's";
    Err(DoorError::Refused(strange.to_owned()))
}

impl Answer {
    fn unasked(turn: Turn, outcome: Result<String, DoorError>) -> Self {
        Self {
            turn,
            was_flushed: false,
            outcome,
            is_unasked: true,
            not_before: None,
        }
    }
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
                    queue_item: item.clone(),
                });
                continue;
            }
            Err(DoorError::Away(detail)) => (Trouble::Away, detail),
            Err(DoorError::Unanswered(detail)) => (Trouble::Unanswered, detail),
            Err(DoorError::Refused(detail)) => (Trouble::Refused, detail),
        };
        if !answer.is_unasked {
            displays.metrics.troubled(trouble);
        }
        let jitter = jitter();
        let failed = Failed {
            key: (turn.tenant_id, turn.id, turn.device_id),
            attempts: turn.attempts,
            trouble,
            detail: Some(detail),
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
