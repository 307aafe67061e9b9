//! Comparing when it is due, doing what was decided, and forgetting old runs.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::join_all;
use parking_access::audit::Witness;
use parking_db::queue::{Job, JobError, Schedule, Worker, enqueue};
use parking_db::{DbError, Reason, Result};
use parking_domain::eui::Eui64;
use parking_domain::ids::{TenantId, fresh};
use parking_http::error::causes;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::PgConnection;
use tracing::warn;
use uuid::Uuid;

use super::giving::{self, Given};
use super::looking::{self, AT_ONCE};
use super::store::{self, Deed, Link};
use super::{ChirpStackError, ChirpStacks, taking};

/// Deeds that are read at once.
const PORTION: i64 = 200;

/// Deeds of one run; the rest is the next one's.
const DEEDS_MAX: usize = 20_000;

/// After so many deeds in a row that nobody answered, the others are not tried now.
const SILENCES_MAX: usize = 3;

/// How long one run, or doing what was decided, may take.
const LONG: Duration = Duration::from_mins(15);

/// How long it is remembered how a run went.
const RUNS_KEPT_FOR: TimeDelta = TimeDelta::days(30);

/// Runs that are forgotten at once.
const FORGOTTEN_MAX: i64 = 1_000;

/// Compares both sides of a tenant once.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct CompareWithChirpstack {
    run: Uuid,
}

impl Job for CompareWithChirpstack {
    const KIND: &'static str = "compare_with_chirpstack";
    const ATTEMPTS_MAX: i32 = 1;
    const TIME_MAX: Duration = LONG;

    fn unique_key(&self) -> Option<String> {
        Some(self.run.to_string())
    }
}

/// Does what was decided about differences.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct MendChirpstack {}

impl Job for MendChirpstack {
    const KIND: &'static str = "mend_chirpstack";
    const ATTEMPTS_MAX: i32 = 1;
    const TIME_MAX: Duration = LONG;

    fn unique_key(&self) -> Option<String> {
        Some(String::new())
    }
}

/// Finds out whose turn it is.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct LookAtChirpstack {}

impl Job for LookAtChirpstack {
    const KIND: &'static str = "look_at_chirpstack";
    const IS_SWEEP: bool = true;
}

/// Teaches a worker to find out whose turn it is. What takes long is not for the workers that everybody
/// waits for.
#[must_use]
pub fn jobs(worker: Worker, state: &ChirpStacks, witness: &Witness) -> Worker {
    let (state, witness) = (state.clone(), witness.clone());
    worker.on(move |_, LookAtChirpstack {}| {
        let (state, witness) = (state.clone(), witness.clone());
        async move { Ok(turn(&state, &witness).await?) }
    })
}

/// Teaches a worker of its own to compare, one tenant after the other.
#[must_use]
pub fn comparing(worker: Worker, state: &ChirpStacks) -> Worker {
    let state = state.clone();
    worker.on(move |tenant, job: CompareWithChirpstack| {
        let state = state.clone();
        async move { Ok(run(&state, tenant, job.run).await?) }
    })
}

/// Teaches a worker of its own to do what was decided: people wait for that, and not for comparisons.
#[must_use]
pub fn mending(worker: Worker, state: &ChirpStacks) -> Worker {
    let state = state.clone();
    worker.on(move |tenant, MendChirpstack {}| {
        let state = state.clone();
        async move {
            let done = mend(&state, tenant).await;
            done.map(drop).map_err(JobError::retry)
        }
    })
}

/// When it is looked whose turn it is.
pub fn schedules() -> Vec<Schedule> {
    vec![Schedule::every::<LookAtChirpstack>(TimeDelta::seconds(15))]
}

pub(super) async fn mend_soon(
    conn: &mut PgConnection,
    tenant: TenantId,
    now: DateTime<Utc>,
) -> Result<()> {
    enqueue(conn, tenant, &MendChirpstack {}, now).await?;
    Ok(())
}

/// Whose turn it is gets a run; whoever comes next finds it is not. Whoever has one open needs no other.
pub(super) async fn turn(state: &ChirpStacks, witness: &Witness) -> Result<()> {
    let Some(remote) = &state.remote else {
        return Ok(());
    };
    let now = state.clock.now();
    let may_forget = witness.confirms(now).await?;
    let every = TimeDelta::from_std(remote.every).unwrap_or(TimeDelta::hours(1));
    let mut tx = state
        .db
        .platform(Reason::Worker("compare with ChirpStack"))
        .await?;
    // A little longer than a run may take, so that whoever makes it is gone.
    let time_max = TimeDelta::from_std(LONG * 2).unwrap_or(TimeDelta::hours(1));
    store::end_lost(&mut tx, time_max, now).await?;
    for tenant in store::take_due(&mut tx, now, every).await? {
        ask(tx.conn(), tenant, (false, None), now).await?;
    }
    if may_forget {
        store::forget_runs(&mut tx, now - RUNS_KEPT_FOR, FORGOTTEN_MAX).await?;
    }
    tx.commit().await
}

/// Asks for a run: the one that is open, or another. Whoever asks holds the tenant's part.
pub(super) async fn ask(
    conn: &mut PgConnection,
    tenant: TenantId,
    (is_dry, asked_by): (bool, Option<&str>),
    now: DateTime<Utc>,
) -> Result<Uuid> {
    if let Some(open) = store::open_run(conn, tenant, is_dry).await? {
        return Ok(open);
    }
    let run = fresh();
    store::ask(conn, (tenant, run), (is_dry, asked_by), now).await?;
    enqueue(conn, tenant, &CompareWithChirpstack { run }, now).await?;
    Ok(run)
}

