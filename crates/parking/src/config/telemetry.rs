//! What the server tells about itself, and to whom.

use secrecy::SecretString;
use tracing_subscriber::EnvFilter;
use url::Url;

use super::parse;
use super::reader::Reader;
use super::setting::{Section, Setting};

pub(super) static SECTION: Section = Section {
    name: "telemetry",
    doc: "What the server tells about itself, and to whom.",
    specs: &[
        &LOG_LEVEL.spec,
        &DEBUG.spec,
        &LOG_FORMAT.spec,
        &METRICS.spec,
        &OTLP_ENDPOINT.spec,
        &OTLP_SAMPLE_RATIO.spec,
        &SERVICE_NAME.spec,
        &JAEGER.spec,
        &SENTRY_DSN.spec,
        &SENTRY_ENVIRONMENT.spec,
        &SENTRY_TRACES_SAMPLE_RATE.spec,
    ],
};

static LOG_LEVEL: Setting<String> = Setting::new(
    "LOG_LEVEL",
    "log_level",
    "error, warn, info, debug, trace, or a filter such as info,parking_db=debug",
    log_filter,
    "How much is logged.",
)
.aliases(&["PARKING_LOG"])
.derived("debug if DEBUG is true, else info");

static DEBUG: Setting<bool> = Setting::new(
    "DEBUG",
    "debug",
    "true or false",
    // Many programs read a variable of this name as a filter; what is no flag is not meant for us.
    |value| Ok(parse::flag(value).unwrap_or(false)),
    "Logs at debug level unless LOG_LEVEL says otherwise.",
)
.or("false");

static LOG_FORMAT: Setting<LogFormat> = Setting::new(
    "LOG_FORMAT",
    "log_format",
    "json or pretty",
    |value| match value.to_ascii_lowercase().as_str() {
        "json" => Ok(LogFormat::Json),
        "pretty" => Ok(LogFormat::Pretty),
        _ => Err("json or pretty".to_owned()),
    },
    "One JSON object a line for machines, or text for people; both go to standard error.",
)
.derived("pretty on a terminal, else json");

static METRICS: Setting<bool> = Setting::new(
    "ENABLE_METRICS",
    "metrics",
    "true or false",
    parse::flag,
    "Whether /metrics is served.",
)
.aliases(&["PROMETHEUS_ENABLED"])
.or("true");

static OTLP_ENDPOINT: Setting<Url> = Setting::new(
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "otlp_endpoint",
    "URL",
    parse::web_url,
    "Collector that takes traces by OTLP over HTTP, such as http://localhost:4318; with \
     OTEL_EXPORTER_OTLP_HEADERS.",
);

static OTLP_SAMPLE_RATIO: Setting<f64> = Setting::new(
    "OTEL_TRACES_SAMPLER_ARG",
    "otlp_sample_ratio",
    "number 0–1",
    parse::ratio,
    "The share of requests that are traced.",
)
.or("1");

static SERVICE_NAME: Setting<String> = Setting::new(
    "OTEL_SERVICE_NAME",
    "service_name",
    "text",
    parse::text,
    "The name traces carry.",
)
.or("parking");

static JAEGER: Setting<bool> = Setting::new(
    "JAEGER_ENABLED",
    "jaeger_enabled",
    "true or false",
    parse::flag,
    "Jaeger takes OTLP: true asks for OTEL_EXPORTER_OTLP_ENDPOINT, false forbids it.",
);

static SENTRY_DSN: Setting<SecretString> = Setting::new(
    "SENTRY_DSN",
    "sentry_dsn",
    "DSN",
    sentry_dsn,
    "Sentry project that is told of errors and panics.",
)
.secret();

static SENTRY_ENVIRONMENT: Setting<String> = Setting::new(
    "SENTRY_ENVIRONMENT",
    "sentry_environment",
    "text",
    parse::text,
    "The environment reported to Sentry.",
)
.derived("ENVIRONMENT");

static SENTRY_TRACES_SAMPLE_RATE: Setting<String> = Setting::not_used(
    "SENTRY_TRACES_SAMPLE_RATE",
    "sentry_traces_sample_rate",
    "traces go by OTLP; Sentry gets errors only.",
);

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LogFormat {
    /// One JSON object a line.
    Json,
    /// Text for people.
    Pretty,
}

/// Where traces go.
#[derive(Clone, Debug)]
#[cfg_attr(
    not(feature = "otlp"),
    expect(dead_code, reason = "a build without the feature sends nothing")
)]
pub(crate) struct Otlp {
    /// The collector.
    pub(crate) endpoint: Url,
    /// The share of requests that are traced.
    pub(crate) sample_ratio: f64,
    /// The name traces carry.
    pub(crate) service_name: String,
}

