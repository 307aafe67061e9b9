//! Rules about single source files: their length, their first line, and what only some may say.

use super::Finding;
use super::order::begins_with;
use super::paths::mentions;
use super::tree::{Source, Tree};
use crate::r#gen::is_generated;

const FILE_LINES_MAX: usize = 600;

/// A file that needs scrolling for long is two files; tests at its foot do not count. Functions are
/// held to 70 lines by clippy.
pub(super) fn length(tree: &Tree) -> Vec<Finding> {
    let endings = [".rs", ".ts", ".tsx", ".css"];
    tree.files
        .iter()
        .filter(|source| endings.iter().any(|ending| source.path.ends_with(ending)))
        .filter(|source| !source.is_test() && !is_generated(&source.path))
        .filter_map(|source| {
            let lines = source.text.lines().count().min(source.tests_begin() - 1);
            let text = format!("{lines} lines, {FILE_LINES_MAX} at most: cut it");
            (lines > FILE_LINES_MAX).then(|| Finding::new(source, FILE_LINES_MAX, text))
        })
        .collect()
}

/// The first thing a reader sees says what the module is for.
pub(super) fn module_docs(tree: &Tree) -> Vec<Finding> {
    tree.rust()
        .filter(|source| {
            let first = source
                .text
                .lines()
                .find(|line| !line.is_empty())
                .unwrap_or_default();
            !first.starts_with("//! ") && !first.starts_with("#![doc = include_str!")
        })
        .map(|source| Finding::new(source, 1, "begins without `//!`: say what this module is"))
        .collect()
}

/// SQL is written in `store.rs` files, in the database crate, and in tests.
pub(super) fn sql_in_stores(tree: &Tree) -> Vec<Finding> {
    let free = ["crates/parking-db/", "xtask/"];
    let mut findings = Vec::new();
    for source in tree.rust() {
        let is_store = source.name() == "store.rs" || source.path.contains("/store/");
        if is_store || source.is_test() || free.iter().any(|path| source.path.starts_with(path)) {
            continue;
        }
        let mut lines = lines_with_queries(source);
        lines.retain(|line| *line < source.tests_begin());
        lines.sort_unstable();
        lines.dedup();
        let found = lines
            .into_iter()
            .map(|line| Finding::new(source, line, "SQL belongs in a store.rs"));
        findings.extend(found);
    }
    findings
}

/// Where sqlx's query macros are called, under whatever path, or its query functions named.
fn lines_with_queries(source: &Source) -> Vec<usize> {
    let tokens = source.tokens();
    let calls = tokens.iter().enumerate().filter(|(at, token)| {
        token.text.starts_with("query") && begins_with(&tokens[at + 1..], &["!", "("])
    });
    let named = mentions(source).into_iter().filter(|mention| {
        let [krate, item, ..] = mention.segments.as_slice() else {
            return false;
        };
        let is_query = item.starts_with("query") || item == "raw_sql" || item == "QueryBuilder";
        krate == "sqlx" && is_query
    });
    calls
        .map(|(_, token)| token.line)
        .chain(named.map(|mention| mention.line))
        .collect()
}

/// The environment is read once, by the binary's configuration.
pub(super) fn environment_in_config(tree: &Tree) -> Vec<Finding> {
    let free = [
        "crates/parking/src/config",
        "crates/parking-bench/",
        "xtask/",
    ];
    let mut findings = Vec::new();
    for source in tree.rust() {
        let is_free = source.is_test()
            || source.name() == "build.rs"
            || free.iter().any(|path| source.path.starts_with(path));
        if is_free {
            continue;
        }
        for mention in mentions(source) {
            if begins(&mention.segments, &["std", "env"]) && mention.line < source.tests_begin() {
                let text = "std::env belongs to the binary's config; take the value as an argument";
                findings.push(Finding::new(source, mention.line, text));
            }
        }
    }
    findings
}

/// Unsafe code has one place, and a reason to be there.
pub(super) fn unsafe_code(tree: &Tree) -> Vec<Finding> {
    tree.rust()
        .filter(|source| !source.path.starts_with("crates/parking-db/src/cluster"))
        .flat_map(|source| {
            let tokens = source
                .tokens()
                .iter()
                .filter(|token| token.text == "unsafe");
            tokens.map(|token| {
                Finding::new(
                    source,
                    token.line,
                    "unsafe code is allowed in parking-db/src/cluster alone",
                )
            })
        })
        .collect()
}

