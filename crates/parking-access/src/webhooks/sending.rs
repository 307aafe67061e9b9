//! Sending what is due.
//!
//! A server takes a webhook in hand for as long as it needs for some deliveries, and sends them one
//! after the other: so a receiver gets them in order and never two at once, and one that is slow
//! holds up nobody but itself. A server that dies lets go of its webhooks by the clock; what it was
//! sending is sent again, under the same name.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use parking_db::queue::enqueue;
use parking_db::reconcile;
use parking_db::{DbError, PlatformTx, Reason};
use parking_domain::ids::TenantId;
use parking_domain::webhooks::{Health, retry_after};
use secrecy::SecretString;
use serde_json::json;
use sqlx::PgConnection;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{info, warn};
use uuid::Uuid;

use super::courier::{Answer, Message, Trouble};
use super::jobs::MailWebhookDisabled;
use super::store::sending::{self as store, Attempt, InHand, Standing};
use super::store::{disable, owners};
use super::{DisabledWhy, Webhooks, place, signature};
use crate::audit::{self, By, Entry};
use crate::secrets::random_bytes;

/// Webhooks one server has in hand at most.
const IN_HAND_MAX: usize = 16;

/// Webhooks of one tenant that all servers together have in hand at most.
const IN_HAND_OF_TENANT_MAX: i64 = 4;

/// How long a webhook stays in hand if its server dies: longer than the last message takes that is
/// begun in time, and the database at its slowest.
const LEASE: TimeDelta = TimeDelta::minutes(2);

/// How long messages are begun before others have their turn.
const TURN: Duration = Duration::from_secs(20);

/// Messages of one turn.
const TURN_MESSAGES_MAX: usize = 100;

/// How often it is looked for what became due.
const PERIOD: Duration = Duration::from_secs(2);

/// The longest a receiver may ask to be left alone.
const RETRY_AFTER_MAX: TimeDelta = TimeDelta::days(1);

/// Sends what is due until told to stop.
pub async fn run(state: Webhooks, stop: CancellationToken) {
    let (places, turns) = (Arc::new(Semaphore::new(IN_HAND_MAX)), TaskTracker::new());
    let nudge = state.nudge.clone();
    reconcile::run("webhooks", PERIOD, nudge, stop.clone(), || {
        let (state, stop, places, turns) = (state.clone(), stop.clone(), Arc::clone(&places), turns.clone());
        async move {
            let free = i64::try_from(places.available_permits()).unwrap_or(0);
            for hand in take(&state, free).await? {
                // There are as many as were free, and nobody else takes them.
                let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
                    break;
                };
                let (state, stop) = (state.clone(), stop.clone());
                turns.spawn(async move {
                    if let Err(error) = turn(&state, &hand, &stop).await {
                        warn!(tenant.id = %hand.tenant, webhook.id = %hand.id, %error, "a webhook's turn broke off");
                    }
                    drop(place);
                    state.nudge.now();
                });
            }
            Ok::<_, DbError>(false)
        }
    })
    .await;
    turns.close();
    turns.wait().await;
}

/// Takes webhooks in hand that have something due.
pub(super) async fn take(state: &Webhooks, limit: i64) -> Result<Vec<InHand>, DbError> {
    if limit == 0 {
        return Ok(Vec::new());
    }
    let now = state.clock.now();
    let mut tx = begin(state).await?;
    let bounds = (limit, IN_HAND_OF_TENANT_MAX);
    let taken = store::take(&mut tx, bounds, now + LEASE, now).await?;
    tx.commit().await?;
    Ok(taken)
}

/// Sends what is due for a webhook in hand, then lets go of it.
pub(super) async fn turn(
    state: &Webhooks,
    hand: &InHand,
    stop: &CancellationToken,
) -> Result<(), DbError> {
    let begun = Instant::now();
    for _ in 0..TURN_MESSAGES_MAX {
        if stop.is_cancelled() || begun.elapsed() > TURN || !send_next(state, hand).await? {
            break;
        }
    }
    let mut tx = begin(state).await?;
    store::let_go(&mut tx, hand).await?;
    tx.commit().await
}

async fn begin(state: &Webhooks) -> Result<PlatformTx, DbError> {
    state.db.platform(Reason::Worker("send webhooks")).await
}

/// Sends the delivery whose turn it is, if there is one, and says whether there was.
async fn send_next(state: &Webhooks, hand: &InHand) -> Result<bool, DbError> {
    let mut tx = begin(state).await?;
    let next = store::next(&mut tx, hand, state.clock.now()).await?;
    drop(tx);
    let Some(next) = next else { return Ok(false) };
    let sealed = (
        next.sealed_secret.as_slice(),
        next.sealed_previous.as_deref(),
    );
    let secrets = open(state, (hand.tenant, hand.id), sealed);
    let answer = send(state, &next.url, &secrets, (next.id, &next.body)).await;
    settle(state, hand, next.id, &answer).await?;
    Ok(true)
}

