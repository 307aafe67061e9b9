//! The platform tenant and those who run the installation.

use anyhow::Context;
use parking_access::accounts::{self, Administrator, Hasher};
use parking_access::tenants;
use parking_db::{Db, Reason};
use parking_domain::account::check_password;
use parking_domain::clock::Clock;
use parking_domain::text::{Email, Language, Name};
use secrecy::{ExposeSecret, SecretString};

use crate::config::{Config, random_password};
use crate::exit::{Exit, Stop};

/// What somebody signs in with.
pub(crate) struct Credentials {
    /// The address.
    pub(crate) email: Email,
    /// The password.
    pub(crate) password: SecretString,
    /// Whether nobody knows the password yet.
    pub(crate) is_generated: bool,
}

impl Credentials {
    /// Takes the password that was given, if it is good enough, or makes one.
    pub(crate) fn with(email: Email, given: Option<SecretString>) -> anyhow::Result<Self> {
        let Some(password) = given else {
            let password = random_password()?;
            return Ok(Self {
                email,
                password,
                is_generated: true,
            });
        };
        check_password(password.expose_secret(), email.as_str())
            .map_err(|reason| Stop::new(Exit::Failed, format!("the password {reason}")))?;
        Ok(Self {
            email,
            password,
            is_generated: false,
        })
    }
}

/// Makes the platform tenant where there is none.
pub(crate) async fn ensure_platform(config: &Config, db: &Db, clock: &Clock) -> anyhow::Result<()> {
    let platform = &config.platform;
    let (name, slug) = (platform.tenant_name.clone(), platform.tenant_slug.clone());
    let mut tx = db
        .platform(Reason::Worker("make the platform tenant"))
        .await?;
    tenants::ensure_platform(&mut tx, name, slug, clock.now())
        .await
        .context("the platform tenant cannot be made (PLATFORM_TENANT_SLUG)")?;
    Ok(tx.commit().await?)
}

/// Makes the first administrator where there is none; answers what to sign in with if one was
/// made.
pub(crate) async fn ensure_one(
    config: &Config,
    db: &Db,
    hasher: &Hasher,
    clock: &Clock,
) -> anyhow::Result<Option<Credentials>> {
    let mut tx = db
        .platform(Reason::Worker("look for an administrator"))
        .await?;
    if accounts::has_administrator(&mut tx).await? {
        return Ok(None);
    }
    drop(tx);
    let auth = &config.auth;
    let credentials = Credentials::with(auth.admin_email.clone(), auth.admin_password.clone())?;
    create(db, hasher, clock, &credentials, auth.admin_name.clone()).await?;
    Ok(Some(credentials))
}

/// Makes somebody a platform administrator; an account with the address is promoted and gets the
/// password.
pub(crate) async fn create(
    db: &Db,
    hasher: &Hasher,
    clock: &Clock,
    credentials: &Credentials,
    name: Name,
) -> anyhow::Result<()> {
    let password_hash = hasher
        .hash(&credentials.password)
        .await
        .context("hashing the password")?;
    let administrator = Administrator {
        email: credentials.email.clone(),
        name,
        password_hash,
        language: Language::default(),
    };
    let mut tx = db.platform(Reason::Worker("create administrator")).await?;
    accounts::create_administrator(&mut tx, administrator, clock.now()).await?;
    tx.commit().await?;
    Ok(())
}
