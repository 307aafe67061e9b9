//! `.sqlx`: what the database says about each checked query, so that a build needs no database.
//!
//! The macros of sqlx write that data themselves when they see a live database and
//! `SQLX_OFFLINE_DIR`. They see it while clippy runs, so that linting and checking the queries is
//! one pass over the workspace, and in `make test` compiling it as well. Cargo does not know that a
//! query depends on a database: a fresh word in clippy's arguments makes it look again, and at
//! nothing but the workspace's own crates.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::cluster::{self, Cluster};
use crate::repo::Repo;
use crate::shell;
use crate::stamp::{Fingerprint, files_below};

/// Where the data is committed.
const FOLDER: &str = ".sqlx";
const MACROS: [&str; 6] = [
    "query!(",
    "query_as!(",
    "query_scalar!(",
    "query_file!(",
    "query_file_as!(",
    "query_file_scalar!(",
];

/// What a lint run is held to.
const STRICT: [&str; 2] = ["-D", "warnings"];
/// A lint must not stand between a developer and the data the lint run itself needs.
const LENIENT: [&str; 2] = ["--cap-lints", "allow"];

/// What is done with the workspace.
#[derive(Clone, Copy)]
pub(crate) enum Pass {
    /// Clippy looks at it.
    Look,
    /// Clippy compiles it, so that it can be run as well, now and for the rest of this run of ours.
    Build,
}

/// Lints the workspace, warnings denied; looks at the database too when a query, the schema or the
/// committed data has changed since both last agreed.
pub(crate) fn lint(repo: &Repo, pass: Pass) -> Result<()> {
    let sources = sources_with_queries(repo)?;
    if sources.is_empty() {
        return clippy(repo, (pass, &STRICT), None, None);
    }
    if let Some(word) = Agreement::load(repo, inputs(repo, &sources)?)? {
        return clippy(repo, (pass, &STRICT), Some(&word), None);
    }
    if compare(repo, &sources, (pass, &STRICT))? {
        return Ok(());
    }
    bail!("{FOLDER} is stale; `make gen` rewrites it")
}

/// Whether the committed data is what the database would say now.
pub(super) fn check(repo: &Repo) -> Result<bool> {
    let sources = sources_with_queries(repo)?;
    if sources.is_empty() {
        return Ok(committed(repo)?.is_empty());
    }
    let is_known = Agreement::load(repo, inputs(repo, &sources)?)?.is_some();
    Ok(is_known || compare(repo, &sources, (Pass::Look, &LENIENT))?)
}

/// Compares with what a migrated database says, and remembers if both agree.
fn compare(repo: &Repo, sources: &[PathBuf], lints: (Pass, &[&str])) -> Result<bool> {
    let cluster = Cluster::start(repo)?;
    cluster.migrate(repo)?;
    let word = fresh_word();
    let seen = look(repo, &cluster, lints, &word)?;
    let committed = committed(repo)?;
    report_differences(&committed, &seen);
    if committed == seen {
        Agreement::save(repo, inputs(repo, sources)?, &word)?;
    }
    Ok(committed == seen)
}

/// Replaces the committed data; says whether it was up to date.
pub(super) fn rewrite(repo: &Repo, cluster: &Cluster) -> Result<bool> {
    let sources = sources_with_queries(repo)?;
    let word = fresh_word();
    let seen = look(repo, cluster, (Pass::Look, &LENIENT), &word)?;
    let before = committed(repo)?;
    for name in before.keys().filter(|name| !seen.contains_key(*name)) {
        fs::remove_file(repo.path(FOLDER).join(name))?;
    }
    fs::create_dir_all(repo.path(FOLDER))?;
    for (name, content) in seen
        .iter()
        .filter(|(name, content)| before.get(*name) != Some(content))
    {
        fs::write(repo.path(FOLDER).join(name), content)?;
    }
    Agreement::save(repo, inputs(repo, &sources)?, &word)?;
    Ok(before == seen)
}

/// File name to content.
type Queries = BTreeMap<OsString, Vec<u8>>;

/// Compiles against the live database and returns the data the macros wrote.
fn look(repo: &Repo, cluster: &Cluster, lints: (Pass, &[&str]), word: &str) -> Result<Queries> {
    let folder = repo.notes()?.join("queries.new");
    if folder.exists() {
        fs::remove_dir_all(&folder).context("emptying the folder for new query data")?;
    }
    fs::create_dir_all(&folder)?;
    clippy(repo, lints, Some(word), Some((cluster, &folder)))?;
    queries_in(&folder)
}

