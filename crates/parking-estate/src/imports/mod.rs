//! Files of bays or devices: uploaded, mapped, tried out, carried out row by row, and undone.
//!
//! A file becomes rows as it is uploaded; their cells are sealed, because some hold keys of devices
//! and which of them do is known only once the columns are. To check an import is to judge each row
//! and to change nothing else. To start it is to enqueue a job, which takes the rows that are good in
//! portions: each portion is judged again, and what it makes commits with the verdicts that say so, so
//! a job that died goes on where it stopped and makes nothing twice. An import makes; what is there
//! already it leaves as it is. What it made, it can take back, as long as nobody touched it.
//! Tables: `imports`, `import_rows`.

mod api;
mod errors;
mod jobs;
mod judging;
mod rows;
mod store;
#[cfg(test)]
mod tests;
mod work;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use parking_access::audit::{self, By};
use parking_access::secrets::Vault;
use parking_db::{DbError, TenantTx, queue};
use parking_domain::csv_columns::{Column, DeviceColumn, Mapping, SpaceColumn};
use parking_domain::csv_table::Table;
use parking_domain::ids::fresh;
use parking_http::IfMatch;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::record::{Change, Maker, record};

pub use api::routes;
pub use errors::ImportError;
pub use jobs::{jobs, schedules};
pub use judging::taken_elsewhere;
pub use work::work_on;

/// The largest file, in bytes.
pub const FILE_BYTES_MAX: usize = 8 * 1024 * 1024;

/// Imports a tenant may have that are neither finished nor given up.
pub const OPEN_MAX: i64 = 20;

/// Imports of a tenant that are over and keep their rows; of older ones the counts are left.
pub const KEPT_MAX: i64 = 100;

/// What a file is full of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Bays.
    Spaces,
    /// Devices.
    Devices,
}

/// How far an import has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Its rows are there and nobody has judged them.
    Uploaded,
    /// Each row has a verdict.
    Checked,
    /// Good rows are being carried out.
    Running,
    /// All good rows are carried out.
    Done,
    /// It stopped by itself, and can be started again.
    Failed,
    /// Somebody stopped it.
    Cancelled,
    /// What it made is being taken back.
    Undoing,
    /// What it made, and nobody touched, is gone.
    Undone,
}

impl Kind {
    /// The name in the API and the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Spaces => "spaces",
            Self::Devices => "devices",
        }
    }
}

impl Status {
    /// The name in the API and the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Uploaded => "uploaded",
            Self::Checked => "checked",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Undoing => "undoing",
            Self::Undone => "undone",
        }
    }
}

/// How many rows have met which fate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// All of them.
    pub total: i32,
    /// To be made.
    pub ready: i32,
    /// There already, as they say.
    pub same: i32,
    /// Not to be made.
    pub refused: i32,
    /// Made.
    pub created: i32,
    /// Made and taken back.
    pub removed: i32,
}

/// An import as it is kept.
#[derive(Clone, Debug)]
pub struct Import {
    /// Whose it is.
    pub tenant_id: Uuid,
    /// Their name, for lists that span tenants.
    pub tenant_name: String,
    /// Its identity.
    pub id: Uuid,
    /// What the file is full of.
    pub kind: Kind,
    /// What the file was called.
    pub file_name: String,
    /// The site of bays whose rows name none.
    pub site_id: Option<Uuid>,
    /// That site's name.
    pub site_name: Option<String>,
    /// The file's own names of its columns.
    pub header: Vec<String>,
    /// Which of them is which of ours.
    pub mapping: BTreeMap<String, usize>,
    /// How far it has come.
    pub status: Status,
    /// Why it stopped.
    pub trouble: Option<String>,
    /// What became of its rows.
    pub counts: Counts,
    /// Who uploaded it.
    pub created_by: String,
    /// Whom a job works for.
    pub maker: Option<Maker>,
    /// When it was uploaded.
    pub created_at: DateTime<Utc>,
    /// When it was started last.
    pub started_at: Option<DateTime<Utc>>,
    /// When it came to an end.
    pub finished_at: Option<DateTime<Utc>>,
    /// When its rows were forgotten.
    pub rows_forgotten_at: Option<DateTime<Utc>>,
    /// How often it was changed.
    pub version: i64,
}

impl Import {
    /// Which column is which.
    fn mapping<C: Column>(&self) -> Mapping<C> {
        // What is kept was checked; a column that a later release dropped is not read.
        Mapping::chosen(&self.mapping, self.header.len())
            .unwrap_or_else(|_| Mapping::guess(&self.header))
    }

