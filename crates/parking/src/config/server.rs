//! The HTTP listener and what it believes, allows and waits for.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use ipnet::IpNet;
use url::Url;

use super::parse::{self, TilesUrl};
use super::reader::Reader;
use super::setting::{Section, Setting};

pub(super) static SECTION: Section = Section {
    name: "server",
    doc: "The HTTP listener and what it believes, allows and waits for.",
    specs: &[
        &APP_NAME.spec,
        &ENVIRONMENT.spec,
        &LISTEN.spec,
        &API_HOST.spec,
        &API_PORT.spec,
        &METRICS_LISTEN.spec,
        &PUBLIC_URL.spec,
        &TRUSTED_PROXIES.spec,
        &CORS_ORIGINS.spec,
        &MAP_TILES_URL.spec,
        &MAP_TILES_ATTRIBUTION.spec,
        &REQUEST_TIMEOUT.spec,
        &MAX_REQUEST_SIZE.spec,
        &MAX_CONNECTIONS.spec,
        &SHUTDOWN_TIMEOUT.spec,
    ],
};

static APP_NAME: Setting<String> = Setting::new(
    "APP_NAME",
    "app_name",
    "text",
    parse::text,
    "The installation's name, in the UI and in mails.",
)
.or("Smart Parking Platform");

static ENVIRONMENT: Setting<Mode> = Setting::new(
    "ENVIRONMENT",
    "environment",
    "production or development",
    |value| match value {
        "production" => Ok(Mode::Production),
        "development" => Ok(Mode::Development),
        _ => Err("production or development".to_owned()),
    },
    "In development, mails that cannot be sent are logged with their links.",
)
.or("production");

static LISTEN: Setting<SocketAddr> = Setting::new(
    "PARKING_LISTEN",
    "listen",
    "address:port",
    parse::socket,
    "Address the UI and the API are served on; port 0 takes any free one.",
)
.derived("API_HOST and API_PORT, else 127.0.0.1:8000");

static API_HOST: Setting<IpAddr> = Setting::new(
    "API_HOST",
    "api_host",
    "IP address",
    parse::host,
    "The predecessors' name for the host part of PARKING_LISTEN.",
);

static API_PORT: Setting<u32> = Setting::new(
    "API_PORT",
    "api_port",
    "port",
    |value| parse::whole(value, 0..=65_535),
    "The predecessors' name for the port part of PARKING_LISTEN.",
);

static METRICS_LISTEN: Setting<SocketAddr> = Setting::new(
    "METRICS_LISTEN",
    "metrics_listen",
    "address:port",
    parse::socket,
    "Own address for /metrics, which then is not served on the public one.",
)
.aliases(&["PARKING_METRICS_LISTEN"]);

pub(super) static PUBLIC_URL: Setting<Url> = Setting::new(
    "PUBLIC_URL",
    "public_url",
    "URL",
    parse::web_url,
    "Where people reach the installation; links in mails and the codes on printed labels begin with it, \
     https makes cookies Secure.",
)
.aliases(&["PARKING_PUBLIC_URL"])
.derived("http://localhost and the port listened on");

static TRUSTED_PROXIES: Setting<Vec<IpNet>> = Setting::new(
    "TRUSTED_PROXIES",
    "trusted_proxies",
    "networks, comma separated",
    parse::networks,
    "Proxies whose X-Forwarded-For is believed; nobody else's is.",
)
.or("");

static CORS_ORIGINS: Setting<Vec<String>> = Setting::new(
    "CORS_ORIGINS",
    "cors_origins",
    "origins, comma separated",
    parse::origins,
    "Web pages of other origins that may call the API from a browser.",
)
.or("");

static MAP_TILES_URL: Setting<TilesUrl> = Setting::new(
    "MAP_TILES_URL",
    "map_tiles_url",
    "URL with {z}, {x} and {y}",
    parse::tiles,
    "Tiles under the map of sites; browsers load them from that host, which learns who looks where. \
     Without it the map is plain.",
);

static MAP_TILES_ATTRIBUTION: Setting<String> = Setting::new(
    "MAP_TILES_ATTRIBUTION",
    "map_tiles_attribution",
    "text",
    parse::text,
    "Whom the map thanks for its tiles; most who serve them ask for it.",
);

static REQUEST_TIMEOUT: Setting<Duration> = Setting::new(
    "REQUEST_TIMEOUT",
    "request_timeout",
    "time 1s–10m",
    |value| parse::span(value, 1..=600),
    "A request that takes longer is answered 503.",
)
.or("30s");

static MAX_REQUEST_SIZE: Setting<u64> = Setting::new(
    "MAX_REQUEST_SIZE",
    "max_request_size",
    "size",
    |value| parse::bytes(value, 1 << 10..=1 << 30),
    "A larger request body is answered 413; routes may ask for less.",
)
.or("1MiB");

