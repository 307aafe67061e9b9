//! Every check of the project as one list of steps, the same for a developer and for CI.

use std::fmt::Write as _;
use std::fs;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::apps;
use crate::cluster::Cluster;
use crate::r#gen::{self, sqlx::Pass};
use crate::repo::Repo;
use crate::seen;
use crate::setup::{self, Mode, Purpose};
use crate::shell;
use crate::stamp::Stamp;
use crate::tidy;

/// Files of journeys that are run once more at most: where more fail, it was not by chance.
const AGAIN_MAX: usize = 3;

/// One check.
struct Step {
    name: &'static str,
    part_of: PartOf,
    run: fn(&Repo) -> Result<Outcome>,
}

/// Who runs a step.
#[derive(Clone, Copy, PartialEq, Eq)]
enum PartOf {
    /// `make check` and `make test`.
    Both,
    /// `make check`: what would compile everything once more, if tests are compiled anyway.
    Check,
    /// `make test`.
    Test,
}

/// How a step ended when it did not fail.
enum Outcome {
    Passed,
    /// Passed, and this should be known about it.
    Noted(String),
}

/// Cheap before dear, and what others need before they need it: the UI is embedded by the server,
/// the queries are checked before the tests are compiled with them.
const STEPS: [Step; 16] = [
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
