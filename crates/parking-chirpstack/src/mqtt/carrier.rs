//! What carries the bytes to the broker: TCP, and TLS on it where the address says so.

use std::sync::Arc;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::session::SessionError;
use super::{Settings, SettingsError};

/// A way to carry bytes.
pub(super) trait Carrier: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Carrier for T {}

/// What speaks TLS to the broker, if it is to.
pub(super) fn tls(settings: &Settings) -> Result<Option<TlsConnector>, SettingsError> {
    if !settings.broker.is_encrypted {
        return Ok(None);
    }
    let mut roots = rustls::RootCertStore::empty();
    roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    if let Some(pem) = &settings.authority_pem {
        let given = CertificateDer::pem_slice_iter(pem).collect::<Result<Vec<_>, _>>();
        let given = given.map_err(|_| SettingsError::Authority)?;
        if roots.add_parsable_certificates(given).0 == 0 {
            return Err(SettingsError::Authority);
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Some(TlsConnector::from(Arc::new(config))))
}

/// Connects; whoever is there has not said anything yet.
pub(super) async fn carrier(
    settings: &Settings,
    tls: Option<&TlsConnector>,
) -> Result<Box<dyn Carrier>, SessionError> {
    let broker = &settings.broker;
    let stream = TcpStream::connect((broker.host.as_str(), broker.port))
        .await
        .map_err(SessionError::Unreachable)?;
    stream
        .set_nodelay(true)
        .map_err(SessionError::Unreachable)?;
    let Some(tls) = tls else {
        return Ok(Box::new(stream));
    };
    let name = ServerName::try_from(broker.host.clone())
        .map_err(|error| SessionError::Tls(std::io::Error::other(error)))?;
    let stream = tls.connect(name, stream).await.map_err(SessionError::Tls)?;
    Ok(Box::new(stream))
}
