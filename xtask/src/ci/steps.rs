//! The steps, and what each of them runs.

use std::fs;

use anyhow::{Result, bail};

use super::run_tests;
use crate::apps;
use crate::r#gen::{self, sqlx::Pass};
use crate::repo::Repo;
use crate::setup::{self, Mode, Purpose};
use crate::shell;
use crate::tidy;

/// Files of journeys that are run once more at most: where more fail, it was not by chance.
const AGAIN_MAX: usize = 3;

/// One check.
pub(super) struct Step {
    pub(super) name: &'static str,
    pub(super) part_of: PartOf,
    pub(super) run: fn(&Repo) -> Result<Outcome>,
}

/// Who runs a step.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum PartOf {
    /// `make check` and `make test`.
    Both,
    /// `make check`: what would compile everything once more, if tests are compiled anyway.
    Check,
    /// `make test`.
    Test,
}

/// How a step ended when it did not fail.
pub(super) enum Outcome {
    Passed,
    /// Passed, and this should be known about it.
    Noted(String),
}

/// Cheap before dear, and what others need before they need it: the UI is embedded by the server,
/// the queries are checked before the tests are compiled with them.
pub(super) const STEPS: [Step; 16] = [
    Step {
        name: "setup",
        part_of: PartOf::Both,
        run: set_up,
    },
    Step {
        name: "format",
        part_of: PartOf::Both,
        run: format,
    },
    Step {
        name: "spelling",
        part_of: PartOf::Both,
        run: spelling,
    },
    Step {
        name: "tidy",
        part_of: PartOf::Both,
        run: tidiness,
    },
    Step {
        name: "dependencies",
        part_of: PartOf::Both,
        run: dependencies,
    },
    Step {
        name: "ui lint",
        part_of: PartOf::Both,
        run: |repo| ui(repo, "lint"),
    },
    Step {
        name: "ui types",
        part_of: PartOf::Both,
        run: |repo| ui(repo, "typecheck"),
    },
    Step {
        name: "ui test",
        part_of: PartOf::Test,
        run: |repo| ui(repo, "test"),
    },
    Step {
        name: "ui build",
        part_of: PartOf::Test,
        run: ui_build,
    },
    Step {
        name: "clippy",
        part_of: PartOf::Check,
        run: clippy,
    },
    Step {
        name: "rustdoc",
        part_of: PartOf::Check,
        run: rustdoc,
    },
    Step {
        name: "build",
        part_of: PartOf::Test,
        run: build,
    },
    Step {
        name: "test",
        part_of: PartOf::Test,
        run: test,
    },
    Step {
        name: "generated",
        part_of: PartOf::Test,
        run: generated,
    },
    Step {
        name: "binary",
        part_of: PartOf::Test,
        run: binary,
    },
    Step {
        name: "e2e",
        part_of: PartOf::Test,
        run: e2e,
    },
];

fn set_up(repo: &Repo) -> Result<Outcome> {
    setup::prepare(repo, Purpose::Work, Mode::Install)?;
    Ok(Outcome::Passed)
}

fn format(repo: &Repo) -> Result<Outcome> {
    shell::run(repo.cargo().args(["fmt", "--all", "--check"]))?;
    // taplo tells what it reads at level info, once per file.
    shell::run(
        repo.command("taplo")
            .args(["fmt", "--check"])
            .env("RUST_LOG", "warn"),
    )?;
    Ok(Outcome::Passed)
}

fn spelling(repo: &Repo) -> Result<Outcome> {
    shell::run(&mut repo.command("typos"))?;
    Ok(Outcome::Passed)
}

fn tidiness(repo: &Repo) -> Result<Outcome> {
    tidy::task(repo)?;
    Ok(Outcome::Passed)
}

fn dependencies(repo: &Repo) -> Result<Outcome> {
    let deny = |checks: &[&str]| {
        let mut cargo = repo.cargo();
        cargo.args(["deny", "--locked", "check", "--hide-inclusion-graph"]);
        cargo.args(checks);
        cargo
    };
    shell::run(&mut deny(&["bans", "licenses", "sources"]))?;
    if !shell::succeeds(repo.cargo().args(["deny", "--locked", "fetch", "db"])) {
        return Ok(Outcome::Noted(
            "advisories not checked: their database is out of reach".into(),
        ));
    }
    shell::run(&mut deny(&["advisories"]))?;
    Ok(Outcome::Passed)
}

fn ui(repo: &Repo, script: &str) -> Result<Outcome> {
    shell::run(repo.npm("ui").args(["run", "--silent", script]))?;
    Ok(Outcome::Passed)
}

fn ui_build(repo: &Repo) -> Result<Outcome> {
    apps::build_ui(repo)?;
    Ok(Outcome::Passed)
}

fn clippy(repo: &Repo) -> Result<Outcome> {
    r#gen::sqlx::lint(repo, Pass::Look)?;
    Ok(Outcome::Passed)
}

/// Everything, linted as it is compiled.
fn build(repo: &Repo) -> Result<Outcome> {
    r#gen::sqlx::lint(repo, Pass::Build)?;
    Ok(Outcome::Passed)
}

/// Links inside documentation are checked by nobody else.
fn rustdoc(repo: &Repo) -> Result<Outcome> {
    let mut cargo = repo.cargo();
    cargo.args(["doc", "--quiet", "--locked", "--workspace", "--no-deps"]);
    shell::run(
        cargo
            .arg("--document-private-items")
            .env("RUSTDOCFLAGS", "-D warnings"),
    )?;
    Ok(Outcome::Passed)
}

fn test(repo: &Repo) -> Result<Outcome> {
    run_tests(repo, &["--profile".to_owned(), "ci".to_owned()])?;
    Ok(Outcome::Passed)
}

fn generated(repo: &Repo) -> Result<Outcome> {
    r#gen::check(repo)?;
    Ok(Outcome::Passed)
}

fn binary(repo: &Repo) -> Result<Outcome> {
    apps::build_binary(repo)?;
    Ok(Outcome::Passed)
}

/// The journeys. A file in which something failed is run once more, and named if it passes then: a browser
/// is not the same each time, and a run of an hour is not thrown away for it.
fn e2e(repo: &Repo) -> Result<Outcome> {
    let Some(chromium) = setup::chromium(repo) else {
        bail!("no Chromium found; `cargo xtask setup` installs it");
    };
    let list = repo.target().join("e2e-failed");
    let journeys = |names: &[&str]| {
        let mut npm = repo.npm("e2e");
        npm.args(["test", "--silent", "--"]).args(names);
        npm.env("CHROMIUM", &chromium)
            .env("PARKING_E2E_BINARY", repo.target().join("debug/parking"))
            .env("PARKING_E2E_FAILED", &list);
        shell::run(&mut npm)
    };
    let Err(error) = journeys(&[]) else {
        return Ok(Outcome::Passed);
    };
    let failed = fs::read_to_string(&list).unwrap_or_default();
    let failed: Vec<_> = failed.lines().collect();
    if failed.is_empty() || failed.len() > AGAIN_MAX {
        return Err(error);
    }
    println!("once more: {}", failed.join(", "));
    journeys(&failed)?;
    Ok(Outcome::Noted(format!(
        "failed once: {}",
        failed.join(", ")
    )))
}
