//! The commands, one file each; the only place that prints.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command talks to its user"
)]

mod config;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::Environment;

/// Smart parking: one binary, its own PostgreSQL.
#[derive(Debug, Parser)]
#[command(name = "parking", version)]
pub(crate) struct Cli {
    /// Configuration file (TOML); the environment overrides it.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Show or check the configuration.
    #[command(subcommand)]
    Config(config::Command),
}

/// Does what the command line asks.
pub(crate) fn run(cli: &Cli, environment: &Environment) -> ExitCode {
    match &cli.command {
        Command::Config(command) => config::run(command, environment, cli.config.as_deref()),
    }
}
