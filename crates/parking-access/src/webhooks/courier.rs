//! Carrying a message to its receiver, and bringing back what was answered.
//!
//! The name is looked up here, its addresses are checked, and the connection goes to one that
//! passed: a name that leads elsewhere a moment later leads nowhere. Redirects are answers like
//! any other and are not followed. Everything is bounded: the time, the head, what is read.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::header::{self, HeaderValue};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use url::Host;

use super::target::{Target, permitted};

/// How long a receiver has to take a message.
const TIME_MAX: Duration = Duration::from_secs(15);

/// How long one of its addresses has to accept a connection.
const CONNECT_MAX: Duration = Duration::from_secs(5);

/// How long what it says besides the status is listened to.
const EXCERPT_TIME_MAX: Duration = Duration::from_secs(2);

/// Addresses of a name that are tried.
const ADDRESSES_MAX: usize = 3;

/// What is kept of an answer, in bytes.
const EXCERPT_MAX: usize = 1_024;

/// The largest head of an answer.
const HEAD_MAX: usize = 16 * 1_024;

/// Who we say we are.
const USER_AGENT: &str = concat!("parking-webhooks/", env!("CARGO_PKG_VERSION"));

/// Carries messages.
#[derive(Clone, Debug)]
pub struct Courier {
    tls: Arc<ClientConfig>,
    allows_private: bool,
    time_max: Duration,
}

/// What is to be carried.
pub(super) struct Message<'a> {
    /// The name by which a receiver knows a message it had before.
    pub(super) id: &'a str,
    /// When it is sent, in seconds.
    pub(super) timestamp: i64,
    pub(super) signatures: &'a str,
    pub(super) body: &'a str,
}

/// Why a message was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// The address is none that may be written to.
    AddressRefused,
    NameUnknown,
    NotConnected,
    /// No trusted connection: a certificate that is not good, or none.
    Tls,
    Timeout,
    /// What came back is no HTTP.
    BrokenAnswer,
    /// The receiver wants the message elsewhere.
    Redirected,
    /// The receiver wants no more messages.
    Gone,
    /// The receiver answered with another status than 2xx.
    Refused,
    /// The secret cannot be read, so nothing was sent.
    SecretLost,
}

/// How it went.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) status: Option<u16>,
    pub(super) trouble: Option<Trouble>,
    /// The beginning of what was answered.
    pub(super) excerpt: String,
    /// How long the receiver asks not to be written to.
    pub(super) retry_after_seconds: Option<u32>,
    pub(super) duration: Duration,
}

impl Trouble {
    /// The name in the API and the database.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::AddressRefused => "address_refused",
            Self::NameUnknown => "name_unknown",
            Self::NotConnected => "not_connected",
            Self::Tls => "tls_failed",
            Self::Timeout => "timeout",
            Self::BrokenAnswer => "broken_answer",
            Self::Redirected => "redirected",
            Self::Gone => "gone",
            Self::Refused => "refused",
            Self::SecretLost => "secret_lost",
        }
    }

    /// Whether nothing was said before it.
    pub(super) const fn is_before_anything(self) -> bool {
        matches!(self, Self::NameUnknown | Self::NotConnected | Self::Tls)
    }
}

impl Answer {
    /// Nothing was answered.
    pub(super) fn none(trouble: Trouble) -> Self {
        Self {
            status: None,
            trouble: Some(trouble),
            excerpt: String::new(),
            retry_after_seconds: None,
            duration: Duration::ZERO,
        }
    }
}

impl Courier {
    /// A courier who trusts the roots of the web; whether receivers may be in private networks and
    /// written to in clear is for the installation to say.
    pub fn new(allows_private: bool) -> Result<Self, rustls::Error> {
        let roots: RootCertStore = webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect();
        Self::trusting(roots, allows_private)
    }

