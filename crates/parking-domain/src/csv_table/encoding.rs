//! In which characters a file is written, and what stands between its cells.

use std::borrow::Cow;

use super::{Delimiter, LINE_ENDS};

/// The delimiter, the text it holds for, and how many lines stand before that.
pub(super) fn detect(text: &str) -> (Delimiter, &str, u64) {
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
pub(super) fn decode(bytes: &[u8]) -> Cow<'_, str> {
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

pub(super) fn windows_1252(byte: u8) -> char {
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
