//! From the configuration to the parts that other crates make of it.

use std::sync::Arc;

use anyhow::Context;
use chrono::TimeDelta;
use parking_access::accounts::{AccountOptions, Accounts, HashOptions, Hasher, Tokens};
use parking_access::mail::{Mailer, SmtpOptions, SmtpSecurity};
use parking_access::secrets::Vault;
use parking_access::webhooks::Courier;
use parking_chirpstack::grpc::Client;
use parking_db::Db;
use parking_domain::clock::Clock;
use parking_flow::chirpstack::ChirpStack;
use parking_flow::displays::CommandPath;
use parking_flow::ingest::Spool;
use parking_http::edge::EdgeOptions;
use parking_http::limits::{Buckets, RateLimits};
use parking_server::{Build, MapTiles, Parts, Server, ServerOptions};
use tracing::warn;

use crate::config::{CommandsBy, Config, Keys, Mode, Tls};

/// Which program this is.
pub(crate) const BUILD: Build = Build {
    version: env!("CARGO_PKG_VERSION"),
    commit: option_env!("PARKING_COMMIT"),
};

/// Who signs access tokens, as the tokens say it.
const ISSUER: &str = "parking";

/// The server; `port` is the one really listened on.
pub(crate) fn server(
    config: &Config,
    db: Db,
    keys: &Keys,
    hasher: Hasher,
    (port, spool): (u16, Option<Spool>),
) -> anyhow::Result<Server> {
    let mailer = mailer(config, port)?;
    let is_mail_configured = mailer.is_configured();
    let accounts = Accounts {
        db,
        clock: Clock::system(),
        hasher,
        tokens: Tokens::new(&keys.signing, ISSUER),
        mailer,
        buckets: Arc::new(Buckets::default()),
        options: account_options(config)?,
    };
    let parts = Parts {
        accounts,
        vault: Vault::new(&keys.encryption),
        courier: Courier::new(config.webhooks.allows_private)
            .context("there is no TLS for webhooks")?,
        spool,
    };
    let chirpstack = chirpstack(config)?;
    let options = ServerOptions {
        app_name: config.server.app_name.clone(),
        build: BUILD,
        edge: edge(config)?,
        data_dir: config
            .database
            .url
            .is_none()
            .then(|| config.paths.data_dir.clone()),
        shows_metrics: config.telemetry.has_metrics && config.server.metrics_listen.is_none(),
        is_registration_enabled: config.auth.is_registration_open,
        is_mail_configured,
        public_url: config.server.base_url(port),
        map_tiles: config.server.map_tiles_url.as_ref().map(|url| MapTiles {
            url: url.template.clone(),
            attribution: config.server.map_tiles_attribution.clone(),
        }),
        broker: config.broker.clone(),
        commands: commands(config, chirpstack.as_ref()),
        chirpstack,
        displays: config.displays,
    };
    Ok(Server::new(parts, options))
}

/// The connection to the network server's API, which all that asks it shares.
fn chirpstack(config: &Config) -> anyhow::Result<Option<ChirpStack>> {
    let Some(own) = &config.chirpstack else {
        return Ok(None);
    };
    let client = Client::open(&own.api).context("CHIRPSTACK_*")?;
    Ok(Some(ChirpStack {
        client,
        every: own.sync_every,
    }))
}

/// By which path commands reach ChirpStack: its API where there is one, unless it is not to be.
fn commands(config: &Config, chirpstack: Option<&ChirpStack>) -> Option<CommandPath> {
    let api = chirpstack.map(|one| CommandPath::Api(Arc::new(one.client.clone())));
    let broker = config.broker.as_ref();
    let broker = broker.map(|broker| CommandPath::Broker(broker.commands.clone()));
    match config.commands_by {
        Some(CommandsBy::Api) => api,
        Some(CommandsBy::Mqtt) => broker,
        None => api.or(broker),
    }
}

/// Where messages wait while the database is away. A server without one serves all the same.
pub(crate) fn spool(config: &Config) -> Option<Spool> {
    let bytes_max = config.webhooks.spool_bytes_max;
    if bytes_max == 0 {
        return None;
    }
    let own = config.webhooks.spool_dir.clone();
    let folder = own.unwrap_or_else(|| config.paths.data_dir.join("spool"));
    Spool::open(&folder, bytes_max)
        .inspect_err(|error| {
            warn!(
                folder = %folder.display(),
                %error,
                "messages that come over HTTP are refused while the database is away"
            );
        })
        .ok()
}

fn edge(config: &Config) -> anyhow::Result<EdgeOptions> {
    let (server, limits) = (&config.server, &config.limits);
    let origins = server.cors_origins.iter().map(|origin| origin.parse());
    let tiles = server.map_tiles_url.as_ref();
    let tiles = tiles.map(|url| url.origin.parse()).transpose();
    Ok(EdgeOptions {
        request_timeout: server.request_timeout,
        body_size_max: server.max_request_bytes,
        cors_origins: origins.collect::<Result<_, _>>().context("CORS_ORIGINS")?,
        trusted_proxies: server.trusted_proxies.clone(),
        tiles_origin: tiles.context("MAP_TILES_URL")?,
        is_https: is_https(config),
        rate_limits: limits.is_enabled.then(|| rate_limits(config)),
    })
}

fn rate_limits(config: &Config) -> RateLimits {
    RateLimits {
        requests_per_minute: config.limits.per_minute,
        writes_per_minute: config.limits.writes_per_minute,
        tenant_per_minute_max: config.limits.tenant_per_minute_max,
        anonymous_per_minute: config.limits.anonymous_per_minute,
    }
}

fn account_options(config: &Config) -> anyhow::Result<AccountOptions> {
    let days = |span| TimeDelta::from_std(span).context("a span of time is too long");
    Ok(AccountOptions {
        registration_enabled: config.auth.is_registration_open,
        access_ttl: days(config.auth.access_token_for)?,
        session_ttl: days(config.auth.refresh_token_for)?,
        public_url_is_https: is_https(config),
        rate_limits: rate_limits(config),
        attempts_are_limited: config.limits.attempts_are_limited,
    })
}

fn is_https(config: &Config) -> bool {
    let url = config.server.public_url.as_ref();
    url.is_some_and(|url| url.scheme() == "https")
}

/// What hashes passwords, on threads of its own.
pub(crate) fn hasher(config: &Config) -> anyhow::Result<Hasher> {
    let options = HashOptions {
        threads: config.auth.hash_parallelism,
        ..HashOptions::default()
    };
    Hasher::start(options).context("the threads that hash passwords cannot be started")
}

/// What sends letters; `port` is the one really listened on, for links without `PUBLIC_URL`.
pub(crate) fn mailer(config: &Config, port: u16) -> anyhow::Result<Mailer> {
    let (name, url) = (&config.server.app_name, &config.server.base_url(port));
    let Some(mail) = &config.mail else {
        return Ok(match config.server.mode {
            Mode::Development => Mailer::log(name, url),
            Mode::Production => Mailer::nowhere(name, url),
        });
    };
    let options = SmtpOptions {
        host: mail.host.clone(),
        port: mail.port,
        security: match mail.tls {
            Tls::Implicit => SmtpSecurity::Tls,
            Tls::Upgraded => SmtpSecurity::StartTls,
            Tls::Nothing => SmtpSecurity::None,
        },
        credentials: mail.login.clone(),
        from: mail.from.parse().context("SMTP_FROM")?,
    };
    Mailer::smtp(options, name, url).context("the mail server")
}
