//! `cargo xtask bench`: measures the release binary and prints a table.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::repo::Repo;
use crate::{apps, shell};

/// Where the last figures are kept, each section between two marks.
const DOCUMENT: &str = "docs/performance.md";

/// `cargo xtask bench [bookings|estate|ingest|lamps|live] [--write] [argument…]` and `cargo xtask bench seed URL [argument…]`.
pub(crate) fn task(repo: &Repo, arguments: &[String]) -> Result<()> {
    let (flags, words): (Vec<_>, Vec<_>) = arguments.iter().partition(|word| word.starts_with('-'));
    let writes = match flags.as_slice() {
        [] => false,
        [flag] if *flag == "--write" => true,
        _ => bail!("bench takes --write and the seconds of one measurement"),
    };
    match words.split_first() {
        Some((word, rest)) if *word == "seed" => shell::run(bench(repo)?.arg("seed").args(rest)),
        Some((word, rest))
            if ["bookings", "estate", "ingest", "lamps", "live"].contains(&word.as_str()) =>
        {
            let binary = apps::build_release(repo)?;
            let figures = shell::output(bench(repo)?.arg(word.as_str()).arg(binary).args(rest))?;
            show(repo, &format!(": {word}"), &figures, writes)
        }
        _ => {
            let binary = apps::build_release(repo)?;
            let figures = shell::output(bench(repo)?.arg(binary).args(&words))?;
            show(repo, "", &figures, writes)
        }
    }
}

/// The program that measures, built.
fn bench(repo: &Repo) -> Result<Command> {
    shell::run(repo.cargo().args([
        "build",
        "--release",
        "--locked",
        "--package",
        "parking-bench",
    ]))?;
    let program = repo.target().join("release/parking-bench");
    Ok(repo.command(&program.to_string_lossy()))
}

/// Prints figures, and writes them between the marks of their section where that is wanted.
fn show(repo: &Repo, section: &str, figures: &str, writes: bool) -> Result<()> {
    println!("{figures}");
    if !writes {
        return Ok(());
    }
    let commit = shell::output(
        repo.command("git")
            .args(["describe", "--always", "--dirty"]),
    )?;
    let file = repo.path(DOCUMENT);
    let text = fs::read_to_string(&file).with_context(|| DOCUMENT.to_owned())?;
    let (begin, end) = (
        format!("<!-- figures{section} -->\n"),
        format!("<!-- end of figures{section} -->\n"),
    );
    let (before, rest) = text
        .split_once(&begin)
        .context("no mark where the figures begin")?;
    let (_, after) = rest
        .split_once(&end)
        .context("no mark where the figures end")?;
    let figures = format!("Commit {}. {}", commit.trim(), figures.trim_end());
    fs::write(&file, format!("{before}{begin}{figures}\n{end}{after}"))?;
    println!("bench: {DOCUMENT} rewritten");
    Ok(())
}
