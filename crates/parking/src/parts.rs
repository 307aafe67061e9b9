//! From the configuration to the parts that other crates make of it.

use std::sync::Arc;

use anyhow::Context;
use parking_access::mail::{Mailer, SmtpOptions, SmtpSecurity};
use parking_db::Db;
use parking_domain::clock::Clock;
use parking_http::edge::EdgeOptions;
use parking_http::limits::{Buckets, RateLimits};
use parking_server::{Build, Parts, Server, ServerOptions};

use crate::config::{Config, Keys, Mode, Tls};

/// Which program this is.
pub(crate) const BUILD: Build = Build {
    version: env!("CARGO_PKG_VERSION"),
    commit: option_env!("PARKING_COMMIT"),
};

/// The server; `port` is the one really listened on.
pub(crate) fn server(config: &Config, db: Db, keys: &Keys, port: u16) -> anyhow::Result<Server> {
    let mailer = mailer(config, port)?;
    let parts = Parts {
        db,
        clock: Clock::system(),
        authenticate: Arc::new(nobody::Nobody),
        buckets: Arc::new(Buckets::default()),
    };
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
        is_mail_configured: mailer.is_configured(),
    };
    Ok(Server::new(parts, options))
}

fn edge(config: &Config) -> anyhow::Result<EdgeOptions> {
    let (server, limits) = (&config.server, &config.limits);
    let origins = server.cors_origins.iter().map(|origin| origin.parse());
    Ok(EdgeOptions {
        request_timeout: server.request_timeout,
        body_size_max: server.max_request_bytes,
        cors_origins: origins.collect::<Result<_, _>>().context("CORS_ORIGINS")?,
        trusted_proxies: server.trusted_proxies.clone(),
        is_https: server
            .public_url
            .as_ref()
            .is_some_and(|url| url.scheme() == "https"),
        rate_limits: limits.is_enabled.then_some(RateLimits {
            requests_per_minute: limits.per_minute,
            writes_per_minute: limits.writes_per_minute,
            anonymous_per_minute: limits.anonymous_per_minute,
        }),
    })
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

/// Stands in until the accounts are there.
mod nobody {
    use parking_http::{ApiError, Authenticate, Code, Credentials, Identity};

    pub(super) struct Nobody;

    impl Authenticate for Nobody {
        fn authenticate<'a>(
            &'a self,
            _: Credentials<'a>,
            _: &'a parking_http::caller::Request,
        ) -> std::pin::Pin<
            Box<dyn Future<Output = Result<std::sync::Arc<Identity>, ApiError>> + Send + 'a>,
        > {
            Box::pin(async { Err(ApiError::new(Code::Unauthenticated)) })
        }
    }
}
