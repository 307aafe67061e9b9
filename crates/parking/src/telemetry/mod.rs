//! Logs, and where they were asked for, traces by OTLP and errors to Sentry.
//!
//! Log lines go to standard error, as JSON objects or as text. A JSON line has `timestamp`, `level`,
//! `target` (the module), `message`, the event's own fields beside them, and `span` with the fields
//! of the innermost span, so that each line of a request carries its `request.id`. Field names are
//! dotted and singular (`tenant.id`, `job.attempt`), units come last (`duration_ms`). `error` means
//! that somebody must look, `warn` that somebody may want to, `info` is one line per request and
//! job, `debug` is for developers. Secrets are never fields.
//!
//! Not here: metrics, which are the server's, and OTLP or Sentry in a build without these features.

#[cfg_attr(not(feature = "otlp"), path = "absent/otlp.rs")]
mod otlp;
#[cfg_attr(not(feature = "sentry"), path = "absent/sentry.rs")]
mod sentry;

use std::io::{IsTerminal, stderr};
use std::panic::PanicHookInfo;

use anyhow::Context;
use tracing::error;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, Registry};

use crate::config::{LogFormat, Mode, Telemetry};

type Boxed = Box<dyn Layer<Registry> + Send + Sync>;

/// What is left to do before the process ends: sending what is queued.
type Parting = Box<dyn FnOnce() + Send>;

/// Sends what is still queued when it is dropped; to be kept until the process ends.
#[must_use]
pub(crate) struct Sending(Vec<Parting>);

impl Drop for Sending {
    fn drop(&mut self) {
        for parting in self.0.drain(..) {
            parting();
        }
    }
}

/// Begins to log; to be called once, before anything is worth a line.
pub(crate) fn start(settings: &Telemetry, mode: Mode) -> anyhow::Result<Sending> {
    let mut layers = vec![lines(settings)];
    let mut partings = Vec::new();
    if let Some(settings) = &settings.otlp {
        partings.extend(otlp::start(settings, &mut layers)?);
    }
    if let Some(settings) = &settings.sentry {
        partings.push(sentry::start(settings, mode, &mut layers));
    }
    tracing_subscriber::registry()
        .with(layers)
        .with(filter(settings)?)
        .try_init()
        .context("logging was begun twice")?;
    std::panic::set_hook(Box::new(log_panic));
    Ok(Sending(partings))
}

/// Begins to log for a command whose user reads the terminal: text, and only what matters.
pub(crate) fn start_quietly(settings: &Telemetry) -> anyhow::Result<Sending> {
    let filter = if settings.is_log_filter_given {
        settings.log_filter.clone()
    } else {
        "warn,parking::database=info".to_owned()
    };
    let settings = Telemetry {
        log_filter: filter,
        log_format: Some(settings.log_format.unwrap_or(LogFormat::Pretty)),
        otlp: None,
        sentry: None,
        ..settings.clone()
    };
    start(&settings, Mode::Production)
}

/// The log lines themselves.
fn lines(settings: &Telemetry) -> Boxed {
    let is_terminal = stderr().is_terminal();
    let usual = if is_terminal {
        LogFormat::Pretty
    } else {
        LogFormat::Json
    };
    let lines = tracing_subscriber::fmt::layer().with_writer(stderr);
    match settings.log_format.unwrap_or(usual) {
        LogFormat::Pretty => lines.with_ansi(is_terminal).boxed(),
        LogFormat::Json => lines
            .json()
            .flatten_event(true)
            .with_current_span(true)
            .with_span_list(false)
            .boxed(),
    }
}

/// What is worth recording, for lines, traces and Sentry alike.
///
/// Not a filter per layer: sqlx asks whether its lines are enabled without writing them, and a
/// filter per layer then drops the next line of that thread, whosever it is.
fn filter(settings: &Telemetry) -> anyhow::Result<EnvFilter> {
    let directives = match settings.log_filter.as_str() {
        level if level.contains(['=', ',']) => level.to_owned(),
        // What PostgreSQL notes in passing ("already exists, skipping") is not worth a line; a
        // filter that was written in several parts is obeyed to the letter.
        level => format!("{level},sqlx::postgres::notice=warn"),
    };
    EnvFilter::try_new(directives).context("LOG_LEVEL")
}

/// A panic is one log line, like every other failure.
fn log_panic(panic: &PanicHookInfo<'_>) {
    let message = panic.payload_as_str().unwrap_or("no message");
    let location = panic
        .location()
        .map(ToString::to_string)
        .unwrap_or_default();
    let backtrace = std::backtrace::Backtrace::capture();
    error!(panic.message = message, panic.location = location, %backtrace, "a bug: panicked");
}