static MAX_CONNECTIONS: Setting<u32> = Setting::new(
    "PARKING_MAX_CONNECTIONS",
    "max_connections",
    "whole number 16–100000",
    |value| parse::whole(value, 16..=100_000),
    "HTTP connections open at once, an eighth of them from one address; further ones are turned away.",
)
.or("4096");

static SHUTDOWN_TIMEOUT: Setting<Duration> = Setting::new(
    "PARKING_SHUTDOWN_TIMEOUT",
    "shutdown_timeout",
    "time 1s–10m",
    |value| parse::span(value, 1..=600),
    "How long requests and jobs may take to finish after the first SIGTERM or SIGINT.",
)
.or("20s");

/// Whether mistakes reach customers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Real tenants.
    Production,
    /// A developer's machine.
    Development,
}

impl Mode {
    /// The word in the configuration.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Production => "production",
            Self::Development => "development",
        }
    }
}

/// The HTTP listener and what it believes, allows and waits for.
#[derive(Clone, Debug)]
pub(crate) struct Server {
    /// The installation's name.
    pub(crate) app_name: String,
    /// Whether mistakes reach customers.
    pub(crate) mode: Mode,
    /// The public listener.
    pub(crate) listen: SocketAddr,
    /// The listener for `/metrics` alone.
    pub(crate) metrics_listen: Option<SocketAddr>,
    /// Where people reach the installation, when that was said.
    pub(crate) public_url: Option<Url>,
    /// Whose forwarding headers are believed.
    pub(crate) trusted_proxies: Vec<IpNet>,
    /// Foreign origins that may call the API.
    pub(crate) cors_origins: Vec<String>,
    /// What the map of sites is drawn on.
    pub(crate) map_tiles_url: Option<TilesUrl>,
    /// Whom it thanks for that.
    pub(crate) map_tiles_attribution: Option<String>,
    /// The longest a request may take.
    pub(crate) request_timeout: Duration,
    /// The largest body in bytes.
    pub(crate) max_request_bytes: usize,
    /// The most connections open at once.
    pub(crate) max_connections: usize,
    /// How long a drain may take.
    pub(crate) shutdown_timeout: Duration,
}

impl Server {
    /// The base of links in mails, given the port the listener really got.
    pub(crate) fn base_url(&self, port: u16) -> String {
        match &self.public_url {
            Some(url) => url.as_str().trim_end_matches('/').to_owned(),
            None => format!("http://localhost:{port}"),
        }
    }
}

pub(super) fn read(reader: &mut Reader) -> Server {
    let listen = read_listen(reader);
    let metrics_listen = reader.optional(&METRICS_LISTEN);
    if metrics_listen.is_some_and(|metrics| metrics.port() != 0 && metrics == listen) {
        reader.problem(
            &METRICS_LISTEN.spec,
            "must differ from the public address; or leave it out",
        );
    }
    let public_url = reader.optional(&PUBLIC_URL);
    reader.derive(
        &PUBLIC_URL.spec,
        format_args!("http://localhost:{}", listen.port()),
    );
    Server {
        app_name: reader.get(&APP_NAME),
        mode: reader.get(&ENVIRONMENT),
        listen,
        metrics_listen,
        public_url,
        trusted_proxies: reader.get(&TRUSTED_PROXIES),
        cors_origins: reader.get(&CORS_ORIGINS),
        map_tiles_url: reader.optional(&MAP_TILES_URL),
        map_tiles_attribution: reader.optional(&MAP_TILES_ATTRIBUTION),
        request_timeout: reader.get(&REQUEST_TIMEOUT),
        max_request_bytes: usize::try_from(reader.get(&MAX_REQUEST_SIZE)).unwrap_or(usize::MAX),
        max_connections: reader.get(&MAX_CONNECTIONS) as usize,
        shutdown_timeout: reader.get(&SHUTDOWN_TIMEOUT),
    }
}

fn read_listen(reader: &mut Reader) -> SocketAddr {
    let (listen, host, port) = (
        reader.optional(&LISTEN),
        reader.optional(&API_HOST),
        reader.optional(&API_PORT),
    );
    let in_parts = reader.is_given(&API_HOST.spec) || reader.is_given(&API_PORT.spec);
    if reader.is_given(&LISTEN.spec) && in_parts {
        reader.problem(
            &LISTEN.spec,
            "is set beside API_HOST or API_PORT; keep one of the two forms",
        );
    }
    let host = host.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
    let port = port
        .and_then(|port| u16::try_from(port).ok())
        .unwrap_or(8000);
    let address = listen.unwrap_or(SocketAddr::new(host, port));
    reader.derive(&LISTEN.spec, address);
    address
}
