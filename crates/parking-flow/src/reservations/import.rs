//! Reserving bays from a file, row by row or all or none.
//!
//! Each row gets a verdict. A row with a name of its sender's that was carried out before, by whichever file,
//! is left as it is, so that a file can be sent again. Row by row, each is a transaction of its own. All or
//! none, and to try it out, they are one: it holds all persons and then all bays before it reserves any, and
//! writes the log last, like everybody who holds more than one.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use parking_db::{DbError, TenantTx};
use parking_domain::csv_columns::{Mapping, MappingError, ReservationColumn};
use parking_domain::csv_import::{Message, Refusal};
use parking_domain::csv_reservations::{ReservationRow, read_reservation};
use parking_domain::csv_table::Table;
use parking_domain::ids::TenantId;
use parking_domain::reservations::{Slot, Status};
use parking_estate::Maker;
use sha2::{Digest as _, Sha256};
use thiserror::Error;
use uuid::Uuid;

use super::book::{record_made, reserve};
use super::store::import::{self as store, NamedBay};
use super::store::{hold_bay, hold_person};
use super::{Draft, Footing, Holder, Requested, Reservation, ReservationError};
use crate::Flow;

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
    /// It was reserved before.
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

/// A row whose bay is known.
struct Plan {
    space: Uuid,
    draft: Draft,
}

/// A row that can be tried, or why it cannot.
type Planned = Result<Plan, Verdict>;

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
    let bays = store::named_bays(&mut tx, &codes).await?;
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

fn code(row: &ReservationRow) -> String {
    row.space_code.as_str().to_lowercase()
}

/// Finds the bay that a row names.
fn plan(bays: &[NamedBay], usual: Option<Uuid>, row: ReservationRow) -> Planned {
    let wanted = code(&row);
    let site = row.site.as_ref().map(|site| site.as_str().to_lowercase());
    let of_site = |bay: &&NamedBay| match (&site, usual) {
        (Some(site), _) => bay.site_name == *site || bay.site_slug == *site,
        (None, Some(usual)) => bay.site_id == usual,
        (None, None) => true,
    };
    let mut found = bays.iter().filter(|bay| bay.code == wanted).filter(of_site);
    let (code, text) = match (found.next(), found.next()) {
        (Some(bay), None) => {
            let draft = draft(row);
            let space = bay.id;
            return Ok(Plan { space, draft });
        }
        (Some(_), Some(_)) => (
            Refusal::SeveralSpaces,
            "several sites have a bay of this code; name the site",
        ),
        (None, _) => (Refusal::NoSuchSpace, "there is no such bay"),
    };
    let field = Some("space_code");
    Err(refused(Message::new(code, field, text)))
}

fn draft(row: ReservationRow) -> Draft {
    let hash = || Sha256::digest(row.meaning().as_bytes()).into();
    let request = row
        .request_id
        .clone()
        .map(|id| Requested { id, hash: hash() });
    Draft {
        slot: row.slot,
        footing: match row.status {
            Status::Pending => Footing::Held(row.hold_until),
            _ => Footing::Agreed,
        },
        holder: Holder {
            name: row.name.map(|name| name.as_str().to_owned()),
            email: row.email.map(|email| email.as_str().to_owned()),
            plate: row.plate,
        },
        notes: row.notes,
        request,
    }
}

fn refused(message: Message) -> Verdict {
    Verdict::Refused(vec![message], Vec::new())
}

/// Carries out rows one by one. What cannot be reached in time stays as it is.
async fn each(
    flow: &Flow,
    (tenant, maker): (TenantId, &Maker),
    planned: &[Planned],
) -> Result<Vec<Verdict>, DbError> {
    let begun = Instant::now();
    let mut verdicts = Vec::with_capacity(planned.len());
    for one in planned {
        let verdict = match one {
            Err(verdict) => verdict.clone(),
            Ok(_) if begun.elapsed() > WORK_MAX => Verdict::Ready,
            Ok(plan) => alone(flow, (tenant, maker), plan).await?,
        };
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
    match reserve(tx, maker, (plan.space, &plan.draft), now).await {
        Ok(made) => Ok(Ok(made)),
        Err(ReservationError::Db(error)) => Err(error),
        Err(ReservationError::Taken(slots)) => {
            // Somebody may have sent the same at this moment.
            let known = known(tx, plan).await?;
            Ok(Err(known.unwrap_or_else(|| taken(slots))))
        }
        Err(error) => Ok(Err(refused(told(&error)))),
    }
}

/// What became of a row when it was sent before.
async fn known(tx: &mut TenantTx, plan: &Plan) -> Result<Option<Verdict>, DbError> {
    let Some(request) = &plan.draft.request else {
        return Ok(None);
    };
    let Some((id, hash)) = store::requested(tx, &request.id).await? else {
        return Ok(None);
    };
    // Of one that was erased nobody knows any more what was asked for.
    if hash.is_none_or(|hash| hash == request.hash) {
        return Ok(Some(Verdict::Same(id)));
    }
    let text = "another reservation was made under this name";
    let message = Message::new(Refusal::RequestIdReused, Some("request_id"), text);
    Ok(Some(refused(message)))
}

fn taken(slots: Vec<Slot>) -> Verdict {
    let message = Message::new(
        Refusal::SlotTaken,
        Some("start_time"),
        "the bay is reserved then",
    );
    Verdict::Refused(vec![message], slots)
}

/// What the refusal of a reservation means for its row.
fn told(error: &ReservationError) -> Message {
    use ReservationError as E;
    let (code, field) = match error {
        E::Slot(why) => (Refusal::NotAllowed, Some(why.field())),
        E::Hold(_) => (Refusal::NotAllowed, Some("hold_until")),
        E::NotReservable => (Refusal::NotReservable, Some("space_code")),
        E::OutOfUse => (Refusal::SpaceOutOfUse, Some("start_time")),
        E::PersonLimit(_) => (Refusal::PersonLimitReached, Some("email")),
        // It was deleted since.
        _ => (Refusal::NoSuchSpace, Some("space_code")),
    };
    Message::new(code, field, error)
}
