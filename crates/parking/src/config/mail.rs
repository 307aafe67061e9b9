//! The mail server for invitations and password resets; without one none are sent.

use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::parse;
use super::reader::Reader;
use super::setting::{Section, Setting};

pub(super) static SECTION: Section = Section {
    name: "mail",
    doc: "The mail server for invitations and password resets: one URL, or its parts.",
    specs: &[
        &URL.spec,
        &HOST.spec,
        &PORT.spec,
        &USER.spec,
        &PASSWORD.spec,
        &TLS.spec,
        &FROM.spec,
    ],
};

static URL: Setting<SecretString> = Setting::new(
    "SMTP_URL",
    "url",
    "smtp or smtps URL",
    parse::smtp_url,
    "The mail server in one line; smtps means TLS from the start, smtp means STARTTLS unless \
     ?tls=none follows.",
)
.secret_in_url();

static HOST: Setting<String> = Setting::new(
    "SMTP_HOST",
    "host",
    "host name",
    parse::text,
    "The mail server, in parts.",
);

static PORT: Setting<u32> = Setting::new(
    "SMTP_PORT",
    "port",
    "port",
    |value| parse::whole(value, 1..=65_535),
    "Its port.",
)
.derived("587 for starttls, 465 for tls, 25 for none");

static USER: Setting<String> = Setting::new(
    "SMTP_USER",
    "user",
    "text",
    parse::text,
    "The account to send with.",
)
.aliases(&["SMTP_USERNAME"]);

static PASSWORD: Setting<SecretString> = Setting::new(
    "SMTP_PASSWORD",
    "password",
    "text",
    parse::secret,
    "The password of that account.",
)
.secret();

static TLS: Setting<Tls> = Setting::new(
    "SMTP_TLS",
    "tls",
    "starttls, tls or none",
    tls,
    "How the connection is encrypted; none is for a mail server on the same machine.",
)
.aliases(&["SMTP_ENCRYPTION"])
.derived("starttls, or tls on port 465");

static FROM: Setting<String> = Setting::new(
    "SMTP_FROM",
    "from",
    "address, or name <address>",
    parse::mailbox,
    "The sender of all mails.",
)
.aliases(&["MAIL_FROM"]);

/// How a connection to the mail server is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tls {
    /// In clear at first, then upgraded, else given up.
    Upgraded,
    /// Encrypted from the first byte.
    Implicit,
    /// In clear.
    Nothing,
}

/// The mail server.
#[derive(Clone, Debug)]
pub(crate) struct Mail {
    /// Its name or address.
    pub(crate) host: String,
    /// Its port.
    pub(crate) port: u16,
    /// How the connection is encrypted.
    pub(crate) tls: Tls,
    /// Account and password, where it wants them.
    pub(crate) login: Option<(String, SecretString)>,
    /// The sender of all mails.
    pub(crate) from: String,
}

/// The mail server, or nothing when none is configured.
pub(super) fn read(reader: &mut Reader) -> Option<Mail> {
    let url = reader.optional(&URL);
    let parts = Parts {
        host: reader.optional(&HOST),
        port: reader
            .optional(&PORT)
            .and_then(|port| u16::try_from(port).ok()),
        user: reader.optional(&USER),
        password: reader.optional(&PASSWORD),
        tls: reader.optional(&TLS),
    };
    let from = reader.optional(&FROM);
    let given: Vec<&str> = [
        &HOST.spec,
        &PORT.spec,
        &USER.spec,
        &PASSWORD.spec,
        &TLS.spec,
    ]
    .into_iter()
    .filter(|spec| reader.is_given(spec))
    .map(|spec| spec.name)
    .collect();
    let is_url_given = reader.is_given(&URL.spec);
    if is_url_given && !given.is_empty() {
        reader.problem(
            &URL.spec,
            format!("is set beside {}; keep one form", given.join(", ")),
        );
        return None;
    }
    if !is_url_given && given.is_empty() {
        if reader.is_given(&FROM.spec) {
            reader.warn("SMTP_FROM is set, but no mail server is: no mail will be sent");
        }
        return None;
    }
    if !is_url_given && !reader.is_given(&HOST.spec) {
        reader.problem(
            &HOST.spec,
            format!("is missing, though {} is set", given.join(", ")),
        );
    }
    if !reader.is_given(&FROM.spec) {
        reader.problem(&FROM.spec, "is missing: mails need a sender");
    }
    let parts = match &url {
        Some(url) => Parts::of_url(url)
            .map_err(|reason| reader.problem(&URL.spec, reason))
            .ok()?,
        None => parts,
    };
    parts.assemble(reader, from?)
}

