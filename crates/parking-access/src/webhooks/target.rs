//! Where a webhook may lead.

use std::net::{IpAddr, SocketAddr};

use parking_domain::webhooks::is_public;
use thiserror::Error;
use url::{Host, Url};

/// The longest address, in characters.
pub(super) const URL_LENGTH_MAX: usize = 2_000;

/// The address of a receiver that may be written to, as far as one can tell without asking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target(Url);

/// Why an address was refused; the message is shown to the person who typed it.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub(super) enum TargetError {
    #[error("must be an address such as https://example.org/hook")]
    NotAUrl,
    #[error("must have at most {URL_LENGTH_MAX} characters")]
    TooLong,
    #[error("must begin with https://")]
    NotHttps,
    #[error("must not contain a user name or password; what is sent is signed")]
    Credentials,
    #[error("must not have a part behind #, which is never sent")]
    Fragment,
    #[error("must be on the public internet")]
    Private,
}

impl Target {
    /// Accepts an address; one in clear or inside a private network only if that is allowed.
    pub(super) fn parse(typed: &str, allows_private: bool) -> Result<Self, TargetError> {
        if typed.chars().count() > URL_LENGTH_MAX {
            return Err(TargetError::TooLong);
        }
        let url = Url::parse(typed.trim()).map_err(|_| TargetError::NotAUrl)?;
        match url.scheme() {
            "https" => {}
            "http" if allows_private => {}
            "http" => return Err(TargetError::NotHttps),
            _ => return Err(TargetError::NotAUrl),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(TargetError::Credentials);
        }
        if url.fragment().is_some() {
            return Err(TargetError::Fragment);
        }
        let is_inside = match url.host() {
            None => return Err(TargetError::NotAUrl),
            Some(Host::Ipv4(address)) => !is_public(address.into()),
            Some(Host::Ipv6(address)) => !is_public(address.into()),
            Some(Host::Domain(name)) => name.trim_end_matches('.') == "localhost",
        };
        if is_inside && !allows_private {
            return Err(TargetError::Private);
        }
        if url.as_str().chars().count() > URL_LENGTH_MAX {
            return Err(TargetError::TooLong);
        }
        Ok(Self(url))
    }

    /// The whole address.
    pub(super) fn url(&self) -> &Url {
        &self.0
    }

    /// The address without what may be a secret in it: receivers are told apart by odd paths.
    pub(super) fn origin(&self) -> String {
        self.0.origin().ascii_serialization()
    }
}

/// Those of a name's addresses that may be connected to.
pub(super) fn permitted(
    found: impl IntoIterator<Item = SocketAddr>,
    allows_private: bool,
) -> Vec<SocketAddr> {
    let is_permitted = |address: IpAddr| allows_private || is_public(address);
    found
        .into_iter()
        .filter(|found| is_permitted(found.ip()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses_by_https_are_accepted() {
        for good in [
            "https://example.org",
            " https://example.org:8443/a/b?c=d ",
            "https://[2606:4700:4700::1111]/",
        ] {
            assert!(Target::parse(good, false).is_ok(), "{good}");
        }
        for (bad, why) in [
            ("", TargetError::NotAUrl),
            ("example.org", TargetError::NotAUrl),
            ("ftp://example.org", TargetError::NotAUrl),
            ("file:///etc/passwd", TargetError::NotAUrl),
            ("https://", TargetError::NotAUrl),
            ("http://example.org", TargetError::NotHttps),
            ("https://me:secret@example.org", TargetError::Credentials),
            ("https://me@example.org", TargetError::Credentials),
            ("https://example.org/#a", TargetError::Fragment),
            ("https://localhost/", TargetError::Private),
            ("https://LOCALHOST./", TargetError::Private),
            ("https://127.0.0.1/", TargetError::Private),
            ("https://2130706433/", TargetError::Private),
            ("https://0x7f.1/", TargetError::Private),
            ("https://0177.0.0.1/", TargetError::Private),
            ("https://[::1]/", TargetError::Private),
            ("https://[::ffff:10.0.0.1]/", TargetError::Private),
            ("https://169.254.169.254/latest/", TargetError::Private),
        ] {
            assert_eq!(Target::parse(bad, false), Err(why), "{bad}");
        }
        let long = format!("https://example.org/{}", "a".repeat(URL_LENGTH_MAX));
        assert_eq!(Target::parse(&long, false), Err(TargetError::TooLong));
        // Short as it was typed, and long as it is sent.
        let long = format!("https://example.org/{}", "é".repeat(1_000));
        assert_eq!(Target::parse(&long, false), Err(TargetError::TooLong));
        assert!(Target::parse("http://127.0.0.1:9/", true).is_ok());
    }

    #[test]
    fn an_origin_keeps_the_path_to_itself() {
        let target = Target::parse("https://hooks.example.org:444/T0P/S3CRET?k=v", false).unwrap();
        assert_eq!(target.origin(), "https://hooks.example.org:444");
    }

    #[test]
    fn of_a_names_addresses_only_the_public_ones_are_left() {
        let found = ["10.0.0.1:443", "1.1.1.1:443", "[fd00::1]:443"].map(|a| a.parse().unwrap());
        assert_eq!(permitted(found, false), [found[1]]);
        assert_eq!(permitted(found, true), found);
    }
}
