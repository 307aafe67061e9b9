//! The installation's own secrets: given, or generated once and kept in the data folder.

use std::fs::{self, DirBuilder, OpenOptions, Permissions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::SecretString;

use super::{Config, parse};

/// What the installation signs and encrypts with.
#[derive(Debug)]
pub(crate) struct Keys {
    /// Signs access tokens.
    pub(crate) signing: SecretString,
    /// Encrypts what must be kept but read again.
    pub(crate) encryption: SecretString,
}

impl Keys {
    /// Keys that protect nothing, for what needs a server that is never reached.
    pub(crate) fn blank() -> Self {
        Self {
            signing: SecretString::default(),
            encryption: SecretString::default(),
        }
    }
}

impl Config {
    /// The folder of generated secrets.
    pub(crate) fn secrets_dir(&self) -> PathBuf {
        self.paths.data_dir.join("secrets")
    }

    /// Brings the secrets together; generates those that a private installation lacks.
    pub(crate) fn keys(&self) -> anyhow::Result<Keys> {
        let is_private = self.database.url.is_none();
        let signing = match &self.auth.secret_key {
            Some(given) => given.clone(),
            None if is_private => kept(&self.secrets_dir(), "secret_key")?,
            None => bail!("SECRET_KEY is missing"),
        };
        let encryption = match &self.auth.encryption_key {
            Some(given) => given.clone(),
            None if is_private => kept(&self.secrets_dir(), "encryption_key")?,
            // The vault derives a key of its own from it, so one secret is enough to begin with.
            None => signing.clone(),
        };
        Ok(Keys {
            signing,
            encryption,
        })
    }
}

impl Config {
    /// What is wrong with the secrets that are kept; one that is not made yet is no fault.
    pub(crate) fn secret_faults(&self) -> Vec<String> {
        if self.database.url.is_some() {
            return Vec::new();
        }
        ["secret_key", "encryption_key"]
            .into_iter()
            .map(|name| self.secrets_dir().join(name))
            .filter(|path| path.exists())
            .filter_map(|path| fault(&path))
            .collect()
    }
}

fn fault(path: &Path) -> Option<String> {
    let shown = path.display();
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => {
            return Some(format!(
                "{shown} cannot be read ({error}): run as its owner"
            ));
        }
    };
    if let Err(must_be) = parse::strong_secret(text.trim()) {
        return Some(format!(
            "{shown} must be {must_be}; restore it from a backup"
        ));
    }
    let mode = fs::metadata(path).ok()?.permissions().mode() & 0o777;
    (mode & 0o077 != 0).then(|| format!("{shown} is open to others ({mode:o}): chmod 600 {shown}"))
}

/// Reads a kept secret, or makes it.
fn kept(folder: &Path, name: &str) -> anyhow::Result<SecretString> {
    let path = folder.join(name);
    if !path.exists() {
        create(folder, &path, &random_text()?)
            .with_context(|| format!("cannot keep a generated secret in {}", path.display()))?;
    }
    let text = fs::read_to_string(&path)
        .with_context(|| format!("cannot read the secret kept in {}", path.display()))?;
    if fs::metadata(&path)?.permissions().mode() & 0o077 != 0 {
        tracing::warn!(path = %path.display(), "a secret was readable by others; now it is not");
        fs::set_permissions(&path, Permissions::from_mode(0o600))?;
    }
    match parse::strong_secret(text.trim()) {
        Ok(secret) => Ok(secret),
        Err(must_be) => bail!(
            "the secret kept in {} must be {must_be}; restore it from a backup",
            path.display()
        ),
    }
}

/// Writes aside and links into place: of two servers that start at once, one secret survives, whole.
fn create(folder: &Path, path: &Path, text: &str) -> std::io::Result<()> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)?;
    fs::set_permissions(folder, Permissions::from_mode(0o700))?;
    let aside = path.with_extension(format!("{}.tmp", std::process::id()));
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&aside)?;
    let linked = file
        .write_all(text.as_bytes())
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::hard_link(&aside, path));
    fs::remove_file(&aside)?;
    match linked {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    fs::File::open(folder)?.sync_all()
}

/// A secret of 256 random bits.
fn random_text() -> anyhow::Result<String> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).context("the system gives no random numbers")?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// A password to be printed once: 120 random bits without look-alikes.
pub(crate) fn random_password() -> anyhow::Result<SecretString> {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut bytes = [0_u8; 24];
    getrandom::fill(&mut bytes).context("the system gives no random numbers")?;
    let text: String = bytes
        .iter()
        .map(|b| char::from(LETTERS[usize::from(b & 31)]))
        .collect();
    Ok(SecretString::from(text))
}
