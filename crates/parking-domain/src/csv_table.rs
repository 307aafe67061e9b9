//! Tables as people's spreadsheets write them, and as they can safely read them.
//!
//! A file is taken as it comes: with or without a byte order mark, in UTF-8, UTF-16 or Windows-1252,
//! cut by commas, semicolons or tabs, its lines ended in either way. What is read is text; what the
//! text means is for the row parsers to say.

use std::borrow::Cow;

use serde::Serialize;
use thiserror::Error;

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
fn unescape_cell(cell: &str) -> String {
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
    let is_number = cell.parse::<f64>().is_ok_and(f64::is_finite);
    marked.starts_with(is_mark) && !is_number
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

/// The delimiter, the text it holds for, and how many lines stand before that.
fn detect(text: &str) -> (Delimiter, &str, u64) {
    const ALL: [Delimiter; 3] = [Delimiter::Comma, Delimiter::Semicolon, Delimiter::Tab];
    let (first, rest) = text.split_at(text.find(LINE_ENDS).unwrap_or(text.len()));
    // Some spreadsheets say it on a line of its own.
    if let Some(said) = first.strip_prefix("sep=") {
        let behind = rest.strip_prefix("\r\n");
        let behind = behind.or_else(|| rest.strip_prefix(LINE_ENDS));
        let behind = behind.unwrap_or_default();
        let delimiter = ALL.into_iter().find(|one| said.as_bytes() == [one.byte()]);
        return (delimiter.unwrap_or(Delimiter::Comma), behind, 1);
    }
    let mut lines = text.split(LINE_ENDS);
    let header = lines.find(|line| !line.trim().is_empty());
    let header = header.unwrap_or_default();
    let count = |one: Delimiter| {
        let byte = char::from(one.byte());
        // Every other part is inside quotation marks.
        let outside = header.split('"').step_by(2);
        outside
            .map(|part| part.matches(byte).count())
            .sum::<usize>()
    };
    let mut best = Delimiter::Comma;
    for one in ALL {
        if count(one) > count(best) {
            best = one;
        }
    }
    (best, text, 0)
}

/// UTF-16 if it says so, UTF-8 if it is, else the code page of western Windows.
fn decode(bytes: &[u8]) -> Cow<'_, str> {
    let utf16 = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let units = bytes.chunks_exact(2).map(|pair| match pair {
            [a, b] => unit([*a, *b]),
            _ => 0,
        });
        char::decode_utf16(units)
            .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect::<String>()
    };
    match bytes {
        [0xff, 0xfe, rest @ ..] => return Cow::Owned(utf16(rest, u16::from_le_bytes)),
        [0xfe, 0xff, rest @ ..] => return Cow::Owned(utf16(rest, u16::from_be_bytes)),
        _ => {}
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(bytes.iter().map(|byte| windows_1252(*byte)).collect()),
    }
}

