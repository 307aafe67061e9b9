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

#[cfg(feature = "otlp")]
mod otlp;
#[cfg(feature = "sentry")]
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

/// Sends what is still queued when it is dropped; to be kept until the process ends.
#[must_use]
#[derive(Default)]
pub(crate) struct Sending {
    #[cfg(feature = "otlp")]
    traces: Option<otlp::Traces>,
    #[cfg(feature = "sentry")]
    errors: Option<::sentry::ClientInitGuard>,
}

impl Drop for Sending {
    fn drop(&mut self) {
        #[cfg(feature = "otlp")]
        if let Some(traces) = self.traces.take() {
            traces.shut_down();
        }
        #[cfg(feature = "sentry")]
        drop(self.errors.take());
    }
}

/// Begins to log; to be called once, before anything is worth a line.
pub(crate) fn start(settings: &Telemetry, mode: Mode) -> anyhow::Result<Sending> {
    let mut layers = vec![lines(settings)?];
    let sending = start_sending(settings, mode, &mut layers)?;
    tracing_subscriber::registry()
        .with(layers)
        .try_init()
        .context("logging was begun twice")?;
    std::panic::set_hook(Box::new(log_panic));
    Ok(sending)
}

/// The log lines themselves.
fn lines(settings: &Telemetry) -> anyhow::Result<Boxed> {
    let is_terminal = stderr().is_terminal();
    let usual = if is_terminal {
        LogFormat::Pretty
    } else {
        LogFormat::Json
    };
    let lines = tracing_subscriber::fmt::layer().with_writer(stderr);
    let lines = match settings.log_format.unwrap_or(usual) {
        LogFormat::Pretty => lines.with_ansi(is_terminal).boxed(),
        LogFormat::Json => lines
            .json()
            .flatten_event(true)
            .with_current_span(true)
            .with_span_list(false)
            .boxed(),
    };
    let filter = EnvFilter::try_new(&settings.log_filter).context("LOG_LEVEL")?;
    Ok(lines.with_filter(filter).boxed())
}

#[cfg_attr(
    not(any(feature = "otlp", feature = "sentry")),
    expect(clippy::unnecessary_wraps, reason = "the features can fail")
)]
fn start_sending(
    settings: &Telemetry,
    mode: Mode,
    layers: &mut Vec<Boxed>,
) -> anyhow::Result<Sending> {
    let mut sending = Sending::default();
    #[cfg(feature = "otlp")]
    if let Some(otlp) = &settings.otlp {
        let (layer, traces) = otlp::start(otlp)?;
        layers.push(layer);
        sending.traces = Some(traces);
    }
    #[cfg(feature = "sentry")]
    if let Some(sentry) = &settings.sentry {
        layers.extend(sentry::layers());
        sending.errors = Some(sentry::start(sentry, mode));
    }
    Ok(sending)
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
