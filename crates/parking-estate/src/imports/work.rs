//! Carrying out an import, and taking it back, portion by portion.
//!
//! A portion is one transaction that holds the import: what the rows make and the verdicts that say
//! so are there together or not at all. If the database refuses a portion, its rows are tried one by
//! one, and the one it refuses gets the reason as its verdict.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use parking_access::audit::By;
use parking_db::queue::JobError;
use parking_db::{DbError, TenantTx};
use parking_domain::csv_import::{Message, Refusal};
use parking_domain::csv_table::Row;
use parking_domain::ids::TenantId;
use parking_http::IfMatch;
use serde_json::json;
use uuid::Uuid;

use super::judging::{Plan, Ruling, Verdict, judge};
use super::store::Made;
use super::{Import, ImportError, Kind, Status, enqueue, rows, settled, store};
use crate::devices::{AssignmentDraft, DeviceDraft, DeviceError};
use crate::record::{Change, Maker, record};
use crate::spaces::{SpaceError, SpaceFields};
use crate::{Estate, devices, spaces};

/// Rows of a portion.
const PORTION: i64 = 200;

/// How long one job works before it leaves the rest to the next: well below what a job may take.
const WORK_MAX: Duration = Duration::from_secs(30);

/// What became of a portion.
#[derive(Debug, PartialEq, Eq)]
enum Step {
    /// It is done, and there may be another.
    More,
    /// There was none.
    Over,
}

/// Why a portion was not done.
#[derive(Debug)]
enum StepError {
    /// The database did not want a row, of which the first is named.
    Refused(i32, Message),
    /// Nothing is wrong with the rows.
    Db(DbError),
}

impl From<DbError> for StepError {
    fn from(error: DbError) -> Self {
        Self::Db(error)
    }
}

/// Works on an import until it is over, or for as long as one job should.
pub async fn work_on(estate: &Estate, tenant: TenantId, id: Uuid) -> Result<(), JobError> {
    let begun = Instant::now();
    let mut one_by_one = 0;
    while begun.elapsed() < WORK_MAX {
        let portion = if one_by_one > 0 { 1 } else { PORTION };
        match step(estate, (tenant, id), portion).await {
            Ok(Step::Over) => return Ok(()),
            Ok(Step::More) => one_by_one = (one_by_one - 1).max(0),
            Err(StepError::Refused(line, message)) if portion == 1 => {
                refuse(estate, (tenant, id), line, &message).await?;
                one_by_one -= 1;
            }
            Err(StepError::Refused(..)) => one_by_one = PORTION,
            Err(StepError::Db(error)) => return Err(error.into()),
        }
    }
    let mut tx = estate.db.tenant(tenant).await?;
    enqueue(&mut tx, id, estate.clock.now()).await?;
    Ok(tx.commit().await?)
}

/// Does one portion.
async fn step(
    estate: &Estate,
    (tenant, id): (TenantId, Uuid),
    portion: i64,
) -> Result<Step, StepError> {
    let mut tx = estate.db.tenant(tenant).await?;
    // Two workers that were given the same import take turns.
    store::lock(&mut tx, id).await?;
    let Some(import) = store::find(tx.conn(), id).await? else {
        return Ok(Step::Over);
    };
    let Some(maker) = import.maker.clone() else {
        return Ok(Step::Over);
    };
    if matches!(import.status, Status::Running | Status::Undoing)
        && !store::is_of_an_active_tenant(&mut tx).await?
    {
        stop(&mut tx, &import, estate.clock.now()).await?;
        tx.commit().await?;
        return Ok(Step::Over);
    }
    let has_worked = match import.status {
        Status::Running => carry_out(&mut tx, estate, (&import, &maker), portion).await?,
        Status::Undoing => take_back(&mut tx, estate, (&import, &maker), portion).await?,
        _ => return Ok(Step::Over),
    };
    let now = estate.clock.now();
    if has_worked {
        store::recount(&mut tx, id, now).await?;
        tx.commit().await?;
        return Ok(Step::More);
    }
    let ended = match import.status {
        Status::Undoing => ("undone", Status::Undone),
        _ => ("finished", Status::Done),
    };
    let end = settled(&mut tx, &maker.by, (&import, ended.0, ended.1), now).await;
    end.map_err(|error| match error {
        ImportError::Db(error) => StepError::Db(error),
        other => StepError::Refused(0, Message::new(Refusal::Touched, None, other)),
    })?;
    tx.commit().await?;
    Ok(Step::Over)
}