/// One run, from its beginning to its end: how it went is written down either way.
async fn run(state: &ChirpStacks, tenant: TenantId, run: Uuid) -> Result<()> {
    let mut tx = state.db.tenant(tenant).await?;
    let is_dry = store::begin(tx.conn(), run, state.clock.now()).await?;
    tx.commit().await?;
    let Some(is_dry) = is_dry else { return Ok(()) };
    let (mut counts, mut stopped) = match looking::look(state, tenant, is_dry).await {
        Ok(counts) => (counts.told(), None),
        Err(error) => (json!({}), Some(error)),
    };
    if stopped.is_none() && !is_dry {
        match mend(state, tenant).await {
            Ok((done, failed)) => {
                counts["done"] = json!(done);
                counts["failed"] = json!(failed);
            }
            Err(error) => stopped = Some(error),
        }
    }
    if let Some(error) = &stopped {
        warn!(tenant.id = %tenant, error = causes(error), "a comparison with ChirpStack did not come to its end");
    }
    let told = stopped.as_ref().map(ChirpStackError::told);
    let mut tx = state.db.tenant(tenant).await?;
    let how = (&counts, told.as_deref());
    store::end(tx.conn(), run, how, state.clock.now()).await?;
    tx.commit().await
}

/// Does what is wanted, a few at once; stops when ChirpStack is away, and says how many were done and
/// how many failed.
async fn mend(
    state: &ChirpStacks,
    tenant: TenantId,
) -> std::result::Result<(usize, usize), ChirpStackError> {
    let began = state.clock.now();
    let mut tx = state.db.tenant(tenant).await?;
    let link = store::link(tx.conn()).await?;
    let link = link.ok_or(ChirpStackError::Unlinked)?;
    drop(tx);
    let (mut done, mut failed, mut silences) = (0, 0, 0);
    while done + failed < DEEDS_MAX {
        let mut tx = state.db.tenant(tenant).await?;
        let deeds = store::deeds(tx.conn(), (began, state.clock.now()), PORTION).await?;
        drop(tx);
        if deeds.is_empty() {
            break;
        }
        for deeds in deeds.chunks(AT_ONCE) {
            // Together to their end: of what was begun, it is written down what came of it.
            let doing = deeds.iter().map(|deed| one(state, tenant, &link, deed));
            for outcome in join_all(doing).await {
                match outcome {
                    Ok(true) => (done, silences) = (done + 1, 0),
                    Ok(false) => (failed, silences) = (failed + 1, 0),
                    Err(ChirpStackError::Remote(_)) if silences + 1 < SILENCES_MAX => {
                        (failed, silences) = (failed + 1, silences + 1);
                    }
                    Err(error) => return Err(error),
                }
            }
        }
    }
    Ok((done, failed))
}

/// One deed; says whether it was done. An error says nothing of the deed itself: the others fare alike,
/// perhaps.
async fn one(
    state: &ChirpStacks,
    tenant: TenantId,
    link: &Link,
    deed: &Deed,
) -> std::result::Result<bool, ChirpStackError> {
    if deed.way == "take" {
        return take(state, tenant, link, deed).await;
    }
    let given = match (deed.kind.as_str(), deed.here_id) {
        (_, None) => Err(ChirpStackError::Absent),
        ("device", Some(id)) => giving::device(state, tenant, link, id).await,
        (_, Some(id)) => giving::gateway(state, tenant, link, (id, deed.eui)).await,
    };
    note(state, tenant, (deed.id, deed.eui), &given).await?;
    match given {
        Ok(_) => Ok(true),
        Err(ChirpStackError::Remote(error)) if !error.is_of_the_moment() => Ok(false),
        Err(
            error @ (ChirpStackError::Remote(_)
            | ChirpStackError::Db(_)
            | ChirpStackError::Unlinked),
        ) => Err(error),
        Err(_) => Ok(false),
    }
}

/// What is made here and the note that it was are one.
async fn take(
    state: &ChirpStacks,
    tenant: TenantId,
    link: &Link,
    deed: &Deed,
) -> std::result::Result<bool, ChirpStackError> {
    let now = state.clock.now();
    let mut tx = looking::held(state, tenant, link).await?;
    match taking::take(&mut tx, deed, now).await {
        Ok(given) => {
            // What else differs than the name, the next run finds.
            let agreed = (given.name.as_str(), given.is_disabled, None);
            store::done(tx.conn(), deed.id, agreed, now).await?;
            tx.commit().await?;
            Ok(true)
        }
        Err(error) => {
            drop(tx);
            let mut tx = state.db.tenant(tenant).await?;
            store::failed(tx.conn(), deed.id, (&error, false), now).await?;
            tx.commit().await?;
            Ok(false)
        }
    }
}

/// Writes down what came of giving. ChirpStack's own words are for the log: they speak of the whole
/// installation.
pub(super) async fn note(
    state: &ChirpStacks,
    tenant: TenantId,
    (item, eui): (Uuid, Eui64),
    given: &std::result::Result<Given, ChirpStackError>,
) -> std::result::Result<(), DbError> {
    let now = state.clock.now();
    let mut tx = state.db.tenant(tenant).await?;
    match given {
        Ok(given) => {
            let agreed = (given.name.as_str(), given.is_disabled, given.key.as_deref());
            store::done(tx.conn(), item, agreed, now).await?;
        }
        Err(error) => {
            warn!(tenant.id = %tenant, eui = %eui, error = causes(error), "ChirpStack was not given a device or gateway");
            let is_of_the_moment =
                matches!(error, ChirpStackError::Remote(error) if error.is_of_the_moment());
            store::failed(tx.conn(), item, (&error.told(), is_of_the_moment), now).await?;
        }
    }
    tx.commit().await
}
