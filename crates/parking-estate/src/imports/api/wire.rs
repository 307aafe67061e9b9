//! What requests and answers about imports look like.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use parking_access::secrets::Vault;
use parking_domain::csv_columns::{Column, DeviceColumn, SpaceColumn};
use parking_http::wire::one_of;
use parking_http::{PageExtent, words};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::rows::{SealedRow, opened, shown};
use super::super::store::list::RowView;
use super::super::{Import, Kind, Status};

words! {
    /// [`Kind`].
    ImportKind = one_of("What a file is full of.", [Kind::Spaces, Kind::Devices].map(Kind::name));
    /// [`Status`].
    ImportStatus = one_of("How far an import has come.", [Status::Uploaded, Status::Checked, Status::Running, Status::Done,
        Status::Failed, Status::Cancelled, Status::Undoing, Status::Undone].map(Status::name));
    /// What became of a row.
    RowVerdict = one_of("What became of a row.", VERDICTS);
}

/// What can have become of a row.
pub(super) const VERDICTS: [&str; 6] = [
    "unchecked",
    "ready",
    "same",
    "refused",
    "created",
    "removed",
];

/// Which column of the file is which of ours.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ImportMapping {
    /// Columns by their names in the template, each with its place in the file, from 0.
    pub(super) columns: BTreeMap<String, usize>,
    /// The site of bays whose rows name none.
    pub(super) site_id: Option<Uuid>,
}

/// How an import is started.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ImportStart {
    /// Carries out the good rows though others are refused.
    #[serde(default)]
    #[schema(required = false)]
    pub(super) skip_refused: bool,
}

/// One import.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ImportBody {
    id: Uuid,
    tenant_id: Uuid,
    /// Whose it is, for lists that span tenants.
    tenant_name: String,
    #[schema(value_type = ImportKind)]
    kind: Kind,
    #[schema(value_type = ImportStatus)]
    status: Status,
    /// Why it stopped, if it did not end by itself.
    trouble: Option<String>,
    file_name: String,
    /// The site of bays whose rows name none.
    site_id: Option<Uuid>,
    site_name: Option<String>,
    /// The file's own names of its columns.
    header: Vec<String>,
    /// The columns an import of this kind knows, and where they are in the file.
    columns: Vec<ImportColumn>,
    rows: ImportCounts,
    /// Whether the rows are still there to be looked at; they are kept for 30 days.
    has_rows: bool,
    created_by: String,
    created_at: DateTime<Utc>,
    started_at: Option<DateTime<Utc>>,
    finished_at: Option<DateTime<Utc>>,
}

/// A column an import knows.
#[derive(Debug, Serialize, ToSchema)]
struct ImportColumn {
    name: &'static str,
    is_required: bool,
    /// Its place in the file, from 0; null if it is not there.
    index: Option<usize>,
}

/// How many rows have met which fate.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
struct ImportCounts {
    total: i32,
    /// To be made.
    ready: i32,
    /// There already, as they say.
    same: i32,
    /// Not to be made.
    refused: i32,
    /// Made.
    created: i32,
    /// Made and taken back.
    removed: i32,
}

/// A page of imports.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ImportPage {
    pub(super) imports: Vec<ImportBody>,
    #[serde(flatten)]
    pub(super) page: PageExtent,
}

/// A row of a file, and what became of it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ImportRowBody {
    /// The line of the file it begins on.
    line: i32,
    /// As they stand in the file; of a key, nothing is shown.
    cells: Vec<String>,
    #[schema(value_type = RowVerdict)]
    verdict: String,
    messages: Vec<RowMessage>,
    /// The bay or device that it made, or that is as it says.
    target_id: Option<Uuid>,
}

/// What there is to say about a row.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct RowMessage {
    #[schema(value_type = crate::wire::RowRefusal)]
    code: String,
    /// The name of the column; null for the whole row.
    field: Option<String>,
    message: String,
}

/// A page of rows.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ImportRowPage {
    pub(super) rows: Vec<ImportRowBody>,
    #[serde(flatten)]
    pub(super) page: PageExtent,
}

fn columns<C: Column>(import: &Import) -> Vec<ImportColumn> {
    let column = |column: &C| ImportColumn {
        name: column.name(),
        is_required: column.is_required(),
        index: import.mapping.get(column.name()).copied(),
    };
    C::ALL.iter().map(column).collect()
}

impl From<Import> for ImportBody {
    fn from(import: Import) -> Self {
        let counts = import.counts;
        Self {
            columns: match import.kind {
                Kind::Spaces => columns::<SpaceColumn>(&import),
                Kind::Devices => columns::<DeviceColumn>(&import),
            },
            id: import.id,
            tenant_id: import.tenant_id,
            tenant_name: import.tenant_name,
            kind: import.kind,
            status: import.status,
            trouble: import.trouble,
            file_name: import.file_name,
            site_id: import.site_id,
            site_name: import.site_name,
            header: import.header,
            rows: ImportCounts {
                total: counts.total,
                ready: counts.ready,
                same: counts.same,
                refused: counts.refused,
                created: counts.created,
                removed: counts.removed,
            },
            has_rows: import.rows_forgotten_at.is_none(),
            created_by: import.created_by,
            created_at: import.created_at,
            started_at: import.started_at,
            finished_at: import.finished_at,
        }
    }
}

impl ImportRowBody {
    /// A row as anybody may see it who may see imports.
    pub(super) fn of(vault: &Vault, import: &Import, view: RowView) -> Self {
        let sealed = SealedRow {
            line: view.line,
            sealed_cells: view.sealed_cells,
        };
        let cells = opened(vault, import.id, vec![sealed]).pop();
        let key_column = import.mapping.get(DeviceColumn::AppKey.name()).copied();
        Self {
            line: view.line,
            cells: shown(key_column, cells.map(|row| row.cells).unwrap_or_default()),
            verdict: view.verdict,
            messages: serde_json::from_value(view.messages).unwrap_or_default(),
            target_id: view.target_id,
        }
    }

    /// The cells, and what is wrong with them, in one row of a table.
    pub(super) fn record(self, width: usize) -> Vec<String> {
        let mut cells = self.cells;
        cells.resize(width.max(cells.len()), String::new());
        cells.truncate(width);
        let say = |message: &RowMessage| match &message.field {
            Some(field) => format!("{field}: {}", message.message),
            None => message.message.clone(),
        };
        let messages: Vec<String> = self.messages.iter().map(say).collect();
        cells.push(self.line.to_string());
        cells.push(self.verdict);
        cells.push(messages.join("; "));
        cells
    }
}
