//! `cargo xtask schemathesis`: property-based tests of the API against its own description.
//!
//! The runs themselves are tests in `crates/parking/tests/it/schemathesis.rs`, where the server, its
//! database and the people who call it come from the same harness as everything else.

use anyhow::{Result, bail};

use crate::ci;
use crate::repo::Repo;

/// Runs them.
pub(crate) fn task(repo: &Repo) -> Result<()> {
    if !repo.has(".venv/bin/st") {
        bail!(".venv/bin/st does not exist; `cargo xtask setup` installs it");
    }
    let only = ["--profile", "ci", "--test", "it", "schemathesis::"];
    ci::run_tests(repo, &only.map(str::to_owned))
}
