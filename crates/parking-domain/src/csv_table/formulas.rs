//! Cells that no spreadsheet takes for a formula, and back again.

use std::borrow::Cow;

/// Writes a table that a spreadsheet opens as it is and does not carry out.
///
/// With a byte order mark, without which accents in it are taken for something else.
pub fn write_table<R>(header: &[&str], rows: impl IntoIterator<Item = R>) -> Vec<u8>
where
    R: IntoIterator,
    R::Item: AsRef<str>,
{
    let mut records = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .flexible(true)
        .from_writer("\u{feff}".as_bytes().to_vec());
    // Writing to memory does not fail.
    let header = header.iter().map(|name| escape_cell(name).into_owned());
    let mut is_written = records.write_record(header).is_ok();
    for row in rows {
        let cells = row
            .into_iter()
            .map(|cell| escape_cell(cell.as_ref()).into_owned());
        is_written &= records.write_record(cells).is_ok();
    }
    debug_assert!(is_written, "memory does not refuse");
    records.into_inner().unwrap_or_default()
}

/// A cell that no spreadsheet takes for a formula, nor for a cell and a formula: one that is set to
/// another country cuts it where we do not, and does not heed the quotation mark in its middle.
///
/// Numbers are left alone, or every western longitude would come with an apostrophe.
pub fn escape_cell(cell: &str) -> Cow<'_, str> {
    if !is_formula(cell) && !pieces(cell).skip(1).any(hides_formula) {
        return Cow::Borrowed(cell);
    }
    let mut escaped = String::with_capacity(cell.len() + 2);
    if is_formula(cell) {
        escaped.push('\'');
    }
    for (place, piece) in pieces(cell).enumerate() {
        if place > 0 && hides_formula(piece) {
            escaped.push('\'');
        }
        escaped.push_str(piece);
    }
    Cow::Owned(escaped)
}

/// The other way round, so that what was exported can be imported.
pub(super) fn unescape_cell(cell: &str) -> String {
    let cell = match cell.strip_prefix('\'') {
        Some(formula) if is_formula(formula) => formula,
        _ => cell,
    };
    let plain = |(place, piece): (usize, &'_ str)| match piece.strip_prefix('\'') {
        Some(formula) if place > 0 && hides_formula(formula) => formula.to_owned(),
        _ => piece.to_owned(),
    };
    pieces(cell).enumerate().map(plain).collect()
}

/// The parts of a cell that a spreadsheet might take for cells, each with what it ends in.
fn pieces(cell: &str) -> impl Iterator<Item = &str> {
    cell.split_inclusive([';', '\t', '\r', '\n'])
}

/// Whether a part is a formula where the cell is cut before it; a quotation mark may stand first.
fn hides_formula(piece: &str) -> bool {
    let piece = piece.trim_end_matches([';', '\t', '\r', '\n']);
    is_formula(piece.trim_start_matches(['\'', '"']))
}

fn is_formula(cell: &str) -> bool {
    let is_mark = |c| {
        matches!(
            c,
            '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠'
        )
    };
    // An apostrophe before a mark must come back as it was, too.
    let marked = cell.trim_start_matches('\'');
    // What is read has no spaces behind it, and must be judged like what was written.
    let is_number = cell.trim_end().parse::<f64>().is_ok_and(f64::is_finite);
    marked.starts_with(is_mark) && !is_number
}
