//! Tables as people's spreadsheets write them, and as they can safely read them.
//!
//! A file is taken as it comes: with or without a byte order mark, in UTF-8, UTF-16 or Windows-1252,
//! cut by commas, semicolons or tabs, its lines ended in either way. What is read is text; what the
//! text means is for the row parsers to say.

mod encoding;
mod formulas;
#[cfg(test)]
mod tests;

use serde::Serialize;
use thiserror::Error;

pub use formulas::{escape_cell, write_table};

use encoding::{decode, detect};
use formulas::unescape_cell;

/// The most rows behind the header.
pub const ROWS_MAX: usize = 10_000;

/// The most columns.
pub const COLUMNS_MAX: usize = 100;

/// The longest cell, in characters.
pub const CELL_LENGTH_MAX: usize = 2_000;

/// Delimiters of a whole file: as many as the largest table has, and as many again in its texts.
const CUTS_MAX: usize = 2 * ROWS_MAX * COLUMNS_MAX;

/// A line ends in either of them, or in both.
const LINE_ENDS: [char; 2] = ['\r', '\n'];

/// What a file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// The first row that is not empty.
    pub header: Vec<String>,
    /// The others, without empty ones.
    pub rows: Vec<Row>,
    /// What stood between the cells.
    pub delimiter: Delimiter,
}

/// A row of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The line of the file it begins on, counted from 1.
    pub line: u64,
    /// Its cells, without the spaces around them.
    pub cells: Vec<String>,
}

/// What stands between cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Delimiter {
    /// `,`
    Comma,
    /// `;`, where the comma is in numbers.
    Semicolon,
    /// A tab, as when cells are copied and pasted.
    Tab,
}

/// Why a file is no table; the message is shown to the person who sent it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum TableError {
    /// Too large to be looked at.
    #[error("must have at most {bytes_max} bytes")]
    TooLarge {
        /// How many are allowed.
        bytes_max: usize,
    },
    /// Nothing in it.
    #[error("must have a header row")]
    Empty,
    /// A header and nothing behind it.
    #[error("has a header row and no rows")]
    NoRows,
    /// More rows than are taken at once.
    #[error("must have at most {ROWS_MAX} rows")]
    TooManyRows,
    /// More columns than anything has.
    #[error("must have at most {COLUMNS_MAX} columns")]
    TooManyColumns,
    /// More in a cell than anything is called.
    #[error("a cell of the row on line {line} has more than {CELL_LENGTH_MAX} characters")]
    CellTooLong {
        /// Where the row begins.
        line: u64,
    },
    /// Something else called `.csv`.
    #[error("is not a text file; save the spreadsheet as CSV")]
    NotText,
    /// A quotation mark without its other half, which swallows the rest of the file.
    #[error("the quotation mark opened on line {line} is never closed")]
    OpenQuote {
        /// Where the row begins.
        line: u64,
    },
}

/// Reads a file as a table.
pub fn read_table(bytes: &[u8], bytes_max: usize) -> Result<Table, TableError> {
    if bytes.len() > bytes_max {
        return Err(TableError::TooLarge { bytes_max });
    }
    let text = decode(bytes);
    if text.contains('\0') {
        return Err(TableError::NotText);
    }
    let (delimiter, body, lines_before) = detect(&text);
    // Some megabytes of commas would be hundreds of megabytes of cells before anybody counts them.
    let cuts = body.bytes().filter(|byte| *byte == delimiter.byte());
    if cuts.count() > CUTS_MAX {
        return Err(TableError::TooManyColumns);
    }
    let mut records = csv::ReaderBuilder::new()
        .delimiter(delimiter.byte())
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(body.as_bytes());
    let has_odd_quotes = body.matches('"').count() % 2 == 1;
    let mut rows: Vec<Row> = Vec::new();
    let mut too_long = None;
    let (mut line, mut counted) = (lines_before + 1, 0);
    for record in records.records() {
        // The text is UTF-8 and of any shape is allowed: nothing is left to fail.
        let record = record.map_err(|_| TableError::NotText)?;
        line += lines_to(body, &mut counted, record.position());
        if record.iter().all(str::is_empty) {
            continue;
        }
        if record.len() > COLUMNS_MAX {
            return Err(TableError::TooManyColumns);
        }
        let cells: Vec<_> = record.iter().map(unescape_cell).collect();
        if rows.len() > ROWS_MAX {
            return Err(TableError::TooManyRows);
        }
        too_long = too_long.or_else(|| {
            let is_long = |cell: &String| cell.chars().count() > CELL_LENGTH_MAX;
            cells.iter().any(is_long).then_some(line)
        });
        rows.push(Row { line, cells });
    }
    let last = rows.last().filter(|_| has_odd_quotes);
    let goes_on = |row: &&Row| row.cells.iter().any(|cell| cell.contains(LINE_ENDS));
    if let Some(row) = last.filter(goes_on) {
        return Err(TableError::OpenQuote { line: row.line });
    }
    // Said after the quotation mark, which may be why.
    if let Some(line) = too_long {
        return Err(TableError::CellTooLong { line });
    }
    let mut rows = rows.into_iter();
    let header = rows.next().ok_or(TableError::Empty)?.cells;
    let rows: Vec<_> = rows.collect();
    if rows.is_empty() {
        return Err(TableError::NoRows);
    }
    Ok(Table {
        header,
        rows,
        delimiter,
    })
}

fn is_line_end(byte: u8) -> bool {
    matches!(byte, b'\r' | b'\n')
}

/// How many lines end between what was counted and a record, and counts them.
///
/// The reader says where it was when it began to look, which is before the empty lines it passed.
fn lines_to(body: &str, counted: &mut usize, position: Option<&csv::Position>) -> u64 {
    let at = position.and_then(|position| usize::try_from(position.byte()).ok());
    let rest = at.and_then(|at| body.get(at..)).unwrap_or_default();
    let begin = body.len() - rest.trim_start_matches(['\r', '\n']).len();
    let passed = body.get(*counted..begin).unwrap_or_default();
    *counted = begin;
    let mut lines = 0;
    let mut last = 0;
    for byte in passed.bytes() {
        // A return and a feed end one line; a return alone ends one, too, as on old Macs.
        lines += u64::from(is_line_end(byte) && !(byte == b'\n' && last == b'\r'));
        last = byte;
    }
    lines
}

impl Delimiter {
    fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Semicolon => b';',
            Self::Tab => b'\t',
        }
    }
}
