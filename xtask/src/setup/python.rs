//! The tools that come from PyPI, in a virtual environment of the project's own.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::{Mode, install};
use crate::repo::Repo;
use crate::stamp::{Fingerprint, Stamp};

/// Every package with its version; the lock file of this environment.
const REQUIREMENTS: &str = "xtask/requirements.txt";

pub(super) fn prepare(repo: &Repo, mode: Mode, missing: &mut Vec<String>) -> Result<()> {
    let folder = repo.path(".venv");
    // The path is part of it: a moved environment has the old path in its scripts.
    let wanted = Fingerprint::new()
        .text(&folder.to_string_lossy())
        .path(&repo.path(REQUIREMENTS))?;
    let stamp = Stamp::new(folder.join("stamp"), wanted);
    if stamp.is_current() && folder.join("bin/python").exists() {
        return Ok(());
    }
    let what = "the tools of the checks into .venv";
    if mode == Mode::Check {
        missing.push(what.to_owned());
        return Ok(());
    }
    remove(&folder)?;
    let mut create = repo.command("python3");
    create.args(["-m", "venv", ".venv"]);
    // Wheels only: nothing is compiled, and no package runs code to be installed.
    let mut fill = std::process::Command::new(folder.join("bin/python"));
    fill.current_dir(repo.path("."))
        .args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
        ])
        .args(["--only-binary", ":all:", "--requirement", REQUIREMENTS]);
    if install(mode, missing, what, &mut [create, fill])? {
        stamp.set()?;
    }
    Ok(())
}

fn remove(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("removing {}", folder.display()))?;
    }
    Ok(())
}
