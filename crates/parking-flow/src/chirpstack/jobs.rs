//! Comparing when it is due, doing what was decided, and forgetting old runs.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use parking_db::queue::{Job, JobError, Schedule, Worker, enqueue};
use parking_db::{DbError, Reason, Result};
use parking_domain::ids::{TenantId, fresh};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::PgConnection;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use uuid::Uuid;

use super::giving::{self, Given};
use super::looking::{self, AT_ONCE};
use super::store::{self, Deed, Link};
use super::{ChirpStackError, ChirpStacks, taking};

/// Deeds that are read at once.
const PORTION: i64 = 200;

/// Deeds of one run; the rest is the next one's.
const DEEDS_MAX: usize = 20_000;

/// How long it is remembered how a run went.
const RUNS_KEPT_FOR: TimeDelta = TimeDelta::days(30);

/// Compares both sides of a tenant once.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct CompareWithChirpstack {
    run: Uuid,
}

impl Job for CompareWithChirpstack {
    const KIND: &'static str = "compare_with_chirpstack";
    const ATTEMPTS_MAX: i32 = 1;
    const TIME_MAX: Duration = Duration::from_mins(15);

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
    const TIME_MAX: Duration = Duration::from_mins(15);

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

/// Teaches a worker the jobs of ChirpStack.
#[must_use]
pub fn jobs(worker: Worker, state: &ChirpStacks) -> Worker {
    let (comparing, mending, looking) = (state.clone(), state.clone(), state.clone());
    worker
        .on(move |tenant, job: CompareWithChirpstack| {
            let state = comparing.clone();
            async move { Ok(run(&state, tenant, job.run).await?) }
        })
        .on(move |tenant, MendChirpstack {}| {
            let state = mending.clone();
            async move {
                mend(&state, tenant)
                    .await
                    .map(drop)
                    .map_err(JobError::retry)
            }
        })
        .on(move |_, LookAtChirpstack {}| {
            let state = looking.clone();
            async move { Ok(turn(&state).await?) }
        })
}

/// When it is looked whose turn it is.
pub fn schedules() -> Vec<Schedule> {
    vec![Schedule::every::<LookAtChirpstack>(TimeDelta::seconds(15))]
}

pub(super) async fn run_now(
    conn: &mut PgConnection,
    tenant: TenantId,
    run: Uuid,
    now: DateTime<Utc>,
) -> Result<()> {
    enqueue(conn, tenant, &CompareWithChirpstack { run }, now).await?;
    Ok(())
}

pub(super) async fn mend_soon(
    conn: &mut PgConnection,
    tenant: TenantId,
    now: DateTime<Utc>,
) -> Result<()> {
    enqueue(conn, tenant, &MendChirpstack {}, now).await?;
    Ok(())
}

/// Whose turn it is gets a run; whoever comes next finds it is not.
async fn turn(state: &ChirpStacks) -> Result<()> {
    let Some(remote) = &state.remote else {
        return Ok(());
    };
    let now = state.clock.now();
    let every = TimeDelta::from_std(remote.every).unwrap_or(TimeDelta::hours(1));
    let mut tx = state
        .db
        .platform(Reason::Worker("compare with ChirpStack"))
        .await?;
    for tenant in store::take_due(&mut tx, now, now + every).await? {
        let run = fresh();
        store::ask(tx.conn(), (tenant.0, run), (false, None), now).await?;
        run_now(tx.conn(), tenant, run, now).await?;
    }
    store::forget_runs(&mut tx, now - RUNS_KEPT_FOR).await?;
    tx.commit().await
}

/// One run, from its beginning to its end: how it went is written down either way.
async fn run(state: &ChirpStacks, tenant: TenantId, run: Uuid) -> Result<()> {
    let mut tx = state.db.tenant(tenant).await?;
    let is_dry = store::begin(tx.conn(), run, state.clock.now()).await?;
    tx.commit().await?;
    let Some(is_dry) = is_dry else { return Ok(()) };
    let looked = looking::look(state, tenant, is_dry).await;
    let (mut counts, mut error) = match looked {
        Ok(counts) => (counts.told(), None),
        Err(ChirpStackError::Db(error)) => return Err(error),
        Err(error) => (json!({}), Some(error.to_string())),
    };
    if error.is_none() && !is_dry {
        match mend(state, tenant).await {
            Ok((done, failed)) => {
                counts["done"] = json!(done);
                counts["failed"] = json!(failed);
            }
            Err(ChirpStackError::Db(error)) => return Err(error),
            Err(stopped) => error = Some(stopped.to_string()),
        }
    }
    let mut tx = state.db.tenant(tenant).await?;
    let how = (&counts, error.as_deref());
    store::end(tx.conn(), run, how, state.clock.now()).await?;
    tx.commit().await
}

/// Does what is wanted, a few at once; stops when ChirpStack is away, and says how many were done and
/// how many failed.
async fn mend(state: &ChirpStacks, tenant: TenantId) -> Result<(usize, usize), ChirpStackError> {
    let mut tx = state.db.tenant(tenant).await?;
    let link = store::link(tx.conn())
        .await?
        .ok_or(ChirpStackError::Unlinked)?;
    drop(tx);
    let link = Arc::new(link);
    let (mut done, mut failed, mut after) = (0, 0, Uuid::nil());
    while done + failed < DEEDS_MAX {
        let mut tx = state.db.tenant(tenant).await?;
        let deeds = store::deeds(tx.conn(), after, PORTION).await?;
        drop(tx);
        let Some(last) = deeds.last() else { break };
        after = last.id;
        let turns = Arc::new(Semaphore::new(AT_ONCE));
        let mut doing = JoinSet::new();
        for deed in deeds {
            let (state, link, turns) = (state.clone(), Arc::clone(&link), Arc::clone(&turns));
            doing.spawn(async move {
                let _turn = turns.acquire_owned().await;
                one(&state, tenant, &link, &deed).await
            });
        }
        while let Some(outcome) = doing.join_next().await {
            match outcome {
                Ok(Ok(true)) => done += 1,
                Ok(Err(error)) => return Err(error),
                Ok(Ok(false)) | Err(_) => failed += 1,
            }
        }
    }
    Ok((done, failed))
}

/// One deed; says whether it was done. An error means that the others need not be tried now.
async fn one(
    state: &ChirpStacks,
    tenant: TenantId,
    link: &Link,
    deed: &Deed,
) -> Result<bool, ChirpStackError> {
    if deed.way == "take" {
        return Ok(take(state, tenant, deed).await?);
    }
    let given = match (deed.kind.as_str(), deed.here_id) {
        (_, None) => Err(ChirpStackError::Absent),
        ("device", Some(id)) => giving::device(state, tenant, link, id).await,
        (_, Some(id)) => giving::gateway(state, tenant, link, (id, deed.eui)).await,
    };
    note(state, tenant, deed.id, &given).await?;
    match given {
        Ok(_) => Ok(true),
        Err(ChirpStackError::Remote(error)) if error.is_passing() => Err(error.into()),
        Err(ChirpStackError::Db(error)) => Err(error.into()),
        Err(_) => Ok(false),
    }
}

/// What is made here and the note that it was are one.
async fn take(state: &ChirpStacks, tenant: TenantId, deed: &Deed) -> Result<bool> {
    let now = state.clock.now();
    let mut tx = state.db.tenant(tenant).await?;
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

/// Writes down what came of giving.
pub(super) async fn note(
    state: &ChirpStacks,
    tenant: TenantId,
    item: Uuid,
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
            let is_passing = matches!(error, ChirpStackError::Remote(error) if error.is_passing());
            store::failed(tx.conn(), item, (&error.to_string(), is_passing), now).await?;
        }
    }
    tx.commit().await
}
