//! The commands, one file each; the only place that prints.
#![expect(clippy::print_stderr, reason = "a command talks to its user")]

/// Prints a line; unlike `println!`, a reader that has seen enough (`| head`) is no panic.
macro_rules! say {
    ($($text:tt)*) => { $crate::cmd::print_line(format_args!($($text)*)) };
}

mod applications;
mod audit;
mod codec;
mod config;
mod demo;
mod doctor;
mod r#gen;
mod jobs;
mod migrate;
mod openapi;
mod serve;
mod simulate;
mod uplinks;
mod user;

use std::fmt::Arguments;
use std::io::{Write, stdout};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::{Parser, Subcommand};

use crate::config::{Config, Environment, Loaded, load};
use crate::exit::{Exit, Stop, exit_of};
use crate::telemetry::{self, Sending};

/// Smart parking for many tenants: one binary, with a PostgreSQL of its own or yours.
#[derive(Debug, Parser)]
#[command(name = "parking", version = env!("PARKING_VERSION"))]
pub(crate) struct Cli {
    /// Configuration file (TOML); the environment overrides it.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the UI and the API, and do the jobs.
    Serve,
    /// Serve, with two customers whose sites live though there are no sensors: to look at the product.
    Demo,
    /// Bring the database's roles and schema up to date.
    Migrate,
    /// Look for everything that may be wrong; each line says what to do. Exit code 1 if anything is.
    Doctor,
    /// Show or check the configuration.
    #[command(subcommand)]
    Config(config::Command),
    /// Manage people from the command line.
    #[command(subcommand)]
    User(user::Command),
    /// Print the description of the API.
    Openapi,
    /// Prove the audit log.
    #[command(subcommand)]
    Audit(audit::Command),
    /// See and retry the jobs that were given up.
    #[command(subcommand)]
    Jobs(jobs::Command),
    /// Say whose the applications of the network server are.
    #[command(subcommand)]
    Applications(applications::Command),
    /// Have messages of devices acted on again.
    #[command(subcommand)]
    Uplinks(uplinks::Command),
    /// Read and write the messages of devices.
    #[command(subcommand)]
    Codec(codec::Command),
    /// Let a site that is not there live, and tell a server or a broker as ChirpStack would.
    Simulate(Box<simulate::Options>),
    /// Print a reference page in Markdown.
    #[command(subcommand, hide = true)]
    Gen(r#gen::Page),
}

/// Does what the command line asks and says how it went.
pub(crate) fn run(cli: &Cli, environment: &Environment) -> ExitCode {
    let asked = Asked {
        environment,
        file: cli.config.as_deref(),
    };
    let done = match &cli.command {
        Command::Serve => serve::run(&asked, serve::Beside::Nothing),
        Command::Demo => demo::run(&asked),
        Command::Openapi => openapi::run(),
        Command::Migrate => migrate::run(&asked),
        Command::Doctor => doctor::run(&asked),
        Command::User(command) => user::run(command, &asked),
        Command::Audit(command) => audit::run(command, &asked),
        Command::Jobs(command) => jobs::run(command, &asked),
        Command::Applications(command) => applications::run(command, &asked),
        Command::Uplinks(command) => uplinks::run(command, &asked),
        Command::Codec(command) => codec::run(command),
        Command::Simulate(options) => simulate::run(options),
        Command::Config(command) => config::run(command, &asked),
        Command::Gen(page) => {
            r#gen::run(*page);
            Ok(())
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Several problems are several lines; everything else is one.
            for line in format!("{error:#}").lines() {
                eprintln!("parking: {line}");
            }
            exit_of(&error).into()
        }
    }
}

/// Where the configuration comes from.
struct Asked<'a> {
    environment: &'a Environment,
    file: Option<&'a Path>,
}

impl Asked<'_> {
    /// Reads the configuration; what is wrong with it ends the command.
    fn load(&self) -> anyhow::Result<Loaded> {
        load(self.environment, self.file)
            .map_err(|problems| Stop::new(Exit::Configuration, problems).into())
    }

    /// Reads the configuration and begins to log, quietly unless `LOG_LEVEL` says otherwise.
    fn begin(&self) -> anyhow::Result<(Config, Sending)> {
        let config = self.load_and_warn()?.config;
        let sending = telemetry::start_quietly(&config.telemetry)?;
        Ok((config, sending))
    }

    /// Reads the configuration for a command that logs, and says what is odd about it.
    fn load_and_warn(&self) -> anyhow::Result<Loaded> {
        let loaded = self.load()?;
        for warning in &loaded.warnings {
            eprintln!("parking: warning: {warning}");
        }
        Ok(loaded)
    }
}

/// Runs what a command waits for; a command needs no more than one thread.
fn block_on<T>(work: impl Future<Output = T>) -> anyhow::Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("the runtime cannot be started")?;
    Ok(runtime.block_on(work))
}

/// What is behind `say!`.
fn print_line(line: Arguments<'_>) {
    // Nobody reads any more, or the disk of a redirection is full: there is nobody left to tell.
    drop(writeln!(stdout().lock(), "{line}"));
}
