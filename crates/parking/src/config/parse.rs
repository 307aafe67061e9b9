//! From text to value; every refusal reads on after "must be".

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::ops::RangeInclusive;
use std::time::Duration;

use ipnet::IpNet;
use parking_domain::text::{Email, Name, Slug};
use secrecy::SecretString;
use url::Url;
use uuid::Uuid;

/// Words that stand in sample configurations and have no place in a real secret.
const PLACEHOLDERS: [&str; 12] = [
    "changeme",
    "changethis",
    "changein",
    "replaceme",
    "replacethis",
    "yoursecret",
    "yourkey",
    "supersecret",
    "insecure",
    "placeholder",
    "default",
    "example",
];

/// Any text.
#[expect(clippy::unnecessary_wraps, reason = "every parser has one signature")]
pub(super) fn text(value: &str) -> Result<String, String> {
    Ok(value.to_owned())
}

/// Any secret text.
#[expect(clippy::unnecessary_wraps, reason = "every parser has one signature")]
pub(super) fn secret(value: &str) -> Result<SecretString, String> {
    Ok(SecretString::from(value))
}

/// A secret long and varied enough to sign with.
pub(super) fn strong_secret(value: &str) -> Result<SecretString, String> {
    if value.chars().count() < 32 {
        return Err("at least 32 characters long (try: openssl rand -base64 48)".to_owned());
    }
    if let Some(word) = placeholder_in(value) {
        return Err(format!(
            "random; it contains \"{word}\", as sample files do"
        ));
    }
    if distinct_characters(value) < 10 {
        return Err("random; it has fewer than 10 different characters".to_owned());
    }
    Ok(SecretString::from(value))
}

fn placeholder_in(value: &str) -> Option<&'static str> {
    let letters: String = value
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect::<String>()
        .to_lowercase();
    PLACEHOLDERS.into_iter().find(|word| letters.contains(word))
}

fn distinct_characters(value: &str) -> usize {
    value
        .chars()
        .collect::<std::collections::BTreeSet<_>>()
        .len()
}

/// Yes or no.
pub(super) fn flag(value: &str) -> Result<bool, String> {
    match value.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Ok(true),
        "false" | "0" | "no" | "off" => Ok(false),
        _ => Err("true or false".to_owned()),
    }
}

/// A flag that may only say yes, because the feature has no switch.
pub(super) fn always_on(value: &str) -> Result<bool, String> {
    if flag(value)? {
        Ok(true)
    } else {
        Err("true or unset: there is no switch for it".to_owned())
    }
}

/// A whole number within bounds.
pub(super) fn whole(value: &str, bounds: RangeInclusive<u32>) -> Result<u32, String> {
    match value.replace('_', "").parse() {
        Ok(number) if bounds.contains(&number) => Ok(number),
        _ => Err(format!(
            "a whole number from {} to {}",
            bounds.start(),
            bounds.end()
        )),
    }
}

/// A share between 0 and 1.
pub(super) fn ratio(value: &str) -> Result<f64, String> {
    match value.parse::<f64>() {
        Ok(number) if (0.0..=1.0).contains(&number) => Ok(number),
        _ => Err("a number from 0 to 1".to_owned()),
    }
}

/// A span of time: plain seconds, or a number with `ms`, `s`, `m`, `h`, `d`.
pub(super) fn span(value: &str, seconds: RangeInclusive<u64>) -> Result<Duration, String> {
    let (low, high) = (*seconds.start(), *seconds.end());
    let refusal = || format!("a time from {low}s to {high}s, such as 30, 30s, 500ms, 5m");
    let (number, unit) = split_unit(value);
    let number: u64 = number.parse().map_err(|_| refusal())?;
    let per_unit: u64 = match unit {
        "ms" => 1,
        "" | "s" => 1_000,
        "m" | "min" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return Err(refusal()),
    };
    let millis = number.checked_mul(per_unit).ok_or_else(refusal)?;
    if (low.saturating_mul(1_000)..=high.saturating_mul(1_000)).contains(&millis) {
        Ok(Duration::from_millis(millis))
    } else {
        Err(refusal())
    }
}

