//! Planning: what each display should show is compared with what it was told, and commands are made.

use chrono::{DateTime, TimeDelta, Utc};
use parking_db::{DbError, PlatformTx, Reason};
use parking_domain::codec::{self, Codec};
use parking_domain::downlinks::{Command, Known, Said, Sent, Step, patience, rest};
use parking_domain::ids::fresh;
use parking_domain::models::{self, Model};
use parking_estate::devices::{self, DisplayFault};
use uuid::Uuid;

use super::Settings;
use super::aside::plan_in_parts;
use super::store::commands::{self, Draft};
use super::store::plan::{self as store, Keys, Lamp, Looked, Told};
use super::wanted::{Wanted, wanted};
use crate::Flow;

/// Displays looked at in one transaction.
const BATCH: i64 = 2_500;

/// How often a display is looked at though nothing happens.
const LOOK_EVERY: TimeDelta = TimeDelta::minutes(5);

/// How soon a display that was asked says what it shows.
const ANSWER: TimeDelta = TimeDelta::minutes(5);

/// How long the same is not said again, whatever happens.
const PAUSE: TimeDelta = TimeDelta::minutes(1);

/// For how long a lamp may say something else than it was told before somebody hears of it.
const MISMATCH_PATIENCE: TimeDelta = TimeDelta::minutes(2);

/// From how many failures in a row on a display counts as unreachable. A command that was given up
/// counts for as many; an answer that was missed, which the air may have swallowed, for one.
pub(super) const FAILURES_MAX: i32 = 2;

/// How long a display rests after so many failures in a row.
pub(super) fn rest_after(failures: i32) -> TimeDelta {
    rest(
        failures
            .unsigned_abs()
            .div_ceil(FAILURES_MAX.unsigned_abs()),
    )
}

/// Further ahead no display is left to rest: a later time is from a clock that was wrong.
const REST_MAX: TimeDelta = TimeDelta::hours(2);

/// What one round of planning came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Planned {
    /// Displays that were looked at.
    pub looked: usize,
    /// Commands that were made.
    pub made: usize,
    /// Commands that were not needed any more.
    pub superseded: u64,
}

/// Looks at displays that something happened to, or that were not looked at for a while, and says
/// whether there may be more.
pub async fn plan(flow: &Flow) -> Result<(Planned, bool), DbError> {
    let now = flow.clock.now();
    let mut tx = flow
        .db
        .platform(Reason::Worker("plan what displays show"))
        .await?;
    let marked = store::take_marks(&mut tx, BATCH).await?;
    let due = store::due(&mut tx, now, BATCH).await?;
    // Of those that were dealt fewer marks than anybody's share nobody has more.
    let is_full = |count: usize, limit| i64::try_from(count).is_ok_and(|count| count >= limit);
    let has_more = is_full(marked.len(), store::SHARE_MIN) || is_full(due.len(), BATCH);
    let mut keys: Vec<(Uuid, Uuid)> = marked.into_iter().chain(due).collect();
    keys.sort_unstable();
    keys.dedup();
    if keys.is_empty() {
        return Ok((Planned::default(), false));
    }
    match look_at(flow, &mut tx, &keys, now).await {
        Ok(planned) => {
            tx.commit().await?;
            done(flow, planned);
            Ok((planned, has_more))
        }
        Err(error) if error.is_of_the_moment() => Err(error),
        Err(_) => {
            // The marks are there again.
            tx.roll_back().await?;
            Ok((plan_in_parts(flow, &keys, now).await?, has_more))
        }
    }
}

/// Looks at displays and writes down what follows.
pub(super) async fn look_at(
    flow: &Flow,
    tx: &mut PlatformTx,
    keys: &[(Uuid, Uuid)],
    now: DateTime<Utc>,
) -> Result<Planned, DbError> {
    let keys: Keys = keys.iter().copied().unzip();
    store::lock(tx, &keys, now).await?;
    let lamps = store::lamps(tx, &keys).await?;
    let wanted = wanted(tx, &lamps, now).await?;
    let mut round = Round::default();
    let nothing = Wanted::default();
    for lamp in &lamps {
        let wish = wanted.get(&(lamp.tenant_id, lamp.id)).unwrap_or(&nothing);
        round.look(lamp, wish, &flow.displays.settings, now);
    }
    round.write(tx, now).await
}

pub(super) fn done(flow: &Flow, planned: Planned) {
    flow.displays.metrics.planned(planned);
    if planned.made > 0 {
        flow.displays.wake_senders();
    }
}

/// What a round of looks has found.
#[derive(Default)]
struct Round {
    looked: Vec<Looked>,
    drafts: Vec<Draft>,
    /// Displays whose waiting command is not needed any more.
    superseded: Keys,
    /// Displays with a newer command than the one that is on its way.
    overtaken: Keys,
    /// Displays that say that they show what they were told.
    confirmed: Keys,
    /// Displays that are not the tenant's any more.
    gone: Keys,
    told: Vec<Told>,
    faults: Vec<(Uuid, Uuid, Option<DisplayFault>)>,
}

