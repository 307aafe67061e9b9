//! The network server's API: what it is asked, told and commanded by.

use std::time::Duration;

use parking_chirpstack::grpc::Settings;
use secrecy::SecretString;

use super::parse;
use super::reader::Reader;
use super::setting::{Section, Setting};

pub(super) static SECTION: Section = Section {
    name: "chirpstack",
    doc: "ChirpStack's API, over gRPC: commands to lamps, and keeping devices and gateways in step. Messages of devices come by the broker.",
    specs: &[
        &HOST.spec,
        &PORT.spec,
        &API_KEY.spec,
        &TLS.spec,
        &CA.spec,
        &SYNC_INTERVAL.spec,
        &API_URL.spec,
        &WEBHOOK_SECRET.spec,
    ],
};

static HOST: Setting<String> = Setting::new(
    "CHIRPSTACK_HOST",
    "host",
    "host name or address",
    host,
    "Where ChirpStack's API listens; unset means that nothing is compared, and that commands go by MQTT if at all.",
);

static PORT: Setting<u32> = Setting::new(
    "CHIRPSTACK_PORT",
    "port",
    "port",
    |value| parse::whole(value, 1..=65_535),
    "The port of its API.",
)
.or("8080");

static API_KEY: Setting<SecretString> = Setting::new(
    "CHIRPSTACK_API_KEY",
    "api_key",
    "text",
    parse::secret,
    "An API key made in ChirpStack: of its administrator for several tenants, else of the one tenant.",
)
.aliases(&["CHIRPSTACK_API_TOKEN"])
.secret();

static TLS: Setting<bool> = Setting::new(
    "CHIRPSTACK_TLS",
    "tls",
    "true or false",
    parse::flag,
    "Whether its API is reached by TLS; in clear is for the same machine or a network nobody listens to.",
)
.or("false");

static CA: Setting<String> = Setting::new(
    "CHIRPSTACK_CA",
    "ca",
    "certificates in PEM",
    parse::text,
    "Authorities to trust besides the public ones; best by CHIRPSTACK_CA_FILE.",
);

static SYNC_INTERVAL: Setting<u32> = Setting::new(
    "CHIRPSTACK_SYNC_INTERVAL",
    "sync_interval",
    "seconds, 30–86400",
    |value| parse::whole(value, 30..=86_400),
    "How often devices, gateways and profiles are compared with ChirpStack's.",
)
.or("300");

static API_URL: Setting<String> = Setting::not_used(
    "CHIRPSTACK_API_URL",
    "api_url",
    "give CHIRPSTACK_HOST, CHIRPSTACK_PORT and CHIRPSTACK_TLS.",
);

static WEBHOOK_SECRET: Setting<String> = Setting::not_used(
    "CHIRPSTACK_WEBHOOK_SECRET",
    "webhook_secret",
    "not used: webhook credentials belong to tenants and are made in the UI.",
);

fn host(value: &str) -> Result<String, String> {
    let is_one = !value.is_empty() && !value.contains(['/', ' ', '@']);
    is_one
        .then(|| value.trim_matches(['[', ']']).to_owned())
        .ok_or_else(|| "a host name or address, without scheme and port".to_owned())
}

/// ChirpStack's API.
#[derive(Clone, Debug)]
pub(crate) struct ChirpStack {
    /// Where it is, and what it knows us by.
    pub(crate) api: Settings,
    /// How often everything is compared.
    pub(crate) sync_every: Duration,
}

/// Where it is, if anywhere.
pub(super) fn read(reader: &mut Reader) -> Option<ChirpStack> {
    let (host, token) = (reader.optional(&HOST), reader.optional(&API_KEY));
    let port = u16::try_from(reader.get(&PORT)).unwrap_or_default();
    let (is_encrypted, authority) = (reader.get(&TLS), reader.optional(&CA));
    let sync_every = Duration::from_secs(reader.get(&SYNC_INTERVAL).into());
    if reader.is_given(&HOST.spec) && !reader.is_given(&API_KEY.spec) {
        reader.problem(&API_KEY.spec, "is missing, though CHIRPSTACK_HOST is set");
    }
    if reader.is_given(&API_KEY.spec) && !reader.is_given(&HOST.spec) {
        reader.problem(&HOST.spec, "is missing, though CHIRPSTACK_API_KEY is set");
    }
    let (host, token) = (host?, token?);
    let is_local = matches!(host.as_str(), "localhost" | "127.0.0.1" | "::1");
    if !is_encrypted && !is_local {
        reader.warn(format!(
            "the API key travels to {host} in clear (CHIRPSTACK_TLS=false)"
        ));
    }
    let api = Settings {
        is_encrypted,
        authority_pem: authority.map(String::into_bytes),
        ..Settings::of(host, port, token)
    };
    Some(ChirpStack { api, sync_every })
}
