//! Checking signatures.

use hmac::{Hmac, KeyInit as _, Mac as _};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::Sha256;

/// Whether `signature` is the lower-case or upper-case hex HMAC-SHA256 of `body` under one of the
/// secrets, with or without `sha256=` before it. The comparison takes the same time whatever it
/// finds.
pub fn is_signed_by(secrets: &[SecretString], body: &[u8], signature: &str) -> bool {
    let hex = signature.trim();
    let hex = hex.strip_prefix("sha256=").unwrap_or(hex);
    let Some(shown) = bytes(hex) else {
        return false;
    };
    secrets.iter().fold(false, |is_signed, secret| {
        let is_by_this = Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes())
            .is_ok_and(|mac| mac.chain_update(body).verify_slice(&shown).is_ok());
        is_signed | is_by_this
    })
}

/// The bytes of a 64-digit hex text.
fn bytes(hex: &str) -> Option<[u8; 32]> {
    let digits = hex.as_bytes();
    if digits.len() != 64 {
        return None;
    }
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let digit = |c: u8| {
            char::from(c)
                .to_digit(16)
                .and_then(|digit| u8::try_from(digit).ok())
        };
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A message of the predecessor with its signature, made up and computed outside of this code.
    const BODY: &[u8] =
        br#"{"deviceInfo":{"devEui":"58a0cb0000100001"},"fCnt":7,"data":"AQs5AAAFAAA="}"#;
    const SIGNATURE: &str = "e385c7f6f97087a64103e7b776667b3776eb879abad590d239d036ea5a413ca4";

    fn secret() -> SecretString {
        SecretString::from("00112233445566778899aabbccddeeff".repeat(2))
    }

    #[test]
    fn the_predecessors_signatures_are_understood() {
        assert!(is_signed_by(&[secret()], BODY, SIGNATURE));
        assert!(is_signed_by(
            &[secret()],
            BODY,
            &format!("sha256={SIGNATURE}")
        ));
        assert!(is_signed_by(&[secret()], BODY, &SIGNATURE.to_uppercase()));
        assert!(is_signed_by(
            &[SecretString::from("other"), secret()],
            BODY,
            SIGNATURE
        ));
    }

    #[test]
    fn anything_else_is_refused() {
        assert!(!is_signed_by(&[], BODY, SIGNATURE));
        assert!(!is_signed_by(
            &[SecretString::from("other")],
            BODY,
            SIGNATURE
        ));
        assert!(!is_signed_by(&[secret()], b"{}", SIGNATURE));
        for bad in [
            "",
            "sha256=",
            "zz",
            &SIGNATURE[..62],
            &format!("{SIGNATURE}00"),
            "é",
        ] {
            assert!(!is_signed_by(&[secret()], BODY, bad), "{bad}");
        }
    }
}