impl Round {
    fn look(&mut self, lamp: &Lamp, wish: &Wanted, settings: &Settings, now: DateTime<Utc>) {
        let model = lamp.model.as_deref().and_then(models::find);
        let codec = model.and_then(|model| codec::find(model.codec));
        let mut known = known(lamp, model, codec, wish);
        known.drive_at = known.drive_at.filter(|at| *at <= now + REST_MAX);
        let is_new = command(lamp.wanted_f_port, lamp.wanted_payload.as_ref()) != known.wanted;
        let is_changed = is_new || lamp.wanted_why != wish.why;
        if is_new {
            known.drive_at = None;
        }
        let (mut failures, mut drive_at) = (lamp.failures, known.drive_at);
        if known.is_proven(now) {
            (failures, drive_at) = (0, None);
        }
        let is_missed = known.doubted_at().is_some_and(|at| at <= now);
        let step = known.step(now);
        if step == Step::Tell {
            let is_repeated =
                known.transmitted.as_ref().map(|sent| &sent.command) == known.wanted.as_ref();
            if is_missed && is_repeated {
                failures = failures.saturating_add(1);
                drive_at = Some(now + rest_after(failures));
            } else if is_repeated {
                drive_at = Some(now + PAUSE);
            }
            self.tell(lamp, (&known, wish, is_repeated), (model, settings));
        }
        if step != Step::Keep && known.waiting.is_some() {
            push(&mut self.superseded, lamp);
        }
        let is_behind = !known.is_in_step(now);
        // Until it says that it shows what it should, its last word counts.
        let is_mismatched = known.wanted.is_some()
            && !known.is_proven(now)
            && (known.is_contradicted() || lamp.mismatched_since.is_some());
        let behind = is_behind.then(|| lamp.behind_since.unwrap_or(now));
        let mismatched = is_mismatched.then(|| lamp.mismatched_since.unwrap_or(now));
        let is_fault_new = self.judge(lamp, (mismatched, failures), now);
        self.settle(lamp, known.is_proven(now) && known.is_confirmed());
        let agrees = known.shown.map(|(_, agrees)| agrees);
        let is_anew = is_judged_anew(lamp, agrees, (is_behind, is_mismatched));
        if is_changed || is_anew || is_fault_new {
            self.told.push(told(lamp));
        }
        let next = [
            wish.until,
            known.doubted_at(),
            drive_at,
            mismatched.map(|at| at + MISMATCH_PATIENCE),
        ];
        let next = next.into_iter().flatten().filter(|at| *at > now).min();
        self.looked.push(Looked {
            tenant_id: lamp.tenant_id,
            id: lamp.id,
            space_id: lamp.space_id,
            f_port: known.wanted.as_ref().map(|wanted| i16::from(wanted.f_port)),
            payload: known.wanted.as_ref().map(|wanted| wanted.payload.clone()),
            look: wish.look.clone(),
            why: wish.why.clone(),
            wanted_at: if is_changed {
                Some(now)
            } else {
                lamp.wanted_at
            },
            shown_agrees: agrees,
            behind_since: behind,
            mismatched_since: mismatched,
            failures,
            drive_at,
            due_at: next.map_or(now + LOOK_EVERY, |next| next.min(now + LOOK_EVERY)),
        });
    }

    fn tell(
        &mut self,
        lamp: &Lamp,
        (known, wish, is_repeated): (&Known, &Wanted, bool),
        (model, settings): (Option<&Model>, &Settings),
    ) {
        let Some(wanted) = &known.wanted else { return };
        let patience = patience(model.map(|model| model.class), settings.patience);
        if known.in_flight.is_some() {
            push(&mut self.overtaken, lamp);
        }
        self.drafts.push(Draft {
            tenant_id: lamp.tenant_id,
            id: fresh(),
            device_id: lamp.id,
            dev_eui: lamp.dev_eui.clone(),
            space_id: lamp.space_id,
            site_id: lamp.site_id,
            kind: if wish.is_test { "test" } else { "state" },
            f_port: i16::from(wanted.f_port),
            payload: wanted.payload.clone(),
            look: wish.look.clone(),
            why: wish.why.clone(),
            urgency: match (wish.is_emergency, wish.is_test || !is_repeated) {
                (true, _) => 0,
                (false, true) => 1,
                (false, false) => 2,
            },
            patience_seconds: i32::try_from(patience.num_seconds()).unwrap_or(30),
        });
    }

    /// What becomes of the commands to a display that says that it shows what it was told, or is gone.
    fn settle(&mut self, lamp: &Lamp, is_confirmed: bool) {
        if is_confirmed {
            push(&mut self.confirmed, lamp);
        }
        if !lamp.is_living {
            push(&mut self.gone, lamp);
        }
    }

