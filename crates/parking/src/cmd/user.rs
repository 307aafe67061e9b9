//! `parking user`: the people of the platform, from the command line.

use std::io::{BufRead, IsTerminal, Write, stderr, stdin};

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use parking_access::audit;
use parking_domain::clock::Clock;
use parking_domain::text::{Email, Name};
use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
use secrecy::{ExposeSecret, SecretString};

use super::Asked;
use crate::administrator::{self, Credentials};
use crate::config::Config;
use crate::database::Database;
use crate::exit::{Exit, Stop};
use crate::parts;

/// What to do with people.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make somebody a platform administrator; an account with the address is promoted, gets the
    /// password and is signed out everywhere.
    CreateAdmin(CreateAdmin),
}

/// Who, and with which password.
#[derive(Debug, Args)]
pub(super) struct CreateAdmin {
    /// E-mail address, if it is not the configured one.
    #[arg(long)]
    email: Option<String>,
    /// Name, for an account that is made, if it is not the configured one.
    #[arg(long)]
    name: Option<String>,
    /// Read the password from standard input instead of asking for it.
    #[arg(long, conflicts_with = "generate")]
    password_stdin: bool,
    /// Generate a password and print it once.
    #[arg(long)]
    generate: bool,
}

/// Runs the command.
pub(super) fn run(command: &Command, asked: &Asked<'_>) -> anyhow::Result<()> {
    let Command::CreateAdmin(wanted) = command;
    let (config, _sending) = asked.begin()?;
    let refuse = |text: String| Stop::new(Exit::Failed, text);
    let email = match &wanted.email {
        Some(typed) => Email::parse(typed).map_err(|reason| refuse(format!("--email {reason}")))?,
        None => config.auth.admin_email.clone(),
    };
    let name = match &wanted.name {
        Some(typed) => Name::parse(typed).map_err(|reason| refuse(format!("--name {reason}")))?,
        None => config.auth.admin_name.clone(),
    };
    let credentials = Credentials::with(email, password(wanted, &config)?)?;
    let database = Database::visit(&config)?;
    super::block_on(async {
        database.prepare().await?;
        let db = database.pool(&config);
        let (hasher, clock) = (parts::hasher(&config)?, Clock::system());
        audit::make_months(&db, clock.now()).await?;
        administrator::ensure_platform(&config, &db, &clock).await?;
        administrator::create(&db, &hasher, &clock, &credentials, name).await?;
        db.close().await;
        anyhow::Ok(())
    })??;
    database.stop()?;
    say!("{} is a platform administrator", credentials.email);
    if credentials.is_generated {
        say!(
            "password {} (shown this once)",
            credentials.password.expose_secret()
        );
    }
    Ok(())
}

/// The password that was given in one way or another; nothing means that one is generated.
fn password(wanted: &CreateAdmin, config: &Config) -> anyhow::Result<Option<SecretString>> {
    if wanted.generate {
        return Ok(None);
    }
    if wanted.password_stdin {
        return read_line().map(Some);
    }
    if let Some(configured) = &config.auth.admin_password {
        return Ok(Some(configured.clone()));
    }
    if !stdin().is_terminal() {
        return Ok(None);
    }
    let password = ask("Password (empty to generate one): ")?;
    if password.expose_secret().is_empty() {
        return Ok(None);
    }
    if ask("Again: ")?.expose_secret() != password.expose_secret() {
        bail!(Stop::new(Exit::Failed, "the two passwords differ"));
    }
    Ok(Some(password))
}

/// Asks without showing what is typed.
fn ask(question: &str) -> anyhow::Result<SecretString> {
    eprint!("{question}");
    stderr().flush()?;
    let shown = tcgetattr(stdin()).context("the terminal")?;
    let mut hidden = shown.clone();
    hidden.local_modes.remove(LocalModes::ECHO);
    tcsetattr(stdin(), OptionalActions::Flush, &hidden).context("the terminal")?;
    let line = read_line();
    tcsetattr(stdin(), OptionalActions::Flush, &shown).context("the terminal")?;
    eprintln!();
    line
}

fn read_line() -> anyhow::Result<SecretString> {
    let mut line = String::new();
    stdin()
        .lock()
        .read_line(&mut line)
        .context("standard input")?;
    Ok(SecretString::from(line.trim_end_matches(['\r', '\n'])))
}