    /// The import for the audit log.
    fn record(&self) -> Value {
        let counts = &self.counts;
        json!({
            "kind": self.kind, "file_name": self.file_name, "site_id": self.site_id, "mapping": self.mapping,
            "status": self.status, "rows": counts.total, "ready": counts.ready, "same": counts.same,
            "refused": counts.refused, "created": counts.created, "removed": counts.removed,
        })
    }

    /// Refuses what cannot be done to an import that has come this far.
    fn must_be(&self, statuses: &[Status]) -> Result<(), ImportError> {
        if statuses.contains(&self.status) {
            Ok(())
        } else {
            Err(ImportError::NotNow(self.status))
        }
    }
}

/// A file that is to be imported.
#[derive(Clone, Debug)]
pub struct ImportDraft {
    /// What it is full of.
    pub kind: Kind,
    /// What it is called.
    pub file_name: String,
    /// The site of bays whose rows name none.
    pub site_id: Option<Uuid>,
    /// What it says.
    pub table: Table,
}

/// Keeps a file as rows, with its columns guessed.
pub async fn upload(
    tx: &mut TenantTx,
    (vault, maker): (&Vault, &Maker),
    draft: ImportDraft,
    now: DateTime<Utc>,
) -> Result<Import, ImportError> {
    // Those who upload wait for each other, so that the counts hold.
    store::hold(tx).await?;
    if store::count_open(tx).await? >= OPEN_MAX {
        return Err(ImportError::TooMany);
    }
    store::forget_beyond(tx, KEPT_MAX, now).await?;
    let id = fresh();
    // A file without a header may have a key where its name should be.
    let header = rows::shown(None, draft.table.header);
    let mapping = match draft.kind {
        Kind::Spaces => Mapping::<SpaceColumn>::guess(&header).names(),
        Kind::Devices => Mapping::<DeviceColumn>::guess(&header).names(),
    };
    let about = (draft.kind, draft.file_name.as_str(), draft.site_id);
    let columns = (header.as_slice(), &mapping, draft.table.rows.len());
    store::insert(tx, id, about, columns, (&maker.name, now)).await?;
    store::insert_rows(tx, id, &rows::sealed(vault, id, &draft.table.rows)).await?;
    let import = found(tx, id).await?;
    let values = (None, Some(import.record()));
    changed(tx, &maker.by, now, ("created", &import), values).await?;
    Ok(import)
}

/// Says anew which column is which; rows that were judged no longer are.
pub async fn remap(
    tx: &mut TenantTx,
    by: &By,
    (id, seen): (Uuid, &IfMatch),
    (mapping, site): (&BTreeMap<String, usize>, Option<Uuid>),
    now: DateTime<Utc>,
) -> Result<Import, ImportError> {
    let old = held(tx, id, seen).await?;
    old.must_be(&[Status::Uploaded, Status::Checked])?;
    match old.kind {
        Kind::Spaces => drop(Mapping::<SpaceColumn>::chosen(mapping, old.header.len())?),
        Kind::Devices => drop(Mapping::<DeviceColumn>::chosen(mapping, old.header.len())?),
    }
    store::remap(tx, id, (mapping, site), now).await?;
    store::forget_verdicts(tx, id).await?;
    settled(tx, by, (&old, "updated", Status::Uploaded), now).await
}

/// Judges every row, and changes nothing else. What others have is [`taken_elsewhere`].
pub async fn check(
    tx: &mut TenantTx,
    (vault, by): (&Vault, &By),
    (id, seen): (Uuid, &IfMatch),
    taken: &BTreeSet<String>,
    now: DateTime<Utc>,
) -> Result<Import, ImportError> {
    let old = held(tx, id, seen).await?;
    old.must_be(&[Status::Uploaded, Status::Checked])?;
    match old.kind {
        Kind::Spaces => old.mapping::<SpaceColumn>().must_be_whole()?,
        Kind::Devices => old.mapping::<DeviceColumn>().must_be_whole()?,
    }
    store::forget_verdicts(tx, id).await?;
    let all = rows::opened(vault, id, store::all_rows(tx, id).await?);
    let rulings = judging::judge(tx, (vault, taken), &old, &all).await?;
    let verdicts: Vec<_> = rulings
        .iter()
        .zip(&all)
        .map(|(ruling, row)| ruling.verdict(row.line))
        .collect();
    store::write_verdicts(tx, id, &verdicts).await?;
    settled(tx, by, (&old, "checked", Status::Checked), now).await
}

