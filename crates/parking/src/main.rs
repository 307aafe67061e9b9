//! The `parking` binary: what was asked on the command line, done, and an exit code.

mod administrator;
mod cmd;
mod config;
mod database;
mod exit;
mod lifecycle;
mod parts;
mod systemd;
mod telemetry;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    cmd::run(&cmd::Cli::parse(), &config::Environment::of_process())
}