/// Where errors go.
#[derive(Clone, Debug)]
#[cfg_attr(
    not(feature = "sentry"),
    expect(dead_code, reason = "a build without the feature sends nothing")
)]
pub(crate) struct Sentry {
    /// The project.
    pub(crate) dsn: SecretString,
    /// The environment reported, when it is not the server's.
    pub(crate) environment: Option<String>,
}

/// What the server tells about itself, and to whom.
#[derive(Clone, Debug)]
pub(crate) struct Telemetry {
    /// The filter for log lines.
    pub(crate) log_filter: String,
    /// Whether somebody asked for that filter.
    pub(crate) is_log_filter_given: bool,
    /// How log lines look; absent means it depends on who is reading.
    pub(crate) log_format: Option<LogFormat>,
    /// Whether `/metrics` is served.
    pub(crate) has_metrics: bool,
    /// Where traces go, if anywhere.
    pub(crate) otlp: Option<Otlp>,
    /// Where errors go, if anywhere.
    pub(crate) sentry: Option<Sentry>,
}

pub(super) fn read(reader: &mut Reader) -> Telemetry {
    let is_debug = reader.get(&DEBUG);
    let log_filter = reader
        .optional(&LOG_LEVEL)
        .unwrap_or_else(|| if is_debug { "debug" } else { "info" }.to_owned());
    reader.derive(&LOG_LEVEL.spec, &log_filter);
    Telemetry {
        log_filter,
        is_log_filter_given: reader.is_given(&LOG_LEVEL.spec) || is_debug,
        log_format: reader.optional(&LOG_FORMAT),
        has_metrics: reader.get(&METRICS),
        otlp: read_otlp(reader),
        sentry: read_sentry(reader),
    }
}

fn read_otlp(reader: &mut Reader) -> Option<Otlp> {
    let endpoint = reader.optional(&OTLP_ENDPOINT);
    let is_given = reader.is_given(&OTLP_ENDPOINT.spec);
    match reader.optional(&JAEGER) {
        Some(true) if !is_given => reader.problem(
            &JAEGER.spec,
            "is true, but OTEL_EXPORTER_OTLP_ENDPOINT is not set (Jaeger takes OTLP on port 4318)",
        ),
        Some(false) if is_given => {
            reader.problem(
                &JAEGER.spec,
                "is false, but OTEL_EXPORTER_OTLP_ENDPOINT is set",
            );
        }
        _ => {}
    }
    let (sample_ratio, service_name) = (reader.get(&OTLP_SAMPLE_RATIO), reader.get(&SERVICE_NAME));
    if is_given && !cfg!(feature = "otlp") {
        reader.warn(
            "OTEL_EXPORTER_OTLP_ENDPOINT has no effect: this build is without the feature otlp",
        );
    }
    endpoint.map(|endpoint| Otlp {
        endpoint,
        sample_ratio,
        service_name,
    })
}

fn read_sentry(reader: &mut Reader) -> Option<Sentry> {
    let (dsn, environment) = (
        reader.optional(&SENTRY_DSN),
        reader.optional(&SENTRY_ENVIRONMENT),
    );
    if dsn.is_some() && !cfg!(feature = "sentry") {
        reader.warn("SENTRY_DSN has no effect: this build is without the feature sentry");
    }
    dsn.map(|dsn| Sentry { dsn, environment })
}

/// A level or filter; the level names of Python are understood.
fn log_filter(value: &str) -> Result<String, String> {
    let lower = value.to_ascii_lowercase();
    let filter = match lower.as_str() {
        "warning" => "warn",
        "critical" | "fatal" => "error",
        "error" | "warn" | "info" | "debug" | "trace" | "off" => lower.as_str(),
        // A bare word would be taken for a target, and everything else be silenced.
        word if !word.contains(['=', ',']) => return Err(LOG_LEVEL.spec.form.to_owned()),
        _ => value,
    };
    match EnvFilter::try_new(filter) {
        Ok(_) => Ok(filter.to_owned()),
        Err(_) => Err(LOG_LEVEL.spec.form.to_owned()),
    }
}

fn sentry_dsn(value: &str) -> Result<SecretString, String> {
    match Url::parse(value) {
        Ok(url) if url.has_host() && !url.username().is_empty() => Ok(SecretString::from(value)),
        _ => Err("a DSN such as https://key@sentry.example.org/1".to_owned()),
    }
}
