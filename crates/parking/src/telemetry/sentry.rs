//! Errors and panics to Sentry. Traces go by OTLP only; personal data goes nowhere.

use secrecy::ExposeSecret;
use sentry::ClientOptions;
use sentry::integrations::tracing::{BreadcrumbLayer, ErrorLayer};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

use super::{Boxed, Parting};
use crate::config::{Mode, Sentry};

/// Adds the layers that tell what an error was and which warnings led up to it; the parting sends
/// those that are still queued.
pub(super) fn start(settings: &Sentry, mode: Mode, layers: &mut Vec<Boxed>) -> Parting {
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
    layers.push(OfLevel(Level::ERROR, ErrorLayer::new()).boxed());
    layers.push(OfLevel(Level::WARN, BreadcrumbLayer::new()).boxed());
    Box::new(move || drop(guard))
}

/// Hands a layer the events of one level. Not a filter per layer, for the reason given at
/// `super::filter`.
struct OfLevel<L>(Level, L);

impl<S: Subscriber, L: Layer<S>> Layer<S> for OfLevel<L> {
    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        if *event.metadata().level() == self.0 {
            self.1.on_event(event, context);
        }
    }
}
