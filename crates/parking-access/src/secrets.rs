//! Making, hiding and recognising secrets.

use std::collections::HashSet;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead as _, KeyInit as _};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac as _};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use thiserror::Error;
use uuid::Uuid;

/// A fresh secret of 256 random bits, as text that survives URLs and headers.
pub fn random_token() -> SecretString {
    SecretString::from(URL_SAFE_NO_PAD.encode(random_bytes::<32>()))
}

/// A fresh secret in lower-case hex, for senders that expect one.
pub fn random_hex() -> SecretString {
    SecretString::from(hex(&random_bytes::<32>()))
}

/// A public name of twelve letters and digits, for API keys.
pub fn random_name() -> String {
    hex(&random_bytes::<6>())
}

/// The form in which a random secret is kept: it has too many bits to be guessed from its hash.
pub fn fingerprint(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

/// Lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            for nibble in [byte >> 4, byte & 15] {
                text.push(char::from_digit(u32::from(nibble), 16).unwrap_or('0'));
            }
            text
        })
}

pub(crate) fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    #[expect(
        clippy::expect_used,
        reason = "without randomness nothing here is safe to go on with"
    )]
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

/// Seals secrets that must be read again, with the installation's data key, and signs what must be
/// recognised again, with another.
#[derive(Clone)]
pub struct Vault {
    cipher: XChaCha20Poly1305,
    signing: Hmac<Sha256>,
    /// What could not be opened and was complained about.
    troubles: Arc<Mutex<HashSet<Uuid>>>,
}

/// How many bytes a signature has.
pub const SIGNATURE: usize = 32;

/// Secrets whose trouble is remembered at most; after that nothing is complained about.
const TROUBLES_MAX: usize = 1_000;

/// A sealed secret that this installation cannot open.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("the secret was sealed with another key or was changed")]
pub struct CannotOpen;

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vault")
    }
}

impl Vault {
    /// A vault whose keys are derived from the installation's secret.
    pub fn new(secret: &SecretString) -> Self {
        let key = |called: &[u8]| -> [u8; 32] {
            Sha256::new()
                .chain_update(called)
                .chain_update(secret.expose_secret().as_bytes())
                .finalize()
                .into()
        };
        // HMAC itself fills a short key up to its block with zeros.
        let mut block = [0; 64];
        block[..32].copy_from_slice(&key(b"parking signing key\0"));
        Self {
            cipher: XChaCha20Poly1305::new(&Key::from(key(b"parking data key\0"))),
            signing: hmac::KeyInit::new(&block.into()),
            troubles: Arc::default(),
        }
    }

    /// Whether nobody has complained yet that a secret cannot be opened. It is looked up for each
    /// message, and one line in the log is enough.
    pub fn is_first_trouble_with(&self, id: Uuid) -> bool {
        let mut troubles = self.troubles.lock().unwrap_or_else(PoisonError::into_inner);
        troubles.len() < TROUBLES_MAX && troubles.insert(id)
    }

    /// Seals a secret for one place: opened anywhere else it is refused.
    pub fn seal(&self, secret: &SecretString, place: &str) -> Vec<u8> {
        let nonce = random_bytes::<24>();
        let payload = chacha20poly1305::aead::Payload {
            msg: secret.expose_secret().as_bytes(),
            aad: place.as_bytes(),
        };
        let mut sealed = nonce.to_vec();
        // Sealing fails only for messages of many gigabytes.
        sealed.extend(
            self.cipher
                .encrypt(&XNonce::from(nonce), payload)
                .unwrap_or_default(),
        );
        sealed
    }

    /// Opens a secret that was sealed for this place.
    pub fn open(&self, sealed: &[u8], place: &str) -> Result<SecretString, CannotOpen> {
        let (nonce, body) = sealed.split_first_chunk::<24>().ok_or(CannotOpen)?;
        let payload = chacha20poly1305::aead::Payload {
            msg: body,
            aad: place.as_bytes(),
        };
        let secret = self
            .cipher
            .decrypt(&XNonce::from(*nonce), payload)
            .map_err(|_| CannotOpen)?;
        String::from_utf8(secret)
            .map(SecretString::from)
            .map_err(|_| CannotOpen)
    }

    /// The HMAC-SHA256 of a message for one place: anywhere else it is none.
    pub fn sign(&self, message: &[u8], place: &str) -> [u8; SIGNATURE] {
        self.mac(message, place).finalize().into_bytes().into()
    }

    /// Whether the message was signed for this place. The comparison takes the same time whatever it
    /// finds.
    pub fn has_signed(&self, signature: &[u8], message: &[u8], place: &str) -> bool {
        self.mac(message, place).verify_slice(signature).is_ok()
    }

    fn mac(&self, message: &[u8], place: &str) -> Hmac<Sha256> {
        let mac = self.signing.clone();
        mac.chain_update(place)
            .chain_update([0])
            .chain_update(message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_secret_opens_only_where_it_was_sealed_for() {
        let vault = Vault::new(&SecretString::from("a".repeat(32)));
        let other = Vault::new(&SecretString::from("b".repeat(32)));
        let sealed = vault.seal(&SecretString::from("open sesame"), "here");
        assert_eq!(
            vault.open(&sealed, "here").unwrap().expose_secret(),
            "open sesame"
        );
        assert_eq!(vault.open(&sealed, "there").unwrap_err(), CannotOpen);
        assert_eq!(other.open(&sealed, "here").unwrap_err(), CannotOpen);
        assert_eq!(vault.open(&sealed[..10], "here").unwrap_err(), CannotOpen);
        let mut changed = sealed;
        changed[30] ^= 1;
        assert_eq!(vault.open(&changed, "here").unwrap_err(), CannotOpen);
    }

    #[test]
    fn a_signature_is_good_for_its_message_its_place_and_its_installation_alone() {
        let vault = Vault::new(&SecretString::from("a".repeat(32)));
        let other = Vault::new(&SecretString::from("b".repeat(32)));
        let signature = vault.sign(b"seven", "here");
        assert!(vault.has_signed(&signature, b"seven", "here"));
        assert!(!vault.has_signed(&signature, b"eight", "here"));
        assert!(!vault.has_signed(&signature, b"seven", "there"));
        assert!(!other.has_signed(&signature, b"seven", "here"));
        assert!(!vault.has_signed(&signature[..31], b"seven", "here"));
        assert!(!vault.has_signed(&[], b"seven", "here"));
        assert_ne!(vault.sign(b"a", "c"), vault.sign(b"", "ca"));
    }

    #[test]
    fn tokens_differ_and_are_plain_text() {
        let (a, b) = (random_token(), random_token());
        assert_ne!(a.expose_secret(), b.expose_secret());
        assert!(
            a.expose_secret()
                .bytes()
                .all(|c| c.is_ascii_alphanumeric() || c == b'-' || c == b'_')
        );
        assert_eq!(hex(&[0, 171, 255]), "00abff");
    }
}
