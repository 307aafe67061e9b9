//! `parking doctor`: looks for everything that may be wrong; each line says what to do about it.

mod local;
mod remote;

use std::fmt;

use super::Asked;
use crate::config::Config;
use crate::database::Database;
use crate::exit::{Exit, Stop};

/// How a thing was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Ok,
    Warn,
    Fail,
}

/// One line.
#[derive(Clone, Debug)]
struct Finding {
    verdict: Verdict,
    subject: &'static str,
    text: String,
}

impl Finding {
    fn ok(subject: &'static str, text: impl Into<String>) -> Self {
        Self {
            verdict: Verdict::Ok,
            subject,
            text: text.into(),
        }
    }

    fn warn(subject: &'static str, text: impl Into<String>) -> Self {
        Self {
            verdict: Verdict::Warn,
            subject,
            text: text.into(),
        }
    }

    fn fail(subject: &'static str, text: impl Into<String>) -> Self {
        Self {
            verdict: Verdict::Fail,
            subject,
            text: text.into(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = match self.verdict {
            Verdict::Ok => "ok",
            Verdict::Warn => "warn",
            Verdict::Fail => "FAIL",
        };
        write!(f, "{verdict:<5} {:<14} {}", self.subject, self.text)
    }
}

/// Runs the command.
pub(super) fn run(asked: &Asked<'_>) -> anyhow::Result<()> {
    let loaded = asked.load()?;
    let config = loaded.config;
    let _sending = crate::telemetry::start_quietly(&config.telemetry)?;
    let mut worst = Worst(Verdict::Ok);
    for warning in loaded.warnings {
        worst.print(&[Finding::warn("configuration", warning)]);
    }
    worst.print(&[Finding::ok(
        "configuration",
        "sound; parking config print shows it",
    )]);
    worst.print(&local::check(&config));
    look_at_database(&config, &mut worst)?;
    worst.print(&super::block_on(remote::check_mail(&config))?);
    worst.print(&super::block_on(remote::check_broker(&config))?);
    worst.print(&super::block_on(remote::check_chirpstack(&config))?);
    match worst.0 {
        Verdict::Fail => Err(Stop::new(Exit::Failed, "something is wrong, see above").into()),
        Verdict::Ok | Verdict::Warn => Ok(()),
    }
}

/// A private cluster that nobody runs is started for the check, but not made.
fn look_at_database(config: &Config, worst: &mut Worst) -> anyhow::Result<()> {
    let is_private = config.database.url.is_none();
    if is_private && !config.paths.data_dir.join("postgres").exists() {
        let text = "there is none yet; the first parking serve makes it";
        worst.print(&[Finding::warn("database", text)]);
        return Ok(());
    }
    let database = match Database::visit(config) {
        Ok(database) => database,
        Err(error) => {
            worst.print(&[Finding::fail("database", format!("{error:#}"))]);
            return Ok(());
        }
    };
    worst.print(&super::block_on(remote::check_database(config, &database))?);
    database.stop()
}

/// The worst verdict so far.
struct Worst(Verdict);

impl Worst {
    fn print(&mut self, findings: &[Finding]) {
        for finding in findings {
            say!("{finding}");
            self.0 = match (self.0, finding.verdict) {
                (Verdict::Fail, _) | (_, Verdict::Fail) => Verdict::Fail,
                (Verdict::Warn, _) | (_, Verdict::Warn) => Verdict::Warn,
                _ => Verdict::Ok,
            };
        }
    }
}
