//! Every check of the project as one list of steps, the same for a developer and for CI.

mod steps;

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::cluster::Cluster;
use crate::repo::Repo;
use crate::seen;
use crate::shell;
use crate::stamp::Stamp;
use steps::{Outcome, PartOf, STEPS, Step};

/// `cargo xtask ci [--quick] [--all] [--keep-going] [--only name,name]`. What is named is always run.
pub(crate) fn task(repo: &Repo, arguments: &[String]) -> Result<()> {
    let (mut keep_going, mut repeats) = (false, false);
    let all_but = |other| STEPS.iter().filter(move |step| step.part_of != other);
    let mut steps: Vec<&Step> = all_but(PartOf::Check).collect();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--keep-going" => keep_going = true,
            "--all" => repeats = true,
            "--quick" => steps = all_but(PartOf::Test).collect(),
            "--only" => {
                let names = rest.next().map(String::as_str).unwrap_or_default();
                steps = named(names)?;
                repeats = true;
            }
            other => bail!("ci takes --quick, --all, --keep-going and --only a,b; not `{other}`"),
        }
    }
    run(repo, &steps, (keep_going, repeats))
}

/// `cargo xtask fix`: repairs what a program can repair.
pub(crate) fn fix(repo: &Repo) -> Result<()> {
    shell::run(repo.cargo().args(["fmt", "--all"]))?;
    shell::run(repo.command("taplo").args(["fmt"]).env("RUST_LOG", "warn"))?;
    shell::run(repo.command("typos").arg("--write-changes"))?;
    shell::run(repo.npm("ui").args(["run", "--silent", "fix"]))?;
    let mut clippy = repo.cargo();
    clippy.args(["clippy", "--workspace", "--all-targets", "--fix"]);
    shell::run(clippy.args(["--allow-dirty", "--allow-staged"]))
}

/// `cargo xtask test [filter…]`: the tests, over one PostgreSQL for all of them.
///
/// `cargo nextest run` alone does as well, but each test then starts a server of its own.
pub(crate) fn run_tests(repo: &Repo, arguments: &[String]) -> Result<()> {
    let cluster = Cluster::start(repo)?;
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    let mut cargo = repo.cargo();
    cargo
        .args(["nextest", "run", "--locked", "--workspace"])
        // A test waits for its database and its server half of the time.
        .args(["--test-threads", &(2 * cores).to_string()])
        .args(arguments);
    shell::run(cargo.env("PARKING_TEST_DATABASE_URL", cluster.url()))
}

fn named(names: &str) -> Result<Vec<&'static Step>> {
    let mut steps = Vec::new();
    for name in names.split(',').map(str::trim) {
        let Some(step) = STEPS.iter().find(|step| step.name == name) else {
            let known: Vec<_> = STEPS.iter().map(|step| step.name).collect();
            bail!(
                "there is no step `{name}`; the steps are {}",
                known.join(", ")
            )
        };
        steps.push(step);
    }
    Ok(steps)
}

struct Line {
    name: &'static str,
    verdict: String,
    took: Duration,
}

/// A step, unless it is dear, has passed with what is there, and need not be repeated.
fn run_one(repo: &Repo, step: &Step, repeats: bool) -> Result<Outcome> {
    let stamp = seen::stamp(repo, step.name)?;
    if !repeats && stamp.as_ref().is_some_and(Stamp::is_current) {
        let why = "passed before, and nothing it reads has changed; --all repeats it";
        return Ok(Outcome::Noted(why.to_owned()));
    }
    let outcome = (step.run)(repo)?;
    // What it read, not what somebody has written meanwhile.
    if let Some(stamp) = stamp {
        stamp.set()?;
    }
    Ok(outcome)
}

fn run(repo: &Repo, steps: &[&Step], (keep_going, repeats): (bool, bool)) -> Result<()> {
    let start = Instant::now();
    let mut lines = Vec::new();
    let mut failed = Vec::new();
    for step in steps {
        // When, too: a run that is cut off prints no table.
        println!("\n=== {}, after {} ===", step.name, spoken(start.elapsed()));
        let begun = Instant::now();
        let verdict = match run_one(repo, step, repeats) {
            Ok(Outcome::Passed) => "ok".to_owned(),
            Ok(Outcome::Noted(note)) => format!("ok ({note})"),
            Err(error) => {
                eprintln!("{}: {error:#}", step.name);
                failed.push(step.name);
                "FAILED".to_owned()
            }
        };
        lines.push(Line {
            name: step.name,
            verdict,
            took: begun.elapsed(),
        });
        if !failed.is_empty() && !keep_going {
            break;
        }
    }
    let left = steps.len() - lines.len();
    println!("\n{}", table(&lines, left));
    if !failed.is_empty() {
        println!(
            "FAILED after {}: {}",
            spoken(start.elapsed()),
            failed.join(", ")
        );
        bail!("{} of {} steps failed", failed.len(), steps.len());
    }
    let count = steps.len();
    println!(
        "PASSED: {count} of {count} steps in {}",
        spoken(start.elapsed())
    );
    Ok(())
}

fn table(lines: &[Line], left: usize) -> String {
    let mut text = String::new();
    for line in lines {
        // Writing to a String cannot fail.
        let _infallible = writeln!(
            text,
            "  {:<14}{:>8}  {}",
            line.name,
            spoken(line.took),
            line.verdict
        );
    }
    if left > 0 {
        let _infallible = writeln!(text, "  {left} more not run");
    }
    text
}

/// `0.4s`, `12s`, `3m07s`.
fn spoken(time: Duration) -> String {
    match time.as_secs() {
        0..10 => format!("{:.1}s", time.as_secs_f64()),
        seconds @ 10..60 => format!("{seconds}s"),
        seconds => format!("{}m{:02}s", seconds / 60, seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_as_one_would_say_them() {
        assert_eq!(spoken(Duration::from_millis(430)), "0.4s");
        assert_eq!(spoken(Duration::from_secs(12)), "12s");
        assert_eq!(spoken(Duration::from_secs(187)), "3m07s");
    }

    #[test]
    fn a_step_nobody_knows_is_refused_with_those_known() {
        let error = named("clipy").err().expect("must fail").to_string();
        assert!(
            error.contains("clipy") && error.contains("clippy"),
            "{error}"
        );
    }
}
