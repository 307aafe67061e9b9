//! Where a broker is, as one URL.

use std::fmt;

use percent_encoding::percent_decode_str;
use secrecy::SecretString;
use thiserror::Error;
use url::Url;

/// A broker: `mqtt://user:password@host:1883`, or `mqtts://` with TLS.
#[derive(Clone)]
pub struct BrokerAddress {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) is_encrypted: bool,
    pub(super) login: Option<(String, SecretString)>,
}

/// Why a URL is no broker; none of them repeats it, for it may hold a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum AddressError {
    /// It cannot be taken apart.
    #[error("is not a URL")]
    Url,
    /// Another protocol.
    #[error("must begin with mqtt:// or mqtts://")]
    Scheme,
    /// Nowhere to go.
    #[error("names no host")]
    Host,
    /// A path or question means nothing here.
    #[error("must end after the port; topics are ChirpStack's own")]
    Path,
    /// The user or password is not text.
    #[error("has a user or password that is not percent-encoded UTF-8")]
    Login,
}

impl BrokerAddress {
    /// Reads a URL.
    pub fn parse(typed: &str) -> Result<Self, AddressError> {
        let url = Url::parse(typed.trim()).map_err(|_| AddressError::Url)?;
        let is_encrypted = match url.scheme() {
            "mqtt" | "tcp" => false,
            "mqtts" | "ssl" => true,
            _ => return Err(AddressError::Scheme),
        };
        if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            return Err(AddressError::Path);
        }
        let host = url.host_str().filter(|host| !host.is_empty());
        let host = host.ok_or(AddressError::Host)?;
        Ok(Self {
            host: host.trim_matches(['[', ']']).to_owned(),
            port: url.port().unwrap_or(if is_encrypted { 8883 } else { 1883 }),
            is_encrypted,
            login: login(&url)?,
        })
    }
}

fn login(url: &Url) -> Result<Option<(String, SecretString)>, AddressError> {
    let text = |part: &str| {
        let decoded = percent_decode_str(part).decode_utf8();
        decoded
            .map(std::borrow::Cow::into_owned)
            .map_err(|_| AddressError::Login)
    };
    if url.username().is_empty() && url.password().is_none() {
        return Ok(None);
    }
    let password = text(url.password().unwrap_or_default())?;
    Ok(Some((text(url.username())?, password.into())))
}

/// Without user and password.
impl fmt::Display for BrokerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.is_encrypted { "mqtts" } else { "mqtt" };
        if self.host.contains(':') {
            write!(f, "{scheme}://[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{scheme}://{}:{}", self.host, self.port)
        }
    }
}

impl fmt::Debug for BrokerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    #[test]
    fn a_broker_is_a_url_and_its_password_is_not_shown() {
        let broker = BrokerAddress::parse("mqtts://park%40ing:p%3Aw@broker.example").unwrap();
        let (user, password) = broker.login.clone().unwrap();
        assert_eq!(
            (user.as_str(), password.expose_secret()),
            ("park@ing", "p:w")
        );
        assert_eq!(
            format!("{broker} {broker:?}"),
            "mqtts://broker.example:8883 mqtts://broker.example:8883"
        );
        let plain = BrokerAddress::parse("mqtt://127.0.0.1:41883/").unwrap();
        assert_eq!(plain.to_string(), "mqtt://127.0.0.1:41883");
        assert!(plain.login.is_none() && !plain.is_encrypted);
        assert_eq!(
            BrokerAddress::parse("mqtt://[::1]").unwrap().to_string(),
            "mqtt://[::1]:1883"
        );
    }

    #[test]
    fn what_is_no_broker_is_told_why() {
        let refused = |typed| BrokerAddress::parse(typed).unwrap_err();
        assert_eq!(refused("broker.example:1883"), AddressError::Scheme);
        assert_eq!(refused("http://broker.example"), AddressError::Scheme);
        assert_eq!(refused("broker"), AddressError::Url);
        assert_eq!(refused("mqtt://"), AddressError::Host);
        assert_eq!(refused("mqtt://broker/application"), AddressError::Path);
        assert_eq!(refused("mqtt://%FF@broker"), AddressError::Login);
    }
}
