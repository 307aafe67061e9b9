//! `cargo xtask bench`: measures the release binary and prints a table.

use std::fs;

use anyhow::{Context, Result, bail};

use crate::repo::Repo;
use crate::{apps, shell};

/// Where the last figures are kept, between two marks.
const DOCUMENT: &str = "docs/performance.md";
const BEGIN: &str = "<!-- figures -->\n";
const END: &str = "<!-- end of figures -->\n";

/// `cargo xtask bench [--write] [seconds]`.
pub(crate) fn task(repo: &Repo, arguments: &[String]) -> Result<()> {
    let (flags, rest): (Vec<_>, Vec<_>) = arguments.iter().partition(|word| word.starts_with('-'));
    let writes = match flags.as_slice() {
        [] => false,
        [flag] if *flag == "--write" => true,
        _ => bail!("bench takes --write and the seconds of one measurement"),
    };
    let binary = apps::build_release(repo)?;
    shell::run(repo.cargo().args([
        "build",
        "--release",
        "--locked",
        "--package",
        "parking-bench",
    ]))?;
    let mut bench = repo.command(
        &repo
            .target()
            .join("release/parking-bench")
            .to_string_lossy(),
    );
    bench.arg(binary).args(&rest);
    let figures = shell::output(&mut bench)?;
    println!("{figures}");
    if writes {
        write(repo, &figures)
    } else {
        Ok(())
    }
}

fn write(repo: &Repo, figures: &str) -> Result<()> {
    let commit = shell::output(
        repo.command("git")
            .args(["describe", "--always", "--dirty"]),
    )?;
    let file = repo.path(DOCUMENT);
    let text = fs::read_to_string(&file).with_context(|| DOCUMENT.to_owned())?;
    let (before, rest) = text
        .split_once(BEGIN)
        .context("no mark where the figures begin")?;
    let (_, after) = rest
        .split_once(END)
        .context("no mark where the figures end")?;
    let figures = format!("Commit {}. {}", commit.trim(), figures.trim_end());
    fs::write(&file, format!("{before}{BEGIN}{figures}\n{END}{after}"))?;
    println!("bench: {DOCUMENT} rewritten");
    Ok(())
}
