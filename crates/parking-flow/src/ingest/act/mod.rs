//! Acting on messages: from what a device said to the state of its bay.

mod health;
mod lamps;

use std::collections::HashMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use parking_db::{DbError, PlatformTx, Reason};
use parking_domain::bay_state::SensorState;
use parking_domain::codec::{self, Millivolts};
use parking_domain::downlinks::Said;
use parking_domain::radio::Reception;
use parking_estate::devices::{self, Listened};
use parking_estate::spaces::{self, Effect, Sensed};
use parking_http::error::causes;
use serde_json::json;
use tracing::warn;
use uuid::Uuid;

use super::store::{self, Acted, Pending};
use super::{SHARDS, storable};
use crate::Flow;
use crate::displays::Displays;

/// Messages of a shard acted on in one transaction.
const BATCH: i64 = 200;

/// How long shards are left alone that somebody else acts on; what was stored meanwhile may be more
/// than they saw.
const TAKEN_PAUSE: Duration = Duration::from_millis(20);

/// What acting on shards came to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Turn {
    /// Nothing is left.
    Done,
    /// There may be more.
    More,
    /// Nothing is left of ours; somebody else acts on the others.
    Taken,
}

/// Acts on the messages that wait, a batch of each shard, and says whether there are more. All are acted
/// on together, because what that costs is mostly by the transaction; if they cannot be, each shard is by
/// itself, and one that fails holds up no other.
pub async fn act(flow: &Flow) -> Result<bool, DbError> {
    let shards: Vec<i16> = (0..SHARDS).collect();
    match act_on_shards(flow, &shards).await {
        Ok(Turn::Done) => Ok(false),
        Ok(Turn::More) => Ok(true),
        Ok(Turn::Taken) => {
            tokio::time::sleep(TAKEN_PAUSE).await;
            Ok(true)
        }
        Err(error) if flow.db.is_away() => Err(error),
        Err(_) => act_shard_by_shard(flow, &shards).await,
    }
}

async fn act_shard_by_shard(flow: &Flow, shards: &[i16]) -> Result<bool, DbError> {
    let mut has_more = Ok(false);
    for shard in shards {
        match act_on_shards(flow, &[*shard]).await {
            Ok(turn) => has_more = has_more.map(|more| more || turn != Turn::Done),
            Err(error) if flow.db.is_away() => return Err(error),
            Err(error) => {
                warn!(shard, error = causes(&error), "messages cannot be acted on");
                has_more = has_more.and(Err(error));
            }
        }
    }
    has_more
}

/// Acts on a batch of each of these shards that nobody else acts on. If a single shard cannot be acted
/// on, its messages are each by themselves.
async fn act_on_shards(flow: &Flow, shards: &[i16]) -> Result<Turn, DbError> {
    let mut tx = flow.db.platform(Reason::Worker("act on messages")).await?;
    let taken = store::take(&mut tx, shards).await?;
    let (mut pending, mut has_more) = (Vec::new(), false);
    for shard in &taken {
        let waiting = store::waiting(&mut tx, *shard, BATCH).await?;
        // A tenant that had more than its share waits on.
        has_more |= i64::try_from(waiting.len()).is_ok_and(|count| count >= store::SHARE_MIN);
        pending.extend(waiting);
    }
    if !pending.is_empty() {
        store::looked(&mut tx).await?;
        let now = flow.clock.now();
        match (act_on(&mut tx, &flow.displays, &pending, now).await, shards) {
            (Ok(outcomes), _) => commit(flow, tx, outcomes).await?,
            (Err(error), [shard]) if !error.is_of_the_moment() => {
                // The shard is taken again at once.
                tx.roll_back().await?;
                act_one_by_one(flow, *shard, pending.len()).await?;
            }
            (Err(error), _) => {
                // Here too; what cannot be undone went with its connection.
                let _gone = tx.roll_back().await;
                return Err(error);
            }
        }
    }
    Ok(if has_more {
        Turn::More
    } else if taken.len() < shards.len() {
        Turn::Taken
    } else {
        Turn::Done
    })
}