    /// What is wrong with a display, for the alarms; says whether that is new.
    fn judge(
        &mut self,
        lamp: &Lamp,
        (mismatched, failures): (Option<DateTime<Utc>>, i32),
        now: DateTime<Utc>,
    ) -> bool {
        let fault = if failures >= FAILURES_MAX {
            Some(DisplayFault::Unreachable)
        } else if mismatched.is_some_and(|since| now >= since + MISMATCH_PATIENCE) {
            Some(DisplayFault::Mismatch)
        } else {
            None
        };
        let is_new = lamp.display_fault.as_deref() != fault.map(DisplayFault::name);
        if is_new {
            self.faults.push((lamp.tenant_id, lamp.id, fault));
        }
        is_new
    }

    async fn write(&self, tx: &mut PlatformTx, now: DateTime<Utc>) -> Result<Planned, DbError> {
        store::write(tx, &self.looked, now).await?;
        if !self.gone.0.is_empty() {
            commands::cancel(tx, &self.gone, now).await?;
        }
        let mut superseded = 0;
        if !self.superseded.0.is_empty() {
            superseded = commands::supersede(tx, &self.superseded, now).await?;
        }
        if !self.overtaken.0.is_empty() {
            commands::hurry(tx, &self.overtaken, now).await?;
        }
        if !self.drafts.is_empty() {
            commands::insert(tx, &self.drafts, now).await?;
        }
        if !self.confirmed.0.is_empty() {
            commands::confirm(tx, &self.confirmed, now).await?;
        }
        if !self.told.is_empty() {
            store::tell(tx, &self.told, now).await?;
        }
        if !self.faults.is_empty() {
            devices::note_faults(tx, &self.faults, now).await?;
        }
        Ok(Planned {
            looked: self.looked.len(),
            made: self.drafts.len(),
            superseded,
        })
    }
}

fn push(keys: &mut Keys, lamp: &Lamp) {
    keys.0.push(lamp.tenant_id);
    keys.1.push(lamp.id);
}

fn told(lamp: &Lamp) -> Told {
    Told {
        tenant_id: lamp.tenant_id,
        id: lamp.id,
        space_id: lamp.space_id,
        site_id: lamp.site_id,
    }
}

fn command(f_port: Option<i16>, payload: Option<&Vec<u8>>) -> Option<Command> {
    Some(Command {
        f_port: u8::try_from(f_port?).ok()?,
        payload: payload?.clone(),
    })
}

/// Whether what a display shows is judged otherwise than when it was last looked at.
fn is_judged_anew(
    lamp: &Lamp,
    agrees: Option<bool>,
    (is_behind, is_mismatched): (bool, bool),
) -> bool {
    agrees != lamp.shown_agrees
        || is_behind != lamp.behind_since.is_some()
        || is_mismatched != lamp.mismatched_since.is_some()
}

/// What is known of a display, in the words of the rules.
fn known(lamp: &Lamp, model: Option<&Model>, codec: Option<&Codec>, wish: &Wanted) -> Known {
    let transmitted = command(lamp.transmitted_f_port, lamp.transmitted_payload.as_ref());
    let said: Option<Said> = lamp
        .shown
        .clone()
        .and_then(|said| serde_json::from_value(said).ok());
    let agrees = match (said, codec, &transmitted) {
        (Some(said), Some(codec), Some(told)) => Some(said.agrees_with(codec, told)),
        _ => None,
    };
    Known {
        wanted: wish.command.clone().filter(|_| lamp.is_in_service),
        waiting: command(lamp.waiting_f_port, lamp.waiting_payload.as_ref()),
        in_flight: command(lamp.flying_f_port, lamp.flying_payload.as_ref()),
        answers_within: transmitted
            .as_ref()
            .and_then(|told| answers_within(lamp, model, codec, told)),
        transmitted: transmitted
            .zip(lamp.transmitted_at)
            .map(|(command, at)| Sent { command, at }),
        joined_at: lamp.joined_at,
        shown: lamp.shown_at.zip(agrees),
        drive_at: lamp.drive_at,
    }
}

/// How soon a display says what it shows: at once if it was asked to, or at its next sign of life.
fn answers_within(
    lamp: &Lamp,
    model: Option<&Model>,
    codec: Option<&Codec>,
    told: &Command,
) -> Option<TimeDelta> {
    let model = model.filter(|model| model.is_light_reported)?;
    let meaning = codec?.interpret(Some(told.f_port), &told.payload);
    if matches!(meaning, Ok(codec::Command::SetColor(color)) if color.request_uplink) {
        return Some(ANSWER);
    }
    let own = lamp
        .heartbeat_seconds
        .and_then(|seconds| u32::try_from(seconds).ok());
    let heartbeat = own.or(model.heartbeat_s)?;
    Some(TimeDelta::milliseconds(i64::from(heartbeat) * 2_500))
}
