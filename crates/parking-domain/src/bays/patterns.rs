//! A row of bays, written down: `A-001…A-120`.

use std::collections::BTreeSet;

use thiserror::Error;

use super::BayCode;
use crate::text::TextError;

/// The most bays one pattern may stand for.
pub const PATTERN_CODES_MAX: usize = 2_000;

/// The longest pattern, in bytes.
pub const PATTERN_LENGTH_MAX: usize = 20_000;

/// Why a pattern stands for no codes; the message is shown to the person who typed it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PatternError {
    /// Nothing was typed.
    #[error("must not be empty")]
    Empty,
    /// Longer than anybody types.
    #[error("must have at most {PATTERN_LENGTH_MAX} characters")]
    TooLong,
    /// It stands for too much.
    #[error("must stand for at most {PATTERN_CODES_MAX} bays")]
    TooMany,
    /// The same code twice.
    #[error("`{0}` appears twice")]
    Twice(String),
    /// One of the codes is no code.
    #[error("`{code}`: {fault}")]
    Code {
        /// What came out.
        code: String,
        /// What is wrong with it.
        fault: TextError,
    },
    /// `[` without `]`, or the other way round, or one in another.
    #[error("`{0}`: each `[` needs a `]` behind it")]
    Bracket(String),
    /// Between brackets, something other than numbers or single letters.
    #[error("`{0}` must be a number, a letter, or a range of them such as 001-120")]
    NotARange(String),
    /// The ends of a range have more between them than a number.
    #[error("`{from}` and `{to}` must be the same but for the number at the end")]
    EndsDiffer {
        /// The first code.
        from: String,
        /// The last code.
        to: String,
    },
    /// The last comes before the first.
    #[error("`{from}` comes after `{to}`")]
    Backwards {
        /// The first number.
        from: String,
        /// The last number.
        to: String,
    },
    /// A step that is no number, or leads nowhere.
    #[error("the step `{0}` must be a number above 0")]
    Step(String),
    /// A number nobody paints on the ground.
    #[error("`{0}` has too many digits")]
    NumberTooLong(String),
}

/// The codes a pattern stands for, in the order in which it names them.
///
/// Commas, semicolons and line ends separate parts. A part is a code; or a range of codes, `A-001…A-120`,
/// with `..` for `…` and at will only the number as its end, `A-001..120`; or a code with choices in
/// brackets, `[A-C]-[001-120]`. `/2` behind a range takes every second.
pub fn expand(pattern: &str) -> Result<Vec<BayCode>, PatternError> {
    if pattern.len() > PATTERN_LENGTH_MAX {
        return Err(PatternError::TooLong);
    }
    let mut codes = Vec::new();
    let mut seen = BTreeSet::new();
    for part in parts(pattern)? {
        for text in expand_part(part)? {
            let code = BayCode::parse(&text).map_err(|fault| PatternError::Code {
                code: text.clone(),
                fault,
            })?;
            if !seen.insert(code.clone()) {
                return Err(PatternError::Twice(code.0));
            }
            codes.push(code);
        }
        if codes.len() > PATTERN_CODES_MAX {
            return Err(PatternError::TooMany);
        }
    }
    if codes.is_empty() {
        return Err(PatternError::Empty);
    }
    Ok(codes)
}

