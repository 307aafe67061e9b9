//! Secrets, sessions and who may sign up.

use std::time::Duration;

use parking_domain::account::check_password;
use parking_domain::text::{Email, Name};
use secrecy::{ExposeSecret, SecretString};

use super::database;
use super::parse;
use super::reader::Reader;
use super::setting::{Section, Setting};

pub(super) static SECTION: Section = Section {
    name: "auth",
    doc: "Secrets, sessions and who may sign up.",
    specs: &[
        &SECRET_KEY.spec,
        &ENCRYPTION_KEY.spec,
        &JWT_ALGORITHM.spec,
        &JWT_EXPIRY_MINUTES.spec,
        &JWT_EXPIRY_HOURS.spec,
        &REFRESH_TOKEN_EXPIRY_DAYS.spec,
        &REGISTRATION_ENABLED.spec,
        &HASH_PARALLELISM.spec,
        &ADMIN_EMAIL.spec,
        &ADMIN_PASSWORD.spec,
        &ADMIN_NAME.spec,
    ],
};

static SECRET_KEY: Setting<SecretString> = Setting::new(
    "SECRET_KEY",
    "secret_key",
    "random text of 32 characters or more",
    parse::strong_secret,
    "Signs access tokens; all replicas need the same one, and changing it ends all sessions.",
)
.aliases(&["JWT_SECRET_KEY"])
.secret()
.derived("generated once and kept in the data folder; required when DATABASE_URL is set");

static ENCRYPTION_KEY: Setting<SecretString> = Setting::new(
    "PARKING_ENCRYPTION_KEY",
    "encryption_key",
    "random text of 32 characters or more",
    parse::strong_secret,
    "Encrypts what must be kept but read again, such as webhook secrets; changing it makes them \
     unreadable.",
)
.aliases(&["DATA_ENCRYPTION_KEY"])
.secret()
.derived("generated once and kept in the data folder; SECRET_KEY when DATABASE_URL is set");

static JWT_ALGORITHM: Setting<String> = Setting::new(
    "JWT_ALGORITHM",
    "jwt_algorithm",
    "HS256",
    |value| match value {
        "HS256" => Ok(value.to_owned()),
        _ => Err("HS256, the only algorithm".to_owned()),
    },
    "How access tokens are signed; there is one way.",
)
.or("HS256");

static JWT_EXPIRY_MINUTES: Setting<u32> = Setting::new(
    "JWT_EXPIRY_MINUTES",
    "jwt_expiry_minutes",
    "whole number 1–1440",
    |value| parse::whole(value, 1..=1440),
    "How long an access token is good for before it is refreshed.",
)
.aliases(&["ACCESS_TOKEN_EXPIRE_MINUTES"])
.derived("JWT_EXPIRY_HOURS, else 15");

static JWT_EXPIRY_HOURS: Setting<u32> = Setting::new(
    "JWT_EXPIRY_HOURS",
    "jwt_expiry_hours",
    "whole number 1–24",
    |value| parse::whole(value, 1..=24),
    "The same in hours, as the specification names it.",
);

static REFRESH_TOKEN_EXPIRY_DAYS: Setting<u32> = Setting::new(
    "REFRESH_TOKEN_EXPIRY_DAYS",
    "refresh_token_expiry_days",
    "whole number 1–365",
    |value| parse::whole(value, 1..=365),
    "How long a session lives without being used.",
)
.aliases(&["REFRESH_TOKEN_EXPIRE_DAYS"])
.or("30");

static REGISTRATION_ENABLED: Setting<bool> = Setting::new(
    "REGISTRATION_ENABLED",
    "registration_enabled",
    "true or false",
    parse::flag,
    "Whether anybody may sign up and get a tenant of their own.",
)
.aliases(&["PARKING_REGISTRATION_ENABLED"])
.or("false");

static HASH_PARALLELISM: Setting<u32> = Setting::new(
    "PARKING_HASH_PARALLELISM",
    "hash_parallelism",
    "whole number 1–64",
    |value| parse::whole(value, 1..=64),
    "Passwords hashed at once; each takes a core and 19 MiB for some 30 ms.",
)
.derived("half the processor cores, at least one");