fn windows_1252(byte: u8) -> char {
    const FROM_80: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž',
        '\u{8f}', '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}',
        'ž', 'Ÿ',
    ];
    let special = usize::from(byte)
        .checked_sub(0x80)
        .and_then(|at| FROM_80.get(at));
    special.copied().unwrap_or(char::from(byte))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MIB: usize = 1 << 20;

    fn read(bytes: &[u8]) -> Table {
        read_table(bytes, MIB).unwrap_or_else(|error| panic!("{error}"))
    }

    fn cells(table: &Table) -> Vec<Vec<&str>> {
        let rows = table.rows.iter();
        rows.map(|row| row.cells.iter().map(String::as_str).collect())
            .collect()
    }

    #[test]
    fn a_file_is_read_as_it_comes() {
        let files: [&[u8]; 7] = [
            b"code,name\nA-1,Entr\xc3\xa9e\n",
            b"\xef\xbb\xbfcode;name\r\n A-1 ;\"Entr\xc3\xa9e\"\r\n",
            b"code\tname\nA-1\tEntr\xc3\xa9e",
            b"code;name\nA-1;Entr\xe9e\n",
            b"sep=;\r\ncode;name\r\nA-1;Entr\xc3\xa9e\r\n",
            b"\n;;\n\"code,of,it\";name\nA-1;Entr\xc3\xa9e\n;\n",
            b"\xff\xfec\0;\0n\0\n\0A\0-\x001\0;\0E\0n\0t\0r\0\xe9\0e\0",
        ];
        for file in files {
            let table = read(file);
            assert_eq!(cells(&table), [["A-1", "Entrée"]], "{file:?}");
            assert_eq!(table.header.len(), 2);
        }
        assert_eq!(windows_1252(0x80), '€');
        assert_eq!(windows_1252(0x9c), 'œ');
        assert_eq!(windows_1252(0xff), 'ÿ');
    }

    #[test]
    fn a_row_knows_its_line_whatever_stands_above_it() {
        let table = read(b"sep=,\ncode,name\nA-1,\"two\nlines\"\n\nA-2,x\n");
        let lines: Vec<_> = table.rows.iter().map(|row| row.line).collect();
        assert_eq!(lines, [3, 6]);
        assert_eq!(table.rows[0].cells[1], "two\nlines");
    }

    #[test]
    fn a_delimiter_and_an_open_quote_are_found_where_lines_end_in_a_return_alone() {
        let table = read(b"sep=;\rcode;name\r\rA-1;46,2\rA-2;46,3,4\r");
        assert_eq!(table.delimiter, Delimiter::Semicolon);
        let lines: Vec<_> = table.rows.iter().map(|row| row.line).collect();
        assert_eq!(lines, [4, 5]);
        let open = read_table(b"code,name\rA-1,\"x\rA-2,y\r", MIB);
        assert_eq!(open, Err(TableError::OpenQuote { line: 2 }));
    }

    #[test]
    fn what_is_no_table_is_refused_as_a_whole() {
        let refusal = |bytes: &[u8]| read_table(bytes, MIB).unwrap_err();
        assert_eq!(refusal(b""), TableError::Empty);
        assert_eq!(refusal(b"\xef\xbb\xbf\r\n"), TableError::Empty);
        assert_eq!(refusal(b"code,name\n"), TableError::NoRows);
        assert_eq!(refusal(b"PK\x03\x04\0\0"), TableError::NotText);
        assert_eq!(
            refusal(b"code,name\nA-1,\"x\nA-2,y\nA-3,z\n"),
            TableError::OpenQuote { line: 2 }
        );
        assert_eq!(
            refusal(format!("a{}\n1", ",".repeat(100)).as_bytes()),
            TableError::TooManyColumns
        );
        for many in [",", "x,", "\",", "\n\",", ",\"\n\""] {
            let commas = format!("a\n{}\n", many.repeat(4_000_000 / many.len()));
            let read = read_table(commas.as_bytes(), 8 * MIB);
            assert!(read.is_err(), "{many}");
        }
        assert_eq!(
            refusal("x\n".repeat(ROWS_MAX + 2).as_bytes()),
            TableError::TooManyRows
        );
        assert_eq!(
            read("x\n".repeat(ROWS_MAX + 1).as_bytes()).rows.len(),
            ROWS_MAX
        );
        assert_eq!(
            refusal(format!("a\n{}", "x".repeat(CELL_LENGTH_MAX + 1)).as_bytes()),
            TableError::CellTooLong { line: 2 }
        );
        assert_eq!(
            read_table(b"a\n1", 2),
            Err(TableError::TooLarge { bytes_max: 2 })
        );
    }

    #[test]
    fn a_formula_is_written_as_text_and_a_number_as_a_number() {
        for (cell, escaped) in [
            ("=1+1", "'=1+1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("-cmd|' /C calc'!A0", "'-cmd|' /C calc'!A0"),
            ("+41 22 000", "'+41 22 000"),
            ("\t=1", "'\t'=1"),
            ("x;=1+1", "x;'=1+1"),
            ("x\n@a", "x\n'@a"),
            ("x;\"=1", "x;'\"=1"),
            ("x;'=1", "x;''=1"),
            ("=1;=2", "'=1;'=2"),
            ("47.1;-6.15", "47.1;-6.15"),
            ("x; y;z", "x; y;z"),
            ("'=1", "''=1"),
            ("-6.15", "-6.15"),
            ("A-017", "A-017"),
            ("l'Est", "l'Est"),
        ] {
            assert_eq!(escape_cell(cell), escaped);
            assert_eq!(unescape_cell(escaped), cell);
        }
        let file = write_table(&["code", "name"], [["A-1", "=cmd"], ["A,2", "Entrée"]]);
        assert_eq!(
            String::from_utf8(file).unwrap(),
            "\u{feff}code,name\r\nA-1,'=cmd\r\n\"A,2\",Entrée\r\n"
        );
    }

    proptest! {
        #[test]
        fn what_was_written_reads_back(
            rows in proptest::collection::vec(proptest::collection::vec("[ -~é\n]{0,12}", 3), 1..6),
        ) {
            let rows: Vec<Vec<_>> = rows
                .into_iter()
                .map(|row| row.iter().map(|cell| format!("x{cell}x")).collect())
                .collect();
            let file = write_table(&["a", "b", "c"], &rows);
            let table = read(&file);
            let read: Vec<_> = table.rows.into_iter().map(|row| row.cells).collect();
            prop_assert_eq!(read, rows);
        }

        #[test]
        fn an_escaped_cell_is_no_formula_and_comes_back(cell in "['=+@\\-\t]{0,4}[a-z0-9]{0,4}[;\t\n'\"=@a]{0,5}") {
            let escaped = escape_cell(&cell);
            prop_assert!(!escaped.starts_with(['=', '@', '\t']));
            let mut cut = escaped.split([';', '\t', '\n']).skip(1);
            prop_assert!(!cut.any(|piece| piece.trim_start_matches('"').starts_with(['=', '@'])));
            prop_assert_eq!(unescape_cell(&escaped), cell);
        }

        #[test]
        fn a_file_of_any_making_is_bounded_and_says_where_its_rows_are(
            parts in proptest::collection::vec(
                prop_oneof![
                    "[a-zé0-9 ]{0,6}",
                    proptest::sample::select(vec![
                        "\"", "\"\"", ",", ";", "\t", "\n", "\r\n", "\r", "sep=;\n", "'=1", "\u{feff}", "€",
                    ]).prop_map(str::to_owned),
                ],
                0..60,
            ),
        ) {
            let text = parts.concat();
            let table = read_table(text.as_bytes(), MIB);
            let wide = |unit: fn(u16) -> [u8; 2]| -> Vec<u8> {
                let units = "\u{feff}".encode_utf16().chain(text.encode_utf16());
                units.flat_map(unit).collect()
            };
            // A mark at the beginning of a text that has one already is a character of the text.
            if !text.starts_with('\u{feff}') {
                prop_assert_eq!(&read_table(&wide(u16::to_le_bytes), MIB), &table);
                prop_assert_eq!(&read_table(&wide(u16::to_be_bytes), MIB), &table);
                let marked = format!("\u{feff}{text}");
                prop_assert_eq!(&read_table(marked.as_bytes(), MIB), &table);
            }
            let Ok(table) = table else { return Ok(()) };
            let lines = text.replace("\r\n", "\n").replace('\r', "\n");
            let lines = u64::try_from(lines.matches('\n').count() + 1).unwrap();
            for row in &table.rows {
                prop_assert!((1..=lines).contains(&row.line), "{table:?}");
                prop_assert!(row.cells.len() <= COLUMNS_MAX);
            }
            prop_assert!(table.rows.is_sorted_by(|one, next| one.line < next.line), "{table:?}");
        }

        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>, text in "[a-c\",;\t\r\n]{0,60}") {
            prop_assert!(read_table(&bytes, MIB).is_ok_and(|table| !table.rows.is_empty()) || read_table(&bytes, MIB).is_err());
            prop_assert!(read_table(text.as_bytes(), 10).is_err() || text.len() <= 10);
        }
    }
}
