//! Dear checks that passed are not repeated until something changes that they read.

use std::path::PathBuf;

use anyhow::Result;

use crate::repo::Repo;
use crate::shell;
use crate::stamp::{Fingerprint, Stamp};

/// What the program is made of.
const PROGRAM: [&str; 10] = [
    ".cargo",
    ".config",
    ".sqlx",
    "Cargo.lock",
    "Cargo.toml",
    "crates",
    "docs",
    "migrations",
    "rust-toolchain.toml",
    "xtask",
];

/// What a step reads, if it is dear enough to be asked whether it has seen it.
fn reads(step: &str) -> Option<Vec<&'static str>> {
    match step {
        "ui test" => Some(vec!["docs", "ui"]),
        "test" => Some([&PROGRAM[..], &["ui/index.html", "ui/public"]].concat()),
        "e2e" => Some([&PROGRAM[..], &["e2e", "ui"]].concat()),
        _ => None,
    }
}

/// What a step was last seen to pass with; none if it is not dear, or this is no place to rely on that.
pub(crate) fn stamp(repo: &Repo, step: &str) -> Result<Option<Stamp>> {
    let Some(paths) = reads(step).filter(|_| shell::var("CI").is_none()) else {
        return Ok(None);
    };
    let mut git = repo.command("git");
    git.args([
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
        "--",
    ]);
    let Ok(listed) = shell::output(git.args(paths)) else {
        return Ok(None);
    };
    // Known to git twice while it is in conflict; gone from the disk while it is being deleted.
    let mut files: Vec<PathBuf> = listed
        .split_terminator('\0')
        .map(|file| repo.path(file))
        .collect();
    files.sort();
    files.dedup();
    let of = Fingerprint::new().text(step);
    let of = files.iter().try_fold(of, |of, file| of.path(file))?;
    let kept = format!("passed-{}", step.replace(' ', "-"));
    Ok(Some(Stamp::new(repo.notes()?.join(kept), of)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_step_reads_repeats_none_and_what_one_reads_repeats_it() {
        let read_by = |file: &str| {
            let of = |step| {
                reads(step)
                    .unwrap()
                    .iter()
                    .any(|path| file.starts_with(path))
            };
            ["ui test", "test", "e2e"].map(of)
        };
        assert_eq!(read_by("README.md"), [false, false, false]);
        assert_eq!(read_by("ui/src/main.tsx"), [true, false, true]);
        assert_eq!(
            read_by("crates/parking-domain/src/lib.rs"),
            [false, true, true]
        );
        assert_eq!(read_by("e2e/tests/plan.test.mjs"), [false, false, true]);
        assert!(reads("tidy").is_none());
    }
}