static ADMIN_EMAIL: Setting<Email> = Setting::new(
    "PARKING_ADMIN_EMAIL",
    "admin_email",
    "e-mail address",
    parse::email,
    "Address of the first platform administrator, created when there is none.",
)
.or("admin@parking.local");

static ADMIN_PASSWORD: Setting<SecretString> = Setting::new(
    "PARKING_ADMIN_PASSWORD",
    "admin_password",
    "text of 10 characters or more",
    parse::secret,
    "Password of the first platform administrator; ignored once there is one.",
)
.secret()
.derived("generated and printed once");

static ADMIN_NAME: Setting<Name> = Setting::new(
    "PARKING_ADMIN_NAME",
    "admin_name",
    "text",
    parse::name,
    "Name of the first platform administrator.",
)
.or("Administrator");

/// Secrets, sessions and who may sign up.
#[derive(Clone, Debug)]
pub(crate) struct Auth {
    /// The signing secret, when given; otherwise it lies in the data folder.
    pub(crate) secret_key: Option<SecretString>,
    /// The encryption secret, when given; otherwise it lies in the data folder or is derived.
    pub(crate) encryption_key: Option<SecretString>,
    /// How long an access token is good for.
    pub(crate) access_token_for: Duration,
    /// How long an unused session lives.
    pub(crate) refresh_token_for: Duration,
    /// Whether anybody may sign up.
    pub(crate) is_registration_open: bool,
    /// Passwords hashed at once.
    pub(crate) hash_parallelism: usize,
    /// The first administrator's address.
    pub(crate) admin_email: Email,
    /// The first administrator's password, when it is not to be generated.
    pub(crate) admin_password: Option<SecretString>,
    /// The first administrator's name.
    pub(crate) admin_name: Name,
}

pub(super) fn read(reader: &mut Reader) -> Auth {
    let secret_key = reader.optional(&SECRET_KEY);
    if reader.is_given(&database::URL.spec) && !reader.is_given(&SECRET_KEY.spec) {
        reader.problem(
            &SECRET_KEY.spec,
            "is missing: with DATABASE_URL set, give 32 random characters or more \
             (try: openssl rand -base64 48)",
        );
    }
    let admin_email = reader.get(&ADMIN_EMAIL);
    let admin_password = reader.optional(&ADMIN_PASSWORD);
    if let Some(password) = &admin_password
        && let Err(reason) = check_password(password.expose_secret(), admin_email.as_str())
    {
        reader.problem(&ADMIN_PASSWORD.spec, reason.to_string());
    }
    // It admits one value; reading it is what refuses the others.
    reader.get(&JWT_ALGORITHM);
    Auth {
        secret_key,
        encryption_key: reader.optional(&ENCRYPTION_KEY),
        access_token_for: read_access_token_for(reader),
        refresh_token_for: Duration::from_hours(
            24 * u64::from(reader.get(&REFRESH_TOKEN_EXPIRY_DAYS)),
        ),
        is_registration_open: reader.get(&REGISTRATION_ENABLED),
        hash_parallelism: read_hash_parallelism(reader),
        admin_email,
        admin_password,
        admin_name: reader.get(&ADMIN_NAME),
    }
}

fn read_access_token_for(reader: &mut Reader) -> Duration {
    let minutes = reader.optional(&JWT_EXPIRY_MINUTES);
    let hours = reader.optional(&JWT_EXPIRY_HOURS);
    if let (Some(minutes), Some(hours)) = (minutes, hours)
        && minutes != hours * 60
    {
        reader.problem(
            &JWT_EXPIRY_MINUTES.spec,
            format!("says {minutes} minutes and JWT_EXPIRY_HOURS says {hours} hours; keep one"),
        );
    }
    let minutes = minutes.or(hours.map(|hours| hours * 60)).unwrap_or(15);
    reader.derive(&JWT_EXPIRY_MINUTES.spec, minutes);
    Duration::from_mins(u64::from(minutes))
}

fn read_hash_parallelism(reader: &mut Reader) -> usize {
    let given = reader
        .optional(&HASH_PARALLELISM)
        .and_then(|count| usize::try_from(count).ok());
    let count = given.unwrap_or_else(|| {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        cores.div_ceil(2)
    });
    reader.derive(&HASH_PARALLELISM.spec, count);
    count
}