/// A size: plain bytes, or a number with `kB`, `KiB`, `MB`, `MiB`, `GB`, `GiB`.
pub(super) fn bytes(value: &str, bounds: RangeInclusive<u64>) -> Result<u64, String> {
    let refusal = || {
        format!(
            "a size from {} to {} bytes, such as 10485760, 10MiB, 10MB",
            bounds.start(),
            bounds.end()
        )
    };
    let (number, unit) = split_unit(value);
    let number: u64 = number.parse().map_err(|_| refusal())?;
    let per_unit: u64 = match unit.to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kb" => 1_000,
        "kib" => 1 << 10,
        "m" | "mb" => 1_000_000,
        "mib" => 1 << 20,
        "g" | "gb" => 1_000_000_000,
        "gib" => 1 << 30,
        _ => return Err(refusal()),
    };
    number
        .checked_mul(per_unit)
        .filter(|size| bounds.contains(size))
        .ok_or_else(refusal)
}

fn split_unit(value: &str) -> (&str, &str) {
    let end = value
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(value.len());
    let (number, unit) = value.split_at(end);
    (number, unit.trim())
}

/// An address to listen on.
pub(super) fn socket(value: &str) -> Result<SocketAddr, String> {
    let refusal = "an address with a port, such as 127.0.0.1:8000, 0.0.0.0:8000 or [::]:8000";
    let spelled = match value.strip_prefix("localhost:") {
        Some(port) => format!("127.0.0.1:{port}"),
        None => value.to_owned(),
    };
    spelled.parse().map_err(|_| refusal.to_owned())
}

/// A host part of an address to listen on.
pub(super) fn host(value: &str) -> Result<IpAddr, String> {
    if value == "localhost" {
        return Ok(IpAddr::V4(Ipv4Addr::LOCALHOST));
    }
    value
        .parse()
        .map_err(|_| "an IP address, such as 0.0.0.0, 127.0.0.1 or ::".to_owned())
}

/// A list: comma separated, or in JSON's brackets as the predecessors wrote it.
pub(super) fn list(value: &str) -> Vec<String> {
    let inner = value
        .trim()
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    inner
        .unwrap_or(value)
        .split(',')
        .map(|item| item.trim().trim_matches(['"', '\'']).trim().to_owned())
        .filter(|item| !item.is_empty())
        .collect()
}

/// A list of networks; a plain address counts as a network of one.
pub(super) fn networks(value: &str) -> Result<Vec<IpNet>, String> {
    let network = |item: String| {
        item.parse::<IpNet>()
            .or_else(|_| item.parse::<IpAddr>().map(IpNet::from))
            .map_err(|_| "networks or addresses, such as 10.0.0.0/8, 192.0.2.7".to_owned())
    };
    list(value).into_iter().map(network).collect()
}

/// The web address of the installation, without a trailing slash.
pub(super) fn web_url(value: &str) -> Result<Url, String> {
    let refusal = "an http or https address without query or credentials, \
                   such as https://parking.example.org";
    match Url::parse(value.trim_end_matches('/')) {
        Ok(url)
            if matches!(url.scheme(), "http" | "https")
                && url.has_host()
                && url.username().is_empty()
                && url.password().is_none()
                && url.query().is_none()
                && url.fragment().is_none() =>
        {
            Ok(url)
        }
        _ => Err(refusal.to_owned()),
    }
}

/// Where map tiles are served.
#[derive(Clone, Debug)]
pub(crate) struct TilesUrl {
    /// The address, with places for a tile's numbers.
    pub(crate) template: String,
    /// Scheme, host and port of it.
    pub(crate) origin: String,
}

