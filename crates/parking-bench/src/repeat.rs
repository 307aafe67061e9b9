//! Making a script repeatable that PostgreSQL was heard to execute once.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};

/// A script that can be run again and again: ids that were made for this one time, since then, become
/// variables that are new each time, and what only looks like a variable of pgbench no longer does.
pub(crate) fn repeatable(script: &str, since: DateTime<Utc>) -> String {
    let mut plain = String::with_capacity(script.len());
    let mut before = ' ';
    let mut letters = script.chars().peekable();
    while let Some(letter) = letters.next() {
        plain.push(letter);
        let names = letters.peek().is_some_and(char::is_ascii_alphabetic);
        if letter == ':' && before != ':' && names {
            plain.push(' ');
        }
        before = letter;
    }
    let mut made: Vec<String> = Vec::new();
    for word in plain.split(|letter: char| !letter.is_ascii_hexdigit() && letter != '-') {
        if is_made_since(word, since) && !made.iter().any(|known| known == word) {
            made.push(word.to_owned());
        }
    }
    let mut declared = String::new();
    for (number, id) in made.iter().enumerate() {
        // Writing to a String cannot fail.
        let _infallible = writeln!(declared, "select gen_random_uuid() as made{number} \\gset");
        plain = plain
            .replace(
                &format!("'{{{id}}}'"),
                &format!("array[:made{number}::uuid]"),
            )
            .replace(
                &format!("'{{\"{id}\"}}'"),
                &format!("array[:made{number}::uuid]"),
            )
            .replace(&format!("'{id}'"), &format!(":made{number}::uuid"));
    }
    declared + &plain
}

/// Whether a word is an id that says it was made at this time or later.
fn is_made_since(word: &str, since: DateTime<Utc>) -> bool {
    let digits: String = word.chars().filter(char::is_ascii_hexdigit).collect();
    let is_id = word.len() == 36 && digits.len() == 32 && digits.get(12..13) == Some("7");
    let at = digits
        .get(..12)
        .and_then(|at| i64::from_str_radix(at, 16).ok());
    // The seed's ids are of 1970; clocks may differ by a little.
    is_id && at.is_some_and(|at| at + 5 >= since.timestamp_millis())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_that_were_made_for_one_time_are_made_anew_each_time() {
        let (old, fresh) = (
            "00000001-0007-7000-8000-000000000008",
            "019f0000-0000-7abc-8def-000000000001",
        );
        let script = format!(
            "insert into t values ('{fresh}', '{old}', '{{\"a\":null,\"b\":\"{fresh}\"}}', '10:20', 'x'::text);\n\
             update t set a = 1 where id = any('{{{fresh}}}');\n"
        );
        let since = DateTime::from_timestamp_millis(0x019f_0000_0000).unwrap();
        assert_eq!(
            repeatable(&script, since),
            format!(
                "select gen_random_uuid() as made0 \\gset\n\
                 insert into t values (:made0::uuid, '{old}', '{{\"a\": null,\"b\":\"{fresh}\"}}', '10:20', 'x'::text);\n\
                 update t set a = 1 where id = any(array[:made0::uuid]);\n"
            )
        );
    }
}