struct Parts {
    host: Option<String>,
    port: Option<u16>,
    user: Option<String>,
    password: Option<SecretString>,
    tls: Option<Tls>,
}

impl Parts {
    fn of_url(url: &SecretString) -> Result<Self, String> {
        let parsed = Url::parse(url.expose_secret()).map_err(|_| "is unreadable")?;
        let wanted = parsed.query_pairs().find(|(key, _)| key == "tls");
        let tls = match (parsed.scheme(), wanted) {
            ("smtps", None) => Tls::Implicit,
            ("smtps", Some(_)) => return Err("is smtps, which leaves no choice of tls".to_owned()),
            (_, Some((_, value))) => {
                tls(&value).map_err(|_| "has ?tls= other than starttls, none")?
            }
            (_, None) => Tls::Upgraded,
        };
        let text = |encoded: &str| {
            let pairs = format!("v={}", encoded.replace('+', "%2B"));
            url::form_urlencoded::parse(pairs.as_bytes())
                .next()
                .map(|(_, value)| value.into_owned())
        };
        Ok(Self {
            host: parsed
                .host_str()
                .map(|host| host.trim_matches(['[', ']']).to_owned()),
            port: parsed.port(),
            user: Some(parsed.username())
                .filter(|user| !user.is_empty())
                .and_then(text),
            password: parsed.password().and_then(text).map(SecretString::from),
            tls: Some(tls),
        })
    }

    fn assemble(self, reader: &mut Reader, from: String) -> Option<Mail> {
        let host = self.host?;
        let tls = self.tls.unwrap_or(if self.port == Some(465) {
            Tls::Implicit
        } else {
            Tls::Upgraded
        });
        let port = self.port.unwrap_or(match tls {
            Tls::Upgraded => 587,
            Tls::Implicit => 465,
            Tls::Nothing => 25,
        });
        let login = match (self.user, self.password) {
            (Some(user), Some(password)) => Some((user, password)),
            (None, None) => None,
            (Some(_), None) => {
                reader.problem(&PASSWORD.spec, "is missing, though an account is given");
                return None;
            }
            (None, Some(_)) => {
                reader.problem(&USER.spec, "is missing, though a password is given");
                return None;
            }
        };
        let is_local = matches!(host.as_str(), "localhost" | "127.0.0.1" | "::1");
        if tls == Tls::Nothing && login.is_some() && !is_local {
            reader.warn(format!(
                "the mail password travels to {host} in clear (SMTP_TLS=none)"
            ));
        }
        reader.derive(&PORT.spec, port);
        reader.derive(&TLS.spec, tls.as_str());
        Some(Mail {
            host,
            port,
            tls,
            login,
            from,
        })
    }
}

impl Tls {
    /// The word in the configuration.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Upgraded => "starttls",
            Self::Implicit => "tls",
            Self::Nothing => "none",
        }
    }
}

fn tls(value: &str) -> Result<Tls, String> {
    match value.to_ascii_lowercase().as_str() {
        "starttls" => Ok(Tls::Upgraded),
        "tls" | "ssl" | "implicit" => Ok(Tls::Implicit),
        "none" | "off" => Ok(Tls::Nothing),
        _ => Err("starttls, tls or none".to_owned()),
    }
}
