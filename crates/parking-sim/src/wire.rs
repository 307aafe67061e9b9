//! One connection to a server over HTTP/1.1: kept open, and opened again when it broke.

use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header;
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::AbortHandle;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use url::Url;

/// How long a server has to answer.
const TIME_MAX: Duration = Duration::from_secs(30);

/// How long it has to accept a connection.
const CONNECT_MAX: Duration = Duration::from_secs(5);

/// The largest answer, in bytes.
const ANSWER_MAX: usize = 16 << 20;

/// Why a text is no address of a server; the message is shown to the person who typed it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum AddressError {
    /// It is no address at all.
    #[error("{0:?} is no address, such as http://127.0.0.1:8000 or mqtt://127.0.0.1")]
    Unreadable(String),
    /// It is one for something else.
    #[error("addresses begin with http://, https:// or mqtt://, not with {0}://")]
    Scheme(String),
    /// The certificates of the web cannot be used.
    #[error("TLS cannot be used: {0}")]
    Tls(String),
}

/// Why there is no answer.
#[derive(Debug, Error)]
pub enum WireError {
    /// Nobody accepts a connection.
    #[error("{0} accepts no connection")]
    Closed(String),
    /// The connection broke.
    #[error("the connection to {0} broke: {1}")]
    Broken(String, String),
    /// It took too long.
    #[error("{0} does not answer")]
    Silent(String),
}

/// What a server answered.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) body: Bytes,
}

impl Answer {
    /// What it says, as far as a person wants to read it.
    pub(crate) fn excerpt(&self) -> String {
        let text = String::from_utf8_lossy(&self.body);
        text.chars().take(300).collect()
    }
}

/// What is asked.
pub(crate) struct Ask<'a> {
    pub(crate) method: Method,
    pub(crate) path: &'a str,
    pub(crate) content_type: &'static str,
    pub(crate) body: Bytes,
}

/// A connection, open or not.
pub(crate) struct Wire {
    url: Url,
    key: Option<String>,
    tls: Arc<ClientConfig>,
    open: Option<Open>,
}

struct Open {
    sender: SendRequest<Full<Bytes>>,
    driver: AbortHandle,
}

impl Drop for Open {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

/// Trusts the roots of the web.
pub(crate) fn tls() -> Result<Arc<ClientConfig>, AddressError> {
    let roots: RootCertStore = webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| AddressError::Tls(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

impl Wire {
    /// A connection to be, which shows this key.
    pub(crate) fn to(url: Url, key: Option<String>, tls: Arc<ClientConfig>) -> Self {
        Self {
            url,
            key,
            tls,
            open: None,
        }
    }

    /// Asks, and waits for the whole answer. A connection that broke is not used again.
    pub(crate) async fn ask(&mut self, ask: &Ask<'_>) -> Result<Answer, WireError> {
        let asked = timeout(TIME_MAX, self.exchange(ask)).await;
        let answer = asked.unwrap_or_else(|_| Err(WireError::Silent(self.name())));
        if answer.is_err() {
            self.open = None;
        }
        answer
    }

    async fn exchange(&mut self, ask: &Ask<'_>) -> Result<Answer, WireError> {
        let name = self.name();
        let broken =
            |error: &dyn std::fmt::Display| WireError::Broken(name.clone(), error.to_string());
        let request = self.request(ask).map_err(|error| broken(&error))?;
        if self
            .open
            .as_ref()
            .is_none_or(|open| open.sender.is_closed())
        {
            self.open = Some(self.connect().await?);
        }
        let Some(open) = &mut self.open else {
            return Err(WireError::Closed(name));
        };
        let response = open.sender.send_request(request).await;
        let response = response.map_err(|error| broken(&error))?;
        let retry_after = response.headers().get(header::RETRY_AFTER);
        let retry_after = retry_after
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.trim().parse().ok())
            .map(Duration::from_secs);
        let status = response.status().as_u16();
        let body = Limited::new(response.into_body(), ANSWER_MAX)
            .collect()
            .await;
        Ok(Answer {
            status,
            retry_after,
            body: body.map_err(|error| broken(&error))?.to_bytes(),
        })
    }

    fn request(&self, ask: &Ask<'_>) -> Result<Request<Full<Bytes>>, hyper::http::Error> {
        let mut request = Request::builder()
            .method(ask.method.clone())
            .uri(ask.path)
            .header(header::CONTENT_TYPE, ask.content_type)
            .header(header::ACCEPT, "*/*")
            .header(header::HOST, self.name());
        if let Some(key) = &self.key {
            request = request.header("x-api-key", key);
        }
        request.body(Full::new(ask.body.clone()))
    }

    /// Host and port as they were typed.
    fn name(&self) -> String {
        self.url[url::Position::BeforeHost..url::Position::AfterPort].to_owned()
    }

    async fn connect(&self) -> Result<Open, WireError> {
        let closed = || WireError::Closed(self.name());
        let host = self.url.host_str().ok_or_else(closed)?;
        let host = host.trim_matches(['[', ']']);
        let port = self.url.port_or_known_default().ok_or_else(closed)?;
        let stream = timeout(CONNECT_MAX, TcpStream::connect((host, port))).await;
        let stream = stream.map_err(|_| closed())?.map_err(|_| closed())?;
        // A small delay less; a connection without it works as well.
        stream.set_nodelay(true).map_err(|_| closed())?;
        if self.url.scheme() == "http" {
            return self.shake_hands(stream).await;
        }
        let server = ServerName::try_from(host.to_owned()).map_err(|_| closed())?;
        let connector = TlsConnector::from(Arc::clone(&self.tls));
        let stream = connector.connect(server, stream).await;
        let stream = stream.map_err(|error| WireError::Broken(self.name(), error.to_string()))?;
        self.shake_hands(stream).await
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the connection's own task, ended with it"
    )]
    async fn shake_hands(
        &self,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    ) -> Result<Open, WireError> {
        let hands = handshake(TokioIo::new(stream)).await;
        let (sender, connection) =
            hands.map_err(|error| WireError::Broken(self.name(), error.to_string()))?;
        let driver = tokio::spawn(async move { drop(connection.await) }).abort_handle();
        Ok(Open { sender, driver })
    }
}
