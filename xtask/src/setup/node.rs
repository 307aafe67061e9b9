//! Node's version, and the npm packages of each folder from its lock file.

use anyhow::{Context, Result, bail};

use super::{Mode, Purpose, install};
use crate::repo::Repo;
use crate::shell;
use crate::stamp::{Fingerprint, Stamp};

const NODE_MAJOR_MIN: u32 = 20;

pub(super) fn prepare(
    repo: &Repo,
    purpose: Purpose,
    mode: Mode,
    missing: &mut Vec<String>,
) -> Result<()> {
    let folders: &[&str] = match purpose {
        Purpose::Run => &["ui"],
        Purpose::Work => &["ui", "e2e"],
    };
    let stale: Vec<_> = folders
        .iter()
        .filter(|folder| repo.has(&format!("{folder}/package-lock.json")))
        .map(|folder| Ok((*folder, stamp(repo, folder)?)))
        .filter(|entry: &Result<_>| !entry.as_ref().is_ok_and(|(_, stamp)| stamp.is_current()))
        .collect::<Result<_>>()?;
    if stale.is_empty() {
        return Ok(());
    }
    check_version(repo)?;
    for (folder, stamp) in stale {
        let mut npm = repo.npm(folder);
        // Chromium comes from the distribution; a browser of a package's own is never wanted.
        npm.args(["ci", "--no-audit", "--no-fund"])
            .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")
            .env("PUPPETEER_SKIP_DOWNLOAD", "1");
        let what = format!("the npm packages of {folder}/");
        if install(mode, missing, &what, &mut [npm])? {
            stamp.set()?;
        }
    }
    Ok(())
}

/// Inside `node_modules`, so that deleting that folder is enough to start over.
fn stamp(repo: &Repo, folder: &str) -> Result<Stamp> {
    let lock = repo.path(&format!("{folder}/package-lock.json"));
    let file = repo.path(&format!("{folder}/node_modules/.xtask-stamp"));
    Ok(Stamp::new(file, Fingerprint::new().path(&lock)?))
}

fn check_version(repo: &Repo) -> Result<()> {
    let version = shell::output(repo.command("node").arg("--version"))
        .context("Node 20 or newer is needed to build the UI")?;
    match major_of(&version) {
        Some(major) if major >= NODE_MAJOR_MIN => Ok(()),
        _ => bail!(
            "Node {} is too old: the UI needs {NODE_MAJOR_MIN} or newer",
            version.trim()
        ),
    }
}

/// 20 of `v20.20.2`.
fn major_of(version: &str) -> Option<u32> {
    version
        .trim()
        .strip_prefix('v')?
        .split('.')
        .next()?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::major_of;

    #[test]
    fn the_major_version_is_read_from_what_node_says() {
        assert_eq!(major_of("v20.20.2\n"), Some(20));
        assert_eq!(major_of("20.20.2"), None);
    }
}
