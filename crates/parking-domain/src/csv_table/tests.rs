//! Tables as they come, and as they go.

use proptest::prelude::*;

use super::encoding::windows_1252;
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
        ("x;+2 ", "x;+2 "),
        ("A-017", "A-017"),
        ("l'Est", "l'Est"),
    ] {
        assert_eq!(escape_cell(cell), escaped);
        assert_eq!(unescape_cell(escaped), cell);
        assert_eq!(unescape_cell(escaped.trim_end()), cell.trim_end());
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