/// Nobody works for a tenant that is suspended: what is done stays, and the rest can be started when
/// the tenant is active again.
async fn stop(tx: &mut TenantTx, import: &Import, now: DateTime<Utc>) -> Result<(), DbError> {
    const TROUBLE: &str = "the organisation was suspended";
    store::recount(tx, import.id, now).await?;
    store::fail(tx, (import.id, TROUBLE), now).await?;
    let change = Change {
        kind: "import.failed",
        entity: "import",
        id: import.id,
        name: &import.file_name,
        site: None,
        values: (None, None),
        reason: Some(TROUBLE),
    };
    record(tx, &By::system("imports"), now, change).await
}

/// Makes what the next good rows say. False if there are none.
async fn carry_out(
    tx: &mut TenantTx,
    estate: &Estate,
    (import, maker): (&Import, &Maker),
    portion: i64,
) -> Result<bool, StepError> {
    let sealed = store::ready_rows(tx, import.id, portion).await?;
    let Some(first) = sealed.first().map(|row| row.line) else {
        return Ok(false);
    };
    let rows = rows::opened(&estate.vault, import.id, sealed);
    let rulings = judge(tx, (&estate.vault, &BTreeSet::new()), import, &rows).await?;
    let mut verdicts = Vec::new();
    let (mut bays, mut radios) = (Vec::new(), Vec::new());
    for (ruling, row) in rulings.into_iter().zip(&rows) {
        match ruling {
            Ruling::Ready(Plan::Space(site, fields)) => bays.push((row, site, *fields)),
            Ruling::Ready(Plan::Device(draft, place)) => radios.push((row, (*draft, place))),
            other => verdicts.push(other.verdict(row.line)),
        }
    }
    let refused = |message| StepError::Refused(first, message);
    verdicts.extend(
        make_bays(tx, estate, maker, bays)
            .await
            .map_err(|e| told_of_space(e, refused))?,
    );
    verdicts.extend(
        make_devices(tx, estate, maker, radios)
            .await
            .map_err(|e| told_of_device(e, refused))?,
    );
    store::write_verdicts(tx, import.id, &verdicts).await?;
    Ok(true)
}

/// Makes the bays of one site; those of others are left to later portions, because sites are held
/// before anything is written to the log.
async fn make_bays(
    tx: &mut TenantTx,
    estate: &Estate,
    maker: &Maker,
    mut plans: Vec<(&Row, Uuid, SpaceFields)>,
) -> Result<Vec<Verdict>, SpaceError> {
    let Some(site) = plans.first().map(|(_, site, _)| *site) else {
        return Ok(Vec::new());
    };
    plans.retain(|(_, other, _)| *other == site);
    let (lines, drafts): (Vec<u64>, Vec<SpaceFields>) = plans
        .into_iter()
        .map(|(row, _, fields)| (row.line, fields))
        .unzip();
    let now = estate.clock.now();
    let ids = spaces::create(tx, &maker.by, (site, &drafts), now).await?;
    let made = lines.into_iter().zip(ids);
    Ok(made.map(|(line, id)| created(line, id, 1)).collect())
}

async fn make_devices(
    tx: &mut TenantTx,
    estate: &Estate,
    maker: &Maker,
    plans: Vec<(&Row, (DeviceDraft, Option<AssignmentDraft>))>,
) -> Result<Vec<Verdict>, DeviceError> {
    if plans.is_empty() {
        return Ok(Vec::new());
    }
    let (rows, drafts): (Vec<&Row>, Vec<_>) = plans.into_iter().unzip();
    let devices = devices::create_all(tx, maker, &drafts, estate.clock.now()).await?;
    let made = rows.into_iter().zip(devices);
    Ok(made
        .map(|(row, device)| created(row.line, device.id, device.version))
        .collect())
}

fn created(line: u64, id: Uuid, version: i64) -> Verdict {
    Verdict {
        target: Some(id),
        target_version: Some(version),
        ..Verdict::plain(i32::try_from(line).unwrap_or(i32::MAX), "created")
    }
}

