//! What sensors say of bays.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use parking_db::{DbError, PlatformTx, TenantTx};
use parking_domain::bay_state::{Said, SensorFact, SensorState, stale_at};
use parking_domain::ids::TenantId;
use parking_domain::radio::AHEAD_MAX;
use sqlx::PgConnection;
use uuid::Uuid;

use super::state::settled;
use super::store::sensing as store;
use super::store::state::{self, Bay, Settled};

/// What a message says of a bay.
#[derive(Clone, Debug)]
pub struct Sensed {
    /// Whose bay.
    pub tenant_id: Uuid,
    /// Which.
    pub space_id: Uuid,
    /// The device that watches it, unless the bay itself was named.
    pub device_id: Option<Uuid>,
    /// What its sensor says; `None` if it only proves that it lives.
    pub state: Option<SensorState>,
    /// When the message was received.
    pub at: DateTime<Utc>,
    /// How often the sensor speaks though nothing happened.
    pub heartbeat_s: Option<u32>,
    /// The message.
    pub uplink_id: Uuid,
}

/// What a message did to what is known of its bay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It counted; this is known of the bay's sensor after it.
    Counted(SensorFact),
    /// Nothing: the bay is gone, or something newer is known.
    Nothing,
    /// None at all: its device watches the bay no more.
    Unwatched,
}

/// A bay while it is told what was sensed, one message after the other.
struct Told {
    bay: Bay,
    has_news: bool,
    settled: Vec<Settled>,
}

impl Sensed {
    fn said(&self) -> Said {
        Said {
            state: self.state,
            at: self.at,
            stale_at: stale_at(self.at, self.heartbeat_s),
            uplink_id: self.uplink_id,
        }
    }
}

/// Writes down what sensors say of bays and computes the states that follow. Messages of one bay are
/// told it one after the other, in the order in which they are given, and each leaves its trace:
/// what is older than what is known changes nothing.
///
/// Whether a device watches a bay is asked when the bay is held: whoever takes it off holds the bay
/// too, and what its sensor said is forgotten then for good.
pub async fn sensed(
    tx: &mut PlatformTx,
    messages: &[Sensed],
    now: DateTime<Utc>,
) -> Result<HashMap<Uuid, Effect>, DbError> {
    if messages.is_empty() {
        return Ok(HashMap::new());
    }
    let bays = messages.iter().map(|one| (one.tenant_id, one.space_id));
    let bays: Vec<(Uuid, Uuid)> = bays.collect();
    let bays = state::facts(tx.conn(), &bays, now).await?;
    let mut bays: HashMap<(Uuid, Uuid), Told> = bays
        .into_iter()
        .map(|bay| ((bay.tenant_id, bay.id), Told::of(bay, now)))
        .collect();
    let watching = store::watching(tx, messages).await?;
    let watches = |one: &Sensed| {
        let device = one.device_id?;
        let since = watching.get(&(one.tenant_id, device, one.space_id))?;
        (*since <= one.at).then_some(())
    };
    let (heeded, unwatched): (Vec<&Sensed>, Vec<&Sensed>) = messages
        .iter()
        .partition(|one| one.device_id.is_none() || watches(one).is_some());
    let mut effects: HashMap<Uuid, Effect> = unwatched
        .into_iter()
        .map(|one| (one.uplink_id, Effect::Unwatched))
        .collect();
    for (message, followed_at) in heeded.iter().zip(followed(&heeded)) {
        let bay = bays.get_mut(&(message.tenant_id, message.space_id));
        let effect = bay.map_or(Effect::Nothing, |bay| bay.hear(message, followed_at, now));
        effects.insert(message.uplink_id, effect);
    }
    let mut told: Vec<Told> = bays.into_values().filter(|bay| bay.has_news).collect();
    told.sort_unstable_by_key(|told| told.bay.id);
    let facts: Vec<&Bay> = told.iter().map(|told| &told.bay).collect();
    store::write(tx, &facts).await?;
    let settled: Vec<Settled> = told.into_iter().flat_map(|told| told.settled).collect();
    state::write(tx.conn(), &settled, now).await?;
    Ok(effects)
}

/// Of each message, when the next one that says something of the same bay was received.
fn followed(messages: &[&Sensed]) -> Vec<Option<DateTime<Utc>>> {
    let mut next: HashMap<(Uuid, Uuid), DateTime<Utc>> = HashMap::new();
    let mut followed: Vec<Option<DateTime<Utc>>> = messages
        .iter()
        .rev()
        .map(|one| {
            let bay = (one.tenant_id, one.space_id);
            let after = next.get(&bay).copied();
            if one.state.is_some() {
                next.insert(bay, one.at);
            }
            after
        })
        .collect();
    followed.reverse();
    followed
}

impl Told {
    fn of(mut bay: Bay, now: DateTime<Utc>) -> Self {
        // A clock of ours that was ahead once must not keep the bay from hearing what comes now.
        let sensor = &mut bay.facts.sensor;
        if sensor.observed_at.is_some_and(|at| at > now + AHEAD_MAX) {
            sensor.observed_at = None;
        }
        Self {
            bay,
            has_news: false,
            settled: Vec::new(),
        }
    }

    fn hear(
        &mut self,
        message: &Sensed,
        followed_at: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Effect {
        let known = &mut self.bay.facts.sensor;
        let after = known.after(&message.said(), self.bay.window);
        let Some(fact) = after.filter(|fact| fact != known) else {
            return Effect::Nothing;
        };
        *known = fact;
        self.has_news = true;
        // What the next message, which is here, takes back before anybody believes it never was.
        let ends = fact.held.map(|held| held.until).zip(followed_at);
        if ends.is_none_or(|(until, followed_at)| followed_at >= until) {
            let one = settled(&self.bay, now);
            one.to.clone_into(&mut self.bay.state);
            self.settled.push(one);
        }
        Effect::Counted(fact)
    }
}

/// Which of these bays of the tenant there are.
pub async fn living(tx: &mut TenantTx, ids: &[Uuid]) -> Result<HashSet<Uuid>, DbError> {
    store::living(tx, ids).await
}

/// The living bays of a tenant that have these codes, each at the site of this id or slug if one is
/// named, by the place of what was asked for; several, if it is not said of which site.
pub async fn coded(
    conn: &mut PgConnection,
    tenant: TenantId,
    asked: &[(Option<&str>, &str)],
) -> Result<HashMap<usize, Vec<Uuid>>, DbError> {
    if asked.is_empty() {
        return Ok(HashMap::new());
    }
    let mut found: HashMap<usize, Vec<Uuid>> = HashMap::new();
    for (place, space) in store::coded(conn, tenant.0, asked).await? {
        found.entry(place).or_default().push(space);
    }
    Ok(found)
}
