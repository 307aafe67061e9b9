//! Rules about migrations: named by time, constraints named in words.

use super::Finding;
use super::tree::{Source, Tree};

/// Digits of `YYYYMMDDHHMMSS`.
const TIMESTAMP_DIGITS: usize = 14;

/// A timestamp orders migrations of different branches without anyone handing out numbers.
pub(super) fn names_are_timestamps(tree: &Tree) -> Vec<Finding> {
    let mut seen: Vec<&str> = Vec::new();
    let mut findings = Vec::new();
    for migration in migrations(tree) {
        let (stamp, title) = migration
            .name()
            .split_once('_')
            .unwrap_or((migration.name(), ""));
        let is_stamp = stamp.len() == TIMESTAMP_DIGITS && stamp.chars().all(|c| c.is_ascii_digit());
        if !is_stamp || title.is_empty() {
            let text = "a migration is called YYYYMMDDHHMMSS_what_it_does.sql";
            findings.push(Finding::new(migration, 1, text));
        }
        if seen.contains(&stamp) {
            findings.push(Finding::new(
                migration,
                1,
                "another migration has this timestamp",
            ));
        }
        seen.push(stamp);
    }
    findings
}

/// Code maps a constraint's name to an error, and an operator reads it in a log.
pub(super) fn constraints_are_named(tree: &Tree) -> Vec<Finding> {
    let kinds = [
        "check (",
        "unique (",
        "unique nulls",
        "foreign key",
        "exclude using",
        "exclude (",
    ];
    let mut findings = Vec::new();
    for migration in migrations(tree) {
        let mut is_named = false;
        for (number, line) in migration.lines() {
            let line = line.trim().to_lowercase();
            let line = line.strip_prefix("add ").unwrap_or(&line);
            if kinds.iter().any(|kind| line.starts_with(kind)) && !is_named {
                let text = "a constraint without a name: write `constraint table_says_what …`";
                findings.push(Finding::new(migration, number, text));
            }
            // The name may stand on a line of its own above a long constraint.
            is_named = line.starts_with("constraint ") && line.split(' ').count() == 2;
        }
    }
    findings
}

fn migrations(tree: &Tree) -> impl Iterator<Item = &Source> {
    tree.ending(".sql")
        .filter(|source| source.path.starts_with("migrations/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_without_a_time_or_used_twice_is_found() {
        let tree = Tree::from([
            ("migrations/20260801120000_spaces.sql", ""),
            ("migrations/20260801120000_sites.sql", ""),
            ("migrations/0003_devices.sql", ""),
        ]);
        assert_eq!(names_are_timestamps(&tree).len(), 2);
    }

    #[test]
    fn a_nameless_constraint_is_found() {
        let sql = "create table spaces (\n  code text not null,\n  check (code <> ''),\n  \
                   constraint spaces_code_unique unique (code)\n);\n\
                   alter table spaces\n  add unique (code),\n  add constraint spaces_code_short\n    check (length(code) < 9);\n";
        let tree = Tree::from([("migrations/20260801120000_spaces.sql", sql)]);
        let lines: Vec<_> = constraints_are_named(&tree)
            .into_iter()
            .map(|f| f.line)
            .collect();
        assert_eq!(lines, [3, 7]);
    }
}
