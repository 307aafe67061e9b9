//! Project tasks, called `cargo xtask <task>`: set-up, generated files, tidiness, CI.
//!
//! A plain program with one dependency, so that a fresh clone runs its first task in seconds.
//! `make` is the front door for people; each of its targets is one of these tasks.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a terminal is this program's output"
)]

mod apps;
mod bench;
mod ci;
mod cluster;
mod r#gen;
mod repo;
mod schemathesis;
mod seen;
mod setup;
mod shell;
mod stamp;
mod tidy;

use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::repo::Repo;

const USAGE: &str = "\
cargo xtask <task>

  setup [--check] [--for run]   install what the project needs, or say what is missing
  ci [--quick] [--keep-going]   every check, in order, but for dear ones that passed with what is there;
                                --all repeats those too, --only a,b runs the named steps alone
  test [filter…]                the Rust tests, over one throw-away PostgreSQL
  tidy                          the repository's own rules
  gen [--check] [name…]         rewrite the generated files, or list the stale ones
  schemathesis                  property-based tests of the API against its own description
  bench [--write] [seconds]     measure the release binary, print a table; bench bookings: reservations;
                                bench estate: lists and the dashboard of a large installation; bench ingest: messages taken in;
                                bench lamps: from a bay to its lamp; bench live: what it costs to tell;
                                bench seed URL: fill one
  fix                           format, correct spelling, apply simple lints
  run                           build UI and release binary, serve a demonstration on http://localhost:8000
  serve                         the same without the demonstration
  dev                           debug server and UI with hot reload
  db                            a throw-away PostgreSQL with the migrations applied, until Ctrl-C";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(arguments: &[String]) -> Result<()> {
    let repo = Repo::find()?;
    let Some((task, rest)) = arguments.split_first() else {
        println!("{USAGE}");
        return Ok(());
    };
    match task.as_str() {
        "setup" => setup::task(&repo, rest),
        "ci" => ci::task(&repo, rest),
        "test" => ci::run_tests(&repo, rest),
        "tidy" => tidy::task(&repo),
        "gen" => r#gen::task(&repo, rest),
        "schemathesis" => schemathesis::task(&repo),
        "bench" => bench::task(&repo, rest),
        "fix" => ci::fix(&repo),
        "run" => apps::run(&repo, "demo", rest),
        "serve" => apps::run(&repo, "serve", rest),
        "dev" => apps::dev(&repo),
        "db" => cluster::task(&repo),
        "help" | "--help" | "-h" => {
            println!("{USAGE}");
            Ok(())
        }
        other => bail!("there is no task `{other}`\n\n{USAGE}"),
    }
}