/// Lets a job carry out the good rows of an import that was checked, or those that are left of one
/// that failed. Bad ones are in the way unless they are to be skipped.
pub async fn start(
    tx: &mut TenantTx,
    maker: &Maker,
    (id, seen): (Uuid, &IfMatch),
    skip_refused: bool,
    now: DateTime<Utc>,
) -> Result<Import, ImportError> {
    let old = held(tx, id, seen).await?;
    old.must_be(&[Status::Checked, Status::Failed])?;
    if old.counts.refused > 0 && old.status == Status::Checked && !skip_refused {
        return Err(ImportError::RowsRefused(old.counts.refused));
    }
    if old.counts.ready == 0 {
        return Err(ImportError::NothingToDo);
    }
    store::hand_over(tx, id, maker, now).await?;
    enqueue(tx, id, now).await?;
    settled(tx, &maker.by, (&old, "started", Status::Running), now).await
}

/// Stops an import where it is. What it made stays, and can be taken back.
pub async fn cancel(
    tx: &mut TenantTx,
    by: &By,
    (id, seen): (Uuid, &IfMatch),
    now: DateTime<Utc>,
) -> Result<Import, ImportError> {
    let old = held(tx, id, seen).await?;
    old.must_be(&[Status::Uploaded, Status::Checked, Status::Running])?;
    if old.counts.created == 0 {
        // There is nothing to report.
        store::forget_rows(tx, id, now).await?;
    }
    settled(tx, by, (&old, "cancelled", Status::Cancelled), now).await
}

/// Lets a job take back what an import made, as far as nobody touched it since.
pub async fn undo(
    tx: &mut TenantTx,
    maker: &Maker,
    (id, seen): (Uuid, &IfMatch),
    now: DateTime<Utc>,
) -> Result<Import, ImportError> {
    let old = held(tx, id, seen).await?;
    old.must_be(&[Status::Done, Status::Failed, Status::Cancelled])?;
    if old.counts.created == 0 || old.rows_forgotten_at.is_some() {
        return Err(ImportError::NothingToDo);
    }
    store::hand_over(tx, id, maker, now).await?;
    enqueue(tx, id, now).await?;
    settled(tx, &maker.by, (&old, "undo_started", Status::Undoing), now).await
}

/// Writes down that an import is to be worked on.
async fn enqueue(tx: &mut TenantTx, id: Uuid, now: DateTime<Utc>) -> Result<(), DbError> {
    let tenant = tx.tenant();
    queue::enqueue(tx.conn(), tenant, &jobs::RunImport { import_id: id }, now).await
}

/// Brings an import to a status, with its rows counted anew, and records it.
async fn settled(
    tx: &mut TenantTx,
    by: &By,
    (old, verb, status): (&Import, &str, Status),
    now: DateTime<Utc>,
) -> Result<Import, ImportError> {
    if old.rows_forgotten_at.is_none() {
        store::recount(tx, old.id, now).await?;
    }
    store::become_status(tx, old.id, status, now).await?;
    let new = found(tx, old.id).await?;
    let values = audit::difference(&old.record(), &new.record());
    changed(tx, by, now, (verb, &new), values).await?;
    Ok(new)
}

/// An import, locked until the end of the transaction, unless it has moved on.
async fn held(tx: &mut TenantTx, id: Uuid, seen: &IfMatch) -> Result<Import, ImportError> {
    store::lock(tx, id).await?;
    let import = found(tx, id).await?;
    seen.check(import.version).map_err(|_| ImportError::Stale)?;
    Ok(import)
}

async fn found(tx: &mut TenantTx, id: Uuid) -> Result<Import, ImportError> {
    store::find(tx.conn(), id).await?.ok_or(ImportError::Absent)
}

async fn changed(
    tx: &mut TenantTx,
    by: &By,
    now: DateTime<Utc>,
    (verb, import): (&str, &Import),
    values: (Option<Value>, Option<Value>),
) -> Result<(), DbError> {
    let change = Change {
        kind: &format!("import.{verb}"),
        entity: "import",
        id: import.id,
        name: &import.file_name,
        site: import.site_id,
        values,
        reason: None,
    };
    record(tx, by, now, change).await
}