/// Cuts at separators outside brackets; what is empty is left out, as after a last comma.
fn parts(pattern: &str) -> Result<Vec<&str>, PatternError> {
    let mut parts = Vec::new();
    let (mut from, mut is_inside) = (0, false);
    for (at, c) in pattern.char_indices() {
        match c {
            '[' | ']' if is_inside == (c == '[') => {
                return Err(PatternError::Bracket(pattern[from..].trim().to_owned()));
            }
            '[' | ']' => is_inside = c == '[',
            ',' | ';' | '\n' if !is_inside => {
                parts.push(pattern[from..at].trim());
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(pattern[from..].trim());
    if is_inside {
        return Err(PatternError::Bracket(pattern[from..].trim().to_owned()));
    }
    parts.retain(|part| !part.is_empty());
    Ok(parts)
}

fn expand_part(part: &str) -> Result<Vec<String>, PatternError> {
    if part.contains('[') {
        return expand_brackets(part);
    }
    let ends = part
        .split_once('…')
        .or_else(|| part.split_once("..."))
        .or_else(|| part.split_once(".."));
    match ends {
        Some((from, to)) => expand_ends(from.trim(), to.trim()),
        None => Ok(vec![part.to_owned()]),
    }
}

/// `A-001` to `A-120`: what stands around the number of the first must stand around that of the last.
fn expand_ends(from: &str, to: &str) -> Result<Vec<String>, PatternError> {
    let differ = || PatternError::EndsDiffer {
        from: from.to_owned(),
        to: to.to_owned(),
    };
    let is_digit = |c: char| c.is_ascii_digit();
    let head = from.trim_end_matches(|c: char| !c.is_ascii_digit());
    let suffix = &from[head.len()..];
    let prefix = head.trim_end_matches(is_digit);
    let first = &head[prefix.len()..];
    let is_bare = !to.starts_with(prefix);
    let rest = if is_bare { to } else { &to[prefix.len()..] };
    let behind = rest.trim_start_matches(is_digit);
    let last = &rest[..rest.len() - behind.len()];
    if first.is_empty() || last.is_empty() {
        return Err(differ());
    }
    let behind = behind.strip_prefix(suffix).unwrap_or(behind).trim();
    let step = match behind.strip_prefix('/') {
        Some(step) => parse_step(step)?,
        None if behind.is_empty() => 1,
        None => return Err(differ()),
    };
    let numbers = numbers(first, last, step)?;
    Ok(numbers
        .into_iter()
        .map(|number| format!("{prefix}{number}{suffix}"))
        .collect())
}

/// Every combination of the choices in brackets, the last bracket turning fastest.
fn expand_brackets(part: &str) -> Result<Vec<String>, PatternError> {
    let mut texts = vec![String::new()];
    for piece in part.split_inclusive(']') {
        let (plain, choices) = match piece.split_once('[') {
            Some((plain, inside)) => (plain, expand_choices(inside.trim_end_matches(']'))?),
            None => (piece, vec![String::new()]),
        };
        if texts.len().saturating_mul(choices.len()) > PATTERN_CODES_MAX {
            return Err(PatternError::TooMany);
        }
        texts = texts
            .iter()
            .flat_map(|text| {
                choices
                    .iter()
                    .map(move |choice| format!("{text}{plain}{choice}"))
            })
            .collect();
    }
    Ok(texts)
}

/// What stands between brackets: `001-120`, `A-C`, `1,3,7-9`, `001-119/2`.
fn expand_choices(inside: &str) -> Result<Vec<String>, PatternError> {
    let mut choices = Vec::new();
    for range in inside.split([',', ';']).map(str::trim) {
        let (ends, step) = match range.split_once('/') {
            Some((ends, step)) => (ends.trim(), parse_step(step)?),
            None => (range, 1),
        };
        let pair = ["…", "...", "..", "-", "–"]
            .iter()
            .find_map(|between| ends.split_once(between));
        let (first, last) = pair.unwrap_or((ends, ends));
        let (first, last) = (first.trim(), last.trim());
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        if is_number(first) && is_number(last) {
            choices.extend(numbers(first, last, step)?);
        } else if let (Some(first), Some(last)) = (letter(first), letter(last)) {
            choices.extend(letters(first, last, step)?);
        } else {
            return Err(PatternError::NotARange(range.to_owned()));
        }
        if choices.len() > PATTERN_CODES_MAX {
            return Err(PatternError::TooMany);
        }
    }
    Ok(choices)
}

fn letter(text: &str) -> Option<u8> {
    match text.as_bytes() {
        [one] if one.is_ascii_alphabetic() => Some(*one),
        _ => None,
    }
}

fn letters(first: u8, last: u8, step: usize) -> Result<Vec<String>, PatternError> {
    let text = |letter: u8| char::from(letter).to_string();
    if first.is_ascii_uppercase() != last.is_ascii_uppercase() {
        return Err(PatternError::NotARange(format!(
            "{}-{}",
            text(first),
            text(last)
        )));
    }
    if first > last {
        return Err(PatternError::Backwards {
            from: text(first),
            to: text(last),
        });
    }
    Ok((first..=last).step_by(step).map(text).collect())
}

/// From the first to the last, at least as wide as the first is written.
fn numbers(first: &str, last: &str, step: usize) -> Result<Vec<String>, PatternError> {
    let number = |digits: &str| {
        let number = digits.parse::<u32>();
        number.map_err(|_| PatternError::NumberTooLong(digits.to_owned()))
    };
    let (from, to) = (number(first)?, number(last)?);
    if from > to {
        return Err(PatternError::Backwards {
            from: first.to_owned(),
            to: last.to_owned(),
        });
    }
    let width = first.len();
    let numbers: Vec<_> = (from..=to)
        .step_by(step)
        .take(PATTERN_CODES_MAX + 1)
        .map(|number| format!("{number:0width$}"))
        .collect();
    if numbers.len() > PATTERN_CODES_MAX {
        return Err(PatternError::TooMany);
    }
    Ok(numbers)
}

fn parse_step(text: &str) -> Result<usize, PatternError> {
    let step = text.trim().parse::<u16>().ok().filter(|step| *step > 0);
    step.map(usize::from)
        .ok_or_else(|| PatternError::Step(text.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn codes(pattern: &str) -> Vec<String> {
        let codes = expand(pattern).unwrap_or_else(|error| panic!("{pattern}: {error}"));
        codes.into_iter().map(String::from).collect()
    }

    fn refusal(pattern: &str) -> String {
        expand(pattern).unwrap_err().to_string()
    }

    #[test]
    fn a_range_of_codes_is_as_wide_as_its_first() {
        let row = codes("A-001…A-120");
        assert_eq!(row.len(), 120);
        assert_eq!((row[0].as_str(), row[119].as_str()), ("A-001", "A-120"));
        for pattern in [
            "A-001..A-120",
            "A-001...120",
            "A-[001-120]",
            "A-[001..120]",
            " A-001 .. A-120 ,",
        ] {
            assert_eq!(codes(pattern), row, "{pattern}");
        }
        assert_eq!(codes("8..11"), ["8", "9", "10", "11"]);
        assert_eq!(codes("1/01..1/03"), ["1/01", "1/02", "1/03"]);
        assert_eq!(codes("P7b..P9b"), ["P7b", "P8b", "P9b"]);
    }

    #[test]
    fn steps_lists_and_letters_combine() {
        assert_eq!(codes("A-1..A-7/3"), ["A-1", "A-4", "A-7"]);
        assert_eq!(codes("[A-B][1,8-9]"), ["A1", "A8", "A9", "B1", "B8", "B9"]);
        assert_eq!(codes("X-[01-05/2]"), ["X-01", "X-03", "X-05"]);
        assert_eq!(
            codes("A-1, A-3..A-4; Gate\nB-[7-8]"),
            ["A-1", "A-3", "A-4", "Gate", "B-7", "B-8"]
        );
    }

    #[test]
    fn the_refusal_says_what_is_wrong() {
        assert_eq!(refusal(" , "), "must not be empty");
        assert_eq!(refusal("A-1..A-2001"), "must stand for at most 2000 bays");
        assert_eq!(
            refusal("A-0..A-4294967295"),
            "must stand for at most 2000 bays"
        );
        assert_eq!(
            refusal("[1-100][1-100]"),
            "must stand for at most 2000 bays"
        );
        assert_eq!(refusal("A-1..A-5, A-3"), "`A-3` appears twice");
        assert_eq!(
            refusal("A-1..B-5"),
            "`A-1` and `B-5` must be the same but for the number at the end"
        );
        assert_eq!(
            refusal("A..B"),
            "`A` and `B` must be the same but for the number at the end"
        );
        assert_eq!(refusal("A-9..A-3"), "`9` comes after `3`");
        assert_eq!(refusal("[C-A]"), "`C` comes after `A`");
        assert_eq!(
            refusal("A-[1-5"),
            "`A-[1-5`: each `[` needs a `]` behind it"
        );
        assert_eq!(refusal("A-1]"), "`A-1]`: each `[` needs a `]` behind it");
        assert_eq!(refusal("[[1]]"), "`[[1]]`: each `[` needs a `]` behind it");
        assert_eq!(
            refusal("A-[1-x]"),
            "`1-x` must be a number, a letter, or a range of them such as 001-120"
        );
        assert_eq!(
            refusal("A-1..A-9/0"),
            "the step `0` must be a number above 0"
        );
        assert_eq!(
            refusal("A-1..A-99999999999"),
            "`99999999999` has too many digits"
        );
        let long = "A".repeat(51);
        assert_eq!(
            refusal(&long),
            format!("`{long}`: must have at most 50 characters")
        );
        assert_eq!(expand(&"A,".repeat(10_001)), Err(PatternError::TooLong));
    }

    proptest! {
        #[test]
        fn a_range_has_as_many_codes_as_it_spans(from in 0_u32..5_000, count in 1_u32..=2_000) {
            let pattern = format!("A-{from}..A-{}", from + count - 1);
            prop_assert_eq!(expand(&pattern).unwrap().len(), count as usize);
        }

        #[test]
        fn no_text_makes_it_panic(pattern in "[A-C0-9\\[\\],;./ …-]{0,40}|\\PC*") {
            if let Ok(codes) = expand(&pattern) {
                prop_assert!(!codes.is_empty() && codes.len() <= PATTERN_CODES_MAX);
                prop_assert!(codes.iter().collect::<BTreeSet<_>>().len() == codes.len());
            }
        }
    }
}
