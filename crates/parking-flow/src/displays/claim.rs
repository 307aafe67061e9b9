//! Taking commands in hand: whose turn it is, within the budgets and by which path.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use parking_db::{DbError, PlatformTx, Reason};
use parking_http::error::causes;
use tracing::warn;
use uuid::Uuid;

use super::Displays;
use super::aside::ASIDE;
use super::paths::{CLOCKS_APART, CommandPath, Recipient};
use super::purse::Purse;
use super::send::Taker;
use super::store::deadlines;
use super::store::plan::Keys;
use super::store::turn::{self as store, Claimed, Turn};
use crate::Flow;

/// For how long a command stays in hand if its server dies: longer than the slowest network server
/// takes for a whole batch.
const LEASE: TimeDelta = TimeDelta::minutes(3);

/// How many commands may be taken in hand at most, and to whom they go.
#[derive(Clone, Copy, Debug)]
pub(super) struct Room {
    pub(super) limit: i64,
    pub(super) taker: Taker,
}

impl Turn {
    pub(super) fn path<'a>(&self, displays: &'a Displays) -> Option<&'a CommandPath> {
        displays.paths.to(self.heard_by.as_deref())
    }

    pub(super) fn recipient(&self) -> Recipient {
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
    pub(super) fn expires_at(&self, claimed_at: DateTime<Utc>) -> DateTime<Utc> {
        claimed_at + TimeDelta::seconds(self.patience_seconds.into())
    }
}

/// Takes commands in hand, as many as the budgets allow; the others wait until they will, or until what
/// was left behind before them is gone. Says whether there may be more.
pub(super) async fn claim(
    flow: &Flow,
    room: Room,
    now: DateTime<Utc>,
) -> Result<(Vec<Turn>, bool), DbError> {
    let mut tx = flow
        .db
        .platform(Reason::Worker("send commands to displays"))
        .await?;
    let turns = store::turns(&mut tx, room.limit, room.taker, now).await?;
    if turns.is_empty() {
        return Ok((turns, false));
    }
    let (count, has_more) = (turns.len(), has_more(&turns, room.limit));
    match grant(flow, &mut tx, turns, now).await {
        Ok(granted) => {
            tx.commit().await?;
            Ok((granted, has_more))
        }
        Err(error) if error.is_of_the_moment() => Err(error),
        Err(_) => {
            tx.roll_back().await?;
            let granted = claim_one_by_one(flow, count, room.taker, now).await?;
            Ok((granted, true))
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
    taker: Taker,
    now: DateTime<Utc>,
) -> Result<Vec<Turn>, DbError> {
    let mut all = Vec::new();
    for _ in 0..count {
        let mut tx = flow
            .db
            .platform(Reason::Worker("send commands to displays"))
            .await?;
        let turns = store::turns(&mut tx, 1, taker, now).await?;
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

/// Takes those of these commands in hand that the budgets allow and before which nothing lies that
/// cannot be taken back.
async fn grant(
    flow: &Flow,
    tx: &mut PlatformTx,
    mut turns: Vec<Turn>,
    now: DateTime<Utc>,
) -> Result<Vec<Turn>, DbError> {
    let displays = &flow.displays;
    turns.sort_by_key(|turn| (turn.urgency, turn.created_at, turn.id));
    // Somebody's command and the reconciler's may both have their turn: one after the other.
    let mut devices = BTreeSet::new();
    turns.retain(|turn| devices.insert((turn.tenant_id, turn.device_id)));
    let mut purse = Purse::open(tx, &turns, now).await?;
    let (mut granted, mut deferred, mut held): (Vec<Claimed<'_>>, _, _) =
        (Vec::new(), Vec::new(), Vec::new());
    for turn in &turns {
        let Some(path) = turn.path(displays) else {
            continue;
        };
        if let Some(until) = turn.held_until(path, now) {
            held.push((turn.tenant_id, turn.id, until));
            continue;
        }
        match purse.pay(turn.keys(), &displays.settings, now) {
            None => {
                let expires_at = path.is_one_way().then(|| turn.expires_at(now));
                granted.push((turn, path.name(), expires_at));
            }
            Some(later) => deferred.push((turn.tenant_id, turn.id, later)),
        }
    }
    purse.close(tx, now).await?;
    if !granted.is_empty() {
        take_in_hand(tx, &granted, now).await?;
    }
    displays.metrics.deferred(deferred.len());
    deferred.append(&mut held);
    if !deferred.is_empty() {
        store::defer(tx, &deferred).await?;
    }
    let granted: BTreeSet<Uuid> = granted.iter().map(|(turn, ..)| turn.id).collect();
    turns.retain(|turn| granted.contains(&turn.id));
    for turn in &mut turns {
        turn.attempts += 1;
    }
    Ok(turns)
}

async fn take_in_hand(
    tx: &mut PlatformTx,
    granted: &[Claimed<'_>],
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    // Before the commands say anew when they expire.
    let waited: Keys = granted
        .iter()
        .filter(|(turn, ..)| turn.left_until.is_some())
        .map(|(turn, ..)| (turn.tenant_id, turn.device_id))
        .unzip();
    if !waited.0.is_empty() {
        deadlines::ran_out(tx, &waited, now).await?;
    }
    store::claim(tx, granted, (now, now + LEASE)).await
}
