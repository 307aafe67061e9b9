//! Everything the project needs on a machine that has git, Rust, Node and make.
//!
//! A need is looked at before it is met, so that a second run takes well under a second and asks
//! no package server anything.

mod node;
mod python;
mod system;

use anyhow::{Result, bail};

use crate::repo::Repo;
use crate::shell;

pub(crate) use system::{PostgresBin, chromium, postgres};

/// What the machine is being prepared for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Build the product and serve it.
    Run,
    /// That, and every check and test.
    Work,
}

/// What may be changed on the machine.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Say what is missing.
    Check,
    /// Install what is missing.
    Install,
}

/// `cargo xtask setup [--check] [--for run]`.
pub(crate) fn task(repo: &Repo, arguments: &[String]) -> Result<()> {
    let mut mode = Mode::Install;
    let mut purpose = Purpose::Work;
    let mut rest = arguments.iter().map(String::as_str);
    while let Some(argument) = rest.next() {
        match argument {
            "--check" => mode = Mode::Check,
            "--for" if rest.next() == Some("run") => purpose = Purpose::Run,
            other => bail!("setup does not know `{other}`; it takes --check and --for run"),
        }
    }
    prepare(repo, purpose, mode)?;
    println!("setup: nothing is missing");
    Ok(())
}

/// Sees to it that the machine has what `purpose` needs.
pub(crate) fn prepare(repo: &Repo, purpose: Purpose, mode: Mode) -> Result<()> {
    let mut missing = Vec::new();
    system::prepare(repo, purpose, mode, &mut missing)?;
    node::prepare(repo, purpose, mode, &mut missing)?;
    if purpose == Purpose::Work {
        python::prepare(repo, mode, &mut missing)?;
    }
    if missing.is_empty() {
        return Ok(());
    }
    bail!(
        "missing: {}\n`cargo xtask setup` installs it",
        missing.join(", ")
    )
}

/// One line about work that takes a while.
fn announce(what: &str) {
    println!("setup: {what}");
}

/// Runs an installer in install mode, or notes what it would have installed.
fn install(
    mode: Mode,
    missing: &mut Vec<String>,
    what: &str,
    steps: &mut [std::process::Command],
) -> Result<bool> {
    if mode == Mode::Check {
        missing.push(what.to_owned());
        return Ok(false);
    }
    announce(&format!("installing {what}"));
    for step in steps {
        shell::run(step)?;
    }
    Ok(true)
}
