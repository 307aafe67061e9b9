//! Files that are generated and committed, and the test that says when they are stale.
//!
//! One table names them all. An input that does not exist is an error, never a skipped file.

mod schema;
pub(crate) mod sqlx;

use std::cell::OnceCell;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::apps;
use crate::cluster::Cluster;
use crate::repo::Repo;
use crate::shell;

/// A generated file or folder, and how it comes about.
struct Generated {
    path: &'static str,
    source: Source,
}

enum Source {
    /// The checked queries, as the compiler sees them over a migrated database.
    Queries,
    /// The schema of a migrated database.
    Schema,
    /// What `parking` prints when called like this.
    Binary(&'static [&'static str]),
    /// Written by `npm run gen` in `ui/`.
    Ui,
}

/// In the order they depend on each other: the binary is compiled with the checked queries, the
/// types of the UI are made from the API description.
const GENERATED: [Generated; 9] = [
    Generated {
        path: ".sqlx",
        source: Source::Queries,
    },
    Generated {
        path: "docs/schema.sql",
        source: Source::Schema,
    },
    Generated {
        path: "docs/openapi.json",
        source: Source::Binary(&["openapi"]),
    },
    Generated {
        path: "docs/cli.md",
        source: Source::Binary(&["gen", "cli"]),
    },
    Generated {
        path: "docs/configuration.md",
        source: Source::Binary(&["gen", "config"]),
    },
    Generated {
        path: "docs/permissions.md",
        source: Source::Binary(&["gen", "permissions"]),
    },
    Generated {
        path: "docs/errors.md",
        source: Source::Binary(&["gen", "errors"]),
    },
    Generated {
        path: "docs/devices.md",
        source: Source::Binary(&["gen", "devices"]),
    },
    Generated {
        path: "ui/src/api/schema.ts",
        source: Source::Ui,
    },
];

/// Whether a path is one that this program writes.
pub(crate) fn is_generated(path: &str) -> bool {
    GENERATED.iter().any(|file| {
        path.strip_prefix(file.path)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}

/// `cargo xtask gen [--check] [name…]`, where a name is a part of a path in the table.
pub(crate) fn task(repo: &Repo, arguments: &[String]) -> Result<()> {
    let (flags, names): (Vec<_>, Vec<_>) = arguments.iter().partition(|word| word.starts_with('-'));
    let check = match flags.as_slice() {
        [] => false,
        [flag] if *flag == "--check" => true,
        _ => bail!("gen takes --check and parts of paths"),
    };
    let wanted = |file: &&Generated| {
        names.is_empty() || names.iter().any(|name| file.path.contains(name.as_str()))
    };
    let files: Vec<_> = GENERATED.iter().filter(wanted).collect();
    if files.is_empty() {
        bail!("no generated file has such a name");
    }
    generate(repo, &files, check)
}

/// Fails when a committed file is not what would be generated now.
pub(crate) fn check(repo: &Repo) -> Result<()> {
    let files: Vec<_> = GENERATED.iter().collect();
    generate(repo, &files, true)
}

fn generate(repo: &Repo, files: &[&Generated], check: bool) -> Result<()> {
    let workshop = Workshop {
        repo,
        cluster: OnceCell::new(),
        binary: OnceCell::new(),
    };
    let mut stale = Vec::new();
    for file in files {
        let is_current = workshop
            .make(file, check)
            .with_context(|| file.path.to_owned())?;
        match (is_current, check) {
            (true, _) => println!("gen: {} is up to date", file.path),
            (false, true) => stale.push(file.path),
            (false, false) => println!("gen: {} rewritten", file.path),
        }
    }
    if stale.is_empty() {
        return Ok(());
    }
    bail!(
        "stale: {}. `make gen` rewrites them; commit the result",
        stale.join(", ")
    )
}

/// The expensive means of generation, each made once and only when asked for.
struct Workshop<'a> {
    repo: &'a Repo,
    cluster: OnceCell<Cluster>,
    binary: OnceCell<PathBuf>,
}

impl Workshop<'_> {
    /// Generates one file; in check mode nothing is changed. Says whether it was up to date.
    fn make(&self, file: &Generated, check: bool) -> Result<bool> {
        match file.source {
            Source::Queries if check => sqlx::check(self.repo),
            Source::Queries => sqlx::rewrite(self.repo, self.cluster()?),
            Source::Schema => self.schema(file.path, check),
            Source::Binary(arguments) => {
                let text = shell::output(Command::new(self.binary()?).args(arguments))?;
                self.settle(file.path, &text, check)
            }
            Source::Ui => self.ui(file.path, check),
        }
    }

    fn schema(&self, path: &str, check: bool) -> Result<bool> {
        let cluster = self.cluster()?;
        let committed = fs::read_to_string(self.repo.path(path)).unwrap_or_default();
        if check && schema::is_of_other_major(&committed, cluster.major()) {
            println!(
                "gen: {path} was written with another PostgreSQL than {}; not comparable here",
                cluster.major()
            );
            return Ok(true);
        }
        self.settle(path, &schema::dump(cluster)?, check)
    }

    fn ui(&self, path: &str, check: bool) -> Result<bool> {
        if !self.repo.has("ui/package.json") {
            bail!("ui/package.json does not exist: nothing can write it");
        }
        let file = self.repo.path(path);
        let before = fs::read(&file).ok();
        shell::run(self.repo.npm("ui").args(["run", "--silent", "gen"]))?;
        let after = fs::read(&file).with_context(|| format!("`npm run gen` wrote no {path}"))?;
        let is_current = before.as_ref() == Some(&after);
        if let (true, Some(before)) = (check && !is_current, before) {
            fs::write(&file, before)?;
        }
        Ok(is_current)
    }

    /// Compares, and writes unless only checking.
    fn settle(&self, path: &str, text: &str, check: bool) -> Result<bool> {
        let file = self.repo.path(path);
        let is_current = fs::read_to_string(&file).is_ok_and(|committed| committed == text);
        if !is_current && !check {
            if let Some(folder) = file.parent() {
                fs::create_dir_all(folder)?;
            }
            fs::write(&file, text).with_context(|| format!("writing {path}"))?;
        }
        Ok(is_current)
    }

    fn cluster(&self) -> Result<&Cluster> {
        if let Some(cluster) = self.cluster.get() {
            return Ok(cluster);
        }
        let cluster = Cluster::start(self.repo)?;
        cluster.migrate(self.repo)?;
        Ok(self.cluster.get_or_init(|| cluster))
    }

    fn binary(&self) -> Result<&PathBuf> {
        if let Some(binary) = self.binary.get() {
            return Ok(binary);
        }
        let binary = apps::build_binary(self.repo)?;
        Ok(self.binary.get_or_init(|| binary))
    }
}

#[cfg(test)]
mod tests {
    use super::is_generated;

    #[test]
    fn a_generated_folder_covers_what_is_in_it_and_no_more() {
        assert!(is_generated(".sqlx/query-1.json"));
        assert!(is_generated("ui/src/api/schema.ts"));
        assert!(!is_generated(".sqlx-notes.md"));
        assert!(!is_generated("docs/style.md"));
    }
}
