//! Errors and panics to Sentry. Traces go by OTLP only; personal data goes nowhere.

use secrecy::ExposeSecret;
use sentry::ClientOptions;
use sentry::integrations::tracing::{BreadcrumbLayer, ErrorLayer};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::LevelFilter;

use super::{Boxed, Parting};
use crate::config::{Mode, Sentry};

/// Adds the layers that tell what an error was and which warnings led up to it; the parting sends
/// those that are still queued.
pub(super) fn start(settings: &Sentry, mode: Mode, layers: &mut Vec<Boxed>) -> Option<Parting> {
    let environment = settings
        .environment
        .clone()
        .unwrap_or_else(|| mode.as_str().to_owned());
    let guard = sentry::init(
        ClientOptions::new()
            .dsn(settings.dsn.expose_secret())
            .release(concat!("parking@", env!("CARGO_PKG_VERSION")))
            .environment(environment),
    );
    layers.push(ErrorLayer::new().with_filter(LevelFilter::ERROR).boxed());
    layers.push(
        BreadcrumbLayer::new()
            .with_filter(LevelFilter::WARN)
            .boxed(),
    );
    Some(Box::new(move || drop(guard)))
}