/// One clippy run over everything, without a database unless one is given.
fn clippy(
    repo: &Repo,
    (pass, lints): (Pass, &[&str]),
    word: Option<&str>,
    live: Option<(&Cluster, &Path)>,
) -> Result<()> {
    let mut arguments: Vec<String> = lints.iter().map(|&lint| lint.to_owned()).collect();
    if let Some(word) = word {
        arguments.extend(["--cfg".to_owned(), format!("queries_seen=\"{word}\"")]);
    }
    let everything = ["--locked", "--workspace", "--all-targets"];
    let mut cargo: Command;
    match pass {
        Pass::Look => {
            cargo = repo.cargo();
            cargo
                .arg("clippy")
                .args(everything)
                .arg("--")
                .args(arguments);
        }
        Pass::Build => {
            repo.lint_what_is_built(&arguments)?;
            cargo = repo.cargo();
            cargo.arg("build").args(everything);
        }
    }
    if let Some((cluster, folder)) = live {
        cargo.env("SQLX_OFFLINE", "false");
        cargo
            .env("SQLX_OFFLINE_DIR", folder)
            .env("DATABASE_URL", cluster.url());
    } else {
        cargo.env("SQLX_OFFLINE", "true");
    }
    shell::run(&mut cargo)
}

fn committed(repo: &Repo) -> Result<Queries> {
    queries_in(&repo.path(FOLDER))
}

fn queries_in(folder: &Path) -> Result<Queries> {
    files_below(folder)?
        .into_iter()
        .map(|file| {
            Ok((
                file.file_name().unwrap_or_default().to_owned(),
                fs::read(&file)?,
            ))
        })
        .collect()
}

fn report_differences(committed: &Queries, seen: &Queries) {
    let missing = seen
        .keys()
        .filter(|name| !committed.contains_key(*name))
        .count();
    let unused = committed
        .keys()
        .filter(|name| !seen.contains_key(*name))
        .count();
    let changed = seen
        .iter()
        .filter(|(name, data)| committed.get(*name).is_some_and(|old| old != *data))
        .count();
    if missing + unused + changed > 0 {
        println!("{FOLDER}: {missing} queries missing, {unused} unused, {changed} changed");
    }
}

/// The memory of which inputs the committed data was last found to agree with.
struct Agreement;

impl Agreement {
    /// The word clippy was given when these inputs agreed, if they did.
    fn load(repo: &Repo, inputs: Fingerprint) -> Result<Option<String>> {
        let noted = fs::read_to_string(Self::file(repo)?).unwrap_or_default();
        Ok(noted
            .trim()
            .split_once(' ')
            .filter(|(known, _)| *known == inputs.to_string())
            .map(|(_, word)| word.to_owned()))
    }

    fn save(repo: &Repo, inputs: Fingerprint, word: &str) -> Result<()> {
        fs::write(Self::file(repo)?, format!("{inputs} {word}\n")).context("noting the agreement")
    }

    fn file(repo: &Repo) -> Result<PathBuf> {
        Ok(repo.notes()?.join("queries"))
    }
}

/// Everything that decides what the data should be, and the data itself.
fn inputs(repo: &Repo, sources: &[PathBuf]) -> Result<Fingerprint> {
    let mut all = Fingerprint::new()
        .path(&repo.path(FOLDER))?
        .path(&repo.path("crates/parking-db/sql"))?
        .path(&repo.path("Cargo.lock"))?;
    for file in cluster::migrations(repo)?.iter().chain(sources) {
        all = all.path(file)?;
    }
    Ok(all)
}

fn sources_with_queries(repo: &Repo) -> Result<Vec<PathBuf>> {
    let mut sources = files_below(&repo.path("crates"))?;
    sources.retain(|file| {
        file.extension().is_some_and(|extension| extension == "rs")
            && fs::read_to_string(file)
                .is_ok_and(|text| MACROS.iter().any(|name| text.contains(name)))
    });
    Ok(sources)
}

#[expect(
    clippy::disallowed_methods,
    reason = "any word not used before will do"
)]
fn fresh_word() -> String {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    format!("{:x}", since.unwrap_or_default().as_nanos())
}
