//! Traces to a collector, by OTLP over HTTP.

use std::time::Duration;

use anyhow::Context;
use opentelemetry::KeyValue;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};
use tracing::warn;
use tracing_subscriber::Layer;

use super::{Boxed, Parting};
use crate::config::Otlp;

/// A collector that does not answer may not hold up the shutdown.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Adds the layer that records spans; the parting sends those that are still queued.
pub(super) fn start(settings: &Otlp, layers: &mut Vec<Boxed>) -> anyhow::Result<Option<Parting>> {
    let endpoint = format!(
        "{}/v1/traces",
        settings.endpoint.as_str().trim_end_matches('/')
    );
    let exporter = SpanExporter::builder()
        .with_http()
        .with_http_client(Collector::default())
        .with_endpoint(endpoint)
        .with_timeout(TIMEOUT)
        .build()
        .context("traces cannot be sent")?;
    let resource = Resource::builder()
        .with_service_name(settings.service_name.clone())
        .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
        .build();
    let provider = SdkTracerProvider::builder()
        .with_batch_exporter(exporter)
        .with_sampler(Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(
            settings.sample_ratio,
        ))))
        .with_resource(resource)
        .build();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("parking"));
    layers.push(layer.boxed());
    Ok(Some(Box::new(move || {
        if let Err(error) = provider.shutdown_with_timeout(TIMEOUT) {
            warn!(%error, "the last traces could not be sent");
        }
    })))
}

/// The way to the collector.
///
/// It blocks, which is right: the batch processor calls it from a thread of its own.
#[derive(Debug)]
struct Collector(ureq::Agent);

impl Default for Collector {
    fn default() -> Self {
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(TIMEOUT))
            .http_status_as_error(false)
            .build();
        Self(config.into())
    }
}

// The trait is made by `async_trait`; written out, one macro crate less.
impl HttpClient for Collector {
    fn send_bytes<'me, 'future>(
        &'me self,
        request: Request<Bytes>,
    ) -> std::pin::Pin<Box<dyn Future<Output = Result<Response<Bytes>, HttpError>> + Send + 'future>>
    where
        'me: 'future,
        Self: 'future,
    {
        Box::pin(async move {
            let (head, body) = request.into_parts();
            let response = self.0.run(Request::from_parts(head, body.to_vec()))?;
            let (head, mut body) = response.into_parts();
            Ok(Response::from_parts(head, Bytes::from(body.read_to_vec()?)))
        })
    }
}
