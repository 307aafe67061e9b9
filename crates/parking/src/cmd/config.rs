//! `parking config`: what is in effect, who said so, and what is wrong with it.

use std::path::Path;
use std::process::ExitCode;

use clap::Subcommand;

use crate::config::{Environment, as_toml, load};

/// What to do with the configuration.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Print the effective configuration as a commented file; secrets are masked.
    Print,
    /// Say what is wrong, one line each; exit code 1 if anything is.
    Check,
}

/// Runs the command.
pub(crate) fn run(command: &Command, environment: &Environment, file: Option<&Path>) -> ExitCode {
    let loaded = match load(environment, file) {
        Ok(loaded) => loaded,
        Err(problems) => {
            eprintln!("{problems}");
            return ExitCode::FAILURE;
        }
    };
    for warning in &loaded.warnings {
        eprintln!("warning: {warning}");
    }
    match command {
        Command::Print => print!("{}", as_toml(&loaded.effective)),
        Command::Check => println!("the configuration is sound"),
    }
    ExitCode::SUCCESS
}
