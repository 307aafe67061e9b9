//! Errors and panics to Sentry. Traces go by OTLP only; personal data goes nowhere.

use secrecy::ExposeSecret;
use sentry::integrations::tracing::{BreadcrumbLayer, ErrorLayer};
use sentry::{ClientInitGuard, ClientOptions};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::LevelFilter;

use super::Boxed;
use crate::config::{Mode, Sentry};

/// Begins to send; the guard sends what is left when it is dropped.
pub(super) fn start(settings: &Sentry, mode: Mode) -> ClientInitGuard {
    let environment = settings
        .environment
        .clone()
        .unwrap_or_else(|| mode.as_str().to_owned());
    sentry::init(
        ClientOptions::new()
            .dsn(settings.dsn.expose_secret())
            .release(concat!("parking@", env!("CARGO_PKG_VERSION")))
            .environment(environment),
    )
}

/// What an error was, and the warnings that led up to it.
pub(super) fn layers() -> [Boxed; 2] {
    [
        ErrorLayer::new().with_filter(LevelFilter::ERROR).boxed(),
        BreadcrumbLayer::new()
            .with_filter(LevelFilter::WARN)
            .boxed(),
    ]
}
