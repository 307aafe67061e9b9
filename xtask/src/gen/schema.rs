//! `docs/schema.sql`: the schema as PostgreSQL itself prints it.

use anyhow::Result;

use crate::cluster::{Cluster, DATABASE};
use crate::shell;

/// The schema of a migrated database, without what differs from one run to the next.
pub(super) fn dump(cluster: &Cluster) -> Result<String> {
    let mut pg_dump = cluster.client("pg_dump");
    pg_dump.args(["--schema-only", "--dbname", DATABASE]);
    let text = shell::output(&mut pg_dump)?;
    Ok(format!("{}{}", header(cluster.major()), settled(&text)))
}

/// Whether a committed dump was written by another major version, which phrases things otherwise.
pub(super) fn is_of_other_major(committed: &str, major: u32) -> bool {
    committed.starts_with("-- PostgreSQL ") && !committed.starts_with(&header(major))
}

fn header(major: u32) -> String {
    format!("-- PostgreSQL {major}. Generated from migrations/; `make gen` rewrites it.\n\n")
}

/// Drops session settings, the exact version and the random key of `\restrict`; joins blank lines.
fn settled(dump: &str) -> String {
    let noise = [
        "--",
        "SET ",
        "SELECT pg_catalog.set_config",
        "\\restrict",
        "\\unrestrict",
    ];
    let mut text = String::new();
    let mut was_blank = true;
    for line in dump.lines() {
        if noise.iter().any(|prefix| line.starts_with(prefix)) || (line.is_empty() && was_blank) {
            continue;
        }
        was_blank = line.is_empty();
        text.push_str(line);
        text.push('\n');
    }
    format!("{}\n", text.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_between_runs_is_dropped() {
        let dump = "--\n-- PostgreSQL database dump\n--\n\n\\restrict a1b2\n\nSET lock_timeout = 0;\n\n\
                    CREATE TABLE spaces (\n    id uuid\n);\n\n\n\\unrestrict a1b2\n\n";
        assert_eq!(settled(dump), "CREATE TABLE spaces (\n    id uuid\n);\n");
    }

    #[test]
    fn a_dump_of_another_major_is_told_apart() {
        assert!(is_of_other_major(&header(15), 17));
        assert!(!is_of_other_major(&header(15), 15));
        assert!(!is_of_other_major("", 15));
    }
}
