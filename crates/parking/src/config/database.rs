//! How PostgreSQL is reached; without a URL the binary runs one of its own.

use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::parse;
use super::reader::Reader;
use super::setting::{Section, Setting};

pub(super) static SECTION: Section = Section {
    name: "database",
    doc: "How PostgreSQL is reached. Without a URL the binary runs a private one in the data folder.",
    specs: &[
        &URL.spec,
        &PASSWORD.spec,
        &MIGRATION_URL.spec,
        &POOL_SIZE.spec,
    ],
};

pub(super) static URL: Setting<SecretString> = Setting::new(
    "DATABASE_URL",
    "url",
    "PostgreSQL URL",
    parse::postgres_url,
    "PostgreSQL 15 to 18 as the login role; unset means a private PostgreSQL in the data folder.",
)
.secret_in_url();

static PASSWORD: Setting<SecretString> = Setting::new(
    "DB_PASSWORD",
    "password",
    "text",
    parse::secret,
    "Password for DATABASE_URL when the URL carries none, so that only one file need be secret.",
)
.aliases(&["DATABASE_PASSWORD"])
.secret();

static MIGRATION_URL: Setting<SecretString> = Setting::new(
    "DATABASE_MIGRATION_URL",
    "migration_url",
    "PostgreSQL URL",
    parse::postgres_url,
    "The same database as a role that may create roles and tables; used to migrate and then closed.",
)
.aliases(&["PARKING_MIGRATION_URL"])
.secret_in_url();

static POOL_SIZE: Setting<u32> = Setting::new(
    "DB_POOL_SIZE",
    "pool_size",
    "whole number 4–200",
    |value| parse::whole(value, 4..=200),
    "Connections to the database; two to four per processor core of the database serve best.",
)
.aliases(&["DATABASE_POOL_SIZE", "DB_POOL_MAX_SIZE"])
.or("12");

/// How PostgreSQL is reached.
#[derive(Clone, Debug)]
pub(crate) struct Database {
    /// The login role's URL; absent means the private PostgreSQL.
    pub(crate) url: Option<SecretString>,
    /// The migrating role's URL; absent means the login role tries.
    pub(crate) migration_url: Option<SecretString>,
    /// Connections of the server's pool.
    pub(crate) pool_size: u32,
}

pub(super) fn read(reader: &mut Reader) -> Database {
    let mut url = reader.optional(&URL);
    let migration_url = reader.optional(&MIGRATION_URL);
    if let Some(password) = reader.optional(&PASSWORD) {
        let joined = match &url {
            Some(url) => with_password(url, &password).map(Some),
            None if reader.is_given(&URL.spec) => Ok(None),
            None => Err("is set, but DATABASE_URL is not".to_owned()),
        };
        match joined {
            Ok(joined) => url = joined,
            Err(reason) => reader.problem(&PASSWORD.spec, reason),
        }
    }
    if migration_url.is_some() && !reader.is_given(&URL.spec) {
        reader.problem(
            &MIGRATION_URL.spec,
            "is set, but DATABASE_URL is not: the private PostgreSQL migrates itself",
        );
    }
    Database {
        url,
        migration_url,
        pool_size: reader.get(&POOL_SIZE),
    }
}

fn with_password(url: &SecretString, password: &SecretString) -> Result<SecretString, String> {
    let mut parsed = Url::parse(url.expose_secret()).map_err(|_| "DATABASE_URL is unreadable")?;
    if parsed.password().is_some() {
        return Err("is set, and DATABASE_URL carries a password too; keep one".to_owned());
    }
    parsed
        .set_password(Some(password.expose_secret()))
        .map_err(|()| "is set, but DATABASE_URL names no host to use it at")?;
    Ok(SecretString::from(String::from(parsed)))
}