/// The secrets that sign now, newest first.
pub(super) fn open(
    state: &Webhooks,
    (tenant, id): (TenantId, Uuid),
    (secret, previous): (&[u8], Option<&[u8]>),
) -> Vec<SecretString> {
    let place = place(tenant, id);
    let Ok(secret) = state.vault.open(secret, &place) else {
        return Vec::new();
    };
    let previous = previous.and_then(|sealed| state.vault.open(sealed, &place).ok());
    std::iter::once(secret).chain(previous).collect()
}

/// Signs a delivery and carries it to an address.
pub(super) async fn send(
    state: &Webhooks,
    address: &str,
    secrets: &[SecretString],
    (id, body): (Uuid, &str),
) -> Answer {
    if secrets.is_empty() {
        return Answer::none(Trouble::SecretLost);
    }
    let (id, timestamp) = (
        format!("msg_{}", id.simple()),
        state.clock.now().timestamp(),
    );
    let signatures = signature::signatures(secrets, (&id, timestamp), body);
    let message = Message {
        id: &id,
        timestamp,
        signatures: &signatures,
        body,
    };
    state.courier.carry(address, &message).await
}

/// An attempt as it is kept.
pub(super) fn attempt_of(answer: &Answer, now: DateTime<Utc>) -> Attempt {
    let duration_ms = i32::try_from(answer.duration.as_millis()).unwrap_or(i32::MAX);
    let (response_status, error) = (
        answer.status.map(i32::from),
        answer.trouble.map(Trouble::name),
    );
    Attempt {
        response_status,
        error,
        duration_ms,
        whole: json!({
            "at": now, "response_status": response_status, "error": error, "duration_ms": duration_ms,
            "response": answer.excerpt,
        }),
    }
}

/// Writes down how an attempt went: for the delivery, and for the receiver's health.
async fn settle(
    state: &Webhooks,
    hand: &InHand,
    delivery: Uuid,
    answer: &Answer,
) -> Result<(), DbError> {
    let (now, at) = (state.clock.now(), (hand.tenant, hand.id));
    let attempt = attempt_of(answer, now);
    info!(
        tenant.id = %hand.tenant, webhook.id = %hand.id, webhook.delivery = %delivery, http.status = attempt.response_status,
        duration_ms = attempt.duration_ms, error = attempt.error, "webhook sent"
    );
    let mut tx = begin(state).await?;
    let Some(standing) = store::standing(tx.conn(), at).await? else {
        // It was deleted meanwhile, with everything there was to send.
        return Ok(());
    };
    let delivery = (hand.tenant, delivery);
    if let Some(before) = store::attempts_of(tx.conn(), delivery).await? {
        let next = match answer.trouble {
            None => None,
            Some(_) => next_attempt(before + 1, answer, now),
        };
        store::attempted(tx.conn(), delivery, &attempt, next, now).await?;
    }
    match attempt.error {
        None => recover(tx.conn(), at, &standing.health, now).await?,
        Some(error) => {
            let health = standing.health.failed(now);
            store::failed(tx.conn(), at, &health, error, now).await?;
            if !standing.is_disabled {
                give_up(&mut tx, at, (&standing, &health), answer.trouble, now).await?;
            }
        }
    }
    tx.commit().await
}

/// The receiver answers again: whatever had to wait for it goes on in its order.
pub(super) async fn recover(
    conn: &mut PgConnection,
    at: (TenantId, Uuid),
    before: &Health,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    store::succeeded(conn, at, now).await?;
    if before.paused_until.is_some() {
        store::hurry(conn, at, now).await?;
    }
    Ok(())
}

fn next_attempt(attempts: i32, answer: &Answer, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let [jitter] = random_bytes();
    let asked = TimeDelta::seconds(answer.retry_after_seconds.unwrap_or(0).into());
    let after = retry_after(attempts, jitter)?.max(asked.min(RETRY_AFTER_MAX));
    Some(now + after)
}

/// Disables a webhook whose receiver is gone, or fails for so long that nobody seems to care, and
/// tells the owners. Call it last.
async fn give_up(
    tx: &mut PlatformTx,
    (tenant, id): (TenantId, Uuid),
    (standing, health): (&Standing, &Health),
    trouble: Option<Trouble>,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let why = if trouble == Some(Trouble::Gone) {
        DisabledWhy::Gone
    } else if health.is_hopeless(now) {
        DisabledWhy::Failing
    } else {
        return Ok(());
    };
    disable(tx.conn(), (tenant, id), why, now).await?;
    for user_id in owners(tx, tenant).await? {
        let job = MailWebhookDisabled {
            webhook_id: id,
            user_id,
        };
        enqueue(tx.conn(), tenant, &job, now).await?;
    }
    let entry = Entry {
        action: "webhook.disabled",
        entity_type: "webhook",
        entity_id: Some(id.to_string()),
        entity_name: Some(&standing.name),
        new: Some(json!({ "disabled": why.name() })),
        ..Entry::default()
    };
    audit::append(tx.conn(), tenant, &By::system("webhooks"), now, entry).await
}
