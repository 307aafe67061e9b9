//! The text files of the work tree, held in memory, so that a rule's fixture is a literal.

use std::cell::OnceCell;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::lexer::{Token, tokens};
use crate::repo::Repo;

/// Folders nobody wrote by hand, or that are not ours.
const FOLDERS_LEFT_OUT: [&str; 13] = [
    ".git",
    ".sqlx",
    ".venv",
    "coverage",
    "data",
    "dist",
    // What is written from ChirpStack's description, and the program of its own that writes it.
    "generate",
    "generated",
    "node_modules",
    "output",
    "target",
    "test-results",
    "snapshots",
];
const ENDINGS: [&str; 9] = ["rs", "toml", "md", "sql", "ts", "tsx", "css", "sh", "yml"];

/// Every text file a rule may look at.
pub(super) struct Tree {
    pub(super) files: Vec<Source>,
    /// Paths of everything else, for rules about what exists.
    others: Vec<String>,
}

/// One file.
pub(super) struct Source {
    /// From the root of the work tree, with `/`.
    pub(super) path: String,
    pub(super) text: String,
    tokens: OnceCell<Vec<Token>>,
}

impl Tree {
    /// The tree on disk.
    pub(super) fn of(repo: &Repo) -> Result<Self> {
        let mut tree = Self {
            files: Vec::new(),
            others: Vec::new(),
        };
        tree.add_folder(&repo.path(""), "")?;
        tree.files.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(tree)
    }

    /// Every Rust file.
    pub(super) fn rust(&self) -> impl Iterator<Item = &Source> {
        self.files.iter().filter(|file| file.is_rust())
    }

    /// Files whose path ends so.
    pub(super) fn ending(&self, ending: &str) -> impl Iterator<Item = &Source> {
        self.files
            .iter()
            .filter(move |file| file.path.ends_with(ending))
    }

    /// The file at exactly this path.
    pub(super) fn file(&self, path: &str) -> Option<&Source> {
        self.files.iter().find(|file| file.path == path)
    }

    /// Whether a file, or a folder with something in it, has this path.
    pub(super) fn exists(&self, path: &str) -> bool {
        let path = path.trim_end_matches('/');
        let below = format!("{path}/");
        let mut paths = self.files.iter().map(|file| &file.path).chain(&self.others);
        paths.any(|known| known == path || known.starts_with(&below))
    }

    fn add_folder(&mut self, folder: &Path, prefix: &str) -> Result<()> {
        let entries =
            fs::read_dir(folder).with_context(|| format!("listing {}", folder.display()))?;
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = format!("{prefix}{name}");
            let kind = entry.file_type()?;
            if kind.is_dir() && !FOLDERS_LEFT_OUT.contains(&name.as_str()) {
                self.add_folder(&entry.path(), &format!("{path}/"))?;
            } else if kind.is_dir() {
                self.others.push(path);
            } else if is_text(&name) {
                let text = fs::read_to_string(entry.path())
                    .with_context(|| format!("{path} is not UTF-8 text"))?;
                self.files.push(Source::new(&path, text));
            } else {
                self.others.push(path);
            }
        }
        Ok(())
    }
}

impl Source {
    pub(super) fn new(path: &str, text: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            text: text.into(),
            tokens: OnceCell::new(),
        }
    }

    /// The lines with their numbers, which start at 1.
    pub(super) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text
            .lines()
            .enumerate()
            .map(|(index, line)| (index + 1, line))
    }

    /// The Rust tokens, without comments; strings are emptied.
    pub(super) fn tokens(&self) -> &[Token] {
        self.tokens.get_or_init(|| tokens(&self.text))
    }

    /// Whether this is Rust.
    pub(super) fn is_rust(&self) -> bool {
        Path::new(&self.path)
            .extension()
            .is_some_and(|extension| extension == "rs")
    }

    /// The line where the tests at the foot of the file begin; past its end when there are none. Tests
    /// in a file of their own are declared at the head, and what follows is no test.
    pub(super) fn tests_begin(&self) -> usize {
        let mut pairs = self.lines().zip(self.text.lines().skip(1));
        let found = pairs
            .find(|((_, line), next)| *line == "#[cfg(test)]" && next.ends_with("mod tests {"));
        found.map_or(usize::MAX, |((number, _), _)| number)
    }

    /// The last part of the path.
    pub(super) fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// Whether this is a test or made for tests.
    pub(super) fn is_test(&self) -> bool {
        let name = self.name();
        name == "tests.rs"
            || name.ends_with("_tests.rs")
            || [".test.ts", ".test.tsx", ".spec.ts"]
                .iter()
                .any(|ending| name.ends_with(ending))
            || self.path.contains("/tests/")
            || self.path.contains("/benches/")
            || self.path.starts_with("e2e/")
            || self.path.starts_with("crates/parking-testkit/")
    }
}

fn is_text(name: &str) -> bool {
    name.rsplit_once('.')
        .is_some_and(|(_, ending)| ENDINGS.contains(&ending))
}

#[cfg(test)]
impl<const N: usize> From<[(&str, &str); N]> for Tree {
    fn from(files: [(&str, &str); N]) -> Self {
        let files = files
            .into_iter()
            .map(|(path, text)| Source::new(path, text))
            .collect();
        Self {
            files,
            others: Vec::new(),
        }
    }
}
