//! The connection and the token it shows.

use secrecy::{ExposeSecret as _, SecretString};
use thiserror::Error;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint};

use super::Settings;

/// How often a connection that carries nothing is tried, so that a dead one is noticed.
const KEEP_ALIVE: std::time::Duration = std::time::Duration::from_secs(30);

/// Why there can be no connection, ever, by these settings.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SettingsError {
    /// Nowhere to go.
    #[error("the host is no name or address")]
    Host,
    /// A token is visible ASCII.
    #[error("the API key holds characters that no API key has")]
    Token,
    /// The bytes given as certificates hold none that can be trusted, or TLS would not start.
    #[error("TLS: {0}")]
    Tls(String),
}

/// A connection that comes about with the first call, and again whenever it broke.
pub(super) fn channel(settings: &Settings) -> Result<Channel, SettingsError> {
    let endpoint = Endpoint::from_shared(settings.place()).map_err(|_| SettingsError::Host)?;
    let endpoint = endpoint
        .connect_timeout(settings.connect_time_max)
        .tcp_nodelay(true)
        .http2_keep_alive_interval(KEEP_ALIVE)
        .keep_alive_timeout(settings.call_time_max)
        .keep_alive_while_idle(true);
    let endpoint = if settings.is_encrypted {
        let tls = |error: tonic::transport::Error| SettingsError::Tls(super::error::chain(&error));
        endpoint.tls_config(trust(settings)).map_err(tls)?
    } else {
        endpoint
    };
    Ok(endpoint.connect_lazy())
}

fn trust(settings: &Settings) -> ClientTlsConfig {
    let tls = ClientTlsConfig::new()
        .with_webpki_roots()
        .domain_name(settings.host.as_str());
    match &settings.authority_pem {
        Some(pem) => tls.ca_certificate(Certificate::from_pem(pem)),
        None => tls,
    }
}

/// ChirpStack wants the word before the token.
pub(super) fn authorization(token: &SecretString) -> Result<MetadataValue<Ascii>, SettingsError> {
    let shown = format!("Bearer {}", token.expose_secret());
    let mut value: MetadataValue<Ascii> = shown.parse().map_err(|_| SettingsError::Token)?;
    value.set_sensitive(true);
    Ok(value)
}
