//! The repository's own rules: what no compiler and no linter checks.
//!
//! Each rule is a function from the text of the tree to findings, tested on small fixtures; the
//! whole set also runs as a test of this crate. A rule is added here, and then it holds for all.

mod declared;
mod documents;
mod files;
mod lexer;
mod migrations;
mod names;
mod order;
mod paths;
mod tree;

use std::fmt;
use std::process::Command;

use anyhow::{Result, bail};

use crate::repo::Repo;
use tree::{Source, Tree};

/// A broken rule at a place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Finding {
    path: String,
    line: usize,
    text: String,
}

impl Finding {
    fn new(source: &Source, line: usize, text: impl Into<String>) -> Self {
        Self {
            path: source.path.clone(),
            line,
            text: text.into(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}: {}", self.path, self.line, self.text)
    }
}

type Rule = fn(&Tree) -> Vec<Finding>;

const RULES: &[Rule] = &[
    order::crates_depend_downhill,
    order::dependencies_stay_in_their_crates,
    order::slices_are_declared,
    order::slices_import_downhill,
    order::layers_of_a_slice,
    files::length,
    files::module_docs,
    files::sql_in_stores,
    files::environment_in_config,
    files::unsafe_code,
    files::todos,
    names::banned_words,
    documents::no_emoji,
    documents::paths_exist,
    documents::glossary_is_complete,
    documents::decisions_are_numbered,
    migrations::names_are_timestamps,
    migrations::constraints_are_named,
];

/// `cargo xtask tidy`: prints every finding.
pub(crate) fn task(repo: &Repo) -> Result<()> {
    let tree = Tree::of(repo)?;
    let mut findings = check(&tree);
    findings.extend(released_migrations_are_final(repo));
    for finding in &findings {
        println!("{finding}");
    }
    if findings.is_empty() {
        println!(
            "tidy: {} files, {} rules, nothing to say",
            tree.files.len(),
            RULES.len() + 1
        );
        return Ok(());
    }
    bail!("tidy: {} findings", findings.len())
}

fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings: Vec<_> = RULES.iter().flat_map(|rule| rule(tree)).collect();
    findings.sort();
    findings.dedup();
    findings
}

/// A migration that was part of a release is never edited: servers have applied it.
fn released_migrations_are_final(repo: &Repo) -> Vec<Finding> {
    let git = |arguments: &[&str]| {
        let output = Command::new("git")
            .current_dir(repo.path(""))
            .args(arguments)
            .output()
            .ok()?;
        output
            .status
            .success()
            .then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    };
    // Without a release tag, or without git at all, nothing has been released from here.
    let Some(tag) = git(&["describe", "--tags", "--abbrev=0", "--match", "v[0-9]*"]) else {
        return Vec::new();
    };
    let filter = "--diff-filter=MDR";
    let changed = git(&[
        "diff",
        "--name-only",
        filter,
        tag.trim(),
        "--",
        "migrations/*.sql",
    ]);
    let text = format!(
        "was released with {} and may not change; write a new one",
        tag.trim()
    );
    changed
        .unwrap_or_default()
        .lines()
        .map(|path| Finding {
            path: path.to_owned(),
            line: 1,
            text: text.clone(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_repository_is_tidy() {
        let tree = Tree::of(&Repo::find().unwrap()).unwrap();
        let findings: Vec<_> = check(&tree).iter().map(ToString::to_string).collect();
        assert!(findings.is_empty(), "\n{}", findings.join("\n"));
    }
}
