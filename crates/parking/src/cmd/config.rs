//! `parking config`: what is in effect, who said so, and what is wrong with it.

use clap::Subcommand;

use super::Asked;
use crate::config::as_toml;
use crate::exit::{Exit, Stop};

/// What to do with the configuration.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Print the effective configuration as a commented file; secrets are masked.
    Print,
    /// Say what is wrong, one line each; exit code 1 if anything is.
    Check,
}

/// Runs the command.
pub(super) fn run(command: &Command, asked: &Asked<'_>) -> anyhow::Result<()> {
    match command {
        Command::Print => say!("{}", as_toml(&asked.load_and_warn()?.effective).trim_end()),
        Command::Check => {
            // A check that finds something has done its work: 1, not the 78 of a failed start.
            asked
                .load_and_warn()
                .map_err(|error| Stop::new(Exit::Failed, error))?;
            say!("the configuration is sound");
        }
    }
    Ok(())
}
