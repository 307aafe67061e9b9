//! From the configuration to the parts that other crates make of it.

use anyhow::Context;
use parking_access::mail::{Mailer, SmtpOptions, SmtpSecurity};

use crate::config::{Config, Mode, Tls};

/// What sends letters; `port` is the one really listened on, for links without PUBLIC_URL.
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
            Tls::StartTls => SmtpSecurity::StartTls,
            Tls::Nothing => SmtpSecurity::None,
        },
        credentials: mail.login.clone(),
        from: mail.from.parse().context("SMTP_FROM")?,
    };
    Mailer::smtp(options, name, url).context("the mail server")
}