    fn trusting(roots: RootCertStore, allows_private: bool) -> Result<Self, rustls::Error> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self {
            tls: Arc::new(tls),
            allows_private,
            time_max: TIME_MAX,
        })
    }

    /// The same courier with less patience.
    #[must_use]
    pub fn waiting(mut self, time_max: Duration) -> Self {
        self.time_max = time_max;
        self
    }

    /// Whether receivers may be in private networks.
    pub(super) fn allows_private(&self) -> bool {
        self.allows_private
    }

    /// Whether something may be written to an address, as far as one can tell without asking.
    pub fn accepts(&self, address: &str) -> bool {
        Target::parse(address, self.allows_private).is_ok()
    }

    /// Carries a message to an address and says how it went.
    pub(super) async fn carry(&self, address: &str, message: &Message<'_>) -> Answer {
        let request = |target: &Target| {
            head(target)
                .header("webhook-id", message.id)
                .header("webhook-timestamp", message.timestamp)
                .header("webhook-signature", message.signatures)
                .body(text(message.body))
        };
        self.ask(address, request).await
    }

    /// Asks whoever is at an address, and says how it went.
    pub(super) async fn ask(
        &self,
        address: &str,
        request: impl FnOnce(&Target) -> Result<Request<Full<Bytes>>, hyper::http::Error>,
    ) -> Answer {
        let begun = Instant::now();
        let answer = match Target::parse(address, self.allows_private) {
            // It was good when it was stored, under another configuration.
            Err(_) => Err(Trouble::AddressRefused),
            Ok(target) => match request(&target) {
                Err(_) => Err(Trouble::AddressRefused),
                Ok(request) => timeout(self.time_max, self.exchange(&target, request))
                    .await
                    .unwrap_or(Err(Trouble::Timeout)),
            },
        };
        Answer {
            duration: begun.elapsed(),
            ..answer.unwrap_or_else(Answer::none)
        }
    }

    async fn exchange(
        &self,
        target: &Target,
        request: Request<Full<Bytes>>,
    ) -> Result<Answer, Trouble> {
        let stream = self.connect(target).await?;
        if target.url().scheme() == "http" {
            return speak(stream, request).await;
        }
        let name = match target.url().host() {
            Some(Host::Domain(name)) => ServerName::try_from(name.to_owned()),
            Some(Host::Ipv4(address)) => Ok(ServerName::from(std::net::IpAddr::from(address))),
            Some(Host::Ipv6(address)) => Ok(ServerName::from(std::net::IpAddr::from(address))),
            None => return Err(Trouble::AddressRefused),
        };
        let name = name.map_err(|_| Trouble::NameUnknown)?;
        let connector = TlsConnector::from(Arc::clone(&self.tls));
        let stream = connector
            .connect(name, stream)
            .await
            .map_err(|_| Trouble::Tls)?;
        speak(stream, request).await
    }

    /// A connection to one of the addresses that passed.
    async fn connect(&self, target: &Target) -> Result<TcpStream, Trouble> {
        for address in self
            .addresses(target)
            .await?
            .into_iter()
            .take(ADDRESSES_MAX)
        {
            if let Ok(Ok(stream)) = timeout(CONNECT_MAX, TcpStream::connect(address)).await {
                return Ok(stream);
            }
        }
        Err(Trouble::NotConnected)
    }

    async fn addresses(&self, target: &Target) -> Result<Vec<SocketAddr>, Trouble> {
        let url = target.url();
        let port = url.port_or_known_default().unwrap_or(443);
        let found: Vec<SocketAddr> = match url.host() {
            Some(Host::Ipv4(address)) => vec![(address, port).into()],
            Some(Host::Ipv6(address)) => vec![(address, port).into()],
            Some(Host::Domain(name)) => lookup_host((name, port))
                .await
                .map_err(|_| Trouble::NameUnknown)?
                .collect(),
            None => Vec::new(),
        };
        if found.is_empty() {
            return Err(Trouble::NameUnknown);
        }
        let permitted = permitted(found, self.allows_private);
        if permitted.is_empty() {
            return Err(Trouble::AddressRefused);
        }
        Ok(permitted)
    }
}

/// What every request says.
pub(super) fn head(target: &Target) -> hyper::http::request::Builder {
    let url = target.url();
    let path = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let host = &url[url::Position::BeforeHost..url::Position::AfterPort];
    Request::post(path)
        .header(header::HOST, host)
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::USER_AGENT, USER_AGENT)
        .header(header::CONNECTION, HeaderValue::from_static("close"))
}

pub(super) fn text(body: &str) -> Full<Bytes> {
    Full::new(Bytes::copy_from_slice(body.as_bytes()))
}

/// One request and its answer over a connection of their own.
async fn speak(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    request: Request<Full<Bytes>>,
) -> Result<Answer, Trouble> {
    let (mut sender, connection) = http1::Builder::new()
        .max_buf_size(HEAD_MAX)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(|_| Trouble::BrokenAnswer)?;
    let exchange = async {
        let response = sender
            .send_request(request)
            .await
            .map_err(|_| Trouble::BrokenAnswer)?;
        Ok(read(response).await)
    };
    tokio::pin!(exchange, connection);
    tokio::select! {
        biased;
        answer = &mut exchange => answer,
        // The connection is over once it has handed on all that came; that may not be read yet.
        _ = &mut connection => exchange.await,
    }
}

/// What counts is the status. Of the rest a little is kept, for people who look for the reason.
async fn read(response: Response<Incoming>) -> Answer {
    let status = response.status();
    let retry_after_seconds = response
        .headers()
        .get(header::RETRY_AFTER)
        .and_then(|value| value.to_str().ok()?.trim().parse().ok());
    let trouble = match status.as_u16() {
        200..300 => None,
        300..400 => Some(Trouble::Redirected),
        410 => Some(Trouble::Gone),
        _ => Some(Trouble::Refused),
    };
    let mut body = response.into_body();
    let mut bytes = Vec::new();
    let listening = async {
        while bytes.len() < EXCERPT_MAX
            && let Some(Ok(frame)) = body.frame().await
        {
            let data = frame.into_data().unwrap_or_default();
            bytes.extend_from_slice(&data[..data.len().min(EXCERPT_MAX - bytes.len())]);
        }
    };
    // Who takes long to say more has answered all the same.
    drop(timeout(EXCERPT_TIME_MAX, listening).await);
    Answer {
        status: Some(status.as_u16()),
        trouble,
        excerpt: plain(&bytes),
        retry_after_seconds,
        duration: Duration::ZERO,
    }
}

/// Bytes of a stranger as text that can be kept and shown.
fn plain(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes)
        .chars()
        .filter(|c| !c.is_control() || matches!(c, '\n' | '\t'))
        .collect()
}