/// A thing left to do is an issue; the comment only says where.
pub(super) fn todos(tree: &Tree) -> Vec<Finding> {
    let marks = ["TODO", "FIXME", "XXX", "HACK"];
    let endings = [".rs", ".ts", ".tsx", ".sql", ".sh"];
    let mut findings = Vec::new();
    for source in &tree.files {
        let is_code = endings.iter().any(|ending| source.path.ends_with(ending));
        if !is_code || is_generated(&source.path) || source.path.starts_with("xtask/src/tidy/") {
            continue;
        }
        for (number, line) in source.lines() {
            for mark in marks.iter().filter(|mark| is_word_of(line, mark)) {
                let has_issue = *mark == "TODO" && line.contains("TODO(#");
                if !has_issue {
                    let text = format!("{mark} without an issue: write `TODO(#123): …`");
                    findings.push(Finding::new(source, number, text));
                }
            }
        }
    }
    findings
}

fn begins(segments: &[String], expected: &[&str]) -> bool {
    segments.len() >= expected.len()
        && segments
            .iter()
            .zip(expected)
            .all(|(one, other)| one == other)
}

fn is_word_of(line: &str, word: &str) -> bool {
    let is_letter = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, _)| {
        !line[..at].ends_with(is_letter) && !line[at + word.len()..].starts_with(is_letter)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_file_is_found_and_its_tests_are_not_counted() {
        let long = "//! x\n".repeat(601);
        let tested = format!(
            "{}#[cfg(test)]\nmod tests {{\n{}}}\n",
            "//! x\n".repeat(600),
            "x\n".repeat(500)
        );
        let declared = format!("#[cfg(test)]\nmod tests;\n{long}");
        let tree = Tree::from([
            ("crates/a/src/long.rs", long.as_str()),
            ("crates/a/src/tested.rs", tested.as_str()),
            ("crates/a/src/declared.rs", declared.as_str()),
            ("crates/a/src/spaces/tests.rs", long.as_str()),
            ("ui/src/api/schema.ts", long.as_str()),
        ]);
        let found: Vec<_> = length(&tree)
            .into_iter()
            .map(|finding| finding.path)
            .collect();
        assert_eq!(found, ["crates/a/src/long.rs", "crates/a/src/declared.rs"]);
    }

    #[test]
    fn a_module_begins_with_what_it_is() {
        let tree = Tree::from([
            ("a.rs", "//! Spaces.\n"),
            ("b.rs", "use std::fs;\n"),
            ("c.rs", "#![doc = include_str!(\"../README.md\")]\n"),
            ("d.rs", ""),
        ]);
        assert_eq!(module_docs(&tree).len(), 2);
    }

    #[test]
    fn sql_outside_a_store_is_found() {
        let tree = Tree::from([
            (
                "crates/a/src/spaces/api.rs",
                "sqlx::query!(\"select 1\");\nquery_as!(Row, \"\");",
            ),
            (
                "crates/a/src/spaces/mod.rs",
                "sqlx::query(\"\"); self.query(x); sqlx::migrate!()",
            ),
            ("crates/a/src/spaces/store.rs", "sqlx::query!(\"select 1\")"),
            ("crates/a/src/spaces/tests.rs", "sqlx::query!(\"select 1\")"),
        ]);
        let found: Vec<_> = sql_in_stores(&tree)
            .into_iter()
            .map(|finding| finding.path)
            .collect();
        assert_eq!(
            found.iter().filter(|path| path.ends_with("api.rs")).count(),
            2
        );
        assert_eq!(
            found.iter().filter(|path| path.ends_with("mod.rs")).count(),
            1
        );
        assert_eq!(found.len(), 3);
    }

    #[test]
    fn the_environment_is_read_in_one_place() {
        let tree = Tree::from([
            ("crates/parking-db/src/lib.rs", "use std::{env, fs};"),
            ("crates/parking/src/config.rs", "std::env::var(\"X\")"),
            (
                "crates/parking/src/main.rs",
                "const N: &str = env!(\"CARGO_PKG_NAME\");\n#[cfg(test)]\nmod tests {\nuse std::env;\n}",
            ),
        ]);
        let found = environment_in_config(&tree);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].path, "crates/parking-db/src/lib.rs");
    }

    #[test]
    fn unsafe_is_found_in_code_and_not_in_comments() {
        let tree = Tree::from([
            (
                "crates/a/src/lib.rs",
                "// unsafe\nfn f() { unsafe { g() } }",
            ),
            ("crates/parking-db/src/cluster/child.rs", "unsafe { g() }"),
        ]);
        let found = unsafe_code(&tree);
        assert_eq!((found.len(), found[0].line), (1, 2));
    }

    #[test]
    fn a_thing_left_to_do_names_its_issue() {
        let tree = Tree::from([(
            "a.rs",
            "// TODO(#12): later\n// TODO: sometime\n// FIXME(#3)\nlet todos = 1;",
        )]);
        let lines: Vec<_> = todos(&tree)
            .into_iter()
            .map(|finding| finding.line)
            .collect();
        assert_eq!(lines, [2, 3]);
    }
}