/// Takes back what the last rows made that were not looked at. False if there are none.
async fn take_back(
    tx: &mut TenantTx,
    estate: &Estate,
    (import, maker): (&Import, &Maker),
    portion: i64,
) -> Result<bool, StepError> {
    let made = store::made_rows(tx, import.id, portion).await?;
    let Some(first) = made.first().map(|row| row.line) else {
        return Ok(false);
    };
    let ids: Vec<Uuid> = made.iter().map(|row| row.id).collect();
    let versions: Vec<i64> = made.iter().map(|row| row.version).collect();
    let refused = |message| StepError::Refused(first, message);
    let (seen, now) = (IfMatch::default(), estate.clock.now());
    let gone = match import.kind {
        Kind::Spaces => {
            let gone = store::facts::untouched_spaces(tx, (&ids, &versions)).await?;
            let which = (gone.as_slice(), &seen);
            let deleted = spaces::delete(tx, &maker.by, which, false, now).await;
            deleted.map_err(|error| told_of_space(error, refused))?;
            gone
        }
        Kind::Devices => {
            let gone = store::facts::untouched_devices(tx, (&ids, &versions)).await?;
            let (which, how) = (
                (gone.as_slice(), &seen),
                (true, Some(import.file_name.as_str())),
            );
            let archived = devices::archive(tx, maker, which, how, now).await;
            archived.map_err(|error| told_of_device(error, refused))?;
            gone
        }
    };
    let verdict = |row: &Made| {
        if gone.contains(&row.id) {
            taken_back(row)
        } else {
            left(row.line, row.id, row.version, &touched())
        }
    };
    let verdicts: Vec<_> = made.iter().map(verdict).collect();
    store::write_verdicts(tx, import.id, &verdicts).await?;
    Ok(true)
}

fn taken_back(row: &Made) -> Verdict {
    Verdict {
        target: Some(row.id),
        target_version: Some(row.version),
        ..Verdict::plain(row.line, "removed")
    }
}

fn left(line: i32, id: Uuid, version: i64, message: &Message) -> Verdict {
    Verdict {
        messages: json!([message]),
        target: Some(id),
        target_version: Some(version),
        ..Verdict::plain(line, "created")
    }
}

fn touched() -> Message {
    Message::new(
        Refusal::Touched,
        None,
        "was changed or put to use since, and stays",
    )
}

/// Writes down that the database did not want a row, or did not want it gone.
async fn refuse(
    estate: &Estate,
    (tenant, id): (TenantId, Uuid),
    line: i32,
    message: &Message,
) -> Result<(), DbError> {
    let mut tx = estate.db.tenant(tenant).await?;
    store::lock(&mut tx, id).await?;
    store::refuse(&mut tx, (id, line), &json!([message])).await?;
    store::recount(&mut tx, id, estate.clock.now()).await?;
    tx.commit().await
}

/// What the refusal of a bay means for its row.
fn told_of_space(error: SpaceError, refused: impl Fn(Message) -> StepError) -> StepError {
    let text = error.to_string();
    let (code, field) = match error {
        SpaceError::Db(DbError::Value(_)) => (Refusal::Unreadable, None),
        SpaceError::Db(error) => return StepError::Db(error),
        SpaceError::CodesTaken(_) => (Refusal::CodeTaken, Some("code")),
        SpaceError::Absent => (Refusal::NoSuchSite, Some("site")),
        SpaceError::NoSuchLevel | SpaceError::ShapeWithoutLevel => {
            (Refusal::NoSuchLevel, Some("level"))
        }
        SpaceError::NoSuchZone => (Refusal::NoSuchZone, Some("zone")),
        SpaceError::LimitReached(_) => (Refusal::LimitReached, None),
        SpaceError::InUse(_)
        | SpaceError::Reserved(_)
        | SpaceError::OverridesFull
        | SpaceError::Stale => {
            return refused(touched());
        }
    };
    refused(Message::new(code, field, text))
}

/// What the refusal of a device means for its row.
fn told_of_device(error: DeviceError, refused: impl Fn(Message) -> StepError) -> StepError {
    let text = error.to_string();
    let (code, field) = match error {
        DeviceError::Db(DbError::Value(_)) => (Refusal::Unreadable, None),
        DeviceError::Db(error) => return StepError::Db(error),
        DeviceError::Taken => (Refusal::DeviceTaken, Some("dev_eui")),
        DeviceError::LimitReached(_) => (Refusal::LimitReached, None),
        DeviceError::NoSuchModel => (Refusal::NoSuchModel, Some("model")),
        DeviceError::Absent => (Refusal::NoSuchSpace, Some("space_code")),
        DeviceError::AlreadyAssigned(_) | DeviceError::Moved => {
            (Refusal::SpaceTaken, Some("space_code"))
        }
        DeviceError::WrongRole(_) | DeviceError::Lifecycle(_) => (Refusal::WrongRole, Some("role")),
        DeviceError::Serving(_) | DeviceError::RoleInUse(_) | DeviceError::Stale => {
            return refused(touched());
        }
    };
    refused(Message::new(code, field, text))
}
