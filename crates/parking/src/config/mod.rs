//! Configuration: read once, from the environment over a file over defaults, and passed on as values.
//!
//! One table (the `Section`s of the files in this folder) holds each setting's name, key, parser,
//! default, secrecy and sentence; the loader, `config print` and the reference page all walk it.
//! Everything wrong is reported at once. This is the only place that looks at the environment.

mod auth;
mod chirpstack;
mod database;
mod downlink;
mod limits;
mod mail;
mod mqtt;
mod names;
mod parse;
mod paths;
mod platform;
mod print;
mod reader;
mod reference;
mod secrets;
mod server;
mod setting;
mod source;
mod telemetry;
mod unused;
mod webhooks;

#[cfg(test)]
mod tests;

use std::fmt;
use std::path::Path;

pub(crate) use auth::Auth;
pub(crate) use chirpstack::ChirpStack;
pub(crate) use database::Database;
pub(crate) use downlink::CommandsBy;
pub(crate) use limits::Limits;
pub(crate) use mail::{Mail, Tls};
pub(crate) use paths::Paths;
pub(crate) use platform::Platform;
pub(crate) use print::as_toml;
pub(crate) use reference::as_markdown;
pub(crate) use secrets::{Keys, random_password};
pub(crate) use server::{Mode, Server};
pub(crate) use setting::Spec;
pub(crate) use source::{Environment, Origin};
pub(crate) use telemetry::{LogFormat, Otlp, Sentry, Telemetry};
pub(crate) use webhooks::Webhooks;

use reader::Reader;
use setting::Section;

/// The table of all settings, in the order of the file and the reference page.
static SECTIONS: [&Section; 14] = [
    &paths::SECTION,
    &server::SECTION,
    &database::SECTION,
    &auth::SECTION,
    &mail::SECTION,
    &limits::SECTION,
    &telemetry::SECTION,
    &platform::SECTION,
    &webhooks::SECTION,
    &chirpstack::SECTION,
    &mqtt::SECTION,
    &downlink::SECTION,
    &unused::REDIS,
    &unused::PREDECESSOR,
];

/// Variables that are read before there is a table to look them up in.
static BOOTSTRAP: [(&str, &str); 1] = [(
    "PARKING_CONFIG",
    "The TOML file, unless --config names one; without either there is none.",
)];

/// Everything the binary was told.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    /// Where things lie on this machine.
    pub(crate) paths: Paths,
    /// The HTTP listener.
    pub(crate) server: Server,
    /// How PostgreSQL is reached.
    pub(crate) database: Database,
    /// Secrets, sessions, sign-up.
    pub(crate) auth: Auth,
    /// The mail server, if there is one.
    pub(crate) mail: Option<Mail>,
    /// How often callers may call.
    pub(crate) limits: Limits,
    /// Logs, metrics, traces.
    pub(crate) telemetry: Telemetry,
    /// The tenant of those who run the installation.
    pub(crate) platform: Platform,
    /// Telling events to programs elsewhere.
    pub(crate) webhooks: Webhooks,
    /// The broker of the network server, if there is one.
    pub(crate) broker: Option<parking_chirpstack::mqtt::Settings>,
    /// How commands to displays are sent.
    pub(crate) displays: parking_flow::displays::Settings,
    /// By which path, where that was said.
    pub(crate) commands_by: Option<CommandsBy>,
    /// The API of the network server, if there is one.
    pub(crate) chirpstack: Option<ChirpStack>,
}

/// A configuration that may be started with, and how it came about.
#[derive(Debug)]
pub(crate) struct Loaded {
    /// The values.
    pub(crate) config: Config,
    /// Every setting, masked, with who gave it.
    pub(crate) effective: Vec<Effective>,
    /// What an operator should know though it stops nothing.
    pub(crate) warnings: Vec<String>,
}

/// One setting as it came out.
#[derive(Debug)]
pub(crate) struct Effective {
    /// Its row of the table.
    pub(crate) spec: &'static Spec,
    /// Its value with secrets masked, if it has one.
    pub(crate) shown: Option<String>,
    /// Who gave it.
    pub(crate) origin: Origin,
}

/// One reason not to start, in one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    subject: String,
    reason: String,
}

impl Problem {
    fn new(subject: impl fmt::Display, reason: impl Into<String>) -> Self {
        Self {
            subject: subject.to_string(),
            reason: reason.into(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.subject, self.reason)
    }
}

/// All reasons not to start, a line each.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Problems(pub(crate) Vec<Problem>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> = self.0.iter().map(Problem::to_string).collect();
        f.write_str(&lines.join("\n"))
    }
}

impl std::error::Error for Problems {}

/// Reads everything and refuses with every reason at once.
pub(crate) fn load(environment: &Environment, file: Option<&Path>) -> Result<Loaded, Problems> {
    let file = file.or_else(|| environment.get("PARKING_CONFIG").map(Path::new));
    let mut reader = Reader::new(source::gather(environment, file));
    let config = read(&mut reader, environment);
    check_mail_links(&mut reader, &config);
    if reader.problems.is_empty() {
        let effective = reader.effective();
        Ok(Loaded {
            config,
            effective,
            warnings: reader.warnings,
        })
    } else {
        Err(Problems(reader.problems))
    }
}

fn read(reader: &mut Reader, environment: &Environment) -> Config {
    let (broker, chirpstack) = (mqtt::read(reader), chirpstack::read(reader));
    Config {
        paths: paths::read(reader, environment),
        server: server::read(reader),
        database: database::read(reader),
        auth: auth::read(reader),
        mail: mail::read(reader),
        limits: limits::read(reader),
        telemetry: telemetry::read(reader),
        platform: platform::read(reader),
        webhooks: webhooks::read(reader),
        displays: downlink::read(reader),
        commands_by: downlink::read_path(reader, (chirpstack.is_some(), broker.is_some())),
        broker,
        chirpstack,
    }
}

/// Mails with links to localhost would reach people who cannot use them.
fn check_mail_links(reader: &mut Reader, config: &Config) {
    let server = &config.server;
    if config.mail.is_some()
        && server.mode == Mode::Production
        && !reader.is_given(&server::PUBLIC_URL.spec)
    {
        reader.problem(
            &server::PUBLIC_URL.spec,
            "is missing: mails are sent, and their links need the address people use",
        );
    }
}
