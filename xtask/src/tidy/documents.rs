//! Rules about Markdown: no decoration, no dead paths, every noun explained, decisions numbered.

use super::Finding;
use super::order;
use super::tree::{Source, Tree};
use crate::r#gen::is_generated;

const GLOSSARY: &str = "docs/glossary.md";
/// Where the paths written in code style must exist.
const MAPS: [&str; 5] = [
    "README.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "docs/style.md",
    "migrations/README.md",
];

/// Decoration ages badly and reports nothing.
pub(super) fn no_emoji(tree: &Tree) -> Vec<Finding> {
    let endings = [".md", ".rs", ".toml", ".sql"];
    let mut findings = Vec::new();
    for source in &tree.files {
        if !endings.iter().any(|ending| source.path.ends_with(ending)) {
            continue;
        }
        for (number, line) in source.lines() {
            if let Some(c) = line.chars().find(|c| is_decoration(*c)) {
                let text = format!("U+{:04X} is decoration; say it in words", u32::from(c));
                findings.push(Finding::new(source, number, text));
            }
        }
    }
    findings
}

/// Ticks, crosses, pictographs; not arrows, boxes or mathematics.
fn is_decoration(c: char) -> bool {
    matches!(u32::from(c),
        0x2600..=0x27BF | 0x2B50 | 0x2B55 | 0xFE0F | 0x1F000..=0x1FAFF)
}

/// A map that names a place which is gone misleads.
pub(super) fn paths_exist(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in MAPS.iter().filter_map(|path| tree.file(path)) {
        let folder = source
            .path
            .rsplit_once('/')
            .map_or("", |(folder, _)| folder);
        for (number, word) in code_spans(source).into_iter().chain(links(source)) {
            let beside = format!("{folder}/{word}");
            let is_there = |path: &str| tree.exists(path) || is_generated(path);
            if looks_like_path(&word) && !is_there(&word) && !is_there(&beside) {
                findings.push(Finding::new(
                    source,
                    number,
                    format!("`{word}` does not exist"),
                ));
            }
        }
    }
    findings
}

/// Every slice and every table is a noun somebody can look up.
pub(super) fn glossary_is_complete(tree: &Tree) -> Vec<Finding> {
    let Some(glossary) = tree.file(GLOSSARY) else {
        return Vec::new();
    };
    let nouns: Vec<_> = code_spans(glossary)
        .into_iter()
        .map(|(_, word)| word)
        .collect();
    let slices = order::slices().filter(|slice| {
        tree.rust()
            .any(|source| source.path.contains(&format!("/src/{slice}/")))
    });
    let tables = tree
        .ending(".sql")
        .filter(|sql| sql.path.starts_with("migrations/"));
    slices
        .map(ToOwned::to_owned)
        .chain(tables.flat_map(tables_created))
        .filter(|noun| !nouns.contains(noun))
        .map(|noun| {
            Finding::new(
                glossary,
                1,
                format!("`{noun}` is missing from the glossary"),
            )
        })
        .collect()
}

/// `docs/adr/0001-title.md`, without gaps or repetitions.
pub(super) fn decisions_are_numbered(tree: &Tree) -> Vec<Finding> {
    let mut decisions: Vec<_> = tree
        .ending(".md")
        .filter(|source| source.path.starts_with("docs/adr/") && source.name() != "README.md")
        .collect();
    decisions.sort_by_key(|source| &source.path);
    decisions
        .iter()
        .zip(1..)
        .filter(|(source, number)| !source.name().starts_with(&format!("{number:04}-")))
        .map(|(source, number)| Finding::new(source, 1, format!("expected number {number:04}")))
        .collect()
}

/// The tables a migration creates, partitions left out.
fn tables_created(migration: &Source) -> Vec<String> {
    let text = migration.text.to_lowercase();
    text.lines()
        .filter_map(|line| line.trim_start().strip_prefix("create table "))
        .filter(|rest| !rest.contains(" partition of "))
        .map(|rest| rest.strip_prefix("if not exists ").unwrap_or(rest))
        .filter_map(|rest| rest.split([' ', '(']).next())
        .map(|name| name.trim_matches('"').to_owned())
        .collect()
}

/// What stands between backticks on one line, code blocks left out.
fn code_spans(source: &Source) -> Vec<(usize, String)> {
    let mut is_block = false;
    let mut found = Vec::new();
    for (number, line) in source.lines() {
        if line.trim_start().starts_with("```") {
            is_block = !is_block;
        } else if !is_block {
            let spans = line.split('`').skip(1).step_by(2);
            found.extend(spans.map(|span| (number, span.to_owned())));
        }
    }
    found
}

/// The targets of `[text](target)` that are paths.
fn links(source: &Source) -> Vec<(usize, String)> {
    source
        .lines()
        .flat_map(|(number, line)| {
            line.split("](").skip(1).filter_map(move |rest| {
                let target = rest.split([')', '#']).next()?;
                Some((number, target.to_owned()))
            })
        })
        .collect()
}

/// A path of this repository and not a route, a pattern, a command or an example.
fn looks_like_path(word: &str) -> bool {
    let roots = [
        "crates/",
        "xtask/",
        "ui/",
        "e2e/",
        "docs/",
        "migrations/",
        "deploy/",
        ".ci/",
        ".config/",
    ];
    let is_root_file = !word.contains('/')
        && [".md", ".toml"].iter().any(|ending| word.ends_with(ending))
        && word.chars().next().is_some_and(char::is_alphanumeric);
    let is_concrete = !word.contains(['<', '>', '*', '{', '…', ' ', ':']) && !word.contains("YYYY");
    is_concrete && (is_root_file || roots.iter().any(|root| word.starts_with(root)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_decoration_and_arrows_are_not() {
        let tree = Tree::from([("a.md", "domain → db ≤ 3\n\u{2705} done\n\u{1F680}\n")]);
        let lines: Vec<_> = no_emoji(&tree)
            .into_iter()
            .map(|finding| finding.line)
            .collect();
        assert_eq!(lines, [2, 3]);
    }

    #[test]
    fn a_dead_path_is_found() {
        let text = "`crates/a/` `crates/gone.rs` `crates/<name>/x.rs` `/api/v6` [x](docs/gone.md)\n\
                    ```\n`crates/in-a-block`\n```\n";
        let tree = Tree::from([("README.md", text), ("crates/a/src/lib.rs", "")]);
        let found: Vec<_> = paths_exist(&tree)
            .into_iter()
            .map(|finding| finding.text)
            .collect();
        assert_eq!(
            found,
            [
                "`crates/gone.rs` does not exist",
                "`docs/gone.md` does not exist"
            ]
        );
    }

    #[test]
    fn a_table_nobody_explains_is_found() {
        let tree = Tree::from([
            ("docs/glossary.md", "| bay | place | `spaces` |"),
            (
                "migrations/1_a.sql",
                "create table spaces (\nCREATE TABLE IF NOT EXISTS lamps(\n",
            ),
        ]);
        let found: Vec<_> = glossary_is_complete(&tree)
            .into_iter()
            .map(|f| f.text)
            .collect();
        assert_eq!(found, ["`lamps` is missing from the glossary"]);
    }

    #[test]
    fn a_gap_between_decisions_is_found() {
        let tree = Tree::from([("docs/adr/0001-a.md", ""), ("docs/adr/0003-b.md", "")]);
        assert_eq!(decisions_are_numbered(&tree).len(), 1);
    }
}