/// The address of map tiles; their host goes into a header, so it may hold no places.
pub(super) fn tiles(value: &str) -> Result<TilesUrl, String> {
    let refusal = "an http or https address with {z}, {x} and {y} in its path, \
                   such as https://tiles.example.org/{z}/{x}/{y}.png";
    let has_places = ["{z}", "{x}", "{y}"]
        .iter()
        .all(|place| value.contains(place));
    match Url::parse(value) {
        Ok(url)
            if has_places
                && matches!(url.scheme(), "http" | "https")
                && url.username().is_empty()
                && url.password().is_none()
                && url
                    .host_str()
                    .is_some_and(|host| !host.contains(['{', '}', '%'])) =>
        {
            Ok(TilesUrl {
                template: value.to_owned(),
                origin: url.origin().ascii_serialization(),
            })
        }
        _ => Err(refusal.to_owned()),
    }
}

/// Origins for CORS: scheme, host and port, nothing else; a star is refused.
pub(super) fn origins(value: &str) -> Result<Vec<String>, String> {
    let origin = |item: String| {
        if item == "*" {
            return Err(
                "a list of origins by name: with a star any page could act for \
                        whoever is signed in"
                    .to_owned(),
            );
        }
        match web_url(&item) {
            Ok(url) if url.path() == "/" => Ok(url.origin().ascii_serialization()),
            _ => Err("origins such as https://app.example.org, separated by commas".to_owned()),
        }
    };
    list(value).into_iter().map(origin).collect()
}

/// A PostgreSQL connection URL; the driver suffix of Python URLs is dropped.
pub(super) fn postgres_url(value: &str) -> Result<SecretString, String> {
    let refusal = "a URL such as postgres://parking@db.example.org:5432/parking";
    let (scheme, rest) = value.split_once("://").ok_or(refusal)?;
    let scheme = scheme.split('+').next().unwrap_or_default();
    if !matches!(scheme, "postgres" | "postgresql") {
        return Err(refusal.to_owned());
    }
    let spelled = format!("{scheme}://{rest}");
    let url = Url::parse(&spelled).map_err(|_| refusal.to_owned())?;
    if url.path().trim_matches('/').is_empty() {
        return Err(format!("{refusal}; the database name is missing"));
    }
    Ok(SecretString::from(spelled))
}

/// A mail server URL.
pub(super) fn smtp_url(value: &str) -> Result<SecretString, String> {
    match Url::parse(value) {
        Ok(url) if matches!(url.scheme(), "smtp" | "smtps") && url.has_host() => {
            Ok(SecretString::from(value))
        }
        _ => Err("a URL such as smtp://user:password@mail.example.org:587 \
                  or smtps://mail.example.org"
            .to_owned()),
    }
}

/// An e-mail address.
pub(super) fn email(value: &str) -> Result<Email, String> {
    Email::parse(value).map_err(|_| "an e-mail address".to_owned())
}

/// A line of text without invisible characters.
pub(super) fn name(value: &str) -> Result<Name, String> {
    Name::parse(value).map_err(|_| "a line of at most 255 visible characters".to_owned())
}

/// A sender: an address, or a name with an address in angle brackets.
pub(super) fn mailbox(value: &str) -> Result<String, String> {
    let refusal = "an address, or a name and an address: Parking <noreply@example.org>";
    let address = match value.rsplit_once('<') {
        Some((_, rest)) => rest.strip_suffix('>').ok_or(refusal)?,
        None => value,
    };
    email(address.trim()).map_err(|_| refusal.to_owned())?;
    Ok(value.to_owned())
}

/// The id of the platform tenant, which the schema fixes.
pub(super) fn platform_tenant_id(value: &str) -> Result<Uuid, String> {
    match value.parse::<Uuid>() {
        Ok(id) if id.is_nil() => Ok(id),
        _ => Err(format!(
            "{}: the schema fixes the platform tenant's id",
            Uuid::nil()
        )),
    }
}

/// A short name for URLs.
pub(super) fn slug(value: &str) -> Result<Slug, String> {
    Slug::parse(value)
        .map_err(|_| "lower-case letters, digits and single dashes, at most 63".to_owned())
}