/// Acts on messages each by itself, the oldest first, and sets those aside that cannot be acted on:
/// one of them must not hold up the others for ever.
async fn act_one_by_one(flow: &Flow, shard: i16, count: usize) -> Result<(), DbError> {
    for _ in 0..count {
        let now = flow.clock.now();
        let mut tx = flow.db.platform(Reason::Worker("act on messages")).await?;
        if store::take(&mut tx, &[shard]).await?.is_empty() {
            return Ok(());
        }
        let pending = store::waiting(&mut tx, shard, 1).await?;
        let Some(one) = pending.first() else {
            return Ok(());
        };
        store::looked(&mut tx).await?;
        match act_on(&mut tx, &flow.displays, &pending, now).await {
            Ok(outcomes) => commit(flow, tx, outcomes).await?,
            Err(error) if error.is_of_the_moment() => return Err(error),
            Err(error) => {
                tx.roll_back().await?;
                warn!(tenant.id = %one.tenant_id, uplink.id = %one.id, error = causes(&error), "a message cannot be acted on and is set aside");
                let mut tx = flow
                    .db
                    .platform(Reason::Worker("set a message aside"))
                    .await?;
                let failed = Acted::failed(one);
                store::settle(&mut tx, std::slice::from_ref(&failed), now).await?;
                commit(flow, tx, vec![failed.outcome]).await?;
            }
        }
    }
    Ok(())
}

/// Commits what was done, and counts what came of the messages.
async fn commit(flow: &Flow, tx: PlatformTx, outcomes: Vec<&'static str>) -> Result<(), DbError> {
    tx.commit().await?;
    flow.displays.to_plan.now();
    for outcome in outcomes {
        flow.intake.metrics().acted(outcome);
    }
    Ok(())
}

async fn act_on(
    tx: &mut PlatformTx,
    displays: &Displays,
    pending: &[Pending],
    now: DateTime<Utc>,
) -> Result<Vec<&'static str>, DbError> {
    let named: Vec<(Uuid, &str)> = pending
        .iter()
        .filter_map(|one| Some((one.tenant_id, one.dev_eui.as_deref()?)))
        .collect();
    let known = devices::listened(tx, &named).await?;
    let known: HashMap<(Uuid, &str), &Listened> = known
        .iter()
        .map(|device| ((device.tenant_id, device.dev_eui.as_str()), device))
        .collect();
    let mut understood: Vec<Understood<'_>> = pending
        .iter()
        .map(|one| {
            let device = one.dev_eui.as_deref();
            let device = device.and_then(|eui| known.get(&(one.tenant_id, eui)).copied());
            Understood::of(one, device)
        })
        .collect();
    sense(tx, &mut understood, now).await?;
    // Before devices are written: whoever plans displays locks them in that order too.
    lamps::note(tx, displays, &understood, now).await?;
    health::note(tx, &mut understood).await?;
    health::note_strays(tx, &understood).await?;
    let acted: Vec<Acted> = understood.into_iter().map(|one| one.acted).collect();
    store::settle(tx, &acted, now).await?;
    Ok(acted.iter().map(|one| one.outcome).collect())
}

/// A message and what was made of it.
struct Understood<'a> {
    message: &'a Pending,
    device: Option<&'a Listened>,
    /// What it says of a bay, if it does; `None` inside for a message that only proves that the
    /// sensor lives.
    sensed: Option<Sensed>,
    battery_percent: Option<f32>,
    battery_volts: Option<f32>,
    /// What a display says that it shows.
    said: Option<Said>,
    acted: Acted,
}

impl<'a> Understood<'a> {
    fn of(message: &'a Pending, device: Option<&'a Listened>) -> Self {
        let mut understood = Self {
            message,
            device,
            sensed: None,
            battery_percent: None,
            battery_volts: None,
            said: None,
            acted: Acted {
                tenant_id: message.tenant_id,
                id: message.id,
                at: message.at,
                outcome: "heard",
                device_id: device.map(|device| device.id),
                space_id: message.space_id,
                reading: None,
                problem: None,
                sensor_fact: None,
                frames_lost: None,
            },
        };
        match (message.kind.as_str(), device) {
            ("observation", _) => understood.observe(),
            ("garbled", _) => {
                understood.acted.outcome = "unreadable";
                understood.acted.problem = Some("not_a_message");
            }
            (_, None) => understood.acted.outcome = "orphan",
            ("up", Some(device)) => understood.read(device),
            ("status", Some(_)) => understood.take_status(),
            _ => {}
        }
        understood
    }

