//! Reserving bays from a file, row by row or all or none.
//!
//! Each row gets a verdict. A row with a name of its sender's that was carried out before, by whichever road,
//! is left as it is, so that a file can be sent again; so is one that says what is so anyway, of a reservation
//! it names, so that an export can be handed in. Row by row, each is a transaction of its own. All or none,
//! and to try it out, they are one: it holds all persons and then all bays before it reserves any, and writes
//! the log last, like everybody who holds more than one.

mod plan;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use parking_db::{DbError, TenantTx};
use parking_domain::csv_columns::{Mapping, MappingError, ReservationColumn};
use parking_domain::csv_import::{Message, Refusal};
use parking_domain::csv_reservations::{beginning, read_reservation};
use parking_domain::csv_table::Table;
use parking_domain::ids::TenantId;
use parking_domain::reservations::Slot;
use parking_estate::Maker;
use thiserror::Error;
use tracing::warn;
use uuid::Uuid;

use super::book::{record_made, reserve};
use super::requests::{self, Known};
use super::store::import as store;
use super::store::{find, hold_bay, hold_person};
use super::{Holder, Reservation, ReservationError};
use crate::Flow;

use plan::{Bays, Plan, Planned, code, plan, refused, told};

/// The most rows of one file: so many are reserved while somebody waits.
pub(super) const ROWS_MAX: usize = 1_000;

/// How long rows are carried out before the rest is left: below what a request may take.
const WORK_MAX: Duration = Duration::from_secs(20);

/// How often a transaction that lost against another is begun anew.
const TRIES: usize = 3;

/// How a file is carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// Not at all: each row is tried out.
    Try,
    /// Each row by itself.
    Each,
    /// All rows, or none if one is refused.
    All,
}

/// What becomes of a row.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// It can be reserved, and was not.
    Ready,
    /// It was reserved before, or says what is so anyway.
    Same(Uuid),
    /// It was reserved.
    Created(Uuid),
    /// It cannot be reserved, and for what is reserved then instead.
    Refused(Vec<Message>, Vec<Slot>),
}

/// A row and what becomes of it.
#[derive(Clone, Debug)]
pub struct Judged {
    /// The line of the file it begins on.
    pub line: u64,
    /// What becomes of it.
    pub verdict: Verdict,
}

