//! The rows of a file as they are kept, judged and shown.

use parking_access::secrets::Vault;
use parking_domain::app_key::AppKey;
use parking_domain::csv_table::Row;
use secrecy::{ExposeSecret as _, SecretString};
use uuid::Uuid;

/// What is shown of a key.
const HIDDEN: &str = "••••••••";

/// A row as it is kept.
#[derive(Clone, Debug)]
pub(super) struct SealedRow {
    pub(super) line: i32,
    pub(super) sealed_cells: Vec<u8>,
}

/// Seals each row for its place in its import.
pub(super) fn sealed(vault: &Vault, import: Uuid, rows: &[Row]) -> Vec<SealedRow> {
    let seal = |row: &Row| {
        let cells = SecretString::from(serde_json::to_string(&row.cells).unwrap_or_default());
        SealedRow {
            // A file of some megabytes has no more lines than that.
            line: i32::try_from(row.line).unwrap_or(i32::MAX),
            sealed_cells: vault.seal(&cells, &place(import, row.line)),
        }
    };
    rows.iter().map(seal).collect()
}

/// Opens rows to be judged. One that was sealed with a key the installation no longer has is empty,
/// and will be refused as that.
pub(super) fn opened(vault: &Vault, import: Uuid, rows: Vec<SealedRow>) -> Vec<Row> {
    let open = |row: SealedRow| {
        let line = u64::try_from(row.line).unwrap_or_default();
        let cells = vault.open(&row.sealed_cells, &place(import, line)).ok();
        let cells = cells.and_then(|cells| serde_json::from_str(cells.expose_secret()).ok());
        Row {
            line,
            cells: cells.unwrap_or_default(),
        }
    };
    rows.into_iter().map(open).collect()
}

/// Cells as anybody may see them: without the keys, in the column that has them or in any other.
pub(super) fn shown(key_column: Option<usize>, cells: Vec<String>) -> Vec<String> {
    let show = |(index, cell): (usize, String)| {
        let is_key = key_column == Some(index) && !cell.is_empty();
        if is_key || AppKey::is_like(&cell) {
            HIDDEN.to_owned()
        } else {
            cell
        }
    };
    cells.into_iter().enumerate().map(show).collect()
}

fn place(import: Uuid, line: u64) -> String {
    format!("import {import} line {line}")
}