    fn observe(&mut self) {
        let state = match self.message.content["state"].as_str() {
            Some("free") => SensorState::Free,
            Some("occupied") => SensorState::Occupied,
            _ => SensorState::Unknown,
        };
        self.acted.outcome = "read";
        self.acted.reading = Some(json!({ "occupancy": state }));
        match (self.message.space_id, self.device) {
            (Some(space), _) => self.sense(space, None, Some(state)),
            (None, Some(device)) => self.sense_by(device, Some(state)),
            (None, None) => self.acted.outcome = "orphan",
        }
    }

    fn read(&mut self, device: &Listened) {
        let Some(codec) = device.codec.and_then(codec::find) else {
            self.acted.outcome = "unreadable";
            self.acted.problem = Some("unknown_model");
            return;
        };
        let port = self.message.f_port.and_then(|port| u8::try_from(port).ok());
        let payload = self.message.payload.as_deref().unwrap_or_default();
        match codec.decode(port, payload) {
            Ok(reading) => {
                let volts = reading.battery.voltage.map(volts);
                (self.battery_percent, self.battery_volts) =
                    (reading.battery.percent.map(f32::from), volts);
                self.said = reading.shown.as_ref().and_then(Said::of);
                self.acted.outcome = "read";
                self.acted.reading = serde_json::to_value(&reading).ok().map(storable);
                let state = reading.occupied().map(|is_occupied| {
                    if is_occupied {
                        SensorState::Occupied
                    } else {
                        SensorState::Free
                    }
                });
                self.sense_by(device, state);
            }
            Err(error) => {
                self.acted.outcome = "unreadable";
                self.acted.problem = Some(error.code());
                // It lives all the same, and what it said before is believed as long as it lives.
                self.sense_by(device, None);
            }
        }
    }

    fn take_status(&mut self) {
        #[expect(clippy::cast_possible_truncation, reason = "a percentage")]
        let percent = self.message.content["battery_percent"]
            .as_f64()
            .map(|p| p as f32);
        self.battery_percent = percent;
    }

    /// What a device says holds for the bay it watched when it said so.
    fn sense_by(&mut self, device: &Listened, state: Option<SensorState>) {
        let watched = device
            .watches
            .filter(|(_, since)| *since <= self.message.received_at);
        match watched {
            Some((space, _)) => self.sense(space, Some(device), state),
            None if state.is_some() => self.acted.outcome = "no_bay",
            None => {}
        }
    }

    fn sense(&mut self, space: Uuid, device: Option<&Listened>, state: Option<SensorState>) {
        self.acted.space_id = Some(space);
        self.sensed = Some(Sensed {
            tenant_id: self.message.tenant_id,
            space_id: space,
            device_id: device.map(|device| device.id),
            state,
            at: self.message.received_at,
            heartbeat_s: device.and_then(|device| device.heartbeat_s),
            uplink_id: self.message.id,
        });
    }

    fn receptions(&self) -> Vec<Reception> {
        serde_json::from_value(self.message.receptions.clone()).unwrap_or_default()
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a few volts")]
fn volts(voltage: Millivolts) -> f32 {
    voltage.volts() as f32
}

/// Tells the bays what was sensed, in the order in which it was received: nothing that happened is
/// missing from their history.
async fn sense(
    tx: &mut PlatformTx,
    understood: &mut [Understood<'_>],
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let sensed = understood.iter().filter_map(|one| one.sensed.clone());
    let mut sensed: Vec<Sensed> = sensed.collect();
    sensed.sort_by_key(|one| (one.at, one.uplink_id));
    let effects = spaces::sensed(tx, &sensed, now).await?;
    for one in understood {
        let says = (one.sensed.as_ref()).is_some_and(|sensed| sensed.state.is_some());
        match effects.get(&one.message.id) {
            Some(Effect::Counted(fact)) => {
                one.acted.sensor_fact = serde_json::to_value(fact).ok();
            }
            Some(Effect::Nothing) if says => one.acted.outcome = "superseded",
            Some(Effect::Unwatched) => {
                one.acted.space_id = one.message.space_id;
                if says {
                    one.acted.outcome = "no_bay";
                }
            }
            Some(Effect::Nothing) | None => {}
        }
    }
    Ok(())
}