/// Why a file is not looked at row by row.
#[derive(Debug, Error)]
pub enum ImportError {
    /// More rows than are taken at once.
    #[error("must have at most {ROWS_MAX} rows")]
    TooManyRows,
    /// A column is missing.
    #[error(transparent)]
    Mapping(#[from] MappingError),
    /// The database refused.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Reserves what the rows of a file say, and answers what became of each. `site` is that of rows that name
/// none.
pub async fn import(
    flow: &Flow,
    (tenant, maker): (TenantId, &Maker),
    (table, site): (&Table, Option<Uuid>),
    how: How,
) -> Result<Vec<Judged>, ImportError> {
    if table.rows.len() > ROWS_MAX {
        return Err(ImportError::TooManyRows);
    }
    let mapping = Mapping::<ReservationColumn>::guess(&table.header);
    mapping.must_be_whole()?;
    let rows = table.rows.iter().map(|row| read_reservation(row, &mapping));
    let rows: Vec<_> = rows.collect();
    let mut tx = flow.db.tenant(tenant).await?;
    let codes: Vec<String> = rows.iter().flatten().map(code).collect();
    let ids: Vec<Uuid> = rows.iter().flatten().filter_map(|row| row.id).collect();
    let bays = Bays {
        named: store::named_bays(&mut tx, &codes).await?,
        of: store::bays_of(&mut tx, &ids).await?.into_iter().collect(),
    };
    tx.commit().await?;
    let planned = rows.into_iter().map(|row| {
        let row = row.map_err(|messages| Verdict::Refused(messages, Vec::new()))?;
        plan(&bays, site, row)
    });
    let planned: Vec<Planned> = planned.collect();
    let verdicts = match how {
        How::Each => each(flow, (tenant, maker), &planned).await?,
        How::All | How::Try => all(flow, (tenant, maker), &planned, how).await?,
    };
    let lines = table.rows.iter().map(|row| row.line);
    let judged = lines.zip(verdicts);
    Ok(judged
        .map(|(line, verdict)| Judged { line, verdict })
        .collect())
}

/// Carries out rows one by one. What cannot be reached in time stays as it is, and so does the rest once the
/// database gives up: whoever sent the file learns what was reserved before.
async fn each(
    flow: &Flow,
    (tenant, maker): (TenantId, &Maker),
    planned: &[Planned],
) -> Result<Vec<Verdict>, DbError> {
    let begun = Instant::now();
    let mut verdicts = Vec::with_capacity(planned.len());
    let (mut has_made, mut gave_up) = (false, false);
    for one in planned {
        let verdict = match one {
            Err(verdict) => verdict.clone(),
            Ok(_) if gave_up || begun.elapsed() > WORK_MAX => Verdict::Ready,
            Ok(plan) => match alone(flow, (tenant, maker), plan).await {
                Err(error) if has_made => {
                    warn!(error = %error, "an import broke off; the rest of its rows is left");
                    gave_up = true;
                    Verdict::Ready
                }
                ended => ended?,
            },
        };
        has_made |= matches!(verdict, Verdict::Created(_));
        verdicts.push(verdict);
    }
    Ok(verdicts)
}

async fn alone(
    flow: &Flow,
    (tenant, maker): (TenantId, &Maker),
    plan: &Plan,
) -> Result<Verdict, DbError> {
    let mut tried = 1;
    loop {
        match once(flow, (tenant, maker), plan).await {
            Err(DbError::Conflict(_)) if tried < TRIES => tried += 1,
            ended => return ended,
        }
    }
}

async fn once(
    flow: &Flow,
    (tenant, maker): (TenantId, &Maker),
    plan: &Plan,
) -> Result<Verdict, DbError> {
    let now = flow.clock.now();
    let mut tx = flow.db.tenant(tenant).await?;
    match attempt(&mut tx, maker, plan, now).await? {
        Ok(made) => {
            record_made(&mut tx, maker, &made, now).await?;
            tx.commit().await?;
            Ok(Verdict::Created(made.booking.id))
        }
        Err(verdict) => Ok(verdict),
    }
}

/// Carries out all rows or none, or tries them out.
async fn all(
    flow: &Flow,
    (tenant, maker): (TenantId, &Maker),
    planned: &[Planned],
    how: How,
) -> Result<Vec<Verdict>, DbError> {
    let mut tried = 1;
    loop {
        let tx = flow.db.tenant(tenant).await?;
        match together(tx, maker, (planned, how), flow.clock.now()).await {
            Err(DbError::Conflict(_)) if tried < TRIES => tried += 1,
            ended => return ended,
        }
    }
}

async fn together(
    mut tx: TenantTx,
    maker: &Maker,
    (planned, how): (&[Planned], How),
    now: DateTime<Utc>,
) -> Result<Vec<Verdict>, DbError> {
    hold_all(&mut tx, planned).await?;
    let mut made = Vec::new();
    let mut verdicts = Vec::with_capacity(planned.len());
    for one in planned {
        let verdict = match one {
            Err(verdict) => verdict.clone(),
            Ok(plan) => match attempt(&mut tx, maker, plan, now).await? {
                Err(verdict) => verdict,
                Ok(reservation) => {
                    let id = reservation.booking.id;
                    made.push(reservation);
                    Verdict::Created(id)
                }
            },
        };
        verdicts.push(verdict);
    }
    let is_refused = |verdict: &Verdict| matches!(verdict, Verdict::Refused(..));
    if how == How::Try || verdicts.iter().any(is_refused) {
        // Nothing of it is kept: of a row that repeats an earlier one there is nothing to point at.
        let ids: Vec<Uuid> = made.iter().map(|one| one.booking.id).collect();
        return Ok(verdicts
            .into_iter()
            .map(|verdict| match verdict {
                Verdict::Created(_) => Verdict::Ready,
                Verdict::Same(id) if ids.contains(&id) => Verdict::Ready,
                other => other,
            })
            .collect());
    }
    for reservation in &made {
        record_made(&mut tx, maker, reservation, now).await?;
    }
    tx.commit().await?;
    Ok(verdicts)
}

/// Holds everybody and everything the rows are about, in the order in which all do.
async fn hold_all(tx: &mut TenantTx, planned: &[Planned]) -> Result<(), DbError> {
    let plans = || planned.iter().flatten();
    let mut holders: BTreeMap<String, &Holder> = BTreeMap::new();
    for plan in plans() {
        if let Some(key) = plan.draft.holder.key() {
            holders.insert(key, &plan.draft.holder);
        }
    }
    for holder in holders.into_values() {
        hold_person(tx, holder).await?;
    }
    let mut bays: Vec<Uuid> = plans().map(|plan| plan.space).collect();
    bays.sort_unstable();
    bays.dedup();
    for bay in bays {
        hold_bay(tx, bay).await?;
    }
    Ok(())
}

/// Reserves what a row says, or says what becomes of it instead. Nothing is written then.
async fn attempt(
    tx: &mut TenantTx,
    maker: &Maker,
    plan: &Plan,
    now: DateTime<Utc>,
) -> Result<Result<Reservation, Verdict>, DbError> {
    if let Some(known) = known(tx, plan).await? {
        return Ok(Err(known));
    }
    if !plan.status.blocks() {
        let message = beginning(plan.status.name());
        let message = Message::new(Refusal::Unreadable, Some("status"), message);
        return Ok(Err(refused(message)));
    }
    match reserve(tx, maker, (plan.space, &plan.draft), now).await {
        Ok(made) => Ok(Ok(made)),
        Err(ReservationError::Db(error)) => Err(error),
        Err(refusal) => {
            // Somebody may have sent the same at this moment, and theirs is what stands in the way.
            let known = known(tx, plan).await?;
            Ok(Err(known.unwrap_or_else(|| told(refusal))))
        }
    }
}

/// What became of a row when it was sent before, or of the reservation that it describes.
async fn known(tx: &mut TenantTx, plan: &Plan) -> Result<Option<Verdict>, DbError> {
    let (known, meant) = match requests::known(tx, &plan.draft).await? {
        Some(Known::Same(id)) => return Ok(Some(Verdict::Same(id))),
        // It may have been changed since, and the row tell of that.
        Some(Known::Other(id)) => {
            let text = ReservationError::RequestIdReused;
            let message = Message::new(Refusal::RequestIdReused, Some("request_id"), text);
            (Some(refused(message)), Some(id))
        }
        None => (None, plan.id),
    };
    let Some(id) = meant else {
        return Ok(known);
    };
    let stands = find(tx.conn(), id).await?;
    let is_so = stands.is_some_and(|one| plan.describes(&one));
    Ok(if is_so {
        Some(Verdict::Same(id))
    } else {
        known
    })
}
